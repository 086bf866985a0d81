"""Kubernetes, compose and Dockerfile: each deciding line, and what must never raise or blow up."""

from __future__ import annotations

import pytest

from compliance.collect.compose import ComposeCollector
from compliance.collect.dockerfile import DockerfileCollector
from compliance.collect.interface import Collector
from compliance.collect.kubernetes import KubernetesCollector
from compliance.collect.tree import MemoryTree
from compliance.model.row import FileNote, Row


def run(collector: Collector, files: dict[str, str]) -> list[Row | FileNote]:
    tree = MemoryTree({p: t.encode() for p, t in files.items()})
    return list(collector.collect([f for p in tree.paths() if (f := tree.file(p)) and collector.claims(p, f.data[:4096])], tree))  # type: ignore[misc]


def rows(collector: Collector, text: str, name: str) -> list[Row]:
    return [i for i in run(collector, {name: text}) if isinstance(i, Row)]


POD = """apiVersion: v1
kind: Pod
metadata: {{name: p}}
spec:
  hostPID: {pid}
  containers:
    - name: c
      image: "{image}"
      securityContext:
        privileged: {privileged}
        runAsNonRoot: {nonroot}
"""


@pytest.mark.parametrize(
    ("values", "column", "expected", "line"),
    [
        ({"pid": "true"}, "host_pid", True, 5),
        ({"image": "nginx"}, "image_pinned", False, 8),
        ({"image": "registry:5000/nginx"}, "image_pinned", False, 8),
        ({"image": "nginx:1.27"}, "image_pinned", True, 8),
        ({"privileged": "true"}, "privileged", True, 10),
        ({"nonroot": "true"}, "runs_as_root", False, 11),
    ],
)
def test_pods(values: dict[str, str], column: str, expected: bool, line: int) -> None:
    text = POD.format(**{"pid": "false", "image": "nginx:1", "privileged": "false", "nonroot": "false", **values})
    [row] = rows(KubernetesCollector(), text, "p.yaml")
    assert row.values[column] is expected and row.places[column].line == line


def test_several_documents_up_to_a_broken_one() -> None:
    good = POD.format(pid="false", image="a:1", privileged="false", nonroot="true")
    found = run(KubernetesCollector(), {"a.yaml": good + "---\n" + good + "---\nkind: [\n"})
    assert sum(isinstance(i, Row) for i in found) == 2
    [note] = [i for i in found if isinstance(i, FileNote)]
    assert note.status == "partial" and note.code == "syntax_error" and note.line > 20


def test_alias_bombs_and_loops_are_notes() -> None:
    bomb = "apiVersion: v1\nkind: Pod\na: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 10)}]\n" for i in range(8))
    for text in (bomb, "apiVersion: v1\nkind: Pod\nspec: &s {a: *s}\n", "apiVersion: v1\nkind: Pod\nx: " + "[" * 5000 + "\n"):
        found = run(KubernetesCollector(), {"b.yaml": text})
        assert [i for i in found if isinstance(i, FileNote) and i.status in ("unparsed", "partial")]


def test_helm_templates_are_named() -> None:
    [note] = run(KubernetesCollector(), {"t.yaml": "apiVersion: v1\nkind: Pod\n{{- if .Values.x }}\nspec: {{ .Values.s }}\n"})
    assert isinstance(note, FileNote) and note.code == "helm_template"


def test_compose_ports_and_merges() -> None:
    text = 'x-base: &base\n  privileged: true\nservices:\n  db:\n    <<: *base\n    image: mysql:8\n    ports:\n      - "3306:3306"\n      - "127.0.0.1:6379:6379"\n      - "${PORT}:${PORT}"\n      - target: 22\n        host_ip: 10.0.0.1\n'
    found = rows(ComposeCollector(), text, "docker-compose.yml")
    [container] = [r for r in found if r.table == "container"]
    assert container.values["privileged"] is True and container.places["privileged"].line == 2
    ports = [(r.values["port"], r.values["scope"]) for r in found if r.table == "service_exposure"]
    assert ports == [(3306, "any"), (6379, "loopback"), (None, "any"), (22, "private")]


@pytest.mark.parametrize(
    ("text", "column", "expected"),
    [
        ("FROM a:1\n", "runs_as_root", True),
        ("FROM a:1\nUSER app\n", "runs_as_root", False),
        ("FROM a:1\nUSER 0\n", "runs_as_root", True),
        ("FROM a:1\nUSER $WHO\n", "runs_as_root", None),
        ("FROM a:1 AS build\nUSER app\nFROM build\n", "runs_as_root", False),
        ("FROM a:1 AS build\nUSER app\nFROM b:2\n", "runs_as_root", True),
        ("ARG V=1.2\nFROM a:${V}\n", "image_pinned", True),
        ("FROM a:${V}\n", "image_pinned", None),
        ("FROM a\n", "image_pinned", False),
        ("FROM a@sha256:abc\n", "image_pinned", True),
        ("FROM a:1\nADD https://x/y /\n", "remote_add", True),
        ("FROM a:1\nRUN apt-get update && \\\n  curl -s https://x | sh\n", "remote_add", True),
        ("FROM a:1\nRUN echo ok\n", "remote_add", False),
    ],
)
def test_dockerfiles(text: str, column: str, expected: bool | None) -> None:
    [row] = rows(DockerfileCollector(), text, "Dockerfile")
    assert row.values[column] is expected
