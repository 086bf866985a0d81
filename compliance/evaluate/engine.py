"""The embedded engine: DuckDB with the doors closed, tables loaded in bulk, checks as queries.

Nothing the queries could reach lies outside the rows handed in: external access is off, the
configuration is locked, memory is bound and a timer interrupts a query that runs away.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import duckdb

from compliance.errors import EvaluationError
from compliance.model.catalog import Table, View
from compliance.model.row import Row

_TYPES = {"string": "VARCHAR", "int": "BIGINT", "bool": "BOOLEAN", "decimal": "DECIMAL(18,4)", "date": "DATE", "datetime": "TIMESTAMP"}
_FROM_TEXT = frozenset({"DATE", "TIMESTAMP", "DECIMAL(18,4)"})

# TRUE when the row's service has no such setting; shipped with every bundle as macros.sql.
MACROS = ("CREATE MACRO setting_lacks(lacks, name) AS list_contains(string_split(lacks, ','), name)",)


def sql_type(declared: str) -> str:
    """DuckDB type of a declared column type; enums are text, their values are checked at load."""
    return _TYPES.get(declared, "VARCHAR")


def literal(value: Any) -> str:
    """A bound parameter as SQL text: numbers, booleans, dates, moments, quoted strings, lists."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(literal(v) for v in value) + "]" if value else "[]::VARCHAR[]"
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value:%Y-%m-%d %H:%M:%S}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    return "'" + str(value).replace("'", "''") + "'"


def bind(sql: str, parameters: Mapping[str, Any]) -> str:
    """Replace every ``{:name}`` token by its literal."""
    for name, value in parameters.items():
        sql = sql.replace("{:" + name + "}", literal(value))
    return sql


class Engine:
    """One locked-down in-memory database holding one snapshot."""

    def __init__(self, memory_limit: str = "400MB", timeout_seconds: float = 120.0) -> None:
        self._db = duckdb.connect(":memory:", config={"memory_limit": memory_limit, "threads": "2"})
        for statement in (
            "SET TimeZone='Asia/Shanghai'",
            "SET enable_external_access=false",
            "SET preserve_insertion_order=true",
            *MACROS,
        ):
            self._db.execute(statement)
        self._watch = _Watch(timeout_seconds, self._db.interrupt)

    def load(self, table: Table, rows: Sequence[tuple[int, Row]]) -> None:
        """Create *table* and fill it column by column; ``_row`` is the index of the row in the snapshot."""
        columns = [("_row", "BIGINT"), ("lacks", "VARCHAR"), *((c.name, sql_type(c.type)) for c in table.columns)]
        if not rows:
            self._db.execute(f"CREATE TABLE {table.name} ({', '.join(f'{n} {t}' for n, t in columns)})")
            return
        data: list[list[Any]] = [[i for i, _ in rows], [",".join(r.lacks) for _, r in rows]]
        data += [[r.values.get(c.name) for _, r in rows] for c in table.columns]
        used = {k for k, values in enumerate(data) if any(v is not None for v in values)}
        selected = ", ".join(
            (f"unnest($v{k}::{'VARCHAR' if kind in _FROM_TEXT else kind}[])::{kind}" if k in used else f"NULL::{kind}") + f" AS {name}"
            for k, (name, kind) in enumerate(columns)
        )
        self._db.execute(f"CREATE TABLE {table.name} AS SELECT {selected}", {f"v{k}": data[k] for k in used})

    def define(self, views: Iterable[View], parameters: Mapping[str, Any]) -> None:
        """Create the views, in order of dependence, bound to the instant of the run.

        They are computed once: several checks share each of them.
        """
        for view in views:
            self._db.execute(f"CREATE TABLE {view.name} AS {bind(view.sql, parameters)}")

    def lock(self) -> None:
        """No further change of configuration."""
        self._db.execute("SET lock_configuration=true")

    def query(self, sql: str, what: str) -> list[tuple[Any, ...]]:
        """Rows of one SELECT.  Raises EvaluationError naming *what* was evaluated."""
        with self._watch:
            try:
                return self._db.execute(sql).fetchall()
            except duckdb.Error as error:
                raise EvaluationError(f"the engine refused a check: {error}", where=what, fix="run hegui lint; report it if the catalog is clean") from error

    def close(self) -> None:
        """Free the memory."""
        self._watch.stop()
        self._db.close()


class _Watch:
    """Interrupts the query that runs inside it once its time is over: one thread an engine, not one a query."""

    def __init__(self, seconds: float, interrupt: Callable[[], None]) -> None:
        self._seconds, self._interrupt = seconds, interrupt
        self._deadline: float | None = None
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> None:
        self._deadline = time.monotonic() + self._seconds
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._deadline = None

    def stop(self) -> None:
        """No more queries come; the thread ends."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(min(0.25, self._seconds / 2)):
            deadline = self._deadline
            if deadline is not None and time.monotonic() > deadline:
                self._interrupt()
