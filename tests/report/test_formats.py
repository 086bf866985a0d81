"""Every format on one finding of each kind."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import jsonschema
import pytest

from compliance.catalog.cache import load_catalog
from compliance.collect.tree import MemoryTree
from compliance.report.interface import FORMATS, ReportInput, writer
from compliance.report.text import width
from compliance.run.check import Options, check
from compliance.run.config import Config

TEXT = 'provider "alicloud" {\n  region = "cn-hangzhou"\n}\nvariable "e" {}\nresource "alicloud_oss_bucket" "b" {\n  bucket = "b"\n  acl    = "public-read"\n}\nresource "alicloud_disk" "d" {\n  encrypted = var.e\n}\n'


def report(language: str = "zh") -> ReportInput:
    catalog = load_catalog()
    run = check(MemoryTree({"infra/main.tf": TEXT.encode(), "infra/broken.tf": b"resource {"}), catalog, Config(), Options("2026-06-30"))
    return ReportInput(run.assessment, run.snapshot, catalog, (), run.code, run.reason, language, "0", {("infra/main.tf", 7): '  acl    = "public-read"'})


@pytest.mark.parametrize("name", [f for f in sorted(FORMATS) if f not in {"html", "xlsx", "csv", "docx", "oscal"}])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_format_names_the_place_and_is_stable(name: str, language: str) -> None:
    first = writer(name)(report(language))
    assert first == writer(name)(report(language))
    text = first.decode() if isinstance(first, bytes) else first
    assert "infra/main.tf" in text and text.endswith("\n")


def test_json_follows_its_schema() -> None:
    schema = json.loads((Path(__file__).parents[2] / "docs/reference/check-report.schema.json").read_text(encoding="utf-8"))
    data = json.loads(writer("json")(report()))
    jsonschema.Draft202012Validator(schema).validate(data)
    assert {f["verdict"] for f in data["findings"]} == {"violation", "undetermined"}


def test_sarif_levels_kinds_and_fingerprints() -> None:
    [run] = json.loads(writer("sarif")(report()))["runs"]
    kinds = {(r["kind"], r["level"]) for r in run["results"]}
    assert ("fail", "error") in kinds and ("review", "none") in kinds
    assert all(r["ruleId"] == run["tool"]["driver"]["rules"][r["ruleIndex"]]["id"] and r["partialFingerprints"]["hegui/v1"] for r in run["results"])


def test_junit_counts_agree_with_its_cases() -> None:
    root = ElementTree.fromstring(writer("junit")(report()))
    assert int(root.attrib["tests"]) == len(root.findall(".//testcase"))
    assert int(root.attrib["failures"]) == len(root.findall(".//failure")) > 0
    assert int(root.attrib["errors"]) == len(root.findall(".//error")) > 0


def test_text_fits_80_columns() -> None:
    assert all(width(line) <= 80 for language in ("zh", "en") for line in writer("text")(report(language)).splitlines())
