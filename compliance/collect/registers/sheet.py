"""A sheet as it was read: cells, and what the cells alone do not tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from compliance.collect.registers.words import letters


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet or one CSV file.

    name:    sheet name; empty for CSV
    cells:   rows from A1; str, float, bool, date, datetime, time; blanks are ``""``
    faults:  (row, column) from 0 -> (message code, shown value): cells whose value is no value
    hidden:  hidden or filtered rows, from 0
    hidden_columns: column indexes from 0
    merged:  ranges ((row, column), (row, column)), both inclusive, from 0
    """

    name: str
    cells: Sequence[Sequence[Any]]
    faults: Mapping[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    hidden: Sequence[int] = ()
    hidden_columns: frozenset[int] = frozenset()
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]] = ()
    visible: bool = True
    date1904: bool = False

    def place(self, row: int, column: int) -> str:
        """``登记表!G17`` of indexes from 0; for CSV ``G17``."""
        cell = f"{letters(column)}{row + 1}"
        return f"{self.name}!{cell}" if self.name else cell


@dataclass(frozen=True, slots=True)
class Book:
    """A file of sheets; ``properties`` are custom document properties."""

    path: str
    sheets: tuple[Sheet, ...]
    properties: Mapping[str, str] = field(default_factory=dict)


class FileFault(Exception):
    """A file as a whole cannot be used: message code and details.  Never leaves the package."""

    def __init__(self, code: str, **details: Any) -> None:
        self.code, self.details = code, details
        super().__init__(code)
