"""EKS, ECS, Batch and the container registry.

Provider pages: aws_eks_cluster, aws_ecs_task_definition, aws_batch_job_definition, aws_ecr_repository, aws_ecr_repository_policy,
aws_ecr_registry_scanning_configuration, aws_ecr_replication_configuration, aws_ecrpublic_repository.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from compliance.collect.terraform.providers.aws.registry import REGISTRY
from compliance.collect.terraform.providers.aws.settings import text
from compliance.collect.terraform.providers.common import any_source, encryption, identity, lacks, log_source, place, presence
from compliance.collect.terraform.providers.policy import is_public
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, Reason, Unknown, any_true
from compliance.model.row import NO_SETTING, Row, make_row

_CAPABILITIES: Final = frozenset({"ALL", "SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE", "SYS_MODULE", "DAC_READ_SEARCH", "SYS_RAWIO"})
_HOST_PATHS: Final = ("/", "/etc", "/root", "/proc", "/sys", "/dev", "/boot", "/var/run", "/run", "/var/lib/docker", "/var/lib/kubelet", "/home")
_FLAGS: Final = ("privileged", "runs_as_root", "host_network", "host_pid", "dangerous_capabilities", "read_only_root", "host_path_mount", "image_pinned")
_NEVER: Final = ("privilege_escalation", "drops_all_capabilities", "seccomp_unconfined", "service_account_token", "remote_add")


@REGISTRY.adapter("aws_eks_cluster")
def cluster(res: Resource, world: World) -> Iterator[Row]:
    """EKS: a public endpoint for every address, secrets without a key of one's own, no control plane logs unless said."""
    public = res.get("vpc_config.endpoint_public_access").as_bool().default(True)
    sources = res.get("vpc_config.public_access_cidrs")
    yield make_row(
        "cluster", res.at, resource_id=res.id, name=text(res, "name"), version=text(res, "version"), **identity(res), public_endpoint=public,
        endpoint_any_source=any_source(sources) if not sources.absent and sources.value != [] else Cell(True, sources.at or public.at), secrets_encrypted=presence(res, "encryption_config"),
        deletion_protection=res.get("deletion_protection").as_bool().default(False),
    )  # fmt: skip
    types = res.get("enabled_cluster_log_types")
    yield log_source(res, "cluster", types.map(lambda v: isinstance(v, list) and "audit" in v).default(False), event="admin")


def image_pinned(image: str) -> bool:
    """A digest, or a tag other than ``latest``."""
    return "@" in image or (":" in image.rpartition("/")[2] and not image.endswith(":latest"))


def _definitions(cell: Cell) -> Any:
    """The JSON behind an attribute, with ``${...}`` left in for parts nobody can tell; None when there is none."""
    content = cell.value if cell.known else getattr(cell.value, "text", None)
    if isinstance(content, (list, dict)):
        return content
    try:
        return json.loads(content) if isinstance(content, str) else None
    except (ValueError, RecursionError):
        return None


def _flag(item: Mapping[str, Any], name: str) -> bool:
    return str(item.get(name)).lower() == "true"


def _host_paths(res: Resource) -> Cell:
    """Volumes of a task that show the container sensitive folders of the host."""
    cells = [b.get("host_path") for b in res.blocks("volume")]
    return any_true(c.map(lambda v: str(v).rstrip("/") in _HOST_PATHS or str(v) == "/" or "docker.sock" in str(v)) for c in cells).default(False)


@REGISTRY.adapter("aws_ecs_task_definition")
def task(res: Resource, world: World) -> Iterator[Row]:
    """Containers of a task: JSON in one attribute; network and process spaces belong to the task."""
    cell = res.get("container_definitions")
    definitions = _definitions(cell)
    if not isinstance(definitions, list):
        reason = cell.value if cell.unknown else Unknown(Reason("unreadable_value", "container_definitions"))
        yield _container(res, cell, "0", {n: Cell(reason, cell.at) for n in ("name", "image", *_FLAGS)})
        return
    host_paths = _host_paths(res)
    names: set[str] = set()
    for index, item in enumerate(definitions):
        if isinstance(item, dict):
            name = str(item.get("name", index))
            yield _container(res, cell, name if name not in names else f"{name}/{index}", _columns(item, cell, res, host_paths))
            names.add(name)


