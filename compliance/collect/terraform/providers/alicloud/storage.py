"""OSS, disks, NAS, snapshots, keys, image repositories.

Provider pages: alicloud_oss_bucket and its separate resources (_acl, _policy, _server_side_encryption, _versioning, _logging,
_public_access_block, _replication, _worm), alicloud_disk, alicloud_ecs_disk, alicloud_nas_file_system, alicloud_kms_key, alicloud_cr_repo.
OSS does not encrypt unless a rule says so.
"""

from __future__ import annotations

from collections.abc import Iterator

from compliance.collect.terraform.providers.alicloud import REGISTRY
from compliance.collect.terraform.providers.common import encryption, identity, place, presence
from compliance.collect.terraform.providers.policy import denies_clear_text, is_public, statement_rows
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, Reason, Unknown, any_true
from compliance.model.row import NO_SETTING, Row, make_row

_SEPARATE = tuple(
    f"alicloud_oss_bucket_{n}"
    for n in (
        "acl",
        "policy",
        "server_side_encryption",
        "versioning",
        "logging",
        "public_access_block",
        "replication",
        "worm",
        "https_config",
    )
)


@REGISTRY.adapter("alicloud_oss_bucket", reads=_SEPARATE)
def bucket(res: Resource, world: World) -> Iterator[Row]:
    """A bucket with its inline attributes and its separate resources."""

    def separate(kind: str) -> Resource | None:
        found = world.linked(res, "bucket", f"alicloud_oss_bucket_{kind}", by=("bucket", "id"))
        return found[0] if found else None

    acl_of = separate("acl")
    acl = acl_of.get("acl") if acl_of else res.get("acl")
    policy_of = separate("policy")
    policy = policy_of.get("policy") if policy_of else res.get("policy")
    guard_of = separate("public_access_block")
    guard = guard_of.get("block_public_access").as_bool().default(False) if guard_of else Cell(False)
    open_acl = acl.map(lambda v: v in ("public-read", "public-read-write")).default(False)
    public = Cell(False, guard.at) if guard.value is True else any_true([open_acl, is_public(policy, world, res.at)])
    sse = separate("server_side_encryption")
    algorithm = sse.get("sse_algorithm") if sse else res.get("server_side_encryption_rule.sse_algorithm")
    key = sse.get("kms_master_key_id") if sse else res.get("server_side_encryption_rule.kms_master_key_id")
    encrypted = algorithm.map(lambda v: v in ("AES256", "KMS", "SM4")).default(False)
    versioning_of = separate("versioning")
    versioning = (versioning_of.get("status") if versioning_of else res.get("versioning.status")).as_bool().default(False)
    logging_of = separate("logging")
    logging = Cell(True, logging_of.at) if logging_of else presence(res, "logging")
    target = any(
        ((c := other.get(attribute)).refs and any(world.find(r) is res for r in c.refs)) or (c.known and not c.absent and c.value == res.get("bucket").value)
        for kind, attribute in (
            ("alicloud_oss_bucket", "logging.target_bucket"),
            ("alicloud_oss_bucket_logging", "target_bucket"),
        )
        for other in world.of_type(kind)
    )
    columns = encryption(
        encrypted,
        key,
        "SM4" if algorithm.value == "SM4" else "KMS" if algorithm.value == "KMS" else "AES-256",
        declared=encrypted,
    )
    yield make_row(
        "object_storage", res.at, resource_id=res.id, name=res.get("bucket").as_str().default(""), **identity(res), public_access=public,
        public_access_blocked=NO_SETTING if not guard_of else guard, **columns, versioning=versioning, object_lock=Cell(separate("worm") is not None),
        force_destroy=res.get("force_destroy").as_bool().default(False), access_logging=NO_SETTING if target else logging, tls_only=denies_clear_text(policy, world, res.at),
    )  # fmt: skip
    yield from statement_rows(res, world, res.get("policy"), "resource")
    for index, other in enumerate(world.linked(res, "bucket", "alicloud_oss_bucket_replication", by=("bucket", "id"))):
        location = other.get("destination.location").map(lambda v: str(v).removeprefix("oss-"))
        yield place(res, f"replication/{index}", "replication", location.or_unknown("not_stated", "destination.location"))


