"""Disks, their snapshots and images: encryption, sharing, copies in other regions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from compliance.collect.terraform.providers.common import encryption, identity, network_rule
from compliance.collect.terraform.providers.tencentcloud.registry import REGISTRY
from compliance.collect.terraform.providers.tencentcloud.settings import leaves, owner, place_row, place_rows, switch
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import ABSENT, Cell, Reason, Unknown
from compliance.model.location import Location
from compliance.model.row import NO_SETTING, Row, make_row

_ENCRYPT_WORD: Final = ("encrypt", "true", "1", True)
"""Node pools write the fixed word ``ENCRYPT`` where the other resources have a boolean."""


def volume_row(resource: Resource, suffix: str, kind: str, at: Location, name: Cell, encrypted: Cell, key: Cell) -> Row:
    """A ``block_volume`` row; a disk is not encrypted unless that is said (CBS "Cloud disk encryption")."""
    return make_row(
        "block_volume",
        at,
        **identity(resource),
        resource_id=f"{resource.id}{suffix}",
        name=name.as_str(),
        volume_kind=kind,
        **encryption(encrypted.default(False), key),
        tls_required=NO_SETTING,
    )


def disk_rows(resource: Resource, owner: Block, path: str, prefix: str) -> Iterator[Row]:
    """The disks in nested blocks *path* that have an ``encrypt`` attribute."""
    for number, disk in enumerate(owner.blocks(path)):
        stated = disk.get("encrypt")
        on = stated.equals(*_ENCRYPT_WORD) if stated.known and isinstance(stated.value, str) else switch(stated)
        name = disk.get("data_disk_name")
        yield volume_row(resource, f"{prefix}/{number}", "instance_disk", disk.at, name, on, disk.get("kms_key_id"))


@REGISTRY.adapter("tencentcloud_cbs_storage", "tencentcloud_cbs_storage_set")
def disk(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages cbs_storage, cbs_storage_set: not encrypted by default; a key needs ``encrypt`` as well."""
    on = switch(resource.get("encrypt"))
    yield volume_row(resource, "", "disk", resource.at, resource.get("storage_name"), on, resource.get("kms_key_id"))


@REGISTRY.adapter("tencentcloud_instance")
def instance_disks(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page instance: ``system_disk_encrypt`` and ``data_disks.encrypt`` are false by default.

    Page instance_set has no encryption argument: its disks take on the encryption of the image.
    """
    on = switch(resource.get("system_disk_encrypt"))
    key, name = resource.get("system_disk_kms_key_id"), resource.get("system_disk_name")
    yield volume_row(resource, "/system", "instance_disk", resource.at, name, on, key)
    yield from disk_rows(resource, resource, "data_disks", "/data")


@REGISTRY.adapter("tencentcloud_cvm_launch_template", "tencentcloud_cvm_launch_template_version")
def template_disks(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages cvm_launch_template, cvm_launch_template_version: data disks."""
    yield from disk_rows(resource, resource, "data_disks", "/data")


# Where a cluster resource keeps the data disks of its nodes.
_NODE_DISKS: Final = {
    "tencentcloud_kubernetes_cluster": ("worker_config.data_disk", "master_config.data_disk"),
    "tencentcloud_kubernetes_node_pool": ("auto_scaling_config.data_disk",),
    "tencentcloud_kubernetes_scale_worker": ("worker_config.data_disk",),
    "tencentcloud_kubernetes_native_node_pool": ("native.data_disks",),
}


@REGISTRY.adapter(*_NODE_DISKS)
def node_disks(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages kubernetes_cluster, _node_pool, _scale_worker, _native_node_pool: data disks of the nodes.

    Only native pools can say how the system disk is encrypted.
    """
    for path in _NODE_DISKS[resource.type]:
        yield from disk_rows(resource, resource, path, f"/{path.partition('.')[0]}")
    if resource.type.endswith("native_node_pool"):
        yield from disk_rows(resource, resource, "native.system_disk", "/system")


@REGISTRY.adapter("tencentcloud_cbs_snapshot", reads=("tencentcloud_cbs_storage",))
def snapshot(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages cbs_snapshot, cbs_storage: a snapshot is encrypted as its disk is."""
    link = resource.get("storage_id")
    source = owner(world, link, "tencentcloud_cbs_storage", by=("id",))
    detail = link.refs[0] if link.refs else "storage_id"
    unread = Cell(Unknown(Reason("unresolved_reference", detail)), link.at)
    on = unread if source is None else switch(source.get("encrypt"))
    key = ABSENT if source is None else source.get("kms_key_id")
    yield volume_row(resource, "", "snapshot", resource.at, resource.get("snapshot_name"), on, key)


@REGISTRY.adapter("tencentcloud_cbs_snapshot_share_permission", "tencentcloud_cvm_image_share_permission")
def share(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages cbs_snapshot_share_permission, cvm_image_share_permission: always with named accounts."""
    accounts = resource.get("account_ids")
    for number, account in enumerate(leaves(accounts)):
        yield make_row(
            "resource_share",
            resource.at,
            **identity(resource),
            share_id=f"{resource.id}/{number}",
            resource_kind="image" if "image" in resource.type else "snapshot",
            target=Cell(account, accounts.at),
            public=False,
        )


@REGISTRY.adapter("tencentcloud_cbs_copy_snapshot_cross_region")
def snapshot_copy(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page cbs_copy_snapshot_cross_region: the copy lies in another region."""
    yield place_row(resource, "destination", "backup", resource.get("destination_region"))


@REGISTRY.adapter("tencentcloud_cvm_sync_image")
def image_copy(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page cvm_sync_image: copies in other regions, not encrypted by default."""
    yield from place_rows(resource, "destination", "backup", resource.get("destination_regions"))
    on = switch(resource.get("encrypt"))
    yield volume_row(resource, "", "image", resource.at, resource.get("image_name"), on, resource.get("kms_key_id"))


@REGISTRY.adapter("tencentcloud_cfs_access_rule")
def mount_rule(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page cfs_access_rule: addresses that may mount a file system (NFS, port 2049; ``*`` = every one)."""
    source = resource.get("auth_client_ip").as_str()
    group = resource.get("access_group_id")
    boundary = Cell(group.refs[0], group.at) if group.refs else group.as_str()
    port = Cell(2049)
    yield network_rule(resource, resource.at, "", source, port, port, protocol="tcp", boundary=boundary)
