"""RDS, PolarDB, MongoDB, Redis, Elasticsearch and the like.

Provider pages: alicloud_db_instance, alicloud_db_connection, alicloud_db_backup_policy, alicloud_polardb_cluster, alicloud_mongodb_instance,
alicloud_mongodb_sharding_instance, alicloud_kvstore_instance, alicloud_kvstore_connection, alicloud_elasticsearch_instance, alicloud_gpdb_instance.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from compliance.collect.terraform.providers.alicloud import REGISTRY
from compliance.collect.terraform.providers.common import any_source, encryption, identity, presence, strings
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import ABSENT, Cell, any_true
from compliance.model.row import NO_SETTING, Row, make_row


def _enabled(cell: Cell) -> Cell:
    return cell.map(lambda v: str(v).lower() in ("enabled", "open", "enable", "true", "update"))


def _parameter(res: Resource, name: str) -> Cell:
    for block in res.blocks("parameters"):
        if block.get("name").value == name:
            return block.get("value").as_bool()
    return ABSENT


@REGISTRY.adapter(
    "alicloud_db_instance",
    reads=(
        "alicloud_db_connection",
        "alicloud_db_backup_policy",
        "alicloud_db_readonly_instance",
        "alicloud_db_instance_endpoint_address",
    ),
)
def rds(res: Resource, world: World) -> Iterator[Row]:
    """RDS: disk key or TDE encrypts; SSL off, whitelist 127.0.0.1, seven days of backups, SQL explorer off unless said."""
    key = res.get("encryption_key")
    tde = _enabled(res.get("tde_status"))
    encrypted = Cell(True, key.at) if not key.absent else tde.default(False)
    ssl = _enabled(res.get("ssl_action")).default(False)
    public = world.linked(res, "instance_id", "alicloud_db_connection")
    policies = world.linked(res, "instance_id", "alicloud_db_backup_policy")
    days = ABSENT
    for name in ("backup_retention_period", "retention_period"):
        days = policies[0].get(name).as_int() if policies and days.absent else days
    audit = _enabled(res.get("sql_collector_status"))
    connections = _parameter(res, "log_connections")
    duration = _parameter(res, "log_duration")
    if audit.absent and any(c.value is False for c in (connections, duration)):
        audit = connections if connections.value is False else duration
    yield make_row(
        "database", res.at, resource_id=res.id, name=res.get("instance_name").as_str().default(""), engine=res.get("engine").as_str().map(str.lower),
        version=res.get("engine_version").as_str().default(""), **identity(res), **encryption(encrypted, key),
        public_access=Cell(bool(public), public[0].at if public else None), allows_any_source=any_source(res.get("security_ips")), tls_required=ssl, min_tls=NO_SETTING,
        audit_logging=audit.default(False), backup_retention_days=days.default(7), deletion_protection=res.get("deletion_protection").as_bool().default(False), default_credentials=NO_SETTING,
    )  # fmt: skip


@REGISTRY.adapter("alicloud_polardb_cluster")
def polardb(res: Resource, world: World) -> Iterator[Row]:
    """PolarDB: TDE and SSL off unless said."""
    encrypted = any_true(
        [
            _enabled(res.get("tde_status")),
            Cell(True, res.get("encryption_key").at) if not res.get("encryption_key").absent else Cell(False),
        ]
    ).default(False)
    public = world.linked(res, "db_cluster_id", "alicloud_polardb_connection")
    sources: Any = any_source(res.get("security_ips"))
    for block in res.blocks("db_cluster_ip_array"):
        sources = any_true([sources, any_source(block.get("security_ips"))]).default(False)
    yield make_row(
        "database", res.at, resource_id=res.id, name=res.get("description").as_str().default(""), engine=res.get("db_type").as_str().map(str.lower), version=res.get("db_version").as_str().default(""),
        **identity(res), **encryption(encrypted, res.get("encryption_key")), public_access=Cell(bool(public)), allows_any_source=sources, tls_required=NO_SETTING, min_tls=NO_SETTING,
        audit_logging=_enabled(res.get("collector_status")).default(False), backup_retention_days=NO_SETTING, deletion_protection=_enabled(res.get("deletion_lock")).default(False),
        default_credentials=NO_SETTING,
    )  # fmt: skip


@REGISTRY.adapter("alicloud_mongodb_instance", "alicloud_mongodb_sharding_instance")
def mongodb(res: Resource, world: World) -> Iterator[Row]:
    """MongoDB: TDE, disk encryption and SSL off unless said; a network type of Classic is outside a VPC."""
    disk = res.get("encrypted").as_bool()
    encrypted = any_true([_enabled(res.get("tde_status")), disk]).default(False)
    public = world.linked(res, "db_instance_id", "alicloud_mongodb_public_network_address")
    yield make_row(
        "database", res.at, resource_id=res.id, name=res.get("name").as_str().default(""), engine="mongodb", version=res.get("engine_version").as_str().default(""), **identity(res),
        **encryption(encrypted, res.get("encryption_key") if not res.get("encryption_key").absent else res.get("cloud_disk_encryption_key")), public_access=Cell(bool(public)),
        allows_any_source=any_source(res.get("security_ip_list")), tls_required=_enabled(res.get("ssl_action")).default(False), min_tls=NO_SETTING,
        audit_logging=_enabled(res.get("audit_status")) if res.has("audit_status") else NO_SETTING, backup_retention_days=res.get("backup_retention_period").as_int().default(7),
        deletion_protection=NO_SETTING, default_credentials=NO_SETTING,
    )  # fmt: skip


@REGISTRY.adapter("alicloud_kvstore_instance", "alicloud_redis_tair_instance", reads=("alicloud_kvstore_connection",))
def redis(res: Resource, world: World) -> Iterator[Row]:
    """Redis: SSL and TDE off unless said; vpc_auth_mode Close lets the VPC in without a password."""
    public = world.linked(res, "instance_id", "alicloud_kvstore_connection")
    tde = _enabled(res.get("tde_status"))
    yield make_row(
        "database", res.at, resource_id=res.id, name=res.get("db_instance_name").as_str().default(""), engine="redis", version=res.get("engine_version").as_str().default(""), **identity(res),
        **(encryption(tde, res.get("encryption_key")) if not tde.absent else {"encrypted": NO_SETTING, "encryption_declared": NO_SETTING, "customer_managed_key": NO_SETTING}),
        public_access=Cell(bool(public)), allows_any_source=any_source(res.get("security_ips")), tls_required=res.get("ssl_enable").equals("Enable").default(False), min_tls=NO_SETTING,
        audit_logging=NO_SETTING, backup_retention_days=NO_SETTING, deletion_protection=NO_SETTING, default_credentials=res.get("vpc_auth_mode").equals("Close").default(False),
    )  # fmt: skip


@REGISTRY.adapter("alicloud_elasticsearch_instance")
def elasticsearch(res: Resource, world: World) -> Iterator[Row]:
    """Elasticsearch: disk encryption off, HTTP, public off unless said."""
    public = any_true([res.get("enable_public").as_bool(), res.get("enable_kibana_public_network").as_bool()]).default(False)
    whitelist = any_true(
        [
            any_source(res.get("public_whitelist")),
            any_source(res.get("kibana_whitelist")),
            any_source(res.get("private_whitelist")),
        ]
    ).default(False)
    yield make_row(
        "database", res.at, resource_id=res.id, name=res.get("description").as_str().default(""), engine="elasticsearch", version=res.get("version").as_str().default(""), **identity(res),
        **encryption(res.get("data_node_disk_encrypted").as_bool().default(False)), public_access=public, allows_any_source=whitelist,
        tls_required=res.get("protocol").equals("HTTPS").default(False), min_tls=NO_SETTING, audit_logging=NO_SETTING, backup_retention_days=NO_SETTING, deletion_protection=NO_SETTING,
        default_credentials=NO_SETTING,
    )  # fmt: skip


@REGISTRY.adapter("alicloud_gpdb_instance", "alicloud_adb_db_cluster", "alicloud_click_house_db_cluster")
def warehouse(res: Resource, world: World) -> Iterator[Row]:
    """Warehouses: encryption off unless said."""
    kind = res.get("encryption_type").as_str()
    encrypted = any_true(
        [
            kind.map(lambda v: v.lower() not in ("off", "")),
            res.get("disk_encryption").as_bool(),
            _enabled(res.get("tde_status")),
        ]
    ).default(False)
    allow = [c for n in ("security_ip_list", "security_ips") for c in strings(res.get(n))]
    yield make_row(
        "database", res.at, resource_id=res.id, name=res.get("description").as_str().default(""), engine="warehouse", version=res.get("engine_version").as_str().default(""), **identity(res),
        **encryption(encrypted, res.get("encryption_key") if not res.get("encryption_key").absent else res.get("kms_id")), public_access=NO_SETTING,
        allows_any_source=any_true(any_source(c) for c in allow).default(False), tls_required=presence(res, "ssl_enabled") if res.has("ssl_enabled") else NO_SETTING, min_tls=NO_SETTING,
        audit_logging=NO_SETTING, backup_retention_days=NO_SETTING, deletion_protection=NO_SETTING, default_credentials=NO_SETTING,
    )  # fmt: skip
