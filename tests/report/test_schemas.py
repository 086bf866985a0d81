"""Machine formats against the schemas of those who read them (see tests/schemas for origins and licences)."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import xmlschema

from compliance.report.interface import writer
from tests.report.test_formats import report

SCHEMAS = Path(__file__).parents[1] / "schemas"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_sarif_is_valid(language: str) -> None:
    schema = json.loads((SCHEMAS / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    document = json.loads(writer("sarif")(report(language)))
    jsonschema.Draft4Validator(schema).validate(document)
    assert document["runs"][0]["results"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_gitlab_code_quality_is_valid(language: str) -> None:
    schema = json.loads((SCHEMAS / "gitlab-code-quality.handwritten.schema.json").read_text(encoding="utf-8"))
    document = json.loads(writer("gitlab")(report(language)))
    jsonschema.validators.validator_for(schema)(schema).validate(document)
    assert document


def test_junit_is_valid() -> None:
    errors = [e.reason for e in xmlschema.XMLSchema(SCHEMAS / "junit-jenkins-10.xsd").iter_errors(writer("junit")(report()))]
    assert not errors
