"""Cases over evidence tables: for controls that ask about registers and logs.

A case file is ``controls/cases/<CONTROL>/<name>.yaml``::

    control: GOV-01
    uses: [people]                     # rows of controls/cases/shared/people.yaml
    tables:                            # rows of every case in this file; a column left out is null
      confidential_scope:
        - {category: patent, reviewed_on: 2026-03-01}
    checks: [scope-defined]            # optional: only these checks of the control
    cases:
      - name: clean
        outcome: satisfied
      - name: reviewed-too-long-ago
        outcome: not_satisfied
        set: {confidential_scope: {patent: {reviewed_on: 2025-06-29}}}   # table -> key -> columns
        remove: {confidential_scope: [tax]}                              # table -> keys, or [all]
        add: {confidential_scope: [{category: bank}]}
        findings: ["scope-defined patent"]          # check, key; '?' after the check = undetermined
      - name: never-delivered
        outcome: undetermined
        missing: [confidential_scope]               # or stale: [...]

A file may also set ``as_of``, ``period``, ``facts``, ``parameters``, and each case may.  Every table the
control reads counts as delivered unless ``missing`` names it.  With ``mutate``, every comparison and every
threshold of every check is changed in turn, and some case must notice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from compliance.catalog.roots import default_roots
from compliance.catalog.yaml_source import read
from compliance.errors import CatalogError, EvaluationError, HeguiError
from compliance.evaluate.engine import Engine, bind
from compliance.evaluate.evaluate import Request, evaluate, opened
from compliance.model.assessment import Assessment, Snapshot
from compliance.model.catalog import Catalog, Control, Profile, ProfileEntry, Table, Text
from compliance.model.cell import Reason
from compliance.model.location import Location
from compliance.model.row import Row, Scalar
from compliance.run.mutants import mutants, thresholds

AS_OF = "2026-06-30"
PERIOD = ("2026-04-01", "2026-06-30")
KEYS = frozenset({"name", "outcome", "set", "remove", "add", "findings", "missing", "stale", "as_of", "period", "facts", "parameters", "checks", "why"})

Tables = dict[str, list[dict[str, Any]]]
Alive = dict[tuple[str, str], bool]
"""(check, mutant) -> no case has noticed it yet."""


@dataclass
class FirmResult:
    """What the cases of one file showed."""

    count: int = 0
    problems: list[str] = field(default_factory=list)
    outcomes: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    violated: set[str] = field(default_factory=set)


def run(catalog: Catalog, control: str, document: Any, label: str, alive: Alive | None) -> FirmResult:
    """Run every case of one file.  Raises CatalogError for a file that is not understood.

    alive: the mutants of the control and whether each still lives, carried from file to file; None = no mutation
    """
    result = FirmResult()
    base = _base(document, label)
    for case in document["cases"]:
        where = f"{label}:{case.line} {case.get('name')}"
        if set(case) - KEYS:
            raise CatalogError([HeguiError(f"unknown key '{sorted(set(case) - KEYS)[0]}'", where=where, fix=f"known: {', '.join(sorted(KEYS))}")])
        settings = {**{k: document[k] for k in ("as_of", "period", "facts", "parameters", "checks") if k in document}, **case}
        prepared, request = _request(catalog, control, settings)
        snapshot = _snapshot(prepared, control, _changed(prepared, base, case, where), settings, where)
        assessment = evaluate(prepared, request, snapshot)
        result.count += 1
        result.outcomes.add(str(case["outcome"]))
        if any("?" in str(f).split(" ")[0] for f in case.get("findings") or []):
            result.outcomes.add("undetermined")
        result.asked |= {k.id for k in assessment.controls[0].checks}
        result.violated |= {f.check for f in assessment.findings if f.verdict == "violation"}
        result.problems += [f"{where}: {p}" for p in _compare(assessment, case)]
        if alive is not None:
            _kill(prepared, request, snapshot, alive)
    result.problems += [f"{label}: {check}: no case violates it" for check in sorted(result.asked - result.violated)]
    return result


def _base(document: Any, label: str) -> Tables:
    tables: Tables = {}
    folder = default_roots().controls / "cases" / "shared"
    for name in document.get("uses") or []:
        path: Path = folder / f"{name}.yaml"
        if not path.is_file():
            raise CatalogError([HeguiError(f"no shared rows '{name}'", where=f"{label}:1", fix=f"one of: {', '.join(sorted(p.stem for p in folder.glob('*.yaml')))}")])
        for table, rows in read(path, f"controls/cases/shared/{name}.yaml")["tables"].items():
            tables.setdefault(table, []).extend(dict(r) for r in rows)
    for table, rows in (document.get("tables") or {}).items():
        tables.setdefault(table, []).extend(dict(r) for r in rows or [])
    return tables


def _changed(catalog: Catalog, base: Tables, case: Any, where: str) -> Tables:
    tables = {t: [dict(r) for r in rows] for t, rows in base.items()}

    def fault(what: str, fix: str) -> CatalogError:
        return CatalogError([HeguiError(what, where=where, fix=fix)])

    def table_of(name: str) -> Table:
        if name not in catalog.tables:
            raise fault(f"unknown table '{name}'", "name a declared evidence table")
        return catalog.tables[name]

    for name, rows in (case.get("set") or {}).items():
        keys = table_of(name).key
        for key, columns in rows.items():
            hits = [r for r in tables.get(name, []) if _key(r, keys) == str(key)]
            if not hits:
                raise fault(f"no row '{key}' in {name}", "name a row of this file or of its shared rows by its key, parts joined by |")
            for row in hits:
                row.update(columns)
    for name, wanted in (case.get("remove") or {}).items():
        keys = table_of(name).key
        gone = {str(k) for k in wanted}
        if gone - {"all"} - {_key(r, keys) for r in tables.get(name, [])}:
            raise fault(f"no row '{sorted(gone)[0]}' in {name}", "name a row by its key")
        tables[name] = [] if "all" in gone else [r for r in tables.get(name, []) if _key(r, keys) not in gone]
    for name, rows in (case.get("add") or {}).items():
        table_of(name)
        tables.setdefault(name, []).extend(dict(r) for r in rows)
    return tables


def _key(row: Mapping[str, Any], keys: Iterable[str]) -> str:
    return "|".join(str(row.get(k)) for k in keys)


def _request(catalog: Catalog, control: str, settings: Mapping[str, Any]) -> tuple[Catalog, Request]:
    from compliance.catalog.compile import bound_values

    declared = catalog.controls[control]
    values = bound_values(control, list(declared.parameters), settings.get("parameters") or {}, "case", catalog.sources)
    chosen = tuple(str(c) for c in settings.get("checks") or firm_checks(declared, catalog))
    profile = Profile("case", Text("用例", "case"), "firm", (ProfileEntry(control, chosen, values),), Text("-", "-"))
    facts = {k: {"true": True, "false": False}.get(str(v), v) for k, v in (settings.get("facts") or {}).items()}
    period = tuple(str(p) for p in settings.get("period") or PERIOD)
    return catalog, Request(profile, str(settings.get("as_of", AS_OF)), facts, {}, (period[0], period[1]))


def firm_checks(control: Control, catalog: Catalog) -> list[str]:
    """The checks that only a firm's registers can answer: those no repository profile takes."""
    taken = {(e.control, k) for p in catalog.profiles.values() if p.scope == "repository" for e in p.entries for k in e.checks or [c.id for c in catalog.controls[e.control].checks]}
    return [c.id for c in control.checks if (control.id, c.id) not in taken] or [c.id for c in control.checks]


