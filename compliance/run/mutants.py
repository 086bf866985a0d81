"""Mutants of a check: the same question with one comparison, number, threshold or clause changed.

They are made from the unbound query, so that a mutant is one thing over every case of a control,
whatever parameters and instants a case binds; some case of the control must notice each of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

_TOKEN: Final = re.compile(r"\{:(\w+)\}")
_STAND_IN: Final = re.compile(r"\b_p_(\w+)\b")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change; ``sql`` is unbound, like the query it was made from."""

    name: str
    sql: str


@lru_cache(maxsize=512)
def mutants(sql: str, thresholds: frozenset[str] = frozenset()) -> tuple[Mutant, ...]:
    """Each clause dropped, each comparison turned and moved by its boundary, each number and each of *thresholds* moved by one.

    sql:        a check as compiled, with ``{:name}`` tokens
    thresholds: names of its whole-number parameters
    """
    import sqlglot
    from sqlglot import exp

    turned: dict[Any, tuple[Any, ...]] = {
        exp.EQ: (exp.NEQ,), exp.NEQ: (exp.EQ,), exp.LT: (exp.LTE, exp.GTE), exp.LTE: (exp.LT, exp.GT),
        exp.GT: (exp.GTE, exp.LTE), exp.GTE: (exp.GT, exp.LT),
    }  # fmt: skip
    tree = sqlglot.parse_one(_TOKEN.sub(r"_p_\1", sql), dialect="duckdb")
    # Whether membership is unknown, and whether a row may match, repeat conditions that stand elsewhere in the query;
    # it is those that are changed.
    echoed = {id(n) for a in tree.find_all(exp.Alias) if a.alias == "_member_unknown" for n in a.walk()}
    echoed |= {id(n) for c in tree.find_all(exp.CTE) if c.alias == "maybe" for n in c.walk()}
    echoed |= {id(n) for c in tree.find_all(exp.CTE) if c.alias == "hit" for q in c.find_all(exp.Subquery) if q.alias == "member" for n in q.walk()}
    found = []
    for index, node in enumerate(tree.walk()):
        options: list[Any] = []
        if id(node) in echoed:
            continue
        if isinstance(node, exp.Alias) and re.fullmatch(r"c[0-9]+", node.alias) and not isinstance(node.this, (exp.Boolean, exp.Case)):
            options = [exp.alias_(exp.true(), node.alias)]
        elif type(node) in turned:
            options = [new(this=node.this.copy(), expression=node.expression.copy()) for new in turned[type(node)]]
        elif isinstance(node, exp.Literal) and not node.is_string and str(node.this).isdigit() and isinstance(node.parent, (exp.Binary, exp.Neg, exp.Paren)):
            options = [exp.Literal.number(int(node.this) + 1)]
        elif isinstance(node, exp.Column) and _stands_for(node.name) in thresholds:
            options = [exp.Paren(this=exp.Add(this=node.copy(), expression=exp.Literal.number(1)))]
        for option in options:
            copy = tree.copy()
            target = next(n for i, n in enumerate(copy.walk()) if i == index)
            target.replace(option)
            shown = f"{index}: {node.sql('duckdb')} -> {option.sql('duckdb')}"
            found.append(Mutant(_STAND_IN.sub(r":\1", shown), _STAND_IN.sub(r"{:\1}", copy.sql(dialect="duckdb"))))
    return tuple(found)


def _stands_for(name: str) -> str:
    match = _STAND_IN.fullmatch(name)
    return match[1] if match else ""


def thresholds(parameters: Mapping[str, Any]) -> frozenset[str]:
    """The names of the whole numbers among *parameters*."""
    return frozenset(k for k, v in parameters.items() if isinstance(v, int) and not isinstance(v, bool))
