"""Containers of Kubernetes workloads: every column good, bad and unknown."""

from __future__ import annotations

import pytest

from compliance.collect.kubernetes import KubernetesCollector
from compliance.model.row import Row
from tests.collect.harness import rows


def containers(text: str) -> list[Row]:
    return rows(KubernetesCollector(), {"k.yaml": text}, "container")


HARDENED = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ledger
  namespace: books
spec:
  template:
    metadata:
      labels: {app: ledger}
    spec:
      automountServiceAccountToken: false
      securityContext:
        runAsNonRoot: true
        runAsUser: 10001
        seccompProfile:
          type: RuntimeDefault
      containers:
        - name: app
          image: registry.example.cn/ledger:1.4.2
          ports:
            - containerPort: 8080
          securityContext:
            privileged: false
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop: ["ALL"]
              add: ["NET_BIND_SERVICE"]
          volumeMounts:
            - {name: time, mountPath: /etc/localtime}
      volumes:
        - name: time
          hostPath:
            path: /etc/localtime
        - name: tmp
          emptyDir: {}
"""


def test_a_hardened_workload_has_nothing_to_find() -> None:
    [row] = containers(HARDENED)
    assert row.values["container_id"] == "k.yaml:books/Deployment/ledger/app"
    bad = {"privileged", "runs_as_root", "privilege_escalation", "host_network", "host_pid", "dangerous_capabilities",
           "host_path_mount", "seccomp_unconfined", "service_account_token"}  # fmt: skip
    assert {name: row.values[name] for name in bad} == dict.fromkeys(bad, False)
    assert all(row.values[name] is True for name in ("image_pinned", "drops_all_capabilities", "read_only_root"))
    assert (row.at.line, row.at.end_line) == (18, 30)


@pytest.mark.parametrize(
    ("old", "new", "column", "value", "line"),
    [
        ("privileged: false", "privileged: true", "privileged", True, 23),
        ("privileged: false", "privileged: yes", "privileged", True, 23),
        ("privileged: false", 'privileged: "{{ .Values.p }}"', "privileged", None, 23),
        ("privileged: false", "privileged: [1]", "privileged", None, 23),
        ("            privileged: false\n", "", "privileged", False, 0),
        ("allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true", "privilege_escalation", True, 24),
        ("            allowPrivilegeEscalation: false\n", "", "privilege_escalation", True, 0),
        ("readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "read_only_root", False, 25),
        ("            readOnlyRootFilesystem: true\n", "", "read_only_root", False, 0),
        ('drop: ["ALL"]', 'drop: ["MKNOD"]', "drops_all_capabilities", False, 27),
        ('add: ["NET_BIND_SERVICE"]', "add: [CHOWN, SYS_ADMIN]", "dangerous_capabilities", True, 28),
        ('add: ["NET_BIND_SERVICE"]', "add: {{ .Values.caps }}", "dangerous_capabilities", None, 28),
        ("runAsNonRoot: true\n        runAsUser: 10001", "runAsUser: 0", "runs_as_root", True, 13),
        ("runAsNonRoot: true\n        runAsUser: 10001", "runAsUser: 7", "runs_as_root", False, 13),
        ("runAsNonRoot: true\n        runAsUser: 10001", "runAsUser: ${U}", "runs_as_root", None, 13),
        ("runAsNonRoot: true\n        runAsUser: 10001", "runAsNonRoot: false", "runs_as_root", True, 13),
        ("runAsNonRoot: true\n        runAsUser: 10001", "fsGroup: 1", "runs_as_root", True, 0),
        ("automountServiceAccountToken: false", "hostNetwork: true", "host_network", True, 11),
        ("automountServiceAccountToken: false", "hostPID: true", "host_pid", True, 11),
        ("automountServiceAccountToken: false", "hostIPC: true", "host_pid", True, 11),
        ("automountServiceAccountToken: false", "hostPID: {{ .Values.x }}", "host_pid", None, 11),
        ("automountServiceAccountToken: false", "dnsPolicy: Default", "service_account_token", True, 0),
        ("type: RuntimeDefault", "type: Unconfined", "seccomp_unconfined", True, 16),
        ("path: /etc/localtime", "path: /var/run/docker.sock", "host_path_mount", True, 34),
        ("path: /etc/localtime", 'path: "{{ .Values.path }}"', "host_path_mount", None, 34),
        ("ledger:1.4.2", "ledger", "image_pinned", False, 19),
        ("ledger:1.4.2", "ledger:latest", "image_pinned", False, 19),
        ("ledger:1.4.2", "ledger:${TAG}", "image_pinned", None, 19),
    ],
)  # fmt: skip
def test_each_column_at_its_line(old: str, new: str, column: str, value: bool | None, line: int) -> None:
    assert old in HARDENED
    [row] = containers(HARDENED.replace(old, new))
    assert row.values[column] is value
    assert (row.places[column].line if column in row.places else 0) == line
    assert (column in row.nulls) is (value is None)


def test_the_container_overrides_the_pod() -> None:
    text = HARDENED.replace("privileged: false", "runAsUser: 0\n            runAsNonRoot: false\n            seccompProfile: {type: Unconfined}")
    [row] = containers(text)
    assert row.values["runs_as_root"] is True and row.places["runs_as_root"].line == 23
    assert row.values["seccomp_unconfined"] is True and row.places["seccomp_unconfined"].line == 25


def test_non_root_is_enforced_whatever_the_user() -> None:
    [row] = containers(HARDENED.replace("privileged: false", "runAsUser: 0"))
    assert row.values["runs_as_root"] is False


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("Pod", ["spec"]), ("StatefulSet", ["spec", "template", "spec"]), ("DaemonSet", ["spec", "template", "spec"]),
        ("ReplicaSet", ["spec", "template", "spec"]), ("Job", ["spec", "template", "spec"]),
        ("CronJob", ["spec", "jobTemplate", "spec", "template", "spec"]),
    ],
)  # fmt: skip
def test_every_kind_of_workload_and_of_container(kind: str, path: list[str]) -> None:
    text = f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: w}}\n"
    for depth, key in enumerate(path):
        text += "  " * depth + f"{key}:\n"
    for group in ("initContainers", "containers", "ephemeralContainers"):
        text += "  " * len(path) + f"{group}: [{{name: {group[:3]}, image: a, securityContext: {{privileged: true}}}}]\n"
    found = containers(text)
    assert [r.values["name"] for r in found] == ["con", "ini", "eph"]
    assert all(r.values["privileged"] is True and r.values["image_pinned"] is False for r in found)


def test_lists_doubles_and_json() -> None:
    pod = '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "a:1"}]}}'
    listed = '{"apiVersion": "v1",\n "kind": "List",\n "items": [\n' + pod + ",\n" + pod + "]}"
    found = rows(KubernetesCollector(), {"l.json": listed}, "container")
    assert [(r.values["container_id"], r.at.line) for r in found] == [
        ("l.json:default/Pod/p/c", 4), ("l.json:default/Pod/p#2/c", 5),
    ]  # fmt: skip


def test_an_unmounted_host_path_counts_and_another_containers_does_not() -> None:
    text = """\
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
    - {name: a, image: "a:1", volumeMounts: [{name: root, mountPath: /host}]}
    - {name: b, image: "b:1"}
  volumes:
    - name: root
      hostPath: {path: /}