def _snapshot(catalog: Catalog, control: str, tables: Tables, settings: Mapping[str, Any], where: str) -> Snapshot:
    missing = {str(t) for t in settings.get("missing") or []}
    rows: list[Row] = []
    for name in sorted(tables):
        if name in missing:
            continue
        if name not in catalog.tables:
            raise CatalogError([HeguiError(f"unknown table '{name}'", where=where, fix="name a declared evidence table")])
        types = {c.name: c.type for c in catalog.tables[name].columns}
        for index, given in enumerate(tables[name], 1):
            if set(given) - set(types):
                raise CatalogError([HeguiError(f"table {name} has no column '{sorted(set(given) - set(types))[0]}'", where=where, fix=f"known: {', '.join(types)}")])
            values: dict[str, Scalar] = {c: _typed(types[c], given.get(c), f"{where} {name}.{c}") for c in types}
            nulls = {c: Reason("not_stated", c) for c, v in values.items() if v is None}
            rows.append(Row(name, values, Location(f"{name}.xlsx", index, index), {}, nulls))
    read_tables = {t for c in catalog.controls[control].checks for t in (*c.tables, *c.optional)} | set(tables)
    stale = frozenset(str(t) for t in settings.get("stale") or [])
    return Snapshot(tuple(rows), frozenset(read_tables - missing), (), stale, {t: f"{t}.xlsx" for t in read_tables})


def _typed(declared: str, value: Any, where: str) -> Scalar:
    if value is None or str(value) == "null":
        return None
    text = str(value)
    if declared == "bool":
        if text not in ("true", "false"):
            raise CatalogError([HeguiError(f"'{text}' is not true or false", where=where)])
        return text == "true"
    if declared == "int":
        return int(text)
    if declared.startswith("enum(") and text not in declared[5:-1].split("|"):
        raise CatalogError([HeguiError(f"'{text}' is not one of {declared}", where=where)])
    return text


def _compare(assessment: Assessment, case: Mapping[str, Any]) -> list[str]:
    problems = []
    outcome = assessment.controls[0].outcome
    if outcome != case["outcome"]:
        shown = "; ".join(f"{k.id} {k.outcome} n={k.n} {','.join(map(str, k.reasons))}" for k in assessment.controls[0].checks)
        problems.append(f"outcome is {outcome}, expected {case['outcome']} ({shown})")
    expected = sorted(str(f) for f in case.get("findings") or [])
    actual = sorted(f"{f.check}{'?' if f.verdict == 'undetermined' else ''} {f.key}" for f in assessment.findings)
    problems += [f"expected finding is missing: {f}" for f in expected if f not in actual]
    problems += [f"unexpected finding: {f}" for f in actual if f not in expected]
    return problems


def _kill(catalog: Catalog, request: Request, snapshot: Snapshot, alive: Alive) -> None:
    """Put every mutant that no case has noticed yet to the engine of one case; a mutant whose answer differs is noticed."""
    engine, questions = opened(catalog, request, snapshot)
    declared = catalog.controls[request.profile.entries[0].control]
    delivered = {c.id: all(t in snapshot.delivered and t not in snapshot.stale for t in c.tables) for c in declared.checks}
    try:
        for question in questions:
            if not delivered[question.check]:
                continue  # the verdict rests on missing evidence, whatever the condition says
            answer = None
            for mutant in mutants(question.unbound, thresholds(question.parameters)):
                key = (question.check, mutant.name)
                if not alive.setdefault(key, True):
                    continue
                answer = answer if answer is not None else _answer(engine, question.sql)
                alive[key] = _answer(engine, bind(mutant.sql, question.parameters)) == answer
    finally:
        engine.close()


def _answer(engine: Engine, sql: str) -> list[tuple[Any, ...]] | str:
    try:
        return sorted(((r[3], r[4], *r[5:]) for r in engine.query(sql, "mutant")), key=str)
    except EvaluationError:
        return "refused"
