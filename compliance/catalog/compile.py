"""Declarations -> compiled catalog: references resolved, conditions turned into SQL, prerequisites ordered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlglot import exp

from compliance.catalog import graph, sql
from compliance.catalog.declarations import CheckDecl, ControlDecl, ParameterDecl, ProfileFile, SourceDecl, TableDecl
from compliance.catalog.load import Declarations, load
from compliance.catalog.roots import Roots
from compliance.errors import CatalogError, HeguiError
from compliance.model.catalog import (
    Catalog,
    Check,
    Clause,
    Column,
    Control,
    LawVersion,
    Parameter,
    Profile,
    ProfileEntry,
    Source,
    SourceList,
    Table,
    Text,
    View,
)


def compile_catalog(roots: Roots) -> Catalog:
    """The compiled catalog of *roots*.  Raises CatalogError with every problem found."""
    return _Compiler(load(roots)).run(roots.digest())


class _Compiler:
    def __init__(self, declared: Declarations) -> None:
        self.declared = declared
        self.problems: list[HeguiError] = []
        self.relations: dict[str, sql.Relation] = {n: _relation(t) for n, t in declared.tables.items()}
        self.view_tables: dict[str, tuple[str, ...]] = {}
        self.optional_reads: dict[str, None] = {}
        self.view_optional: dict[str, tuple[str, ...]] = {}

    def problem(self, what: str, where: str, fix: str = "", why: str = "") -> None:
        self.problems.append(HeguiError(what, where=where, fix=fix, why=why))

    def run(self, digest: str) -> Catalog:
        for name, declared in self.declared.tables.items():
            self.derived(name, declared)
        tables = {n: _table(t) for n, t in sorted(self.declared.tables.items())}
        views = self.views()
        controls = {n: self.control(c) for n, c in sorted(self.declared.controls.items())}
        requires = {n: c.requires for n, c in controls.items()}
        for cycle in graph.cycles(requires):
            self.problem(f"requires forms a circle: {' -> '.join([*cycle, cycle[0]])}", self.declared.place(cycle[0], "requires"), "remove one edge")
        profiles = {n: self.profile(n, controls) for n in sorted(self.declared.profiles)}
        self._remediation_known(controls)
        if self.problems:
            raise CatalogError(self.problems)
        sources = {n: self._source(n, s) for n, s in sorted(self.declared.sources.items())}
        lists = tuple(
            SourceList(
                n, _text(x.title), x.kind, x.effective or "", x.status, x.level, x.articles, tuple((a, _text(t)) for a, t in x.not_needed.items()),
                tuple(LawVersion(v.effective, v.until or "", _text(v.title), _text(v.changes)) for v in x.versions),
            )
            for n, x in sorted(self.declared.lists.items())
        )  # fmt: skip
        return Catalog(digest, tables, tuple(views), sources, controls, tuple(graph.order_of(requires)), profiles, lists, tuple(sorted(self.declared.domain_titles.items())))

    def _remediation_known(self, controls: Mapping[str, Control]) -> None:
        known = {f"{c.id}.{k.id}" for c in controls.values() for k in c.checks}
        for name, steps in self.declared.remediation.items():
            if name not in known:
                for platform in steps:
                    self.problem(f"remediation for an unknown check '{name}'", self.declared.places[("remediation", f"{platform} {name}")], sql.near(name, known))

    def _source(self, name: str, s: SourceDecl) -> Source:
        parent = self.declared.source_lists[name]
        law = self.declared.lists[parent]
        return Source(
            name, _text(s.citation), _text(s.gist), s.verified, parent, s.kind, s.article, s.role, s.since or min([v.effective for v in law.versions], default=law.effective or ""),
            tuple((e.until, _text(e.citation)) for e in s.earlier),
        )  # fmt: skip

    def views(self) -> list[View]:
        pending = dict(sorted(self.declared.views.items()))
        done: list[View] = []
        while pending:
            progress = False
            for name, view in list(pending.items()):
                try:
                    tree, reads = sql.parse_query(view.sql, {**self.relations}, ())
                except sql.SqlProblem as problem:
                    waits = any(other in view.sql for other in pending if other != name)
                    if not waits:
                        self.problem(problem.what, f"{view.label}:1", problem.fix)
                        del pending[name]
                        progress = True
                    continue
                base: dict[str, None] = {}
                optional: dict[str, None] = dict.fromkeys(view.optional)
                for read in sorted(reads):
                    for table in self.view_tables.get(read, (read,)):
                        base[table] = None
                    optional.update(dict.fromkeys(self.view_optional.get(read, ())))
                for table in view.optional:
                    if table not in self.declared.tables:
                        self.problem(f"unknown optional table '{table}'", f"{view.label}:1", sql.near(table, self.declared.tables))
                required = tuple(t for t in base if t not in view.optional)
                self.view_tables[name] = required
                self.view_optional[name] = tuple(optional)
                relation = replace(sql.outputs(tree, self.relations, name), key=view.key)
                self.relations[name] = relation
                for column in view.key:
                    if column not in relation.columns:
                        self.problem(f"the key names an unknown column '{column}'", f"{view.label}:1", sql.near(column, relation.columns))
                if not relation.has_row and not view.key:
                    self.problem("the view yields no _row and declares no key", f"{view.label}:1", "select _row, or write -- key: column, column")
                done.append(View(name, Text(view.zh, view.en), sql.render(tree), required, tuple(optional), view.key))
                del pending[name]
                progress = True
            if not progress:
                for view in pending.values():
                    self.problem("views read each other in a circle", f"{view.label}:1", "break the circle")
                break
        return done

    def control(self, c: ControlDecl) -> Control:
        where = self.declared.place(c.id)
        for source in c.derives_from:
            if source not in self.declared.sources:
                self.problem(f"unknown source '{source}'", self.declared.place(c.id, "derives_from"), sql.near(source, self.declared.sources))
        for required in c.requires:
            if required not in self.declared.controls:
                self.problem(f"unknown control '{required}'", self.declared.place(c.id, "requires"), sql.near(required, self.declared.controls))
        parameters = tuple(self.parameter(c.id, n, p) for n, p in c.parameters.items())
        ids = [k.id for k in c.checks]
        for index, check in enumerate(c.checks):
            if ids.index(check.id) != index:
                self.problem(f"check '{check.id}' stands twice", self.declared.place(c.id, "checks", index), "rename one")
        checks = tuple(k for k in (self.check(c, i, d) for i, d in enumerate(c.checks)) if k is not None)
        return Control(
            c.id, self.declared.domains[c.id], _text(c.title), _text(c.objective), c.severity, c.frequency, c.owner, c.assurance,
            tuple(c.derives_from), tuple(c.requires), c.applies_when or "", c.excludable, parameters, checks, _text(c.rationale),
            _text(c.remediation), where,
        )  # fmt: skip

    def derived(self, name: str, declared: TableDecl) -> None:
        """A derived column is a yes or no about a personal text column of its own table, and never a key."""
        for column, c in declared.columns.items():
            source = declared.columns.get(c.derived[:-1].partition("(")[2]) if c.derived else None
            if c.derived and (source is None or source.type != "string" or source.personal_data == "none" or c.type != "bool" or c.required or column in declared.key):
                where = self.declared.places[("table", name)]
                self.problem(f"column '{column}' cannot be derived as {c.derived}", where, "an optional bool column, from a string column with a personal_data class in the same table")

    def parameter(self, control: str, name: str, p: ParameterDecl) -> Parameter:
        where = self.declared.place(control, "parameters", name)
        try:
            default = typed(p.type, p.default)
            floor = None if p.minimum is None and p.maximum is None else typed(p.type, p.minimum if p.minimum is not None else p.maximum)
        except ValueError as error:
            self.problem(f"parameter '{name}': {error}", where, f"write a {p.type}")
            return Parameter(name, p.type, None, p.unit, _text(p.title), None, "", "")
        if floor is not None and p.floor_source not in self.declared.sources:
            self.problem(f"parameter '{name}' has a floor without a known floor_source", where, "name the law article that sets it")
        declared = Parameter(name, p.type, default, p.unit, _text(p.title), floor, "minimum" if p.minimum is not None else "maximum", p.floor_source or "")
        if floor is not None and loosens(declared, default):
            self.problem(f"the default of parameter '{name}' is looser than the law allows: {default} ({declared.floor_is} {floor})", where, f"use {floor} or stricter")
        return declared

    def check(self, c: ControlDecl, index: int, d: CheckDecl) -> Check | None:
        def where(key: str) -> str:
            return self.declared.place(c.id, "checks", index, key)

        self.optional_reads = {}
        for source in d.derives_from:
            if source not in self.declared.sources:
                self.problem(f"unknown source '{source}'", where("derives_from"), sql.near(source, self.declared.sources))
        try:
            if (d.every is None) == (d.population is None):
                raise _at("id", sql.SqlProblem("a check asks about 'every' table or view, or a 'population' of its own", "see docs/reference/check-language.md"))
            return self._sql_check(c, d) if d.violations else self._row_check(c, d)
        except sql.SqlProblem as problem:
            self.problem(problem.what, where(getattr(problem, "key", "must")), problem.fix, f"check {c.id}.{d.id}")
            return None

    def _row_check(self, c: ControlDecl, d: CheckDecl) -> Check:
        population, tables, select = self._population(c, d)
        relation = population.relation
        forms = [f for f in ("must", "has", "has_no") if getattr(d, f)]
        if len(forms) != 1 or bool(d.matching) != (forms[0] != "must") or d.violations:
            raise _at("id", sql.SqlProblem("a check has exactly one of must, has + matching, has_no + matching", "or population + violations as full SQL"))
        form = forms[0]
        parameters = list(c.parameters)
        condition = Clause("", ())
        reads = dict.fromkeys(tables)
        if d.where:
            tree = self._condition("where", d.where, relation, parameters)
            condition = Clause(sql.render(tree), sql._columns(tree, relation))
            self._read(reads, (t.name for t in tree.find_all(exp.Table)))
        if form == "must":
            must = self._condition("must", str(d.must), relation, parameters)
            parts = sql.clauses(must, relation)
            query, count = sql.compile_must(population, condition, parts)
            self._read(reads, (t.name for t in must.find_all(exp.Table)))
        else:
            other = str(d.has or d.has_no)
            if other not in self.relations:
                raise _at(form, sql.SqlProblem(f"unknown table or view '{other}'", sql.near(other, self.relations)))
            matching = self._condition("matching", str(d.matching), relation, parameters, self.relations[other])
            compiled = sql.compile_has if form == "has" else sql.compile_has_no
            try:
                query, count = compiled(population, self.relations[other], condition, matching)
            except sql.SqlProblem as problem:
                raise _at(form, problem) from problem
            parts = [Clause(sql.render(matching), sql._columns(matching, relation))]
            self._read(reads, [other, *(t.name for t in matching.find_all(exp.Table))])
        self._read(reads, select)
        return self._build(c, d, form, query, count, condition, parts, reads, tables)

    def _population(self, c: ControlDecl, d: CheckDecl) -> tuple[sql.Population, dict[str, None], list[str]]:
        """The population, the tables whose rows are asked about, and every relation its text reads."""
        fields = tuple(dict.fromkeys(re.findall(r"\{(\w+)\}", d.message.zh + d.message.en)))
        if d.every is not None:
            if d.every not in self.relations:
                raise _at("every", sql.SqlProblem(f"unknown table or view '{d.every}'", sql.near(d.every, self.relations)))
            relation = self.relations[d.every]
            source, reads = d.every, [d.every]
        else:
            try:
                tree, found = sql.parse_query(str(d.population), self.relations, c.parameters)
            except sql.SqlProblem as problem:
                raise _at("population", problem) from problem
            relation = sql.outputs(tree, self.relations, "member")
            source, reads = f"({sql.render(tree)}) AS member", sorted(found)
        key = tuple(d.identified_by) or relation.key
        for column in (*key, *fields):
            if column not in relation.columns:
                where = "identified_by" if column in d.identified_by else "message"
                raise _at(where, sql.SqlProblem(f"unknown column '{column}' of the population", sql.near(column, relation.columns)))
        if not relation.has_row and not key:
            raise _at("population", sql.SqlProblem("the members have no _row and no key", "select _row, or name the columns in identified_by"))
        asked = dict.fromkeys(t for r in reads for t in self._base(r))
        plain = d.every in self.declared.tables
        return sql.Population(source, relation, relation.has_row, key, () if plain else fields), asked, reads

    def _read(self, reads: dict[str, None], relations: Iterable[str]) -> None:
        """Add the evidence tables behind *relations*; names of a query's own CTEs are no relations."""
        for relation in relations:
            if relation in self.relations:
                reads.update(dict.fromkeys(self._base(relation)))
                self.optional_reads.update(dict.fromkeys(self.view_optional.get(relation, ())))

    def _condition(self, key: str, text: str, population: sql.Relation, parameters: list[str], other: sql.Relation | None = None) -> Any:
        try:
            relations = {**self.relations, population.name: population}
            default = population
            if other is not None:
                default = sql.Relation(population.name, population.columns | other.columns)
            return sql.parse_condition(text, relations, default, parameters)
        except sql.SqlProblem as problem:
            raise _at(key, problem) from problem

    def _sql_check(self, c: ControlDecl, d: CheckDecl) -> Check:
        population, asked, reads = self._population(c, d)
        try:
            tree, more = sql.parse_query(str(d.violations), self.relations, c.parameters)
        except sql.SqlProblem as problem:
            raise _at("violations", problem) from problem
        found = sql.outputs(tree, self.relations, "member")
        for column in (*population.key, *population.fields, *(["_row"] if population.has_row and not found.has_row else [])):
            if column not in (*found.columns, *(["_row"] if found.has_row else [])):
                raise _at("violations", sql.SqlProblem(f"the violations do not yield '{column}'", "population and violations select the same identifying columns"))
        query, count = sql.compile_sql(sql.render(tree), population.source[1 : -len(") AS member")], population.has_row, population.key, population.fields)
        tables: dict[str, None] = {}
        self._read(tables, [*reads, *sorted(more)])
        return self._build(c, d, "sql", query, count, Clause("", ()), [Clause("", ())], tables, asked)

    def _base(self, relation: str) -> tuple[str, ...]:
        return self.view_tables.get(relation, (relation,))

    def _build(self, c: ControlDecl, d: CheckDecl, form: str, query: str, count: str, where: Clause, parts: list[Clause], tables: Iterable[str], population: Iterable[str]) -> Check:
        fields = tuple(dict.fromkeys(re.findall(r"\{(\w+)\}", d.message.zh + d.message.en)))
        tables = tuple(dict.fromkeys(tables))
        return Check(
            d.id, _text(d.question), _text(d.message), d.key, form, query, count, where, tuple(parts), tables,
            tuple(dict.fromkeys(population)), tuple(d.derives_from), d.on_empty, d.every or "", () if d.every in self.declared.tables else fields,
            tuple(t for t in self.optional_reads if t not in tables), self.declared.remediation.get(f"{c.id}.{d.id}", {}),
        )  # fmt: skip

    def profile(self, name: str, controls: Mapping[str, Control]) -> Profile:
        p = self.declared.profiles[name]
        label, document = self.declared.documents["profile:" + name]
        entries = []
        for control, entry in p.controls.items():
            where = f"{label}:{document['controls'].lines[control]}"
            if control not in self.declared.controls:
                self.problem(f"unknown control '{control}'", where, sql.near(control, self.declared.controls))
                continue
            declared = self.declared.controls[control]
            known = [k.id for k in declared.checks]
            for check in entry.checks if entry else []:
                if check not in known:
                    self.problem(f"control {control} has no check '{check}'", where, sql.near(check, known))
            try:
                values = bound_values(control, self.parameters_of(declared), entry.parameters if entry else {}, where, self.declared.sources)
            except HeguiError as error:
                self.problems.append(error)
                continue
            entries.append(ProfileEntry(control, tuple(entry.checks) if entry else (), values))
        without = dict.fromkeys(p.without)
        if p.all:
            given = {e.control: e for e in entries}
            without.update(dict.fromkeys(n for n, t in self.declared.tables.items() if t.tier > p.tier))
            entries = [e for c in controls.values() if (e := self._taken(c, p, given.get(c.id), without)) is not None]
            for name_ in p.excluded:
                control, _, check = name_.partition(".")
                if control not in controls or (check and check not in {k.id for k in controls[control].checks}):
                    self.problem(f"unknown control or check '{name_}'", f"{label}:{document['excluded'].lines[name_]}", sql.near(control, controls))
        for table in p.without:
            if table not in self.declared.tables:
                self.problem(f"unknown table '{table}'", f"{label}:{document['without'].lines[p.without.index(table)]}", sql.near(table, self.declared.tables))
        return Profile(name, _text(p.title), p.scope, tuple(entries), _text(p.leaves_out), tuple(without))

    def _taken(self, control: Control, p: ProfileFile, given: ProfileEntry | None, without: Mapping[str, None]) -> ProfileEntry | None:
        """What a profile of everything takes of a control; None when nothing is left."""
        if control.id in p.excluded:
            return None
        left = [k.id for k in control.checks if f"{control.id}.{k.id}" not in p.excluded and not any(t in without for t in k.tables)]
        return ProfileEntry(control.id, tuple(left), given.parameters if given else {}) if left else None

    def parameters_of(self, c: ControlDecl) -> list[Parameter]:
        return [self.parameter(c.id, n, p) for n, p in c.parameters.items()]


