"""``hegui doctor``: what this installation has, and what would keep it from working."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from importlib import metadata
from pathlib import Path

from compliance import __version__
from compliance.catalog.cache import cache_folder, load_catalog
from compliance.errors import HeguiError

NEEDED = ("duckdb", "sqlglot", "pyyaml", "jsonschema", "pydantic", "networkx", "tabulate", "click", "jinja2", "tree-sitter", "tree-sitter-hcl", "python-calamine", "xlsxwriter", "cryptography")


def run() -> tuple[str, bool]:
    """The findings as text, and whether everything needed works."""
    lines, good = [f"hegui {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"], True
    for name in NEEDED:
        try:
            lines.append(f"ok       {name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            lines.append(f"MISSING  {name}: pip install hegui again")
            good = False
    try:
        catalog = load_catalog()
        lines.append(f"ok       catalog {catalog.digest[:16]}: {len(catalog.controls)} controls, {len(catalog.tables)} tables, {len(catalog.sources)} sources")
    except HeguiError as error:
        lines.append(f"BROKEN   catalog: {error.render().splitlines()[0]}")
        good = False
    folder = cache_folder()
    if folder is None:
        lines.append("note     the cache is switched off (HEGUI_CACHE_DIR is empty)")
    else:
        lines.append(f"{'ok      ' if _writable(folder) else 'note    '} cache {folder}" + ("" if _writable(folder) else " cannot be written: every run starts from nothing"))
    for command, why in (("git", "baselines and --changed-only"), ("openssl", "SM2 signatures and timestamps"), ("ssh-keygen", "checking bundles with stock tools")):
        lines.append(f"ok       {command}" if shutil.which(command) else f"note     {command} is absent: needed for {why} only")
    if sys.stdout.encoding and sys.stdout.encoding.lower().replace("-", "") != "utf8":
        lines.append(f"note     the terminal writes {sys.stdout.encoding}: Chinese may show wrongly; set PYTHONUTF8=1")
    return "\n".join(lines), good


def _writable(folder: Path) -> bool:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            return os.access(folder, os.W_OK)
    except OSError:
        return False
