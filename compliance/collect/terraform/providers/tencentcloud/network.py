"""Security groups, networks, load balancers, clusters.

Provider pages: tencentcloud_security_group_lite_rule, tencentcloud_security_group_rule, tencentcloud_security_group_rule_set, tencentcloud_vpc,
tencentcloud_vpc_flow_log, tencentcloud_clb_listener, tencentcloud_cdn_domain, tencentcloud_kubernetes_cluster.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from compliance.collect.terraform.providers.common import identity, key_reference, network_rule, place, strings
from compliance.collect.terraform.providers.tencentcloud import REGISTRY
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import Cell, Reason, Unknown
from compliance.model.row import NO_SETTING, Row, make_row


def _ports(cell: Cell) -> Iterator[tuple[Cell, Cell]]:
    """Ranges of ``ALL``, ``22``, ``80,443`` or ``8000-9000``."""
    if not cell.known:
        yield (cell, cell) if cell.unknown else (Cell(0), Cell(65535))
        return
    for part in str(cell.value).split(","):
        low, _, high = part.strip().partition("-")
        if part.strip().upper() in ("ALL", ""):
            yield Cell(0, cell.at), Cell(65535, cell.at)
        elif low.isdigit() and (not high or high.isdigit()):
            yield Cell(int(low), cell.at), Cell(int(high or low), cell.at)
        else:
            unknown = Cell(Unknown(Reason("unreadable_value", part[:20])), cell.at)
            yield unknown, unknown


def _action(value: Any) -> str:
    return "allow" if str(value).upper() == "ACCEPT" else "deny"


@REGISTRY.adapter("tencentcloud_security_group_lite_rule")
def lite_rule(res: Resource, world: World) -> Iterator[Row]:
    """Rules as text: ``ACCEPT#0.0.0.0/0#22#TCP``; the first rule that fits wins, a leading DROP of everything is not weighed."""
    boundary = key_reference(res.get("security_group_id")).default("")
    for name, direction in (("ingress", "in"), ("egress", "out")):
        for index, cell in enumerate(strings(res.get(name))):
            parts = str(cell.value).split("#") if cell.known else []
            if len(parts) < 4:
                unknown = Cell(cell.value if cell.unknown else Unknown(Reason("unreadable_value", str(cell.value)[:40])), cell.at)
                yield network_rule(res, res.at, f"/{name}/{index}", unknown, unknown, unknown, direction=direction, boundary=boundary)
                continue
            for number, (low, high) in enumerate(_ports(Cell(parts[2], cell.at))):
                yield network_rule(
                    res, res.at, f"/{name}/{index}/{number}", Cell(parts[1], cell.at), low, high, direction=direction, action=Cell(_action(parts[0]), cell.at),
                    protocol=Cell(parts[3].lower(), cell.at), boundary=boundary,
                )  # fmt: skip


@REGISTRY.adapter("tencentcloud_security_group_rule")
def rule(res: Resource, world: World) -> Iterator[Row]:
    """One rule."""
    direction = res.get("type").map(lambda v: "in" if v == "ingress" else "out")
    yield from _rule(res, res, "", direction, "policy", "cidr_ip", "port_range", "ip_protocol", key_reference(res.get("security_group_id")).default(""))


@REGISTRY.adapter("tencentcloud_security_group_rule_set")
def rule_set(res: Resource, world: World) -> Iterator[Row]:
    """All rules of a group."""
    for name, direction in (("ingress", "in"), ("egress", "out")):
        for index, block in enumerate(res.blocks(name)):
            yield from _rule(res, block, f"/{name}/{index}", direction, "action", "cidr_block", "port", "protocol", key_reference(res.get("security_group_id")).default(""))


def _rule(res: Resource, block: Block, suffix: str, direction: Cell | str, action: str, source: str, port: str, protocol: str, boundary: Cell) -> Iterator[Row]:
    cell = block.get(source)
    if cell.absent:
        group = key_reference(block.get("source_security_group_id") if block.has("source_security_group_id") else block.get("source_sgid"))
        cell = group if not group.absent else Cell("0.0.0.0/0")
    for number, (low, high) in enumerate(_ports(block.get(port))):
        yield network_rule(
            res, block.at, f"{suffix}/{number}", cell, low, high, direction=direction, action=block.get(action).map(_action).default("allow"),
            protocol=block.get(protocol).as_str().map(str.lower).default("all"), boundary=boundary, description=block.get("description"),
        )  # fmt: skip


