"""HTML, Excel, Word, CSV and OSCAL: what a person or another tool opens, the same bytes each time."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

from compliance.errors import UsageError
from compliance.model.catalog import Text
from compliance.report.csv_report import inert
from compliance.report.interface import ReportInput, writer
from compliance.report.messages import MESSAGES, ROLES
from tests.report.test_formats import report

FORMATS = ("html", "html:brief", "html:audit", "xlsx", "csv", "csv:gaps", "csv:measures", "docx", "oscal")


def data(name: str, given: ReportInput) -> bytes:
    made = writer(name)(given)
    return made if isinstance(made, bytes) else made.encode()


def hostile() -> ReportInput:
    """A report whose evidence tries to get out: markup, formulas, control characters."""
    given = report()
    findings = tuple(replace(f, key="=cmd|'/c calc'!A1<script>alert(1)</script>\x07", message=Text("<img src=x onerror=alert(1)>", "@SUM(A1)")) for f in given.assessment.findings)
    return replace(given, assessment=replace(given.assessment, findings=findings))


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_same_input_gives_the_same_bytes(name: str, language: str) -> None:
    assert data(name, report(language)) == data(name, report(language))


def test_another_time_zone_locale_and_hash_seed_give_the_same_bytes() -> None:
    program = "import hashlib\nfrom tests.report.test_people_formats import FORMATS, data\nfrom tests.report.test_formats import report\nprint(hashlib.sha256(b''.join(data(f, report()) for f in FORMATS)).hexdigest())"
    shown = set()
    for zone, locale, seed in (("UTC", "C", "0"), ("America/New_York", "C.UTF-8", "4711")):
        environment = {**os.environ, "TZ": zone, "LC_ALL": locale, "PYTHONHASHSEED": seed, "PYTHONUTF8": "1"}
        shown.add(subprocess.run([sys.executable, "-c", program], env=environment, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True).stdout)
    assert len(shown) == 1


@pytest.mark.parametrize("name", ["html", "html:brief", "html:audit"])
def test_html_has_no_script_no_request_and_a_style_sheet_allowed_by_its_hash(name: str) -> None:
    page = data(name, hostile()).decode()
    assert "<script" not in page and "<img" not in page and not re.search(r"\b(?:src|on\w+)\s*=\s*[\"']", page)
    assert not re.search(r"https?://|url\(|@import", page)
    [style] = re.findall(r"<style>(.*?)</style>", page, re.S)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page
    assert " style=" not in page


def test_brief_leaves_the_details_out_and_audit_shows_the_queries() -> None:
    assert "<details" not in data("html:brief", report()).decode()
    assert "SELECT" in data("html:audit", report()).decode()


def test_a_workbook_holds_text_where_evidence_holds_formulas() -> None:
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data("xlsx", hostile())))
    rows = book.get_sheet_by_index(1).to_python()
    assert any(str(cell).startswith("=cmd") for row in rows for cell in row)
    with zipfile.ZipFile(io.BytesIO(data("xlsx", hostile()))) as archive:
        assert not any(b"<f>" in archive.read(n) for n in archive.namelist())
        assert not any("vba" in n.lower() for n in archive.namelist())


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@A1", "\t=1", " =1", "\uff1d1"])
def test_a_csv_cell_is_never_a_formula(cell: str) -> None:
    assert inert(cell).startswith("'") and inert("正常") == "正常"


def test_a_word_document_is_well_formed_and_names_every_gap() -> None:
    with zipfile.ZipFile(io.BytesIO(data("docx", hostile()))) as archive:
        assert {i.compress_type for i in archive.infolist()} == {zipfile.ZIP_STORED}
        text = "".join(ElementTree.fromstring(archive.read("word/document.xml")).itertext())
    assert "ENC-01" in text and "签署" in text and "\x07" not in text


def test_oscal_follows_the_schema() -> None:
    raw = (Path(__file__).parents[1] / "schemas/oscal_assessment-results_schema.json").read_text(encoding="utf-8")
    # Python's re knows no \p{L} and \p{N}.
    schema = json.loads(raw.replace(r"\\p{L}", "[a-zA-Z\u00c0-\uffff]").replace(r"\\p{N}", "[0-9]"))
    jsonschema.Draft7Validator(schema).validate(json.loads(data("oscal", report("en"))))


def test_unknown_formats_and_variants_are_named_with_what_there_is() -> None:
    with pytest.raises(UsageError, match="html:brief"):
        writer("html:bref")
    with pytest.raises(UsageError, match="unknown format"):
        writer("pdf")


def test_every_word_stands_in_both_languages() -> None:
    for key, text in {**MESSAGES, **ROLES}.items():
        assert text.zh.strip() and text.en.strip(), key
        assert set(re.findall(r"\{\w+\}", text.zh)) == set(re.findall(r"\{\w+\}", text.en)), key
