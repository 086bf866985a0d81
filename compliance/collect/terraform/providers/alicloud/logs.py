"""Log Service, ActionTrail and the audit logs that other services keep there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from compliance.collect.terraform.providers.alicloud.log_rows import location_row, log_source_row, log_store_row
from compliance.collect.terraform.providers.alicloud.policy_rows import statement_rows
from compliance.collect.terraform.providers.alicloud.registry import REGISTRY
from compliance.collect.terraform.providers.alicloud.settings import (
    FOREVER,
    Columns,
    algorithm_name,
    common,
    encryption,
    first,
)
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import ABSENT, Cell
from compliance.model.row import NO_SETTING, Row, make_row


@REGISTRY.adapter("alicloud_log_store")
def log_store(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page log_store: kept 30 days by default, 3650 means for ever; unencrypted by default."""
    days = resource.get("retention_period").as_int().default(30).map(lambda n: FOREVER if n >= 3650 else n)
    yield log_store_row(resource, resource.id, first(resource, "logstore_name", "name"), "log_group", days, _encryption(resource))


def _encryption(resource: Resource) -> Columns:
    return encryption(
        resource.get("encrypt_conf.enable").as_bool().default(False),
        resource.get("encrypt_conf.user_cmk_info.cmk_key_id"),
        algorithm_name(resource.get("encrypt_conf.encrypt_type")),
    )


@REGISTRY.adapter("alicloud_log_project")
def log_project(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page log_project: its access policy; retention and encryption belong to its log stores."""
    return statement_rows(resource, world, resource.get("policy"), "resource")


@REGISTRY.adapter("alicloud_actiontrail_trail", "alicloud_actiontrail")
def trail(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages actiontrail_trail, actiontrail.

    ``event_rw`` is Write by default in the page of actiontrail and of older versions, All in newer
    ones: Write, the stricter, counts.  ``trail_region`` is All by default (ActionTrail API
    CreateTrail); a single region or a list covers less.  A trail has no retention, encryption or
    digest of its own: its bucket or log store has.
    """
    store = first(resource, "sls_project_arn", "oss_bucket_name", "max_compute_project_arn")
    yield make_row(
        "audit_trail",
        resource.at,
        **common(resource),
        trail_id=resource.id,
        name=first(resource, "trail_name", "name").as_str(),
        enabled=resource.get("status").default("Enable").as_bool(),
        all_regions=resource.get("trail_region").default("All").equals("all"),
        all_events=resource.get("event_rw").default("Write").equals("all"),
        log_validation=NO_SETTING,
        encrypted=NO_SETTING,
        encryption_declared=NO_SETTING,
        encryption_algorithm="",
        kms_key_id="",
        customer_managed_key=NO_SETTING,
        log_store_id=Cell(store.refs[0], store.at) if store.refs else store.as_str().default(""),
        retention_days=NO_SETTING,
    )
    yield from _project_region(resource)


def _project_region(resource: Resource) -> Iterator[Row]:
    """``acs:log:<region>:<account>:project/<name>`` names the region that events are delivered to."""
    arn = resource.get("sls_project_arn")
    text = arn.value if isinstance(arn.value, str) else arn.value.text if arn.unknown else None
    parts = (text or "").split(":")
    if len(parts) >= 5 and parts[:2] == ["acs", "log"] and parts[2] and "$" not in parts[2]:
        yield location_row(resource, "sls_project", "log_delivery", Cell(parts[2], arn.at))


# log_audit switch -> (system kind, class of event, ttl, default of the ttl); provider page log_audit
_AUDITED: Final = {
    "actiontrail_enabled": ("other", "admin", "actiontrail_ttl", 180),
    "oss_access_enabled": ("storage", "access", "oss_access_ttl", 7),
    "rds_enabled": ("database", "query", "rds_ttl", 180),
    "rds_slow_enabled": ("database", "query", "rds_slow_ttl", 180),
    "polardb_enabled": ("database", "query", "polardb_ttl", 180),
    "polardb_slow_enabled": ("database", "query", "polardb_slow_ttl", 180),
    "drds_audit_enabled": ("database", "query", "drds_audit_ttl", 7),
    "vpc_flow_enabled": ("network", "network", "vpc_flow_ttl", 7),
    "dns_intranet_enabled": ("network", "network", "dns_intranet_ttl", 7),
    "slb_access_enabled": ("load_balancer", "access", "slb_access_ttl", 7),
    "alb_access_enabled": ("load_balancer", "access", "alb_access_ttl", 7),
    "bastion_enabled": ("host", "auth", "bastion_ttl", 180),
    "waf_enabled": ("web_server", "security", "waf_ttl", 180),
    "cloudfirewall_enabled": ("network", "security", "cloudfirewall_ttl", 180),
    "apigateway_enabled": ("api_gateway", "access", "apigateway_ttl", 180),
    "nas_enabled": ("storage", "access", "nas_ttl", 180),
    "k8s_audit_enabled": ("cluster", "admin", "k8s_audit_ttl", 180),
    "k8s_event_enabled": ("cluster", "admin", "k8s_event_ttl", 180),
    "k8s_ingress_enabled": ("cluster", "access", "k8s_ingress_ttl", 180),
}


@REGISTRY.adapter("alicloud_log_audit")
def log_audit(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page log_audit: every switch that is written, and how long what it collects is kept.

    A switch that is not written is off; it gives a row only for database audit, which this resource
    switches on for all instances together.
    """
    table = resource.get("variable_map")
    if table.absent:
        return
    settings = table.value if isinstance(table.value, dict) else {}
    for switch, (kind, event, ttl, default) in _AUDITED.items():
        cell = Cell(settings.get(switch), table.at) if table.known else table
        if switch != "rds_enabled" and (table.unknown or cell.absent):
            continue
        enabled = cell.as_bool().default(False)
        name = f"{resource.id}/{switch.removesuffix('_enabled')}"
        yield log_source_row(resource, kind, event, enabled, Cell(name), name)
        if enabled.value is True:
            days = Cell(settings.get(ttl), table.at).as_int().default(default)
            yield log_store_row(resource, name, Cell(switch.removesuffix("_enabled")), "log_group", days)


@REGISTRY.adapter("alicloud_mongodb_audit_policy", "alicloud_kvstore_audit_log_config")
def database_audit(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages mongodb_audit_policy (kept 30 days by default), kvstore_audit_log_config (on by default)."""
    mongo = resource.type == "alicloud_mongodb_audit_policy"
    enabled = resource.get("audit_status").as_bool() if mongo else resource.get("db_audit").as_bool().default(True)
    yield log_source_row(resource, "database", "query", enabled, Cell(resource.id))
    if enabled.value is True:
        days = first(resource, "storage_period", "retention").as_int()
        yield log_store_row(resource, resource.id, ABSENT.default(""), "other", days.default(30) if mongo else days)