def _columns(item: Mapping[str, Any], cell: Cell, res: Resource, host_paths: Cell) -> dict[str, Any]:
    linux = item.get("linuxParameters")
    capabilities = linux.get("capabilities") if isinstance(linux, dict) else None
    added = capabilities.get("add") if isinstance(capabilities, dict) else None
    image = str(item.get("image", ""))
    open_image = image.startswith("${") and image.endswith("}") and image.count("${") == 1
    user = str(item.get("user", "root")).partition(":")[0]
    return {
        "name": str(item.get("name", "")), "image": Cell(image, cell.at),
        "image_pinned": Cell(Unknown(Reason("unresolved_reference", image[2:-1][:60])) if open_image else image_pinned(image), cell.at),
        "privileged": Cell(_flag(item, "privileged"), cell.at), "runs_as_root": Cell(user in ("root", "0"), cell.at),
        "host_network": res.get("network_mode").equals("host").default(False), "host_pid": any_true(res.get(m).equals("host") for m in ("pid_mode", "ipc_mode")).default(False),
        "dangerous_capabilities": Cell(isinstance(added, list) and any(str(a) in _CAPABILITIES for a in added), cell.at),
        "read_only_root": Cell(_flag(item, "readonlyRootFilesystem"), cell.at), "host_path_mount": host_paths,
    }  # fmt: skip


def _container(res: Resource, cell: Cell, suffix: str, columns: dict[str, Any]) -> Row:
    return make_row("container", cell.at or res.at, container_id=f"{res.id}/{suffix}", platform="ecs", workload=text(res, "family"), **identity(res), **lacks(*_NEVER), **columns)


@REGISTRY.adapter("aws_batch_job_definition")
def job(res: Resource, world: World) -> Iterator[Row]:
    """Batch jobs: one container in a JSON attribute."""
    cell = res.get("container_properties")
    item = _definitions(cell)
    if not isinstance(item, dict):
        return
    image = str(item.get("image", ""))
    user = str(item.get("user", "root")).partition(":")[0]
    yield make_row(
        "container", cell.at or res.at, container_id=f"{res.id}/job", platform="ecs", workload=text(res, "name"), name="job", image=image, **identity(res),
        image_pinned=Cell(image_pinned(image), cell.at), privileged=Cell(_flag(item, "privileged"), cell.at), runs_as_root=Cell(user in ("root", "0"), cell.at),
        read_only_root=Cell(_flag(item, "readonlyRootFilesystem"), cell.at), **lacks(*_NEVER, "host_network", "host_pid", "dangerous_capabilities", "host_path_mount"),
    )  # fmt: skip


@REGISTRY.adapter("aws_ecr_repository", reads=("aws_ecr_repository_policy", "aws_ecr_registry_scanning_configuration"))
def registry(res: Resource, world: World) -> Iterator[Row]:
    """ECR is always AES-256; scanning on push and immutable tags are off unless said here or, for scanning, for the whole registry."""
    key = res.get("encryption_configuration.kms_key")
    policies = [p.get("policy") for p in world.linked(res, "repository", "aws_ecr_repository_policy", by=("name", "id"))]
    scanning = res.get("image_scanning_configuration.scan_on_push").as_bool()
    if scanning.value is not True and _registry_scans(world):
        scanning = Cell(True)
    mutability = res.get("image_tag_mutability").as_str()
    algorithm = res.get("encryption_configuration.encryption_type")
    yield make_row(
        "container_registry", res.at, resource_id=res.id, name=text(res, "name"), **identity(res), **encryption(Cell(True, algorithm.at), key),
        public_access=any_true(is_public(p, world, res.at) for p in policies).default(False), image_scanning=scanning.default(False),
        immutable_tags=mutability.map(lambda v: v.startswith("IMMUTABLE")).default(False),
    )  # fmt: skip


def _registry_scans(world: World) -> bool:
    """A rule for every repository scans images on push or all the time."""
    for configuration in world.of_type("aws_ecr_registry_scanning_configuration"):
        for rule in configuration.blocks("rule"):
            if rule.get("scan_frequency").value in ("SCAN_ON_PUSH", "CONTINUOUS_SCAN") and rule.get("repository_filter.filter").value == "*":
                return True
    return False


@REGISTRY.adapter("aws_ecrpublic_repository")
def public_registry(res: Resource, world: World) -> Iterator[Row]:
    """Repositories of the public gallery: anyone can pull."""
    yield make_row(
        "container_registry", res.at, resource_id=res.id, name=text(res, "repository_name"), **identity(res), public_access=True, image_scanning=NO_SETTING,
        immutable_tags=NO_SETTING, **lacks("encrypted", "encryption_declared", "customer_managed_key"),
    )  # fmt: skip


@REGISTRY.adapter("aws_ecr_replication_configuration")
def replication(res: Resource, world: World) -> Iterator[Row]:
    """Images copied to other regions."""
    for index, target in enumerate(res.blocks("replication_configuration.rule.destination")):
        yield place(res, f"destination/{index}", "replication", target.get("region"))
