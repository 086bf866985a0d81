"""Random firms: rows of declared tables over small domains, so that joins meet and every boundary is near."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta

from compliance.model.assessment import Snapshot
from compliance.model.catalog import Catalog, Column
from compliance.model.cell import Reason
from compliance.model.location import Location
from compliance.model.row import Row, Scalar

AS_OF = "2026-06-30"


def firm(catalog: Catalog, tables: Sequence[str], seed: int, rows: int = 4) -> Snapshot:
    """A snapshot of *tables*, up to *rows* rows each; the same seed gives the same firm."""
    chance = random.Random(seed)
    found: list[Row] = []
    for name in sorted(tables):
        table = catalog.tables[name]
        seen = set()
        for number in range(chance.randint(0, rows)):
            values = {c.name: _value(c, chance) for c in table.columns}
            key = tuple(values[k] for k in table.key)
            if key in seen:
                continue
            seen.add(key)
            nulls = {c: Reason("not_stated", c) for c, v in values.items() if v is None}
            found.append(Row(name, values, Location(f"{name}.xlsx", number + 2, number + 2, f"{name}!A{number + 2}"), {}, nulls))
    return Snapshot(tuple(found), frozenset(tables), (), frozenset(), {t: f"{t}.xlsx" for t in tables})


def _value(column: Column, chance: random.Random) -> Scalar:
    if not column.required and chance.random() < 0.2:
        return None
    if column.options:
        return chance.choice(column.options)
    day = date.fromisoformat(AS_OF) + timedelta(days=chance.choice((-800, -366, -365, -93, -92, -91, -90, -31, -30, -1, 0, 1, 30)))
    match column.type:
        case "bool":
            return chance.random() < 0.6
        case "int":
            return chance.choice((0, 1, 2, 30, 90, 184, 365, 4000))
        case "decimal":
            return chance.choice(("0", "0.5", "1", "100"))
        case "date":
            return day.isoformat()
        case "datetime":
            return f"{day.isoformat()} {chance.choice(('00:00:00', '09:30:00', '23:59:59'))}"
    target = column.fk.rpartition(".")[2] if column.fk else column.name
    return f"{target}-{chance.randint(1, 3)}"
