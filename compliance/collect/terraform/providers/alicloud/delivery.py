"""Content delivery, API gateways and web application firewalls: what clients connect to first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from compliance.collect.terraform.providers.alicloud.locations import area_row
from compliance.collect.terraform.providers.alicloud.log_rows import log_source_row
from compliance.collect.terraform.providers.alicloud.registry import REGISTRY
from compliance.collect.terraform.providers.alicloud.settings import (
    Columns,
    first,
    leaves,
    linked,
    lowest_tls,
    weak_cipher,
    word,
)
from compliance.collect.terraform.providers.alicloud.tls_rows import endpoint_row
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import ABSENT, Cell, Reason, Unknown, all_true
from compliance.model.row import NO_SETTING, Row

_CDN: Final = ("alicloud_cdn_domain_new", "alicloud_cdn_domain", "alicloud_dcdn_domain", "alicloud_scdn_domain")
_CONFIGS: Final = ("alicloud_cdn_domain_config", "alicloud_dcdn_domain_config", "alicloud_scdn_domain_config")
_MAINLAND: Final = ("domestic",)


@REGISTRY.adapter(*_CDN, "alicloud_vod_domain", "alicloud_live_domain")
def scope(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages cdn_domain_new, dcdn_domain, scdn_domain, vod_domain, live_domain: ``scope`` is domestic
    (mainland nodes only) by default, overseas or global.
    """
    yield area_row(resource, "scope", "cdn", resource.get("scope").default("domestic"), _MAINLAND)


