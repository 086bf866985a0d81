"""Roles and role bindings as permission statements.

Source: "Using RBAC Authorization" (kubernetes.io/docs).  ``cluster-admin`` and the group ``system:masters`` may
do everything; the user ``system:anonymous`` and the group ``system:unauthenticated`` are anyone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from compliance.collect.kubernetes.objects import Object
from compliance.collect.yaml_tree import Node
from compliance.model.cell import Cell, any_true
from compliance.model.location import Location
from compliance.model.row import Row, make_row

_GROUP: Final = "rbac.authorization.k8s.io"
_ANYONE: Final = ("system:anonymous", "system:unauthenticated")


def rows(one: Object) -> Iterator[Row]:
    """One statement a rule of a role, one a binding."""
    if one.group not in (_GROUP, "authorization.openshift.io"):
        return
    if one.kind in ("Role", "ClusterRole"):
        listed = one.node.get("rules")
        for index, rule in enumerate(listed.items or ([listed] if listed.unknown is not None else [])):
            yield _role_rule(one, rule, index)
    elif one.kind in ("RoleBinding", "ClusterRoleBinding"):
        yield _binding(one)


def _statement(one: Object, at: Location, mark: str, **columns: Any) -> Row:
    return make_row(
        "permission_statement", at, statement_id=mark, policy_id=one.id, policy_kind="role_binding", effect="allow",
        conditioned=False, **columns, **one.identity(),
    )  # fmt: skip


def _role_rule(one: Object, rule: Node, index: int) -> Row:
    verbs, groups, resources = rule.cells("verbs"), rule.cells("apiGroups"), rule.cells("resources")
    every_verb, every_group, every_resource = _star(verbs), _star(groups), _star(resources)
    if rule.cells("resourceNames"):
        every_resource = Cell(False, rule.place("resourceNames"))
    names = [c.value for c in verbs]
    return _statement(
        one, rule.at, f"{one.id}/rule/{index}",
        actions=next((c for c in verbs if c.unknown), Cell(",".join(map(str, names)), rule.place("verbs") if names else None)),
        all_actions=_all(every_verb, every_group, every_resource), service_wildcard=every_verb, all_resources=every_resource,
        any_principal=False, attached_directly=False,
    )  # fmt: skip


def _star(cells: list[Cell]) -> Cell:
    return any_true(c.equals("*") for c in cells).default(False)


def _all(*cells: Cell) -> Cell:
    """Three-valued AND, at the place of the first cell."""
    if (no := next((c for c in cells if c.value is False), None)) is not None:
        return no
    return next((c for c in cells if c.unknown), cells[0])


def _binding(one: Object) -> Row:
    role = one.node.cell("roleRef", "name").as_str()
    subjects = one.node.get("subjects")
    names = [s.cell("name").as_str() for s in subjects.items] or (
        [one.node.cell("subjects")] if subjects.unknown else []
    )
    admin = any_true([role.equals("cluster-admin"), *(n.equals("system:masters") for n in names)]).default(False)
    users = [s.cell("kind").equals("User") for s in subjects.items if not s.get("name").text.startswith("system:")]
    return _statement(
        one, one.at, one.id, actions=role.default(""), all_actions=admin, service_wildcard=admin,
        all_resources=admin, any_principal=any_true(n.equals(*_ANYONE) for n in names).default(False),
        attached_directly=any_true(users).default(False),
    )  # fmt: skip
