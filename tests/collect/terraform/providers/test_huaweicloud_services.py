"""Disks, images, keys, logs, trails, backups, brokers, clusters, registries, servers, shares."""

from __future__ import annotations

import pytest

from compliance.model.row import Row
from tests.collect.terraform.harness import rows


def one(text: str, table: str) -> Row:
    found = rows(text, table)
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("kind", "on"),
    [
        ("evs_volume", 'kms_id = "k"'),
        ("evsv3_volume", 'metadata = {\n    __system__encrypted = "1"\n    __system__cmkid = "k"\n  }'),
        ("sfs_turbo", 'crypt_key_id = "k"'),
        ("sfs_file_system", 'metadata = {\n    "#sfs_crypt_key_id" = "k"\n  }'),
        ("ims_obs_data_image", 'cmk_id = "k"'),
        ("images_image_copy", 'kms_key_id = "k"'),
    ],
)
def test_volumes_are_unencrypted_until_a_key_is_named(kind: str, on: str) -> None:
    text = 'resource "huaweicloud_%s" "v" {\n  %s\n}\n'
    off = one(text % (kind, ""), "block_volume")
    row = one(text % (kind, on), "block_volume")
    assert (off.values["encrypted"], off.values["encryption_declared"]) == (False, False)
    assert (row.values["encrypted"], row.values["customer_managed_key"], row.values["kms_key_id"]) == (True, True, "k")


def test_the_default_key_of_a_service_is_no_key_of_the_firm() -> None:
    row = one('data "huaweicloud_kms_key" "d" {\n  key_alias = "evs/default"\n}\nresource "huaweicloud_evs_volume" "v" {\n  kms_id = data.huaweicloud_kms_key.d.id\n}\n', "block_volume")
    assert (row.values["encrypted"], row.values["customer_managed_key"]) == (True, False)


def test_each_disk_of_a_server_is_a_row_at_its_own_lines() -> None:
    found = rows(
        'resource "huaweicloud_compute_instance" "s" {\n  name = "s"\n  system_disk_kms_key_id = "k"\n  data_disks {\n    size = 10\n  }\n  data_disks {\n    size = 10\n    kms_key_id = "k"\n  }\n}\n',
        "block_volume",
    )
    assert [(str(r.values["resource_id"]).partition("/")[2], r.values["encrypted"], r.at.line) for r in found] == [
        ("system_disk", True, 1),
        ("data_disk/0", False, 4),
        ("data_disk/1", True, 7),
    ]


def test_snapshots_and_images_are_encrypted_as_their_source_is() -> None:
    text = 'resource "huaweicloud_evs_volume" "v" {\n  %s\n}\nresource "huaweicloud_evs_snapshot" "s" {\n  volume_id = huaweicloud_evs_volume.v.id\n}\n'
    for body, expected in (('kms_id = "k"', True), ("", False)):
        row = next(r for r in rows(text % body, "block_volume") if r.values["volume_kind"] == "snapshot")
        assert row.values["encrypted"] is expected
    lone = one('resource "huaweicloud_evs_snapshot" "s" {\n  volume_id = "x"\n}\n', "block_volume")
    assert lone.values["encrypted"] is None
    image = 'resource "huaweicloud_compute_instance" "s" {\n  system_disk_kms_key_id = "k"\n}\nresource "huaweicloud_ims_ecs_system_image" "i" {\n  instance_id = huaweicloud_compute_instance.s.id\n}\n'
    assert next(r for r in rows(image, "block_volume") if r.values["volume_kind"] == "image").values["encrypted"] is True


@pytest.mark.parametrize(
    ("binding", "public"),
    [
        ("", False),
        ('resource "huaweicloud_compute_eip_associate" "e" {\n  public_ip = "1.2.3.4"\n  instance_id = huaweicloud_compute_instance.s.id\n}\n', True),
        ('resource "huaweicloud_vpc_eip_associate" "e" {\n  port_id = huaweicloud_compute_instance.s.network[0].port\n}\n', True),
        ('resource "huaweicloud_global_eip_associate" "e" {\n  associate_instance {\n    instance_id = huaweicloud_compute_instance.s.id\n  }\n}\n', True),
    ],
)
def test_public_addresses_of_servers(binding: str, public: bool) -> None:
    row = one('resource "huaweicloud_compute_instance" "s" {\n  admin_pass = "x"\n}\n' + binding, "compute_instance")
    assert (row.values["public_ip"], row.values["password_login"]) == (public, True)


