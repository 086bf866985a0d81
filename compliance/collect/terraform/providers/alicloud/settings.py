"""Readings that every alicloud adapter shares: common columns, stated settings, encryption, allow-lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from compliance.collect.network import source_scope
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import ABSENT, Cell, Reason, Unknown, any_true

Columns = dict[str, Any]
"""Keyword arguments of ``make_row``: cells, plain values or NO_SETTING."""

FOREVER: Final = 36_500
"""Days that stand for "never expires" in every table."""


def common(resource: Resource) -> Columns:
    """provider, resource_type and region of a row."""
    return {"provider": "alicloud", "resource_type": resource.type, "region": resource.region.as_str()}


def first(block: Block, *paths: str) -> Cell:
    """The first stated attribute of several spellings (old and new provider versions)."""
    for path in paths:
        cell = block.get(path)
        if not cell.absent:
            return cell
    return ABSENT


def leaves(cell: Cell) -> list[Any]:
    """The elements of a list (one level; a comma-separated text counts as a list); empty when not stated.

    An unknown value, or a value that is no list, gives one ``Unknown``.
    """
    value = cell.value
    if value is None:
        return []
    if isinstance(value, Unknown):
        return [value]
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    if isinstance(value, Sequence):
        return list(value)
    return [Unknown(Reason("unreadable_value", str(value)[:60]))]


def word(cell: Cell) -> str:
    """Known text in lower case, '' for everything else."""
    text = cell.as_str()
    return text.value.strip().lower() if text.known else ""


def truth(cell: Cell, value: bool) -> Cell:
    """*value* at the place of *cell*; unknown when *cell* is unknown."""
    return cell if cell.unknown else Cell(value, cell.at)


def any_stated(*cells: Cell) -> Cell:
    """Three-valued OR that stands, when false, where one of the cells is written; false when none is."""
    return any_true(cell for cell in cells if cell.at is not None or cell.value is True).default(False)


def negate(cell: Cell) -> Cell:
    """The opposite of a known boolean."""
    return cell.map(lambda value: value is False)


def linked(world: World, target: Resource, attribute: str, *types: str, by: Sequence[str] = ("id",)) -> Sequence[Resource]:
    """``World.linked`` with the provider's own habit: most references are by id."""
    return world.linked(target, attribute, *types, by=by)


# --- encryption ---------------------------------------------------------------------------------


def key_text(key: Cell) -> Cell:
    """The text of a key: an id or alias as written, or the address it refers to; '' when none is named."""
    if key.absent:
        return Cell("", key.at)
    if key.unknown and key.refs:
        return Cell(key.refs[0], key.at)
    return key.as_str()


def _is_own_key(text: object) -> bool:
    name = str(text).strip().lower()
    # "alias/acs/<service>" and "ServiceKey" are the keys the services make for themselves
    # (KMS documentation, "Integration with KMS": service-managed keys).
    return bool(name) and not name.startswith(("alias/acs/", "acs/")) and name not in {"servicekey", "disabled", "default"}


def encryption(encrypted: Cell, key: Cell = ABSENT, algorithm: Cell | str = "AES-256") -> Columns:
    """The five encryption columns.

    encrypted: boolean cell; its default must already be filled in
    key:       the KMS key that is named, absent when none is
    algorithm: what encrypts when it is encrypted; ``KMS`` replaces AES-256 when a key is named
    """
    named = key_text(key)
    if encrypted.unknown:
        off = encrypted
        return {
            "encrypted": encrypted,
            "encryption_declared": off,
            "encryption_algorithm": off,
            "kms_key_id": named if named.value else off,
            "customer_managed_key": off,
        }
    if encrypted.value is not True:
        return {
            "encrypted": encrypted,
            "encryption_declared": Cell(False, encrypted.at),
            "encryption_algorithm": Cell("", encrypted.at),
            "kms_key_id": Cell("", encrypted.at),
            "customer_managed_key": Cell(False, encrypted.at),
        }
    own = named.map(_is_own_key)
    if isinstance(algorithm, str):
        algorithm = Cell("KMS" if algorithm == "AES-256" and own.value is True else algorithm, encrypted.at)
    return {
        "encrypted": encrypted,
        "encryption_declared": Cell(encrypted.at is not None, encrypted.at),
        "encryption_algorithm": algorithm,
        "kms_key_id": named,
        "customer_managed_key": Cell(own.value, own.at or encrypted.at),
    }


