"""RDS, GaussDB, DDS, GeminiDB, DCS, CSS, DWS: encryption, exposure, TLS, audit, backups, credentials."""

from __future__ import annotations

from typing import Any

import pytest

from compliance.model.row import Row
from tests.collect.terraform.harness import rows


def database(text: str) -> Row:
    found = rows(text, "database")
    assert len(found) == 1
    return found[0]


def one(kind: str, body: str = "", rest: str = "") -> Row:
    return database(f'resource "huaweicloud_{kind}" "d" {{\n  name = "d"\n{body}\n}}\n{rest}')


MYSQL = '  db {\n    type = "MySQL"\n    version = "8.0"\n  }'
POSTGRES = '  db {\n    type = "PostgreSQL"\n    version = "14"\n  }'


def test_a_bare_mysql_instance_has_the_defaults_of_rds() -> None:
    row = one("rds_instance", MYSQL)
    expected: dict[str, Any] = {
        "engine": "mysql", "version": "8.0", "encrypted": False, "public_access": False, "tls_required": False, "audit_logging": False,
        "backup_retention_days": 7,
    }  # fmt: skip
    assert {name: row.values[name] for name in expected} == expected
    assert {"allows_any_source", "deletion_protection"} <= set(row.lacks)


def test_a_hardened_mysql_instance() -> None:
    row = one(
        "rds_instance",
        MYSQL + '\n  ssl_enable = true\n  volume {\n    type = "CLOUDSSD"\n    disk_encryption_id = huaweicloud_kms_key.k.id\n  }\n  backup_strategy {\n    keep_days = 30\n  }',
        'resource "huaweicloud_kms_key" "k" {\n  key_alias = "db"\n}\nresource "huaweicloud_rds_sql_audit" "a" {\n  instance_id = huaweicloud_rds_instance.d.id\n  keep_days = 30\n}\n',
    )
    assert (row.values["encrypted"], row.values["customer_managed_key"], row.values["kms_key_id"]) == (True, True, "huaweicloud_kms_key.k.id")
    assert (row.values["tls_required"], row.values["audit_logging"], row.values["backup_retention_days"]) == (True, True, 30)
    assert row.places["encrypted"].line == 10
    assert row.places["audit_logging"].line == 20


@pytest.mark.parametrize(("value", "expected"), [('""', False), ("null", False), ('"0d0466b0-e727-4d9c-b35d-f84bb474a37f"', True)])
def test_naming_a_key_is_what_encrypts_a_disk(value: str, expected: bool) -> None:
    assert one("rds_instance", MYSQL + f"\n  volume {{\n    disk_encryption_id = {value}\n  }}").values["encrypted"] is expected


def test_a_key_from_a_variable_is_undetermined() -> None:
    row = one("rds_instance", MYSQL + "\n  volume {\n    disk_encryption_id = var.k\n  }", 'variable "k" {}\n')
    assert row.values["encrypted"] is None
    assert row.nulls["encrypted"].code == "unresolved_variable"


@pytest.mark.parametrize(
    "binding",
    [
        'resource "huaweicloud_rds_instance_eip_associate" "e" {\n  instance_id = huaweicloud_rds_instance.d.id\n}\n',
        'resource "huaweicloud_vpc_eip_associate" "e" {\n  network_id = "n"\n  fixed_ip = huaweicloud_rds_instance.d.fixed_ip\n}\n',
        'data "huaweicloud_networking_port" "p" {\n  fixed_ip = huaweicloud_rds_instance.d.fixed_ip\n}\n'
        'resource "huaweicloud_vpc_eip_associate" "e" {\n  port_id = data.huaweicloud_networking_port.p.id\n}\n',
    ],
)
def test_a_public_address_is_found_wherever_it_is_bound(binding: str) -> None:
    row = one("rds_instance", MYSQL, binding)
    assert row.values["public_access"] is True
    assert row.places["public_access"].line > 7


def test_an_address_bound_to_something_else_does_not_count() -> None:
    text = 'resource "huaweicloud_vpc_eip_associate" "e" {\n  port_id = huaweicloud_compute_instance.v.network[0].port\n}\nresource "huaweicloud_compute_instance" "v" {}\n'
    assert one("rds_instance", MYSQL, text).values["public_access"] is False


def test_tls_of_postgresql_is_what_its_access_rules_say() -> None:
    rule = 'resource "huaweicloud_rds_pg_hba" "h" {{\n  instance_id = huaweicloud_rds_instance.d.id\n  host_based_authentications {{\n    type = "{}"\n    database = "all"\n    user = "all"\n    address = "0.0.0.0/0"\n    method = "scram-sha-256"\n  }}\n}}\n'
    assert "tls_required" in one("rds_instance", POSTGRES).lacks
    assert one("rds_instance", POSTGRES, rule.format("host")).values["tls_required"] is False
    assert one("rds_instance", POSTGRES, rule.format("hostssl")).values["tls_required"] is True
    (hba,) = rows('resource "huaweicloud_rds_instance" "d" {}\n' + rule.format("host"), "pg_hba_rule")
    assert (hba.values["conn_type"], hba.values["source_scope"], hba.values["method"]) == ("host", "any", "scram-sha-256")


