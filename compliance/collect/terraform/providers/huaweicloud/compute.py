"""Virtual machines and launch templates."""

from __future__ import annotations

from collections.abc import Iterable

from compliance.collect.terraform.providers.huaweicloud.addresses import BINDINGS, bound_address
from compliance.collect.terraform.providers.huaweicloud.database_rows import has_password
from compliance.collect.terraform.providers.huaweicloud.registry import REGISTRY, types
from compliance.collect.terraform.providers.huaweicloud.settings import (
    block_present,
    common,
    links,
    names_something,
)
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import Cell, any_true
from compliance.model.row import NO_SETTING, Row, make_row

_EIP = types("compute_eip_associate", "compute_floatingip_associate_v2")


def instance_row(resource: Resource, public: Cell, password: Cell, name: Cell) -> Row:
    """A ``compute_instance`` row.  The provider can neither demand metadata tokens nor protect against deletion."""
    return make_row(
        "compute_instance",
        resource.at,
        **common(resource),
        resource_id=resource.id,
        name=name.as_str(),
        public_ip=public,
        metadata_tokens_required=NO_SETTING,
        password_login=password,
        deletion_protection=NO_SETTING,
    )


@REGISTRY.adapter(
    *types("compute_instance", "compute_instance_v2", "ecs_instance_v1", "bms_instance"), reads=(*_EIP, *BINDINGS)
)
def instance(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages compute_instance, bms_instance, compute_eip_associate, and those of ``addresses``."""
    own = [names_something(resource.get(name)) for name in ("eip_id", "eip_type")]
    linked = links(world, resource, "instance_id", *_EIP)
    public = any_true((*own, block_present(resource, "bandwidth"), linked, bound_address(resource, world)))
    yield instance_row(resource, public, has_password(resource, "admin_pass", "password"), resource.get("name"))


@REGISTRY.adapter(*types("as_configuration", "as_configuration_v1"))
def scaling(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page as_configuration: ``instance_config`` with ``public_ip``, ``key_name`` or ``admin_pass``."""
    yield _template(resource, "instance_config", "public_ip", "scaling_configuration_name")


@REGISTRY.adapter("huaweicloud_compute_template")
def template(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page compute_template: ``template_data`` with ``internet_access``."""
    yield _template(resource, "template_data", "internet_access", "name")


def _template(resource: Resource, body: str, public: str, name: str) -> Row:
    block: Block = next(iter(resource.blocks(body)), resource)
    return instance_row(resource, block_present(block, public), has_password(block, "admin_pass"), resource.get(name))
