"""Tencent Cloud: settings kept in resources of their own, and the places data is sent to."""

from __future__ import annotations

import pytest

from compliance.model.row import Row
from tests.collect.terraform.harness import rows

P = 'provider "tencentcloud" {\n  region = "ap-guangzhou"\n}\n'


def block(kind: str, name: str, body: str = "") -> str:
    """A resource of the provider; *body* has one attribute or block a line."""
    return f'resource "tencentcloud_{kind}" "{name}" {{\n{body}\n}}\n'


def one(text: str, table: str, kind: str) -> Row:
    [row] = [r for r in rows(P + text, table) if r.values["resource_type"] == f"tencentcloud_{kind}"]
    return row


# instance type, resource that sets something for it, its body, column, value with it, value without it
LINKED = [
    ("mysql_instance", "mysql_ssl", 'instance_id = {id}\nstatus = "ON"', "tls_required", True, False),
    ("mysql_instance", "mysql_ssl", 'instance_id = {id}\nstatus = "OFF"', "tls_required", False, False),
    ("mysql_instance", "mysql_instance_encryption_operation", "instance_id = {id}", "encrypted", True, False),
    ("mysql_instance", "mysql_audit_service", "instance_id = {id}", "audit_logging", True, False),
    ("mysql_instance", "mysql_backup_policy", "mysql_id = {id}\nretention_period = 30", "backup_retention_days", 30, 7),
    ("postgresql_instance", "postgresql_instance_ssl_config", "db_instance_id = {id}\nssl_enabled = true", "tls_required", True, False),
    ("postgresql_instance", "postgres_audit_service", "instance_id = {id}", "audit_logging", True, False),
    ("postgresql_instance", "postgresql_backup_plan_config", "db_instance_id = {id}\nbase_backup_retention_period = 14", "backup_retention_days", 14, 7),
    ("sqlserver_basic_instance", "sqlserver_wan_ip_config", "instance_id = {id}\nenable_wan_ip = true", "public_access", True, False),
    ("sqlserver_basic_instance", "sqlserver_db_instance_ssl_config", 'instance_id = {id}\nencryption = "enable"', "tls_required", True, False),
    ("sqlserver_instance", "sqlserver_database_tde", 'instance_id = {id}\nencryption = "enable"', "encrypted", True, False),
    ("cynosdb_cluster", "cynosdb_cluster_transparent_encrypt", 'cluster_id = {id}\nkey_type = "cloud"', "encrypted", True, False),
    ("cynosdb_cluster", "cynosdb_backup_config", "cluster_id = {id}\nreserve_duration = 1296000", "backup_retention_days", 15, 7),
    ("cynosdb_cluster", "cynosdb_wan", "cluster_id = {id}", "public_access", True, False),
    ("mongodb_instance", "mongodb_instance_ssl", "instance_id = {id}\nenable = true", "tls_required", True, False),
    ("mongodb_instance", "mongodb_instance_transparent_data_encryption", "instance_id = {id}", "encrypted", True, False),
    ("redis_instance", "redis_ssl", 'instance_id = {id}\nssl_config = "enabled"', "tls_required", True, False),
    ("redis_instance", "redis_audit_log", "instance_id = {id}", "audit_logging", True, False),
    ("mariadb_instance", "mariadb_instance_config", "instance_id = {id}\nextranet_access = 1", "public_access", True, False),
]


@pytest.mark.parametrize(("kind", "part", "body", "column", "with_part", "without"), LINKED)
def test_database_setting_of_its_own(kind: str, part: str, body: str, column: str, with_part: object, without: object) -> None:
    instance = block(kind, "d")
    assert one(instance, "database", kind).values[column] == without
    text = instance + block(part, "p", body.format(id=f"tencentcloud_{kind}.d.id"))
    assert one(text, "database", kind).values[column] == with_part
    # The same resource for another instance changes nothing.
    other = instance + block(part, "p", body.format(id='"other"'))
    assert one(other, "database", kind).values[column] == without