@pytest.mark.parametrize(("name", "value", "expected"), [("log_statement", "all", True), ("log_statement", "none", False), ("log_connections", "on", True)])
def test_postgresql_parameters_that_log(name: str, value: str, expected: bool) -> None:
    row = one("rds_instance", POSTGRES + f'\n  parameters {{\n    name = "{name}"\n    value = "{value}"\n  }}')
    assert row.values["audit_logging"] is expected


def test_a_read_replica_is_encrypted_as_its_primary_is() -> None:
    text = (
        'resource "huaweicloud_rds_instance" "p" {\n  db {\n    type = "MySQL"\n  }\n  volume {\n    disk_encryption_id = "k"\n  }\n}\n'
        'resource "huaweicloud_rds_read_replica_instance" "r" {\n  primary_instance_id = huaweicloud_rds_instance.p.id\n}\n'
    )
    replica = next(row for row in rows(text, "database") if "replica" in str(row.values["resource_id"]))
    assert (replica.values["encrypted"], replica.values["engine"]) == (True, "mysql")
    assert "backup_retention_days" in replica.lacks


def test_backups_in_another_region_are_a_copy_and_a_place() -> None:
    text = 'resource "huaweicloud_rds_cross_region_backup_strategy" "c" {\n  keep_days = 5\n  destination_region = "ap-southeast-1"\n}\n'
    (job,) = rows(text, "backup_job")
    assert (job.values["method"], job.values["offsite"], job.values["retention_days"]) == ("cloud_copy", True, 5)
    (place,) = [row for row in rows(text, "data_location") if row.values["location_kind"] == "backup"]
    assert place.values["jurisdiction"] == "overseas"


@pytest.mark.parametrize("kind", ["taurusdb_instance", "gaussdb_mysql_instance"])
def test_taurus(kind: str) -> None:
    bare = one(kind)
    assert (bare.values["engine"], bare.values["audit_logging"], bare.values["backup_retention_days"]) == ("mysql", False, 7)
    assert "encrypted" in bare.lacks
    row = one(kind, '  ssl_option = "false"\n  audit_log_enabled = true\n  backup_strategy {\n    keep_days = 14\n  }')
    assert (row.values["tls_required"], row.values["audit_logging"], row.values["backup_retention_days"]) == (False, True, 14)
    (job,) = rows(f'resource "huaweicloud_{kind}" "d" {{\n  encryption_status = "OFF"\n}}\n', "backup_job")
    assert job.values["encrypted"] is False


@pytest.mark.parametrize("kind", ["gaussdb_instance", "gaussdb_opengauss_instance"])
def test_gaussdb_encrypts_by_disk_key_or_transparently(kind: str) -> None:
    assert one(kind).values["encrypted"] is False
    assert one(kind, '  disk_encryption_id = "k"').values["encrypted"] is True
    row = one(kind, '  kms_tde_switch {\n    kms_tde_key_id = "k"\n    kms_project_name = "p"\n    kms_tde_status = "on"\n  }')
    assert (row.values["encrypted"], row.values["kms_key_id"]) == (True, "k")


def test_dds() -> None:
    bare = one("dds_instance")
    assert (bare.values["engine"], bare.values["encrypted"], bare.values["tls_required"], bare.values["audit_logging"]) == ("mongodb", False, True, False)
    row = one(
        "dds_instance",
        '  ssl = false\n  disk_encryption_id = "k"\n  backup_strategy {\n    keep_days = 0\n  }',
        'resource "huaweicloud_dds_audit_log_policy" "a" {\n  instance_id = huaweicloud_dds_instance.d.id\n}\nresource "huaweicloud_dds_instance_eip_associate" "e" {\n  instance_id = huaweicloud_dds_instance.d.id\n}\n',
    )
    assert (row.values["tls_required"], row.values["encrypted"], row.values["audit_logging"], row.values["public_access"]) == (False, True, True, True)
    assert (row.values["backup_retention_days"], row.places["backup_retention_days"].line) == (0, 6)


def test_slow_logs_alone_are_no_audit_of_dds() -> None:
    log = 'resource "huaweicloud_dds_lts_log" "l" {{\n  instance_id = huaweicloud_dds_instance.d.id\n  log_type = "{}"\n}}\n'
    assert one("dds_instance", "", log.format("slow_log")).values["audit_logging"] is False
    assert one("dds_instance", "", log.format("audit_log")).values["audit_logging"] is True


@pytest.mark.parametrize(("kind", "engine"), [("gaussdb_redis_instance", "redis"), ("gaussdb_mongo_instance", "mongodb"), ("gaussdb_cassandra_instance", "cassandra"), ("gaussdb_influx_instance", "influxdb")])
def test_geminidb(kind: str, engine: str) -> None:
    row = one(kind)
    assert (row.values["engine"], row.values["tls_required"], row.values["backup_retention_days"]) == (engine, False, 7)
    assert "encrypted" in row.lacks
    assert one(kind, "  ssl = true").values["tls_required"] is True


