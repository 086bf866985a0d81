"""Evaluate the controls of a profile over a snapshot at one instant."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from compliance.errors import ConfigError
from compliance.evaluate import scores
from compliance.evaluate.engine import Engine, bind
from compliance.model.assessment import Assessment, CheckResult, ControlResult, Finding, Snapshot
from compliance.model.catalog import WEIGHTS, Catalog, Check, Clause, Control, Profile, Text, View
from compliance.model.cell import Reason
from compliance.model.location import Location
from compliance.model.row import Row


@dataclass(frozen=True, slots=True)
class Request:
    """What to evaluate.

    as_of:      ISO date or datetime in Asia/Shanghai
    facts:      declared facts of the firm; an undeclared fact counts as applicable
    parameters: control -> parameter -> value, already held against legal floors
    period:     first and last day of the assessed period (ISO); without one, the year that ends at ``as_of``
    """

    profile: Profile
    as_of: str
    facts: Mapping[str, Any]
    parameters: Mapping[str, Mapping[str, Any]]
    period: tuple[str, str] | None = None

    def instants(self) -> dict[str, date]:
        """The built-in parameters: ``as_of`` (day), ``as_of_at`` (moment), ``period_start``, ``period_end``."""
        moment = datetime.fromisoformat(self.as_of) if len(self.as_of) > 10 else datetime.fromisoformat(f"{self.as_of}T23:59:59")
        if self.period is not None:
            start, end = (date.fromisoformat(d) for d in self.period)
        else:
            end = moment.date()
            start = end - timedelta(days=364)
        return {"as_of": moment.date(), "as_of_at": moment, "period_start": start, "period_end": end}


def evaluate(catalog: Catalog, request: Request, snapshot: Snapshot) -> Assessment:
    """Outcomes of every control of the profile, in order of id; findings in order of control, check and key."""
    return _Run(catalog, request, snapshot).assess()


@dataclass(frozen=True, slots=True)
class BoundCheck:
    """A check as it is put to the engine: the literal SQL, nothing left to fill in; and what it was bound from."""

    control: str
    check: str
    sql: str
    count_sql: str
    unbound: str
    parameters: Mapping[str, Any]


def opened(catalog: Catalog, request: Request, snapshot: Snapshot) -> tuple[Engine, list[BoundCheck]]:
    """The loaded, locked engine of an evaluation and its questions; for tests and for whoever re-performs one check."""
    run = _Run(catalog, request, snapshot)
    return run._engine([k for _, k in run.chosen()]), bound_checks(catalog, request)


def bound_checks(catalog: Catalog, request: Request) -> list[BoundCheck]:
    """The questions of a profile with every parameter filled in, in order of evaluation."""
    run = _Run(catalog, request, Snapshot((), frozenset(), ()))
    values = {c.id: run._parameters(c) for c, _ in run.chosen()}
    return [BoundCheck(c.id, k.id, bind(k.sql, values[c.id]), bind(k.count_sql, values[c.id]), k.sql, values[c.id]) for c, k in run.chosen()]


class _Run:
    def __init__(self, catalog: Catalog, request: Request, snapshot: Snapshot) -> None:
        self.catalog, self.request, self.snapshot = catalog, request, snapshot
        self.entries = {e.control: e for e in request.profile.entries}
        self.repository = request.profile.scope == "repository"
        self.by_table: dict[str, list[tuple[int, Row]]] = defaultdict(list)
        for index, row in enumerate(snapshot.rows):
            self.by_table[row.table].append((index, row))
        self.instants = request.instants()
        self.broken: dict[str, list[Reason]] = defaultdict(list)
        for note in snapshot.notes:
            for table in note.tables:
                self.broken[table].append(Reason("unparsed_file", f"{note.path}:{note.line}" if note.line else note.path))

    def assess(self) -> Assessment:
        findings: list[Finding] = []
        done: dict[str, ControlResult] = {}
        chosen = [c for c in self.catalog.order if c in self.entries]
        engine = self._engine([k for c in chosen for k in self._checks(self.catalog.controls[c])])
        try:
            for control_id in chosen:
                control = self.catalog.controls[control_id]
                set_aside = self._set_aside(control)
                if set_aside is not None:
                    done[control_id] = ControlResult(control_id, "not_applicable", (set_aside,), Fraction(1), None, ())
                    continue
                results = []
                for check in self._checks(control):
                    result, found = self._check(engine, control, check)
                    results.append(result)
                    findings += found
                done[control_id] = scores.control_result(control, results, done, self.repository)
        finally:
            engine.close()
        ordered = tuple(done[c] for c in sorted(done))
        findings.sort(key=lambda f: (f.control, f.check, f.location.path, f.key, f.verdict))
        return Assessment(
            self.request.as_of, self.request.profile.id, self.catalog.digest, ordered, tuple(findings),
            scores.total(ordered, self.catalog.controls, ordered),
            root_causes(done, self.catalog.controls), repair_order(ordered, self.catalog.controls),
            tuple(sorted(self.request.facts.items())),
        )  # fmt: skip

    def chosen(self) -> list[tuple[Control, Check]]:
        """Controls and checks of the profile, prerequisites first."""
        return [(self.catalog.controls[c], k) for c in self.catalog.order if c in self.entries for k in self._checks(self.catalog.controls[c])]

    def _checks(self, control: Control) -> Sequence[Check]:
        wanted = self.entries[control.id].checks
        return [c for c in control.checks if not wanted or c.id in wanted]

    def _set_aside(self, control: Control) -> Reason | None:
        """Why the control does not apply: declared facts, or an approved and unexpired exclusion by two people."""
        if not self._applies(control):
            return Reason("declared_not_applicable", control.applies_when)
        if control.excludable:
            for _, row in self.by_table.get("soa_exclusion", []):
                v = row.values
                names = (v.get("proposed_by"), v.get("approved_by"))
                dates = (v.get("approved_on"), v.get("expires_on"))
                if v.get("control_id") != control.id or None in names or None in dates or names[0] == names[1]:
                    continue
                if str(dates[0]) <= self.request.as_of[:10] <= str(dates[1]):
                    return Reason("excluded", str(dates[1]))
        return None

    def _applies(self, control: Control) -> bool:
        """``fact`` or ``not fact``, joined by ``or``; an undeclared fact counts as applicable."""
        if not control.applies_when:
            return True
        for term in control.applies_when.split(" or "):
            words = term.split()
            value = self.request.facts.get(words[-1])
            if value is None or bool(value) != (words[0] == "not"):
                return True
        return False

    def _engine(self, checks: Sequence[Check]) -> Engine:
        engine = Engine()
        needed = {t for c in checks for t in (*c.tables, *c.optional, *c.population) if self._asks(c)}
        named = {w for c in checks if self._asks(c) for w in re.findall(r"\w+", c.sql + c.count_sql)}
        views = _closure(self.catalog.views, named)
        for view in views:
            needed |= {*view.tables, *view.optional}
        for name in sorted(needed):
            engine.load(self.catalog.tables[name], self.by_table.get(name, []))
        engine.define(views, self.instants)
        engine.lock()
        return engine

    def _asks(self, check: Check) -> bool:
        """False when nothing can be in the population: a repository without any such row."""
        return not self.repository or not check.every or any(self.by_table.get(t) for t in check.population)

    def _absent(self, tables: Iterable[str]) -> list[Reason]:
        reasons = []
        for table in tables:
            if table not in self.snapshot.delivered:
                reasons.append(Reason("table_missing", table))
            elif table in self.snapshot.stale:
                reasons.append(Reason("table_stale", table))
        return reasons

    def _nil_return(self, check: Check) -> bool:
        """A signed nil return covers the period for the set asked about, or for a table or view it is drawn from.

        Configuration that does not exist (no message queue at all) may be declared so for every check.
        """
        config = bool(check.population) and all(self.catalog.tables[t].kind == "config" for t in check.population)
        if check.on_empty != "nil_return" and not config:
            return False
        start, end = (self.instants[k].isoformat() for k in ("period_start", "period_end"))
        # A population of its own may be drawn from a view: "no leavers" is declared for the view, not for the staff register.
        names = {check.every, *check.population, *(v.name for v in self.catalog.views if re.search(rf"\b{v.name}\b", check.count_sql))}
        for _, row in self.by_table.get("nil_return", []):
            v = row.values
            if v.get("table_name") not in names or None in (v.get("declared_by"), v.get("declared_at"), v.get("period_start"), v.get("period_end")):
                continue
            if str(v["period_start"]) <= start and str(v["period_end"]) >= end:
                return True
        return False

    def _check(self, engine: Engine, control: Control, check: Check) -> tuple[CheckResult, list[Finding]]:
        missing = self._absent(check.tables)
        broken = list(dict.fromkeys(r for t in (*check.tables, *check.optional) for r in self.broken.get(t, [])[:3]))
        if missing or not self._asks(check):
            # Rows of a table that was not delivered are not known to be absent: no verdict, and no finding.
            return scores.check_result(check.id, 0, 0, 0, [*missing, *broken]), []
        missing = broken + self._absent(t for t in check.optional if t not in self.request.profile.without)
        what = f"{control.id}.{check.id}"
        parameters = self._parameters(control)
        [(n,)] = engine.query(bind(check.count_sql, parameters), what)
        found: list[Finding] = []
        violating, unsure = set(), set()
        for number, key, fill, member, member_unknown, *verdicts in engine.query(bind(check.sql, parameters), what) if n else []:
            row = None if number is None else self.snapshot.rows[number]
            failed = next((i for i, v in enumerate(verdicts) if v is False), None)
            texts = dict(zip(check.fields, fill, strict=True)) if fill else {}
            if failed is not None and not member_unknown:
                violating.add(member)
                found.append(self._finding(control, check, row, key, texts, "violation", (), check.clauses[failed]))
                continue
            unsure.add(member)
            blamed = check.where if member_unknown else check.clauses[next(i for i, v in enumerate(verdicts) if v is None)]
            found.append(self._finding(control, check, row, key, texts, "undetermined", _reasons(row, blamed), blamed))
        nil = n == 0 and not missing and self._nil_return(check)
        unsure -= violating
        return scores.check_result(check.id, n, len(violating), len(unsure), missing, nil), _unique(found)

    def _parameters(self, control: Control) -> dict[str, Any]:
        overrides = {**self.entries[control.id].parameters, **self.request.parameters.get(control.id, {})}
        return {**parameter_values(control, overrides), **self.instants}

    def _finding(
        self, control: Control, check: Check, row: Row | None, identity: str | None, texts: Mapping[str, str | None],
        verdict: Any, reasons: tuple[Reason, ...], clause: Clause,
    ) -> Finding:  # fmt: skip
        table = row.table if row is not None else next(iter((*check.population, *check.tables)), "")
        key = identity if identity is not None else "|".join(str(row.values.get(k)) for k in self.catalog.tables[table].key) if row else ""
        at = row.at if row is not None else Location(self.snapshot.origins.get(table, table), 0, 0)
        if row is not None:
            blamed = [c for c in clause.columns if c in row.places]
            if verdict == "undetermined":
                blamed = [c for c in blamed if row.values.get(c) is None] or blamed
            if blamed:
                at = row.places[blamed[0]]
        shown: Mapping[str, Any] = texts or (row.values if row is not None else {})
        message = Text(*(_fill(t, shown) for t in check.message))
        return Finding(control.id, check.id, control.severity, table, key, verdict, reasons, clause.sql, at, message)


def parameter_values(control: Control, overrides: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The parameters of a control as engine values: dates as dates."""
    values = {p.name: (overrides or {}).get(p.name, p.default) for p in control.parameters}
    return {p.name: date.fromisoformat(values[p.name]) if p.type == "date" else values[p.name] for p in control.parameters}


