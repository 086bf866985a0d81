"""Kubernetes objects as the collectors see them, and what can be looked up between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from compliance.collect.yaml_tree import Node
from compliance.model.cell import Cell
from compliance.model.location import Location

_MAX_LISTS: Final = 5
"""Lists within lists that are followed."""
_MAX_VOLUMES: Final = 50
"""Volumes of one class that are looked at for a claim."""


@dataclass(frozen=True, eq=False)
class Object:
    """One manifest.

    group:     API group without the version, '' for the core group
    namespace: as written, ``default`` when it is not (kubectl's default)
    id:        ``path:namespace/kind/name``, with ``#n`` for the nth double in one file
    """

    node: Node
    kind: str
    group: str
    namespace: str
    name: str
    id: str

    @property
    def path(self) -> str:
        """The file it stands in."""
        return self.node.source.path

    @property
    def folder(self) -> str:
        """The folder it stands in."""
        return self.path.rpartition("/")[0]

    @property
    def at(self) -> Location:
        """The lines of the whole manifest."""
        return self.node.at

    def annotation(self, name: str) -> Cell:
        """An annotation's text; absent when it is not there."""
        return self.node.cell("metadata", "annotations", name).as_str()

    def identity(self) -> dict[str, Any]:
        """Columns that every row has."""
        return {"provider": "kubernetes", "resource_type": self.kind}


class Numbering:
    """Makes identifiers unique in order of the source: the second ``x`` becomes ``x#2``."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def unique(self, mark: str) -> str:
        """*mark*, or *mark* with its number from the second time on."""
        self._seen[mark] += 1
        return mark if self._seen[mark] == 1 else f"{mark}#{self._seen[mark]}"


def objects(root: Node, path: str, numbers: Numbering, depth: int = 0) -> Iterator[Object]:
    """The objects of a document, those inside lists included; nothing when it is no manifest."""
    kind = root.get("kind").text
    version = root.get("apiVersion").text
    if not kind or not version:
        return
    items = root.get("items")
    if kind.endswith("List") and not items.missing:
        if depth < _MAX_LISTS:
            for item in items.items:
                yield from objects(item, path, numbers, depth + 1)
        return
    metadata = root.get("metadata")
    namespace = metadata.get("namespace").text or "default"
    name = metadata.get("name").text or metadata.get("generateName").text or "-"
    mark = numbers.unique(f"{path}:{namespace}/{kind}/{name}")
    yield Object(root, kind, version.rpartition("/")[0], namespace, name, mark)


@dataclass
class World:
    """All objects of the tree, for references from one to another."""

    routes: list[Object] = field(default_factory=list)
    _first: dict[tuple[str, ...], Object] = field(default_factory=dict)
    _count: Counter[tuple[str, ...]] = field(default_factory=Counter)
    _volumes: dict[tuple[str, ...], list[Object]] = field(default_factory=dict)

    def add(self, one: Object) -> None:
        """Remember an object."""
        key = (one.kind, one.namespace, one.name)
        self._count[key] += 1
        for place in ((), (one.folder,), (one.folder, one.path)):
            self._first.setdefault((*key, *place), one)
        if one.kind == "HTTPRoute":
            self.routes.append(one)
        elif one.kind == "PersistentVolume":
            spec = one.node.get("spec")
            owner = spec.get("claimRef")
            marks: list[tuple[str, ...]] = [("name", one.name)]
            if owner.missing:
                marks.append(("class", spec.get("storageClassName").text))
            else:
                marks.append(("claim", owner.get("namespace").text or "default", owner.get("name").text))
            for mark in marks:
                listed = self._volumes.setdefault((one.folder, *mark), [])
                if len(listed) < _MAX_VOLUMES:
                    listed.append(one)

    def find(self, kind: str, namespace: str, name: str, near: Object) -> Object | None:
        """The object of that name in the file of *near*, else in its folder, else the only one of the tree."""
        key = (kind, namespace, name)
        here = self._first.get((*key, near.folder, near.path)) or self._first.get((*key, near.folder))
        return here or (self._first.get(key) if self._count[key] == 1 else None)

    def volumes(self, near: Object, *mark: str) -> list[Object]:
        """Persistent volumes of the folder of *near*: by ``name``, ``claim`` (namespace, name) or ``class``."""
        return self._volumes.get((near.folder, *mark), []) if mark[-1] else []
