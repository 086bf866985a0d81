"""Mutants of a check: what is changed, and that a threshold is one wherever it stands."""

from __future__ import annotations

from compliance.run.mutants import mutants, thresholds

SQL = "WITH hit AS (SELECT 1 AS x) SELECT a AS _key, (b >= {:limit} AND c <> 'x') AS c0 FROM t WHERE d + 3 < {:as_of}"


def names(sql: str, numbers: frozenset[str] = frozenset()) -> list[str]:
    return [m.name.partition(": ")[2] for m in mutants(sql, numbers)]


def test_every_comparison_is_turned_and_moved_by_its_boundary() -> None:
    found = names(SQL)
    assert {"b >= :limit -> b > :limit", "b >= :limit -> b < :limit", "c <> 'x' -> c = 'x'", "d + 3 < :as_of -> d + 3 <= :as_of", "d + 3 < :as_of -> d + 3 >= :as_of"} <= set(found)


def test_numbers_and_thresholds_move_by_one_and_clauses_are_dropped() -> None:
    found = names(SQL, frozenset({"limit"}))
    assert "3 -> 4" in found and ":limit -> (:limit + 1)" in found
    assert any(f.endswith("-> TRUE AS c0") for f in found)


def test_a_mutant_is_unbound_and_differs_from_its_original() -> None:
    made = mutants(SQL, frozenset({"limit"}))
    assert len({m.sql for m in made}) == len(made)
    assert all("{:as_of}" in m.sql and "_p_" not in m.sql for m in made)


def test_what_only_repeats_a_condition_is_left_alone() -> None:
    sql = "WITH maybe AS (SELECT x FROM u WHERE x = 1) SELECT a AS _key, (b IS NULL) AS _member_unknown, (b > 2) AS c0 FROM t"
    assert not any("x = 1" in n for n in names(sql))


def test_booleans_and_texts_are_no_thresholds() -> None:
    assert thresholds({"days": 3, "flag": True, "kinds": ["a"], "from": "2025-01-01"}) == {"days"}
