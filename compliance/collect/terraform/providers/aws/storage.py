"""S3, EBS, EFS, queues, registries, keys.

Provider pages: aws_s3_bucket and its separate resources, aws_ebs_volume, aws_ebs_snapshot,
aws_efs_file_system, aws_sqs_queue, aws_sns_topic, aws_kinesis_stream, aws_ecr_repository, aws_kms_key.
S3 encrypts every new object with AES-256 since January 2023 (Amazon S3 User Guide, "Default encryption FAQ"),
so encryption that is not written is true but not declared.
"""

from __future__ import annotations

from collections.abc import Iterator

from compliance.collect.terraform.providers.aws import REGISTRY
from compliance.collect.terraform.providers.common import encryption, identity, place, presence, unknown
from compliance.collect.terraform.providers.policy import denies_clear_text, is_public, statement_rows
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import ABSENT, Cell, all_true, any_true
from compliance.model.row import NO_SETTING, Row, make_row

_BY = ("bucket", "id")
_SEPARATE = tuple(
    f"aws_s3_bucket_{n}"
    for n in ("acl", "policy", "public_access_block", "server_side_encryption_configuration", "versioning", "logging", "object_lock_configuration",
              "replication_configuration", "ownership_controls", "lifecycle_configuration")
)  # fmt: skip


@REGISTRY.adapter("aws_s3_bucket", reads=(*_SEPARATE, "aws_s3_account_public_access_block"))
def bucket(res: Resource, world: World) -> Iterator[Row]:
    """A bucket with its inline attributes and its separate resources."""

    def separate(kind: str) -> Block | None:
        found = world.linked(res, "bucket", f"aws_s3_bucket_{kind}", by=_BY)
        return found[0] if found else None

    acl_resource, policy_resource = separate("acl"), separate("policy")
    acl = acl_resource.get("acl") if acl_resource else res.get("acl")
    policy = policy_resource.get("policy") if policy_resource else res.get("policy")
    grants = [g for b in (acl_resource, res) if b for g in (*b.blocks("access_control_policy.grant"), *b.blocks("grant"))]
    uris = [g.get("grantee.uri") if not g.get("grantee.uri").absent else g.get("uri") for g in grants]
    by_acl = [acl.map(lambda v: v in ("public-read", "public-read-write", "authenticated-read", "website")).default(False)]
    by_acl += [u.map(lambda v: str(v).endswith(("AllUsers", "AuthenticatedUsers"))) for u in uris if not u.absent]
    blocks = [b for b in (separate("public_access_block"),) if b] + list(world.of_type("aws_s3_account_public_access_block"))
    names = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    per_block = [all_true(b.get(n).as_bool().default(False) for n in names) for b in blocks]
    guarded = any_true(per_block) if per_block else Cell(False)
    # A single False attribute is where the weakness is written.
    for b in blocks:
        wrong = next((b.get(n) for n in names if b.get(n).as_bool().value is False), None)
        if guarded.value is False:
            guarded = Cell(False, wrong.at if wrong else b.at)
    ignore_acls = any_true(b.get("ignore_public_acls").as_bool() for b in blocks).default(False)
    restrict = any_true(b.get("restrict_public_buckets").as_bool() for b in blocks).default(False)
    acl_open = Cell(False) if ignore_acls.value is True else any_true(by_acl)
    policy_open = Cell(False) if restrict.value is True else is_public(policy, world, res.at)
    sse = separate("server_side_encryption_configuration")
    rule: Block | None = sse or next(iter(res.blocks("server_side_encryption_configuration")), None)
    prefix = "rule.apply_server_side_encryption_by_default."
    algorithm = rule.get(prefix + "sse_algorithm") if rule else ABSENT
    key = rule.get(prefix + "kms_master_key_id") if rule else ABSENT
    versioning_resource = separate("versioning")
    versioning = versioning_resource.get("versioning_configuration.status").as_bool() if versioning_resource else res.get("versioning.enabled").as_bool()
    logging_resource = separate("logging")
    logging = Cell(True, logging_resource.at) if logging_resource else presence(res, "logging")
    is_log_target = any(
        any(world.find(r) is res for r in log.get(attribute).refs)
        for kind, attribute in (("aws_s3_bucket_logging", "target_bucket"), ("aws_s3_bucket", "logging.target_bucket"), ("aws_cloudtrail", "s3_bucket_name"))
        for log in world.of_type(kind)
    )
    declared: Cell = Cell(True, algorithm.at) if rule else Cell(False)
    yield make_row(
        "object_storage", res.at, resource_id=res.id, name=res.get("bucket").as_str().default(""), **identity(res),
        public_access=any_true([acl_open, policy_open]).default(False), public_access_blocked=guarded,
        **{**encryption(Cell(True, algorithm.at), key, declared=declared), "encryption_algorithm": algorithm.map(lambda v: "KMS" if "kms" in str(v) else "AES-256").default("AES-256")},
        versioning=versioning.default(False), object_lock=presence(res, "object_lock_configuration") if not separate("object_lock_configuration") else Cell(True),
        force_destroy=res.get("force_destroy").as_bool().default(False), access_logging=NO_SETTING if is_log_target else logging,
        tls_only=denies_clear_text(policy, world, res.at),
    )  # fmt: skip
    yield from statement_rows(res, world, res.get("policy"), "resource")
    for replication in world.linked(res, "bucket", "aws_s3_bucket_replication_configuration", by=_BY):
        yield from _replication(res, world, replication)
    for replication_block in res.blocks("replication_configuration"):
        yield from _replication(res, world, replication_block)


