"""Cloud Firewall (CFW): protection rules of both generations of the provider."""

from __future__ import annotations

from collections.abc import Iterable

from compliance.collect.terraform.providers.common import network_rule, strings, unknown
from compliance.collect.terraform.providers.huaweicloud.network import ALL_PORTS, port_ranges
from compliance.collect.terraform.providers.huaweicloud.registry import REGISTRY
from compliance.collect.terraform.providers.huaweicloud.settings import first, stated, unreadable, word
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import Cell
from compliance.model.row import Row

_CFW_PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "-1": "all"}


@REGISTRY.adapter("huaweicloud_cfw_protection_rule")
def firewall_rule(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page cfw_protection_rule: ``action_type`` 0 permits, ``status`` 1 is on, ``direction`` 0 is inbound.

    A rule whose source is a list or a region is unknown.
    """
    outbound = word(resource.get("direction")) == "1"
    side = resource.get("destination.address" if outbound else "source.address")
    protocol = _protocol(resource.get("service.protocol").as_str())
    ports = stated(resource.get("service.dest_port"))
    ranges = [ALL_PORTS] if ports.absent else port_ranges(ports)
    for number, (low, high) in enumerate(ranges):
        yield network_rule(
            resource,
            resource.at,
            f"/rule/{number}",
            stated(side).as_str().or_unknown("not_stated", "address"),
            low,
            high,
            direction="out" if outbound else "in",
            action=_action(resource),
            protocol=protocol,
            boundary=resource.get("object_id").as_str().default("") if not resource.get("object_id").unknown else "",
            description=first(resource, "description", "name"),
            enabled=resource.get("status").as_bool(),
        )


@REGISTRY.adapter("huaweicloud_cfw_acl_rule")
def acl_rule(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page cfw_acl_rule: ``source_addresses`` (a list) and ``custom_services``; the same numbers mean the same.

    A rule without any source admits every address; one whose sources are groups or regions only is unknown.
    A rule without any service opens every port; the ports of a service group are unknown.
    """
    outbound = word(resource.get("direction")) == "1"
    services: list[Block | None] = [*resource.blocks("custom_services")]
    grouped = any(resource.has(f"{kind}_service_groups") for kind in ("custom", "predefined"))
    for s, source in enumerate(_sources(resource, "destination" if outbound else "source")):
        for n, service in enumerate(services or [None]):
            ports = stated(service.get("dest_port")) if service is not None else Cell()
            if service is None and grouped:
                ports = unknown("not_stated", "ports of a service group", resource.at)
            protocol = service.get("protocol").as_str() if service is not None else Cell()
            for p, (low, high) in enumerate([ALL_PORTS] if ports.absent else port_ranges(ports)):
                yield network_rule(
                    resource,
                    resource.at,
                    f"/rule/{s}.{n}.{p}",
                    source,
                    low,
                    high,
                    direction="out" if outbound else "in",
                    action=_action(resource),
                    protocol=_protocol(protocol),
                    description=first(resource, "description", "name"),
                    enabled=resource.get("status").as_bool(),
                )


def _sources(resource: Resource, side: str) -> list[Cell]:
    addresses = stated(resource.get(f"{side}_addresses"))
    if not addresses.absent:
        return [item.as_str() for item in strings(addresses)]
    elsewhere = (
        f"{side}_address_groups",
        f"{side}_predefined_groups",
        f"{side}_region_list",
        f"{side}_domain_address_name",
        f"{side}_domain_group_id",
    )
    named = next((resource.get(name) for name in elsewhere if resource.has(name)), None)
    if named is None:
        return [Cell("0.0.0.0/0")]
    return [Cell(None, named.at).or_unknown("not_stated", f"addresses of {side}")]


def _action(resource: Resource) -> Cell:
    return resource.get("action_type").as_str().map(lambda text: {"0": "allow", "1": "deny"}.get(text, unreadable(text)))


def _protocol(number: Cell) -> Cell:
    return number.map(lambda text: _CFW_PROTOCOLS.get(text, unreadable(text))).default("all")
