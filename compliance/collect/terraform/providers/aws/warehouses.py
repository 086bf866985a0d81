"""Redshift, DynamoDB, OpenSearch, Athena and other stores.

Provider pages: aws_redshift_cluster, aws_redshift_parameter_group, aws_redshift_logging, aws_redshift_snapshot_copy, aws_redshiftserverless_workgroup,
aws_redshiftserverless_namespace, aws_dynamodb_table, aws_dynamodb_global_table, aws_dynamodb_table_replica, aws_keyspaces_table, aws_opensearch_domain,
aws_elasticsearch_domain, aws_athena_workgroup, aws_athena_database, aws_qldb_ledger, aws_timestreamwrite_database, aws_dms_replication_instance.
Before provider version 6 a Redshift cluster that does not say is in clear and public; the version is not pinned here, so the stricter reading holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from compliance.collect.terraform.providers.aws.database import parameter
from compliance.collect.terraform.providers.aws.registry import REGISTRY
from compliance.collect.terraform.providers.aws.settings import database_row, endpoint_row, text
from compliance.collect.terraform.providers.common import encryption, first_stated, lacks, place, pointed
from compliance.collect.terraform.providers.policy import statement_rows
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, any_true
from compliance.model.row import NO_SETTING, Row


@REGISTRY.adapter("aws_redshift_cluster", reads=("aws_redshift_parameter_group", "aws_redshift_logging", "aws_redshift_snapshot_copy"))
def warehouse(res: Resource, world: World) -> Iterator[Row]:
    """Clusters: one day of snapshots, no audit log, clear text accepted unless the parameter group requires SSL."""
    group = pointed(world, res.get("cluster_parameter_group_name"), "aws_redshift_parameter_group")
    tls: Any = NO_SETTING
    if group is not None:
        tls = parameter(group, "require_ssl").as_bool()
        tls = Cell(False, group.at) if tls.absent else tls
    separate = world.linked(res, "cluster_identifier", "aws_redshift_logging", by=("cluster_identifier", "id"))
    logs = Cell(True, separate[0].at) if separate else res.get("logging.enable").as_bool().default(False)
    yield database_row(
        res, "warehouse", text(res, "cluster_identifier"), **encryption(res.get("encrypted").as_bool().default(False), res.get("kms_key_id")),
        public_access=res.get("publicly_accessible").as_bool().default(True), tls_required=tls, audit_logging=logs,
        backup_retention_days=res.get("automated_snapshot_retention_period").as_int().default(1), version=text(res, "cluster_version"),
    )  # fmt: skip
    copies = world.linked(res, "cluster_identifier", "aws_redshift_snapshot_copy", by=("cluster_identifier", "id"))
    for index, region in enumerate([res.get("snapshot_copy.destination_region"), *(c.get("destination_region") for c in copies)]):
        if not region.absent:
            yield place(res, f"snapshot_copy/{index}", "backup", region)


@REGISTRY.adapter("aws_redshiftserverless_workgroup", "aws_redshiftserverless_namespace")
def serverless_warehouse(res: Resource, world: World) -> Iterator[Row]:
    """Serverless: a namespace is always encrypted and exports no logs unless said, a workgroup is private unless said."""
    if res.type == "aws_redshiftserverless_workgroup":
        forced = next((p for p in res.blocks("config_parameter") if p.get("parameter_key").value == "require_ssl"), None)
        tls = forced.get("parameter_value").as_bool() if forced is not None else NO_SETTING
        yield database_row(res, "warehouse", text(res, "workgroup_name"), public_access=res.get("publicly_accessible").as_bool().default(False), tls_required=tls)
        return
    key, logs = res.get("kms_key_id"), res.get("log_exports")
    kept = logs.map(lambda v: any(k in ("connectionlog", "useractivitylog") for k in v) if isinstance(v, list) else False).default(False)
    columns = {**encryption(Cell(True, key.at), key), **lacks("encryption_declared")}
    yield database_row(res, "warehouse", text(res, "namespace_name"), **columns, audit_logging=kept)


@REGISTRY.adapter("aws_dynamodb_table")
def table(res: Resource, world: World) -> Iterator[Row]:
    """DynamoDB is always encrypted; the block chooses a KMS key. Point-in-time recovery keeps 35 days unless said, and is off unless said."""
    stated = res.get("server_side_encryption.enabled").as_bool()
    key = res.get("server_side_encryption.kms_key_arn")
    days = res.get("point_in_time_recovery.recovery_period_in_days").as_int().default(35)
    backups = res.get("point_in_time_recovery.enabled").as_bool().default(False).map(lambda v: days.value if v else 0)
    columns = {**encryption(Cell(True, stated.at), key, declared=stated.default(False)), "encryption_declared": stated.default(False)}
    yield database_row(
        res, "dynamodb", text(res, "name"), **columns, backup_retention_days=backups,
        deletion_protection=res.get("deletion_protection_enabled").as_bool().default(False),
    )  # fmt: skip
    for index, replica in enumerate(res.blocks("replica")):
        yield place(res, f"replica/{index}", "replication", replica.get("region_name"))


@REGISTRY.adapter("aws_dynamodb_global_table")
def global_table(res: Resource, world: World) -> Iterator[Row]:
    """Old global tables: one place a replica."""
    for index, replica in enumerate(res.blocks("replica")):
        yield place(res, f"replica/{index}", "replication", replica.get("region_name"))


@REGISTRY.adapter("aws_dynamodb_table_replica")
def table_replica(res: Resource, world: World) -> Iterator[Row]:
    """A replica stands in the region of its own provider."""
    yield place(res, "replica", "replication", Cell(res.region.value))


@REGISTRY.adapter("aws_keyspaces_table", "aws_qldb_ledger", "aws_timestreamwrite_database")
def always_encrypted(res: Resource, world: World) -> Iterator[Row]:
    """Stores that are encrypted whatever is said; Keyspaces has point-in-time recovery, a ledger deletion protection."""
    key = first_stated(res, "encryption_specification.kms_key_identifier", "kms_key", "kms_key_id")
    columns: dict[str, Any] = {**encryption(Cell(True, key.at), key), **lacks("encryption_declared")}
    if res.type == "aws_keyspaces_table":
        columns["backup_retention_days"] = res.get("point_in_time_recovery.status").equals("ENABLED").default(False).map(lambda v: 35 if v else 0)
    if res.type == "aws_qldb_ledger":
        columns["deletion_protection"] = res.get("deletion_protection").as_bool().default(True)
    yield database_row(res, res.type.split("_")[1], text(res, "table_name", "name", "database_name"), **columns)


@REGISTRY.adapter("aws_elasticsearch_domain", "aws_opensearch_domain", reads=("aws_elasticsearch_domain_policy", "aws_opensearch_domain_policy"))
def search(res: Resource, world: World) -> Iterator[Row]:
    """Domains: in clear at rest, clear HTTP accepted, TLS 1.0 accepted, no logs, a public endpoint unless said."""
    separate = world.linked(res, "domain_name", res.type + "_policy", by=("domain_name", "id"))
    policies = [*(p.get("access_policies") for p in separate), res.get("access_policies")]
    public = Cell(not res.blocks("vpc_options"))
    # Without the block the service accepts HTTP; a block that does not say requires HTTPS.
    https = res.get("domain_endpoint_options.enforce_https").as_bool().default(bool(res.blocks("domain_endpoint_options")))
    tls = res.get("domain_endpoint_options.tls_security_policy").as_str().map(_policy_tls).default("tls10")
    logs = any_true(b.get("enabled").as_bool().default(True) for b in res.blocks("log_publishing_options") if b.get("log_type").value != "ES_APPLICATION_LOGS").default(False)
    name = text(res, "domain_name")
    yield database_row(
        res, "elasticsearch", name, **encryption(res.get("encrypt_at_rest.enabled").as_bool().default(False), res.get("encrypt_at_rest.kms_key_id")),
        public_access=public, tls_required=https, min_tls=tls, audit_logging=logs, version=text(res, "engine_version", "elasticsearch_version"),
    )  # fmt: skip
    yield endpoint_row(res, "search", suffix="/endpoint", host=name, internet_facing=public, plaintext=https.map(lambda v: not v), min_tls=tls)
    for index, policy in enumerate(policies):
        yield from statement_rows(res, world, policy, "resource", suffix=f"/policy/{index}")


def _policy_tls(name: str) -> str:
    return "tls13" if "1-3" in name else "tls12" if "1-2" in name else "tls10"


@REGISTRY.adapter("aws_athena_workgroup", "aws_athena_database")
def athena(res: Resource, world: World) -> Iterator[Row]:
    """Athena: results are encrypted only when the workgroup or database says how."""
    prefix = "configuration.result_configuration.encryption_configuration." if res.type == "aws_athena_workgroup" else "encryption_configuration."
    option = res.get(prefix + "encryption_option")
    key = first_stated(res, prefix + "kms_key_arn", prefix + "kms_key")
    encrypted = option if option.unknown else Cell(not option.absent, option.at)
    yield database_row(res, "athena", text(res, "name"), **encryption(encrypted, key))


@REGISTRY.adapter("aws_dms_replication_instance")
def migration(res: Resource, world: World) -> Iterator[Row]:
    """Migration instances are always encrypted and private unless said."""
    key = res.get("kms_key_arn")
    columns = {**encryption(Cell(True, key.at), key), **lacks("encryption_declared")}
    yield database_row(res, "dms", text(res, "replication_instance_id"), **columns, public_access=res.get("publicly_accessible").as_bool().default(False))


@REGISTRY.adapter("aws_lightsail_database")
def lightsail(res: Resource, world: World) -> Iterator[Row]:
    """Lightsail databases: always encrypted, private and with seven days of backups unless said."""
    backups = res.get("backup_retention_enabled").as_bool().default(True).map(lambda v: 7 if v else 0)
    yield database_row(
        res, text(res, "blueprint_id"), text(res, "relational_database_name"), public_access=res.get("publicly_accessible").as_bool().default(False),
        backup_retention_days=backups, version="",
    )  # fmt: skip
