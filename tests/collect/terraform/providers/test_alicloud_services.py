"""Disks, machines, clusters, logs, trails, queues, registries and backups."""

from __future__ import annotations

import pytest

from compliance.model.row import Row
from tests.collect.terraform.harness import rows


def volumes(text: str) -> dict[str, Row]:
    return {str(row.values["resource_id"]): row for row in rows(text, "block_volume")}


def test_disks() -> None:
    found = volumes(
        """
resource "alicloud_ecs_disk" "bare" {}
resource "alicloud_disk" "own" {
  encrypted  = true
  kms_key_id = alicloud_kms_key.k.id
}
resource "alicloud_ecs_disk" "off" {
  encrypted = false
}
resource "alicloud_ecs_disk" "sm4" {
  encrypted         = true
  encrypt_algorithm = "sm4-128"
}
resource "alicloud_kms_key" "k" {}
"""
    )
    bare, own, off = found["alicloud_ecs_disk.bare"], found["alicloud_disk.own"], found["alicloud_ecs_disk.off"]
    assert (bare.values["encrypted"], "encrypted" in bare.places) == (False, False)
    assert (own.values["encrypted"], own.values["customer_managed_key"], own.values["kms_key_id"]) == (True, True, "alicloud_kms_key.k.id")
    assert (off.values["encrypted"], off.places["encrypted"].line) == (False, 8)
    assert found["alicloud_ecs_disk.sm4"].values["encryption_algorithm"] == "SM4"


def test_the_account_default_encrypts_disks_that_say_nothing() -> None:
    account = 'resource "alicloud_ecs_disk_encryption_by_default" "d" {\n  encrypted = true\n}\n'
    found = volumes('resource "alicloud_ecs_disk" "a" {}\nresource "alicloud_ecs_disk" "b" {\n  encrypted = false\n}\n' + account)
    assert found["alicloud_ecs_disk.a"].values["encrypted"] is True
    assert found["alicloud_ecs_disk.b"].values["encrypted"] is False


def test_a_disk_from_a_snapshot_is_encrypted_as_that_is() -> None:
    row = volumes('resource "alicloud_disk" "d" {\n  snapshot_id = "s-1"\n}\n')["alicloud_disk.d"]
    assert (row.values["encrypted"], row.nulls["encrypted"].code) == (None, "unresolved_reference")


def test_instances_and_their_disks() -> None:
    text = """
resource "alicloud_instance" "i" {
  instance_name              = "web"
  internet_max_bandwidth_out = 10
  password                   = "x"
  data_disks {
    size      = 20
    encrypted = true
  }
  data_disks {
    size = 20
  }
}
"""
    row = rows(text, "compute_instance")[0]
    values = row.values
    assert (values["public_ip"], values["password_login"], values["metadata_tokens_required"], values["deletion_protection"]) == (True, True, False, False)
    assert row.places["public_ip"].line == 4
    found = volumes(text)
    assert found["alicloud_instance.i/system_disk"].values["encrypted"] is False
    assert found["alicloud_instance.i/data_disk/0"].values["encrypted"] is True
    last = found["alicloud_instance.i/data_disk/1"]
    assert (last.values["encrypted"], last.at.line) == (False, 10)


def test_a_hardened_instance_is_clean() -> None:
    text = 'resource "alicloud_instance" "i" {\n  key_name = "k"\n  http_tokens = "required"\n  system_disk_encrypted = true\n  deletion_protection = true\n}\n'
    values = rows(text, "compute_instance")[0].values
    assert (values["public_ip"], values["password_login"], values["metadata_tokens_required"], values["deletion_protection"]) == (False, False, True, True)
    assert volumes(text)["alicloud_instance.i/system_disk"].values["encrypted"] is True
    closed = rows('resource "alicloud_instance" "i" {\n  http_endpoint = "disabled"\n}\n', "compute_instance")[0]
    assert closed.values["metadata_tokens_required"] is True


def test_an_elastic_address_makes_an_instance_public() -> None:
    text = 'resource "alicloud_instance" "i" {}\nresource "alicloud_eip_association" "e" {\n  instance_id = alicloud_instance.i.id\n  allocation_id = "eip-1"\n}\n'
    row = rows(text, "compute_instance")[0]
    assert (row.values["public_ip"], row.places["public_ip"].line) == (True, 3)