"""
    found = {r.values["name"]: r for r in containers(text)}
    assert found["a"].values["host_path_mount"] is True and found["a"].places["host_path_mount"].line == 10
    assert found["b"].values["host_path_mount"] is False
    alone = containers(text.replace("volumeMounts: [{name: root, mountPath: /host}]", "tty: true"))
    assert alone[0].values["host_path_mount"] is True


def test_a_claim_bound_to_a_host_path() -> None:
    text = """\
apiVersion: v1
kind: PersistentVolume
metadata: {name: pv}
spec:
  storageClassName: manual
  hostPath:
    path: /etc
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: claim}
spec: {storageClassName: manual}
---
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers: [{name: a, image: "a:1", volumeMounts: [{name: v, mountPath: /x}]}]
  volumes: [{name: v, persistentVolumeClaim: {claimName: claim}}]
"""
    [row] = containers(text)
    assert row.values["host_path_mount"] is True and row.places["host_path_mount"].line == 7
    [row] = containers(text.replace("path: /etc", "path: /srv/data"))
    assert row.values["host_path_mount"] is False


def test_annotations_of_old_turn_filters_off() -> None:
    text = """\
apiVersion: v1
kind: Pod
metadata:
  name: p
  annotations:
    container.apparmor.security.beta.kubernetes.io/a: unconfined
    seccomp.security.alpha.kubernetes.io/pod: runtime/default
