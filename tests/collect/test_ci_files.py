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
    assert items(CiFilesCollector(), {".gitlab-ci.yml": "permissions: write-all\n"}) == []
    [note] = notes(CiFilesCollector(), {PATH: "on: [\n"})
    assert (note.status, note.code) == ("unparsed", "syntax_error") and note.line > 0
    assert [n.code for n in notes(CiFilesCollector(), {PATH: b"on: \xff\xff"})] == ["undecodable"]
    assert rows(CiFilesCollector(), {PATH: "permissions: [1]\njobs: [2]\n"})
