"""Document, cache, search and warehouse databases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from compliance.collect.network import source_scope
from compliance.collect.terraform.providers.common import any_source, encryption, identity, log_source
from compliance.collect.terraform.providers.tencentcloud.registry import REGISTRY
from compliance.collect.terraform.providers.tencentcloud.settings import (
    Columns,
    database_row,
    either,
    linked_presence,
    linked_setting,
    place_row,
    switch,
    word,
)
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import ABSENT, Cell, Reason, Unknown, all_true
from compliance.model.row import NO_SETTING, Row, make_row

_MONGODB: Final = (
    "tencentcloud_mongodb_instance",
    "tencentcloud_mongodb_sharding_instance",
    "tencentcloud_mongodb_readonly_instance",
    "tencentcloud_mongodb_standby_instance",
)
_MONGO_TDE: Final = "tencentcloud_mongodb_instance_transparent_data_encryption"
_MONGO_SSL: Final = "tencentcloud_mongodb_instance_ssl"
_MONGO_AUDIT: Final = "tencentcloud_mongodb_audit_service"
_MONGO_BACKUP: Final = "tencentcloud_mongodb_instance_backup_rule"


@REGISTRY.adapter(*_MONGODB, reads=(_MONGO_TDE, _MONGO_SSL, _MONGO_AUDIT, _MONGO_BACKUP))
def mongodb(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages mongodb_instance, _sharding_instance, _readonly_instance, _standby_instance,
    _instance_transparent_data_encryption, _instance_ssl, _audit_service, _instance_backup_rule.

    Defaults: no storage encryption, no SSL, no audit, backups kept 7 days.
    """
    copy = "readonly" in resource.type or "standby" in resource.type
    kept = linked_setting(world, resource, "instance_id", _MONGO_BACKUP, "backup_retention_period").as_int().default(7)
    yield database_row(
        resource,
        "mongodb",
        name=resource.get("instance_name").as_str(),
        version=resource.get("engine_version").as_str(),
        **_mongodb_encryption(resource, world),
        tls_required=switch(linked_setting(world, resource, "instance_id", _MONGO_SSL, "enable")).default(False),
        audit_logging=linked_presence(world, resource, "instance_id", _MONGO_AUDIT).default(False),
        backup_retention_days=NO_SETTING if copy else kept,
    )
    father = resource.get("father_instance_region")
    if not father.absent:
        yield place_row(resource, "father", "replication", father)


def _mongodb_encryption(resource: Resource, world: World) -> Columns:
    stated = resource.get("data_encryption").as_str().equals("TDE")
    if stated.value is True or stated.unknown:
        return encryption(stated, resource.get("key_id"))
    separate = linked_presence(world, resource, "instance_id", _MONGO_TDE)
    if separate.absent:
        return encryption(stated.default(False))
    return encryption(separate, linked_setting(world, resource, "instance_id", _MONGO_TDE, "key_id"))


_REDIS_SSL: Final = "tencentcloud_redis_ssl"
_REDIS_AUDIT: Final = "tencentcloud_redis_audit_log"


