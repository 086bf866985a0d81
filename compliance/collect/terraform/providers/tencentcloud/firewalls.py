"""Security groups, network ACLs, light-server firewalls, networks and their flow logs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from compliance.collect.terraform.providers.common import identity, key_reference, log_source, network_rule, strings
from compliance.collect.terraform.providers.tencentcloud.registry import REGISTRY
from compliance.collect.terraform.providers.tencentcloud.settings import place_row, switch
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import Cell, Reason, Unknown
from compliance.model.row import NO_SETTING, Row, make_row

_ALL_PORTS: Final = (0, 65535)


def ports(cell: Cell, protocol: str = "") -> Iterator[tuple[Cell, Cell]]:
    """Ranges of ``ALL``, ``22``, ``80,443`` or ``8000-9000``; every port when none is stated."""
    if cell.unknown:
        yield cell, cell
        return
    # ICMP has no ports; the columns then say every one and the protocol decides.
    text = "ALL" if cell.absent or protocol.startswith("icmp") else str(cell.value)
    for part in text.split(","):
        low, _, high = part.strip().partition("-")
        if part.strip().upper() in ("ALL", ""):
            yield Cell(_ALL_PORTS[0], cell.at), Cell(_ALL_PORTS[1], cell.at)
        elif low.isdigit() and (not high or high.isdigit()):
            yield Cell(int(low), cell.at), Cell(int(high or low), cell.at)
        else:
            unread = Cell(Unknown(Reason("unreadable_value", part[:20])), cell.at)
            yield unread, unread


def _action(value: Any) -> str:
    return "allow" if str(value).upper() == "ACCEPT" else "deny"


def _text_rule(res: Resource, cell: Cell, suffix: str, direction: str, boundary: Cell) -> Iterator[Row]:
    """One rule of the form ``ACCEPT#0.0.0.0/0#22#TCP``; written with unresolved parts, the other parts still count."""
    text = cell.value.text if isinstance(cell.value, Unknown) else cell.value
    parts = str(text).split("#") if text is not None else []
    if len(parts) < 4:
        unread = Cell(cell.value if cell.unknown else Unknown(Reason("unreadable_value", str(cell.value)[:40])), cell.at)
        yield network_rule(res, res.at, suffix, unread, unread, unread, direction=direction, boundary=boundary, protocol=unread)
        return

    def part(index: int) -> Cell:
        return Cell(cell.value, cell.at) if "${" in parts[index] else Cell(parts[index].strip(), cell.at)

    protocol = part(3).map(str.lower)
    for number, (low, high) in enumerate(ports(part(2), str(protocol.value))):
        yield network_rule(
            res, res.at, f"{suffix}/{number}", part(1), low, high, direction=direction, action=part(0).map(_action), protocol=protocol,
            boundary=boundary,
        )  # fmt: skip


@REGISTRY.adapter("tencentcloud_security_group_lite_rule", "tencentcloud_vpc_acl")
def text_rules(res: Resource, world: World) -> Iterator[Row]:
    """Provider pages security_group_lite_rule, vpc_acl: lists of ``action#source#port#protocol``.

    The first rule that fits wins; that an earlier DROP may shadow a rule is not weighed.  In
    security_group_lite_rule a source may also be a security group or an address template.
    """
    boundary = key_reference(res.get("security_group_id")).default("") if res.type.endswith("lite_rule") else Cell(res.id)
    for name, direction in (("ingress", "in"), ("egress", "out")):
        for index, cell in enumerate(strings(res.get(name))):
            yield from _text_rule(res, cell, f"/{name}/{index}", direction, boundary)


@REGISTRY.adapter("tencentcloud_security_group_rule")
def rule(res: Resource, world: World) -> Iterator[Row]:
    """Resource security_group_rule (no page any more; names from the provider's schema): one rule, ``policy`` ACCEPT or DROP."""
    direction = res.get("type").map(lambda v: "in" if str(v).lower() == "ingress" else "out")
    group = key_reference(res.get("security_group_id")).default("")
    yield from _block_rule(res, res, "", direction, ("policy", "cidr_ip", "port_range", "ip_protocol"), group)


@REGISTRY.adapter("tencentcloud_security_group_rule_set")
def rule_set(res: Resource, world: World) -> Iterator[Row]:
    """Provider page security_group_rule_set: all rules of a group in blocks, IPv4 or IPv6 ranges, groups or templates."""
    group = key_reference(res.get("security_group_id")).default("")
    for name, direction in (("ingress", "in"), ("egress", "out")):
        for index, block in enumerate(res.blocks(name)):
            names = ("action", "cidr_block", "port", "protocol")
            yield from _block_rule(res, block, f"/{name}/{index}", Cell(direction), names, group)


