"""HCL structure by tree-sitter: blocks and attributes with their lines; bodies are opened only when used."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, cached_property
from typing import Any

from compliance.model.location import Location


@cache
def _parser() -> Any:
    import tree_sitter_hcl
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_hcl.language()))


class Attribute:
    """One attribute: the text of its expression and its lines."""

    __slots__ = ("at", "broken", "text")

    def __init__(self, text: str, at: Location, broken: bool) -> None:
        self.text, self.at, self.broken = text, at, broken


class HclBlock:
    """One block of a file; ``attributes`` and ``blocks`` are read on first use."""

    def __init__(self, node: Any, path: str, kind: str, labels: tuple[str, ...]) -> None:
        self._node, self.kind, self.labels = node, kind, labels
        self.at = Location(path, node.start_point[0] + 1, node.end_point[0] + 1)

    @property
    def broken(self) -> bool:
        """The parser had to repair something inside."""
        return bool(self._node.has_error)

    @cached_property
    def _body(self) -> tuple[dict[str, Attribute], list[HclBlock]]:
        for child in self._node.children:
            if child.type == "body":
                return _read_body(child, self.at.path)
        return {}, []

    @property
    def attributes(self) -> dict[str, Attribute]:
        """Attributes by name; a repeated one keeps its first place, as Terraform refuses repeats."""
        return self._body[0]

    @property
    def blocks(self) -> list[HclBlock]:
        """Nested blocks in order."""
        return self._body[1]

    @cached_property
    def by_kind(self) -> dict[str, list[HclBlock]]:
        """Nested blocks by kind; a dynamic block stands under the kind it generates."""
        found: dict[str, list[HclBlock]] = {}
        for block in self.blocks:
            kind = block.labels[0] if block.kind == "dynamic" and len(block.labels) == 1 else block.kind
            found.setdefault(kind, []).append(block)
        return found


def _read_body(body: Any, path: str) -> tuple[dict[str, Attribute], list[HclBlock]]:
    attributes: dict[str, Attribute] = {}
    blocks: list[HclBlock] = []
    for node in body.children:
        kind = node.type
        if kind == "attribute":
            children = node.children
            if len(children) < 3:
                continue
            name = children[0].text.decode("utf-8", "replace")
            expression = children[2]
            at = Location(path, node.start_point[0] + 1, expression.end_point[0] + 1)
            attributes.setdefault(name, Attribute(expression.text.decode("utf-8", "replace"), at, node.has_error))
        elif kind == "block":
            block = _read_block(node, path)
            if block is not None:
                blocks.append(block)
    return attributes, blocks


def _read_block(node: Any, path: str) -> HclBlock | None:
    children = node.children
    if not children or children[0].type != "identifier":
        return None
    labels = []
    for child in children[1:]:
        if child.type == "string_lit":
            labels.append(child.text.decode("utf-8", "replace").strip('"'))
        elif child.type == "identifier":
            labels.append(child.text.decode("utf-8", "replace"))
        else:
            break
    return HclBlock(node, path, children[0].text.decode("utf-8", "replace"), tuple(labels))


class HclFile:
    """One parsed file: top-level blocks, top-level attributes (tfvars), and the line of the first syntax error (0 = none)."""

    def __init__(self, data: bytes, path: str) -> None:
        tree = _parser().parse(data)
        self._tree = tree
        root = tree.root_node
        self.error_line = _first_error(root) if root.has_error else 0
        self.attributes: dict[str, Attribute] = {}
        self.blocks: list[HclBlock] = []
        for child in root.children:
            if child.type == "body":
                attributes, blocks = _read_body(child, path)
                self.attributes.update(attributes)
                self.blocks += blocks
            elif child.type == "ERROR":
                self.blocks += list(_salvage(child, path))


def _salvage(node: Any, path: str) -> Iterator[HclBlock]:
    for child in node.children:
        if child.type == "block":
            block = _read_block(child, path)
            if block is not None:
                yield block


def _first_error(root: Any) -> int:
    stack, first = [root], 0
    while stack:
        node = stack.pop()
        if node.type == "ERROR" or node.is_missing:
            line = node.start_point[0] + 1
            first = line if not first else min(first, line)
        elif node.has_error:
            stack.extend(node.children)
    return first or 1