@REGISTRY.adapter("tencentcloud_redis_instance", reads=(_REDIS_SSL, _REDIS_AUDIT))
def redis(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages redis_instance, redis_ssl, redis_audit_log.

    Defaults: password asked for, public address closed, no SSL, no audit.  Automatic backups are always on
    and kept 7 days (TencentDB for Redis "Backing up data", 待核).  No encryption at rest to set.
    """
    yield database_row(
        resource,
        "redis",
        name=resource.get("name").as_str(),
        version=resource.get("type_id").as_str(),
        public_access=switch(resource.get("wan_address_switch")).default(False),
        tls_required=switch(linked_setting(world, resource, "instance_id", _REDIS_SSL, "ssl_config")).default(False),
        audit_logging=linked_presence(world, resource, "instance_id", _REDIS_AUDIT).default(False),
        backup_retention_days=7,
        default_credentials=switch(resource.get("no_auth")).default(False),
    )


@REGISTRY.adapter("tencentcloud_redis_log_delivery")
def redis_delivery(resource: Resource, world: World) -> Iterator[Row]:
    """Provider page redis_log_delivery: slow-query log to a log topic, perhaps in another region."""
    yield log_source(resource, "database", Cell(True, resource.at), resource.get("topic_id"), "query")
    region = resource.get("log_region")
    if not region.absent:
        yield place_row(resource, "cls", "log_delivery", region)


@REGISTRY.adapter("tencentcloud_elasticsearch_instance")
def elasticsearch(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page elasticsearch_instance.

    Defaults: disks not encrypted, http, no public address, no protection against destruction.  Only the
    basic license can run without log-in, and does so unless ``basic_security_type`` is 2.
    """
    disks = [switch(node.get("encrypt")).default(False) for node in resource.blocks("node_info_list")]
    public = [switch(resource.get(name)) for name in ("public_access", "kibana_public_access")]
    lists = [resource.get("es_public_acl.white_ip_list"), resource.get("es_acl.white_list")]
    yield database_row(
        resource,
        "elasticsearch",
        name=resource.get("instance_name").as_str(),
        version=resource.get("version").as_str(),
        **encryption(all_true(disks) if disks else Cell(False)),
        public_access=either(*public),
        allows_any_source=either(*(any_source(cell) for cell in lists if not cell.absent)),
        tls_required=resource.get("protocol").as_str().equals("https").default(False),
        backup_retention_days=_snapshots(resource),
        deletion_protection=switch(resource.get("enable_destroy_protection")).default(False),
        default_credentials=_without_login(resource),
    )


def _snapshots(resource: Resource) -> Any:
    """Automatic snapshots in COS are kept 7 days (Elasticsearch Service "Automatic snapshot backup", 待核)."""
    automatic = switch(resource.get("cos_backup.is_auto_backup"))
    return NO_SETTING if automatic.absent else automatic.map(lambda on: 7 if on else 0)


def _without_login(resource: Resource) -> Cell:
    licence = resource.get("license_type")
    if word(licence) not in {"basic", "oss"}:
        return licence.as_str().map(lambda _: False).default(False)
    security = resource.get("basic_security_type").as_int()
    return security.map(lambda kind: kind != 2).default(True) if word(licence) == "basic" else Cell(True, licence.at)


@REGISTRY.adapter("tencentcloud_clickhouse_instance", reads=("tencentcloud_clickhouse_backup_strategy",))
def clickhouse(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages clickhouse_instance, clickhouse_backup_strategy: no automatic backup unless one is set up."""
    kept = linked_setting(world, resource, "instance_id", "tencentcloud_clickhouse_backup_strategy", "data_backup_strategy.retain_days")
    yield database_row(
        resource,
        "warehouse",
        name=resource.get("instance_name").as_str(),
        version=resource.get("product_version").as_str(),
        backup_retention_days=kept.as_int().default(0),
    )


# Services without one security setting in the provider but with a row, so that they are counted.
_PLAIN: Final = {
    "tencentcloud_cdwpg_instance": ("warehouse", "instance_name"),
    "tencentcloud_cdwdoris_instance": ("warehouse", "instance_name"),
    "tencentcloud_tcaplus_cluster": ("tcaplusdb", "cluster_name"),
    "tencentcloud_tdcpg_cluster": ("postgresql", "cluster_name"),
    "tencentcloud_serverless_hbase_instance": ("hbase", "instance_name"),
    "tencentcloud_vdb_instance": ("vector", "instance_name"),
}


@REGISTRY.adapter(*_PLAIN)
def plain(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages cdwpg_instance, cdwdoris_instance, tcaplus_cluster, tdcpg_cluster, serverless_hbase_instance,
    vdb_instance: no security settings.
    """
    engine, name = _PLAIN[resource.type]
    yield database_row(resource, engine, name=resource.get(name).as_str(), version=ABSENT)


@REGISTRY.adapter("tencentcloud_emr_cluster", "tencentcloud_emr_cluster_v2")
def emr(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages emr_cluster (no encryption argument), emr_cluster_v2 (``enable_cbs_encrypt_flag``, off by default).

    The master nodes have a public address unless ``need_master_wan`` declines it.
    """
    wan = resource.get("need_master_wan").as_str().equals("NEED_MASTER_WAN").default(True)
    columns = encryption(switch(resource.get("enable_cbs_encrypt_flag")).default(False)) if resource.type.endswith("_v2") else {}
    yield database_row(resource, "warehouse", name=resource.get("instance_name").as_str(), version=ABSENT, public_access=wan, **columns)


@REGISTRY.adapter("tencentcloud_cdwpg_userhba")
def warehouse_rules(resource: Resource, world: World) -> Iterator[Row]:
    """Provider page cdwpg_userhba: rules in the form of pg_hba.conf."""
    for number, rule in enumerate(resource.blocks("hba_configs")):
        address, mask = rule.get("address").as_str(), rule.get("mask").as_str()
        if address.known and mask.known and mask.value and "/" not in address.value:
            address = Cell(f"{address.value}/{mask.value}", address.at)
        yield make_row(
            "pg_hba_rule",
            rule.at,
            **identity(resource),
            rule_id=f"{resource.id}/hba/{number}",
            conn_type=rule.get("type").as_str().map(_connection),
            database_name=rule.get("database").as_str(),
            user_name=rule.get("user").as_str(),
            source_cidr=address,
            source_scope=address.map(_rule_scope),
            method=rule.get("method").as_str().map(str.lower),
            position=number,
        )


_CONNECTIONS: Final = frozenset({"local", "host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc"})


def _connection(text: str) -> Any:
    kind = text.strip().lower()
    return kind if kind in _CONNECTIONS else Unknown(Reason("unreadable_value", text[:60]))


def _rule_scope(text: str) -> Any:
    name = text.strip().lower()
    if name in {"all", "samenet", "samehost"}:
        return "any" if name == "all" else "private"
    return source_scope(text) or Unknown(Reason("unreadable_value", text[:60]))
