"""Rows of evidence tables, and notes about the files they came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from compliance.model.cell import Cell, Reason, Unknown
from compliance.model.location import Location

Scalar = str | int | bool | None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an evidence table with its provenance.

    table:  declared table name
    values: column -> str, int, bool or None; None means *unknown*
    at:     the lines the row was read from (a whole resource block, a directive, ...)
    places: column -> the lines where that very value is written, when it is written somewhere
    nulls:  column -> why the value is unknown, for columns that are None
    lacks:  columns whose setting the service does not have at all; a check asks nothing of them
    """

    table: str
    values: dict[str, Scalar]
    at: Location
    places: Mapping[str, Location]
    nulls: dict[str, Reason]
    lacks: tuple[str, ...] = ()


class _NoSetting:
    """Type of ``NO_SETTING``."""

    __slots__ = ()


NO_SETTING: Final = _NoSetting()
"""The service has no such setting (not: the setting is not written). Only for ``may_lack`` columns."""


def make_row(table: str, at: Location, **columns: Cell | Scalar | _NoSetting) -> Row:
    """Build a row from cells and plain values.

    A plain value or a default has no place of its own.  An absent cell becomes None with the
    reason ``not_stated``: an adapter that knows the documented default must say it with
    ``cell.default(...)``.
    """
    values: dict[str, Scalar] = {}
    places: dict[str, Location] = {}
    nulls: dict[str, Reason] = {}
    lacks: list[str] = []
    for name, cell in columns.items():
        if isinstance(cell, _NoSetting):
            values[name] = None
            lacks.append(name)
            continue
        if not isinstance(cell, Cell):
            values[name] = cell
            continue
        value: Any = cell.value
        if cell.at is not None:
            places[name] = cell.at
        if value is None:
            values[name] = None
            nulls[name] = Reason("not_stated", name)
        elif isinstance(value, Unknown):
            values[name] = None
            nulls[name] = value.reason
        elif isinstance(value, (str, int, bool)):
            values[name] = value
        else:
            values[name] = None
            nulls[name] = Reason("unreadable_value", str(value)[:60])
    return Row(table, values, at, places, nulls, tuple(lacks))


FileStatus = Literal["read", "skipped", "unparsed", "partial"]


@dataclass(frozen=True, slots=True)
class FileNote:
    """What became of one file.

    status: ``read``; ``skipped`` (nobody reads this kind, too large, a link out of the root);
            ``unparsed`` (it should have been read and could not); ``partial`` (parts were lost)
    code:   machine word for the reason, e.g. ``too_large``, ``not_utf8``, ``syntax_error``
    detail: what and where, in a few words, never the offending content
    tables: evidence tables that may lack rows because of it; empty for read and skipped files
    """

    path: str
    status: FileStatus
    collector: str = ""
    code: str = ""
    detail: str = ""
    line: int = 0
    tables: tuple[str, ...] = ()
