"""Security groups, ACLs, networks, listeners, delivery and places."""

from __future__ import annotations

import pytest

from compliance.model.row import Row
from tests.collect.terraform.harness import rows


def rule(body: str, rest: str = "") -> Row:
    found = rows(f'resource "alicloud_security_group_rule" "r" {{\n{body}\n}}\n{rest}', "network_rule")
    assert len(found) == 1
    return found[0]


def test_ssh_from_everywhere() -> None:
    row = rule('  type = "ingress"\n  ip_protocol = "tcp"\n  port_range = "22/22"\n  cidr_ip = "0.0.0.0/0"\n  security_group_id = alicloud_security_group.g.id')
    values = row.values
    assert (values["direction"], values["action"], values["protocol"]) == ("in", "allow", "tcp")
    assert (values["port_from"], values["port_to"], values["source_scope"]) == (22, 22, "any")
    assert values["boundary_id"] == "alicloud_security_group.g.id"
    assert row.places["source_scope"].line == 5


@pytest.mark.parametrize(
    ("protocol", "ports", "expected"),
    [("all", "-1/-1", (0, 65535)), ("tcp", "1/65535", (1, 65535)), ("tcp", "3306/3306", (3306, 3306)), ("all", "22/22", (0, 65535)), ("icmp", "-1/-1", (0, 65535))],
)
def test_port_ranges(protocol: str, ports: str, expected: tuple[int, int]) -> None:
    row = rule(f'  type = "ingress"\n  ip_protocol = "{protocol}"\n  port_range = "{ports}"\n  cidr_ip = "10.0.0.0/8"')
    assert (row.values["port_from"], row.values["port_to"]) == expected
    assert row.values["source_scope"] == "private"


def test_a_rule_that_drops_is_a_deny_and_an_egress_rule_goes_out() -> None:
    row = rule('  type = "egress"\n  ip_protocol = "tcp"\n  policy = "drop"\n  port_range = "25/25"\n  cidr_ip = "0.0.0.0/0"')
    assert (row.values["direction"], row.values["action"]) == ("out", "deny")


def test_ipv6_groups_and_prefix_lists() -> None:
    assert rule('  type = "ingress"\n  ip_protocol = "tcp"\n  ipv6_cidr_ip = "::/0"').values["source_scope"] == "any"
    group = rule('  type = "ingress"\n  ip_protocol = "tcp"\n  source_security_group_id = alicloud_security_group.other.id')
    assert (group.values["source_scope"], group.values["source_cidr"]) == ("group", "alicloud_security_group.other.id")
    listed = rule(
        '  type = "ingress"\n  ip_protocol = "tcp"\n  prefix_list_id = alicloud_ecs_prefix_list.l.id',
        'resource "alicloud_ecs_prefix_list" "l" {\n  entry {\n    cidr = "0.0.0.0/0"\n  }\n}\n',
    )
    assert (listed.values["source_scope"], listed.places["source_scope"].line) == ("any", 8)
    assert rule('  type = "ingress"\n  ip_protocol = "tcp"\n  prefix_list_id = "pl-1"').values["source_scope"] is None


def test_unresolved_ranges_and_unreadable_ports_are_undetermined() -> None:
    row = rule('  type = "ingress"\n  ip_protocol = "tcp"\n  port_range = "ssh"\n  cidr_ip = var.office', 'variable "office" {}')
    assert row.values["source_scope"] is None
    assert row.nulls["source_scope"].code == "unresolved_variable"
    assert row.nulls["port_from"].code == "unreadable_value"


def test_network_acl_entries_of_both_forms() -> None:
    text = """
resource "alicloud_network_acl" "a" {
  ingress_acl_entries {
    policy         = "accept"
    port           = "3389/3389"
    protocol       = "tcp"
    source_cidr_ip = "0.0.0.0/0"
  }
  egress_acl_entries {
    policy              = "drop"
    port                = "-1/-1"
    protocol            = "all"
    destination_cidr_ip = "10.0.0.0/8"
  }
}
resource "alicloud_network_acl_entries" "e" {
  network_acl_id = alicloud_network_acl.a.id
  ingress {
    protocol       = "tcp"
    port           = "22/22"
    source_cidr_ip = "192.168.0.0/16"
    policy         = "accept"
  }
}
"""
    found = rows(text, "network_rule")
    told = [(r.values["direction"], r.values["action"], r.values["port_from"], r.values["source_scope"], r.at.line) for r in found]
    assert sorted(told) == sorted([("in", "allow", 3389, "any", 3), ("out", "deny", 0, "private", 9), ("in", "allow", 22, "private", 18)])


def test_an_access_list_entry_for_everyone() -> None:
    row = rows('resource "alicloud_alb_acl_entry_attachment" "e" {\n  acl_id = "acl-1"\n  entry = "0.0.0.0/0"\n}\n', "network_rule")[0]
    assert (row.values["source_scope"], row.places["source_scope"].line) == ("any", 3)


