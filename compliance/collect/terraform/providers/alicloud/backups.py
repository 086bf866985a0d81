"""Backup plans: snapshot policies, database backup policies, Cloud Backup (HBR) and DBS plans."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from compliance.collect.terraform.providers.alicloud.log_rows import location_row
from compliance.collect.terraform.providers.alicloud.registry import REGISTRY
from compliance.collect.terraform.providers.alicloud.settings import (
    FOREVER,
    Columns,
    common,
    encryption,
    first,
    key_text,
    leaves,
)
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import ABSENT, Cell, Reason, Unknown
from compliance.model.row import NO_SETTING, Row, make_row

_WEEK: Final = 10_080  # minutes
_AS_THE_SOURCE: Columns = {
    "encrypted": NO_SETTING,
    "encryption_declared": NO_SETTING,
    "encryption_algorithm": "",
    "kms_key_id": "",
    "customer_managed_key": NO_SETTING,
}


def job_row(resource: Resource, suffix: str, method: str, retention: Cell, **columns: object) -> Row:
    """A ``backup_job`` row; a column that is not given is a setting the service does not have."""
    lacking: Columns = {
        **_AS_THE_SOURCE,
        **dict.fromkeys(("interval_minutes", "offsite", "separate_account", "immutable"), NO_SETTING),
    }
    merged = {"enabled": True, **lacking, **columns}
    days = retention.as_int().map(lambda number: FOREVER if number < 0 else number)
    return make_row(
        "backup_job",
        resource.at,
        **common(resource),
        job_id=f"{resource.id}{suffix}",
        method=method,
        retention_days=days,
        **merged,
    )


def _interval(days: Cell, times: Cell = ABSENT) -> Cell:
    """Minutes between runs on the given week days at the given hours."""
    if days.unknown or days.absent:
        return days
    count = max(1, len(leaves(days))) * max(1, len(leaves(times)))
    return Cell(_WEEK // count, days.at)


@REGISTRY.adapter("alicloud_ecs_auto_snapshot_policy", "alicloud_snapshot_policy")
def snapshot_policy(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages ecs_auto_snapshot_policy, snapshot_policy: -1 keeps snapshots for ever.

    Snapshots are encrypted as their disks are; copies in another region can be encrypted of their own.
    """
    interval = _interval(resource.get("repeat_weekdays"), resource.get("time_points"))
    copied = resource.get("enable_cross_region_copy").as_bool().default(False)
    yield job_row(resource, "", "snapshot", resource.get("retention_days"), interval_minutes=interval, offsite=copied)
    if copied.value is True:
        columns = encryption(
            resource.get("copy_encryption_configuration.encrypted").as_bool().default(False),
            resource.get("copy_encryption_configuration.kms_key_id"),
        )
        kept = resource.get("copied_snapshots_retention_days").default(-1)
        yield job_row(resource, "/copy", "cloud_copy", kept, offsite=copied, interval_minutes=interval, **columns)