INLINE = [
    ("elasticsearch_instance", 'protocol = "https"', "tls_required", True),
    ("elasticsearch_instance", 'public_access = "OPEN"', "public_access", True),
    ("elasticsearch_instance", 'license_type = "basic"', "default_credentials", True),
    ("elasticsearch_instance", 'license_type = "basic"\nbasic_security_type = 2', "default_credentials", False),
    ("elasticsearch_instance", "node_info_list {\nencrypt = true\n}\nnode_info_list {\nencrypt = false\n}", "encrypted", False),
    ("elasticsearch_instance", 'es_public_acl {\nwhite_ip_list = ["0.0.0.0/0"]\n}', "allows_any_source", True),
    ("redis_instance", 'wan_address_switch = "open"', "public_access", True),
    ("postgresql_instance", "public_access_switch = true", "public_access", True),
    ("postgresql_instance", "need_support_tde = 1", "encrypted", True),
    ("mongodb_instance", 'data_encryption = "TDE"', "encrypted", True),
    ("mongodb_instance", 'data_encryption = "No_Encryption"', "encrypted", False),
    ("mysql_instance", 'destroy_protect = "on"', "deletion_protection", True),
]


@pytest.mark.parametrize(("kind", "body", "column", "expected"), INLINE)
def test_database_setting_inline(kind: str, body: str, column: str, expected: object) -> None:
    assert one(block(kind, "d", body), "database", kind).values[column] is expected


COS = [
    ('acl = "public-read"', "public_access", True),
    ('acl = "private"', "public_access", False),
    ('acl_body = "<Grantee><URI>http://cam.qcloud.com/groups/global/AllUsers</URI></Grantee>"', "public_access", True),
    ('acl = "public-read"\nacl_body = "<AccessControlPolicy/>"', "public_access", False),
    ('encryption_algorithm = "SM4"', "encryption_algorithm", "SM4"),
    ('encryption_algorithm = "KMS"\nkms_id = "key-1"', "customer_managed_key", True),
    ("multi_az = true", "versioning", True),
    ("force_clean = true", "force_destroy", True),
    ("object_lock_configuration {\nenabled = true\n}", "object_lock", True),
]


@pytest.mark.parametrize(("body", "column", "expected"), COS)
def test_bucket(body: str, column: str, expected: object) -> None:
    assert one(block("cos_bucket", "b", f'bucket = "b-1"\n{body}'), "object_storage", "cos_bucket").values[column] == expected


def test_bucket_versions_and_policy_of_their_own() -> None:
    text = block("cos_bucket", "b", 'bucket = "b-1"') + block("cos_bucket_version", "v", 'bucket = "b-1"\nstatus = "Enabled"')
    policy = '{\\"Statement\\":[{\\"Effect\\":\\"Allow\\",\\"Principal\\":{\\"qcs\\":[\\"qcs::cam::anyone:anyone\\"]},\\"Action\\":[\\"name/cos:GetObject\\"],\\"Resource\\":[\\"*\\"]}]}'
    row = one(text + block("cos_bucket_policy", "p", f'bucket = "b-1"\npolicy = "{policy}"'), "object_storage", "cos_bucket")
    assert (row.values["versioning"], row.values["public_access"]) == (True, True)


PLACES = [
    ("cos_bucket", 'replica_rules {\ndestination_bucket = "qcs::cos:ap-hongkong::b-1"\n}', ["overseas"]),
    ("cdn_domain", 'area = "overseas"', ["overseas"]),
    ("cdn_domain", "", ["mainland"]),
    ("teo_zone", 'area = "global"', ["overseas"]),
    ("teo_zone", 'area = "mainland"', ["mainland"]),
    ("ccn_attachment_v2", 'instance_region = "ap-singapore"', ["overseas"]),
    ("ccn_bandwidth_limit", 'region = "ap-shanghai"\ndst_region = "eu-frankfurt"', ["mainland", "overseas"]),
    ("vpc_peer_connect_manager", 'destination_region = "ap-beijing"', ["mainland"]),
    ("dts_sync_job", 'src_region = "ap-guangzhou"\ndst_region = "ap-tokyo"', ["mainland", "overseas"]),
    ("gaap_proxy", 'access_region = "Hongkong"\nrealserver_region = "Guangzhou"', ["overseas", "mainland"]),
    ("mysql_remote_backup_config", 'remote_backup_save = "on"\nremote_region = ["ap-nanjing", "ap-hongkong"]', ["mainland", "overseas"]),
    ("audit_track", 'storage {\nstorage_region = "ap-hongkong"\n}', ["overseas"]),
    ("cbs_copy_snapshot_cross_region", 'destination_region = "na-ashburn"', ["overseas"]),
    ("tcr_instance", 'replications {\nregion_name = "ap-singapore"\n}', ["overseas"]),
    ("vpc_flow_log", 'cloud_log_region = "ap-hongkong"', ["overseas"]),
    ("mongodb_instance", 'available_zone = "ap-guangzhou-3"', []),
    ("mongodb_instance", 'available_zone = "ap-hongkong-2"', ["overseas"]),
]


