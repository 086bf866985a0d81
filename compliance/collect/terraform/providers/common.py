"""Small steps that adapters of several providers share."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from compliance.collect.network import jurisdiction, source_scope
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import ABSENT, Cell, Reason, Unknown
from compliance.model.location import Location
from compliance.model.row import NO_SETTING, Row, make_row

FOREVER: Final = 36500
"""Days that stand for 'never expires'."""


def identity(resource: Resource) -> dict[str, Any]:
    """Columns that every resource row has: provider, resource_type, region."""
    return {"provider": resource.provider, "resource_type": resource.type, "region": resource.region.as_str()}


def key_reference(cell: Cell) -> Cell:
    """A key as text: its literal, or the address it refers to (a reference to a key is as good as a key)."""
    if cell.unknown and cell.refs:
        return Cell(cell.refs[0], cell.at)
    return cell.as_str().map(lambda v: v or None)


def customer_key(key: Cell, provider_aliases: tuple[str, ...] = ("alias/aws/", "alias/acs/")) -> Cell:
    """Whether a named key is the firm's own and not the provider's default."""
    if key.absent:
        return Cell(False)
    return key.map(lambda v: not any(a in v for a in provider_aliases))


def encryption(encrypted: Cell, key: Cell = ABSENT, algorithm: str = "", declared: Cell | bool | None = None) -> dict[str, Any]:
    """The encryption columns from the effective flag and the key.

    algorithm: as normalised text; empty = KMS when a key is named, else AES-256
    declared:  None = declared exactly when the flag is written
    """
    stated = (encrypted.at is not None) if declared is None else declared
    if isinstance(stated, bool):
        stated = Cell(stated, encrypted.at)
    if encrypted.unknown:
        stated = Cell(encrypted.value, encrypted.at)
    named = key_reference(key)
    off = encrypted.value is False
    return {
        "encrypted": encrypted,
        "encryption_declared": Cell(False, encrypted.at) if off else stated,
        "encryption_algorithm": encrypted.map(lambda v: (algorithm or ("AES-256" if named.absent else "KMS")) if v else ""),
        "kms_key_id": named.default(""),
        "customer_managed_key": Cell(False, encrypted.at) if off else customer_key(named),
    }


def lacks(*columns: str) -> dict[str, Any]:
    """These columns, as settings the service does not have."""
    return dict.fromkeys(columns, NO_SETTING)


def first_stated(block: Block, *paths: str) -> Cell:
    """The first stated attribute of several spellings (old and new provider versions); absent when none is."""
    return next((cell for path in paths if not (cell := block.get(path)).absent), ABSENT)


def pointed(world: World, cell: Cell, *types: str, by: Sequence[str] = ("id", "name")) -> Resource | None:
    """The resource of *types* that an attribute names: by reference, or by the literal value of one of its *by* attributes."""
    for ref in cell.refs:
        found = world.find(ref)
        if found is not None and found.type in types:
            return found
    text = cell.value if cell.known else getattr(cell.value, "text", None)
    if not isinstance(text, str) or not text:
        return None
    for other in world.of_type(*types):
        for attribute in by:
            own = other.get(attribute)
            if text == (own.value if own.known else getattr(own.value, "text", None)):
                return other
    return None


def presence(block: Block, path: str) -> Cell:
    """True with its place when *path* is written (a value, a reference or a block), else False."""
    cell = block.get(path)
    if cell.absent:
        nested = block.blocks(path)
        return Cell(True, nested[0].at) if nested else Cell(False)
    if cell.known and cell.value in ("", [], {}):
        return Cell(False, cell.at)
    if cell.unknown and not cell.refs and cell.value.reason.code == "unresolved_variable":
        return cell
    return Cell(True, cell.at)


def strings(cell: Cell) -> list[Cell]:
    """A list attribute (or one value) as single text cells; an unknown list is one unknown cell."""
    if cell.absent:
        return []
    if cell.unknown:
        return [cell]
    values = cell.value if isinstance(cell.value, list) else [cell.value]
    return [Cell(v, cell.at).as_str() if not isinstance(v, Unknown) else Cell(v, cell.at) for v in values]


def any_source(cell: Cell, split: str = ",") -> Cell:
    """Whether an allow-list (list or separated text) admits every address."""
    found = Cell(False, cell.at)
    for item in strings(cell):
        if item.unknown:
            found = item
            continue
        for part in str(item.value).split(split):
            if source_scope(part) == "any" or part.strip().startswith("0.0.0.0"):
                return Cell(True, item.at)
    return found


def network_rule(
    resource: Resource, at: Location, suffix: str, source: Cell, first: Cell, last: Cell, *,
    direction: Cell | str = "in", action: Cell | str = "allow", protocol: Cell | str = "all", boundary: Cell | str = "", description: Cell = ABSENT,
    enabled: Cell | bool = True,
) -> Row:  # fmt: skip
    """One rule for one source; a source that is another group has scope ``group``."""
    scope = source.map(lambda v: _scope(str(v)))
    if source.unknown and source.refs and re.search(r"security_?group|secgroup", source.refs[0]):
        source, scope = Cell(source.refs[0], source.at), Cell("group", source.at)
    return make_row(
        "network_rule", at, rule_id=f"{resource.id}{suffix}", **identity(resource), boundary_id=boundary, direction=direction, action=action,
        source_cidr=source.as_str(), source_scope=scope, protocol=protocol, port_from=first.as_int(), port_to=last.as_int(), enabled=enabled,
        description=description.as_str().default(""),
    )  # fmt: skip


def _scope(text: str) -> str:
    scope = source_scope(text)
    if scope == "loopback":
        return "private"
    return scope if scope is not None else "group"


def ipv6(text: str) -> bool:
    """Whether a range is IPv6."""
    try:
        return ipaddress.ip_network(text, strict=False).version == 6
    except ValueError:
        return False


def place(resource: Resource, suffix: str, kind: str, region: Cell, provider: str | None = None) -> Row:
    """A data_location row of a resource: replication, CDN, peering, delivery."""
    owner = provider or resource.provider
    return make_row(
        "data_location", resource.at, location_id=f"{resource.id}/{suffix}", provider=owner, resource_type=resource.type, resource_id=resource.id,
        location_kind=kind, jurisdiction=region.map(lambda v: jurisdiction(owner, str(v))), place=region.as_str(),
    )  # fmt: skip


def log_source(resource: Resource, kind: str, enabled: Cell, store: Cell = ABSENT, event: str = "access") -> Row:
    """A log_source row."""
    return make_row(
        "log_source", resource.at, system_id=resource.id, system_kind=kind, event_class=event, enabled=enabled,
        log_store_id=key_reference(store).default(""), **identity(resource),
    )  # fmt: skip


def unknown(code: str, detail: str, at: Location | None = None) -> Cell:
    """An unknown cell."""
    return Cell(Unknown(Reason(code, detail)), at)


def cells_of(blocks: Iterable[Block], attribute: str) -> Iterator[tuple[Block, Cell]]:
    """Each block with one of its attributes."""
    for block in blocks:
        yield block, block.get(attribute)
