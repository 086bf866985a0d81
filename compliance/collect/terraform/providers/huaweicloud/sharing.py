"""What is shared with other accounts: images, backups, image repositories, resource shares (RAM)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from compliance.collect.terraform.providers.common import strings
from compliance.collect.terraform.providers.huaweicloud.registry import REGISTRY
from compliance.collect.terraform.providers.huaweicloud.settings import common
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell
from compliance.model.row import Row, make_row


@REGISTRY.adapter("huaweicloud_images_image_share")
def image_share(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page images_image_share: shares with named projects, never with everyone."""
    yield from shares(resource, "image", resource.get("target_project_ids"))


@REGISTRY.adapter("huaweicloud_cbr_backup_share")
def backup_share(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page cbr_backup_share: shares a backup with named projects."""
    for number, block in enumerate(resource.blocks("members")):
        yield from shares(resource, "snapshot", block.get("dest_project_id"), f"/member/{number}")


@REGISTRY.adapter("huaweicloud_swr_repository_sharing")
def sharing(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page swr_repository_sharing: shares with one named account."""
    yield from shares(resource, "other", resource.get("sharing_account"))


@REGISTRY.adapter("huaweicloud_ram_resource_share")
def resource_share(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page ram_resource_share: ``principals`` are named accounts and organizations, never everyone."""
    yield from shares(resource, "other", resource.get("principals"))


def shares(resource: Resource, kind: str, targets: Cell, prefix: str = "") -> Iterator[Row]:
    """One ``resource_share`` row a target."""
    for number, target in enumerate(strings(targets)):
        yield make_row(
            "resource_share",
            resource.at,
            **common(resource),
            share_id=f"{resource.id}{prefix}/{number}",
            resource_kind=kind,
            target=Cell(target.refs[0], target.at) if target.refs else target,
            public=False,
        )