@pytest.mark.parametrize(("kind", "body", "expected"), PLACES)
def test_places(kind: str, body: str, expected: list[str]) -> None:
    found = [r for r in rows(P + block(kind, "r", body), "data_location") if r.values["location_kind"] != "provider"]
    assert sorted(str(r.values["jurisdiction"]) for r in found) == sorted(expected)


def test_an_edge_site_is_no_place() -> None:
    found = rows(P + block("teo_acceleration_domain", "d", 'zone_id = "zone-2o1t24kgy362"'), "data_location")
    assert [r.values["location_kind"] for r in found] == ["provider"]


def test_a_zone_tells_the_place_when_the_region_is_not_known() -> None:
    found = rows(block("mongodb_instance", "s", 'available_zone = "ap-hongkong-2"'), "data_location")
    assert ("ap-hongkong-2", "overseas") in [(r.values["place"], r.values["jurisdiction"]) for r in found]


ENDPOINTS = [
    ("clb_listener", 'protocol = "HTTPS"\nport = 443', "plaintext", False),
    ("clb_listener", 'protocol = "HTTP"\nport = 80', "plaintext", True),
    ("gaap_layer7_listener", 'protocol = "HTTPS"\ntls_support_versions = ["TLSv1.2", "TLSv1.3"]', "min_tls", "tls12"),
    ("gaap_layer7_listener", 'protocol = "HTTPS"', "weak_ciphers", True),
    ("ga2_listener", 'protocol = "HTTPS"\ncipher_policy_id = "tls_policy_1.0-2"', "min_tls", "tls10"),
    ("cdn_domain", 'https_config {\nhttps_switch = "on"\nforce_redirect {\nswitch = "on"\nredirect_type = "https"\n}\n}', "plaintext", False),
    ("cdn_domain", 'https_config {\nhttps_switch = "on"\nforce_redirect {\nswitch = "on"\nredirect_type = "http"\n}\n}', "plaintext", True),
    ("cdn_domain", 'https_config {\nhttps_switch = "on"\ntls_versions = ["TLSV1.1", "TLSV1.2"]\n}', "min_tls", "tls11"),
    ("api_gateway_service", 'protocol = "http&https"\nnet_type = ["OUTER"]', "plaintext", True),
    ("api_gateway_service", 'protocol = "https"\nnet_type = ["INNER"]', "internet_facing", False),
    ("api_gateway_custom_domain", 'protocol = "http&https"\nis_forced_https = true', "plaintext", False),
    ("scf_custom_domain", 'protocol = "HTTP&HTTPS"', "plaintext", True),
    ("dayu_l7_rule", 'protocol = "http"', "plaintext", True),
    ("waf_saas_domain", 'ports {\nport = "80"\nprotocol = "http"\n}\nhttps_rewrite = 1', "plaintext", False),
]


@pytest.mark.parametrize(("kind", "body", "column", "expected"), ENDPOINTS)
def test_endpoints(kind: str, body: str, column: str, expected: object) -> None:
    assert one(block(kind, "e", body), "tls_endpoint", kind).values[column] == expected


def test_a_redirected_listener_is_no_clear_text() -> None:
    listeners = block("clb_listener", "h", 'clb_id = "lb-1"\nprotocol = "HTTP"\nport = 80')
    redirect = 'clb_id = "lb-1"\nsource_listener_id = tencentcloud_clb_listener.h.listener_id'
    assert one(listeners + block("clb_redirection", "r", redirect), "tls_endpoint", "clb_listener").values["plaintext"] is False
    automatic = 'clb_id = "lb-1"\nis_auto_rewrite = true'
    assert one(listeners + block("clb_redirection", "r", automatic), "tls_endpoint", "clb_listener").values["plaintext"] is False
    other = 'clb_id = "lb-2"\nis_auto_rewrite = true'
    assert one(listeners + block("clb_redirection", "r", other), "tls_endpoint", "clb_listener").values["plaintext"] is True


