"""RDS, Aurora, DocumentDB and Neptune.

Provider pages: aws_db_instance, aws_rds_cluster, aws_rds_cluster_instance, aws_rds_global_cluster, aws_db_parameter_group,
aws_rds_cluster_parameter_group, aws_docdb_cluster, aws_docdb_cluster_parameter_group, aws_docdbelastic_cluster, aws_neptune_cluster,
aws_neptune_cluster_instance, aws_neptune_cluster_parameter_group, aws_db_instance_automated_backups_replication, aws_db_proxy.
Parameters that force TLS: Amazon RDS User Guide "Using SSL/TLS with a MySQL / PostgreSQL / SQL Server DB instance" (``require_secure_transport``,
``rds.force_ssl``), Amazon DocumentDB "Encrypting data in transit" (``tls``), Amazon Neptune "Neptune parameters" (``neptune_enforce_ssl``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from compliance.collect.terraform.providers.aws.registry import REGISTRY
from compliance.collect.terraform.providers.aws.settings import database_row, text, volume_row
from compliance.collect.terraform.providers.common import encryption, first_stated, lacks, place, pointed, unknown
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import Cell
from compliance.model.row import NO_SETTING, Row

_TLS_PARAMETERS: Final = ("rds.force_ssl", "require_secure_transport", "neptune_enforce_ssl", "tls")
# Log types that say who connected or what was asked; error and upgrade logs do not.
_ACCESS_LOGS: Final = frozenset({"audit", "general", "slowquery", "postgresql", "instance", "listener", "profiler"})


def parameter(group: Block | None, *names: str) -> Cell:
    """The value of a server parameter in a parameter group; absent when it does not say."""
    for block in group.blocks("parameter") if group is not None else ():
        name = block.get("name")
        if name.unknown:
            return Cell(name.value, block.at)
        if name.value in names:
            return block.get("value")
    return Cell()


def _forced_by_default(family: str) -> bool:
    """Families whose default already refuses clear text: PostgreSQL 15, Aurora PostgreSQL 17, MySQL 8.4 not, MariaDB 11.8."""
    found = re.fullmatch(r"(aurora-postgresql|postgres|mariadb|docdb|neptune)(\d+(?:\.\d+)?)?.*", family)
    if found is None:
        return False
    version = float(found[2] or 0)
    return {"postgres": version >= 15, "aurora-postgresql": version >= 17, "mariadb": version >= 11.8, "docdb": True, "neptune": True}[found[1]]


def _tls_required(group: Resource | None) -> Any:
    """What the named parameter group says, else the default of its family.

    The groups that AWS makes cannot be changed, so without a group of this repository there is nothing to set.
    """
    if group is None:
        return NO_SETTING
    value = parameter(group, *_TLS_PARAMETERS)
    if value.absent:
        return Cell(group.get("family").as_str().map(_forced_by_default).default(False).value, group.at)
    # DocumentDB also knows tls1.2+, tls1.3+ and fips-140-3: every one of them refuses clear text.
    return value.map(lambda v: True if str(v).lower().startswith(("tls", "fips")) else v).as_bool()


# Parameters that make the server write who connected or what was asked (PostgreSQL "Error reporting and logging"; RDS User Guide "pgAudit",
# "MySQL general log", "MariaDB audit plugin"), with the values that do not.
_LOG_PARAMETERS: Final = ("log_statement", "pgaudit.log", "log_connections", "general_log", "server_audit_logging")


def _access_logs(cell: Cell, engine: object = "", group: Block | None = None) -> Cell:
    """Whether an export list names a log of connections or queries, or a parameter switches one on; SQL Server writes logins to its error log."""
    switched = parameter(group, *_LOG_PARAMETERS).as_str().map(lambda v: v.lower() not in ("none", "off", "0", "false", ""))
    if switched.value is True:
        return switched
    kinds = cell.value if isinstance(cell.value, list) else []
    wanted = _ACCESS_LOGS | {"error"} if str(engine).startswith("sqlserver") else _ACCESS_LOGS
    if any(isinstance(k, str) and k in wanted for k in kinds):
        return Cell(True, cell.at)
    doubt = next((k for k in kinds if not isinstance(k, str)), None)
    return Cell(doubt, cell.at) if doubt is not None else cell.map(lambda _: False).default(False)


def _encrypted(res: Resource, default: bool = False) -> Cell:
    """In clear unless said; one restored from a snapshot or another database takes over its encryption."""
    stated = res.get("storage_encrypted").as_bool()
    origins = ("snapshot_identifier", "restore_to_point_in_time", "replication_source_identifier", "source_db_cluster_identifier")
    if stated.absent and any(res.has(o) for o in origins):
        return unknown("known_after_apply", "storage_encrypted")
    return stated.default(default)


@REGISTRY.adapter("aws_db_instance", reads=("aws_db_parameter_group",))
def instance(res: Resource, world: World) -> Iterator[Row]:
    """Instances: in clear, private, no automatic backups, no exported logs unless said; a replica takes over encryption and backups."""
    group = pointed(world, res.get("parameter_group_name"), "aws_db_parameter_group")
    replica = res.has("replicate_source_db")
    secured: dict[str, Any] = encryption(_encrypted(res), res.get("kms_key_id"))
    backups: Any = res.get("backup_retention_period").as_int().default(0)
    if replica and res.get("storage_encrypted").absent:
        secured = lacks("encrypted", "encryption_declared", "customer_managed_key")
    if replica and res.get("backup_retention_period").absent:
        backups = NO_SETTING
    yield database_row(
        res, text(res, "engine"), text(res, "identifier", "identifier_prefix", "name"), **secured, public_access=res.get("publicly_accessible").as_bool().default(False),
        tls_required=_tls_required(group), audit_logging=_access_logs(res.get("enabled_cloudwatch_logs_exports"), res.get("engine").value, group), backup_retention_days=backups,
        deletion_protection=res.get("deletion_protection").as_bool().default(False),
    )  # fmt: skip


@REGISTRY.adapter("aws_rds_cluster", reads=("aws_rds_cluster_parameter_group",))
def cluster(res: Resource, world: World) -> Iterator[Row]:
    """Aurora and Multi-AZ clusters: in clear (serverless: encrypted), one day of backups, no exported logs unless said."""
    group = pointed(world, res.get("db_cluster_parameter_group_name"), "aws_rds_cluster_parameter_group")
    secured = encryption(_encrypted(res, default=res.get("engine_mode").value == "serverless"), res.get("kms_key_id"))
    yield database_row(
        res, res.get("engine").as_str().default("aurora"), text(res, "cluster_identifier", "cluster_identifier_prefix"), **secured, tls_required=_tls_required(group),
        audit_logging=_access_logs(res.get("enabled_cloudwatch_logs_exports"), "", group), backup_retention_days=res.get("backup_retention_period").as_int().default(1),
        deletion_protection=res.get("deletion_protection").as_bool().default(False),
    )  # fmt: skip


@REGISTRY.adapter("aws_rds_cluster_instance", "aws_neptune_cluster_instance", "aws_docdb_cluster_instance")
def member(res: Resource, world: World) -> Iterator[Row]:
    """Members of a cluster: only the public address is their own; DocumentDB has none."""
    engine = {"aws_docdb_cluster_instance": "mongodb", "aws_neptune_cluster_instance": "neptune"}.get(res.type, "aurora")
    if res.type != "aws_docdb_cluster_instance":
        yield database_row(res, res.get("engine").as_str().default(engine), text(res, "identifier"), public_access=res.get("publicly_accessible").as_bool().default(False))


@REGISTRY.adapter("aws_rds_global_cluster", "aws_docdb_global_cluster", "aws_neptune_global_cluster")
def global_cluster(res: Resource, world: World) -> Iterator[Row]:
    """Global databases: in clear unless said, or as the cluster they are made from; their members say where the data goes."""
    if res.has("source_db_cluster_identifier") and res.get("storage_encrypted").absent:
        return
    yield database_row(
        res, text(res, "engine"), text(res, "global_cluster_identifier"), **encryption(_encrypted(res)), deletion_protection=res.get("deletion_protection").as_bool().default(False)
    )


@REGISTRY.adapter("aws_docdb_cluster", "aws_neptune_cluster", reads=("aws_docdb_cluster_parameter_group", "aws_neptune_cluster_parameter_group"))
def other_cluster(res: Resource, world: World) -> Iterator[Row]:
    """DocumentDB and Neptune: in clear, one day of backups, TLS required, no audit log unless said."""
    documents = res.type == "aws_docdb_cluster"
    if documents:
        group = pointed(world, res.get("db_cluster_parameter_group_name"), "aws_docdb_cluster_parameter_group")
    else:
        group = pointed(world, res.get("neptune_cluster_parameter_group_name"), "aws_neptune_cluster_parameter_group")
    tls = _tls_required(group)
    logs = res.get("enabled_cloudwatch_logs_exports" if documents else "enable_cloudwatch_logs_exports")
    yield database_row(
        res, "mongodb" if documents else "neptune", text(res, "cluster_identifier", "cluster_identifier_prefix"), **encryption(_encrypted(res), res.get("kms_key_id")),
        tls_required=True if group is None else tls, audit_logging=_access_logs(logs), backup_retention_days=res.get("backup_retention_period").as_int().default(1),
        deletion_protection=res.get("deletion_protection").as_bool().default(False),
    )  # fmt: skip


@REGISTRY.adapter("aws_docdbelastic_cluster")
def elastic_documents(res: Resource, world: World) -> Iterator[Row]:
    """Elastic clusters are always encrypted and always speak TLS."""
    key = res.get("kms_key_id")
    columns = {**encryption(Cell(True, key.at), key), **lacks("encryption_declared")}
    yield database_row(res, "mongodb", text(res, "name"), **columns, tls_required=True, backup_retention_days=res.get("backup_retention_period").as_int().default(1))


@REGISTRY.adapter("aws_db_proxy")
def proxy(res: Resource, world: World) -> Iterator[Row]:
    """A proxy accepts clear text unless ``require_tls`` is said."""
    yield database_row(res, text(res, "engine_family"), text(res, "name"), tls_required=res.get("require_tls").as_bool().default(False))


@REGISTRY.adapter("aws_db_instance_automated_backups_replication")
def backup_replication(res: Resource, world: World) -> Iterator[Row]:
    """Automatic backups copied to the region of this resource."""
    yield place(res, "replication", "backup", Cell(res.region.value))


@REGISTRY.adapter("aws_db_snapshot", "aws_db_cluster_snapshot", "aws_neptune_cluster_snapshot", "aws_docdb_cluster_snapshot")
def snapshot(res: Resource, world: World) -> Iterator[Row]:
    """A snapshot is as encrypted as the database of this repository it is taken of; nothing is known of another one."""
    source = first_stated(res, "db_instance_identifier", "db_cluster_identifier")
    origin = pointed(world, source, "aws_db_instance", "aws_rds_cluster", "aws_neptune_cluster", "aws_docdb_cluster", by=("identifier", "cluster_identifier", "id"))
    stated = res.get("storage_encrypted").as_bool()
    if origin is not None:
        encrypted = _encrypted(origin, default=origin.get("engine_mode").value == "serverless")
        yield volume_row(res, "snapshot", encryption(Cell(encrypted.value, source.at), declared=False))
    elif not stated.absent:
        yield volume_row(res, "snapshot", encryption(stated))


@REGISTRY.adapter("aws_docdb_cluster_parameter_group", "aws_redshift_parameter_group")
def lone_group(res: Resource, world: World) -> Iterator[Row]:
    """Parameters for databases made elsewhere: DocumentDB requires TLS and writes no audit log unless said, Redshift accepts clear text unless said."""
    documents = res.type == "aws_docdb_cluster_parameter_group"
    users = ("aws_docdb_cluster", "db_cluster_parameter_group_name") if documents else ("aws_redshift_cluster", "cluster_parameter_group_name")
    if any(pointed(world, u.get(users[1]), res.type) is res for u in world.of_type(users[0])):
        return
    columns: dict[str, Any]
    if documents:
        logs = parameter(res, "audit_logs").as_str().map(lambda v: v.lower() not in ("disabled", "none")).default(False)
        columns = {"tls_required": _tls_required(res), "audit_logging": logs}
    else:
        columns = {"tls_required": parameter(res, "require_ssl").as_bool().default(False)}
    yield database_row(res, "mongodb" if documents else "warehouse", text(res, "name"), version="", **columns)
