"""Security groups, network ACLs, Cloud Firewall, networks, listeners, delivery and places."""

from __future__ import annotations

import pytest

from compliance.model.row import Row
from tests.collect.terraform.harness import rows


def rules(text: str) -> list[Row]:
    return rows(text, "network_rule")


def rule(body: str, rest: str = "") -> Row:
    found = rules(f'resource "huaweicloud_networking_secgroup_rule" "r" {{\n{body}\n}}\n{rest}')
    assert len(found) == 1
    return found[0]


def test_ssh_from_everywhere() -> None:
    row = rule(
        '  direction = "ingress"\n  protocol = "tcp"\n  ports = "22"\n  remote_ip_prefix = "0.0.0.0/0"\n  security_group_id = huaweicloud_networking_secgroup.g.id',
        'resource "huaweicloud_networking_secgroup" "g" {\n  name = "g"\n}\n',
    )
    values = row.values
    assert (values["direction"], values["action"], values["protocol"]) == ("in", "allow", "tcp")
    assert (values["port_from"], values["port_to"], values["source_scope"]) == (22, 22, "any")
    assert values["boundary_id"] == "huaweicloud_networking_secgroup.g.id"
    assert row.places["source_scope"].line == 5
    assert row.places["port_from"].line == 4


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", [(0, 65535)]),
        ('  ports = "80,443,1000-2000"', [(80, 80), (443, 443), (1000, 2000)]),
        ("  port_range_min = 20\n  port_range_max = 25", [(20, 25)]),
        ("  port_range_min = 3306", [(3306, 3306)]),
        ('  protocol = "icmp"\n  port_range_min = 8\n  port_range_max = 0', [(0, 65535)]),
    ],
)
def test_ports(body: str, expected: list[tuple[int, int]]) -> None:
    found = rules(f'resource "huaweicloud_networking_secgroup_rule" "r" {{\n  direction = "ingress"\n{body}\n}}\n')
    assert [(row.values["port_from"], row.values["port_to"]) for row in found] == expected


def test_a_rule_without_a_source_admits_every_address_of_its_family() -> None:
    assert rule('  direction = "ingress"\n  ethertype = "IPv4"').values["source_cidr"] == "0.0.0.0/0"
    row = rule('  direction = "ingress"\n  ethertype = "IPv6"')
    assert (row.values["source_cidr"], row.values["source_scope"]) == ("::/0", "any")


def test_a_refusing_rule_and_a_rule_that_goes_out() -> None:
    row = rule('  direction = "egress"\n  action = "deny"\n  protocol = "tcp"\n  ports = "25"')
    assert (row.values["direction"], row.values["action"]) == ("out", "deny")


def test_groups_and_address_groups_as_sources() -> None:
    group = rule('  direction = "ingress"\n  remote_group_id = huaweicloud_networking_secgroup.o.id', 'resource "huaweicloud_networking_secgroup" "o" {}\n')
    assert group.values["source_scope"] == "group"
    addresses = 'resource "huaweicloud_vpc_address_group" "a" {\n  addresses = ["%s"]\n}\n'
    listed = '  direction = "ingress"\n  remote_address_group_id = huaweicloud_vpc_address_group.a.id'
    assert rule(listed, addresses % "0.0.0.0/0").values["source_scope"] == "any"
    assert rule(listed, addresses % "0.0.0.0-255.255.255.255").values["source_scope"] == "any"
    assert rule(listed, addresses % "10.0.0.0/8").values["source_scope"] == "private"
    assert rule('  direction = "ingress"\n  remote_address_group_id = "x"').values["source_scope"] is None


def test_unresolved_sources_and_unreadable_ports_are_undetermined() -> None:
    row = rule('  direction = "ingress"\n  ports = "ssh"\n  remote_ip_prefix = var.office', 'variable "office" {}\n')
    assert row.nulls["source_scope"].code == "unresolved_variable"
    assert row.nulls["port_from"].code == "unreadable_value"