def _reasons(row: Row | None, blamed: Clause) -> tuple[Reason, ...]:
    """Why a condition has no answer: the columns of the row that are unknown, with what is known about why."""
    if row is None:
        return (Reason("not_collected", ", ".join(blamed.columns)),) if blamed.columns else ()
    columns = [c for c in blamed.columns if row.values.get(c) is None and c not in row.lacks]
    reasons = dict.fromkeys(row.nulls.get(c, Reason("not_collected", c)) for c in columns)
    return tuple(reasons) or (Reason("not_collected", ", ".join(blamed.columns)),)


def _closure(views: Sequence[View], named: set[str]) -> list[View]:
    """The views among *named*, and those they read, in order of dependence."""
    wanted = set(named)
    for view in reversed(views):
        if view.name in wanted:
            wanted |= set(re.findall(r"\w+", view.sql))
    return [v for v in views if v.name in wanted]


def _unique(found: list[Finding]) -> list[Finding]:
    seen: dict[tuple[str, str], Finding] = {}
    for finding in found:
        seen.setdefault((finding.table, finding.key), finding)
    return list(seen.values())


def _fill(template: str, values: Mapping[str, Any]) -> str:
    return re.sub(r"\{(\w+)\}", lambda m: _show(values.get(m[1])), template)