_LIGHT: Final = ("action", "cidr_block", "port", "protocol")


@REGISTRY.adapter("tencentcloud_lighthouse_firewall_rule")
def light_rule(res: Resource, world: World) -> Iterator[Row]:
    """Provider page lighthouse_firewall_rule: ACCEPT from 0.0.0.0/0 unless said."""
    yield from _block_rule(res, res, "", Cell("in"), _LIGHT, key_reference(res.get("instance_id")).default(""))


@REGISTRY.adapter("tencentcloud_lighthouse_firewall_template")
def light_template(res: Resource, world: World) -> Iterator[Row]:
    """Provider page lighthouse_firewall_template: the same rules for many servers."""
    for index, block in enumerate(res.blocks("template_rules")):
        yield from _block_rule(res, block, f"/{index}", Cell("in"), _LIGHT, Cell(res.id))


@REGISTRY.adapter("tencentcloud_gaap_security_rule")
def accelerator_rule(res: Resource, world: World) -> Iterator[Row]:
    """Provider page gaap_security_rule: a rule of an accelerator's security policy; every port and protocol unless said."""
    yield from _block_rule(res, res, "", Cell("in"), ("action", "cidr_ip", "port", "protocol"), key_reference(res.get("policy_id")).default(""))


_GROUPS: Final = ("source_security_id", "source_sgid", "source_security_group_id")
_TEMPLATES: Final = ("address_template_id", "address_template_group", "address_template")


def _source(block: Block, name: str) -> Cell:
    for attribute in (name, "ipv6_cidr_block"):
        cell = block.get(attribute)
        if not cell.absent and cell.value != "":
            return cell
    for attribute in _GROUPS:
        cell = block.get(attribute)
        if not cell.absent and cell.value != "":
            return key_reference(cell)
    for attribute in _TEMPLATES:
        if block.has(attribute):
            # An address template holds ranges that stand in a resource of its own.
            return Cell(Unknown(Reason("unresolved_reference", attribute)), block.at)
    return Cell("0.0.0.0/0")


def _block_rule(res: Resource, block: Block, suffix: str, direction: Cell, names: tuple[str, str, str, str], boundary: Cell) -> Iterator[Row]:
    action, source, port, protocol_name = names
    protocol = block.get(protocol_name).as_str().map(str.lower).default("all")
    cell = _source(block, source)
    service = next((s for s in ("service_template_id", "service_template_group", "protocol_template") if block.has(s)), "")
    stated = Cell(Unknown(Reason("unresolved_reference", service)), block.at) if service else block.get(port)
    for number, (low, high) in enumerate(ports(stated, str(protocol.value))):
        yield network_rule(
            res, block.at, f"{suffix}/{number}", cell, low, high, direction=direction, action=block.get(action).map(_action).default("allow"),
            protocol=protocol, boundary=boundary, description=block.get("description"),
        )  # fmt: skip


# --- networks -----------------------------------------------------------------------------------

_FLOW_LOG: Final = "tencentcloud_vpc_flow_log"


@REGISTRY.adapter("tencentcloud_vpc", reads=(_FLOW_LOG, "tencentcloud_vpc_flow_log_config"))
def vpc(res: Resource, world: World) -> Iterator[Row]:
    """Provider pages vpc, vpc_flow_log, vpc_flow_log_config: traffic is logged only by a flow log of the network."""
    logs = [*world.linked(res, "vpc_id", _FLOW_LOG), *world.linked(res, "resource_id", _FLOW_LOG)]
    on = _flows(logs[0], world) if logs else Cell(False)
    yield make_row(
        "network_boundary", res.at, boundary_id=res.id, name=res.get("name").as_str().default(""), boundary_kind="network", **identity(res),
        is_default=False, internet_facing=NO_SETTING, firewall_enabled=NO_SETTING, default_inbound=NO_SETTING, flow_logging=on,
    )  # fmt: skip


def _flows(log: Resource, world: World) -> Cell:
    """A flow log runs unless its configuration resource stops it."""
    for config in world.linked(log, "flow_log_id", "tencentcloud_vpc_flow_log_config"):
        return switch(config.get("enable"))
    return Cell(True, log.at)


@REGISTRY.adapter(_FLOW_LOG)
def flow_log(res: Resource, world: World) -> Iterator[Row]:
    """Provider page vpc_flow_log: delivered to CLS or CKafka, perhaps in another region (``cloud_log_region``)."""
    yield log_source(res, "network", _flows(res, world), res.get("cloud_log_id"), "network")
    region = res.get("cloud_log_region")
    if not region.absent:
        yield place_row(res, "cls", "log_delivery", region)
