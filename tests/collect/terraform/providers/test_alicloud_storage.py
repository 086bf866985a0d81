"""OSS buckets: inline settings, the separate resources, guards, policies, replication."""

from __future__ import annotations

from compliance.model.row import Row
from tests.collect.terraform.harness import rows


def bucket(text: str) -> Row:
    found = rows(text, "object_storage")
    assert len(found) == 1
    return found[0]


def test_a_bare_bucket_has_the_defaults_of_oss_and_its_findings_stand_at_the_block() -> None:
    row = bucket('resource "alicloud_oss_bucket" "b" {\n  bucket = "acme"\n}\n')
    off = ("public_access", "encrypted", "encryption_declared", "versioning", "access_logging", "tls_only", "force_destroy", "object_lock")
    assert {name: row.values[name] for name in off} == dict.fromkeys(off, False)
    assert row.values["encryption_algorithm"] == ""
    assert row.lacks == ("public_access_blocked",)
    assert not set(off) & set(row.places)
    assert row.at.line == 1


def test_inline_settings_of_old_versions_are_read_at_their_lines() -> None:
    row = bucket(
        """
resource "alicloud_oss_bucket" "b" {
  bucket = "acme"
  acl    = "public-read"
  server_side_encryption_rule {
    sse_algorithm     = "KMS"
    kms_master_key_id = alicloud_kms_key.k.id
  }
  versioning {
    status = "Enabled"
  }
  logging {
    target_bucket = "acme-logs"
  }
  force_destroy = true
}
resource "alicloud_kms_key" "k" {}
"""
    )
    assert row.values["public_access"] is True
    assert row.places["public_access"].line == 4
    assert (row.values["encrypted"], row.values["encryption_declared"], row.values["encryption_algorithm"]) == (True, True, "KMS")
    assert row.values["kms_key_id"] == "alicloud_kms_key.k.id"
    assert row.values["customer_managed_key"] is True
    assert row.values["versioning"] is True
    assert row.values["access_logging"] is True
    assert row.values["force_destroy"] is True


def test_separate_resources_count_by_reference_and_by_name() -> None:
    text = """
resource "alicloud_oss_bucket" "b" {
  bucket = "acme"
}
resource "alicloud_oss_bucket_acl" "a" {
  bucket = alicloud_oss_bucket.b.bucket
  acl    = "public-read-write"
}
resource "alicloud_oss_bucket_server_side_encryption" "e" {
  bucket        = "acme"
  sse_algorithm = "AES256"
}
resource "alicloud_oss_bucket_versioning" "v" {
  bucket = alicloud_oss_bucket.b.id
  status = "Suspended"
}
resource "alicloud_oss_bucket_logging" "l" {
  bucket        = alicloud_oss_bucket.b.bucket
  target_bucket = "elsewhere"
}
"""
    row = bucket(text)
    assert (row.values["public_access"], row.places["public_access"].line) == (True, 7)
    assert (row.values["encrypted"], row.values["encryption_algorithm"], row.values["customer_managed_key"]) == (True, "AES-256", False)
    assert (row.values["versioning"], row.places["versioning"].line) == (False, 15)
    assert row.values["access_logging"] is True


def test_the_default_service_key_is_no_key_of_the_firm() -> None:
    row = bucket('resource "alicloud_oss_bucket" "b" {\n  server_side_encryption_rule {\n    sse_algorithm = "KMS"\n    kms_master_key_id = "alias/acs/oss"\n  }\n}\n')
    assert (row.values["encrypted"], row.values["customer_managed_key"]) == (True, False)


def test_sm4_is_named() -> None:
    row = bucket('resource "alicloud_oss_bucket" "b" {\n  server_side_encryption_rule {\n    sse_algorithm = "KMS"\n    kms_data_encryption = "SM4"\n  }\n}\n')
    assert row.values["encryption_algorithm"] == "SM4"


def test_a_public_access_block_makes_a_public_acl_harmless() -> None:
    text = """
resource "alicloud_oss_bucket" "b" {
  bucket = "acme"
  acl    = "public-read"
}
resource "alicloud_oss_bucket_public_access_block" "g" {
  bucket              = "acme"
  block_public_access = %s
}
"""
    on, off = bucket(text % "true"), bucket(text % "false")
    assert (on.values["public_access"], on.values["public_access_blocked"]) == (False, True)
    assert (off.values["public_access"], off.values["public_access_blocked"]) == (True, False)
    assert off.places["public_access_blocked"].line == 8


def test_the_account_guard_covers_every_bucket() -> None:
    row = bucket('resource "alicloud_oss_bucket" "b" {\n  acl = "public-read"\n}\nresource "alicloud_oss_account_public_access_block" "a" {\n  block_public_access = true\n}\n')
    assert (row.values["public_access"], row.values["public_access_blocked"]) == (False, True)


def policy(condition: str = "", principal: str = '["*"]', effect: str = "Allow", action: str = '["oss:GetObject"]') -> str:
    return f"""
resource "alicloud_oss_bucket" "b" {{
  bucket = "acme"
}}
resource "alicloud_oss_bucket_policy" "p" {{
  bucket = alicloud_oss_bucket.b.bucket
  policy = jsonencode({{
    Version   = "1"
    Statement = [{{ Effect = "{effect}", Action = {action}, Principal = {principal}, Resource = ["acs:oss:*:*:acme/*"] {condition} }}]
  }})
}}
"""


