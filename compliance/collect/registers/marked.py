"""A copy of a register with its problems marked: the user's own workbook is never written to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from compliance.collect.registers.delimited import read_delimited
from compliance.collect.registers.problem import Problem, RegisterReading
from compliance.collect.registers.sheet import Book, FileFault
from compliance.collect.registers.templates import CREATED
from compliance.collect.registers.words import column_index
from compliance.collect.registers.xlsx import read_workbook

LIST: Final = "问题清单"
_SEVERITY: Final = {"error": ("错误", "error"), "warning": ("提醒", "warning"), "info": ("说明", "note")}
_COLOURS: Final = {"error": "#F8CBAD", "warning": "#FFE699", "info": "#DDEBF7"}
_HEADERS: Final = (("程度", "severity", 8), ("位置", "place", 32), ("列", "column", 18), ("问题", "what", 48), ("影响", "why", 48), ("怎么改", "fix", 48))


def write_marked_copies(folder: Path, reading: RegisterReading, out: Path, language: str = "zh") -> list[Path]:
    """A marked copy beside a list of problems for every file that has errors or warnings, and one list of everything.

    folder:  what the paths of *reading* are relative to; only read
    out:     an existing folder, not inside *folder*
    Returns the paths written, the overall list first.
    """
    written = [out / f"{LIST}.xlsx"]
    _write(written[0], None, reading.problems, language)
    by_file: dict[str, list[Problem]] = {}
    for problem in reading.problems:
        by_file.setdefault(problem.file, []).append(problem)
    for name, problems in sorted(by_file.items()):
        if all(p.severity == "info" for p in problems):
            continue
        target = out / f"{name.replace('/', '_').rpartition('.')[0]}_问题标注.xlsx"
        if write_marked_copy(folder / name, problems, target, language):
            written.append(target)
    return written


def write_marked_copy(source: Path, problems: Sequence[Problem], target: Path, language: str = "zh") -> bool:
    """One file: its values as they were read, bad cells coloured with a comment, and the hyperlinked list.

    False, and nothing is written, when the file itself cannot be read.
    """
    data = source.read_bytes()
    suffix = source.suffix.lower()
    try:
        book = read_delimited(source.name, data) if suffix in (".csv", ".tsv", ".tab") else read_workbook(source.name, data, suffix)
    except FileFault:
        return False
    _write(target, book, problems, language)
    return True


def _write(target: Path, book: Book | None, problems: Sequence[Problem], language: str) -> None:
    pick = 0 if language == "zh" else 1
    # Interrupted, it leaves no half-written copy.
    partial = target.with_name(f".{target.name}.partial")
    workbook = xlsxwriter.Workbook(str(partial), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    workbook.set_properties({"title": LIST, "created": CREATED})
    workbook.set_custom_property("hegui_marked_copy", "1", "text")
    names = _sheet_names(book)
    _list(workbook, problems, names if book else {}, pick, language)
    looks = {"": workbook.add_format({}), **{s: workbook.add_format({"bg_color": c}) for s, c in _COLOURS.items()}}
    days = {s: workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", **({"bg_color": _COLOURS[s]} if s else {})}) for s in ("", *_COLOURS)}
    for sheet in book.sheets if book else ():
        marks = _marks([p for p in problems if p.sheet == sheet.name], language)
        page = workbook.add_worksheet(names[sheet.name])
        shown = {at: text for at, (_, text) in sheet.faults.items()}
        for row, cells in enumerate(sheet.cells):
            for column, value in enumerate(cells):
                severity, text = marks.get((row, column), ("", ""))
                value = shown.get((row, column)) or value
                _cell(page, row, column, value, days[severity] if isinstance(value, date) else looks[severity])
                if text:
                    page.write_comment(row, column, text, {"x_scale": 2, "y_scale": 1.5})
    workbook.close()
    partial.replace(target)


def _cell(page: Any, row: int, column: int, value: Any, look: Any) -> None:
    if isinstance(value, bool):
        page.write_boolean(row, column, value, look)
    elif isinstance(value, (int, float)):
        page.write_number(row, column, value, look)
    elif isinstance(value, datetime) or (isinstance(value, date) and value.year >= 1900):
        page.write_datetime(row, column, value, look)
    elif isinstance(value, time):
        page.write_string(row, column, value.isoformat(), look)
    elif value not in ("", None):
        page.write_string(row, column, str(value)[:32767], look)
    else:
        page.write_blank(row, column, None, look)


def _sheet_names(book: Book | None) -> dict[str, str]:
    """Sheet -> its name in the copy; CSV has none, and 问题清单 is taken."""
    names = {s.name: s.name or "数据" for s in book.sheets} if book else {}
    return {k: (f"{v[:29]}_2" if v == LIST else v) for k, v in names.items()}


def _marks(problems: Sequence[Problem], language: str) -> dict[tuple[int, int], tuple[str, str]]:
    """(row, column) -> worst severity and the texts."""
    order = ("error", "warning", "info")
    found: dict[tuple[int, int], tuple[str, str]] = {}
    for problem in problems:
        letters = problem.cell.rstrip("0123456789")
        digits = problem.cell[len(letters) :]
        if not digits or not (letters == "" or (letters.isascii() and letters.isalpha())):
            continue
        at = int(digits) - 1, column_index(letters) if letters else 0
        text = f"{problem.what.get(language)}\n{problem.fix.get(language)}"
        before = found.get(at)
        worst = min((problem.severity, before[0]), key=order.index) if before else problem.severity
        found[at] = (worst, f"{before[1]}\n{text}" if before else text)
    return found


def _list(workbook: Any, problems: Sequence[Problem], names: Mapping[str, str], pick: int, language: str) -> None:
    page = workbook.add_worksheet(LIST)
    head = workbook.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
    wrap = workbook.add_format({"text_wrap": True, "valign": "top"})
    link = workbook.add_format({"font_color": "#0563C1", "underline": 1, "valign": "top"})
    colours = {s: workbook.add_format({"bg_color": c, "valign": "top"}) for s, c in _COLOURS.items()}
    for index, (zh, en, width) in enumerate(_HEADERS):
        page.write_string(0, index, (zh, en)[pick], head)
        page.set_column(index, index, width)
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, max(len(problems), 1), len(_HEADERS) - 1)
    order = {"error": 0, "warning": 1, "info": 2}
    for row, problem in enumerate(sorted(problems, key=lambda p: order[p.severity]), 1):
        page.write_string(row, 0, _SEVERITY[problem.severity][pick], colours[problem.severity])
        place = f"{problem.sheet}!{problem.cell}" if problem.sheet and problem.cell else problem.sheet or problem.cell
        cell = problem.cell.partition("、")[0].partition("-")[0]
        if problem.sheet in names and row < 60_000:
            at = cell if cell and not cell.isdigit() and not cell.isalpha() else f"A{cell}" if cell.isdigit() else "A1"
            page.write_url(row, 1, f"internal:'{names[problem.sheet]}'!{at}", link, place or names[problem.sheet])
        else:
            page.write_string(row, 1, f"{problem.file} › {place}" if place else problem.file, wrap)
        page.write_string(row, 2, problem.header, wrap)
        for index, text in enumerate((problem.what, problem.why, problem.fix), 3):
            page.write_string(row, index, text.get(language), wrap)
