"""What the adapters of several database services share: the row, backups, parameters, allow-lists, delivery of logs."""

from __future__ import annotations

from collections.abc import Iterable

from compliance.collect.terraform.providers.common import any_source
from compliance.collect.terraform.providers.huaweicloud.addresses import bound_address
from compliance.collect.terraform.providers.huaweicloud.settings import (
    UNENCRYPTABLE,
    Columns,
    common,
    linked,
    links,
    stated,
    word,
)
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import Cell, any_true
from compliance.model.row import NO_SETTING, Row, make_row


def database_row(resource: Resource, engine: Cell | str, **columns: object) -> Row:
    """A ``database`` row; a column that is not given is a setting the service does not have."""
    lacking: Columns = dict.fromkeys(
        (
            "public_access",
            "allows_any_source",
            "tls_required",
            "min_tls",
            "audit_logging",
            "backup_retention_days",
            "deletion_protection",
            "default_credentials",
        ),
        NO_SETTING,
    )
    merged: Columns = {"name": resource.get("name").as_str(), **UNENCRYPTABLE, **lacking, **columns}
    return make_row("database", resource.at, **common(resource), resource_id=resource.id, engine=engine, **merged)


def publicly_bound(resource: Resource, world: World, *kinds: str) -> Cell:
    """Whether a public address is bound to an instance: by a resource of *kinds*, or to its port or fixed address."""
    return any_true((links(world, resource, "instance_id", *kinds), bound_address(resource, world)))


def retention(resource: Block, path: str, otherwise: int) -> Cell:
    """Days of automatic backups; *otherwise* is the documented default when the block is left out."""
    return resource.get(path).as_int().default(otherwise)


def parameter(resources: Iterable[Block], blocks: str, name: str) -> Cell:
    """The value of a database parameter in blocks of ``name`` and ``value``, absent when none sets it."""
    for resource in resources:
        for block in resource.blocks(blocks):
            key = block.get("name")
            if word(key) == name:
                return block.get("value").as_str()
            if key.unknown:
                return Cell(key.value, block.at)
    return Cell()


def has_password(resource: Block, *paths: str) -> Cell:
    """Whether a password is set; one that comes from a variable or a generator counts."""
    cells = [stated(resource.get(path)) for path in paths]
    return any_true(Cell(True, cell.at) for cell in cells if not cell.absent).default(False)


def admits_everyone(cells: Iterable[Cell]) -> Cell:
    """Whether one of the allow-lists admits every address; False when there is none."""
    return any_true(any_source(cell) for cell in cells if not cell.absent).default(False)


def delivers_logs(resource: Resource, world: World, log_types: tuple[str, ...], *kinds: str) -> Cell:
    """Whether logs of one of *log_types* go to the log service by a resource of *kinds*; False when none does."""
    found = []
    for other in linked(world, resource, "instance_id", *kinds):
        log_type = other.get("log_type").as_str()
        found.append(
            Cell(log_type.value in log_types, other.at)
            if log_type.known
            else log_type.or_unknown("not_stated", "log_type")
        )
    return any_true(found).default(False)
