"""YAML for collectors: plain data with the line of every mapping key and sequence item, bounded against alias bombs.

Scalars follow YAML 1.2's core schema, so ``no`` and ``012`` stay text.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from compliance.model.cell import ABSENT, Cell
from compliance.model.location import Location

MAX_NODES = 200_000
MAX_DEPTH = 100

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlProblem(Exception):
    """The text is not YAML within the bounds: message and line."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class Node:
    """A value with its lines; ``get`` steps into mappings and lists and returns cells."""

    __slots__ = ("at", "places", "value")

    def __init__(self, value: Any, at: Location, places: dict[Any, Location]) -> None:
        self.value, self.at, self.places = value, at, places

    def child(self, *path: str | int) -> Node | None:
        """The node at a path, or None."""
        node: Node | None = self
        for step in path:
            if node is None:
                return None
            if isinstance(node.value, dict) and isinstance(step, str):
                node = node.value.get(step)
            elif isinstance(node.value, list) and isinstance(step, int):
                node = node.value[step] if step < len(node.value) else None
            else:
                return None
        return node

    def get(self, *path: str | int) -> Cell:
        """The plain value at a path with the line of its key; absent when there is none or it is null."""
        node = self.child(*path)
        if node is None or node.value is None:
            return ABSENT
        parent = self.child(*path[:-1])
        at = parent.places.get(path[-1], node.at) if parent is not None else node.at
        return Cell(node.plain(), at)

    def items(self) -> list[Node]:
        """The nodes of a list, empty for anything else."""
        return self.value if isinstance(self.value, list) else []

    def pairs(self) -> list[tuple[str, Node]]:
        """Key and node of a mapping, empty for anything else."""
        return list(self.value.items()) if isinstance(self.value, dict) else []

    def plain(self, depth: int = 0) -> Any:
        """The value without lines."""
        if depth > MAX_DEPTH:
            return None
        if isinstance(self.value, dict):
            return {k: v.plain(depth + 1) for k, v in self.value.items()}
        if isinstance(self.value, list):
            return [v.plain(depth + 1) for v in self.value]
        return self.value


def documents(text: str, path: str) -> tuple[list[Node], YamlProblem | None]:
    """Documents up to the first problem, and the problem."""
    found: list[Node] = []
    budget = [MAX_NODES]
    loader = _Loader(text)
    try:
        while loader.check_node():
            node = loader.get_node()
            if node is not None:
                found.append(_build(node, path, 0, budget, ()))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return found, YamlProblem(str(error.problem or "syntax error")[:100], mark.line + 1 if mark else 1)
    except yaml.YAMLError as error:
        return found, YamlProblem(str(error).splitlines()[0][:100], 1)
    except YamlProblem as problem:
        return found, problem
    except RecursionError:
        return found, YamlProblem("nested too deeply", 1)
    finally:
        loader.dispose()
    return found, None


def _build(node: Any, path: str, depth: int, budget: list[int], parents: tuple[int, ...]) -> Node:
    line = node.start_mark.line + 1
    budget[0] -= 1
    if budget[0] < 0:
        raise YamlProblem("too many nodes (aliases expand too far)", line)
    if depth > MAX_DEPTH or id(node) in parents:
        raise YamlProblem("nested too deeply or an alias of itself", line)
    last = max(line, node.end_mark.line + (1 if node.end_mark.column else 0))
    at = Location(path, line, last)
    if isinstance(node, yaml.ScalarNode):
        return Node(_scalar(node), Location(path, line, node.end_mark.line + 1), {})
    chain = (*parents, id(node))
    if isinstance(node, yaml.SequenceNode):
        items = [_build(n, path, depth + 1, budget, chain) for n in node.value]
        return Node(items, at, {i: n.at for i, n in enumerate(items)})
    values: dict[Any, Node] = {}
    places: dict[Any, Location] = {}
    merged: list[Any] = []
    for key, value in node.value:
        name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
        if name == "<<":
            merged += value.value if isinstance(value, yaml.SequenceNode) else [value]
            continue
        child = _build(value, path, depth + 1, budget, chain)
        values[name] = child
        places[name] = Location(path, key.start_mark.line + 1, max(key.start_mark.line + 1, child.at.end_line))
    for source in merged:
        base = _build(source, path, depth + 1, budget, chain)
        for name, child in base.pairs():
            values.setdefault(name, child)
            places.setdefault(name, base.places.get(name, child.at))
    return Node(values, at, places)


def _scalar(node: Any) -> Any:
    text = node.value
    if node.style in ('"', "'", "|", ">"):
        return text
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE"):
        return True
    if text in ("false", "False", "FALSE"):
        return False
    if re.fullmatch(r"-?(0|[1-9]\d{0,17})", text):
        return int(text)
    return text
