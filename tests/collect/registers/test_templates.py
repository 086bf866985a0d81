"""Templates: the same bytes on every run, and what is filled in reads back as it was."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from compliance.catalog.cache import load_catalog
from compliance.collect.registers import read_registers
from compliance.collect.registers.templates import THEMES, write_templates
from compliance.collect.registers.xlsx import read_workbook
from compliance.model.catalog import Column, Table
from compliance.model.row import Scalar
from tests.collect.registers.books import AS_OF, TABLES

DECLARED = load_catalog().tables


def value(table: Table, column: Column, number: int, tables: dict[str, Table]) -> Scalar:
    """A valid value of row *number*; references point to row *number* of their target."""
    if column.fk:
        target, _, key = column.fk.partition(".")
        return value(tables[target], next(c for c in tables[target].columns if c.name == key), number, tables)
    if table.name == "nil_return" and column.name == "table_name":
        return sorted(tables)[number]
    if column.options:
        return column.options[number % len(column.options)]
    start = datetime(2025, 11, 3, 8, 15) + timedelta(days=number, minutes=7 * number)
    return {
        "string": f"{table.name}-{column.name}-{number:04}", "int": number * 3, "decimal": f"{number}.25", "bool": number % 2 == 0,
        "date": start.date().isoformat(), "datetime": str(start),
    }[column.type]  # fmt: skip


@pytest.mark.parametrize("tables", [DECLARED, dict(TABLES)], ids=["declared", "small"])
def test_every_template_filled_with_rows_reads_back_without_problems(tables: dict[str, Table], tmp_path: Path) -> None:
    rows = {t.name: [{c.name: None if c.derived else value(t, c, n, tables) for c in t.columns} for n in range(4)] for t in tables.values()}
    written = write_templates(tmp_path, list(tables.values()), period="2026Q2", rows=rows, exported=date(2026, 6, 30))
    assert [p.name for p in written] == sorted(p.name for p in written)
    reading = read_registers(tmp_path, tables, AS_OF, period="2026Q2")
    assert [(p.where(), p.code, p.what.zh) for p in reading.problems] == []
    assert reading.delivered == set(tables) and reading.stale == frozenset() and set(reading.exported.values()) == {"2026-06-30"}
    for name in tables:
        assert [r.values for r in reading.rows if r.table == name] == rows[name]


def test_an_unfilled_template_delivers_nothing(tmp_path: Path) -> None:
    write_templates(tmp_path, list(DECLARED.values()))
    reading = read_registers(tmp_path, DECLARED, AS_OF)
    assert reading.rows == () and reading.delivered == frozenset()
    assert {p.code for p in reading.problems} == {"empty_template"} and len(reading.problems) == len(DECLARED)
    assert {n.status for n in reading.notes} == {"read"}


def test_templates_are_the_same_bytes_on_every_run(tmp_path: Path) -> None:
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        made.append({p.name: p.read_bytes() for p in write_templates(tmp_path / name, list(DECLARED.values()), period="2026Q2")})
    assert made[0] == made[1]


def test_every_theme_has_a_chinese_name() -> None:
    assert {t.theme for t in DECLARED.values()} <= set(THEMES)


def test_a_template_has_drop_downs_named_ranges_properties_and_no_macros(tmp_path: Path) -> None:
    (people,) = [p for p in write_templates(tmp_path, list(TABLES.values()), period="2026Q2") if p.name == "people-人员.xlsx"]
    archive = zipfile.ZipFile(io.BytesIO(people.read_bytes()))
    assert not [n for n in archive.namelist() if "vba" in n.lower() or n.endswith(".bin")]
    sheet, workbook = archive.read("xl/worksheets/sheet1.xml").decode(), archive.read("xl/workbook.xml").decode()
    names = dict(re.findall(r'<definedName name="([^"]+)"[^>]*>([^<]+)<', workbook))
    assert names["list_staff_kind"] == "'_选项'!$A$1:$A$3" or "list_staff_kind" in names
    assert names["key_unit_unit_id"].startswith("'部门登记表'!$A$4:")
    assert "<formula1>list_staff_kind</formula1>" in sheet and "<formula1>key_unit_unit_id</formula1>" in sheet and 'state="frozen"' in sheet
    assert 'type="date"' in sheet and "<formula1>list_yes_no</formula1>" in sheet
    book = read_workbook("x", people.read_bytes(), ".xlsx")
    assert book.properties["hegui_period"] == "2026Q2" and len(book.properties["hegui_schema"]) == 16
    assert book.properties["hegui_sheet_1"] == "员工登记表=staff" and "hegui_as_of" not in book.properties
    assert [s.name for s in book.sheets if not s.visible] == ["_选项"]
    options = [row[0] for row in next(s for s in book.sheets if s.name == "_选项").cells]
    assert options[:3] == ["全职", "兼职", "实习"], "labels, not codes"
    assert str(book.sheets[0].cells[1][0]).startswith("填写说明：必填") and book.sheets[0].cells[2][0] == "工号"


def test_every_option_has_a_chinese_label_of_its_own() -> None:
    for table in DECLARED.values():
        for column in table.columns:
            labels = dict(column.labels)
            assert not column.options or set(labels) == set(column.options), f"{table.name}.{column.name}"
            assert len(set(labels.values())) == len(labels), f"{table.name}.{column.name}"


def test_every_label_and_code_reads_back_as_its_option() -> None:
    from compliance.collect.registers.values import converter

    for table in DECLARED.values():
        for column in table.columns:
            for code, label in column.labels:
                read = converter(column, table)
                assert (read(code), read(label)) == (code, code), f"{table.name}.{column.name} {label}"
