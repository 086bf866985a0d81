"""TLS endpoints: ingresses, gateways, routes and the settings of the NGINX ingress controller.

Sources: "Ingress" (kubernetes.io/docs); "Annotations" and "ConfigMaps" of Ingress-NGINX (a host with TLS is
redirected from clear text unless ``ssl-redirect`` is false); "Ingress annotations" of the AWS Load Balancer
Controller; "Routers" of Traefik; "TLS Configuration" of Gateway API; "Gateway" of Istio; "Secured routes" of
OpenShift.  The lowest TLS version is the controller's, not the ingress's: an ingress has no such setting
except where an annotation names a policy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from compliance.collect.kubernetes.exposure import ingress_class, ingress_internal
from compliance.collect.kubernetes.objects import Numbering, Object, World
from compliance.collect.yaml_tree import Node
from compliance.model.cell import ABSENT, Cell, Reason, Unknown
from compliance.model.location import Location
from compliance.model.row import NO_SETTING, Row, make_row

_NGINX: Final = "nginx.ingress.kubernetes.io/"
_ALB: Final = "alb.ingress.kubernetes.io/"
_TRAEFIK: Final = "traefik.ingress.kubernetes.io/"
_WEAK: Final = re.compile(r"(?i)RC4|3DES|DES|ANULL|ENULL|NULL|EXPORT|EXP|MD5|ADH|AECDH|LOW|ALL|CBC3")
_VERSIONS: Final = (
    ("SSLv3", "ssl3"),
    ("TLSv1", "tls10"),
    ("TLSv1.0", "tls10"),
    ("TLSv1.1", "tls11"),
    ("TLSv1.2", "tls12"),
    ("TLSv1.3", "tls13"),
)


def rows(one: Object, world: World) -> Iterator[Row]:
    """The tls_endpoint rows of an object."""
    if one.kind == "Ingress":
        yield from _ingress(one)
    elif one.kind == "ConfigMap":
        yield from _controller(one)
    elif one.kind == "Gateway":
        yield from _gateway(one, world)
    elif one.kind == "Route" and one.group == "route.openshift.io":
        yield from _route(one)


def _endpoint(
    one: Object,
    at: Location,
    mark: str,
    host: Cell | str,
    port: int | Cell,
    tls: bool,
    plaintext: Cell,
    redirect: Any,
    **more: Any,
) -> Row:
    columns: dict[str, Any] = {
        "internet_facing": True, "min_tls": NO_SETTING if tls else "none", "weak_ciphers": NO_SETTING,
        "cert_key_algorithm": NO_SETTING, "cert_key_bits": NO_SETTING, "cert_valid": NO_SETTING, "hsts": NO_SETTING,
    }  # fmt: skip
    return make_row(
        "tls_endpoint", at, endpoint_id=mark, endpoint_kind="ingress", host=host, port=port,
        protocol="https" if tls else "http", plaintext=plaintext, http_redirect=redirect, **{**columns, **more}, **one.identity(),
    )  # fmt: skip


def _ingress(one: Object) -> Iterator[Row]:
    spec = one.node.get("spec")
    numbers = Numbering()
    found: list[tuple[Location, Cell]] = []
    for rule in spec.get("rules").items:
        found.append((rule.at, rule.cell("host").as_str().default("*")))
    if not found:
        found.append((one.at, Cell("*")))
    seen = set()
    for at, host in found:
        if host.known and host.value in seen:
            continue  # two rules for one host share its certificate
        seen.add(host.value if host.known else None)
        plaintext, redirect, tls = _clear_text(one, spec, host)
        policy = _alb_policy(one) if tls else Cell("none")
        mark = numbers.unique(f"{one.id}/{host.value if host.known else '-'}")
        yield _endpoint(
            one, at, mark, host, 443 if tls else 80, tls, plaintext, redirect, internet_facing=not ingress_internal(one),
            min_tls=NO_SETTING if policy.absent else policy, weak_ciphers=_ciphers(one.annotation(_NGINX + "ssl-ciphers")),
        )  # fmt: skip


def _clear_text(one: Object, spec: Node, host: Cell) -> tuple[Cell, Cell, bool]:
    """Whether a host is served in clear text, whether clear text is redirected, whether it has TLS at all."""
    forced = one.annotation(_NGINX + "force-ssl-redirect").as_bool()
    if forced.value is True:
        return Cell(False, forced.at), forced, True
    ports = one.annotation(_ALB + "listen-ports")
    certificate = one.annotation(_ALB + "certificate-arn")
    if not ports.absent or not certificate.absent or ingress_class(one) == "alb":
        return _alb(one, ports, certificate, spec)
    only = one.annotation(_TRAEFIK + "router.entrypoints")
    if one.annotation(_TRAEFIK + "router.tls").as_bool().value is True or only.value == "websecure":
        return Cell(False, only.at), Cell(False), True
    covered = _covered(spec, host)
    if covered.unknown:
        return covered, covered, True
    if not covered.value:
        return Cell(True, covered.at), Cell(False), False
    for name in (_NGINX + "ssl-redirect", "ingress.kubernetes.io/ssl-redirect"):
        stated = one.annotation(name).as_bool()
        if stated.unknown:
            return stated, stated, True
        if stated.value is False:
            return Cell(True, stated.at), stated, True
    return Cell(False, covered.at), Cell(True), True


def _covered(spec: Node, host: Cell) -> Cell:
    """Whether an entry of ``tls`` covers the host."""
    if spec.get("tls").unknown is not None:
        return spec.cell("tls")
    doubt: Cell | None = None
    for entry in spec.get("tls").items:
        names = entry.cells("hosts")
        if not names:
            return Cell(True, entry.at)  # the controller's default certificate, for every host
        for name in names:
            if name.unknown or host.unknown:
                if name.unknown and host.unknown and name.value == host.value:
                    return Cell(True, name.at)
                doubt = name if name.unknown else host
            elif _matches(str(name.value), str(host.value)):
                return Cell(True, name.at)
    return doubt or Cell(False)


def _matches(pattern: str, host: str) -> bool:
    if pattern.lower() == host.lower():
        return True
    return pattern.startswith("*.") and host.lower().partition(".")[2] == pattern[2:].lower()


def _alb(one: Object, ports: Cell, certificate: Cell, spec: Node) -> tuple[Cell, Cell, bool]:
    if ports.unknown:
        return ports, ports, True
    text = (
        str(ports.value)
        if ports.known
        else ('[{"HTTPS": 443}]' if not certificate.absent or spec.has("tls") else '[{"HTTP": 80}]')
    )
    plain, secure = re.search(r'"HTTP"', text) is not None, '"HTTPS"' in text
    redirect = one.annotation(_ALB + "ssl-redirect")
    actions = [
        c
        for name, node in one.node.get("metadata", "annotations").pairs()
        if "/actions." in name and '"redirect"' in node.text and "HTTPS" in node.text
        for c in [node.cell()]
    ]
    moved = redirect if not redirect.absent else (actions[0] if actions else ABSENT)
    if not plain:
        return Cell(False, ports.at), Cell(False), True
    if secure and not moved.absent:
        return Cell(False, moved.at), Cell(True, moved.at), True
    return Cell(True, ports.at), Cell(False), secure


def _alb_policy(one: Object) -> Cell:
    """Lowest version of an AWS security policy by its name; absent for other controllers."""
    policy = one.annotation(_ALB + "ssl-policy")
    if policy.absent:
        return Cell("tls10") if ingress_class(one) == "alb" else ABSENT  # ELBSecurityPolicy-2016-08

    def lowest(name: Any) -> Any:
        text = str(name)
        for mark, version in (("TLS13-1-3", "tls13"), ("TLS13-1-2", "tls12"), ("TLS13-1-1", "tls11"), ("TLS13-1-0", "tls10"),
                              ("1-2", "tls12"), ("1-1", "tls11"), ("2016-08", "tls10"), ("2015-05", "tls10"), ("TLS-1-0", "tls10")):  # fmt: skip
            if mark in text:
                return version
        return Unknown(Reason("unreadable_value", text[:60]))

    return policy.map(lowest)


def _ciphers(cell: Cell) -> Any:
    """Whether an OpenSSL cipher list adds a weak suite by name (``!`` and ``-`` take suites away)."""
    if cell.absent:
        return NO_SETTING
    return cell.map(lambda v: any(_weak(token) for token in re.split(r"[:, ]+", str(v))))


def _weak(token: str) -> bool:
    return token[:1] not in ("!", "-") and any(_WEAK.fullmatch(part) for part in token.lstrip("+").split("-"))


def _controller(one: Object) -> Iterator[Row]:
    """The NGINX ingress controller's own protocols and suites, where its ConfigMap states them."""
    data = one.node.get("data")
    protocols, ciphers = data.cell("ssl-protocols").as_str(), data.cell("ssl-ciphers").as_str()
    if protocols.absent and ciphers.absent:
        return

    def lowest(text: Any) -> Any:
        words = str(text).split()
        ranked = [v for name, v in _VERSIONS if name in words]
        return ranked[0] if ranked else Unknown(Reason("unreadable_value", str(text)[:60]))

    yield _endpoint(
        one, data.at, one.id, "*", 443, True, Cell(False), NO_SETTING, internet_facing=NO_SETTING,
        min_tls=protocols.map(lowest).default("tls12"), weak_ciphers=_ciphers(ciphers),
    )  # fmt: skip


