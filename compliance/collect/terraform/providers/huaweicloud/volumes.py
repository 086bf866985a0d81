"""Disks, instance disks, file systems, snapshots and images."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from compliance.collect.terraform.providers.common import place
from compliance.collect.terraform.providers.huaweicloud.registry import REGISTRY, types
from compliance.collect.terraform.providers.huaweicloud.settings import (
    Columns,
    common,
    encryption,
    first,
    key_encryption,
    word,
)
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import ABSENT, Cell, Reason, Unknown
from compliance.model.location import Location
from compliance.model.row import NO_SETTING, Row, make_row

_VOLUMES = types("evs_volume", "blockstorage_volume_v2")


def volume_row(
    resource: Resource, suffix: str, kind: str, name: Cell, columns: Columns, at: Location | None = None
) -> Row:
    """A ``block_volume`` row; *at* when the volume has a block of its own.  No service here can demand TLS mounts."""
    return make_row(
        "block_volume",
        at or resource.at,
        **common(resource),
        resource_id=f"{resource.id}{suffix}",
        name=name.as_str(),
        volume_kind=kind,
        tls_required=NO_SETTING,
        **columns,
    )


@REGISTRY.adapter(*_VOLUMES)
def disk(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page evs_volume: ``kms_id`` encrypts; unencrypted by default."""
    yield volume_row(resource, "", "disk", resource.get("name"), _disk_encryption(resource, world))


def _disk_encryption(resource: Resource, world: World) -> Columns:
    key = first(resource, "kms_id", "metadata.__system__cmkid")
    if key.absent:
        # A disk made from a snapshot or a backup is encrypted as its source is.
        for attribute in ("snapshot_id", "backup_id"):
            source = resource.get(attribute)
            if not source.absent and source.value != "":
                return _inherited(source, attribute, world)
    return key_encryption(world, key)


def _inherited(source: Cell, attribute: str, world: World, depth: int = 0) -> Columns:
    for ref in source.refs:
        found = world.find(ref)
        if found is None or depth > 5:
            continue
        if found.type in _VOLUMES:
            return _disk_encryption(found, world)
        if found.type in _SNAPSHOTS:
            return _inherited(found.get("volume_id"), "volume_id", world, depth + 1)
        if found.type in _INSTANCES:
            return key_encryption(world, found.get("system_disk_kms_key_id"))
    reason = Reason("unresolved_reference", source.refs[0] if source.refs else attribute)
    return encryption(world, Cell(Unknown(reason), source.at))


