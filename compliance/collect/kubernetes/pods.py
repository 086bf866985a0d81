"""Where pods stand in workloads, and the containers in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from compliance.collect.kubernetes.objects import Numbering, Object
from compliance.collect.yaml_tree import Node

POD_PATHS: Final[dict[str, tuple[str, ...]]] = {
    "Pod": ("spec",),
    "Deployment": ("spec", "template", "spec"),
    "StatefulSet": ("spec", "template", "spec"),
    "DaemonSet": ("spec", "template", "spec"),
    "ReplicaSet": ("spec", "template", "spec"),
    "ReplicationController": ("spec", "template", "spec"),
    "Job": ("spec", "template", "spec"),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    "PodTemplate": ("template", "spec"),
    "DeploymentConfig": ("spec", "template", "spec"),  # OpenShift
    "Rollout": ("spec", "template", "spec"),  # Argo Rollouts
}
KNATIVE: Final = "serving.knative.dev"


@dataclass(frozen=True, eq=False)
class Container:
    """One container of a pod.

    pod:  the pod spec
    meta: the pod's metadata (of the template, for a workload)
    id:   the object's id, a slash and the container's name
    """

    node: Node
    pod: Node
    meta: Node
    id: str
    name: str


def pod_of(one: Object) -> tuple[Node, Node] | None:
    """The pod spec and the pod's metadata; None when the object has no pods."""
    path = POD_PATHS.get(one.kind)
    if one.kind in ("Service", "Configuration") and one.group == KNATIVE:
        path = ("spec", "template", "spec")
    if path is None:
        return None
    pod = one.node.get(*path)
    return None if pod.missing else (pod, one.node.get(*path[:-1], "metadata"))


def containers(one: Object) -> Iterator[Container]:
    """All containers of an object's pods: init and ephemeral ones too.

    A list of containers that is a template gives one container about which nothing is known.
    """
    found = pod_of(one)
    if found is None:
        return
    pod, meta = found
    numbers = Numbering()
    for group in ("containers", "initContainers", "ephemeralContainers"):
        listed = pod.get(group)
        entries = listed.items if listed.items or listed.unknown is None else [listed]
        for node in entries:
            if node.missing:
                continue
            name = node.get("name").text or "-"
            yield Container(node, pod, meta, numbers.unique(f"{one.id}/{name}"), name)
