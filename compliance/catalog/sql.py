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

BUILTIN_PARAMETERS = ("as_of", "period_start", "period_end")

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
    """A table or view as conditions see it: its columns, and which of them may lack."""

    name: str
    columns: frozenset[str]
    may_lack: frozenset[str] = frozenset()


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
    aliases = {t.alias: t.name for t in tree.find_all(exp.Table) if t.alias}
    derived = {a.alias for a in tree.find_all(exp.Subquery, exp.Unnest) if a.alias} | set(local)
    outputs = {a.alias for a in tree.find_all(exp.Alias)}
    in_reach = [relations[t.name] for t in tree.find_all(exp.Table) if t.name in relations]
    if default is not None:
        in_reach.append(default)
    for column in tree.find_all(exp.Column):
        owner = aliases.get(column.table, column.table)
        if owner in derived or isinstance(column.this, exp.Star):
            continue
        if owner:
            if owner not in relations:
                raise SqlProblem(f"unknown table '{owner}'", near(owner, relations))
            candidates = relations[owner].columns
        else:
            candidates = frozenset().union(*(r.columns for r in in_reach)) if in_reach else frozenset()
            if derived or column.name in outputs:
                continue
        if column.name not in candidates and column.name not in ("_row", "lacks"):
            raise SqlProblem(f"unknown column '{column.name}'" + (f" of '{owner}'" if owner else ""), near(column.name, candidates))


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


def _membership(where: Clause, parts: list[Clause], population: Relation) -> str:
    member = f"({where.sql}) IS NOT FALSE" if where.sql else "TRUE"
    lacking = [_lacking(c.columns, population) for c in parts]
    if parts and all(lacking):
        everything = " AND ".join(f"({x})" for x in lacking)
        member = f"{member} AND NOT ({everything})"
    return member


def compile_must(population: Relation, where: Clause, parts: list[Clause]) -> tuple[str, str]:
    """(counterexample query, count query) of ``every/where/must``."""
    member = _membership(where, parts, population)
    unknown = f"(({where.sql}) IS NULL)" if where.sql else "FALSE"
    guarded = [_guarded(c, population) for c in parts]
    columns = ", ".join(f"{g} AS c{i}" for i, g in enumerate(guarded))
    sql = (
        f"SELECT {population.name}._row AS _row, {unknown} AS _member_unknown, {columns}\n"
        f"FROM {population.name}\nWHERE {member}\n  AND ({' AND '.join(guarded)}) IS NOT TRUE\nORDER BY _row"
    )
    return sql, f"SELECT count(*) FROM {population.name} WHERE {member}"


def compile_has(population: Relation, other: Relation, where: Clause, matching: exp.Expression) -> tuple[str, str]:
    """(counterexample query, count query) of ``every/where/has/matching``."""
    member = _membership(where, [], population)
    unknown = f"(({where.sql}) IS NULL)" if where.sql else "FALSE"
    condition = render(matching)
    equal, rest = _split_join(matching, population, other)
    maybe = f"{' AND '.join(equal)} AND ({' AND '.join(rest)}) IS NULL" if equal and rest else None
    may_cte = f",\nmaybe AS (SELECT {population.name}._row FROM {population.name} SEMI JOIN {other.name} ON {maybe})" if maybe else ""
    may_sql = "WHEN _row IN (SELECT _row FROM maybe) THEN NULL" if maybe else ""
    sql = (
        f"WITH member AS (SELECT {population.name}._row AS _row, {unknown} AS _member_unknown FROM {population.name} WHERE {member}),\n"
        f"hit AS (SELECT {population.name}._row FROM {population.name} SEMI JOIN {other.name} ON {condition}){may_cte}\n"
        f"SELECT _row, _member_unknown, CASE {may_sql} WHEN TRUE THEN FALSE END AS c0\n"
        f"FROM member ANTI JOIN hit USING (_row)\nORDER BY _row"
    )
    return sql, f"SELECT count(*) FROM {population.name} WHERE {member}"


def compile_has_no(population: Relation, other: Relation, where: Clause, matching: exp.Expression) -> tuple[str, str]:
    """(counterexample query, count query) of ``every/where/has_no/matching``; the offending rows are the matching ones."""
    member = _membership(where, [], population)
    sql = (
        f"SELECT {other.name}._row AS _row, {population.name}._row AS _population_row\n"
        f"FROM {population.name} JOIN {other.name} ON {render(matching)}\nWHERE {member}\nORDER BY _row, _population_row"
    )
    return sql, f"SELECT count(*) FROM {population.name} WHERE {member}"


def _split_join(matching: exp.Expression, population: Relation, other: Relation) -> tuple[list[str], list[str]]:
    """Equalities between the two sides, and the remaining conjuncts."""
    equal: list[str] = []
    rest: list[str] = []
    for part in matching.flatten() if isinstance(matching, exp.And) else [matching]:
        tables = {c.table for c in part.find_all(exp.Column)}
        is_join = isinstance(part, exp.EQ) and tables == {population.name, other.name}
        (equal if is_join else rest).append(f"({render(part)})")
    return equal, rest
