"""Which files are taken for manifests, and what is said about those that cannot be read."""

from __future__ import annotations

from compliance.collect.kubernetes import KubernetesCollector
from tests.collect.harness import items, notes, rows

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: 'a:1'}]}\n"


def test_only_manifests_are_taken() -> None:
    files: dict[str, str | bytes] = {
        "a.yaml": "key: value\n",
        "b.json": '{"apiVersion": "v1"}',
        "c.txt": POD,
        "values.yaml": "# the apiVersion of the kind\nimage: x\n",
        "broken.yaml": "a: [\n",
        "mention.yaml": "script: |\n  echo apiVersion: v1 {{\n",
    }
    assert items(KubernetesCollector(), files) == []


def test_a_manifest_after_a_long_head_is_found() -> None:
    assert rows(KubernetesCollector(), {"a.yaml": "# x\n" * 2000 + POD}, "container")


def test_a_broken_document_costs_only_itself() -> None:
    text = POD + "---\n" + POD.replace("name: p", "name: q") + "---\nkind: [\n---\n" + POD.replace("name: p", "name: r")
    found = rows(KubernetesCollector(), {"a.yaml": text}, "container")
    assert [(r.values["workload"], r.at.line) for r in found] == [("Pod/p", 4), ("Pod/q", 9), ("Pod/r", 16)]
    [note] = notes(KubernetesCollector(), {"a.yaml": text})
    assert (note.status, note.code, note.line) == ("partial", "syntax_error", 12) and "container" in note.tables


def test_helm_templates_are_named() -> None:
    [note] = notes(KubernetesCollector(), {"t.yaml": "apiVersion: v1\nkind: Pod\n{{- if .Values.x }}\nspec: {{ .Values.s }}\n{{ end }}\n"})
    assert (note.status, note.code) == ("unparsed", "helm_template") and note.line > 0


def test_a_file_in_gbk_and_one_in_utf_16() -> None:
    text = POD.replace("{name: p}", "{name: p, annotations: {owner: 会计事务所}}")
    files: dict[str, str | bytes] = {"gbk.yaml": text.encode("gb18030"), "utf16.yaml": b"\xff\xfe" + text.encode("utf-16-le")}
    assert len(rows(KubernetesCollector(), files, "container")) == 2
    assert [n.code for n in notes(KubernetesCollector(), {"x.yaml": b"apiVersion: v1\nkind: \xff\xff\xff\n"})] == ["undecodable"]


def test_crlf_tabs_and_doubled_keys() -> None:
    [row] = rows(KubernetesCollector(), {"a.yaml": POD.replace("\n", "\r\n")}, "container")
    assert row.at.line == 4
    [note] = notes(KubernetesCollector(), {"a.yaml": POD + "status:\n\tx: 1\n"})
    assert (note.code, note.line) == ("syntax_error", 6)
    [row] = rows(KubernetesCollector(), {"a.yaml": POD + "spec: {containers: [{name: c, image: b}]}\n"}, "container")
    assert row.values["image"] == "b"


def test_alias_bombs_loops_and_depth_are_notes() -> None:
    bomb = "apiVersion: v1\nkind: Pod\na0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    bomb += "".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 20)) + "spec: *a19\n"
    for text in (bomb, "apiVersion: v1\nkind: Pod\nspec: &s {a: *s, containers: *s}\n", "apiVersion: v1\nkind: Pod\nx: " + "[" * 10_000):
        [note] = notes(KubernetesCollector(), {"b.yaml": text})
        assert note.status in ("partial", "unparsed") and note.code in ("alias_limit", "alias_circle", "too_deep")


def test_a_custom_resource_definition_gives_no_rows() -> None:
    text = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\nspec: {names: {kind: Pod}}\n"
    assert rows(KubernetesCollector(), {"crd.yaml": text}) == []
