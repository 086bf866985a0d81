"""RAM accounts, permissions and keys."""

from __future__ import annotations

import pytest

from compliance.model.row import Row
from tests.collect.terraform.harness import rows

USER = 'resource "alicloud_ram_user" "u" {\n  name = "alice"\n}\n'


def identity(text: str) -> Row:
    found = rows(text, "identity")
    assert len(found) == 1
    return found[0]


def test_a_user_without_a_login_has_no_console_and_needs_no_mfa() -> None:
    row = identity(USER)
    assert (row.values["console_access"], row.values["direct_permissions"], row.values["name"]) == (False, False, "alice")
    assert {"mfa_enabled", "password_reset_required"} <= set(row.lacks)


@pytest.mark.parametrize("user", ["alicloud_ram_user.u.name", '"alice"'])
def test_a_login_without_mfa_is_found_at_its_line(user: str) -> None:
    row = identity(USER + f'resource "alicloud_ram_login_profile" "l" {{\n  user_name = {user}\n  mfa_bind_required = false\n  password_reset_required = true\n}}\n')
    assert row.values["console_access"] is True
    assert (row.values["mfa_enabled"], row.places["mfa_enabled"].line) == (False, 6)
    assert row.values["password_reset_required"] is True


def test_the_security_preference_demands_mfa_for_everyone() -> None:
    login = 'resource "alicloud_ram_login_profile" "l" {\n  user_name = "alice"\n}\n'
    preference = 'resource "alicloud_ram_security_preference" "s" {\n  %s\n}\n'
    for setting, expected in (("enforce_mfa_for_login = true", True), ('mfa_operation_for_login = "mandatory"', True), ("enforce_mfa_for_login = false", False), ("", False)):
        found = {row.values["identity_id"]: row for row in rows(USER + login + preference % setting, "identity")}
        assert found["alicloud_ram_user.u"].values["mfa_enabled"] is expected
        assert found["alicloud_ram_security_preference.s"].values["mfa_enabled"] is expected


def test_rights_attached_to_a_user() -> None:
    text = (
        USER + 'resource "alicloud_ram_user_policy_attachment" "a" {\n  user_name = alicloud_ram_user.u.name\n  policy_name = "AdministratorAccess"\n  policy_type = "System"\n}\n'
    )
    row = identity(text)
    assert (row.values["direct_permissions"], row.values["privileged"], row.places["direct_permissions"].line) == (True, True, 6)
    statement = rows(text, "permission_statement")[0]
    assert (statement.values["all_actions"], statement.values["all_resources"], statement.values["attached_directly"]) == (True, True, True)


def test_a_user_from_elsewhere_still_gives_rows() -> None:
    row = identity('resource "alicloud_ram_user_policy_attachment" "a" {\n  user_name = "bob"\n  policy_name = "ReadOnlyAccess"\n  policy_type = "System"\n}\n')
    assert (row.values["name"], row.values["direct_permissions"]) == ("bob", True)


@pytest.mark.parametrize(("name", "everything", "service"), [("AdministratorAccess", True, False), ("AliyunOSSFullAccess", False, True), ("ReadOnlyAccess", False, False)])
def test_ready_made_policies(name: str, everything: bool, service: bool) -> None:
    row = rows(f'resource "alicloud_ram_group_policy_attachment" "a" {{\n  group_name = "g"\n  policy_name = "{name}"\n  policy_type = "System"\n}}\n', "permission_statement")[0]
    assert (row.values["all_actions"], row.values["service_wildcard"], row.values["attached_directly"]) == (everything, service, False)
    assert row.values["all_resources"] is (everything or service)


def policy(actions: str, resources: str = '["*"]', effect: str = "Allow") -> Row:
    text = f"""
resource "alicloud_ram_policy" "p" {{
  policy_name     = "p"
  policy_document = <<EOF
  {{
    "Version": "1",
    "Statement": [{{"Effect": "{effect}", "Action": {actions}, "Resource": {resources}}}]
  }}
  EOF
}}
"""
    found = rows(text, "permission_statement")
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("actions", "resources", "expected"),
    [
        ('"*"', '"*"', (True, False, True)),
        ('["*:*"]', '["acs:*:*:*:*"]', (True, False, True)),
        ('"oss:*"', '"*"', (False, True, True)),
        ('"oss:*"', '"acs:oss:*:*:*"', (False, True, True)),
        ('["oss:GetObject"]', '["acs:oss:*:*:acme/*"]', (False, False, False)),
        ('["ecs:Describe*"]', '"*"', (False, False, True)),
    ],
)
def test_wildcards(actions: str, resources: str, expected: tuple[bool, bool, bool]) -> None:
    values = policy(actions, resources).values
    assert (values["all_actions"], values["service_wildcard"], values["all_resources"]) == expected
    assert values["effect"] == "allow"
    assert policy(actions, resources, "Deny").values["effect"] == "deny"


def test_old_statement_blocks_and_data_source_documents() -> None:
    old = 'resource "alicloud_ram_policy" "p" {\n  name = "p"\n  statement {\n    effect = "Allow"\n    action = ["*"]\n    resource = ["*"]\n  }\n}\n'
    row = rows(old, "permission_statement")[0]
    assert (row.values["all_actions"], row.places["all_actions"].line) == (True, 3)
    document = """
data "alicloud_ram_policy_document" "d" {
  statement {
    effect   = "Allow"
    action   = ["*"]
    resource = ["*"]
  }
}
resource "alicloud_ram_policy" "p" {
  policy_name     = "p"
  policy_document = data.alicloud_ram_policy_document.d.document
}
"""
    row = rows(document, "permission_statement")[0]
    assert (row.values["all_actions"], row.values["all_resources"], row.places["all_actions"].line) == (True, True, 3)


