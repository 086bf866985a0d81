"""OSCAL assessment results (NIST, version 1.2.1): one result, an observation a check, a finding a control.

Identifiers are uuid5 of what they name, moments are the instant of the assessment: the same input gives the same bytes.
"""

from __future__ import annotations

import json
import uuid
from typing import Any, Final

from compliance.model.assessment import CheckResult, ControlResult
from compliance.report.common import figure
from compliance.report.interface import ReportInput

_SPACE: Final = uuid.UUID("6f0c2a52-8f0e-5a3b-9d4e-1c7e5b8a2f10")
"""Namespace of the identifiers; a constant of this format."""
_NS: Final = "https://hegui.example/ns/oscal"
_STATE: Final = {"satisfied": "satisfied", "not_satisfied": "not-satisfied", "partially_satisfied": "not-satisfied", "undetermined": "not-satisfied"}


def write(report: ReportInput) -> str:
    """The document as JSON with a final newline."""
    return json.dumps({"assessment-results": _results(report)}, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def _id(report: ReportInput, *parts: str) -> str:
    a = report.assessment
    return str(uuid.uuid5(_SPACE, "\0".join((a.catalog_digest, a.profile, a.as_of, *parts))))


def _moment(report: ReportInput) -> str:
    day = report.assessment.as_of
    return f"{day}T23:59:59+08:00" if len(day) == 10 else f"{day}+08:00"


def _results(report: ReportInput) -> dict[str, Any]:
    a, moment = report.assessment, _moment(report)
    assessed = [c for c in a.controls if c.outcome != "not_applicable"]
    observations = [_observation(report, c, k) for c in assessed for k in c.checks]
    result: dict[str, Any] = {
        "uuid": _id(report, "result"), "title": "Hegui assessment", "description": f"Profile {a.profile} as of {a.as_of}.", "start": moment, "end": moment,
        "reviewed-controls": {"control-selections": [_selection(assessed)]},
        "props": [_prop("catalog-sha256", a.catalog_digest), _prop("score", figure(a.scores.score)), _prop("coverage", figure(a.scores.coverage))],
    }  # fmt: skip
    if observations:
        result["observations"] = observations
    if assessed:
        result["findings"] = [_finding(report, c) for c in assessed]
    return {
        "uuid": _id(report, "document"),
        "metadata": {"title": "Hegui assessment results", "last-modified": moment, "version": report.version, "oscal-version": "1.2.1"},
        "import-ap": {"href": "#" + _id(report, "plan"), "remarks": f"The plan is the profile {a.profile} of the catalog with the digest below."},
        "results": [result],
    }


def _selection(assessed: list[ControlResult]) -> dict[str, Any]:
    return {"include-controls": [{"control-id": c.id.lower()} for c in assessed]} if assessed else {"include-all": {}}


def _prop(name: str, value: str) -> dict[str, str]:
    return {"name": name, "ns": _NS, "value": value}


def _observation(report: ReportInput, c: ControlResult, k: CheckResult) -> dict[str, Any]:
    declared = next(d for d in report.catalog.controls[c.id].checks if d.id == k.id)
    props = [_prop("outcome", k.outcome), _prop("population", str(k.n)), _prop("violations", str(k.v)), _prop("undetermined", str(k.u))]
    observation: dict[str, Any] = {
        "uuid": _id(report, c.id, k.id), "title": f"{c.id}.{k.id}", "description": declared.question.get(report.language), "methods": ["TEST"],
        "types": ["control-objective"], "collected": _moment(report), "props": props,
    }  # fmt: skip
    if k.reasons:
        observation["remarks"] = "; ".join(r.text(report.language) for r in k.reasons)
    return observation


def _finding(report: ReportInput, c: ControlResult) -> dict[str, Any]:
    control = report.catalog.controls[c.id]
    finding: dict[str, Any] = {
        "uuid": _id(report, c.id), "title": control.title.get(report.language), "description": control.objective.get(report.language),
        "target": {"type": "objective-id", "target-id": c.id.lower(), "status": {"state": _STATE[c.outcome], "reason": "pass" if c.outcome == "satisfied" else "other" if c.outcome == "undetermined" else "fail"}},
        "props": [_prop("outcome", c.outcome), _prop("score", figure(100 * c.score)), _prop("severity", control.severity)],
    }  # fmt: skip
    if c.checks:
        finding["related-observations"] = [{"observation-uuid": _id(report, c.id, k.id)} for k in c.checks]
    return finding
