"""Object storage (OSS): buckets with their inline settings and the separate resources that replace them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from compliance.collect.network import jurisdiction
from compliance.collect.terraform.providers.alicloud.policies import is_public, statements
from compliance.collect.terraform.providers.alicloud.policy_rows import statement_rows
from compliance.collect.terraform.providers.alicloud.registry import REGISTRY
from compliance.collect.terraform.providers.alicloud.settings import Columns, common, encryption, linked, truth
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import ABSENT, Cell, Unknown, all_true, any_true
from compliance.model.row import NO_SETTING, Row, make_row

_BY = ("bucket", "id")
_PARTS = (
    "alicloud_oss_bucket_acl",
    "alicloud_oss_bucket_policy",
    "alicloud_oss_bucket_server_side_encryption",
    "alicloud_oss_bucket_versioning",
    "alicloud_oss_bucket_logging",
    "alicloud_oss_bucket_public_access_block",
    "alicloud_oss_account_public_access_block",
    "alicloud_oss_bucket_worm",
    "alicloud_oss_bucket_object_worm_configuration",
)


@REGISTRY.adapter("alicloud_oss_bucket", reads=_PARTS)
def bucket(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages oss_bucket, oss_bucket_acl, _policy, _server_side_encryption, _versioning, _logging,
    _public_access_block, _worm, _object_worm_configuration and oss_account_public_access_block.

    Defaults: private, unencrypted (OSS "Server-side encryption": None), no versions, no access log.
    """
    blocked = _blocked(resource, world)
    yield make_row(
        "object_storage",
        resource.at,
        **common(resource),
        resource_id=resource.id,
        name=resource.get("bucket").as_str(),
        public_access=_public(resource, world, blocked),
        # Whether new buckets are guarded depends on the age of the account and the region.
        public_access_blocked=NO_SETTING if blocked.absent else blocked,
        **_encryption(resource, world),
        versioning=_versioning(resource, world),
        object_lock=_locked(resource, world),
        force_destroy=resource.get("force_destroy").as_bool().default(False),
        access_logging=NO_SETTING if _holds_logs(resource, world) else _logging(resource, world),
        tls_only=_tls_only(resource, world),
    )
    yield from statement_rows(resource, world, resource.get("policy"), "resource")


