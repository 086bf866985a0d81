"""CloudFront, API Gateway, AppSync, App Runner, file transfer.

Provider pages: aws_cloudfront_distribution, aws_api_gateway_stage, aws_api_gateway_domain_name, aws_apigatewayv2_stage, aws_apigatewayv2_domain_name,
aws_appsync_graphql_api, aws_transfer_server, aws_lambda_function_url.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from compliance.collect.terraform.providers.aws.endpoints import certificate_columns
from compliance.collect.terraform.providers.aws.registry import REGISTRY
from compliance.collect.terraform.providers.aws.settings import endpoint_row, text
from compliance.collect.terraform.providers.common import log_source, place, presence, strings
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import Cell, any_true
from compliance.model.row import NO_SETTING, Row

_LEVELS = (("SSLV3", "ssl3"), ("TLSV1_2016", "tls10"), ("TLSV1.1", "tls11"), ("TLSV1.2", "tls12"), ("TLSV1.3", "tls13"))


def viewer_tls(name: str) -> str:
    """Lowest protocol of a CloudFront security policy, e.g. ``TLSv1.2_2021``."""
    return next((level for label, level in _LEVELS if name.upper().startswith(label)), "tls10")


@REGISTRY.adapter("aws_cloudfront_distribution", reads=("aws_cloudwatch_log_delivery_source",))
def distribution(res: Resource, world: World) -> Iterator[Row]:
    """Distributions: ``allow-all`` serves clear text; the default certificate means TLS 1.0, as does no minimum.

    The edges of the global service lie outside the mainland; only those of the AWS China partition lie inside.
    """
    default = res.get("viewer_certificate.cloudfront_default_certificate").as_bool()
    lowest = Cell("tls10", default.at) if default.value is True else res.get("viewer_certificate.minimum_protocol_version").as_str().map(viewer_tls).default("tls10")
    certificate = certificate_columns(res.get("viewer_certificate.acm_certificate_arn"), world)
    for kind in ("default_cache_behavior", "ordered_cache_behavior"):
        for index, block in enumerate(res.blocks(kind)):
            viewer = block.get("viewer_protocol_policy")
            yield endpoint_row(
                res, "cdn", block.at, f"/{kind}/{index}", plaintext=viewer.map(lambda v: v == "allow-all").default(True), http_redirect=viewer.equals("redirect-to-https"),
                **({"min_tls": lowest, **certificate} if kind == "default_cache_behavior" else {}),
            )  # fmt: skip
    # match-viewer asks the origin as the viewer asked: in clear when a behaviour lets viewers do so.
    clear = any_true(b.get("viewer_protocol_policy").equals("allow-all") for k in ("default_cache_behavior", "ordered_cache_behavior") for b in res.blocks(k)).default(True)
    for index, origin in enumerate(res.blocks("origin")):
        for custom in origin.blocks("custom_origin_config"):
            yield _origin(res, origin, custom, index, clear)
    delivered = world.linked(res, "resource_arn", "aws_cloudwatch_log_delivery_source", by=("arn",))
    logs = Cell(True, delivered[0].at) if delivered else any_true([presence(res, "logging_config"), presence(res, "logging_v1_enabled")])
    yield log_source(res, "cdn", logs, res.get("logging_config.bucket"))
    china = isinstance(res.region.value, str) and res.region.value.startswith("cn-")
    yield place(res, "cdn", "cdn", res.region if china else Cell("global", res.get("price_class").at))


def _origin(res: Resource, origin: Block, custom: Block, index: int, clear: Cell) -> Row:
    """The way from the edge to an origin of one's own."""
    policy, versions = custom.get("origin_protocol_policy"), custom.get("origin_ssl_protocols")
    lowest: Any = NO_SETTING
    if policy.value != "http-only" and isinstance(versions.value, list):
        lowest = Cell(min((v for v in versions.value if isinstance(v, str)), key=_order, default="TLSv1"), versions.at).map(_origin_tls)
    return endpoint_row(
        res, "cdn", custom.at, f"/origin/{index}", host=text(origin, "domain_name"), internet_facing=False,
        plaintext=Cell(clear.value, policy.at) if policy.value == "match-viewer" else policy.map(lambda v: v == "http-only"), min_tls=lowest,
    )  # fmt: skip


def _order(version: str) -> int:
    return ("SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2").index(version) if version in ("SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2") else 9


def _origin_tls(version: str) -> str:
    return {"SSLv3": "ssl3", "TLSv1": "tls10", "TLSv1.1": "tls11"}.get(version, "tls12")


@REGISTRY.adapter("aws_api_gateway_stage", "aws_apigatewayv2_stage")
def api_stage(res: Resource, world: World) -> Iterator[Row]:
    """Stages write no access log unless said."""
    yield log_source(res, "api_gateway", presence(res, "access_log_settings"), res.get("access_log_settings.destination_arn"))


@REGISTRY.adapter("aws_api_gateway_deployment")
def api_deployment(res: Resource, world: World) -> Iterator[Row]:
    """A deployment that makes its own stage (``stage_name``, provider versions before 6) cannot give it an access log."""
    if res.has("stage_name"):
        yield log_source(res, "api_gateway", Cell(False, res.get("stage_name").at))


@REGISTRY.adapter("aws_appsync_graphql_api")
def graph(res: Resource, world: World) -> Iterator[Row]:
    """GraphQL APIs write no logs unless said."""
    yield log_source(res, "api_gateway", presence(res, "log_config"))


@REGISTRY.adapter("aws_api_gateway_domain_name", "aws_apigatewayv2_domain_name")
def api_domain(res: Resource, world: World) -> Iterator[Row]:
    """Custom domains: TLS 1.2 unless TLS_1_0 is said."""
    policy = res.get("security_policy") if res.type == "aws_api_gateway_domain_name" else res.get("domain_name_configuration.security_policy")
    tls = policy.as_str().map(_domain_tls).default("tls12")
    yield endpoint_row(res, "api_gateway", host=text(res, "domain_name"), min_tls=tls)


def _domain_tls(name: str) -> str:
    if name.startswith("SecurityPolicy_TLS13_1_3"):
        return "tls13"
    return "tls10" if name in ("TLS_1_0", "TLS_1_0_2016") else "tls12"


@REGISTRY.adapter("aws_transfer_server")
def transfer(res: Resource, world: World) -> Iterator[Row]:
    """Transfer servers speak SFTP unless said; FTP is clear text."""
    protocols = res.get("protocols")
    names = [c.value for c in strings(protocols)] if not protocols.absent else ["SFTP"]
    plain = protocols if protocols.unknown else Cell("FTP" in names, protocols.at)
    public = res.get("endpoint_type").equals("PUBLIC").default(True)
    yield endpoint_row(res, "other", port=22, protocol=",".join(str(n).lower() for n in names), internet_facing=public, plaintext=plain, min_tls=NO_SETTING)
    logs = any_true([presence(res, "logging_role"), presence(res, "structured_log_destinations")])
    yield log_source(res, "other", logs, event="transfer")
