"""Elastic IPs that a resource of their own binds to a server, a load balancer or a database."""

from __future__ import annotations

from typing import Final

from compliance.collect.terraform.providers.huaweicloud.registry import types
from compliance.collect.terraform.providers.huaweicloud.settings import linked
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell

_BY_PORT: Final = types("vpc_eip_associate", "networking_floatingip_v2", "networking_floatingip_associate_v2")
# resource type -> the attribute that names what the address is bound to
_BINDINGS: Final = {
    **dict.fromkeys(_BY_PORT, "port_id"),
    "huaweicloud_vpc_eipv3_associate": "associate_instance_id",
    "huaweicloud_global_eip_associate": "associate_instance.instance_id",
}
_PORT: Final = "data.huaweicloud_networking_port"

BINDINGS: Final = tuple(_BINDINGS)
"""Types that an adapter which calls ``bound_address`` reads."""


def bound_address(target: Resource, world: World) -> Cell:
    """Whether an elastic IP is bound to *target*, with the place where it is, else False.

    Provider pages vpc_eip_associate (``port_id``, or ``network_id`` with ``fixed_ip``), vpc_eipv3_associate,
    global_eip_associate; data source networking_port, by which the port of an address is found.
    """
    for kind, attribute in _BINDINGS.items():
        for found in linked(world, target, attribute, kind):
            return Cell(True, found.get(attribute).at or found.at)
    for found in linked(world, target, "fixed_ip", "huaweicloud_vpc_eip_associate"):
        return Cell(True, found.get("fixed_ip").at or found.at)
    for port in linked(world, target, "fixed_ip", _PORT):
        for found in linked(world, port, "port_id", *_BY_PORT):
            return Cell(True, found.get("port_id").at or found.at)
    return Cell(False)
