"""The nodes of a YAML tree: values that know their lines, and answer with cells.

Plain scalars follow the core schema of YAML 1.2 (chapter 10.3), so ``no``, ``on``, ``012`` and ``12:30``
stay text until a consumer asks for a boolean or a number.  What nobody can tell (a template, a broken
alias) is a node too, and so is everything below it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from compliance.model.cell import ABSENT, Cell, Reason, Unknown
from compliance.model.location import Location

Resolve = Callable[[str], str | Unknown]
"""What a dialect makes of a text with ``$`` or ``{{`` in it: the text it stands for, or unknown."""


class Source:
    """What all nodes of one file share: its path and how its dialect resolves templates."""

    __slots__ = ("path", "resolve")

    def __init__(self, path: str, resolve: Resolve | None = None) -> None:
        self.path, self.resolve = path, resolve


class Node:
    """A value of the tree; this class itself stands for what is not there.

    line, end_line: whole lines, from 1, inclusive
    """

    __slots__ = ("end_line", "line", "source")

    size = 1
    """nodes in it, aliases expanded"""
    height = 0
    """levels below it, aliases expanded"""

    def __init__(self, source: Source, line: int, end_line: int) -> None:
        self.source, self.line, self.end_line = source, line, end_line

    @property
    def at(self) -> Location:
        """The lines of the value itself."""
        return Location(self.source.path, self.line, self.end_line)

    @property
    def missing(self) -> bool:
        """Not written, or written as null."""
        return type(self) is Node

    @property
    def unknown(self) -> Unknown | None:
        """Why nobody can tell the value (a template, a broken alias, the wrong kind); None when it is plain."""
        value = self.value
        return value if isinstance(value, Unknown) else None

    @property
    def value(self) -> Any:
        """The plain value: None, bool, int, float, str, list, dict or ``Unknown``."""
        return None

    @property
    def text(self) -> str:
        """The text of a scalar as written, '' for everything else."""
        return ""

    @property
    def items(self) -> list[Node]:
        """The entries of a sequence, [] for everything else."""
        return []

    def pairs(self) -> list[tuple[str, Node]]:
        """Keys and values of a mapping, merge keys applied, the last of doubled keys; [] for everything else."""
        return []

    def get(self, *path: str) -> Node:
        """The value below a path of mapping keys.

        What is not stated, or null, is a node with ``missing``; below a value that is not a mapping
        everything is unknown.
        """
        node: Node = self
        for key in path:
            node = node._step(key)[1]
        return node

    def cell(self, *path: str) -> Cell:
        """The scalar below a path, with the lines from its key to its end; a collection there is unknown."""
        node: Node = self
        line = self.line
        for key in path:
            line, node = node._step(key)
        if node.missing:
            return ABSENT
        value = node.value
        if isinstance(value, (list, dict)):
            value = Unknown(Reason("unreadable_value", path[-1] if path else ""))
        elif value is None:
            return ABSENT
        return Cell(value, Location(node.source.path, line if line <= node.end_line else node.line, node.end_line))

    def place(self, *path: str) -> Location:
        """The lines from the last key of a path to the end of its value."""
        node: Node = self
        line = self.line
        for key in path:
            line, node = node._step(key)
        return Location(node.source.path, line if line <= node.end_line else node.line, node.end_line)

    def has(self, *path: str) -> bool:
        """Something is stated below a path."""
        return not self.get(*path).missing

    def cells(self, *path: str) -> list[Cell]:
        """The entries of a list as cells; one scalar counts as a list of one, an unknown list as one unknown."""
        node = self.get(*path)
        if node.missing:
            return []
        if isinstance(node, Sequence):
            return [item.cell() for item in node.items if not item.missing]
        return [self.cell(*path)]

    def _step(self, key: str) -> tuple[int, Node]:
        return self.line, MISSING


MISSING: Final = Node(Source(""), 1, 1)

_WORDS: Final[dict[str, Any]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    ".nan": float("nan"), ".NaN": float("nan"), ".NAN": float("nan"),
}  # fmt: skip
_NUMERIC: Final = frozenset("+-.0123456789")
_INT: Final = re.compile(r"[-+]?[0-9]{1,40}\Z")
_RADIX: Final = re.compile(r"0(?:o[0-7]{1,40}|x[0-9a-fA-F]{1,40})\Z")
_FLOAT: Final = re.compile(
    r"[-+]?(?:\.[0-9]{1,40}|[0-9]{1,40}(?:\.[0-9]{0,40})?)(?:[eE][-+]?[0-9]{1,10})?\Z|[-+]?\.(?:inf|Inf|INF)\Z"
)
_CORE: Final = "tag:yaml.org,2002:"


def implicit(text: str) -> Any:
    """The value of a plain scalar by the core schema (a leading zero is text: tools disagree on octal)."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMERIC:
        return text
    if _INT.match(text):
        return text if len(text) > 1 and text[0] == "0" else int(text)
    if _RADIX.match(text):
        return int(text, 0)
    if _FLOAT.match(text):
        return float(text.replace(".inf", "inf").replace(".Inf", "inf").replace(".INF", "inf"))
    return text


class Scalar(Node):
    """A scalar; ``plain`` when it was written without quotes, ``tag`` when one was written."""

    __slots__ = ("plain", "tag", "written")

    def __init__(self, source: Source, line: int, end_line: int, written: str, plain: bool, tag: str | None) -> None:
        self.source, self.line, self.end_line = source, line, end_line
        self.written, self.plain, self.tag = written, plain, tag

    @property
    def missing(self) -> bool:
        return self.plain and self.tag is None and _WORDS.get(self.written, True) is None

    @property
    def text(self) -> str:
        return self.written

    @property
    def value(self) -> Any:
        text: str | Unknown = self.written
        plain = self.plain
        if self.tag is not None and self.tag != "!":
            if not self.tag.startswith(_CORE):
                return Unknown(Reason("unsupported_expression", self.tag[:40]))
            plain = not self.tag.endswith(":str")
        if self.source.resolve is not None and ("$" in self.written or "{{" in self.written):
            text = self.source.resolve(self.written)
        if isinstance(text, Unknown):
            return text
        return implicit(text) if plain else text

    def _step(self, key: str) -> tuple[int, Node]:
        if self.missing:
            return self.line, MISSING
        return self.line, Opaque(self, self.unknown or Unknown(Reason("unreadable_value", key)))


class Opaque(Node):
    """A value nobody can tell; so is everything below it."""

    __slots__ = ("why",)

    def __init__(self, place: Node, why: Unknown) -> None:
        super().__init__(place.source, place.line, place.end_line)
        self.why = why

    @property
    def value(self) -> Any:
        return self.why

    def _step(self, key: str) -> tuple[int, Node]:
        return self.line, self


class Sequence(Node):
    """A list of nodes."""

    __slots__ = ("children", "height", "size")

    def __init__(self, source: Source, line: int) -> None:
        super().__init__(source, line, line)
        self.size, self.height = 1, 0
        self.children: list[Node] = []

    @property
    def items(self) -> list[Node]:
        return self.children

    @property
    def value(self) -> Any:
        return [child.value for child in self.children]

    def _step(self, key: str) -> tuple[int, Node]:
        return self.line, Opaque(self, Unknown(Reason("unreadable_value", key)))


class Mapping(Node):
    """Keys and values in order of the text; merge keys are applied on access."""

    __slots__ = ("_index", "children", "height", "size")

    def __init__(self, source: Source, line: int) -> None:
        super().__init__(source, line, line)
        self.size, self.height = 1, 0
        self.children: list[tuple[Node, Node]] = []
        self._index: dict[str, tuple[int, Node]] | None = None

    @property
    def template(self) -> str | None:
        """The inside of an unquoted ``{{ ... }}``, which reads as a mapping whose key is a mapping."""
        if len(self.children) == 1 and isinstance(self.children[0][0], Mapping):
            inner = self.children[0][0].children
            return inner[0][0].text if inner else ""
        return None

    @property
    def value(self) -> Any:
        if (inside := self.template) is not None:
            return Unknown(Reason("unresolved_variable", inside[:60]), text="{{ " + inside + " }}")
        return {key: child.value for key, (_, child) in self._table().items() if key != "<<"}

    def pairs(self) -> list[tuple[str, Node]]:
        return [(key, child) for key, (_, child) in self._table().items() if key != "<<"]

    def _step(self, key: str) -> tuple[int, Node]:
        table = self._table()
        found = table.get(key)
        if found is not None:
            return (found[0], MISSING) if found[1].missing else found
        if (broken := table.get("<<")) is not None:  # what it would have merged nobody can tell
            return broken
        if self.template is not None:
            return self.line, Opaque(self, self.value)
        return self.line, MISSING

    def _table(self) -> dict[str, tuple[int, Node]]:
        if self._index is None:
            table: dict[str, tuple[int, Node]] = {}
            merges: list[tuple[int, Node]] = []
            for key, child in self.children:
                if isinstance(key, Scalar):
                    if key.written == "<<" and key.plain:
                        merges += [(key.line, part) for part in (child.items or [child])]
                    else:
                        table[key.written] = (key.line, child)
            for line, part in merges:
                if isinstance(part, Mapping):
                    for name, pair in part._table().items():
                        table.setdefault(name, pair)
                elif not part.missing:
                    table.setdefault(
                        "<<", (line, Opaque(part, part.unknown or Unknown(Reason("unreadable_value", "<<"))))
                    )
            self._index = table
        return self._index
