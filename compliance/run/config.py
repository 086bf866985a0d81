"""Settings of a run: ``hegui.yaml``, then ``[tool.hegui]`` of ``pyproject.toml``; the command line and ``HEGUI_*`` win."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from compliance.errors import CatalogError, ConfigError
from compliance.model.location import Location
from compliance.model.row import Row, make_row

_KNOWN = {
    "profile", "language", "fail_on", "exclude", "facts", "parameters", "filings", "baseline", "exceptions", "inline_ignores", "organisation", "as_of",
    "period", "registers", "sources",
}  # fmt: skip


@dataclass(frozen=True)
class Config:
    """Typed settings; every field has its default.

    filings: rows of cross_border_filing
    inline_ignores: False when the organisation switches ``hegui:ignore`` off
    period: name of the assessed period, ``2026Q3``
    registers: folder of the registers, relative to the settings
    registers_as_of: day of the export of all registers (one date) or of some (table -> date)
    sources: other evidence, kind -> relative paths
    """

    profile: str = "ci"
    language: str = "zh"
    fail_on: str = "low"
    exclude: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    filings: tuple[Row, ...] = ()
    baseline: str = ""
    exceptions: str = ".hegui/exceptions.yaml"
    inline_ignores: bool = True
    source: str = ""
    organisation: str = ""
    period: str = ""
    registers: str = "registers"
    registers_as_of: date | Mapping[str, date] | None = None
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def load_config(root: Path) -> Config:
    """Settings found in *root*.  Raises ConfigError with ``file:line``."""
    path = root / "hegui.yaml"
    if path.is_file():
        from compliance.catalog import yaml_source

        try:
            document = yaml_source.read(path, "hegui.yaml")
        except CatalogError as error:
            raise ConfigError(error.problems[0].what, where=error.problems[0].where, why=error.problems[0].why, fix=error.problems[0].fix) from error
        return _config(document or {}, "hegui.yaml")
    pyproject = root / "pyproject.toml"
    if pyproject.is_file():
        try:
            data = tomllib.loads(pyproject.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError):
            return Config()  # somebody else's file; a broken one is not ours to judge
        table = data.get("tool", {}).get("hegui")
        if isinstance(table, dict):
            return _config(table, "pyproject.toml")
    return Config()


def _config(document: Any, label: str) -> Config:
    if not isinstance(document, Mapping):
        raise ConfigError("the settings are not a mapping", where=f"{label}:1", fix="write key: value lines")
    lines = getattr(document, "lines", {})

    def where(key: str) -> str:
        return f"{label}:{lines.get(key, 1)}"

    for key in document:
        if key not in _KNOWN:
            import difflib

            near = difflib.get_close_matches(key, _KNOWN, 1)
            raise ConfigError(f"unknown setting '{key}'", where=where(key), fix=f"did you mean '{near[0]}'?" if near else f"known: {', '.join(sorted(_KNOWN))}")
    values: dict[str, Any] = {"source": label}
    for key in ("profile", "baseline", "exceptions", "organisation", "period"):
        if document.get(key) is not None:
            values[key] = str(document[key])
    for key, options in (("language", ("zh", "en")), ("fail_on", ("critical", "high", "medium", "low"))):
        if document.get(key) is not None:
            if document[key] not in options:
                raise ConfigError(f"{key} '{document[key]}' is not allowed", where=where(key), fix=f"one of: {', '.join(options)}")
            values[key] = document[key]
    if document.get("exclude") is not None:
        if not isinstance(document["exclude"], list):
            raise ConfigError("exclude is not a list", where=where("exclude"), fix="one glob pattern per line")
        values["exclude"] = tuple(str(v) for v in document["exclude"])
    if document.get("facts") is not None:
        values["facts"] = {k: _fact(v) for k, v in document["facts"].items()}
    if document.get("parameters") is not None:
        values["parameters"] = document["parameters"]
    if document.get("inline_ignores") is not None:
        values["inline_ignores"] = str(document["inline_ignores"]).lower() == "true"
    if document.get("filings") is not None:
        values["filings"] = tuple(_filing(f, label, where("filings")) for f in document["filings"])
    if document.get("registers") is not None:
        values |= _registers(document["registers"], where("registers"))
    if document.get("sources") is not None:
        sources = document["sources"]
        if not isinstance(sources, Mapping) or not all(isinstance(v, list) for v in sources.values()):
            raise ConfigError("sources is not kind -> list of paths", where=where("sources"), fix="e.g. repositories: [infrastructure]")
        values["sources"] = {str(k): tuple(str(p) for p in v) for k, v in sources.items()}
    return Config(**values)


def _registers(item: Any, where: str) -> dict[str, Any]:
    """``folder`` and ``as_of`` of the registers."""
    if not isinstance(item, Mapping) or set(item) - {"folder", "as_of"}:
        raise ConfigError("registers has settings that are not known", where=where, fix="folder, as_of")
    values: dict[str, Any] = {}
    if item.get("folder") is not None:
        values["registers"] = str(item["folder"])
    stated = item.get("as_of")
    if isinstance(stated, Mapping):
        values["registers_as_of"] = {str(k): _day(v, where) for k, v in stated.items()}
    elif stated is not None:
        values["registers_as_of"] = _day(stated, where)
    return values


def _day(value: Any, where: str) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise ConfigError(f"registers.as_of '{value}' is not a date", where=where, fix="write YYYY-MM-DD") from error


def _fact(value: Any) -> Any:
    return {"true": True, "false": False}.get(str(value).lower(), value)


def _filing(item: Any, label: str, where: str) -> Row:
    keys = {"id", "mechanism", "destination", "reference", "filed_on", "valid_until", "approved_by", "document"}
    if not isinstance(item, Mapping) or set(item) - keys or not {"id", "mechanism", "destination", "reference", "filed_on"} <= set(item):
        raise ConfigError(
            "a filing is incomplete",
            where=where,
            why="PIPL art. 38 asks for one of its mechanisms, on record",
            fix="id, mechanism, destination, reference, filed_on (and valid_until, approved_by, document)",
        )
    if item["mechanism"] not in ("security_assessment", "certification", "standard_contract", "exempt"):
        raise ConfigError(f"mechanism '{item['mechanism']}' is not one of article 38", where=where, fix="security_assessment, certification, standard_contract or exempt")
    line = int(getattr(item, "line", 1))
    for key in ("filed_on", "valid_until"):
        try:
            if item.get(key) is not None:
                date.fromisoformat(str(item[key]))
        except ValueError as error:
            raise ConfigError(f"{key} '{item[key]}' is not a date", where=where, fix="write YYYY-MM-DD") from error
    values = {("filing_id" if k == "id" else k): (None if item.get(k) is None else str(item[k])) for k in sorted(keys)}
    return make_row("cross_border_filing", Location(label, line, line), **values)
