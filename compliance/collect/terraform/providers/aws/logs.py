"""Trails, log groups, log buckets, configuration recording.

Provider pages: aws_cloudtrail, aws_cloudtrail_event_data_store, aws_cloudwatch_log_group, aws_s3_bucket_lifecycle_configuration,
aws_config_configuration_recorder, aws_config_configuration_recorder_status, aws_guardduty_detector, aws_s3_bucket.
"""

from __future__ import annotations

from collections.abc import Iterator

from compliance.collect.terraform.providers.aws.registry import REGISTRY
from compliance.collect.terraform.providers.aws.settings import text
from compliance.collect.terraform.providers.aws.storage import log_buckets, parts
from compliance.collect.terraform.providers.common import FOREVER, encryption, identity, key_reference, lacks, log_source, presence
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import Cell, any_true
from compliance.model.row import NO_SETTING, Row, make_row


@REGISTRY.adapter("aws_cloudtrail")
def trail(res: Resource, world: World) -> Iterator[Row]:
    """Trails: recording, one region, reads and writes, no digest files, SSE-S3 unless said."""
    key = res.get("kms_key_id")
    yield make_row(
        "audit_trail", res.at, trail_id=res.id, name=text(res, "name"), **identity(res), enabled=res.get("enable_logging").as_bool().default(True),
        all_regions=res.get("is_multi_region_trail").as_bool().default(False), all_events=_all_events(res),
        log_validation=res.get("enable_log_file_validation").as_bool().default(False), **encryption(Cell(True, key.at), key, declared=presence(res, "kms_key_id")),
        log_store_id=key_reference(res.get("s3_bucket_name")).default(""), retention_days=NO_SETTING,
    )  # fmt: skip


def _all_events(res: Resource) -> Cell:
    """Without selectors every management event; with them, one must take in management events, reads and writes."""
    basic = res.blocks("event_selector")
    advanced = res.blocks("advanced_event_selector")
    if not basic and not advanced:
        return Cell(True)
    if basic:
        whole = [_whole(b) for b in basic]
        result = any_true(whole)
        return result if result.value is not False else whole[0]
    return any_true(_whole_advanced(b) for b in advanced)


def _whole(selector: Block) -> Cell:
    kind = selector.get("read_write_type").equals("All").default(True)
    management = selector.get("include_management_events").as_bool().default(True)
    return management if management.value is False else kind


def _whole_advanced(selector: Block) -> Cell:
    fields = selector.blocks("field_selector")
    values = [v for f in fields if f.get("field").value == "eventCategory" for v in (f.get("equals").value or [])]
    narrowed = next((f for f in fields if f.get("field").value in ("readOnly", "eventName", "eventSource", "resources.type")), None)
    if "Management" not in values:
        return Cell(False, selector.at)
    return Cell(False, narrowed.at) if narrowed is not None else Cell(True, selector.at)


@REGISTRY.adapter("aws_cloudtrail_event_data_store")
def event_store(res: Resource, world: World) -> Iterator[Row]:
    """CloudTrail Lake: always encrypted, immutable, every region and 2555 days unless said."""
    key = res.get("kms_key_id")
    yield make_row(
        "log_store", res.at, log_store_id=res.id, name=text(res, "name"), store_kind="other", **identity(res),
        retention_days=res.get("retention_period").as_int().default(2555), immutable=True, deletable_by_operators=NO_SETTING,
        **encryption(Cell(True, key.at), key, declared=presence(res, "kms_key_id")),
    )  # fmt: skip


@REGISTRY.adapter("aws_cloudwatch_log_group")
def log_group(res: Resource, world: World) -> Iterator[Row]:
    """Log groups are always encrypted by the service and kept for ever unless said (0 also means for ever)."""
    key = res.get("kms_key_id")
    yield make_row(
        "log_store", res.at, log_store_id=res.id, name=text(res, "name", "name_prefix"), store_kind="log_group", **identity(res),
        retention_days=res.get("retention_in_days").as_int().map(lambda v: v or FOREVER).default(FOREVER), **lacks("immutable", "deletable_by_operators"),
        **encryption(Cell(True, key.at), key, declared=presence(res, "kms_key_id")),
    )  # fmt: skip


@REGISTRY.adapter("aws_s3_bucket")
def log_bucket(res: Resource, world: World) -> Iterator[Row]:
    """A bucket that receives logs: kept until a lifecycle rule expires them, immutable with object lock."""
    if res.address not in log_buckets(world):
        return
    rules: list[Block] = [r for b in parts(res, world, "lifecycle_configuration") for r in b.blocks("rule")] + list(res.blocks("lifecycle_rule"))
    lock = parts(res, world, "object_lock_configuration")
    sse = [*parts(res, world, "server_side_encryption_configuration"), *res.blocks("server_side_encryption_configuration")]
    key = sse[0].get("rule.apply_server_side_encryption_by_default.kms_master_key_id") if sse else Cell()
    yield make_row(
        "log_store", res.at, log_store_id=res.id, name=text(res, "bucket", "bucket_prefix"), store_kind="log_bucket", **identity(res), retention_days=_kept(rules),
        immutable=Cell(True, lock[0].at) if lock else presence(res, "object_lock_configuration.rule"), deletable_by_operators=NO_SETTING,
        **encryption(Cell(True, sse[0].at if sse else None), key, declared=bool(sse)),
    )  # fmt: skip


def _kept(rules: list[Block]) -> Cell:
    """The shortest expiry of the rules that are on; without one, for ever."""
    shortest = Cell(FOREVER)
    for rule in rules:
        on = rule.get("status").as_bool() if not rule.get("status").absent else rule.get("enabled").as_bool()
        days = rule.get("expiration.days").as_int()
        if on.value is False or days.absent or days.value == 0:
            continue
        if days.unknown:
            return days
        if days.value < shortest.value:
            shortest = days
    return shortest


@REGISTRY.adapter("aws_config_configuration_recorder", reads=("aws_config_configuration_recorder_status",))
def recorder(res: Resource, world: World) -> Iterator[Row]:
    """A recorder runs only when a status resource switches it on."""
    status = world.linked(res, "name", "aws_config_configuration_recorder_status", by=("name", "id"))
    yield log_source(res, "other", status[0].get("is_enabled").as_bool().default(False) if status else Cell(False), event="admin")


@REGISTRY.adapter("aws_guardduty_detector")
def detector(res: Resource, world: World) -> Iterator[Row]:
    """Detectors are on unless said."""
    yield log_source(res, "other", res.get("enable").as_bool().default(True), event="security")
