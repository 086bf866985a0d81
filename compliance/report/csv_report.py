"""Findings as CSV for spreadsheets: UTF-8 with a byte order mark, CRLF, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import re
from typing import Final

from compliance.report.interface import ReportInput
from compliance.report.sheets import sheets
from compliance.report.view import build

VARIANTS: Final = ("gaps", "findings", "actions", "evidence", "measures", "problems")
_ACTIVE: Final = re.compile(r"\A[\s\x00-\x1f]*[=+\-@\uff1d\uff0b\uff0d\uff20]|\A[\t\r\n]")
"""What spreadsheets take for a formula, full-width signs included (OWASP, CSV injection)."""


def write(report: ReportInput) -> bytes:
    """One list; ``csv`` alone is the list of findings."""
    sheet = sheets(build(report), report)[VARIANTS.index(report.variant or "findings")]
    text = io.StringIO(newline="")
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(sheet.header)
    lines.writerows([inert(v) if isinstance(v, str) else v for v in row] for row in sheet.rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def inert(text: str) -> str:
    """The text with an apostrophe before it when a spreadsheet would take it for a formula."""
    return f"'{text}" if _ACTIVE.search(text) else text
