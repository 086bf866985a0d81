"""Backup policies: cloud disks, file systems, databases, and their copies in other regions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from compliance.collect.terraform.providers.common import encryption, identity
from compliance.collect.terraform.providers.tencentcloud.mysql import INSTANCES, tde
from compliance.collect.terraform.providers.tencentcloud.registry import REGISTRY
from compliance.collect.terraform.providers.tencentcloud.settings import (
    UNENCRYPTABLE,
    Columns,
    either,
    leaves,
    linked_setting,
    owner,
    place_row,
    seconds_to_days,
    switch,
)
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import ABSENT, Cell, Unknown
from compliance.model.row import NO_SETTING, Row, make_row

_WEEK: Final = 10_080  # minutes
_DAY: Final = 1_440
_METHODS: Final = {"snapshot": "snapshot"}


def job_row(resource: Resource, suffix: str, method: str, retention: Cell, **columns: Any) -> Row:
    """A ``backup_job`` row; a column that is not given is a setting the service does not have.

    Backups are encrypted as what they are made from is, where the service has no setting of its own.
    """
    lacking = dict.fromkeys(("interval_minutes", "offsite", "separate_account", "immutable"), NO_SETTING)
    merged: Columns = {"enabled": True, **UNENCRYPTABLE, **lacking, **columns}
    return make_row(
        "backup_job",
        resource.at,
        **identity(resource),
        job_id=f"{resource.id}{suffix}",
        method=method,
        retention_days=retention.as_int(),
        **merged,
    )


def _interval(days: Cell, times: Cell = ABSENT) -> Any:
    """Minutes between runs on the given week days at the given hours."""
    if days.absent:
        return NO_SETTING
    if days.unknown or any(isinstance(leaf, Unknown) for leaf in leaves(days)):
        return days if days.unknown else Cell(next(leaf for leaf in leaves(days) if isinstance(leaf, Unknown)), days.at)
    return Cell(_WEEK // (max(1, len(leaves(days))) * max(1, len(leaves(times)))), days.at)


@REGISTRY.adapter("tencentcloud_cbs_snapshot_policy")
def snapshot_policy(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page cbs_snapshot_policy: kept 7 days unless said; snapshots are encrypted as their disks are."""
    interval = _interval(resource.get("repeat_weekdays"), resource.get("repeat_hours"))
    yield job_row(resource, "", "snapshot", resource.get("retention_days").default(7), interval_minutes=interval)


@REGISTRY.adapter("tencentcloud_cfs_auto_snapshot_policy")
def file_snapshots(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page cfs_auto_snapshot_policy: without ``alive_days`` a snapshot stays for ever (待核)."""
    every = resource.get("interval_days").as_int().map(lambda days: days * _DAY)
    kept = resource.get("alive_days").as_int().default(0).map(lambda days: 36_500 if days == 0 else days)
    yield job_row(resource, "", "snapshot", kept, interval_minutes=NO_SETTING if every.absent else every)


@REGISTRY.adapter("tencentcloud_mysql_backup_policy", reads=("tencentcloud_mysql_backup_encryption_status",))
def mysql_policy(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages mysql_backup_policy, mysql_backup_encryption_status: kept 7 days; physical backups are
    encrypted when that is switched on or the instance has transparent encryption.
    """
    instance = owner(world, resource.get("mysql_id"), *INSTANCES)
    status, encrypted = ABSENT, ABSENT
    if instance is not None:
        kind = "tencentcloud_mysql_backup_encryption_status"
        status = switch(linked_setting(world, instance, "instance_id", kind, "encryption_status"))
        encrypted = tde(instance, world)["encrypted"]
    method = "snapshot" if resource.get("backup_model").value == "snapshot" else "full"
    kept = resource.get("retention_period").default(7)
    # Without the instance in this repository nobody can tell what else is set for it.
    columns = UNENCRYPTABLE if instance is None else encryption(either(status, encrypted))
    yield job_row(resource, "", method, kept, **columns)


@REGISTRY.adapter("tencentcloud_mysql_remote_backup_config")
def mysql_remote(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page mysql_remote_backup_config: copies in other regions."""
    on = switch(resource.get("remote_backup_save"))
    yield job_row(resource, "", "cloud_copy", resource.get("expire_days"), enabled=on, offsite=on)


# database backup policy -> (attribute of the retention, default days); their provider pages
_DATABASES: Final[dict[str, tuple[str, int]]] = {
    "tencentcloud_postgresql_backup_plan_config": ("base_backup_retention_period", 7),
    "tencentcloud_postgresql_backup_plan": ("base_backup_retention_period", 7),
    "tencentcloud_sqlserver_config_backup_strategy": ("backup_save_days", 7),
    "tencentcloud_mongodb_instance_backup_rule": ("backup_retention_period", 7),
    "tencentcloud_redis_backup_config": ("", 7),
    "tencentcloud_clickhouse_backup_strategy": ("data_backup_strategy.retain_days", 0),
    "tencentcloud_cynosdb_backup_config": ("reserve_duration", 7),
}


@REGISTRY.adapter(*_DATABASES)
def database_policy(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages postgresql_backup_plan_config, postgresql_backup_plan, sqlserver_config_backup_strategy,
    mongodb_instance_backup_rule, redis_backup_config, clickhouse_backup_strategy, cynosdb_backup_config (seconds).
    """
    attribute, default = _DATABASES[resource.type]
    stated = resource.get(attribute) if attribute else ABSENT
    if attribute == "reserve_duration":
        stated = seconds_to_days(stated)
    method = _METHODS.get(str(resource.get("backup_method").value), "full")
    yield job_row(resource, "", method, stated.default(default))


@REGISTRY.adapter("tencentcloud_kubernetes_backup_storage_location")
def cluster_backups(resource: Resource, world: World) -> Iterator[Row]:
    """Provider page kubernetes_backup_storage_location: the region of the bucket that holds cluster backups."""
    yield place_row(resource, "storage", "backup", resource.get("storage_region"))


@REGISTRY.adapter("tencentcloud_vpc_snapshot_policy")
def group_snapshots(resource: Resource, world: World) -> Iterator[Row]:
    """Provider page vpc_snapshot_policy: backups of security groups in a bucket of some region."""
    yield place_row(resource, "cos", "backup", resource.get("cos_region"))
