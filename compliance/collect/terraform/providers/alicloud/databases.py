"""The row every database adapter fills, and the distributed databases: PolarDB, PolarDB-X, DRDS, OceanBase, GDB."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from compliance.collect.terraform.providers.alicloud.registry import REGISTRY
from compliance.collect.terraform.providers.alicloud.settings import (
    Columns,
    admits_everyone,
    common,
    encryption,
    first,
    linked,
    word,
)
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import ABSENT, Cell, any_true
from compliance.model.row import NO_SETTING, Row, make_row

_LACKING = dict.fromkeys(
    (
        "encrypted",
        "encryption_declared",
        "customer_managed_key",
        "public_access",
        "allows_any_source",
        "tls_required",
        "min_tls",
        "audit_logging",
        "backup_retention_days",
        "deletion_protection",
    ),
    NO_SETTING,
)


def database_row(resource: Resource, engine: Cell | str, **columns: object) -> Row:
    """A ``database`` row; a column that is not given is a setting the service does not have.

    Alibaba Cloud databases always ask for a password unless the adapter says otherwise.
    """
    merged: Columns = {
        **_LACKING,
        "encryption_algorithm": "",
        "kms_key_id": "",
        "default_credentials": False,
        **columns,
    }
    return make_row("database", resource.at, **common(resource), resource_id=resource.id, engine=engine, **merged)


def public_by(world: World, resource: Resource, attribute: str, *types: str) -> Cell:
    """Whether a resource of *types* gives the database a public endpoint."""
    for other in linked(world, resource, attribute, *types):
        kind = other.get("net_type").default("Public").as_str()
        if kind.unknown:
            return kind
        if kind.value.lower() == "public":
            return Cell(True, other.get(attribute).at or other.at)
    return Cell(False)


def retention(world: World, resource: Resource, attribute: str, kind: str, *paths: str, default: int | None = 7) -> Cell:
    """Days that backups are kept, from a linked backup policy; *default* without one."""
    for policy in linked(world, resource, attribute, kind):
        days = first(policy, *paths).as_int()
        if not days.absent:
            return days
    return Cell(default) if default is not None else ABSENT.or_unknown("not_stated", "backup_retention_period")


def protection(resource: Resource, attribute: str, charge: str) -> Any:
    """Deletion protection, which prepaid instances do not have (they cannot be released before they expire)."""
    stated = resource.get(attribute)
    if stated.absent and word(resource.get(charge)) in {"prepaid", "subscription"}:
        return NO_SETTING
    return stated.as_bool().default(False)


def allow_lists(resource: Resource, blocks: str, attribute: str) -> list[Cell]:
    """The allow-lists of repeated blocks."""
    return [block.get(attribute) for block in resource.blocks(blocks)]


def parameter(resource: Block, name: str) -> Cell:
    """The value of ``parameters { name = ... value = ... }``."""
    for block in resource.blocks("parameters"):
        if word(block.get("name")) == name:
            return block.get("value")
    return ABSENT


@REGISTRY.adapter(
    "alicloud_polardb_cluster",
    reads=(
        "alicloud_polardb_endpoint_address",
        "alicloud_polardb_endpoint",
        "alicloud_polardb_primary_endpoint",
        "alicloud_polardb_cluster_endpoint",
        "alicloud_polardb_backup_policy",
    ),
)
def polardb(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages polardb_cluster, polardb_endpoint_address, polardb_endpoint, polardb_primary_endpoint,
    polardb_backup_policy.  Defaults: TDE and SSL off, level-1 backups kept 7 days, no lock.
    """
    endpoints = ("alicloud_polardb_endpoint", "alicloud_polardb_primary_endpoint", "alicloud_polardb_cluster_endpoint")
    ssl = [e.get("ssl_enabled") for e in linked(world, resource, "db_cluster_id", *endpoints)]
    yield database_row(
        resource,
        resource.get("db_type").as_str().map(lambda text: f"polardb-{text.lower()}"),
        name=resource.get("description").as_str(),
        version=resource.get("db_version").as_str(),
        **encryption(resource.get("tde_status").equals("enabled").default(False), resource.get("encryption_key")),
        public_access=public_by(world, resource, "db_cluster_id", "alicloud_polardb_endpoint_address"),
        allows_any_source=admits_everyone([resource.get("security_ips"), *allow_lists(resource, "db_cluster_ip_array", "security_ips")]),
        tls_required=any_true(cell.equals("enable", "update") for cell in ssl).default(False),
        audit_logging=resource.get("collector_status").equals("enable", "enabled").default(False),
        backup_retention_days=retention(
            world,
            resource,
            "db_cluster_id",
            "alicloud_polardb_backup_policy",
            "data_level1_backup_retention_period",
            "backup_retention_period",
        ),
        deletion_protection=protection(resource, "deletion_lock", "pay_type"),
    )


@REGISTRY.adapter("alicloud_drds_instance", "alicloud_drds_polardbx_instance", "alicloud_ocean_base_instance")
def distributed(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages drds_instance, drds_polardbx_instance, ocean_base_instance: no security argument exists."""
    engine = "oceanbase" if "ocean" in resource.type else "drds"
    yield database_row(resource, engine, name=first(resource, "instance_name", "description").as_str())


@REGISTRY.adapter("alicloud_graph_database_db_instance")
def graph(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page graph_database_db_instance."""
    yield database_row(
        resource,
        "graph",
        name=resource.get("db_instance_description").as_str(),
        allows_any_source=admits_everyone(allow_lists(resource, "db_instance_ip_array", "security_ips")),
    )
