"""RDS, PolarDB, MongoDB, Redis and the analytical databases."""

from __future__ import annotations

import pytest

from compliance.model.row import Row
from tests.collect.terraform.harness import rows


def database(text: str) -> Row:
    found = rows(text, "database")
    assert len(found) == 1
    return found[0]


def rds(body: str = "", rest: str = "") -> Row:
    return database(f'resource "alicloud_db_instance" "db" {{\n  engine = "MySQL"\n  engine_version = "8.0"\n{body}\n}}\n{rest}')


def test_a_bare_rds_instance_has_the_documented_defaults() -> None:
    row = rds()
    expected = {
        "engine": "mysql",
        "version": "8.0",
        "encrypted": False,
        "public_access": False,
        "allows_any_source": False,
        "tls_required": False,
        "audit_logging": False,
        "backup_retention_days": 7,
        "deletion_protection": False,
        "default_credentials": False,
    }
    assert {name: row.values[name] for name in expected} == expected
    assert set(row.places) <= {"engine", "version", "region"}


def test_a_hardened_rds_instance_is_clean() -> None:
    row = rds(
        """
  encryption_key       = alicloud_kms_key.k.id
  ssl_action           = "Open"
  sql_collector_status = "Enabled"
  security_ips         = ["10.0.0.0/8"]
  deletion_protection  = true
""",
        """
resource "alicloud_kms_key" "k" {}
resource "alicloud_db_backup_policy" "p" {
  instance_id             = alicloud_db_instance.db.id
  backup_retention_period = 30
}
""",
    )
    expected = {
        "encrypted": True,
        "encryption_declared": True,
        "customer_managed_key": True,
        "encryption_algorithm": "KMS",
        "kms_key_id": "alicloud_kms_key.k.id",
        "tls_required": True,
        "audit_logging": True,
        "allows_any_source": False,
        "deletion_protection": True,
        "backup_retention_days": 30,
    }
    assert {name: row.values[name] for name in expected} == expected


@pytest.mark.parametrize("entry", ["0.0.0.0/0", "0.0.0.0", "::/0", "0.0.0.0/1"])
def test_an_allow_list_for_everyone_is_found_at_its_line(entry: str) -> None:
    row = rds(f'  security_ips = ["10.1.0.0/16", "{entry}"]')
    assert row.values["allows_any_source"] is True
    assert row.places["allows_any_source"].line == 4


def test_an_allow_list_from_a_variable_is_undetermined_unless_another_entry_tells() -> None:
    unknown = rds("  security_ips = [var.office]", 'variable "office" {}')
    assert unknown.values["allows_any_source"] is None
    assert unknown.nulls["allows_any_source"].code == "unresolved_variable"
    assert rds('  security_ips = [var.office, "0.0.0.0/0"]', 'variable "office" {}').values["allows_any_source"] is True


def test_tde_encrypts_without_a_key_of_the_firm() -> None:
    row = rds('  tde_status = "Enabled"')
    assert (row.values["encrypted"], row.values["encryption_algorithm"], row.values["customer_managed_key"]) == (True, "AES-256", False)
    off = rds('  tde_status = "Disabled"')
    assert (off.values["encrypted"], off.places["encrypted"].line) == (False, 4)


def test_special_values_of_encryption_key() -> None:
    assert rds('  encryption_key = "disabled"').values["encrypted"] is False
    service = rds('  encryption_key = "ServiceKey"')
    assert (service.values["encrypted"], service.values["customer_managed_key"]) == (True, False)


def test_an_unknown_key_variable_is_undetermined() -> None:
    row = rds("  encryption_key = var.key", 'variable "key" {}')
    assert row.values["encrypted"] is None
    assert row.nulls["encrypted"].code == "unresolved_variable"


def test_a_public_connection_is_found_in_its_resource() -> None:
    row = rds(rest='resource "alicloud_db_connection" "c" {\n  instance_id = alicloud_db_instance.db.id\n}\n')
    assert row.values["public_access"] is True
    assert row.places["public_access"].line == 7


def test_ssl_forms() -> None:
    assert rds('  ssl_action = "Close"').places["tls_required"].line == 4
    assert rds('  ssl_action = "Open"\n  force_encryption = 0').values["tls_required"] is False
    assert rds('  ssl_action = "Open"\n  force_encryption = 1').values["tls_required"] is True
    assert rds('  parameters {\n    name = "require_secure_transport"\n    value = "ON"\n  }').values["tls_required"] is True


