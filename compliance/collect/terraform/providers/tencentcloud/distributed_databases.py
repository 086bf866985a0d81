"""TDSQL-C (CynosDB), TDSQL for MySQL (DCDB) and MariaDB."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from compliance.collect.terraform.providers.common import encryption, log_source
from compliance.collect.terraform.providers.tencentcloud.registry import REGISTRY
from compliance.collect.terraform.providers.tencentcloud.settings import (
    database_row,
    either,
    linked_presence,
    linked_setting,
    parts,
    place_row,
    place_rows,
    seconds_to_days,
    switch,
)
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import ABSENT, Cell
from compliance.model.row import Row

_CLUSTERS: Final = ("tencentcloud_cynosdb_cluster", "tencentcloud_cynosdb_cluster_v2")
_TDE: Final = "tencentcloud_cynosdb_cluster_transparent_encrypt"
_SSL: Final = "tencentcloud_cynosdb_ssl"
_AUDIT: Final = "tencentcloud_cynosdb_audit_service"
_BACKUP: Final = "tencentcloud_cynosdb_backup_config"
_WAN: Final = "tencentcloud_cynosdb_wan"


@REGISTRY.adapter(*_CLUSTERS, reads=(_TDE, _SSL, _AUDIT, _BACKUP, _WAN))
def cynosdb(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages cynosdb_cluster, cynosdb_cluster_v2, cynosdb_cluster_transparent_encrypt, cynosdb_ssl,
    cynosdb_audit_service, cynosdb_backup_config, cynosdb_wan.

    Defaults: no transparent encryption, no SSL, no audit, no public address, backups kept 7 days (待核: the page states no default).
    """
    forced = _parameter(resource, "require_secure_transport")
    ssl = switch(linked_setting(world, resource, "cluster_id", _SSL, "status")).default(False)
    on = linked_presence(world, resource, "cluster_id", _TDE).default(False)
    kept = linked_setting(world, resource, "cluster_id", _BACKUP, "reserve_duration")
    yield database_row(
        resource,
        resource.get("db_type").as_str().map(str.lower).default("mysql"),
        name=resource.get("cluster_name").as_str(),
        version=resource.get("db_version").as_str(),
        **encryption(on, linked_setting(world, resource, "cluster_id", _TDE, "key_id")),
        public_access=linked_presence(world, resource, "cluster_id", _WAN).default(False),
        tls_required=ssl if forced.absent else forced,
        audit_logging=_audit(resource, world),
        backup_retention_days=seconds_to_days(kept).default(7),
    )


def _parameter(resource: Resource, name: str) -> Cell:
    for item in resource.blocks("param_items"):
        if item.get("name").value == name:
            return switch(item.get("current_value"))
    return ABSENT


def _audit(resource: Resource, world: World) -> Cell:
    """Audit is switched on for the instances of the cluster, which the cluster exports."""
    return linked_presence(world, resource, "instance_id", _AUDIT).default(False)


@REGISTRY.adapter(_BACKUP)
def cynosdb_copies(resource: Resource, world: World) -> Iterator[Row]:
    """Provider page cynosdb_backup_config: logical backups and vault copies in other regions."""
    logic = "logic_backup_config"
    if switch(resource.get(f"{logic}.logic_cross_regions_enable")).value is not False:
        yield from place_rows(resource, "logic", "backup", resource.get(f"{logic}.logic_cross_regions"))
    for number, vault in enumerate(resource.blocks("snapshot_secondary_backup_config.auto_copy_vaults")):
        yield place_row(resource, f"vault/{number}", "backup", vault.get("vault_region"))


@REGISTRY.adapter("tencentcloud_cynosdb_cls_delivery")
def cynosdb_delivery(resource: Resource, world: World) -> Iterator[Row]:
    """Provider page cynosdb_cls_delivery: where the logs of an instance are delivered; running by default."""
    running = switch(resource.get("running_status")).default(True)
    yield log_source(resource, "database", running, resource.get("cls_info_list.topic_id"), "query")
    for number, target in enumerate(resource.blocks("cls_info_list")):
        yield place_row(resource, f"cls/{number}", "log_delivery", target.get("region"))


_DCDB: Final = ("tencentcloud_dcdb_db_instance", "tencentcloud_dcdb_hourdb_instance")
_MARIADB: Final = (
    "tencentcloud_mariadb_instance",
    "tencentcloud_mariadb_hour_db_instance",
    "tencentcloud_mariadb_dedicatedcluster_db_instance",
)
_CONFIGS: Final = ("tencentcloud_mariadb_instance_config", "tencentcloud_dcdb_instance_config")
_ENCRYPTED: Final = ("tencentcloud_dcdb_encrypt_attributes_config", "tencentcloud_mariadb_encrypt_attributes")


@REGISTRY.adapter(*_DCDB, *_MARIADB, reads=(*_CONFIGS, *_ENCRYPTED))
def tdsql(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages dcdb_hourdb_instance, dcdb_instance_config, dcdb_encrypt_attributes_config, mariadb_instance,
    mariadb_hour_db_instance, mariadb_instance_config; resources without a page any more, names from the
    provider's schema: dcdb_db_instance, mariadb_encrypt_attributes.

    Defaults: no public address, no data encryption.
    """
    dcdb = resource.type in _DCDB
    outside = [switch(part.get("extranet_access")) for part in parts(world, resource, "instance_id", *_CONFIGS)]
    encrypted = [switch(part.get("encrypt_enabled")) for part in parts(world, resource, "instance_id", *_ENCRYPTED)]
    yield database_row(
        resource,
        "mysql" if dcdb else "mariadb",
        name=resource.get("instance_name").as_str(),
        version=resource.get("db_version_id").as_str(),
        public_access=either(switch(resource.get("extranet_access")), *outside),
        **encryption(either(*encrypted)),
    )
    source = resource.get("dcn_region")
    if not source.absent:
        yield place_row(resource, "dcn", "replication", source)
