"""Readings that every huaweicloud adapter shares: stated settings, keys, encryption, TLS words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from compliance.collect.terraform.providers.common import identity, key_reference
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import ABSENT, Cell, Reason, Unknown
from compliance.model.row import NO_SETTING

Columns = dict[str, Any]
"""Keyword arguments of ``make_row``: cells, plain values or NO_SETTING."""

Setting = Any
"""A cell, or NO_SETTING (whose type is private to the row model)."""

UNENCRYPTABLE: Final[Columns] = {
    "encrypted": NO_SETTING,
    "encryption_declared": NO_SETTING,
    "encryption_algorithm": "",
    "kms_key_id": "",
    "customer_managed_key": NO_SETTING,
}
"""Encryption columns of a service that offers no setting for it."""


def common(resource: Resource) -> Columns:
    """provider, resource_type and region of a row."""
    return identity(resource)


def first(block: Block, *paths: str) -> Cell:
    """The first stated attribute of several spellings (old and new provider versions)."""
    for path in paths:
        cell = block.get(path)
        if not cell.absent:
            return cell
    return ABSENT


def stated(cell: Cell) -> Cell:
    """A cell in which empty text and an empty list count as not stated, as they do for this provider."""
    return Cell(None, cell.at) if cell.known and cell.value in ("", []) else cell


def names_something(cell: Cell) -> Cell:
    """Whether an attribute names something: a text or a reference does; not stated or '' does not.

    A choice that hangs on an unresolved variable stays unknown even when one branch is a reference.
    """
    if cell.absent:
        return Cell(False)
    if cell.unknown:
        named = bool(cell.refs) and cell.value.reason.code in ("unresolved_reference", "known_after_apply")
        return Cell(True, cell.at) if named else cell
    return Cell(cell.value not in ("", [], {}, False), cell.at)


def block_present(block: Block, path: str) -> Cell:
    """Whether a nested block is written; unknown when a ``dynamic`` block hangs on an unknown value."""
    nested = block.blocks(path)
    if nested:
        return Cell(True, nested[0].at)
    cell = block.get(path)
    return cell if cell.unknown else Cell(False, cell.at)


def truth(cell: Cell, value: bool) -> Cell:
    """*value* at the place of *cell*; unknown when *cell* is unknown."""
    return cell if cell.unknown else Cell(value, cell.at)


def negate(cell: Cell) -> Cell:
    """The opposite of a known boolean."""
    return cell.map(lambda value: value is False)


def word(cell: Cell) -> str:
    """Known text in lower case without blanks around it, '' for everything else."""
    text = cell.as_str()
    return text.value.strip().lower() if text.known else ""


def linked(world: World, target: Resource, attribute: str, *kinds: str, by: Sequence[str] = ("id",)) -> list[Resource]:
    """``World.linked`` with the provider's habit: references are by id."""
    return list(world.linked(target, attribute, *kinds, by=by))


def links(world: World, target: Resource, attribute: str, *kinds: str, by: Sequence[str] = ("id",)) -> Cell:
    """Whether a resource of *kinds* points to *target*, with the place where it does, else False."""
    found = linked(world, target, attribute, *kinds, by=by)
    return Cell(True, found[0].get(attribute).at or found[0].at) if found else Cell(False)


def _is_own_key(key: Cell, world: World) -> Cell:
    """Data Encryption Workshop "Default keys": a service's own key has the alias ``<service>/default``."""
    for ref in key.refs:
        found = world.find(ref)
        if found is not None:
            alias = found.get("key_alias").as_str()
            return Cell(not (alias.known and alias.value.endswith("/default")), key.at)
    text = key_reference(key)
    return text.map(lambda value: bool(value) and not str(value).endswith("/default"))