def _gateway(one: Object, world: World) -> Iterator[Row]:
    """Listeners of a Gateway API gateway, servers of an Istio one."""
    numbers = Numbering()
    spec = one.node.get("spec")
    for node in spec.get("listeners").items:
        protocol = node.cell("protocol").as_str()
        if protocol.value not in ("HTTP", "HTTPS", "TLS") and not protocol.unknown:
            continue
        tls = protocol.value in ("HTTPS", "TLS")
        mark = numbers.unique(f"{one.id}/{node.get('name').text or node.get('port').text}")
        host = node.cell("hostname").as_str().default("*")
        moved = protocol.value == "HTTP" and _only_redirects(one, node.get("name").text, world)
        clear = protocol if protocol.unknown else Cell(not tls and not moved, protocol.at)
        yield _endpoint(one, node.at, mark, host, node.cell("port").as_int(), tls, clear, moved)
    for node in spec.get("servers").items:
        protocol = node.cell("port", "protocol").as_str().map(str.upper)
        if protocol.value not in ("HTTP", "HTTPS", "TLS", "HTTP2", "GRPC") and not protocol.unknown:
            continue
        tls = protocol.value in ("HTTPS", "TLS")
        redirect = node.cell("tls", "httpsRedirect").as_bool().default(False)
        clear = (
            protocol if protocol.unknown else Cell(False, protocol.at) if tls else Cell(not redirect.value, protocol.at)
        )
        mark = numbers.unique(f"{one.id}/{node.get('port', 'name').text or node.get('port', 'number').text}")
        names = node.cells("hosts")
        lowest = node.cell("tls", "minProtocolVersion").map(_istio_version)
        yield _endpoint(
            one, node.at, mark, names[0] if names else "*", node.cell("port", "number").as_int(), tls, clear, redirect,
            min_tls=lowest.default("tls12") if tls else "none",
        )  # fmt: skip


