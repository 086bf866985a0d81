"""Where several places can decide: one that opens is enough, one that is off beside one that is on does not hide it."""

from __future__ import annotations

import json

import pytest

from compliance.model.row import Row
from tests.collect.terraform.harness import rows


def one(text: str, table: str) -> Row:
    found = rows(text, table)
    assert len(found) == 1
    return found[0]


def test_the_second_statement_opens_a_bucket() -> None:
    named = {"Effect": "Allow", "Principal": {"ID": ["domain/1:user/2"]}, "Action": ["GetObject"], "Resource": ["b/*"]}
    anyone = {"Effect": "Allow", "Principal": "*", "Action": ["GetObject"], "Resource": ["b/*"]}
    for statements in ([named, anyone], [anyone, named]):
        text = json.dumps(json.dumps({"Statement": statements}))
        assert one(f'resource "huaweicloud_obs_bucket" "b" {{\n  bucket = "b"\n  policy = {text}\n}}\n', "object_storage").values["public_access"] is True


def test_a_policy_beside_a_private_acl_opens_a_bucket_and_any_of_two_policies_refuses_clear_text() -> None:
    anyone = json.dumps(json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": ["GetObject"], "Resource": ["b/*"]}]}))
    deny = json.dumps(json.dumps({"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": ["b/*"], "Condition": {"Bool": {"g:SecureTransport": "false"}}}]}))
    text = f'resource "huaweicloud_obs_bucket" "b" {{\n  bucket = "b"\n  acl = "private"\n  policy = {anyone}\n}}\nresource "huaweicloud_obs_bucket_policy" "p" {{\n  bucket = "b"\n  policy = {deny}\n}}\n'
    row = one(text, "object_storage")
    assert (row.values["public_access"], row.values["tls_only"]) == (True, True)


def test_an_acl_resource_beside_a_private_acl_opens_a_bucket() -> None:
    text = 'resource "huaweicloud_obs_bucket" "b" {\n  bucket = "b"\n  acl = "private"\n}\nresource "huaweicloud_obs_bucket_acl" "a" {\n  bucket = "b"\n  public_permission {\n    access_to_acl = []\n    access_to_bucket = ["WRITE"]\n  }\n}\n'
    assert one(text, "object_storage").values["public_access"] is True


def test_a_guard_must_ignore_acls_in_the_place_that_counts() -> None:
    guard = 'resource "huaweicloud_obs_bucket_bpa" "g%d" {\n  bucket = "b"\n  ignore_public_acls = %s\n}\n'
    bucket = 'resource "huaweicloud_obs_bucket" "b" {\n  bucket = "b"\n  acl = "public-read"\n}\n'
    assert one(bucket + guard % (1, "false") + guard % (2, "true"), "object_storage").values["public_access"] is False


def test_one_of_two_audit_paths_is_enough() -> None:
    instance = 'resource "huaweicloud_rds_instance" "d" {\n  db {\n    type = "PostgreSQL"\n  }\n}\n'
    log = 'resource "huaweicloud_rds_lts_config" "%s" {\n  instance_id = huaweicloud_rds_instance.d.id\n  engine = "postgresql"\n  log_type = "%s"\n}\n'
    assert one(instance, "database").values["audit_logging"] is False
    assert one(instance + log % ("a", "other_log") + log % ("b", "error_log"), "database").values["audit_logging"] is True


def test_one_open_allow_list_of_two_admits_everyone() -> None:
    lists = '  whitelists {\n    group_name = "a"\n    ip_address = ["10.0.0.0/8"]\n  }\n  whitelists {\n    group_name = "b"\n    ip_address = ["192.168.0.1", "0.0.0.0/0"]\n  }\n'
    row = one(f'resource "huaweicloud_dcs_instance" "r" {{\n  engine = "Redis"\n{lists}}}\n', "database")
    assert (row.values["allows_any_source"], row.places["allows_any_source"].line) == (True, 9)


def test_one_open_entrance_of_two_admits_everyone() -> None:
    text = 'resource "huaweicloud_css_cluster" "s" {\n  public_access {\n    whitelist_enabled = true\n    whitelist = "10.0.0.0/8"\n  }\n  kibana_public_access {\n    whitelist_enabled = true\n    whitelist = "0.0.0.0/0"\n  }\n}\n'
    assert one(text, "database").values["allows_any_source"] is True


@pytest.mark.parametrize("setting", ['public_ip = "1.2.3.4"', 'eip_id = "e"', 'public_ip = "1.2.3.4"\n  eip_id = ""'])
def test_either_way_of_giving_a_cluster_an_address_counts(setting: str) -> None:
    assert one(f'resource "huaweicloud_mapreduce_cluster" "m" {{\n  {setting}\n}}\n', "database").values["public_access"] is True


def test_one_flow_log_that_is_on_beside_one_that_is_off() -> None:
    log = 'resource "huaweicloud_vpc_flow_log" "%s" {\n  resource_id = huaweicloud_vpc.v.id\n  %s\n}\n'
    text = 'resource "huaweicloud_vpc" "v" {}\n' + log % ("a", "enabled = false") + log % ("b", "")
    assert one(text, "network_boundary").values["flow_logging"] is True


def test_one_redirect_of_two_actions_is_enough() -> None:
    policy = 'resource "huaweicloud_elb_l7policy" "%s" {\n  action = "%s"\n  listener_id = huaweicloud_elb_listener.l.id\n}\n'
    text = 'resource "huaweicloud_elb_listener" "l" {\n  protocol = "HTTP"\n}\n' + policy % ("a", "REDIRECT_TO_URL") + policy % ("b", "REDIRECT_TO_LISTENER")
    row = one(text, "tls_endpoint")
    assert (row.values["plaintext"], row.values["http_redirect"]) == (False, True)
    text = 'resource "huaweicloud_elb_listener" "l" {\n  protocol = "HTTP"\n}\n' + policy % ("a", "REDIRECT_TO_URL")
    assert one(text, "tls_endpoint").values["plaintext"] is True


def test_one_server_of_a_protected_domain_in_the_clear_is_enough() -> None:
    server = "  server {\n    client_protocol = \"%s\"\n    port = 80\n  }\n"
    text = 'resource "huaweicloud_waf_domain" "w" {\n  domain = "a.cn"\n  tls = "TLS v1.2"\n%s}\n' % (server % "HTTPS" + server % "HTTP")
    row = one(text, "tls_endpoint")
    assert (row.values["plaintext"], row.values["min_tls"]) == (True, "tls12")


@pytest.mark.parametrize(("body", "plain"), [("ingress_http_port = -1", False), ("ingress_http_port = 80", True), ("ingress_http_port = 80\n  is_http_redirect_to_https = true", False)])
def test_domains_of_the_api_gateway(body: str, plain: bool) -> None:
    assert one(f'resource "huaweicloud_apig_group_domain_associate" "d" {{\n  url_domain = "a.cn"\n  {body}\n}}\n', "tls_endpoint").values["plaintext"] is plain


@pytest.mark.parametrize("half", ["https_settings {\n      https_enabled = true\n    }\n    force_redirect {\n      type = \"https\"\n    }", "https_settings {\n      https_enabled = true\n    }\n    force_redirect {\n      enabled = true\n    }", "https_settings {\n      https_enabled = true\n    }", "https_settings {\n      https_enabled = true\n    }\n    force_redirect {\n      enabled = true\n      type = \"http\"\n    }"])
def test_https_without_a_redirect_to_it_still_serves_clear_text(half: str) -> None:
    row = one(f'resource "huaweicloud_cdn_domain" "d" {{\n  configs {{\n    {half}\n  }}\n}}\n', "tls_endpoint")
    assert (row.values["plaintext"], row.values["http_redirect"], row.values["min_tls"]) == (True, False, "tls11")


def test_a_topic_opened_by_its_policy_and_not_by_its_list() -> None:
    policy = json.dumps(json.dumps({"Statement": [{"Effect": "Allow", "Principal": {"CSP": ["*"]}, "Action": ["SMN:Publish"], "Resource": "urn:smn:x"}]}))
    text = f'resource "huaweicloud_smn_topic" "t" {{\n  name = "t"\n}}\nresource "huaweicloud_smn_topic_attributes" "a" {{\n  topic_urn = huaweicloud_smn_topic.t.topic_urn\n  name = "access_policy"\n  value = {policy}\n}}\n'
    assert one(text, "message_queue").values["public_access"] is True
    assert one(text, "permission_statement").values["any_principal"] is True


def test_either_tls_switch_of_redis_counts() -> None:
    text = 'resource "huaweicloud_dcs_instance" "r" {\n  engine = "Redis"\n  ssl_enable = false\n}\nresource "huaweicloud_dcs_instance_public_access" "p" {\n  instance_id = huaweicloud_dcs_instance.r.id\n  enable_ssl = true\n}\n'
    row = one(text, "database")
    assert (row.values["tls_required"], row.values["public_access"]) == (True, True)


def test_a_role_given_directly_by_either_interface() -> None:
    text = 'resource "huaweicloud_identity_role" "r" {\n  policy = jsonencode({ Version = "1.1", Statement = [{ Effect = "Allow", Action = ["obs:*:*"] }] })\n}\nresource "huaweicloud_identity_user_role_assignment" "a" {\n  user_id = "u"\n  role_id = huaweicloud_identity_role.r.id\n}\n'
    assert one(text, "permission_statement").values["attached_directly"] is True


def test_backups_of_taurus_in_another_region() -> None:
    text = 'resource "huaweicloud_taurusdb_instance" "d" {\n  encryption_status = "ON"\n  cross_region_backup_policy {\n    open_auto_backup = "false"\n    destination_region = "cn-south-1"\n  }\n  cross_region_backup_policy {\n    open_auto_backup = "true"\n    destination_region = "ap-southeast-1"\n  }\n}\n'
    row = one(text, "backup_job")
    assert (row.values["offsite"], row.values["encrypted"]) == (True, True)
    assert {"separate_account", "immutable", "interval_minutes"} <= set(row.lacks)
    assert [r.values["place"] for r in rows(text, "data_location") if r.values["location_kind"] == "backup"] == ["ap-southeast-1"]


def test_disks_of_templates() -> None:
    text = 'resource "huaweicloud_compute_template" "t" {\n  template_data {\n    block_device_mappings {\n      volume_type = "SSD"\n    }\n    block_device_mappings {\n      encrypted = true\n      cmk_id = "k"\n    }\n  }\n}\n'
    assert [row.values["encrypted"] for row in rows(text, "block_volume")] == [False, True]


def test_a_snapshot_setting_of_search_that_is_off_keeps_nothing() -> None:
    text = 'resource "huaweicloud_css_cluster" "s" {}\nresource "huaweicloud_css_snapshot_setting" "x" {\n  cluster_id = huaweicloud_css_cluster.s.id\n  %s\n}\n'
    assert one(text % "keepday = 30", "database").values["backup_retention_days"] == 0
    assert one(text % "enable = true\n  keepday = 30", "database").values["backup_retention_days"] == 30


def test_a_container_without_an_image_is_not_pinned_and_one_capability_of_two_is_enough() -> None:
    text = 'resource "huaweicloud_cciv2_pod" "p" {\n  containers {\n    name = "c"\n    security_context {\n      capabilities {\n        add = ["CHOWN", "NET_ADMIN"]\n      }\n    }\n  }\n}\n'
    row = one(text, "container")
    assert (row.values["image_pinned"], row.values["dangerous_capabilities"], row.values["read_only_root"]) == (False, True, False)
    assert set(row.lacks) == {"privileged", "privilege_escalation", "host_network", "host_pid", "drops_all_capabilities", "host_path_mount", "seccomp_unconfined", "service_account_token", "remote_add"}


def test_a_vault_of_two_that_is_not_locked() -> None:
    vault = 'resource "huaweicloud_cbr_vault" "%s" {\n  %s\n  policy {\n    id = huaweicloud_cbr_policy.p.id\n  }\n}\n'
    text = 'resource "huaweicloud_cbr_policy" "p" {\n  type = "backup"\n}\n' + vault % ("a", "locked = true") + vault % ("b", "")
    assert one(text, "backup_job").values["immutable"] is False


def test_audit_logs_of_a_cluster_among_others() -> None:
    log = '  log_configs {\n    name = "%s"\n    %s\n  }\n'
    text = 'resource "huaweicloud_cce_cluster" "c" {}\nresource "huaweicloud_cce_cluster_log_config" "l" {\n  cluster_id = huaweicloud_cce_cluster.c.id\n%s}\n'
    assert one(text % (log % ("kube-apiserver", "enable = true") + log % ("audit", "")), "log_source").values["enabled"] is False
    assert one(text % (log % ("kube-apiserver", "enable = false") + log % ("audit", "enable = true")), "log_source").values["enabled"] is True


def test_a_login_profile_asks_for_a_new_password_only_when_it_says_so() -> None:
    text = 'resource "huaweicloud_identityv5_user" "u" {\n  name = "u"\n}\nresource "huaweicloud_identityv5_login_profile" "l" {\n  user_id = huaweicloud_identityv5_user.u.id\n  %s\n}\n'
    assert one(text % "", "identity").values["password_reset_required"] is False
    assert one(text % "password_reset_required = true", "identity").values["password_reset_required"] is True


@pytest.mark.parametrize(("name", "everywhere"), [("OBS Administrator", True), ("Tenant Administrator", True), ("OBS ReadOnlyAccess", False)])
def test_a_system_role_that_rules_a_service_rules_all_of_its_resources(name: str, everywhere: bool) -> None:
    text = f'resource "huaweicloud_identity_agency" "a" {{\n  name = "a"\n  domain_roles = ["{name}"]\n}}\n'
    assert one(text, "permission_statement").values["all_resources"] is everywhere


@pytest.mark.parametrize("kind", ["network_acl_rule", "iec_network_acl_rule"])
def test_rules_of_old_acls_are_on_by_default(kind: str) -> None:
    text = f'resource "huaweicloud_{kind}" "r" {{\n  action = "allow"\n  protocol = "tcp"\n  destination_port = "22"\n  %s\n}}\n'
    assert one(text % "", "network_rule").values["enabled"] is True
    assert one(text % "enabled = false", "network_rule").values["enabled"] is False


def test_reading_operations_are_recorded_where_one_configuration_of_the_trail_says_so() -> None:
    text = 'resource "huaweicloud_cts_tracker" "t" {}\nresource "huaweicloud_cts_configuration" "a" {\n  is_support_read_only = false\n}\nresource "huaweicloud_cts_configuration" "b" {\n  is_support_read_only = true\n}\n'
    assert one(text, "audit_trail").values["all_events"] is True
