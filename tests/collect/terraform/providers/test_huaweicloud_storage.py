"""OBS buckets: inline settings, the separate resources beside them, guards, policies, replication."""

from __future__ import annotations

import json

import pytest

from compliance.model.row import Row
from tests.collect.terraform.harness import rows


def bucket(text: str) -> Row:
    found = rows(text, "object_storage")
    assert len(found) == 1
    return found[0]


def policy(principal: object = "*", condition: object = None, effect: str = "Allow", action: object = "GetObject") -> str:
    statement = {"Sid": "s", "Effect": effect, "Principal": principal, "Action": action, "Resource": ["acme/*"]}
    if condition is not None:
        statement["Condition"] = condition
    document = json.dumps({"Statement": [statement]})
    return f'resource "huaweicloud_obs_bucket" "b" {{\n  bucket = "acme"\n}}\nresource "huaweicloud_obs_bucket_policy" "p" {{\n  bucket = huaweicloud_obs_bucket.b.id\n  policy = <<EOT\n{document}\nEOT\n}}\n'


def test_a_bare_bucket_has_the_defaults_of_obs_and_its_findings_stand_at_the_block() -> None:
    row = bucket('resource "huaweicloud_obs_bucket" "b" {\n  bucket = "acme"\n}\n')
    off = ("public_access", "encrypted", "encryption_declared", "versioning", "access_logging", "tls_only", "force_destroy")
    assert {name: row.values[name] for name in off} == dict.fromkeys(off, False)
    assert row.values["encryption_algorithm"] == ""
    assert set(row.lacks) == {"public_access_blocked", "object_lock"}
    assert not set(off) & set(row.places)
    assert row.at.line == 1


def test_inline_settings_are_read_at_their_lines() -> None:
    row = bucket(
        """
resource "huaweicloud_obs_bucket" "b" {
  bucket        = "acme"
  acl           = "public-read"
  encryption    = true
  kms_key_id    = huaweicloud_kms_key.k.id
  versioning    = true
  force_destroy = true
  logging {
    target_bucket = "acme-logs"
    agency        = "obs"
  }
}
resource "huaweicloud_kms_key" "k" {
  key_alias = "acme"
}
"""
    )
    assert (row.values["public_access"], row.places["public_access"].line) == (True, 4)
    assert (row.values["encrypted"], row.values["encryption_declared"], row.values["encryption_algorithm"]) == (True, True, "KMS")
    assert (row.values["kms_key_id"], row.values["customer_managed_key"]) == ("huaweicloud_kms_key.k.id", True)
    assert (row.values["versioning"], row.places["versioning"].line) == (True, 7)
    assert (row.values["force_destroy"], row.places["force_destroy"].line) == (True, 8)
    assert row.values["access_logging"] is True


@pytest.mark.parametrize(
    ("body", "algorithm", "own"),
    [
        ('sse_algorithm = "AES256"\n  kms_key_id = "k"', "AES-256", False),
        ('sse_algorithm = "kms"', "AES-256", False),
        ('kms_key_id = "k"', "KMS", True),
        ('kms_key_id = "obs/default"', "AES-256", False),
        ('kms_key_id = "k"\n  kms_data_encryption = "SM4"', "SM4", True),
    ],
)
def test_the_algorithm_follows_mode_and_key(body: str, algorithm: str, own: bool) -> None:
    row = bucket(f'resource "huaweicloud_obs_bucket" "b" {{\n  encryption = true\n  {body}\n}}\n')
    assert (row.values["encrypted"], row.values["encryption_algorithm"], row.values["customer_managed_key"]) == (True, algorithm, own)


def test_encryption_attributes_without_the_switch_do_nothing() -> None:
    row = bucket('resource "huaweicloud_obs_bucket" "b" {\n  sse_algorithm = "kms"\n  kms_key_id = "k"\n}\n')
    assert (row.values["encrypted"], row.values["customer_managed_key"]) == (False, False)


@pytest.mark.parametrize(("permission", "expected"), [('access_to_bucket = ["READ"]', True), ('access_to_acl = ["READ_ACP"]', True), ("access_to_bucket = []", False)])
@pytest.mark.parametrize("reference", ["huaweicloud_obs_bucket.b.bucket", '"acme"'])
def test_a_separate_acl_opens_its_bucket_by_reference_and_by_name(permission: str, expected: bool, reference: str) -> None:
    row = bucket(
        'resource "huaweicloud_obs_bucket" "b" {\n  bucket = "acme"\n}\n'
        f'resource "huaweicloud_obs_bucket_acl" "a" {{\n  bucket = {reference}\n  public_permission {{\n    {permission}\n  }}\n}}\n'
    )
    assert row.values["public_access"] is expected
    if expected:
        assert row.places["public_access"].line == 7


def test_an_acl_of_another_bucket_is_a_row_of_its_own_with_unknown_settings() -> None:
    row = bucket('resource "huaweicloud_obs_bucket_acl" "a" {\n  bucket = "elsewhere"\n  public_permission {\n    access_to_bucket = ["READ"]\n  }\n}\n')
    assert row.values["public_access"] is True
    assert "encrypted" not in row.values


