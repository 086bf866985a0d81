"""CloudTrail, log groups, backups.

Provider pages: aws_cloudtrail, aws_cloudwatch_log_group, aws_config_configuration_recorder, aws_backup_plan, aws_backup_vault, aws_dlm_lifecycle_policy.
"""

from __future__ import annotations

from collections.abc import Iterator

from compliance.collect.terraform.providers.aws import REGISTRY
from compliance.collect.terraform.providers.common import FOREVER, encryption, identity, key_reference, place, presence
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell
from compliance.model.row import NO_SETTING, Row, make_row


@REGISTRY.adapter("aws_cloudtrail")
def trail(res: Resource, world: World) -> Iterator[Row]:
    """Trails: logging on, one region, reads and writes, no digest files, SSE-S3 unless said."""
    selectors = res.blocks("event_selector")
    kinds = selectors[0].get("read_write_type").as_str().default("All") if selectors else Cell("All")
    key = res.get("kms_key_id")
    yield make_row(
        "audit_trail", res.at, trail_id=res.id, name=res.get("name").as_str().default(""), **identity(res), enabled=res.get("enable_logging").as_bool().default(True),
        all_regions=res.get("is_multi_region_trail").as_bool().default(False), all_events=kinds.map(lambda v: v == "All"),
        log_validation=res.get("enable_log_file_validation").as_bool().default(False), **encryption(Cell(True, key.at), key, declared=presence(res, "kms_key_id")),
        log_store_id=key_reference(res.get("s3_bucket_name")), retention_days=NO_SETTING,
    )  # fmt: skip


@REGISTRY.adapter("aws_cloudwatch_log_group")
def log_group(res: Resource, world: World) -> Iterator[Row]:
    """Log groups are always encrypted by the service and kept for ever unless said (0 also means for ever)."""
    key = res.get("kms_key_id")
    yield make_row(
        "log_store", res.at, log_store_id=res.id, name=res.get("name").as_str().default(""), store_kind="log_group", **identity(res),
        retention_days=res.get("retention_in_days").as_int().map(lambda v: v or FOREVER).default(FOREVER), immutable=NO_SETTING, deletable_by_operators=NO_SETTING,
        **encryption(Cell(True, key.at), key, declared=presence(res, "kms_key_id")),
    )  # fmt: skip


@REGISTRY.adapter("aws_backup_plan", reads=("aws_backup_vault", "aws_backup_vault_lock_configuration"))
def backup_plan(res: Resource, world: World) -> Iterator[Row]:
    """Rules of a plan; recovery points without a lifecycle are kept for ever; a vault is always encrypted."""
    for index, rule in enumerate(res.blocks("rule")):
        vault = next((v for r in rule.get("target_vault_name").refs if (v := world.find(r)) is not None), None)
        locks = world.linked(vault, "backup_vault_name", "aws_backup_vault_lock_configuration") if vault else ()
        key = vault.get("kms_key_arn") if vault else Cell()
        copies = rule.blocks("copy_action")
        yield make_row(
            "backup_job", rule.at, job_id=f"{res.id}/rule/{index}", method="snapshot", enabled=True, **identity(res), **encryption(Cell(True, key.at), key), offsite=bool(copies),
            separate_account=NO_SETTING, immutable=Cell(bool(locks)), interval_minutes=NO_SETTING, retention_days=rule.get("lifecycle.delete_after").as_int().default(FOREVER),
        )  # fmt: skip
        for number, copy in enumerate(copies):
            target = copy.get("destination_vault_arn")
            region = target.map(lambda v: str(v).split(":")[3] if str(v).count(":") > 4 else None)
            other = next((v for r in target.refs if (v := world.find(r)) is not None), None)
            yield place(
                res, f"copy/{index}.{number}", "backup", Cell(other.region.value, target.at) if other else region.or_unknown("unresolved_reference", "destination_vault_arn")
            )
