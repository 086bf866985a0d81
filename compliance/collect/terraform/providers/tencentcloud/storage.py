"""COS, disks, databases, keys, log topics.

Provider pages: tencentcloud_cos_bucket, tencentcloud_cos_bucket_policy, tencentcloud_cbs_storage, tencentcloud_instance,
tencentcloud_mysql_instance, tencentcloud_mysql_ssl, tencentcloud_mysql_backup_policy, tencentcloud_mysql_audit_service,
tencentcloud_postgresql_instance, tencentcloud_redis_instance, tencentcloud_kms_key, tencentcloud_cls_topic.
COS, CBS and the databases are in clear unless the configuration says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator

from compliance.collect.terraform.providers.common import FOREVER, encryption, identity, presence
from compliance.collect.terraform.providers.policy import denies_clear_text, is_public, statement_rows
from compliance.collect.terraform.providers.tencentcloud import REGISTRY
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, any_true
from compliance.model.row import NO_SETTING, Row, make_row


@REGISTRY.adapter("tencentcloud_cos_bucket", reads=("tencentcloud_cos_bucket_policy",))
def bucket(res: Resource, world: World) -> Iterator[Row]:
    """Buckets: private, in clear, one version, no log unless said."""
    policies = world.linked(res, "bucket", "tencentcloud_cos_bucket_policy", by=("bucket", "id"))
    policy = policies[0].get("policy") if policies else Cell()
    open_acl = res.get("acl").map(lambda v: v in ("public-read", "public-read-write")).default(False)
    body = res.get("acl_body").map(lambda v: "AllUsers" in str(v)).default(False)
    algorithm, key = res.get("encryption_algorithm").as_str(), res.get("kms_id")
    encrypted = algorithm.map(lambda v: v.upper() in ("AES256", "KMS", "SM4", "COS/KMS")).default(False)
    targets = [c for other in world.of_type("tencentcloud_cos_bucket") for c in [other.get("log_target_bucket")]]
    is_target = any(any(world.find(r) is res for r in c.refs) or (c.known and c.value == res.get("bucket").value) for c in targets)
    yield make_row(
        "object_storage", res.at, resource_id=res.id, name=res.get("bucket").as_str().default(""), **identity(res),
        public_access=any_true([open_acl, body, is_public(policy, world, res.at)]), public_access_blocked=NO_SETTING,
        **encryption(encrypted, key, "KMS" if "KMS" in str(algorithm.value) else "AES-256", declared=encrypted), versioning=res.get("versioning_enable").as_bool().default(False),
        object_lock=NO_SETTING, force_destroy=res.get("force_clean").as_bool().default(False), access_logging=NO_SETTING if is_target else res.get("log_enable").as_bool().default(False),
        tls_only=denies_clear_text(policy, world, res.at),
    )  # fmt: skip


@REGISTRY.adapter("tencentcloud_cos_bucket_policy")
def bucket_policy(res: Resource, world: World) -> Iterator[Row]:
    """Bucket policies."""
    yield from statement_rows(res, world, res.get("policy"), "resource")


@REGISTRY.adapter("tencentcloud_cbs_storage", "tencentcloud_cbs_storage_set")
def disk(res: Resource, world: World) -> Iterator[Row]:
    """Cloud disks."""
    yield make_row(
        "block_volume", res.at, resource_id=res.id, name=res.get("storage_name").as_str().default(""), **identity(res), volume_kind="disk",
        **encryption(res.get("encrypt").as_bool().default(False), res.get("kms_key_id")), tls_required=NO_SETTING,
    )  # fmt: skip


@REGISTRY.adapter("tencentcloud_instance")
def instance(res: Resource, world: World) -> Iterator[Row]:
    """Machines and their data disks."""
    yield make_row(
        "compute_instance", res.at, resource_id=res.id, name=res.get("instance_name").as_str().default(""), **identity(res), public_ip=res.get("allocate_public_ip").as_bool().default(False),
        metadata_tokens_required=NO_SETTING, password_login=presence(res, "password"), deletion_protection=res.get("disable_api_termination").as_bool().default(False),
    )  # fmt: skip
    for index, block in enumerate(res.blocks("data_disks")):
        yield make_row(
            "block_volume", block.at, resource_id=f"{res.id}/data_disks/{index}", volume_kind="instance_disk", **identity(res),
            **encryption(block.get("encrypt").as_bool().default(False), block.get("kms_key_id")), tls_required=NO_SETTING,
        )  # fmt: skip


@REGISTRY.adapter("tencentcloud_mysql_instance", reads=("tencentcloud_mysql_ssl", "tencentcloud_mysql_backup_policy", "tencentcloud_mysql_audit_service"))
def mysql(res: Resource, world: World) -> Iterator[Row]:
    """MySQL: SSL, backups (seven days) and audit are resources of their own; disk encryption is set when it is bought, outside this resource."""
    ssl = world.linked(res, "instance_id", "tencentcloud_mysql_ssl")
    backups = world.linked(res, "mysql_id", "tencentcloud_mysql_backup_policy")
    audits = world.linked(res, "instance_id", "tencentcloud_mysql_audit_service")
    yield make_row(
        "database", res.at, resource_id=res.id, name=res.get("instance_name").as_str().default(""), engine="mysql", version=res.get("engine_version").as_str().default(""), **identity(res),
        encrypted=NO_SETTING, encryption_declared=NO_SETTING, customer_managed_key=NO_SETTING, public_access=res.get("internet_service").as_int().default(0).map(lambda v: v == 1),
        allows_any_source=NO_SETTING, tls_required=ssl[0].get("status").as_str().map(lambda v: v.upper() == "ON") if ssl else Cell(False), min_tls=NO_SETTING,
        audit_logging=Cell(bool(audits), audits[0].at if audits else None), backup_retention_days=backups[0].get("retention_period").as_int().default(7) if backups else Cell(7),
        deletion_protection=NO_SETTING, default_credentials=NO_SETTING,
    )  # fmt: skip


@REGISTRY.adapter("tencentcloud_postgresql_instance")
def postgresql(res: Resource, world: World) -> Iterator[Row]:
    """PostgreSQL: TDE when need_support_tde is 1."""
    yield make_row(
        "database", res.at, resource_id=res.id, name=res.get("name").as_str().default(""), engine="postgresql", version=res.get("engine_version").as_str().default(""), **identity(res),
        **encryption(res.get("need_support_tde").as_int().default(0).map(lambda v: v == 1), res.get("kms_key_id")),
        public_access=res.get("public_access_switch").as_bool().default(False), allows_any_source=NO_SETTING, tls_required=NO_SETTING, min_tls=NO_SETTING, audit_logging=NO_SETTING,
        backup_retention_days=NO_SETTING, deletion_protection=res.get("delete_protection").as_bool().default(False), default_credentials=NO_SETTING,
    )  # fmt: skip


@REGISTRY.adapter("tencentcloud_redis_instance")
def redis(res: Resource, world: World) -> Iterator[Row]:
    """Redis: a password is required unless no_auth is said."""
    yield make_row(
        "database", res.at, resource_id=res.id, name=res.get("name").as_str().default(""), engine="redis", version="", **identity(res), encrypted=NO_SETTING, encryption_declared=NO_SETTING,
        customer_managed_key=NO_SETTING, public_access=NO_SETTING, allows_any_source=NO_SETTING, tls_required=NO_SETTING, min_tls=NO_SETTING, audit_logging=NO_SETTING,
        backup_retention_days=NO_SETTING, deletion_protection=NO_SETTING, default_credentials=res.get("no_auth").as_bool().default(False),
    )  # fmt: skip


@REGISTRY.adapter("tencentcloud_kms_key")
def key(res: Resource, world: World) -> Iterator[Row]:
    """Keys: rotation off unless said; seven days before deletion; only symmetric keys rotate."""
    usage = res.get("key_usage").as_str().default("ENCRYPT_DECRYPT")
    symmetric = usage.map(lambda v: v == "ENCRYPT_DECRYPT")
    yield make_row(
        "kms_key", res.at, key_id=res.id, name=res.get("alias").as_str().default(""), **identity(res), algorithm=usage, key_bits=NO_SETTING, purpose="storage",
        status=res.get("is_enabled").as_bool().default(True).map(lambda v: "enabled" if v else "disabled"), rotation_supported=symmetric,
        rotation_enabled=res.get("key_rotation_enabled").as_bool().default(False), rotation_days=NO_SETTING,
        deletion_window_days=res.get("pending_delete_window_in_days").as_int().default(7), deletion_protection=NO_SETTING, policy_open=NO_SETTING,
    )  # fmt: skip


@REGISTRY.adapter("tencentcloud_cls_topic")
def topic(res: Resource, world: World) -> Iterator[Row]:
    """Log topics: 30 days unless said; 3640 = for ever."""
    yield make_row(
        "log_store", res.at, log_store_id=res.id, name=res.get("topic_name").as_str().default(""), store_kind="log_project", **identity(res),
        retention_days=res.get("period").as_int().map(lambda v: FOREVER if v == 3640 else v).default(30), immutable=NO_SETTING, deletable_by_operators=NO_SETTING,
        encrypted=NO_SETTING, encryption_declared=NO_SETTING, customer_managed_key=NO_SETTING,
    )  # fmt: skip


@REGISTRY.adapter("tencentcloud_audit_track")
def track(res: Resource, world: World) -> Iterator[Row]:
    """Audit tracks: action_type ``*`` records reads and writes; a track covers every region."""
    yield make_row(
        "audit_trail", res.at, trail_id=res.id, name=res.get("name").as_str().default(""), **identity(res), enabled=res.get("status").as_int().map(lambda v: v == 1),
        all_regions=NO_SETTING, all_events=res.get("action_type").as_str().map(lambda v: v == "*"), log_validation=NO_SETTING, encrypted=NO_SETTING, encryption_declared=NO_SETTING,
        customer_managed_key=NO_SETTING, log_store_id=res.get("storage.storage_name").as_str().default(""), retention_days=NO_SETTING,
    )  # fmt: skip
