"""``hegui coverage`` as a user runs it: both ways, with outcomes, and exit 1 where a measure has no check."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import compliance.cli.coverage as module
from compliance.catalog.cache import load_catalog
from compliance.cli.main import cli


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["coverage", *arguments])


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_every_measure_is_listed_and_the_exit_code_says_that_all_are_asked_about() -> None:
    done = run("-f", "csv", "--language", "en")
    assert done.exit_code == 0
    found = {r["id"]: r for r in rows(done.output)}
    assert len(found) == 330
    assert "PUB-02.cases-consented" in found["CMP-06.3"]["checks"] and "publication" in found["CMP-06.3"]["evidence tables"]


def test_one_list() -> None:
    done = run("--source", "patent-protection", "-f", "json")
    assert len(json.loads(done.output)) == 30


def test_the_other_way() -> None:
    done = run("--by", "check", "-f", "csv", "--language", "en")
    found = {r["check"]: r for r in rows(done.output)}
    assert done.exit_code == 0 and "CMP-06.3" in found["PUB-02.cases-consented"]["measures"].split("; ")
    assert [x["check"] for x in json.loads(run("--by", "check", "-f", "json").output) if x["control"] == "PUB-02"] == ["cleared-first", "cases-consented", "names-scanned"]


def test_outcomes_of_an_assessment_stand_beside(tmp_path: Path) -> None:
    report = tmp_path / "results.json"
    report.write_text(json.dumps({"controls": [{"id": "PUB-02", "outcome": "not_satisfied"}]}), encoding="utf-8")
    one = {r["编号"]: r for r in rows(run("-f", "csv", "--results", str(report), "--language", "zh").output)}
    assert one["CMP-06.3"]["结论"] == "PUB-02 不符合" and one["PAT-01.1"]["结论"] == ""
    other = {r["检查"]: r for r in rows(run("--by", "check", "-f", "csv", "--results", str(report), "--language", "zh").output)}
    assert other["PUB-02.names-scanned"]["结论"] == "不符合"


def test_a_file_that_is_no_report_is_refused(tmp_path: Path) -> None:
    report = tmp_path / "results.json"
    report.write_text("[]", encoding="utf-8")
    done = run("--results", str(report))
    assert done.exit_code != 0


def test_a_measure_without_a_check_is_named_and_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = load_catalog()
    without = replace(whole, controls={n: c for n, c in whole.controls.items() if n != "PUB-02"})
    monkeypatch.setattr(module, "load_catalog", lambda: without)
    done = run("--language", "en")
    assert done.exit_code == 1
    assert done.output.rstrip().endswith("330 entries, 1 without a check: CMP-06.3")
