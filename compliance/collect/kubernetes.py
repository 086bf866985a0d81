"""Kubernetes manifests: containers, published ports, role bindings.

Defaults from the Kubernetes API reference (Pod v1 core, SecurityContext): privilege escalation is allowed,
nothing forbids root, the service account token is mounted, unless the manifest says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from compliance.collect.interface import Item, SourceFile, Tree
from compliance.collect.yaml_lines import Node, documents
from compliance.model.cell import Cell
from compliance.model.row import NO_SETTING, FileNote, Row, make_row

DANGEROUS = frozenset({"ALL", "SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE", "SYS_MODULE", "DAC_READ_SEARCH", "SYS_RAWIO", "BPF", "NET_RAW"})
HOST_PATHS = re.compile(
    r"^(/|/etc|/root|/proc|/sys|/dev|/home|/boot|/usr|/var|/var/run|/run|/var/lib|/var/lib/(docker|kubelet)|/var/log)(/|$)|docker\.sock|containerd\.sock|crio\.sock"
)
TABLES = frozenset({"container", "service_exposure", "permission_statement"})

_POD_PATHS: dict[str, tuple[str, ...]] = {
    "Pod": ("spec",),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    **dict.fromkeys(("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job"), ("spec", "template", "spec")),
}


class KubernetesCollector:
    """Manifests of one or more documents, and lists of them."""

    name = "kubernetes"
    version = "1"
    tables = TABLES

    def claims(self, path: str, head: bytes) -> bool:
        """YAML or JSON with ``apiVersion`` and ``kind`` in the first 4,096 bytes."""
        return path.endswith((".yaml", ".yml", ".json")) and b"apiVersion" in head and b"kind" in head

    def collect(self, files: Iterable[SourceFile], tree: Tree) -> Iterator[Item]:
        """Rows of every document; a broken one ends its file with a note."""
        for file in files:
            try:
                text = file.text
            except UnicodeDecodeError:
                yield FileNote(file.path, "unparsed", self.name, "undecodable", "neither UTF-8 nor GB18030", 0, tuple(sorted(TABLES)))
                continue
            found, problem = documents(text, file.path)
            if problem is not None:
                code = "helm_template" if "{{" in text else "syntax_error"
                yield FileNote(file.path, "partial" if found else "unparsed", self.name, code, str(problem), problem.line, tuple(sorted(TABLES)))
            else:
                yield FileNote(file.path, "read", self.name)
            seen: dict[str, int] = {}
            for document in found:
                yield from self._object(document, file.path, seen)

    def _object(self, node: Node, path: str, seen: dict[str, int]) -> Iterator[Row]:
        kind = node.get("kind").value
        if not isinstance(kind, str):
            return
        if kind.endswith("List") or kind == "List":
            items = node.child("items")
            for item in items.items() if items is not None else ():
                yield from self._object(item, path, seen)
            return
        identity = f"{path}:{node.get('metadata', 'namespace').value or 'default'}/{kind}/{node.get('metadata', 'name').value or '?'}"
        seen[identity] = seen.get(identity, 0) + 1
        if seen[identity] > 1:
            identity += f"#{seen[identity]}"
        if kind in _POD_PATHS:
            pod = node.child(*_POD_PATHS[kind])
            if pod is not None:
                yield from _pod(pod, identity)
        elif kind == "Service":
            yield from _service(node, identity)
        elif kind in ("Role", "ClusterRole"):
            yield from _role(node, identity)
        elif kind in ("RoleBinding", "ClusterRoleBinding"):
            yield from _binding(node, identity)


def _pod(pod: Node, identity: str) -> Iterator[Row]:
    volumes = {v.get("name").value: v.get("hostPath", "path") for v in (pod.child("volumes") or pod).items()}
    for group in ("initContainers", "containers", "ephemeralContainers"):
        listed = pod.child(group)
        for index, container in enumerate(listed.items() if listed is not None else ()):
            yield _container(container, pod, f"{identity}/{container.get('name').value or f'{group}{index}'}", identity, volumes)
            ports = container.child("ports")
            for number, port in enumerate(ports.items() if ports is not None else ()):
                host = port.get("hostPort")
                if not host.absent:
                    yield make_row(
                        "service_exposure", port.at, exposure_id=f"{identity}/{group}{index}/hostPort{number}", platform="kubernetes", service=identity, exposure_kind="host_port",
                        scope=Cell("any", host.at), port=port.get("containerPort").as_int(), protocol="tcp", provider="kubernetes",
                    )  # fmt: skip


def _container(c: Node, pod: Node, container_id: str, workload: str, volumes: dict[Any, Cell]) -> Row:
    def setting(name: str) -> Cell:
        own = c.get("securityContext", name)
        return own if not own.absent else pod.get("securityContext", name)

    added = c.get("securityContext", "capabilities", "add").map(lambda v: [str(x).upper().removeprefix("CAP_") for x in v] if isinstance(v, list) else [])
    dropped = c.get("securityContext", "capabilities", "drop").map(lambda v: "ALL" in [str(x).upper() for x in v] if isinstance(v, list) else False)
    user, non_root = setting("runAsUser"), setting("runAsNonRoot")
    root = Cell(user.value == 0, user.at) if user.known else Cell(non_root.value is not True, non_root.at)
    mounts = c.child("volumeMounts")
    paths = [volumes.get(m.get("name").value, Cell()) for m in (mounts.items() if mounts is not None else ())]
    bad = next((p for p in paths if isinstance(p.value, str) and HOST_PATHS.search(p.value)), None)
    image = c.get("image").as_str()
    seccomp = setting("seccompProfile").map(lambda v: isinstance(v, dict) and v.get("type") == "Unconfined").default(False)
    privileged = c.get("securityContext", "privileged").as_bool().default(False)
    escalation = c.get("securityContext", "allowPrivilegeEscalation").as_bool().default(True)
    pid = pod.get("hostPID").as_bool().default(False)
    ipc = pod.get("hostIPC").as_bool().default(False)
    return make_row(
        "container", c.at, container_id=container_id, platform="kubernetes", provider="kubernetes", workload=workload, name=c.get("name").as_str().default(""), image=image.default(""),
        image_pinned=image.map(pinned).default(False), privileged=privileged, runs_as_root=root, privilege_escalation=escalation, host_network=pod.get("hostNetwork").as_bool().default(False),
        host_pid=pid if pid.value is not False else ipc, dangerous_capabilities=added.map(lambda v: bool(set(v) & DANGEROUS)).default(False), drops_all_capabilities=dropped.default(False),
        read_only_root=c.get("securityContext", "readOnlyRootFilesystem").as_bool().default(False), host_path_mount=Cell(True, bad.at) if bad else Cell(False), seccomp_unconfined=seccomp,
        service_account_token=pod.get("automountServiceAccountToken").as_bool().default(True), remote_add=NO_SETTING,
    )  # fmt: skip


def pinned(image: Any) -> bool:
    """Whether an image reference has a digest or a tag other than latest."""
    text = str(image)
    if "@sha256:" in text:
        return True
    tag = text.rpartition("/")[2].partition(":")[2]
    return bool(tag) and tag != "latest"


def _service(node: Node, identity: str) -> Iterator[Row]:
    kind = node.get("spec", "type")
    external = node.get("spec", "externalIPs")
    if kind.value not in ("LoadBalancer", "NodePort") and external.absent:
        return
    annotations = node.get("metadata", "annotations").value
    internal = isinstance(annotations, dict) and any(
        ("internal" in str(k) and str(v).lower() in ("true", "1", "0.0.0.0/0")) or str(v).lower() == "intranet" for k, v in annotations.items()
    )
    ports = node.child("spec", "ports")
    for index, port in enumerate(ports.items() if ports is not None else ()):
        number = port.get("port").as_int()
        yield make_row(
            "service_exposure", node.at, exposure_id=f"{identity}/{index}", platform="kubernetes", provider="kubernetes", service=identity,
            exposure_kind="load_balancer" if kind.value == "LoadBalancer" else "node_port", scope=Cell("private" if internal else "any", kind.at), port=number,
            protocol=port.get("protocol").as_str().default("TCP").map(str.lower),
        )  # fmt: skip


def _statement(node: Node, identity: str, index: int, at: Any, everything: bool, resources: bool, actions: str, anyone: bool) -> Row:
    return make_row(
        "permission_statement", node.at, statement_id=f"{identity}/{index}", provider="kubernetes", resource_type="rbac", policy_id=identity, policy_kind="role_binding", effect="allow",
        actions=actions, all_actions=Cell(everything, at), service_wildcard=False, all_resources=Cell(resources, at), any_principal=anyone, conditioned=False, attached_directly=False,
    )  # fmt: skip


def _role(node: Node, identity: str) -> Iterator[Row]:
    rules = node.child("rules")
    for index, rule in enumerate(rules.items() if rules is not None else ()):
        verbs, resources = rule.get("verbs"), rule.get("resources")
        every_verb = isinstance(verbs.value, list) and "*" in verbs.value
        every_resource = isinstance(resources.value, list) and "*" in resources.value
        yield _statement(rule, identity, index, verbs.at, every_verb, every_resource, ",".join(map(str, verbs.value or []))[:200] if isinstance(verbs.value, list) else "", False)


def _binding(node: Node, identity: str) -> Iterator[Row]:
    role = node.get("roleRef", "name")
    subjects = [str(s.get("name").value) for s in (node.child("subjects") or node).items()]
    anyone = any(s in ("system:anonymous", "system:unauthenticated", "system:authenticated") for s in subjects)
    admin = role.value == "cluster-admin" and not all(s.startswith("system:masters") for s in subjects)
    if role.known:
        yield _statement(node, identity, 0, role.at, admin or anyone, admin or anyone, str(role.value), anyone)
