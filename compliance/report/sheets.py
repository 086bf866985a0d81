"""The lists of an assessment as plain rows: the same for Excel and CSV."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from compliance.report.interface import ReportInput
from compliance.report.messages import say
from compliance.report.view import View

Value = str | int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One list; ``widths`` in characters, one a column."""

    title: str
    header: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[Value, ...], ...]


def sheets(view: View, report: ReportInput) -> list[Sheet]:
    """Gaps, findings, actions, evidence, measures, register problems."""

    def words(*keys: str) -> tuple[str, ...]:
        return tuple(say(k, report.language) for k in keys)

    titles = words("gap_list", "findings", "actions", "evidence", "measures", "quality")
    return [
        Sheet(titles[0], words("id", "control", "severity", "outcome", "violations", "undetermined", "score", "basis", "owner", "due", "fix"), (10, 26, 8, 10, 8, 10, 8, 40, 18, 12, 60), tuple(_gaps(view, report.language))),
        Sheet(titles[1], words("id", "check", "severity", "outcome", "key", "message", "place", "clause", "status", "digest"), (10, 24, 8, 10, 24, 60, 36, 40, 10, 34), tuple(_findings(view, report.language))),
        Sheet(titles[2], words("id", "action", "severity", "owner", "due", "finding_count", "status", "done_on", "remark"), (10, 60, 8, 18, 12, 8, 10, 12, 30), tuple(_actions(view, report.language))),
        Sheet(titles[3], words("table", "id", "rows", "source"), (28, 24, 8, 50), tuple((title, name, n, source) for name, title, n, source in view.evidence)),
        Sheet(titles[4], words("measure", "gist", "control", "check", "table", "outcome"), (14, 50, 10, 24, 40, 10), tuple(_measures(view, report))),
        Sheet(titles[5], words("place", "problem", "why", "fix"), (44, 40, 50, 50), tuple((p.where(report.language), p.what.get(report.language), p.why.get(report.language), p.fix.get(report.language)) for p in view.problems)),
    ]  # fmt: skip


def _gaps(view: View, language: str) -> Iterator[tuple[Value, ...]]:
    for c in view.gaps:
        yield (
            c.id, c.title, say(f"severity.{c.severity}", language), say(f"outcome.{c.outcome}", language), c.violations, c.undetermined, c.score,
            "；".join(c.basis), c.owner, c.due, c.fix,
        )  # fmt: skip


def _findings(view: View, language: str) -> Iterator[tuple[Value, ...]]:
    for c in view.controls:
        for k in c.checks:
            for f in k.findings:
                verdict = say("outcome.not_satisfied" if f.verdict == "violation" else "outcome.undetermined", language)
                yield c.id, k.id, say(f"severity.{c.severity}", language), verdict, f.key, f.message, f.place, f.clause, say(f"status.{f.status}", language), f.fingerprint


def _actions(view: View, language: str) -> Iterator[tuple[Value, ...]]:
    for c in view.gaps:
        yield c.id, f"{c.title}：{c.fix}" if language == "zh" else f"{c.title}: {c.fix}", say(f"severity.{c.severity}", language), c.owner, c.due, c.violations + c.undetermined, say("status.open", language), "", ""


def _measures(view: View, report: ReportInput) -> Iterator[tuple[Value, ...]]:
    """Measure or duty -> controls -> checks -> tables -> outcome, in the order of the sources."""
    outcomes = {(c.id, k.id): k.outcome for c in view.controls for k in c.checks}
    cited: dict[str, list[tuple[str, str, str]]] = {}
    for control in view.controls:
        declared = report.catalog.controls[control.id]
        for check in declared.checks:
            for source in check.derives_from or declared.derives_from:
                cited.setdefault(source, []).append((control.id, check.id, ", ".join(check.tables)))
    for name in sorted(cited):
        source_of = report.catalog.sources[name]
        for control_id, check_id, tables in cited[name]:
            outcome = outcomes.get((control_id, check_id))
            yield name, source_of.gist.get(report.language), control_id, check_id, tables, say(f"outcome.{outcome}", report.language) if outcome else ""
