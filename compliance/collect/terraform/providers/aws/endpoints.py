"""Load balancers, CloudFront, API Gateway.

Provider pages: aws_lb, aws_lb_listener, aws_elb, aws_cloudfront_distribution, aws_api_gateway_stage, aws_apigatewayv2_stage,
aws_api_gateway_domain_name. Policies: Elastic Load Balancing User Guide, "Security policies".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from compliance.collect.terraform.providers.aws import REGISTRY
from compliance.collect.terraform.providers.common import identity, log_source, place, presence
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, any_true
from compliance.model.row import NO_SETTING, Row, make_row

_NOTHING: dict[str, Any] = {"cert_key_algorithm": NO_SETTING, "cert_key_bits": NO_SETTING, "cert_valid": NO_SETTING, "hsts": NO_SETTING}


def _policy_tls(name: str) -> str:
    """Lowest protocol of an ELB security policy by its published name."""
    text = name.upper()
    if "TLS13-1-3" in text:
        return "tls13"
    if "TLS13-1-2" in text or "TLS-1-2" in text or "FS-1-2" in text:
        return "tls12"
    if "TLS13-1-1" in text or "TLS-1-1" in text or "FS-1-1" in text:
        return "tls11"
    return "tls10"


@REGISTRY.adapter("aws_lb", "aws_alb", "aws_elb")
def balancer(res: Resource, world: World) -> Iterator[Row]:
    """Access logs of a load balancer; a classic one also carries its listeners. Off unless said."""
    logs = res.get("access_logs.enabled").as_bool()
    if logs.absent:
        logs = presence(res, "access_logs") if res.type == "aws_elb" else Cell(False)
    if res.get("load_balancer_type").value != "gateway":
        yield log_source(res, "load_balancer", logs, res.get("access_logs.bucket"))
    internal = res.get("internal").as_bool().default(False)
    for index, block in enumerate(res.blocks("listener")):
        protocol = block.get("lb_protocol").as_str().map(str.lower)
        yield make_row(
            "tls_endpoint", block.at, endpoint_id=f"{res.id}/listener/{index}", endpoint_kind="load_balancer", host="", port=block.get("lb_port").as_int(), protocol=protocol,
            **identity(res), internet_facing=internal.map(lambda v: not v), plaintext=protocol.map(lambda v: v == "http"), http_redirect=NO_SETTING, min_tls=NO_SETTING,
            weak_ciphers=NO_SETTING, **_NOTHING,
        )  # fmt: skip


@REGISTRY.adapter("aws_lb_listener", "aws_alb_listener")
def listener(res: Resource, world: World) -> Iterator[Row]:
    """Listeners: HTTP unless said; an HTTPS one has ELBSecurityPolicy-2016-08 unless said."""
    protocol = res.get("protocol").as_str().default("HTTP").map(str.lower)
    redirect = any_true(b.get("redirect.protocol").map(lambda v: v in ("HTTPS", "#{protocol}")) for b in res.blocks("default_action"))
    redirect = redirect.default(False)
    if protocol.value in ("tcp", "udp", "tcp_udp", "geneve"):
        return
    secure = protocol.map(lambda v: v in ("https", "tls"))
    tls: Any = NO_SETTING
    if secure.value is not False:
        tls = res.get("ssl_policy").as_str().map(_policy_tls).default("tls10")
    owner = next((world.find(r) for r in res.get("load_balancer_arn").refs), None)
    internal = owner.get("internal").as_bool().default(False) if owner else Cell(False)
    yield make_row(
        "tls_endpoint", res.at, endpoint_id=res.id, endpoint_kind="load_balancer", host="", port=res.get("port").as_int().default(80), protocol=protocol, **identity(res),
        internet_facing=internal.map(lambda v: not v), plaintext=protocol.map(lambda v: v == "http" and redirect.value is not True) if not redirect.unknown else redirect,
        http_redirect=redirect, min_tls=tls, weak_ciphers=NO_SETTING, **_NOTHING,
    )  # fmt: skip


@REGISTRY.adapter("aws_cloudfront_distribution")
def cdn(res: Resource, world: World) -> Iterator[Row]:
    """CloudFront: allow-all serves clear text; the default certificate means TLSv1; every node lies outside the mainland."""
    for kind in ("default_cache_behavior", "ordered_cache_behavior"):
        for index, block in enumerate(res.blocks(kind)):
            viewer = block.get("viewer_protocol_policy")
            tls = res.get("viewer_certificate.minimum_protocol_version").as_str()
            lowest = tls.map(lambda v: "tls13" if "1.3" in v else "tls12" if "1.2" in v else "tls11" if "1.1" in v else "ssl3" if "SSL" in v else "tls10").default("tls10")
            if res.get("viewer_certificate.cloudfront_default_certificate").value is True:
                lowest = Cell("tls10", res.get("viewer_certificate.cloudfront_default_certificate").at)
            yield make_row(
                "tls_endpoint", block.at, endpoint_id=f"{res.id}/{kind}/{index}", endpoint_kind="cdn", host="", port=443, protocol="https", **identity(res), internet_facing=True,
                plaintext=viewer.map(lambda v: v == "allow-all").default(True), http_redirect=viewer.equals("redirect-to-https"), min_tls=lowest if kind == "default_cache_behavior" else NO_SETTING,
                weak_ciphers=NO_SETTING, **_NOTHING,
            )  # fmt: skip
    logs = any_true([presence(res, "logging_config"), Cell(bool(world.linked(res, "source_arn", "aws_cloudwatch_log_delivery_source", by=("arn",))))])
    yield log_source(res, "cdn", logs, res.get("logging_config.bucket"))
    yield place(res, "cdn", "cdn", Cell("global", res.get("price_class").at))


@REGISTRY.adapter("aws_api_gateway_stage", "aws_apigatewayv2_stage")
def api_stage(res: Resource, world: World) -> Iterator[Row]:
    """Stages log nothing unless said."""
    yield log_source(res, "api_gateway", presence(res, "access_log_settings"), res.get("access_log_settings.destination_arn"))


@REGISTRY.adapter("aws_api_gateway_domain_name")
def api_domain(res: Resource, world: World) -> Iterator[Row]:
    """Custom domains: TLS 1.2 unless TLS_1_0 is said."""
    tls = res.get("security_policy").as_str().map(lambda v: "tls10" if v == "TLS_1_0" else "tls12").default("tls12")
    yield make_row(
        "tls_endpoint", res.at, endpoint_id=res.id, endpoint_kind="api_gateway", host=res.get("domain_name").as_str().default(""), port=443, protocol="https", **identity(res),
        internet_facing=True, plaintext=False, http_redirect=NO_SETTING, min_tls=tls, weak_ciphers=NO_SETTING, **_NOTHING,
    )  # fmt: skip
