"""Document, key-value, wide-column and time-series databases: DDS, GeminiDB, DCS."""

from __future__ import annotations

from collections.abc import Iterable

from compliance.collect.terraform.providers.huaweicloud.database_rows import (
    admits_everyone,
    database_row,
    delivers_logs,
    has_password,
    publicly_bound,
    retention,
)
from compliance.collect.terraform.providers.huaweicloud.registry import REGISTRY, types
from compliance.collect.terraform.providers.huaweicloud.settings import (
    Columns,
    Setting,
    choose,
    first,
    key_encryption,
    linked,
    links,
    names_something,
    negate,
    word,
)
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, any_true
from compliance.model.row import NO_SETTING, Row

_DDS_READS = types("dds_instance_eip_associate", "dds_audit_log_policy", "dds_lts_log")


@REGISTRY.adapter(*types("dds_instance", "dds_instance_v3"), reads=_DDS_READS)
def dds(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages dds_instance, dds_instance_eip_associate, dds_audit_log_policy, dds_lts_log.

    Defaults: disk unencrypted, SSL on, backups for seven days, no audit log.
    """
    audit = links(world, resource, "instance_id", "huaweicloud_dds_audit_log_policy")
    delivered = delivers_logs(resource, world, ("audit_log",), "huaweicloud_dds_lts_log")
    yield database_row(
        resource,
        "mongodb",
        version=resource.get("datastore.version").as_str(),
        **key_encryption(world, resource.get("disk_encryption_id")),
        public_access=publicly_bound(resource, world, "huaweicloud_dds_instance_eip_associate"),
        tls_required=resource.get("ssl").as_bool().default(True),
        audit_logging=any_true((audit, delivered)),
        backup_retention_days=retention(resource, "backup_strategy.keep_days", 7),
    )


_GEMINI = {
    "huaweicloud_gaussdb_redis_instance": "redis",
    "huaweicloud_gaussdb_mongo_instance": "mongodb",
    "huaweicloud_gaussdb_cassandra_instance": "cassandra",
    "huaweicloud_gaussdb_influx_instance": "influxdb",
}
_GEMINI_EIP = types("gaussdb_redis_eip_associate", "geminidb_eip_bind")


@REGISTRY.adapter(*_GEMINI, "huaweicloud_geminidb_instance", reads=_GEMINI_EIP)
def gemini(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages gaussdb_redis_instance, gaussdb_mongo_instance, gaussdb_cassandra_instance,
    gaussdb_influx_instance, geminidb_instance, gaussdb_redis_eip_associate, geminidb_eip_bind.

    They offer no encryption setting and ask for a password.  Defaults: SSL off, backups for seven days.
    """
    engine: Cell | str = _GEMINI.get(resource.type, "")
    yield database_row(
        resource,
        engine
        or choose(
            resource.get("datastore.type"),
            {"mongodb": "mongodb", "redis": "redis", "influxdb": "influxdb", "cassandra": "cassandra"},
        ),
        version=resource.get("datastore.version").as_str(),
        public_access=publicly_bound(resource, world, *_GEMINI_EIP),
        tls_required=first(resource, "ssl", "ssl_option").as_bool().default(False),
        backup_retention_days=retention(resource, "backup_strategy.keep_days", 7),
        default_credentials=_without_password(resource),
    )


def _without_password(resource: Resource) -> Setting:
    """GeminiDB Redis can exempt address ranges from the password."""
    exempt = resource.get("config_ips")
    return NO_SETTING if exempt.absent else names_something(exempt)


@REGISTRY.adapter(*types("dcs_instance", "dcs_instance_v1"), reads=types("dcs_instance_public_access"))
def dcs(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages dcs_instance, dcs_instance_public_access; DCS "Password-free access".

    No encryption setting.  Defaults: SSL off, no backups, no password; without an allow-list (or with the list
    off) every address of the VPC gets in.
    """
    engine = resource.get("engine").as_str().map(str.lower)
    lists = [block.get("ip_address") for block in resource.blocks("whitelists")]
    off = negate(resource.get("whitelist_enable").as_bool())
    yield database_row(
        resource,
        engine,
        version=resource.get("engine_version").as_str(),
        public_access=publicly_bound(resource, world, "huaweicloud_dcs_instance_public_access"),
        allows_any_source=off if off.value is True or off.unknown else admits_everyone(lists),
        tls_required=NO_SETTING if word(engine) == "memcached" else _dcs_tls(resource, world),
        backup_retention_days=_dcs_backup(resource),
        default_credentials=negate(has_password(resource, "password")),
    )


def _dcs_tls(resource: Resource, world: World) -> Cell:
    shared = [
        r.get("enable_ssl") for r in linked(world, resource, "instance_id", "huaweicloud_dcs_instance_public_access")
    ]
    cells = [cell.as_bool() for cell in (resource.get("ssl_enable"), *shared)]
    return any_true(cells).default(False)


def _dcs_backup(resource: Resource) -> Setting:
    """Old versions of the provider write the policy at the top level.  A single node cannot be backed up."""
    block: Columns = {name: first(resource, f"backup_policy.{name}", name) for name in ("save_days", "backup_type")}
    if word(block["backup_type"]) == "manual":
        return Cell(0, block["backup_type"].at)
    if block["save_days"].absent and ".single." in word(first(resource, "flavor", "resource_spec_code")):
        return NO_SETTING
    if block["save_days"].absent and resource.blocks("backup_policy"):
        # The page gives no default for the days of a policy that is there.
        return Cell(None, resource.blocks("backup_policy")[0].at)
    return block["save_days"].as_int().default(0)
