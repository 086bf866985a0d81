"""Options of a server configuration, gathered in the order the server reads them: the last value wins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from compliance.model.cell import Cell
from compliance.model.location import Location
from compliance.model.row import FileNote

MAX_LINES = 200_000


@dataclass
class Options:
    """Options by canonical name.

    values:   option -> every value in order
    sections: section names that held options (INI files)
    files:    files that were read, in order
    lost:     unknown once an included file that is not in the tree may state what nothing else states
    """

    collector: str
    values: dict[str, list[Cell]] = field(default_factory=dict)
    sections: set[str] = field(default_factory=set)
    files: list[str] = field(default_factory=list)
    notes: list[FileNote] = field(default_factory=list)
    left: int = MAX_LINES
    lost: Cell = field(default_factory=Cell)

    def add(self, name: str, value: Cell) -> None:
        """One more value of an option."""
        self.values.setdefault(name, []).append(value)

    def get(self, *names: str) -> Cell:
        """The last value of the first of *names* that is written; else an absent cell, or unknown when a file is lost."""
        return next((self.values[n][-1] for n in names if n in self.values), self.lost)

    def all(self, *names: str) -> list[Cell]:
        """Every value of the options."""
        return [v for n in names for v in self.values.get(n, ())]

    def has(self, *names: str) -> bool:
        """One of them is written."""
        return any(n in self.values for n in names)

    def note(self, at: Location, code: str, tables: Iterable[str] = ()) -> None:
        """Say what could not be read."""
        if len(self.notes) < 100:
            self.notes.append(FileNote(at.path, "partial", self.collector, code, "", at.line, tuple(tables)))


def first_true(*cells: Cell) -> Cell:
    """True at its place if one cell is; else unknown if one is; else false, at a place where it is written false."""
    unknown, false = None, Cell(False)
    for cell in cells:
        if cell.value is True:
            return cell
        if cell.unknown:
            unknown = unknown or cell
        elif cell.at is not None and false.at is None:
            false = Cell(False, cell.at)
    return unknown or false
