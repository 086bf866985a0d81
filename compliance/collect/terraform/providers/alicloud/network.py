"""Networks, subnets and gateways."""

from __future__ import annotations

from collections.abc import Iterable

from compliance.collect.terraform.providers.alicloud.firewalls import boundary_row
from compliance.collect.terraform.providers.alicloud.log_rows import log_source_row
from compliance.collect.terraform.providers.alicloud.registry import REGISTRY
from compliance.collect.terraform.providers.alicloud.settings import first, linked, negate
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, any_true
from compliance.model.row import Row


def _running(log: Resource) -> Cell:
    return negate(log.get("status").default("Active").equals("inactive"))


@REGISTRY.adapter("alicloud_vpc", reads=("alicloud_vpc_flow_log",))
def vpc(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages vpc, vpc_flow_log: no flow log by default; a flow log is Active unless it says otherwise."""
    logs = [_running(log) for log in linked(world, resource, "resource_id", "alicloud_vpc_flow_log")]
    yield boundary_row(
        resource,
        first(resource, "vpc_name", "name"),
        "network",
        is_default=resource.get("is_default").as_bool().default(False),
        flow_logging=any_true(logs).default(False),
    )


@REGISTRY.adapter("alicloud_vswitch")
def vswitch(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page vswitch: a subnet never gives public addresses by itself."""
    yield boundary_row(resource, first(resource, "vswitch_name", "name"), "subnet", internet_facing=False)


@REGISTRY.adapter("alicloud_vpc_flow_log", "alicloud_cen_flowlog")
def flow_log(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages vpc_flow_log, cen_flowlog."""
    yield log_source_row(resource, "network", "network", _running(resource), resource.get("log_store_name"))


@REGISTRY.adapter("alicloud_cloud_firewall_instance", "alicloud_cloud_firewall_instance_v2")
def cloud_firewall(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages cloud_firewall_instance, cloud_firewall_instance_v2: ``cfw_log`` is off by default."""
    yield boundary_row(resource, Cell(""), "firewall", firewall_enabled=True)
    log = first(resource, "cfw_log").as_bool().default(False)
    yield log_source_row(resource, "network", "security", log, Cell(""))
