"""What reading registers can yield: rows, notes on files, and problems a person can act on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from compliance.model.catalog import Text
from compliance.model.row import FileNote, Row

ProblemSeverity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing about a register that its keeper should know.

    file:     path relative to the registers folder
    sheet:    sheet name; empty for CSV and for the file as a whole
    cell:     ``G17``; a row (``17``), a range, or empty when it is about the sheet
    header:   the column header as declared (Chinese title), or as written when it is not declared
    code:     machine word, a key of ``messages.MESSAGES``
    severity: ``error`` (a value, row, sheet or file could not be used), ``warning`` (used, but look), ``info``
    table:    evidence table it belongs to, when known
    """

    file: str
    sheet: str
    cell: str
    header: str
    code: str
    what: Text
    why: Text
    fix: Text
    severity: ProblemSeverity
    table: str = ""

    def where(self, language: str = "zh") -> str:
        """``保密协议登记表.xlsx › 登记表!G17 〔签署日期〕``."""
        place = f"{self.sheet}!{self.cell}" if self.sheet and self.cell else self.sheet or self.cell
        text = f"{self.file} › {place}" if place else self.file
        brackets = "〔〕" if language == "zh" else "[]"
        return f"{text} {brackets[0]}{self.header}{brackets[1]}" if self.header else text


@dataclass(frozen=True, slots=True)
class SheetExtent:
    """Where a table was found: enough to show it again in a marked copy.

    header_row: row number of the header, from 1
    columns:    declared column name -> column letters
    """

    file: str
    sheet: str
    table: str
    header_row: int
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RegisterReading:
    """Everything a folder of registers yielded.

    rows:      in order of file, sheet and row; a row with a bad cell is kept, that value unknown
    notes:     one a file; ``tables`` of an unparsed one are those that may lack rows because of it
    problems:  in order of file, sheet and row
    delivered: tables for which a usable sheet was found, even an empty one
    stale:     delivered tables whose export is older than their freshness allows
    origins:   table -> the first file it came from
    exported:  table -> ISO date of its export, where one is known
    sheets:    which sheet was read as which table
    """

    rows: tuple[Row, ...]
    notes: tuple[FileNote, ...]
    problems: tuple[Problem, ...]
    delivered: frozenset[str]
    stale: frozenset[str]
    origins: dict[str, str]
    exported: dict[str, str] = field(default_factory=dict)
    sheets: tuple[SheetExtent, ...] = ()
