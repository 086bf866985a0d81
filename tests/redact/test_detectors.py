"""Personal information and secrets: what is one and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.redact import detectors, secrets
from compliance.redact.detectors import _CHECK, _WEIGHTS


def resident(body: str) -> str:
    return body + _CHECK[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]


@given(st.integers(1900, 2020), st.integers(1, 12), st.integers(1, 28), st.integers(0, 999))
def test_a_valid_id_is_found_masked_and_a_wrong_checksum_is_not(year: int, month: int, day: int, serial: int) -> None:
    value = resident(f"110101{year:04}{month:02}{day:02}{serial:03}")
    [hit] = detectors.detect(f"id: {value}\n")
    assert hit.kind == "resident_id" and value[2:-2] not in hit.masked
    wrong = value[:-1] + ("1" if value[-1] != "1" else "2")
    assert not [h for h in detectors.detect(f"x {wrong}\n") if h.kind == "resident_id"]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("mobile: 13800138000", ["mobile"]),
        ("build 13800138000", []),
        ("卡号 6222021234567890128", ["bank_card"]),
        ("卡号 6222021234567890127", []),
        ("91110108MA01234567", []),
        ("sha: 1101011900010100110101190001010011010119", []),
        ("ts=1714521600000123456", []),
    ],
)
def test_context_decides(text: str, kinds: list[str]) -> None:
    assert [h.kind for h in detectors.detect(text)] == kinds


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('password = "Tr0ub4dor-and-3"', "terraform"),
        ("DB_PASSWORD=s3cr3t-Value-9", "env"),
        ("password: s3cr3t-Value-9", "yaml"),
        ('variable "db_password" {\n  default = "Tr0ub4dor"\n}', "terraform"),
        ("AKIA" + "IOSFODNN7ABCDEFG", "code"),
        ("export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMIK7MDENGbPxRfi", "terraform"),
        ("requirepass Str0ngValue9", "conf"),
        ('access_key = "AKIA' + 'IOSFODNN7EXAMPLE"', "terraform"),
        ('secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"', "terraform"),
        ("url: postgres://app:Tr0ub4dor@db.internal/books", "yaml"),
        ("- name: DB_PASSWORD\n  value: Tr0ub4dor-9", "yaml"),
        ("ENV DB_PASSWORD=Tr0ub4dor9", "dockerfile"),
    ],
)
def test_secrets_are_found_and_never_echoed(text: str, kind: str) -> None:
    hits = list(secrets.detect(text, kind))
    assert hits and all(text[h.start : h.end].strip("\"'")[4:] not in h.masked for h in hits)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("password = var.db_password", "terraform"),
        ('password = "${var.db_password}"', "terraform"),
        ("minimum_password_length = 14", "terraform"),
        ("password_reset_required = true", "terraform"),
        ("DB_PASSWORD=${DB_PASSWORD}", "env"),
        ("DB_PASSWORD=", "env"),
        ("password: <password>", "yaml"),
        ("password: your-password-here", "yaml"),
        ('http_tokens = "required"', "terraform"),
        ("secretKeyRef:\n  name: db-secret", "yaml"),
        ('secret_name = "db/books"', "terraform"),
        ("# password = Tr0ub4dor9", "conf"),
        ("kms_key_id: 1234abcd-12ab", "yaml"),
        ("password: {{ vault_password }}", "yaml"),
    ],
)
def test_references_and_settings_are_no_secrets(text: str, kind: str) -> None:
    assert not list(secrets.detect(text, kind))
