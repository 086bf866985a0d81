"""RAM permissions: policies, ready-made policies, role trust."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from compliance.collect.terraform.providers.alicloud.policy_rows import statement_rows
from compliance.collect.terraform.providers.alicloud.registry import REGISTRY
from compliance.collect.terraform.providers.alicloud.settings import common, first, leaves, linked
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, any_true
from compliance.model.row import Row, make_row

# attachment -> the attribute that names whom it is attached to
_ATTACHMENTS: Final = {
    "alicloud_ram_user_policy_attachment": "user_name",
    "alicloud_ram_group_policy_attachment": "group_name",
    "alicloud_ram_role_policy_attachment": "role_name",
    "alicloud_resource_manager_policy_attachment": "principal_name",
}


@REGISTRY.adapter("alicloud_ram_policy", "alicloud_resource_manager_policy", reads=tuple(_ATTACHMENTS))
def policy(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages ram_policy (``policy_document``, older ``document`` or ``statement`` blocks),
    resource_manager_policy.
    """
    document = first(resource, "policy_document", "document")
    direct = _attached_to_user(resource, world)
    if not document.absent:
        yield from statement_rows(resource, world, document, "identity", attached_directly=direct)
        return
    for number, block in enumerate(resource.blocks("statement")):
        # Before 1.49 the statements were blocks; they read like a document of the same words.
        item = {
            "Effect": block.get("effect").default("Allow").value,
            "Action": block.get("action").value,
            "Resource": block.get("resource").value,
        }
        yield from statement_rows(
            resource,
            world,
            Cell({"Statement": [item]}, block.at),
            "identity",
            attached_directly=direct,
            prefix=f"/block/{number}",
        )


def _attached_to_user(resource: Resource, world: World) -> Cell:
    by = ("policy_name", "name", "id")
    for attachment in linked(world, resource, "policy_name", "alicloud_ram_user_policy_attachment", by=by):
        return Cell(True, attachment.get("policy_name").at)
    return Cell(False)


@REGISTRY.adapter(*_ATTACHMENTS)
def system_policy(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages ram_user_policy_attachment, ram_group_policy_attachment, ram_role_policy_attachment,
    resource_manager_policy_attachment: a ready-made (System) policy is one statement.

    RAM "System policies": AdministratorAccess is everything, Aliyun<Service>FullAccess everything of a service.
    """
    if resource.get("policy_type").equals("system").value is not True:
        return
    name = resource.get("policy_name").as_str()
    full = name.map(lambda text: text.lower().endswith("fullaccess"))
    admin = name.equals("AdministratorAccess")
    target = resource.get(_ATTACHMENTS[resource.type])
    direct = Cell(False)
    if resource.type == "alicloud_ram_user_policy_attachment":
        direct = Cell(True, target.at)
    elif resource.type == "alicloud_resource_manager_policy_attachment":
        direct = resource.get("principal_type").equals("imsuser").default(False)
    yield make_row(
        "permission_statement",
        resource.at,
        **common(resource),
        statement_id=f"{resource.id}/system",
        policy_id=name,
        policy_kind="identity",
        effect="allow",
        actions=name,
        all_actions=admin,
        service_wildcard=full,
        all_resources=any_true((admin, full)),
        any_principal=False,
        conditioned=False,
        attached_directly=direct,
    )


@REGISTRY.adapter("alicloud_ram_role", "alicloud_resource_manager_role")
def role(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages ram_role, resource_manager_role: the trust policy, older ``ram_users`` and ``services``."""
    document = first(resource, "assume_role_policy_document", "document")
    if not document.absent:
        yield from statement_rows(resource, world, document, "trust")
        return
    yield from _old_trust(resource, world)


def _old_trust(resource: Resource, world: World) -> Iterator[Row]:
    for attribute, kind in (("ram_users", "RAM"), ("services", "Service")):
        cell = resource.get(attribute)
        if cell.absent:
            continue
        item = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {kind: leaves(cell)}}
        document = Cell({"Statement": [item]}, cell.at)
        yield from statement_rows(resource, world, document, "trust", prefix=f"/{attribute}")
