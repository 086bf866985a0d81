"""EC2, launch templates, EKS, ECS.

Provider pages: aws_instance, aws_launch_template, aws_launch_configuration, aws_eks_cluster, aws_ecs_task_definition.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from compliance.collect.terraform.providers.aws import REGISTRY
from compliance.collect.terraform.providers.common import any_source, encryption, identity, log_source, presence
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, any_true
from compliance.model.row import NO_SETTING, Row, make_row


@REGISTRY.adapter("aws_instance", "aws_launch_template", "aws_launch_configuration")
def instance(res: Resource, world: World) -> Iterator[Row]:
    """Machines: tokens optional unless said; disks in clear unless said or the account default encrypts."""
    tokens = res.get("metadata_options.http_tokens").equals("required").default(False)
    endpoint = res.get("metadata_options.http_endpoint").equals("disabled").default(False)
    public = res.get("associate_public_ip_address").as_bool()
    if public.absent:
        public = any_true(b.get("associate_public_ip_address").as_bool() for b in res.blocks("network_interfaces")).default(False)
    yield make_row(
        "compute_instance", res.at, resource_id=res.id, name=res.get("tags.Name").as_str().default(""), **identity(res), public_ip=public,
        metadata_tokens_required=any_true([tokens, endpoint]), password_login=NO_SETTING, deletion_protection=res.get("disable_api_termination").as_bool().default(False),
    )  # fmt: skip
    default = any_true(d.get("enabled").as_bool().default(True) for d in world.of_type("aws_ebs_encryption_by_default")).default(False)
    for kind in ("root_block_device", "ebs_block_device", "block_device_mappings.ebs"):
        for index, block in enumerate(res.blocks(kind)):
            encrypted = block.get("encrypted").as_bool()
            yield make_row(
                "block_volume", block.at, resource_id=f"{res.id}/{kind.partition('.')[0]}/{index}", volume_kind="instance_disk", **identity(res),
                **encryption(encrypted if not encrypted.absent else default, block.get("kms_key_id")), tls_required=NO_SETTING,
            )  # fmt: skip
    if res.type != "aws_launch_template" and not res.blocks("root_block_device"):
        yield make_row(
            "block_volume", res.at, resource_id=f"{res.id}/root_block_device/0", volume_kind="instance_disk", **identity(res), **encryption(default), tls_required=NO_SETTING
        )


@REGISTRY.adapter("aws_eks_cluster")
def cluster(res: Resource, world: World) -> Iterator[Row]:
    """EKS: public endpoint open to all, no secrets encryption, no logs unless said."""
    public = res.get("vpc_config.endpoint_public_access").as_bool().default(True)
    sources = res.get("vpc_config.public_access_cidrs")
    yield make_row(
        "cluster", res.at, resource_id=res.id, name=res.get("name").as_str().default(""), version=res.get("version").as_str().default(""), **identity(res),
        public_endpoint=public, endpoint_any_source=any_source(sources) if not sources.absent else Cell(True, public.at),
        secrets_encrypted=presence(res, "encryption_config"), deletion_protection=res.get("deletion_protection").as_bool().default(False),
    )  # fmt: skip
    types = res.get("enabled_cluster_log_types")
    audit = types.map(lambda v: "audit" in v if isinstance(v, list) else False).default(False)
    yield log_source(res, "cluster", audit, event="admin")


_CAPABILITIES = frozenset({"ALL", "SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE", "SYS_MODULE", "DAC_READ_SEARCH", "SYS_RAWIO"})


@REGISTRY.adapter("aws_ecs_task_definition")
def task(res: Resource, world: World) -> Iterator[Row]:
    """ECS tasks: containers of the definition's JSON; EFS volumes mount in clear unless said."""
    cell = res.get("container_definitions")
    text = cell.value if cell.known else getattr(cell.value, "text", None)
    try:
        definitions: Any = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        definitions = None
    for index, item in enumerate(definitions if isinstance(definitions, list) else []):
        if not isinstance(item, dict):
            continue
        linux = item.get("linuxParameters") or {}
        added = set((linux.get("capabilities") or {}).get("add") or []) if isinstance(linux, dict) else set()
        image = str(item.get("image", ""))
        yield make_row(
            "container", cell.at or res.at, container_id=f"{res.id}/{item.get('name', index)}", platform="ecs", workload=res.name, name=str(item.get("name", "")), image=image, **identity(res),
            image_pinned="@" in image or (":" in image.rpartition("/")[2] and not image.endswith(":latest")), privileged=item.get("privileged") is True,
            runs_as_root=str(item.get("user", "root")).partition(":")[0] in ("root", "0"), privilege_escalation=NO_SETTING,
            host_network=res.get("network_mode").equals("host").default(False), host_pid=res.get("pid_mode").equals("host").default(False),
            dangerous_capabilities=bool(added & _CAPABILITIES), drops_all_capabilities=NO_SETTING, read_only_root=item.get("readonlyRootFilesystem") is True,
            host_path_mount=NO_SETTING, seccomp_unconfined=NO_SETTING, service_account_token=NO_SETTING, remote_add=NO_SETTING,
        )  # fmt: skip
