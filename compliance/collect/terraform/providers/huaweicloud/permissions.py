"""IAM permissions: custom policies, ready-made roles, agencies and their trust."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from compliance.collect.terraform.providers.common import strings, unknown
from compliance.collect.terraform.providers.huaweicloud.policies import statement_rows
from compliance.collect.terraform.providers.huaweicloud.registry import REGISTRY, types
from compliance.collect.terraform.providers.huaweicloud.settings import common, first, links
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, any_true
from compliance.model.row import Row, make_row

_CUSTOM = types("identity_role", "identity_policy", "identityv5_policy")
_ATTACH = "huaweicloud_identityv5_policy_user_attach"


@REGISTRY.adapter(*_CUSTOM, reads=(_ATTACH,))
def custom_policy(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages identity_role (``policy``), identityv5_policy (``policy_document``)."""
    document = first(resource, "policy", "policy_document")
    direct = any_true(
        (
            links(world, resource, "policy_id", _ATTACH),
            links(world, resource, "role_id", "huaweicloud_identity_user_role_assignment"),
        )
    )
    return statement_rows(resource, document, "identity", attached_directly=direct)


@REGISTRY.adapter("huaweicloud_identitycenter_custom_policy_attachment")
def permission_set(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page identitycenter_custom_policy_attachment: ``custom_policy`` of a permission set."""
    return statement_rows(resource, resource.get("custom_policy"), "identity")


@REGISTRY.adapter("huaweicloud_identity_trust_agency")
def trust_agency(resource: Resource, world: World) -> Iterable[Row]:
    """The resource identity_trust_agency: ``trust_policy`` says who may take the agency."""
    return statement_rows(resource, resource.get("trust_policy"), "trust")


# Data source page identity_role, table of system-defined roles: internal name of the two that rule everything
# or decide who may; "FullAccess" is everything of every service.
_EVERYTHING: Final = frozenset(
    {"tenant administrator", "te_admin", "security administrator", "secu_admin", "fullaccess", "system_all_1001"}
    | {"administratoraccess", "administratoraccesspolicy", "full access"}
)
_ASSIGNMENTS: Final = types(
    "identity_role_assignment",
    "identity_role_assignment_v3",
    "identity_group_role_assignment",
    "identity_user_role_assignment",
    "identityv5_policy_user_attach",
    "identityv5_policy_group_attach",
    "identityv5_policy_agency_attach",
    "identity_policy_agency_attach",
)


@REGISTRY.adapter(*_ASSIGNMENTS)
def assignment(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages identity_group_role_assignment, identity_user_role_assignment, identityv5_policy_user_attach,
    identityv5_policy_group_attach, identityv5_policy_agency_attach: a ready-made role is one statement.

    The role is told by the data source identity_role; a bare id tells nothing.
    """
    role = first(resource, "role_id", "policy_id", "policy_name")
    name = role
    for ref in role.refs:
        found = world.find(ref)
        if found is not None and found.type in _CUSTOM:
            return
        if found is not None and found.type.startswith("data."):
            told = first(found, "display_name", "name", "policy_name")
            name = Cell(told.value, role.at) if told.known else role
    if name is role and role.known and resource.get("policy_name").absent:
        name = unknown("unresolved_reference", "role_id", role.at)
    user = resource.get("user_id")
    yield _row(resource, "/role", name.as_str(), Cell(not user.absent, user.at))


_ROLE_LISTS: Final = ("project_role.roles", "domain_roles", "all_resources_roles", "enterprise_project_roles.roles")


@REGISTRY.adapter(*types("identity_agency", "iam_agency", "iam_agency_v3"))
def agency(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page identity_agency: role names by project, by domain, for all resources, by enterprise project."""
    for path in _ROLE_LISTS:
        head, _, attribute = path.partition(".")
        owners = resource.blocks(head) if attribute else [resource]
        for number, owner in enumerate(owners):
            for index, role in enumerate(strings(owner.get(attribute or head))):
                yield _row(resource, f"/{head}/{number}.{index}", role, Cell(False))


def _row(resource: Resource, suffix: str, name: Cell, direct: Cell) -> Row:
    admin = name.map(lambda text: text.strip().lower() in _EVERYTHING)
    service = name.map(_rules_a_service)
    return make_row(
        "permission_statement",
        resource.at,
        **common(resource),
        statement_id=f"{resource.id}{suffix}",
        policy_id=resource.id,
        policy_kind="identity",
        effect="allow",
        actions=name,
        all_actions=admin,
        service_wildcard=service,
        all_resources=any_true((admin, service)) if name.known else name,
        any_principal=False,
        conditioned=False,
        attached_directly=direct,
    )


def _rules_a_service(text: str) -> bool:
    """``OBS Administrator``, ``ECS FullAccess``, ``ECSFullAccessPolicy`` allow everything of a service."""
    name = text.strip().lower()
    return name not in _EVERYTHING and name.endswith(
        (" administrator", "fullaccess", "fullaccesspolicy", "_adm", " admin")
    )
