"""AWS adapters: defaults, separate resources, parts of what is made elsewhere, and the lines that decide."""

from __future__ import annotations

import pytest

from compliance.model.row import Row
from tests.collect.terraform.harness import rows


def one(text: str, table: str) -> Row:
    found = rows(text, table)
    assert len(found) == 1, [r.values for r in found]
    return found[0]


def test_separate_resources_of_a_for_each_set_belong_to_their_own_bucket() -> None:
    found = rows(
        """
resource "aws_s3_bucket" "b" {
  for_each = toset(["one", "two"])
  bucket   = each.key
}
resource "aws_s3_bucket_versioning" "v" {
  for_each = toset(["two"])
  bucket   = aws_s3_bucket.b[each.key].id
  versioning_configuration {
    status = "Enabled"
  }
}
""",
        "object_storage",
    )
    assert {r.values["resource_id"]: r.values["versioning"] for r in found} == {'aws_s3_bucket.b["one"]': False, 'aws_s3_bucket.b["two"]': True}


def test_the_access_block_of_a_bucket_made_elsewhere_is_judged_alone() -> None:
    row = one('resource "aws_s3_bucket_public_access_block" "b" {\n  bucket = "x"\n  block_public_acls = false\n}\n', "object_storage")
    assert row.values["public_access_blocked"] is False
    assert row.places["public_access_blocked"].line == 3
    assert {"encrypted", "encryption_declared", "versioning", "public_access"} <= set(row.lacks)


def test_the_access_block_of_a_bucket_in_sight_gives_no_row_of_its_own() -> None:
    text = 'resource "aws_s3_bucket" "b" {\n  bucket = "x"\n}\nresource "aws_s3_bucket_public_access_block" "b" {\n  bucket = aws_s3_bucket.b.id\n}\n'
    assert one(text, "object_storage").values["resource_id"] == "aws_s3_bucket.b"


@pytest.mark.parametrize(
    ("block", "https"),
    [("", False), ("  domain_endpoint_options {\n  }\n", True), ("  domain_endpoint_options {\n    enforce_https = false\n  }\n", False)],
)
def test_a_search_domain_accepts_http_unless_its_endpoint_block_says_nothing_else(block: str, https: bool) -> None:
    row = one(f'resource "aws_opensearch_domain" "d" {{\n{block}}}\n', "tls_endpoint")
    assert row.values["plaintext"] is not https


@pytest.mark.parametrize(
    ("cidrs", "everyone"), [("[]", True), ('["0.0.0.0/0"]', True), ('["10.0.0.0/8"]', False), ('["203.0.113.0/24"]', False)]
)
def test_an_empty_list_of_cluster_sources_admits_everyone(cidrs: str, everyone: bool) -> None:
    row = one(f'resource "aws_eks_cluster" "c" {{\n  vpc_config {{\n    public_access_cidrs = {cidrs}\n  }}\n}}\n', "cluster")
    assert row.values["endpoint_any_source"] is everyone


def test_policies_forgive_a_last_comma_and_read_account_patterns() -> None:
    text = """
resource "aws_sns_topic_policy" "p" {
  arn    = "arn:aws-cn:sns:cn-north-1:1:t"
  policy = <<EOF
{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": ["sns:Publish",], "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*"}}},]}
EOF
}
"""
    row = one(text, "permission_statement")
    assert (row.values["any_principal"], row.values["conditioned"]) == (True, False)


def test_an_empty_policy_is_no_policy() -> None:
    assert rows('resource "aws_ecr_repository_policy" "p" {\n  policy = ""\n}\n', "permission_statement") == []


def test_a_document_counts_once_whether_it_is_read_here_or_handed_on() -> None:
    document = 'data "aws_iam_policy_document" "d" {\n  statement {\n    actions   = ["*"]\n    resources = ["*"]\n  }\n}\n'
    handed = one(document + 'module "m" {\n  source = "example/m/aws"\n  policy = data.aws_iam_policy_document.d.json\n}\n', "permission_statement")
    read = one(document + 'resource "aws_iam_policy" "p" {\n  policy = data.aws_iam_policy_document.d.json\n}\n', "permission_statement")
    assert handed.values["all_actions"] is True and handed.values["policy_id"] == "data.aws_iam_policy_document.d"
    assert read.values["policy_id"] == "aws_iam_policy.p"
    assert {handed.places["all_actions"].line, read.places["all_actions"].line} == {2}


def test_rights_on_a_user_made_elsewhere_are_direct_rights() -> None:
    row = one('resource "aws_iam_user_policy" "p" {\n  user   = "wang"\n  policy = "{}"\n}\n', "identity")
    assert row.values["direct_permissions"] is True
    assert row.places["direct_permissions"].line == 2


def test_a_snapshot_is_as_encrypted_as_its_database() -> None:
    text = 'resource "aws_rds_cluster" "c" {\n  storage_encrypted = %s\n}\nresource "aws_db_cluster_snapshot" "s" {\n  db_cluster_identifier = aws_rds_cluster.c.id\n}\n'
    assert one(text % "true", "block_volume").values["encrypted"] is True
    assert one(text % "false", "block_volume").values["encrypted"] is False
    assert rows('resource "aws_db_cluster_snapshot" "s" {\n  db_cluster_identifier = "x"\n}\n', "block_volume") == []