def test_connection_logs_that_are_switched_off_are_found_at_the_parameter() -> None:
    row = rds('  parameters {\n    name = "log_connections"\n    value = "OFF"\n  }')
    assert (row.values["audit_logging"], row.places["audit_logging"].line) == (False, 6)


def test_sql_explorer_keeps_logs_for_its_own_days() -> None:
    text = 'resource "alicloud_db_instance" "db" {\n  engine = "MySQL"\n  sql_collector_status = "Enabled"\n  sql_collector_config_value = %s\n}\n'
    row = rows(text % "30", "log_store")[0]
    assert (row.values["retention_days"], row.places["retention_days"].line) == (30, 4)
    assert rows(text.replace("  sql_collector_config_value = %s\n", ""), "log_store")[0].values["retention_days"] == 30
    assert rows(text.replace("Enabled", "Disabled") % "30", "log_store") == []


def test_prepaid_instances_have_no_deletion_protection() -> None:
    assert "deletion_protection" in rds('  instance_charge_type = "Prepaid"').lacks
    assert rds('  instance_charge_type = "Postpaid"').values["deletion_protection"] is False


def test_a_read_only_instance_is_encrypted_as_its_primary() -> None:
    text = """
resource "alicloud_db_instance" "db" {
  engine     = "MySQL"
  tde_status = "Enabled"
}
resource "alicloud_db_readonly_instance" "ro" {
  master_db_instance_id = alicloud_db_instance.db.id
  engine_version        = "8.0"
}
"""
    row = next(r for r in rows(text, "database") if r.values["resource_id"].endswith("ro"))
    assert (row.values["encrypted"], row.values["engine"]) == (True, "mysql")
    lone = database('resource "alicloud_db_readonly_instance" "ro" {\n  master_db_instance_id = "rm-123"\n}\n')
    assert lone.values["encrypted"] is None


def test_pg_hba_rules_of_rds() -> None:
    text = """
resource "alicloud_db_instance" "db" {
  engine = "PostgreSQL"
  pg_hba_conf {
    type = "hostnossl"
    database = "all"
    user = "all"
    address = "0.0.0.0/0"
    method = "trust"
    priority_id = 1
  }
}
"""
    row = rows(text, "pg_hba_rule")[0]
    assert (row.values["method"], row.values["source_scope"], row.values["position"]) == ("trust", "any", 1)
    assert row.places["method"].line == 9


def test_polardb_and_its_endpoints() -> None:
    text = """
resource "alicloud_polardb_cluster" "c" {
  db_type       = "MySQL"
  db_version    = "8.0"
  tde_status    = "Enabled"
  collector_status = "Enable"
  deletion_lock = 1
  db_cluster_ip_array {
    security_ips = ["0.0.0.0/0"]
  }
}
resource "alicloud_polardb_endpoint_address" "a" {
  db_cluster_id = alicloud_polardb_cluster.c.id
  net_type      = "Public"
}
resource "alicloud_polardb_primary_endpoint" "e" {
  db_cluster_id = alicloud_polardb_cluster.c.id
  ssl_enabled   = "Enable"
}
"""
    row = database(text)
    values = row.values
    assert (values["encrypted"], values["public_access"], values["tls_required"]) == (True, True, True)
    assert (values["allows_any_source"], row.places["allows_any_source"].line) == (True, 9)
    assert (values["audit_logging"], values["deletion_protection"], values["backup_retention_days"]) == (True, True, 7)
    assert rows(text.replace('"Public"', '"Private"'), "database")[0].values["public_access"] is False