def test_a_network_needs_a_running_flow_log() -> None:
    log = 'resource "alicloud_vpc_flow_log" "f" {\n  resource_id = alicloud_vpc.v.id\n  resource_type = "VPC"\n  log_store_name = "flow"\n  status = "%s"\n}\n'
    vpc = 'resource "alicloud_vpc" "v" {\n  vpc_name = "main"\n}\n'
    assert rows(vpc, "network_boundary")[0].values["flow_logging"] is False
    assert rows(vpc + log % "Active", "network_boundary")[0].values["flow_logging"] is True
    off = rows(vpc + log % "Inactive", "network_boundary")[0]
    assert (off.values["flow_logging"], off.places["flow_logging"].line) == (False, 8)


def slb(body: str, rest: str = "") -> Row:
    found = rows(f'resource "alicloud_slb_listener" "l" {{\n  load_balancer_id = alicloud_slb_load_balancer.b.id\n  frontend_port = 443\n{body}\n}}\n{rest}', "tls_endpoint")
    assert len(found) == 1
    return found[0]


def test_http_is_clear_text_unless_it_only_redirects() -> None:
    plain = slb('  protocol = "http"')
    assert (plain.values["plaintext"], plain.places["plaintext"].line, plain.values["min_tls"]) == (True, 4, "none")
    redirect = slb('  protocol = "http"\n  listener_forward = "on"\n  forward_port = 443')
    assert (redirect.values["plaintext"], redirect.values["http_redirect"]) == (False, True)


@pytest.mark.parametrize(
    ("policy", "lowest", "weak"),
    [
        ("", "tls10", True),
        ('  tls_cipher_policy = "tls_cipher_policy_1_0"', "tls10", True),
        ('  tls_cipher_policy = "tls_cipher_policy_1_1"', "tls11", True),
        ('  tls_cipher_policy = "tls_cipher_policy_1_2"', "tls12", True),
        ('  tls_cipher_policy = "tls_cipher_policy_1_2_strict"', "tls12", False),
        ('  tls_cipher_policy = "tls_cipher_policy_1_2_strict_with_1_3"', "tls12", False),
    ],
)
def test_system_policies(policy: str, lowest: str, weak: bool) -> None:
    row = slb(f'  protocol = "https"\n{policy}')
    assert (row.values["min_tls"], row.values["weak_ciphers"], row.values["plaintext"]) == (lowest, weak, False)


def test_tcp_and_udp_listeners_are_the_servers_own_matter() -> None:
    assert rows('resource "alicloud_slb_listener" "l" {\n  protocol = "tcp"\n}\n', "tls_endpoint") == []
    assert rows('resource "alicloud_nlb_listener" "l" {\n  listener_protocol = "TCP"\n}\n', "tls_endpoint") == []


def test_a_custom_policy_is_judged_where_its_versions_are_written_once() -> None:
    policy = 'resource "alicloud_slb_tls_cipher_policy" "p" {\n  tls_versions = ["TLSv1.0", "TLSv1.2"]\n  ciphers = ["AES256-SHA256", "DES-CBC3-SHA"]\n}\n'
    alone = rows(policy, "tls_endpoint")
    assert [(r.values["min_tls"], r.places["min_tls"].line, r.values["weakest_cipher"]) for r in alone] == [("tls10", 2, "DES-CBC3-SHA")]
    used = slb('  protocol = "https"\n  tls_cipher_policy = alicloud_slb_tls_cipher_policy.p.id', policy)
    assert (used.values["resource_type"], used.values["min_tls"], used.places["min_tls"].line) == ("alicloud_slb_listener", "tls10", 8)


def test_who_faces_the_internet() -> None:
    balancer = 'resource "alicloud_slb_load_balancer" "b" {\n  %s\n}\n'
    for body, expected in (('address_type = "internet"', True), ('address_type = "intranet"', False), ('vswitch_id = "vsw-1"', False), ("", True)):
        assert slb('  protocol = "https"', balancer % body).values["internet_facing"] is expected


def test_alb_redirects_by_rule_and_logs_by_attachment() -> None:
    text = """
resource "alicloud_alb_load_balancer" "b" {
  address_type = "Internet"
  %s
}
resource "alicloud_alb_listener" "l" {
  load_balancer_id  = alicloud_alb_load_balancer.b.id
  listener_protocol = "HTTP"
  listener_port     = 80
}
%s
"""
    redirect = 'resource "alicloud_alb_rule" "r" {\n  listener_id = alicloud_alb_listener.l.id\n  rule_actions {\n    type = "Redirect"\n    redirect_config {\n      protocol = "HTTPS"\n    }\n  }\n}\n'
    assert rows(text % ("", ""), "tls_endpoint")[0].values["plaintext"] is True
    assert rows(text % ("", redirect), "tls_endpoint")[0].values["plaintext"] is False
    assert rows(text % ("", ""), "log_source")[0].values["enabled"] is False
    logged = 'access_log_config {\n    log_project = "p"\n    log_store = "s"\n  }'
    assert rows(text % (logged, ""), "log_source")[0].values["enabled"] is True