spec: {containers: [{name: a, image: "a:1"}, {name: b, image: "b:1"}]}
"""
    found = {r.values["name"]: r for r in containers(text)}
    assert found["a"].values["seccomp_unconfined"] is True and found["a"].places["seccomp_unconfined"].line == 6
    assert found["b"].values["seccomp_unconfined"] is False


def test_a_service_account_without_token() -> None:
    text = """\
apiVersion: v1
kind: ServiceAccount
metadata: {name: quiet}
automountServiceAccountToken: false
---
apiVersion: v1
kind: Pod
metadata: {name: p}
spec: {serviceAccountName: quiet, containers: [{name: a, image: "a:1"}]}
"""
    [row] = containers(text)
    assert row.values["service_account_token"] is False and row.places["service_account_token"].line == 4


def test_windows_pods_are_not_asked_for_linux_settings() -> None:
    text = "apiVersion: v1\nkind: Pod\nspec: {os: {name: windows}, containers: [{name: a, image: 'a:1'}]}\n"
    [row] = containers(text)
    assert {"runs_as_root", "privilege_escalation", "seccomp_unconfined"} <= set(row.lacks)
    assert row.values["privileged"] is False


def test_a_patch_says_only_what_it_states() -> None:
    text = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec: {template: {spec: {containers: [{name: c, securityContext: {privileged: true}}]}}}
"""
    [row] = containers(text)
    assert row.values["privileged"] is True
    assert {"image_pinned", "runs_as_root", "privilege_escalation", "host_network"} <= set(row.lacks)


def test_containers_from_a_template_are_one_unknown_container() -> None:
    [row] = containers("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers: {{ .Values.containers }}\n")
    assert row.values["privileged"] is None and row.nulls["privileged"].code == "unresolved_variable"


@pytest.mark.parametrize(
    "spec",
    [
        "spec: text", "spec: [1]", "spec: {containers: text}", "spec: {containers: [1, null, [x]]}", "spec: {containers: {a: b}}",
        "spec: {containers: [{name: {a: b}, image: [x], securityContext: 7, volumeMounts: x}], volumes: 3}",
        "spec: {containers: [{securityContext: {capabilities: {add: {x: y}, drop: 9}}}], securityContext: [a]}",
        "spec: {containers: [{name: a, image: a, securityContext: {runAsUser: 1e400}}]}",
        "spec: {containers: [{name: a, image: a, securityContext: {runAsUser: " + "9" * 50 + "}}]}",
        "spec: {containers: [{name: a, ports: [{hostPort: {}}, 7], command: {a: b}, args: [[x]]}]}",
    ],
)
def test_odd_types_never_raise(spec: str) -> None:
    rows(KubernetesCollector(), {"k.yaml": f"apiVersion: v1\nkind: Pod\nmetadata: 7\n{spec}\n"})