def _replication(res: Resource, world: World, block: Block) -> Iterator[Row]:
    for index, target in enumerate(block.blocks("rule.destination") or block.blocks("rules.destination")):
        cell = target.get("bucket")
        other = next((o for r in cell.refs if (o := world.find(r)) is not None), None)
        region = other.region if other else unknown("unresolved_reference", "replication target", cell.at)
        yield place(res, f"replication/{index}", "replication", Cell(region.value, cell.at or target.at))


@REGISTRY.adapter("aws_s3_bucket_policy", "aws_sqs_queue_policy", "aws_sns_topic_policy", "aws_ecr_repository_policy", "aws_kms_key_policy",
                  "aws_secretsmanager_secret_policy", "aws_backup_vault_policy", "aws_glacier_vault")  # fmt: skip
def resource_policy(res: Resource, world: World) -> Iterator[Row]:
    """A resource policy of its own."""
    attribute = "access_policy" if res.type == "aws_glacier_vault" else "policy"
    yield from statement_rows(res, world, res.get(attribute), "resource")


@REGISTRY.adapter("aws_ebs_volume", "aws_ebs_snapshot_copy")
def volume(res: Resource, world: World) -> Iterator[Row]:
    """EBS volumes and snapshot copies: not encrypted unless said, or the account's default says so."""
    default = any_true(d.get("enabled").as_bool().default(True) for d in world.of_type("aws_ebs_encryption_by_default")).default(False)
    encrypted = res.get("encrypted").as_bool()
    yield make_row(
        "block_volume", res.at, resource_id=res.id, name=res.get("tags.Name").as_str().default(""), **identity(res),
        volume_kind="snapshot" if "snapshot" in res.type else "disk", **encryption(encrypted if not encrypted.absent else default, res.get("kms_key_id")), tls_required=NO_SETTING,
    )  # fmt: skip


@REGISTRY.adapter("aws_efs_file_system", "aws_fsx_lustre_file_system", "aws_fsx_windows_file_system")
def file_system(res: Resource, world: World) -> Iterator[Row]:
    """EFS is not encrypted unless said; FSx always is."""
    encrypted = res.get("encrypted").as_bool().default(False) if "efs" in res.type else Cell(True)
    yield make_row(
        "block_volume", res.at, resource_id=res.id, name=res.get("creation_token").as_str().default(""), **identity(res),
        volume_kind="file_system", **encryption(encrypted, res.get("kms_key_id")), tls_required=NO_SETTING,
    )  # fmt: skip


@REGISTRY.adapter("aws_sqs_queue", "aws_sns_topic", "aws_kinesis_stream", "aws_kinesis_firehose_delivery_stream", reads=("aws_sqs_queue_policy", "aws_sns_topic_policy"))
def queue(res: Resource, world: World) -> Iterator[Row]:
    """SQS has SSE-SQS by default since 2022 (not declared); SNS and Kinesis are in clear unless said."""
    kind = "queue" if "sqs" in res.type else "topic" if "sns" in res.type else "stream"
    if res.type == "aws_sqs_queue":
        key = res.get("kms_master_key_id")
        managed = res.get("sqs_managed_sse_enabled").as_bool()
        encrypted = Cell(True, key.at) if not key.absent else managed if managed.value is False else Cell(managed.value is True or None, managed.at).default(False)
        if managed.unknown:
            encrypted = managed
    elif res.type == "aws_sns_topic":
        key = res.get("kms_master_key_id")
        encrypted = presence(res, "kms_master_key_id")
    elif res.type == "aws_kinesis_stream":
        key = res.get("kms_key_id")
        encrypted = res.get("encryption_type").equals("KMS").default(False)
    else:
        key = res.get("server_side_encryption.key_arn")
        encrypted = res.get("server_side_encryption.enabled").as_bool().default(False)
        if presence(res, "kinesis_source_configuration").value is True:
            encrypted = Cell(True)
    separate = world.linked(res, "queue_url", "aws_sqs_queue_policy") or world.linked(res, "arn", "aws_sns_topic_policy", by=("arn", "name"))
    policy = separate[0].get("policy") if separate else res.get("policy")
    yield make_row(
        "message_queue", res.at, resource_id=res.id, name=res.get("name").as_str().default(""), queue_kind=kind, **identity(res),
        **encryption(encrypted, key), public_access=is_public(policy, world, res.at), tls_required=NO_SETTING,
    )  # fmt: skip
    if res.type in ("aws_sqs_queue", "aws_sns_topic"):
        yield from statement_rows(res, world, res.get("policy"), "resource")