def test_an_instance_takes_what_it_leaves_out_from_its_template() -> None:
    text = """
resource "alicloud_ecs_launch_template" "t" {
  http_tokens = "required"
  system_disk {
    encrypted = true
  }
}
resource "alicloud_instance" "i" {
  launch_template_id = %s
}
"""
    here = text % "alicloud_ecs_launch_template.t.id"
    found = {row.values["resource_id"]: row for row in rows(here, "compute_instance")}
    assert found["alicloud_instance.i"].values["metadata_tokens_required"] is True
    assert volumes(here)["alicloud_instance.i/system_disk"].values["encrypted"] is True
    assert volumes(here)["alicloud_ecs_launch_template.t/system_disk"].values["encrypted"] is True
    away = volumes(text % '"lt-1"')["alicloud_instance.i/system_disk"]
    assert (away.values["encrypted"], away.nulls["encrypted"].code) == (None, "unresolved_reference")


def test_file_systems() -> None:
    text = 'resource "alicloud_nas_file_system" "n" {\n  protocol_type = "%s"\n%s}\n'
    for body, encrypted, own in (("", False, False), ("  encrypt_type = 1\n", True, False), ('  encrypt_type = 2\n  kms_key_id = "k-1"\n', True, True)):
        values = rows(text % ("NFS", body), "block_volume")[0].values
        assert (values["encrypted"], values["customer_managed_key"]) == (encrypted, own)
    assert "tls_required" in rows(text % ("NFS", ""), "block_volume")[0].lacks
    assert rows(text % ("SMB", ""), "block_volume")[0].values["tls_required"] is False
    assert rows(text % ("SMB", "  smb_acl {\n    reject_unencrypted_access = true\n  }\n"), "block_volume")[0].values["tls_required"] is True


def test_snapshots_follow_their_disk_and_copies_name_their_region() -> None:
    found = volumes(
        'resource "alicloud_ecs_disk" "d" {\n  encrypted = true\n}\nresource "alicloud_ecs_snapshot" "s" {\n  disk_id = alicloud_ecs_disk.d.id\n}\nresource "alicloud_ecs_snapshot" "t" {\n  disk_id = "d-1"\n}\n'
    )
    assert found["alicloud_ecs_snapshot.s"].values["encrypted"] is True
    assert found["alicloud_ecs_snapshot.t"].values["encrypted"] is None
    copy = 'resource "alicloud_image_copy" "c" {\n  source_region_id = "us-east-1"\n}\n'
    assert volumes(copy)["alicloud_image_copy.c"].values["encrypted"] is False
    assert any(r.values["place"] == "us-east-1" for r in rows(copy, "data_location"))


@pytest.mark.parametrize(
    ("kind", "body", "public"),
    [
        ("cs_managed_kubernetes", "", True),
        ("cs_managed_kubernetes", "slb_internet_enabled = false", False),
        ("cs_kubernetes", "", True),
        ("cs_edge_kubernetes", "slb_internet_enabled = true", True),
        ("cs_serverless_kubernetes", "", False),
        ("cs_serverless_kubernetes", "endpoint_public_access_enabled = true", True),
    ],
)
def test_cluster_endpoints(kind: str, body: str, public: bool) -> None:
    row = rows(f'resource "alicloud_{kind}" "c" {{\n  {body}\n}}\n', "cluster")[0]
    assert (row.values["public_endpoint"], row.values["endpoint_any_source"], row.values["deletion_protection"]) == (public, public, False)


def test_cluster_secrets_and_logs() -> None:
    text = 'resource "alicloud_cs_managed_kubernetes" "c" {\n%s\n}\n'
    assert rows(text % "", "cluster")[0].values["secrets_encrypted"] is False
    assert rows(text % "", "log_source")[0].values["enabled"] is False
    keyed = text % "  encryption_provider_key = alicloud_kms_key.k.id"
    assert rows(keyed, "cluster")[0].values["secrets_encrypted"] is True
    assert rows(text % '  encryption_provider_key = "k"\n  disable_encryption = true', "cluster")[0].values["secrets_encrypted"] is False
    logged = text % '  control_plane_log_components = ["apiserver"]\n  control_plane_log_ttl = 30'
    assert rows(logged, "log_source")[0].values["enabled"] is True
    store = rows(logged, "log_store")[0]
    assert (store.values["retention_days"], store.places["retention_days"].line) == (30, 3)
    assert rows(text % "  audit_log_config {\n    enabled = true\n  }", "log_source")[0].values["enabled"] is True
    assert rows(text % '  addons {\n    name = "logtail-ds"\n  }', "log_source")[0].values["enabled"] is True


