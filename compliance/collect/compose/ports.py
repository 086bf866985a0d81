"""Published ports of a service.

Source: "ports" of the Compose specification: ``[HOST:]CONTAINER[/PROTOCOL]`` with an optional address before
HOST, ranges on both sides, or the long syntax; without an address a port is bound on every interface.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from compliance.collect.container_facts import HOLE
from compliance.collect.network import SENSITIVE_PORTS, source_scope
from compliance.collect.yaml_tree import Node
from compliance.model.cell import Cell, Reason, Unknown
from compliance.model.location import Location

_MAX_RANGE: Final = 64


@dataclass(frozen=True)
class Port:
    """One published port: the container's number, how far it is published, ``tcp`` or ``udp``."""

    at: Location
    port: Cell
    scope: Cell
    protocol: str


def published(node: Node) -> Iterator[Port]:
    """The ports that one entry of ``ports`` publishes."""
    if node.pairs():
        yield from _long(node)
        return
    cell = node.cell()
    text = cell.value.text if isinstance(cell.value, Unknown) else str(cell.value)
    if not text:
        yield Port(node.at, cell, cell, "tcp")
        return
    holes = iter(HOLE.findall(text))
    plain = HOLE.sub("\0", text).strip()
    main, _, protocol = plain.partition("/")
    address, container = _split(main)
    scope = _scope(address, cell)
    if "\0" in container:
        yield Port(
            node.at, Cell(cell.value if cell.unknown else _hole(next(holes, "")), cell.at), scope, protocol or "tcp"
        )
        return
    for number in _numbers(container, cell):
        yield Port(node.at, number, scope, protocol.lower() or "tcp")


def _split(text: str) -> tuple[str, str]:
    """Address ('' for none) and container part of the short syntax."""
    if text.startswith("["):
        address, _, rest = text[1:].partition("]")
        return address, rest.rpartition(":")[2]
    parts = text.split(":")
    return (":".join(parts[:-2]) if len(parts) > 2 else ""), parts[-1]


def _hole(name: str) -> Unknown:
    return Unknown(Reason("unresolved_variable", name.strip("${} ")[:60]))


def _scope(address: str, cell: Cell) -> Cell:
    if address == "":
        return Cell("any", cell.at)
    if "\0" in address:
        return Cell(cell.value if cell.unknown else _hole(""), cell.at)
    if address.lower() == "localhost":
        return Cell("loopback", cell.at)
    found = source_scope(address)
    if found is None:
        return Cell(Unknown(Reason("unreadable_value", address[:60])), cell.at)
    return Cell("any" if found == "public" else found, cell.at)


def _numbers(text: str, cell: Cell) -> Iterator[Cell]:
    """The ports of a number or a range; of a long range its ends and the well-known ones."""
    first, _, last = text.partition("-")
    low, high = Cell(first, cell.at).as_int(), Cell(last or first, cell.at).as_int()
    if low.unknown or high.unknown:
        yield low if low.unknown else high
        return
    if not 0 <= low.value <= high.value <= 65535:
        yield Cell(Unknown(Reason("unreadable_value", text[:60])), cell.at)
        return
    numbers = range(low.value, high.value + 1)
    if len(numbers) > _MAX_RANGE:
        chosen = sorted({low.value, high.value, *(p for p in SENSITIVE_PORTS if p in numbers)})
    else:
        chosen = list(numbers)
    for number in chosen:
        yield Cell(number, cell.at)


def _long(node: Node) -> Iterator[Port]:
    target = node.cell("target")
    address = node.cell("host_ip").as_str()
    if address.absent and (written := node.cell("published").as_str()).known and source_scope(str(written.value)) is not None and "." in str(written.value):
        address = written  # an address where the port belongs binds the address
    scope = address if address.unknown else _scope(str(address.value or ""), address if address.known else target)
    protocol = str(node.cell("protocol").as_str().default("tcp").value).lower()
    if target.unknown or target.absent:
        yield Port(node.at, target.or_unknown("not_stated", "target"), scope, protocol)
        return
    for number in _numbers(str(target.value), target):
        yield Port(node.at, number, scope, protocol)
