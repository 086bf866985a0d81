"""nginx files of a tree: which stand for themselves, which are included, and their text put together.

Source: nginx documentation, "Core functionality", directive ``include``: a path or glob, relative to the folder of
nginx.conf.  ``/etc/nginx`` of the host is the folder of nginx.conf in the repository.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from compliance.collect.conf_text import Paths, hole, is_glob, read, whole
from compliance.collect.interface import SourceFile, Tree
from compliance.collect.nginx.syntax import Directive, Fault, parse
from compliance.model.location import Location
from compliance.model.row import FileNote

TABLES: Final = ("tls_endpoint", "host_setting", "log_source", "data_location")

# Files of the packages themselves: types and request parameters, none of the settings that are read here.
_HARMLESS: Final = re.compile(
    r"(?:^|/)(?:mime\.types|(?:fastcgi|uwsgi|scgi|grpc)(?:_params|\.conf|-php\.conf)|proxy_params|koi-\w+|win-utf"
    r"|modules-enabled/.*|modules/.*|ssl-dhparams\.pem)$"
)
_MAX_INCLUDES: Final = 2000
_MAX_DIRECTIVES: Final = 200_000


@dataclass(frozen=True, slots=True)
class Root:
    """One configuration as nginx would load it.

    path:       the file it starts from; for a group of fragments, the first of them
    whole:      the lines of that file
    main:       it is an nginx.conf of its own, not fragments
    outer:      http directives above the fragments, outermost first
    directives: with every include replaced by what it includes; a missing one stays
    """

    path: str
    whole: Location
    main: bool
    outer: tuple[tuple[Directive, ...], ...]
    directives: tuple[Directive, ...]


@dataclass
class Reader:
    """Reads and joins the files of a tree; notes collect what could not be done."""

    tree: Tree
    paths: Paths
    notes: list[FileNote] = field(default_factory=list)
    _parsed: dict[str, tuple[Directive, ...]] = field(default_factory=dict)
    _included: set[str] = field(default_factory=set)
    _noted: set[tuple[str, str, int]] = field(default_factory=set)
    _left: int = 0
    _includes: int = 0

    def roots(self, files: Sequence[SourceFile]) -> Iterator[Root]:
        """Every configuration of the tree: each nginx.conf, then the fragments that none of them includes."""
        parsed = {f.path: self._parse(f) for f in files}
        mains = [
            f
            for f in files
            if any(d.name in ("http", "stream", "mail") and d.block is not None for d in parsed[f.path])
        ]
        expanded = {}
        for file in mains:
            expanded[file.path] = self._start(file, file.folder)
        names = {f.path for f in mains}
        loose = [f for f in files if f.path not in names and f.path not in self._included]
        before = set(self._included)
        for file in loose:  # a fragment that another fragment includes is read in its place
            self._start(file, file.folder)
        loose = [f for f in loose if f.path not in self._included - before]
        for file in mains:
            if file.path not in self._included:
                yield Root(file.path, whole(file.path, read(file)), True, (), expanded[file.path])
        groups: dict[str, list[SourceFile]] = {}
        for file in loose:
            groups.setdefault(file.folder, []).append(file)
        for folder, members in groups.items():
            joined = tuple(d for f in members for d in self._start(f, f.folder))
            main = _nearest(folder, [f.path for f in mains])
            http = tuple(b for d in expanded.get(main, ()) if d.name == "http" for b in d.block or ())
            adopted = main and any(d.name == "include" and is_glob(d.value) for d in http)
            first = members[0]
            yield Root(first.path, whole(first.path, read(first)), False, (http,) if adopted else (), joined)

    def read_paths(self) -> Sequence[str]:
        """Every file that was read, includes too."""
        return sorted(self._parsed)

    def _start(self, file: SourceFile, folder: str) -> tuple[Directive, ...]:
        self._left, self._includes = _MAX_DIRECTIVES, _MAX_INCLUDES
        return self._expand(self._parse(file), folder, (file.path,))

    def _parse(self, file: SourceFile) -> tuple[Directive, ...]:
        if file.path not in self._parsed:
            directives, faults = parse(file.path, read(file))
            self._parsed[file.path] = directives
            for fault in faults:
                self._fault(file.path, fault)
        return self._parsed[file.path]

    def _fault(self, path: str, fault: Fault) -> None:
        self._note(path, fault.line, fault.code, "what follows may be read wrongly", TABLES)

    def _note(self, path: str, line: int, code: str, detail: str, tables: tuple[str, ...] = ()) -> None:
        if (path, code, line) not in self._noted and len(self._noted) < 500:
            self._noted.add((path, code, line))
            self.notes.append(FileNote(path, "partial", "nginx", code, detail, line, tables))

    def _expand(self, directives: Iterable[Directive], folder: str, chain: tuple[str, ...]) -> tuple[Directive, ...]:
        out: list[Directive] = []
        for directive in directives:
            if self._left <= 0:
                self._note(chain[0], directive.at.line, "too_many_directives", "the rest is left out", TABLES)
                break
            self._left -= 1
            if directive.name == "include" and directive.block is None:
                out += self._include(directive, folder, chain)
            elif directive.block is not None:
                out.append(replace(directive, block=self._expand(directive.block, folder, chain)))
            else:
                out.append(directive)
        return tuple(out)

    def _include(self, directive: Directive, folder: str, chain: tuple[str, ...]) -> list[Directive]:
        line, pattern = directive.at.line, directive.value
        self._includes -= 1
        if self._includes < 0 or len(chain) > 20:
            self._note(chain[0], line, "too_many_includes", "the rest is left out", TABLES)
            return [directive]
        if not pattern or hole(pattern):
            self._note(directive.at.path, line, "include_unresolved", "the name of the included file is not literal")
            return [directive]
        found = self.paths.find(folder, pattern)
        own = directive.at.path.rpartition("/")[0]
        if not found and own != folder:
            found = self.paths.find(own, pattern)
        out: list[Directive] = []
        for path in found:
            file = self.tree.file(path)
            if file is None or b"\0" in file.data[:4096] or _HARMLESS.search(path):
                continue
            if path in chain:
                if not is_glob(pattern):
                    self._note(directive.at.path, line, "include_cycle", f"{path} includes itself")
                continue
            self._included.add(path)
            inner = self._parse(file)
            out += self._expand(_under(inner, directive.condition), folder, (*chain, path))
        if not found and not _HARMLESS.search(pattern):
            self._note(directive.at.path, line, "include_missing", "the included file is not in this repository")
            out.append(directive)
        return out


def _under(directives: Iterable[Directive], condition: str) -> Iterable[Directive]:
    return directives if not condition else [replace(d, condition=d.condition or condition) for d in directives]


def _nearest(folder: str, mains: Sequence[str]) -> str:
    """The nginx.conf in the folder or the nearest one above it (or below /etc/nginx's parent); '' when there is none."""
    best = ""
    for path in mains:
        place = path.rpartition("/")[0]
        if (place == "" or folder == place or folder.startswith(place + "/")) and len(place) >= len(
            best.rpartition("/")[0]
        ):
            best = best if best and len(place) == len(best.rpartition("/")[0]) else path
    return best
