"""Tencent Cloud: good, bad and unresolvable settings."""

from __future__ import annotations

import pytest

from tests.collect.terraform.harness import rows

P = 'provider "tencentcloud" {\n  region = "ap-guangzhou"\n}\nvariable "x" {}\n'


@pytest.mark.parametrize(
    ("body", "table", "column", "expected"),
    [
        ('resource "tencentcloud_cos_bucket" "b" {\n  acl = "public-read"\n}', "object_storage", "public_access", True),
        ('resource "tencentcloud_cos_bucket" "b" {\n  bucket = "b"\n}', "object_storage", "encrypted", False),
        ('resource "tencentcloud_cos_bucket" "b" {\n  encryption_algorithm = "AES256"\n}', "object_storage", "encryption_declared", True),
        ('resource "tencentcloud_cos_bucket" "b" {\n  versioning_enable = var.x\n}', "object_storage", "versioning", None),
        ('resource "tencentcloud_cbs_storage" "d" {\n  encrypt = true\n}', "block_volume", "encrypted", True),
        ('resource "tencentcloud_mysql_instance" "m" {\n  internet_service = 1\n}', "database", "public_access", True),
        ('resource "tencentcloud_kms_key" "k" {\n  key_rotation_enabled = true\n}', "kms_key", "rotation_enabled", True),
        ('resource "tencentcloud_cls_topic" "t" {\n  period = 90\n}', "log_store", "retention_days", 90),
        ('resource "tencentcloud_clb_listener" "l" {\n  protocol = "HTTP"\n  port = 80\n}', "tls_endpoint", "plaintext", True),
        ('resource "tencentcloud_cam_access_key" "a" {\n}', "access_key", "long_lived", True),
        ('resource "tencentcloud_security_group_lite_rule" "s" {\n  ingress = ["ACCEPT#0.0.0.0/0#22#TCP"]\n}', "network_rule", "source_scope", "any"),
        ('resource "tencentcloud_security_group_lite_rule" "s" {\n  ingress = ["ACCEPT#10.0.0.0/8#8000-9000#TCP"]\n}', "network_rule", "port_to", 9000),
        (
            'resource "tencentcloud_security_group_rule_set" "s" {\n  ingress {\n    action = "DROP"\n    cidr_block = "0.0.0.0/0"\n    port = "ALL"\n    protocol = "ALL"\n  }\n}',
            "network_rule",
            "action",
            "deny",
        ),
        (
            'resource "tencentcloud_cam_policy" "p" {\n  document = "{\\"version\\":\\"2.0\\",\\"statement\\":[{\\"effect\\":\\"allow\\",\\"action\\":\\"*\\",\\"resource\\":\\"*\\"}]}"\n}',
            "permission_statement",
            "all_actions",
            True,
        ),
    ],
)
def test_settings(body: str, table: str, column: str, expected: object) -> None:
    [row] = rows(P + body + "\n", table)
    assert row.values[column] == expected
    assert expected is not None or row.nulls[column].code == "unresolved_variable"


def test_regions() -> None:
    assert [r.values["jurisdiction"] for r in rows(P, "data_location")] == ["mainland"]
    assert [r.values["jurisdiction"] for r in rows(P.replace("ap-guangzhou", "ap-hongkong"), "data_location")] == ["overseas"]