def test_parameters_count_for_the_cluster_in_sight_or_for_themselves() -> None:
    group = 'resource "aws_redshift_parameter_group" "g" {\n  name = "g"\n  family = "redshift-1.0"\n}\n'
    assert one(group, "database").values["tls_required"] is False
    used = rows(group + 'resource "aws_redshift_cluster" "c" {\n  cluster_parameter_group_name = aws_redshift_parameter_group.g.id\n}\n', "database")
    assert [r.values["resource_id"] for r in used] == ["aws_redshift_cluster.c"]


def test_a_logging_parameter_is_an_audit_log() -> None:
    text = """
resource "aws_db_parameter_group" "g" {
  family = "postgres16"
  parameter {
    name  = "log_statement"
    value = "%s"
  }
}
resource "aws_db_instance" "d" {
  engine               = "postgres"
  parameter_group_name = aws_db_parameter_group.g.id
}
"""
    assert one(text % "ddl", "database").values["audit_logging"] is True
    assert one(text % "none", "database").values["audit_logging"] is False


def test_match_viewer_is_clear_text_only_when_viewers_may_speak_it() -> None:
    text = """
resource "aws_cloudfront_distribution" "d" {
  origin {
    custom_origin_config {
      origin_protocol_policy = "match-viewer"
    }
  }
  default_cache_behavior {
    viewer_protocol_policy = "%s"
  }
}
"""
    for policy, clear in (("allow-all", True), ("redirect-to-https", False), ("https-only", False)):
        origin = next(r for r in rows(text % policy, "tls_endpoint") if "/origin/" in str(r.values["endpoint_id"]))
        assert origin.values["plaintext"] is clear


@pytest.mark.parametrize(
    ("text", "table", "column", "value"),
    [
        ('resource "aws_dms_endpoint" "e" {\n  engine_name = "mysql"\n}\n', "database", "tls_required", False),
        ('resource "aws_dms_endpoint" "e" {\n  engine_name = "mysql"\n  ssl_mode = "verify-full"\n}\n', "database", "tls_required", True),
        ('resource "aws_appsync_api_cache" "c" {\n}\n', "database", "encrypted", False),
        ('resource "aws_codebuild_project" "p" {\n  environment {\n    privileged_mode = true\n  }\n}\n', "container", "privileged", True),
        ('resource "aws_cloudsearch_domain" "d" {\n}\n', "tls_endpoint", "min_tls", "tls10"),
        ('resource "aws_ebs_encryption_by_default" "d" {\n  enabled = false\n}\n', "block_volume", "encrypted", False),
        ('resource "aws_sqs_queue" "q" {\n}\n', "message_queue", "encryption_declared", False),
        ('resource "aws_sqs_queue" "q" {\n  sqs_managed_sse_enabled = true\n}\n', "message_queue", "encryption_declared", True),
        ('resource "aws_emr_security_configuration" "e" {\n  configuration = "{\\"EncryptionConfiguration\\": {\\"EnableInTransitEncryption\\": true}}"\n}\n', "database", "tls_required", True),
        ('resource "aws_ecs_cluster" "c" {\n  configuration {\n    execute_command_configuration {\n      logging = "NONE"\n    }\n  }\n}\n', "log_source", "enabled", False),
        ('resource "aws_lb_ssl_negotiation_policy" "p" {\n  attribute {\n    name = "Protocol-TLSv1"\n    value = "true"\n  }\n}\n', "tls_endpoint", "min_tls", "tls10"),
    ],
)  # fmt: skip
def test_defaults_and_stated_values(text: str, table: str, column: str, value: object) -> None:
    assert one(text, table).values[column] == value


def test_a_range_without_prefix_bits_is_every_address() -> None:
    text = 'resource "aws_security_group" "g" {\n  ingress {\n    protocol    = "tcp"\n    from_port   = 22\n    to_port     = 22\n    cidr_blocks = ["10.0.0.0/0"]\n  }\n}\n'
    assert one(text, "network_rule").values["source_scope"] == "any"


def test_a_classic_policy_of_suites_alone_is_judged_by_its_suites() -> None:
    text = 'resource "aws_load_balancer_policy" "p" {\n  policy_type_name = "SSLNegotiationPolicyType"\n  policy_attribute {\n    name  = "DES-CBC3-SHA"\n    value = "true"\n  }\n}\n'
    row = one(text, "tls_endpoint")
    assert row.values["weak_ciphers"] is True and "min_tls" in row.lacks


@pytest.mark.parametrize(("ports", "number", "enabled"), [((3389, 3389), 10, False), ((3389, 3389), 30, True), ((22, 22), 10, True), ((0, 65535), 10, False)])
def test_an_earlier_deny_takes_effect_over_a_later_allow(ports: tuple[int, int], number: int, enabled: bool) -> None:
    rule = '  ingress {{\n    rule_no    = {}\n    protocol   = "tcp"\n    action     = "{}"\n    cidr_block = "0.0.0.0/0"\n    from_port  = {}\n    to_port    = {}\n  }}\n'
    text = 'resource "aws_network_acl" "a" {\n' + rule.format(number, "deny", *ports) + rule.format(20, "allow", 3389, 3389) + "}\n"
    allow = next(r for r in rows(text, "network_rule") if r.values["action"] == "allow")
    assert allow.values["enabled"] is enabled
