"""Content delivery, web application firewall and API gateway domains."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from compliance.collect.terraform.providers.huaweicloud.locations import service_area
from compliance.collect.terraform.providers.huaweicloud.registry import REGISTRY, types
from compliance.collect.terraform.providers.huaweicloud.settings import (
    Columns,
    first,
    lowest_tls,
    stated,
    unreadable,
    word,
)
from compliance.collect.terraform.providers.huaweicloud.tls_rows import endpoint_row
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, all_true, any_true
from compliance.model.row import NO_SETTING, Row


@REGISTRY.adapter(*types("cdn_domain", "cdn_domain_v1"))
def cdn(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page cdn_domain: ``configs.https_settings``, ``configs.force_redirect``, ``configs.hsts``,
    ``service_area``.

    Defaults: HTTPS off, no redirect, TLS from 1.1 on, no HSTS.
    """
    https = resource.get("configs.https_settings.https_enabled").as_bool().default(False)
    redirect = all_true(
        (
            resource.get("configs.force_redirect.enabled").as_bool().default(False),
            resource.get("configs.force_redirect.type").equals("https").default(False),
        )
    )
    plain = _plain(https, redirect)
    versions = stated(resource.get("configs.https_settings.tls_version")).default("TLSv1.1,TLSv1.2,TLSv1.3")
    yield endpoint_row(
        resource,
        "cdn",
        host=resource.get("name").as_str(),
        port=443 if https.value is True else 80,
        protocol=https.map(lambda on: "https" if on else "http"),
        internet_facing=True,
        plaintext=plain,
        http_redirect=redirect,
        min_tls=Cell("none", https.at) if https.value is False else lowest_tls(versions) if https.known else https,
        hsts=resource.get("configs.hsts.enabled").as_bool().default(False),
    )
    yield service_area(resource)


def _plain(https: Cell, redirect: Cell) -> Cell:
    """Clear text is served unless HTTPS is on and every request is redirected to it."""
    return all_true((https, redirect)).map(lambda on: not on)


# cipher -> weak suite or ''; Web Application Firewall "Configuring PCI DSS/3DS and TLS".
_CIPHERS: Final = {"cipher_1": "", "cipher_2": "", "cipher_3": "RC4", "cipher_4": "RC4", "cipher_default": "RC4"}


@REGISTRY.adapter(*types("waf_domain", "waf_dedicated_domain"))
def protected_domain(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages waf_domain, waf_dedicated_domain: ``server.client_protocol``, ``tls``, ``cipher``.

    The lowest version is TLS 1.0 when it is left out (Web Application Firewall "Configuring the minimum TLS
    version").
    """
    protocols = [block.get("client_protocol") for block in resource.blocks("server")]
    plain = any_true(cell.equals("http") for cell in protocols).default(False)
    secure = any(word(cell) != "http" for cell in protocols)
    columns: Columns = {"min_tls": Cell("none", plain.at)}
    if secure or not protocols:
        suite = stated(resource.get("cipher")).as_str()
        weak = suite.map(lambda text: _CIPHERS.get(text.lower(), unreadable(text)))
        columns = {
            "min_tls": lowest_tls(stated(resource.get("tls")).default("TLS v1.0")),
            "weak_ciphers": NO_SETTING if suite.absent else weak.map(bool),
            "weakest_cipher": "" if suite.absent else weak,
        }
    yield endpoint_row(
        resource,
        "web_server",
        host=resource.get("domain").as_str(),
        port=first(resource, "server.port").as_int(),
        protocol=plain.map(lambda on: "http" if on else "https"),
        internet_facing=True,
        plaintext=plain,
        **columns,
    )


@REGISTRY.adapter("huaweicloud_apig_group_domain_associate")
def api_domain(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page apig_group_domain_associate: ``min_ssl_version`` (its default depends on the region).

    An HTTP port of -1 is closed; a redirect makes an open one a pure redirect.
    """
    redirect = resource.get("is_http_redirect_to_https").as_bool().default(False)
    port = resource.get("ingress_http_port").as_int()
    closed = port.map(lambda number: number == -1)
    plain = any_true((redirect, closed)).map(lambda safe: not safe)
    if port.absent and redirect.value is False:
        # What is served in the clear then depends on the APIs of the group, which have rows of their own.
        plain = Cell(False)
    yield endpoint_row(
        resource,
        "api_gateway",
        host=resource.get("url_domain").as_str(),
        port=resource.get("ingress_https_port").as_int().default(443),
        protocol="https",
        internet_facing=True,
        plaintext=plain,
        http_redirect=redirect,
        min_tls=lowest_tls(resource.get("min_ssl_version")) if resource.has("min_ssl_version") else NO_SETTING,
    )


@REGISTRY.adapter(*types("apig_api", "api_gateway_api"))
def api(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages apig_api, api_gateway_api: ``request_protocol`` HTTP, HTTPS or BOTH (HTTPS by default)."""
    protocol = resource.get("request_protocol").as_str().default("HTTPS").map(str.lower)
    plain = protocol.equals("http", "both")
    yield endpoint_row(
        resource,
        "api_gateway",
        host="",
        port=Cell(80 if word(protocol) == "http" else 443),
        protocol=protocol.map(lambda text: "http" if text == "both" else text),
        plaintext=plain,
        min_tls=Cell("none", protocol.at) if word(protocol) == "http" else NO_SETTING,
    )