@pytest.mark.parametrize(
    ("switches", "public", "blocked"),
    [
        ("ignore_public_acls = true", False, False),
        ("block_public_acls = true", True, False),
        ("block_public_acls = true\n  ignore_public_acls = true\n  block_public_policy = true\n  restrict_public_buckets = true", False, True),
        ("", True, False),
    ],
)
def test_a_guard_makes_a_public_acl_harmless_only_when_it_ignores_acls(switches: str, public: bool, blocked: bool) -> None:
    row = bucket(
        'resource "huaweicloud_obs_bucket" "b" {\n  bucket = "acme"\n  acl = "public-read"\n}\n'
        f'resource "huaweicloud_obs_bucket_bpa" "g" {{\n  bucket = huaweicloud_obs_bucket.b.bucket\n  {switches}\n}}\n'
    )
    assert (row.values["public_access"], row.values["public_access_blocked"]) == (public, blocked)


@pytest.mark.parametrize(
    ("principal", "condition", "effect", "expected"),
    [
        ("*", None, "Allow", True),
        ({"ID": ["*"]}, None, "Allow", True),
        ({"ID": "*"}, None, "Deny", False),
        ({"ID": ["domain/1:user/2"]}, None, "Allow", False),
        ({"ID": "domain/*:user/*"}, None, "Allow", True),
        ("*", {"IpAddress": {"SourceIp": "10.0.0.0/8"}}, "Allow", False),
        ("*", {"IpAddress": {"SourceIp": "0.0.0.0/0"}}, "Allow", True),
        ("*", {"Bool": {"g:SecureTransport": "true"}}, "Allow", True),
    ],
)
def test_a_policy_for_anyone_opens_its_bucket(principal: object, condition: object, effect: str, expected: bool) -> None:
    assert bucket(policy(principal, condition, effect)).values["public_access"] is expected


def test_a_policy_for_anyone_is_a_statement_too() -> None:
    (row,) = rows(policy(), "permission_statement")
    assert (row.values["policy_kind"], row.values["effect"], row.values["any_principal"]) == ("resource", "allow", True)


def test_a_policy_from_a_variable_is_undetermined() -> None:
    text = 'variable "p" {}\nresource "huaweicloud_obs_bucket" "b" {\n  bucket = "acme"\n  policy = var.p\n}\n'
    assert bucket(text).values["public_access"] is None
    assert bucket(text).nulls["public_access"].code == "unresolved_variable"


@pytest.mark.parametrize(
    ("condition", "action", "expected"),
    [
        ({"Bool": {"g:SecureTransport": "false"}}, "*", True),
        ({"Bool": {"SecureTransport": ["false"]}}, ["*"], True),
        ({"Bool": {"g:SecureTransport": "true"}}, "*", False),
        ({"Bool": {"g:SecureTransport": "false"}}, "GetObject", False),
        ({"Bool": {"g:SecureTransport": "false"}, "IpAddress": {"SourceIp": "10.0.0.0/8"}}, "*", False),
    ],
)
def test_only_a_deny_of_everything_in_the_clear_makes_a_bucket_tls_only(condition: object, action: object, expected: bool) -> None:
    assert bucket(policy("*", condition, "Deny", action)).values["tls_only"] is expected


def test_a_bucket_that_holds_logs_need_not_log_itself() -> None:
    text = """
resource "huaweicloud_obs_bucket" "b" {
  bucket = "acme"
  logging {
    target_bucket = huaweicloud_obs_bucket.logs.id
  }
}
resource "huaweicloud_obs_bucket" "logs" {
  bucket = "acme-logs"
}
"""
    found = {row.values["name"]: row for row in rows(text, "object_storage")}
    assert found["acme"].values["access_logging"] is True
    assert "access_logging" in found["acme-logs"].lacks


def test_replication_goes_to_the_region_of_its_destination() -> None:
    text = """
provider "huaweicloud" {
  region = "cn-north-4"
}
provider "huaweicloud" {
  alias  = "hk"
  region = "ap-southeast-1"
}
resource "huaweicloud_obs_bucket" "copy" {
  provider = huaweicloud.hk
  bucket   = "copy"
}
resource "huaweicloud_obs_bucket_replication" "r" {
  bucket             = "acme"
  destination_bucket = %s
}
"""
    for target in ("huaweicloud_obs_bucket.copy.bucket", '"copy"'):
        (row,) = [r for r in rows(text % target, "data_location") if r.values["location_kind"] == "replication"]
        assert (row.values["place"], row.values["jurisdiction"]) == ("ap-southeast-1", "overseas")
    (row,) = [r for r in rows(text % '"elsewhere"', "data_location") if r.values["location_kind"] == "replication"]
    assert row.values["jurisdiction"] is None


@pytest.mark.parametrize(("acl", "count"), [("public-read", 1), ("private", 0)])
def test_a_public_object_is_a_grant_to_everyone(acl: str, count: int) -> None:
    found = rows(f'resource "huaweicloud_obs_bucket_object" "o" {{\n  bucket = "acme"\n  key = "k"\n  acl = "{acl}"\n}}\n', "permission_statement")
    assert [row.values["any_principal"] for row in found] == [True] * count
