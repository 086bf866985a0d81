"""Rules of reading a folder: what is delivered, stale or lost; where each value stands; nothing written, nothing raised."""

from __future__ import annotations

import hashlib
import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.collect.registers import read_registers
from compliance.collect.registers.marked import write_marked_copies
from compliance.collect.registers.values import converter
from compliance.collect.registers.xlsx import read_workbook
from compliance.model.cell import Reason
from compliance.model.location import Location
from tests.collect.registers.books import AS_OF, GOOD, HEADER, STAFF, TABLES, csv_text, read, sheets, staff, with_cell

NO_DATE = {"x": "y"}


def test_a_row_knows_its_file_its_cell_and_the_cell_of_every_value(tmp_path: Path) -> None:
    row = read(tmp_path, {"人事/a.xlsx": sheets({"员工登记表": [[], ["", *HEADER], ["", *with_cell(4, "3/5/2026")]]})}).rows[0]
    assert row.at == Location("人事/a.xlsx", 3, 3, "员工登记表!B3")
    assert row.places["hired_on"] == Location("人事/a.xlsx", 3, 3, "员工登记表!F3")
    assert row.nulls["hired_on"] == Reason("bad_cell", "员工登记表!F3")
    assert set(row.places) == {c.name for c in STAFF.columns} and dict(row.places) == row.places