def _only_redirects(gateway: Object, listener: str, world: World) -> bool:
    """Whether every rule of every route on a listener redirects to HTTPS, and there is one."""
    rules = [
        rule
        for route in world.routes
        if any(
            parent.get("name").text == gateway.name and parent.get("sectionName").text in ("", listener)
            for parent in route.node.get("spec", "parentRefs").items
        )
        for rule in route.node.get("spec", "rules").items
    ]
    return bool(rules) and all(
        any(f.get("requestRedirect", "scheme").text == "https" for f in rule.get("filters").items) for rule in rules
    )


def _istio_version(text: Any) -> Any:
    known = {"TLS_AUTO": "tls12", "TLSV1_0": "tls10", "TLSV1_1": "tls11", "TLSV1_2": "tls12", "TLSV1_3": "tls13"}
    return known.get(str(text)) or Unknown(Reason("unreadable_value", str(text)[:60]))


def _route(one: Object) -> Iterator[Row]:
    """An OpenShift route: clear text unless it terminates TLS and does not allow insecure traffic."""
    spec = one.node.get("spec")
    ended, insecure = spec.cell("tls", "termination"), spec.cell("tls", "insecureEdgeTerminationPolicy")
    tls = not ended.absent
    clear = insecure.map(lambda v: str(v).lower() == "allow").default(False) if tls else Cell(True)
    yield _endpoint(
        one, one.at, one.id, spec.cell("host").as_str().default("*"), 443 if tls else 80, tls, clear,
        insecure.equals("Redirect").default(False),
    )  # fmt: skip
