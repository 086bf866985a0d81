"""A folder of registers, read: the one way in is ``read_registers``."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from compliance.collect.registers import freshness
from compliance.collect.registers.delimited import read_delimited
from compliance.collect.registers.headers import SEARCHED, Names, by_headers, find_header, generic, meaning, names_of, table_in_title, tables_named, tables_resembling
from compliance.collect.registers.messages import problem
from compliance.collect.registers.problem import Problem, RegisterReading, SheetExtent
from compliance.collect.registers.relations import dangling, repeated_keys
from compliance.collect.registers.rows import read_rows
from compliance.collect.registers.sheet import Book, FileFault, Sheet
from compliance.collect.registers.words import column_index, header_forms, letters
from compliance.collect.registers.xlsx import read_workbook
from compliance.model.catalog import Table
from compliance.model.row import FileNote, FileStatus, Row

COLLECTOR: Final = "registers"
FILE_LIMIT: Final = 400_000_000
_WORKBOOKS: Final = frozenset({".xlsx", ".xlsm", ".xltx", ".xls", ".et", ".xlsb", ".ods", ".numbers"})
_TEXTS: Final = frozenset({".csv", ".tsv", ".tab"})
_UNSUPPORTED: Final = frozenset({".xlsb", ".ods", ".numbers"})


@dataclass
class _Found:
    """What has been read so far."""

    rows: list[Row] = field(default_factory=list)
    notes: list[FileNote] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    sheets: list[SheetExtent] = field(default_factory=list)
    exports: dict[str, list[tuple[date | None, str, str]]] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)


def read_registers(
    folder: Path,
    tables: Mapping[str, Table],
    as_of: date,
    *,
    period: str | None = None,
    exported: date | Mapping[str, date] | None = None,
    prefix: str = "",
) -> RegisterReading:
    """Every register of a firm's ``registers/`` folder and its sub-folders; nothing is written.

    folder:   a folder that does not exist yields nothing
    tables:   declared tables by name
    as_of:    the day of the assessment, against which freshness is counted
    period:   name of the assessed period, e.g. ``2026Q3``; a template made for another one gets a warning
    exported: ``registers.as_of`` of ``hegui.yaml``: the day of the export of all tables, or table -> day
    prefix:   put before every path in the answer, e.g. ``registers`` to have them from the firm's folder
    Problems with files, sheets and cells are returned, never raised.
    """
    with _fewer_collections():
        return _read(folder, tables, as_of, period, exported, f"{prefix}/" if prefix else "")


def _read(folder: Path, tables: Mapping[str, Table], as_of: date, period: str | None, exported: date | Mapping[str, date] | None, prefix: str) -> RegisterReading:
    reader = _Folder(tables, names_of(tables), period, exported, _Found())
    for path, name in _files(folder):
        reader.file(path, prefix + name)
    found = reader.found
    delivered = frozenset(found.exports)
    found.problems += repeated_keys(found.rows, tables)
    found.problems += dangling(found.rows, tables, delivered)
    judged = freshness.judge(found.exports, tables, as_of)
    found.problems += judged.problems
    return RegisterReading(
        tuple(found.rows), tuple(found.notes), tuple(sorted(found.problems, key=_order)), delivered, judged.stale, found.origins, judged.exported, tuple(found.sheets)
    )  # fmt: skip


@contextmanager
def _fewer_collections() -> Iterator[None]:
    """A hundred thousand rows hold no cycles, yet looking for some took half of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _order(item: Problem) -> tuple[str, str, int, int, str]:
    """Files, sheets, then down the rows."""
    start = item.cell.partition(":")[0].partition("-")[0].partition("、")[0].rstrip("…")
    column = start.rstrip("0123456789")
    row = start[len(column) :]
    return item.file, item.sheet, int(row or 0), column_index(column) if column.isascii() and column.isalpha() else -1, item.code


