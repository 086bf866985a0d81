"""What the collectors of configuration files share: text, template holes, conditions, includes.

A configuration file of a repository is often a template (Ansible, envsubst, Helm, ERB).  Whatever a
template fills in is unknown, and so is a setting that stands under a template's ``if``.
"""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from compliance.collect.interface import SourceFile, Tree
from compliance.collect.network import source_scope
from compliance.model.cell import Cell, Reason, Unknown
from compliance.model.location import Location

TEMPLATE_SUFFIX: Final = re.compile(r"\.(?:j2|jinja2?|tpl|tmpl|template|erb)$", re.IGNORECASE)

# Bounded on both sides, so that a line of a million braces costs no more than its length.
_HOLE: Final = re.compile(
    r"\{\{(?P<a>[^{}\n]{0,200})\}\}|\$\{(?P<b>[^{}\n]{0,200})\}|<%(?P<c>[^%\n]{0,200})%>|\{%(?P<d>[^%\n]{0,200})%\}"
    r"|@@?(?P<e>[A-Z][A-Z0-9_]{1,60})@@?|%%(?P<f>\w{1,60})%%|\b__(?P<g>[A-Z][A-Z0-9_]{0,60}?)__\b"
    r"|(?<![\w$])\$(?P<h>[A-Z][A-Z0-9_]{1,60})\b"
)
_LOOK: Final = 2000


def plain_name(path: str) -> str:
    """File name in lower case without a template suffix: ``x/sshd_config.j2`` is ``sshd_config``."""
    return TEMPLATE_SUFFIX.sub("", path.rpartition("/")[2].lower())


def read(file: SourceFile) -> str:
    """The text; bytes that are neither UTF-8 nor GB18030 are replaced, for directives are ASCII.

    NUL characters are replaced too: no database column can hold them.
    """
    try:
        text = file.text
    except UnicodeDecodeError:
        text = file.data.decode("utf-8", "replace")
    return text.replace("\0", "\ufffd").replace("\r\n", "\n")


def hole(text: str) -> str | None:
    """Name of the first part that a template fills in, or None."""
    found = _HOLE.search(text[:_LOOK])
    if found is None:
        return None
    return (next((g for g in found.groups() if g), "") or "").strip(" -=")[:60] or "?"


def cell(text: str, at: Location, condition: str = "") -> Cell:
    """A written value: unknown when a template fills it in or decides whether it applies."""
    name = condition or hole(text)
    if name:
        return Cell(Unknown(Reason("unresolved_variable", name), text=text[:_LOOK]), at)
    if "\ufffd" in text[:_LOOK]:
        return Cell(Unknown(Reason("unreadable_value", "?")), at)
    return Cell(text, at)


