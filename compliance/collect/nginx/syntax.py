"""nginx configuration text: words, directives, blocks.

Grammar: nginx documentation, "Beginner's Guide", section "Configuration File's Structure"; quoting and ``${var}``
as nginx itself reads them.  Lua blocks (``*_by_lua_block``, lua-nginx-module) are stepped over by their braces.
"""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass, field
from typing import Final

from compliance.collect.conf_text import Conditions
from compliance.model.location import Location

MAX_DEPTH: Final = 60


@dataclass(frozen=True, slots=True)
class Directive:
    """One directive.

    args:      words after the name, quotes and escapes taken away
    block:     directives inside its braces; None when it ends with a semicolon
    condition: the template condition it stands under, '' when it always applies
    """

    name: str
    args: tuple[str, ...]
    at: Location
    block: tuple[Directive, ...] | None = None
    condition: str = ""

    @property
    def value(self) -> str:
        """The words after the name, one blank between them."""
        return " ".join(self.args)

    def named(self, *names: str) -> list[Directive]:
        """Directives of these names directly inside its block."""
        return [d for d in self.block or () if d.name in names]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that cannot be read: a code and a line."""

    code: str
    line: int


@dataclass(slots=True)
class _Open:
    name: str
    args: tuple[str, ...]
    line: int
    condition: str
    inside: list[Directive] = field(default_factory=list)


_TOKEN: Final = re.compile(
    r"""(?P<space>\s+)
    |(?P<comment>\#[^\n]*)
    |(?P<statement>\{[%\#][^\n]{0,500}?[%\#]\}|<%-?\s*(?:if|unless|else|elsif|end|[\w.@]{1,60}\.each)\b[^\n]{0,500}?%>
       |\{\{-?\s*(?:if|else|end|range|with|define|block|template)\b[^{}\n]{0,500}\}\})
    |"(?P<double>(?:[^"\\]++|\\.)*+)"
    |'(?P<single>(?:[^'\\]++|\\.)*+)'
    |(?P<word>(?:[^\s;{}"'\\$<\#]|(?=\{\{)\{\{[^{}\n]{0,400}\}\}|\$\{[^{}\s]{0,200}\}|\\.|<%[^\n%]{0,400}%>|[$<])
       (?:[^\s;{\\$<]++|\$\{[^{}\s]{0,200}\}|\{\{[^{}\n]{0,400}\}\}|\\.|<%[^\n%]{0,400}%>|[$<])*+)
    |(?P<mark>[;{}])""",
    re.VERBOSE | re.DOTALL,
)
_LUA: Final = re.compile(r"--\[\[|--[^\n]*|\[\[|\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.)*+'|[{}]", re.DOTALL)
_ESCAPE: Final = re.compile(r"\\([\"'\\ {};])")


def parse(path: str, text: str) -> tuple[tuple[Directive, ...], list[Fault]]:
    """Directives of one file and what could not be read; never raises for what the text holds."""
    return _Parser(path, text).parse()


class _Parser:
    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text
        self.starts = [0, *(m.end() for m in re.finditer("\n", text))]
        self.root = _Open("", (), 1, "")
        self.stack = [self.root]
        self.faults: list[Fault] = []
        self.words: list[str] = []
        self.begin = 1
        self.conditions = Conditions([])
        self.condition = ""
        self.skipped = 0  # blocks opened below the deepest level kept

    def line(self, offset: int) -> int:
        return bisect.bisect_right(self.starts, offset)

    def parse(self) -> tuple[tuple[Directive, ...], list[Fault]]:
        position, text, size = 0, self.text, len(self.text)
        while position < size:
            found = _TOKEN.match(text, position)
            if found is None:
                self._fault("unterminated_quote" if text[position] in "\"'" else "unexpected_character", position)
                following = text.find("\n", position)
                position = size if following < 0 else following
                continue
            start, position = position, found.end()
            kind = found.lastgroup
            if kind in ("space", "comment"):
                continue
            if kind == "statement":
                _, self.condition = self.conditions.step(found[0])
                self.condition = self.conditions.now
            elif kind == "mark":
                position = self._mark(found[0], start, position)
            else:
                if not self.words:
                    self.begin = self.line(start)
                self.words.append(_ESCAPE.sub(r"\1", found[kind or "word"]))
        last = self.line(max(0, size - 1))
        if self.words:
            self.faults.append(Fault("missing_semicolon", self.begin))
            self._end(last)
        if len(self.stack) > 1 or self.skipped:
            self.faults.append(Fault("unclosed_block", self.stack[-1].line))
        while len(self.stack) > 1:
            self._close(last)
        return tuple(self.root.inside), self.faults

    def _mark(self, mark: str, start: int, position: int) -> int:
        line = self.line(start)
        if mark == ";":
            if self.words:
                self._end(line)
        elif mark == "{":
            return self._open(position, line)
        else:
            if self.words:
                self.faults.append(Fault("missing_semicolon", self.begin))
                self._end(line)
            if self.skipped:
                self.skipped -= 1
            elif len(self.stack) > 1:
                self._close(line)
            else:
                self._fault("unexpected_brace", start)
        return position

    def _open(self, position: int, line: int) -> int:
        name = self.words[0] if self.words else ""
        if name.endswith("_by_lua_block"):
            end = self._lua(position)
            self._end(self.line(max(0, end - 1)))
            return end
        if not name:
            self.begin = line
        if len(self.stack) > MAX_DEPTH or self.skipped:
            if not self.skipped:
                self.faults.append(Fault("too_deep", line))
            self.skipped += 1
        else:
            self.stack.append(_Open(name, tuple(self.words[1:]), self.begin, self.condition))
        self.words = []
        return position

    def _lua(self, position: int) -> int:
        depth, at = 1, position
        long_end = 0  # end of the last long bracket; -1 once there is none any more
        while (found := _LUA.search(self.text, at)) is not None:
            at = found.end()
            if found[0].endswith("[[") and long_end >= 0:
                long_end = self.text.find("]]", at)
                at = long_end + 2 if long_end >= 0 else at
            elif found[0] == "{":
                depth += 1
            elif found[0] == "}":
                depth -= 1
                if depth == 0:
                    return at
        self._fault("unclosed_block", position - 1)
        return len(self.text)

    def _end(self, line: int) -> None:
        if not self.skipped:
            name, *args = self.words
            self.stack[-1].inside.append(
                Directive(name, tuple(args), Location(self.path, self.begin, line), None, self.condition)
            )
        self.words = []

    def _close(self, line: int) -> None:
        done = self.stack.pop()
        at = Location(self.path, done.line, line)
        self.stack[-1].inside.append(Directive(done.name, done.args, at, tuple(done.inside), done.condition))

    def _fault(self, code: str, offset: int) -> None:
        if len(self.faults) < 20:
            self.faults.append(Fault(code, self.line(offset)))
