"""A corpus of broken and odd files, each with the problem it must be told as and the place it must be told at."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from compliance.collect.registers import xlsx
from tests.collect.registers.books import GOOD, HEADER, csv_text, patched, read, sheets, staff, with_cell, without

SHEET = "xl/worksheets/sheet1.xml"


@dataclass(frozen=True)
class Odd:
    """One file of the corpus.

    problems: (code, place within the file) expected above the level of information, and nothing else
    infos:    (code, place) expected among the information
    rows:     rows that must be read
    checks:   column -> value of the first row
    """

    name: str
    file: str
    data: Callable[[], bytes]
    problems: tuple[tuple[str, str], ...] = ()
    infos: tuple[tuple[str, str], ...] = ()
    rows: int = 1
    checks: tuple[tuple[str, Any], ...] = ()


def cell(name: str, index: int, value: Any, code: str, where: str, **more: Any) -> Odd:
    """A good row with one bad cell."""
    return Odd(name, "a.xlsx", lambda: staff(with_cell(index, value)), ((code, f"员工登记表!{where}"),), **more)


def fine(name: str, index: int, value: Any, column: str, expected: Any, *infos: tuple[str, str]) -> Odd:
    """A good row with one odd cell that must be understood."""
    return Odd(name, "a.xlsx", lambda: staff(with_cell(index, value)), infos=infos, checks=((column, expected),))


def formula(index: int, text: str, value: Any) -> Callable[[Any, Any], None]:
    return lambda book, page: page.write_formula(1, index, text, None, value)


def ole(marker: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + marker.encode("utf-16-le") + b"\0" * 512


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(30):
                part.write(b" " * 1_000_000)
    return out.getvalue()


def zipped(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"), text)
    return out.getvalue()


def merged(book: Any, page: Any) -> None:
    page.merge_range("C2:C3", "D1")


def picture(book: Any, page: Any) -> None:
    page.write_formula(1, 10, '=DISPIMG("ID_1",1)', None, '=DISPIMG("ID_1",1)')
    page.write_formula(1, 2, '=DISPIMG("ID_2",1)', None, '=DISPIMG("ID_2",1)')


HTML = "<html><meta charset='gb2312'><body><table><tr><td>工号</td></tr></table></body></html>".encode("gb18030")
NOTE = ("as_of_unknown", "")

CORPUS = [
    # --- files that are not what they seem
    Odd("empty-file", "员工登记表.xlsx", lambda: b"", (("empty_file", ""),), rows=0),
    Odd("empty-csv", "员工登记表.csv", lambda: b"", (("empty_file", ""),), rows=0),
    Odd("html-as-xls", "员工登记表.xls", lambda: HTML, (("html_as_workbook", ""),), rows=0),
    Odd("html-as-xlsx", "员工登记表.xlsx", lambda: b"\n\n  <!DOCTYPE html>" + HTML, (("html_as_workbook", ""),), rows=0),
    Odd("mhtml-as-xls", "员工登记表.xls", lambda: b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n", (("html_as_workbook", ""),), rows=0),
    Odd("xml-2003", "员工登记表.xls", lambda: b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook/>', (("xml_2003", ""),), rows=0),
    Odd("encrypted", "员工登记表.xlsx", lambda: ole("EncryptedPackage"), (("encrypted", ""),), rows=0),
    Odd("old-xls", "员工登记表.xls", lambda: ole("Workbook"), (("old_xls", ""),), rows=0),
    Odd("xls-named-xlsx", "员工登记表.xlsx", lambda: ole("Workbook"), (("old_xls", ""),), rows=0),
    Odd("biff-without-ole", "员工登记表.xls", lambda: b"\x09\x08\x10\x00\x00\x06\x05\x00" + b"\0" * 64, (("old_xls", ""),), rows=0),
    Odd("wps-et", "员工登记表.et", lambda: ole("Workbook"), (("et_format", ""),), rows=0),
    Odd("xlsx-named-xls", "员工登记表.xls", lambda: staff(GOOD)),
    Odd("xlsx-named-et", "员工登记表.et", lambda: staff(GOOD)),
    Odd("binary-xlsb", "员工登记表.xlsb", lambda: zipped(xl__workbook_bin="x"), (("other_format", ""),), rows=0),
    Odd("xlsb-named-xlsx", "员工登记表.xlsx", lambda: zipped(xl__workbook_bin="x"), (("other_format", ""),), rows=0),
    Odd("ods-named-xlsx", "员工登记表.xlsx", lambda: zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet"), (("other_format", ""),), rows=0),
    Odd("numbers", "员工登记表.numbers", lambda: zipped(x="y"), (("other_format", ""),), rows=0),
    Odd("docx-named-xlsx", "员工登记表.xlsx", lambda: zipped(word__document_xml="<w/>"), (("not_workbook", ""),), rows=0),
    Odd("text-named-xls", "员工登记表.xls", lambda: csv_text(GOOD, separator="\t").encode("gb18030"), (("text_as_workbook", ""),), rows=0),
    Odd("random-bytes", "员工登记表.xlsx", lambda: bytes(range(256)) * 8, (("damaged", ""),), rows=0),
    Odd("cut-short", "员工登记表.xlsx", lambda: staff(GOOD)[:-400], (("damaged", ""),), rows=0),
    Odd("sheet-part-lost", "员工登记表.xlsx", lambda: without(staff(GOOD), SHEET), (("damaged", ""),), rows=0),
    Odd("broken-sheet-xml", "员工登记表.xlsx", lambda: patched(staff(GOOD), SHEET, "</sheetData>.*", ""), (("damaged", ""),), rows=0),
    Odd("doctype", "员工登记表.xlsx", lambda: patched(staff(GOOD), "xl/workbook.xml", "<workbook", "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><workbook"), (("unsafe_xml", ""),), rows=0),
    Odd("zip-bomb", "员工登记表.xlsx", bomb, (("too_large", ""),), rows=0),
    Odd("far-corner", "员工登记表.xlsx", lambda: staff(GOOD, also=lambda b, p: p.write(1048575, 16383, "x")), (("too_large", ""),), rows=0),
    Odd("unknown-xml-encoding", "员工登记表.xlsx", lambda: patched(staff(GOOD), "xl/workbook.xml", 'UTF-8', "UTF-9"), (("damaged", ""),), rows=0),
    Odd("last-row-filled", "员工登记表.xlsx", lambda: staff(GOOD, also=lambda b, p: p.write_row(1048575, 0, with_cell(0, "E9"))), rows=2),
    Odd("binary-csv", "员工登记表.csv", lambda: staff(GOOD), (("binary_csv", ""),), rows=0),
    Odd("lock-file", "~$员工登记表.xlsx", lambda: b"\x05admin", rows=0),
    # --- text encodings and separators
    Odd("csv-utf8", "员工登记表.csv", lambda: csv_text(GOOD).encode(), (NOTE,)),
    Odd("csv-utf8-bom", "员工登记表.csv", lambda: csv_text(GOOD).encode("utf-8-sig"), (NOTE,)),
    Odd("csv-gb18030", "员工登记表.csv", lambda: csv_text(with_cell(1, "𠮷")).encode("gb18030"), (NOTE,), checks=(("name", "𠮷"),)),
    Odd("csv-gb18030-bom", "员工登记表.csv", lambda: b"\x84\x31\x95\x33" + csv_text(GOOD).encode("gb18030"), (NOTE,)),
    Odd("csv-utf16", "员工登记表.csv", lambda: csv_text(GOOD, separator="\t").encode("utf-16"), (NOTE,)),
    Odd("tsv", "员工登记表.tsv", lambda: csv_text(GOOD, separator="\t").encode(), (NOTE,)),
    Odd("csv-semicolons", "员工登记表.csv", lambda: csv_text(GOOD, separator=";").encode(), (NOTE,)),
    Odd("csv-sep-line", "员工登记表.csv", lambda: ("sep=;\r\n" + csv_text(GOOD, separator=";")).encode(), (NOTE,)),
    Odd("csv-no-encoding", "员工登记表.csv", lambda: csv_text(GOOD).encode() + b"\xff\xff\x81", (("encoding", ""),), rows=0),
    Odd("csv-bad-utf8-bom", "员工登记表.csv", lambda: b"\xef\xbb\xbf" + csv_text(GOOD).encode("gb18030"), (("encoding", ""),), rows=0),
    Odd("csv-garbled-headers", "员工登记表.csv", lambda: csv_text(GOOD).encode("gb18030").decode("latin-1").encode(), (("header_not_found", ""),), rows=0),
    Odd("csv-open-quote", "员工登记表.csv", lambda: csv_text(with_cell(1, '"张三'), GOOD).encode(), (("csv_quotes", ""),), rows=0),
    Odd("csv-extra-cells", "员工登记表.csv", lambda: csv_text([*GOOD, "第二个备注"]).encode(), (NOTE, ("too_many_cells", "2")), checks=(("staff_id", "E001"), ("kind", None))),
    Odd("csv-quoted-newline", "员工登记表.csv", lambda: csv_text(with_cell(10, '"两\n行"')).encode(), (NOTE,), checks=(("remark", "两\n行"),)),
    Odd("csv-scientific-id", "员工登记表.csv", lambda: csv_text(with_cell(0, "3.10101E+17")).encode(), (NOTE, ("id_precision", "A2"))),
    Odd("csv-na", "员工登记表.csv", lambda: csv_text(with_cell(4, "#N/A")).encode(), (NOTE, ("error_value", "E2"))),
    Odd("csv-lost-characters", "员工登记表.csv", lambda: csv_text(with_cell(1, "张\ufffd")).encode(), (NOTE, ("replacement_char", "B2"))),
    # --- which sheet is which table, and where its header stands
    Odd("english-title", "a.xlsx", lambda: sheets({"Staff register": [HEADER, GOOD]})),
    Odd("table-name", "a.xlsx", lambda: sheets({"staff": [HEADER, GOOD]})),
    Odd("alias-name", "a.xlsx", lambda: sheets({"人员台账": [HEADER, GOOD]})),
    Odd("name-with-period", "a.xlsx", lambda: sheets({"1.员工登记表（2026年Q2）": [HEADER, GOOD]})),
    Odd("last-word-swapped", "a.xlsx", lambda: sheets({"员工花名册": [HEADER, GOOD]}), infos=(("table_by_headers", "员工花名册"),)),
    Odd("last-word-only-resembles", "a.xlsx", lambda: sheets({"员工": [["甲", "乙"], ["1", "2"]]}), infos=(("unknown_sheet", "员工"),), rows=0),
    Odd("name-with-copy-number", "a.xlsx", lambda: sheets({"员工登记表 (2)": [HEADER, GOOD]})),
    Odd("file-name-only", "2026员工登记表.xlsx", lambda: sheets({"Sheet1": [HEADER, GOOD]})),
    Odd("title-line", "a.xlsx", lambda: sheets({"Sheet1": [["某某公司员工登记表"], [], HEADER, GOOD]})),
    Odd("headers-only", "a.xlsx", lambda: sheets({"Sheet1": [HEADER, GOOD]}), infos=(("table_by_headers", "Sheet1"),)),
    Odd("property-names-the-table", "a.xlsx", lambda: sheets({"随便": [HEADER, GOOD]}, properties={"hegui_as_of": "2026-06-29", "hegui_sheet_1": "随便=staff"})),
    Odd("unknown-sheet", "a.xlsx", lambda: sheets({"随便": [["甲", "乙"], ["1", "2"]]}), infos=(("unknown_sheet", "随便"),), rows=0),
    Odd("empty-sheet", "a.xlsx", lambda: sheets({"Sheet1": []}), rows=0),
    Odd("no-header", "a.xlsx", lambda: sheets({"员工登记表": [GOOD, GOOD]}), (("header_not_found", "员工登记表"),), rows=0),
    Odd("header-in-row-9", "a.xlsx", lambda: sheets({"员工登记表": [["员工登记表"], ["说明：每月更新"], *[[]] * 6, HEADER, GOOD]})),
    Odd("header-in-column-d", "a.xlsx", lambda: sheets({"员工登记表": [["", "", "", *HEADER], ["", "", "", *GOOD]]})),
    Odd("header-full-width", "a.xlsx", lambda: staff(GOOD, header=["工 号*", "姓\n名", "部门编号（必填）", "用工类型:", "入职日期 ", *HEADER[5:]])),
    Odd("header-english", "a.xlsx", lambda: staff(GOOD, header=["Staff ID", "NAME", "unit_id", "Kind", "Hired on", *HEADER[5:]])),
    Odd("header-alias", "a.xlsx", lambda: staff(GOOD, header=["员工编号", "姓名", "所属部门", *HEADER[3:]])),
    Odd("unknown-column", "a.xlsx", lambda: staff([*GOOD, "x"], header=[*HEADER, "星座"]), infos=(("unknown_column", "员工登记表!L1"),)),
    Odd("near-column", "a.xlsx", lambda: staff(GOOD, header=["工号", "姓名", "部门编号", "用工的类型", *HEADER[4:]]), (("missing_column", "员工登记表!1"),), infos=(("unknown_column", "员工登记表!D1"),), checks=(("kind", None),)),
    Odd("missing-column", "a.xlsx", lambda: staff(GOOD[:4] + GOOD[5:], header=HEADER[:4] + HEADER[5:]), (("missing_column", "员工登记表!1"),), checks=(("hired_on", None),)),
    Odd("double-column", "a.xlsx", lambda: staff([*GOOD, "兼职"], header=[*HEADER, "用工类型"]), (("duplicate_header", "员工登记表!L1"),), checks=(("kind", None),)),
    Odd("ambiguous-header", "a.xlsx", lambda: sheets({"印章台账": [["印章编号", "负责人", "出借日期"], ["S1", "甲", "2026-01-02"]]}), (("ambiguous_header", "印章台账!B1"),), checks=(("keeper", None), ("lender", None))),
    Odd("alias-freed-by-title", "a.xlsx", lambda: sheets({"印章台账": [["印章编号", "负责人", "出借人", "出借日期"], ["S1", "甲", "乙", "2026-01-02"]]}), checks=(("keeper", "甲"), ("lender", "乙"))),
    Odd("two-line-header", "a.xlsx", lambda: sheets({"员工登记表": [["基本信息", "", "", "", "合同"], HEADER, GOOD]})),
    Odd("hidden-sheet", "a.xlsx", lambda: sheets({"Sheet1": [["甲"]], "员工登记表": [HEADER, GOOD]}, lambda book, page: book.worksheets()[1].hide()), infos=(("hidden_sheet", "员工登记表"), ("unknown_sheet", "Sheet1"))),
    # --- rows
    Odd("hidden-rows", "a.xlsx", lambda: staff(GOOD, with_cell(0, "E002"), also=lambda b, p: p.set_row(2, None, None, {"hidden": True})), infos=(("hidden_rows", "员工登记表!3"),), rows=2),
    Odd("hidden-column", "a.xlsx", lambda: staff(GOOD, also=lambda b, p: p.set_column(4, 4, None, None, {"hidden": True})), infos=(("hidden_columns", "员工登记表!E"),)),
    Odd("merged-down", "a.xlsx", lambda: staff(with_cell(2, ""), [*with_cell(0, "E002")[:2], "", *GOOD[3:]], also=merged), infos=(("merged_cells", "员工登记表!C2:C3"),), rows=2, checks=(("unit_id", "D1"),)),
    Odd("no-key", "a.xlsx", lambda: staff(with_cell(0, "")), (("key_missing", "员工登记表!A2"),), checks=(("staff_id", "?员工登记表!2"),)),
    Odd("double-key", "a.xlsx", lambda: staff(GOOD, with_cell(1, "李四")), (("duplicate_key", "员工登记表!A3"),), rows=2),
    Odd("double-key-two-sheets", "a.xlsx", lambda: sheets({"员工登记表": [HEADER, GOOD], "员工登记表 (2)": [HEADER, GOOD]}), (("duplicate_key", "员工登记表 (2)!A2"),), rows=2),
    Odd("double-composite-key", "a.xlsx", lambda: sheets({"来访日志": [["来访日期", "访客", "区域"], ["2026-06-29", "甲", "一"], ["2026-06-29", "乙", "一"], ["2026/6/29", "甲", "二"]]}), (("duplicate_key", "来访日志!A4"),), rows=3),
    Odd("total-row", "a.xlsx", lambda: staff(GOOD, ["合 计", "", "", "", "", "", "", "", 24]), infos=(("skipped_row", "员工登记表!3"),)),
    Odd("footer", "a.xlsx", lambda: staff(GOOD, [], ["制表人：张三", "", "审核人：李四"]), infos=(("skipped_row", "员工登记表!4"),)),
    Odd("header-again", "a.xlsx", lambda: staff(GOOD, HEADER, with_cell(0, "E002")), infos=(("skipped_row", "员工登记表!3"),), rows=2),
    Odd("help-row", "a.xlsx", lambda: staff(["填写说明：必填", "选填"], GOOD), infos=(("skipped_row", "员工登记表!2"),)),
    Odd("blank-rows-between", "a.xlsx", lambda: staff(GOOD, [], ["  ", "\u3000"], with_cell(0, "E002")), rows=2),
    Odd("required-blank", "a.xlsx", lambda: staff(with_cell(2, "")), (("required_missing", "员工登记表!C2"),), checks=(("unit_id", None),)),
    # --- cells that a reader would take for blank
    Odd("na-error", "a.xlsx", lambda: staff(GOOD, also=formula(3, "=NA()", "#N/A")), (("error_value", "员工登记表!D2"),), checks=(("kind", None),)),
    Odd("ref-error-optional", "a.xlsx", lambda: staff(GOOD, also=formula(5, "=A9", "#REF!")), (("error_value", "员工登记表!F2"),), checks=(("valid_to", None),)),
    Odd("error-in-merged", "a.xlsx", lambda: staff(GOOD, with_cell(0, "E002"), also=lambda b, p: (p.merge_range("F2:F3", ""), p.write_formula("F2", "=A9", None, "#REF!"))), (("error_value", "员工登记表!F2"), ("error_value", "员工登记表!F3")), infos=(("merged_cells", "员工登记表!F2:F3"),), rows=2, checks=(("valid_to", None),)),
    Odd("error-in-last-row", "a.xlsx", lambda: staff(GOOD, also=lambda b, p: p.write_formula(5, 4, "=1/0", None, "#DIV/0!")), (("error_value", "员工登记表!E6"), ("key_missing", "员工登记表!A6"), ("required_missing", "员工登记表!B6"), ("required_missing", "员工登记表!C6"), ("required_missing", "员工登记表!D6")), rows=2),
    Odd("formula-uncalculated", "a.xlsx", lambda: patched(staff(GOOD, also=formula(4, "=TODAY()", 46000)), SHEET, r"</f><v>46000</v>", "</f>"), (("formula_no_value", "员工登记表!E2"),), checks=(("hired_on", None),)),
    Odd("formula-empty-value", "a.xlsx", lambda: patched(staff(GOOD, also=formula(4, "=TODAY()", 46000)), SHEET, r"</f><v>46000</v>", "</f><v></v>"), (("formula_no_value", "员工登记表!E2"),)),
    Odd("formula-empty-element", "a.xlsx", lambda: patched(staff(GOOD, also=formula(4, "=TODAY()", 46000)), SHEET, r"</f><v>46000</v>", "</f><v/>"), (("formula_no_value", "员工登记表!E2"),)),
    Odd("formula-blank-text", "a.xlsx", lambda: patched(staff(GOOD, also=formula(10, '=""', "x")), SHEET, r"</f><v>x</v>", "</f><v></v>"), checks=(("remark", None),)),
    Odd("formula-with-value", "a.xlsx", lambda: staff(GOOD, also=formula(3, '="全"&"职"', "全职")), checks=(("kind", "full_time"),)),
    Odd("wps-picture", "a.xlsx", lambda: staff(GOOD, also=picture), (("image_cell", "员工登记表!C2"), ("image_cell", "员工登记表!K2")), checks=(("remark", None), ("unit_id", None))),
    cell("formula-as-text", 2, "=VLOOKUP(A2,B:C,2,0)", "formula_text", "C2"),
    # --- numbers and ids
    cell("id-18-digits", 0, 310101199001011234, "id_precision", "A2"),
    cell("long-number-in-text", 10, 6222021234567890123, "id_precision", "K2", checks=(("remark", None),)),
    fine("id-as-number", 0, 1001, "staff_id", "1001"),
    fine("id-full-width", 0, "Ｅ００１\u200b ", "staff_id", "E001"),
    fine("text-keeps-its-width", 10, "ＡＢＣ", "remark", "ＡＢＣ"),
    fine("thousands", 9, "1,234.50", "score", "1234.5"),
    fine("full-width-digits", 8, "２４", "notice_months", 24),
    fine("unit-that-fits", 8, "24个月", "notice_months", 24),
    cell("unit-that-does-not", 8, "2年", "unit", "I2"),
    cell("number-in-words", 8, "二十四", "not_number", "I2"),
    cell("not-whole", 8, 2.5, "not_whole", "I2"),
    cell("ten-thousands", 9, "1.2万", "unit", "J2"),
    cell("percent", 9, "80%", "percent", "J2", checks=(("score", "0.8"),)),
    cell("number-too-large", 9, 1e20, "number_range", "J2"),
    fine("accounting-brackets", 9, "(1,000)", "score", "-1000"),
    fine("binary-fraction", 9, 0.1 + 0.2, "score", "0.3"),
    # --- yes and no, options, references
    fine("bool-tick", 7, "√", "active", True),
    fine("bool-cross", 7, "×", "active", False),
    fine("bool-n", 7, "Ｎ", "active", False),
    fine("bool-real", 7, False, "active", False),
    fine("bool-one", 7, 1, "active", True),
    cell("bool-maybe", 7, "大概", "not_bool", "H2", checks=(("active", None),)),
    fine("option-code", 3, "FULL-TIME", "kind", "full_time"),
    fine("option-alias", 3, "正式工", "kind", "full_time"),
    cell("option-near", 3, "全职员工", "not_option", "D2"),
    cell("option-unknown", 3, "外星人", "not_option", "D2", checks=(("kind", None),)),
    Odd("dangling", "a.xlsx", lambda: sheets({"员工登记表": [HEADER, with_cell(2, "D9")], "部门登记表": [["部门编号", "部门名称"], ["D1", "财务部"]]}), (("dangling", "员工登记表!C2"),), rows=2, checks=(("unit_id", "D9"),)),
    Odd("reference-by-name", "a.xlsx", lambda: sheets({"员工登记表": [HEADER, with_cell(2, "财务部")], "部门登记表": [["部门编号", "部门名称"], ["D1", "财务部"]]}), (("dangling", "员工登记表!C2"),), rows=2),
    Odd("several-references", "a.xlsx", lambda: sheets({"员工登记表": [HEADER, with_cell(2, "D1、D2")], "部门登记表": [["部门编号", "部门名称"], ["D1", "财务部"], ["D2", "客服部"]]}), (("several_values", "员工登记表!C2"),), rows=3),
    Odd("reference-without-target", "a.xlsx", lambda: staff(with_cell(2, "D9"))),
    Odd("nil-return-by-title", "a.xlsx", lambda: sheets({"零报告台账": [["零报告编号", "登记簿名称"], ["N1", "来访日志"]]}), checks=(("table_name", "visit"),)),
    Odd("nil-return-of-nothing", "a.xlsx", lambda: sheets({"零报告台账": [["零报告编号", "登记簿名称"], ["N1", "来访登记"]]}), (("not_a_table", "零报告台账!B2"),), checks=(("table_name", None),)),
    fine("placeholder", 5, "——", "valid_to", None, ("placeholder", "员工登记表!F2")),
    cell("placeholder-in-required", 4, "无", "required_missing", "E2"),
    fine("dash-in-text-is-text", 10, "-", "remark", "-"),
    # --- dates
    fine("date-cell", 4, date(2026, 3, 5), "hired_on", "2026-03-05"),
    fine("date-slashes", 4, "2026/3/5", "hired_on", "2026-03-05"),
    fine("date-compact", 4, "20260305", "hired_on", "2026-03-05"),
    fine("date-compact-number", 4, 20260305, "hired_on", "2026-03-05"),
    fine("date-chinese", 4, "2026年3月5日", "hired_on", "2026-03-05"),
    fine("date-chinese-weekday", 4, "2026年3月5日 星期四", "hired_on", "2026-03-05"),
    fine("date-dots", 4, "2026.3.5", "hired_on", "2026-03-05"),
    fine("date-full-width", 4, "２０２６－０３－０５", "hired_on", "2026-03-05"),
    fine("date-serial", 4, 46086, "hired_on", "2026-03-05"),
    Odd("date-1904", "a.xlsx", lambda: staff(with_cell(4, 46086 - 1462), date_1904=True), checks=(("hired_on", "2026-03-05"),)),
    Odd("date-chinese-format", "a.xlsx", lambda: staff(GOOD, also=lambda b, p: p.write_number(1, 4, 46086, b.add_format({"num_format": 31}))), checks=(("hired_on", "2026-03-05"),)),
    Odd("date-chinese-custom", "a.xlsx", lambda: staff(GOOD, also=lambda b, p: p.write_number(1, 4, 46086, b.add_format({"num_format": '[$-804]yyyy"年"m"月"d"日"'}))), checks=(("hired_on", "2026-03-05"),)),
    cell("date-day-first", 4, "3/5/2026", "date_ambiguous", "E2"),
    cell("date-two-digit-year", 4, "26.3.5", "date_ambiguous", "E2"),
    cell("date-month-only", 4, "2026年3月", "date_incomplete", "E2"),
    cell("date-without-year", 4, "3月5日", "date_incomplete", "E2"),
    cell("date-quarter", 4, "2026年第一季度", "date_incomplete", "E2"),
    cell("date-no-such-day", 4, "2026-02-30", "date_impossible", "E2"),
    cell("date-month-13", 4, 20261301, "date_impossible", "E2"),
    cell("date-serial-text", 4, "46086", "date_as_text_number", "E2"),
    cell("date-words", 4, "去年春天", "date_unreadable", "E2"),
    cell("date-year-number", 4, 2026, "date_incomplete", "E2"),
    cell("date-in-far-future", 4, "3026-03-05", "date_implausible", "E2"),
    fine("date-for-ever", 5, "长期", "valid_to", None, ("open_ended", "员工登记表!F2")),
    fine("time-t", 6, "2026-06-29T09:30:05", "seen_at", "2026-06-29 09:30:05"),
    fine("time-compact", 6, "20260629093005", "seen_at", "2026-06-29 09:30:05"),
    fine("time-compact-number", 6, 20260629093005, "seen_at", "2026-06-29 09:30:05"),
    fine("time-utc", 6, "2026-06-29T01:30:00Z", "seen_at", "2026-06-29 09:30:00"),
    fine("time-offset", 6, "2026-06-29T10:30:00+09:00", "seen_at", "2026-06-29 09:30:00"),
    fine("time-chinese", 6, "2026年6月29日 下午3时05分", "seen_at", "2026-06-29 15:05:00"),
    Odd("time-serial", "a.xlsx", lambda: staff(GOOD, also=lambda b, p: p.write_datetime(1, 6, datetime(2026, 6, 29, 9, 30), b.add_format({"num_format": "yyyy-mm-dd hh:mm"}))), checks=(("seen_at", "2026-06-29 09:30:00"),)),
    cell("time-lacks", 6, "2026-06-29", "time_missing", "G2", checks=(("seen_at", "2026-06-29 00:00:00"),)),
    cell("time-25", 6, "2026-06-29 25:10", "date_impossible", "G2"),
]  # fmt: skip


@pytest.mark.parametrize("odd", CORPUS, ids=[o.name for o in CORPUS])
def test_every_odd_file_has_its_message(odd: Odd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "UNPACKED_LIMIT", 20_000_000)
    reading = read(tmp_path, {odd.file: odd.data()})
    told = [(p.code, f"{p.sheet}!{p.cell}" if p.sheet and p.cell else p.sheet or p.cell) for p in reading.problems if p.severity != "info"]
    noted = [(p.code, f"{p.sheet}!{p.cell}" if p.sheet and p.cell else p.sheet or p.cell) for p in reading.problems if p.severity == "info"]
    assert sorted(told) == sorted(odd.problems)
    assert sorted(noted) == sorted(odd.infos)
    assert len(reading.rows) == odd.rows
    if odd.rows:
        row = reading.rows[0]
        for column, expected in odd.checks:
            assert row.values[column] == expected and type(row.values[column]) is type(expected)
            if expected is None:
                assert column in row.nulls
    for problem in reading.problems:
        assert all(t.zh and t.en and "{" not in t.zh + t.en for t in (problem.what, problem.why, problem.fix))


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len(CORPUS) >= 60 and len({o.name for o in CORPUS}) == len(CORPUS)
