"""One walk of a repository: every file met once, opened once, and nothing outside the root.

The order is that of the paths, never that of the disk.  Links, devices, pipes and sockets are never opened; a file is
opened without following a link and without waiting, so that one swapped in behind the walk does no harm either.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from compliance.collect.interface import SourceFile
from compliance.errors import CollectError
from compliance.model.row import FileNote

SKIPPED_FOLDERS: Final = frozenset({".git", ".hg", ".svn", ".terraform", "node_modules", "__pycache__", ".venv", ".tox", ".hegui"})
INSTALLED: Final = "/.terraform/modules/"
"""Where ``terraform init`` puts the modules of registries and repositories."""
HEAD_BYTES: Final = 4096
_OPEN: Final = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOCTTY", 0)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\x80-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Limits:
    """How much a walk takes in.

    file_bytes:  a larger file is skipped and noted
    files:       the walk stops after so many files
    total_bytes: nothing more is read after so many bytes
    """

    file_bytes: int = 10_000_000
    files: int = 200_000
    total_bytes: int = 1_000_000_000


@dataclass
class DiskTree:
    """The files of a walk, read on demand and once.

    root:    real path of the scanned folder
    entries: relative posix path -> path on the disk, sorted
    notes:   one per file, folder or link that was not taken, with the reason; grows while files are read
    """

    root: Path
    limits: Limits = field(default_factory=Limits)
    entries: dict[str, str] = field(default_factory=dict)
    installed: dict[str, str] = field(default_factory=dict)
    notes: list[FileNote] = field(default_factory=list)
    _read: dict[str, SourceFile | None] = field(default_factory=dict)
    _bytes: int = 0

    def paths(self) -> Sequence[str]:
        """Relative posix paths in byte order."""
        return list(self.entries)

    def installed_paths(self) -> Sequence[str]:
        """Files of modules that ``terraform init`` fetched, in byte order; they are not the repository's own."""
        return list(self.installed)

    def file(self, path: str) -> SourceFile | None:
        """The file; None when it is not of the walk, is binary or could not be read (which is noted)."""
        if path not in self._read:
            real = self.entries.get(path) or self.installed.get(path)
            self._read[path] = self._load(path, real) if real is not None else None
        return self._read[path]

    def _load(self, path: str, real: str) -> SourceFile | None:
        try:
            data = self._bytes_of(real)
        except _Refused as refused:
            lost = ("repository_file",) if refused.lost else ()
            self.notes.append(FileNote(path, "unparsed" if lost else "skipped", "walk", refused.code, refused.detail, 0, lost))
            return None
        self._bytes += len(data)
        return SourceFile(path, data)

    def _bytes_of(self, real: str) -> bytes:
        if self._bytes > self.limits.total_bytes:
            raise _Refused("total_too_large", f"over {self.limits.total_bytes} bytes were read before", lost=True)
        try:
            handle = os.open(real, _OPEN)
        except FileNotFoundError as error:
            raise _Refused("vanished", "vanished during the walk") from error
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENXIO):  # became a link, or a socket, after the walk
                raise _Refused("special_file", "not a regular file") from error
            raise _Refused("unreadable", error.strerror or "cannot be opened", lost=True) from error
        try:
            return _whole(handle, self.limits.file_bytes)
        except OSError as error:
            raise _Refused("unreadable", error.strerror or "cannot be read", lost=True) from error
        finally:
            os.close(handle)


class _Refused(Exception):
    """A file is not taken; *lost*: evidence may be missing because of it."""

    def __init__(self, code: str, detail: str, lost: bool = False) -> None:
        self.code, self.detail, self.lost = code, detail, lost
        super().__init__(code)


def _whole(handle: int, limit: int) -> bytes:
    """The bytes of an open text file.  Raises _Refused and OSError."""
    state = os.fstat(handle)
    if not stat.S_ISREG(state.st_mode):
        raise _Refused("special_file", "not a regular file")
    if state.st_size > limit:
        raise _Refused("too_large", f"{state.st_size} bytes, limit {limit}")
    data = os.read(handle, HEAD_BYTES)
    if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _Refused("binary", "not text")
    if len(data) == state.st_size < HEAD_BYTES:
        return data
    chunks, size = [data], len(data)
    while chunk := os.read(handle, max(state.st_size - size, 0) + 1):
        chunks.append(chunk)
        size += len(chunk)
        if size > limit:
            raise _Refused("too_large", f"grew over {limit} bytes")
    return b"".join(chunks)


def walk(root: Path, exclude: Sequence[str] = (), limits: Limits | None = None) -> DiskTree:
    """The tree below *root*.  Raises CollectError when the root is no readable folder.

    exclude: globs over relative posix paths: ``*`` stays within a folder name, ``**`` spans folders; a pattern
             without a slash fits at any depth; a folder that fits is left out with all it holds
    """
    base = os.path.realpath(root)
    if not os.path.isdir(base):
        raise CollectError(f"'{root}' is not a folder", fix="name the folder of the repository")
    steps = _Walk(DiskTree(Path(base), limits or Limits()), base, _excluding(exclude))
    steps.run()
    return steps.tree


