"""Content delivery, edge sites, API gateways and web application firewalls: what clients connect to first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from compliance.collect.terraform.providers.common import log_source
from compliance.collect.terraform.providers.tencentcloud.registry import REGISTRY
from compliance.collect.terraform.providers.tencentcloud.settings import endpoint_row, lowest_tls, place_row, switch, word
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import Cell
from compliance.model.row import NO_SETTING, Row


@REGISTRY.adapter("tencentcloud_cdn_domain")
def cdn(res: Resource, world: World) -> Iterator[Row]:
    """Provider page cdn_domain.

    Nodes in mainland China unless ``area`` says overseas or global.  Clear text until ``https_switch`` is on
    and ``force_redirect`` sends every request to https.  TLS versions as listed; without a list CDN takes
    TLS 1.0 and later (CDN "TLS version configuration": 待核, left unjudged).
    """
    on = switch(res.get("https_config.https_switch")).default(False)
    forced = switch(res.get("https_config.force_redirect.switch")).default(False)
    if word(res.get("https_config.force_redirect.redirect_type").default("http")) == "http" and forced.value is True:
        # redirect_type is where requests are sent: http is its default and no protection.
        forced = Cell(False, forced.at)
    versions = res.get("https_config.tls_versions")
    yield endpoint_row(
        res, "cdn", host=res.get("domain").as_str().default(""), port=on.map(lambda v: 443 if v else 80), protocol=on.map(lambda v: "https" if v else "http"),
        internet_facing=True, plaintext=forced.map(lambda v: not v) if on.value is True else on.map(lambda v: not v), http_redirect=forced,
        min_tls=NO_SETTING if versions.absent else lowest_tls(versions), hsts=switch(res.get("https_config.hsts.switch")).default(False),
    )  # fmt: skip
    yield place_row(res, "area", "cdn", res.get("area").default("mainland"))


# --- EdgeOne ------------------------------------------------------------------------------------


@REGISTRY.adapter("tencentcloud_teo_zone")
def zone(res: Resource, world: World) -> Iterator[Row]:
    """Provider page teo_zone: mainland, overseas (the default of the service) or global."""
    if word(res.get("type")) in ("nodomainaccess", "dnspodaccess") and res.get("area").value in (None, ""):
        return
    yield place_row(res, "area", "cdn", res.get("area").map(lambda v: v or "overseas").default("overseas"))


_EDGE: Final = ("tencentcloud_teo_l7_acc_setting", "tencentcloud_teo_zone_setting")


_RULES: Final = ("tencentcloud_teo_l7_acc_rule", "tencentcloud_teo_l7_acc_rule_v2")


def _of_site(res: Resource, world: World, *types: str) -> list[Resource]:
    """Resources of the site that a domain belongs to."""
    site = res.get("zone_id")
    found = []
    for other in world.of_type(*types):
        same = other.get("zone_id")
        if set(same.refs) & set(site.refs) or (same.known and same.value == site.value):
            found.append(other)
    return found


@REGISTRY.adapter("tencentcloud_teo_acceleration_domain", reads=(*_EDGE, *_RULES, "tencentcloud_teo_certificate_config"))
def edge_domain(res: Resource, world: World) -> Iterator[Row]:
    """Provider pages teo_acceleration_domain, teo_l7_acc_setting, teo_zone_setting, teo_l7_acc_rule, teo_l7_acc_rule_v2.

    A domain answers http unless the site forces https; TLS versions and suites are settings of the site too.  A
    rule of the site with the same action counts for every domain: its host conditions are not weighed.
    """
    if word(res.get("status")) == "offline":
        return
    columns: dict[str, Any] = {"plaintext": Cell(True), "http_redirect": Cell(False)}
    for settings in _of_site(res, world, *_EDGE):
        columns = _edge(settings)
    for rule in _of_site(res, world, *_RULES):
        for action in _actions(rule):
            if switch(action.get("force_redirect_https_parameters.switch")).value is True:
                columns |= {"plaintext": Cell(False, action.at), "http_redirect": Cell(True, action.at)}
            versions = action.get("tls_config_parameters.version")
            if not versions.absent:
                columns["min_tls"] = lowest_tls(versions)
    yield endpoint_row(res, "cdn", host=res.get("domain_name").as_str(), port=443, protocol="https", internet_facing=True, **columns)


def _actions(rule: Resource) -> Iterator[Block]:
    owners: list[Block] = [*rule.blocks("rules")] if rule.type == "tencentcloud_teo_l7_acc_rule" else [rule]
    for owner in owners:
        for branch in owner.blocks("branches"):
            yield from branch.blocks("actions")


def _edge(settings: Resource) -> dict[str, Any]:
    if settings.type.endswith("l7_acc_setting"):
        config = "zone_config."
        forced, hsts = switch(settings.get(f"{config}force_redirect_https.switch")), switch(settings.get(f"{config}hsts.switch"))
        versions, suite = settings.get(f"{config}tls_config.version"), settings.get(f"{config}tls_config.cipher_suite").as_str()
        weak: Any = suite.map(lambda v: v.lower().startswith("loose")) if not suite.absent else NO_SETTING
    else:
        forced, hsts = switch(settings.get("force_redirect.switch")), switch(settings.get("https.hsts.switch"))
        versions, weak = settings.get("https.tls_version"), NO_SETTING
    redirect = forced.default(False)
    return {
        "plaintext": redirect.map(lambda v: not v), "http_redirect": redirect, "hsts": hsts.default(False),
        "min_tls": NO_SETTING if versions.absent else lowest_tls(versions), "weak_ciphers": weak,
    }  # fmt: skip


@REGISTRY.adapter("tencentcloud_teo_realtime_log_delivery")
def edge_log(res: Resource, world: World) -> Iterator[Row]:
    """Provider page teo_realtime_log_delivery: logs of mainland or overseas nodes to CLS, an own address or S3."""
    status = res.get("delivery_status")
    yield log_source(res, "cdn", Cell(True, res.at) if status.absent else switch(status), res.get("cls.topic_id"))
    region = res.get("cls.log_set_region")
    yield place_row(res, "cls", "log_delivery", region) if not region.absent else place_row(res, "area", "log_delivery", res.get("area"))


# --- API gateways and web application firewalls ---------------------------------------------------


def _plain_http(protocol: Cell) -> Cell:
    return protocol.as_str().map(lambda text: "http" in text.lower().split("&"))


@REGISTRY.adapter("tencentcloud_api_gateway_service")
def service(res: Resource, world: World) -> Iterator[Row]:
    """Provider page api_gateway_service: ``protocol`` http, https or http&https; ``net_type`` OUTER is the internet."""
    nets = res.get("net_type")
    yield endpoint_row(
        res, "api_gateway", host=res.get("service_name").as_str(), protocol=res.get("protocol").as_str(), plaintext=_plain_http(res.get("protocol")),
        internet_facing=nets.map(lambda v: "OUTER" in (v if isinstance(v, list) else [v])),
    )  # fmt: skip


@REGISTRY.adapter("tencentcloud_api_gateway_custom_domain")
def gateway_domain(res: Resource, world: World) -> Iterator[Row]:
    """Provider page api_gateway_custom_domain: http&https is clear text unless ``is_forced_https`` (false by default)."""
    forced = switch(res.get("is_forced_https")).default(False)
    plain = _plain_http(res.get("protocol"))
    yield endpoint_row(
        res, "api_gateway", host=res.get("sub_domain").as_str(), protocol=res.get("protocol").as_str(), http_redirect=forced,
        plaintext=Cell(False, forced.at) if forced.value is True else forced if forced.unknown and plain.value is not False else plain,
        internet_facing=res.get("net_type").as_str().equals("OUTER"),
    )  # fmt: skip


@REGISTRY.adapter("tencentcloud_waf_saas_domain")
def waf(res: Resource, world: World) -> Iterator[Row]:
    """Provider page waf_saas_domain: clear text on every http port unless ``https_rewrite`` is 1."""
    rewrite = switch(res.get("https_rewrite")).default(False)
    for number, port in enumerate(res.blocks("ports")):
        protocol = port.get("protocol").as_str().map(str.lower)
        yield endpoint_row(
            res, "load_balancer", f"/ports/{number}", port.at, host=res.get("domain").as_str(), port=port.get("port").as_int(), protocol=protocol,
            internet_facing=True, http_redirect=rewrite,
            plaintext=rewrite.map(lambda v: not v) if protocol.value == "http" else protocol.map(lambda v: v == "http"),
        )  # fmt: skip
