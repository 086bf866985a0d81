"""The machine report: one canonical JSON document, schema in ``docs/reference/check-report.schema.json``."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any, Final

from compliance.model.assessment import ControlResult, Finding
from compliance.report.common import figure
from compliance.report.interface import ReportInput

SCHEMA = "hegui.check/1"


_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def write(report: ReportInput) -> bytes:
    """Canonical JSON with a final newline, in UTF-8.

    Findings are spelled one by one: as plain data all at once they would take more memory than the whole scan.
    """
    frame = _frame(report)
    pieces = [b"{"]
    for number, key in enumerate(sorted([*frame, "findings"])):
        pieces.append(f"{',' if number else ''}{_ENCODE(key)}:".encode())
        if key == "findings":
            pieces.append(b"[")
            pieces += (f"{',' if n else ''}{_ENCODE(_finding(f))}".encode() for n, f in enumerate(report.assessment.findings))
            pieces.append(b"]")
        else:
            pieces.append(_ENCODE(frame[key]).encode())
    pieces.append(b"}\n")
    return b"".join(pieces)


def document(report: ReportInput) -> dict[str, Any]:
    """The report as plain data."""
    return {**_frame(report), "findings": [_finding(f) for f in report.assessment.findings]}


def _frame(report: ReportInput) -> dict[str, Any]:
    """Everything but the findings."""
    a, s = report.assessment, report.assessment.scores
    return {
        "schema": SCHEMA,
        "tool": {"name": "hegui", "version": report.version, "catalog": a.catalog_digest},
        "as_of": a.as_of,
        "profile": a.profile,
        "scores": {
            "score": _score(s.score), "assessed_score": _score(s.assessed), "coverage": _score(s.coverage),
            "score_after_exceptions": _score(s.score_after_exceptions), "grade": s.grade,
        },
        "controls": [_control(c, report) for c in a.controls],
        "root_causes": list(a.root_causes),
        "repair_order": [{"control": c, "gain": _score(g)} for c, g in a.repair_order],
        "evidence": [
            {"path": n.path, "status": n.status, "collector": n.collector, "code": n.code, "detail": n.detail, "line": n.line, "tables": list(n.tables)} for n in report.snapshot.notes
        ],
        "notes": [{"kind": k, "where": w, "detail": d} for k, w, d in report.notes],
        "exit": {"code": report.code, "reason": report.reason},
    }  # fmt: skip


def _score(value: Fraction | None) -> dict[str, str] | None:
    return None if value is None else {"exact": f"{value.numerator}/{value.denominator}", "shown": figure(value)}


def _control(c: ControlResult, report: ReportInput) -> dict[str, Any]:
    control = report.catalog.controls[c.id]
    remedies = {k.id: {p: t._asdict() for p, t in k.remedies.items()} for k in control.checks}
    return {
        "id": c.id, "title": control.title._asdict(), "severity": control.severity, "outcome": c.outcome,
        "reasons": [{"code": r.code, "detail": r.detail} for r in c.reasons], "score": _score(100 * c.score), "derives_from": list(control.derives_from),
        "checks": [
            {"id": k.id, "outcome": k.outcome, "population": k.n, "violations": k.v, "undetermined": k.u, "score": _score(100 * k.score), "reasons": [{"code": r.code, "detail": r.detail} for r in k.reasons], "remedies": remedies[k.id]}
            for k in c.checks
        ],
    }  # fmt: skip


def _finding(f: Finding) -> dict[str, Any]:
    why = "; ".join(r.text("en") for r in f.reasons)
    return {
        "control": f.control, "check": f.check, "severity": f.severity, "table": f.table, "key": f.key, "verdict": f.verdict,
        "reason": why or f.clause, "reasons": [{"code": r.code, "detail": r.detail} for r in f.reasons], "clause": f.clause,
        "location": {"path": f.location.path, "line": f.location.line, "end_line": f.location.end_line, **({"cell": f.location.cell} if f.location.cell else {})},
        "fingerprint": f.fingerprint, "message": f.message._asdict(), "status": f.status,
    }  # fmt: skip
