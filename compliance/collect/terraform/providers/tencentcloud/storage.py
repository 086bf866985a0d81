"""Object storage (COS): buckets with their inline settings, policies, versions, objects and replication."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from compliance.collect.terraform.providers.common import encryption, identity
from compliance.collect.terraform.providers.policy import denies_clear_text, is_public, statement_rows
from compliance.collect.terraform.providers.tencentcloud.registry import REGISTRY
from compliance.collect.terraform.providers.tencentcloud.settings import (
    Columns,
    either,
    endpoint_row,
    parts,
    place_row,
    word,
)
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import ABSENT, Cell, Reason, Unknown, any_true
from compliance.model.row import NO_SETTING, Row, make_row

_BUCKET: Final = "tencentcloud_cos_bucket"
_POLICY: Final = "tencentcloud_cos_bucket_policy"
_VERSION: Final = "tencentcloud_cos_bucket_version"
_BY: Final = ("bucket", "id")
_ALGORITHMS: Final = {"aes256": "AES-256", "kms": "KMS", "sm4": "SM4"}
_PUBLIC_ACLS: Final = ("public-read", "public-read-write", "authenticated-read")
# COS "Access control overview": preset groups, and the anonymous grantee of an ACL document.
_PUBLIC_GRANTEE: Final = re.compile(r"groups/global/(allusers|authenticatedusers)|cam::anyone:anyone")


@REGISTRY.adapter(_BUCKET, reads=(_POLICY, _VERSION))
def bucket(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages cos_bucket, cos_bucket_policy, cos_bucket_version.

    Defaults: private, unencrypted, no versions (a multi-zone bucket always has them), no access log,
    kept when not empty.  COS has no guard above ACLs and policies.
    """
    yield make_row(
        "object_storage",
        resource.at,
        **identity(resource),
        resource_id=resource.id,
        name=resource.get("bucket").as_str(),
        public_access=_public(resource, world),
        public_access_blocked=NO_SETTING,
        **_encryption(resource),
        versioning=_versioning(resource, world),
        object_lock=resource.get("object_lock_configuration.enabled").as_bool().default(False),
        force_destroy=resource.get("force_clean").as_bool().default(False),
        access_logging=NO_SETTING if _holds_logs(resource, world) else _logging(resource),
        tls_only=either(*(denies_clear_text(p, world, resource.at) for p in _policies(resource, world))),
    )
    yield from _replicas(resource, world)
    yield from _websites(resource)


@REGISTRY.adapter(_POLICY)
def bucket_policy(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page cos_bucket_policy: one row a statement."""
    return statement_rows(resource, world, resource.get("policy"), "resource")


@REGISTRY.adapter("tencentcloud_cos_bucket_object")
def public_object(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page cos_bucket_object: a public object is a grant to everyone; private is the default."""
    exposed = resource.get("acl").default("private").as_str().equals(*_PUBLIC_ACLS)
    if exposed.value is False:
        return
    yield make_row(
        "permission_statement",
        resource.at,
        **identity(resource),
        statement_id=f"{resource.id}/acl",
        policy_id=resource.id,
        policy_kind="resource",
        effect="allow",
        actions="name/cos:GetObject",
        all_actions=False,
        service_wildcard=False,
        all_resources=False,
        any_principal=exposed,
        conditioned=False,
        attached_directly=False,
    )


def _policies(resource: Resource, world: World) -> Iterator[Cell]:
    for part in parts(world, resource, "bucket", _POLICY, by=_BY):
        yield part.get("policy")


def _public(resource: Resource, world: World) -> Cell:
    policies = [is_public(policy, world, resource.at) for policy in _policies(resource, world)]
    return any_true((_acl(resource), *policies))


def _acl(resource: Resource) -> Cell:
    body = resource.get("acl_body")
    if body.absent or body.value == "":
        return resource.get("acl").default("private").as_str().equals(*_PUBLIC_ACLS)
    # acl_body overwrites acl; a template counts by the parts that are written out.
    text = body.value.text if isinstance(body.value, Unknown) else body.value
    if isinstance(text, str) and _PUBLIC_GRANTEE.search(text.lower()):
        return Cell(True, body.at)
    return body.as_str().map(lambda _: False)


def _encryption(resource: Resource) -> Columns:
    stated = resource.get("encryption_algorithm").as_str()
    name = _ALGORITHMS.get(word(stated))
    on: Cell = stated.map(lambda text: name is not None if text else False).default(False)
    if stated.known and stated.value and name is None:
        on = Cell(Unknown(Reason("unreadable_value", str(stated.value)[:60])), stated.at)
    return encryption(on, resource.get("kms_id") if name == "KMS" else ABSENT, name or "")


def _versioning(resource: Resource, world: World) -> Cell:
    for part in parts(world, resource, "bucket", _VERSION, by=_BY):
        status = part.get("status").as_bool()
        if not status.absent:
            return status
    zones = resource.get("multi_az").as_bool()
    return resource.get("versioning_enable").as_bool().default(zones.value is True)


def _logging(resource: Resource) -> Cell:
    return resource.get("log_enable").as_bool().default(False)


def _holds_logs(resource: Resource, world: World) -> bool:
    """Other buckets deliver their access logs here; such a bucket does not log access to itself."""
    others = parts(world, resource, "log_target_bucket", _BUCKET, by=_BY)
    return any(other.get("log_enable").value is not False for other in others)


def _replicas(resource: Resource, world: World) -> Iterator[Row]:
    for number, rule in enumerate(resource.blocks("replica_rules")):
        if word(rule.get("status")) == "disabled":
            continue
        yield place_row(resource, f"replica/{number}", "replication", _target_region(rule.get("destination_bucket"), world))


def _target_region(target: Cell, world: World) -> Cell:
    """The region in ``qcs::cos:<region>::<bucket>``, or that of the bucket referred to."""
    text = target.value.text if isinstance(target.value, Unknown) else target.value
    fields = text.split(":") if isinstance(text, str) else []
    if len(fields) > 3 and fields[3] and "$" not in fields[3]:
        return Cell(fields[3], target.at)
    for ref in target.refs:
        found = world.find(ref)
        if found is not None and found.type == _BUCKET and not found.region.absent:
            return Cell(found.region.value, target.at)
    return target if target.unknown else Cell(Unknown(Reason("unreadable_value", "destination_bucket")), target.at)


def _websites(resource: Resource) -> Iterator[Row]:
    """A static website serves clear text unless it sends every request to HTTPS."""
    for number, site in enumerate(resource.blocks("website")):
        redirect: Any = site.get("redirect_all_requests_to").default("").as_str().equals("https")
        yield endpoint_row(
            resource,
            "storage",
            f"/website/{number}",
            site.at,
            port=80,
            protocol="http",
            internet_facing=True,
            plaintext=redirect.map(lambda secure: not secure),
            http_redirect=redirect,
        )