ACL = """
resource "huaweicloud_vpc_network_acl" "a" {
  enabled = %s
  ingress_rules {
    action                     = "allow"
    ip_version                 = 4
    protocol                   = "tcp"
    destination_port           = "22,3389"
    %s
  }
  egress_rules {
    action     = "deny"
    ip_version = 6
    protocol   = "any"
  }
}
resource "huaweicloud_vpc_address_group" "g" {
  addresses = ["192.168.0.0/16"]
}
"""


def test_network_acls() -> None:
    found = rules(ACL % ("true", ""))
    assert [(r.values["direction"], r.values["action"], r.values["port_from"], r.values["source_scope"]) for r in found] == [
        ("in", "allow", 22, "any"),
        ("in", "allow", 3389, "any"),
        ("out", "deny", 0, "any"),
    ]
    assert all(r.values["enabled"] is False for r in rules(ACL % ("false", "")))
    narrow = rules(ACL % ("true", "source_ip_address_group_id = huaweicloud_vpc_address_group.g.id"))
    assert narrow[0].values["source_scope"] == "private"
    assert rules(ACL % ("true", 'source_ip_address = "10.0.0.0/8"'))[0].values["source_scope"] == "private"


def test_a_rule_of_an_old_acl_has_the_direction_of_the_list_it_stands_in() -> None:
    text = 'resource "huaweicloud_network_acl_rule" "r" {\n  action = "allow"\n  protocol = "tcp"\n  destination_port = "22"\n}\nresource "huaweicloud_network_acl" "a" {\n  outbound_rules = [huaweicloud_network_acl_rule.r.id]\n}\n'
    (row,) = rules(text)
    assert (row.values["direction"], row.values["boundary_id"]) == ("out", "huaweicloud_network_acl.a")


def test_cloud_firewall_rules() -> None:
    text = 'resource "huaweicloud_cfw_acl_rule" "r" {\n  type = 0\n  action_type = %s\n  status = %s\n  direction = 0\n  %s\n  custom_services {\n    protocol = 6\n    source_port = "0-65535"\n    dest_port = "22"\n  }\n}\n'
    (row,) = rules(text % (0, 1, 'source_addresses = ["0.0.0.0/0"]'))
    assert (row.values["action"], row.values["enabled"], row.values["direction"], row.values["protocol"]) == ("allow", True, "in", "tcp")
    assert (row.values["source_scope"], row.values["port_from"]) == ("any", 22)
    (row,) = rules(text % (1, 0, 'source_addresses = ["10.0.0.0/8"]'))
    assert (row.values["action"], row.values["enabled"], row.values["source_scope"]) == ("deny", False, "private")
    (row,) = rules(text % (0, 1, 'source_address_groups = ["g"]'))
    assert row.nulls["source_scope"].code == "not_stated"


def test_a_service_group_leaves_ports_unknown_and_no_service_means_every_port() -> None:
    text = 'resource "huaweicloud_cfw_acl_rule" "r" {\n  action_type = 0\n  source_addresses = ["0.0.0.0/0"]\n  %s\n}\n'
    (row,) = rules(text % 'predefined_service_groups {\n    group_ids = ["g"]\n    protocols = [6]\n  }')
    assert row.values["port_from"] is None
    (row,) = rules(text % "")
    assert (row.values["port_from"], row.values["port_to"]) == (0, 65535)


def test_flow_logs_of_a_network_or_of_one_of_its_subnets() -> None:
    vpc = 'resource "huaweicloud_vpc" "v" {\n  name = "v"\n}\nresource "huaweicloud_vpc_subnet" "s" {\n  vpc_id = huaweicloud_vpc.v.id\n}\n'
    log = 'resource "huaweicloud_vpc_flow_log" "f" {{\n  resource_id = {}\n  enabled = {}\n}}\n'

    def logged(text: str) -> object:
        return next(r.values["flow_logging"] for r in rows(text, "network_boundary") if r.values["boundary_kind"] == "network")

    assert logged(vpc) is False
    assert logged(vpc + log.format("huaweicloud_vpc.v.id", "true")) is True
    assert logged(vpc + log.format("huaweicloud_vpc_subnet.s.id", "true")) is True
    assert logged(vpc + log.format("huaweicloud_vpc.v.id", "false")) is False


