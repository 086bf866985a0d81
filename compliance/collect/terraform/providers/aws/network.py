"""Networks, subnets, peering.

Provider pages: aws_vpc, aws_default_vpc, aws_flow_log, aws_subnet, aws_default_subnet, aws_vpc_peering_connection, aws_ec2_transit_gateway_peering_attachment,
aws_networkfirewall_firewall, aws_networkfirewall_logging_configuration, aws_globalaccelerator_accelerator.
"""

from __future__ import annotations

from collections.abc import Iterator

from compliance.collect.terraform.providers.aws.registry import REGISTRY
from compliance.collect.terraform.providers.aws.settings import boundary_row, text
from compliance.collect.terraform.providers.common import log_source, place, pointed
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell
from compliance.model.row import Row


@REGISTRY.adapter("aws_vpc", "aws_default_vpc", reads=("aws_flow_log",))
def vpc(res: Resource, world: World) -> Iterator[Row]:
    """Networks: traffic is logged only by a flow log of the network, or of each of its subnets."""
    logs = list(world.linked(res, "vpc_id", "aws_flow_log", by=("id",)))
    if not logs:
        subnets = [s for s in world.of_type("aws_subnet") if pointed(world, s.get("vpc_id"), res.type, by=("id",)) is res]
        per_subnet = [world.linked(s, "subnet_id", "aws_flow_log", by=("id",)) for s in subnets]
        logs = list(per_subnet[0]) if per_subnet and all(per_subnet) else []
    yield boundary_row(res, "network", text(res, "tags.Name"), is_default="default" in res.type, flow_logging=Cell(bool(logs), logs[0].at if logs else None))


@REGISTRY.adapter("aws_subnet", "aws_default_subnet")
def subnet(res: Resource, world: World) -> Iterator[Row]:
    """Subnets give public addresses only when said; the default ones always do."""
    public = res.get("map_public_ip_on_launch").as_bool().default("default" in res.type)
    yield boundary_row(res, "subnet", text(res, "tags.Name"), is_default="default" in res.type, internet_facing=public)


@REGISTRY.adapter("aws_vpc_peering_connection", "aws_ec2_transit_gateway_peering_attachment", "aws_vpc_peering_connection_accepter")
def peering(res: Resource, world: World) -> Iterator[Row]:
    """Peering with another region; without one the peer stands in the same region."""
    region = res.get("peer_region")
    if not region.absent:
        yield place(res, "peer", "peering", region)


@REGISTRY.adapter("aws_networkfirewall_firewall", reads=("aws_networkfirewall_logging_configuration",))
def network_firewall(res: Resource, world: World) -> Iterator[Row]:
    """Network firewalls log only by a logging configuration."""
    logs = world.linked(res, "firewall_arn", "aws_networkfirewall_logging_configuration", by=("arn",))
    yield log_source(res, "network", Cell(bool(logs), logs[0].at if logs else None), event="network")


@REGISTRY.adapter("aws_globalaccelerator_accelerator")
def accelerator(res: Resource, world: World) -> Iterator[Row]:
    """Accelerators write no flow logs unless said."""
    yield log_source(res, "network", res.get("attributes.flow_logs_enabled").as_bool().default(False), event="network")
