"""What holds when a resource says nothing: the documented defaults, and the settings a service does not have."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.terraform.harness import rows

# (resource type, table, column, value); the provider page of the type gives each value.
DEFAULTS: list[tuple[str, str, str, Any]] = [
    ("cce_autopilot_cluster", "cluster", "deletion_protection", False),
    ("cce_cluster_log_config", "log_store", "retention_days", 7),
    ("lts_group", "log_store", "retention_days", 7),
    ("swr_repository", "container_registry", "public_access", False),
    ("swr_enterprise_instance", "container_registry", "public_access", False),
    ("swr_enterprise_instance", "container_registry", "encrypted", False),
    ("swr_enterprise_instance", "container_registry", "immutable_tags", False),
    ("swr_enterprise_namespace", "container_registry", "public_access", False),
    ("cbr_vault", "backup_job", "immutable", False),
    ("vbs_backup_policy", "backup_job", "enabled", True),
    ("cbr_policy", "backup_job", "enabled", True),
    ("cdn_domain", "tls_endpoint", "plaintext", True),
    ("cdn_domain", "tls_endpoint", "http_redirect", False),
    ("cdn_domain", "tls_endpoint", "hsts", False),
    ("cdn_domain", "tls_endpoint", "min_tls", "none"),
    ("waf_domain", "tls_endpoint", "plaintext", False),
    ("waf_domain", "tls_endpoint", "min_tls", "tls10"),
    ("apig_api", "tls_endpoint", "plaintext", False),
    ("apig_group_domain_associate", "tls_endpoint", "http_redirect", False),
    ("apig_group_domain_associate", "tls_endpoint", "plaintext", False),
    ("elb_loadbalancer", "log_source", "enabled", False),
    ("lb_loadbalancer", "log_source", "enabled", False),
    ("vpc_flow_log", "log_source", "enabled", True),
    ("er_flow_log", "log_source", "enabled", True),
    ("vpc", "network_boundary", "flow_logging", False),
    ("networking_secgroup", "network_boundary", "default_inbound", "deny"),
    ("vpc_network_acl", "network_boundary", "firewall_enabled", True),
    ("identity_user", "identity", "enabled", True),
    ("identity_user", "identity", "console_access", False),
    ("identity_user", "identity", "mfa_enabled", False),
    ("identity_user", "identity", "password_reset_required", True),
    ("identityv5_user", "identity", "enabled", True),
    ("identityv5_access_key", "access_key", "enabled", True),
    ("kms_key", "kms_key", "status", "enabled"),
    ("kms_key", "kms_key", "rotation_supported", True),
    ("kms_key", "kms_key", "rotation_enabled", False),
    ("kms_key", "kms_key", "rotation_days", 365),
    ("kms_key", "kms_key", "deletion_window_days", 7),
    ("cts_tracker", "audit_trail", "enabled", True),
    ("cts_tracker", "audit_trail", "log_validation", False),
    ("cts_tracker", "audit_trail", "retention_days", 7),
    ("cts_data_tracker", "audit_trail", "enabled", True),
    ("dms_kafka_instance", "message_queue", "encrypted", False),
    ("dms_kafka_instance", "message_queue", "tls_required", False),
    ("dms_kafka_instance", "message_queue", "public_access", False),
    ("dms_rabbitmq_instance", "message_queue", "encrypted", False),
    ("dms_rabbitmq_instance", "message_queue", "tls_required", False),
    ("dms_rabbitmq_instance", "message_queue", "public_access", False),
    ("dms_rocketmq_instance", "message_queue", "tls_required", False),
    ("dms_rocketmq_instance", "message_queue", "public_access", False),
    ("smn_topic", "message_queue", "public_access", False),
    ("evs_volume", "block_volume", "encrypted", False),
    ("evsv3_volume", "block_volume", "encrypted", False),
    ("sfs_turbo", "block_volume", "encrypted", False),
    ("sfs_file_system", "block_volume", "encrypted", False),
    ("ims_obs_system_image", "block_volume", "encrypted", False),
    ("compute_instance", "compute_instance", "public_ip", False),
    ("compute_instance", "compute_instance", "password_login", False),
    ("as_configuration", "compute_instance", "public_ip", False),
    ("compute_template", "compute_instance", "public_ip", False),
    ("obs_bucket", "object_storage", "public_access", False),
    ("obs_bucket", "object_storage", "versioning", False),
    ("obs_bucket", "object_storage", "force_destroy", False),
    ("obs_bucket", "object_storage", "access_logging", False),
    ("obs_bucket", "object_storage", "tls_only", False),
    ("taurusdb_instance", "database", "audit_logging", False),
    ("taurusdb_instance", "database", "tls_required", True),
    ("taurusdb_instance", "database", "version", "8.0"),
    ("dds_instance", "database", "tls_required", True),
    ("dws_cluster", "database", "audit_logging", False),
    ("dws_cluster", "database", "tls_required", False),
    ("css_cluster", "database", "audit_logging", False),
    ("css_cluster", "database", "tls_required", False),
    ("css_cluster", "database", "default_credentials", True),
    ("dcs_instance", "database", "default_credentials", True),
    ("mapreduce_cluster", "database", "public_access", False),
]


@pytest.mark.parametrize(("kind", "table", "column", "value"), DEFAULTS, ids=lambda part: str(part))
def test_default(kind: str, table: str, column: str, value: Any) -> None:
    (row,) = rows(f'resource "huaweicloud_{kind}" "x" {{}}\n', table)
    assert row.values[column] == value
    assert column not in row.places, "a default has no place of its own"


# A setting a service does not have is not asked for: otherwise every resource of it would fail for ever.
LACKING: list[tuple[str, str, set[str]]] = [
    ("obs_bucket", "object_storage", {"object_lock", "public_access_blocked"}),
    ("lts_group", "log_store", {"encrypted", "encryption_declared", "customer_managed_key", "immutable"}),
    ("cts_tracker", "audit_trail", {"all_regions", "all_events"}),
    ("cts_data_tracker", "audit_trail", {"all_regions", "all_events", "encrypted", "encryption_declared", "customer_managed_key", "log_validation"}),
    ("cbr_policy", "backup_job", {"encrypted", "encryption_declared", "customer_managed_key", "separate_account", "immutable"}),
    ("cbr_vault", "backup_job", {"encrypted", "encryption_declared", "customer_managed_key", "interval_minutes", "offsite", "separate_account"}),
    ("vbs_backup_policy", "backup_job", {"encrypted", "encryption_declared", "customer_managed_key", "separate_account", "immutable"}),
    ("rds_cross_region_backup_strategy", "backup_job", {"encrypted", "encryption_declared", "customer_managed_key", "interval_minutes", "separate_account", "immutable"}),
    ("compute_instance", "compute_instance", {"metadata_tokens_required", "deletion_protection"}),
    ("cce_cluster", "cluster", {"deletion_protection"}),
    ("cce_autopilot_cluster", "cluster", {"secrets_encrypted"}),
    ("swr_repository", "container_registry", {"encrypted", "encryption_declared", "customer_managed_key", "image_scanning", "immutable_tags"}),
    ("swr_enterprise_instance", "container_registry", {"image_scanning"}),
    ("swr_enterprise_namespace", "container_registry", {"encrypted", "encryption_declared", "customer_managed_key", "image_scanning", "immutable_tags"}),
    ("smn_topic", "message_queue", {"encrypted", "encryption_declared", "customer_managed_key", "tls_required"}),
    ("dms_rocketmq_instance", "message_queue", {"encrypted", "encryption_declared", "customer_managed_key"}),
    ("dis_stream", "message_queue", {"encrypted", "encryption_declared", "customer_managed_key", "tls_required", "public_access"}),
    ("kms_key", "kms_key", {"deletion_protection", "policy_open", "admins_can_decrypt"}),
    ("evs_volume", "block_volume", {"tls_required"}),
    ("identityv5_user", "identity", {"password_reset_required"}),
    ("identityv5_access_key", "access_key", {"secret_encrypted"}),
    ("identitycenter_password_policy", "password_policy", {"character_classes", "reuse_prevention", "max_attempts"}),
    ("networking_secgroup", "network_boundary", {"internet_facing", "firewall_enabled", "flow_logging"}),
    ("vpc", "network_boundary", {"is_default", "internet_facing", "firewall_enabled", "default_inbound"}),
    ("apig_api", "tls_endpoint", {"internet_facing", "http_redirect", "min_tls", "weak_ciphers", "cert_key_algorithm", "cert_key_bits", "cert_valid", "hsts"}),
    ("waf_domain", "tls_endpoint", {"http_redirect", "weak_ciphers", "cert_key_algorithm", "cert_key_bits", "cert_valid", "hsts"}),
    ("dds_instance", "database", {"allows_any_source", "min_tls", "deletion_protection", "default_credentials"}),
    ("taurusdb_instance", "database", {"encrypted", "encryption_declared", "customer_managed_key", "allows_any_source", "min_tls", "deletion_protection", "default_credentials"}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "table", "columns"), LACKING, ids=lambda part: str(part) if isinstance(part, str) else "")
def test_settings_that_a_service_does_not_have(kind: str, table: str, columns: set[str]) -> None:
    (row,) = rows(f'resource "huaweicloud_{kind}" "x" {{}}\n', table)
    assert set(row.lacks) == columns
