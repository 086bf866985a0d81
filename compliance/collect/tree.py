"""Trees in memory: for cases, tests and archives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compliance.collect.interface import SourceFile


class MemoryTree:
    """A tree over ``{relative posix path: bytes}``."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = {path: SourceFile(path, data) for path, data in sorted(files.items())}

    def paths(self) -> Sequence[str]:
        """Every path, sorted, but those of installed modules."""
        return [p for p in self._files if "/.terraform/modules/" not in f"/{p}"]

    def installed_paths(self) -> Sequence[str]:
        """Paths of modules that ``terraform init`` fetched, sorted."""
        return [p for p in self._files if "/.terraform/modules/" in f"/{p}"]

    def file(self, path: str) -> SourceFile | None:
        """The file, or None."""
        return self._files.get(path)
