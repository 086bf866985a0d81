"""Evaluate the controls of a profile over a snapshot at one instant."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from compliance.errors import ConfigError
from compliance.evaluate import scores
from compliance.evaluate.engine import Engine, bind
from compliance.model.assessment import Assessment, CheckResult, ControlResult, Finding, Snapshot
from compliance.model.catalog import WEIGHTS, Catalog, Check, Clause, Control, Profile, Text
from compliance.model.cell import Reason
from compliance.model.row import Row


@dataclass(frozen=True, slots=True)
class Request:
    """What to evaluate.

    as_of:      ISO date or datetime in Asia/Shanghai
    facts:      declared facts of the firm; an undeclared fact counts as applicable
    parameters: control -> parameter -> value, already held against legal floors
    """

    profile: Profile
    as_of: str
    facts: Mapping[str, Any]
    parameters: Mapping[str, Mapping[str, Any]]


def evaluate(catalog: Catalog, request: Request, snapshot: Snapshot) -> Assessment:
    """Outcomes of every control of the profile, in order of id; findings in order of control, check and key."""
    return _Run(catalog, request, snapshot).assess()


class _Run:
    def __init__(self, catalog: Catalog, request: Request, snapshot: Snapshot) -> None:
        self.catalog, self.request, self.snapshot = catalog, request, snapshot
        self.entries = {e.control: e for e in request.profile.entries}
        self.repository = request.profile.scope == "repository"
        self.by_table: dict[str, list[tuple[int, Row]]] = defaultdict(list)
        for index, row in enumerate(snapshot.rows):
            self.by_table[row.table].append((index, row))
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
                if not self._applies(control):
                    done[control_id] = ControlResult(control_id, "not_applicable", (Reason("declared_not_applicable", control.applies_when),), Fraction(1), None, ())
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

    def _checks(self, control: Control) -> Sequence[Check]:
        wanted = self.entries[control.id].checks
        return [c for c in control.checks if not wanted or c.id in wanted]

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
        needed = {t for c in checks for t in (*c.tables, *c.population) if any(self.by_table.get(p) for p in c.population)}
        for view in self.catalog.views:
            needed |= {*view.tables, *view.optional}
        for name in sorted(needed):
            engine.load(self.catalog.tables[name], self.by_table.get(name, []))
        engine.define(self.catalog.views)
        engine.lock()
        return engine

    def _missing(self, check: Check) -> list[Reason]:
        reasons = []
        for table in check.tables:
            if table not in self.snapshot.delivered:
                reasons.append(Reason("table_missing", table))
            elif table in self.snapshot.stale:
                reasons.append(Reason("table_stale", table))
        for table in check.tables:
            reasons += self.broken.get(table, [])[:3]
        return list(dict.fromkeys(reasons))

    def _check(self, engine: Engine, control: Control, check: Check) -> tuple[CheckResult, list[Finding]]:
        missing = self._missing(check)
        if not any(self.by_table.get(t) for t in check.population):
            return scores.check_result(check.id, 0, 0, 0, missing), []
        what = f"{control.id}.{check.id}"
        parameters = self._parameters(control)
        [(n,)] = engine.query(bind(check.count_sql, parameters), what)
        found: list[Finding] = []
        violating, unsure = set(), set()
        for record in engine.query(bind(check.sql, parameters), what) if n else []:
            row = self.snapshot.rows[record[0]]
            if check.form in ("has_no", "sql"):
                violating.add(record[1])
                found.append(self._finding(control, check, row, "violation", (), check.clauses[0] if check.clauses else None))
                continue
            member_unknown, verdicts = record[1], record[2:]
            failed = next((i for i, v in enumerate(verdicts) if v is False), None)
            if failed is not None and not member_unknown:
                violating.add(record[0])
                found.append(self._finding(control, check, row, "violation", (), check.clauses[failed]))
                continue
            unsure.add(record[0])
            blamed = check.where if member_unknown else check.clauses[next(i for i, v in enumerate(verdicts) if v is None)]
            reasons = [row.nulls.get(c, Reason("not_collected", c)) for c in blamed.columns if row.values.get(c) is None and c not in row.lacks]
            found.append(self._finding(control, check, row, "undetermined", tuple(dict.fromkeys(reasons)), blamed))
        return scores.check_result(check.id, n, len(violating), len(unsure), missing), _unique(found)

    def _parameters(self, control: Control) -> dict[str, Any]:
        values: dict[str, Any] = {p.name: p.default for p in control.parameters}
        values.update(self.entries[control.id].parameters)
        values.update(self.request.parameters.get(control.id, {}))
        values["as_of"] = self.request.as_of
        return values

    def _finding(self, control: Control, check: Check, row: Row, verdict: Any, reasons: tuple[Reason, ...], clause: Clause | None) -> Finding:
        table = self.catalog.tables[row.table]
        key = "|".join(str(row.values.get(k)) for k in table.key)
        at = row.at
        if clause is not None:
            blamed = [c for c in clause.columns if c in row.places]
            if verdict == "undetermined":
                blamed = [c for c in blamed if row.values.get(c) is None] or blamed
            if blamed:
                at = row.places[blamed[0]]
        message = Text(*(_fill(t, row) for t in check.message))
        return Finding(control.id, check.id, control.severity, row.table, key, verdict, reasons, clause.sql if clause else "", at, message)


def _unique(found: list[Finding]) -> list[Finding]:
    seen: dict[tuple[str, str], Finding] = {}
    for finding in found:
        seen.setdefault((finding.table, finding.key), finding)
    return list(seen.values())


def _fill(template: str, row: Row) -> str:
    return re.sub(r"\{(\w+)\}", lambda m: _show(row.values.get(m[1])), template)


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
