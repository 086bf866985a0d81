"""How resources of one root module are found: by type, by address, and by what points at them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Generic, Protocol, TypeVar

from compliance.model.cell import Cell


class Linkable(Protocol):
    """What a resource must show to be found."""

    type: str
    address: str

    def get(self, path: str) -> Cell:
        """See ``resource.Block.get``."""
        ...


R = TypeVar("R", bound=Linkable)


class Links(Generic[R]):
    """The resources of one root module."""

    def __init__(self) -> None:
        self.resources: list[R] = []
        self._by_type: dict[str, list[R]] = {}
        self._by_address: dict[str, R] = {}
        self._linked: dict[tuple[str, tuple[str, ...]], dict[tuple[str, Any], list[tuple[int, R]]]] = {}

    def register(self, view: R) -> None:
        """Add a resource; its address without indexes finds the first instance."""
        self.resources.append(view)
        self._by_type.setdefault(view.type, []).append(view)
        self._by_address.setdefault(view.address, view)
        self._by_address.setdefault(re.sub(r"\[[^\]]*\]", "", view.address), view)

    def forget(self) -> None:
        """Let all resources go."""
        for kept in (self.resources, self._by_type, self._by_address, self._linked):
            kept.clear()

    def of_type(self, *types: str) -> Sequence[R]:
        """See ``resource.World.of_type``."""
        return sorted((r for t in types for r in self._by_type.get(t, ())), key=lambda r: r.address)

    def find(self, ref: str) -> R | None:
        """See ``resource.World.find``."""
        for text in (ref, re.sub(r"\[[^\]]*\]", "", ref)):
            candidate = text
            while candidate:
                if candidate in self._by_address:
                    return self._by_address[candidate]
                candidate = candidate.rpartition(".")[0]
        return None

    def linked(self, target: Any, attribute: str, *types: str, by: Sequence[str] = ("id", "name")) -> Sequence[R]:
        """See ``resource.World.linked``."""
        if not any(t in self._by_type for t in types):
            return ()
        index = self._linked.get((attribute, types))
        if index is None:
            index = self._linked[(attribute, types)] = self._index(attribute, types)
        found: dict[int, R] = {}
        for key in (("is", id(target)), *((("value" if c.known else "text"), c.value if c.known else c.value.text) for c in map(target.get, by) if not c.absent)):
            if isinstance(key[1], (str, int)) and key[1] != "":
                for position, other in index.get(key, ()):
                    found[position] = other
        return [found[p] for p in sorted(found)]

    def _index(self, attribute: str, types: tuple[str, ...]) -> dict[tuple[str, Any], list[tuple[int, R]]]:
        """What each resource of *types* points at: a known value, an unresolved text, or a resource of this world."""
        index: dict[tuple[str, Any], list[tuple[int, R]]] = {}
        for position, other in enumerate(self.of_type(*types)):
            cell = other.get(attribute)
            if cell.known and isinstance(cell.value, str):
                index.setdefault(("value", cell.value), []).append((position, other))
            elif cell.unknown:
                for target in {id(t) for t in map(self.find, cell.refs) if t is not None}:
                    index.setdefault(("is", target), []).append((position, other))
                if cell.value.text:
                    index.setdefault(("text", cell.value.text), []).append((position, other))
        return index
