"""Rows and notes of a collector over texts in memory, for tests."""

from __future__ import annotations

from compliance.collect.interface import Collector
from compliance.collect.tree import MemoryTree
from compliance.model.row import FileNote, Row


def items(collector: Collector, files: dict[str, str | bytes]) -> list[Row | FileNote]:
    """Everything the collector yields for the files it claims."""
    tree = MemoryTree({p: t.encode() if isinstance(t, str) else t for p, t in files.items()})
    claimed = [f for f in (tree.file(p) for p in tree.paths()) if f and collector.claims(f.path, f.data[:4096])]
    return list(collector.collect(claimed, tree))


def rows(collector: Collector, files: dict[str, str | bytes], table: str | None = None) -> list[Row]:
    """The rows, of one table when named."""
    found = [i for i in items(collector, files) if isinstance(i, Row) and (table is None or i.table == table)]
    keys = [
        (r.table, *(v for k, v in r.values.items() if k.endswith("_id") and k not in SHARED))
        for r in found
        if r.table != "host_setting"
    ]
    assert len(keys) == len(set(keys)), "identifiers are unique"
    return found


SHARED = frozenset({"boundary_id", "policy_id"})


def notes(collector: Collector, files: dict[str, str | bytes]) -> list[FileNote]:
    """The notes."""
    return [i for i in items(collector, files) if isinstance(i, FileNote)]
