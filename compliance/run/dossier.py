"""Everything an assessment rests on, as plain frozen data, and the one function from it to the conclusion.

``hegui assess`` fills it from the firm's folder, ``hegui reperform`` from a bundle: from here on both do the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import SimpleNamespace
from typing import Any

from compliance.evaluate.evaluate import Request, evaluate
from compliance.gate import exceptions
from compliance.model.assessment import Assessment, Snapshot
from compliance.model.catalog import Catalog
from compliance.report.interface import ReportInput
from compliance.run.check import Options, _after, exit_code
from compliance.run.period import Period


@dataclass(frozen=True)
class Dossier:
    """What is concluded from.

    catalog:      restricted to the profile of the request
    snapshot:     redacted rows
    exceptions:   the approved acceptances of the firm
    problems:     what the registers hold that could not be used
    organisation: name and code of the firm, as reports show them
    history:      earlier periods: (name, control -> outcome), oldest first
    """

    catalog: Catalog
    request: Request
    snapshot: Snapshot
    options: Options
    period: Period
    exceptions: tuple[exceptions.GateException, ...] = ()
    problems: tuple[Any, ...] = ()
    organisation: Mapping[str, str] = field(default_factory=dict)
    history: tuple[tuple[str, Mapping[str, str]], ...] = ()
    answers: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Conclusion:
    """The assessment after exceptions, what the gate noticed, and the exit code with its reason."""

    assessment: Assessment
    notes: tuple[exceptions.GateNote, ...]
    code: int
    reason: str


def conclude(dossier: Dossier) -> Conclusion:
    """Evaluate, apply exceptions, score.  No clock, no disk, no network."""
    assessment = evaluate(dossier.catalog, dossier.request, dossier.snapshot)
    notes: list[exceptions.GateNote] = []
    if dossier.exceptions:
        findings, notes = exceptions.apply(list(assessment.findings), list(dossier.exceptions), date.fromisoformat(dossier.options.as_of[:10]))
        assessment = replace(assessment, findings=tuple(findings))
    assessment = replace(assessment, scores=_after(assessment, assessment.findings, dossier.catalog))
    code, reason = exit_code(assessment, dossier.options)
    return Conclusion(assessment, tuple(notes), code, reason)


def report_input(dossier: Dossier, conclusion: Conclusion, language: str, version: str) -> ReportInput:
    """What report formats get: the same from a firm's folder and from a bundle."""
    notes = tuple((n.kind, n.where, n.detail) for n in conclusion.notes)
    run = SimpleNamespace(period=dossier.period, problems=dossier.problems, history=dossier.history, answers=dossier.answers)
    config = SimpleNamespace(organisation=dict(dossier.organisation))
    return ReportInput(conclusion.assessment, dossier.snapshot, dossier.catalog, notes, conclusion.code, conclusion.reason, language, version, {}, run=run, config=config)
