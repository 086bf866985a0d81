"""YAML for people who write catalogs: every scalar is text until the schema types it, every key has a line.

YAML 1.1 would turn ``no`` into false, ``012`` into ten and ``12:30`` into 750; here they stay as written.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from compliance.errors import CatalogError, HeguiError

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Mapping(dict[str, Any]):
    """A mapping that knows the line of itself and of each key (from 1)."""

    line: int
    lines: dict[str, int]


class Sequence(list[Any]):
    """A sequence that knows the line of itself and of each item (from 1)."""

    line: int
    lines: list[int]


def read(path: Path, label: str) -> Any:
    """The document of one file as ``Mapping``, ``Sequence``, str or None; *label* names it in errors.

    Raises CatalogError for what is not UTF-8, not YAML, has duplicate keys or aliases.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise CatalogError([HeguiError("the file is not UTF-8", where=f"{label}:1", why=str(error), fix="save it as UTF-8")]) from error
    return parse(text, label)


def parse(text: str, label: str) -> Any:
    """Like ``read``, for text."""
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise CatalogError([HeguiError("not valid YAML", where=f"{label}:{line}", why=str(error.problem), fix="mend the syntax")]) from error
    return None if node is None else _build(node, label, 0)


def _build(node: Any, label: str, depth: int) -> Any:
    line = node.start_mark.line + 1
    if depth > 40:
        raise CatalogError([HeguiError("nested too deeply", where=f"{label}:{line}", why="the limit is 40 levels", fix="flatten it")])
    if isinstance(node, yaml.ScalarNode):
        if node.style in (None, "") and node.value in ("", "~", "null"):
            return None
        return node.value
    if isinstance(node, yaml.SequenceNode):
        sequence = Sequence(_build(n, label, depth + 1) for n in node.value)
        sequence.line, sequence.lines = line, [n.start_mark.line + 1 for n in node.value]
        return sequence
    mapping = Mapping()
    mapping.line, mapping.lines = line, {}
    for key, value in node.value:
        name, at = str(key.value), key.start_mark.line + 1
        if name in mapping:
            raise CatalogError([HeguiError(f"key '{name}' stands twice", where=f"{label}:{at}", why=f"first at line {mapping.lines[name]}", fix="keep one")])
        mapping[name] = _build(value, label, depth + 1)
        mapping.lines[name] = at
    return mapping


def line_of(document: Any, path: list[str | int]) -> int:
    """The line of the element at *path*, or of its nearest ancestor that has one."""
    line: int = getattr(document, "line", 1)
    for step in path:
        lines: Any = getattr(document, "lines", {})
        try:
            line, document = lines[step], document[step]
        except (KeyError, IndexError, TypeError):
            break
    return line