@REGISTRY.adapter("huaweicloud_evsv3_volume")
def disk_v3(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page evsv3_volume: ``metadata.__system__encrypted`` "1" encrypts with ``__system__cmkid``."""
    switch = resource.get("metadata.__system__encrypted").as_bool().default(False)
    columns = encryption(world, switch, resource.get("metadata.__system__cmkid"))
    yield volume_row(resource, "", "disk", resource.get("name"), columns)


_SNAPSHOTS = types("evs_snapshot", "evsv3_snapshot", "evsv5_snapshot")


@REGISTRY.adapter(*_SNAPSHOTS)
def snapshot(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages evs_snapshot, evsv3_snapshot, evsv5_snapshot: encrypted as the disk is."""
    columns = _inherited(resource.get("volume_id"), "volume_id", world)
    yield volume_row(resource, "", "snapshot", resource.get("name"), columns)


_INSTANCES = types("compute_instance", "compute_instance_v2", "ecs_instance_v1")


@REGISTRY.adapter(*_INSTANCES, "huaweicloud_bms_instance")
def instance_disks(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages compute_instance, bms_instance: ``system_disk_kms_key_id`` and ``data_disks.kms_key_id``."""
    if resource.type == "huaweicloud_bms_instance":
        return  # its disks have no encryption setting
    columns = key_encryption(world, resource.get("system_disk_kms_key_id"))
    yield volume_row(resource, "/system_disk", "instance_disk", ABSENT.default(""), columns)
    for number, block in enumerate(resource.blocks("data_disks")):
        if not block.get("snapshot_id").absent and block.get("kms_key_id").absent:
            columns = _inherited(block.get("snapshot_id"), "snapshot_id", world)
        else:
            columns = key_encryption(world, block.get("kms_key_id"))
        yield volume_row(resource, f"/data_disk/{number}", "instance_disk", ABSENT.default(""), columns, block.at)


@REGISTRY.adapter(*types("cce_node", "cce_node_v3", "cce_node_pool", "cce_node_attach"))
def node_disks(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages cce_node, cce_node_pool: ``kms_key_id`` of ``root_volume`` and of each of ``data_volumes``."""
    for kind, name in (("root_volume", "root"), ("data_volumes", "data")):
        for number, block in enumerate(resource.blocks(kind)):
            key = first(block, "kms_key_id", "extend_params.__system__cmkid", "extend_param.__system__cmkid")
            yield volume_row(
                resource,
                f"/{name}/{number}",
                "instance_disk",
                ABSENT.default(""),
                key_encryption(world, key),
                block.at,
            )


@REGISTRY.adapter(*types("as_configuration", "as_configuration_v1"))
def scaling_disks(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page as_configuration: ``kms_id`` encrypts data disks; system disks have no such setting."""
    for number, block in enumerate(resource.blocks("instance_config.disk")):
        if word(block.get("disk_type")) != "sys":
            columns = key_encryption(world, block.get("kms_id"))
            yield volume_row(resource, f"/disk/{number}", "instance_disk", ABSENT.default(""), columns, block.at)


@REGISTRY.adapter("huaweicloud_compute_template")
def template_disks(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page compute_template: ``block_device_mappings`` with ``encrypted`` and ``cmk_id``."""
    for number, block in enumerate(_mappings(resource)):
        columns = encryption(world, block.get("encrypted").as_bool().default(False), block.get("cmk_id"))
        yield volume_row(resource, f"/disk/{number}", "instance_disk", ABSENT.default(""), columns, block.at)


def _mappings(resource: Resource) -> Iterator[Block]:
    for path in ("template_data.block_device_mappings", "block_device_mappings"):
        yield from resource.blocks(path)


@REGISTRY.adapter("huaweicloud_workspace_desktop")
def desktop_disks(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page workspace_desktop: ``kms_id`` of ``root_volume`` and of each ``data_volume`` encrypts."""
    for kind in ("root_volume", "data_volume"):
        for number, block in enumerate(resource.blocks(kind)):
            columns = key_encryption(world, block.get("kms_id"))
            yield volume_row(resource, f"/{kind}/{number}", "instance_disk", ABSENT.default(""), columns, block.at)


@REGISTRY.adapter("huaweicloud_sfs_turbo")
def turbo(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page sfs_turbo: ``crypt_key_id`` encrypts; unencrypted by default."""
    yield volume_row(
        resource, "", "file_system", resource.get("name"), key_encryption(world, resource.get("crypt_key_id"))
    )


@REGISTRY.adapter(*types("sfs_file_system", "sfs_file_system_v2"))
def file_system(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page sfs_file_system: the ``metadata`` entry ``#sfs_crypt_key_id`` encrypts."""
    metadata = resource.get("metadata")
    key = metadata if metadata.unknown else resource.get("metadata.#sfs_crypt_key_id")
    yield volume_row(resource, "", "file_system", resource.get("name"), key_encryption(world, key))


_OWN_KEY = types("ims_obs_system_image", "ims_obs_data_image", "ims_obs_iso_image")
_COPIED = {
    "huaweicloud_ims_ecs_system_image": "instance_id",
    "huaweicloud_ims_ecs_whole_image": "instance_id",
    "huaweicloud_ims_cbr_whole_image": "backup_id",
    "huaweicloud_ims_evs_data_image": "volume_id",
    "huaweicloud_ims_evs_system_image": "volume_id",
}


@REGISTRY.adapter(*_OWN_KEY, *_COPIED, *types("images_image", "images_image_v2"))
def image(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages ims_obs_system_image, ims_obs_data_image, ims_obs_iso_image (``cmk_id``),
    ims_ecs_system_image, ims_ecs_whole_image, ims_cbr_whole_image, ims_evs_data_image, ims_evs_system_image,
    images_image (encrypted as their source is).
    """
    attribute = _COPIED.get(resource.type, "instance_id")
    if resource.has(attribute):
        columns = _inherited(resource.get(attribute), attribute, world)
    else:
        columns = key_encryption(world, first(resource, "cmk_id", "cmk"))
    yield volume_row(resource, "", "image", resource.get("name"), columns)


@REGISTRY.adapter("huaweicloud_images_image_copy")
def image_copy(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page images_image_copy: ``kms_key_id`` encrypts a copy within the region."""
    target = resource.get("target_region")
    columns = key_encryption(world, resource.get("kms_key_id"))
    yield volume_row(resource, "", "image", resource.get("name"), columns)
    if not target.absent:
        yield place(resource, "target", "replication", target)
