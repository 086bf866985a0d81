"""``hegui collect``: read a firm's registers and documents, and say what in them cannot be used."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from compliance.errors import UsageError


def run(path: str, options: dict[str, Any]) -> int:
    """Print the problems; 0 when there is no error, 3 when evidence cannot be used.  Raises HeguiError."""
    from compliance.catalog.cache import load_catalog
    from compliance.collect.documents import collect_documents
    from compliance.collect.registers import read_registers
    from compliance.collect.registers.listing import lines
    from compliance.run.config import load_config

    root = Path(path)
    config = load_config(root)
    folder = root / config.registers
    if not folder.is_dir():
        raise UsageError(f"'{folder}' does not exist", why="it is where registers are kept", fix="run hegui init, or set registers.folder in hegui.yaml")
    as_of = _day(options["as_of"])
    language = options["language"] or config.language
    tables = load_catalog().tables
    reading = read_registers(folder, tables, as_of, period=config.period or None, exported=config.exported, prefix=config.registers)
    documents = collect_documents(root, reading.rows, f"{as_of.isoformat()} 23:59:59")
    problems = (*reading.problems, *documents.problems)
    for line in lines(problems, language, "info" if options["all"] else "warning"):
        click.echo(line)
    errors = sum(p.severity == "error" for p in problems)
    if options["mark"]:
        _mark(root, folder, reading, Path(options["mark"]), language)
    counts = (len(reading.delivered), len(reading.rows), errors, sum(p.severity == "warning" for p in problems))
    text = "读到登记表 {} 张、{} 行；错误 {} 处，提醒 {} 处" if language == "zh" else "{} registers with {} rows; {} errors, {} warnings"
    click.echo(f"hegui: {text.format(*counts)}", err=True)
    return 3 if errors or not reading.delivered else 0


def _mark(root: Path, folder: Path, reading: Any, out: Path, language: str) -> None:
    """Marked copies into *out*, which must not be where registers are read from."""
    from compliance.collect.registers.marked import write_marked_copies

    if out.resolve().is_relative_to(folder.resolve()):
        raise UsageError(f"'{out}' is inside the registers folder", why="copies there would be read as registers", fix="choose another folder")
    out.mkdir(parents=True, exist_ok=True)
    for written in write_marked_copies(root, reading, out, language):
        click.echo(f"hegui: {written}", err=True)


def _day(stated: str | None) -> date:
    """The day of the collection: stated, else today in Asia/Shanghai."""
    text = stated or os.environ.get("HEGUI_AS_OF") or (datetime.now(UTC) + timedelta(hours=8)).date().isoformat()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"'{text}' is not a date", fix="write YYYY-MM-DD") from error
