"""TencentDB for PostgreSQL and for SQL Server."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from compliance.collect.terraform.providers.common import encryption
from compliance.collect.terraform.providers.tencentcloud.registry import REGISTRY
from compliance.collect.terraform.providers.tencentcloud.settings import (
    UNENCRYPTABLE,
    Columns,
    database_row,
    either,
    linked_presence,
    linked_setting,
    names_key,
    owner,
    parts,
    switch,
)
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import ABSENT, Cell, Reason, Unknown, any_true
from compliance.model.row import Row

_PG: Final = ("tencentcloud_postgresql_instance", "tencentcloud_postgresql_clone_db_instance")
_PG_SSL: Final = "tencentcloud_postgresql_instance_ssl_config"
_PG_PLANS: Final = ("tencentcloud_postgresql_backup_plan_config", "tencentcloud_postgresql_backup_plan")
_PG_AUDIT: Final = "tencentcloud_postgres_audit_service"


@REGISTRY.adapter(*_PG, reads=(_PG_SSL, *_PG_PLANS, _PG_AUDIT))
def postgresql(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages postgresql_instance, postgresql_clone_db_instance, postgresql_instance_ssl_config,
    postgresql_backup_plan_config, postgres_audit_service.

    Defaults: no transparent encryption, no public address, no SSL, no audit, base backups kept 7 days (待核),
    no protection against deletion.
    """
    yield database_row(
        resource,
        "postgresql",
        name=resource.get("name").as_str(),
        version=resource.get("engine_version").as_str(),
        **_pg_encryption(resource),
        public_access=switch(resource.get("public_access_switch")).default(False),
        tls_required=switch(linked_setting(world, resource, "db_instance_id", _PG_SSL, "ssl_enabled")).default(False),
        audit_logging=linked_presence(world, resource, "instance_id", _PG_AUDIT).default(False),
        backup_retention_days=_pg_backup(resource, world).as_int().default(7),
        deletion_protection=switch(resource.get("delete_protection")).default(False),
    )


@REGISTRY.adapter("tencentcloud_postgresql_readonly_instance", "tencentcloud_postgresql_readonly_instance_v2")
def postgresql_readonly(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages postgresql_readonly_instance, postgresql_readonly_instance_v2: encrypted as the primary is."""
    link = resource.get("master_db_instance_id")
    primary = owner(world, link, *_PG)
    detail = link.refs[0] if link.refs else "master_db_instance_id"
    unread = Cell(Unknown(Reason("unresolved_reference", detail)), link.at)
    yield database_row(
        resource,
        "postgresql",
        name=resource.get("name").as_str(),
        version=resource.get("db_version").as_str(),
        **(_pg_encryption(primary) if primary else encryption(unread)),
        tls_required=switch(linked_setting(world, resource, "db_instance_id", _PG_SSL, "ssl_enabled")).default(False),
    )


def _pg_encryption(resource: Resource) -> Columns:
    key = resource.get("kms_key_id")
    tde = switch(resource.get("need_support_tde"))
    return encryption(tde if not tde.absent else either(names_key(key)), key)


def _pg_backup(resource: Resource, world: World) -> Cell:
    for kind in _PG_PLANS:
        kept = linked_setting(world, resource, "db_instance_id", kind, "base_backup_retention_period")
        if not kept.absent:
            return kept
    return resource.get("backup_plan.base_backup_retention_period")


_SQLSERVER: Final = (
    "tencentcloud_sqlserver_instance",
    "tencentcloud_sqlserver_basic_instance",
    "tencentcloud_sqlserver_general_cloud_instance",
    "tencentcloud_sqlserver_readonly_instance",
    "tencentcloud_sqlserver_general_cloud_ro_instance",
    "tencentcloud_sqlserver_business_intelligence_instance",
)
_TDE: Final = "tencentcloud_sqlserver_database_tde"
_SQL_SSL: Final = "tencentcloud_sqlserver_db_instance_ssl_config"
_WAN: Final = "tencentcloud_sqlserver_wan_ip_config"
_STRATEGY: Final = "tencentcloud_sqlserver_config_backup_strategy"


@REGISTRY.adapter(*_SQLSERVER, reads=(_TDE, "tencentcloud_sqlserver_instance_tde", _SQL_SSL, _WAN, _STRATEGY))
def sqlserver(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages sqlserver_instance, _basic_instance, _general_cloud_instance, _readonly_instance,
    _database_tde, _db_instance_ssl_config, _wan_ip_config, _config_backup_strategy.

    Encrypted by the disk (``disk_encrypt_flag``, cloud-disk editions) or per database (TDE).
    Defaults: neither, no SSL, no public address, backups kept 7 days.
    """
    copies = "readonly" in resource.type or "_ro_" in resource.type
    kept = linked_setting(world, resource, "instance_id", _STRATEGY, "backup_save_days").as_int().default(7)
    columns: Columns = {} if copies else {"backup_retention_days": kept}
    if not copies or not resource.get("disk_encrypt_flag").absent:
        columns |= _sqlserver_encryption(resource, world)
    else:
        columns |= UNENCRYPTABLE
    yield database_row(
        resource,
        "sqlserver",
        name=resource.get("name").as_str(),
        version=_version(resource),
        public_access=switch(linked_setting(world, resource, "instance_id", _WAN, "enable_wan_ip")).default(False),
        tls_required=switch(linked_setting(world, resource, "instance_id", _SQL_SSL, "encryption")).default(False),
        **columns,
    )


def _sqlserver_encryption(resource: Resource, world: World) -> Columns:
    disk = switch(resource.get("disk_encrypt_flag"))
    databases = [switch(part.get("encryption")) for part in parts(world, resource, "instance_id", _TDE)]
    return encryption(any_true(c for c in (*databases, disk) if not c.absent).default(False), ABSENT)


def _version(resource: Resource) -> Cell:
    version = resource.get("engine_version")
    return (version if not version.absent else resource.get("db_version")).as_str()