def test_keys() -> None:
    text = 'resource "huaweicloud_kms_key" "k" {\n  key_alias = "a"\n  %s\n}\n'
    bare = one(text % "", "kms_key")
    assert (bare.values["algorithm"], bare.values["key_bits"], bare.values["rotation_enabled"], bare.values["deletion_window_days"]) == ("AES_256", 256, False, 7)
    row = one(text % 'rotation_enabled = true\n  rotation_interval = 90\n  pending_days = "30"', "kms_key")
    assert (row.values["rotation_enabled"], row.values["rotation_days"], row.values["deletion_window_days"]) == (True, 90, 30)
    assert row.places["rotation_days"].line == 4


@pytest.mark.parametrize("body", ['key_algorithm = "RSA_3072"', 'origin = "external"'])
def test_keys_that_cannot_rotate_are_not_asked_to(body: str) -> None:
    row = one(f'resource "huaweicloud_kms_key" "k" {{\n  {body}\n}}\n', "kms_key")
    assert row.values["rotation_supported"] is False
    assert {"rotation_enabled", "rotation_days"} <= set(row.lacks)


def test_log_groups_and_streams() -> None:
    assert one('resource "huaweicloud_lts_group" "g" {\n  group_name = "g"\n  ttl_in_days = 183\n}\n', "log_store").values["retention_days"] == 183
    stream = 'resource "huaweicloud_lts_stream" "s" {\n  group_id = "g"\n  ttl_in_days = %s\n}\n'
    assert one(stream % 7, "log_store").values["retention_days"] == 7
    assert rows(stream % -1, "log_store") == []


TRACKER = 'resource "huaweicloud_cts_tracker" "t" {\n  %s\n}\nresource "huaweicloud_obs_bucket" "b" {\n  bucket = "traces"\n  %s\n}\n'
RULE = 'lifecycle_rule {\n    name = "r"\n    enabled = true\n    expiration {\n      days = 90\n    }\n  }'


@pytest.mark.parametrize(
    ("body", "lifecycle", "days"),
    [
        ("", "", 7),
        ('bucket_name = huaweicloud_obs_bucket.b.bucket', "", 36500),
        ('bucket_name = "traces"', RULE, 90),
        ('bucket_name = "traces"', RULE.replace("true", "false"), 36500),
        ('bucket_name = "elsewhere"', "", None),
    ],
)
def test_traces_are_kept_as_long_as_the_rules_of_their_bucket_say(body: str, lifecycle: str, days: int | None) -> None:
    assert one(TRACKER % (body, lifecycle), "audit_trail").values["retention_days"] == days


def test_trackers() -> None:
    bare = one(TRACKER % ("", ""), "audit_trail")
    assert (bare.values["enabled"], bare.values["log_validation"], bare.values["encrypted"]) == (True, False, False)
    assert {"all_regions", "all_events"} <= set(bare.lacks)
    row = one(TRACKER % ('bucket_name = "traces"\n  kms_id = "k"\n  validate_file = true\n  enabled = false', ""), "audit_trail")
    assert (row.values["enabled"], row.values["log_validation"], row.values["encrypted"]) == (False, True, True)


@pytest.mark.parametrize(
    ("body", "interval", "days"),
    [
        ('backup_cycle {\n    days = "MO,TH"\n    execution_times = ["06:00"]\n  }\n  time_period = 30', 5040, 30),
        ('backup_cycle {\n    interval = 1\n    execution_times = ["06:00", "18:00"]\n  }\n  backup_quantity = 10', 720, 5),
        ('backup_cycle {\n    interval = 5\n    execution_times = ["06:00"]\n  }', 7200, 36500),
    ],
)
def test_backup_policies(body: str, interval: int, days: int) -> None:
    row = one(f'resource "huaweicloud_cbr_policy" "p" {{\n  type = "backup"\n  {body}\n}}\n', "backup_job")
    assert (row.values["interval_minutes"], row.values["retention_days"], row.values["enabled"], row.values["offsite"]) == (interval, days, True, False)