def _files(folder: Path) -> Iterator[tuple[Path, str]]:
    """Candidate files in sorted order with posix paths relative to the folder; links to folders are not followed."""
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(names):
            # ~$ and .~ are the lock files of Excel and WPS.
            if name.startswith((".", "~$")) or Path(name).suffix.lower() not in _WORKBOOKS | _TEXTS:
                continue
            path = Path(root, name)
            yield path, path.relative_to(folder).as_posix()


class _Folder:
    """Reads file after file into ``found``."""

    def __init__(self, tables: Mapping[str, Table], names: Names, period: str | None, exported: date | Mapping[str, date] | None, found: _Found) -> None:
        self.tables, self.names, self.period, self.exported, self.found = tables, names, period, exported, found
        self.words = {header_forms(t)[0]: table.name for table in tables.values() for t in (*table.aliases, table.title.en, table.name, table.title.zh)}

    def file(self, path: Path, name: str) -> None:
        """One file, whatever it is."""
        suffix = path.suffix.lower()
        try:
            if path.is_symlink():
                self.found.problems.append(problem("link", name))
                self.found.notes.append(FileNote(name, "skipped", COLLECTOR, "link"))
                return
            if path.stat().st_size > FILE_LIMIT:
                raise FileFault("too_large", detail=f"{path.stat().st_size // 1_000_000} MB")
            data = path.read_bytes()
            if suffix in _UNSUPPORTED:
                raise FileFault("other_format", suffix=suffix) if data else FileFault("empty_file")
            if not data:
                raise FileFault("empty_file")
            book = read_workbook(name, data, suffix) if suffix in _WORKBOOKS else read_delimited(name, data)
        except FileFault as fault:
            self._lost(name, fault.code, problem(fault.code, name, **fault.details))
            return
        except OSError as error:
            self._lost(name, "unreadable", problem("unreadable", name, detail=error.strerror or type(error).__name__))
            return
        if book.properties.get("hegui_marked_copy"):
            self.found.notes.append(FileNote(name, "skipped", COLLECTOR, "marked_copy"))
            return
        self._book(book)

    def _lost(self, name: str, code: str, what: Problem) -> None:
        """A file nobody could read may have held any register, unless its name says which."""
        meant = self._by_file_name(name) or tuple(t for t in self.tables.values() if t.theme == Path(name).stem.lower().partition("-")[0])
        meant = meant or tuple(t for t in self.tables.values() if t.kind == "register")
        self.found.problems.append(what)
        self.found.notes.append(FileNote(name, "unparsed", COLLECTOR, code, "", 0, tuple(sorted(t.name for t in meant))))

    def _by_file_name(self, name: str) -> tuple[Table, ...]:
        return tuple(self.tables[t] for t in tables_named(self.names, Path(name).stem))

    def _book(self, book: Book) -> None:
        lost: list[str] = []
        for sheet in book.sheets:
            if any(any(c not in ("", None) for c in row) for row in sheet.cells):
                lost += self._sheet(book, sheet)
        if self.period and book.properties.get("hegui_period") not in (None, "", self.period):
            self.found.problems.append(problem("period_mismatch", book.path, value=book.properties["hegui_period"], detail=self.period))
        status: FileStatus = "partial" if lost else "read"
        self.found.notes.append(FileNote(book.path, status, COLLECTOR, "sheet_lost" if lost else "", "", 0, tuple(sorted(set(lost)))))

    def _sheet(self, book: Book, sheet: Sheet) -> list[str]:
        """Reads one sheet; the tables that may lack rows because it could not be used."""
        if sheet.name.startswith("_"):
            return []  # the lists behind the drop-downs of a template
        named = self._tables_of(book, sheet)
        chosen, header = self._choose(named, sheet, book.path)
        if chosen is None:
            return self._unusable(book, sheet, named)
        if header is None:
            return []
        if not named:
            self._say("table_by_headers", book, sheet, chosen, table=chosen.title)
        if not sheet.visible:
            self._say("hidden_sheet", book, sheet, chosen)
        result = read_rows(book.path, sheet, header, chosen, self.names, self.tables, self.words)
        stated = freshness.stated(book, sheet, header, chosen, self.exported)
        if stated.unreadable:
            self._say("as_of_unreadable", book, sheet, chosen, value=stated.unreadable)
        self.found.problems += result.problems
        if not result.rows and book.properties.get("hegui_schema") and not stated.own:
            self._say("empty_template", book, sheet, chosen)
            return []
        self.found.rows += result.rows
        self.found.exports.setdefault(chosen.name, []).append((stated.day, book.path, sheet.name))
        self.found.origins.setdefault(chosen.name, book.path)
        columns = {c: letters(i) for c, i in result.mapped.columns.items()}
        self.found.sheets.append(SheetExtent(book.path, sheet.name, chosen.name, header + 1, columns))
        return []

    def _say(self, code: str, book: Book, sheet: Sheet, about: Table, **details: Any) -> None:
        self.found.problems.append(problem(code, book.path, sheet=sheet.name, table_name=about.name, **details))

    def _tables_of(self, book: Book, sheet: Sheet) -> tuple[str, ...]:
        """Tables the names point at: document property, sheet name, file name, title line."""
        for key, value in book.properties.items():
            title, _, table = value.rpartition("=")
            if key.startswith("hegui_sheet_") and title == sheet.name and table in self.tables:
                return (table,)
        found = tables_named(self.names, sheet.name) if sheet.name else ()
        if not found and (len(book.sheets) == 1 or generic(sheet.name)):
            found = tables_named(self.names, Path(book.path).stem)
        return found or table_in_title(self.names, sheet)

    def _resembling(self, sheet: Sheet, path: str) -> tuple[str, ...]:
        """Tables whose name differs in the last word only, and whose header is there with every key."""
        found = tables_resembling(self.names, sheet.name) or (tables_resembling(self.names, Path(path).stem) if generic(sheet.name) else ())
        return tuple(t for t in found if self._has_keys(self.tables[t], sheet))

    def _has_keys(self, table: Table, sheet: Sheet) -> bool:
        header = find_header(self.names, table, sheet)
        return header is not None and set(table.key) <= {m for cell in sheet.cells[header] for m in meaning(self.names, table.name, cell)}

    def _choose(self, named: tuple[str, ...], sheet: Sheet, path: str) -> tuple[Table | None, int | None]:
        """The table and its header row; (None, None) when it cannot be told."""
        candidates = [self.tables[t] for t in (named or self._resembling(sheet, path) or by_headers(self.names, self.tables, sheet))]
        if len(candidates) > 1 and named:
            fitting = set(by_headers(self.names, {t.name: t for t in candidates}, sheet))
            candidates = [t for t in candidates if t.name in fitting] or candidates
        if len(candidates) != 1:
            return None, None
        header = find_header(self.names, candidates[0], sheet)
        return (candidates[0], header) if header is not None else (None, None)

    def _unusable(self, book: Book, sheet: Sheet, named: tuple[str, ...]) -> list[str]:
        candidates = named or by_headers(self.names, self.tables, sheet)
        if len(candidates) > 1:
            options = [self.tables[t].title for t in candidates]
            detail = ("、".join(o.zh for o in options), ", ".join(o.en for o in options))
            self.found.problems.append(problem("ambiguous_table", book.path, sheet=sheet.name, options=detail))
            return list(candidates)
        if candidates:
            table = self.tables[candidates[0]]
            wanted = [c for c in table.columns if c.required][:4]
            self._say("header_not_found", book, sheet, table, table=table.title, detail=SEARCHED, options=("、".join(c.title.zh for c in wanted), ", ".join(c.name for c in wanted)))
            return [table.name]
        example = next(iter(self.tables.values()), None)
        self.found.problems.append(problem("unknown_sheet", book.path, sheet=sheet.name, example=example.title if example else ""))
        return []
