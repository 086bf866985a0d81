"""Disks, file systems, snapshots and images."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from compliance.collect.terraform.providers.alicloud.log_rows import location_row
from compliance.collect.terraform.providers.alicloud.registry import REGISTRY
from compliance.collect.terraform.providers.alicloud.settings import (
    Columns,
    algorithm_name,
    common,
    encryption,
    first,
    truth,
)
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import ABSENT, Cell, Reason, Unknown
from compliance.model.location import Location
from compliance.model.row import NO_SETTING, Row, make_row

_ACCOUNT = ("alicloud_ecs_disk_encryption_by_default", "alicloud_ecs_disk_default_kms_key")


def volume_row(
    resource: Resource,
    suffix: str,
    kind: str,
    name: Cell,
    columns: Columns,
    tls: Cell | None = None,
    at: Location | None = None,
) -> Row:
    """A ``block_volume`` row; *tls* only for file systems, *at* when the volume has a block of its own."""
    return make_row(
        "block_volume",
        at or resource.at,
        **common(resource),
        resource_id=f"{resource.id}{suffix}",
        name=name.as_str(),
        volume_kind=kind,
        tls_required=NO_SETTING if tls is None else tls,
        **columns,
    )


def disk_encryption(world: World, flag: Cell, key: Cell, algorithm: Cell = ABSENT) -> Columns:
    """Encryption of a cloud disk: its own flag, else the account's default (alicloud_ecs_disk_encryption_by_default).

    A disk is unencrypted when neither says otherwise.
    """
    encrypted = flag.as_bool()
    if encrypted.absent:
        for setting in world.of_type(_ACCOUNT[0]):
            encrypted = setting.get("encrypted").as_bool()
        for setting in world.of_type(_ACCOUNT[1]):
            key = setting.get("kms_key_id") if key.absent else key
    encrypted = encrypted.default(False)
    return encryption(encrypted, key, "AES-256" if algorithm.absent else algorithm_name(algorithm))


def instance_disks(resource: Resource, world: World, system: Block, prefix: str, data_blocks: str, template: Resource | None = None) -> Iterator[Row]:
    """The system disk and the data disks of an instance, template or node pool.

    system:      the block that holds the system disk's attributes, whose names start with *prefix*
    data_blocks: name of the data disk blocks
    template:    launch template that fills what the resource leaves out
    """

    def setting(*names: str) -> Cell:
        cell = first(system, *(f"{prefix}{name}" for name in names))
        if cell.absent and template is not None:
            cell = first(template, *(f"system_disk.{name}" for name in names))
        return cell

    flag = setting("encrypted")
    if flag.absent and template is None and resource.has("launch_template_id"):
        flag = _from_elsewhere(resource, "launch_template_id")
    columns = disk_encryption(world, flag, setting("kms_key_id", "kms_key"), setting("encrypt_algorithm"))
    yield volume_row(resource, "/system_disk", "instance_disk", setting("name"), columns)
    disks = list(resource.blocks(data_blocks))
    if not disks and template is not None:
        disks = list(template.blocks("data_disks"))
    for number, disk in enumerate(disks):
        columns = disk_encryption(world, _flag(disk), disk.get("kms_key_id"), disk.get("encrypt_algorithm"))
        yield volume_row(resource, f"/data_disk/{number}", "instance_disk", disk.get("name"), columns, at=disk.at)


def _flag(block: Block) -> Cell:
    """A disk's own flag; a disk that is made from a snapshot is encrypted as that is."""
    flag = block.get("encrypted")
    return _from_elsewhere(block, "snapshot_id") if flag.absent and block.has("snapshot_id") else flag


def _from_elsewhere(resource: Block, attribute: str) -> Cell:
    cell = resource.get(attribute)
    detail = cell.refs[0] if cell.refs else attribute
    return Cell(Unknown(Reason("unresolved_reference", detail)), cell.at)


@REGISTRY.adapter("alicloud_ecs_disk", "alicloud_disk", "alicloud_ens_disk", reads=_ACCOUNT)
def disk(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages ecs_disk, disk, ens_disk, ecs_disk_encryption_by_default, ecs_disk_default_kms_key."""
    columns = disk_encryption(world, _flag(resource), resource.get("kms_key_id"), resource.get("encrypt_algorithm"))
    yield volume_row(resource, "", "disk", first(resource, "disk_name", "name"), columns)


@REGISTRY.adapter("alicloud_nas_file_system")
def file_system(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page nas_file_system: ``encrypt_type`` 0 none (default), 1 NAS's key, 2 a KMS key.

    Only SMB has a server-side switch that refuses clients without transport encryption.
    """
    kind = resource.get("encrypt_type").as_int().default(0)
    key = resource.get("kms_key_id") if kind.value == 2 else ABSENT
    tls = resource.get("smb_acl.reject_unencrypted_access").as_bool()
    if tls.absent and resource.get("protocol_type").equals("smb").value is True:
        tls = Cell(False)
    yield volume_row(
        resource,
        "",
        "file_system",
        resource.get("description"),
        encryption(kind.map(lambda number: number in (1, 2)), key, "KMS" if kind.value == 2 else "AES-256"),
        None if tls.absent else tls,
    )


@REGISTRY.adapter("alicloud_dbfs_instance")
def database_file_system(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page dbfs_instance: unencrypted by default."""
    columns = encryption(resource.get("encryption").as_bool().default(False), resource.get("kms_key_id"))
    yield volume_row(resource, "", "file_system", first(resource, "fs_name", "instance_name"), columns)


@REGISTRY.adapter("alicloud_ecs_snapshot", "alicloud_snapshot")
def snapshot(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages ecs_snapshot, snapshot.  A snapshot is encrypted as its disk is."""
    source = resource.get("disk_id")
    columns = encryption(_from_elsewhere(resource, "disk_id"))
    for ref in source.refs:
        found = world.find(ref)
        if found is not None and found.type in ("alicloud_ecs_disk", "alicloud_disk"):
            columns = disk_encryption(world, found.get("encrypted"), found.get("kms_key_id"))
    yield volume_row(resource, "", "snapshot", first(resource, "snapshot_name", "name"), columns)


@REGISTRY.adapter("alicloud_image_copy")
def image_copy(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page image_copy: the copy is unencrypted by default."""
    columns = encryption(resource.get("encrypted").as_bool().default(False), resource.get("kms_key_id"))
    yield volume_row(resource, "", "image", first(resource, "image_name", "name"), columns)
    yield location_row(resource, "source", "replication", resource.get("source_region_id"))


@REGISTRY.adapter("alicloud_image")
def image(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page image.  An image is encrypted as the instance it was made from is."""
    columns = encryption(truth(_image_source(resource), False))
    for ref in resource.get("instance_id").refs:
        found = world.find(ref)
        if found is not None and found.type == "alicloud_instance":
            columns = disk_encryption(world, found.get("system_disk_encrypted"), found.get("system_disk_kms_key_id"))
    yield volume_row(resource, "", "image", first(resource, "image_name", "name"), columns)


def _image_source(resource: Resource) -> Cell:
    for attribute in ("instance_id", "snapshot_id"):
        if resource.has(attribute):
            return _from_elsewhere(resource, attribute)
    return _from_elsewhere(resource, "disk_device_mapping")


@REGISTRY.adapter("alicloud_image_share_permission")
def image_share(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page image_share_permission: shares with one named account."""
    yield make_row(
        "resource_share",
        resource.at,
        **common(resource),
        share_id=resource.id,
        resource_kind="image",
        target=resource.get("account_id").as_str(),
        public=False,
    )
