"""Backup plans and lifecycle policies; copies in other regions.

Provider pages: aws_backup_plan, aws_backup_vault, aws_backup_vault_lock_configuration, aws_dlm_lifecycle_policy, aws_backup_region_settings,
aws_secretsmanager_secret, aws_kms_replica_key, aws_ssm_parameter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from compliance.collect.terraform.providers.aws.registry import REGISTRY
from compliance.collect.terraform.providers.aws.settings import disks_encrypted_by_default
from compliance.collect.terraform.providers.common import FOREVER, encryption, identity, lacks, place, pointed, unknown
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import Cell
from compliance.model.row import NO_SETTING, Row, make_row

_ARN = re.compile(r"arn:aws[\w-]*:[\w-]*:([\w-]+):")
_DAYS = {"DAYS": 1, "WEEKS": 7, "MONTHS": 30, "YEARS": 365}


def arn_region(cell: Cell, world: World, *types: str) -> Cell:
    """Region of an ARN: its own text, or the region of the resource of this repository that it refers to."""
    other = pointed(world, cell, *types, by=("arn",))
    if other is not None:
        return Cell(other.region.value, cell.at)
    text = cell.value if cell.known else getattr(cell.value, "text", None)
    found = _ARN.match(text) if isinstance(text, str) else None
    if found:
        return Cell(found[1], cell.at)
    return cell if cell.unknown else unknown("unreadable_value", "arn", cell.at)


@REGISTRY.adapter("aws_backup_plan", reads=("aws_backup_vault", "aws_backup_vault_lock_configuration"))
def plan(res: Resource, world: World) -> Iterator[Row]:
    """Rules of a plan: kept for ever without a lifecycle; a vault is always encrypted, and locked only by a lock."""
    for index, rule in enumerate(res.blocks("rule")):
        vault = pointed(world, rule.get("target_vault_name"), "aws_backup_vault")
        locks = world.linked(vault, "backup_vault_name", "aws_backup_vault_lock_configuration") if vault else ()
        key = vault.get("kms_key_arn") if vault else Cell()
        copies = rule.blocks("copy_action")
        yield make_row(
            "backup_job", rule.at, job_id=f"{res.id}/rule/{index}", method="snapshot", enabled=True, **identity(res), **encryption(Cell(True), key, declared=not key.absent),
            offsite=Cell(bool(copies), copies[0].at if copies else None), separate_account=NO_SETTING, immutable=Cell(bool(locks), locks[0].at if locks else None),
            interval_minutes=NO_SETTING, retention_days=rule.get("lifecycle.delete_after").as_int().default(FOREVER),
        )  # fmt: skip
        for number, copy in enumerate(copies):
            yield place(res, f"copy/{index}.{number}", "backup", arn_region(copy.get("destination_vault_arn"), world, "aws_backup_vault"))


@REGISTRY.adapter("aws_dlm_lifecycle_policy")
def lifecycle(res: Resource, world: World) -> Iterator[Row]:
    """Snapshot schedules: copies to other regions in clear unless said; snapshots themselves are as their disks."""
    enabled = res.get("state").equals("ENABLED").default(True)
    for index, schedule in enumerate(res.blocks("policy_details.schedule")):
        rules = schedule.blocks("cross_region_copy_rule")
        copy_key = rules[0].get("cmk_arn") if rules else Cell()
        default = disks_encrypted_by_default(world)
        encrypted = rules[0].get("encrypted").as_bool() if rules else Cell()
        secured = encryption(encrypted if default.value is not True or encrypted.value is True else default, copy_key) if rules else lacks(
            "encrypted", "encryption_declared", "customer_managed_key"
        )  # fmt: skip
        yield make_row(
            "backup_job", schedule.at, job_id=f"{res.id}/schedule/{index}", method="snapshot", enabled=enabled, **identity(res), **secured,
            offsite=Cell(bool(rules), rules[0].at if rules else None), separate_account=NO_SETTING, immutable=NO_SETTING,
            interval_minutes=_minutes(schedule.get("create_rule.interval").as_int()), retention_days=_retention(schedule),
        )  # fmt: skip
        for number, rule in enumerate(rules):
            target = rule.get("target_region") if not rule.get("target_region").absent else rule.get("target")
            yield place(res, f"copy/{index}.{number}", "backup", target.map(lambda v: m[1] if (m := _ARN.match(str(v))) else v))


@REGISTRY.adapter("aws_dlm_lifecycle_policy")
def event_copies(res: Resource, world: World) -> Iterator[Row]:
    """Copies that an event-based policy makes of shared snapshots: in clear unless said."""
    enabled = res.get("state").equals("ENABLED").default(True)
    for index, copy in enumerate(res.blocks("policy_details.action.cross_region_copy")):
        default = disks_encrypted_by_default(world)
        encrypted = copy.get("encryption_configuration.encrypted").as_bool().default(False)
        days, unit = copy.get("retain_rule.interval").as_int(), _DAYS.get(str(copy.get("retain_rule.interval_unit").value), 1)
        kept = Cell(days.value * unit, days.at) if days.known else days.default(FOREVER)
        yield make_row(
            "backup_job", copy.at, job_id=f"{res.id}/event/{index}", method="snapshot", enabled=enabled, **identity(res),
            **encryption(default if default.value is True else encrypted, copy.get("encryption_configuration.cmk_arn")), offsite=Cell(True, copy.at),
            **lacks("separate_account", "immutable", "interval_minutes"), retention_days=kept,
        )  # fmt: skip
        yield place(res, f"event/{index}", "backup", copy.get("target"))


def _minutes(hours: Cell) -> Any:
    return hours.map(lambda v: v * 60) if not hours.absent else NO_SETTING


def _retention(schedule: Block) -> Cell:
    """An age, or a number of snapshots times the hours between them."""
    interval = schedule.get("retain_rule.interval").as_int()
    unit = schedule.get("retain_rule.interval_unit")
    if not interval.absent:
        return interval.map(lambda v: v * _DAYS.get(str(unit.value), 1))
    count, hours = schedule.get("retain_rule.count").as_int(), schedule.get("create_rule.interval").as_int()
    if count.known and hours.known:
        return Cell(count.value * hours.value // 24, count.at)
    return count if count.unknown else unknown("not_stated", "retain_rule.interval", count.at)


@REGISTRY.adapter("aws_secretsmanager_secret")
def secret(res: Resource, world: World) -> Iterator[Row]:
    """Secrets copied to other regions."""
    for index, replica in enumerate(res.blocks("replica")):
        yield place(res, f"replica/{index}", "replication", replica.get("region"))
