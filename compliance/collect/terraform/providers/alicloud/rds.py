"""ApsaraDB RDS: instances, clones, read-only instances and their host-based access rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from compliance.collect.network import source_scope
from compliance.collect.terraform.providers.alicloud.databases import (
    database_row,
    parameter,
    protection,
    public_by,
    retention,
)
from compliance.collect.terraform.providers.alicloud.log_rows import log_store_row
from compliance.collect.terraform.providers.alicloud.registry import REGISTRY
from compliance.collect.terraform.providers.alicloud.settings import (
    Columns,
    admits_everyone,
    any_stated,
    common,
    encryption,
    first,
    named_key_encrypts,
)
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, Reason, Unknown, any_true
from compliance.model.row import Row, make_row

_PUBLIC: Final = ("alicloud_db_connection", "alicloud_rds_db_proxy_public", "alicloud_rds_db_instance_endpoint_address")
_READS: Final = (*_PUBLIC, "alicloud_db_backup_policy")
_INSTANCES: Final = (
    "alicloud_db_instance",
    "alicloud_rds_clone_db_instance",
    "alicloud_rds_upgrade_db_instance",
    "alicloud_rds_ddr_instance",
)


@REGISTRY.adapter(*_INSTANCES, reads=_READS)
def instance(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages db_instance, rds_clone_db_instance, rds_upgrade_db_instance, rds_ddr_instance,
    db_connection, db_backup_policy.

    Defaults: no TDE and no disk encryption, SSL off, SQL explorer off (30 days when on), backups kept
    7 days, no deletion protection, allow-list 127.0.0.1.
    """
    collector = resource.get("sql_collector_status").equals("enabled", "enable")
    logged = [parameter(resource, name).as_bool() for name in ("log_connections", "log_disconnections", "log_duration")]
    yield database_row(
        resource,
        _engine(resource),
        name=first(resource, "instance_name", "db_instance_description").as_str(),
        version=resource.get("engine_version").as_str(),
        **_encryption(resource),
        public_access=any_true(public_by(world, resource, attribute, kind) for kind, attribute in _endpoints()),
        allows_any_source=admits_everyone([resource.get("security_ips")]),
        tls_required=_tls(resource),
        audit_logging=any_true(cell for cell in (*logged, collector) if not cell.absent).default(False),
        backup_retention_days=_backup(resource, world),
        deletion_protection=protection(resource, "deletion_protection", "instance_charge_type"),
    )
    yield from _access_rules(resource)


@REGISTRY.adapter("alicloud_db_readonly_instance")
def readonly(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page db_readonly_instance.  Encryption is that of the primary; so are backups and audit."""
    yield database_row(
        resource,
        _engine(_primary(resource, world) or resource),
        name=resource.get("instance_name").as_str(),
        version=resource.get("engine_version").as_str(),
        **_inherited_encryption(resource, world),
        public_access=any_true(public_by(world, resource, attribute, kind) for kind, attribute in _endpoints()),
        allows_any_source=admits_everyone([resource.get("security_ips")]),
        tls_required=_tls(resource),
        deletion_protection=protection(resource, "deletion_protection", "instance_charge_type"),
    )


def _endpoints() -> Iterator[tuple[str, str]]:
    yield _PUBLIC[0], "instance_id"
    yield _PUBLIC[1], "db_instance_id"
    yield _PUBLIC[2], "db_instance_id"


def _engine(resource: Resource) -> Cell:
    return resource.get("engine").as_str().map(str.lower)


def _encryption(resource: Resource) -> Columns:
    disk = resource.get("encryption_key")
    by_key = named_key_encrypts(disk)
    on = any_stated(by_key, resource.get("tde_status").equals("enabled"))
    return encryption(on, first(resource, "tde_encryption_key") if by_key.value is False else disk)


def _primary(resource: Resource, world: World) -> Resource | None:
    for ref in resource.get("master_db_instance_id").refs:
        found = world.find(ref)
        if found is not None and found.type in _INSTANCES:
            return found
    return None


def _inherited_encryption(resource: Resource, world: World) -> Columns:
    primary = _primary(resource, world)
    if primary is not None:
        return _encryption(primary)
    master = resource.get("master_db_instance_id")
    detail = master.refs[0] if master.refs else "master_db_instance_id"
    return encryption(Cell(Unknown(Reason("unresolved_reference", detail)), master.at))


def _tls(resource: Resource) -> Cell:
    """SSL is on, and clear text is refused where the instance can refuse it.

    ``force_encryption`` exists since provider 1.277 and for some engines only; where it is not
    stated, an instance with SSL on counts as one that asks for TLS.
    """
    transport = parameter(resource, "require_secure_transport").as_bool()
    if transport.value is True:
        return transport
    opened = resource.get("ssl_action").equals("open", "update")
    if opened.absent:
        opened = resource.get("ssl_enabled").equals(1, "1", True)
    forced = resource.get("force_encryption").equals(1, "1", True)
    if opened.value is True and not forced.absent:
        return forced
    return opened.default(False)


def _backup(resource: Resource, world: World) -> Cell:
    inline = resource.get("backup_retention_period").as_int()  # before the policy became a resource
    if not inline.absent:
        return inline
    names = ("backup_retention_period", "retention_period")
    return retention(world, resource, "instance_id", "alicloud_db_backup_policy", *names)


def _access_rules(resource: Resource) -> Iterator[Row]:
    for number, block in enumerate(resource.blocks("pg_hba_conf")):
        address = block.get("address").as_str()
        mask = block.get("mask").as_str()
        if address.known and mask.known and mask.value and "/" not in address.value:
            address = Cell(f"{address.value}/{mask.value}", address.at)
        yield make_row(
            "pg_hba_rule",
            block.at,
            **common(resource),
            rule_id=f"{resource.id}/pg_hba/{number}",
            conn_type=block.get("type").as_str().map(str.lower),
            database_name=block.get("database").as_str(),
            user_name=block.get("user").as_str(),
            source_cidr=address,
            source_scope=address.map(_rule_scope),
            method=block.get("method").as_str().map(str.lower),
            position=block.get("priority_id").as_int(),
        )


def _rule_scope(text: str) -> object:
    if text.lower() in {"all", "samenet", "samehost"}:
        return "any" if text.lower() == "all" else "private"
    return source_scope(text) or Unknown(Reason("unreadable_value", text[:60]))


_SQL_EXPLORER_DAYS: Final = 30


@REGISTRY.adapter("alicloud_db_instance")
def sql_explorer(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page db_instance: SQL explorer keeps the audit log itself, ``sql_collector_config_value`` days."""
    collector = resource.get("sql_collector_status").equals("enabled", "enable")
    if collector.value is not True:
        return
    yield make_row(
        "log_source",
        resource.at,
        **common(resource),
        system_id=resource.id,
        system_kind="database",
        event_class="query",
        enabled=collector,
        log_store_id=f"{resource.id}/sql_explorer",
    )
    yield log_store_row(
        resource,
        f"{resource.id}/sql_explorer",
        resource.get("instance_name"),
        "other",
        resource.get("sql_collector_config_value").as_int().default(_SQL_EXPLORER_DAYS),
    )
