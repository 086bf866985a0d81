"""Outcomes and scores, as exact rationals (DESIGN: Outcomes and scores)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from compliance.model.assessment import CheckResult, ControlResult, Outcome, Scores
from compliance.model.catalog import WEIGHTS, Control
from compliance.model.cell import Reason

ZERO, ONE = Fraction(0), Fraction(1)
EMPTY = Reason("no_population")
NIL = Reason("nil_return")


def check_result(check_id: str, n: int, v: int, u: int, missing: Sequence[Reason], nil_return: bool = False) -> CheckResult:
    """The outcome of one check from its population, violations and undetermined members.

    *missing* says why evidence lacks (a missing or stale table, an unparsed file).  Violations that
    were seen stay violations; nothing else passes on missing evidence.  An empty population counts only
    with a signed nil return.
    """
    outcome: Outcome
    reasons = tuple(missing)
    if n == 0 and nil_return:
        return CheckResult(check_id, "satisfied", 0, 0, 0, (NIL,), ONE)
    if n == 0:
        outcome, reasons = "undetermined", reasons or (EMPTY,)
    elif v > 0:
        outcome = "not_satisfied"
    elif u > 0 or missing:
        outcome = "undetermined"
    else:
        outcome = "satisfied"
    score = max(ZERO, Fraction(n - v - u, n)) if n and not (missing and v == 0 and u == 0) else ZERO
    return CheckResult(check_id, outcome, n, v, u, reasons, score)


def control_outcome(control: Control, checks: Sequence[CheckResult], repository: bool) -> Outcome:
    """The outcome of a control from its checks.

    In a repository run, a check without population asks about something the repository does not
    contain; it takes no part unless all of them are so.
    """
    relevant = [c for c in checks if not (repository and c.reasons == (EMPTY,))]
    outcomes = {c.outcome for c in relevant}
    if not relevant or outcomes == {"undetermined"}:
        return "undetermined"
    if outcomes == {"satisfied"}:
        return "satisfied"
    keys = {c.id for c in control.checks if c.key}
    if any(c.outcome == "not_satisfied" and c.id in keys for c in relevant) or "satisfied" not in outcomes:
        return "not_satisfied" if "not_satisfied" in outcomes else "undetermined"
    return "partially_satisfied"


def control_result(control: Control, checks: Sequence[CheckResult], done: Mapping[str, ControlResult], repository: bool) -> ControlResult:
    """A control with what it requires taken into account; *done* holds its prerequisites."""
    outcome = control_outcome(control, checks, repository)
    score = sum((c.score for c in checks), ZERO) / len(checks)
    assessed = [c.score for c in checks if c.outcome != "undetermined" or c.u]
    assessed_score = sum(assessed, ZERO) / len(assessed) if assessed else None
    reasons = tuple(dict.fromkeys(r for c in checks for r in c.reasons if r != EMPTY))
    if outcome == "undetermined" and not reasons and not any(c.u for c in checks):
        reasons = (EMPTY,)
    for required in control.requires:
        other = done.get(required)
        if other is None or other.outcome in ("satisfied", "not_applicable") or (repository and other.reasons == (EMPTY,)):
            continue
        score = min(score, other.score)
        if assessed_score is not None and other.assessed_score is not None:
            assessed_score = min(assessed_score, other.assessed_score)
        if outcome == "satisfied":
            outcome = "partially_satisfied"
            reasons = (*reasons, Reason("undermined_by", required))
    return ControlResult(control.id, outcome, reasons, score, assessed_score, tuple(checks))


def total(results: Sequence[ControlResult], controls: Mapping[str, Control], after: Sequence[ControlResult]) -> Scores:
    """The scores of a profile; *after* are the same controls with exceptions taken out of the findings."""
    applicable = [r for r in results if r.outcome != "not_applicable"]
    weight = {r.id: WEIGHTS[controls[r.id].severity] for r in applicable}
    determined = [r for r in applicable if r.assessed_score is not None]
    if not determined:
        return Scores(None, None, ZERO if applicable else None, None, None)
    whole = sum(weight.values())
    seen = sum(weight[r.id] for r in determined)
    score = 100 * sum((weight[r.id] * r.score for r in applicable), ZERO) / whole
    assessed = 100 * sum((weight[r.id] * (r.assessed_score or ZERO) for r in determined), ZERO) / seen
    coverage = Fraction(100 * seen, whole)
    later = 100 * sum((weight[r.id] * r.score for r in after if r.id in weight), ZERO) / whole
    critical = any(r.outcome == "not_satisfied" and controls[r.id].severity == "critical" for r in applicable)
    return Scores(score, assessed, coverage, later, grade(score, critical, coverage))


def grade(score: Fraction, critical_failed: bool, coverage: Fraction) -> str:
    """A from 90, B from 75, C from 60, else D; a failed critical control caps at C, coverage below 80 % at B."""
    letter = "A" if score >= 90 else "B" if score >= 75 else "C" if score >= 60 else "D"
    if coverage < 80:
        letter = max(letter, "B")
    return max(letter, "C") if critical_failed else letter
