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

_KNOWN = {"profile", "language", "fail_on", "exclude", "facts", "parameters", "filings", "baseline", "exceptions", "inline_ignores", "organisation", "as_of", "period", "registers", "repositories", "sources"}


@dataclass(frozen=True)
class Config:
    """Typed settings; every field has its default.

    filings:       rows of cross_border_filing
    organisation:  name, unified social credit code, signatories, as the firm writes them
    period:        the assessed period, ``2026Q3``, ``2026H1``, ``2026`` or ``2026-07-01..2026-09-30``
    registers:     folder of the registers, relative to the settings
    exported:      ``registers.as_of``: the day the registers were exported, for all or by table
    repositories:  infrastructure repositories, relative to the settings
    logs:          folders of exported logs (CSV), read like registers
    inline_ignores: False when the organisation switches ``hegui:ignore`` off
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
    organisation: Mapping[str, Any] = field(default_factory=dict)
    period: str = ""
    registers: str = "registers"
    exported: date | Mapping[str, date] | None = None
    repositories: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()
    source: str = ""


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
    for key in ("profile", "baseline", "exceptions", "period"):
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
    if document.get("registers") is not None:
        given = document["registers"]
        if isinstance(given, Mapping) and set(given) - {"folder", "as_of"}:
            raise ConfigError("registers has settings that are not known", where=where("registers"), fix="folder, as_of")
        values["registers"] = str(given.get("folder", "registers") if isinstance(given, Mapping) else given)
        if isinstance(given, Mapping) and given.get("as_of") is not None:
            stated = given["as_of"]
            values["exported"] = {str(k): _day(v, where("registers")) for k, v in stated.items()} if isinstance(stated, Mapping) else _day(stated, where("registers"))
    if document.get("sources") is not None:
        sources = document["sources"]
        if not isinstance(sources, Mapping) or set(sources) - {"repositories", "logs"} or not all(isinstance(v, list) for v in sources.values()):
            raise ConfigError("sources is not kind -> list of paths", where=where("sources"), fix="repositories: [infrastructure], logs: [logs]")
        values["repositories"] = tuple(str(v) for v in sources.get("repositories", []))
        values["logs"] = tuple(str(v) for v in sources.get("logs", []))
    if document.get("repositories") is not None:
        if not isinstance(document["repositories"], list):
            raise ConfigError("repositories is not a list", where=where("repositories"), fix="one folder per line")
        values["repositories"] = tuple(str(v) for v in document["repositories"])
    if document.get("organisation") is not None:
        given = document["organisation"]
        values["organisation"] = dict(given) if isinstance(given, Mapping) else {"name": str(given)}
    if document.get("facts") is not None:
        values["facts"] = {k: _fact(v) for k, v in document["facts"].items()}
    if document.get("parameters") is not None:
        values["parameters"] = document["parameters"]
    if document.get("inline_ignores") is not None:
        values["inline_ignores"] = str(document["inline_ignores"]).lower() == "true"
    if document.get("filings") is not None:
        values["filings"] = tuple(_filing(f, label, where("filings")) for f in document["filings"])
    return Config(**values)


def _day(value: Any, where: str) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise ConfigError(f"'{value}' is not a date", where=where, fix="write YYYY-MM-DD") from error


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
