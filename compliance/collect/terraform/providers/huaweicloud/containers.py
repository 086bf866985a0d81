"""Container clusters (CCE) and image registries (SWR)."""

from __future__ import annotations

from collections.abc import Iterable

from compliance.collect.terraform.providers.common import log_source
from compliance.collect.terraform.providers.huaweicloud.logs import log_store_row
from compliance.collect.terraform.providers.huaweicloud.registry import REGISTRY, types
from compliance.collect.terraform.providers.huaweicloud.settings import (
    UNENCRYPTABLE,
    common,
    encryption,
    first,
    linked,
    names_something,
    word,
)
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, any_true
from compliance.model.row import NO_SETTING, Row, make_row

_LOGS = "huaweicloud_cce_cluster_log_config"


@REGISTRY.adapter(*types("cce_cluster", "cce_cluster_v3", "cce_autopilot_cluster"), reads=(_LOGS,))
def cluster(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages cce_cluster, cce_autopilot_cluster, cce_cluster_log_config.

    A bound EIP is the public entrance; the security group that the service makes for the control plane admits
    every address to it until somebody narrows it (待核), and no attribute of the cluster does.  Defaults: no EIP,
    secrets not encrypted with a KMS key, control plane logs not collected.
    """
    autopilot = resource.type == "huaweicloud_cce_autopilot_cluster"
    mode = resource.get("encryption_config.mode")
    public = names_something(first(resource, "eip", "eip_id"))
    yield make_row(
        "cluster",
        resource.at,
        **common(resource),
        resource_id=resource.id,
        name=resource.get("name").as_str(),
        version=first(resource, "cluster_version", "version").as_str(),
        public_endpoint=public,
        endpoint_any_source=public,
        secrets_encrypted=NO_SETTING if autopilot else mode.equals("kms").default(False),
        deletion_protection=resource.get("deletion_protection").as_bool().default(False) if autopilot else NO_SETTING,
    )
    collected = []
    for config in linked(world, resource, "cluster_id", _LOGS):
        for block in config.blocks("log_configs"):
            if word(block.get("name")) == "audit" or block.get("name").unknown:
                enabled = block.get("enable").as_bool().default(False)
                collected.append(enabled if enabled.unknown else Cell(enabled.value, enabled.at or block.at))
    yield log_source(resource, "cluster", any_true(collected).default(False), Cell(""), "admin")


@REGISTRY.adapter(_LOGS)
def cluster_logs(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page cce_cluster_log_config: logs are kept seven days by default."""
    yield log_store_row(resource, Cell("cce"), resource.get("ttl_in_days").as_int().default(7))


@REGISTRY.adapter("huaweicloud_swr_repository")
def repository(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page swr_repository: private by default; scanning and immutable tags are no settings of it."""
    yield make_row(
        "container_registry",
        resource.at,
        **common(resource),
        **UNENCRYPTABLE,
        resource_id=resource.id,
        name=resource.get("name").as_str(),
        public_access=resource.get("is_public").as_bool().default(False),
        image_scanning=NO_SETTING,
        immutable_tags=NO_SETTING,
    )


@REGISTRY.adapter("huaweicloud_swr_enterprise_instance", reads=types("swr_enterprise_immutable_tag_rule"))
def enterprise(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages swr_enterprise_instance, swr_enterprise_immutable_tag_rule.

    Defaults: no anonymous access, bucket unencrypted.
    """
    rules = linked(world, resource, "instance_id", "huaweicloud_swr_enterprise_immutable_tag_rule")
    kind = resource.get("encrypt_type").as_str().map(lambda text: "SM4" if "sm4" in text.lower() else "AES-256")
    yield make_row(
        "container_registry",
        resource.at,
        **common(resource),
        **encryption(world, resource.get("obs_encrypt").as_bool().default(False), algorithm=kind.default("AES-256")),
        resource_id=resource.id,
        name=resource.get("name").as_str(),
        public_access=resource.get("anonymous_access").as_bool().default(False),
        image_scanning=NO_SETTING,
        immutable_tags=Cell(True, rules[0].at) if rules else Cell(False),
    )


@REGISTRY.adapter("huaweicloud_swr_enterprise_namespace")
def namespace(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page swr_enterprise_namespace: ``metadata.public``."""
    yield make_row(
        "container_registry",
        resource.at,
        **common(resource),
        **UNENCRYPTABLE,
        resource_id=resource.id,
        name=resource.get("name").as_str(),
        public_access=resource.get("metadata.public").as_bool().default(False),
        image_scanning=NO_SETTING,
        immutable_tags=NO_SETTING,
    )
