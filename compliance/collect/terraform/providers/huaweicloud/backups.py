"""Backup plans: Cloud Backup and Recovery (CBR) and the older VBS and CSBS."""

from __future__ import annotations

from collections.abc import Iterable

from compliance.collect.terraform.providers.common import FOREVER, place, strings
from compliance.collect.terraform.providers.huaweicloud.registry import REGISTRY, types
from compliance.collect.terraform.providers.huaweicloud.settings import (
    UNENCRYPTABLE,
    Setting,
    common,
    linked,
    names_something,
    stated,
    word,
)
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, all_true
from compliance.model.row import NO_SETTING, Row, make_row

_VAULT = "huaweicloud_cbr_vault"
_WEEK = 7 * 24 * 60


@REGISTRY.adapter("huaweicloud_cbr_policy", reads=(_VAULT,))
def policy(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages cbr_policy, cbr_vault.  A backup is encrypted as its disk is.

    Defaults: enabled; kept for ever when neither a number nor a time is given; vaults are not locked.
    """
    target = stated(resource.get("destination_region"))
    interval = _interval(resource)
    yield make_row(
        "backup_job",
        resource.at,
        **common(resource),
        **UNENCRYPTABLE,
        job_id=resource.id,
        method="cloud_copy" if word(resource.get("type")) == "replication" else "incremental",
        enabled=resource.get("enabled").as_bool().default(True),
        interval_minutes=interval,
        offsite=names_something(target),
        separate_account=NO_SETTING,
        immutable=_locked(resource, world),
        retention_days=_retention(resource, interval),
    )
    if not target.absent:
        yield place(resource, "destination", "backup", target)


def _interval(resource: Resource) -> Cell:
    """Minutes between backups from days of the week or a number of days, and times of the day."""
    times = max(len(strings(resource.get("backup_cycle.execution_times"))), 1)
    every = resource.get("backup_cycle.interval").as_int()
    if not every.absent:
        return every.map(lambda days: max(days, 0) * 24 * 60 // times)
    days = resource.get("backup_cycle.days").as_str()
    return days.map(lambda text: _WEEK // (max(len([d for d in text.split(",") if d.strip()]), 1) * times))


def _retention(resource: Resource, interval: Cell) -> Cell:
    """Days backups are kept: a time, or a number of backups times their interval."""
    days = resource.get("time_period").as_int()
    if not days.absent:
        return days
    number = resource.get("backup_quantity").as_int()
    if number.absent:
        return Cell(FOREVER)
    if number.known and interval.known:
        return Cell(min(number.value * interval.value // (24 * 60), FOREVER), number.at)
    return number if number.unknown else Cell(interval.value, number.at)


def _locked(resource: Resource, world: World) -> Setting:
    vaults = [*linked(world, resource, "policy.id", _VAULT), *linked(world, resource, "policy_id", _VAULT)]
    return all_true(v.get("locked").as_bool().default(False) for v in vaults) if vaults else NO_SETTING


@REGISTRY.adapter(_VAULT)
def vault(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page cbr_vault: backups into it are made by a policy; without one nothing is backed up by itself."""
    named = resource.blocks("policy") or resource.has("policy_id")
    if named or word(resource.get("protection_type")) == "replication":
        return
    yield make_row(
        "backup_job",
        resource.at,
        **common(resource),
        **UNENCRYPTABLE,
        job_id=resource.id,
        method="incremental",
        enabled=False,
        interval_minutes=NO_SETTING,
        offsite=NO_SETTING,
        separate_account=NO_SETTING,
        immutable=resource.get("locked").as_bool().default(False),
        retention_days=FOREVER,
    )


@REGISTRY.adapter("huaweicloud_cbr_replicate_backup")
def copy(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page cbr_replicate_backup: ``replicate.destination_region``."""
    yield place(resource, "destination", "backup", resource.get("replicate.destination_region"))


@REGISTRY.adapter(*types("vbs_backup_policy", "vbs_backup_policy_v2"))
def disk_policy(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page vbs_backup_policy: ``frequency`` in days, ``rentention_num`` or ``rentention_day`` (so spelt)."""
    interval = resource.get("frequency").as_int().map(lambda days: max(days, 0) * 24 * 60)
    if interval.absent:
        days = resource.get("week_frequency")
        interval = days.map(lambda names: _WEEK // max(len(strings(Cell(names))), 1))
    kept = resource.get("rentention_day").as_int()
    number = resource.get("rentention_num").as_int()
    if kept.absent and number.known and interval.known:
        kept = Cell(min(number.value * interval.value // (24 * 60), FOREVER), number.at)
    yield make_row(
        "backup_job",
        resource.at,
        **common(resource),
        **UNENCRYPTABLE,
        job_id=resource.id,
        method="incremental",
        enabled=resource.get("status").equals("on").default(True),
        interval_minutes=interval,
        offsite=False,
        separate_account=NO_SETTING,
        immutable=NO_SETTING,
        retention_days=kept if not kept.absent else number.or_unknown("not_stated", "retention"),
    )
