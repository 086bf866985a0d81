"""Readings that the tencentcloud adapters share: switches, linked settings, database rows, endpoints, TLS, regions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from compliance.collect.network import jurisdiction
from compliance.collect.terraform.providers.common import identity
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import ABSENT, Cell, Reason, Unknown, any_true
from compliance.model.location import Location
from compliance.model.row import NO_SETTING, Row, make_row

Columns = dict[str, Any]
"""Keyword arguments of ``make_row``: cells, plain values or NO_SETTING."""

UNENCRYPTABLE: Final[Columns] = {
    "encrypted": NO_SETTING,
    "encryption_declared": NO_SETTING,
    "encryption_algorithm": "",
    "kms_key_id": "",
    "customer_managed_key": NO_SETTING,
}
"""The encryption columns of a service whose provider resources have no such setting."""

_ON: Final = ("on", "open", "opened", "enable", "enabled", "true", "yes", "1", "active")
_OFF: Final = ("off", "close", "closed", "disable", "disabled", "false", "no", "0", "inactive", "")


def switch(cell: Cell) -> Cell:
    """A switch in any of the provider's spellings (``ON``, ``open``, ``enable``, ``1``, true); else unknown."""

    def read(value: Any) -> Any:
        if isinstance(value, bool):
            return value
        if isinstance(value, (list, dict)):
            return Unknown(Reason("unreadable_value", str(value)[:60]))
        word = str(int(value)) if isinstance(value, float) and value in (0.0, 1.0) else str(value).strip().lower()
        if word in _ON:
            return True
        return False if word in _OFF else Unknown(Reason("unreadable_value", word[:60]))

    return cell.map(read)


def negated(cell: Cell) -> Cell:
    """The opposite of a known boolean."""
    return cell.map(lambda value: value is False)


def word(cell: Cell) -> str:
    """Known text in lower case; '' for everything else."""
    text = cell.as_str()
    return text.value.strip().lower() if text.known else ""


def refine(cell: Cell, value: Any) -> Cell:
    """*value* at the place of *cell*; unknown stays unknown."""
    return cell if cell.unknown else Cell(value, cell.at)


def either(*cells: Cell) -> Cell:
    """Three-valued OR of the stated cells; False, without a place, when none is stated."""
    return any_true(cell for cell in cells if not cell.absent).default(False)


def leaves(cell: Cell) -> list[Any]:
    """The elements of a list attribute as text or ``Unknown``; one element for a single value; none when not stated."""
    value = cell.value
    if value is None:
        return []
    items: Sequence[Any] = value if isinstance(value, list) else [value]
    return [item if isinstance(item, Unknown) else Cell(item).as_str().value for item in items if item is not None]


def parts(world: World, resource: Resource, attribute: str, *types: str, by: Sequence[str] = ("id",)) -> list[Resource]:
    """Resources of *types* that set something for *resource*."""
    return [part for part in world.linked(resource, attribute, *types, by=by) if part.id != resource.id]


def linked_setting(world: World, resource: Resource, attribute: str, kind: str, setting: str) -> Cell:
    """A setting kept in a resource of its own; absent when there is no such resource or it does not state it."""
    for part in parts(world, resource, attribute, kind):
        cell = part.get(setting)
        if not cell.absent:
            return cell
    return ABSENT


def linked_presence(world: World, resource: Resource, attribute: str, *types: str) -> Cell:
    """True, at the linking line, when a resource of *types* points to *resource*; else absent."""
    for part in parts(world, resource, attribute, *types):
        return Cell(True, part.get(attribute).at or part.at)
    return ABSENT


def owner(world: World, cell: Cell, *types: str, by: Sequence[str] = ("id", "name")) -> Resource | None:
    """The resource of *types* that an attribute points to."""
    for ref in cell.refs:
        found = world.find(ref)
        if found is not None and found.type in types:
            return found
    if cell.known and isinstance(cell.value, str):
        for other in world.of_type(*types):
            if any(other.get(name).value == cell.value for name in by):
                return other
    return None


# --- databases ----------------------------------------------------------------------------------

_DATABASE_SETTINGS: Final = (
    "public_access",
    "allows_any_source",
    "tls_required",
    "min_tls",
    "audit_logging",
    "backup_retention_days",
    "deletion_protection",
    "default_credentials",
)


def database_row(resource: Resource, engine: Cell | str, **columns: Any) -> Row:
    """A ``database`` row; a column that is not given is a setting the service does not have."""
    merged: Columns = {**UNENCRYPTABLE, **dict.fromkeys(_DATABASE_SETTINGS, NO_SETTING), **columns}
    return make_row("database", resource.at, resource_id=resource.id, engine=engine, **identity(resource), **merged)


