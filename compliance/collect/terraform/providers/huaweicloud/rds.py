"""Relational databases: RDS, TaurusDB (GaussDB for MySQL), GaussDB (openGauss)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from compliance.collect.network import source_scope
from compliance.collect.terraform.providers.common import place
from compliance.collect.terraform.providers.huaweicloud.database_rows import (
    database_row,
    delivers_logs,
    parameter,
    publicly_bound,
    retention,
)
from compliance.collect.terraform.providers.huaweicloud.registry import REGISTRY, types
from compliance.collect.terraform.providers.huaweicloud.settings import (
    UNENCRYPTABLE,
    Columns,
    Setting,
    common,
    encryption,
    linked,
    links,
    names_something,
    word,
)
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, Reason, Unknown, any_true
from compliance.model.row import NO_SETTING, Row, make_row

_RDS = types("rds_instance", "rds_instance_v3")
_EIP = types("rds_instance_eip_associate")
_READS = types(
    "rds_instance_eip_associate", "rds_sql_audit", "rds_lts_config", "rds_pg_hba", "rds_pg_plugin", "dbss_rds_database"
)


@REGISTRY.adapter(*_RDS, reads=_READS)
def instance(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages rds_instance, rds_instance_eip_associate, rds_sql_audit, rds_lts_config, rds_pg_hba,
    rds_pg_plugin, dbss_rds_database; RDS "Automated backups" (kept for seven days by default).

    Defaults: disk unencrypted, no public address, no SQL audit; SSL off, and only MySQL has the switch.
    """
    engine = resource.get("db.type").as_str().map(str.lower)
    yield database_row(
        resource,
        engine,
        version=resource.get("db.version").as_str(),
        **_encryption(resource, world),
        public_access=publicly_bound(resource, world, *_EIP),
        tls_required=_tls(resource, world, engine),
        audit_logging=_audit(resource, world, engine),
        backup_retention_days=retention(resource, "backup_strategy.keep_days", 7),
    )


