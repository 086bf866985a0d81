"""What the readers of database server files share: one reading with its includes, and the row they give."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from compliance.collect.conf_text import Line, Paths, address_scope, hole, is_glob, lines, read, widest
from compliance.collect.interface import SourceFile, Tree
from compliance.collect.option_file import Options
from compliance.model.cell import Cell, Reason, Unknown
from compliance.model.location import Location
from compliance.model.row import NO_SETTING, Row, make_row

MAX_INCLUDES: Final = 10
"""Depth of includes; PostgreSQL and MySQL stop at 10."""

_VERSIONS: Final = {"sslv3": "ssl3", "tlsv1": "tls10", "tlsv1.0": "tls10", "tlsv1.1": "tls11", "tlsv1.2": "tls12", "tlsv1.3": "tls13"}
_ORDER: Final = ("ssl3", "tls10", "tls11", "tls12", "tls13")
_MAY_LACK: Final = ("listen_scope", "tls_enabled", "tls_required", "min_tls", "auth_required", "weak_auth", "audit_logging", "encrypted")

Take = Callable[["Reading", SourceFile, Line, tuple[str, ...]], None]
"""Takes one line of a file of the reading; the tuple is the chain of files that led to it."""


@dataclass
class Reading:
    """One server's configuration while it is read.

    options:  what was found, in order
    included: paths read through an include, none of them a server of its own
    section:  the INI section the reading stands in; an included file begins outside of any
    """

    tree: Tree
    paths: Paths
    take: Take
    options: Options = field(default_factory=lambda: Options("server_conf"))
    included: set[str] = field(default_factory=set)
    section: str = ""

    def file(self, file: SourceFile, chain: tuple[str, ...] = ()) -> None:
        """Read a file and what it includes."""
        self.options.files.append(file.path)
        outer, self.section = self.section, ""
        for line in lines(read(file)):
            self.options.left -= 1
            if self.options.left < 0:
                self.options.note(Location(file.path, line.number, line.number), "too_many_lines", ("database_service", "pg_hba_rule"))
                break
            self.take(self, file, line, (*chain, file.path))
        self.section = outer

    def include(self, file: SourceFile, pattern: str, at: Location, chain: tuple[str, ...], optional: bool = False) -> None:
        """Read the files a name or glob means, inside the tree only."""
        found = [] if hole(pattern) else self.paths.find(file.folder, pattern)
        for path in found:
            other = self.tree.file(path)
            if other is None or b"\0" in other.data[:4096]:
                continue
            if path in chain or len(chain) > MAX_INCLUDES:
                self.options.note(at, "include_cycle")
                continue
            self.included.add(path)
            self.file(other, chain)
        if not found and not optional:
            self.options.note(at, "include_missing")
            if not is_glob(pattern):
                self.options.lost = Cell(Unknown(Reason("unresolved_reference", pattern[:60] or "include")), at)


def unquoted(text: str) -> str:
    """A value without its quotes, or up to its comment."""
    text = text.strip()
    if text[:1] in ("'", '"'):
        end = text.find(text[0], 1)
        while end > 0 and text[end + 1 : end + 2] == text[0]:
            end = text.find(text[0], end + 2)
        if end > 0:
            return text[1:end].replace(text[0] * 2, text[0])
    return re.split(r"\s+#|^#", text, maxsplit=1)[0].strip()


def scope_of(cell: Cell, separators: str) -> Cell:
    """The widest of the addresses a server listens on; none at all is loopback (sockets of the file system)."""
    if not cell.known:
        return cell
    hosts = [h for h in re.split(f"[{separators}]+", str(cell.value)) if h]
    scopes = [Cell("any" if h in ("*", "-::*", "::*") else address_scope(h.lstrip("-")), cell.at) for h in hosts]
    return widest(scopes) if scopes else Cell("loopback", cell.at)


def lowest_tls(cell: Cell, default: str) -> Cell:
    """The lowest protocol version a list names; *default* when nothing is stated."""
    if cell.absent:
        return Cell(default)

    def lowest(value: Any) -> Any:
        known = [_VERSIONS[w] for w in re.split(r"[\s,]+", str(value).lower()) if w in _VERSIONS]
        return min(known, key=_ORDER.index) if known else None

    found = cell.map(lowest)
    return found.or_unknown("unreadable_value", str(cell.value)[:60])


def service(path: str, engine: str, columns: dict[str, Any]) -> Row:
    """The database_service row; settings the engine does not have are lacking."""
    base: dict[str, Any] = dict.fromkeys(_MAY_LACK, NO_SETTING)
    return make_row("database_service", Location(path, 1, 1), service_id=path, provider=engine, resource_type=f"{engine}_conf", engine=engine, **{**base, **columns})


def statements(text: str) -> Iterator[str]:
    """Fields of a line: quoted ones whole, up to a comment."""
    for found in re.finditer(r'"((?:[^"\\]|\\.){0,4000})"|\'([^\']{0,4000})\'|(\{\{[^{}]{0,200}\}\}|[^\s]+)', text[:20_000]):
        word = next((g for g in found.groups() if g is not None), "")
        if found[3] is not None and word.startswith("#"):
            return
        yield word
