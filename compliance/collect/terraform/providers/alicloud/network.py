"""Security groups, networks, load balancers, CDN.

Provider pages: alicloud_security_group_rule, alicloud_security_group, alicloud_vpc, alicloud_vpc_flow_log, alicloud_slb_listener,
alicloud_alb_listener, alicloud_nlb_listener, alicloud_cdn_domain_new, alicloud_dcdn_domain, alicloud_cdn_domain_config.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from compliance.collect.terraform.providers.alicloud import REGISTRY
from compliance.collect.terraform.providers.common import identity, key_reference, network_rule, place
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, Reason, Unknown, any_true
from compliance.model.row import NO_SETTING, Row, make_row


def _port(index: int) -> Any:
    def read(value: Any) -> Any:
        parts = str(value).split("/")
        if len(parts) != 2 or not all(p.strip().lstrip("-").isdigit() for p in parts):
            return Unknown(Reason("unreadable_value", str(value)[:20]))
        low, high = int(parts[0]), int(parts[1])
        return (0, 65535)[index] if low == -1 else (low, high)[index]

    return read


@REGISTRY.adapter("alicloud_security_group_rule")
def rule(res: Resource, world: World) -> Iterator[Row]:
    """Rules: accept unless said; port_range ``-1/-1`` is every port; without a source the rule names a group."""
    ports = res.get("port_range").default("-1/-1")
    direction = res.get("type").map(lambda v: "in" if v == "ingress" else "out")
    action = res.get("policy").as_str().map(str.lower).default("accept").map(lambda v: "allow" if v == "accept" else "deny")
    sources = [c for n in ("cidr_ip", "ipv6_cidr_ip") if not (c := res.get(n)).absent]
    if not sources:
        group = key_reference(res.get("source_security_group_id"))
        prefix = res.get("prefix_list_id")
        sources = [group if not group.absent else prefix if not prefix.absent else Cell("0.0.0.0/0")]
    for index, source in enumerate(sources):
        yield network_rule(
            res, res.at, f"/{index}", source, ports.map(_port(0)), ports.map(_port(1)), direction=direction, action=action,
            protocol=res.get("ip_protocol").as_str().map(str.lower).default("all"), boundary=key_reference(res.get("security_group_id")).default(""), description=res.get("description"),
        )  # fmt: skip


@REGISTRY.adapter("alicloud_vpc", reads=("alicloud_vpc_flow_log",))
def vpc(res: Resource, world: World) -> Iterator[Row]:
    """Networks: traffic is logged only by a flow log of the network."""
    logs = world.linked(res, "resource_id", "alicloud_vpc_flow_log")
    yield make_row(
        "network_boundary", res.at, boundary_id=res.id, name=(res.get("vpc_name") if not res.get("vpc_name").absent else res.get("name")).as_str().default(""), boundary_kind="network",
        **identity(res), is_default=False, internet_facing=NO_SETTING, firewall_enabled=NO_SETTING, default_inbound=NO_SETTING, flow_logging=Cell(bool(logs), logs[0].at if logs else None),
    )  # fmt: skip


_NOTHING: dict[str, Any] = {
    "weak_ciphers": NO_SETTING,
    "cert_key_algorithm": NO_SETTING,
    "cert_key_bits": NO_SETTING,
    "cert_valid": NO_SETTING,
    "hsts": NO_SETTING,
}


def _policy(text: str) -> str:
    """Lowest protocol of a policy by its published name (``tls_cipher_policy_1_0`` is TLS 1.0 and later)."""
    lowered = text.lower()
    if "1_3" in lowered and "strict" not in lowered:
        return "tls13"
    if "1_2" in lowered:
        return "tls12"
    return "tls11" if "1_1" in lowered else "tls10"


@REGISTRY.adapter("alicloud_slb_listener", "alicloud_alb_listener", "alicloud_nlb_listener")
def listener(res: Resource, world: World) -> Iterator[Row]:
    """Listeners; TCP and UDP ones carry whatever the server speaks and are left to the server's own checks."""
    raw = next((c for n in ("protocol", "listener_protocol") if not (c := res.get(n)).absent), Cell())
    protocol = raw.as_str().map(str.lower).or_unknown("not_stated", "protocol")
    if protocol.value in ("tcp", "udp", "quic"):
        return
    redirect = any_true(
        [
            res.get("listener_forward").equals("on"),
            *(Cell(True, b.at) for b in res.blocks("default_actions") if b.get("type").value == "Redirect"),
        ]
    ).default(False)
    policy = next(
        (c for n in ("tls_cipher_policy", "security_policy_id") if not (c := res.get(n)).absent),
        Cell("tls_cipher_policy_1_0"),
    )
    secure = protocol.value != "http"
    port = next((c for n in ("frontend_port", "listener_port") if not (c := res.get(n)).absent), Cell())
    yield make_row(
        "tls_endpoint", res.at, endpoint_id=res.id, endpoint_kind="load_balancer", host="", port=port.as_int(), protocol=protocol, **identity(res), internet_facing=NO_SETTING,
        plaintext=protocol.map(lambda v: v == "http" and redirect.value is not True), http_redirect=redirect, min_tls=policy.as_str().map(_policy) if secure else NO_SETTING, **_NOTHING,
    )  # fmt: skip


@REGISTRY.adapter("alicloud_cdn_domain_new", "alicloud_cdn_domain", "alicloud_dcdn_domain")
def cdn(res: Resource, world: World) -> Iterator[Row]:
    """CDN: without a certificate clear text only; scope domestic unless said."""
    certificate = any_true([Cell(True, b.at) for b in res.blocks("certificate_config")] + [res.get("ssl_protocol").equals("on")]).default(False)
    configs = [c for c in world.of_type("alicloud_cdn_domain_config") if c.get("function_name").value == "https_force"]
    forced = Cell(True, configs[0].at) if configs else Cell(False)
    yield make_row(
        "tls_endpoint", res.at, endpoint_id=res.id, endpoint_kind="cdn", host=res.get("domain_name").as_str().default(""), port=443, protocol="https", **identity(res), internet_facing=True,
        plaintext=any_true([certificate, forced]).default(False).map(lambda v: not v), http_redirect=forced, min_tls=NO_SETTING, **_NOTHING,
    )  # fmt: skip
    yield place(
        res,
        "scope",
        "cdn",
        res.get("scope").default("domestic").map(lambda v: "cn-" + str(v) if v == "domestic" else str(v)),
    )


@REGISTRY.adapter("alicloud_cen_bandwidth_package", "alicloud_vpc_peer_connection")
def peering(res: Resource, world: World) -> Iterator[Row]:
    """Links with another region."""
    region = res.get("accepting_region_id")
    if not region.absent:
        yield place(res, "peer", "peering", region)