@REGISTRY.adapter("huaweicloud_rds_read_replica_instance")
def replica(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page rds_read_replica_instance: encrypted as the primary is; backed up with the primary."""
    primary = _primary(resource, world)
    engine = primary.get("db.type").as_str().map(str.lower) if primary else Cell(_elsewhere(resource))
    columns = encryption(world, Cell(_elsewhere(resource)))
    if primary is not None:
        columns = _encryption(primary, world)
    yield database_row(
        resource,
        engine,
        **columns,
        public_access=publicly_bound(resource, world, *_EIP),
        tls_required=_tls(resource, world, engine),
    )


def _primary(resource: Resource, world: World) -> Resource | None:
    for ref in resource.get("primary_instance_id").refs:
        found = world.find(ref)
        if found is not None and found.type in _RDS:
            return found
    return None


def _elsewhere(resource: Resource) -> Unknown:
    cell = resource.get("primary_instance_id")
    return Unknown(Reason("unresolved_reference", cell.refs[0] if cell.refs else "primary_instance_id"))


def _encryption(resource: Resource, world: World) -> Columns:
    key = resource.get("volume.disk_encryption_id")
    encrypted = any_true((names_something(key), resource.get("tde_enabled").as_bool()))
    return encryption(world, encrypted, key)


def _tls(resource: Resource, world: World, engine: Cell) -> Setting:
    switch = resource.get("ssl_enable").as_bool()
    if not switch.absent:
        return switch
    if word(engine) == "postgresql":
        rules = [r for hba in linked(world, resource, "instance_id", "huaweicloud_rds_pg_hba") for r in _hba_rules(hba)]
        return Cell(not any(_in_clear(rule) for rule in rules), rules[0].at) if rules else NO_SETTING
    secure = parameter([resource], "parameters", "require_secure_transport").as_bool()
    if not secure.absent:
        return secure
    return Cell(False) if word(engine) == "mysql" else Cell(engine.value) if engine.unknown else NO_SETTING


def _in_clear(rule: Row) -> bool:
    return rule.values["conn_type"] in ("host", "hostnossl") and rule.values["method"] != "reject"


_STATEMENT_LOGS = ("ddl", "mod", "all")


def _audit(resource: Resource, world: World, engine: Cell) -> Cell:
    cells = [links(world, resource, "instance_id", "huaweicloud_rds_sql_audit", "huaweicloud_dbss_rds_database")]
    log_types = ("audit_log",) if word(engine) == "mysql" else ("audit_log", "error_log", "slow_log")
    cells.append(delivers_logs(resource, world, log_types, "huaweicloud_rds_lts_config"))
    if word(engine) == "postgresql":
        cells.append(parameter([resource], "parameters", "log_statement").equals(*_STATEMENT_LOGS))
        cells.append(parameter([resource], "parameters", "log_connections").as_bool())
        for plugin in linked(world, resource, "instance_id", "huaweicloud_rds_pg_plugin"):
            cells.append(plugin.get("name").equals("pgaudit"))
    return any_true(cells).default(False)


@REGISTRY.adapter("huaweicloud_rds_pg_hba")
def hba(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page rds_pg_hba: one row an entry of ``host_based_authentications``."""
    return _hba_rules(resource)


def _hba_rules(resource: Resource) -> Iterator[Row]:
    for number, block in enumerate(resource.blocks("host_based_authentications")):
        address = block.get("address").as_str()
        mask = block.get("mask").as_str()
        if address.known and mask.known and mask.value and "/" not in address.value:
            address = Cell(f"{address.value}/{mask.value}", address.at)
        yield make_row(
            "pg_hba_rule",
            block.at,
            **common(resource),
            rule_id=f"{resource.id}/{number}",
            conn_type=block.get("type").as_str(),
            database_name=block.get("database").as_str(),
            user_name=block.get("user").as_str(),
            source_cidr=address,
            source_scope=address.map(lambda text: source_scope(text) or Unknown(Reason("unreadable_value", text[:60]))),
            method=block.get("method").as_str(),
            position=number,
        )


@REGISTRY.adapter("huaweicloud_rds_cross_region_backup_strategy")
def cross_region(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page rds_cross_region_backup_strategy: backups copied to another region."""
    yield make_row(
        "backup_job",
        resource.at,
        **common(resource),
        **UNENCRYPTABLE,
        job_id=resource.id,
        method="cloud_copy",
        enabled=True,
        interval_minutes=NO_SETTING,
        offsite=True,
        separate_account=NO_SETTING,
        immutable=NO_SETTING,
        retention_days=resource.get("keep_days").as_int(),
    )
    yield place(resource, "destination", "backup", resource.get("destination_region"))


_TAURUS = types("taurusdb_instance", "gaussdb_mysql_instance")
_TAURUS_EIP = types("taurusdb_eip_associate", "gaussdb_mysql_eip_associate")


@REGISTRY.adapter(*_TAURUS, reads=(*_TAURUS_EIP, *types("taurusdb_lts_log", "gaussdb_mysql_lts_log")))
def taurus(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page taurusdb_instance (older: gaussdb_mysql_instance).

    Its disks have no encryption setting, its backups do.  Defaults: audit log off, backups for seven days, SSL on
    (待核: the page gives no default).
    """
    yield database_row(
        resource,
        "mysql",
        version=resource.get("datastore.version").as_str().default("8.0"),
        public_access=publicly_bound(resource, world, *_TAURUS_EIP),
        tls_required=resource.get("ssl_option").as_bool().default(True),
        audit_logging=resource.get("audit_log_enabled").as_bool().default(False),
        backup_retention_days=retention(resource, "backup_strategy.keep_days", 7),
    )
    if resource.has("encryption_status"):
        switch = resource.get("encryption_status").as_bool()
        yield make_row(
            "backup_job",
            resource.at,
            **common(resource),
            **encryption(world, switch, resource.get("kms_key_id")),
            job_id=f"{resource.id}/backup",
            method="full",
            enabled=True,
            interval_minutes=NO_SETTING,
            offsite=any_true(
                b.get("open_auto_backup").as_bool() for b in resource.blocks("cross_region_backup_policy")
            ).default(False),
            separate_account=NO_SETTING,
            immutable=NO_SETTING,
            retention_days=retention(resource, "backup_strategy.keep_days", 7),
        )
    for number, block in enumerate(resource.blocks("cross_region_backup_policy")):
        if block.get("open_auto_backup").as_bool().value is not False:
            yield place(resource, f"backup/{number}", "backup", block.get("destination_region"))


_GAUSS = types("gaussdb_instance", "gaussdb_opengauss_instance")
_GAUSS_EIP = types("gaussdb_eip_associate", "gaussdb_opengauss_eip_associate")


@REGISTRY.adapter(*_GAUSS, reads=(*_GAUSS_EIP, "huaweicloud_gaussdb_instance_lts_log_associate"))
def gauss(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page gaussdb_instance (older: gaussdb_opengauss_instance).

    Defaults: disk unencrypted, no transparent encryption, backups for seven days.  The audit log is always
    written to the instance; the resource gaussdb_instance_lts_log_associate delivers it.
    """
    key = resource.get("disk_encryption_id")
    tde = resource.get("kms_tde_switch.kms_tde_status").as_bool()
    yield database_row(
        resource,
        "gaussdb",
        version=resource.get("datastore.version").as_str(),
        **encryption(
            world,
            any_true((names_something(key), tde)),
            key if not key.absent else resource.get("kms_tde_switch.kms_tde_key_id"),
        ),
        public_access=publicly_bound(resource, world, *_GAUSS_EIP),
        backup_retention_days=retention(resource, "backup_strategy.keep_days", 7),
    )