def endpoint(text: str) -> Row:
    found = rows(text, "tls_endpoint")
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("policy", "lowest", "weak"),
    [
        ("", "tls10", False),
        ('tls_ciphers_policy = "tls-1-0-inherit"', "tls10", True),
        ('tls_ciphers_policy = "tls-1-1"', "tls11", False),
        ('tls_ciphers_policy = "tls-1-2-strict"', "tls12", False),
        ('tls_ciphers_policy = "tls-1-2-fs-with-1-3"', "tls12", False),
        ('tls_ciphers_policy = "tls-9"', None, None),
    ],
)
@pytest.mark.parametrize(("kind", "protocol"), [("elb_listener", "HTTPS"), ("lb_listener", "TERMINATED_HTTPS")])
def test_tls_policies_of_listeners(policy: str, lowest: str | None, weak: bool | None, kind: str, protocol: str) -> None:
    row = endpoint(f'resource "huaweicloud_{kind}" "l" {{\n  protocol = "{protocol}"\n  protocol_port = 443\n  {policy}\n}}\n')
    assert (row.values["protocol"], row.values["plaintext"], row.values["min_tls"], row.values["weak_ciphers"]) == ("https", False, lowest, weak)


def test_a_policy_of_the_firm_wins() -> None:
    row = endpoint(
        'resource "huaweicloud_elb_listener" "l" {\n  protocol = "HTTPS"\n  tls_ciphers_policy = "tls-1-2"\n  security_policy_id = huaweicloud_elb_security_policy.p.id\n}\n'
        'resource "huaweicloud_elb_security_policy" "p" {\n  protocols = ["TLSv1.1", "TLSv1.2"]\n  ciphers = ["ECDHE-RSA-AES256-GCM-SHA384", "DES-CBC3-SHA"]\n}\n'
    )
    assert (row.values["min_tls"], row.values["weak_ciphers"], row.values["weakest_cipher"]) == ("tls11", True, "DES-CBC3-SHA")
    assert row.places["min_tls"].line == 7


def test_http_is_clear_text_unless_it_is_redirected() -> None:
    listener = 'resource "huaweicloud_elb_listener" "l" {\n  protocol = "HTTP"\n  protocol_port = 80\n}\n'
    assert (endpoint(listener).values["plaintext"], endpoint(listener).values["min_tls"]) == (True, "none")
    redirect = 'resource "huaweicloud_elb_l7policy" "p" {\n  action = "REDIRECT_TO_LISTENER"\n  listener_id = huaweicloud_elb_listener.l.id\n}\n'
    row = endpoint(listener + redirect)
    assert (row.values["plaintext"], row.values["http_redirect"]) == (False, True)
    plain = 'resource "huaweicloud_elb_l7policy" "p" {\n  action = "REDIRECT_TO_URL"\n  listener_id = huaweicloud_elb_listener.l.id\n  redirect_url_config {\n    protocol = "HTTP"\n    status_code = "301"\n  }\n}\n'
    assert endpoint(listener + plain).values["plaintext"] is True


@pytest.mark.parametrize(
    ("binding", "expected"),
    [
        ("", False),
        ('resource "huaweicloud_vpc_eipv3_associate" "e" {\n  associate_instance_type = "ELB"\n  associate_instance_id = huaweicloud_elb_loadbalancer.b.id\n}\n', True),
        ('resource "huaweicloud_vpc_eip_associate" "e" {\n  port_id = huaweicloud_elb_loadbalancer.b.ipv4_port_id\n}\n', True),
    ],
)
def test_a_balancer_faces_the_internet_by_its_address(binding: str, expected: bool) -> None:
    row = endpoint(
        'resource "huaweicloud_elb_loadbalancer" "b" {\n  name = "b"\n}\nresource "huaweicloud_elb_listener" "l" {\n  protocol = "HTTPS"\n  loadbalancer_id = huaweicloud_elb_loadbalancer.b.id\n}\n' + binding
    )
    assert row.values["internet_facing"] is expected


