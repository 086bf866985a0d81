"""The lists of an assessment as a workbook: text stays text, formulas are never written, the same input gives the same bytes."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from compliance.report.interface import ReportInput
from compliance.report.messages import say
from compliance.report.sheets import Sheet, sheets
from compliance.report.view import build


def write(report: ReportInput) -> bytes:
    """A workbook of six sheets."""
    import xlsxwriter

    view, data = build(report), io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(data, options) as book:
        stamp = datetime.fromisoformat(f"{report.assessment.as_of[:10]}T00:00:00")
        book.set_properties({"title": say("title", report.language), "company": view.firm, "created": stamp})
        for name, value in (("hegui_version", report.version), ("hegui_catalog", view.catalog), ("hegui_snapshot", view.snapshot), ("hegui_period", view.period)):
            book.set_custom_property(name, value or "-")
        head = book.add_format({"bold": True, "bg_color": "#E9EEF5", "border": 1, "border_color": "#C5CDD8", "text_wrap": True, "valign": "top"})
        cell = book.add_format({"text_wrap": True, "valign": "top"})
        for sheet in sheets(view, report):
            _sheet(book, sheet, head, cell)
    return data.getvalue()


def _sheet(book: Any, sheet: Sheet, head: Any, cell: Any) -> None:
    page = book.add_worksheet(sheet.title[:31])
    page.freeze_panes(1, 0)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    for column, (title, width) in enumerate(zip(sheet.header, sheet.widths, strict=True)):
        page.set_column(column, column, width, cell)
        page.write_string(0, column, title, head)
    for number, row in enumerate(sheet.rows, 1):
        for column, value in enumerate(row):
            if isinstance(value, int):
                page.write_number(number, column, value, cell)
            else:
                page.write_string(number, column, value[:32000], cell)
    page.autofilter(0, 0, max(1, len(sheet.rows)), len(sheet.header) - 1)
