"""Read every declaration of a catalog root, collecting all problems before giving up."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from compliance.catalog import yaml_source
from compliance.catalog.declarations import ControlDecl, ControlFile, ProfileFile, RemediationFile, SourceDecl, SourceFile, TableDecl
from compliance.catalog.roots import Roots
from compliance.errors import CatalogError, HeguiError
from compliance.model.catalog import Text


@dataclass(frozen=True)
class ViewFile:
    """A view as written: header comments ``-- title: zh | en``, ``-- optional: table, table`` and
    ``-- key: column, column`` (for members that are no rows), then SQL."""

    name: str
    zh: str
    en: str
    optional: tuple[str, ...]
    key: tuple[str, ...]
    sql: str
    label: str


@dataclass
class Declarations:
    """Everything as declared, with the place of each part for error messages."""

    tables: dict[str, TableDecl] = field(default_factory=dict)
    views: dict[str, ViewFile] = field(default_factory=dict)
    sources: dict[str, SourceDecl] = field(default_factory=dict)
    lists: dict[str, SourceFile] = field(default_factory=dict)
    source_lists: dict[str, str] = field(default_factory=dict)
    controls: dict[str, ControlDecl] = field(default_factory=dict)
    domains: dict[str, str] = field(default_factory=dict)
    domain_titles: dict[str, Text] = field(default_factory=dict)
    profiles: dict[str, ProfileFile] = field(default_factory=dict)
    remediation: dict[str, dict[str, Text]] = field(default_factory=dict)
    places: dict[tuple[str, str], str] = field(default_factory=dict)
    documents: dict[str, tuple[str, Any]] = field(default_factory=dict)

    def place(self, control: str, *path: str | int) -> str:
        """``file:line`` of a part of a control."""
        label, document = self.documents[control]
        index = next(i for i, c in enumerate(document["controls"]) if c.get("id") == control)
        return f"{label}:{yaml_source.line_of(document, ['controls', index, *path])}"


def load(roots: Roots) -> Declarations:
    """All declarations.  Raises CatalogError with every problem found."""
    from compliance.catalog.validate import validate

    found, problems = Declarations(), []
    for kind, path in roots.files():
        label = roots.label(path)
        try:
            if kind == "view":
                view = read_view(path, label)
                found.views[view.name] = view
                continue
            document = yaml_source.read(path, label)
        except CatalogError as error:
            problems += error.problems
            continue
        declared, faults = validate(kind, document, label)
        problems += faults
        if declared is not None:
            problems += _add(found, declared, document, label, path)
    if problems:
        raise CatalogError(problems)
    return found


def _add(found: Declarations, declared: Any, document: Any, label: str, path: Path) -> list[HeguiError]:
    problems: list[HeguiError] = []

    def once(kind: str, name: str, where: str) -> bool:
        first = found.places.setdefault((kind, name), where)
        if first != where:
            problems.append(HeguiError(f"{kind} '{name}' is declared twice", where=where, why=f"first at {first}", fix="keep one"))
        return first == where

    if isinstance(declared, TableDecl):
        if declared.table != path.stem:
            problems.append(HeguiError(f"table '{declared.table}' stands in a file of another name", where=f"{label}:1", fix=f"rename it to {declared.table}.yaml"))
        if once("table", declared.table, f"{label}:1"):
            found.tables[declared.table] = declared
    elif isinstance(declared, SourceFile):
        for name, entry in declared.entries.items():
            if once("source", name, f"{label}:{document['entries'].lines[name]}"):
                found.sources[name] = entry
                found.source_lists[name] = declared.source
        found.lists[declared.source] = declared
    elif isinstance(declared, ProfileFile):
        if once("profile", declared.profile, f"{label}:1"):
            found.profiles[declared.profile] = declared
            found.documents["profile:" + declared.profile] = (label, document)
    elif isinstance(declared, RemediationFile):
        if once("platform", declared.platform, f"{label}:1"):
            for name, step in declared.steps.items():
                found.places[("remediation", f"{declared.platform} {name}")] = f"{label}:{document['steps'].lines[name]}"
                found.remediation.setdefault(name, {})[declared.platform] = Text(step, step) if isinstance(step, str) else Text(step.zh, step.en)
    elif isinstance(declared, ControlFile):
        found.domain_titles.setdefault(declared.domain, Text(declared.title.zh, declared.title.en))
        for index, control in enumerate(declared.controls):
            where = f"{label}:{document['controls'].lines[index]}"
            if once("control", control.id, where):
                found.controls[control.id] = control
                found.domains[control.id] = declared.domain
                found.documents[control.id] = (label, document)
    return problems


_HEADER = re.compile(r"^--\s*(title|optional|key):\s*(.*)$")


def read_view(path: Path, label: str) -> ViewFile:
    """A view file.  Raises CatalogError when its title is missing."""
    zh = en = ""
    optional: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    body = []
    for line in path.read_text(encoding="utf-8").splitlines():
        match = _HEADER.match(line)
        if match and match[1] == "title":
            zh, _, en = (p.strip() for p in match[2].partition("|"))
        elif match:
            names = tuple(p.strip() for p in match[2].split(",") if p.strip())
            optional, key = (names, key) if match[1] == "optional" else (optional, names)
        elif not line.startswith("--"):
            body.append(line)
    if not zh or not en:
        raise CatalogError([HeguiError("the view has no title", where=f"{label}:1", fix="begin with: -- title: 中文 | English")])
    return ViewFile(path.stem, zh, en, optional, key, "\n".join(body).strip().rstrip(";"), label)
