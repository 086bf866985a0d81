"""ECS, container clusters.

Provider pages: alicloud_instance, alicloud_launch_template, alicloud_cs_kubernetes, alicloud_cs_managed_kubernetes.
"""

from __future__ import annotations

from collections.abc import Iterator

from compliance.collect.terraform.providers.alicloud import REGISTRY
from compliance.collect.terraform.providers.common import encryption, identity, log_source, presence
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell
from compliance.model.row import NO_SETTING, Row, make_row


@REGISTRY.adapter("alicloud_instance", "alicloud_launch_template", "alicloud_ecs_launch_template")
def instance(res: Resource, world: World) -> Iterator[Row]:
    """Machines: no public bandwidth, metadata tokens optional, disks in clear unless said."""
    bandwidth = res.get("internet_max_bandwidth_out").as_int().default(0)
    yield make_row(
        "compute_instance", res.at, resource_id=res.id, name=res.get("instance_name").as_str().default(""), **identity(res), public_ip=bandwidth.map(lambda v: v > 0),
        metadata_tokens_required=res.get("http_tokens").equals("required").default(False), password_login=Cell(not res.get("password").absent, res.get("password").at),
        deletion_protection=res.get("deletion_protection").as_bool().default(False),
    )  # fmt: skip
    if res.type == "alicloud_instance":
        key = res.get("system_disk_kms_key_id")
        yield make_row(
            "block_volume", res.at, resource_id=f"{res.id}/system_disk", volume_kind="instance_disk", **identity(res),
            **encryption(res.get("system_disk_encrypted").as_bool().default(not key.absent), key), tls_required=NO_SETTING,
        )  # fmt: skip
    for index, block in enumerate(res.blocks("data_disks")):
        yield make_row(
            "block_volume", block.at, resource_id=f"{res.id}/data_disks/{index}", volume_kind="instance_disk", **identity(res),
            **encryption(block.get("encrypted").as_bool().default(False), block.get("kms_key_id")), tls_required=NO_SETTING,
        )  # fmt: skip


@REGISTRY.adapter(
    "alicloud_cs_managed_kubernetes",
    "alicloud_cs_kubernetes",
    "alicloud_cs_serverless_kubernetes",
    "alicloud_cs_edge_kubernetes",
)
def cluster(res: Resource, world: World) -> Iterator[Row]:
    """Clusters: public API server on unless said otherwise (managed and dedicated), secrets in clear."""
    serverless = res.type == "alicloud_cs_serverless_kubernetes"
    public = res.get("endpoint_public_access_enabled").as_bool().default(False) if serverless else res.get("slb_internet_enabled").as_bool().default(True)
    yield make_row(
        "cluster", res.at, resource_id=res.id, name=res.get("name").as_str().default(""), version=res.get("version").as_str().default(""), **identity(res), public_endpoint=public,
        endpoint_any_source=Cell(True, public.at), secrets_encrypted=presence(res, "encryption_provider_key") if not serverless else NO_SETTING,
        deletion_protection=res.get("deletion_protection").as_bool().default(False),
    )  # fmt: skip
    if not serverless:
        components = res.get("control_plane_log_components")
        yield log_source(res, "cluster", Cell(not components.absent, components.at), event="admin")
