"""Load balancer listeners and their access logs."""

from __future__ import annotations

from collections.abc import Iterable

from compliance.collect.terraform.providers.common import log_source
from compliance.collect.terraform.providers.huaweicloud.addresses import BINDINGS, bound_address
from compliance.collect.terraform.providers.huaweicloud.registry import REGISTRY, types
from compliance.collect.terraform.providers.huaweicloud.settings import (
    Columns,
    Setting,
    block_present,
    first,
    linked,
    names_something,
    truth,
    word,
)
from compliance.collect.terraform.providers.huaweicloud.tls_rows import endpoint_row, policy_columns
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, any_true
from compliance.model.row import NO_SETTING, Row

_BALANCERS = types("elb_loadbalancer", "lb_loadbalancer", "lb_loadbalancer_v2")
_LISTENERS = types("elb_listener", "lb_listener", "lb_listener_v2")
_FORWARDS = types("elb_l7policy", "lb_l7policy", "lb_l7policy_v2")


@REGISTRY.adapter(*_LISTENERS, reads=(*_FORWARDS, *BINDINGS, "huaweicloud_elb_security_policy"))
def listener(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages elb_listener, lb_listener, elb_l7policy, lb_l7policy, elb_security_policy.

    HTTP is clear text unless every request is redirected to HTTPS.  TCP and UDP carry what the backend speaks.
    """
    protocol = resource.get("protocol").as_str().map(str.lower)
    spoken = word(protocol)
    redirect = _redirects(resource, world)
    columns: Columns = {
        "host": "",
        "port": first(resource, "protocol_port", "port_ranges.start_port").as_int(),
        "protocol": protocol.map(lambda text: "https" if text == "terminated_https" else text),
        "internet_facing": _internet_facing(resource, world),
        "plaintext": protocol.equals("http"),
    }
    if spoken == "http":
        columns["http_redirect"] = redirect
        columns["min_tls"] = Cell("none", protocol.at)
        if redirect.value is not False:
            columns["plaintext"] = truth(redirect, False)
    elif spoken in ("https", "terminated_https", "tls", "quic") or protocol.unknown:
        columns |= policy_columns(resource.get("tls_ciphers_policy"), resource.get("security_policy_id"), world)
    yield endpoint_row(resource, "load_balancer", **columns)


def _redirects(resource: Resource, world: World) -> Cell:
    found = []
    for policy in linked(world, resource, "listener_id", *_FORWARDS):
        action = policy.get("action")
        if word(action) == "redirect_to_listener":
            found.append(Cell(True, action.at))
        elif word(action) == "redirect_to_url":
            secure = policy.get("redirect_url_config.protocol").equals("https").default(False)
            found.append(secure if secure.unknown else Cell(secure.value, action.at))
        elif action.unknown:
            found.append(action)
    return any_true(found).default(False)


def _internet_facing(resource: Resource, world: World) -> Setting:
    for ref in resource.get("loadbalancer_id").refs:
        balancer = world.find(ref)
        if balancer is not None and balancer.type in _BALANCERS:
            return _has_public_address(balancer, world)
    return NO_SETTING


def _has_public_address(balancer: Resource, world: World) -> Cell:
    names = ("ipv4_eip_id", "iptype", "bandwidth_id", "ipv6_bandwidth_id")
    own = [names_something(balancer.get(name)) for name in names]
    return any_true((*own, block_present(balancer, "publicip"), bound_address(balancer, world)))


@REGISTRY.adapter(*_BALANCERS, reads=types("elb_logtank"))
def access_log(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages elb_loadbalancer, lb_loadbalancer, elb_logtank: access logs are off by default.

    A balancer that has only TCP or UDP listeners in this repository writes no access log.
    """
    listeners = linked(world, resource, "loadbalancer_id", *_LISTENERS)
    layer4 = [word(one.get("protocol")) in ("tcp", "udp", "tls", "ip") for one in listeners]
    tanks = linked(world, resource, "loadbalancer_id", "huaweicloud_elb_logtank")
    if layer4 and all(layer4) and not tanks:
        return
    enabled = Cell(True, tanks[0].at) if tanks else Cell(False)
    store = tanks[0].get("log_topic_id") if tanks else Cell("")
    yield log_source(resource, "load_balancer", enabled, store)
