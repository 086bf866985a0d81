"""Host paths that a service mounts.

Source: "volumes" of services and "Volumes top-level element" of the Compose specification.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from compliance.collect.compose.services import Service
from compliance.collect.container_facts import HOLE
from compliance.collect.yaml_tree import Node
from compliance.model.cell import Cell, Unknown

_DRIVE: Final = re.compile(r"[A-Za-z]:[\\/]")
_SOCKET: Final = re.compile(r"(?:docker|containerd|crio|podman)\.sock$")


def host_sources(service: Service) -> list[Cell]:
    """The host side of every mount; of mounts at one place in the container the nearest one counts."""
    found: list[Cell] = []
    seen: set[str] = set()
    for node in service.nodes("volumes"):
        for source, target in _mount(node, service):
            if target and target in seen:
                continue
            seen.add(target)
            if _SOCKET.search(target):  # a socket is what it is called, whatever names its source
                source = Cell(target, source.at)
            found.append(source)
    found += [_device(cell) for cell in service.cells("devices")]
    return found


def _mount(node: Node, service: Service) -> Iterator[tuple[Cell, str]]:
    """Source and target of one mount; nothing for an anonymous or ordinary named volume."""
    if node.pairs():
        source, target = node.cell("source").as_str(), node.get("target").text
        kind = node.cell("type").as_str().default("volume")
        if kind.unknown:
            yield kind, target
        elif kind.value == "bind":
            yield _home(source), target
        elif kind.value == "volume" and source.known:
            yield from _named(str(source.value), service, target)
        elif kind.value == "npipe":
            yield source, target
        return
    cell = node.cell().as_str()
    text = cell.value.text if isinstance(cell.value, Unknown) else str(cell.value)
    if not text:
        yield cell, ""
        return
    source_text, target = _split(text)
    if not source_text:
        return
    if cell.unknown and HOLE.search(source_text):
        yield _home(Cell(Unknown(cell.value.reason, text=source_text), cell.at)), target
    elif source_text[0] in "./~\\" or _DRIVE.match(source_text):
        yield Cell(source_text, cell.at), target
    else:
        yield from _named(source_text, service, target)


def _split(text: str) -> tuple[str, str]:
    """Source ('' for none) and target of the short syntax; colons in holes and drive letters do not part."""
    held = HOLE.sub(lambda m: m.group().replace(":", "\0"), text)
    if _DRIVE.match(held) and held.count(":") > 1:  # else a volume with a name of one letter
        held = held[0] + "\0" + held[2:]
    parts = [part.replace("\0", ":") for part in held.split(":")]
    return (parts[0], parts[1]) if len(parts) > 1 else ("", parts[0])


def _home(cell: Cell) -> Cell:
    """``${PWD}`` and ``${HOME}`` are set by every shell: the project's folder and the user's."""
    text = cell.value.text if isinstance(cell.value, Unknown) else None
    for hole, stands_for in (("${PWD}", "."), ("${HOME}", "~")):
        if text is not None and text.startswith(hole) and not HOLE.search(text[len(hole) :]):
            return Cell(stands_for + text[len(hole) :], cell.at)
    return cell


def _named(name: str, service: Service, target: str) -> Iterator[tuple[Cell, str]]:
    options = service.root.get("volumes", name, "driver_opts")
    if "bind" in options.get("o").text:
        yield options.cell("device").as_str(), target


def _device(cell: Cell) -> Cell:
    return cell.map(lambda v: str(v).partition(":")[0])
