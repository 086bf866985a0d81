"""Rows of Terraform texts, for tests."""

from __future__ import annotations

from compliance.collect.terraform import TerraformCollector
from compliance.collect.tree import MemoryTree
from compliance.model.row import FileNote, Row


def items(files: str | dict[str, str]) -> list[Row | FileNote]:
    """Everything the collector yields; a plain text is ``main.tf``."""
    texts = {"main.tf": files} if isinstance(files, str) else files
    tree = MemoryTree({p: t.encode() for p, t in texts.items()})
    collector = TerraformCollector()
    claimed = [f for f in (tree.file(p) for p in tree.paths()) if f and collector.claims(f.path, f.data[:4096])]
    return list(collector.collect(claimed, tree))


def rows(files: str | dict[str, str], table: str | None = None) -> list[Row]:
    """The rows, of one table when named."""
    return [i for i in items(files) if isinstance(i, Row) and (table is None or i.table == table)]