@REGISTRY.adapter("alicloud_oss_bucket_policy")
def bucket_policy(res: Resource, world: World) -> Iterator[Row]:
    """A bucket policy of its own."""
    yield from statement_rows(res, world, res.get("policy"), "resource")


@REGISTRY.adapter("alicloud_disk", "alicloud_ecs_disk")
def disk(res: Resource, world: World) -> Iterator[Row]:
    """Disks are in clear unless said."""
    key = res.get("kms_key_id")
    encrypted = res.get("encrypted").as_bool().default(False)
    if encrypted.value is False and encrypted.at is None and not key.absent:
        encrypted = Cell(True, key.at)
    yield make_row(
        "block_volume", res.at, resource_id=res.id, name=res.get("disk_name").as_str().default(""), **identity(res), volume_kind="disk",
        **encryption(encrypted, key), tls_required=NO_SETTING,
    )  # fmt: skip


@REGISTRY.adapter("alicloud_nas_file_system")
def file_system(res: Resource, world: World) -> Iterator[Row]:
    """NAS: encrypt_type 0 none (default), 1 service key, 2 own key."""
    kind = res.get("encrypt_type").as_int().default(0)
    yield make_row(
        "block_volume", res.at, resource_id=res.id, name=res.get("description").as_str().default(""), **identity(res), volume_kind="file_system",
        **encryption(kind.map(lambda v: v in (1, 2)), res.get("kms_key_id")), tls_required=NO_SETTING,
    )  # fmt: skip


def _days(text: object) -> object:
    """``365d``, ``8760h`` or ``31536000s`` in days; unknown otherwise."""
    value = str(text)
    divisor = {"d": 1, "h": 24, "s": 86400}.get(value[-1:])
    if divisor is None or not value[:-1].isdigit():
        return Unknown(Reason("unreadable_value", value[:20]))
    return int(value[:-1]) // divisor


@REGISTRY.adapter("alicloud_kms_key")
def key(res: Resource, world: World) -> Iterator[Row]:
    """KMS keys: rotation disabled unless said; only symmetric keys rotate; 30 days pending."""
    spec = res.get("key_spec").as_str().default("Aliyun_AES_256")
    status = (res.get("status") if not res.get("status").absent else res.get("key_state")).as_str().default("Enabled")
    period = res.get("rotation_interval").map(_days)
    yield make_row(
        "kms_key", res.at, key_id=res.id, name=res.get("description").as_str().default(""), **identity(res), algorithm=spec,
        key_bits=spec.map(lambda v: int(v.rpartition("_")[2]) if v.rpartition("_")[2].isdigit() else 256), purpose="storage",
        status=status.map(lambda v: {"enabled": "enabled", "disabled": "disabled", "pendingdeletion": "pending_deletion"}.get(v.lower(), "enabled")),
        rotation_supported=spec.map(lambda v: v in ("Aliyun_AES_256", "Aliyun_SM4")), rotation_enabled=res.get("automatic_rotation").as_bool().default(False),
        rotation_days=period if not period.absent else NO_SETTING,
        deletion_window_days=(res.get("pending_window_in_days") if not res.get("pending_window_in_days").absent else res.get("deletion_window_in_days")).as_int().default(30),
        deletion_protection=res.get("deletion_protection").as_bool().default(False), policy_open=is_public(res.get("policy"), world, res.at),
    )  # fmt: skip


@REGISTRY.adapter("alicloud_cr_repo", "alicloud_cr_ee_repo")
def repository(res: Resource, world: World) -> Iterator[Row]:
    """Image repositories: PUBLIC or PRIVATE."""
    yield make_row(
        "container_registry", res.at, resource_id=res.id, name=res.get("name").as_str().default(""), **identity(res), encrypted=NO_SETTING, encryption_declared=NO_SETTING,
        customer_managed_key=NO_SETTING, public_access=res.get("repo_type").equals("PUBLIC"), image_scanning=NO_SETTING, immutable_tags=NO_SETTING,
    )  # fmt: skip


@REGISTRY.adapter("alicloud_image_share_permission")
def share(res: Resource, world: World) -> Iterator[Row]:
    """Images shared with named accounts."""
    yield make_row(
        "resource_share",
        res.at,
        share_id=res.id,
        resource_kind="image",
        target=res.get("account_id").as_str().default(""),
        public=False,
        **identity(res),
    )
