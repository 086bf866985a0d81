"""Variables, locals, modules, count, dynamic blocks; and what must never raise."""

from __future__ import annotations

import pytest

from compliance.model.row import FileNote
from tests.collect.terraform.harness import items, rows

P = 'provider "aws" {\n  region = "cn-north-1"\n}\n'


def volume(expression: str, extra: str = "") -> object:
    [row] = rows(P + extra + f'resource "aws_ebs_volume" "v" {{\n  encrypted = {expression}\n}}\n', "block_volume")
    return row.values["encrypted"] if row.values["encrypted"] is not None else row.nulls["encrypted"].code


@pytest.mark.parametrize(
    ("expression", "extra", "expected"),
    [
        ("true", "", True),
        ("var.a", 'variable "a" {\n  default = false\n}\n', False),
        ("var.a", 'variable "a" {}\n', "unresolved_variable"),
        ("local.x", "locals {\n  x = !false\n}\n", True),
        ("local.a", "locals {\n  a = local.b\n  b = local.a\n}\n", "evaluation_error"),
        ('var.env == "prod" ? true : false', 'variable "env" {\n  default = "prod"\n}\n', True),
        ("var.env ? true : true", 'variable "env" {}\n', True),
        ('lookup({ a = true }, "a", false)', "", True),
        ('tobool(join("", ["tr", "ue"]))', "", True),
        ("length([for x in [1, 2, 3] : x if x > 1]) == 2", "", True),
        ("[" * 300 + "]" * 300, "", "unsupported_expression"),
        ('timestamp() == "x"', "", "unsupported_function"),
    ],
)
def test_expressions(expression: str, extra: str, expected: object) -> None:
    assert volume(expression, extra) == expected


def test_tfvars_win_over_defaults() -> None:
    files = {"main.tf": P + 'variable "e" {\n  default = false\n}\nresource "aws_ebs_volume" "v" {\n  encrypted = var.e\n}\n', "terraform.tfvars": "e = true\n"}
    assert rows(files, "block_volume")[0].values["encrypted"] is True


def test_local_modules_are_read_through_their_callers() -> None:
    files = {
        "prod/main.tf": P + 'module "disk" {\n  source = "../modules/disk"\n  enc    = true\n}\n',
        "modules/disk/main.tf": 'variable "enc" {}\nresource "aws_ebs_volume" "v" {\n  encrypted = var.enc\n}\n',
    }
    [row] = rows(files, "block_volume")
    assert row.values["resource_id"] == "prod:module.disk.aws_ebs_volume.v" and row.values["encrypted"] is True
    assert row.values["region"] == "cn-north-1" and row.at.path == "modules/disk/main.tf"


def test_external_modules_are_reported() -> None:
    notes = [i for i in items('module "x" {\n  source = "terraform-aws-modules/s3-bucket/aws"\n}\n') if isinstance(i, FileNote)]
    assert any(n.code == "external_module" and n.line == 1 for n in notes)


def test_count_for_each_and_dynamic() -> None:
    text = P + 'resource "aws_ebs_volume" "v" {\n  count     = 2\n  encrypted = count.index == 0\n}\nresource "aws_ebs_volume" "none" {\n  count = 0\n}\n'
    assert [r.values["encrypted"] for r in rows(text, "block_volume")] == [True, False]
    text = (
        P
        + 'resource "aws_security_group" "g" {\n  dynamic "ingress" {\n    for_each = [22, 3389]\n    content {\n      from_port = ingress.value\n      to_port = ingress.value\n      protocol = "tcp"\n      cidr_blocks = ["0.0.0.0/0"]\n    }\n  }\n}\n'
    )
    assert [r.values["port_from"] for r in rows(text, "network_rule")] == [22, 3389]


def test_settings_in_resources_of_their_own_count_by_reference_and_by_name() -> None:
    for bucket in ("aws_s3_bucket.b.id", '"data"'):
        text = (
            P
            + f'resource "aws_s3_bucket" "b" {{\n  bucket = "data"\n}}\nresource "aws_s3_bucket_versioning" "v" {{\n  bucket = {bucket}\n  versioning_configuration {{\n    status = "Enabled"\n  }}\n}}\n'
        )
        [row] = rows(text, "object_storage")
        assert row.values["versioning"] is True and row.places["versioning"].line == 10


def test_provider_alias_decides_the_region() -> None:
    text = P + 'provider "aws" {\n  alias  = "hk"\n  region = "ap-east-1"\n}\nresource "aws_ebs_volume" "v" {\n  provider = aws.hk\n}\n'
    assert rows(text, "block_volume")[0].values["region"] == "ap-east-1"
    assert [r.values["jurisdiction"] for r in rows(text, "data_location")] == ["mainland", "overseas"]


def test_json_syntax() -> None:
    text = '{\n "resource": {\n  "aws_ebs_volume": {\n   "v": {\n    "encrypted": false\n   }\n  }\n }\n}\n'
    [row] = rows({"main.tf.json": text}, "block_volume")
    assert row.values["encrypted"] is False and row.places["encrypted"].line == 5


def test_hostile_texts_never_raise() -> None:
    for text in (
        'resource "aws_s3_bucket" "b" {\n' * 500,
        "x = " + "(" * 5000,
        'resource "aws_iam_policy" "p" {\n  policy = 5\n}\n',
        "\x00\x01",
        'resource "aws_security_group" "g" {\n  ingress = 7\n}\n',
        'resource "aws_s3_bucket" "b" {\n  acl = ["x"]\n  logging = "y"\n}\n',
    ):
        items(text)


def test_modules_fetched_by_init_are_read_as_the_inside_of_their_calls() -> None:
    """``.terraform/modules/modules.json`` says where a registry module is; it is never a root of its own."""
    from compliance.collect.repository import collect
    from compliance.collect.tree import MemoryTree

    record = (
        '{"Modules": [{"Key": "", "Source": "", "Dir": "."}, {"Key": "disks", "Source": "registry/x/y", "Dir": ".terraform/modules/disks"},'
        ' {"Key": "disks.inner", "Source": "./inner", "Dir": ".terraform/modules/disks/inner"}]}'
    )
    files = {
        "prod/main.tf": 'provider "alicloud" {\n  region = "cn-hangzhou"\n}\nmodule "disks" {\n  source    = "registry/x/y"\n  encrypted = true\n}\n',
        "prod/.terraform/modules/modules.json": record,
        "prod/.terraform/modules/disks/main.tf": 'variable "encrypted" {}\nmodule "inner" {\n  source = "./inner"\n  on     = var.encrypted\n}\n',
        "prod/.terraform/modules/disks/inner/main.tf": 'variable "on" {}\nresource "alicloud_disk" "d" {\n  encrypted = var.on\n}\n',
    }
    snapshot = collect(MemoryTree({p: t.encode() for p, t in files.items()}))
    disks = [r for r in snapshot.rows if r.table == "block_volume"]
    assert [(r.values["resource_id"], r.values["encrypted"]) for r in disks] == [("prod:module.disks.module.inner.alicloud_disk.d", True)]
    assert not [n for n in snapshot.notes if n.code == "external_module"]
    assert {r.at.path for r in snapshot.rows if r.table == "repository_file"} == {"prod/main.tf"}