def bound_values(control: str, parameters: list[Parameter], overrides: Mapping[str, Any], where: str, sources: Mapping[str, Any]) -> dict[str, Any]:
    """Typed overrides of a control's parameters.

    Raises HeguiError for an unknown name, a wrong type, or a value past the legal floor.
    """
    known = {p.name: p for p in parameters}
    values: dict[str, Any] = {}
    for name, raw in overrides.items():
        if name not in known:
            raise HeguiError(f"control {control} has no parameter '{name}'", where=where, fix=sql.near(name, known) or f"known: {', '.join(known)}")
        parameter = known[name]
        try:
            value = typed(parameter.type, raw)
        except ValueError as error:
            raise HeguiError(f"parameter '{name}' of {control}: {error}", where=where, fix=f"write a {parameter.type}") from error
        if parameter.floor is not None and loosens(parameter, value):
            citation = sources[parameter.floor_source].citation
            raise HeguiError(
                f"parameter '{name}' of {control} is looser than the law allows: {value} ({parameter.floor_is} {parameter.floor} {parameter.unit})",
                where=where, why=f"{citation.zh} / {citation.en}", fix=f"use {parameter.floor} or stricter",
            )  # fmt: skip
        values[name] = value
    return values


def loosens(parameter: Parameter, value: Any) -> bool:
    """Whether *value* is past the legal floor."""
    return bool(value < parameter.floor if parameter.floor_is == "minimum" else value > parameter.floor)


