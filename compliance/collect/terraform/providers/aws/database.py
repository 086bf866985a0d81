"""RDS, Redshift, DynamoDB, DocumentDB, Neptune, ElastiCache, OpenSearch.

Provider pages: aws_db_instance, aws_rds_cluster, aws_rds_cluster_instance, aws_redshift_cluster, aws_dynamodb_table,
aws_docdb_cluster, aws_neptune_cluster, aws_elasticache_replication_group, aws_opensearch_domain, aws_elasticsearch_domain.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from compliance.collect.terraform.providers.aws import REGISTRY
from compliance.collect.terraform.providers.common import encryption, identity, presence
from compliance.collect.terraform.providers.policy import is_public, statement_rows
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, any_true
from compliance.model.row import NO_SETTING, Row, make_row


def _base(res: Resource, engine: Cell | str) -> dict[str, Any]:
    return {"resource_id": res.id, "engine": engine, "version": res.get("engine_version").as_str().default(""), **identity(res)}


def _parameter(res: Resource, world: World, attribute: str, kind: str, names: tuple[str, ...]) -> Cell:
    """The value of a server parameter in the group the resource names; absent without a group of this repository."""
    for ref in res.get(attribute).refs:
        group = world.find(ref)
        if group is not None and group.type == kind:
            for block in group.blocks("parameter"):
                if block.get("name").value in names:
                    return block.get("value").as_bool()
            return Cell(False, group.at)
    return Cell()


@REGISTRY.adapter("aws_db_instance", "aws_rds_cluster", "aws_docdb_cluster", "aws_neptune_cluster", reads=("aws_db_parameter_group", "aws_rds_cluster_parameter_group"))
def relational(res: Resource, world: World) -> Iterator[Row]:
    """Instances and clusters: not encrypted, private, one day of backups (instances: none) unless said."""
    engine = res.get("engine").as_str().default({"aws_docdb_cluster": "mongodb", "aws_neptune_cluster": "neptune"}.get(res.type, "aurora"))
    if res.type == "aws_db_instance" and not res.get("replicate_source_db").absent and res.get("storage_encrypted").absent:
        return  # a replica takes over the settings of its source
    instance = res.type == "aws_db_instance"
    group, kind = ("parameter_group_name", "aws_db_parameter_group") if instance else ("db_cluster_parameter_group_name", "aws_rds_cluster_parameter_group")
    tls = _parameter(res, world, group, kind, ("rds.force_ssl", "require_secure_transport", "tls"))
    logs = presence(res, "enabled_cloudwatch_logs_exports") if res.type != "aws_neptune_cluster" else presence(res, "enable_cloudwatch_logs_exports")
    member = not res.get("cluster_identifier").absent and instance
    yield make_row(
        "database", res.at, name=res.get("identifier").as_str().default("") if instance else res.get("cluster_identifier").as_str().default(""), **_base(res, engine),
        **encryption(res.get("storage_encrypted").as_bool().default(False), res.get("kms_key_id")),
        public_access=res.get("publicly_accessible").as_bool().default(False), allows_any_source=NO_SETTING, tls_required=tls if not tls.absent else NO_SETTING, min_tls=NO_SETTING,
        audit_logging=logs, backup_retention_days=NO_SETTING if member else res.get("backup_retention_period").as_int().default(0 if instance else 1),
        deletion_protection=res.get("deletion_protection").as_bool().default(False), default_credentials=NO_SETTING,
    )  # fmt: skip


@REGISTRY.adapter("aws_rds_cluster_instance", "aws_neptune_cluster_instance")
def cluster_instance(res: Resource, world: World) -> Iterator[Row]:
    """Members of a cluster: only the public address is their own."""
    yield make_row(
        "database", res.at, name=res.get("identifier").as_str().default(""), **_base(res, res.get("engine").as_str().default("aurora")),
        encrypted=NO_SETTING, encryption_declared=NO_SETTING, customer_managed_key=NO_SETTING, public_access=res.get("publicly_accessible").as_bool().default(False),
        allows_any_source=NO_SETTING, tls_required=NO_SETTING, min_tls=NO_SETTING, audit_logging=NO_SETTING, backup_retention_days=NO_SETTING,
        deletion_protection=NO_SETTING, default_credentials=NO_SETTING,
    )  # fmt: skip


@REGISTRY.adapter("aws_redshift_cluster", reads=("aws_redshift_parameter_group", "aws_redshift_logging"))
def warehouse(res: Resource, world: World) -> Iterator[Row]:
    """Redshift: not encrypted unless said (provider versions before 6), public unless said otherwise in old ones."""
    tls = _parameter(res, world, "cluster_parameter_group_name", "aws_redshift_parameter_group", ("require_ssl",))
    separate = world.linked(res, "cluster_identifier", "aws_redshift_logging", by=("cluster_identifier", "id"))
    logs = Cell(True, separate[0].at) if separate else res.get("logging.enable").as_bool().default(False)
    yield make_row(
        "database", res.at, name=res.get("cluster_identifier").as_str().default(""), **_base(res, "warehouse"),
        **encryption(res.get("encrypted").as_bool().default(False), res.get("kms_key_id")), public_access=res.get("publicly_accessible").as_bool().default(True),
        allows_any_source=NO_SETTING, tls_required=tls if not tls.absent else NO_SETTING, min_tls=NO_SETTING, audit_logging=logs,
        backup_retention_days=res.get("automated_snapshot_retention_period").as_int().default(1), deletion_protection=NO_SETTING, default_credentials=NO_SETTING,
    )  # fmt: skip


@REGISTRY.adapter("aws_dynamodb_table")
def dynamodb(res: Resource, world: World) -> Iterator[Row]:
    """DynamoDB is always encrypted; a block names another key. Point-in-time recovery keeps 35 days."""
    key = res.get("server_side_encryption.kms_key_arn")
    stated = res.get("server_side_encryption.enabled").as_bool()
    backup = res.get("point_in_time_recovery.enabled").as_bool().default(False).map(lambda v: 35 if v else 0)
    yield make_row(
        "database", res.at, name=res.get("name").as_str().default(""), **_base(res, "dynamodb"), **encryption(Cell(True, stated.at), key, declared=stated.default(False)),
        public_access=NO_SETTING, allows_any_source=NO_SETTING, tls_required=NO_SETTING, min_tls=NO_SETTING, audit_logging=NO_SETTING, backup_retention_days=backup,
        deletion_protection=res.get("deletion_protection_enabled").as_bool().default(False), default_credentials=NO_SETTING,
    )  # fmt: skip


@REGISTRY.adapter("aws_elasticache_replication_group", "aws_elasticache_cluster")
def cache(res: Resource, world: World) -> Iterator[Row]:
    """ElastiCache: at rest and in transit off unless said; a single memcached cluster has neither."""
    group = res.type == "aws_elasticache_replication_group"
    if not group and not res.get("replication_group_id").absent:
        return
    engine = res.get("engine").as_str().default("redis")
    redis = engine.value != "memcached"
    transit = res.get("transit_encryption_enabled").as_bool().default(False)
    yield make_row(
        "database", res.at, name=res.get("replication_group_id" if group else "cluster_id").as_str().default(""), **_base(res, engine),
        **(encryption(res.get("at_rest_encryption_enabled").as_bool().default(False), res.get("kms_key_id")) if group else {"encrypted": NO_SETTING, "encryption_declared": NO_SETTING, "customer_managed_key": NO_SETTING}),
        public_access=NO_SETTING, allows_any_source=NO_SETTING, tls_required=transit, min_tls=NO_SETTING, audit_logging=NO_SETTING,
        backup_retention_days=res.get("snapshot_retention_limit").as_int().default(0) if redis else NO_SETTING, deletion_protection=NO_SETTING,
        default_credentials=NO_SETTING,
    )  # fmt: skip


@REGISTRY.adapter("aws_elasticsearch_domain", "aws_opensearch_domain", reads=("aws_elasticsearch_domain_policy", "aws_opensearch_domain_policy"))
def search(res: Resource, world: World) -> Iterator[Row]:
    """OpenSearch: at rest off, HTTPS not enforced, TLS 1.0 unless said; public unless in a VPC and its policy is open."""
    separate = world.linked(res, "domain_name", res.type + "_policy", by=("domain_name", "id"))
    policy = separate[0].get("access_policies") if separate else res.get("access_policies")
    public = Cell(False) if res.blocks("vpc_options") else is_public(policy, world, res.at)
    https = res.get("domain_endpoint_options.enforce_https").as_bool().default(False)
    tls = res.get("domain_endpoint_options.tls_security_policy").as_str().default("Policy-Min-TLS-1-0-2019-07").map(lambda v: "tls12" if "1-2" in v else "tls10")
    logs = any_true(b.get("enabled").as_bool().default(True) for b in res.blocks("log_publishing_options")).default(False)
    yield make_row(
        "database", res.at, name=res.get("domain_name").as_str().default(""), **_base(res, "elasticsearch"),
        **encryption(res.get("encrypt_at_rest.enabled").as_bool().default(False), res.get("encrypt_at_rest.kms_key_id")), public_access=public,
        allows_any_source=NO_SETTING, tls_required=https, min_tls=tls, audit_logging=logs, backup_retention_days=NO_SETTING, deletion_protection=NO_SETTING, default_credentials=NO_SETTING,
    )  # fmt: skip
    yield make_row(
        "tls_endpoint", res.at, endpoint_id=f"{res.id}/endpoint", endpoint_kind="search", host=res.get("domain_name").as_str().default(""), port=443, protocol="https", **identity(res),
        internet_facing=public, plaintext=https.map(lambda v: not v), http_redirect=NO_SETTING, min_tls=tls, weak_ciphers=NO_SETTING, cert_key_algorithm=NO_SETTING,
        cert_key_bits=NO_SETTING, cert_valid=NO_SETTING, hsts=NO_SETTING,
    )  # fmt: skip
    yield from statement_rows(res, world, policy, "resource")


@REGISTRY.adapter("aws_athena_workgroup")
def athena(res: Resource, world: World) -> Iterator[Row]:
    """Athena: results of a workgroup; without configuration the client decides."""
    option = res.get("configuration.result_configuration.encryption_configuration.encryption_option")
    yield make_row(
        "database", res.at, name=res.get("name").as_str().default(""), **_base(res, "athena"),
        **encryption(Cell(not option.absent, option.at), res.get("configuration.result_configuration.encryption_configuration.kms_key_arn")),
        public_access=NO_SETTING, allows_any_source=NO_SETTING, tls_required=NO_SETTING, min_tls=NO_SETTING, audit_logging=NO_SETTING, backup_retention_days=NO_SETTING,
        deletion_protection=NO_SETTING, default_credentials=NO_SETTING,
    )  # fmt: skip
