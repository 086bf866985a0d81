"""Virtual machines: public addresses, log-in, protection against deletion."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from compliance.collect.terraform.providers.common import identity
from compliance.collect.terraform.providers.tencentcloud.registry import REGISTRY
from compliance.collect.terraform.providers.tencentcloud.settings import either, names_key, negated, switch
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import Cell
from compliance.model.location import Location
from compliance.model.row import NO_SETTING, Row, make_row


def instance_row(resource: Resource, suffix: str, at: Location, name: Cell, **columns: Any) -> Row:
    """A ``compute_instance`` row.  The metadata service of CVM has no session tokens to require."""
    merged = {"deletion_protection": NO_SETTING, "metadata_tokens_required": NO_SETTING, **columns}
    row_id = f"{resource.id}{suffix}"
    return make_row("compute_instance", at, **identity(resource), resource_id=row_id, name=name.as_str(), **merged)


def by_password(block: Block) -> Cell:
    """Set up with a password: one is written and neither a key pair nor the log-in of the image is used."""
    keyed = either(_names_keys(block.get("key_ids")), names_key(block.get("key_name")), switch(block.get("keep_image_login")))
    written = either(names_key(block.get("password")))
    if written.unknown:  # a password from a variable is a password
        written = Cell(True, written.at)
    return Cell(False, written.at) if keyed.value is True else written


def _names_keys(cell: Cell) -> Cell:
    if cell.unknown:
        return Cell(True, cell.at)
    return cell.map(lambda value: bool(value))


@REGISTRY.adapter("tencentcloud_instance", "tencentcloud_instance_set")
def instance(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages instance, instance_set.  Defaults: no public address, no protection against termination."""
    yield instance_row(
        resource,
        "",
        resource.at,
        resource.get("instance_name"),
        public_ip=switch(resource.get("allocate_public_ip")).default(False),
        password_login=by_password(resource),
        deletion_protection=switch(resource.get("disable_api_termination")).default(False),
    )


@REGISTRY.adapter("tencentcloud_cvm_launch_template", "tencentcloud_cvm_launch_template_version")
def launch_template(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages cvm_launch_template, cvm_launch_template_version: settings in nested blocks."""
    login = resource.blocks("login_settings")
    yield instance_row(
        resource,
        "",
        resource.at,
        resource.get("launch_template_name"),
        public_ip=switch(resource.get("internet_accessible.public_ip_assigned")).default(False),
        password_login=by_password(login[0]) if login else Cell(False),
        deletion_protection=switch(resource.get("disable_api_termination")).default(False),
    )


@REGISTRY.adapter("tencentcloud_as_scaling_config")
def scaling_config(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page as_scaling_config."""
    yield instance_row(
        resource,
        "",
        resource.at,
        resource.get("configuration_name"),
        public_ip=switch(resource.get("public_ip_assigned")).default(False),
        password_login=by_password(resource),
    )


@REGISTRY.adapter("tencentcloud_lighthouse_instance")
def lighthouse(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page lighthouse_instance: every one has a public address."""
    auto = switch(resource.get("login_configuration.auto_generate_password"))
    yield instance_row(
        resource,
        "",
        resource.at,
        resource.get("instance_name"),
        public_ip=True,
        password_login=either(auto, names_key(resource.get("login_configuration.password"))),
    )


_NODES = {
    "tencentcloud_kubernetes_cluster": ("worker_config", "master_config"),
    "tencentcloud_kubernetes_node_pool": ("auto_scaling_config",),
    "tencentcloud_kubernetes_scale_worker": ("worker_config",),
}


@REGISTRY.adapter(*_NODES)
def nodes(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages kubernetes_cluster, _node_pool, _scale_worker: the nodes; no public address by default."""
    for path in _NODES[resource.type]:
        for number, block in enumerate(resource.blocks(path)):
            yield instance_row(
                resource,
                f"/{path}/{number}",
                block.at,
                block.get("instance_name"),
                public_ip=switch(block.get("public_ip_assigned")).default(False),
                password_login=by_password(block),
            )


@REGISTRY.adapter("tencentcloud_container_cluster", "tencentcloud_container_cluster_instance")
def old_nodes(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page container_cluster (before kubernetes_cluster): ``require_wan_ip`` and ``password``."""
    keyed = either(names_key(resource.get("key_id")))
    yield instance_row(
        resource,
        "",
        resource.at,
        resource.get("instance_name"),
        public_ip=switch(resource.get("require_wan_ip")).default(False),
        password_login=by_password(resource) if keyed.value is not True else negated(keyed),
    )
