"""What the reports for people show, computed once and in one language: plain frozen data for every format."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final

from compliance.model.assessment import CheckResult, ControlResult, Finding
from compliance.model.catalog import WEIGHTS, Control
from compliance.report.common import citations, explanation, figure
from compliance.report.interface import ReportInput
from compliance.report.messages import role, say

DUE_DAYS: Final = {"critical": 7, "high": 30, "medium": 60, "low": 90}
"""Days after the instant of the assessment until a gap is to be mended; the firm's plan may say otherwise."""

OUTCOMES: Final = ("satisfied", "partially_satisfied", "not_satisfied", "undetermined", "not_applicable")
GAPS: Final = ("partially_satisfied", "not_satisfied", "undetermined")


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding as a line; ``place`` is ``file › sheet!cell`` or ``file:line``."""

    fingerprint: str
    verdict: str
    status: str
    key: str
    message: str
    place: str
    clause: str
    digest: str = ""


@dataclass(frozen=True, slots=True)
class AnswerView:
    """A person's conclusion beside the machine's; ``refused`` says why it does not count, empty when it does."""

    control: str
    machine: str
    conclusion: str
    reason: str
    answered_by: str
    reviewed_by: str
    refused: str = ""


@dataclass(frozen=True, slots=True)
class CheckView:
    """One check with its counts, reasons and findings."""

    id: str
    question: str
    outcome: str
    population: int
    violations: int
    undetermined: int
    reasons: tuple[str, ...]
    findings: tuple[FindingView, ...]
    sql: str


@dataclass(frozen=True, slots=True)
class ControlView:
    """One control; ``due`` is an ISO date for gaps, else empty; ``basis`` are citations as in force."""

    id: str
    title: str
    domain: str
    severity: str
    outcome: str
    score: str
    owner: str
    due: str
    basis: tuple[str, ...]
    assurance: str
    fix: str
    rationale: str
    reasons: tuple[str, ...]
    checks: tuple[CheckView, ...]
    violations: int
    undetermined: int

    @property
    def gap(self) -> bool:
        """Neither satisfied nor set aside."""
        return self.outcome in GAPS


@dataclass(frozen=True, slots=True)
class DomainView:
    """Outcomes of a domain; ``counts`` in the order of ``OUTCOMES``, ``score`` of its applicable controls."""

    code: str
    title: str
    counts: tuple[int, ...]
    score: str
    percent: int

    @property
    def applicable(self) -> int:
        """Controls that apply."""
        return sum(self.counts[:4])

    @property
    def gaps(self) -> int:
        """Controls that hold in part or not."""
        return self.counts[1] + self.counts[2]


@dataclass(frozen=True, slots=True)
class View:
    """A whole report."""

    language: str
    firm: str
    uscc: str
    period: str
    as_of: str
    profile: str
    leaves_out: str
    catalog: str
    snapshot: str
    version: str
    verdict: str
    figures: tuple[tuple[str, str], ...]
    domains: tuple[DomainView, ...]
    controls: tuple[ControlView, ...]
    root_causes: tuple[str, ...]
    repair_order: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    stale: tuple[str, ...]
    evidence: tuple[tuple[str, str, int, str], ...]
    problems: tuple[Any, ...]
    gate: tuple[tuple[str, str, str], ...]
    history: tuple[tuple[str, Mapping[str, str]], ...]
    counts: Mapping[str, int]
    answers: tuple[AnswerView, ...] = ()

    @property
    def gaps(self) -> tuple[ControlView, ...]:
        """Gaps, gravest first."""
        order = {s: i for i, s in enumerate(WEIGHTS)}
        return tuple(sorted((c for c in self.controls if c.gap), key=lambda c: (order[c.severity], c.outcome != "not_satisfied", c.id)))


def build(report: ReportInput) -> View:
    """The view of a report; ``report.run`` and ``report.config`` may be absent (a repository)."""
    a, language = report.assessment, report.language
    findings: dict[tuple[str, str], list[Finding]] = {}
    for finding in a.findings:
        findings.setdefault((finding.control, finding.check), []).append(finding)
    owners = _owners(report)
    controls = tuple(_control(c, report, findings, owners) for c in a.controls)
    profile = report.catalog.profiles.get(a.profile)
    organisation = getattr(report.config, "organisation", {}) or {}
    tables = report.catalog.tables
    codes = {(r.code, r.detail) for c in a.controls for k in c.checks for r in k.reasons}
    period = getattr(report.run, "period", None)
    return View(
        language=language,
        firm=str(organisation.get("name") or ""),
        uscc=str(organisation.get("uscc") or ""),
        period=f"{period.name} ({period.start} – {period.end})" if period else "",
        as_of=a.as_of,
        profile=profile.title.get(language) if profile else a.profile,
        leaves_out=profile.leaves_out.get(language) if profile else "",
        catalog=a.catalog_digest,
        snapshot=snapshot_digest(report),
        version=report.version,
        verdict=_verdict(controls, language),
        figures=_figures(report),
        domains=_domains(report),
        controls=controls,
        root_causes=a.root_causes,
        repair_order=tuple((c, figure(g)) for c, g in a.repair_order),
        missing=tuple(sorted(_titled(tables, d, language) for c, d in codes if c == "table_missing")),
        stale=tuple(sorted(_titled(tables, d, language) for c, d in codes if c == "table_stale")),
        evidence=_evidence(report),
        problems=tuple(getattr(report.run, "problems", ())),
        gate=report.notes,
        history=tuple(getattr(report.run, "history", ())),
        counts=Counter(c.outcome for c in controls),
        answers=tuple(getattr(report.run, "answers", ())),
    )


def snapshot_digest(report: ReportInput) -> str:
    """SHA-256 over every row with its place: two snapshots with the same digest hold the same evidence."""
    total = hashlib.sha256()
    for row in report.snapshot.rows:
        total.update(json.dumps([row.table, row.values, list(row.at), row.lacks], ensure_ascii=False, sort_keys=True).encode() + b"\n")
    return total.hexdigest()


def _titled(tables: Mapping[str, Any], name: str, language: str) -> str:
    return f"{tables[name].title.get(language)} ({name})" if name in tables else name


def _owners(report: ReportInput) -> dict[str, str]:
    """Role -> the person appointed to it on the day of the assessment, as the appointment register says."""
    found = {}
    for row in report.snapshot.rows:
        v = row.values
        if row.table == "appointment_register" and v.get("role") and v.get("employee_id") and (v.get("valid_to") is None or str(v["valid_to"]) >= report.assessment.as_of[:10]):
            found[str(v["role"])] = str(v["employee_id"])
    return found


def _control(result: ControlResult, report: ReportInput, findings: Mapping[tuple[str, str], Sequence[Finding]], owners: Mapping[str, str]) -> ControlView:
    language = report.language
    control = report.catalog.controls[result.id]
    checks = tuple(_check(k, control, findings.get((result.id, k.id), ()), report) for k in result.checks)
    open_ones = [f for k in result.checks for f in findings.get((result.id, k.id), ()) if f.status == "open"]
    person = owners.get(control.owner)
    due = (date.fromisoformat(report.assessment.as_of[:10]) + timedelta(days=DUE_DAYS[control.severity])).isoformat() if result.outcome in GAPS else ""
    return ControlView(
        result.id, control.title.get(language), control.domain, control.severity, result.outcome, figure(100 * result.score),
        role(control.owner, language) + (f" {person}" if person else ""), due, tuple(citations(control, report.catalog, language, report.assessment.as_of, 4)),
        control.assurance, control.remediation.get(language), control.rationale.get(language), tuple(r.text(language) for r in result.reasons), checks,
        sum(1 for f in open_ones if f.verdict == "violation"), sum(1 for f in open_ones if f.verdict == "undetermined"),
    )  # fmt: skip


def _check(result: CheckResult, control: Control, findings: Sequence[Finding], report: ReportInput) -> CheckView:
    declared = next(k for k in control.checks if k.id == result.id)
    digests = report.snapshot.digests
    lines = tuple(FindingView(f.fingerprint, f.verdict, f.status, f.key, explanation(f, report.language), place(f), f.clause, digests.get(f.location.path, "")) for f in findings)
    reasons = tuple(r.text(report.language) for r in result.reasons)
    return CheckView(result.id, declared.question.get(report.language), result.outcome, result.n, result.v, result.u, reasons, lines, declared.sql)


def place(finding: Finding) -> str:
    """Where the finding stands, as a person looks it up."""
    at = finding.location
    return str(at) if at.cell or at.line else at.path


def _verdict(controls: Sequence[ControlView], language: str) -> str:
    counts = Counter(c.outcome for c in controls)
    n = sum(counts[o] for o in OUTCOMES[:4])
    if not n or counts["undetermined"] == n:
        return say("verdict.nothing", language)
    if counts["satisfied"] == n:
        return say("verdict.clean", language, n=n)
    return say(
        "verdict.gaps", language, n=n, ok=counts["satisfied"], bad=counts["not_satisfied"], part=counts["partially_satisfied"], unknown=counts["undetermined"]
    )  # fmt: skip


def _figures(report: ReportInput) -> tuple[tuple[str, str], ...]:
    s = report.assessment.scores
    return (
        ("score", figure(s.score)), ("grade", s.grade or "—"), ("assessed_score", figure(s.assessed)),
        ("coverage", figure(s.coverage) + (" %" if s.coverage is not None else "")), ("after", figure(s.score_after_exceptions)), ("weak_share", weak_share(report)),
    )  # fmt: skip


def weak_share(report: ReportInput) -> str:
    """How much of the points scored rests on controls of weak assurance, in percent."""
    points = [(report.catalog.controls[c.id], c) for c in report.assessment.controls if c.outcome != "not_applicable"]
    whole = sum((WEIGHTS[k.severity] * c.score for k, c in points), Fraction(0))
    weak = sum((WEIGHTS[k.severity] * c.score for k, c in points if k.assurance == "weak"), Fraction(0))
    return figure(100 * weak / whole) + " %" if whole else "—"


def _domains(report: ReportInput) -> tuple[DomainView, ...]:
    titles = dict(report.catalog.domains)
    grouped: dict[str, list[ControlResult]] = {}
    for result in report.assessment.controls:
        grouped.setdefault(report.catalog.controls[result.id].domain, []).append(result)
    views = []
    for code, results in sorted(grouped.items()):
        counts = Counter(r.outcome for r in results)
        applicable = [r for r in results if r.outcome != "not_applicable"]
        weight = sum(WEIGHTS[report.catalog.controls[r.id].severity] for r in applicable)
        score = sum((100 * WEIGHTS[report.catalog.controls[r.id].severity] * r.score for r in applicable), Fraction(0)) / weight if weight else None
        title = titles[code].get(report.language) if code in titles else code
        views.append(DomainView(code, title, tuple(counts[o] for o in OUTCOMES), figure(score), int(score) if score is not None else 0))
    return tuple(views)


def _evidence(report: ReportInput) -> tuple[tuple[str, str, int, str], ...]:
    counts = Counter(r.table for r in report.snapshot.rows)
    sources: dict[str, str] = {}
    for row in report.snapshot.rows:
        sources.setdefault(row.table, row.at.path)
    names = sorted(report.snapshot.delivered | set(counts))
    tables = report.catalog.tables
    return tuple((n, tables[n].title.get(report.language), counts[n], report.snapshot.origins.get(n) or sources.get(n, "")) for n in names if n in tables)
