"""Document, cache, search, wide-column and key-value databases."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from compliance.collect.terraform.providers.alicloud.databases import (
    allow_lists,
    database_row,
    protection,
    public_by,
    retention,
)
from compliance.collect.terraform.providers.alicloud.registry import REGISTRY
from compliance.collect.terraform.providers.alicloud.settings import (
    admits_everyone,
    algorithm_name,
    any_stated,
    encryption,
    first,
    leaves,
    linked,
    word,
)
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import ABSENT, Cell, Unknown, all_true, any_true
from compliance.model.row import Row

_MONGO_PUBLIC: Final = ("alicloud_mongodb_public_network_address", "alicloud_mongodb_sharding_network_public_address")


@REGISTRY.adapter(
    "alicloud_mongodb_instance",
    "alicloud_mongodb_sharding_instance",
    "alicloud_mongodb_serverless_instance",
    reads=(*_MONGO_PUBLIC, "alicloud_mongodb_audit_policy"),
)
def mongodb(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages mongodb_instance, mongodb_sharding_instance, mongodb_serverless_instance, mongodb_audit_policy,
    mongodb_public_network_address.  Defaults: no encryption, SSL and audit log off, backups kept 7 days.
    """
    encrypted = any_stated(resource.get("encrypted").as_bool(), resource.get("tde_status").equals("enabled"))
    opened = resource.get("ssl_action").equals("open", "update").default(False)
    forced = resource.get("force_encryption").equals(1, "1", True)
    audit = [policy.get("audit_status").equals("enable", "enabled") for policy in linked(world, resource, "db_instance_id", "alicloud_mongodb_audit_policy")]
    yield database_row(
        resource,
        "mongodb",
        name=first(resource, "name", "db_instance_description").as_str(),
        version=resource.get("engine_version").as_str(),
        **encryption(encrypted, first(resource, "cloud_disk_encryption_key", "encryption_key")),
        public_access=public_by(world, resource, "db_instance_id", *_MONGO_PUBLIC),
        allows_any_source=admits_everyone([resource.get("security_ip_list"), *allow_lists(resource, "security_ip_groups", "security_ip_list")]),
        tls_required=forced if opened.value is True and not forced.absent else opened,
        audit_logging=any_true(audit).default(False),
        backup_retention_days=resource.get("backup_retention_period").as_int().default(7),
        deletion_protection=protection(resource, "db_instance_release_protection", "instance_charge_type"),
    )


