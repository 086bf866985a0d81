"""The locked-down engine: nothing outside it is reachable, and a query that runs away is stopped."""

from __future__ import annotations

import threading

import pytest

from compliance.catalog.cache import load_catalog
from compliance.errors import EvaluationError
from compliance.evaluate.engine import Engine
from compliance.model.location import Location
from compliance.model.row import Row


@pytest.mark.parametrize("sql", ["SELECT * FROM read_text('/etc/hostname')", "COPY (SELECT 1) TO 'x.csv'", "ATTACH 'x.db'", "INSTALL httpfs", "SET memory_limit='4GB'"])
def test_nothing_outside_is_reachable(sql: str) -> None:
    engine = Engine()
    engine.lock()
    with pytest.raises(EvaluationError, match="refused"):
        engine.query(sql, "attack")
    engine.close()


def test_a_query_that_runs_away_is_interrupted() -> None:
    engine = Engine(timeout_seconds=0.2)
    with pytest.raises(EvaluationError, match=r"(?i)interrupt"):
        engine.query("SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = 7", "endless")
    assert engine.query("SELECT 1", "after") == [(1,)]
    engine.close()


def test_a_closed_engine_leaves_no_thread() -> None:
    before = threading.active_count()
    engine = Engine()
    engine.query("SELECT 1", "one")
    engine.close()
    assert threading.active_count() == before


def test_columns_without_any_value_keep_their_type() -> None:
    table = load_catalog().tables["nda_register"]
    engine = Engine()
    engine.load(table, [(0, Row("nda_register", {"nda_id": "N1", "signed_on": "2026-01-05"}, Location("x", 1, 1), {}, {}))])
    [(kind, signed)] = engine.query("SELECT typeof(effective_to), signed_on::VARCHAR FROM nda_register", "types")
    assert (kind, signed) == ("DATE", "2026-01-05")
    engine.close()
