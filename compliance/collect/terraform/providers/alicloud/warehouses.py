"""Analytical databases: AnalyticDB for MySQL and PostgreSQL, ClickHouse, Hologres, SelectDB, MaxCompute."""

from __future__ import annotations

from collections.abc import Iterable

from compliance.collect.terraform.providers.alicloud.databases import allow_lists, database_row, public_by, retention
from compliance.collect.terraform.providers.alicloud.registry import REGISTRY
from compliance.collect.terraform.providers.alicloud.settings import (
    admits_everyone,
    algorithm_name,
    encryption,
    first,
    linked,
    word,
)
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import ABSENT, Cell, any_true
from compliance.model.row import Row


@REGISTRY.adapter("alicloud_adb_db_cluster", "alicloud_adb_cluster", reads=("alicloud_adb_connection",))
def analyticdb(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages adb_db_cluster, adb_cluster, adb_connection.  Backups are always kept 7 days."""
    yield database_row(
        resource,
        "warehouse",
        name=resource.get("description").as_str(),
        version=resource.get("db_cluster_version").as_str(),
        **encryption(resource.get("disk_encryption").as_bool().default(False), resource.get("kms_id")),
        public_access=public_by(world, resource, "db_cluster_id", "alicloud_adb_connection"),
        allows_any_source=admits_everyone([resource.get("security_ips")]),
        tls_required=resource.get("enable_ssl").as_bool().default(False),
        backup_retention_days=7,
    )


@REGISTRY.adapter(
    "alicloud_gpdb_instance",
    "alicloud_gpdb_elastic_instance",
    reads=("alicloud_gpdb_connection", "alicloud_gpdb_backup_policy"),
)
def greenplum(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages gpdb_instance, gpdb_elastic_instance, gpdb_connection, gpdb_backup_policy."""
    yield database_row(
        resource,
        "warehouse",
        name=first(resource, "description", "db_instance_description").as_str(),
        version=resource.get("engine_version").as_str(),
        **encryption(resource.get("encryption_type").equals("clouddisk").default(False), resource.get("encryption_key")),
        public_access=public_by(world, resource, "instance_id", "alicloud_gpdb_connection"),
        allows_any_source=admits_everyone([resource.get("security_ip_list"), *allow_lists(resource, "ip_whitelist", "security_ip_list")]),
        tls_required=resource.get("ssl_enabled").equals(1, "1", True).default(False),
        backup_retention_days=retention(world, resource, "db_instance_id", "alicloud_gpdb_backup_policy", "backup_retention_period"),
    )


@REGISTRY.adapter("alicloud_click_house_db_cluster", reads=("alicloud_click_house_backup_policy",))
def clickhouse(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages click_house_db_cluster, click_house_backup_policy.

    Without a backup policy in the repository nobody can tell whether backups are on.
    """
    yield database_row(
        resource,
        "clickhouse",
        name=resource.get("db_cluster_description").as_str(),
        version=resource.get("db_cluster_version").as_str(),
        **encryption(resource.get("encryption_type").equals("clouddisk").default(False), resource.get("encryption_key")),
        public_access=resource.get("allocate_public_connection").as_bool().default(False),
        allows_any_source=admits_everyone(allow_lists(resource, "db_cluster_access_white_list", "security_ip_list")),
        backup_retention_days=retention(
            world,
            resource,
            "db_cluster_id",
            "alicloud_click_house_backup_policy",
            "backup_retention_period",
            default=None,
        ),
    )


_CLICKHOUSE_PUBLIC = "alicloud_click_house_enterprise_db_cluster_public_endpoint"
_CLICKHOUSE_LIST = "alicloud_click_house_enterprise_db_cluster_security_ip"


@REGISTRY.adapter("alicloud_click_house_enterprise_db_cluster", reads=(_CLICKHOUSE_PUBLIC, _CLICKHOUSE_LIST))
def clickhouse_enterprise(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages click_house_enterprise_db_cluster, its _public_endpoint and _security_ip."""
    lists = linked(world, resource, "db_instance_id", _CLICKHOUSE_LIST)
    yield database_row(
        resource,
        "clickhouse",
        public_access=public_by(world, resource, "db_instance_id", _CLICKHOUSE_PUBLIC),
        allows_any_source=admits_everyone(other.get("security_ip_list") for other in lists),
    )


@REGISTRY.adapter("alicloud_hologram_instance")
def hologres(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page hologram_instance: endpoints of type Internet are public."""
    yield database_row(
        resource,
        "warehouse",
        name=resource.get("instance_name").as_str(),
        public_access=any_true(e.get("type").equals("internet") for e in resource.blocks("endpoints")).default(False),
        tls_required=resource.get("enable_ssl").as_bool().default(False),
    )


@REGISTRY.adapter("alicloud_selectdb_db_instance")
def selectdb(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page selectdb_db_instance."""
    yield database_row(
        resource,
        "warehouse",
        name=resource.get("db_instance_description").as_str(),
        public_access=resource.get("enable_public_network").as_bool().default(False),
        allows_any_source=admits_everyone(allow_lists(resource, "desired_security_ip_lists", "security_ip_list")),
    )


@REGISTRY.adapter("alicloud_maxcompute_project")
def maxcompute(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page maxcompute_project: storage encryption is off by default; the default key is MaxCompute's own."""
    path = "properties.encryption"
    key = resource.get(f"{path}.key")
    yield database_row(
        resource,
        "warehouse",
        name=first(resource, "project_name", "name").as_str(),
        **encryption(
            resource.get(f"{path}.enable").as_bool().default(False),
            ABSENT if word(key).startswith("default") else key,
            algorithm_name(resource.get(f"{path}.algorithm")),
        ),
        allows_any_source=_project_list(resource),
    )


def _project_list(resource: Resource) -> Cell:
    # An empty list switches the check of addresses off, but a project is open only to its members.
    return admits_everyone([resource.get("ip_white_list.ip_list")])
