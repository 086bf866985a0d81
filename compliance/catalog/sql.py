"""The check language: SQL conditions over declared tables, parsed by sqlglot, compiled to counterexample queries.

Rules of compilation
- ``every T where W must M``: a row is a member when W is not false (unknown counts in, so that a gap
  cannot shrink a population).  Its verdict is the three-valued ``not W or M``.
- M is split at its top-level ANDs: each conjunct is a clause of its own, so a finding can say which
  one failed and point at the line of the value that failed it.
- A setting that the service lacks is no question: a clause over a lacking column counts as true, and
  a row all of whose clauses are about lacking settings is no member.
- ``has X matching C``: true when a row of X matches, unknown when one may match (C is null while its
  equalities between the two sides hold), else false.  ``has_no``: the matching rows are the counterexamples.
- Parameters ``:name`` become tokens ``{:name}`` that are replaced by literals when a profile is bound.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from compliance.model.catalog import Clause

BUILTIN_PARAMETERS = ("as_of", "as_of_at", "period_start", "period_end")

# Anything whose answer depends on the moment, the machine or chance, or that reaches outside.
_FORBIDDEN = frozenset(
    [
        "now",
        "current_timestamp",
        "current_date",
        "current_time",
        "localtime",
        "localtimestamp",
        "today",
        "get_current_timestamp",
        "get_current_time",
        "transaction_timestamp",
        "random",
        "uuid",
        "gen_random_uuid",
        "uuidv4",
        "uuidv7",
        "setseed",
        "nextval",
        "currval",
        "read_csv",
        "read_csv_auto",
        "read_json",
        "read_json_auto",
        "read_parquet",
        "read_text",
        "read_blob",
        "parquet_scan",
        "glob",
        "getenv",
        "current_setting",
        "current_user",
        "user",
        "session_user",
        "current_database",
        "current_schema",
        "version",
        "pg_typeof",
        "query",
        "query_table",
        "sqlite_scan",
        "postgres_scan",
    ]
)


class SqlProblem(Exception):
    """A fault in one SQL condition: what, and what to do."""

    def __init__(self, what: str, fix: str = "") -> None:
        super().__init__(what)
        self.what, self.fix = what, fix


@dataclass(frozen=True)
class Relation:
    """A table or view as conditions see it: its columns, which of them may lack, and how its members are told apart.

    has_row: its members are rows of an evidence table; otherwise ``key`` names the columns that identify one
    """

    name: str
    columns: frozenset[str]
    may_lack: frozenset[str] = frozenset()
    has_row: bool = True
    key: tuple[str, ...] = ()


def near(name: str, options: Iterable[str]) -> str:
    """``did you mean 'x'?`` or an empty string."""
    match = difflib.get_close_matches(name, list(options), 1)
    return f"did you mean '{match[0]}'?" if match else ""


def parse_condition(text: str, relations: Mapping[str, Relation], default: Relation, parameters: Iterable[str]) -> exp.Expression:
    """A lint-clean condition.  Raises SqlProblem."""
    tree = _parse(f"SELECT 1 WHERE {text}").find(exp.Where)
    if tree is None:
        raise SqlProblem("not a condition", "write a boolean SQL expression")
    condition: exp.Expression = tree.this
    _lint(condition, relations, default, parameters)
    return condition


def parse_query(text: str, relations: Mapping[str, Relation], parameters: Iterable[str]) -> tuple[exp.Expression, frozenset[str]]:
    """A lint-clean SELECT and the names of the relations it reads.  Raises SqlProblem."""
    tree = _parse(text)
    if not isinstance(tree, (exp.Select, exp.Union, exp.Except, exp.Intersect)):
        raise SqlProblem("only SELECT is allowed", "a check or view is one query that reads")
    _lint(tree, relations, None, parameters)
    local = {cte.alias for cte in tree.find_all(exp.CTE)}
    return tree, frozenset(t.name for t in tree.find_all(exp.Table) if t.name not in local)


def _parse(text: str) -> exp.Expression:
    try:
        trees = sqlglot.parse(text, dialect="duckdb")
    except SqlglotError as error:
        raise SqlProblem(f"not valid SQL: {str(error).splitlines()[0]}", "DuckDB syntax") from error
    if len(trees) != 1 or trees[0] is None:
        raise SqlProblem("exactly one statement is allowed", "remove the semicolon")
    tree = trees[0]
    assert isinstance(tree, exp.Expression)
    return tree


def _lint(tree: exp.Expression, relations: Mapping[str, Relation], default: Relation | None, parameters: Iterable[str]) -> None:
    known_parameters = {*parameters, *BUILTIN_PARAMETERS}
    local = {cte.alias: None for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        if table.db or table.catalog:
            raise SqlProblem(f"'{table.sql()}' names a schema", "use the plain table name")
        if isinstance(table.this, exp.Func) or (table.name not in relations and table.name not in local):
            raise SqlProblem(f"unknown table '{table.name or table.sql()}'", near(table.name, relations))
    for function in tree.find_all(exp.Func):
        name = function.name.lower() if isinstance(function, exp.Anonymous) else function.sql_name().lower()
        if name in _FORBIDDEN:
            raise SqlProblem(f"function '{name}' is not allowed", "use :as_of for the instant of the run; checks must give the same answer every time")
    if tree.find(exp.Command, exp.Insert, exp.Update, exp.Delete, exp.Create, exp.Drop):
        raise SqlProblem("only reading is allowed")
    for placeholder in tree.find_all(exp.Placeholder):
        if placeholder.name not in known_parameters:
            raise SqlProblem(f"unknown parameter ':{placeholder.name}'", near(placeholder.name, known_parameters))
    _lint_columns(tree, relations, default)


def _lint_columns(tree: exp.Expression, relations: Mapping[str, Relation], default: Relation | None) -> None:
    """Every column belongs to a relation in reach: of its own SELECT or of one around it."""
    ctes = {c.alias: c for c in tree.find_all(exp.CTE)}
    inputs: dict[int, dict[str, Relation | None]] = {}

    def reach(select: exp.Expression) -> dict[str, Relation | None]:
        """Alias -> relation; None where the columns are not known here (a subquery, a CTE, an unnest)."""
        if id(select) not in inputs:
            found: dict[str, Relation | None] = {}
            joined = [select.args.get("from_") or select.args.get("from"), *(select.args.get("joins") or []), *(select.args.get("laterals") or [])]
            for join in joined:
                if join is None:
                    continue
                source = join if isinstance(join, exp.Lateral) else join.this
                known = isinstance(source, exp.Table) and source.name not in ctes
                found[source.alias_or_name] = relations.get(source.name) if known else None
            inputs[id(select)] = found
        return inputs[id(select)]

    for column in tree.find_all(exp.Column):
        if isinstance(column.this, exp.Star) or column.name in ("_row", "lacks"):
            continue
        around: list[dict[str, Relation | None]] = []
        outputs_of: set[str] = set()
        node = column.parent
        while node is not None:
            if isinstance(node, exp.Select):
                around.append(reach(node))
                outputs_of |= {e.alias for e in node.expressions if e.alias}
            node = node.parent
        if column.table:
            for scope in around:
                if column.table in scope:
                    relation = scope[column.table]
                    break
            else:
                relation = relations.get(column.table) if default is not None else None
                if relation is None:
                    raise SqlProblem(f"unknown table '{column.table}'", near(column.table, {*relations, *(a for s in around for a in s)}))
            if relation is not None and column.name not in relation.columns:
                raise SqlProblem(f"unknown column '{column.name}' of '{column.table}'", near(column.name, relation.columns))
            continue
        known = [r for scope in around for r in scope.values()] + ([default] if default is not None else [])
        if column.name in outputs_of or any(r is None for r in known):
            continue
        names = frozenset().union(*(r.columns for r in known if r is not None))
        if column.name not in names:
            raise SqlProblem(f"unknown column '{column.name}'", near(column.name, names))


def outputs(tree: Any, relations: Mapping[str, Relation], name: str = "") -> Relation:
    """What a SELECT yields: named columns, and all columns behind a star."""
    scope = dict(relations)
    for cte in tree.ctes:
        scope[cte.alias] = outputs(cte.this, scope, cte.alias)
    while isinstance(tree, (exp.SetOperation, exp.Subquery)):
        tree = tree.this
    columns: set[str] = set()
    lack: set[str] = set()
    has_row = False
    inputs: dict[str, Relation] = {}
    joined = [tree.args.get("from_") or tree.args.get("from"), *(tree.args.get("joins") or [])]
    for source in (j.this for j in joined if j is not None):
        if isinstance(source, exp.Table) and source.name in scope:
            inputs[source.alias_or_name] = scope[source.name]
        elif isinstance(source, exp.Subquery):
            inputs[source.alias_or_name] = outputs(source.this, scope)
    for output in tree.expressions:
        if output.is_star:
            owner = output.table if isinstance(output, exp.Column) else ""
            for alias, relation in inputs.items():
                if not owner or owner == alias:
                    columns |= relation.columns
                    lack |= relation.may_lack
                    has_row = has_row or relation.has_row
        elif output.alias_or_name == "_row":
            has_row = True
        else:
            columns.add(output.alias_or_name)
    return Relation(name, frozenset(columns), frozenset(lack), has_row)


def render(tree: Any) -> str:
    """DuckDB text with parameters as ``{:name}`` tokens; ``x in :list`` stays an IN over the list."""
    copy = tree.copy()
    for placeholder in list(copy.find_all(exp.Placeholder)):
        placeholder.replace(exp.Var(this="{:" + placeholder.name + "}"))
    return str(copy.sql(dialect="duckdb", comments=False))


def clauses(condition: exp.Expression, population: Relation) -> list[Clause]:
    """The top-level conjuncts with the population columns each one reads, in order of writing."""
    flat: list[exp.Expression] = []

    def walk(node: exp.Expression) -> None:
        if isinstance(node, exp.And):
            walk(node.this)
            walk(node.expression)
        elif isinstance(node, exp.Paren) and isinstance(node.this, exp.And):
            walk(node.this)
        else:
            flat.append(node)

    walk(condition)
    return [Clause(render(node), _columns(node, population)) for node in flat]


def _columns(node: exp.Expression, population: Relation) -> tuple[str, ...]:
    seen: dict[str, None] = {}
    for column in node.find_all(exp.Column, bfs=False):
        if column.name in population.columns and column.table in ("", population.name) and column.name not in ("_row", "lacks"):
            seen[column.name] = None
    return tuple(seen)


def _lacking(columns: Iterable[str], population: Relation) -> str:
    parts = [f"setting_lacks({population.name}.lacks, '{c}')" for c in columns if c in population.may_lack]
    return " OR ".join(parts)


def _guarded(clause: Clause, population: Relation) -> str:
    lacking = _lacking(clause.columns, population)
    return f"(CASE WHEN {lacking} THEN TRUE ELSE ({clause.sql}) END)" if lacking else f"({clause.sql})"


@dataclass(frozen=True)
class Population:
    """What a check asks about: a table, a view, or a SELECT of its own (then the relation is ``member``).

    source:   text after FROM
    relation: its name and columns
    has_row:  its members are rows of an evidence table
    key:      columns that identify a member that is no row, or that tell apart members of one row
    fields:   columns that the message shows, where they are not simply columns of the row
    """

    source: str
    relation: Relation
    has_row: bool = True
    key: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()

    @property
    def row(self) -> str:
        """The number of the evidence row, or null."""
        return f"{self.relation.name}._row" if self.has_row else "NULL::BIGINT"

    @property
    def identity(self) -> str:
        """The key as text, or null when the row itself says it all."""
        columns = ", ".join(f"{self.relation.name}.{c}::VARCHAR" for c in self.key)
        return f"concat_ws('|', {columns})" if columns else "NULL::VARCHAR"

    @property
    def member(self) -> str:
        """What tells two members apart."""
        return self.identity if self.key else f"{self.row}::VARCHAR"

    def tail(self, where: Clause) -> str:
        """The result columns ``_key, _fill, _member, _member_unknown``."""
        fill = "[" + ", ".join(f"{self.relation.name}.{c}::VARCHAR" for c in self.fields) + "]" if self.fields else "NULL"
        unknown = f"(({where.sql}) IS NULL)" if where.sql else "FALSE"
        return f"{self.identity} AS _key, {fill} AS _fill, {self.member} AS _member, {unknown} AS _member_unknown"

    def head(self, where: Clause) -> str:
        """The leading result columns: ``_row, _key, _fill, _member, _member_unknown``."""
        return f"{self.row} AS _row, {self.tail(where)}"

    def count(self, member: str) -> str:
        """The query that counts the members."""
        return f"SELECT count(*) FROM {self.source} WHERE {member}"


def _membership(where: Clause, parts: list[Clause], population: Relation) -> str:
    member = f"({where.sql}) IS NOT FALSE" if where.sql else "TRUE"
    lacking = [_lacking(c.columns, population) for c in parts]
    if parts and all(lacking):
        everything = " AND ".join(f"({x})" for x in lacking)
        member = f"{member} AND NOT ({everything})"
    return member


def compile_must(population: Population, where: Clause, parts: list[Clause]) -> tuple[str, str]:
    """(counterexample query, count query) of ``every/where/must``."""
    member = _membership(where, parts, population.relation)
    guarded = [_guarded(c, population.relation) for c in parts]
    columns = ", ".join(f"{g} AS c{i}" for i, g in enumerate(guarded))
    failing = " AND ".join(f"c{i}" for i in range(len(guarded)))
    sql = (
        f"SELECT * FROM (SELECT {population.head(where)}, {columns}\n"
        f"FROM {population.source}\nWHERE {member})\nWHERE ({failing}) IS NOT TRUE\nORDER BY _row, _key"
    )
    return sql, population.count(member)


def compile_has(population: Population, other: Relation, where: Clause, matching: exp.Expression) -> tuple[str, str]:
    """(counterexample query, count query) of ``every/where/has/matching``."""
    if population.relation.name == other.name:
        raise SqlProblem("population and 'has' are the same table", "write the condition as must: exists (select 1 from ... as other where ...)")
    member = _membership(where, [], population.relation)
    condition = render(matching)
    equal, rest = _split_join(matching, population.relation, other)
    maybe = f"{' AND '.join(equal)} AND ({' AND '.join(rest)}) IS NULL" if equal and rest else None
    ident = population.member
    may_cte = f",\nmaybe AS (SELECT {ident} AS _member FROM {population.source} SEMI JOIN {other.name} ON {maybe})" if maybe else ""
    may_sql = "WHEN _member IN (SELECT _member FROM maybe) THEN NULL" if maybe else ""
    sql = (
        f"WITH member_ AS (SELECT {population.head(where)} FROM {population.source} WHERE {member}),\n"
        f"hit AS (SELECT {ident} AS _member FROM {population.source} SEMI JOIN {other.name} ON {condition}){may_cte}\n"
        f"SELECT member_.*, CASE {may_sql} WHEN TRUE THEN FALSE END AS c0\n"
        f"FROM member_ ANTI JOIN hit USING (_member)\nORDER BY _row, _key"
    )
    return sql, population.count(member)


def compile_has_no(population: Population, other: Relation, where: Clause, matching: exp.Expression) -> tuple[str, str]:
    """(counterexample query, count query) of ``every/where/has_no/matching``; the offending rows are the matching ones."""
    member = _membership(where, [], population.relation)
    row = f"coalesce({other.name}._row" + (f", {population.relation.name}._row)" if population.has_row else ")")
    sql = (
        f"SELECT {row} AS _row, {population.tail(where)}, FALSE AS c0\n"
        f"FROM {population.source} JOIN {other.name} ON {render(matching)}\nWHERE {member}\nORDER BY _row, _key, _member"
    )
    return sql, population.count(member)


def compile_sql(violations: str, population: str, has_row: bool, key: tuple[str, ...], fields: tuple[str, ...]) -> tuple[str, str]:
    """(counterexample query, count query) of a check in full SQL; both SELECTs are counted by distinct member."""
    source = Population(f"({violations}) AS member", Relation("member", frozenset()), has_row, key, fields)
    asked = Population(f"({population}) AS member", Relation("member", frozenset()), has_row, key)
    sql = f"SELECT {source.head(Clause('', ()))}, FALSE AS c0 FROM {source.source}\nORDER BY _row, _key"
    return sql, f"SELECT count(DISTINCT {asked.member}) FROM {asked.source}"


def _split_join(matching: exp.Expression, population: Relation, other: Relation) -> tuple[list[str], list[str]]:
    """Equalities between the two sides, and the remaining conjuncts."""
    equal: list[str] = []
    rest: list[str] = []
    for part in matching.flatten() if isinstance(matching, exp.And) else [matching]:
        tables = {c.table for c in part.find_all(exp.Column)}
        is_join = isinstance(part, exp.EQ) and tables == {population.name, other.name}
        (equal if is_join else rest).append(f"({render(part)})")
    return equal, rest
