"""``$VAR`` and ``${VAR}`` in compose files and Dockerfiles.

Sources: "Interpolation" of the Compose specification, "Environment replacement" of the Dockerfile reference.
A variable without value and default stays in the text as a hole, and makes the text unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from compliance.collect.container_facts import template
from compliance.model.cell import Reason, Unknown

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MAX_DEPTH: Final = 10
_MAX_TEXT: Final = 10_000
_LINE: Final = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*\Z")


def environment(text: str) -> dict[str, str]:
    """Names and values of a ``.env`` file; a value that itself has ``$`` in it is left out."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        matched = _LINE.match(line) if "=" in line and len(line) < _MAX_TEXT else None
        if matched is None or line.lstrip().startswith("#"):
            continue
        name, value = matched[1], matched[2]
        if value[:1] in ("'", '"') and value.find(value[0], 1) > 0:
            value = value[1 : value.find(value[0], 1)]
        else:
            value = re.split(r"\s+#", value, maxsplit=1)[0]
        if "$" not in value:
            found[name] = value
    return found


class Interpolation:
    """Resolves texts against known variables."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def __call__(self, text: str) -> str | Unknown:
        """The text with its variables replaced; unknown, with holes left in it, when one has no value."""
        if len(text) > _MAX_TEXT:
            return Unknown(Reason("unsupported_expression", "a long text with variables"))
        missing: list[str] = []
        done = self._expand(text, missing, 0)
        if len(done) > _MAX_TEXT:  # variables that double each other
            return Unknown(Reason("unsupported_expression", "a long text with variables"))
        if missing:
            return Unknown(Reason("unresolved_variable", missing[0]), text=done)
        return template(done) if "{{" in done else done

    def _expand(self, text: str, missing: list[str], depth: int) -> str:
        parts: list[str] = []
        position = 0
        while (start := text.find("$", position)) >= 0:
            parts.append(text[position:start])
            if text[start + 1 : start + 2] == "$":
                parts.append("$")
                position = start + 2
            elif text[start + 1 : start + 2] == "{":
                end = _closing(text, start + 2)
                if end < 0:
                    parts.append("$")
                    position = start + 1
                    continue
                parts.append(self._braced(text[start + 2 : end], missing, depth))
                position = end + 1
            elif (name := _NAME.match(text, start + 1)) is not None:
                parts.append(self._value(name.group(), missing))
                position = name.end()
            else:
                parts.append("$")
                position = start + 1
        parts.append(text[position:])
        return "".join(parts)

    def _braced(self, inside: str, missing: list[str], depth: int) -> str:
        name = _NAME.match(inside)
        if name is None or depth >= _MAX_DEPTH:
            missing.append(inside[:60])
            return "${" + inside.replace("}", "") + "}"
        value, rest = self._variables.get(name.group()), inside[name.end() :]
        operator = rest[:2] if rest[:1] == ":" else rest[:1]
        given = value is not None and (value != "" or not operator.startswith(":"))
        if operator in (":-", "-"):
            return value if given and value is not None else self._expand(rest[len(operator) :], missing, depth + 1)
        if operator in (":+", "+"):  # replaced when it is set, nothing when the environment of the run does not set it
            return self._expand(rest[len(operator) :], missing, depth + 1) if given else ""
        elif operator not in ("", ":?", "?"):  # patterns and whatever a newer version may bring
            missing.append(inside[:60])
            return "${" + inside.replace("}", "") + "}"
        return self._value(name.group(), missing)

    def _value(self, name: str, missing: list[str]) -> str:
        value = self._variables.get(name)
        if value is None:
            missing.append(name)
            return "${" + name + "}"
        return value


def _closing(text: str, start: int) -> int:
    """Offset of the brace that closes the one before *start*, -1 when there is none."""
    depth = 1
    for index in range(start, len(text)):
        if text[index] == "{" and text[index - 1] == "$":
            depth += 1
        elif text[index] == "}":
            depth -= 1
            if depth == 0:
                return index
    return -1
