"""Readings and row builders that several aws adapters share.

A builder fills every optional column with ``NO_SETTING``; an adapter overrides those its service has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from compliance.collect.terraform.providers.common import identity, lacks, log_source
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import ABSENT, Cell, any_true
from compliance.model.location import Location
from compliance.model.row import Row, make_row

_DATABASE = (
    "encrypted", "encryption_declared", "customer_managed_key", "public_access", "allows_any_source", "tls_required", "min_tls", "audit_logging",
    "backup_retention_days", "deletion_protection", "default_credentials",
)  # fmt: skip
_QUEUE = ("encrypted", "encryption_declared", "customer_managed_key", "public_access", "tls_required")
_ENDPOINT = ("http_redirect", "min_tls", "weak_ciphers", "cert_key_algorithm", "cert_key_bits", "cert_valid", "hsts")
_BOUNDARY = ("is_default", "internet_facing", "firewall_enabled", "default_inbound", "flow_logging")


T = TypeVar("T")
_FOUND: WeakKeyDictionary[Any, dict[Any, Any]] = WeakKeyDictionary()


def once(compute: Callable[[World], T]) -> Callable[[World], T]:
    """Answer a question about a whole world once, so that asking for each resource stays cheap."""

    def ask(world: World) -> T:
        answers = _FOUND.setdefault(world, {})
        if compute not in answers:
            answers[compute] = compute(world)
        found: T = answers[compute]
        return found

    return ask


def text(block: Block, *paths: str) -> Cell:
    """The first stated of several text attributes, else an empty text."""
    for path in paths:
        cell = block.get(path)
        if not cell.absent:
            return cell.as_str()
    return Cell("")


def database_row(res: Resource, engine: Cell | str, name: Cell, suffix: str = "", **columns: Any) -> Row:
    """A ``database`` row."""
    version = {} if "version" in columns else {"version": text(res, "engine_version")}
    values = {**lacks(*_DATABASE), **version, **columns}
    return make_row("database", res.at, resource_id=f"{res.id}{suffix}", name=name, engine=engine, **identity(res), **values)


def queue_row(res: Resource, kind: str, name: Cell, **columns: Any) -> Row:
    """A ``message_queue`` row."""
    return make_row("message_queue", res.at, resource_id=res.id, name=name, queue_kind=kind, **identity(res), **{**lacks(*_QUEUE), **columns})


def endpoint_row(res: Resource, kind: str, at: Location | None = None, suffix: str = "", **columns: Any) -> Row:
    """A ``tls_endpoint`` row of a resource or of one block of it; HTTPS on port 443 unless said."""
    values: dict[str, Any] = {**lacks(*_ENDPOINT), "host": "", "port": 443, "protocol": "https", "internet_facing": True, "plaintext": False, **columns}
    return make_row("tls_endpoint", at or res.at, endpoint_id=f"{res.id}{suffix}", endpoint_kind=kind, **identity(res), **values)


def volume_row(res: Resource, kind: str, encrypted: dict[str, Any], name: Cell | str = "", at: Location | None = None, suffix: str = "", **columns: Any) -> Row:
    """A ``block_volume`` row of a resource or of one disk block of it."""
    values = {**lacks("tls_required"), **encrypted, **columns}
    return make_row("block_volume", at or res.at, resource_id=f"{res.id}{suffix}", name=name, volume_kind=kind, **identity(res), **values)


def boundary_row(res: Resource, kind: str, name: Cell, **columns: Any) -> Row:
    """A ``network_boundary`` row."""
    return make_row("network_boundary", res.at, boundary_id=res.id, name=name, boundary_kind=kind, **identity(res), **{**lacks(*_BOUNDARY), **columns})


def blocks_log_source(res: Resource, kind: str, blocks: Iterable[Block], attribute: str = "enabled", event: str = "access", store: Cell = ABSENT) -> Row:
    """A ``log_source`` row that is on when one of the log blocks is on; off when there is none."""
    cells = [b.get(attribute).as_bool() for b in blocks]
    return log_source(res, kind, any_true(cells).default(False), store, event)


@once
def disks_encrypted_by_default(world: World) -> Cell:
    """The account's default for new disks (aws_ebs_encryption_by_default: on unless ``enabled = false``), as a value without a place."""
    cell = any_true(d.get("enabled").as_bool().default(True) for d in world.of_type("aws_ebs_encryption_by_default")).default(False)
    return Cell(cell.value)


def refers_to(world: World, cell: Cell, target: Resource) -> bool:
    """One of the references in a value, or in a list of values, leads to *target*."""
    values = cell.value if isinstance(cell.value, list) else [cell.value]
    return any(world.find(ref) is target for value in values for ref in getattr(value, "refs", ()))