@REGISTRY.adapter(*_CDN, reads=_CONFIGS)
def cdn(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages cdn_domain_new, cdn_domain_config, dcdn_domain, dcdn_domain_config.

    Without a certificate a domain speaks HTTP only; with one it speaks both until function https_force
    is on.  TLS 1.0 and later are accepted until function https_tls_version says otherwise (CDN
    "Configure TLS versions and cipher suites").
    """
    functions = _functions(resource, world)
    secure = _has_certificate(resource)
    forced = _argument(functions, "https_force", "enable").as_bool().default(False)
    if secure.value is True:
        plaintext = forced.map(lambda on: not on)
        columns: Columns = {"min_tls": _tls_floor(functions), "http_redirect": forced}
        columns["hsts"] = _argument(functions, "hsts", "enabled").as_bool().default(False)
    else:
        plaintext = secure.map(lambda _: True)
        columns = {"min_tls": secure.map(lambda _: "none"), "http_redirect": secure.map(lambda _: False)}
    yield endpoint_row(
        resource,
        "cdn",
        host=resource.get("domain_name").as_str(),
        port=secure.map(lambda on: 443 if on else 80),
        protocol=secure.map(lambda on: "https" if on else "http"),
        internet_facing=True,
        plaintext=plaintext,
        **columns,
    )


def _has_certificate(resource: Resource) -> Cell:
    if resource.type == "alicloud_dcdn_domain":
        return resource.get("ssl_protocol").as_bool().default(False)
    blocks = [*resource.blocks("certificate_config"), *resource.blocks("cert_infos")]
    if not blocks:
        return Cell(False)
    status = first(blocks[0], "server_certificate_status", "ssl_protocol")
    return Cell(True, blocks[0].at) if status.absent else status.as_bool()


def _functions(resource: Resource, world: World) -> dict[str, Resource]:
    found: dict[str, Resource] = {}
    for config in linked(world, resource, "domain_name", *_CONFIGS, by=("domain_name", "id")):
        found.setdefault(word(config.get("function_name")), config)
    return found


def _argument(functions: dict[str, Resource], function: str, name: str) -> Cell:
    config = functions.get(function)
    if config is None:
        return ABSENT
    for block in config.blocks("function_args"):
        if word(block.get("arg_name")) == name:
            return block.get("arg_value")
    return ABSENT


_VERSIONS: Final = ("tls10", "tls11", "tls12", "tls13")


def _tls_floor(functions: dict[str, Resource]) -> Cell:
    stated = [(version, _argument(functions, "https_tls_version", version).as_bool()) for version in _VERSIONS]
    for version, cell in stated:
        if cell.unknown:
            return cell
        # What the function does not mention stays on, as it is without the function.
        if cell.value is not False:
            return Cell(version, cell.at or next((c.at for _, c in stated if c.at), None))
    return Cell(Unknown(Reason("unreadable_value", "https_tls_version")))


@REGISTRY.adapter("alicloud_api_gateway_api")
def api(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page api_gateway_api: ``request_config.protocol`` is HTTP, HTTPS or both.

    TLS versions belong to the gateway instance and the group's domain, not to the API.
    """
    for number, request in enumerate(resource.blocks("request_config")):
        protocol = request.get("protocol").as_str()
        yield endpoint_row(
            resource,
            "api_gateway",
            f"/request/{number}",
            protocol=protocol.map(lambda text: text.lower().replace(" ", "")),
            internet_facing=True,
            plaintext=_speaks_http(protocol),
        )


def _speaks_http(protocol: Cell) -> Cell:
    return protocol.as_str().map(lambda text: "HTTP" in [part.strip().upper() for part in text.split(",")])


_HTTPS_POLICIES: Final = {"tls1_0": "tls10", "tls1_1": "tls11", "tls1_2": "tls12", "tls1_3": "tls13"}


@REGISTRY.adapter("alicloud_api_gateway_instance")
def api_instance(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page api_gateway_instance: ``https_policy`` ends in the lowest TLS version (HTTPS2_TLS1_0)."""
    policy = resource.get("https_policy").as_str()
    yield endpoint_row(
        resource,
        "api_gateway",
        protocol="https",
        plaintext=False,
        min_tls=policy.map(_policy_floor),
    )


def _policy_floor(text: str) -> object:
    name = text.lower().partition("_")[2]
    return _HTTPS_POLICIES.get(name, Unknown(Reason("unreadable_value", text[:60])))


@REGISTRY.adapter("alicloud_api_gateway_group", reads=("alicloud_api_gateway_log_config",))
def api_log(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages api_gateway_group, api_gateway_log_config: calls are logged once the account delivers
    PROVIDER logs to a log store.
    """
    configs = world.of_type("alicloud_api_gateway_log_config")
    store = configs[0].get("sls_log_store") if configs else ABSENT
    yield log_source_row(resource, "api_gateway", "access", Cell(bool(configs), store.at), store)


@REGISTRY.adapter("alicloud_waf_domain")
def waf(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page waf_domain: HTTP ports are clear text unless ``https_redirect`` is on."""
    clear = _has_ports(resource, "http_port")
    redirect = resource.get("https_redirect").as_bool().default(False)
    yield _waf_row(resource, first(resource, "domain_name", "domain"), clear, redirect, {})


@REGISTRY.adapter("alicloud_wafv3_domain")
def waf3(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page wafv3_domain: ``listen`` holds ports, ``tls_version`` (default tlsv1) and ciphers."""
    listen = resource.blocks("listen")
    if not listen:
        return
    block: Block = listen[0]
    weak, weakest = weak_cipher(block.get("custom_ciphers"))
    columns: Columns = {"min_tls": lowest_tls(block.get("tls_version").default("tlsv1"))}
    if not weak.absent:
        columns.update(weak_ciphers=weak, weakest_cipher=weakest)
    redirect = block.get("focus_https").as_bool().default(False)
    yield _waf_row(resource, resource.get("domain"), _has_ports(block, "http_ports"), redirect, columns)


def _has_ports(block: Block, attribute: str) -> Cell:
    cell = block.get(attribute)
    return cell if cell.unknown else Cell(bool(leaves(cell)), cell.at)


def _waf_row(resource: Resource, host: Cell, clear: Cell, redirect: Cell, columns: Columns) -> Row:
    plaintext = all_true((clear, redirect.map(lambda on: not on)))
    if plaintext.value is True:
        plaintext = Cell(True, clear.at)
    return endpoint_row(
        resource,
        "web_server",
        host=host.as_str(),
        protocol=clear.map(lambda on: "http" if on else "https"),
        internet_facing=True,
        plaintext=plaintext,
        http_redirect=redirect,
        **columns,
    )


@REGISTRY.adapter("alicloud_oss_bucket_https_config")
def bucket_tls(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page oss_bucket_https_config: TLS versions of a bucket, when the management of them is on.

    Whether plain HTTP is refused is a matter of the bucket policy (``object_storage.tls_only``).
    """
    enabled = resource.get("enable").as_bool()
    if enabled.value is False:
        return
    weak, weakest = weak_cipher(resource.get("cipher_suit.custom_cipher_suite"))
    yield endpoint_row(
        resource,
        "storage",
        host=resource.get("bucket").as_str(),
        protocol="https",
        internet_facing=True,
        plaintext=False,
        min_tls=lowest_tls(resource.get("tls_versions")),
        weak_ciphers=NO_SETTING if weak.absent else weak,
        weakest_cipher="" if weakest.absent else weakest,
    )
