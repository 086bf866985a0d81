"""Rows as they may leave the firm: personal columns become pseudonyms right after collection, and a ledger says which.

Only what ships is evaluated, so this comes before every check.  Free text is scanned and each hit masked in place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from compliance.model.catalog import Column, Table
from compliance.model.location import Location
from compliance.model.row import Row, Scalar
from compliance.redact.known import KnownValues, spreading, words_of
from compliance.redact.pseudonyms import PREFIXES, Pseudonyms
from compliance.redact.text import inert, replaced

_REMEMBERED: Final = 50_000
"""Texts whose clean form is kept: columns repeat themselves, identifiers do not."""


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
    """Redacted rows in the order they came, the ledger, what pseudonyms stand for, and known values (these two never ship)."""

    rows: tuple[Row, ...]
    ledger: tuple[LedgerEntry, ...]
    meaning: Mapping[str, str]
    known: KnownValues


def treatment(column: Column, tables: Mapping[str, Table]) -> str:
    """How a column is treated: ``pseudonym``, ``kept`` (coded values and numbers), or ``text`` when it is free text or not personal by declaration.

    A column that refers to another one is treated like it: otherwise joins between registers would break.
    """
    if column.type != "string":
        return "kept" if column.personal_data != "none" else ""
    return "pseudonym" if class_of(column, tables) in PREFIXES else "text"


def class_of(column: Column, tables: Mapping[str, Table]) -> str:
    """The class of personal data of a column: its own, else that of the column it refers to."""
    table, _, name = column.fk.partition(".")
    if column.personal_data == "none" and name and table in tables:
        target = next((c for c in tables[table].columns if c.name == name), None)
        if target is not None:
            return target.personal_data
    return column.personal_data


def redact(rows: Iterable[Row], tables: Mapping[str, Table], pseudonyms: Pseudonyms) -> Redaction:
    """Every row with its personal values replaced; what the rows say of each other stays true.

    A sensitive column that holds a number of a register (who is reported: E5) keeps it: the number names nobody without the
    register, whose names are pseudonyms, and comparisons with other columns must come out as before.
    """
    rows = list(rows)
    plans = {n: _plan(t, tables) for n, t in tables.items()}
    accounts, ids, signs = _seen(rows, tables, plans, pseudonyms)
    known = KnownValues(signs, words_of(w for t in tables.values() for c in t.columns for w in (c.title.zh, c.title.en, *(label for _, label in c.labels))))
    done: list[Row] = []
    counts: Counter[tuple[str, str, str, str]] = Counter()
    meaning: dict[str, str] = {sign: value for value, sign in signs.items()}
    made: dict[tuple[str, str], str] = {}
    cleaned: dict[str, str] = {}

    def clean(text: str) -> str:
        found = cleaned.get(text)
        if found is None:
            found = inert(known.replaced(replaced(text, pseudonyms)))
            if len(cleaned) < _REMEMBERED:
                cleaned[text] = found
        return found

    columns = {n: tuple(c.name for c in t.columns) for n, t in tables.items()}
    for row in rows:
        declared = columns.get(row.table)
        if declared is not None and tuple(row.values) != declared:  # a collector leaves out what it never knows; what ships names every column
            row = replace(row, values={n: row.values.get(n) for n in declared})
        values: dict[str, Scalar] | None = None
        for name, kind, how in plans.get(row.table, ()):
            value = row.values.get(name)
            if value is None or value == "":
                continue
            if how == "text" and name.endswith(("_id", "_by")) and value in accounts:
                kind, how = "account", "pseudonym"  # a column that may name an account among other things still has to join
            elif how == "pseudonym" and kind == "sensitive" and value in ids:
                counts[(row.table, name, kind, "kept")] += 1
                how = "text"
            if how == "pseudonym":
                text = str(value)
                new: Scalar = made.get((kind, text))
                if new is None:
                    new = made[(kind, text)] = pseudonyms.of(kind, text)
                    meaning.setdefault(new, text)
            elif how == "text":
                new = clean(str(value))
                if new == value:
                    continue
            else:
                counts[(row.table, name, kind, how)] += 1
                continue
            values = dict(row.values) if values is None else values
            values[name] = new
            counts[(row.table, name, kind, "masked_text" if how == "text" else how)] += 1
        at = _place(row.at, clean)
        # Places of a register's row lie in its own sheet; those of other rows may lie in other files.
        moved = at is not row.at or (isinstance(row.places, dict) and any(_place(p, clean) is not p for p in row.places.values()))
        places = {c: _place(p, clean) for c, p in row.places.items()} if moved else row.places
        done.append(row if values is None and not moved else replace(row, values=values or row.values, at=at, places=places))
    ledger = tuple(LedgerEntry(*key, n) for key, n in sorted(counts.items()))
    return Redaction(tuple(done), ledger, meaning, known)


_Plan = Mapping[str, tuple[tuple[str, str, str], ...]]


def _seen(rows: Sequence[Row], tables: Mapping[str, Table], plans: _Plan, pseudonyms: Pseudonyms) -> tuple[set[str], set[str], dict[str, str]]:
    """Values of account columns, numbers that identify a row of some register, and the pseudonyms of values that spread."""
    accounts: set[str] = set()
    ids: set[str] = set()
    signs: dict[str, str] = {}
    for row in rows:
        key = tables[row.table].key if row.table in tables else ()
        for name, kind, how in plans.get(row.table, ()):
            value = row.values.get(name)
            if value is None or value == "":
                continue
            if how == "pseudonym" and kind == "account":
                accounts.add(str(value))
            elif how == "pseudonym" and spreading(kind):
                signs.setdefault(str(value), pseudonyms.of(kind, str(value)))
            elif how == "text" and key == (name,):
                ids.add(str(value))
    return accounts, ids, signs


def _plan(table: Table, tables: Mapping[str, Table]) -> tuple[tuple[str, str, str], ...]:
    found = ((c.name, class_of(c, tables), treatment(c, tables)) for c in table.columns)
    return tuple((name, kind, how) for name, kind, how in found if how)


def _place(at: Location, clean: Callable[[str], str]) -> Location:
    """A place whose file or sheet name holds no personal information."""
    path, cell = clean(at.path), clean(at.cell) if at.cell else at.cell
    return at if path == at.path and cell == at.cell else at._replace(path=path, cell=cell)
