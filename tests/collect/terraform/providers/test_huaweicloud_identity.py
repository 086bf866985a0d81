"""IAM: users, keys, password policies, custom policies, roles, agencies, function triggers."""

from __future__ import annotations

import json

import pytest

from compliance.model.row import Row
from tests.collect.terraform.harness import rows


def user(text: str) -> Row:
    found = rows(text, "identity")
    assert len(found) == 1
    return found[0]


USER = 'resource "huaweicloud_identity_user" "u" {\n  name = "u"\n%s\n}\n'


@pytest.mark.parametrize(
    ("body", "console", "second_factor"),
    [
        ("", False, False),
        ("  password = var.p", True, False),
        ('  password = var.p\n  access_type = "programmatic"', False, False),
        ('  access_type = "console"', True, False),
        ('  password = var.p\n  login_protect_verification_method = "vmfa"', True, True),
        ('  password = var.p\n  login_protect_verification_method = ""', True, False),
    ],
)
def test_console_access_and_login_protection(body: str, console: bool, second_factor: bool) -> None:
    row = user('variable "p" {}\n' + USER % body)
    assert (row.values["console_access"], row.values["mfa_enabled"]) == (console, second_factor)


def test_a_virtual_mfa_device_is_a_second_factor() -> None:
    device = 'resource "huaweicloud_identity_virtual_mfa_device" "m" {\n  name = "m"\n  user_id = huaweicloud_identity_user.u.id\n}\n'
    row = user(USER % '  access_type = "console"' + device)
    assert (row.values["mfa_enabled"], row.places["mfa_enabled"].line) == (True, 7)


def test_a_method_from_a_variable_is_undetermined() -> None:
    row = user('variable "m" {}\n' + USER % "  login_protect_verification_method = var.m")
    assert row.nulls["mfa_enabled"].code == "unresolved_variable"


def test_rights_given_to_a_user_directly() -> None:
    role = 'resource "huaweicloud_identity_user_role_assignment" "a" {\n  user_id = huaweicloud_identity_user.u.id\n  role_id = "r"\n}\n'
    row = user(USER % "" + role)
    assert (row.values["direct_permissions"], row.places["direct_permissions"].line) == (True, 6)
    assert user(USER % "").values["direct_permissions"] is False


def test_a_user_of_the_newer_interface_signs_in_only_with_a_login_profile() -> None:
    text = 'resource "huaweicloud_identityv5_user" "u" {\n  name = "u"\n}\n'
    profile = 'resource "huaweicloud_identityv5_login_profile" "l" {\n  user_id = huaweicloud_identityv5_user.u.id\n  password = "x"\n}\n'
    assert user(text).values["console_access"] is False
    assert user(text + profile).values["console_access"] is True


@pytest.mark.parametrize(("status", "enabled"), [("", True), ('  status = "inactive"', False), ('  status = "active"', True)])
def test_access_keys(status: str, enabled: bool) -> None:
    (row,) = rows(f'resource "huaweicloud_identity_access_key" "k" {{\n  user_id = huaweicloud_identity_user.u.id\n{status}\n}}\n', "access_key")
    assert (row.values["enabled"], row.values["long_lived"], row.values["secret_encrypted"]) == (enabled, True, False)
    assert row.values["identity_id"] == "huaweicloud_identity_user.u.id"


def password_policy(body: str, rest: str = "") -> Row:
    (row,) = rows(f'resource "huaweicloud_identity_password_policy" "p" {{\n{body}\n}}\n{rest}', "password_policy")
    return row


def test_the_default_password_policy_of_iam() -> None:
    row = password_policy("")
    assert (row.values["min_length"], row.values["max_age_days"], row.values["reuse_prevention"], row.values["max_attempts"]) == (8, 0, 1, 5)
    assert (row.values["character_classes"], row.values["require_symbols"]) == (2, False)


@pytest.mark.parametrize(("kinds", "lacking", "value"), [(4, False, True), (3, True, None), (2, False, False)])
def test_kinds_of_characters(kinds: int, lacking: bool, value: bool | None) -> None:
    row = password_policy(f"  password_char_combination = {kinds}")
    for column in ("require_lowercase", "require_uppercase", "require_digits", "require_symbols"):
        assert row.values[column] is value
        assert (column in row.lacks) is lacking


def test_a_strong_password_policy_with_a_login_policy() -> None:
    row = password_policy(
        "  minimum_password_length = 12\n  password_validity_period = 90\n  number_of_recent_passwords_disallowed = 5",
        'resource "huaweicloud_identity_login_policy" "l" {\n  login_failed_times = 3\n}\n',
    )
    assert (row.values["min_length"], row.values["max_age_days"], row.values["reuse_prevention"], row.values["max_attempts"]) == (12, 90, 5, 3)


def statements(text: str) -> list[Row]:
    return rows(text, "permission_statement")


