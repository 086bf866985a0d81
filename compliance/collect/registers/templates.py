"""Workbooks to fill in, one a theme, generated from the table declarations; the same bytes on every run."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from compliance.collect.registers.words import letters
from compliance.model.catalog import Column, Table
from compliance.model.row import Scalar

THEMES: Final[dict[str, str]] = {
    "people": "人员", "clients": "客户", "access": "权限", "incidents": "事件", "vendors": "合作方", "data": "数据与档案", "governance": "治理",
    "audit": "审计监督", "physical": "场所", "training": "培训", "publicity": "宣传", "systems": "系统",
}  # fmt: skip
HEADER_ROW: Final = 2
"""Index of the header row: above it the title with 数据截止日期, and the help row."""
FILLABLE: Final = 5000
"""Rows with drop-downs and formats; more rows may be used, without them."""
CREATED: Final = datetime(2020, 1, 1)
_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\]")
_TYPES: Final = {"string": "文本", "int": "整数", "decimal": "数字", "bool": "是/否", "date": "日期，如 2026-03-05", "datetime": "时间，如 2026-03-05 14:30"}
_WIDTHS: Final = {"date": 13, "datetime": 20, "bool": 9, "int": 11, "decimal": 12}

Filling = Mapping[str, Sequence[Mapping[str, Scalar]]]


def schema_digest(tables: Sequence[Table]) -> str:
    """Digest of the declarations a template was made from, 16 hexadecimal digits."""
    plain = json.dumps([asdict(t) for t in tables], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def file_name(theme: str) -> str:
    """``people-人员.xlsx``."""
    return f"{theme}-{THEMES[theme]}.xlsx" if theme in THEMES else f"{theme}.xlsx"


def write_templates(out: Path, tables: Sequence[Table], *, period: str = "", rows: Filling | None = None, exported: date | None = None) -> list[Path]:
    """One workbook a theme into the folder *out*, which must exist; existing files of these names are replaced.

    period:   name of the assessed period, kept as a document property
    rows:     table -> rows (column -> value as in ``Row.values``) to fill in, e.g. by a generator of sample firms
    exported: written beside 数据截止日期
    Returns the paths in order of theme.
    """
    themes: dict[str, list[Table]] = {}
    for table in tables:
        themes.setdefault(table.theme, []).append(table)
    every = {t.name: t for t in tables}
    return [_Book(out / file_name(theme), members, every, period).write(rows or {}, exported) for theme, members in sorted(themes.items())]


def sheet_name(table: Table) -> str:
    """The Chinese title within the 31 characters a sheet name may have."""
    return _FORBIDDEN.sub("_", table.title.zh)[:31]


class _Book:
    """One workbook being written."""

    def __init__(self, path: Path, tables: Sequence[Table], every: Mapping[str, Table], period: str) -> None:
        self.path, self.tables, self.every, self.period = path, tables, every, period
        self.lists: list[tuple[str, tuple[str, ...]]] = []

    def write(self, rows: Filling, exported: date | None) -> Path:
        self.book: Workbook = xlsxwriter.Workbook(str(self.path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
        self.book.set_properties({"title": f"合规登记表：{self.path.stem}", "created": CREATED})
        self.book.set_custom_property("hegui_schema", schema_digest(self.tables), "text")
        if self.period:
            self.book.set_custom_property("hegui_period", self.period, "text")
        for number, table in enumerate(self.tables, 1):
            self.book.set_custom_property(f"hegui_sheet_{number}", f"{sheet_name(table)}={table.name}", "text")
        self._formats()
        for table in self.tables:
            self._sheet(table, rows.get(table.name, ()), exported)
        self._lists_sheet()
        self.book.close()
        return self.path

    def _formats(self) -> None:
        font = {"font_name": "宋体", "font_size": 11}
        add = self.book.add_format
        self.title = add({**font, "bold": True, "font_size": 14})
        self.label = add({**font, "align": "right"})
        self.day = add({**font, "num_format": "yyyy-mm-dd", "bg_color": "#FFF2CC", "border": 1})
        self.help = add({**font, "font_size": 9, "font_color": "#595959", "text_wrap": True, "valign": "top", "italic": True})
        self.header = add({**font, "bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True, "valign": "vcenter"})
        self.key_header = add({**font, "bold": True, "bg_color": "#BFBFBF", "border": 1, "text_wrap": True, "valign": "vcenter"})
        numbers = {"date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm:ss", "int": "0", "decimal": "General"}
        self.cells = {}
        for kind in ("string", "int", "decimal", "bool", "date", "datetime", "enum"):
            for key in (False, True):
                look = {"bg_color": "#EDEDED"} if key else {}
                self.cells[kind, key] = add({**font, "num_format": numbers.get(kind, "@"), **look})

    def _sheet(self, table: Table, rows: Sequence[Mapping[str, Scalar]], exported: date | None) -> None:
        table = replace(table, columns=_asked(table))
        sheet = self.book.add_worksheet(sheet_name(table))
        sheet.write_string(0, 0, table.title.zh, self.title)
        sheet.write_string(0, 1, "数据截止日期", self.label)
        if exported is not None:
            sheet.write_datetime(0, 2, datetime(exported.year, exported.month, exported.day), self.day)
        else:
            sheet.write_blank(0, 2, None, self.day)
        sheet.data_validation(0, 2, 0, 2, {"validate": "date", "criteria": ">=", "value": date(1990, 1, 1), "error_title": "日期", "error_message": "写成 2026-03-05"})
        sheet.set_row(1, 48)
        sheet.set_row(HEADER_ROW, 30)
        last = max(HEADER_ROW + FILLABLE, HEADER_ROW + len(rows))
        for index, column in enumerate(table.columns):
            key = column.name in table.key
            sheet.write_string(1, index, ("填写说明：" if index == 0 else "") + self._hint(table, column), self.help)
            sheet.write_string(HEADER_ROW, index, column.title.zh, self.key_header if key else self.header)
            width = _WIDTHS.get(column.type, 16)
            sheet.set_column(index, index, max(width, 2 * len(column.title.zh) + 3), self._cell(column, key))
            self._validation(sheet, table, column, index, last)
        for offset, row in enumerate(rows, HEADER_ROW + 1):
            for index, column in enumerate(table.columns):
                _fill(sheet, offset, index, column, row.get(column.name), self._cell(column, column.name in table.key))
        leading = next((i for i, c in enumerate(table.columns) if c.name not in table.key), len(table.columns))
        sheet.freeze_panes(HEADER_ROW + 1, min(leading, 2))
        sheet.autofilter(HEADER_ROW, 0, max(last, HEADER_ROW + 1), len(table.columns) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(HEADER_ROW)

    def _cell(self, column: Column, key: bool) -> Any:
        return self.cells["enum" if column.options else column.type, key]

    def _hint(self, table: Table, column: Column) -> str:
        parts = ["必填" if column.required else "选填", _TYPES.get(column.type, "从列表选择")]
        target = self.every.get(column.fk.partition(".")[0]) if column.fk else None
        if target is not None:
            parts.append(f"填“{target.title.zh}”的编号")
        if column.name in table.key:
            parts.append("编号不可重复" if len(table.key) == 1 else "与其他灰色列合起来不可重复")
        return "；".join(parts)

    def _validation(self, sheet: Worksheet, table: Table, column: Column, index: int, last: int) -> None:
        source = self._source(table, column)
        options: dict[str, Any] = {"ignore_blank": True}
        if source:
            # References may be pasted ahead of the row they point to, so they only warn.
            stop = "warning" if column.fk else "stop"
            options |= {"validate": "list", "source": f"={source}", "error_type": stop, "error_title": column.title.zh, "error_message": "请从列表中选择"}
        elif column.type in ("date", "datetime"):
            options |= {"validate": "date", "criteria": "between", "minimum": date(1900, 1, 1), "maximum": date(2100, 12, 31),
                        "error_title": column.title.zh, "error_message": "请填日期，如 2026-03-05"}  # fmt: skip
        elif column.type == "int":
            options |= {"validate": "integer", "criteria": "between", "minimum": -999999999, "maximum": 999999999999, "error_title": column.title.zh, "error_message": "请填整数"}
        elif column.type == "decimal":
            options |= {"validate": "decimal", "criteria": "between", "minimum": -999999999, "maximum": 999999999999, "error_title": column.title.zh, "error_message": "请填数字"}
        else:
            return
        sheet.data_validation(HEADER_ROW + 1, index, last, index, options)

    def _source(self, table: Table, column: Column) -> str:
        """The named range behind a drop-down; empty when there is none in this workbook."""
        if column.options:
            labels = dict(column.labels)
            return self._list(f"list_{table.name}_{column.name}", tuple(labels.get(o, o).split("|")[0] for o in column.options))
        if column.type == "bool":
            return self._list("list_yes_no", ("是", "否"))
        if table.name == "nil_return" and column.name == "table_name":
            return self._list("list_registers", tuple(t.title.zh for t in self.every.values() if t.kind != "config"))
        target_name, _, target_column = column.fk.partition(".")
        target = next((t for t in self.tables if t.name == target_name), None)
        if target is None:
            return ""
        at = next(i for i, c in enumerate(_asked(target)) if c.name == target_column)
        name = f"key_{target_name}_{target_column}"
        area = f"='{sheet_name(target)}'!${letters(at)}${HEADER_ROW + 2}:${letters(at)}${HEADER_ROW + 1 + FILLABLE}"
        if name not in {n for n, _ in self.lists}:
            self.lists.append((name, ()))
            self.book.define_name(name, area)
        return name

    def _list(self, name: str, values: tuple[str, ...]) -> str:
        known = next((n for n, v in self.lists if v == values), None)
        if known is None:
            self.lists.append((name, values))
        return known or name

    def _lists_sheet(self) -> None:
        """The lists behind the drop-downs, hidden; the reader leaves sheets with a leading underscore alone."""
        lists = [(n, v) for n, v in self.lists if v]
        if not lists:
            return
        sheet = self.book.add_worksheet("_选项")
        for index, (name, values) in enumerate(lists):
            for row, value in enumerate(values):
                sheet.write_string(row, index, value)
            self.book.define_name(name, f"='_选项'!${letters(index)}$1:${letters(index)}${len(values)}")
        sheet.hide()


def _asked(table: Table) -> tuple[Column, ...]:
    """The columns that people fill in; derived ones are taken from them."""
    return tuple(c for c in table.columns if not c.derived)


def _fill(sheet: Worksheet, row: int, index: int, column: Column, value: Scalar, look: Any) -> None:
    """One value as a person would have typed it."""
    if value is None:
        return
    if column.options:
        sheet.write_string(row, index, dict(column.labels).get(str(value), str(value)).split("|")[0], look)
    elif column.type == "bool":
        sheet.write_string(row, index, "是" if value else "否", look)
    elif column.type in ("date", "datetime"):
        sheet.write_datetime(row, index, datetime.fromisoformat(str(value)), look)
    elif column.type in ("int", "decimal"):
        sheet.write_number(row, index, float(value), look)
    else:
        sheet.write_string(row, index, str(value), look)


