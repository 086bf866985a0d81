"""Object storage (OBS): buckets with their inline settings and the separate resources beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from compliance.collect.terraform.providers.common import place
from compliance.collect.terraform.providers.huaweicloud.policies import is_public, refuses_clear_text, statement_rows
from compliance.collect.terraform.providers.huaweicloud.registry import REGISTRY
from compliance.collect.terraform.providers.huaweicloud.settings import (
    Columns,
    block_present,
    common,
    encryption,
    linked,
    names_something,
    truth,
    word,
)
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import ABSENT, Cell, all_true, any_true
from compliance.model.row import NO_SETTING, Row, make_row

_BY = ("bucket", "id")
_ACL, _POLICY = "huaweicloud_obs_bucket_acl", "huaweicloud_obs_bucket_policy"
_GUARD = "huaweicloud_obs_bucket_bpa"
_PUBLIC_ACLS = (
    "public-read",
    "public-read-write",
    "public-read-delivered",
    "public-read-write-delivered",
    "authenticated-read",
)


@REGISTRY.adapter("huaweicloud_obs_bucket", reads=(_ACL, _POLICY, _GUARD))
def bucket(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages obs_bucket, obs_bucket_acl, obs_bucket_policy, obs_bucket_bpa.

    Defaults: private, unencrypted, no versions, no access log, kept when not empty.  The provider has no
    attribute for write-once protection.
    """
    guards = linked(world, resource, "bucket", _GUARD, by=_BY)
    yield make_row(
        "object_storage",
        resource.at,
        **common(resource),
        resource_id=resource.id,
        name=resource.get("bucket").as_str(),
        public_access=_public(resource, world, guards),
        # Not every region offers the guard: without the resource nothing is asked of it.
        public_access_blocked=_blocked(guards) if guards else NO_SETTING,
        **_encryption(resource, world),
        versioning=resource.get("versioning").as_bool().default(False),
        object_lock=NO_SETTING,
        force_destroy=resource.get("force_destroy").as_bool().default(False),
        access_logging=NO_SETTING if _holds_logs(resource, world) else _logging(resource),
        tls_only=any_true(refuses_clear_text(policy) for policy in _policies(resource, world)).default(False),
    )
    yield from statement_rows(resource, resource.get("policy"), "resource")


@REGISTRY.adapter("huaweicloud_obs_bucket_policy")
def bucket_policy(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page obs_bucket_policy: one row a statement."""
    return statement_rows(resource, resource.get("policy"), "resource")


@REGISTRY.adapter("huaweicloud_obs_bucket_acl")
def lone_acl(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page obs_bucket_acl, for a bucket that this repository does not declare.

    Only what the ACL itself says is known; the other columns stay null.
    """
    buckets = world.of_type("huaweicloud_obs_bucket")
    if any(part.id == resource.id for b in buckets for part in linked(world, b, "bucket", _ACL, by=_BY)):
        return
    yield make_row(
        "object_storage",
        resource.at,
        **common(resource),
        resource_id=resource.id,
        name=resource.get("bucket").as_str(),
        public_access=_public_permission(resource),
    )


@REGISTRY.adapter("huaweicloud_obs_bucket_object", "huaweicloud_obs_bucket_object_acl")
def public_object(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages obs_bucket_object, obs_bucket_object_acl: a public object is a grant to everyone."""
    if resource.type.endswith("_acl"):
        exposed = _public_permission(resource, "access_to_object")
    else:
        exposed = resource.get("acl").default("private").as_str().equals(*_PUBLIC_ACLS)
    if exposed.value is False:
        return
    yield make_row(
        "permission_statement",
        resource.at,
        **common(resource),
        statement_id=f"{resource.id}/acl",
        policy_id=resource.id,
        policy_kind="resource",
        effect="allow",
        actions="GetObject",
        all_actions=False,
        service_wildcard=False,
        all_resources=False,
        any_principal=exposed,
        conditioned=False,
        attached_directly=False,
    )


@REGISTRY.adapter("huaweicloud_obs_bucket_replication")
def replication(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page obs_bucket_replication: objects go to the region of the destination bucket."""
    target = resource.get("destination_bucket")
    region = target.as_str() if target.unknown else Cell(None, target.at).or_unknown("not_stated", "destination region")
    for found in world.of_type("huaweicloud_obs_bucket"):
        named = target.known and found.get("bucket").value == target.value
        if named or any(world.find(ref) is found for ref in target.refs):
            region = Cell(found.region.value, target.at)
            break
    yield place(resource, "destination", "replication", region)


def _public(resource: Resource, world: World, guards: list[Resource]) -> Cell:
    acls = [resource.get("acl").default("private").as_str().equals(*_PUBLIC_ACLS)]
    acls += [_public_permission(part) for part in linked(world, resource, "bucket", _ACL, by=_BY)]
    policies = [is_public(policy) for policy in _policies(resource, world)]
    by_acl = _unless(any_true(acls).default(False), guards, "ignore_public_acls")
    by_policy = _unless(any_true(policies).default(False), guards, "restrict_public_buckets")
    return any_true((by_acl, by_policy))


def _unless(exposed: Cell, guards: list[Resource], switch: str) -> Cell:
    """*exposed*, unless a guard makes it ineffective."""
    guard = any_true(g.get(switch).as_bool() for g in guards)
    if exposed.value is False or guard.absent or guard.value is False:
        return exposed
    return Cell(False, guard.at) if guard.value is True else guard


def _blocked(guards: list[Resource]) -> Cell:
    switches = ("block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets")
    guard = guards[0]
    on = all_true(guard.get(name).as_bool() for name in switches)
    return on if on.at is not None else Cell(on.value, guard.at)


def _public_permission(resource: Resource, access: str = "access_to_bucket") -> Cell:
    cells = [block.get(name) for block in resource.blocks("public_permission") for name in (access, "access_to_acl")]
    return any_true(names_something(cell) for cell in cells).default(False)


def _policies(resource: Resource, world: World) -> Iterator[Cell]:
    yield resource.get("policy")
    for part in linked(world, resource, "bucket", _POLICY, by=_BY):
        yield part.get("policy")


def _encryption(resource: Resource, world: World) -> Columns:
    """``encryption`` is the switch; without it the other attributes have no effect."""
    switch = resource.get("encryption").as_bool().default(False)
    mode = resource.get("sse_algorithm")
    by_obs = word(mode) == "aes256"
    key = ABSENT if by_obs else resource.get("kms_key_id")
    data = resource.get("kms_data_encryption").as_str()
    if data.known and data.value and not by_obs:
        return encryption(world, switch, key, data.map(str.upper))
    return encryption(world, switch, key, mode if mode.unknown else "AES-256")


def _logging(resource: Block) -> Cell:
    present = block_present(resource, "logging")
    if present.value is not True:
        return present
    target = names_something(resource.get("logging.target_bucket"))
    return Cell(True, target.at) if target.value is True else truth(target, False)


def _holds_logs(resource: Resource, world: World) -> bool:
    """Other buckets deliver their access logs here; such a bucket does not log access to itself."""
    if word(resource.get("acl")) == "log-delivery-write" or resource.blocks("log_delivery_user_permission"):
        return True
    if any(part.blocks("log_delivery_user_permission") for part in linked(world, resource, "bucket", _ACL, by=_BY)):
        return True
    targets = linked(world, resource, "logging.target_bucket", "huaweicloud_obs_bucket", by=_BY)
    return any(other.id != resource.id for other in targets)