def role(statement: dict[str, object]) -> Row:
    document = json.dumps({"Version": "1.1", "Statement": [statement]})
    (row,) = statements(f'resource "huaweicloud_identity_role" "r" {{\n  name = "r"\n  type = "AX"\n  policy = <<EOT\n{document}\nEOT\n}}\n')
    return row


@pytest.mark.parametrize(
    ("action", "resource", "everything", "service", "everywhere"),
    [
        (["*:*:*"], None, True, False, True),
        (["*"], None, True, False, True),
        (["obs:*:*"], None, False, True, True),
        (["obs:*:*"], ["obs:*:*:bucket:acme"], False, True, False),
        (["obs:object:GetObject"], ["OBS:*:*:object:*"], False, False, True),
        (["ecs:cloudServers:list"], None, False, False, True),
    ],
)
def test_wildcards_of_custom_policies(action: list[str], resource: list[str] | None, everything: bool, service: bool, everywhere: bool) -> None:
    statement: dict[str, object] = {"Effect": "Allow", "Action": action}
    if resource is not None:
        statement["Resource"] = resource
    row = role(statement)
    assert (row.values["all_actions"], row.values["service_wildcard"], row.values["all_resources"]) == (everything, service, everywhere)
    assert (row.values["policy_kind"], row.values["effect"]) == ("identity", "allow")


def test_a_document_from_a_variable_is_one_row_of_unknowns() -> None:
    (row,) = statements('variable "p" {}\nresource "huaweicloud_identityv5_policy" "p" {\n  policy_document = var.p\n}\n')
    assert row.values["all_actions"] is None
    assert row.nulls["all_actions"].code == "unresolved_variable"


def test_jsonencode_with_an_unresolved_part_is_still_read() -> None:
    (row,) = statements(
        'variable "b" {}\nresource "huaweicloud_identity_role" "r" {\n  policy = jsonencode({\n    Version = "1.1"\n    Statement = [{ Effect = "Allow", Action = ["obs:*:*"], Resource = ["obs:*:*:bucket:${var.b}"] }]\n  })\n}\n'
    )
    assert (row.values["service_wildcard"], row.values["all_actions"]) == (True, False)


@pytest.mark.parametrize(
    ("name", "everything", "service"),
    [("Tenant Administrator", True, False), ("FullAccess", True, False), ("OBS Administrator", False, True), ("ECS FullAccess", False, True), ("OBS ReadOnlyAccess", False, False)],
)
def test_system_roles_are_told_by_their_data_source(name: str, everything: bool, service: bool) -> None:
    (row,) = statements(
        f'data "huaweicloud_identity_role" "s" {{\n  display_name = "{name}"\n}}\n'
        'resource "huaweicloud_identity_group_role_assignment" "a" {\n  group_id = "g"\n  role_id = data.huaweicloud_identity_role.s.id\n}\n'
    )
    assert (row.values["all_actions"], row.values["service_wildcard"], row.values["attached_directly"]) == (everything, service, False)


def test_a_bare_role_id_tells_nothing() -> None:
    (row,) = statements('resource "huaweicloud_identity_group_role_assignment" "a" {\n  group_id = "g"\n  role_id = "0123456789abcdef"\n}\n')
    assert row.values["all_actions"] is None


def test_agencies_name_their_roles() -> None:
    found = statements(
        'resource "huaweicloud_identity_agency" "a" {\n  name = "a"\n  delegated_domain_name = "other"\n  project_role {\n    project = "cn-north-4"\n    roles = ["Tenant Administrator", "OBS OperateAccess"]\n  }\n  domain_roles = ["Security Administrator"]\n}\n'
    )
    assert sorted((str(r.values["actions"]), r.values["all_actions"]) for r in found) == [
        ("OBS OperateAccess", False),
        ("Security Administrator", True),
        ("Tenant Administrator", True),
    ]


@pytest.mark.parametrize(("auth", "anyone"), [("NONE", True), ("IAM", False), ("APP", False)])
def test_a_trigger_without_authentication_is_open_to_anyone(auth: str, anyone: bool) -> None:
    (new,) = statements(f'resource "huaweicloud_fgs_function_trigger" "t" {{\n  type = "APIG"\n  event_data = jsonencode({{ auth = "{auth}", path = "/x" }})\n}}\n')
    (old,) = statements(f'resource "huaweicloud_fgs_trigger" "t" {{\n  type = "DEDICATEDGATEWAY"\n  apig {{\n    security_authentication = "{auth}"\n  }}\n}}\n')
    assert new.values["any_principal"] is anyone
    assert old.values["any_principal"] is anyone


def test_other_triggers_say_nothing_about_callers() -> None:
    assert statements('resource "huaweicloud_fgs_function_trigger" "t" {\n  type = "TIMER"\n  event_data = "{}"\n}\n') == []
