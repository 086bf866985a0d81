"""The one way in for evidence: a collector turns source files into rows and file notes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol, runtime_checkable

from compliance.model.row import FileNote, Row

Item = Row | FileNote


class Tree(Protocol):
    """The scanned root as a collector may see it: nothing outside the root, every file read once."""

    def paths(self) -> Sequence[str]:
        """Every regular file of the walk, relative posix paths, sorted."""
        ...

    def installed_paths(self) -> Sequence[str]:
        """Files under ``.terraform/modules``: what ``terraform init`` fetched; not among ``paths``."""
        ...

    def file(self, path: str) -> SourceFile | None:
        """The file at a relative posix path, or None when the walk has no such readable file."""
        ...


@dataclass(frozen=True)
class SourceFile:
    """One file, read once.

    path: relative to the scanned root, posix separators
    data: its bytes
    """

    path: str
    data: bytes = field(repr=False)

    @cached_property
    def sha256(self) -> str:
        """Lower-case hex digest of the bytes."""
        return hashlib.sha256(self.data).hexdigest()

    @cached_property
    def text(self) -> str:
        """The text: BOM (UTF-8, UTF-16, GB18030), else strict UTF-8, else strict GB18030.

        Raises UnicodeDecodeError when none of them fits.
        """
        data = self.data
        if data.startswith(b"\xef\xbb\xbf"):
            return data[3:].decode("utf-8")
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        if data.startswith(b"\x84\x31\x95\x33"):
            return data[4:].decode("gb18030")
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return data.decode("gb18030")

    @property
    def name(self) -> str:
        """Last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """Path of the containing folder, '' for the root."""
        return self.path.rpartition("/")[0]


class Collector(Protocol):
    """One source kind.

    name:   stable word, e.g. ``terraform``
    version: raised whenever the same bytes may give other rows
    tables: evidence tables it can fill; a file it cannot read makes these incomplete
    """

    name: str
    version: str
    tables: frozenset[str]

    def claims(self, path: str, head: bytes) -> bool:
        """Whether the file is of this kind, from its path and its first 4,096 bytes."""
        ...

    def collect(self, files: Iterable[SourceFile], tree: Tree) -> Iterator[Item]:
        """Rows and notes of the claimed files; never raises for what a file contains."""
        ...


@runtime_checkable
class Sharing(Protocol):
    """A collector whose work can be divided: the shares together give what ``collect`` gives."""

    def collect_share(self, files: Iterable[SourceFile], tree: Tree, share: int, count: int) -> Iterable[Item]:
        """The part *share* of *count*; a note may come from several shares."""
        ...
