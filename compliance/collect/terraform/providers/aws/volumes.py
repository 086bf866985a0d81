"""Disks, snapshots, images and file systems.

Provider pages: aws_ebs_volume, aws_ebs_snapshot, aws_ebs_snapshot_copy, aws_ebs_snapshot_import, aws_ebs_encryption_by_default, aws_ami,
aws_ami_copy, aws_efs_file_system, aws_efs_file_system_policy, aws_fsx_lustre_file_system (and windows, ontap, openzfs), aws_workspaces_workspace.
"""

from __future__ import annotations

from collections.abc import Iterator

from compliance.collect.terraform.providers.aws.registry import REGISTRY
from compliance.collect.terraform.providers.aws.settings import disks_encrypted_by_default, text, volume_row
from compliance.collect.terraform.providers.common import encryption, place, pointed, unknown
from compliance.collect.terraform.providers.policy import denies_clear_text
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import Cell, any_true
from compliance.model.row import Row


def disk_encrypted(block: Block, world: World, snapshot: str = "snapshot_id") -> Cell:
    """A disk is in clear unless it or the account's default says otherwise; one made from a snapshot takes over its encryption."""
    stated = block.get("encrypted").as_bool()
    default = disks_encrypted_by_default(world)
    if not stated.absent and not (stated.value is False and default.value is True):
        return stated
    if default.value is True:
        return default
    source = block.get(snapshot)
    if source.absent:
        return default
    origin = pointed(world, source, "aws_ebs_snapshot", "aws_ebs_snapshot_copy", "aws_ebs_volume")
    if origin is None or not origin.get("snapshot_id").absent:
        return unknown("known_after_apply", snapshot, source.at)
    return Cell(_origin_encrypted(origin, world).value, source.at)


def _origin_encrypted(origin: Resource, world: World) -> Cell:
    if origin.type != "aws_ebs_snapshot":
        return disk_encrypted(origin, world)
    volume = pointed(world, origin.get("volume_id"), "aws_ebs_volume")
    if volume is None or not volume.get("snapshot_id").absent:
        return unknown("known_after_apply", "volume_id", origin.get("volume_id").at)
    return Cell(disk_encrypted(volume, world).value)


@REGISTRY.adapter("aws_ebs_encryption_by_default")
def account_default(res: Resource, world: World) -> Iterator[Row]:
    """The default for new disks, when it is switched off: each disk made outside this repository is then in clear."""
    enabled = res.get("enabled").as_bool().default(True)
    if enabled.value is not True:
        yield volume_row(res, "disk", encryption(enabled))


@REGISTRY.adapter("aws_ebs_volume", reads=("aws_ebs_encryption_by_default",))
def volume(res: Resource, world: World) -> Iterator[Row]:
    """Disks of their own."""
    yield volume_row(res, "disk", encryption(disk_encrypted(res, world), res.get("kms_key_id")), text(res, "tags.Name"))


@REGISTRY.adapter("aws_ebs_snapshot")
def snapshot(res: Resource, world: World) -> Iterator[Row]:
    """A snapshot is as encrypted as its disk."""
    yield volume_row(res, "snapshot", encryption(_origin_encrypted(res, world), declared=False), text(res, "tags.Name"))


@REGISTRY.adapter("aws_ebs_snapshot_copy", "aws_ebs_snapshot_import")
def snapshot_copy(res: Resource, world: World) -> Iterator[Row]:
    """Copies and imports: in clear unless said; a copy of an encrypted snapshot is encrypted."""
    encrypted = disk_encrypted(res, world)
    origin = pointed(world, res.get("source_snapshot_id"), "aws_ebs_snapshot", "aws_ebs_snapshot_copy")
    if origin is not None and origin.type == "aws_ebs_snapshot" and encrypted.value is False:
        encrypted = Cell(_origin_encrypted(origin, world).value, encrypted.at)
    yield volume_row(res, "snapshot", encryption(encrypted, res.get("kms_key_id")), text(res, "tags.Name"))
    source = res.get("source_region")
    if source.known and source.value != res.region.value:
        yield place(res, "copy", "backup", Cell(res.region.value, source.at))


@REGISTRY.adapter("aws_ami")
def image(res: Resource, world: World) -> Iterator[Row]:
    """Images: each disk in clear unless said, or as encrypted as the snapshot it is made from."""
    for index, block in enumerate(res.blocks("ebs_block_device")):
        yield volume_row(res, "image", encryption(disk_encrypted(block, world), block.get("kms_key_id")), text(res, "name"), block.at, f"/disk/{index}")


@REGISTRY.adapter("aws_ami_copy")
def image_copy(res: Resource, world: World) -> Iterator[Row]:
    """Copies of images: in clear unless said."""
    yield volume_row(res, "image", encryption(res.get("encrypted").as_bool().default(False), res.get("kms_key_id")), text(res, "name"))
    source = res.get("source_ami_region")
    if source.known and source.value != res.region.value:
        yield place(res, "copy", "backup", Cell(res.region.value, source.at))


@REGISTRY.adapter("aws_efs_file_system", reads=("aws_efs_file_system_policy",))
def file_system(res: Resource, world: World) -> Iterator[Row]:
    """EFS is not encrypted unless said; TLS is forced only by a policy."""
    policies = world.linked(res, "file_system_id", "aws_efs_file_system_policy")
    tls = any_true(denies_clear_text(p.get("policy"), world, res.at) for p in policies).default(False)
    encrypted = res.get("encrypted").as_bool().default(False)
    yield volume_row(res, "file_system", encryption(encrypted, res.get("kms_key_id")), text(res, "creation_token", "tags.Name"), tls_required=tls)


@REGISTRY.adapter("aws_fsx_lustre_file_system", "aws_fsx_windows_file_system", "aws_fsx_ontap_file_system", "aws_fsx_openzfs_file_system", "aws_fsx_file_cache")
def managed_file_system(res: Resource, world: World) -> Iterator[Row]:
    """FSx always encrypts; a key may be named."""
    yield volume_row(res, "file_system", encryption(Cell(True, res.get("kms_key_id").at), res.get("kms_key_id")), text(res, "tags.Name"))


@REGISTRY.adapter("aws_workspaces_workspace")
def workspace(res: Resource, world: World) -> Iterator[Row]:
    """Desktops: root and user disk in clear unless said."""
    for disk in ("root", "user"):
        encrypted = res.get(f"{disk}_volume_encryption_enabled").as_bool().default(False)
        yield volume_row(res, "instance_disk", encryption(encrypted, res.get("volume_encryption_key")), text(res, "user_name"), suffix=f"/{disk}")
