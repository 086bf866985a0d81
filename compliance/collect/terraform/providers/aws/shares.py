"""Images, snapshots and documents shared outside the account.

Provider pages: aws_ami_launch_permission, aws_snapshot_create_volume_permission, aws_db_snapshot, aws_db_snapshot_copy, aws_db_cluster_snapshot,
aws_ssm_document, aws_ram_principal_association.
"""

from __future__ import annotations

from collections.abc import Iterator

from compliance.collect.terraform.providers.aws.registry import REGISTRY
from compliance.collect.terraform.providers.common import first_stated, identity
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell
from compliance.model.row import Row, make_row


def _row(res: Resource, kind: str, target: Cell, public: Cell) -> Row:
    return make_row("resource_share", res.at, share_id=res.id, resource_kind=kind, target=target.as_str().default(""), public=public, **identity(res))


@REGISTRY.adapter("aws_ami_launch_permission", "aws_snapshot_create_volume_permission")
def permission(res: Resource, world: World) -> Iterator[Row]:
    """The group ``all`` is everyone; else one account or organisation."""
    group = res.get("group")
    target = first_stated(res, "group", "account_id", "organization_arn", "organizational_unit_arn")
    public = (group if not group.absent else res.get("account_id")).equals("all").default(False)
    yield _row(res, "image" if "ami" in res.type else "snapshot", target, public)


@REGISTRY.adapter("aws_db_snapshot", "aws_db_cluster_snapshot", "aws_db_snapshot_copy")
def database_snapshot(res: Resource, world: World) -> Iterator[Row]:
    """Accounts a snapshot is shared with; ``all`` is everyone."""
    accounts = res.get("shared_accounts")
    if accounts.absent:
        return
    listed = accounts.map(lambda v: v if isinstance(v, list) else [v])
    yield _row(res, "database_snapshot", listed.map(lambda v: ",".join(str(a) for a in v)), listed.map(lambda v: "all" in v))


@REGISTRY.adapter("aws_ssm_document")
def document(res: Resource, world: World) -> Iterator[Row]:
    """Documents shared with accounts; ``All`` is everyone."""
    accounts = res.get("permissions.account_ids")
    if not accounts.absent:
        yield _row(res, "other", accounts, accounts.map(lambda v: "all" in str(v).lower().split(",")))


@REGISTRY.adapter("aws_ram_principal_association")
def association(res: Resource, world: World) -> Iterator[Row]:
    """A resource share is always with a named account or organisation."""
    yield _row(res, "other", res.get("principal"), Cell(False))