class _Walk:
    def __init__(self, tree: DiskTree, base: str, excluded: re.Pattern[str] | None) -> None:
        self.tree, self.base, self.excluded = tree, base, excluded
        self.found: dict[str, str] = {}
        self.links: list[tuple[str, str]] = []
        self.left_out = [0, 0]  # folders, files

    def run(self) -> None:
        stack: list[tuple[str, str]] = [(self.base, "")]
        full = False
        while stack and not full:
            folder, prefix = stack.pop()
            try:
                with os.scandir(folder) as listing:
                    entries = sorted(listing, key=lambda e: e.name)
            except FileNotFoundError:
                self._note(prefix[:-1], "skipped", "vanished", "folder vanished during the walk")
                continue
            except OSError as error:
                self._note(prefix[:-1], "unparsed", "unreadable", error.strerror or "folder cannot be read")
                continue
            deeper: list[tuple[str, str]] = []
            for entry in entries:
                self._take(entry, prefix, deeper)
                if len(self.found) > self.tree.limits.files:
                    self.found.popitem()
                    self._note("", "partial", "too_many_files", f"stopped after {self.tree.limits.files} files")
                    full = True
                    break
            stack += reversed(deeper)
        self._follow()
        if any(self.left_out):
            self._note("", "skipped", "excluded", f"{self.left_out[0]} folders and {self.left_out[1]} files by the exclude patterns")
        every = sorted(self.found.items())
        self.tree.entries = {p: r for p, r in every if INSTALLED not in f"/{p}"}
        self.tree.installed = {p: r for p, r in every if INSTALLED in f"/{p}"}
        self.tree.notes.sort(key=lambda n: (n.path, n.code))

    def _take(self, entry: os.DirEntry[str], prefix: str, deeper: list[tuple[str, str]]) -> None:
        path = prefix + _shown(entry.name)
        try:
            link, folder = entry.is_symlink(), entry.is_dir(follow_symlinks=False)
            regular = not link and entry.is_file(follow_symlinks=False)
        except OSError as error:
            self._note(path, "unparsed", "unreadable", error.strerror or "its kind cannot be told")
            return
        if entry.name in SKIPPED_FOLDERS and not regular:
            # What terraform init fetched is read as the inside of the modules that call it, and as nothing else.
            modules = os.path.join(entry.path, "modules")
            if entry.name == ".terraform" and folder and os.path.isdir(modules) and not os.path.islink(modules):
                deeper.append((modules, path + "/modules/"))
            return
        if INSTALLED in f"/{path}" and regular and not path.endswith((".tf", ".tf.json", "/modules.json")):
            return
        if self.excluded is not None and self.excluded.fullmatch(path):
            self.left_out[0 if folder else 1] += 1
        elif link:
            self.links.append((path, entry.path))
        elif folder:
            deeper.append((entry.path, path + "/"))
        elif not regular:
            self._note(path, "skipped", "special_file", "not a regular file")
        elif path in self.found:
            self._note(path, "unparsed", "name_twice", "two names look the same once they are printable")
        else:
            if path[len(prefix) :] != entry.name:
                self._note(path, "read", "name_escaped", "the name is not printable UTF-8")
            self.found[path] = entry.path

    def _follow(self) -> None:
        """Links to files: inside the root they are taken once, under the link's name when nothing else names the file."""
        if not self.links:
            return
        seen = set(self.found.values())
        for path, place in sorted(self.links):
            try:
                state = os.stat(place)
            except OSError as error:
                loop = error.errno == errno.ELOOP
                self._note(path, "skipped", "link_loop" if loop else "dangling_link", "the link leads to itself" if loop else "the target does not exist")
                continue
            real = os.path.realpath(place)
            if real != self.base and not real.startswith(self.base.rstrip(os.sep) + os.sep):
                self._note(path, "skipped", "link_outside_root", "links out of the root are not followed")
            elif stat.S_ISDIR(state.st_mode):
                self._note(path, "skipped", "link_to_folder", "its files are read in their own place")
            elif not stat.S_ISREG(state.st_mode):
                self._note(path, "skipped", "special_file", "not a regular file")
            elif real in seen or self._left_out(real):
                self._note(path, "skipped", "link_to_file", "the file is read, or left out, in its own place")
            else:
                seen.add(real)
                self.found[path] = real

    def _left_out(self, real: str) -> bool:
        """Whether the target of a link was excluded by the user (a folder that is skipped anyway does not count)."""
        path = ""
        for part in os.path.relpath(real, self.base).split(os.sep):
            path += _shown(part)
            if self.excluded is not None and self.excluded.fullmatch(path):
                return True
            path += "/"
        return False

    def _note(self, path: str, status: str, code: str, detail: str) -> None:
        lost = ("repository_file",) if status in ("unparsed", "partial") else ()
        self.tree.notes.append(FileNote(path, status, "walk", code, detail, 0, lost))  # type: ignore[arg-type]


def _shown(name: str) -> str:
    r"""The name as text: bytes that are no UTF-8 and control characters become ``\xNN`` (or ``\uNNNN``)."""
    if name.isascii() and name.isprintable():
        return name
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return _CONTROL.sub(lambda m: m[0].encode("unicode_escape").decode("ascii"), text)


def _excluding(patterns: Sequence[str]) -> re.Pattern[str] | None:
    """One pattern for all globs; None when there are none."""
    parts = [_glob(p.replace("\\", "/").strip()) for p in patterns if p.strip().strip("/.")]
    return re.compile("|".join(parts)) if parts else None


def _glob(pattern: str) -> str:
    pattern = pattern.removeprefix("./")
    anchored = "/" in pattern.rstrip("/")
    pattern = pattern.strip("/")
    if pattern.endswith("/**"):
        pattern = pattern[:-3]
    out = "" if anchored else "(?:.*/)?"
    at = 0
    while at < len(pattern):
        if pattern.startswith("**/", at):
            out, at = out + "(?:.*/)?", at + 3
        elif pattern.startswith("**", at):
            out, at = out + ".*", at + 2
        elif pattern[at] == "*":
            out, at = out + "[^/]*", at + 1
        elif pattern[at] == "?":
            out, at = out + "[^/]", at + 1
        else:
            out, at = out + re.escape(pattern[at]), at + 1
    return f"(?:{out})"
