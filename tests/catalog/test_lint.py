"""Errors of authors: file:line, what, and the nearest right name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from compliance.catalog.compile import compile_catalog
from compliance.catalog.roots import Roots, default_roots
from compliance.catalog.yaml_source import parse
from compliance.errors import CatalogError


def broken(tmp_path: Path, file: str, old: str, new: str) -> str:
    shipped = default_roots()
    for name, source in (("controls", shipped.controls), ("evidence", shipped.evidence)):
        shutil.copytree(source, tmp_path / name)
    path = tmp_path / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CatalogError) as caught:
        compile_catalog(Roots(tmp_path / "controls", tmp_path / "evidence"))
    return str(caught.value)


ENC = "controls/confidentiality/encryption.yaml"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('must: "encrypted and encryption_declared"', 'must: "encripted and encryption_declared"', "did you mean 'encrypted'?"),
        ('every: "object_storage"', 'every: "object_storages"', "did you mean 'object_storage'?"),
        ("severity: critical", "severity: criticle", "did you mean 'critical'?"),
        ('must: "encrypted and encryption_declared"', "must: \"now() > cast('2020-01-01' as timestamp)\"", "not allowed"),
        ('must: "encrypted and encryption_declared"', 'must: "encrypted and"', "not valid SQL"),
        ("derives_from: [PIPL-051-3,", "derives_from: [PIPL-051-33,", "did you mean 'PIPL-051-3'?"),
        ('must: "key_bits >= ', 'must: "key_bits >= :rsa_bitz + ', "did you mean 'rsa_bits'?"),
    ],
)
def test_faults_are_named_with_line_and_remedy(tmp_path: Path, old: str, new: str, expected: str) -> None:
    message = broken(tmp_path, ENC, old, new)
    assert "encryption.yaml:" in message and expected in message


def test_a_profile_below_a_legal_floor_is_refused_with_the_article(tmp_path: Path) -> None:
    message = broken(tmp_path, "controls/profiles/ci.yaml", "  AUD-02: {", "  AUD-02: {parameters: {min_days: 180}, ")
    assert "184" in message and "第二十三条第（三）项" in message


def test_circles_of_requires_are_errors(tmp_path: Path) -> None:
    message = broken(tmp_path, ENC, "    requires: [DAT-05]\n", "    requires: [ENC-01]\n")
    assert "circle" in message


def test_scalars_stay_as_written() -> None:
    document = parse("a: no\nb: 012\nc: 12:30\nd: ~\n", "x")
    assert document == {"a": "no", "b": "012", "c": "12:30", "d": None} and document.lines["c"] == 3


def test_duplicate_keys_are_errors() -> None:
    with pytest.raises(CatalogError, match="stands twice"):
        parse("a: 1\na: 2\n", "x")


def test_a_remedy_for_an_unknown_check_is_named_with_its_line(tmp_path: Path) -> None:
    message = broken(tmp_path, "controls/remediation/aws.yaml", "  ENC-01.block-volume:", "  ENC-01.block-volumes:")
    assert "remediation/aws.yaml:" in message and "did you mean 'ENC-01.block-volume'?" in message