def test_node_pools() -> None:
    text = 'resource "alicloud_cs_kubernetes_node_pool" "n" {\n  password = "x"\n  system_disk_encrypted = true\n  system_disk_kms_key = "k-1"\n  data_disks {\n    size = 100\n  }\n}\n'
    values = rows(text, "compute_instance")[0].values
    assert (values["password_login"], values["metadata_tokens_required"]) == (True, False)
    found = volumes(text)
    assert (found["alicloud_cs_kubernetes_node_pool.n/system_disk"].values["kms_key_id"]) == "k-1"
    assert found["alicloud_cs_kubernetes_node_pool.n/data_disk/0"].values["encrypted"] is False


@pytest.mark.parametrize(("body", "days"), [("", 30), ("  retention_period = 90\n", 90), ("  retention_period = 3650\n", 36500)])
def test_log_store_retention(body: str, days: int) -> None:
    row = rows(f'resource "alicloud_log_store" "l" {{\n  name = "x"\n{body}}}\n', "log_store")[0]
    assert (row.values["retention_days"], row.values["encrypted"]) == (days, False)
    assert "immutable" in row.lacks


def test_log_store_encryption() -> None:
    text = 'resource "alicloud_log_store" "l" {\n  encrypt_conf {\n    enable = true\n    encrypt_type = "m4"\n    user_cmk_info {\n      cmk_key_id = "k-1"\n      arn = "a"\n      region_id = "cn-hangzhou"\n    }\n  }\n}\n'
    values = rows(text, "log_store")[0].values
    assert (values["encrypted"], values["encryption_algorithm"], values["customer_managed_key"], values["kms_key_id"]) == (True, "SM4", True, "k-1")


def test_trails() -> None:
    text = 'resource "alicloud_actiontrail_trail" "t" {\n  trail_name = "t"\n%s}\n'
    bad = rows(text % '  event_rw = "Read"\n  trail_region = "cn-hangzhou"\n  status = "Disable"\n', "audit_trail")[0]
    assert (bad.values["all_events"], bad.values["all_regions"], bad.values["enabled"]) == (False, False, False)
    assert (bad.places["all_events"].line, bad.places["all_regions"].line, bad.places["enabled"].line) == (3, 4, 5)
    good = rows(text % '  event_rw = "All"\n  trail_region = "All"\n', "audit_trail")[0].values
    assert (good["all_events"], good["all_regions"], good["enabled"]) == (True, True, True)
    bare = rows(text % "", "audit_trail")[0].values
    assert (bare["all_events"], bare["all_regions"]) == (False, True)
    abroad = rows(text % '  sls_project_arn = "acs:log:ap-southeast-1:123:project/p"\n', "data_location")
    assert [r.values["jurisdiction"] for r in abroad if r.values["location_kind"] == "log_delivery"] == ["overseas"]


def test_central_audit() -> None:
    text = 'resource "alicloud_log_audit" "a" {\n  display_name = "a"\n  variable_map = {\n    "rds_enabled" = "%s"\n    "rds_ttl" = "%s"\n  }\n}\n'
    assert rows(text % ("false", "180"), "log_source")[0].values["enabled"] is False
    assert rows(text % ("true", "90"), "log_store")[0].values["retention_days"] == 90
    silent = 'resource "alicloud_log_audit" "a" {\n  variable_map = {\n    "oss_access_enabled" = "true"\n  }\n}\n'
    assert {r.values["system_kind"]: r.values["enabled"] for r in rows(silent, "log_source")} == {"storage": True, "database": False}


def queue(text: str) -> Row:
    return rows(text, "message_queue")[0]


def test_queues() -> None:
    kafka = 'resource "alicloud_alikafka_instance" "k" {\n  deploy_type = %s\n%s}\n'
    bad, good = queue(kafka % (4, "")), queue(kafka % (5, '  kms_key_id = "k-1"\n'))
    assert (bad.values["public_access"], bad.values["encrypted"], bad.places["public_access"].line) == (True, False, 2)
    assert (good.values["public_access"], good.values["encrypted"], good.values["customer_managed_key"]) == (False, True, True)
    rocket = 'resource "alicloud_rocketmq_instance" "r" {\n  network_info {\n    internet_info {\n      internet_spec = "enable"\n    }\n  }\n}\n'
    assert (queue(rocket).values["public_access"], queue(rocket).values["encrypted"]) == (True, False)
    rabbit = 'resource "alicloud_amqp_instance" "r" {\n  encrypted_instance = true\n  kms_key_id = "k"\n  support_eip = false\n  listener_mode = "ssl_only"\n}\n'
    assert (queue(rabbit).values["encrypted"], queue(rabbit).values["tls_required"]) == (True, True)
    assert {"encrypted", "tls_required"} <= set(queue('resource "alicloud_mns_queue" "q" {\n  name = "q"\n}\n').lacks)


