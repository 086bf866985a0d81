"""The collector: server files by name or section, each with what it includes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from compliance.collect.conf_text import Paths, plain_name, services
from compliance.collect.interface import Item, SourceFile, Tree
from compliance.collect.server_conf import mysql, postgresql, redis
from compliance.collect.server_conf.reading import Reading, Take
from compliance.model.row import FileNote, Row

TABLES: Final = frozenset({"database_service", "pg_hba_rule"})


class _Kind(NamedTuple):
    """How one kind of file is read: its names, how a line is taken, what rows come of it."""

    names: re.Pattern[str]
    take: Take
    rows: Callable[[str, Reading], Iterator[Row]]


_KINDS: Final[dict[str, _Kind]] = {
    "pg_hba": _Kind(re.compile(r"pg_hba[^/]*\.conf\Z"), postgresql.take_rule, postgresql.rules),
    "postgresql": _Kind(re.compile(r"(?:postgresql|postgres)[^/]*\.conf\Z"), postgresql.take, postgresql.rows),
    "redis": _Kind(re.compile(r"(?:redis|valkey|keydb)[^/]*\.conf\Z"), redis.take, redis.rows),
    "mysql": _Kind(re.compile(r"(?:my|mysqld?|mariadb)[^/]*\.(?:cnf|ini)\Z"), mysql.take, mysql.rows),
}
_SECTION: Final = re.compile(rb"(?mi)^[ \t]*\[(?:mysqld|mariadbd?|server)[\w.-]*\]")
_FOLDER: Final = re.compile(r"(?:^|/)(?:postgresql|postgres|pgsql)(?:/[^/]+)*/conf\.d/[^/]+\.conf\Z")


def kind_of(path: str, head: bytes) -> str:
    """Which server a file configures, '' for none."""
    name = plain_name(path)
    found = next((kind for kind, how in _KINDS.items() if how.names.match(name)), "")
    if found in ("", "mysql"):
        if name.endswith((".cnf", ".ini")) and _SECTION.search(head):
            return "mysql"
        if _FOLDER.search(path):
            return "postgresql"
        return found if name.endswith(".cnf") else ""
    return found


class ServerConfCollector:
    """Server configuration files."""

    name = "server_conf"
    version = "2"
    tables = TABLES

    def claims(self, path: str, head: bytes) -> bool:
        """By name; INI files also by their server section."""
        return bool(kind_of(path, head))

    def collect(self, files: Iterable[SourceFile], tree: Tree) -> Iterator[Item]:
        """Rows of every server; a file that another one includes is part of that one."""
        groups: dict[str, list[SourceFile]] = {}
        for file in sorted(files, key=lambda f: f.path):
            groups.setdefault(kind_of(file.path, file.data[:4096]), []).append(file)
        paths = Paths(tree) if groups else None
        for kind, members in groups.items():
            assert paths is not None
            yield from self._kind(_KINDS[kind], members, tree, paths)

    def _kind(self, how: _Kind, members: list[SourceFile], tree: Tree, paths: Paths) -> Iterator[Item]:
        included: set[str] = set()
        for file in members:  # what others include is not a server of its own
            probe = Reading(tree, paths, how.take)
            probe.file(file)
            list(how.rows(file.path, probe))
            included |= probe.included - {file.path}
        for group in services(members, included) or services(members, ()):
            reading = Reading(tree, paths, how.take)
            for file in group:
                if file.path not in reading.included:
                    reading.file(file)
            yield from how.rows(group[0].path, reading)
            yield from reading.options.notes
            noted = {n.path for n in reading.options.notes}
            yield from (FileNote(p, "read", self.name) for p in dict.fromkeys(reading.options.files) if p not in noted)