def test_a_policy_for_everyone_makes_the_bucket_public_at_the_policy() -> None:
    row = bucket(policy())
    assert row.values["public_access"] is True
    assert row.places["public_access"].line == 7


def test_a_policy_for_an_account_or_from_a_network_does_not() -> None:
    assert bucket(policy(principal='["1234567890123456"]')).values["public_access"] is False
    office = ', Condition = { IpAddress = { "acs:SourceIp" = ["203.0.113.0/24"] } }'
    assert bucket(policy(office)).values["public_access"] is False


def test_conditions_that_narrow_nobody_do_not_count() -> None:
    anywhere = ', Condition = { IpAddress = { "acs:SourceIp" = ["0.0.0.0/0"] } }'
    tls = ', Condition = { Bool = { "acs:SecureTransport" = ["true"] } }'
    assert bucket(policy(anywhere)).values["public_access"] is True
    assert bucket(policy(tls)).values["public_access"] is True


def test_plain_http_is_refused_by_a_deny_for_everyone_only() -> None:
    insecure = ', Condition = { Bool = { "acs:SecureTransport" = ["false"] } }'
    refused = bucket(policy(insecure, effect="Deny", action='["oss:*"]'))
    assert (refused.values["tls_only"], refused.values["public_access"]) == (True, False)
    listed = policy(insecure, effect="Deny", action='["oss:ListObjects", "oss:GetObject", "oss:PutObject"]')
    assert bucket(listed).values["tls_only"] is True
    assert bucket(policy(insecure, effect="Deny", action='["oss:*"]', principal='["1234"]')).values["tls_only"] is False
    assert bucket(policy(insecure, effect="Deny", action='["oss:GetObject"]')).values["tls_only"] is False


def test_an_unreadable_policy_leaves_the_bucket_undetermined_unless_the_acl_already_tells() -> None:
    text = 'variable "p" {}\nresource "alicloud_oss_bucket" "b" {\n  acl    = "%s"\n  policy = var.p\n}\n'
    private, public = bucket(text % "private"), bucket(text % "public-read")
    assert private.values["public_access"] is None
    assert private.nulls["public_access"].code == "unresolved_variable"
    assert private.values["tls_only"] is None
    assert public.values["public_access"] is True


def test_an_unresolved_acl_is_undetermined() -> None:
    row = bucket('variable "acl" {}\nresource "alicloud_oss_bucket" "b" {\n  acl = var.acl\n}\n')
    assert row.values["public_access"] is None
    assert str(row.nulls["public_access"]) == "unresolved_variable:var.acl"


def test_a_bucket_that_receives_logs_need_not_log_itself() -> None:
    text = """
resource "alicloud_oss_bucket" "data" {
  bucket = "acme"
  logging {
    target_bucket = alicloud_oss_bucket.logs.id
  }
}
resource "alicloud_oss_bucket" "logs" {
  bucket = "acme-logs"
}
"""
    found = {row.values["name"]: row for row in rows(text, "object_storage")}
    assert found["acme"].values["access_logging"] is True
    assert "access_logging" in found["acme-logs"].lacks


def test_worm_counts_once_it_is_locked() -> None:
    text = 'resource "alicloud_oss_bucket" "b" {\n  bucket = "acme"\n}\nresource "alicloud_oss_bucket_worm" "w" {\n  bucket = "acme"\n  status = "%s"\n}\n'
    assert bucket(text % "Locked").values["object_lock"] is True
    assert bucket(text % "InProgress").values["object_lock"] is False


def test_replication_names_the_place_it_goes_to() -> None:
    text = 'resource "alicloud_oss_bucket_replication" "r" {\n  bucket = "a"\n  destination {\n    bucket = "b"\n    location = "%s"\n  }\n}\n'
    for location, place, jurisdiction in (("oss-us-west-1", "us-west-1", "overseas"), ("oss-cn-beijing", "cn-beijing", "mainland"), ("oss-cn-hongkong", "cn-hongkong", "overseas")):
        row = next(r for r in rows(text % location, "data_location") if r.values["location_kind"] == "replication")
        assert (row.values["place"], row.values["jurisdiction"], row.places["place"].line) == (place, jurisdiction, 5)


def test_a_bucket_policy_gives_a_row_a_statement() -> None:
    found = rows(policy(), "permission_statement")
    assert len(found) == 1
    assert found[0].values["any_principal"] is True
    assert (found[0].values["policy_kind"], found[0].values["effect"], found[0].values["actions"]) == ("resource", "allow", "oss:GetObject")


def test_an_acl_of_a_bucket_from_elsewhere_still_gives_a_row() -> None:
    row = bucket('resource "alicloud_oss_bucket_acl" "a" {\n  bucket = "not-here"\n  acl = "public-read"\n}\n')
    assert (row.values["public_access"], row.places["public_access"].line) == (True, 3)
