"""The collector: manifests of a tree to rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from compliance.collect.container_facts import template
from compliance.collect.interface import Item, SourceFile, Tree
from compliance.collect.kubernetes import control_plane, endpoints, exposure, network, rights, storage, workloads
from compliance.collect.kubernetes.objects import Numbering, Object, World, objects
from compliance.collect.yaml_tree import YamlError, documents
from compliance.model.row import FileNote

TABLES: Final = frozenset({
    "container", "service_exposure", "tls_endpoint", "network_boundary", "network_rule", "permission_statement",
    "host_setting", "cluster", "block_volume",
})  # fmt: skip
_VERSION: Final = re.compile(r"""(?m)(?:^|[\s{,"'-])apiVersion["']?\s*:""")
_KIND: Final = re.compile(r"""(?m)(?:^|[\s{,"'-])kind["']?\s*:""")


class KubernetesCollector:
    """Every manifest of a tree, also in lists and JSON."""

    name = "kubernetes"
    version = "1"
    tables = TABLES

    def claims(self, path: str, head: bytes) -> bool:
        """YAML and JSON with ``apiVersion`` in the head; long or UTF-16 files are looked through by ``collect``."""
        if not path.endswith((".yaml", ".yml", ".json")):
            return False
        return b"apiVersion" in head or len(head) >= 4096 or head.startswith((b"\xff\xfe", b"\xfe\xff"))

    def collect(self, files: Iterable[SourceFile], tree: Tree) -> Iterator[Item]:
        """Notes and rows; references between objects are followed through the whole tree."""
        world = World()
        found: list[Object] = []
        for file in files:
            read, note = self._read(file)
            if note is not None:
                yield note
            for one in read:
                world.add(one)
            found += read
        for one in found:
            yield from workloads.rows(one, world)
            yield from exposure.rows(one, world)
            yield from endpoints.rows(one, world)
            yield from network.rows(one)
            yield from rights.rows(one)
            yield from control_plane.rows(one)
            yield from storage.rows(one)

    def _read(self, file: SourceFile) -> tuple[list[Object], FileNote | None]:
        """The objects of a file and its note; neither when it holds no manifest."""
        if b"apiVersion" not in file.data and not file.data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return [], None
        try:
            text = file.text
        except UnicodeDecodeError:
            return [], FileNote(
                file.path, "unparsed", self.name, "undecodable", "neither UTF-8 nor GB18030", 0, _SORTED
            )
        if not (_VERSION.search(text) and _KIND.search(text)):
            return [], None
        roots, error = documents(text, file.path, template)
        numbers = Numbering()
        read = [one for root in roots for one in objects(root, file.path, numbers)]
        if error is not None:
            return read, self._note(file, error, partial=bool(read))
        return read, FileNote(file.path, "read", self.name) if read else None

    def _note(self, file: SourceFile, error: YamlError, partial: bool) -> FileNote:
        status: Final = "partial" if partial else "unparsed"
        return FileNote(file.path, status, self.name, error.code, error.problem, error.line, _SORTED)


_SORTED: Final = tuple(sorted(TABLES))