def unreadable(text: str) -> Unknown:
    """A value that is written but not one the software knows."""
    return Unknown(Reason("unreadable_value", text[:60]))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file.

    number:    from 1
    text:      without its line end and without template statements
    condition: the template condition it stands under, '' when it always applies
    """

    number: int
    text: str
    condition: str = ""


_STATEMENT: Final = re.compile(
    r"\{%[-+]?\s*(?P<jinja>\w+)(?P<jrest>[^%\n]{0,300})%\}"
    r"|\{\{-?\s*(?P<go>if|else|end|range|with|define|block|template)\b(?P<grest>[^{}\n]{0,300})\}\}"
    r"|<%-?\s*(?P<erb>if|unless|else|elsif|end|[\w.@]{1,60}\.each)\b(?P<erest>[^%\n]{0,300})%>"
    r"|\{#[^\n]{0,500}?#\}"
)


@dataclass(slots=True)
class Conditions:
    """The template statements that are open at a place of a file, innermost last ('' for loops)."""

    stack: list[str]

    def step(self, text: str) -> tuple[str, str]:
        """*text* (one line) without statements, and the condition it stands under."""
        if "{%" not in text and "{{" not in text and "<%" not in text and "{#" not in text:
            return text, self.now
        under = self.now
        for found in _STATEMENT.finditer(text[:4000]):
            self._statement(found)
            under = under or self.now
        return _STATEMENT.sub("", text[:4000]) + text[4000:], under

    @property
    def now(self) -> str:
        """The innermost open condition."""
        return next((c for c in reversed(self.stack) if c), "")

    def _statement(self, found: re.Match[str]) -> None:
        word = found["jinja"] or found["go"] or found["erb"] or ""
        rest = (found["jrest"] or found["grest"] or found["erest"] or "").strip(" -")[:60]
        if word in ("endif", "endfor", "end") and self.stack:
            self.stack.pop()
        elif word in ("if", "unless", "with") and len(self.stack) < 100:
            self.stack.append(rest or "?")
        elif (word in ("for", "range", "define", "block") and found["jinja"] != "block") or word.endswith(".each"):
            self.stack.append("")


def lines(text: str) -> Iterator[Line]:
    """Every line with the template condition it stands under."""
    conditions = Conditions([])
    for number, raw in enumerate(text.split("\n"), 1):
        stripped, condition = conditions.step(raw)
        yield Line(number, stripped, condition)


def whole(path: str, text: str) -> Location:
    """The place of a whole file."""
    return Location(path, 1, max(1, text.count("\n") + (not text.endswith("\n"))))


class Paths:
    """The paths of a tree, by folder, for includes."""

    def __init__(self, tree: Tree) -> None:
        self._folders: dict[str, list[str]] = {}
        for path in tree.paths():
            self._folders.setdefault(path.rpartition("/")[0], []).append(path.rpartition("/")[2])

    def match(self, folder: str, pattern: str) -> list[str]:
        """Files below the root that a glob, relative to *folder*, means; sorted; none above the root."""
        if len(pattern) > 500:
            return []
        target = posixpath.normpath(posixpath.join(folder, pattern.lstrip("/")))
        if target.startswith("..") or target == ".":
            return []
        parent, _, name = target.rpartition("/")
        if not is_glob(parent):
            return _join(parent, self._named(parent, name))
        deep = [f for f in self._folders if f.count("/") == parent.count("/") and fnmatch.fnmatchcase(f, parent)]
        return [p for f in sorted(deep) for p in _join(f, self._named(f, name))]

    def find(self, folder: str, pattern: str) -> list[str]:
        """Files that an include written in a file of *folder* means.

        A relative one: from that folder or the nearest folder above it that has a match.  An absolute
        one (``/etc/nginx/conf.d/*.conf``): below a folder that stands for ``/``, else its last parts
        below the folder of the file or the one above, since a repository rarely keeps ``/etc``.
        """
        above = _upwards(folder)
        if not pattern.startswith("/"):
            return next((found for f in above if (found := self.match(f, pattern))), [])
        parts = [p for p in pattern.split("/") if p]
        tries: list[tuple[str, str]] = [(f, "/".join(parts)) for f in above]
        for start in range(1, len(parts)):
            rest = "/".join(parts[start:])
            if start < len(parts) - 1:
                tries += [(f, rest) for f in above[:2]]
            elif not is_glob(rest):
                tries.append((folder, rest))
        return next((found for f, p in tries[:60] if (found := self.match(f, p))), [])

    def _named(self, folder: str, pattern: str) -> list[str]:
        names = self._folders.get(folder, ())
        return sorted(fnmatch.filter(names, pattern)) if is_glob(pattern) else [n for n in names if n == pattern]


def _join(folder: str, names: Iterable[str]) -> list[str]:
    return [f"{folder}/{name}" if folder else name for name in names]


def _upwards(folder: str) -> list[str]:
    found = [folder]
    while folder and len(found) < 12:
        folder = folder.rpartition("/")[0]
        found.append(folder)
    return found


def is_glob(text: str) -> bool:
    """The text has wildcards of glob(7)."""
    return any(c in text for c in "*?[")


def unique(name: str, seen: dict[str, int]) -> str:
    """*name*, with ``#2``, ``#3`` for its repetitions."""
    seen[name] = seen.get(name, 0) + 1
    return name if seen[name] == 1 else f"{name}#{seen[name]}"


def services(files: Sequence[SourceFile], included: Iterable[str]) -> list[list[SourceFile]]:
    """Files that nobody includes, each a service of its own; those of one ``*.d`` folder are one service."""
    taken = set(included)
    groups: dict[str, list[SourceFile]] = {}
    for file in sorted(files, key=lambda f: f.path):
        if file.path not in taken:
            groups.setdefault(file.folder if file.folder.endswith(".d") else f"/{file.path}", []).append(file)
    return list(groups.values())


_WIDTH: Final = ("loopback", "private", "public", "any")


def widest(scopes: Iterable[Cell]) -> Cell:
    """The widest of some scopes, at its place; unknown when an unknown one might be wider."""
    best, unknown = Cell(), None
    for scope in scopes:
        if scope.unknown:
            unknown = unknown or scope
        elif best.absent or _WIDTH.index(scope.value) > _WIDTH.index(best.value):
            best = scope
    return best if unknown is None or best.value == "any" else unknown


def address_scope(text: str) -> str | Unknown:
    """Scope of an address to listen on; ``localhost`` is loopback, another host name is unknown."""
    bare = text.strip().strip("[]").lower()
    if bare in ("localhost", "ip6-localhost", "localhost.localdomain"):
        return "loopback"
    return source_scope(bare.partition("%")[0]) or unreadable(text)