def _show(value: Any) -> str:
    if value is None:
        return "?"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def root_causes(done: Mapping[str, ControlResult], controls: Mapping[str, Control]) -> tuple[str, ...]:
    """Failed controls that stand on no failed control."""
    failed = {c for c, r in done.items() if r.outcome in ("not_satisfied", "partially_satisfied")}

    def stands_on_failed(control: str, seen: frozenset[str]) -> bool:
        return any(r in failed or (r not in seen and stands_on_failed(r, seen | {r})) for r in controls[control].requires if r in controls)

    return tuple(sorted(c for c in failed if not stands_on_failed(c, frozenset({c}))))


def repair_order(results: Sequence[ControlResult], controls: Mapping[str, Control]) -> tuple[tuple[str, Fraction], ...]:
    """Controls with violations by the points their repair adds to the headline score, most first."""
    whole = sum(WEIGHTS[controls[r.id].severity] for r in results if r.outcome != "not_applicable")
    gains = [
        (r.id, Fraction(100 * WEIGHTS[controls[r.id].severity]) * sum((1 - c.score for c in r.checks if c.v), Fraction(0)) / len(r.checks) / whole)
        for r in results
        if any(c.v for c in r.checks)
    ]
    return tuple(sorted(gains, key=lambda g: (-g[1], g[0])))


def require_profile(catalog: Catalog, name: str) -> Profile:
    """The profile of that name.  Raises ConfigError."""
    if name not in catalog.profiles:
        raise ConfigError(f"unknown profile '{name}'", fix=f"one of: {', '.join(catalog.profiles)}")
    return catalog.profiles[name]
