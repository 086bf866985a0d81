"""Security groups, ACLs, VPC, peering.

Provider pages: aws_security_group, aws_security_group_rule, aws_vpc_security_group_ingress_rule, aws_default_security_group, aws_network_acl,
aws_network_acl_rule, aws_vpc, aws_flow_log, aws_vpc_peering_connection.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from compliance.collect.terraform.providers.aws import REGISTRY
from compliance.collect.terraform.providers.common import identity, key_reference, network_rule, place, strings
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import Cell
from compliance.model.row import NO_SETTING, Row, make_row

_SOURCES = ("cidr_blocks", "ipv6_cidr_blocks", "cidr_block", "ipv6_cidr_block", "cidr_ipv4", "cidr_ipv6")
_PROTOCOLS = {"-1": "all", "all": "all", "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}


def _rules(res: Resource, block: Block, suffix: str, direction: Cell | str, action: Cell | str = "allow", boundary: Cell | str = "") -> Iterator[Row]:
    protocol_raw = block.get("protocol") if not block.get("protocol").absent else block.get("ip_protocol")
    protocol = protocol_raw.as_str().map(lambda v: _PROTOCOLS.get(v.lower(), v.lower())).default("all")
    first, last = block.get("from_port"), block.get("to_port")
    if protocol.value == "all":
        first, last = Cell(0, protocol.at), Cell(65535, protocol.at)
    for name in _SOURCES:
        for index, source in enumerate(strings(block.get(name))):
            yield network_rule(
                res, block.at, f"{suffix}/{name}/{index}", source, first.default(0), last.default(65535), direction=direction, action=action, protocol=protocol, boundary=boundary,
                description=block.get("description"),
            )  # fmt: skip


@REGISTRY.adapter("aws_security_group", "aws_default_security_group")
def group(res: Resource, world: World) -> Iterator[Row]:
    """Groups with inline rules."""
    for name, direction in (("ingress", "in"), ("egress", "out")):
        for index, block in enumerate(res.blocks(name)):
            yield from _rules(res, block, f"/{name}/{index}", direction, boundary=res.id)
    yield make_row(
        "network_boundary", res.at, boundary_id=res.id, name=res.get("name").as_str().default(""), boundary_kind="security_group", **identity(res), is_default="default" in res.type,
        internet_facing=NO_SETTING, firewall_enabled=True, default_inbound="deny", flow_logging=NO_SETTING,
    )  # fmt: skip


@REGISTRY.adapter("aws_security_group_rule", "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule")
def rule(res: Resource, world: World) -> Iterator[Row]:
    """Rules of their own."""
    kind = res.get("type")
    direction: Cell | str = "in" if "ingress" in res.type else "out" if "egress" in res.type else kind.map(lambda v: "in" if v == "ingress" else "out")
    yield from _rules(res, res, "", direction, boundary=key_reference(res.get("security_group_id")).default(""))


@REGISTRY.adapter("aws_network_acl", "aws_network_acl_rule", "aws_default_network_acl")
def acl(res: Resource, world: World) -> Iterator[Row]:
    """Network ACLs are a second fence behind security groups: rules are recorded as of the boundary kind acl."""
    yield make_row(
        "network_boundary", res.at, boundary_id=res.id, name="", boundary_kind="acl", **identity(res), is_default="default" in res.type, internet_facing=NO_SETTING, firewall_enabled=True,
        default_inbound="deny", flow_logging=NO_SETTING,
    )  # fmt: skip


@REGISTRY.adapter("aws_vpc", "aws_default_vpc", reads=("aws_flow_log",))
def vpc(res: Resource, world: World) -> Iterator[Row]:
    """Networks: traffic is logged only by a flow log of the network."""
    logs = world.linked(res, "vpc_id", "aws_flow_log")
    flow: Any = Cell(bool(logs), logs[0].at if logs else None)
    yield make_row(
        "network_boundary", res.at, boundary_id=res.id, name=res.get("tags.Name").as_str().default(""), boundary_kind="network", **identity(res), is_default="default" in res.type,
        internet_facing=NO_SETTING, firewall_enabled=NO_SETTING, default_inbound=NO_SETTING, flow_logging=flow,
    )  # fmt: skip


@REGISTRY.adapter("aws_vpc_peering_connection")
def peering(res: Resource, world: World) -> Iterator[Row]:
    """Peering with another region."""
    region = res.get("peer_region")
    if not region.absent:
        yield place(res, "peer", "peering", region)
