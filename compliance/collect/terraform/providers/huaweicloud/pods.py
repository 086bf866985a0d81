"""Pods of the Cloud Container Instance (CCI), the serverless container service."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from compliance.collect.container_facts import DANGEROUS_CAPABILITIES, image_pinned
from compliance.collect.terraform.providers.common import strings
from compliance.collect.terraform.providers.huaweicloud.registry import REGISTRY
from compliance.collect.terraform.providers.huaweicloud.settings import common, first
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import Cell, any_true
from compliance.model.row import NO_SETTING, Row, make_row

# resource type -> where its pod is described
_PODS: Final = {"huaweicloud_cciv2_deployment": "template.spec", "huaweicloud_cciv2_pod": ""}


@REGISTRY.adapter(*_PODS)
def pods(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages cciv2_deployment, cciv2_pod (documented as incubating): one row a container.

    A pod has a machine of its own: there is no host network, host path or privileged mode to set.
    """
    path = _PODS[resource.type]
    for pod in resource.blocks(path) if path else [resource]:
        for group in ("init_containers", "containers"):
            for number, container in enumerate(pod.blocks(group)):
                yield _row(resource, pod, container, f"{group}/{number}")


def _row(resource: Resource, pod: Block, container: Block, suffix: str) -> Row:
    image = container.get("image").as_str()
    added = list(_added(container))
    return make_row(
        "container",
        container.at,
        **common(resource),
        container_id=f"{resource.id}/{suffix}",
        platform="kubernetes",
        workload=resource.id,
        name=container.get("name").as_str().default(""),
        image=image.default(""),
        image_pinned=image_pinned(image).default(False),
        privileged=NO_SETTING,
        runs_as_root=_root(pod, container),
        privilege_escalation=NO_SETTING,
        host_network=NO_SETTING,
        host_pid=NO_SETTING,
        dangerous_capabilities=any_true(name.map(_dangerous) for name in added).default(False),
        drops_all_capabilities=NO_SETTING,
        read_only_root=container.get("security_context.read_only_root_file_system").as_bool().default(False),
        host_path_mount=NO_SETTING,
        seccomp_unconfined=NO_SETTING,
        service_account_token=NO_SETTING,
        remote_add=NO_SETTING,
    )


def _root(pod: Block, container: Block) -> Cell:
    """Kubernetes API, SecurityContext: a container's own setting wins; nothing forbids root by default."""

    def setting(name: str) -> Cell:
        own = container.get(f"security_context.{name}")
        return own if not own.absent else first(pod, f"security_context.{name}")

    user = setting("run_as_user").as_int()
    if not user.absent:
        return user.map(lambda number: number == 0)
    return setting("run_as_non_root").as_bool().default(False).map(lambda forbidden: not forbidden)


def _added(container: Block) -> Iterator[Cell]:
    for block in container.blocks("security_context.capabilities"):
        yield from strings(block.get("add"))


def _dangerous(name: object) -> bool:
    return str(name).upper().removeprefix("CAP_") in DANGEROUS_CAPABILITIES
