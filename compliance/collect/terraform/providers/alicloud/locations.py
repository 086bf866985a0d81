"""Places that data is sent to: peering, synchronisation, accelerators, copies in other regions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from compliance.collect.terraform.providers.alicloud.log_rows import location_row
from compliance.collect.terraform.providers.alicloud.registry import REGISTRY
from compliance.collect.terraform.providers.alicloud.settings import common, leaves
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell
from compliance.model.row import Row, make_row

# resource type -> (kind of location, attributes that name a region); from the provider page of each type
_REGIONS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "alicloud_vpc_peer_connection": ("peering", ("accepting_region_id",)),
    "alicloud_router_interface": ("peering", ("opposite_region",)),
    "alicloud_express_connect_router_interface": ("peering", ("opposite_region_id",)),
    "alicloud_cen_instance_attachment": ("peering", ("child_instance_region_id",)),
    "alicloud_cen_transit_router_peer_attachment": ("peering", ("peer_transit_router_region_id",)),
    "alicloud_cen_bandwidth_limit": ("peering", ("region_ids",)),
    "alicloud_cen_private_zone": ("peering", ("host_region_id",)),
    "alicloud_cen_route_service": ("peering", ("host_region_id",)),
    "alicloud_express_connect_router_vpc_association": ("peering", ("association_region_id",)),
    "alicloud_express_connect_router_tr_association": ("peering", ("association_region_id",)),
    "alicloud_ga_endpoint_group": ("upstream", ("endpoint_group_region",)),
    "alicloud_ga_basic_endpoint_group": ("upstream", ("endpoint_group_region",)),
    "alicloud_ga_custom_routing_endpoint_group": ("upstream", ("endpoint_group_region",)),
    "alicloud_ga_ip_set": ("cdn", ("accelerate_region_id",)),
    "alicloud_ga_basic_ip_set": ("cdn", ("accelerate_region_id",)),
    "alicloud_ga_access_log": ("log_delivery", ("sls_region_id",)),
    "alicloud_dts_synchronization_instance": ("replication", ("destination_endpoint_region",)),
    "alicloud_dts_synchronization_job": ("replication", ("destination_endpoint_region",)),
    "alicloud_dts_migration_instance": ("replication", ("destination_endpoint_region",)),
    "alicloud_dts_migration_job": ("replication", ("destination_endpoint_region",)),
    "alicloud_ebs_disk_replica_pair": ("replication", ("destination_region_id",)),
    "alicloud_ebs_disk_replica_group": ("replication", ("destination_region_id",)),
    "alicloud_cr_ee_sync_rule": ("registry", ("target_region_id",)),
    "alicloud_rds_instance_cross_backup_policy": ("backup", ("cross_backup_region",)),
    "alicloud_polardb_backup_policy": (
        "backup",
        ("data_level2_backup_another_region_region", "log_backup_another_region_region"),
    ),
    "alicloud_dbs_backup_plan": ("backup", ("storage_region",)),
    "alicloud_hbr_replication_vault": ("backup", ("replication_source_region_id",)),
    "alicloud_ecs_auto_snapshot_policy": ("backup", ("target_copy_regions",)),
    "alicloud_cdn_real_time_log_delivery": ("log_delivery", ("sls_region",)),
    "alicloud_sls_collection_policy": ("log_delivery", ("centralize_config.dest_region",)),
    "alicloud_ocean_base_instance": ("resource", ("primary_region",)),
    "alicloud_ros_stack_instance": ("resource", ("stack_instance_region_id",)),
}


@REGISTRY.adapter(*_REGIONS)
def regions(resource: Resource, world: World) -> Iterable[Row]:
    """One row a region that the resource names (a list gives one row an element)."""
    kind, attributes = _REGIONS[resource.type]
    for attribute in attributes:
        yield from _each(resource, kind, attribute)


def _each(resource: Resource, kind: str, attribute: str) -> Iterator[Row]:
    cell = resource.get(attribute)
    for number, leaf in enumerate(leaves(cell)):
        yield location_row(resource, f"{attribute}/{number}", kind, Cell(leaf, cell.at))


# The areas of a CEN bandwidth plan (provider page cen_bandwidth_package); "China" is the mainland.
_AREAS: Final = ("geographic_region_a_id", "geographic_region_b_id")


@REGISTRY.adapter("alicloud_cen_bandwidth_package")
def bandwidth_package(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page cen_bandwidth_package: the two areas it joins."""
    cells = [resource.get(area) for area in _AREAS if resource.has(area)]
    old = resource.get("geographic_region_ids")
    cells += [Cell(leaf, old.at) for leaf in leaves(old)]
    for number, cell in enumerate(cells):
        yield area_row(resource, f"area/{number}", "peering", cell, mainland=("china",))


def area_row(resource: Resource, suffix: str, kind: str, cell: Cell, mainland: tuple[str, ...]) -> Row:
    """A ``data_location`` row for an area that is no region code; *mainland* lists the words for the mainland."""
    place = cell.as_str()
    return make_row(
        "data_location",
        resource.at,
        **common(resource),
        location_id=f"{resource.id}/{suffix}",
        resource_id=resource.id,
        location_kind=kind,
        place=place,
        jurisdiction=place.map(lambda text: "mainland" if text.lower() in mainland else "overseas"),
    )
