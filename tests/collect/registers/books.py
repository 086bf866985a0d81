"""Small declared tables, and workbooks of every odd kind built from bytes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from compliance.collect.registers import RegisterReading, read_registers
from compliance.model.catalog import Column, Table, Text

AS_OF = date(2026, 6, 30)


def column(name: str, kind: str, zh: str, required: bool = False, **more: Any) -> Column:
    return Column(name, kind, Text(zh, name.replace("_", " ").capitalize()), required, False, more.pop("personal_data", "none"), **more)


STAFF = Table(
    "staff", Text("员工登记表", "Staff register"), "register", ("staff_id",), "7d",
    (
        column("staff_id", "string", "工号", True, aliases=("员工编号", "人员编号")),
        column("name", "string", "姓名", True, personal_data="name"),
        column("unit_id", "string", "部门编号", True, fk="unit.unit_id", aliases=("所属部门",)),
        column("kind", "enum(full_time|part_time|intern)", "用工类型", True, labels=(("full_time", "全职|正式工"), ("part_time", "兼职"), ("intern", "实习"))),
        column("hired_on", "date", "入职日期", True),
        column("valid_to", "date", "合同到期日"),
        column("seen_at", "datetime", "最近登录时间"),
        column("active", "bool", "是否在职"),
        column("notice_months", "int", "保密月数"),
        column("score", "decimal", "考核得分"),
        column("remark", "string", "备注"),
    ),
    theme="people", tier=1, aliases=("人员台账",),
)  # fmt: skip
UNIT = Table("unit", Text("部门登记表", "Unit register"), "register", ("unit_id",), "31d", (column("unit_id", "string", "部门编号", True), column("name", "string", "部门名称", True)), theme="people")
SEAL = Table(
    "seal", Text("印章台账", "Seal register"), "register", ("seal_id",), "31d",
    (column("seal_id", "string", "印章编号", True), column("keeper", "string", "保管人", True, aliases=("负责人",)), column("lender", "string", "出借人", aliases=("负责人",)), column("lent_on", "date", "出借日期", True)),
)  # fmt: skip
VISIT = Table("visit", Text("来访日志", "Visit log"), "log", ("day", "visitor"), "24h", (column("day", "date", "来访日期", True), column("visitor", "string", "访客", True), column("room", "string", "区域", True)))
NIL = Table("nil_return", Text("零报告台账", "Nil returns"), "register", ("return_id",), "31d", (column("return_id", "string", "零报告编号", True), column("table_name", "string", "登记簿名称", True)))
TABLES: Mapping[str, Table] = {t.name: t for t in (STAFF, UNIT, SEAL, VISIT, NIL)}

HEADER = ["工号", "姓名", "部门编号", "用工类型", "入职日期", "合同到期日", "最近登录时间", "是否在职", "保密月数", "考核得分", "备注"]
GOOD: list[Any] = ["E001", "张三", "D1", "全职", "2024-03-05", "", "2026-06-29 09:30", "是", 24, 92.5, "好"]


def sheets(content: Mapping[str, Sequence[Sequence[Any]]], also: Callable[[Any, Any], None] | None = None, properties: Mapping[str, str] | None = None, **options: Any) -> bytes:
    """A workbook; *also* gets the workbook and its first worksheet for what a grid of values cannot say."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"default_date_format": "yyyy-mm-dd", "strings_to_formulas": False, **options})
    first = None
    for name, rows in content.items():
        page = book.add_worksheet(name)
        first = first or page
        for number, row in enumerate(rows):
            for index, value in enumerate(row):
                if value != "":
                    page.write(number, index, value)
    for key, value in (properties or {"hegui_as_of": "2026-06-29"}).items():
        book.set_custom_property(key, value, "text")
    if also is not None:
        also(book, first)
    book.close()
    return out.getvalue()


def staff(*rows: Sequence[Any], header: Sequence[Any] = HEADER, also: Callable[[Any, Any], None] | None = None, **options: Any) -> bytes:
    """A workbook with one staff sheet."""
    return sheets({"员工登记表": [header, *rows]}, also, **options)


def with_cell(index: int, value: Any) -> list[Any]:
    """The good row with one cell changed."""
    return [*GOOD[:index], value, *GOOD[index + 1 :]]


def patched(data: bytes, part: str, old: str, new: str) -> bytes:
    """The workbook with a regular expression replaced in one part; it must match."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for item in source.infolist():
            content = source.read(item)
            if item.filename == part:
                text, times = re.subn(old, new, content.decode(), count=1)
                assert times == 1, f"{old} is not in {part}"
                content = text.encode()
            target.writestr(item.filename, content)
    return out.getvalue()


def without(data: bytes, part: str) -> bytes:
    """The workbook without one part."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for item in source.infolist():
            if item.filename != part:
                target.writestr(item.filename, source.read(item))
    return out.getvalue()


def csv_text(*rows: Sequence[Any], header: Sequence[str] = HEADER, separator: str = ",") -> str:
    return "\r\n".join(separator.join(str(c) for c in row) for row in (header, *rows)) + "\r\n"


def read(folder: Path, files: Mapping[str, bytes], **more: Any) -> RegisterReading:
    """The reading of a folder that holds just these files."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return read_registers(folder, TABLES, AS_OF, **more)
