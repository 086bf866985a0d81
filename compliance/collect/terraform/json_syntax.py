"""The JSON spelling of Terraform (``.tf.json``, ``.tfvars.json``) as the same blocks, with lines."""

from __future__ import annotations

import json
import re
from typing import Any

from compliance.collect.terraform.syntax import Attribute
from compliance.model.location import Location

_NESTED = {"resource": 2, "data": 2, "variable": 1, "output": 1, "module": 1, "provider": 1, "locals": 0, "terraform": 0}
MAX_DEPTH = 100


class JsonBlock:
    """One block; nested objects stay attributes, ``BlockView.blocks`` sees them as blocks."""

    broken = False

    def __init__(self, kind: str, labels: tuple[str, ...], body: Any, at: Location, lines: dict[str, int]) -> None:
        self.kind, self.labels, self.at = kind, labels, at
        self.blocks: list[JsonBlock] = []
        self.by_kind: dict[str, list[JsonBlock]] = {}
        self.attributes: dict[str, Attribute] = {}
        for name, value in body.items() if isinstance(body, dict) else ():
            line = _find(lines, name, at)
            self.attributes[name] = Attribute(expression_text(value), Location(at.path, line, line), False)


def expression_text(value: Any, depth: int = 0) -> str:
    """A JSON value as an HCL expression: strings are templates."""
    if depth > MAX_DEPTH:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t").replace('"', '\\"') + '"' if "${" not in value else _template(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {expression_text(v, depth + 1)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(expression_text(v, depth + 1) for v in value) + "]"
    return json.dumps(value)


def _template(value: str) -> str:
    parts = re.split(r"(\$\{[^}]*\})", value)
    return '"' + "".join(p if p.startswith("${") else p.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for p in parts) + '"'


def _find(lines: dict[str, int], name: str, at: Location) -> int:
    return lines.get(f"{at.line}:{name}", at.line)


class JsonFile:
    """One JSON file.  Raises ValueError when it is not JSON."""

    error_line = 0

    def __init__(self, data: bytes, path: str) -> None:
        text = data.decode("utf-8")
        document = json.loads(text)
        self.blocks: list[JsonBlock] = []
        self.attributes: dict[str, Attribute] = {}
        self._text, self._path = text, path
        if not isinstance(document, dict):
            raise ValueError("not an object")
        for kind, content in document.items():
            if kind in _NESTED and not path.endswith(".tfvars.json"):
                self._open(kind, (), content, _NESTED[kind], 0)
            else:
                line = self._line(f'"{kind}"', 0)[0]
                self.attributes[kind] = Attribute(expression_text(content), Location(path, line, line), False)

    def _line(self, mark: str, start: int) -> tuple[int, int]:
        position = self._text.find(mark, start)
        position = start if position < 0 else position
        return self._text.count("\n", 0, position) + 1, position

    def _open(self, kind: str, labels: tuple[str, ...], content: Any, depth: int, start: int) -> None:
        for part in content if isinstance(content, list) else [content]:
            if depth and isinstance(part, dict):
                for label, inner in part.items():
                    _, position = self._line(json.dumps(label), start)
                    self._open(kind, (*labels, label), inner, depth - 1, position)
            elif isinstance(part, dict):
                line, position = (self._text.count("\n", 0, start) + 1, start)
                size = json.dumps(part).count("\n")
                lines = {f"{line}:{name}": self._line(json.dumps(name), position)[0] for name in part}
                last = max([line + size, *lines.values()])
                self.blocks.append(JsonBlock(kind, labels, part, Location(self._path, line, last), lines))
