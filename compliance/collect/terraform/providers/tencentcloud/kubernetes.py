"""Tencent Kubernetes Engine: API server exposure, secrets, audit log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from compliance.collect.network import source_scope
from compliance.collect.terraform.providers.common import identity, log_source, strings
from compliance.collect.terraform.providers.tencentcloud.registry import REGISTRY
from compliance.collect.terraform.providers.tencentcloud.settings import either, names_key, place_row, switch
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell
from compliance.model.row import NO_SETTING, Row, make_row

_CLUSTER: Final = "tencentcloud_kubernetes_cluster"
_ENDPOINT: Final = "tencentcloud_kubernetes_cluster_endpoint"
_SECRETS: Final = "tencentcloud_kubernetes_encryption_protection"
_LOGS: Final = "tencentcloud_kubernetes_log_config"


@REGISTRY.adapter(_CLUSTER, reads=(_ENDPOINT, _SECRETS))
def cluster(res: Resource, world: World) -> Iterator[Row]:
    """Provider pages kubernetes_cluster, kubernetes_cluster_endpoint, kubernetes_encryption_protection.

    Defaults: no public API server, no deletion protection, secrets not encrypted with KMS, no audit log.  A
    public API server is limited by the security group it must name, or by the listed policies of older versions.
    """
    parts: list[Resource] = [res, *world.linked(res, "cluster_id", _ENDPOINT, by=("id",))]
    protected = world.linked(res, "cluster_id", _SECRETS, by=("id",))
    yield make_row(
        "cluster", res.at, resource_id=res.id, name=res.get("cluster_name").as_str().default(""), version=res.get("cluster_version").as_str().default(""),
        **identity(res), public_endpoint=either(*(switch(p.get("cluster_internet")) for p in parts)), endpoint_any_source=_any_source(parts),
        secrets_encrypted=Cell(bool(protected), protected[0].at if protected else None), deletion_protection=switch(res.get("deletion_protection")).default(False),
    )  # fmt: skip
    for block in res.blocks("cluster_audit"):
        yield log_source(res, "cluster", switch(block.get("enabled")), block.get("topic_id"), "admin")
    if not res.blocks("cluster_audit") and not world.linked(res, "cluster_id", _LOGS, by=("id",)):
        yield log_source(res, "cluster", Cell(False), event="admin")


def _any_source(parts: Sequence[Resource]) -> Cell:
    """Open to every address: no security group and no policy, or a policy that lets everyone in."""
    for part in parts:
        policies = strings(part.get("managed_cluster_internet_security_policies"))
        for item in policies:
            if item.unknown or source_scope(str(item.value)) == "any":
                return item if item.unknown else Cell(True, item.at)
        group = names_key(part.get("cluster_internet_security_group"))
        if policies or group.value is True:
            return Cell(False, group.at or policies[0].at)
        if group.unknown:
            return group
    place = next((c for p in parts for c in [p.get("cluster_internet")] if c.value is True), Cell())
    return Cell(True, place.at)


@REGISTRY.adapter(_ENDPOINT)
def lone_endpoint(res: Resource, world: World) -> Iterator[Row]:
    """Provider page kubernetes_cluster_endpoint, for a cluster that this repository does not declare."""
    link = res.get("cluster_id")
    if any((found := world.find(ref)) is not None and found.type == _CLUSTER for ref in link.refs):
        return
    yield make_row(
        "cluster", res.at, resource_id=res.id, name="", version="", **identity(res), public_endpoint=switch(res.get("cluster_internet")).default(False),
        endpoint_any_source=_any_source([res]), secrets_encrypted=NO_SETTING, deletion_protection=NO_SETTING,
    )  # fmt: skip


@REGISTRY.adapter("tencentcloud_kubernetes_control_plane_log")
def control_plane_log(res: Resource, world: World) -> Iterator[Row]:
    """Provider page kubernetes_control_plane_log: components whose log goes to CLS, perhaps in another region."""
    for number, block in enumerate(res.blocks("components")):
        region = block.get("topic_region")
        if not region.absent:
            yield place_row(res, f"components/{number}", "log_delivery", region)
    yield log_source(res, "cluster", Cell(True, res.at), res.get("components.topic_id"), "admin")