def test_a_replicating_policy_goes_to_another_region() -> None:
    text = 'resource "huaweicloud_cbr_policy" "p" {\n  type = "replication"\n  destination_region = "cn-north-9"\n  backup_cycle {\n    interval = 1\n    execution_times = ["06:00"]\n  }\n}\n'
    row = one(text, "backup_job")
    assert (row.values["method"], row.values["offsite"]) == ("cloud_copy", True)
    assert [r.values["jurisdiction"] for r in rows(text, "data_location") if r.values["location_kind"] == "backup"] == ["mainland"]


def test_a_vault_without_policy_backs_nothing_up_and_one_with_a_policy_is_locked_or_not() -> None:
    assert one('resource "huaweicloud_cbr_vault" "v" {\n  name = "v"\n}\n', "backup_job").values["enabled"] is False
    text = 'resource "huaweicloud_cbr_policy" "p" {\n  type = "backup"\n}\nresource "huaweicloud_cbr_vault" "v" {\n  locked = true\n  policy {\n    id = huaweicloud_cbr_policy.p.id\n  }\n}\n'
    row = one(text, "backup_job")
    assert (row.values["job_id"], row.values["immutable"]) == ("huaweicloud_cbr_policy.p", True)


KAFKA = 'resource "huaweicloud_dms_kafka_instance" "k" {\n  name = "k"\n  %s\n}\n'


@pytest.mark.parametrize(
    ("body", "tls"),
    [
        ("", False),
        ("ssl_enable = true", True),
        ('ssl_enable = true\n  security_protocol = "SASL_PLAINTEXT"', False),
        ("ssl_enable = true\n  vpc_client_plain = true", False),
        ("port_protocol {\n    private_sasl_ssl_enable = true\n  }", True),
        ("port_protocol {\n    private_sasl_ssl_enable = true\n    private_plain_enable = true\n  }", False),
        ("port_protocol {\n    private_sasl_ssl_enable = true\n    public_sasl_plaintext_enable = true\n  }", False),
    ],
)
def test_kafka_refuses_clear_text_only_when_no_plain_port_is_open(body: str, tls: bool) -> None:
    assert one(KAFKA % body, "message_queue").values["tls_required"] is tls


def test_brokers() -> None:
    bare = one(KAFKA % "", "message_queue")
    assert (bare.values["encrypted"], bare.values["public_access"], bare.values["queue_kind"]) == (False, False, "broker")
    row = one(KAFKA % 'disk_encrypted_enable = true\n  disk_encrypted_key = "k"\n  public_ip_ids = ["e"]', "message_queue")
    assert (row.values["encrypted"], row.values["public_access"]) == (True, True)
    rabbit = one('resource "huaweicloud_dms_rabbitmq_instance" "r" {\n  ssl_enable = true\n  public_ip_id = "e"\n}\n', "message_queue")
    assert (rabbit.values["tls_required"], rabbit.values["public_access"]) == (True, True)
    rocket = 'resource "huaweicloud_dms_rocketmq_instance" "r" {\n  tls_mode = "%s"\n  enable_publicip = true\n}\n'
    assert [one(rocket % mode, "message_queue").values["tls_required"] for mode in ("SSL", "PERMISSIVE")] == [True, False]
    assert one(rocket % "SSL", "message_queue").values["public_access"] is True


@pytest.mark.parametrize(("users", "public"), [('"*"', True), ('"urn:csp:iam::1:root,*"', True), ('"urn:csp:iam::1:root"', False), ("null", False)])
def test_topics(users: str, public: bool) -> None:
    row = one(f'resource "huaweicloud_smn_topic" "t" {{\n  name = "t"\n  users_publish_allowed = {users}\n}}\n', "message_queue")
    assert row.values["public_access"] is public


