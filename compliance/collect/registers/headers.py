"""Which table a sheet is, where its header stands, and which column is which."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from compliance.collect.registers.sheet import Sheet
from compliance.collect.registers.words import header_forms, name_forms, nfkc
from compliance.model.catalog import Column, Table

SEARCHED: Final = 50
"""Rows from the top in which a header is looked for."""
_LAST_WORD: Final = re.compile(r"(?:台账|登记表|登记簿|登记册|登记|一览表|明细表|汇总表|统计表|花名册|名册|清单|目录|记录表|记录|档案|信息表|表|register|list|log)$")
_GENERIC: Final = frozenset({"sheet", "工作表", "表", "sheet1", "工作表1", "表1", "table", "data", "数据", "明细", "台账", "登记表", "清单"})


@dataclass(frozen=True)
class Names:
    """What tables and columns are called, in header form.

    tables:  form -> table names that may be meant
    stems:   the same without the last word (台账, 登记表, 清单 ...), which people swap freely
    columns: table -> form -> column names, by falling precedence: exact title first
    """

    tables: Mapping[str, tuple[str, ...]]
    stems: Mapping[str, tuple[str, ...]]
    columns: Mapping[str, Mapping[str, tuple[str, ...]]]


def names_of(tables: Mapping[str, Table]) -> Names:
    """The dictionary of all declared names."""
    by_name: dict[str, list[str]] = {}
    stems: dict[str, list[str]] = {}
    columns: dict[str, Mapping[str, tuple[str, ...]]] = {}
    for table in tables.values():
        for text in (table.title.zh, table.title.en, table.name, *table.aliases):
            for form in name_forms(text)[:1]:
                if table.name not in by_name.setdefault(form, []):
                    by_name[form].append(table.name)
                if table.name not in stems.setdefault(_stem(form), []):
                    stems[_stem(form)].append(table.name)
        columns[table.name] = _column_forms(table)
    return Names({k: tuple(v) for k, v in by_name.items()}, {k: tuple(v) for k, v in stems.items()}, columns)


def _stem(form: str) -> str:
    """``事件台账`` and ``事件登记簿`` to ``事件``; a name that is nothing else stays."""
    return _LAST_WORD.sub("", form) or form


def _column_forms(table: Table) -> dict[str, tuple[str, ...]]:
    """A title beats a name, a name beats an alias; what remains double is ambiguous."""
    forms: dict[str, list[str]] = {}
    for texts in ([(c.title.zh,) for c in table.columns], [(c.name,) for c in table.columns], [(c.title.en,) for c in table.columns], [c.aliases for c in table.columns]):
        level: dict[str, list[str]] = {}
        for column, words in zip(table.columns, texts, strict=True):
            for word in words:
                for form in dict.fromkeys(header_forms(word)[:1]):
                    if form and column.name not in level.setdefault(form, []):
                        level[form].append(column.name)
        for form, found in level.items():
            forms.setdefault(form, found)
    return {k: tuple(v) for k, v in forms.items()}


def meaning(names: Names, table: str, text: Any) -> tuple[str, ...]:
    """Columns that a header cell may mean; empty when none."""
    if not isinstance(text, str) or not text.strip():
        return ()
    known = names.columns[table]
    for form in header_forms(text):
        if form in known:
            return known[form]
    return ()


def tables_named(names: Names, text: str) -> tuple[str, ...]:
    """Tables that a sheet name, file name or title line may mean."""
    for form in name_forms(text):
        if form in names.tables:
            return names.tables[form]
    return ()


def tables_resembling(names: Names, text: str) -> tuple[str, ...]:
    """Tables that a name may mean when only its last word differs; a hint that the headers must confirm."""
    for form in name_forms(text):
        found = names.stems.get(_stem(form), ())
        if found and not generic(text):
            return found
    return ()


def table_in_title(names: Names, sheet: Sheet, before: int = 3) -> tuple[str, ...]:
    """Tables whose name ends one of the lines above the header, e.g. ``某某公司员工花名册``; the longest name wins."""
    for row in sheet.cells[:before]:
        filled = [c for c in row if isinstance(c, str) and c.strip()]
        if len(filled) == 1 and len(filled[0]) <= 60:
            forms = name_forms(filled[0])
            fitting = sorted((n for n in names.tables if len(n) >= 4 and any(f.endswith(n) for f in forms)), key=len)
            if fitting:
                return names.tables[fitting[-1]]
    return ()


def generic(name: str) -> bool:
    """A sheet name that says nothing: Sheet1, 工作表1."""
    bare = nfkc(name).lower().strip().rstrip("0123456789").strip()
    return not name or bare in _GENERIC or nfkc(name).lower() in _GENERIC


def find_header(names: Names, table: Table, sheet: Sheet) -> int | None:
    """Index of the row that recognises most columns; at least two, and a third of the required ones."""
    best, found = 0, None
    required = [c.name for c in table.columns if c.required]
    for index, row in enumerate(sheet.cells[:SEARCHED]):
        hit = {m[0] for cell in row for m in [meaning(names, table.name, cell)] if m}
        enough = min(2, len(table.columns))
        if len(hit) > best and len(hit) >= enough and sum(c in hit for c in required) * 3 >= len(required):
            best, found = len(hit), index
    return found


def by_headers(names: Names, tables: Mapping[str, Table], sheet: Sheet) -> tuple[str, ...]:
    """Tables that the headers fit: all keys there, most required columns, most headers recognised; a tie names all."""
    scored: list[tuple[float, str]] = []
    rows = [r for r in sheet.cells[:SEARCHED] if sum(isinstance(c, str) and bool(c.strip()) for c in r) >= 2]
    for table in tables.values():
        best = 0.0
        for row in rows:
            headers = [c for c in row if isinstance(c, str) and c.strip()]
            hits = {m[0] for c in headers for m in [meaning(names, table.name, c)] if m}
            required = [c.name for c in table.columns if c.required]
            if len(hits) < 3 or not set(table.key) <= hits or sum(c in hits for c in required) < 0.8 * len(required):
                continue
            best = max(best, len(hits) / len(headers) + len(hits) / len(table.columns))
        if best >= 1.0:
            scored.append((best, table.name))
    if not scored:
        return ()
    top = max(s for s, _ in scored)
    return tuple(sorted(n for s, n in scored if s >= top - 0.15))


@dataclass(frozen=True)
class Mapped:
    """Columns of one sheet.

    columns:   declared column -> column index
    unknown:   (index, header) of columns nobody declared
    twice:     (declared column, indexes)
    ambiguous: (index, header, declared columns)
    """

    columns: Mapping[str, int]
    unknown: tuple[tuple[int, str], ...]
    twice: tuple[tuple[str, tuple[int, ...]], ...]
    ambiguous: tuple[tuple[int, str, tuple[str, ...]], ...]


def map_columns(names: Names, table: Table, header: Sequence[Any]) -> Mapped:
    """Which declared column each header cell is."""
    places: dict[str, list[int]] = {}
    unknown, ambiguous = [], []
    for index, cell in enumerate(header):
        if not isinstance(cell, str) or not cell.strip():
            if cell not in ("", None):
                unknown.append((index, str(cell)))
            continue
        found = meaning(names, table.name, cell)
        if not found:
            unknown.append((index, cell.strip()))
        elif len(found) > 1:
            ambiguous.append((index, cell.strip(), found))
        else:
            places.setdefault(found[0], []).append(index)
    # A header that could mean two columns means the one that no other header claims.
    left = []
    for index, text, found in ambiguous:
        free = [c for c in found if c not in places]
        if len(free) == 1 and sum(1 for _, _, f in ambiguous if free[0] in f) == 1:
            places[free[0]] = [index]
        else:
            left.append((index, text, found))
    return Mapped(
        {c: i[0] for c, i in places.items() if len(i) == 1}, tuple(unknown),
        tuple((c, tuple(i)) for c, i in places.items() if len(i) > 1), tuple(left),
    )  # fmt: skip


def near_column(table: Table, header: str) -> Column | None:
    """The declared column that a header nobody declared resembles."""
    forms = {header_forms(t)[0]: c for c in table.columns for t in (c.title.zh, c.name, c.title.en)}
    near = difflib.get_close_matches(header_forms(header)[0], list(forms), 1, 0.6)
    return forms[near[0]] if near else None
