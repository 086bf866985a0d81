"""One walk of a repository: every file met once, opened once, and nothing outside the root."""

from __future__ import annotations

import fnmatch
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from compliance.collect.interface import SourceFile
from compliance.model.row import FileNote

SKIPPED_FOLDERS: Final = frozenset({".git", ".hg", ".svn", ".terraform", "node_modules", "__pycache__", ".venv", ".tox", ".hegui"})
MAX_FILE_BYTES: Final = 10_000_000
MAX_FILES: Final = 200_000


@dataclass
class DiskTree:
    """The files of a walk, read on demand and once.

    notes: one per file or link that was not taken, with the reason
    """

    root: Path
    entries: dict[str, str] = field(default_factory=dict)
    notes: list[FileNote] = field(default_factory=list)
    _read: dict[str, SourceFile | None] = field(default_factory=dict)

    def paths(self) -> Sequence[str]:
        """Relative posix paths in byte order."""
        return list(self.entries)

    def file(self, path: str) -> SourceFile | None:
        """The file; None when it is not of the walk or could not be read (which is noted)."""
        if path not in self._read:
            real = self.entries.get(path)
            self._read[path] = self._load(path, real) if real is not None else None
        return self._read[path]

    def _load(self, path: str, real: str) -> SourceFile | None:
        try:
            handle = os.open(real, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
        except OSError as error:
            self.notes.append(FileNote(path, "unparsed", "walk", "unreadable", error.strerror or "cannot be opened", 0, ("repository_file",)))
            return None
        try:
            size = os.fstat(handle).st_size
            if size > MAX_FILE_BYTES:
                self.notes.append(FileNote(path, "skipped", "walk", "too_large", f"{size} bytes, limit {MAX_FILE_BYTES}"))
                return None
            chunks = []
            while chunk := os.read(handle, size + 1 if size else 65536):
                chunks.append(chunk)
                if sum(map(len, chunks)) > MAX_FILE_BYTES:
                    self.notes.append(FileNote(path, "skipped", "walk", "too_large", f"grew over {MAX_FILE_BYTES} bytes"))
                    return None
            return SourceFile(path, b"".join(chunks))
        except OSError as error:
            self.notes.append(FileNote(path, "unparsed", "walk", "unreadable", error.strerror or "cannot be read", 0, ("repository_file",)))
            return None
        finally:
            os.close(handle)


def walk(root: Path, exclude: Sequence[str] = ()) -> DiskTree:
    """The tree below *root*; *exclude* are glob patterns over relative posix paths."""
    base = Path(os.path.realpath(root))
    tree = DiskTree(base)
    found: dict[str, str] = {}
    stack = [str(base)]
    while stack:
        folder = stack.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError as error:
            tree.notes.append(FileNote(_relative(base, folder), "unparsed", "walk", "unreadable", error.strerror or "folder cannot be read", 0, ("repository_file",)))
            continue
        for entry in entries:
            path = _relative(base, entry.path)
            if any(fnmatch.fnmatchcase(path, pattern) or fnmatch.fnmatchcase(path, pattern.rstrip("/") + "/*") for pattern in exclude):
                continue
            _take(entry, path, base, tree, found, stack)
        if len(found) > MAX_FILES:
            tree.notes.append(FileNote("", "partial", "walk", "too_many_files", f"stopped after {MAX_FILES} files", 0, ("repository_file",)))
            break
    tree.entries = dict(sorted(found.items(), key=lambda item: item[0].encode("utf-8", "surrogateescape")))
    tree.notes.sort(key=lambda n: (n.path, n.code))
    return tree


def _take(entry: os.DirEntry[str], path: str, base: Path, tree: DiskTree, found: dict[str, str], stack: list[str]) -> None:
    if entry.is_symlink():
        real = os.path.realpath(entry.path)
        if not os.path.exists(real):
            tree.notes.append(FileNote(path, "skipped", "walk", "dangling_link", "the target does not exist"))
        elif os.path.commonpath([real, base]) != str(base):
            tree.notes.append(FileNote(path, "skipped", "walk", "link_outside_root", "links out of the root are not followed"))
        elif os.path.isdir(real):
            tree.notes.append(FileNote(path, "skipped", "walk", "link_to_folder", "its files are read in their own place"))
        return  # a link to a file inside the root: that file is read in its own place
    if entry.is_dir(follow_symlinks=False):
        if entry.name not in SKIPPED_FOLDERS:
            stack.append(entry.path)
        return
    try:
        state = entry.stat(follow_symlinks=False)
    except OSError as error:
        tree.notes.append(FileNote(path, "skipped", "walk", "vanished", error.strerror or "vanished during the walk"))
        return
    if not stat.S_ISREG(state.st_mode):
        tree.notes.append(FileNote(path, "skipped", "walk", "special_file", "not a regular file"))
        return
    if state.st_size > MAX_FILE_BYTES:
        tree.notes.append(FileNote(path, "skipped", "walk", "too_large", f"{state.st_size} bytes, limit {MAX_FILE_BYTES}"))
        return
    found[path] = entry.path


def _relative(base: Path, path: str) -> str:
    relative = os.path.relpath(path, base).replace(os.sep, "/")
    return relative.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