def test_clusters() -> None:
    text = 'resource "huaweicloud_cce_cluster" "c" {\n  name = "c"\n  %s\n}\n'
    bare = one(text % "", "cluster")
    assert (bare.values["public_endpoint"], bare.values["secrets_encrypted"]) == (False, False)
    row = one(text % 'eip = "1.2.3.4"\n  encryption_config {\n    mode = "KMS"\n    kms_key_id = "k"\n  }', "cluster")
    assert (row.values["public_endpoint"], row.values["secrets_encrypted"]) == (True, True)
    log = 'resource "huaweicloud_cce_cluster_log_config" "l" {\n  cluster_id = huaweicloud_cce_cluster.c.id\n  ttl_in_days = 183\n  log_configs {\n    name = "audit"\n    enable = true\n  }\n}\n'
    assert one(text % "", "log_source").values["enabled"] is False
    assert one(text % "" + log, "log_source").values["enabled"] is True
    assert one(text % "" + log, "log_store").values["retention_days"] == 183


def test_nodes_have_disks() -> None:
    found = rows('resource "huaweicloud_cce_node" "n" {\n  root_volume {\n    size = 40\n  }\n  data_volumes {\n    size = 100\n    kms_key_id = "k"\n  }\n}\n', "block_volume")
    assert [(r.values["encrypted"], r.at.line) for r in found] == [(False, 2), (True, 5)]


def test_image_registries() -> None:
    repository = 'resource "huaweicloud_swr_repository" "r" {\n  name = "r"\n  is_public = %s\n}\n'
    assert [one(repository % value, "container_registry").values["public_access"] for value in ("true", "false")] == [True, False]
    enterprise = one('resource "huaweicloud_swr_enterprise_instance" "e" {\n  name = "e"\n  anonymous_access = true\n}\n', "container_registry")
    assert enterprise.values["public_access"] is True


def test_shares_name_their_targets() -> None:
    found = rows('resource "huaweicloud_images_image_share" "s" {\n  target_project_ids = ["a", "b"]\n}\nresource "huaweicloud_ram_resource_share" "r" {\n  principals = ["1"]\n}\n', "resource_share")
    assert sorted((str(r.values["resource_kind"]), str(r.values["target"]), r.values["public"]) for r in found) == [("image", "a", False), ("image", "b", False), ("other", "1", False)]


@pytest.mark.parametrize(("body", "expected"), [("enable_lts_log = true", [True]), ("enable_lts_log = false", [False]), ('log_group_id = "g"', [True]), ("", [])])
def test_logs_of_functions(body: str, expected: list[bool]) -> None:
    assert [r.values["enabled"] for r in rows(f'resource "huaweicloud_fgs_function" "f" {{\n  {body}\n}}\n', "log_source")] == expected


PODS = 'resource "huaweicloud_cciv2_deployment" "d" {\n  name = "d"\n  template {\n    spec {\n      %s\n      containers {\n        name = "c"\n        image = "%s"\n        %s\n      }\n    }\n  }\n}\n'


@pytest.mark.parametrize(
    ("pod", "container", "root"),
    [
        ("", "", True),
        ("", "security_context {\n          run_as_non_root = true\n        }", False),
        ("security_context {\n        run_as_user = 1000\n      }", "", False),
        ("security_context {\n        run_as_user = 1000\n      }", "security_context {\n          run_as_user = 0\n        }", True),
    ],
)
def test_a_pod_runs_as_root_unless_it_says_otherwise(pod: str, container: str, root: bool) -> None:
    row = one(PODS % (pod, "nginx:1.27", container), "container")
    assert (row.values["runs_as_root"], row.values["image_pinned"]) == (root, True)
    assert {"privileged", "host_network", "privilege_escalation"} <= set(row.lacks)


def test_images_and_capabilities_of_pods() -> None:
    row = one(PODS % ("", "nginx", 'security_context {\n          capabilities {\n            add = ["CAP_SYS_ADMIN"]\n          }\n        }'), "container")
    assert (row.values["image_pinned"], row.values["dangerous_capabilities"]) == (False, True)
    pod = 'resource "huaweicloud_cciv2_pod" "p" {\n  containers {\n    name = "c"\n    image = var.i\n  }\n}\nvariable "i" {}\n'
    assert one(pod, "container").nulls["image_pinned"].code == "unresolved_variable"
