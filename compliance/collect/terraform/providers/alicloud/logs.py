"""Log service, ActionTrail, backups.

Provider pages: alicloud_log_store, alicloud_actiontrail_trail, alicloud_actiontrail, alicloud_hbr_ecs_backup_plan, alicloud_ecs_auto_snapshot_policy.
"""

from __future__ import annotations

from collections.abc import Iterator

from compliance.collect.terraform.providers.alicloud import REGISTRY
from compliance.collect.terraform.providers.common import FOREVER, encryption, identity, key_reference, place
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell
from compliance.model.row import NO_SETTING, Row, make_row


@REGISTRY.adapter("alicloud_log_store")
def log_store(res: Resource, world: World) -> Iterator[Row]:
    """Log stores: 30 days unless said (3650 = for ever), in clear unless encrypt_conf enables."""
    key = res.get("encrypt_conf.user_cmk_info.cmk_key_id")
    days = res.get("retention_period").as_int().map(lambda v: FOREVER if v == 3650 else v).default(30)
    yield make_row(
        "log_store", res.at, log_store_id=res.id, name=(res.get("logstore_name") if not res.get("logstore_name").absent else res.get("name")).as_str().default(""), store_kind="log_project",
        **identity(res), retention_days=days, immutable=NO_SETTING, deletable_by_operators=NO_SETTING, **encryption(res.get("encrypt_conf.enable").as_bool().default(False), key),
    )  # fmt: skip


@REGISTRY.adapter("alicloud_actiontrail_trail", "alicloud_actiontrail")
def trail(res: Resource, world: World) -> Iterator[Row]:
    """Trails: writes only, all regions, enabled unless said."""
    events = res.get("event_rw").as_str().default("Write")
    region = res.get("trail_region").as_str().default("All")
    yield make_row(
        "audit_trail", res.at, trail_id=res.id, name=(res.get("trail_name") if not res.get("trail_name").absent else res.get("name")).as_str().default(""), **identity(res),
        enabled=res.get("status").equals("Enable").default(True), all_regions=region.map(lambda v: v == "All"), all_events=events.map(lambda v: v == "All"), log_validation=NO_SETTING,
        encrypted=NO_SETTING, encryption_declared=NO_SETTING, customer_managed_key=NO_SETTING, log_store_id=key_reference(res.get("oss_bucket_name")).default(""), retention_days=NO_SETTING,
    )  # fmt: skip


@REGISTRY.adapter("alicloud_ecs_auto_snapshot_policy", "alicloud_snapshot_policy")
def snapshot_policy(res: Resource, world: World) -> Iterator[Row]:
    """Snapshot policies: -1 days keeps for ever."""
    days = res.get("retention_days").as_int().map(lambda v: FOREVER if v < 0 else v)
    yield make_row(
        "backup_job", res.at, job_id=res.id, method="snapshot", enabled=True, **identity(res), encrypted=NO_SETTING, encryption_declared=NO_SETTING, customer_managed_key=NO_SETTING,
        interval_minutes=NO_SETTING, offsite=res.get("enable_cross_region_copy").as_bool().default(False), separate_account=NO_SETTING, immutable=NO_SETTING, retention_days=days,
    )  # fmt: skip
    targets = res.get("target_copy_regions")
    for index, region in enumerate(targets.value if isinstance(targets.value, list) else []):
        yield place(res, f"copy/{index}", "backup", Cell(region, targets.at))


@REGISTRY.adapter("alicloud_hbr_ecs_backup_plan", "alicloud_hbr_oss_backup_plan", "alicloud_hbr_nas_backup_plan")
def backup_plan(res: Resource, world: World) -> Iterator[Row]:
    """Cloud Backup plans; a vault is encrypted by the service."""
    yield make_row(
        "backup_job", res.at, job_id=res.id, method="incremental", enabled=res.get("disabled").as_bool().default(False).map(lambda v: not v), **identity(res), **encryption(Cell(True)),
        interval_minutes=NO_SETTING, offsite=NO_SETTING, separate_account=NO_SETTING, immutable=NO_SETTING, retention_days=res.get("retention").as_int(),
    )  # fmt: skip
