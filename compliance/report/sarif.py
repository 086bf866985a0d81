"""SARIF 2.1.0: a rule a control check, a result a finding; suppressed ones carry their suppression."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from compliance.model.assessment import Finding
from compliance.report.common import citations, explanation, fix
from compliance.report.interface import ReportInput

_LEVEL = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
_SECURITY_SEVERITY = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "3.0"}


def write(report: ReportInput) -> str:
    """One run; ends with a newline."""
    used = sorted({(f.control, f.check) for f in report.assessment.findings})
    rules = [_rule(c, k, report) for c, k in used]
    index = {pair: i for i, pair in enumerate(used)}
    run = {
        "tool": {"driver": {"name": "hegui", "version": report.version, "informationUri": "https://example.org/hegui", "rules": rules}},
        "columnKind": "utf16CodeUnits",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "the scanned root"}}},
        "invocations": [
            {
                "executionSuccessful": True,
                "exitCode": report.code,
                "toolExecutionNotifications": [
                    {
                        "level": "warning",
                        "message": {"text": f"{n.code}: {n.detail}"},
                        "locations": [{"physicalLocation": {"artifactLocation": _artifact(n.path or ".")}}],
                    }
                    for n in report.snapshot.notes
                    if n.status in ("unparsed", "partial")
                ],
            }
        ],
        "results": [_result(f, index[(f.control, f.check)], report) for f in report.assessment.findings],
    }
    document = {"$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def _artifact(path: str) -> dict[str, str]:
    return {"uri": quote(path), "uriBaseId": "SRCROOT"}


def _rule(control_id: str, check_id: str, report: ReportInput) -> dict[str, Any]:
    control = report.catalog.controls[control_id]
    check = next(k for k in control.checks if k.id == check_id)
    language = report.language
    law = "; ".join(citations(control, report.catalog, language, report.assessment.as_of))
    remedies = [text.get(language) if platform == "general" else f"{platform}: {text.get(language)}" for platform, text in sorted(check.remedies.items(), key=lambda r: (r[0] != "general", r[0]))]
    return {
        "id": f"{control_id}.{check_id}",
        "shortDescription": {"text": f"{control.title.get(language)}: {check.question.get(language)}"},
        "fullDescription": {"text": control.objective.get(language)},
        "help": {"text": "\n".join([control.remediation.get(language), *remedies, law])},
        "defaultConfiguration": {"level": _LEVEL[control.severity]},
        "properties": {"tags": ["compliance", *control.derives_from], "security-severity": _SECURITY_SEVERITY[control.severity], "problem.severity": _LEVEL[control.severity]},
    }


def _result(f: Finding, rule: int, report: ReportInput) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": f"{f.control}.{f.check}",
        "ruleIndex": rule,
        "kind": "fail" if f.verdict == "violation" else "review",
        "level": _LEVEL[f.severity] if f.verdict == "violation" else "none",
        "message": {"text": f"{explanation(f, report.language)}\n{fix(f, report.catalog.controls[f.control], report.language)}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": _artifact(f.location.path),
                    "region": {"startLine": f.location.line, "endLine": max(f.location.line, f.location.end_line)},
                },
                "logicalLocations": [{"fullyQualifiedName": f.key}],
            }
        ],
        "partialFingerprints": {"hegui/v1": f.fingerprint},
        "properties": {"verdict": f.verdict},
    }
    if f.status == "excepted":
        result["suppressions"] = [{"kind": "external", "status": "accepted"}]
    elif f.status == "baseline":
        result["baselineState"] = "unchanged"
    return result