def named_key_encrypts(key: Cell) -> Cell:
    """Whether naming a key switches encryption on: a reference or a text does, ``disabled`` or '' does not."""
    if key.absent:
        return Cell(False)
    if key.unknown:
        return Cell(True, key.at) if key.refs else key
    return key.as_str().map(lambda text: text.strip().lower() not in {"", "disabled"})


_ALGORITHMS: Final = {
    "aes-256": "AES-256",
    "aes256": "AES-256",
    "sm4-128": "SM4",
    "sm4": "SM4",
    "m4": "SM4",
    "default": "AES-256",
}


def algorithm_name(cell: Cell, default: str = "AES-256") -> Cell:
    """Cipher names as the tables spell them."""
    return cell.default(default).as_str().map(lambda text: _ALGORITHMS.get(text.lower(), text.upper()))


# --- allow-lists --------------------------------------------------------------------------------


def admits_everyone(cells: Iterable[Cell]) -> Cell:
    """Whether one of the allow-lists admits every address.

    A list that is not stated admits nobody but 127.0.0.1, the default of Alibaba Cloud databases.
    """
    unknown: Cell | None = None
    closed = Cell(False)
    for cell in cells:
        for leaf in leaves(cell):
            scope = source_scope(leaf) if isinstance(leaf, str) else None
            if scope == "any":
                return Cell(True, cell.at)
            if isinstance(leaf, Unknown):
                unknown = unknown or Cell(leaf, cell.at)
            elif scope is None and isinstance(leaf, str) and not _is_list_name(leaf):
                unknown = unknown or Cell(Unknown(Reason("unreadable_value", leaf[:60])), cell.at)
        if cell.at is not None:
            closed = Cell(False, cell.at)
    return unknown or closed


def _is_list_name(text: str) -> bool:
    # Security groups and prefix lists are no address ranges of their own.
    return text.startswith(("sg-", "pl-"))


# --- TLS ----------------------------------------------------------------------------------------

_TLS_RANK: Final = ("ssl3", "tls10", "tls11", "tls12", "tls13")
_TLS_NAMES: Final = {
    "tlsv1": "tls10",
    "tlsv1.0": "tls10",
    "tlsv1.1": "tls11",
    "tlsv1.2": "tls12",
    "tlsv1.3": "tls13",
    "tls1.0": "tls10",
    "tls1.1": "tls11",
    "tls1.2": "tls12",
    "tls1.3": "tls13",
    "sslv3": "ssl3",
}


def lowest_tls(cell: Cell) -> Cell:
    """The lowest version of a list of TLS versions (``TLSv1.0`` ... or a comma-separated text)."""
    if not cell.known:
        return cell
    versions: list[str] = []
    for leaf in leaves(cell):
        name = _TLS_NAMES.get(leaf.strip().lower()) if isinstance(leaf, str) else None
        if name is None:
            return Cell(leaf if isinstance(leaf, Unknown) else Unknown(Reason("unreadable_value", str(leaf)[:60])), cell.at)
        versions.append(name)
    if not versions:
        return Cell(Unknown(Reason("not_stated", "tls_versions")), cell.at)
    return Cell(min(versions, key=_TLS_RANK.index), cell.at)


_WEAK_PARTS: Final = ("RC4", "DES-CBC3", "3DES", "DES-", "NULL", "EXP-", "EXPORT", "MD5", "ADH-", "AECDH-", "ANON")


def weak_cipher(cell: Cell) -> tuple[Cell, Cell]:
    """(whether a list of cipher suites holds a weak one, the name of that suite or '')."""
    if not cell.known:
        return cell, cell
    unknown: Unknown | None = None
    for leaf in leaves(cell):
        if isinstance(leaf, Unknown):
            unknown = unknown or leaf
        elif any(part in str(leaf).upper() for part in _WEAK_PARTS):
            return Cell(True, cell.at), Cell(str(leaf), cell.at)
    if unknown is not None:
        return Cell(unknown, cell.at), Cell(unknown, cell.at)
    return Cell(False, cell.at), Cell("", cell.at)