def test_registries() -> None:
    row = rows('resource "alicloud_cr_repo" "r" {\n  name = "r"\n  repo_type = "PUBLIC"\n}\n', "container_registry")[0]
    assert (row.values["public_access"], row.places["public_access"].line) == (True, 3)
    assert rows('resource "alicloud_cr_namespace" "n" {\n  default_visibility = "PUBLIC"\n}\n', "container_registry")[0].values["public_access"] is True
    text = 'resource "alicloud_cr_ee_repo" "r" {\n  instance_id = "cri-1"\n  name = "r"\n  repo_type = "PRIVATE"\n  tag_immutability = true\n}\n'
    scan = 'resource "alicloud_cr_scan_rule" "s" {\n  instance_id = "cri-1"\n  trigger_type = "AUTO"\n}\n'
    bare = rows(text, "container_registry")[0].values
    assert (bare["public_access"], bare["image_scanning"], bare["immutable_tags"]) == (False, False, True)
    assert rows(text + scan, "container_registry")[0].values["image_scanning"] is True


def jobs(text: str) -> dict[str, Row]:
    return {str(row.values["job_id"]): row for row in rows(text, "backup_job")}


def test_snapshot_policies_and_their_copies() -> None:
    text = """
resource "alicloud_ecs_auto_snapshot_policy" "p" {
  repeat_weekdays          = ["1", "3"]
  time_points              = ["2"]
  retention_days           = -1
  enable_cross_region_copy = true
  target_copy_regions      = ["us-east-1"]
}
"""
    found = jobs(text)
    assert found["alicloud_ecs_auto_snapshot_policy.p"].values["retention_days"] == 36500
    assert found["alicloud_ecs_auto_snapshot_policy.p"].values["interval_minutes"] == 5040
    copy = found["alicloud_ecs_auto_snapshot_policy.p/copy"].values
    assert (copy["encrypted"], copy["offsite"], copy["method"]) == (False, True, "cloud_copy")
    assert any((r.values["location_kind"], r.values["jurisdiction"]) == ("backup", "overseas") for r in rows(text, "data_location"))


def test_cloud_backup_plans() -> None:
    text = """
resource "alicloud_hbr_vault" "v" {
  encrypt_type = "KMS"
  kms_key_id   = "k-1"
  worm_enabled = true
}
resource "alicloud_hbr_ecs_backup_plan" "p" {
  vault_id  = alicloud_hbr_vault.v.id
  retention = "3"
  schedule  = "I|1602673264|PT2H"
  disabled  = true
}
"""
    row = jobs(text)["alicloud_hbr_ecs_backup_plan.p"]
    values = row.values
    assert (values["retention_days"], values["interval_minutes"], values["enabled"]) == (3, 120, False)
    assert (values["encrypted"], values["customer_managed_key"], values["immutable"]) == (True, True, True)
    assert row.places["enabled"].line == 11
    other = jobs('resource "alicloud_hbr_oss_backup_plan" "p" {\n  vault_id = "v-1"\n  retention = 7\n  schedule = "I|1|P1D"\n}\n')["alicloud_hbr_oss_backup_plan.p"].values
    assert (other["encrypted"], other["encryption_declared"], other["immutable"], other["interval_minutes"]) == (True, False, None, 1440)


def test_database_backup_policies() -> None:
    row = jobs('resource "alicloud_db_backup_policy" "p" {\n  instance_id = "rm-1"\n  preferred_backup_period = ["Monday", "Friday"]\n}\n')["alicloud_db_backup_policy.p"]
    assert (row.values["retention_days"], row.values["interval_minutes"]) == (7, 5040)
    assert {"encrypted", "immutable"} <= set(row.lacks)
    cross = 'resource "alicloud_rds_instance_cross_backup_policy" "c" {\n  instance_id = "rm-1"\n  cross_backup_region = "cn-shanghai"\n}\n'
    assert jobs(cross)["alicloud_rds_instance_cross_backup_policy.c"].values["offsite"] is True
    assert any(r.values["place"] == "cn-shanghai" for r in rows(cross, "data_location"))
