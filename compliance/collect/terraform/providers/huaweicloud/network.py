"""Networks and firewalls: VPCs, flow logs, security groups, network ACLs, Cloud Firewall, peerings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from compliance.collect.network import source_scope
from compliance.collect.terraform.providers.common import log_source, network_rule, strings
from compliance.collect.terraform.providers.huaweicloud.registry import REGISTRY, types
from compliance.collect.terraform.providers.huaweicloud.settings import (
    choose,
    common,
    first,
    linked,
    stated,
    unreadable,
    word,
)
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import Cell, any_true
from compliance.model.row import NO_SETTING, Row, make_row

ALL_PORTS = (Cell(0), Cell(65535))
_DIRECTIONS = {"ingress": "in", "egress": "out"}
_ANY = {"4": "0.0.0.0/0", "6": "::/0"}


def _boundary(resource: Resource, kind: str, **columns: object) -> Row:
    lacking = dict.fromkeys(
        ("is_default", "internet_facing", "firewall_enabled", "default_inbound", "flow_logging"), NO_SETTING
    )
    merged: dict[str, object] = {**lacking, **columns}
    return make_row(
        "network_boundary",
        resource.at,
        **common(resource),
        boundary_id=resource.id,
        name=resource.get("name").as_str(),
        boundary_kind=kind,
        **merged,  # type: ignore[arg-type]
    )


# --- networks -----------------------------------------------------------------------------------


@REGISTRY.adapter(*types("vpc", "vpc_v1"))
def vpc(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages vpc, vpc_flow_log: a flow log of the VPC itself or of one of its subnets."""
    targets = [resource, *linked(world, resource, "vpc_id", *_SUBNETS)]
    logs = [log for target in targets for log in linked(world, target, "resource_id", "huaweicloud_vpc_flow_log")]
    switches = [log.get("enabled").as_bool().default(True) for log in logs]
    yield _boundary(resource, "network", flow_logging=any_true(switches).default(False))


_SUBNETS = types("vpc_subnet", "vpc_subnet_v1")


