"""Canonical forms: JSON with one spelling, CSV in which null and empty text differ, and their strict readers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from compliance.bundle.errors import BundleError

_DEEPEST: Final = 60
_FIELD: Final = re.compile(r'"((?:[^"]|"")*)"|([0-9A-Za-z_.:+-]*)')


def to_json(value: Any) -> bytes:
    """Keys in order, no spaces, UTF-8, a final newline; numbers are whole (fractions are written as text)."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def from_json(data: bytes, where: str) -> Any:
    """The value of canonical bytes.  Raises BundleError for duplicate keys, NaN, 1e400, depth, or another spelling."""
    if _depth(data) > _DEEPEST:
        raise BundleError("json", "nested too deeply", where=where)

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({k for k, _ in found}) != len(found):
            raise BundleError("json", "a key stands twice", where=where)
        return dict(found)

    def refuse(text: str) -> Any:
        raise BundleError("json", f"the number {text[:20]} is not allowed", where=where)

    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=pairs, parse_constant=refuse, parse_float=refuse)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise BundleError("json", str(error)[:120], where=where) from error
    if to_json(value) != data:
        raise BundleError("json", "not in canonical form", where=where)
    return value


def _depth(data: bytes) -> int:
    """How deep brackets go outside strings; their mere number where that is few enough."""
    if (brackets := data.count(b"[") + data.count(b"{")) <= _DEEPEST:
        return brackets
    depth = deepest = 0
    for match in re.finditer(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', data):
        mark = match.group()
        depth += 1 if mark in (b"[", b"{") else -1 if mark in (b"]", b"}") else 0
        deepest = max(deepest, depth)
    return deepest


Cell = str | int | bool | None


def to_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """LF lines; text always in quotes, numbers and true/false bare, null nothing at all."""
    lines = [",".join(header)]
    lines += [",".join(map(_spelled, row)) for row in rows]
    return ("\n".join(lines) + "\n").encode()


def _spelled(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return '"' + value.replace('"', '""') + '"'


def from_csv(data: bytes, where: str) -> tuple[list[str], list[list[Cell]]]:
    """Header and rows of canonical bytes.  Raises BundleError naming the line for anything else."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BundleError("contents", "not UTF-8", where=where) from error
    head, newline, rest = text.partition("\n")
    header = head.split(",")
    if not newline or not all(re.fullmatch(r"[a-z_][a-z0-9_]*", h) for h in header):
        raise BundleError("contents", "the header is malformed", where=f"{where}:1")
    rows = list(_rows(rest, len(header), where))
    if to_csv(header, rows) != data:
        raise BundleError("contents", "not in canonical form", where=where)
    return header, rows


def _rows(text: str, width: int, where: str) -> Iterator[list[Cell]]:
    position, line = 0, 2
    while position < len(text):
        row: list[Cell] = []
        for column in range(width):
            match = _FIELD.match(text, position)
            assert match is not None  # the second form matches nothing at all
            row.append(match[1].replace('""', '"') if match[1] is not None else _bare(match[2], f"{where}:{line}"))
            position = match.end()
            wanted = "\n" if column == width - 1 else ","
            if text[position : position + 1] != wanted:
                raise BundleError("contents", f"{width} columns are expected", where=f"{where}:{line}")
            position += 1
        line += 1
        yield row


def _bare(text: str, where: str) -> Cell:
    if not text:
        return None
    if text in ("true", "false"):
        return text == "true"
    try:
        return int(text)
    except ValueError as error:
        raise BundleError("contents", f"'{text[:20]}' is neither a number nor quoted text", where=where) from error