def test_paths_may_be_told_from_the_folder_above(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(staff(with_cell(4, "3/5/2026")))
    (tmp_path / "b.xlsx").write_bytes(b"PK")
    reading = read_registers(tmp_path, TABLES, AS_OF, prefix="registers")
    paths = {reading.rows[0].at.path, reading.rows[0].places["hired_on"].path, reading.origins["staff"], reading.sheets[0].file}
    assert paths == {"registers/a.xlsx"}
    assert {p.file for p in reading.problems} == {n.path for n in reading.notes} == {"registers/a.xlsx", "registers/b.xlsx"}


def test_a_problem_reads_as_place_header_what_why_fix(tmp_path: Path) -> None:
    (problem,) = read(tmp_path, {"保密协议登记表.xlsx": staff(with_cell(4, "3/5/2026"))}).problems
    assert problem.where() == "保密协议登记表.xlsx › 员工登记表!E2 〔入职日期〕"
    assert problem.what.zh == "日期“3/5/2026”年月日次序不明" and problem.fix.zh == "写成 2026-03-05" and problem.what.en and problem.why.en


def test_personal_data_stay_out_of_messages(tmp_path: Path) -> None:
    reading = read(tmp_path, {"a.xlsx": staff(with_cell(1, 310101199001011234))})
    assert [p.code for p in reading.problems] == ["id_precision"]
    assert "3101" not in repr(reading.problems)


def test_a_bad_cell_never_stops_the_rest(tmp_path: Path) -> None:
    rows = [with_cell(0, f"E{i:03}") for i in range(50)]
    rows[7] = ["?" for _ in HEADER]
    reading = read(tmp_path, {"a.xlsx": staff(*rows), "坏.xlsx": b"PK\x03\x04nonsense"})
    assert len(reading.rows) == 50
    assert [n.status for n in reading.notes] == ["read", "unparsed"]


def test_a_lost_file_names_the_tables_that_may_lack_rows(tmp_path: Path) -> None:
    reading = read(tmp_path, {"部门登记表.xlsx": b"PK", "people-人员.xlsx": b"PK", "随便.xlsx": b"PK"})
    tables = {n.path: n.tables for n in reading.notes}
    assert tables["部门登记表.xlsx"] == ("unit",) and set(tables["people-人员.xlsx"]) == {"staff", "unit"}
    assert set(tables["随便.xlsx"]) == {t.name for t in TABLES.values() if t.kind == "register"}, "it may have held any of them"
    assert reading.delivered == frozenset()


def test_a_sheet_that_cannot_be_used_is_not_delivered(tmp_path: Path) -> None:
    reading = read(tmp_path, {"a.xlsx": sheets({"员工登记表": [["x", "y"], ["1", "2"]], "部门登记表": [["部门编号", "部门名称"], ["D1", "财务"]]})})
    assert reading.delivered == {"unit"} and reading.notes[0].status == "partial" and reading.notes[0].tables == ("staff",)


def test_missing_empty_and_unfilled_are_three_things(tmp_path: Path) -> None:
    empty = read(tmp_path / "a", {"员工登记表.xlsx": staff()})
    assert empty.delivered == {"staff"} and empty.rows == ()
    template = {"hegui_schema": "0", "hegui_sheet_1": "员工登记表=staff"}
    unfilled = read(tmp_path / "b", {"x.xlsx": staff(properties=template)})
    assert unfilled.delivered == frozenset() and [p.code for p in unfilled.problems] == ["empty_template"]
    dated = read(tmp_path / "c", {"x.xlsx": sheets({"员工登记表": [["", "数据截止日期", "2026-06-29"], HEADER]}, properties=template)})
    assert dated.delivered == {"staff"} and dated.rows == ()
    assert read_registers(tmp_path / "nowhere", TABLES, AS_OF).delivered == frozenset()


@pytest.mark.parametrize(
    ("exported", "stale"),
    [("2026-06-30", False), ("2026-06-23", False), ("2026-06-22", True), ("2025-06-30", True), ("2026-07-08", False)],
)
def test_freshness_counts_days_before_as_of(tmp_path: Path, exported: str, stale: bool) -> None:
    reading = read(tmp_path, {"a.xlsx": staff(GOOD, properties={"hegui_as_of": exported})})
    assert (reading.stale == {"staff"}) is stale and reading.exported == {"staff": exported}
    assert [p.code for p in reading.problems] == (["stale"] if stale else [])


def test_the_day_of_export_comes_from_property_then_settings_then_cell(tmp_path: Path) -> None:
    lines = [["数据截止日期：2026年6月1日"], HEADER, GOOD]
    cell = sheets({"员工登记表": lines}, properties=NO_DATE)
    assert read(tmp_path / "a", {"a.xlsx": cell}).exported == {"staff": "2026-06-01"}
    assert read(tmp_path / "b", {"a.xlsx": cell}, exported=date(2026, 6, 28)).exported == {"staff": "2026-06-28"}
    assert read(tmp_path / "c", {"a.xlsx": cell}, exported={"unit": date(2026, 6, 28)}).exported == {"staff": "2026-06-01"}
    both = sheets({"员工登记表": lines}, properties={"hegui_as_of": "2026-06-30"})
    assert read(tmp_path / "d", {"a.xlsx": both}, exported=date(2026, 6, 28)).exported == {"staff": "2026-06-30"}
    none = read(tmp_path / "e", {"a.xlsx": staff(GOOD, properties=NO_DATE)})
    assert none.exported == {} and none.stale == frozenset() and [p.code for p in none.problems] == ["as_of_unknown"]
    bad = read(tmp_path / "f", {"a.xlsx": sheets({"员工登记表": [["数据截止日期", "月底"], HEADER, GOOD]}, properties=NO_DATE)})
    assert [p.code for p in bad.problems] == ["as_of_unknown", "as_of_unreadable"] or [p.code for p in bad.problems] == ["as_of_unreadable", "as_of_unknown"]


def test_a_register_is_as_old_as_its_oldest_part_a_log_as_its_newest(tmp_path: Path) -> None:
    old, new = {"hegui_as_of": "2026-05-31"}, {"hegui_as_of": "2026-06-30"}
    parts = read(tmp_path / "a", {"员工登记表1.xlsx": staff(GOOD, properties=old), "员工登记表2.xlsx": staff(with_cell(0, "E2"), properties=new)})
    assert parts.stale == {"staff"} and len(parts.rows) == 2
    visits = [["来访日期", "访客", "区域"]]
    logs = read(tmp_path / "b", {"来访日志5月.xlsx": sheets({"Sheet1": [*visits, ["2026-05-01", "甲", "一"]]}, properties=old), "来访日志6月.xlsx": sheets({"Sheet1": [*visits, ["2026-06-01", "甲", "一"]]}, properties=new)})
    assert logs.stale == frozenset() and len(logs.rows) == 2


def test_a_template_of_another_period_is_said(tmp_path: Path) -> None:
    data = staff(GOOD, properties={"hegui_as_of": "2026-06-29", "hegui_period": "2026Q1"})
    assert [p.code for p in read(tmp_path, {"a.xlsx": data}, period="2026Q2").problems] == ["period_mismatch"]
    assert read(tmp_path, {"a.xlsx": data}, period="2026Q1").problems == ()


def test_headers_that_fit_two_tables_are_an_error_not_a_guess(tmp_path: Path) -> None:
    from dataclasses import replace

    twins = {**TABLES, "unit2": replace(TABLES["unit"], name="unit2", title=TABLES["nil_return"].title._replace(zh="小组登记表", en="Teams"))}
    (tmp_path / "a.xlsx").write_bytes(sheets({"Sheet1": [["部门编号", "部门名称"], ["D1", "财务"]]}))
    same = {k: replace(t, aliases=("组织表",)) if k in ("unit", "unit2") else t for k, t in twins.items()}
    (tmp_path / "b.xlsx").write_bytes(sheets({"组织表": [["部门编号", "部门名称"], ["D1", "财务"]]}))
    reading = read_registers(tmp_path, same, AS_OF)
    told = {(p.file, p.code) for p in reading.problems}
    assert ("b.xlsx", "ambiguous_table") in told and reading.delivered == frozenset() and reading.rows == ()


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.xlsx"
    outside.write_bytes(staff(GOOD))
    folder = tmp_path / "registers"
    folder.mkdir()
    (folder / "a.xlsx").symlink_to(outside)
    reading = read_registers(folder, TABLES, AS_OF)
    assert reading.rows == () and [p.code for p in reading.problems] == ["link"]


def test_the_order_of_files_does_not_change_the_reading(tmp_path: Path) -> None:
    files = {f"{n}.xlsx": staff(with_cell(0, n)) for n in "abc"}
    one, two = read(tmp_path / "a", files), read(tmp_path / "b", dict(reversed(files.items())))
    assert one == two


def test_nothing_in_the_folder_is_written(tmp_path: Path) -> None:
    folder, out = tmp_path / "registers", tmp_path / "out"
    out.mkdir()
    reading = read(folder, {"a.xlsx": staff(with_cell(4, "3/5/2026")), "b.csv": csv_text(with_cell(3, "外星人")).encode(), "坏.xlsx": b"PK"})
    before = {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*")}
    write_marked_copies(folder, reading, out)
    assert {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*")} == before


def test_the_marked_copy_holds_the_values_the_colours_and_links_to_every_cell(tmp_path: Path) -> None:
    folder, out = tmp_path / "registers", tmp_path / "out"
    out.mkdir()
    data = staff(with_cell(4, "3/5/2026"), with_cell(0, "=1+1"), also=lambda b, p: p.write_formula(1, 3, "=NA()", None, "#N/A"))
    reading = read(folder, {"a.xlsx": data, "b.csv": csv_text(with_cell(3, "外星人")).encode()})
    names = [p.name for p in write_marked_copies(folder, reading, out)]
    assert names == ["问题清单.xlsx", "a_问题标注.xlsx", "b_问题标注.xlsx"]
    copy = (out / "a_问题标注.xlsx").read_bytes()
    book = read_workbook("copy", copy, ".xlsx")
    assert [s.name for s in book.sheets] == ["问题清单", "员工登记表"]
    assert book.sheets[1].cells[1][:5] == ["E001", "张三", "D1", "#N/A", "3/5/2026"] and book.sheets[1].cells[2][0] == "=1+1" and not book.sheets[1].faults
    import io
    import zipfile

    archive = zipfile.ZipFile(io.BytesIO(copy))
    links = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "'员工登记表'!E2" in links and "'员工登记表'!D2" in links
    assert "E2" in archive.read("xl/comments1.xml").decode() and "F8CBAD" in archive.read("xl/styles.xml").decode()
    # Put among the registers by mistake, a marked copy is no register.
    again = read(tmp_path / "again", {"a_问题标注.xlsx": copy})
    assert again.rows == () and again.notes[0].code == "marked_copy"


def test_marked_copies_are_the_same_bytes_on_every_run(tmp_path: Path) -> None:
    folder = tmp_path / "registers"
    reading = read(folder, {"a.xlsx": staff(with_cell(4, "3/5/2026"))})
    digests = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        digests.append([p.read_bytes() for p in write_marked_copies(folder, reading, tmp_path / name)])
    assert digests[0] == digests[1]


_CELLS = st.one_of(
    st.text(max_size=40), st.integers(-(10**19), 10**19).map(float), st.floats(allow_nan=False, allow_infinity=False), st.booleans(),
    st.dates(min_value=date(1900, 1, 1)), st.datetimes(), st.times(), st.timedeltas(), st.just("#REF!"), st.just("=1"), st.none(),
    st.from_regex(r"\A[0-9０-９]{1,5}[-/.年][0-9]{1,3}[-/.月]?[0-9]{0,3}[日T ]?[0-9:时分]{0,8}\Z"),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(value=_CELLS)
def test_no_cell_makes_a_conversion_fail(value: object) -> None:
    from compliance.collect.registers.outcome import Bad, Noted

    for column in STAFF.columns:
        outcome = converter(column, STAFF)(value)
        plain = outcome.value if isinstance(outcome, Noted) else outcome
        if isinstance(plain, Bad) or plain is None:
            continue
        if column.type == "date":
            date.fromisoformat(str(plain))
        assert isinstance(plain, {"bool": bool, "int": int}.get(column.type, str))
        assert not column.options or plain in column.options


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(st.text(max_size=12), max_size=13), max_size=6), data=st.binary(max_size=200))
def test_no_file_makes_the_reading_fail_and_no_row_vanishes(tmp_path: Path, rows: list[list[str]], data: bytes) -> None:
    import csv
    import io

    out = io.StringIO()
    csv.writer(out).writerows([HEADER, *rows])
    reading = read(tmp_path, {"员工登记表.csv": out.getvalue().encode("utf-8", "surrogatepass"), "x.xlsx": data, "y.csv": data})
    skipped = sum(p.code == "skipped_row" for p in reading.problems)
    lost = any(n.path == "员工登记表.csv" and n.status != "read" for n in reading.notes)
    filled = sum(any(c.strip().strip("\u200b\ufeff") for c in row) for row in rows)
    assert lost or len([r for r in reading.rows if r.at.path == "员工登记表.csv"]) + skipped >= filled - sum(not any(c.strip() for c in row[: len(HEADER)]) for row in rows if any(row))


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(staff(GOOD))
    path.chmod(0)
    assert [p.code for p in read_registers(tmp_path, TABLES, AS_OF).problems] == ["unreadable"]
