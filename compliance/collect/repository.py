"""Collect a repository: each file is offered to every collector once, rows come back in canonical order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from compliance.collect import workers
from compliance.collect.interface import Collector, Item, Sharing, SourceFile, Tree
from compliance.model.assessment import Snapshot
from compliance.model.row import FileNote, Row


def collectors() -> list[Collector]:
    """The built-in collectors; one line a source kind."""
    from compliance.collect.ci_files import CiFilesCollector
    from compliance.collect.compose import ComposeCollector
    from compliance.collect.dockerfile import DockerfileCollector
    from compliance.collect.kubernetes import KubernetesCollector
    from compliance.collect.nginx import NginxCollector
    from compliance.collect.server_conf import ServerConfCollector
    from compliance.collect.sshd import SshdCollector
    from compliance.collect.terraform import TerraformCollector
    from compliance.collect.text_scan import TextScanCollector

    return [
        TerraformCollector(), KubernetesCollector(), ComposeCollector(), DockerfileCollector(), NginxCollector(), SshdCollector(),
        ServerConfCollector(), CiFilesCollector(), TextScanCollector(),
    ]  # fmt: skip


def collect(tree: Tree, extra: Iterable[Row] = (), notes: Sequence[FileNote] = (), chosen: Sequence[Collector] | None = None) -> Snapshot:
    """The snapshot of a tree; *extra* rows come from the configuration (recorded filings)."""
    using = list(chosen) if chosen is not None else collectors()
    claimed: dict[str, list[SourceFile]] = {c.name: [] for c in using}
    found: list[FileNote] = []
    size = 0
    for path in tree.paths():
        file = tree.file(path)
        if file is None:
            continue
        size += len(file.data)
        head = file.data[:4096]
        if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
            found.append(FileNote(path, "skipped", "walk", "binary", "not text"))
            continue
        for collector in using:
            if collector.claims(path, head):
                claimed[collector.name].append(file)
    def work(share: int, count: int) -> list[Item]:
        items: list[Item] = []
        for collector in using:
            if isinstance(collector, Sharing):
                items += collector.collect_share(claimed[collector.name], tree, share, count)
            elif share == 0:
                items += collector.collect(claimed[collector.name], tree)
        return items

    rows: list[Row] = list(extra)
    with workers.quiet_collector():
        for item in workers.spread(work, workers.worker_count(size)):
            if isinstance(item, Row):
                rows.append(item)
            else:
                found.append(item)
        rows.sort(key=_order)
        rows = list(_unique(rows))
    delivered = frozenset({"cross_border_filing"}.union(*(c.tables for c in using)))
    found += list(getattr(tree, "notes", ())) + list(notes)
    return Snapshot(tuple(rows), delivered, tuple(sorted(set(found), key=lambda n: (n.path, n.collector, n.code, n.detail, n.line))))


def _order(row: Row) -> tuple[str, str, int, tuple[str, ...]]:
    return (row.table, row.at.path, row.at.line, tuple(map(str, row.values.values())))


def _unique(rows: list[Row]) -> Iterable[Row]:
    """Sorted rows without exact doubles (the same local module read through two callers)."""
    before: Row | None = None
    for row in rows:
        if before is None or (row.table, row.at, row.values) != (before.table, before.at, before.values):
            yield row
        before = row
