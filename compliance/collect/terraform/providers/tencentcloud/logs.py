"""Log topics (CLS), audit tracks (CloudAudit), audit logs of databases, delivery of product logs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from compliance.collect.terraform.providers.common import FOREVER, encryption, identity, log_source
from compliance.collect.terraform.providers.tencentcloud.registry import REGISTRY
from compliance.collect.terraform.providers.tencentcloud.settings import (
    UNENCRYPTABLE,
    Columns,
    leaves,
    place_row,
    switch,
)
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import Cell, all_true
from compliance.model.row import NO_SETTING, Row, make_row

_PERMANENT: Final = 3640
"""The retention that stands for "for ever" in CLS."""
_DEFAULT_DAYS: Final = 30


def log_store_row(resource: Resource, suffix: str, name: Cell, kind: str, days: Any, columns: Columns | None = None) -> Row:
    """A ``log_store`` row.  No log service of Tencent Cloud can lock its entries against deletion."""
    return make_row(
        "log_store",
        resource.at,
        **identity(resource),
        log_store_id=f"{resource.id}{suffix}",
        name=name.as_str(),
        store_kind=kind,
        retention_days=days,
        immutable=NO_SETTING,
        **(columns or UNENCRYPTABLE),
    )


@REGISTRY.adapter("tencentcloud_cls_topic")
def topic(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page cls_topic; CLS API CreateTopic: kept 30 days unless said (待核), 3640 = for ever.

    Encryption exists for allow-listed accounts in some regions only: where it is not stated there is no
    such setting.
    """
    stated = switch(resource.get("encryption"))
    key = resource.get("custom_kms_info.kms_key_id")
    days = resource.get("period").as_int().default(_DEFAULT_DAYS)
    yield log_store_row(
        resource,
        "",
        resource.get("topic_name"),
        "log_group",
        days.map(lambda number: FOREVER if number >= _PERMANENT else number),
        None if stated.absent else encryption(stated, key, "" if key.absent else "KMS"),
    )


@REGISTRY.adapter("tencentcloud_clb_log_set")
def clb_log_set(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page clb_log_set: the log set of load balancers, 90 days at most; 30 unless said (待核)."""
    yield log_store_row(resource, "", Cell("clb_logset"), "log_group", resource.get("period").as_int().default(_DEFAULT_DAYS))


@REGISTRY.adapter(
    "tencentcloud_mysql_audit_service",
    "tencentcloud_cynosdb_audit_service",
    "tencentcloud_mongodb_audit_service",
    "tencentcloud_postgres_audit_service",
    "tencentcloud_redis_audit_log",
)
def database_audit(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages mysql_audit_service, cynosdb_audit_service, mongodb_audit_service, postgres_audit_service,
    redis_audit_log: the audit log keeps itself, ``log_expire_day`` days.
    """
    link = resource.get("instance_id")
    name = Cell(link.refs[0], link.at) if link.refs else link
    yield log_store_row(resource, "", name, "other", resource.get("log_expire_day").as_int())


# --- audit tracks -------------------------------------------------------------------------------


@REGISTRY.adapter("tencentcloud_audit_track")
def track(resource: Resource, world: World) -> Iterator[Row]:
    """Provider page audit_track: which calls of which products are delivered where."""
    yield _track_row(resource, _covers_all([resource]), resource.get("storage.storage_name"))
    yield from _deliveries(resource)


@REGISTRY.adapter("tencentcloud_events_audit_track")
def events_track(resource: Resource, world: World) -> Iterator[Row]:
    """Provider page events_audit_track: the same with a list of filters; no filter, every event."""
    fields = resource.blocks("filters.resource_fields")
    covers = Cell(True) if not fields else _any_covers(fields)
    yield _track_row(resource, covers, resource.get("storage.storage_name"))
    yield from _deliveries(resource)


def _track_row(resource: Resource, covers: Cell, store: Cell, **columns: Any) -> Row:
    # A track records every region; the setting does not exist.
    merged: Columns = {**UNENCRYPTABLE, **columns}
    enabled = switch(resource.get("status")) if not resource.get("status").absent else switch(resource.get("audit_switch"))
    return make_row(
        "audit_trail",
        resource.at,
        **identity(resource),
        trail_id=resource.id,
        name=resource.get("name").as_str(),
        enabled=enabled,
        all_regions=NO_SETTING,
        all_events=covers,
        log_validation=NO_SETTING,
        retention_days=NO_SETTING,
        log_store_id=Cell(store.refs[0], store.at) if store.refs else store.as_str(),
        **merged,
    )


def _covers_all(blocks: Iterable[Block]) -> Cell:
    """Reads and writes of every product."""
    cells: list[Cell] = []
    for block in blocks:
        cells += [block.get("action_type").as_str().equals("*"), block.get("resource_type").as_str().equals("*")]
        names = block.get("event_names")
        if not names.absent:
            cells.append(names if names.unknown else Cell("*" in leaves(names), names.at))
    return all_true(cell for cell in cells if not cell.absent).default(True)


def _any_covers(fields: Iterable[Block]) -> Cell:
    results = [_covers_all([field]) for field in fields]
    for wanted in (True, None):
        for cell in results:
            if cell.value is True or (wanted is None and cell.unknown):
                return cell
    return results[0]


def _deliveries(resource: Resource) -> Iterator[Row]:
    for number, storage in enumerate(resource.blocks("storage")):
        yield place_row(resource, f"storage/{number}", "log_delivery", storage.get("storage_region"))


@REGISTRY.adapter("tencentcloud_audit")
def old_track(resource: Resource, world: World) -> Iterator[Row]:
    """Resource audit (older versions of the provider, its page is gone: 待核): ``read_write_attribute`` 1 = reads, 2 = writes, 3 = both;
    KMS encryption off by default.
    """
    scope = resource.get("read_write_attribute").as_int().map(lambda kind: kind == 3)
    key = resource.get("key_id")
    kms = switch(resource.get("enable_kms_encry")).default(False)
    yield _track_row(resource, scope, resource.get("cos_bucket"), **encryption(kms, key))
    yield place_row(resource, "storage", "log_delivery", resource.get("cos_region"))


# --- delivery of product logs -------------------------------------------------------------------

_PRODUCTS: Final = {
    "cdb": "database",
    "tdsql-c": "database",
    "mongodb": "database",
    "dcdb": "database",
    "mariadb": "database",
    "postgresql": "database",
    "tdstore": "database",
    "tencentdb-redis": "database",
    "clb": "load_balancer",
    "teo": "cdn",
}


@REGISTRY.adapter("tencentcloud_cls_cloud_product_log_task", "tencentcloud_cls_cloud_product_log_task_v2")
def product_logs(resource: Resource, world: World) -> Iterator[Row]:
    """Provider pages cls_cloud_product_log_task, cls_cloud_product_log_task_v2: logs of a product go to CLS."""
    product = resource.get("assumer_name").as_str()
    kind = _PRODUCTS.get(str(product.value).lower(), "other") if product.known else "other"
    event = "access" if kind in {"load_balancer", "cdn"} else "query" if kind == "database" else "admin"
    yield log_source(resource, kind, Cell(True, resource.at), resource.get("topic_id"), event)
    yield place_row(resource, "cls", "log_delivery", resource.get("cls_region"))