def test_access_logs_of_balancers() -> None:
    text = 'resource "huaweicloud_elb_loadbalancer" "b" {\n  name = "b"\n}\n'
    tank = 'resource "huaweicloud_elb_logtank" "t" {\n  loadbalancer_id = huaweicloud_elb_loadbalancer.b.id\n  log_group_id = "g"\n  log_topic_id = "s"\n}\n'
    assert [row.values["enabled"] for row in rows(text, "log_source")] == [False]
    assert [(row.values["enabled"], row.values["log_store_id"]) for row in rows(text + tank, "log_source")] == [(True, "s")]
    layer4 = 'resource "huaweicloud_elb_listener" "l" {\n  protocol = "TCP"\n  loadbalancer_id = huaweicloud_elb_loadbalancer.b.id\n}\n'
    assert rows(text + layer4, "log_source") == []


CDN = """
resource "huaweicloud_cdn_domain" "d" {
  name         = "www.acme.cn"
  service_area = "%s"
  configs {
    https_settings {
      https_enabled = %s
      tls_version   = "%s"
    }
    force_redirect {
      enabled = %s
      type    = "https"
    }
  }
}
"""


def test_delivery() -> None:
    row = endpoint(CDN % ("mainland_china", "true", "TLSv1.2,TLSv1.3", "true"))
    assert (row.values["plaintext"], row.values["http_redirect"], row.values["min_tls"]) == (False, True, "tls12")
    assert endpoint(CDN % ("mainland_china", "true", "TLSv1.1,TLSv1.2", "true")).values["min_tls"] == "tls11"
    assert endpoint(CDN % ("mainland_china", "true", "TLSv1.2", "false")).values["plaintext"] is True
    off = endpoint(CDN % ("mainland_china", "false", "TLSv1.2", "true"))
    assert (off.values["plaintext"], off.values["min_tls"]) == (True, "none")


def places(text: str) -> list[tuple[object, object]]:
    return [(r.values["location_kind"], r.values["jurisdiction"]) for r in rows(text, "data_location") if r.values["location_kind"] != "provider"]


@pytest.mark.parametrize(("area", "jurisdiction"), [("mainland_china", "mainland"), ("outside_mainland_china", "overseas"), ("global", "overseas"), ("moon", None)])
def test_where_delivery_serves(area: str, jurisdiction: str | None) -> None:
    assert places(CDN % (area, "true", "TLSv1.2", "true")) == [("cdn", jurisdiction)]


def test_waf_domains() -> None:
    text = 'resource "huaweicloud_waf_domain" "w" {\n  domain = "a.cn"\n  %s\n  server {\n    client_protocol = "%s"\n    server_protocol = "HTTP"\n    port = 443\n  }\n}\n'
    row = endpoint(text % ('tls = "TLS v1.2"\n  cipher = "cipher_2"', "HTTPS"))
    assert (row.values["plaintext"], row.values["min_tls"], row.values["weak_ciphers"]) == (False, "tls12", False)
    assert endpoint(text % ("", "HTTPS")).values["min_tls"] == "tls10"
    assert endpoint(text % ("", "HTTP")).values["plaintext"] is True


