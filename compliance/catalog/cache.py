"""The compiled catalog without compiling: shipped in the wheel, or cached by the digest of its sources.

The cache is JSON, written atomically, and never trusted for anything but its digest key.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from pathlib import Path

from compliance import __version__
from compliance.catalog.roots import Roots, default_roots
from compliance.model.catalog import Catalog, from_plain, restricted, to_plain


def cache_folder() -> Path | None:
    """Where caches go: ``HEGUI_CACHE_DIR``, else the user's cache folder; None when switched off (empty value)."""
    chosen = os.environ.get("HEGUI_CACHE_DIR")
    if chosen is not None:
        return Path(chosen) if chosen else None
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(base) if base else Path.home() / ".cache") / "hegui"


def load_catalog(roots: Roots | None = None, profile: str = "") -> Catalog:
    """The compiled catalog of *roots* (default: the shipped one), or with *profile* what that profile needs of it.

    Reading all of it takes longer than checking a small repository.  An unknown profile gives the whole catalog:
    whoever evaluates says so.  Raises CatalogError when it must be compiled and is faulty.
    """
    digest = (roots or default_roots()).digest()
    folder = cache_folder()
    path = folder / f"catalog-{__version__}-{_compiler()}-{digest[:32]}{'-' if profile else ''}{profile}.json" if folder and re.fullmatch(r"[\w-]*", profile) else None
    if path is not None:
        catalog = _read(path, digest)
        if catalog is not None:
            return catalog
    if profile:
        whole = load_catalog(roots)
        if profile not in whole.profiles:
            return whole
        catalog = restricted(whole, profile)
    else:
        inside = Path(__file__).resolve().parent.parent / "_compiled" / "catalog.json"
        shipped = _read(inside, digest) if roots is None else None
        if shipped is not None:
            return shipped
        from compliance.catalog.compile import compile_catalog

        catalog = compile_catalog(roots or default_roots())
    if path is not None:
        write_atomically(path, json.dumps(to_plain(catalog), ensure_ascii=False, separators=(",", ":")).encode())
    return catalog


def _compiler() -> str:
    """What tells two compilers apart: a catalog compiled by another one is not used."""
    package = Path(__file__).resolve().parent.parent
    states = [(p.name, p.stat().st_size, p.stat().st_mtime_ns) for p in sorted([*(package / "catalog").glob("*.py"), package / "model" / "catalog.py"])]
    return hashlib.sha256(repr(states).encode()).hexdigest()[:12]


def _read(path: Path, digest: str) -> Catalog | None:
    try:
        data = json.loads(path.read_bytes())
        return from_plain(data) if data["digest"] == digest else None
    except (OSError, ValueError, KeyError, TypeError):
        return None  # absent or damaged: it is compiled anew


def write_atomically(path: Path, data: bytes) -> bool:
    """Write a cache file; a folder that cannot be written only means no cache (returns False)."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".tmp-")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except OSError:
        return False
    return True
