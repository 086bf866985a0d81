"""What only shows across rows: keys that repeat and references that lead nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from compliance.collect.registers.messages import problem
from compliance.collect.registers.problem import Problem, ProblemSeverity
from compliance.collect.registers.words import shorten
from compliance.model.catalog import Column, Table
from compliance.model.row import Row

_SEVERAL = re.compile(r"[、,，;；/\s]+")


def repeated_keys(rows: Sequence[Row], tables: Mapping[str, Table]) -> Iterator[Problem]:
    """The second and every further row of a key."""
    first: dict[tuple[str, tuple[object, ...]], Row] = {}
    for row in rows:
        table = tables[row.table]
        key = tuple(row.values.get(k) for k in table.key)
        if all(v is None for v in key):
            continue
        before = first.setdefault((row.table, key), row)
        if before is row:
            continue
        column = _column(table, table.key[0])
        shown = "…" if column.personal_data != "none" else shorten(" + ".join(str(v) for v in key))
        there = before.at.cell if before.at.path == row.at.path else f"{before.at.path} › {before.at.cell}"
        yield _problem("duplicate_key", row, column, value=shown, detail=there)


def dangling(rows: Sequence[Row], tables: Mapping[str, Table], delivered: frozenset[str]) -> Iterator[Problem]:
    """References to a row that the delivered target table does not have.  A table not delivered says nothing."""
    targets: dict[str, set[object]] = {}
    wanted = {c.fk for t in tables.values() for c in t.columns if c.fk}
    by_table: dict[str, list[Row]] = {}
    for row in rows:
        by_table.setdefault(row.table, []).append(row)
    for reference in sorted(wanted):
        table, _, key = reference.partition(".")
        if table in delivered and table in tables:
            targets[reference] = {r.values.get(key) for r in by_table.get(table, [])}
    helpers: dict[str, Mapping[str, str]] = {}
    for name, members in by_table.items():
        columns = [c for c in tables[name].columns if c.fk in targets]
        names = {c.name for c in tables[name].columns}
        for column in columns:
            known = targets[column.fk]
            for row in members:
                value = row.values.get(column.name)
                if value is None or value in known or str(value).startswith("?"):
                    continue
                target = tables[column.fk.partition(".")[0]]
                if column.fk not in helpers:
                    helpers[column.fk] = _near_names(target, column.fk, by_table.get(target.name, []))
                yield _dangling(row, column, str(value), target, known, helpers[column.fk], column.name.removesuffix("_id") + "_type" in names)


def _dangling(row: Row, column: Column, value: str, target: Table, known: set[object], near: Mapping[str, str], typed: bool) -> Problem:
    shown = "…" if column.personal_data != "none" else shorten(value)
    parts = [p for p in _SEVERAL.split(value) if p]
    if len(parts) > 1 and all(p in known for p in parts):
        return _problem("several_values", row, column, value=shown, table=target.title)
    guess = near.get(value.lower()) or near.get(value.lower().lstrip("0")) or near.get(value.removesuffix(".0"))
    hint = (f"，是不是 {guess}？", f"; did you mean {guess}?") if guess else ("", "")
    # A column beside ``<stem>_type`` may point into another table for other types.
    severity: ProblemSeverity = "error" if column.required and not typed else "warning"
    return _problem("dangling", row, column, severity, value=shown, table=target.title, hint=hint)


def _near_names(target: Table, reference: str, rows: Sequence[Row]) -> dict[str, str]:
    """What people write instead of the number: another case, lost leading zeros, the name; ambiguous ones are left out."""
    key = reference.partition(".")[2]
    name_columns = [c.name for c in target.columns if c.name in ("name", "title", "short_name") or c.personal_data == "name"]
    found: dict[str, set[str]] = {}
    for row in rows:
        identity = str(row.values.get(key) or "")
        if not identity or identity.startswith("?"):
            continue
        for word in (identity, identity.lstrip("0"), *(str(row.values.get(c) or "") for c in name_columns)):
            if word:
                found.setdefault(word.lower(), set()).add(identity)
    return {word: next(iter(ids)) for word, ids in found.items() if len(ids) == 1}


def _column(table: Table, name: str) -> Column:
    return next(c for c in table.columns if c.name == name)


def _problem(code: str, row: Row, column: Column, severity: ProblemSeverity | None = None, **details: Any) -> Problem:
    place = row.places.get(column.name, row.at)
    sheet, _, cell = place.cell.rpartition("!")
    return problem(code, row.at.path, sheet=sheet, cell=cell, header=column.title.zh, table_name=row.table, severity=severity, **details)
