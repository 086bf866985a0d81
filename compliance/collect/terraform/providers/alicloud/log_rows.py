"""Rows about logs that several service groups fill."""

from __future__ import annotations

from compliance.collect.network import jurisdiction
from compliance.collect.terraform.providers.alicloud.settings import Columns, common
from compliance.collect.terraform.resource import Resource
from compliance.model.cell import Cell
from compliance.model.row import NO_SETTING, Row, make_row

_UNENCRYPTABLE: Columns = {
    "encrypted": NO_SETTING,
    "encryption_declared": NO_SETTING,
    "encryption_algorithm": "",
    "kms_key_id": "",
    "customer_managed_key": NO_SETTING,
}


def log_store_row(resource: Resource, store_id: str, name: Cell, kind: str, days: Cell, encryption: Columns | None = None) -> Row:
    """A ``log_store`` row.  No log service of Alibaba Cloud can lock its entries against deletion."""
    return make_row(
        "log_store",
        resource.at,
        **common(resource),
        log_store_id=store_id,
        name=name.as_str(),
        store_kind=kind,
        retention_days=days,
        immutable=NO_SETTING,
        **(encryption or _UNENCRYPTABLE),
    )


def log_source_row(resource: Resource, kind: str, event: str, enabled: Cell, store: Cell, system: str = "") -> Row:
    """A ``log_source`` row: one class of events of one system."""
    return make_row(
        "log_source",
        resource.at,
        **common(resource),
        system_id=system or resource.id,
        system_kind=kind,
        event_class=event,
        enabled=enabled,
        log_store_id=Cell(store.refs[0], store.at) if store.refs else store.as_str().default(""),
    )


def location_row(resource: Resource, suffix: str, kind: str, place: Cell) -> Row:
    """A ``data_location`` row for a region code; *suffix* makes its identifier unique in the resource."""
    code = place.as_str()
    return make_row(
        "data_location",
        resource.at,
        **common(resource),
        location_id=f"{resource.id}/{suffix}",
        resource_id=resource.id,
        location_kind=kind,
        place=code,
        jurisdiction=code.map(lambda text: jurisdiction("alicloud", text)),
    )