@pytest.mark.parametrize(("protocol", "plain"), [("HTTPS", False), ("HTTP", True), ("BOTH", True)])
def test_interfaces_of_the_api_gateway(protocol: str, plain: bool) -> None:
    assert endpoint(f'resource "huaweicloud_apig_api" "a" {{\n  request_protocol = "{protocol}"\n}}\n').values["plaintext"] is plain


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("cc_inter_region_bandwidth", 'inter_region_ids = ["cn-north-4", "ap-southeast-3"]', [("peering", "mainland"), ("peering", "overseas")]),
        ("cc_network_instance", 'region_id = "cn-southwest-2"', [("peering", "mainland")]),
        ("cc_bandwidth_package", 'local_area_id = "Chinese-Mainland"\n  remote_area_id = "Asia-Pacific"', [("peering", "mainland"), ("peering", "overseas")]),
        ("cc_central_network_policy", 'er_instances {\n    region_id = "la-south-2"\n  }', [("peering", "overseas")]),
        ("ga_accelerator", 'ip_sets {\n    area = "OUTOFCM"\n  }', [("cdn", "overseas")]),
        ("ga_endpoint_group", 'region_id = "cn-south-1"', [("upstream", "mainland")]),
        ("swr_image_auto_sync", 'target_region = "ap-southeast-1"', [("registry", "overseas")]),
        ("oms_migration_task", 'source_object {\n    region = "ap-southeast-1"\n  }\n  destination_object {\n    region = "cn-east-3"\n  }', [("replication", "mainland")]),
        ("drs_job", 'destination_db {\n    region = "af-south-1"\n  }', [("replication", "overseas")]),
        ("kms_key_replicate", 'replica_region = "ap-southeast-2"', [("replication", "overseas")]),
        ("images_image_copy", 'target_region = "ap-southeast-1"', [("replication", "overseas")]),
        ("live_domain", 'name = "l"', [("cdn", "mainland")]),
        ("evs_volume", 'region = "ap-southeast-1"', [("resource", "overseas")]),
        ("evs_volume", 'availability_zone = "cn-north-4a"', [("resource", "mainland")]),
    ],
)
def test_places(kind: str, body: str, expected: list[tuple[object, object]]) -> None:
    assert places(f'resource "huaweicloud_{kind}" "x" {{\n  {body}\n}}\n') == expected


@pytest.mark.parametrize(
    ("ports", "expected"),
    [
        ("internal_service_port = 22\n  external_service_port = 22", [(22, 22)]),
        ("internal_service_port = 22\n  external_service_port = 50022", [(22, 22), (50022, 50022)]),
        ('internal_service_port_range = "20-30"\n  external_service_port_range = "120-130"', [(20, 30), (120, 130)]),
    ],
)
def test_forwarded_ports_are_open_to_everyone(ports: str, expected: list[tuple[int, int]]) -> None:
    found = rules(f'resource "huaweicloud_nat_dnat_rule" "d" {{\n  nat_gateway_id = "n"\n  protocol = "tcp"\n  {ports}\n}}\n')
    assert [(row.values["port_from"], row.values["port_to"]) for row in found] == expected
    assert {(row.values["direction"], row.values["action"], row.values["source_scope"]) for row in found} == {("in", "allow", "any")}


def test_forwarding_everything_opens_every_port() -> None:
    (row,) = rules('resource "huaweicloud_nat_dnat_rule" "d" {\n  protocol = "any"\n  internal_service_port = 0\n  external_service_port = 0\n}\n')
    assert (row.values["port_from"], row.values["port_to"], row.values["protocol"]) == (0, 65535, "all")


def test_rules_at_the_edge() -> None:
    (row,) = rules('resource "huaweicloud_iec_security_group_rule" "r" {\n  direction = "ingress"\n  protocol = "tcp"\n  port_range_min = 22\n  port_range_max = 22\n  remote_ip_prefix = "0.0.0.0/0"\n}\n')
    assert (row.values["source_scope"], row.values["port_from"]) == ("any", 22)
    (row,) = rules('resource "huaweicloud_iec_network_acl_rule" "r" {\n  network_acl_id = huaweicloud_iec_network_acl.a.id\n  direction = "egress"\n  action = "allow"\n  protocol = "tcp"\n  destination_port = "22"\n}\n')
    assert (row.values["direction"], row.values["boundary_id"]) == ("out", "huaweicloud_iec_network_acl.a.id")
