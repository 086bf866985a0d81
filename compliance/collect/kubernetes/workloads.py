"""Container rows: pod-level and container-level security contexts merged as Kubernetes merges them.

Sources: "Configure a Security Context for a Pod or Container", "Pod Security Standards", API reference
PodSpec, Container, SecurityContext (kubernetes.io/docs).  Defaults: privileged, hostNetwork, hostPID,
hostIPC, readOnlyRootFilesystem false; allowPrivilegeEscalation true; automountServiceAccountToken true;
user and runAsNonRoot from the image, so nothing forbids root.  No seccomp or AppArmor profile leaves the
choice to the node (kubelet ``seccompDefault``); only the word ``Unconfined`` turns the filter off.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from compliance.collect.container_facts import dangerous, drops_all, host_paths, image_pinned
from compliance.collect.kubernetes.objects import Object, World
from compliance.collect.kubernetes.pods import Container, containers
from compliance.collect.yaml_tree import Node
from compliance.model.cell import ABSENT, Cell, any_true
from compliance.model.row import NO_SETTING, Row, make_row

_CONTEXT: Final = "securityContext"
_MAY_LACK: Final = (
    "image_pinned", "privileged", "runs_as_root", "privilege_escalation", "host_network", "host_pid",
    "dangerous_capabilities", "drops_all_capabilities", "read_only_root", "host_path_mount", "seccomp_unconfined",
    "service_account_token",
)  # fmt: skip


def rows(one: Object, world: World) -> Iterator[Row]:
    """One container row for each container of an object."""
    everyone = list(containers(one))
    mounted = {m.get("name").text for c in everyone for m in c.node.get("volumeMounts").items}
    for container in everyone:
        yield _row(one, world, container, mounted)


def _row(one: Object, world: World, container: Container, mounted: set[str]) -> Row:
    node, pod = container.node, container.pod
    image = node.cell("image").as_str()
    columns: dict[str, Any] = {
        "image_pinned": image_pinned(image),
        "privileged": node.cell(_CONTEXT, "privileged").as_bool().default(False),
        "runs_as_root": _runs_as_root(node, pod),
        "privilege_escalation": node.cell(_CONTEXT, "allowPrivilegeEscalation").as_bool().default(True),
        "host_network": pod.cell("hostNetwork").as_bool().default(False),
        "host_pid": any_true([pod.cell("hostPID").as_bool(), pod.cell("hostIPC").as_bool()]).default(False),
        "dangerous_capabilities": dangerous(node.cells(_CONTEXT, "capabilities", "add")),
        "drops_all_capabilities": drops_all(node.cells(_CONTEXT, "capabilities", "drop")),
        "read_only_root": node.cell(_CONTEXT, "readOnlyRootFilesystem").as_bool().default(False),
        "host_path_mount": host_paths(_mounted(one, world, container, mounted)),
        "seccomp_unconfined": _unconfined(container),
        "service_account_token": _token(one, world, pod),
    }
    if _windows(pod):
        process = _effective(node, pod, "windowsOptions", "hostProcess").as_bool().default(False)
        columns["privileged"] = process
        for name in ("runs_as_root", "privilege_escalation", "dangerous_capabilities", "drops_all_capabilities",
                     "read_only_root", "seccomp_unconfined", "host_pid"):  # fmt: skip
            columns[name] = NO_SETTING
    if image.absent:
        # A patch of a workload that stands elsewhere (Kustomize): what it does not say, the base says.
        for name in _MAY_LACK:
            cell = columns[name]
            if isinstance(cell, Cell) and cell.at is None:
                columns[name] = NO_SETTING
    return make_row(
        "container", node.at, container_id=container.id, platform="kubernetes", workload=f"{one.kind}/{one.name}",
        name=container.name, image=image.default(""), remote_add=NO_SETTING, **columns, **one.identity(),
    )  # fmt: skip


def _effective(node: Node, pod: Node, *path: str) -> Cell:
    """A security context field: the container's, else the pod's."""
    cell = node.cell(_CONTEXT, *path)
    return pod.cell(_CONTEXT, *path) if cell.absent else cell


def _runs_as_root(node: Node, pod: Node) -> Cell:
    non_root = _effective(node, pod, "runAsNonRoot").as_bool()
    user = _effective(node, pod, "runAsUser").as_int()
    if non_root.value is True:  # the kubelet then refuses user 0, whatever runAsUser says
        return Cell(False, non_root.at)
    if user.known:
        return Cell(user.value == 0, user.at)
    if user.unknown or non_root.unknown:
        return user if user.unknown else non_root
    return Cell(True, non_root.at)


def _windows(pod: Node) -> bool:
    return "windows" in (pod.get("os", "name").text, pod.get("nodeSelector", "kubernetes.io/os").text)


def _unconfined(container: Container) -> Cell:
    node, pod, meta = container.node, container.pod, container.meta
    found = [_effective(node, pod, kind, "type").equals("Unconfined") for kind in ("seccompProfile", "appArmorProfile")]
    note = "container.seccomp.security.alpha.kubernetes.io/" + container.name
    seccomp = meta.cell("annotations", note)
    if seccomp.absent:
        seccomp = meta.cell("annotations", "seccomp.security.alpha.kubernetes.io/pod")
    found.append(seccomp.equals("unconfined"))
    note = "container.apparmor.security.beta.kubernetes.io/" + container.name
    found.append(meta.cell("annotations", note).equals("unconfined"))
    return any_true(found).default(False)


def _mounted(one: Object, world: World, container: Container, anyone: set[str]) -> list[Cell]:
    """Host paths of the volumes a container mounts; a volume that no container of the pod mounts counts for all."""
    listed = container.pod.get("volumes")
    found: list[Cell] = []
    if listed.unknown is not None:
        found.append(container.pod.cell("volumes"))
    mounts = container.node.get("volumeMounts")
    if mounts.unknown is not None:
        found.append(container.node.cell("volumeMounts"))
    mine = {m.get("name").text for m in mounts.items}
    for volume in listed.items:
        name = volume.get("name").text
        if name not in mine and name in anyone:
            continue
        path = volume.cell("hostPath", "path").as_str()
        if not path.absent:
            found.append(path)
        claim = volume.get("persistentVolumeClaim", "claimName").text
        if claim and (target := world.find("PersistentVolumeClaim", one.namespace, claim, one)) is not None:
            found += _claimed(target.node.get("spec"), target.name, one, world)
    for template in one.node.get("spec", "volumeClaimTemplates").items:
        if template.get("metadata", "name").text in mine:
            found += _claimed(template.get("spec"), "", one, world)
    return found


def _claimed(spec: Node, name: str, near: Object, world: World) -> Iterator[Cell]:
    """The host path behind a claim, when a volume beside it is bound to it by name or by class."""
    wanted = spec.get("volumeName").text
    bound = world.volumes(near, "name", wanted) if wanted else world.volumes(near, "claim", near.namespace, name)
    for volume in bound or ([] if wanted else world.volumes(near, "class", spec.get("storageClassName").text)):
        path = volume.node.cell("spec", "hostPath", "path").as_str()
        if not path.absent:
            yield path


def _token(one: Object, world: World, pod: Node) -> Cell:
    own = pod.cell("automountServiceAccountToken").as_bool()
    if not own.absent:
        return own
    name = pod.get("serviceAccountName").text or pod.get("serviceAccount").text or "default"
    account = world.find("ServiceAccount", one.namespace, name, one)
    return (account.node.cell("automountServiceAccountToken").as_bool() if account else ABSENT).default(True)