@REGISTRY.adapter("tencentcloud_vpc", reads=("tencentcloud_vpc_flow_log",))
def vpc(res: Resource, world: World) -> Iterator[Row]:
    """Networks: traffic is logged only by a flow log of the network."""
    logs = [*world.linked(res, "vpc_id", "tencentcloud_vpc_flow_log"), *world.linked(res, "resource_id", "tencentcloud_vpc_flow_log")]
    yield make_row(
        "network_boundary", res.at, boundary_id=res.id, name=res.get("name").as_str().default(""), boundary_kind="network", **identity(res), is_default=False, internet_facing=NO_SETTING,
        firewall_enabled=NO_SETTING, default_inbound=NO_SETTING, flow_logging=Cell(bool(logs), logs[0].at if logs else None),
    )  # fmt: skip


_NOTHING: dict[str, Any] = {"weak_ciphers": NO_SETTING, "cert_key_algorithm": NO_SETTING, "cert_key_bits": NO_SETTING, "cert_valid": NO_SETTING, "hsts": NO_SETTING}


@REGISTRY.adapter("tencentcloud_clb_listener")
def listener(res: Resource, world: World) -> Iterator[Row]:
    """Listeners; TCP and UDP ones carry whatever the server speaks."""
    protocol = res.get("protocol").as_str().map(str.lower).or_unknown("not_stated", "protocol")
    if protocol.value in ("tcp", "udp", "quic", "tcp_ssl"):
        return
    redirected = world.linked(res, "source_listener_id", "tencentcloud_clb_redirection", by=("listener_id", "id"))
    yield make_row(
        "tls_endpoint", res.at, endpoint_id=res.id, endpoint_kind="load_balancer", host="", port=res.get("port").as_int(), protocol=protocol, **identity(res), internet_facing=NO_SETTING,
        plaintext=protocol.map(lambda v: v == "http" and not redirected), http_redirect=Cell(bool(redirected)), min_tls=NO_SETTING, **_NOTHING,
    )  # fmt: skip


@REGISTRY.adapter("tencentcloud_cdn_domain")
def cdn(res: Resource, world: World) -> Iterator[Row]:
    """CDN: clear text unless HTTPS is on and forced; area mainland unless said."""
    on = res.get("https_config.https_switch").as_bool().default(False)
    forced = res.get("https_config.force_redirect.switch").as_bool().default(False)
    yield make_row(
        "tls_endpoint", res.at, endpoint_id=res.id, endpoint_kind="cdn", host=res.get("domain").as_str().default(""), port=443, protocol="https", **identity(res), internet_facing=True,
        plaintext=on.map(lambda v: not v) if on.value is not True else forced.map(lambda v: not v), http_redirect=forced, min_tls=NO_SETTING, **_NOTHING,
    )  # fmt: skip
    yield place(res, "area", "cdn", res.get("area").default("mainland").map(lambda v: "ap-beijing" if v == "mainland" else str(v)))


@REGISTRY.adapter("tencentcloud_kubernetes_cluster")
def cluster(res: Resource, world: World) -> Iterator[Row]:
    """Clusters: no public endpoint unless said; a managed one is open to the addresses of its security policies."""
    public = res.get("cluster_internet").as_bool().default(False)
    guarded = res.has("managed_cluster_internet_security_policies") or res.has("cluster_internet_security_group")
    protected = world.linked(res, "cluster_id", "tencentcloud_kubernetes_encryption_protection")
    yield make_row(
        "cluster", res.at, resource_id=res.id, name=res.get("cluster_name").as_str().default(""), version=res.get("cluster_version").as_str().default(""), **identity(res),
        public_endpoint=public, endpoint_any_source=Cell(not guarded, public.at), secrets_encrypted=Cell(bool(protected)),
        deletion_protection=res.get("deletion_protection").as_bool().default(False),
    )  # fmt: skip
