"""A sheet whose header is known, to rows and problems."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from compliance.collect.registers.headers import Mapped, Names, map_columns, meaning, near_column
from compliance.collect.registers.messages import problem
from compliance.collect.registers.outcome import Bad, Noted
from compliance.collect.registers.problem import Problem
from compliance.collect.registers.sheet import Sheet
from compliance.collect.registers.values import Convert, converter, plain
from compliance.collect.registers.words import header_forms, letters, nfkc, shorten
from compliance.model.catalog import Column, Table
from compliance.model.cell import Reason
from compliance.model.location import Location
from compliance.model.row import Row, Scalar

_TOTAL: Final = frozenset({"合计", "总计", "小计", "本页合计", "本月合计", "total", "subtotal", "sum"})
_FOOTER: Final = re.compile(r"^(?:制表|制单|审核|复核|填表|填报|负责|经办|批准|盖章|备注|注|说明|填写说明|示例|例)(?:人|日期|单位|时间)?\s*[:：]")
_STARTS: Final = frozenset("合总小本ts制审复填负经批盖备注说示例〔[【(（")
_HELP: Final = ("填写说明", "〔填写说明〕", "[填写说明]")


class CellPlaces(Mapping[str, Location]):
    """Column -> the cell of one row, made when asked: a row is mostly read without its places."""

    __slots__ = ("_columns", "_path", "_row", "_sheet")

    def __init__(self, path: str, sheet: str, row: int, columns: Mapping[str, int]) -> None:
        self._path, self._sheet, self._row, self._columns = path, sheet, row, columns

    def __getitem__(self, name: str) -> Location:
        cell = f"{letters(self._columns[name])}{self._row}"
        return Location(self._path, self._row, self._row, f"{self._sheet}!{cell}" if self._sheet else cell)

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


@dataclass(frozen=True)
class SheetRows:
    """The yield of one sheet; ``mapped`` says where its columns are."""

    rows: list[Row]
    problems: list[Problem]
    mapped: Mapped


@dataclass(frozen=True)
class _Field:
    column: Column
    index: int
    convert: Convert
    key: bool
    blank: Reason


def read_rows(path: str, sheet: Sheet, header: int, table: Table, names: Names, tables: Mapping[str, Table], table_words: dict[str, str]) -> SheetRows:
    """Every record beneath row *header* (index from 0).  Never raises for what cells hold."""
    cells = _unmerged(sheet)
    mapped = map_columns(names, table, cells[header])
    reader = _Reader(path, sheet, table, tables, mapped, header)
    reader.report_columns(cells[header])
    fields = [
        _Field(c, mapped.columns[c.name], converter(c, table, sheet.date1904, table_words), c.name in table.key, Reason("not_stated", c.title.zh))
        for c in table.columns
        if c.name in mapped.columns
    ]  # fmt: skip
    reader.read(cells, fields, names)
    return SheetRows(reader.rows, reader.problems, mapped)


def _unmerged(sheet: Sheet) -> Sequence[Sequence[Any]]:
    """The cells with every merged range filled from its top left cell."""
    if not sheet.merged:
        return sheet.cells
    cells = list(sheet.cells)
    copied: set[int] = set()
    for (top, left), (bottom, right) in sheet.merged:
        if top >= len(cells) or left >= len(cells[top]):
            continue
        value = cells[top][left]
        for row in range(top, min(bottom, len(cells) - 1) + 1):
            if row not in copied:
                copied.add(row)
                cells[row] = list(cells[row])
            for column in range(left, min(right, len(cells[row]) - 1) + 1):
                cells[row][column] = value  # type: ignore[index]
    return cells


class _Reader:
    """State of one sheet being read: rows and problems in order."""

    def __init__(self, path: str, sheet: Sheet, table: Table, tables: Mapping[str, Table], mapped: Mapped, header: int) -> None:
        self.path, self.sheet, self.table, self.tables, self.mapped, self.header = path, sheet, table, tables, mapped, header
        self.rows: list[Row] = []
        self.problems: list[Problem] = []
        self.keys = [c.name for c in table.columns if c.name in table.key and c.required and c.type == "string"]
        first = letters(min(mapped.columns.values(), default=0))
        self.lead = f"{sheet.name}!{first}" if sheet.name else first

    def say(self, code: str, cell: str = "", header: str = "", **details: Any) -> None:
        self.problems.append(problem(code, self.path, sheet=self.sheet.name, cell=cell, header=header, table_name=self.table.name, **{"table": self.table.title, **details}))

    def report_columns(self, header: Sequence[Any]) -> None:
        """Columns that are missing, unknown, double, ambiguous or hidden; hidden rows; merged cells."""
        row = self.header + 1
        titles = {c.name: c.title.zh for c in self.table.columns}
        for index, text in self.mapped.unknown:
            near = near_column(self.table, text)
            missing = near is not None and near.name not in self.mapped.columns
            hint = (f"，是不是“{near.title.zh}”？", f"; did you mean '{near.name}'?") if near is not None and missing else ("", "")
            self.say("unknown_column", f"{letters(index)}{row}", shorten(text), hint=hint)
        for name, indexes in self.mapped.twice:
            self.say("duplicate_header", f"{letters(indexes[1])}{row}", titles[name], detail="、".join(letters(i) for i in indexes))
        for index, text, found in self.mapped.ambiguous:
            self.say("ambiguous_header", f"{letters(index)}{row}", shorten(text), options=("、".join(titles[f] for f in found), ", ".join(found)))
        taken = {n for n, _ in self.mapped.twice} | {f for _, _, found in self.mapped.ambiguous for f in found}
        for column in self.table.columns:
            if column.required and column.name not in self.mapped.columns and column.name not in taken:
                self.say("missing_column", str(row), column.title.zh)
        for name, index in self.mapped.columns.items():
            if index in self.sheet.hidden_columns:
                self.say("hidden_columns", letters(index), titles[name])
        hidden = [r for r in self.sheet.hidden if r > self.header and r < len(self.sheet.cells) and any(c != "" for c in self.sheet.cells[r])]
        if hidden:
            self.say("hidden_rows", _ranges(hidden), count=len(hidden))
        for (top, left), (bottom, right) in self.sheet.merged:
            if top > self.header and left in self.mapped.columns.values() and bottom > top:
                area = f"{letters(left)}{top + 1}:{letters(right)}{bottom + 1}"
                self.say("merged_cells", area, detail=area)

    def read(self, cells: Sequence[Sequence[Any]], fields: Sequence[_Field], names: Names) -> None:
        """Rows beneath the header, in order."""
        faults: dict[int, dict[int, tuple[str, str]]] = {}
        for (line, column), fault in self.sheet.faults.items():
            faults.setdefault(line, {})[column] = fault
        for (top, left), (bottom, right) in self.sheet.merged:
            if (top, left) in self.sheet.faults:
                for line in range(top, min(bottom, len(cells) - 1) + 1):
                    for column in range(left, right + 1):
                        faults.setdefault(line, {})[column] = self.sheet.faults[top, left]
        indexes = [f.index for f in fields]
        empty: dict[str, Scalar] = dict.fromkeys(c.name for c in self.table.columns)
        absent = self._absent_columns()
        places = {f.column.name: f.index for f in fields}
        width = max((i + 1 for i, c in enumerate(cells[self.header]) if c not in ("", None)), default=0)
        for number in range(self.header + 1, max(len(cells), max(faults, default=0) + 1)):
            row: Sequence[Any] = cells[number] if number < len(cells) else ()
            if not self.sheet.name and len(row) > width and any(c.strip() for c in row[width:]):
                self._misaligned(number, row, fields, empty, absent, places, width)
                continue
            if number not in faults and not any(c or c == 0 for c in row):
                continue
            bad = faults.get(number, {})
            if not any(i in bad or (i < len(row) and row[i] not in ("", None) and (row[i].__class__ is not str or row[i].strip())) for i in indexes):
                continue
            skipped = self._not_a_record(row, names) if not bad else ""
            if skipped:
                self.say("skipped_row", str(number + 1), detail=skipped)
                continue
            self._record(number, row, bad, fields, empty, absent, places)

    def _absent_columns(self) -> dict[str, Reason]:
        """Why columns are unknown in every row of this sheet."""
        place = f"{self.sheet.name}!{self.header + 1}" if self.sheet.name else str(self.header + 1)
        unusable = {n for n, _ in self.mapped.twice} | {f for _, _, found in self.mapped.ambiguous for f in found if f not in self.mapped.columns}
        return {
            c.name: Reason("bad_cell", f"{place}〔{c.title.zh}〕") if c.required or c.name in unusable else Reason("not_stated", c.title.zh)
            for c in self.table.columns
            if c.name not in self.mapped.columns
        }

    def _not_a_record(self, row: Sequence[Any], names: Names) -> tuple[str, str] | str:
        """What kind of line it is, when it is none of the records: total, help, example, footer, header again."""
        found = next((c for c in row if c not in ("", None)), "")
        # Quick way out for the ordinary record: its first cell starts like none of those lines.
        if found.__class__ is not str or (found.strip()[:1].lower() not in _STARTS and found not in self.sheet.cells[self.header]):
            return ""
        filled = [c for c in row if c not in ("", None)]
        lead = nfkc(found)
        if re.sub(r"[\s:：]", "", lead).lower() in _TOTAL:
            return "合计", "total"
        if lead.startswith(_HELP) or (len(filled) == 1 and lead.startswith(("说明", "注：", "注:"))):
            return "填写说明", "help"
        if _FOOTER.match(lead) and len(filled) <= max(4, len(row) // 2):
            return "表尾", "footer"
        texts = [c for c in filled if isinstance(c, str)]
        if len(texts) >= 2 and all(meaning(names, self.table.name, c) for c in texts) and len(texts) == len(filled):
            known = {header_forms(c)[0] for c in texts}
            own = {header_forms(str(c))[0] for c in self.sheet.cells[self.header] if c}
            if known <= own:
                return "重复表头", "repeated header"
        return ""

    def _record(self, number: int, row: Sequence[Any], bad: Mapping[int, tuple[str, str]], fields: Sequence[_Field],
                empty: Mapping[str, Scalar], absent: Mapping[str, Reason], places: Mapping[str, int]) -> None:  # fmt: skip
        values = dict(empty)
        nulls = dict(absent)
        size = len(row)
        for field in fields:
            index = field.index
            outcome = field.convert(row[index]) if index < size else None
            if bad and index in bad and (outcome is None or bad[index][0] == "image_cell"):
                code, shown = bad[index]
                self._bad(number, field, Bad(code), shown, nulls)
                continue
            if outcome is None:
                self._blank(number, field, values, nulls)
            elif outcome.__class__ is Bad:
                self._bad(number, field, outcome, row[index], nulls)
            elif outcome.__class__ is Noted:
                self._noted(number, field, outcome, row[index], values, nulls)
            else:
                values[field.column.name] = outcome  # type: ignore[assignment]
        self._add(number, values, nulls, places)

    def _add(self, number: int, values: dict[str, Scalar], nulls: dict[str, Reason], places: Mapping[str, int]) -> None:
        for name in self.keys:
            if values[name] is None:
                # The row stays a member of the population under a name of its own.
                values[name] = f"?{self.sheet.name or self.path}!{number + 1}"
                nulls.pop(name, None)
        at = Location(self.path, number + 1, number + 1, f"{self.lead}{number + 1}")
        self.rows.append(Row(self.table.name, values, at, CellPlaces(self.path, self.sheet.name, number + 1, places), nulls))

    def _blank(self, number: int, field: _Field, values: dict[str, Scalar], nulls: dict[str, Reason]) -> None:
        if not field.column.required:
            nulls[field.column.name] = field.blank
            return
        self._bad(number, field, Bad("key_missing" if field.key else "required_missing"), "", nulls)

    def _noted(self, number: int, field: _Field, outcome: Noted, cell: Any, values: dict[str, Scalar], nulls: dict[str, Reason]) -> None:
        if outcome.value is None and field.column.required:
            self._blank(number, field, values, nulls)
            return
        kind = {"date": ("日期", "a date"), "datetime": ("时间", "a time"), "int": ("数字", "a number"), "decimal": ("数字", "a number"), "bool": ("是或否", "yes or no")}
        type_zh, type_en = kind.get(field.column.type, ("编号或选项", "a number or an option"))
        details = {"value": self.shown(field.column, cell), "type": type_zh, "type_en": type_en, **dict(outcome.details)}
        self.say(outcome.code, f"{letters(field.index)}{number + 1}", field.column.title.zh, **details)
        values[field.column.name] = outcome.value
        if outcome.value is None:
            nulls[field.column.name] = field.blank

    def _bad(self, number: int, field: _Field, outcome: Bad, cell: Any, nulls: dict[str, Reason]) -> None:
        details = {"value": self.shown(field.column, cell), **dict(outcome.details)}
        self.say(outcome.code, f"{letters(field.index)}{number + 1}", field.column.title.zh, **details)
        nulls[field.column.name] = Reason("bad_cell", self.sheet.place(number, field.index))

    def _misaligned(self, number: int, row: Sequence[Any], fields: Sequence[_Field], empty: Mapping[str, Scalar],
                    absent: Mapping[str, Reason], places: Mapping[str, int], width: int) -> None:  # fmt: skip
        """A CSV line with more cells than the header: only a key in the first column is believed."""
        self.say("too_many_cells", str(number + 1), detail=len(row) - width)
        values, nulls = dict(empty), dict(absent)
        for field in fields:
            outcome = field.convert(row[field.index]) if field.key and field.index == 0 else None
            if outcome is not None and not isinstance(outcome, (Bad, Noted)):
                values[field.column.name] = outcome
            else:
                nulls[field.column.name] = Reason("bad_cell", self.sheet.place(number, field.index))
        self._add(number, values, nulls, places)

    def shown(self, column: Column, cell: Any) -> str:
        """The cell in a message; personal data stay where they are."""
        if column.personal_data not in ("none", ""):
            return "…"
        return shorten(plain(cell)).replace("{", "｛").replace("}", "｝")


def _ranges(rows: Sequence[int]) -> str:
    """``17-19、23`` of indexes from 0, at most six parts."""
    parts: list[list[int]] = []
    for row in sorted(rows):
        if parts and row == parts[-1][1] + 1:
            parts[-1][1] = row
        else:
            parts.append([row, row])
    texts = [f"{a + 1}" if a == b else f"{a + 1}-{b + 1}" for a, b in parts[:6]]
    return "、".join(texts) + ("…" if len(parts) > 6 else "")