@REGISTRY.adapter(*_SUBNETS)
def subnet(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page vpc_subnet: gives no public addresses by itself."""
    yield _boundary(resource, "subnet")


@REGISTRY.adapter(*types("vpc_flow_log", "er_flow_log"))
def flow_log(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages vpc_flow_log, er_flow_log: on by default."""
    enabled = resource.get("enabled").as_bool().default(True)
    yield log_source(resource, "network", enabled, resource.get("log_stream_id"), "network")


# --- security groups ----------------------------------------------------------------------------


@REGISTRY.adapter(*types("networking_secgroup", "networking_secgroup_v2", "iec_security_group"))
def group(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages networking_secgroup, iec_security_group: refuses what comes in unless a rule allows it."""
    yield _boundary(resource, "security_group", is_default=False, default_inbound="deny")


@REGISTRY.adapter(*types("networking_secgroup_rule", "networking_secgroup_rule_v2", "iec_security_group_rule"))
def group_rule(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages networking_secgroup_rule, iec_security_group_rule: ``ports`` (a list in text) or
    ``port_range_min`` and ``_max``.

    Defaults: every protocol, every port, every source of the address family, allow.
    """
    direction = choose(resource.get("direction"), _DIRECTIONS)
    protocol = stated(resource.get("protocol")).as_str().map(str.lower).default("all")
    boundary = resource.get("security_group_id")
    for s, source in enumerate(_group_sources(resource, world)):
        for p, (low, high) in enumerate(_group_ports(resource, protocol)):
            yield network_rule(
                resource,
                resource.at,
                f"/rule/{s}.{p}",
                source,
                low,
                high,
                direction=direction,
                action=resource.get("action").as_str().map(str.lower).default("allow"),
                protocol=protocol,
                boundary=Cell(boundary.refs[0], boundary.at) if boundary.refs else boundary.as_str(),
                description=resource.get("description"),
            )


def _group_sources(resource: Resource, world: World) -> list[Cell]:
    prefix = stated(resource.get("remote_ip_prefix"))
    if not prefix.absent:
        return [prefix.as_str()]
    remote = stated(resource.get("remote_group_id"))
    if not remote.absent:
        return [Cell(remote.refs[0] if remote.refs else "group", remote.at)]
    addresses = stated(resource.get("remote_address_group_id"))
    if not addresses.absent:
        return _address_group(addresses, world)
    family = resource.get("ethertype")
    return [Cell(_ANY["6" if word(family) == "ipv6" else "4"])]


def _address_group(cell: Cell, world: World) -> list[Cell]:
    for ref in cell.refs:
        found = world.find(ref)
        if found is not None and found.type == "huaweicloud_vpc_address_group":
            items = strings(found.get("addresses")) + [b.get("ip").as_str() for b in found.blocks("ip_extra_set")]
            if items:
                # The rule is where the finding belongs; the range may be one of a start and an end.
                return [Cell(_first_address(item.value), cell.at) for item in items]
    return [
        cell.or_unknown("unresolved_reference", "remote_address_group_id")
        if cell.unknown
        else Cell(unreadable(cell.value), cell.at)
    ]


def _first_address(value: object) -> object:
    if not isinstance(value, str) or "-" not in value:
        return value
    start, _, end = value.partition("-")
    whole = start.strip() == "0.0.0.0" or (source_scope(start) == "any" and source_scope(end) is not None)
    return "0.0.0.0/0" if whole else start.strip()


def _group_ports(resource: Resource, protocol: Cell) -> list[tuple[Cell, Cell]]:
    if word(protocol) in ("icmp", "icmpv6"):
        return [ALL_PORTS]  # the attributes then hold an ICMP type and code
    ports = stated(resource.get("ports"))
    if not ports.absent:
        return port_ranges(ports)
    low, high = stated(resource.get("port_range_min")), stated(resource.get("port_range_max"))
    if low.absent and high.absent:
        return [ALL_PORTS]
    return [((high if low.absent else low).as_int(), (low if high.absent else high).as_int())]


def port_ranges(cell: Cell) -> list[tuple[Cell, Cell]]:
    """``80``, ``1000-2000``, ``1000:2000`` and lists of them separated by commas; ``any`` or ``*`` is every port."""
    if not cell.known:
        return [(cell, cell)]
    result: list[tuple[Cell, Cell]] = []
    for item in strings(cell):
        if item.unknown:
            result.append((item, item))
            continue
        for part in str(item.value).split(","):
            text = part.strip()
            if text.lower() in ("any", "all", "*", "", "-1"):
                result.append((Cell(0, item.at), Cell(65535, item.at)))
                continue
            low, _, high = text.replace(":", "-").partition("-")
            result.append((Cell(low.strip(), item.at).as_int(), Cell(high.strip() or low.strip(), item.at).as_int()))
            if len(result) >= 200:
                return result
    return result


@REGISTRY.adapter("huaweicloud_compute_secgroup_v2")
def old_group(resource: Resource, world: World) -> Iterable[Row]:
    """The removed resource compute_secgroup_v2: ``rule`` blocks with ``from_port``, ``to_port``, ``cidr``."""
    yield _boundary(resource, "security_group", is_default=False, default_inbound="deny")
    for number, rule in enumerate(resource.blocks("rule")):
        source = first(rule, "cidr", "from_group_id").as_str().default("0.0.0.0/0")
        protocol = rule.get("ip_protocol").as_str().map(str.lower).default("all")
        low, high = (rule.get("from_port"), rule.get("to_port")) if word(protocol) != "icmp" else ALL_PORTS
        yield network_rule(
            resource, rule.at, f"/rule/{number}", source, low, high, protocol=protocol, boundary=resource.id
        )


# --- network ACLs -------------------------------------------------------------------------------


@REGISTRY.adapter("huaweicloud_vpc_network_acl")
def acl(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page vpc_network_acl: ``ingress_rules`` and ``egress_rules``; what no rule allows is refused.

    A rule names an address, an address group or neither: then every address of the family.
    """
    enabled = resource.get("enabled").as_bool().default(True)
    yield _boundary(resource, "acl", firewall_enabled=enabled, default_inbound="deny")
    for direction, name in (("in", "ingress_rules"), ("out", "egress_rules")):
        for number, rule in enumerate(resource.blocks(name)):
            yield from _acl_rows(world, resource, rule, f"/{direction}/{number}", direction, resource.id, enabled)


@REGISTRY.adapter(*types("network_acl", "iec_network_acl"), reads=types("network_acl_rule"))
def old_acl(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages network_acl (lists the rules of each direction by id), iec_network_acl."""
    yield _boundary(resource, "acl", firewall_enabled=True, default_inbound="deny")


@REGISTRY.adapter(*types("network_acl_rule", "fw_rule_v2"))
def old_acl_rule(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page network_acl_rule: every source by default; its direction is that of the list it stands in."""
    enabled = resource.get("enabled").as_bool().default(True)
    direction, boundary = "in", ""
    for owner in world.of_type("huaweicloud_network_acl"):
        for name, value in (("outbound_rules", "out"), ("inbound_rules", "in")):
            if any(world.find(ref) is resource for item in strings(owner.get(name)) for ref in item.refs):
                direction, boundary = value, owner.id
    yield from _acl_rows(world, resource, resource, "/rule", direction, boundary, enabled)


@REGISTRY.adapter("huaweicloud_iec_network_acl_rule")
def edge_acl_rule(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page iec_network_acl_rule: names its ACL and its direction."""
    enabled = resource.get("enabled").as_bool().default(True)
    owner = resource.get("network_acl_id")
    direction = "out" if word(resource.get("direction")) == "egress" else "in"
    yield from _acl_rows(world, resource, resource, "/rule", direction, owner.refs[0] if owner.refs else "", enabled)


def _acl_rows(
    world: World, resource: Resource, rule: Block, suffix: str, direction: str, boundary: str, enabled: Cell
) -> Iterator[Row]:
    protocol = rule.get("protocol").as_str().map(lambda text: "all" if text.lower() == "any" else text.lower())
    ports = stated(rule.get("destination_port"))
    ranges = [ALL_PORTS] if ports.absent or word(protocol) in ("icmp", "icmpv6") else port_ranges(ports)
    for s, source in enumerate(_acl_sources(rule, "source" if direction == "in" else "destination", world)):
        for number, (low, high) in enumerate(ranges):
            yield network_rule(
                resource,
                rule.at,
                f"{suffix}.{s}.{number}",
                source,
                low,
                high,
                direction=direction,
                action=rule.get("action").as_str().map(str.lower),
                protocol=protocol,
                boundary=boundary,
                description=first(rule, "description", "name"),
                enabled=enabled,
            )


def _acl_sources(rule: Block, side: str, world: World) -> list[Cell]:
    address = stated(rule.get(f"{side}_ip_address"))
    if not address.absent:
        return [address.as_str()]
    group = stated(rule.get(f"{side}_ip_address_group_id"))
    if not group.absent:
        return _address_group(group, world)
    return [Cell(_ANY["6" if word(rule.get("ip_version")) == "6" else "4"])]