@REGISTRY.adapter("alicloud_oss_bucket_policy")
def bucket_policy(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page oss_bucket_policy: one row a statement."""
    return statement_rows(resource, world, resource.get("policy"), "resource")


@REGISTRY.adapter("alicloud_oss_bucket_acl")
def lone_acl(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page oss_bucket_acl, for a bucket that this repository does not declare.

    Only what the ACL itself says is known; the other columns stay null.
    """
    buckets = world.of_type("alicloud_oss_bucket")
    if any(part.id == resource.id for b in buckets for part in _parts(b, world, "alicloud_oss_bucket_acl")):
        return
    yield make_row(
        "object_storage",
        resource.at,
        **common(resource),
        resource_id=resource.id,
        name=resource.get("bucket").as_str(),
        public_access=_acl(resource.get("acl")),
    )


@REGISTRY.adapter("alicloud_oss_bucket_replication")
def replication(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page oss_bucket_replication: ``destination.location`` is ``oss-<region>``."""
    for number, destination in enumerate(resource.blocks("destination")):
        place = destination.get("location").as_str().map(lambda text: text.removeprefix("oss-"))
        yield make_row(
            "data_location",
            resource.at,
            **common(resource),
            location_id=f"{resource.id}/destination/{number}",
            resource_id=resource.id,
            location_kind="replication",
            place=place,
            jurisdiction=place.map(lambda text: jurisdiction("alicloud", text)),
        )


def _parts(resource: Resource, world: World, *types: str) -> Iterator[Resource]:
    yield from linked(world, resource, "bucket", *types, by=_BY)


def _acl(acl: Cell) -> Cell:
    return acl.default("private").as_str().equals("public-read", "public-read-write")


def _public(resource: Resource, world: World, blocked: Cell) -> Cell:
    acls = [part.get("acl") for part in _parts(resource, world, "alicloud_oss_bucket_acl")]
    # The separate resource wins over the inline attribute, which newer providers ignore beside it.
    opened = [_acl(acl) for acl in acls or [resource.get("acl")]]
    for policy in _policies(resource, world):
        opened.append(is_public(statements(policy, world), policy.at))
    exposed = any_true(opened).default(False)
    if exposed.value is False or blocked.value is False or blocked.absent:
        return exposed
    if blocked.value is True:
        return Cell(False, blocked.at)
    return blocked  # public unless a guard of unknown state is on


def _policies(resource: Resource, world: World) -> list[Cell]:
    cells = [part.get("policy") for part in _parts(resource, world, "alicloud_oss_bucket_policy")]
    return [cell for cell in (resource.get("policy"), *cells) if not cell.absent]


def _blocked(resource: Resource, world: World) -> Cell:
    guards = list(_parts(resource, world, "alicloud_oss_bucket_public_access_block"))
    guards += world.of_type("alicloud_oss_account_public_access_block")
    return any_true(guard.get("block_public_access").as_bool() for guard in guards)


def _encryption(resource: Resource, world: World) -> Columns:
    rules = list(_parts(resource, world, "alicloud_oss_bucket_server_side_encryption"))
    blocks = [*rules, *resource.blocks("server_side_encryption_rule")]
    if not blocks:
        return encryption(Cell(False))
    rule = blocks[0]
    algorithm = rule.get("sse_algorithm").as_str()
    key = rule.get("kms_master_key_id")
    if algorithm.value in (None, ""):
        return encryption(Cell(False, algorithm.at))
    data = rule.get("kms_data_encryption").as_str()
    name = algorithm.map(lambda text: "AES-256" if text.upper() == "AES256" else "KMS")
    if data.known and data.value:
        name = data.map(str.upper)
    columns = encryption(truth(algorithm, True) if not algorithm.unknown else algorithm, key)
    return {**columns, "encryption_algorithm": name}


def _versioning(resource: Resource, world: World) -> Cell:
    cells = [part.get("status") for part in _parts(resource, world, "alicloud_oss_bucket_versioning")]
    cells = cells or [resource.get("versioning.status")]
    return any_true(cell.equals("enabled") for cell in cells).default(False)


def _locked(resource: Resource, world: World) -> Cell:
    cells: list[Cell] = []
    for worm in _parts(resource, world, "alicloud_oss_bucket_worm"):
        # InProgress is the first day of a policy, in which it can still be withdrawn.
        cells.append(worm.get("status").default("InProgress").equals("locked"))
    for worm in linked(world, resource, "bucket_name", "alicloud_oss_bucket_object_worm_configuration", by=_BY):
        enabled = worm.get("object_worm_enabled")
        cells.append(enabled.as_bool())
    return any_true(cells).default(False)


def _logging(resource: Resource, world: World) -> Cell:
    targets = [part.get("target_bucket") for part in _parts(resource, world, "alicloud_oss_bucket_logging")]
    inline = resource.get("logging.target_bucket")
    if inline.absent and resource.blocks("logging"):
        inline = Cell(True, resource.blocks("logging")[0].at)
    cells = [_names_something(cell) for cell in (*targets, inline) if not cell.absent]
    switch = resource.get("logging_isenable").as_bool()
    on = any_true(cells).default(False)
    return on if switch.absent else all_true((on, switch))


def _holds_logs(resource: Resource, world: World) -> bool:
    """Other buckets deliver their access logs here; such a bucket does not log access to itself."""
    separate = linked(world, resource, "target_bucket", "alicloud_oss_bucket_logging", by=_BY)
    inline = linked(world, resource, "logging.target_bucket", "alicloud_oss_bucket", by=_BY)
    return bool(separate) or any(other.id != resource.id for other in inline)


def _names_something(cell: Cell) -> Cell:
    # A reference to another bucket is as good as its name.
    return Cell(True, cell.at) if cell.unknown and cell.refs else cell.map(lambda value: value not in ("", False))


def _tls_only(resource: Resource, world: World) -> Cell:
    unknown: Cell | None = None
    at = None
    for policy in _policies(resource, world):
        read = statements(policy, world)
        at = at or policy.at
        if isinstance(read, Unknown):
            unknown = unknown or Cell(read, policy.at)
        elif any(statement.refuses_plain_http() for statement in read):
            return Cell(True, policy.at)
    return unknown or (Cell(False, at) if at else ABSENT.default(False))
