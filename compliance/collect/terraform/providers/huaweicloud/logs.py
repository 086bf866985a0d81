"""Logs and audit trails: Log Tank Service (LTS), Cloud Trace Service (CTS)."""

from __future__ import annotations

from collections.abc import Iterable

from compliance.collect.terraform.providers.common import FOREVER, key_reference
from compliance.collect.terraform.providers.huaweicloud.registry import REGISTRY, types
from compliance.collect.terraform.providers.huaweicloud.settings import (
    UNENCRYPTABLE,
    Setting,
    common,
    first,
    key_encryption,
    stated,
)
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, Reason, Unknown, all_true, any_true
from compliance.model.row import NO_SETTING, Row, make_row

_TRACE_DAYS = 7
"""CTS "Overview": traces of the last seven days are kept when they are not transferred."""


def log_store_row(resource: Resource, name: Cell, days: Cell, suffix: str = "") -> Row:
    """A ``log_store`` row of the log service, which has no setting for encryption or against deletion."""
    return make_row(
        "log_store",
        resource.at,
        **common(resource),
        **UNENCRYPTABLE,
        log_store_id=f"{resource.id}{suffix}",
        name=name.as_str(),
        store_kind="log_group",
        retention_days=days,
        immutable=NO_SETTING,
    )


@REGISTRY.adapter("huaweicloud_lts_group")
def group(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page lts_group: ``ttl_in_days`` (an older default of the service is 7; the attribute is required)."""
    yield log_store_row(resource, resource.get("group_name"), resource.get("ttl_in_days").as_int().default(7))


@REGISTRY.adapter("huaweicloud_lts_stream")
def stream(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page lts_stream: a stream with a time of its own; -1 (default) is that of its group, in the group's row."""
    days = resource.get("ttl_in_days").as_int()
    if not days.absent and days.value != -1:
        yield log_store_row(resource, resource.get("stream_name"), days)


@REGISTRY.adapter("huaweicloud_cts_tracker", reads=types("cts_configuration"))
def tracker(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages cts_tracker, cts_configuration; OBS lifecycle rules of the bucket traces go to.

    A tracker is regional and the only one of its region: coverage of all regions is no setting of it.
    Defaults: on, trace files neither encrypted nor verified.
    """
    reads = [c.get("is_support_read_only").as_bool() for c in world.of_type("huaweicloud_cts_configuration")]
    bucket = stated(resource.get("bucket_name"))
    yield make_row(
        "audit_trail",
        resource.at,
        **common(resource),
        **key_encryption(world, resource.get("kms_id")),
        trail_id=resource.id,
        name="system",
        enabled=_enabled(resource),
        all_regions=NO_SETTING,
        all_events=any_true(reads) if reads else NO_SETTING,
        log_validation=resource.get("validate_file").as_bool().default(False),
        log_store_id=key_reference(bucket).default(""),
        retention_days=_kept(bucket, world, resource),
    )


@REGISTRY.adapter("huaweicloud_cts_data_tracker")
def data_tracker(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page cts_data_tracker: records operations on the objects of one bucket; it has no key of its own."""
    bucket = stated(resource.get("bucket_name"))
    yield make_row(
        "audit_trail",
        resource.at,
        **common(resource),
        **UNENCRYPTABLE,
        trail_id=resource.id,
        name=resource.get("name").as_str(),
        enabled=_enabled(resource),
        all_regions=NO_SETTING,
        all_events=NO_SETTING,
        log_validation=resource.get("validate_file").as_bool().default(False) if not bucket.absent else NO_SETTING,
        log_store_id=key_reference(bucket).default(""),
        retention_days=first(resource, "obs_retention_period").as_int()
        if resource.has("obs_retention_period")
        else _kept(bucket, world, resource),
    )


def _enabled(resource: Resource) -> Cell:
    """Older versions of the provider write ``status``."""
    return first(resource, "enabled", "status").as_bool().default(True)


def _kept(bucket: Cell, world: World, resource: Resource) -> Setting:
    """Days traces are kept: what the lifecycle rules of the bucket leave, for ever when there are none."""
    if bucket.absent:
        if resource.get("lts_enabled").as_bool().value is True:
            return NO_SETTING  # the log group that CTS makes by itself is not in the configuration
        return Cell(_TRACE_DAYS)
    for found in world.of_type("huaweicloud_obs_bucket"):
        named = bucket.known and found.get("bucket").value == bucket.value
        if named or any(world.find(ref) is found for ref in bucket.refs):
            return _lifecycle(found)
    detail = bucket.refs[0] if bucket.refs else str(bucket.value) if bucket.known else "bucket_name"
    return bucket if bucket.unknown else Cell(Unknown(Reason("not_stated", f"lifecycle of {detail}"[:60])), bucket.at)


def _lifecycle(bucket: Resource) -> Cell:
    """The shortest time after which a rule of the bucket deletes objects."""
    shortest = Cell(FOREVER)
    for rule in bucket.blocks("lifecycle_rule"):
        days = rule.get("expiration.days").as_int()
        switched = all_true((rule.get("enabled").as_bool().default(True),))
        if days.absent or switched.value is False:
            continue
        if days.unknown:
            return days
        if days.value < shortest.value:
            shortest = days
    return shortest
