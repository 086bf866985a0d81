"""Rows as they may leave the firm: personal columns become pseudonyms right after collection, and a ledger says which.

Only what ships is evaluated, so this comes before every check.  Free text is scanned and each hit masked in place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from compliance.model.catalog import Column, Table
from compliance.model.location import Location
from compliance.model.row import Row, Scalar
from compliance.redact.pseudonyms import PREFIXES, Pseudonyms
from compliance.redact.text import replaced


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """What was withheld of one column.

    treatment: ``pseudonym``, ``masked_text`` (hits inside free text), or ``kept`` (a coded value or number that names nobody)
    values:    how many values it touched
    """

    table: str
    column: str
    personal_data: str
    treatment: str
    values: int


@dataclass(frozen=True, slots=True)
class Redaction:
    """Redacted rows in the order they came, the ledger, and what pseudonyms stand for (this last part never ships)."""

    rows: tuple[Row, ...]
    ledger: tuple[LedgerEntry, ...]
    meaning: Mapping[str, str]


def treatment(column: Column, tables: Mapping[str, Table]) -> str:
    """How a column is treated: ``pseudonym``, ``kept``, or ``text`` when it is not personal by declaration.

    A column that refers to another one is treated like it: otherwise joins between registers would break.
    """
    if column.type != "string":
        return "kept" if column.personal_data != "none" else ""
    kind = class_of(column, tables)
    return "pseudonym" if kind in PREFIXES else "kept" if column.personal_data != "none" else "text"


def class_of(column: Column, tables: Mapping[str, Table]) -> str:
    """The class of personal data of a column, that of the column it refers to when there is one."""
    table, _, name = column.fk.partition(".")
    if name and table in tables:
        target = next((c for c in tables[table].columns if c.name == name), None)
        if target is not None:
            return target.personal_data
    return column.personal_data


def redact(rows: Iterable[Row], tables: Mapping[str, Table], pseudonyms: Pseudonyms) -> Redaction:
    """Every row with its personal values replaced; what the rows say of each other stays true."""
    done: list[Row] = []
    counts: Counter[tuple[str, str, str, str]] = Counter()
    meaning: dict[str, str] = {}
    plans = {n: _plan(t, tables) for n, t in tables.items()}
    rows = list(rows)
    accounts = {str(r.values[n]) for r in rows for n, kind, how in plans.get(r.table, ()) if how == "pseudonym" and kind == "account" and r.values.get(n) is not None}
    for row in rows:
        values: dict[str, Scalar] | None = None
        for name, kind, how in plans.get(row.table, ()):
            value = row.values.get(name)
            if value is None:
                continue
            if how == "text" and name.endswith(("_id", "_by")) and value in accounts:
                kind, how = "account", "pseudonym"  # a column that may name an account among other things still has to join
            if how == "pseudonym":
                sign = pseudonyms.of(kind, str(value))
                meaning.setdefault(sign, str(value))
                new: Scalar = sign
            elif how == "text":
                new = replaced(str(value), pseudonyms)
                if new == value:
                    continue
            else:
                counts[(row.table, name, kind, how)] += 1
                continue
            values = dict(row.values) if values is None else values
            values[name] = new
            counts[(row.table, name, kind, "masked_text" if how == "text" else how)] += 1
        at = _place(row.at, pseudonyms)
        if values is None and at is row.at:
            done.append(row)
            continue
        done.append(replace(row, values=values or row.values, at=at, places={c: _place(p, pseudonyms) for c, p in row.places.items()}))
    ledger = tuple(LedgerEntry(*key, n) for key, n in sorted(counts.items()))
    return Redaction(tuple(done), ledger, meaning)


def _plan(table: Table, tables: Mapping[str, Table]) -> tuple[tuple[str, str, str], ...]:
    found = ((c.name, class_of(c, tables), treatment(c, tables)) for c in table.columns)
    return tuple((name, kind, how) for name, kind, how in found if how)


def _place(at: Location, pseudonyms: Pseudonyms) -> Location:
    """A place whose file or sheet name holds no personal information."""
    path, cell = replaced(at.path, pseudonyms), replaced(at.cell, pseudonyms) if at.cell else at.cell
    return at if path == at.path and cell == at.cell else at._replace(path=path, cell=cell)