def test_an_unreadable_document_gives_one_row_of_unknowns() -> None:
    row = rows('variable "d" {}\nresource "alicloud_ram_policy" "p" {\n  policy_document = var.d\n}\n', "permission_statement")[0]
    assert (row.values["all_actions"], row.nulls["all_actions"].code, row.nulls["effect"].code) == (None, "unresolved_variable", "unresolved_variable")
    broken = rows('resource "alicloud_ram_policy" "p" {\n  policy_document = "{"\n}\n', "permission_statement")[0]
    assert broken.nulls["all_actions"].code == "unreadable_value"


def test_an_action_from_a_variable_is_undetermined_but_a_wildcard_beside_it_tells() -> None:
    text = 'variable "a" {}\nresource "alicloud_ram_policy" "p" {\n  policy_document = jsonencode({ Version = "1", Statement = [{ Effect = "Allow", Action = [%s], Resource = ["*"] }] })\n}\n'
    assert rows(text % "var.a", "permission_statement")[0].values["all_actions"] is None
    assert rows(text % 'var.a, "*"', "permission_statement")[0].values["all_actions"] in (True, None)


@pytest.mark.parametrize(
    ("principal", "anyone"),
    [('{ RAM = ["*"] }', True), ('{ RAM = ["acs:ram::*:root"] }', True), ('{ RAM = ["acs:ram::1234567890123456:root"] }', False), ('{ Service = ["ecs.aliyuncs.com"] }', False)],
)
def test_role_trust(principal: str, anyone: bool) -> None:
    text = f'resource "alicloud_ram_role" "r" {{\n  role_name = "r"\n  assume_role_policy_document = jsonencode({{ Version = "1", Statement = [{{ Action = "sts:AssumeRole", Effect = "Allow", Principal = {principal} }}] }})\n}}\n'
    row = rows(text, "permission_statement")[0]
    assert (row.values["policy_kind"], row.values["any_principal"], row.places["any_principal"].line) == ("trust", anyone, 3)


def test_access_keys() -> None:
    row = rows('resource "alicloud_ram_access_key" "k" {\n  user_name = "alice"\n  secret_file = "/tmp/secret"\n}\n', "access_key")[0]
    assert (row.values["enabled"], row.values["long_lived"], row.values["secret_encrypted"], row.values["identity_id"]) == (True, True, False, "alice")
    off = rows('resource "alicloud_ram_access_key" "k" {\n  status = "Inactive"\n  pgp_key = "keybase:a"\n}\n', "access_key")[0]
    assert (off.values["enabled"], off.values["secret_encrypted"]) == (False, True)


def test_password_policies_of_both_resources() -> None:
    strict = rows('resource "alicloud_ram_account_password_policy" "p" {}\n', "password_policy")[0].values
    assert (strict["min_length"], strict["require_symbols"], strict["character_classes"], strict["max_age_days"], strict["max_attempts"]) == (12, True, 4, 0, 5)
    loose = rows('resource "alicloud_ram_password_policy" "p" {}\n', "password_policy")[0].values
    assert (loose["min_length"], loose["require_symbols"], loose["character_classes"], loose["max_attempts"]) == (8, False, 0, 0)
    text = 'resource "alicloud_ram_account_password_policy" "p" {\n  minimum_password_length = 9\n  require_numbers = false\n  max_password_age = 1000\n  password_reuse_prevention = 5\n  max_login_attempts = 3\n}\n'
    row = rows(text, "password_policy")[0]
    assert (row.values["min_length"], row.places["min_length"].line, row.values["require_digits"]) == (9, 2, False)
    assert (row.values["max_age_days"], row.values["reuse_prevention"], row.values["max_attempts"]) == (1000, 5, 3)


def kms(body: str) -> Row:
    return rows(f'resource "alicloud_kms_key" "k" {{\n{body}\n}}\n', "kms_key")[0]


def test_a_bare_kms_key() -> None:
    values = kms("").values
    assert (values["algorithm"], values["key_bits"], values["status"], values["purpose"]) == ("AES_256", 256, "enabled", "storage")
    assert (values["rotation_supported"], values["rotation_enabled"], values["deletion_window_days"]) == (True, False, 30)
    assert (values["policy_open"], values["deletion_protection"]) == (False, False)


@pytest.mark.parametrize(("interval", "days"), [("365d", 365), ("8760h", 365), ("604800s", 7), ("1440m", 1), ("90000s", 2)])
def test_rotation_intervals(interval: str, days: int) -> None:
    row = kms(f'  automatic_rotation = "Enabled"\n  rotation_interval = "{interval}"')
    assert (row.values["rotation_enabled"], row.values["rotation_days"], row.places["rotation_days"].line) == (True, days, 3)


def test_keys_that_cannot_rotate_and_keys_that_are_off() -> None:
    assert "rotation_enabled" in kms('  key_spec = "RSA_2048"').lacks
    assert kms('  key_spec = "RSA_2048"').values["key_bits"] == 2048
    assert kms('  origin = "EXTERNAL"').values["rotation_supported"] is False
    assert kms('  status = "Disabled"').values["status"] == "disabled"
    assert kms("  is_enabled = false").values["status"] == "disabled"
    assert kms('  key_spec = "Aliyun_SM4"').values["algorithm"] == "SM4"
    assert kms("  pending_window_in_days = 7").places["deletion_window_days"].line == 2


def test_an_open_key_policy() -> None:
    row = kms('  policy = jsonencode({ Version = "1", Statement = [{ Effect = "Allow", Action = ["kms:*"], Principal = { RAM = ["*"] }, Resource = ["*"] }] })')
    assert (row.values["policy_open"], row.places["policy_open"].line) == (True, 2)
