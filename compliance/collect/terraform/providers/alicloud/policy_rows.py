"""Rows of policy documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from compliance.collect.terraform.providers.alicloud.policies import Statement, statements
from compliance.collect.terraform.providers.alicloud.settings import common
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, Unknown
from compliance.model.row import Row, make_row


def statement_rows(
    resource: Resource,
    world: World,
    document: Cell,
    kind: str,
    *,
    policy_id: str | Cell | None = None,
    attached_directly: Cell | bool = False,
    prefix: str = "/statement",
) -> Iterator[Row]:
    """One ``permission_statement`` row a statement; one row of unknowns when the document cannot be read."""
    read = statements(document, world)
    if isinstance(read, Unknown):
        read = [Statement(read, [read], [read], False, read if kind != "identity" else False, None, document.at)]
    for number, statement in enumerate(read):
        yield _row(resource, statement, f"{resource.id}{prefix}/{number}", kind, policy_id or resource.id, attached_directly)


def _row(resource: Resource, statement: Statement, row_id: str, kind: str, policy_id: str | Cell, direct: Cell | bool) -> Row:
    at = statement.at

    def cell(value: Any) -> Cell:
        return Cell(value, at)

    return make_row(
        "permission_statement",
        resource.at,
        **common(resource),
        statement_id=row_id,
        policy_id=policy_id,
        policy_kind=kind,
        effect=cell(statement.allow).map(lambda allow: "allow" if allow else "deny"),
        actions=cell(_joined(statement.actions)),
        all_actions=cell(statement.all_actions()),
        service_wildcard=cell(statement.service_wildcard()),
        all_resources=cell(statement.all_resources()),
        any_principal=cell(statement.any_principal),
        conditioned=cell(statement.conditioned()),
        attached_directly=direct,
    )


def _joined(items: Iterable[Any]) -> Any:
    texts: list[str] = []
    for item in items:
        if isinstance(item, Unknown):
            return item
        texts.append(str(item))
    return ",".join(texts)