def seconds_to_days(cell: Cell) -> Cell:
    """Whole days of a number of seconds."""
    return cell.as_int().map(lambda seconds: seconds // 86_400)


# --- encryption ---------------------------------------------------------------------------------


def names_key(cell: Cell) -> Cell:
    """Whether a key is named: a text or a reference; absent when the attribute is."""
    if cell.unknown and cell.refs:
        return Cell(True, cell.at)
    return cell.as_str().map(lambda text: bool(text.strip()))


# --- TLS endpoints ------------------------------------------------------------------------------

_ENDPOINT_SETTINGS: Final = (
    "internet_facing",
    "http_redirect",
    "min_tls",
    "weak_ciphers",
    "cert_key_algorithm",
    "cert_key_bits",
    "cert_valid",
    "hsts",
)


def endpoint_row(resource: Resource, kind: str, suffix: str = "", at: Location | None = None, **columns: Any) -> Row:
    """A ``tls_endpoint`` row; a column that is not given is a setting the service does not have."""
    merged: Columns = {**dict.fromkeys(_ENDPOINT_SETTINGS, NO_SETTING), "host": "", **columns}
    return make_row(
        "tls_endpoint",
        at or resource.at,
        endpoint_id=f"{resource.id}{suffix}",
        endpoint_kind=kind,
        **identity(resource),
        **merged,
    )


_TLS_RANK: Final = ("ssl3", "tls10", "tls11", "tls12", "tls13")
_TLS_NAME: Final = re.compile(r"(?:tls)?v?(1(?:\.[0-3])?)|(ssl)v?3(?:\.0)?")


def tls_version(text: str) -> str | None:
    """``TLSv1``, ``TLSV1.2``, ``tls1.3`` as the tables spell them; None for anything else."""
    match = _TLS_NAME.fullmatch(text.strip().lower())
    if match is None:
        return None
    return "ssl3" if match[2] else "tls1" + (match[1].partition(".")[2] or "0")


def lowest_tls(cell: Cell) -> Cell:
    """The lowest version of a list of TLS versions."""
    if not cell.known:
        return cell
    versions: list[str] = []
    for leaf in leaves(cell):
        name = tls_version(leaf) if isinstance(leaf, str) else None
        if name is None:
            return Cell(leaf if isinstance(leaf, Unknown) else Unknown(Reason("unreadable_value", str(leaf)[:60])), cell.at)
        versions.append(name)
    if not versions:
        return Cell(Unknown(Reason("not_stated", "tls versions")), cell.at)
    return Cell(min(versions, key=_TLS_RANK.index), cell.at)


# --- places -------------------------------------------------------------------------------------

_CITIES: Final = frozenset(
    [
        "beijing",
        "shanghai",
        "guangzhou",
        "shenzhen",
        "chengdu",
        "chongqing",
        "nanjing",
        "changsha",
        "xian",
        "wuhan",
        "fuzhou",
        "shenyang",
        "zhengzhou",
        "jinan",
        "hangzhou",
        "shijiazhuang",
        "hefei",
        "tianjin",
        "qingyuan",
        "xiamen",
        "ningbo",
        "northchina",
        "eastchina",
        "southchina",
        "southwestchina",
        "centralchina",
        "northeastchina",
        "northwestchina",
        "mainland",
    ]
)
"""Global Application Acceleration and the CDN name mainland places by city or part of the country."""


def place_row(resource: Resource, suffix: str, kind: str, place: Cell) -> Row:
    """A ``data_location`` row for a region code, a city name or a delivery scope."""

    def judged(text: str) -> str:
        code = text.strip().lower()
        # Regions of the China-only finance zones keep the city code: ap-shanghai-fsi.
        return "mainland" if code in _CITIES else jurisdiction("tencentcloud", code)

    text = place.as_str()
    return make_row(
        "data_location",
        resource.at,
        **identity(resource),
        location_id=f"{resource.id}/{suffix}",
        resource_id=resource.id,
        location_kind=kind,
        jurisdiction=text.map(judged),
        place=text,
    )


def place_rows(resource: Resource, suffix: str, kind: str, places: Cell) -> Iterator[Row]:
    """One row a region of a list."""
    for number, leaf in enumerate(leaves(places)):
        yield place_row(resource, f"{suffix}/{number}", kind, Cell(leaf, places.at))


def blocks_or_self(resource: Block, name: str) -> Iterable[Block]:
    """The nested blocks of a name, or the resource itself when it has none."""
    return resource.blocks(name) or (resource,)