def test_edge_rules_of_the_site() -> None:
    domain = block("teo_acceleration_domain", "d", 'zone_id = "z"\ndomain_name = "a.cn"')
    action = 'zone_id = "{zone}"\nbranches {{\nactions {{\nname = "ForceRedirectHTTPS"\nforce_redirect_https_parameters {{\nswitch = "on"\n}}\n}}\n}}'
    kind = "teo_acceleration_domain"
    assert one(domain, "tls_endpoint", kind).values["plaintext"] is True
    assert one(domain + block("teo_l7_acc_rule_v2", "r", action.format(zone="z")), "tls_endpoint", kind).values["plaintext"] is False
    assert one(domain + block("teo_l7_acc_rule_v2", "r", action.format(zone="y")), "tls_endpoint", kind).values["plaintext"] is True


CLUSTERS = [
    ("cluster_internet = true", "endpoint_any_source", True),
    ('cluster_internet = true\ncluster_internet_security_group = "sg-1"', "endpoint_any_source", False),
    ('cluster_internet = true\nmanaged_cluster_internet_security_policies = ["0.0.0.0/0"]', "endpoint_any_source", True),
    ('cluster_internet = true\nmanaged_cluster_internet_security_policies = ["1.2.3.4"]', "endpoint_any_source", False),
    ("", "public_endpoint", False),
    ("", "secrets_encrypted", False),
    ("deletion_protection = true", "deletion_protection", True),
]


@pytest.mark.parametrize(("body", "column", "expected"), CLUSTERS)
def test_cluster(body: str, column: str, expected: object) -> None:
    assert one(block("kubernetes_cluster", "c", body), "cluster", "kubernetes_cluster").values[column] is expected


def test_a_cluster_opened_by_its_endpoint_resource() -> None:
    endpoint = block("kubernetes_cluster_endpoint", "e", "cluster_id = tencentcloud_kubernetes_cluster.c.id\ncluster_internet = true")
    row = one(block("kubernetes_cluster", "c") + endpoint, "cluster", "kubernetes_cluster")
    assert (row.values["public_endpoint"], row.values["endpoint_any_source"]) == (True, True)
    assert len(rows(P + block("kubernetes_cluster", "c") + endpoint, "cluster")) == 1


RULES = [
    ("vpc_acl", 'ingress = ["ACCEPT#0.0.0.0/0#3389#TCP#RDP"]', [("allow", "any", 3389, 3389)]),
    ("security_group_lite_rule", 'ingress = ["ACCEPT#sg-abc#22,3306#TCP"]', [("allow", "group", 22, 22), ("allow", "group", 3306, 3306)]),
    ("security_group_lite_rule", 'ingress = ["DROP#0.0.0.0/0#ALL#ALL"]', [("deny", "any", 0, 65535)]),
    ("security_group_rule", 'type = "ingress"\npolicy = "accept"\ncidr_ip = "0.0.0.0/0"\nport_range = "22"\nip_protocol = "tcp"', [("allow", "any", 22, 22)]),
    ("security_group_rule_set", 'ingress {\naction = "ACCEPT"\nipv6_cidr_block = "::/0"\nport = "22"\nprotocol = "TCP"\n}', [("allow", "any", 22, 22)]),
    ("security_group_rule_set", 'ingress {\naction = "ACCEPT"\nsource_security_id = "sg-1"\nport = "22"\n}', [("allow", "group", 22, 22)]),
    ("security_group_rule_set", 'ingress {\naction = "ACCEPT"\naddress_template_id = "ipm-1"\nport = "22"\n}', [("allow", None, 22, 22)]),
    ("lighthouse_firewall_rule", 'protocol = "TCP"\nport = "22"', [("allow", "any", 22, 22)]),
    ("cfs_access_rule", 'auth_client_ip = "*"', [("allow", "any", 2049, 2049)]),
]


