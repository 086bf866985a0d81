"""DESIGN: Outcomes and scores."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from compliance.evaluate.scores import check_result, grade
from compliance.model.cell import Reason


def test_empty_population_is_undetermined_never_satisfied() -> None:
    result = check_result("c", 0, 0, 0, [])
    assert result.outcome == "undetermined" and result.score == 0 and result.reasons[0].code == "no_population"


def test_missing_evidence_never_passes() -> None:
    result = check_result("c", 3, 0, 0, [Reason("table_missing", "x")])
    assert result.outcome == "undetermined" and result.score == 0


def test_null_is_undetermined() -> None:
    assert check_result("c", 3, 0, 1, []).outcome == "undetermined"


@given(st.integers(1, 50), st.integers(0, 50), st.integers(0, 50))
def test_adding_a_violation_never_raises_the_score(n: int, v: int, u: int) -> None:
    v, u = min(v, n), min(u, n - min(v, n))
    before = check_result("c", n, v, u, []).score
    if v + u < n:
        assert check_result("c", n, v + 1, u, []).score < before
    assert before == Fraction(n - v - u, n)


def test_grade_is_capped_by_critical_failures_and_coverage() -> None:
    assert grade(Fraction(95), False, Fraction(100)) == "A"
    assert grade(Fraction(95), True, Fraction(100)) == "C"
    assert grade(Fraction(95), False, Fraction(79)) == "B"
    assert grade(Fraction(59), False, Fraction(100)) == "D"