@REGISTRY.adapter("alicloud_kvstore_instance", reads=("alicloud_kvstore_connection", "alicloud_kvstore_audit_log_config"))
def redis(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages kvstore_instance, kvstore_connection, kvstore_audit_log_config.

    Defaults: TDE and SSL off, password asked for in the VPC, backups kept 7 days.
    """
    public = any_stated(public_by(world, resource, "instance_id", "alicloud_kvstore_connection"), resource.get("enable_public").as_bool())
    audit = [config.get("db_audit").as_bool().default(True) for config in linked(world, resource, "instance_id", "alicloud_kvstore_audit_log_config")]
    yield database_row(
        resource,
        resource.get("instance_type").default("redis").as_str().map(str.lower),
        name=first(resource, "db_instance_name", "instance_name").as_str(),
        version=resource.get("engine_version").as_str(),
        **encryption(
            resource.get("tde_status").equals("enabled").default(False),
            resource.get("encryption_key"),
            algorithm_name(resource.get("encryption_name")),
        ),
        public_access=public,
        allows_any_source=admits_everyone([resource.get("security_ips")]),
        tls_required=resource.get("ssl_enable").equals("enable", "update").default(False),
        audit_logging=any_true(audit).default(False),
        backup_retention_days=7,
        deletion_protection=protection(resource, "instance_release_protection", "payment_type"),
        default_credentials=resource.get("vpc_auth_mode").equals("close").default(False),
    )


@REGISTRY.adapter("alicloud_redis_tair_instance", reads=("alicloud_kvstore_connection",))
def tair(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page redis_tair_instance.  Defaults as for kvstore_instance; no deletion protection exists."""
    yield database_row(
        resource,
        "redis",
        name=resource.get("tair_instance_name").as_str(),
        version=resource.get("engine_version").as_str(),
        **encryption(
            resource.get("tde_status").equals("enabled").default(False),
            resource.get("encryption_key"),
            algorithm_name(resource.get("encryption_name")),
        ),
        public_access=public_by(world, resource, "instance_id", "alicloud_kvstore_connection"),
        allows_any_source=admits_everyone([resource.get("security_ips")]),
        tls_required=resource.get("ssl_enabled").equals("enable", "update").default(False),
        backup_retention_days=7,
        default_credentials=resource.get("vpc_auth_mode").equals("close").default(False),
    )


@REGISTRY.adapter("alicloud_elasticsearch_instance")
def elasticsearch(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page elasticsearch_instance.  Defaults: plain HTTP, disks unencrypted, no public endpoint.

    A public Kibana counts when it is switched on in so many words: its own default differs by version.
    """
    data = first(resource, "data_node_disk_encrypted", "data_node_configuration.disk_encryption").as_bool().default(False)
    warm = first(resource, "warm_node_disk_encrypted", "warm_node_configuration.disk_encryption").as_bool()
    if warm.absent and (resource.has("warm_node_spec") or resource.blocks("warm_node_configuration")):
        warm = Cell(False)
    public = (resource.get("enable_public"), resource.get("enable_kibana_public_network"))
    lists = ("private_whitelist", "public_whitelist", "kibana_whitelist", "kibana_private_whitelist")
    yield database_row(
        resource,
        "elasticsearch",
        name=resource.get("description").as_str(),
        version=resource.get("version").as_str(),
        **encryption(data if warm.absent else all_true((data, warm))),
        public_access=any_stated(*(cell.as_bool() for cell in public)),
        allows_any_source=admits_everyone(resource.get(name) for name in lists),
        tls_required=resource.get("protocol").equals("https").default(False),
        audit_logging=_setting(resource, "xpack.security.audit.enabled").as_bool().default(False),
    )


def _setting(resource: Resource, key: str) -> Cell:
    config = resource.get("setting_config")
    if isinstance(config.value, dict):
        return Cell(config.value.get(key), config.at)
    return config if config.unknown else ABSENT


@REGISTRY.adapter("alicloud_hbase_instance")
def hbase(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page hbase_instance."""
    yield database_row(
        resource,
        resource.get("engine").default("hbase").as_str(),
        name=resource.get("name").as_str(),
        version=resource.get("engine_version").as_str(),
        allows_any_source=admits_everyone([resource.get("ip_white")]),
        deletion_protection=protection(resource, "deletion_protection", "pay_type"),
    )


@REGISTRY.adapter("alicloud_lindorm_instance", "alicloud_lindorm_instance_v2", reads=("alicloud_lindorm_public_network",))
def lindorm(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages lindorm_instance (its argument is spelled ``deletion_proection``), lindorm_instance_v2,
    lindorm_public_network.
    """
    name = "deletion_proection" if resource.has("deletion_proection") else "deletion_protection"
    public = [network.get("enable_public_network").equals(1, "1", True) for network in linked(world, resource, "instance_id", "alicloud_lindorm_public_network")]
    yield database_row(
        resource,
        "lindorm",
        name=first(resource, "instance_name", "instance_alias").as_str(),
        public_access=any_true(public).default(False),
        allows_any_source=admits_everyone([resource.get("ip_white_list"), *allow_lists(resource, "white_ip_list", "ip_list")]),
        deletion_protection=protection(resource, name, "payment_type"),
    )


@REGISTRY.adapter("alicloud_ots_instance")
def tablestore(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page ots_instance: ``network_type_acl`` (or the older ``accessed_by``, default Any)."""
    acl = resource.get("network_type_acl")
    if acl.absent:
        public = resource.get("accessed_by").default("Any").equals("any")
    else:
        kinds = leaves(acl)
        unknown = next((kind for kind in kinds if isinstance(kind, Unknown)), None)
        found = any(isinstance(kind, str) and kind.upper() == "INTERNET" for kind in kinds)
        public = Cell(unknown if unknown is not None and not found else found, acl.at)
    yield database_row(resource, "tablestore", name=resource.get("name").as_str(), public_access=public)


@REGISTRY.adapter("alicloud_ots_table")
def tablestore_table(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page ots_table: server-side encryption is off by default."""
    own = resource.get("sse_key_id") if word(resource.get("sse_key_type")) == "sse_byok" else ABSENT
    yield database_row(
        resource,
        "tablestore",
        name=resource.get("table_name").as_str(),
        **encryption(resource.get("enable_sse").as_bool().default(False), own),
    )


@REGISTRY.adapter("alicloud_cassandra_cluster")
def cassandra(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page cassandra_cluster."""
    yield database_row(
        resource,
        "cassandra",
        name=resource.get("cluster_name").as_str(),
        public_access=resource.get("enable_public").as_bool().default(False),
        allows_any_source=admits_everyone([resource.get("ip_white")]),
        backup_retention_days=retention(world, resource, "cluster_id", "alicloud_cassandra_backup_plan", "retention_period", default=0),
    )
