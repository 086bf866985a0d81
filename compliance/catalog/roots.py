"""Where the declarations stand, and the digest over all of them; nothing is parsed here, so that a cached run stays fast."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Roots:
    """The two data folders: ``controls/`` and ``evidence/``."""

    controls: Path
    evidence: Path

    def files(self) -> Iterator[tuple[str, Path]]:
        """(kind, path) of every declaration, in a stable order; cases are not declarations."""
        for kind, folder, pattern in (
            ("table", self.evidence / "tables", "*.yaml"),
            ("view", self.evidence / "views", "*.sql"),
            ("source", self.controls / "sources", "*.yaml"),
            ("controls", self.controls / "confidentiality", "*.yaml"),
            ("controls", self.controls / "pipl", "*.yaml"),
            ("profile", self.controls / "profiles", "*.yaml"),
            ("remediation", self.controls / "remediation", "*.yaml"),
        ):
            for path in sorted(folder.glob(pattern)):
                yield kind, path

    def label(self, path: Path) -> str:
        """How errors name a file: ``controls/...`` or ``evidence/...``."""
        base = self.controls if path.is_relative_to(self.controls) else self.evidence
        return f"{base.name}/{path.relative_to(base).as_posix()}"

    def digest(self) -> str:
        """SHA-256 over names and bytes of every declaration: the key of the compiled cache."""
        total = hashlib.sha256()
        for _, path in self.files():
            data = path.read_bytes()
            total.update(f"{self.label(path)}\0{len(data)}\0".encode())
            total.update(data)
        return total.hexdigest()


def default_roots() -> Roots:
    """The data shipped with the program: beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "_data"
    base = inside if inside.is_dir() else package.parent
    return Roots(base / "controls", base / "evidence")
