"""S3 buckets, with their inline attributes (provider versions before 4) and their separate resources.

Provider pages: aws_s3_bucket, aws_s3_bucket_acl, aws_s3_bucket_policy, aws_s3_bucket_public_access_block,
aws_s3_account_public_access_block, aws_s3_bucket_server_side_encryption_configuration, aws_s3_bucket_versioning,
aws_s3_bucket_logging, aws_s3_bucket_object_lock_configuration, aws_s3_bucket_replication_configuration,
aws_s3_bucket_ownership_controls, aws_s3_object.
S3 encrypts every new object with AES-256 since January 2023 (Amazon S3 User Guide, "Default encryption FAQ"),
so encryption that is not written is true but not declared.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from compliance.collect.terraform.providers.aws.registry import REGISTRY
from compliance.collect.terraform.providers.aws.settings import once, text
from compliance.collect.terraform.providers.common import encryption, identity, lacks, place, pointed, presence, unknown
from compliance.collect.terraform.providers.policy import denies_clear_text, is_public
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import ABSENT, Cell, all_true, any_true
from compliance.model.row import NO_SETTING, Row, make_row

BY = ("bucket", "id")
_PARTS = ("acl", "policy", "public_access_block", "server_side_encryption_configuration", "versioning", "logging", "object_lock_configuration",
          "replication_configuration", "ownership_controls", "lifecycle_configuration")  # fmt: skip
_OPEN_ACLS = frozenset({"public-read", "public-read-write", "authenticated-read", "website"})
_GUARDS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
# Where other services write their logs: resource type -> attribute that names the bucket.
_LOG_TARGETS = (
    ("aws_s3_bucket_logging", "target_bucket"), ("aws_s3_bucket", "logging.target_bucket"), ("aws_cloudtrail", "s3_bucket_name"), ("aws_lb", "access_logs.bucket"),
    ("aws_alb", "access_logs.bucket"), ("aws_elb", "access_logs.bucket"), ("aws_flow_log", "log_destination"), ("aws_config_delivery_channel", "s3_bucket_name"),
    ("aws_cloudfront_distribution", "logging_config.bucket"), ("aws_redshift_cluster", "logging.bucket_name"), ("aws_redshift_logging", "bucket_name"),
)  # fmt: skip


def parts(res: Resource, world: World, kind: str) -> list[Block]:
    """The separate resources ``aws_s3_bucket_<kind>`` of a bucket."""
    return list(world.linked(res, "bucket", f"aws_s3_bucket_{kind}", by=BY))


@once
def log_buckets(world: World) -> frozenset[str]:
    """Addresses of the buckets that receive logs of other resources."""
    found = set()
    for kind, attribute in _LOG_TARGETS:
        for source in world.of_type(kind):
            target = pointed(world, source.get(attribute).map(bucket_name), "aws_s3_bucket", by=BY)
            if target is not None:
                found.add(target.address)
    return frozenset(found)


def bucket_name(value: object) -> str:
    """The bucket in a name, an ARN (``arn:aws:s3:::logs/prefix``) or a domain name (``logs.s3.amazonaws.com``)."""
    return str(value).rpartition(":")[2].partition("/")[0].partition(".s3.")[0]


@REGISTRY.adapter("aws_s3_bucket", reads=(*(f"aws_s3_bucket_{p}" for p in _PARTS), "aws_s3_account_public_access_block"))
def bucket(res: Resource, world: World) -> Iterator[Row]:
    """A bucket as its resources together make it."""
    policies = [p.get("policy") for p in (*parts(res, world, "policy"), res)]
    guards = [*parts(res, world, "public_access_block"), *world.of_type("aws_s3_account_public_access_block")]
    lock = parts(res, world, "object_lock_configuration")
    is_log_store = res.address in log_buckets(world)
    yield make_row(
        "object_storage", res.at, resource_id=res.id, name=text(res, "bucket", "bucket_prefix"), **identity(res), public_access=_public(res, world, policies, guards),
        public_access_blocked=_guarded(guards), **_encryption(res, world), versioning=_versioning(res, world),
        object_lock=Cell(True, lock[0].at) if lock else presence(res, "object_lock_configuration.rule"), force_destroy=res.get("force_destroy").as_bool().default(False),
        access_logging=NO_SETTING if is_log_store else _logging(res, world), tls_only=any_true(denies_clear_text(p, world, res.at) for p in policies).default(False),
    )  # fmt: skip
    for index, block in enumerate((*parts(res, world, "replication_configuration"), *res.blocks("replication_configuration"))):
        yield from _replication(res, world, block, index)


def _public(res: Resource, world: World, policies: list[Cell], guards: list[Block]) -> Cell:
    """Open by an ACL or a policy that no guard makes void."""
    acl_blocks = [*parts(res, world, "acl"), res]
    by_acl = any_true(c for b in acl_blocks for c in _open_by_acl(b))
    # With ownership enforced a bucket has no ACLs (S3 User Guide, "Controlling ownership of objects").
    owner = any_true(c.get("rule.object_ownership").equals("BucketOwnerEnforced") for c in parts(res, world, "ownership_controls"))
    closed = any_true([owner, *(g.get(n).as_bool() for g in guards for n in ("ignore_public_acls", "block_public_acls"))])
    restricted = any_true(g.get(n).as_bool() for g in guards for n in ("restrict_public_buckets", "block_public_policy"))
    acl_open = Cell(False, by_acl.at) if closed.value is True else by_acl
    policy_open = Cell(False) if restricted.value is True else any_true(is_public(p, world, res.at) for p in policies)
    return any_true([acl_open, policy_open]).default(False)


def _open_by_acl(block: Block) -> list[Cell]:
    """A canned ACL, or grants to everyone or to every AWS user."""
    grants = [*block.blocks("access_control_policy.grant"), *block.blocks("grant")]
    uris = [g.get("grantee.uri") if not g.get("grantee.uri").absent else g.get("uri") for g in grants]
    return [block.get("acl").as_str().map(lambda v: v in _OPEN_ACLS), *(u.map(lambda v: str(v).endswith(("AllUsers", "AuthenticatedUsers"))) for u in uris)]


def _guarded(guards: list[Block]) -> Cell:
    """All four switches of one guard are on; else the place of the first that is off, or of the guard."""
    whole = [all_true(g.get(n).as_bool().default(False) for n in _GUARDS) for g in guards]
    result = any_true(whole).default(False)
    if result.value is not False or not guards:
        return result
    wrong = next((c for n in _GUARDS if (c := guards[0].get(n).as_bool()).value is False), None)
    return Cell(False, wrong.at if wrong else guards[0].at)


def _encryption(res: Resource, world: World) -> dict[str, Any]:
    rules = [*parts(res, world, "server_side_encryption_configuration"), *res.blocks("server_side_encryption_configuration")]
    if not rules:
        return encryption(Cell(True), declared=False)
    prefix = "rule.apply_server_side_encryption_by_default."
    algorithm = rules[0].get(prefix + "sse_algorithm")
    name = algorithm.map(lambda v: "KMS" if "kms" in str(v) else "AES-256").default("AES-256")
    return {**encryption(Cell(True, algorithm.at), rules[0].get(prefix + "kms_master_key_id"), declared=Cell(True, algorithm.at)), "encryption_algorithm": name}


def _versioning(res: Resource, world: World) -> Cell:
    separate = parts(res, world, "versioning")
    if separate:
        status = separate[0].get("versioning_configuration.status").as_bool()
        return status if not status.absent else Cell(False, separate[0].at)
    return res.get("versioning.enabled").as_bool().default(False)


def _logging(res: Resource, world: World) -> Cell:
    separate = parts(res, world, "logging")
    return Cell(True, separate[0].at) if separate else presence(res, "logging")


def _replication(res: Resource, world: World, block: Block, number: int) -> Iterator[Row]:
    for index, target in enumerate([*block.blocks("rule.destination"), *block.blocks("rules.destination")]):
        cell = target.get("bucket")
        other = pointed(world, cell.map(bucket_name), "aws_s3_bucket", by=BY)
        region = Cell(other.region.value, cell.at) if other else unknown("unresolved_reference", "destination.bucket", cell.at)
        yield place(res, f"replication/{number}.{index}", "replication", region)


@REGISTRY.adapter("aws_s3_object", "aws_s3_bucket_object", "aws_s3_object_copy")
def stored_object(res: Resource, world: World) -> Iterator[Row]:
    """An object with an ACL of its own for everyone."""
    acl = res.get("acl")
    if acl.absent or acl.value == "private":
        return
    yield make_row(
        "permission_statement", res.at, statement_id=res.id, policy_id=res.id, policy_kind="resource", effect="allow", actions="s3:GetObject", all_actions=False,
        service_wildcard=False, all_resources=False, any_principal=acl.as_str().map(lambda v: v in _OPEN_ACLS), conditioned=False, attached_directly=False, **identity(res),
    )  # fmt: skip


@REGISTRY.adapter("aws_s3_directory_bucket")
def directory_bucket(res: Resource, world: World) -> Iterator[Row]:
    """Directory buckets: never public, always encrypted, without versions or access logs (S3 User Guide, "Directory buckets")."""
    yield make_row(
        "object_storage", res.at, resource_id=res.id, name=text(res, "bucket"), **identity(res), public_access=False,
        **{**encryption(Cell(True), ABSENT), "encryption_declared": True}, force_destroy=res.get("force_destroy").as_bool().default(False),
        **lacks("public_access_blocked", "versioning", "object_lock", "access_logging", "tls_only"),
    )  # fmt: skip


_PART: Final = ("public_access", "public_access_blocked", "encrypted", "encryption_declared", "customer_managed_key", "versioning", "object_lock", "force_destroy",
                "access_logging", "tls_only")  # fmt: skip


@REGISTRY.adapter("aws_s3_bucket_public_access_block", "aws_s3_bucket_acl", "aws_s3_bucket_versioning", "aws_s3_account_public_access_block", "aws_s3_access_point")
def separate_part(res: Resource, world: World) -> Iterator[Row]:
    """What one resource says about a bucket that is made elsewhere, about the account, or about an access point; nothing is asked of the rest."""
    account, point = res.type == "aws_s3_account_public_access_block", res.type == "aws_s3_access_point"
    if not account and not point and pointed(world, res.get("bucket"), "aws_s3_bucket", by=BY) is not None:
        return
    columns: dict[str, Any] = {}
    if point:
        blocks = res.blocks("public_access_block_configuration")
        if not blocks:
            return
        # On an access point each switch is on unless said (provider page aws_s3_access_point).
        off = next((c for b in blocks for n in _GUARDS if (c := b.get(n).as_bool()).value is not None and c.value is not True), None)
        columns["public_access_blocked"] = Cell(True, blocks[0].at) if off is None else off
    elif account or res.type == "aws_s3_bucket_public_access_block":
        columns["public_access_blocked"] = _guarded([res])
    elif res.type == "aws_s3_bucket_acl":
        columns["public_access"] = any_true(_open_by_acl(res)).default(False)
    else:
        columns["versioning"] = res.get("versioning_configuration.status").as_bool().default(False)
    yield make_row("object_storage", res.at, resource_id=res.id, name=text(res, "bucket"), **identity(res), **{**lacks(*_PART), **columns})
