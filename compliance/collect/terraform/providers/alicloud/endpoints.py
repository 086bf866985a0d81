"""Load balancers: classic (SLB), application (ALB), network (NLB) and global accelerator (GA) listeners."""

from __future__ import annotations

from collections.abc import Iterable

from compliance.collect.terraform.providers.alicloud.log_rows import log_source_row
from compliance.collect.terraform.providers.alicloud.registry import REGISTRY
from compliance.collect.terraform.providers.alicloud.settings import first, linked
from compliance.collect.terraform.providers.alicloud.tls_rows import (
    CUSTOM_POLICIES,
    custom_policy,
    endpoint_row,
    policy_columns,
)
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, any_true
from compliance.model.row import Row

_SLB = ("alicloud_slb_load_balancer", "alicloud_slb")
_LISTENERS = ("alicloud_slb_listener", "alicloud_alb_listener", "alicloud_nlb_listener", "alicloud_ga_listener")
_PASSED_THROUGH = ("tcp", "udp")
_ATTACHMENT = "alicloud_alb_load_balancer_access_log_config_attachment"


def _balancer(resource: Resource, world: World) -> Resource | None:
    for ref in resource.get("load_balancer_id").refs:
        found = world.find(ref)
        if found is not None:
            return found
    return None


def _faces_internet(balancer: Resource | None, resource: Resource) -> Cell:
    if balancer is None:
        return resource.get("load_balancer_id").or_unknown("not_stated", "load_balancer_id").map(lambda _: None)
    kind = balancer.get("address_type")
    if kind.absent and balancer.type in _SLB:
        # A classic balancer without address_type is public unless it stands in a vSwitch.
        internet = balancer.get("internet").as_bool()
        return Cell(not balancer.has("vswitch_id")) if internet.absent else internet
    return kind.as_str().equals("internet")


@REGISTRY.adapter("alicloud_slb_listener", reads=(*_SLB, *CUSTOM_POLICIES))
def slb_listener(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages slb_listener, slb_load_balancer, slb_tls_cipher_policy.

    Defaults: no redirect (``listener_forward`` off), tls_cipher_policy_1_0.  TCP and UDP pass
    through; what they carry is the server's own matter.
    """
    protocol = resource.get("protocol").as_str().map(str.lower)
    if protocol.value in _PASSED_THROUGH:
        return
    redirect = resource.get("listener_forward").as_bool().default(False)
    columns = policy_columns(resource.get("tls_cipher_policy"), world) if protocol.value in ("https", "tcpssl") else {}
    if protocol.value == "http":
        columns = {"min_tls": Cell("none", protocol.at), "http_redirect": redirect}
    yield endpoint_row(
        resource,
        "load_balancer",
        port=resource.get("frontend_port").as_int(),
        protocol=protocol,
        internet_facing=_faces_internet(_balancer(resource, world), resource),
        plaintext=_plaintext(protocol, redirect),
        **columns,
    )


def _plaintext(protocol: Cell, redirect: Cell) -> Cell:
    """HTTP that is not only a redirect; the finding stands where the protocol is written."""
    if protocol.value != "http":
        return protocol.map(lambda _: False)
    return Cell(redirect.value is not True if redirect.known else redirect.value, protocol.at)


@REGISTRY.adapter("alicloud_alb_listener", reads=("alicloud_alb_load_balancer", "alicloud_alb_rule"))
def alb_listener(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages alb_listener, alb_rule, alb_security_policy.

    A redirect to HTTPS is a default action of the listener or an action of one of its rules.
    """
    protocol = resource.get("listener_protocol").as_str().map(str.lower)
    columns = policy_columns(resource.get("security_policy_id"), world) if protocol.value == "https" else {}
    if protocol.value == "quic":
        columns = {"min_tls": Cell("tls13", protocol.at)}
    redirect = _redirects(resource, world)
    if protocol.value == "http":
        columns = {"min_tls": Cell("none", protocol.at), "http_redirect": redirect}
    yield endpoint_row(
        resource,
        "load_balancer",
        port=resource.get("listener_port").as_int(),
        protocol=protocol,
        internet_facing=_faces_internet(_balancer(resource, world), resource),
        plaintext=_plaintext(protocol, redirect),
        **columns,
    )


def _redirects(resource: Resource, world: World) -> Cell:
    actions = list(resource.blocks("default_actions"))
    for rule in linked(world, resource, "listener_id", "alicloud_alb_rule"):
        actions += rule.blocks("rule_actions")
    targets = [action.get("redirect_config.protocol").equals("https") for action in actions if action.get("type").equals("redirect").value is True]
    return any_true(target for target in targets if not target.absent).default(False)


@REGISTRY.adapter("alicloud_nlb_listener", reads=("alicloud_nlb_load_balancer",))
def nlb_listener(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages nlb_listener, nlb_security_policy: TCPSSL ends TLS, TCP and UDP pass through."""
    protocol = resource.get("listener_protocol").as_str().map(lambda text: text.lower().replace("tcpssl", "tls"))
    if protocol.value in _PASSED_THROUGH:
        return
    columns = policy_columns(resource.get("security_policy_id"), world) if protocol.value == "tls" else {}
    yield endpoint_row(
        resource,
        "load_balancer",
        port=resource.get("listener_port").as_int(),
        protocol=protocol,
        internet_facing=_faces_internet(_balancer(resource, world), resource),
        plaintext=protocol.map(lambda _: False),
        **columns,
    )


@REGISTRY.adapter("alicloud_ga_listener")
def ga_listener(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page ga_listener: protocol TCP by default; HTTPS uses tls_cipher_policy_1_0 by default."""
    protocol = resource.get("protocol").default("tcp").as_str().map(str.lower)
    if protocol.value in _PASSED_THROUGH:
        return
    columns = policy_columns(resource.get("security_policy_id"), world) if protocol.value == "https" else {}
    if protocol.value == "http":
        columns = {"min_tls": Cell("none", protocol.at), "http_redirect": Cell(False)}
    yield endpoint_row(
        resource,
        "load_balancer",
        port=resource.get("port_ranges.from_port").as_int(),
        protocol=protocol,
        internet_facing=True,
        plaintext=_plaintext(protocol, Cell(False)),
        **columns,
    )


@REGISTRY.adapter(*CUSTOM_POLICIES)
def unused_policy(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages slb_tls_cipher_policy, alb_security_policy, nlb_security_policy.

    A policy that a listener of this repository uses shows in the listener's row; one that none uses
    gets a row of its own, because something outside will use it.
    """
    for attribute in ("tls_cipher_policy", "security_policy_id"):
        if linked(world, resource, attribute, *_LISTENERS):
            return
    yield endpoint_row(resource, "load_balancer", protocol="tls", plaintext=False, **custom_policy(resource))


@REGISTRY.adapter("alicloud_alb_load_balancer", reads=(_ATTACHMENT,))
def alb_access_log(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages alb_load_balancer, alb_load_balancer_access_log_config_attachment: no access log by default."""
    store = resource.get("access_log_config.log_store")
    for attachment in linked(world, resource, "load_balancer_id", _ATTACHMENT):
        store = first(attachment, "log_store")
    yield log_source_row(resource, "load_balancer", "access", Cell(not store.absent, store.at), store)
