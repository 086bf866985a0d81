"""YAML (and JSON) texts as trees of nodes that know their lines, over libyaml's events.

A text can neither blow up nor loop: aliases are references whose total expansion is bounded, an alias
inside its own anchor is a value nobody can tell, nesting is bounded, and no tag makes anything happen.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import yaml

from compliance.collect.yaml_nodes import MISSING, Mapping, Node, Opaque, Resolve, Scalar, Sequence, Source
from compliance.errors import HeguiError
from compliance.model.cell import Reason, Unknown

__all__ = ["MISSING", "Mapping", "Node", "Opaque", "Resolve", "Scalar", "Sequence", "YamlError", "documents"]

MAX_DEPTH: Final = 200
MAX_EXPANDED: Final = 100_000
"""Nodes that the aliases of one document may add to it."""
MAX_RESUMED: Final = 20
"""Broken documents of one file after which the rest is not read."""


class YamlError(HeguiError):
    """A text is not YAML.

    line: where, from 1
    code: ``syntax_error``, ``too_deep``, ``helm_template``; ``alias_limit``, ``alias_circle`` or ``alias_unknown``
          when the document was read but for an alias
    """

    def __init__(self, path: str, line: int, problem: str, code: str = "syntax_error") -> None:
        self.line, self.code, self.problem = line, code, problem
        super().__init__(f"not YAML: {problem}", where=f"{path}:{line}", fix="correct the file, or exclude it")


def documents(text: str, path: str, resolve: Resolve | None = None) -> tuple[list[Node], YamlError | None]:
    """The roots of all documents that can be read, and the first error.

    After a broken document reading goes on at the next ``---`` line, which no scalar can contain
    (YAML 1.2.2, 9.1.2), at most ``MAX_RESUMED`` times.
    """
    # libyaml counts these as line breaks, editors and reports do not.
    for odd in ("\x85", "\u2028", "\u2029"):
        if odd in text:
            text = text.replace(odd, " ")
    source = Source(path, resolve)
    collecting = gc.isenabled()
    gc.disable()  # nodes make no circles, and looking for them would take most of the time
    try:
        return _all(text, source)
    finally:
        if collecting:
            gc.enable()


def _all(text: str, source: Source) -> tuple[list[Node], YamlError | None]:
    roots: list[Node] = []
    first: YamlError | None = None
    lost: list[YamlError] = []
    position = offset = 0
    for _ in range(MAX_RESUMED):
        start = [0]
        try:
            for root in _read(text[position:] if position else text, source, offset, start, lost):
                roots.append(root)
            return roots, first or (lost[0] if lost else None)
        except YamlError as error:
            first = first or error
        mark = _NEXT.search(text, position + start[0])
        if mark is None:
            return roots, first
        offset = text.count("\n", 0, mark.start() + 1)
        position = mark.start() + 1
    return roots, first


_NEXT: Final = re.compile(r"\n---(?=\s|\Z)")


def _read(text: str, source: Source, offset: int, start: list[int], lost: list[YamlError]) -> Iterator[Node]:
    """Documents one by one; ``start[0]`` is where in *text* the current one begins.  Raises YamlError."""
    try:
        parser = yaml.CLoader(text)
        while True:
            event = parser.get_event()
            if isinstance(event, yaml.StreamEndEvent):
                return
            if isinstance(event, yaml.DocumentStartEvent):
                start[0] = event.start_mark.index if event.start_mark is not None else 0
                builder = _Builder(source, offset)
                root = builder.build(parser.get_event)
                lost += builder.lost
                if not root.missing:
                    yield root
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        raise _error(text, source.path, line, offset, error.problem or "syntax error") from error
    except (yaml.YAMLError, UnicodeError, RecursionError) as error:
        place = getattr(error, "position", None)
        line = text.encode()[:place].count(b"\n") + 1 if isinstance(place, int) else 1
        raise _error(text, source.path, line, offset, "a character that YAML does not allow") from error


def _error(text: str, path: str, line: int, offset: int, problem: str) -> YamlError:
    # Templates of Helm and its like are not YAML until they are rendered.
    template = re.search(
        r"\{\{-?\s*(?:[.$\"(]|/\*|if|range|with|end|else|include|template|define|toYaml|tpl|printf|block|fail|required)",
        text,
    )
    return YamlError(path, line + offset, problem[:80], "helm_template" if template else "syntax_error")


class _Builder:
    """One document from its events."""

    def __init__(self, source: Source, offset: int) -> None:
        self.source, self.offset = source, offset
        self.anchors: dict[str, Node | None] = {}
        self.lost: list[YamlError] = []
        self.expanded = 0

    def build(self, get: Callable[[], Any]) -> Node:
        """Read up to the end of the document; iterative, because the text decides the depth."""
        source, first = self.source, self.offset + 1
        scalar, mapping, sequence = yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent
        # Open collections with their anchor and, for a mapping, the key that waits for its value.
        outer: list[tuple[Mapping | Sequence, str | None, Node | None]] = []
        parent: Mapping | Sequence | None = None
        anchor: str | None = None
        key: Node | None = None
        last = first
        node: Node
        while True:
            event = get()
            kind = type(event)
            if kind is scalar:
                line = event.start_mark.line + first
                written = event.value
                if event.style is None or event.style == "":
                    last = event.end_mark.line + first
                else:
                    last = _last_line(event, line, first)
                node = Scalar(source, line, last, written, event.implicit[0], event.tag)
                if event.anchor is not None:
                    self.anchors[event.anchor] = node
            elif kind is mapping or kind is sequence:
                line = last = event.start_mark.line + first
                if len(outer) >= MAX_DEPTH:
                    raise YamlError(source.path, line, f"nested deeper than {MAX_DEPTH}", "too_deep")
                if parent is not None:
                    outer.append((parent, anchor, key))
                parent = Mapping(source, line) if kind is mapping else Sequence(source, line)
                anchor, key = event.anchor, None
                if anchor is not None:
                    self.anchors[anchor] = None  # an alias to it from inside is a circle
                continue
            elif parent is None and kind is not yaml.AliasEvent:
                return MISSING
            elif kind is yaml.AliasEvent:
                last = event.start_mark.line + first
                node = self._alias(event.anchor, last, len(outer))
            else:
                assert parent is not None
                if event.end_mark.index != event.start_mark.index:  # a closing bracket, which has a place of its own
                    last = event.end_mark.line + first
                node = parent
                node.end_line = last
                if anchor is not None:
                    self.anchors[anchor] = node
                if not outer:
                    return node
                parent, anchor, key = outer.pop()
            if parent is None:
                return node
            parent.size += node.size
            if node.height >= parent.height:
                parent.height = node.height + 1
            if type(parent) is Sequence:
                parent.children.append(node)
            elif key is None:
                key = node
            else:
                parent.children.append((key, node))  # type: ignore[arg-type]
                key = None

    def _alias(self, name: str, line: int, depth: int) -> Node:
        """The node an alias stands for; one that nobody can tell when it is a circle, expands too far or has no anchor."""
        target = self.anchors.get(name)
        if target is not None:
            self.expanded += target.size
            if self.expanded <= MAX_EXPANDED and depth + target.height < MAX_DEPTH:
                return target
        code = "alias_limit" if target is not None else "alias_circle" if name in self.anchors else "alias_unknown"
        if not self.lost:
            self.lost.append(YamlError(self.source.path, line, "an alias that cannot be followed", code))
        return Opaque(Node(self.source, line, line), Unknown(Reason("unresolved_reference", f"*{name}"[:60])))


def _last_line(event: Any, line: int, first: int) -> int:
    """Last line of a quoted or block scalar; libyaml ends a block scalar where the next token starts."""
    if event.style == "|":
        return line + event.value.rstrip("\n").count("\n") + 1 if event.value.strip("\n") else line
    end = int(event.end_mark.line) + first
    return end - 1 if event.end_mark.column == 0 and end > line else end