@pytest.mark.parametrize(("kind", "body", "expected"), RULES)
def test_rules(kind: str, body: str, expected: list[tuple[object, ...]]) -> None:
    found = rows(P + block(kind, "r", body), "network_rule")
    assert [tuple(r.values[c] for c in ("action", "source_scope", "port_from", "port_to")) for r in found] == expected


def test_a_rule_with_an_unresolved_part_keeps_the_others() -> None:
    text = 'variable "x" {}\n' + block("security_group_lite_rule", "r", 'ingress = ["ACCEPT#${var.x}#22#TCP"]')
    [row] = rows(P + text, "network_rule")
    assert (row.values["source_scope"], row.values["port_from"], row.nulls["source_scope"].code) == (None, 22, "unresolved_variable")


def test_users_attachments_and_keys() -> None:
    user = block("cam_user", "u", 'name = "zhang"\nconsole_login = true')
    assert one(user, "identity", "cam_user").values["mfa_enabled"] is False
    flag = "op_uin = tencentcloud_cam_user.u.uin\nlogin_flag {\nphone = 0\nstoken = 1\nwechat = 0\n}"
    assert one(user + block("cam_mfa_flag", "f", flag), "identity", "cam_user").values["mfa_enabled"] is True
    # The flag of another user says nothing about this one.
    other = user + block("cam_mfa_flag", "f", "op_uin = 7\nlogin_flag {\nstoken = 1\n}")
    assert one(other, "identity", "cam_user").values["mfa_enabled"] is False
    attached = user + block("cam_user_policy_attachment", "a", 'user_name = "zhang"\npolicy_id = 1')
    row = one(attached, "identity", "cam_user")
    assert (row.values["direct_permissions"], row.values["privileged"]) == (True, True)
    assert [r.values["all_actions"] for r in rows(P + attached, "permission_statement")] == [True]
    role = block("cam_role_policy_attachment_by_name", "a", 'role_name = "r"\npolicy_name = "AdministratorAccess"')
    assert [r.values["all_actions"] for r in rows(P + role, "permission_statement")] == [True]


def test_flow_log_of_a_network() -> None:
    net = block("vpc", "n", 'name = "n"')
    log = block("vpc_flow_log", "l", "vpc_id = tencentcloud_vpc.n.id")
    stop = block("vpc_flow_log_config", "c", "flow_log_id = tencentcloud_vpc_flow_log.l.id\nenable = false")
    assert one(net, "network_boundary", "vpc").values["flow_logging"] is False
    assert one(net + log, "network_boundary", "vpc").values["flow_logging"] is True
    assert one(net + log + stop, "network_boundary", "vpc").values["flow_logging"] is False


def test_a_function_url_without_log_in() -> None:
    body = 'type = "http"\ntrigger_desc = "{\\"AuthType\\":\\"%s\\",\\"NetConfig\\":{\\"EnableExtranet\\":true}}"'
    assert one(block("scf_trigger", "t", body % "NONE"), "permission_statement", "scf_trigger").values["any_principal"] is True
    assert one(block("scf_trigger", "t", body % "CAM"), "permission_statement", "scf_trigger").values["any_principal"] is False


def test_registries_and_queues() -> None:
    space = one(block("tcr_namespace", "n", "is_public = true\nis_auto_scan = true"), "container_registry", "tcr_namespace")
    assert (space.values["public_access"], space.values["image_scanning"]) == (True, True)
    opened = 'open_public_operation = true\nsecurity_policy {\ncidr_block = "0.0.0.0/0"\n}'
    assert one(block("tcr_instance", "r", opened), "container_registry", "tcr_instance").values["public_access"] is True
    route = block("ckafka_instance", "k") + block("ckafka_route", "r", "instance_id = tencentcloud_ckafka_instance.k.id\naccess_type = 3\npublic_network = 3")
    queue = one(route, "message_queue", "ckafka_instance")
    assert (queue.values["tls_required"], queue.values["public_access"]) == (True, True)


def test_a_policy_without_statements_grants_nothing() -> None:
    text = block("cam_policy", "p", 'name = "p"\ndocument = jsonencode({ version = "2.0", statement = [] })')
    assert rows(P + text, "permission_statement") == []
