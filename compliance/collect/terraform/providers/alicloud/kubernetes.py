"""Container Service (ACK): clusters and node pools."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from compliance.collect.terraform.providers.alicloud.compute import password_login, public_bandwidth, tokens_required
from compliance.collect.terraform.providers.alicloud.log_rows import log_source_row, log_store_row
from compliance.collect.terraform.providers.alicloud.registry import REGISTRY
from compliance.collect.terraform.providers.alicloud.settings import any_stated, common, first, leaves, named_key_encrypts, word
from compliance.collect.terraform.providers.alicloud.volumes import disk_encryption, instance_disks, volume_row
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, all_true
from compliance.model.row import NO_SETTING, Row, make_row

_MANAGED: Final = "alicloud_cs_managed_kubernetes"
_SERVERLESS: Final = "alicloud_cs_serverless_kubernetes"


@REGISTRY.adapter(_MANAGED, "alicloud_cs_kubernetes", "alicloud_cs_edge_kubernetes", _SERVERLESS)
def cluster(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages cs_managed_kubernetes, cs_kubernetes, cs_edge_kubernetes, cs_serverless_kubernetes.

    Defaults: the API server is public (``slb_internet_enabled`` true), except for serverless clusters;
    secrets are not encrypted with a key of the firm; no deletion protection; no control plane logs.
    The load balancer of a public API server admits every address.
    """
    if resource.type == _SERVERLESS:
        public = resource.get("endpoint_public_access_enabled").as_bool().default(False)
    else:
        public = resource.get("slb_internet_enabled").as_bool().default(True)
    yield make_row(
        "cluster",
        resource.at,
        **common(resource),
        resource_id=resource.id,
        name=first(resource, "name", "name_prefix").as_str(),
        version=resource.get("version").as_str(),
        public_endpoint=public,
        endpoint_any_source=public,
        secrets_encrypted=_secrets(resource),
        deletion_protection=resource.get("deletion_protection").as_bool().default(False),
    )
    yield log_source_row(resource, "cluster", "admin", _logged(resource), first(resource, "control_plane_log_project"))
    yield from _control_plane_log(resource)
    yield from _worker_disks(resource, world)


def _secrets(resource: Resource) -> Any:
    if resource.type in ("alicloud_cs_kubernetes", "alicloud_cs_edge_kubernetes"):
        return NO_SETTING
    off = resource.get("disable_encryption").as_bool()
    named = named_key_encrypts(resource.get("encryption_provider_key"))
    return named if off.absent else all_true((named, off.map(lambda value: not value)))


def _logged(resource: Resource) -> Cell:
    components = resource.get("control_plane_log_components")
    audit = resource.get("audit_log_config.enabled").as_bool()
    cells = [audit.default(False), components if components.unknown else Cell(bool(leaves(components)), components.at)]
    if resource.blocks("log_config"):
        cells.append(Cell(True, resource.blocks("log_config")[0].at))
    cells.append(resource.get("logging_type").equals("sls").default(False))
    for addon in resource.blocks("addons"):
        if word(addon.get("name")).startswith(("logtail-ds", "loongcollector")):
            cells.append(addon.get("disabled").as_bool().default(False).map(lambda off: not off))
    return any_stated(*cells)


def _control_plane_log(resource: Resource) -> Iterator[Row]:
    if leaves(resource.get("control_plane_log_components")):
        days = resource.get("control_plane_log_ttl").as_int().default(30)
        name = resource.get("control_plane_log_project").default("")
        yield log_store_row(resource, f"{resource.id}/control_plane_log", name, "log_project", days)


def _worker_disks(resource: Resource, world: World) -> Iterator[Row]:
    for number, disk in enumerate(resource.blocks("worker_data_disks")):
        columns = disk_encryption(world, disk.get("encrypted"), disk.get("kms_key_id"))
        yield volume_row(resource, f"/worker_data_disk/{number}", "instance_disk", disk.get("name"), columns, at=disk.at)


@REGISTRY.adapter("alicloud_cs_kubernetes_node_pool")
def node_pool(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page cs_kubernetes_node_pool: disks unencrypted and metadata without tokens by default."""
    yield make_row(
        "compute_instance",
        resource.at,
        **common(resource),
        resource_id=resource.id,
        name=first(resource, "node_pool_name", "name").as_str(),
        public_ip=public_bandwidth(resource.get("internet_max_bandwidth_out")).default(False),
        metadata_tokens_required=tokens_required(resource, "instance_metadata_options.").default(False),
        password_login=password_login(resource, "key_name"),
        deletion_protection=NO_SETTING,
    )
    yield from instance_disks(resource, world, resource, "system_disk_", "data_disks")