def typed(type_name: str, value: Any) -> Any:
    """A parameter value from text or plain YAML data.  Raises ValueError."""
    if type_name.startswith("list("):
        if not isinstance(value, list):
            raise ValueError("a list is needed")
        return [typed(type_name[5:-1], v) for v in value]
    if type_name == "bool":
        if value in (True, False, "true", "false"):
            return value in (True, "true")
        raise ValueError(f"'{value}' is not true or false")
    if type_name == "int":
        try:
            return int(str(value))
        except ValueError:
            raise ValueError(f"'{value}' is not a whole number") from None
    if type_name == "date":
        try:
            return date.fromisoformat(str(value)).isoformat()
        except ValueError:
            raise ValueError(f"'{value}' is not a date; write YYYY-MM-DD") from None
    if isinstance(value, (list, dict)) or value is None:
        raise ValueError("text is needed")
    return str(value)


def _at(key: str, problem: sql.SqlProblem) -> sql.SqlProblem:
    problem.key = key  # type: ignore[attr-defined]
    return problem


def _text(b: Any) -> Text:
    return Text(b.zh, b.en)


def _relation(t: TableDecl) -> sql.Relation:
    return sql.Relation(t.table, frozenset(t.columns), frozenset(n for n, c in t.columns.items() if c.may_lack))


def _table(t: TableDecl) -> Table:
    columns = tuple(
        Column(n, c.type, Text(c.zh, c.en), c.required, c.may_lack, c.personal_data, tuple(c.aliases), tuple(c.labels.items()), c.fk or "", c.derived or "")
        for n, c in t.columns.items()
    )
    return Table(t.table, _text(t.title), t.kind, tuple(t.key), t.freshness, columns, t.theme, t.tier, _text(t.row), t.source, tuple(t.aliases))
