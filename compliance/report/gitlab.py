"""GitLab code quality: a flat list of open findings."""

from __future__ import annotations

import hashlib
import json

from compliance.report.common import explanation
from compliance.report.interface import ReportInput

_SEVERITY = {"critical": "blocker", "high": "critical", "medium": "major", "low": "minor"}


def write(report: ReportInput) -> str:
    """A JSON list; fingerprints are unique in the list."""
    items = []
    for f in report.assessment.findings:
        if f.status != "open":
            continue
        items.append(
            {
                "description": explanation(f, report.language),
                "check_name": f"{f.control}.{f.check}",
                "fingerprint": hashlib.sha256(f"{f.fingerprint}{f.location.path}".encode()).hexdigest(),
                "severity": _SEVERITY[f.severity] if f.verdict == "violation" else "info",
                "location": {"path": f.location.path, "lines": {"begin": f.location.line}},
            }
        )
    return json.dumps(items, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