@REGISTRY.adapter("alicloud_nas_auto_snapshot_policy")
def nas_snapshot_policy(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page nas_auto_snapshot_policy: -1, for ever, is the default."""
    interval = _interval(resource.get("repeat_weekdays"), resource.get("time_points"))
    yield job_row(resource, "", "snapshot", resource.get("retention_days").default(-1), interval_minutes=interval)


# database backup policy -> (attributes of the retention, default days or None); their provider pages
_DATABASES: Final[dict[str, tuple[tuple[str, ...], int | None]]] = {
    "alicloud_db_backup_policy": (("backup_retention_period", "retention_period"), 7),
    "alicloud_polardb_backup_policy": (("data_level1_backup_retention_period", "backup_retention_period"), 7),
    "alicloud_gpdb_backup_policy": (("backup_retention_period",), 7),
    "alicloud_click_house_backup_policy": (("backup_retention_period",), 7),
    "alicloud_kvstore_backup_policy": ((), 7),
    "alicloud_adb_backup_policy": ((), 7),
    "alicloud_cassandra_backup_plan": (("retention_period",), 30),
}


@REGISTRY.adapter(*_DATABASES)
def database_policy(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages db_backup_policy, polardb_backup_policy, gpdb_backup_policy, click_house_backup_policy,
    kvstore_backup_policy, adb_backup_policy, cassandra_backup_plan.  Backups are encrypted as the database is.
    """
    attributes, default = _DATABASES[resource.type]
    days = first(resource, "preferred_backup_period", "backup_period", "data_level1_backup_period")
    yield job_row(
        resource,
        "",
        "full",
        first(resource, *attributes).default(default),
        interval_minutes=NO_SETTING if days.absent else _interval(days),
        enabled=resource.get("active").as_bool().default(True),
    )


@REGISTRY.adapter("alicloud_rds_instance_cross_backup_policy")
def cross_region_policy(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page rds_instance_cross_backup_policy: kept 7 days by default in the other region."""
    yield job_row(resource, "", "cloud_copy", resource.get("retention").default(7), offsite=True)


_PLANS: Final = (
    "alicloud_hbr_ecs_backup_plan",
    "alicloud_hbr_oss_backup_plan",
    "alicloud_hbr_nas_backup_plan",
    "alicloud_hbr_ots_backup_plan",
    "alicloud_hbr_hana_backup_plan",
    "alicloud_hbr_server_backup_plan",
)


@REGISTRY.adapter(*_PLANS, reads=("alicloud_hbr_vault",))
def hbr_plan(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages hbr_*_backup_plan, hbr_vault: a vault is encrypted by Cloud Backup itself or with a KMS key."""
    copied = resource.get("detail.do_copy").as_bool()
    account = resource.get("cross_account_type").equals("cross_account").default(False)
    yield job_row(
        resource,
        "",
        "snapshot" if "server" in resource.type else "full",
        resource.get("retention"),
        enabled=resource.get("disabled").as_bool().default(False).map(lambda off: not off),
        interval_minutes=_schedule(resource.get("schedule")),
        offsite=NO_SETTING if copied.absent else copied,
        separate_account=account,
        **_vault_columns(resource, world),
    )
    if copied.value is True:
        yield location_row(resource, "copy", "backup", resource.get("detail.destination_region_id"))


def _vault_columns(block: Block, world: World) -> Columns:
    vault_id = block.get("vault_id")
    if vault_id.absent:  # snapshots of whole servers lie beside their disks, in no vault
        return {**_AS_THE_SOURCE, "immutable": NO_SETTING}
    vault = next((v for ref in vault_id.refs if (v := world.find(ref)) is not None), None)
    if vault is None:
        return {**encryption(Cell(True)), "immutable": Cell(_elsewhere(vault_id), vault_id.at)}
    own = vault.get("encrypt_type").equals("kms").default(False)
    key = vault.get("kms_key_id") if own.value is True else ABSENT
    # Without KMS the service still encrypts, with its own key and without being told to.
    flag = Cell(True, own.at if own.value is True else None) if own.known else own
    return {**encryption(flag, key), "immutable": vault.get("worm_enabled").as_bool().default(False)}


def _elsewhere(vault_id: Cell) -> Unknown:
    return Unknown(Reason("unresolved_reference", vault_id.refs[0] if vault_id.refs else str(vault_id.value)[:60]))


def _schedule(cell: Cell) -> Cell:
    """``I|{start}|{interval}`` with an ISO 8601 interval such as PT2H or P1D, in minutes."""
    return cell.as_str().map(_minutes)


_UNITS: Final = {"W": 10_080, "D": 1_440, "H": 60, "M": 1}


def _minutes(text: str) -> object:
    interval = text.rpartition("|")[2].strip().upper()
    match = re.fullmatch(r"P(?:(\d{1,6})([WD]))?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?)?", interval)
    if match is None:
        return Unknown(Reason("unreadable_value", interval[:60]))
    days, unit, hours, minutes = match.groups()
    total = int(days or 0) * _UNITS[unit or "D"] + int(hours or 0) * 60 + int(minutes or 0)
    return total or Unknown(Reason("unreadable_value", interval[:60]))


@REGISTRY.adapter("alicloud_hbr_policy", reads=("alicloud_hbr_vault",))
def hbr_policy(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page hbr_policy: one row a rule of type BACKUP or REPLICATION."""
    for number, rule in enumerate(resource.blocks("rules")):
        kind = rule.get("rule_type").as_str()
        if kind.value not in ("BACKUP", "REPLICATION"):
            continue
        copied = kind.value == "REPLICATION"
        columns = _vault_columns(rule, world)
        if not rule.get("immutable").absent:
            columns["immutable"] = rule.get("immutable").as_bool()
        yield job_row(
            resource,
            f"/rule/{number}",
            "cloud_copy" if copied else "full",
            rule.get("retention"),
            interval_minutes=NO_SETTING if copied else _schedule(rule.get("schedule")),
            offsite=copied,
            **columns,
        )
        if copied:
            yield location_row(resource, f"rule/{number}", "backup", rule.get("replication_region_id"))


@REGISTRY.adapter("alicloud_dbs_backup_plan")
def dbs_plan(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page dbs_backup_plan: kept 730 days by default; ``cross_aliyun_id`` backs up another account."""
    other = key_text(resource.get("cross_aliyun_id"))
    yield job_row(
        resource,
        "",
        "full",
        resource.get("backup_retention_period").default(730),
        interval_minutes=_interval(resource.get("backup_period")),
        separate_account=other.map(bool),
    )
