"""Commands for people who write catalogs: lint, test, schema, listing."""

from __future__ import annotations

import json
from pathlib import Path

from compliance.errors import UsageError


def lint(controls: str | None, evidence: str | None) -> str:
    """Compile the catalog anew.  Raises CatalogError with every problem."""
    from compliance.catalog.compile import compile_catalog
    from compliance.catalog.roots import Roots, default_roots
    from compliance.evaluate.engine import Engine, bind
    from compliance.evaluate.evaluate import Request, parameter_values
    from compliance.model.catalog import Profile, Text

    shipped = default_roots()
    catalog = compile_catalog(Roots(Path(controls) if controls else shipped.controls, Path(evidence) if evidence else shipped.evidence))
    engine = Engine()
    for table in catalog.tables.values():
        engine.load(table, [])
    instants = Request(Profile("lint", Text("-", "-"), "firm", (), Text("-", "-")), "2026-01-01", {}, {}).instants()
    engine.define(catalog.views, instants)

    for control in catalog.controls.values():
        values = {**parameter_values(control), **instants}
        for check in control.checks:
            engine.query("EXPLAIN " + bind(check.sql, values), f"{control.declared_at} {control.id}.{check.id}")
            engine.query("EXPLAIN " + bind(check.count_sql, values), f"{control.declared_at} {control.id}.{check.id}")
    engine.close()
    checks = sum(len(c.checks) for c in catalog.controls.values())
    return f"ok: {len(catalog.controls)} controls, {checks} checks, {len(catalog.tables)} tables, {len(catalog.views)} views, {len(catalog.sources)} sources, {len(catalog.profiles)} profiles"


def test(control: str | None, mutate: bool) -> tuple[str, bool]:
    """Run cases; the text of the result and whether anything failed."""
    from compliance.run.cases import run_cases

    return run_cases(control, mutate)


def schema(kind: str | None) -> str:
    """A JSON Schema, or the kinds there are.  Raises UsageError."""
    from compliance.catalog.declarations import FILES

    if kind is None:
        return "\n".join(FILES)
    if kind not in FILES:
        raise UsageError(f"unknown kind '{kind}'", fix=f"one of: {', '.join(FILES)}")
    return json.dumps(FILES[kind].model_json_schema(), ensure_ascii=False, indent=2)


def listing() -> str:
    """Controls as a table."""
    from tabulate import tabulate

    from compliance.catalog.cache import load_catalog

    catalog = load_catalog()
    rows = [(c.id, c.severity, c.title.zh, c.title.en, len(c.checks)) for c in catalog.controls.values()]
    return tabulate(rows, headers=("control", "severity", "名称", "title", "checks"))
