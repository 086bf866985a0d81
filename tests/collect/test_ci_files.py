"""Permissions of workflow tokens."""

from __future__ import annotations

import pytest

from compliance.collect.ci_files import CiFilesCollector
from tests.collect.harness import items, notes, rows

PATH = ".github/workflows/ci.yml"


@pytest.mark.parametrize(
    ("permissions", "everything"),
    [("write-all", True), ("read-all", False), ("{}", False), ("{contents: read, packages: write}", False), ("'${{ inputs.p }}'", None)],
)
def test_permissions_of_a_workflow(permissions: str, everything: bool | None) -> None:
    [row] = rows(CiFilesCollector(), {PATH: f"on: push\npermissions: {permissions}\njobs: {{a: {{}}}}\n"})
    assert row.values["all_actions"] is everything and row.values["policy_kind"] == "role_binding" and row.at.line == 2


def test_permissions_of_a_job() -> None:
    text = "on: push\njobs:\n  build:\n    steps: []\n  release:\n    permissions: write-all\n"
    [row] = rows(CiFilesCollector(), {PATH: text})
    assert row.values["statement_id"] == f"{PATH}:jobs/release" and row.places["all_actions"].line == 6


def test_only_workflows_are_taken_and_broken_ones_noted() -> None:
    assert rows(CiFilesCollector(), {".gitlab-ci.yml": "permissions: write-all\n"}) == [] and items(CiFilesCollector(), {"ci.yml": "permissions: write-all\n"}) == []
    [note] = notes(CiFilesCollector(), {PATH: "on: [\n"})
    assert (note.status, note.code) == ("unparsed", "syntax_error") and note.line > 0
    assert [n.code for n in notes(CiFilesCollector(), {PATH: b"on: \xff\xff"})] == ["undecodable"]
    assert rows(CiFilesCollector(), {PATH: "permissions: [1]\njobs: [2]\n"})


IMAGES = [
    (".github/workflows/a.yml", "on: push\njobs:\n  b:\n    container: node:latest\n    steps: []\n", [(False, 4)]),
    (".github/workflows/a.yml", "on: push\njobs:\n  b:\n    container:\n      image: node:22.1\n      options: --privileged\n    services:\n      db: {image: mysql}\n", [(True, 5), (False, 8)]),
    (".github/workflows/a.yml", "on: push\njobs:\n  b:\n    container: node:${{ matrix.node }}\n", [(None, 4)]),
    (".github/workflows/a.yml", "on: push\njobs:\n  b:\n    steps:\n      - uses: docker://alpine\n", [(False, 5)]),
    (".gitlab-ci.yml", "image: python:3.12\nvariables: {TAG: '1.2'}\ntest:\n  image: {name: 'tool:$TAG', entrypoint: ['']}\n  services:\n    - mysql:latest\n    - name: redis\n", [(True, 1), (True, 4), (False, 6), (False, 7)]),
    (".gitlab-ci.yml", "job:\n  image: $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA\n", [(True, 2)]),
    (".gitlab-ci.yml", "job:\n  image: $CI_REGISTRY_IMAGE:$CI_COMMIT_REF_SLUG\n", [(None, 2)]),
    ("Jenkinsfile", "pipeline {\n  agent { docker { image 'maven' } }\n  // image 'old'\n  stages { stage('x') { agent { docker 'node:22' } } }\n}\n", [(False, 2), (True, 4)]),
    (".circleci/config.yml", "jobs:\n  build:\n    docker:\n      - image: cimg/python:3.12\n", [(True, 4)]),
]


@pytest.mark.parametrize(("path", "text", "expected"), IMAGES)
def test_images_of_jobs(path: str, text: str, expected: list[tuple[bool | None, int]]) -> None:
    found = rows(CiFilesCollector(), {path: text}, "container")
    assert [(r.values["image_pinned"], r.places["image_pinned"].line) for r in found] == expected
    assert all(r.values["platform"] == "ci" for r in found)


def test_privileged_job_containers() -> None:
    [row, _] = rows(CiFilesCollector(), {IMAGES[1][0]: IMAGES[1][1]}, "container")
    assert row.values["privileged"] is True and row.places["privileged"].line == 6


PWN = "on: [pull_request_target]\njobs:\n  b:\n{guard}    steps:\n      - uses: actions/checkout@v4\n        with:\n          ref: {ref}\n      - run: make\n"


@pytest.mark.parametrize(
    ("ref", "guard", "found"),
    [
        ("${{ github.event.pull_request.head.sha }}", "", [(True, False)]),
        ("${{ github.head_ref }}", "", [(True, False)]),
        ("${{ github.head_ref }}", "    if: github.event.pull_request.head.repo.full_name == github.repository\n", [(True, True)]),
        ("main", "", []),
    ],
)
def test_a_stranger_s_code_with_this_repository_s_rights(ref: str, guard: str, found: list[tuple[bool, bool]]) -> None:
    text = PWN.replace("{ref}", ref).replace("{guard}", guard)
    assert [(r.values["any_principal"], r.values["conditioned"]) for r in rows(CiFilesCollector(), {".github/workflows/a.yml": text}, "permission_statement")] == found
    assert not rows(CiFilesCollector(), {".github/workflows/a.yml": text.replace("pull_request_target", "pull_request")}, "permission_statement")
