"""ElastiCache, MemoryDB, DAX.

Provider pages: aws_elasticache_replication_group, aws_elasticache_cluster, aws_elasticache_serverless_cache, aws_memorydb_cluster, aws_dax_cluster.
"""

from __future__ import annotations

from collections.abc import Iterator

from compliance.collect.terraform.providers.aws.registry import REGISTRY
from compliance.collect.terraform.providers.aws.settings import database_row, text
from compliance.collect.terraform.providers.common import encryption, lacks, presence
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell
from compliance.model.row import NO_SETTING, Row


@REGISTRY.adapter("aws_elasticache_replication_group")
def replication_group(res: Resource, world: World) -> Iterator[Row]:
    """Redis: at rest and in transit off unless said (Valkey: at rest on); without a token or user group everyone is let in."""
    engine = res.get("engine").as_str().default("redis")
    if res.has("global_replication_group_id"):
        # A secondary group takes its settings over from the primary one.
        yield database_row(res, engine, text(res, "replication_group_id"))
        return
    token, users = presence(res, "auth_token"), presence(res, "user_group_ids")
    guarded = token.value is True or users.value is True
    no_login = Cell(False) if guarded else token if token.unknown else users if users.unknown else Cell(True)
    yield database_row(
        res, engine, text(res, "replication_group_id"),
        **encryption(res.get("at_rest_encryption_enabled").as_bool().default(engine.value == "valkey"), res.get("kms_key_id")),
        tls_required=_transit(res), backup_retention_days=res.get("snapshot_retention_limit").as_int().default(0), default_credentials=no_login,
        audit_logging=NO_SETTING,
    )  # fmt: skip


def _transit(res: Resource) -> Cell:
    """TLS is required unless it is off or only preferred."""
    enabled = res.get("transit_encryption_enabled").as_bool().default(False)
    mode = res.get("transit_encryption_mode")
    return Cell(False, mode.at) if enabled.value is True and mode.value == "preferred" else enabled


@REGISTRY.adapter("aws_elasticache_cluster")
def single_cache(res: Resource, world: World) -> Iterator[Row]:
    """A cache of its own: no encryption at rest can be asked for; a member of a replication group has no settings of its own."""
    if res.has("replication_group_id"):
        return
    engine = res.get("engine").as_str().default("redis")
    redis = engine.value != "memcached"
    secured = encryption(Cell(False)) if redis else lacks("encrypted", "encryption_declared", "customer_managed_key")
    yield database_row(
        res, engine, text(res, "cluster_id"), **secured, tls_required=_transit(res),
        backup_retention_days=res.get("snapshot_retention_limit").as_int().default(0) if redis else NO_SETTING,
    )  # fmt: skip


@REGISTRY.adapter("aws_elasticache_serverless_cache")
def serverless_cache(res: Resource, world: World) -> Iterator[Row]:
    """Serverless caches are always encrypted, at rest and in transit."""
    key = res.get("kms_key_id")
    columns = {**encryption(Cell(True, key.at), key), **lacks("encryption_declared")}
    backups = res.get("snapshot_retention_limit").as_int().default(0) if res.get("engine").value != "memcached" else NO_SETTING
    yield database_row(res, text(res, "engine"), text(res, "name"), **columns, tls_required=True, backup_retention_days=backups)


@REGISTRY.adapter("aws_memorydb_cluster")
def memory_database(res: Resource, world: World) -> Iterator[Row]:
    """MemoryDB: always encrypted at rest, TLS unless switched off, no snapshots unless said; the ACL ``open-access`` lets everyone in."""
    key = res.get("kms_key_arn")
    columns = {**encryption(Cell(True, key.at), key), **lacks("encryption_declared")}
    yield database_row(
        res, "redis", text(res, "name"), **columns, tls_required=res.get("tls_enabled").as_bool().default(True),
        backup_retention_days=res.get("snapshot_retention_limit").as_int().default(0),
        default_credentials=Cell(False) if res.get("acl_name").refs else res.get("acl_name").equals("open-access").default(False),
    )  # fmt: skip


@REGISTRY.adapter("aws_dax_cluster")
def accelerator(res: Resource, world: World) -> Iterator[Row]:
    """DAX: in clear at rest and in transit unless said."""
    tls = res.get("cluster_endpoint_encryption_type").equals("TLS").default(False)
    yield database_row(res, "dax", text(res, "cluster_name"), **encryption(res.get("server_side_encryption.enabled").as_bool().default(False)), tls_required=tls)
