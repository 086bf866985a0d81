"""Services of compose files with what they extend.

Source: "Services top-level element" of the Compose specification: ``extends`` takes a service of the same or
another file as the base; a single value of the base is replaced, lists are joined, mounts are joined by target.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from compliance.collect.yaml_tree import MISSING, Node
from compliance.model.cell import ABSENT, Cell, Reason, Unknown

_MAX_BASES = 16

Load = Callable[[str], Node]
"""Root of the compose file at a path inside the scanned root; missing when there is none."""


@dataclass(frozen=True, eq=False)
class Service:
    """One service: its own body first, then those it extends.

    root: the file it is written in
    lost: why a base cannot be read; everything not stated is then unknown
    """

    name: str
    root: Node
    chain: list[Node] = field(default_factory=list)
    lost: Unknown | None = None

    @property
    def node(self) -> Node:
        """The body in its own file."""
        return self.chain[0]

    @property
    def whole(self) -> bool:
        """It says what it runs; otherwise it only adds to a service of another file."""
        return self.lost is not None or any(
            n.has("image") or n.has("build") or n.unknown is not None for n in self.chain
        )

    def cell(self, *path: str) -> Cell:
        """A single value: the nearest one stated."""
        for node in self.chain:
            cell = node.cell(*path)
            if not cell.absent:
                return cell
        return ABSENT if self.lost is None else Cell(self.lost)

    def cells(self, *path: str) -> list[Cell]:
        """The joined entries of a list."""
        found = [cell for node in self.chain for cell in node.cells(*path)]
        return found if self.lost is None else [*found, Cell(self.lost)]

    def nodes(self, name: str) -> list[Node]:
        """The joined entries of a list as nodes; an unknown list is one unknown node."""
        found: list[Node] = []
        for node in self.chain:
            listed = node.get(name)
            found += listed.items or ([listed] if listed.unknown is not None else [])
        return found


def services(root: Node, path: str, load: Load) -> Iterator[Service]:
    """The services of a file."""
    for name, node in body(root).pairs():
        if not node.missing and not name.startswith("x-"):
            chain, lost = _chain(root, path, node, load)
            yield Service(name, root, chain, lost)


def body(root: Node) -> Node:
    """The mapping of services: the ``services`` element, or the root of a file of the first version."""
    listed = root.get("services")
    if not listed.missing or root.has("version"):
        return listed
    first = [n for _, n in root.pairs()]
    return root if first and any(n.has("image") or n.has("build") for n in first) else MISSING


def _chain(root: Node, path: str, node: Node, load: Load) -> tuple[list[Node], Unknown | None]:
    chain = [node]
    while not (extends := chain[-1].get("extends")).missing:
        if len(chain) > _MAX_BASES:
            return chain, Unknown(Reason("unresolved_reference", "extends"))
        file = extends.cell("file") if extends.pairs() else ABSENT
        name = (extends.cell("service") if extends.pairs() else extends.cell()).as_str()
        if file.unknown or not name.known:
            return chain, Unknown(Reason("unresolved_reference", "extends"))
        if file.known:
            path = posixpath.normpath(posixpath.join(path.rpartition("/")[0], str(file.value)))
            root = MISSING if path.startswith(("../", "/")) else load(path)
        base = body(root).get(str(name.value))
        if base.missing or any(base is seen for seen in chain):
            return chain, Unknown(Reason("unresolved_reference", f"extends {name.value}"[:60]))
        chain.append(base)
    return chain, None
