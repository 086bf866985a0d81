"""``hegui templates``: workbooks to fill in, one a theme."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from compliance.errors import UsageError
from compliance.model.catalog import Catalog, Table


def run(out: str, options: dict[str, Any]) -> str:
    """Write the templates; the text for the user.  Raises UsageError rather than replace a workbook."""
    from compliance.catalog.cache import load_catalog

    catalog = load_catalog()
    tables = choose(catalog, options["profile"], options["tier"], options["theme"])
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    written = place(folder, tables, options["period"] or "", options["force"])
    lines = [f"{path.name}: {'、'.join(t.title.zh for t in tables if path.name.startswith(t.theme + '-'))}" for path in written]
    return "\n".join(lines)


def choose(catalog: Catalog, profile: str | None, tier: int | None, themes: Sequence[str] = ()) -> list[Table]:
    """The tables people fill in: those no collector fills, of the profile, tier and themes asked for.

    Raises UsageError when nothing is left or a name is unknown.
    """
    from compliance.collect.repository import collectors

    collected = {t for c in collectors() for t in c.tables} | {"document_text"}
    tables = [t for t in catalog.tables.values() if t.name not in collected]
    if profile is not None:
        wanted = read_by(catalog, profile)
        tables = [t for t in tables if t.name in wanted]
    if tier is not None:
        tables = [t for t in tables if t.tier <= tier]
    known = sorted({t.theme for t in catalog.tables.values()})
    for theme in themes:
        if theme not in known:
            raise UsageError(f"unknown theme '{theme}'", fix=f"one of: {', '.join(known)}")
    tables = [t for t in tables if not themes or t.theme in themes]
    if not tables:
        raise UsageError("no register is left to make a template of", why="the profile asks only for what collectors read themselves", fix="choose another profile, tier or theme")
    return tables


def read_by(catalog: Catalog, profile: str) -> set[str]:
    """Tables that the checks of a profile read.  Raises UsageError for an unknown profile."""
    if profile not in catalog.profiles:
        raise UsageError(f"unknown profile '{profile}'", fix=f"one of: {', '.join(sorted(catalog.profiles))}")
    tables: set[str] = {"nil_return"}
    for entry in catalog.profiles[profile].entries:
        for check in catalog.controls[entry.control].checks:
            if not entry.checks or check.id in entry.checks:
                tables |= {*check.tables, *check.population, *check.optional}
    return tables


def place(folder: Path, tables: Sequence[Table], period: str, force: bool) -> list[Path]:
    """Write into *folder*, each file whole or not at all.  Raises UsageError when one is there already."""
    from compliance.collect.registers.templates import file_name, write_templates

    names = sorted({file_name(t.theme) for t in tables})
    there = [n for n in names if (folder / n).exists()]
    if there and not force:
        raise UsageError(f"{', '.join(there)} already there", where=str(folder), why="a filled-in register would be lost", fix="choose another folder with --out, or --force to replace them")
    with tempfile.TemporaryDirectory(dir=folder, prefix=".templates-") as temporary:
        written = write_templates(Path(temporary), tables, period=period)
        return [_move(path, folder / path.name) for path in written]


def _move(source: Path, target: Path) -> Path:
    os.replace(source, target)
    return target