def test_mongodb() -> None:
    bare = database('resource "alicloud_mongodb_instance" "m" {\n  engine_version = "4.4"\n}\n').values
    assert (bare["encrypted"], bare["tls_required"], bare["audit_logging"], bare["public_access"]) == (False, False, False, False)
    text = """
resource "alicloud_mongodb_instance" "m" {
  engine_version    = "4.4"
  ssl_action        = "Open"
  tde_status        = "enabled"
  security_ip_list  = ["10.0.0.1"]
  db_instance_release_protection = true
  backup_retention_period = 14
}
resource "alicloud_mongodb_audit_policy" "a" {
  db_instance_id = alicloud_mongodb_instance.m.id
  audit_status   = "enable"
}
resource "alicloud_mongodb_public_network_address" "p" {
  db_instance_id = alicloud_mongodb_instance.m.id
}
"""
    good = database(text).values
    assert (good["encrypted"], good["tls_required"], good["audit_logging"], good["public_access"]) == (True, True, True, True)
    assert (good["deletion_protection"], good["backup_retention_days"]) == (True, 14)


def test_redis_without_a_password_in_the_vpc() -> None:
    text = 'resource "alicloud_kvstore_instance" "r" {\n  instance_type = "Redis"\n  vpc_auth_mode = "%s"\n  ssl_enable = "Enable"\n  security_ips = ["0.0.0.0/0"]\n}\n'
    row = database(text % "Close")
    assert (row.values["default_credentials"], row.places["default_credentials"].line) == (True, 3)
    assert (row.values["engine"], row.values["tls_required"], row.values["allows_any_source"]) == ("redis", True, True)
    assert database(text % "Open").values["default_credentials"] is False
    tair = database('resource "alicloud_redis_tair_instance" "t" {\n  vpc_auth_mode = "Close"\n  security_ips = "10.0.0.1,0.0.0.0/0"\n}\n')
    assert (tair.values["default_credentials"], tair.values["allows_any_source"]) == (True, True)


def test_elasticsearch() -> None:
    text = 'resource "alicloud_elasticsearch_instance" "e" {\n  version = "7.10"\n  %s\n}\n'
    bare = database(text % "").values
    assert (bare["encrypted"], bare["tls_required"], bare["public_access"]) == (False, False, False)
    row = database(text % 'protocol = "HTTPS"\n  data_node_disk_encrypted = true\n  enable_public = true\n  public_whitelist = ["0.0.0.0/0"]')
    assert (row.values["encrypted"], row.values["tls_required"], row.values["public_access"], row.values["allows_any_source"]) == (True, True, True, True)
    warm = database(text % 'data_node_disk_encrypted = true\n  warm_node_spec = "x"')
    assert warm.values["encrypted"] is False


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("adb_db_cluster", "disk_encryption = true\n  enable_ssl = true", {"encrypted": True, "tls_required": True}),
        ("adb_db_cluster", "", {"encrypted": False, "tls_required": False}),
        ("gpdb_instance", 'encryption_type = "CloudDisk"\n  encryption_key = "k-1"\n  ssl_enabled = 1', {"encrypted": True, "customer_managed_key": True, "tls_required": True}),
        ("gpdb_instance", 'ip_whitelist {\n    security_ip_list = "0.0.0.0/0"\n  }', {"encrypted": False, "allows_any_source": True}),
        ("click_house_db_cluster", "allocate_public_connection = true", {"public_access": True, "backup_retention_days": None}),
        ("hbase_instance", 'ip_white = "0.0.0.0/0"\n  deletion_protection = true', {"allows_any_source": True, "deletion_protection": True}),
        ("ots_instance", 'network_type_acl = ["VPC"]', {"public_access": False}),
        ("ots_instance", 'network_type_acl = ["VPC", "INTERNET"]', {"public_access": True}),
        ("ots_instance", "", {"public_access": True}),
        ("ots_table", 'enable_sse = true\n  sse_key_type = "SSE_KMS_SERVICE"', {"encrypted": True, "customer_managed_key": False}),
        ("ots_table", "", {"encrypted": False}),
        ("maxcompute_project", "", {"encrypted": False}),
        ("lindorm_instance", 'ip_white_list = ["0.0.0.0/0"]', {"allows_any_source": True, "deletion_protection": False}),
        ("selectdb_db_instance", "enable_public_network = true", {"public_access": True}),
        ("hologram_instance", 'endpoints {\n    type = "Internet"\n  }', {"public_access": True, "tls_required": False}),
    ],
)
def test_other_engines(kind: str, body: str, expected: dict[str, object]) -> None:
    row = database(f'resource "alicloud_{kind}" "x" {{\n  {body}\n}}\n')
    assert {name: row.values[name] for name in expected} == expected
