"""Load balancers.

Provider pages: aws_lb, aws_lb_listener, aws_elb, aws_lb_ssl_negotiation_policy, aws_load_balancer_policy, aws_load_balancer_listener_policy, aws_acm_certificate.
Security policies: Elastic Load Balancing "Security policies for your Application Load Balancer", "Predefined SSL security policies for Classic Load Balancers".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from compliance.collect.terraform.providers.aws.registry import REGISTRY
from compliance.collect.terraform.providers.aws.settings import endpoint_row, text
from compliance.collect.terraform.providers.common import first_stated, log_source, pointed, presence
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import Cell, Unknown, any_true
from compliance.model.row import NO_SETTING, Row

# Policies with RC4 or triple DES.
_WEAK_SUITES: Final = ("RC4", "ARCFOUR", "DES", "NULL", "EXP", "MD5", "ADH")
_WEAK: Final = ("2011-08", "2014-01", "2014-10", "2015-02", "2015-03", "TLS-1-0-2015-04")


def policy_tls(name: str) -> str:
    """Lowest protocol of an ELB security policy by its published name."""
    text = name.upper()
    if "TLS13-1-3" in text or "TLS-1-3" in text:
        return "tls13"
    if "TLS13-1-2" in text or "TLS-1-2" in text or "FS-1-2" in text:
        return "tls12"
    if "TLS13-1-1" in text or "TLS-1-1" in text or "FS-1-1" in text:
        return "tls11"
    return "ssl3" if any(year in text for year in ("2011-08", "2014-01")) else "tls10"


def _policy_columns(policy: Cell) -> dict[str, Any]:
    """An HTTPS or TLS listener that names no policy has ELBSecurityPolicy-2016-08: TLS 1.0 and later."""
    name = policy.as_str().default("ELBSecurityPolicy-2016-08")
    return {"min_tls": name.map(policy_tls), "weak_ciphers": name.map(lambda v: any(w in v for w in _WEAK))}


def certificate_columns(cell: Cell, world: World) -> dict[str, Any]:
    """Key of the certificate an endpoint serves, when it is requested in this repository (RSA 2048 unless said)."""
    found = pointed(world, cell, "aws_acm_certificate", by=("arn",))
    if found is None or found.has("private_key") or found.has("certificate_body"):
        return {}
    name = found.get("key_algorithm").as_str().default("RSA_2048")
    bits = name.map(lambda v: int(d) if (d := v.rpartition("_")[2].lstrip("P").partition("r")[0]).isdigit() else 256)
    return {"cert_key_algorithm": name.map(lambda v: "rsa" if v.startswith("RSA") else "ecdsa"), "cert_key_bits": bits}


@REGISTRY.adapter("aws_lb", "aws_alb")
def balancer(res: Resource, world: World) -> Iterator[Row]:
    """Access logs are off unless ``enabled = true``; a gateway load balancer has none."""
    if res.get("load_balancer_type").value != "gateway":
        yield log_source(res, "load_balancer", res.get("access_logs.enabled").as_bool().default(False), res.get("access_logs.bucket"))


@REGISTRY.adapter("aws_elb", reads=("aws_lb_ssl_negotiation_policy", "aws_load_balancer_listener_policy", "aws_load_balancer_policy"))
def classic(res: Resource, world: World) -> Iterator[Row]:
    """Classic load balancers: an access log block is on unless it says otherwise; listeners stand inside."""
    logs = res.get("access_logs.enabled").as_bool()
    yield log_source(res, "load_balancer", presence(res, "access_logs") if logs.absent else logs, res.get("access_logs.bucket"))
    internal = res.get("internal").as_bool().default(False)
    for index, block in enumerate(res.blocks("listener")):
        protocol = block.get("lb_protocol").as_str().map(str.lower)
        port = block.get("lb_port").as_int()
        columns: dict[str, Any] = {"min_tls": NO_SETTING}
        if protocol.value in ("https", "ssl"):
            columns = _negotiated(res, world, port)
        yield endpoint_row(
            res, "load_balancer", block.at, f"/listener/{index}", port=port, protocol=protocol, internet_facing=internal.map(lambda v: not v),
            plaintext=protocol.map(lambda v: v == "http"), **columns,
        )  # fmt: skip


def _negotiated(res: Resource, world: World, port: Cell) -> dict[str, Any]:
    """What a classic load balancer negotiates on a port: an SSL policy of its own, else the published default."""
    policies: list[Block] = []
    for negotiation in world.linked(res, "load_balancer", "aws_lb_ssl_negotiation_policy", by=("id", "name")):
        if negotiation.get("lb_port").as_int().value in (port.value, None):
            policies.append(negotiation)
    for link in world.linked(res, "load_balancer_name", "aws_load_balancer_listener_policy", by=("id", "name")):
        if link.get("load_balancer_port").as_int().value == port.value:
            names = link.get("policy_names")
            for name in names.value if isinstance(names.value, list) else [names.value]:
                found = pointed(world, Cell(name), "aws_load_balancer_policy", by=("policy_name",))
                policies += [found] if found is not None else []
    for policy in policies:
        columns = _negotiation_columns(policy)
        if columns is not None:
            return columns
    return _policy_columns(Cell())


@REGISTRY.adapter("aws_lb_listener", "aws_alb_listener", reads=("aws_acm_certificate",))
def listener(res: Resource, world: World) -> Iterator[Row]:
    """Listeners of application and network load balancers; a redirect counts when it leads to HTTPS."""
    protocol = res.get("protocol").as_str().map(str.lower)
    owner = pointed(world, res.get("load_balancer_arn"), "aws_lb", "aws_alb")
    if protocol.absent:
        if owner is not None and owner.get("load_balancer_type").value in ("network", "gateway"):
            return
        protocol = res.get("port").as_int().map(lambda v: "https" if v == 443 and res.has("certificate_arn") else "http").default("http")
        protocol = Cell(protocol.value)
    if protocol.value in ("tcp", "udp", "tcp_udp", "geneve", "quic", "tcp_quic"):
        return  # passed through: what runs inside is not the balancer's
    redirect = any_true(_to_https(b) for b in res.blocks("default_action")).default(False)
    internal = owner.get("internal").as_bool().default(False) if owner else Cell(False)
    columns: dict[str, Any] = {"min_tls": NO_SETTING}
    if protocol.value in ("https", "tls"):
        columns = {**_policy_columns(res.get("ssl_policy")), **certificate_columns(res.get("certificate_arn"), world)}
    elif protocol.unknown:
        columns = {"min_tls": protocol}
    plain = redirect if redirect.unknown and protocol.value == "http" else protocol.map(lambda v: v == "http" and redirect.value is not True)
    yield endpoint_row(
        res, "load_balancer", port=res.get("port").as_int().default(80), protocol=protocol, internet_facing=internal.map(lambda v: not v), plaintext=plain,
        http_redirect=redirect if protocol.value == "http" else NO_SETTING, **columns,
    )  # fmt: skip


@REGISTRY.adapter("aws_load_balancer_policy", "aws_lb_ssl_negotiation_policy")
def lone_policy(res: Resource, world: World) -> Iterator[Row]:
    """A TLS policy that no listener of this repository is seen to use."""
    if res.type == "aws_load_balancer_policy" and res.get("policy_type_name").value != "SSLNegotiationPolicyType":
        return
    owner = pointed(world, first_stated(res, "load_balancer_name", "load_balancer"), "aws_elb")
    used = owner is not None and any(b.get("lb_protocol").as_str().map(str.lower).value in ("https", "ssl") for b in owner.blocks("listener"))
    columns = _negotiation_columns(res)
    if not used and columns is not None:
        yield endpoint_row(res, "load_balancer", host=text(res, "name", "policy_name"), **columns)


def _negotiation_columns(policy: Block) -> dict[str, Any] | None:
    """What the attributes of a classic TLS policy accept; None when they do not say."""
    listed = [(a.get("name").value, a.get("value")) for name in ("attribute", "policy_attribute") for a in policy.blocks(name)]
    reference = next((v for n, v in listed if n == "Reference-Security-Policy"), None)
    if reference is not None:
        return _policy_columns(reference)
    on = [n for n, v in listed if isinstance(n, str) and v.as_bool().value is True]
    lowest = next((level for label, level in (("SSLv3", "ssl3"), ("TLSv1", "tls10"), ("TLSv1.1", "tls11"), ("TLSv1.2", "tls12")) if f"Protocol-{label}" in on), None)
    if not on:
        return None
    weak = any(part in n for n in on for part in _WEAK_SUITES)
    return {"min_tls": Cell(lowest, policy.at) if lowest is not None else NO_SETTING, "weak_ciphers": Cell(weak, policy.at)}


def _to_https(action: Block) -> Cell:
    kind = action.get("type")
    if isinstance(kind.value, Unknown):
        return kind
    if kind.value != "redirect":
        return Cell(False)
    # #{protocol} keeps the protocol of the request, here HTTP.
    return action.get("redirect.protocol").equals("HTTPS").default(False)
