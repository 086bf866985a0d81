"""Where something stands in a source file."""

from __future__ import annotations

from typing import NamedTuple


class Location(NamedTuple):
    """A range of whole lines in one file.

    path:     relative to the scanned root, posix separators
    line:     first line, from 1
    end_line: last line, inclusive
    cell:     for workbooks the sheet and cell, ``登记表!G17``; ``line`` is then the row number
    """

    path: str
    line: int
    end_line: int
    cell: str = ""

    def __str__(self) -> str:
        return f"{self.path} › {self.cell}" if self.cell else f"{self.path}:{self.line}"
