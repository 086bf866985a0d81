"""Places that data is sent to: peering, synchronisation, accelerators, engines in other regions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from compliance.collect.terraform.providers.tencentcloud.registry import REGISTRY
from compliance.collect.terraform.providers.tencentcloud.settings import place_rows
from compliance.collect.terraform.resource import Resource, World
from compliance.model.row import Row

# resource type -> (kind of location, attributes that name a region); from the provider page of each type
_REGIONS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "tencentcloud_vpc_peer_connect_manager": ("peering", ("destination_region",)),
    "tencentcloud_ccn_attachment": ("peering", ("instance_region",)),
    "tencentcloud_ccn_attachment_v2": ("peering", ("instance_region",)),
    "tencentcloud_ccn_bandwidth_limit": ("peering", ("dst_region",)),
    "tencentcloud_dts_sync_job": ("replication", ("src_region", "dst_region")),
    "tencentcloud_dts_migrate_service": ("replication", ("src_region", "dst_region")),
    "tencentcloud_dts_migrate_job": ("replication", ("src_info.region", "dst_info.region")),
    "tencentcloud_gaap_proxy": ("upstream", ("access_region", "realserver_region")),
    "tencentcloud_ga2_accelerate_area": ("cdn", ("accelerate_region",)),
    "tencentcloud_ga2_endpoint_group": ("upstream", ("endpoint_group_configuration.endpoint_group_region",)),
    "tencentcloud_tse_instance": ("resource", ("engine_region",)),
    "tencentcloud_tse_cngw_gateway": ("resource", ("engine_region",)),
    "tencentcloud_gaap_proxy_group": ("upstream", ("real_server_region",)),
    "tencentcloud_waf_log_post_cls_flow": ("log_delivery", ("cls_region",)),
    "tencentcloud_waf_log_post_ckafka_flow": ("log_delivery", ("ckafka_region",)),
    "tencentcloud_apm_instance": ("log_delivery", ("log_region",)),
    "tencentcloud_css_snapshot_template": ("replication", ("cos_region",)),
    "tencentcloud_cls_cos_recharge": ("upstream", ("bucket_region",)),
    "tencentcloud_kubernetes_encryption_protection": ("resource", ("kms_configuration.kms_region",)),
}


@REGISTRY.adapter(*_REGIONS)
def regions(res: Resource, world: World) -> Iterator[Row]:
    """Provider page of each type of the table: one row a region that the resource names (a list gives one row an element)."""
    kind, attributes = _REGIONS[res.type]
    for attribute in attributes:
        yield from place_rows(res, attribute, kind, res.get(attribute))


@REGISTRY.adapter(
    "tencentcloud_mongodb_instance", "tencentcloud_mongodb_sharding_instance", "tencentcloud_mongodb_readonly_instance",
    "tencentcloud_mongodb_standby_instance",
)  # fmt: skip
def mongodb_zone(res: Resource, world: World) -> Iterator[Row]:
    """Provider pages mongodb_instance, ...: ``available_zone``; what others call ``availability_zone`` the collector reads for every type.

    The region of the provider configuration says the same once for all; a zone tells more only where that
    region is not known or is another one.
    """
    cell = res.get("available_zone").as_str()
    if cell.known and not (res.region.known and str(cell.value).startswith(str(res.region.value))):
        yield from place_rows(res, "available_zone", "resource", cell)