def encryption(world: World, encrypted: Cell, key: Cell = ABSENT, algorithm: Cell | str = "AES-256") -> Columns:
    """The five encryption columns.

    encrypted: boolean cell; its default must already be filled in
    key:       the KMS key that is named, absent when none is
    algorithm: what encrypts when it is encrypted; ``KMS`` replaces AES-256 when a key of the firm is named
    """
    key = stated(key)
    if encrypted.unknown:
        return {
            "encrypted": encrypted,
            "encryption_declared": encrypted,
            "encryption_algorithm": encrypted,
            "kms_key_id": key_reference(key) if not key.absent else encrypted,
            "customer_managed_key": encrypted,
        }
    if encrypted.value is not True:
        off = Cell("", encrypted.at)
        no = Cell(False, encrypted.at)
        return {
            "encrypted": encrypted,
            "encryption_declared": no,
            "encryption_algorithm": off,
            "kms_key_id": off,
            "customer_managed_key": no,
        }
    own = _is_own_key(key, world) if not key.absent else Cell(False, encrypted.at)
    if isinstance(algorithm, str):
        algorithm = Cell("KMS" if algorithm == "AES-256" and own.value is True else algorithm, encrypted.at)
    return {
        "encrypted": encrypted,
        "encryption_declared": Cell(encrypted.at is not None, encrypted.at),
        "encryption_algorithm": algorithm,
        "kms_key_id": key_reference(key).default(""),
        "customer_managed_key": own,
    }


def key_encryption(world: World, key: Cell) -> Columns:
    """Encryption columns of a service where naming a KMS key is what turns encryption on."""
    return encryption(world, names_something(key), key)


_TLS_RANK: Final = ("ssl3", "tls10", "tls11", "tls12", "tls13")
_TLS_NAMES: Final = {
    "sslv3": "ssl3",
    "1.0": "tls10",
    "1.1": "tls11",
    "1.2": "tls12",
    "1.3": "tls13",
    "1": "tls10",
}


def tls_version(text: str) -> str | None:
    """``TLSv1.2``, ``TLS v1.2``, ``tls1.2`` as the tables spell it; None for other words."""
    plain = text.strip().lower().replace(" ", "").replace("_", ".")
    return _TLS_NAMES.get(plain if plain.startswith("ssl") else plain.removeprefix("tls").removeprefix("v"))


def lowest_tls(cell: Cell) -> Cell:
    """The lowest of a list (or comma-separated text) of TLS versions; unknown for words that are no version."""
    if not cell.known:
        return cell
    raw = cell.value if isinstance(cell.value, list) else str(cell.value).split(",")
    versions: list[str] = []
    for item in raw:
        name = tls_version(item) if isinstance(item, str) else None
        if name is None:
            return Cell(item if isinstance(item, Unknown) else unreadable(item), cell.at)
        versions.append(name)
    if not versions:
        return Cell(Unknown(Reason("not_stated", "tls version")), cell.at)
    return Cell(min(versions, key=_TLS_RANK.index), cell.at)


_WEAK_PARTS: Final = ("RC4", "DES-CBC3", "3DES", "DES-", "NULL", "EXP-", "EXPORT", "MD5", "ADH-", "AECDH-", "ANON")


def weak_cipher(cell: Cell) -> tuple[Cell, Cell]:
    """(whether a list of cipher suites holds a weak one, the name of that suite or '')."""
    if not cell.known:
        return cell, cell
    unknown: Unknown | None = None
    for item in cell.value if isinstance(cell.value, list) else str(cell.value).split(","):
        if isinstance(item, Unknown):
            unknown = unknown or item
        elif any(part in str(item).upper() for part in _WEAK_PARTS):
            return Cell(True, cell.at), Cell(str(item), cell.at)
    if unknown is not None:
        return Cell(unknown, cell.at), Cell(unknown, cell.at)
    return Cell(False, cell.at), Cell("", cell.at)


def unreadable(value: object) -> Unknown:
    """A value that is not one of the documented words."""
    return Unknown(Reason("unreadable_value", str(value)[:60]))


def choose(cell: Cell, table: dict[str, Any]) -> Cell:
    """The meaning of a documented word (case does not count); unknown for other words."""
    return cell.as_str().map(lambda text: table.get(text.strip().lower(), unreadable(text)))
