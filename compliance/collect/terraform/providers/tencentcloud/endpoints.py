"""Load balancers and accelerators: what protocol each listener speaks and which TLS versions it takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from compliance.collect.terraform.providers.common import log_source
from compliance.collect.terraform.providers.tencentcloud.registry import REGISTRY
from compliance.collect.terraform.providers.tencentcloud.settings import endpoint_row, lowest_tls, owner, place_row, tls_version
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, Reason, Unknown
from compliance.model.row import NO_SETTING, Row

_REDIRECT: Final = "tencentcloud_clb_redirection"
_LISTENER: Final = "tencentcloud_clb_listener"
_TRANSPORT: Final = ("tcp", "udp", "quic")


@REGISTRY.adapter(_LISTENER, reads=(_REDIRECT, "tencentcloud_clb_instance"))
def listener(res: Resource, world: World) -> Iterator[Row]:
    """Provider pages clb_listener, clb_redirection, clb_instance.

    TCP, UDP and QUIC listeners carry whatever the server behind speaks and are left out.  HTTP serves clear
    text unless it is the source of a redirection to an HTTPS listener.  TLS versions are chosen with a
    custom configuration outside the listener (``clb_customized_config``): no such argument here.
    """
    protocol = res.get("protocol").as_str().map(str.lower).or_unknown("not_stated", "protocol")
    if protocol.value in _TRANSPORT:
        return
    redirected = _redirected(res, world)
    yield endpoint_row(
        res, "load_balancer", port=res.get("port").as_int(), protocol=protocol, internet_facing=_internet(res, world),
        plaintext=protocol.map(lambda v: v == "http" and not redirected), http_redirect=Cell(redirected),
    )  # fmt: skip


def _redirected(res: Resource, world: World) -> bool:
    """A redirection starts here, or an automatic one of the same load balancer covers port 80."""
    if world.linked(res, "source_listener_id", _REDIRECT, by=("listener_id", "id")):
        return True
    balancer = res.get("clb_id")
    for other in world.of_type(_REDIRECT):
        same = other.get("clb_id")
        shared = bool(set(same.refs) & set(balancer.refs)) or (same.known and same.value == balancer.value)
        if shared and other.get("is_auto_rewrite").as_bool().value is True and res.get("port").as_int().value == 80:
            return True
    return False


def _internet(res: Resource, world: World) -> Any:
    balancer = owner(world, res.get("clb_id"), "tencentcloud_clb_instance", by=("id",))
    if balancer is None:
        return NO_SETTING
    return balancer.get("network_type").as_str().equals("OPEN")


@REGISTRY.adapter("tencentcloud_clb_instance")
def access_log(res: Resource, world: World) -> Iterator[Row]:
    """Provider page clb_instance: access log to CLS once ``log_topic_id`` is set; back ends may lie in another region."""
    topic = res.get("log_topic_id")
    attached = world.linked(res, "load_balancer_id", "tencentcloud_clb_cls_log_attachment", by=("id",))
    on = Cell(True, topic.at) if topic.unknown and topic.refs else topic.map(bool).default(bool(attached))
    yield log_source(res, "load_balancer", on, topic)
    region = res.get("target_region_info_region")
    if not region.absent:
        yield place_row(res, "target", "upstream", region)


_GAAP_SUITES: Final = ("gaap_tls_ciphers_strict", "gaap_tls_ciphers_general")


@REGISTRY.adapter("tencentcloud_gaap_layer7_listener")
def gaap(res: Resource, world: World) -> Iterator[Row]:
    """Provider page gaap_layer7_listener: HTTP or HTTPS; ``tls_support_versions`` as listed (every version when not,
    待核), suites GAAP_TLS_CIPHERS_WIDE by default, which counts as weak.
    """
    protocol = res.get("protocol").as_str().map(str.lower).or_unknown("not_stated", "protocol")
    columns: dict[str, Any] = {}
    if protocol.value == "https":
        columns["min_tls"] = lowest_tls(res.get("tls_support_versions").default(["TLSv1"]))
        columns["weak_ciphers"] = res.get("tls_ciphers").as_str().map(lambda v: v.lower() not in _GAAP_SUITES).default(True)
    yield endpoint_row(res, "load_balancer", port=res.get("port").as_int(), protocol=protocol, internet_facing=True, plaintext=protocol.map(lambda v: v == "http"), **columns)


@REGISTRY.adapter("tencentcloud_dayu_l7_rule", "tencentcloud_dayu_l7_rule_v2")
def dayu(res: Resource, world: World) -> Iterator[Row]:
    """Provider pages dayu_l7_rule, dayu_l7_rule_v2: forwarding of the DDoS protection, http or https."""
    rule = res if res.type == "tencentcloud_dayu_l7_rule" else (list(res.blocks("rule")) or [res])[0]
    protocol = rule.get("protocol").as_str().map(str.lower).or_unknown("not_stated", "protocol")
    host = rule.get("domain").as_str().default("")
    yield endpoint_row(res, "load_balancer", host=host, protocol=protocol, internet_facing=True, plaintext=protocol.map(lambda v: v == "http"))


_POLICY: Final = re.compile(r"tls_policy_(1\.[0-3])")


def _policy_floor(text: str) -> Any:
    match = _POLICY.match(text.strip().lower())
    return (match and tls_version(match[1])) or Unknown(Reason("unreadable_value", text[:40]))


@REGISTRY.adapter("tencentcloud_ga2_listener")
def ga2(res: Resource, world: World) -> Iterator[Row]:
    """Provider page ga2_listener: TCP by default; HTTPS with ``cipher_policy_id`` ``tls_policy_1.2``, ..."""
    protocol = res.get("protocol").default("TCP").as_str().map(str.lower)
    if protocol.value in _TRANSPORT:
        return
    columns: dict[str, Any] = {}
    if protocol.value == "https":
        columns["min_tls"] = res.get("cipher_policy_id").as_str().map(_policy_floor)
    yield endpoint_row(
        res, "load_balancer", port=res.get("port_ranges.from_port").as_int(), protocol=protocol, internet_facing=True,
        plaintext=protocol.map(lambda v: v == "http"), **columns,
    )  # fmt: skip