def test_the_newer_geminidb_resource_names_its_engine_and_its_switch_otherwise() -> None:
    row = one("geminidb_instance", '  datastore {\n    type = "redis"\n  }\n  ssl_option = "on"')
    assert (row.values["engine"], row.values["tls_required"]) == ("redis", True)


def test_redis_without_password_lets_anyone_in() -> None:
    row = one("dcs_instance", '  engine = "Redis"\n  flavor = "redis.ha.xu1.large.r2.1"')
    assert (row.values["default_credentials"], row.values["tls_required"], row.values["backup_retention_days"]) == (True, False, 0)
    assert row.values["allows_any_source"] is False
    with_password = one("dcs_instance", '  engine = "Redis"\n  password = var.p\n  ssl_enable = true\n  backup_policy {\n    backup_type = "auto"\n    save_days = 7\n  }', 'variable "p" {}\n')
    assert (with_password.values["default_credentials"], with_password.values["tls_required"], with_password.values["backup_retention_days"]) == (False, True, 7)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("  whitelist_enable = false", True),
        ('  whitelists {\n    group_name = "g"\n    ip_address = ["0.0.0.0/0"]\n  }', True),
        ('  whitelists {\n    group_name = "g"\n    ip_address = ["192.168.0.0/16"]\n  }', False),
    ],
)
def test_allow_lists_of_redis(body: str, expected: bool) -> None:
    assert one("dcs_instance", '  engine = "Redis"\n' + body).values["allows_any_source"] is expected


def test_a_single_node_cannot_be_backed_up() -> None:
    assert "backup_retention_days" in one("dcs_instance", '  engine = "Redis"\n  flavor = "redis.single.xu1.large.2"').lacks


def test_search() -> None:
    bare = one("css_cluster")
    assert (bare.values["engine"], bare.values["encrypted"], bare.values["default_credentials"], bare.values["tls_required"]) == ("elasticsearch", False, True, False)
    assert (bare.values["public_access"], bare.values["backup_retention_days"]) == (False, 0)
    row = one(
        "css_cluster",
        '  security_mode = true\n  https_enabled = true\n  disk_encryption {\n    system_encrypted = "1"\n    system_cmk_id = "k"\n  }\n'
        '  public_access {\n    bandwidth = 1\n    whitelist_enabled = true\n    whitelist = "0.0.0.0/0"\n  }\n  backup_strategy {\n    keep_days = 7\n  }',
    )
    assert (row.values["encrypted"], row.values["default_credentials"], row.values["tls_required"]) == (True, False, True)
    assert (row.values["public_access"], row.values["allows_any_source"], row.values["backup_retention_days"]) == (True, True, 7)


def test_an_allow_list_of_kibana_that_is_off_admits_everyone() -> None:
    row = one("css_cluster", '  kibana_public_access {\n    bandwidth = 1\n    whitelist_enabled = false\n    whitelist = "10.0.0.0/8"\n  }')
    assert (row.values["public_access"], row.values["allows_any_source"]) == (True, True)


def test_warehouse() -> None:
    bare = one("dws_cluster")
    assert (bare.values["encrypted"], bare.values["public_access"], bare.values["tls_required"], bare.values["audit_logging"]) == (False, False, False, False)
    row = one(
        "dws_cluster",
        '  kms_key_id = "k"\n  lts_enable = true\n  public_ip {\n    public_bind_type = "auto_assign"\n  }',
        'resource "huaweicloud_dws_parameter_configurations" "p" {\n  cluster_id = huaweicloud_dws_cluster.d.id\n  configurations {\n    name = "require_ssl"\n    type = "cn"\n    value = "on"\n  }\n}\n',
    )
    assert (row.values["encrypted"], row.values["public_access"], row.values["tls_required"], row.values["audit_logging"]) == (True, True, True, True)
    assert one("dws_cluster", '  public_ip {\n    public_bind_type = "not_use"\n  }').values["public_access"] is False


def test_big_data_without_safe_mode_has_no_authentication() -> None:
    assert one("mapreduce_cluster").values["default_credentials"] is False
    assert one("mapreduce_cluster", "  safe_mode = false").values["default_credentials"] is True


def test_graphs() -> None:
    bare = one("ges_graph")
    assert (bare.values["encrypted"], bare.values["public_access"], bare.values["audit_logging"]) == (False, False, False)
    row = one("ges_graph", '  enable_https = true\n  encryption {\n    enable = true\n    master_key_id = "k"\n  }\n  public_ip {\n    public_bind_type = "auto_assign"\n  }\n  lts_operation_trace {\n    enable_audit = true\n  }')
    assert (row.values["encrypted"], row.values["public_access"], row.values["audit_logging"], row.values["tls_required"]) == (True, True, True, True)
