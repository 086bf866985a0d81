"""Virtual machines, launch templates and scaling configurations."""

from __future__ import annotations

from collections.abc import Iterable

from compliance.collect.terraform.providers.alicloud.databases import protection
from compliance.collect.terraform.providers.alicloud.registry import REGISTRY
from compliance.collect.terraform.providers.alicloud.settings import any_stated, common, first, linked
from compliance.collect.terraform.providers.alicloud.volumes import instance_disks
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import Cell, Reason, Unknown
from compliance.model.row import NO_SETTING, Row, make_row

_TEMPLATES = ("alicloud_ecs_launch_template", "alicloud_launch_template")
_EIP = ("alicloud_eip_association",)


def public_bandwidth(cell: Cell) -> Cell:
    """Whether outgoing internet bandwidth is bought, which gives the machine a public address."""
    return cell.as_int().map(lambda megabits: megabits > 0)


def tokens_required(block: Block, prefix: str = "") -> Cell:
    """Whether the metadata service asks for a token (``http_tokens = required``) or is switched off."""
    off = block.get(f"{prefix}http_endpoint").equals("disabled")
    return off if off.value is True else block.get(f"{prefix}http_tokens").equals("required")


def password_login(block: Block, *keys: str) -> Cell:
    """Whether a password is set and no key pair replaces it."""
    key = first(block, *keys)
    if not key.absent:
        return Cell(False, key.at)
    password = first(block, "password", "kms_encrypted_password")
    inherited = block.get("password_inherit").as_bool()
    return Cell(True, password.at) if not password.absent else inherited.default(False)


@REGISTRY.adapter("alicloud_instance", reads=(*_EIP, "alicloud_ecs_key_pair_attachment"))
def instance(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages instance, eip_association.

    Defaults: no public address, metadata without tokens, unencrypted disks, no deletion protection.
    What the instance leaves out comes from its launch template when that is in the repository.
    """
    template = _template(resource, world)
    tokens = tokens_required(resource)
    bandwidth = resource.get("internet_max_bandwidth_out")
    if template is not None:
        tokens = tokens_required(template) if tokens.absent else tokens
        bandwidth = template.get("internet_max_bandwidth_out") if bandwidth.absent else bandwidth
    elif resource.has("launch_template_id") or resource.has("launch_template_name"):
        elsewhere = Cell(Unknown(Reason("unresolved_reference", "launch template")), resource.get("launch_template_id").at)
        tokens = elsewhere if tokens.absent else tokens
        bandwidth = elsewhere if bandwidth.absent else bandwidth
    yield make_row(
        "compute_instance",
        resource.at,
        **common(resource),
        resource_id=resource.id,
        name=first(resource, "instance_name", "host_name").as_str(),
        public_ip=any_stated(
            _bound_address(resource, world),
            resource.get("allocate_public_ip").as_bool(),
            public_bandwidth(bandwidth),
        ),
        metadata_tokens_required=tokens.default(False),
        password_login=_login(resource, world),
        deletion_protection=protection(resource, "deletion_protection", "instance_charge_type"),
    )
    yield from instance_disks(resource, world, resource, "system_disk_", "data_disks", template)


def _template(resource: Resource, world: World) -> Resource | None:
    for attribute in ("launch_template_id", "launch_template_name"):
        for ref in resource.get(attribute).refs:
            found = world.find(ref)
            if found is not None and found.type in _TEMPLATES:
                return found
    return None


def _bound_address(resource: Resource, world: World) -> Cell:
    for association in linked(world, resource, "instance_id", *_EIP):
        return Cell(True, association.get("instance_id").at)
    return Cell(False)


def _login(resource: Resource, world: World) -> Cell:
    for attachment in linked(world, resource, "instance_ids", "alicloud_ecs_key_pair_attachment"):
        return Cell(False, attachment.at)
    return password_login(resource, "key_name")


@REGISTRY.adapter(*_TEMPLATES)
def launch_template(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages ecs_launch_template, launch_template.  Release protection is no part of a template."""
    yield make_row(
        "compute_instance",
        resource.at,
        **common(resource),
        resource_id=resource.id,
        name=first(resource, "launch_template_name", "name").as_str(),
        public_ip=public_bandwidth(resource.get("internet_max_bandwidth_out")).default(False),
        metadata_tokens_required=tokens_required(resource).default(False),
        password_login=password_login(resource, "key_pair_name", "key_name"),
        deletion_protection=NO_SETTING,
    )
    yield from instance_disks(resource, world, resource, "system_disk.", "data_disks")


@REGISTRY.adapter("alicloud_ess_scaling_configuration")
def scaling_configuration(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page ess_scaling_configuration; most versions of it cannot ask for metadata tokens."""
    tokens = tokens_required(resource)
    yield make_row(
        "compute_instance",
        resource.at,
        **common(resource),
        resource_id=resource.id,
        name=first(resource, "scaling_configuration_name", "instance_name").as_str(),
        public_ip=public_bandwidth(resource.get("internet_max_bandwidth_out")).default(False),
        metadata_tokens_required=NO_SETTING if tokens.absent else tokens,
        password_login=password_login(resource, "key_name"),
        deletion_protection=resource.get("deletion_protection").as_bool().default(False),
    )
    yield from instance_disks(resource, world, resource, "system_disk_", "data_disk")