@REGISTRY.adapter("aws_ecr_repository")
def registry(res: Resource, world: World) -> Iterator[Row]:
    """ECR is always AES-256; scanning on push and immutable tags are off unless said."""
    key = res.get("encryption_configuration.kms_key")
    policies = world.linked(res, "repository", "aws_ecr_repository_policy", by=("name", "id"))
    yield make_row(
        "container_registry", res.at, resource_id=res.id, name=res.get("name").as_str().default(""), **identity(res),
        **encryption(Cell(True, key.at), key), public_access=is_public(policies[0].get("policy") if policies else ABSENT, world, res.at),
        image_scanning=res.get("image_scanning_configuration.scan_on_push").as_bool().default(False),
        immutable_tags=res.get("image_tag_mutability").equals("IMMUTABLE").default(False),
    )  # fmt: skip


@REGISTRY.adapter("aws_kms_key", reads=("aws_kms_key_policy", "aws_kms_alias"))
def key(res: Resource, world: World) -> Iterator[Row]:
    """KMS keys: rotation off unless said, 30 days before deletion; only symmetric encryption keys rotate."""
    spec = res.get("customer_master_key_spec").as_str().default("SYMMETRIC_DEFAULT")
    usage = res.get("key_usage").as_str().default("ENCRYPT_DECRYPT")
    rotates = spec.map(lambda v: v == "SYMMETRIC_DEFAULT")
    yield make_row(
        "kms_key", res.at, key_id=res.id, name=res.get("description").as_str().default(""), **identity(res), algorithm=spec.map(lambda v: "AES_256" if v == "SYMMETRIC_DEFAULT" else v),
        key_bits=spec.map(lambda v: int(v.rpartition("_")[2]) if v.startswith("RSA") else 256),
        purpose=usage.map(lambda v: "storage" if v == "ENCRYPT_DECRYPT" else "signing"), status=res.get("is_enabled").as_bool().default(True).map(lambda v: "enabled" if v else "disabled"),
        rotation_supported=rotates, rotation_enabled=res.get("enable_key_rotation").as_bool().default(False),
        rotation_days=res.get("rotation_period_in_days").as_int().default(365), deletion_window_days=res.get("deletion_window_in_days").as_int().default(30),
        deletion_protection=NO_SETTING, policy_open=is_public(res.get("policy"), world, res.at),
    )  # fmt: skip


@REGISTRY.adapter("aws_ami_launch_permission", "aws_snapshot_create_volume_permission", "aws_db_snapshot")
def share(res: Resource, world: World) -> Iterator[Row]:
    """Images and snapshots shared; the group ``all`` is everyone."""
    if res.type == "aws_db_snapshot":
        accounts = res.get("shared_accounts")
        if accounts.absent:
            return
        public, kind, target = accounts.map(lambda v: "all" in v), "database_snapshot", Cell("accounts", accounts.at)
    else:
        group = res.get("group")
        public = group.equals("all").default(False)
        kind = "image" if "ami" in res.type else "snapshot"
        target = (group if not group.absent else res.get("account_id")).as_str().default("")
    yield make_row("resource_share", res.at, share_id=res.id, resource_kind=kind, target=target, public=public, **identity(res))


@REGISTRY.adapter("aws_ami")
def image(res: Resource, world: World) -> Iterator[Row]:
    """Images: their own disks."""
    for index, block in enumerate(res.blocks("ebs_block_device")):
        yield make_row(
            "block_volume", block.at, resource_id=f"{res.id}/disk/{index}", volume_kind="image", **identity(res),
            **encryption(block.get("encrypted").as_bool().default(False), block.get("kms_key_id")), tls_required=NO_SETTING,
        )  # fmt: skip
