"""TencentDB for MySQL: instances and what separate resources set for them (TDE, SSL, audit, backups)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from compliance.collect.terraform.providers.common import encryption, log_source
from compliance.collect.terraform.providers.tencentcloud.registry import REGISTRY
from compliance.collect.terraform.providers.tencentcloud.settings import (
    Columns,
    database_row,
    linked_presence,
    linked_setting,
    owner,
    parts,
    place_row,
    place_rows,
    switch,
)
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import ABSENT, Cell, Reason, Unknown
from compliance.model.row import Row

INSTANCES: Final = ("tencentcloud_mysql_instance", "tencentcloud_mysql_dr_instance")
TDE: Final = "tencentcloud_mysql_instance_encryption_operation"
_SSL: Final = "tencentcloud_mysql_ssl"
_AUDIT: Final = "tencentcloud_mysql_audit_service"
_BACKUP: Final = "tencentcloud_mysql_backup_policy"
_READS: Final = (TDE, _SSL, _AUDIT, _BACKUP)


@REGISTRY.adapter(*INSTANCES, reads=_READS)
def instance(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages mysql_instance, mysql_dr_instance, mysql_instance_encryption_operation, mysql_ssl,
    mysql_audit_service, mysql_backup_policy.

    Defaults: no transparent encryption, no SSL, no public address, no audit, backups kept 7 days,
    no protection against destruction.
    """
    yield database_row(
        resource,
        "mysql",
        name=resource.get("instance_name").as_str(),
        version=resource.get("engine_version").as_str().default("5.7"),
        **tde(resource, world),
        public_access=switch(resource.get("internet_service")).default(False),
        tls_required=_tls(resource, world),
        audit_logging=linked_presence(world, resource, "instance_id", _AUDIT).default(False),
        backup_retention_days=linked_setting(world, resource, "mysql_id", _BACKUP, "retention_period").as_int().default(7),
        deletion_protection=switch(resource.get("destroy_protect")).default(False),
    )
    if resource.type.endswith("dr_instance"):
        yield place_row(resource, "master", "replication", resource.get("master_region"))


@REGISTRY.adapter("tencentcloud_mysql_readonly_instance", reads=_READS)
def readonly(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page mysql_readonly_instance: encrypted and backed up as the primary is; no public address."""
    primary = owner(world, resource.get("master_instance_id"), *INSTANCES)
    yield database_row(
        resource,
        "mysql",
        name=resource.get("instance_name").as_str(),
        version=primary.get("engine_version").as_str().default("5.7") if primary else ABSENT,
        **(tde(primary, world) if primary else encryption(_of_primary(resource))),
        tls_required=_tls(resource, world) if _has_ssl(resource, world) or not primary else _tls(primary, world),
        audit_logging=linked_presence(world, resource, "instance_id", _AUDIT).default(False),
        deletion_protection=switch(resource.get("destroy_protect")).default(False),
    )
    region = resource.get("master_region")
    if not region.absent:
        yield place_row(resource, "master", "replication", region)


def tde(resource: Resource, world: World) -> Columns:
    """The encryption columns: transparent encryption is switched on by a resource of its own, for good."""
    on = linked_presence(world, resource, "instance_id", TDE).default(False)
    return encryption(on, linked_setting(world, resource, "instance_id", TDE, "key_id"))


def _of_primary(resource: Resource) -> Cell:
    master = resource.get("master_instance_id")
    detail = master.refs[0] if master.refs else "master_instance_id"
    return Cell(Unknown(Reason("unresolved_reference", detail)), master.at)


def _has_ssl(resource: Resource, world: World) -> bool:
    return bool(parts(world, resource, "instance_id", _SSL))


def _tls(resource: Resource, world: World) -> Cell:
    """SSL is on, unless a parameter says that clear text stays allowed.

    ``require_secure_transport`` decides where it is written; otherwise an instance with SSL on counts
    as one that asks for it.
    """
    forced = switch(resource.get("parameters.require_secure_transport"))
    if not forced.absent:
        return forced
    return switch(linked_setting(world, resource, "instance_id", _SSL, "status")).default(False)


@REGISTRY.adapter("tencentcloud_mysql_cls_log_attachment")
def delivery(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page mysql_cls_log_attachment: error or slow-query log, perhaps to a log topic in another region."""
    yield log_source(resource, "database", Cell(True, resource.at), resource.get("log_topic"), "query")
    region = resource.get("cls_region")
    if not region.absent:
        yield place_row(resource, "cls", "log_delivery", region)


@REGISTRY.adapter("tencentcloud_mysql_remote_backup_config")
def remote_backup(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page mysql_remote_backup_config: regions that receive copies of the backups."""
    if switch(resource.get("remote_backup_save")).value is not False:
        yield from place_rows(resource, "remote", "backup", resource.get("remote_region"))
