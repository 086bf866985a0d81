"""What DESIGN.md promises of every assessment, over random firms and the whole catalog."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.catalog.cache import load_catalog
from compliance.evaluate.evaluate import Request, evaluate
from compliance.model.assessment import Assessment, Snapshot
from compliance.model.catalog import Catalog
from compliance.report.interface import ReportInput
from compliance.report.json_report import document
from tests.evaluate.firms import AS_OF, firm

SLOW = settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@lru_cache(1)
def catalog() -> Catalog:
    return load_catalog()


@lru_cache(1)
def tables() -> tuple[str, ...]:
    profile = catalog().profiles["full"]
    return tuple(sorted({t for e in profile.entries for k in catalog().controls[e.control].checks for t in (*k.tables, *k.optional)} | {"nil_return"}))


def assess(snapshot: Snapshot) -> Assessment:
    request = Request(catalog().profiles["full"], AS_OF, {}, {}, ("2026-04-01", "2026-06-30"))
    return evaluate(catalog(), request, snapshot)


def score(assessment: Assessment) -> Fraction:
    return assessment.scores.score or Fraction(0)


def without(snapshot: Snapshot, table: str) -> Snapshot:
    return replace(snapshot, rows=tuple(r for r in snapshot.rows if r.table != table), delivered=snapshot.delivered - {table})


@SLOW
@given(st.integers(0, 10**6), st.data())
def test_removing_a_table_never_raises_the_score(seed: int, data: st.DataObject) -> None:
    snapshot = firm(catalog(), tables(), seed)
    before = score(assess(snapshot))
    for table in data.draw(st.lists(st.sampled_from(tables()), min_size=2, max_size=4, unique=True)):
        assert score(assess(without(snapshot, table))) <= before, table


@SLOW
@given(st.integers(0, 10**6))
def test_a_stale_table_never_raises_the_score(seed: int) -> None:
    snapshot = firm(catalog(), tables(), seed)
    stale = random.Random(seed).sample(tables(), 3)
    assert score(assess(replace(snapshot, stale=frozenset(stale)))) <= score(assess(snapshot))


@SLOW
@given(st.integers(0, 10**6))
def test_the_order_of_rows_never_matters(seed: int) -> None:
    snapshot = firm(catalog(), tables(), seed)
    rows = list(snapshot.rows)
    random.Random(seed).shuffle(rows)
    shuffled = assess(replace(snapshot, rows=tuple(rows)))
    straight = assess(snapshot)
    assert _plain(shuffled, snapshot) == _plain(straight, snapshot)


@SLOW
@given(st.integers(0, 10**6))
def test_every_finding_is_a_member_and_counts_add_up(seed: int) -> None:
    assessment = assess(firm(catalog(), tables(), seed))
    for control in assessment.controls:
        for check in control.checks:
            assert 0 <= check.v + check.u <= check.n or not check.n, (control.id, check)
            assert 0 <= check.score <= 1


def test_nothing_delivered_is_no_score_and_nothing_satisfied() -> None:
    assessment = assess(Snapshot((), frozenset(), ()))
    assert assessment.scores.score is None and assessment.scores.grade is None
    assert {c.outcome for c in assessment.controls} == {"undetermined"} and not assessment.findings


def _plain(assessment: Assessment, snapshot: Snapshot) -> object:
    return document(ReportInput(assessment, snapshot, catalog(), (), 0, "clean", "zh", "0", {}))
