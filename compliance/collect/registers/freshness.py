"""As of which day a register speaks, and whether that is too long ago."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from compliance.collect.registers.dates import to_date
from compliance.collect.registers.messages import problem
from compliance.collect.registers.problem import Problem
from compliance.collect.registers.sheet import Book, Sheet
from compliance.collect.registers.values import plain
from compliance.collect.registers.words import nfkc, shorten
from compliance.model.catalog import Table, Text

_LABEL: Final = re.compile(r"^[(【\[]?\s*(?:数据(?:截止|截至|导出|更新)?(?:日期|日|时间)|(?:截止|截至|导出)(?:日期|日|时间)?|data as of|as of|exported on)\s*[)】\]]?\s*(?:[:：]\s*(.*))?$", re.I)


@dataclass(frozen=True)
class Stated:
    """What is said about the day of the export.

    own:        the file or sheet says it itself, not ``hegui.yaml``
    unreadable: text that should have been a date
    """

    day: date | None
    own: bool = False
    unreadable: str = ""


@dataclass(frozen=True)
class Judged:
    """The verdict over all tables."""

    stale: frozenset[str]
    exported: dict[str, str]
    problems: list[Problem]


def stated(book: Book, sheet: Sheet, header: int, table: Table, exported: date | Mapping[str, date] | None) -> Stated:
    """The workbook's property ``hegui_as_of``, else ``registers.as_of``, else the cell beside 数据截止日期."""
    text = book.properties.get("hegui_as_of", "")
    if text:
        day = to_date(text)
        return Stated(date.fromisoformat(day), True) if isinstance(day, str) else Stated(None, True, shorten(text))
    cell = _labelled(sheet, header)
    if isinstance(exported, Mapping):
        exported = exported.get(table.name)
    if exported is not None:
        return Stated(exported, cell not in ("", None))
    if cell in ("", None):
        return Stated(None)
    day = to_date(cell, sheet.date1904)
    return Stated(date.fromisoformat(day), True) if isinstance(day, str) else Stated(None, True, shorten(plain(cell)))


def _labelled(sheet: Sheet, header: int) -> Any:
    """The value written beside or behind the label, above the header."""
    for row in sheet.cells[:header]:
        for index, cell in enumerate(row):
            found = _LABEL.match(nfkc(cell)) if isinstance(cell, str) and cell else None
            if found is None:
                continue
            if found[1]:
                return found[1]
            return next((c for c in row[index + 1 :] if c not in ("", None)), "")
    return ""


def limit(freshness: str) -> timedelta:
    """``7d`` or ``24h`` as whole days: exports carry a day, not an hour."""
    number = int(freshness[:-1])
    return timedelta(days=number if freshness.endswith("d") else -(-number // 24))


def judge(exports: Mapping[str, Sequence[tuple[date | None, str, str]]], tables: Mapping[str, Table], as_of: date) -> Judged:
    """Stale tables.  Every part of a register must be fresh; of a log, kept in parts by month, the newest."""
    stale, days, problems = set(), {}, []
    for name, parts in exports.items():
        table = tables[name]
        words = _words(table.freshness)
        known = [p for p in parts if p[0] is not None]
        if not known:
            path, sheet = parts[0][1:]
            problems.append(problem("as_of_unknown", path, sheet=sheet, table_name=name, detail=words))
            continue
        pick = max if table.kind == "log" else min
        day, path, sheet = pick(known, key=lambda p: p[0] or date.min)
        assert day is not None
        days[name] = day.isoformat()
        if as_of - day > limit(table.freshness):
            stale.add(name)
            problems.append(problem("stale", path, sheet=sheet, table_name=name, value=day.isoformat(), detail=words))
    return Judged(frozenset(stale), days, problems)


def _words(freshness: str) -> Text:
    number, unit = freshness[:-1], freshness[-1]
    return Text(f"{number} {'天' if unit == 'd' else '小时'}", f"{number} {'days' if unit == 'd' else 'hours'}")
