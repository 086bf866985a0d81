"""Search, warehouse, big data and graph clusters: CSS, DWS, MRS, GES."""

from __future__ import annotations

from collections.abc import Iterable

from compliance.collect.terraform.providers.huaweicloud.database_rows import (
    admits_everyone,
    database_row,
    parameter,
    retention,
)
from compliance.collect.terraform.providers.huaweicloud.registry import REGISTRY, types
from compliance.collect.terraform.providers.huaweicloud.settings import (
    Columns,
    block_present,
    encryption,
    first,
    key_encryption,
    linked,
    links,
    names_something,
    negate,
    stated,
)
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import Cell, any_true
from compliance.model.row import Row

_CSS = types("css_cluster", "css_cluster_v1")


@REGISTRY.adapter(*_CSS, reads=types("css_log_setting", "css_snapshot_setting"))
def search(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages css_cluster, css_log_setting, css_snapshot_setting.

    Defaults: disks unencrypted, no authentication, plain HTTP, no public address, no snapshots, no log backup.
    """
    public = [*resource.blocks("public_access"), *resource.blocks("kibana_public_access")]
    yield database_row(
        resource,
        resource.get("engine_type").as_str().default("elasticsearch").map(str.lower),
        version=first(resource, "engine_version", "engine.version").as_str(),
        **_search_encryption(resource, world),
        public_access=any_true(block_present(resource, name) for name in ("public_access", "kibana_public_access")),
        allows_any_source=any_true(_open_list(block) for block in public).default(False),
        tls_required=resource.get("https_enabled").as_bool().default(False),
        audit_logging=links(world, resource, "cluster_id", "huaweicloud_css_log_setting"),
        backup_retention_days=_snapshots(resource, world),
        default_credentials=negate(resource.get("security_mode").as_bool().default(False)),
    )


def _search_encryption(resource: Resource, world: World) -> Columns:
    old = stated(resource.get("node_config.volume.encryption_key"))
    if not old.absent:
        return key_encryption(world, old)
    switch = resource.get("disk_encryption.system_encrypted").as_bool().default(False)
    return encryption(world, switch, resource.get("disk_encryption.system_cmk_id"))


def _open_list(block: Block) -> Cell:
    """An allow-list that is off admits everyone, and so does one with a range of all addresses."""
    off = negate(block.get("whitelist_enabled").as_bool())
    return off if off.value is True or off.unknown else admits_everyone([block.get("whitelist")])


def _snapshots(resource: Resource, world: World) -> Cell:
    if resource.blocks("backup_strategy"):
        return retention(resource, "backup_strategy.keep_days", 7)
    for setting in linked(world, resource, "cluster_id", "huaweicloud_css_snapshot_setting"):
        enabled = setting.get("enable").as_bool().default(False)
        return setting.get("keepday").as_int() if enabled.value is True else Cell(0, enabled.at or setting.at)
    return Cell(0)


_DWS_READS = types("dws_cluster_eip_associate", "dws_parameter_configurations", "dws_snapshot_policy")


@REGISTRY.adapter("huaweicloud_dws_cluster", reads=_DWS_READS)
def warehouse(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages dws_cluster, dws_cluster_eip_associate, dws_parameter_configurations; DWS "Configuring SSL
    connection" (both SSL and plain connections are accepted until ``require_ssl`` is on).

    Defaults: unencrypted, no public address, no log delivery.  Snapshots have no retention in this provider.
    """
    bound = resource.get("public_ip.public_bind_type").as_str().map(lambda kind: kind.lower() != "not_use")
    associated = links(world, resource, "cluster_id", "huaweicloud_dws_cluster_eip_associate")
    settings = linked(world, resource, "cluster_id", "huaweicloud_dws_parameter_configurations")
    yield database_row(
        resource,
        "warehouse",
        version=resource.get("version").as_str(),
        **key_encryption(world, resource.get("kms_key_id")),
        public_access=any_true((bound, associated)),
        tls_required=parameter(settings, "configurations", "require_ssl").as_bool().default(False),
        audit_logging=resource.get("lts_enable").as_bool().default(False),
    )


@REGISTRY.adapter(*types("mapreduce_cluster", "mrs_cluster", "mrs_cluster_v1"))
def big_data(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages mapreduce_cluster, mrs_cluster.  ``safe_mode`` turns Kerberos authentication on (default)."""
    public = any_true(names_something(resource.get(name)) for name in ("public_ip", "eip_id")).default(False)
    yield database_row(
        resource,
        "warehouse",
        name=first(resource, "name", "cluster_name").as_str(),
        version=first(resource, "version", "cluster_version").as_str(),
        public_access=public,
        default_credentials=negate(resource.get("safe_mode").as_bool().default(True)),
    )


@REGISTRY.adapter("huaweicloud_ges_graph")
def graph(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page ges_graph.  Defaults: unencrypted, no public address, no audit."""
    switch = resource.get("encryption.enable").as_bool().default(False)
    yield database_row(
        resource,
        "graph",
        **encryption(world, switch, resource.get("encryption.master_key_id")),
        public_access=block_present(resource, "public_ip"),
        tls_required=resource.get("enable_https").as_bool().default(False),
        audit_logging=resource.get("lts_operation_trace.enable_audit").as_bool().default(False),
    )
