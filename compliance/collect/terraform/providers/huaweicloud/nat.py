"""NAT gateways: rules that forward ports of a public address inwards."""

from __future__ import annotations

from collections.abc import Iterable

from compliance.collect.terraform.providers.common import network_rule
from compliance.collect.terraform.providers.huaweicloud.network import ALL_PORTS, port_ranges
from compliance.collect.terraform.providers.huaweicloud.registry import REGISTRY, types
from compliance.collect.terraform.providers.huaweicloud.settings import first, stated, word
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell
from compliance.model.row import Row

_PORTS = (("internal", ("internal_service_port", "internal_service_port_range")), ("external", ("external_service_port", "external_service_port_range")))


@REGISTRY.adapter(*types("nat_dnat_rule", "nat_dnat_rule_v2"))
def forwarding(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page nat_dnat_rule: offers a port of a server on a public address, to everyone that can reach it.

    Both the port on the address and the port on the server count: SSH stays SSH behind port 50022.
    """
    protocol = resource.get("protocol").as_str().map(lambda text: "all" if text.lower() == "any" else text.lower())
    seen: list[tuple[object, object]] = []
    for name, paths in _PORTS:
        ports = stated(first(resource, *paths))
        for number, (low, high) in enumerate([ALL_PORTS] if ports.absent or word(protocol) == "all" else port_ranges(ports)):
            if (low.value, high.value) in seen:
                continue
            seen.append((low.value, high.value))
            gateway = resource.get("nat_gateway_id")
            yield network_rule(
                resource,
                resource.at,
                f"/{name}/{number}",
                Cell("0.0.0.0/0"),
                low,
                high,
                protocol=protocol,
                boundary=gateway.refs[0] if gateway.refs else "",
                description=resource.get("description"),
            )
