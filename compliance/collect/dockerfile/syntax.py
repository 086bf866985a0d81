"""Dockerfiles as instructions.

Source: "Dockerfile reference" (docs.docker.com): parser directives, line continuation, comments inside
continued lines, here-documents.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from compliance.model.location import Location

_DIRECTIVE: Final = re.compile(r"#\s*([A-Za-z]+)\s*=\s*(.*?)\s*\Z")
_HEREDOC: Final = re.compile(r"<<(-?)(?:\"([^\"\s]+)\"|'([^'\s]+)'|([A-Za-z_][A-Za-z0-9_.]*))")
_WORD: Final = re.compile(r"[A-Za-z]+\Z")
_HEREDOC_WORDS: Final = frozenset({"RUN", "COPY", "ADD"})


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction.

    word: in capitals
    text: what follows it, continued lines joined by blanks, flags included
    body: lines of its here-documents
    """

    word: str
    text: str
    body: tuple[str, ...]
    at: Location

    def flags(self) -> tuple[list[str], str]:
        """The leading ``--name=value`` flags, and the rest."""
        found: list[str] = []
        rest = self.text
        while rest.startswith("--"):
            flag, _, rest = rest.partition(" ")
            found.append(flag)
            rest = rest.lstrip()
        return found, rest


def instructions(text: str, path: str) -> tuple[list[Instruction], int]:
    """The instructions of a text, and the line of the first thing that is none (0 when there is no such thing)."""
    lines = text.replace("\r\n", "\n").split("\n")
    escape = _escape(lines)
    found: list[Instruction] = []
    odd = 0
    index = 0
    while index < len(lines):
        first = index
        line = lines[index].strip()
        index += 1
        if not line or line.startswith("#"):
            continue
        parts: list[str] = []
        while line.endswith(escape):
            parts.append(line[:-1].rstrip())
            while index < len(lines) and (not lines[index].strip() or lines[index].lstrip().startswith("#")):
                index += 1
            if index >= len(lines):
                line = ""
                break
            line = lines[index].strip()
            index += 1
        parts.append(line)
        joined = " ".join(p for p in parts if p)
        word, _, rest = joined.replace("\t", " ").partition(" ")
        if not _WORD.match(word):
            odd = odd or first + 1
            continue
        word = word.upper()
        body: list[str] = []
        if word in _HEREDOC_WORDS:
            index = _heredocs(rest, lines, index, body)
        found.append(
            Instruction(
                word, rest.strip(), tuple(body), Location(path, first + 1, min(max(index, first + 1), len(lines)))
            )
        )
    return found, odd


def _escape(lines: list[str]) -> str:
    for line in lines:
        directive = _DIRECTIVE.match(line.strip())
        if directive is None:
            break
        if directive[1].lower() == "escape":
            return "`" if directive[2] == "`" else "\\"
    return "\\"


def _heredocs(text: str, lines: list[str], index: int, body: list[str]) -> int:
    """Collect the here-documents that *text* opens; the index after them."""
    for opened in _HEREDOC.finditer(text):
        end = opened[2] or opened[3] or opened[4]
        while index < len(lines):
            line = lines[index]
            index += 1
            if (line.lstrip("\t") if opened[1] else line) == end:
                break
            body.append(line)
    return index