def test_cdn_scope_and_https() -> None:
    text = 'resource "alicloud_cdn_domain_new" "c" {\n  domain_name = "cdn.example.cn"\n  cdn_type = "web"\n%s}\n%s'
    place = rows(text % ('  scope = "global"\n', ""), "data_location")
    assert [(r.values["place"], r.values["jurisdiction"]) for r in place if r.values["location_kind"] == "cdn"] == [("global", "overseas")]
    home = rows(text % ("", ""), "data_location")
    assert [r.values["jurisdiction"] for r in home if r.values["location_kind"] == "cdn"] == ["mainland"]
    assert rows(text % ("", ""), "tls_endpoint")[0].values["plaintext"] is True
    certificate = '  certificate_config {\n    cert_type = "cas"\n    server_certificate_status = "on"\n  }\n'
    both = rows(text % (certificate, ""), "tls_endpoint")[0].values
    assert (both["plaintext"], both["min_tls"]) == (True, "tls10")
    config = 'resource "alicloud_cdn_domain_config" "%s" {\n  domain_name = alicloud_cdn_domain_new.c.domain_name\n  function_name = "%s"\n%s}\n'
    arg = '  function_args {\n    arg_name = "%s"\n    arg_value = "%s"\n  }\n'
    forced = config % ("f", "https_force", arg % ("enable", "on"))
    versions = config % ("v", "https_tls_version", arg % ("tls10", "off") + arg % ("tls11", "off") + arg % ("tls12", "on"))
    good = rows(text % (certificate, forced + versions), "tls_endpoint")[0].values
    assert (good["plaintext"], good["http_redirect"], good["min_tls"]) == (False, True, "tls12")


def test_api_gateway_protocols() -> None:
    text = 'resource "alicloud_api_gateway_api" "a" {\n  request_config {\n    protocol = "%s"\n    method = "GET"\n    path = "/"\n    mode = "MAPPING"\n  }\n}\n'
    for protocol, plaintext in (("HTTP", True), ("HTTPS", False), ("HTTP,HTTPS", True)):
        row = rows(text % protocol, "tls_endpoint")[0]
        assert (row.values["plaintext"], row.places["plaintext"].line) == (plaintext, 3)


def test_waf_domains() -> None:
    old = 'resource "alicloud_waf_domain" "w" {\n  domain_name = "a.cn"\n  http_port = ["80"]\n  https_port = ["443"]\n  https_redirect = "%s"\n}\n'
    assert rows(old % "Off", "tls_endpoint")[0].places["plaintext"].line == 3
    assert rows(old % "On", "tls_endpoint")[0].values["plaintext"] is False
    new = 'resource "alicloud_wafv3_domain" "w" {\n  domain = "a.cn"\n  listen {\n    https_ports = ["443"]\n    tls_version = "%s"\n  }\n}\n'
    row = rows(new % "tlsv1.1", "tls_endpoint")[0]
    assert (row.values["plaintext"], row.values["min_tls"], row.places["min_tls"].line) == (False, "tls11", 5)


def test_peering_and_synchronisation_name_the_other_region() -> None:
    text = """
resource "alicloud_vpc_peer_connection" "p" {
  accepting_region_id = "ap-southeast-1"
}
resource "alicloud_dts_synchronization_instance" "d" {
  source_endpoint_region      = "cn-hangzhou"
  destination_endpoint_region = "us-east-1"
}
resource "alicloud_cen_bandwidth_package" "c" {
  geographic_region_a_id = "China"
  geographic_region_b_id = "Europe"
}
"""
    told = {(r.values["location_kind"], r.values["place"], r.values["jurisdiction"]) for r in rows(text, "data_location")}
    assert {("peering", "ap-southeast-1", "overseas"), ("replication", "us-east-1", "overseas"), ("peering", "China", "mainland"), ("peering", "Europe", "overseas")} <= told


def test_function_compute() -> None:
    trigger = 'resource "alicloud_fcv3_trigger" "t" {\n  trigger_type = "http"\n  trigger_config = jsonencode({ authType = "%s", methods = ["GET"] })\n}\n'
    row = rows(trigger % "anonymous", "permission_statement")[0]
    assert (row.values["any_principal"], row.places["any_principal"].line) == (True, 3)
    assert rows(trigger % "function", "permission_statement")[0].values["any_principal"] is False
    domain = 'resource "alicloud_fcv3_custom_domain" "d" {\n  custom_domain_name = "f.cn"\n  protocol = "%s"\n%s}\n'
    assert rows(domain % ("HTTP", ""), "tls_endpoint")[0].values["plaintext"] is True
    good = rows(domain % ("HTTPS", '  tls_config {\n    min_version = "TLSv1.2"\n  }\n'), "tls_endpoint")[0].values
    assert (good["plaintext"], good["min_tls"]) == (False, "tls12")
