"""Where data goes besides the region of a resource: peerings, replications, accelerators, copies.

Attribute names come from the provider page of the same name as the resource type.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from compliance.collect.terraform.providers.common import place, strings
from compliance.collect.terraform.providers.huaweicloud.registry import REGISTRY
from compliance.collect.terraform.providers.huaweicloud.settings import choose, common, stated
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell
from compliance.model.row import Row, make_row

# resource type -> (kind, attribute paths that hold a region or a list of regions)
_REGIONS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "huaweicloud_cc_network_instance": ("peering", ("region_id",)),
    "huaweicloud_cc_inter_region_bandwidth": ("peering", ("inter_region_ids",)),
    "huaweicloud_cc_central_network_attachment": ("peering", ("enterprise_router_region_id", "global_dc_gateway_region_id")),
    "huaweicloud_dc_global_gateway_peer_link": ("peering", ("peer_site.region_id",)),
    "huaweicloud_dns_private_zone_associate": ("peering", ("router_region",)),
    "huaweicloud_ga_endpoint_group": ("upstream", ("region_id",)),
    "huaweicloud_swr_image_auto_sync": ("registry", ("target_region",)),
    "huaweicloud_swr_image_manual_sync": ("registry", ("target_region",)),
    "huaweicloud_swr_enterprise_instance_registry": ("registry", ("region_id",)),
    "huaweicloud_drs_job": ("replication", ("destination_db.region",)),
    "huaweicloud_oms_migration_task": ("replication", ("destination_object.region",)),
    "huaweicloud_oms_migration_task_group": ("replication", ("destination_object.region",)),
    "huaweicloud_rds_primary_instance_dr_capability": ("replication", ("target_region",)),
    "huaweicloud_eg_event_subscription_target": ("replication", ("target_region",)),
    "huaweicloud_kms_key_update_primary_region": ("replication", ("primary_region",)),
    "huaweicloud_secmaster_siem_shipper": ("log_delivery", ("destination_region",)),
    "huaweicloud_cbr_checkpoint_copy": ("backup", ("destination_region",)),
    "huaweicloud_cbr_organization_policy": ("backup", ("destination_region",)),
}


@REGISTRY.adapter(*_REGIONS)
def regions(resource: Resource, world: World) -> Iterable[Row]:
    """One row a region that the resource names (a list gives one row an element)."""
    kind, attributes = _REGIONS[resource.type]
    for attribute in attributes:
        for number, cell in enumerate(strings(stated(resource.get(attribute)))):
            yield place(resource, f"{attribute}/{number}", kind, cell)


@REGISTRY.adapter("huaweicloud_cc_central_network_policy")
def central_network(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page cc_central_network_policy: joins the enterprise routers of every ``er_instances.region_id``."""
    for number, router in enumerate(resource.blocks("er_instances")):
        yield place(resource, f"er_instances/{number}", "peering", router.get("region_id"))


# Words for areas of the world -> jurisdiction; anything that is not the mainland alone is outside.
_CDN_AREAS: Final = {"mainland_china": "mainland", "outside_mainland_china": "overseas", "global": "overseas"}
_ACCELERATOR_AREAS: Final = {"cm": "mainland", "outofcm": "overseas"}
_CONNECTION_AREAS: Final = {
    "chinese-mainland": "mainland",
    **dict.fromkeys(
        ("asia-pacific", "africa", "western-latin-america", "eastern-latin-america", "northern-latin-america"), "overseas"
    ),
}


def area_row(resource: Resource, suffix: str, kind: str, area: Cell, meaning: dict[str, str]) -> Row:
    """A ``data_location`` row for an area that is no region code; a word that *meaning* lacks is unknown."""
    return make_row(
        "data_location",
        resource.at,
        **common(resource),
        location_id=f"{resource.id}/{suffix}",
        resource_id=resource.id,
        location_kind=kind,
        jurisdiction=choose(area, meaning),
        place=area.as_str(),
    )


def service_area(resource: Resource, default: str | None = None) -> Row:
    """The area that a delivery network serves: ``mainland_china``, ``outside_mainland_china`` or ``global``."""
    area = resource.get("service_area")
    return area_row(resource, "service_area", "cdn", area if default is None else area.default(default), _CDN_AREAS)


@REGISTRY.adapter("huaweicloud_live_domain")
def live(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page live_domain: ``service_area``, the mainland by default."""
    yield service_area(resource, "mainland_china")


@REGISTRY.adapter("huaweicloud_ga_accelerator")
def accelerator(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page ga_accelerator: ``ip_sets.area`` CM or OUTOFCM."""
    for number, block in enumerate(resource.blocks("ip_sets")):
        yield area_row(resource, f"ip_sets/{number}", "cdn", block.get("area"), _ACCELERATOR_AREAS)


@REGISTRY.adapter("huaweicloud_cc_bandwidth_package")
def bandwidth_package(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page cc_bandwidth_package: the two areas it joins."""
    for attribute in ("local_area_id", "remote_area_id"):
        yield area_row(resource, attribute, "peering", resource.get(attribute), _CONNECTION_AREAS)
