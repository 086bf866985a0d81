"""tls_endpoint rows: one row a server and port that something outside the host can reach.

Defaults: nginx documentation, ngx_http_ssl_module.  ``ssl_protocols``: since 1.27.3 TLSv1.2 and TLSv1.3; before
that TLSv1 and TLSv1.1 too (TLSv1.3 joined in 1.23.4).  A repository does not say which nginx will read its files,
and the distributions in use ship older ones, so a server that states nothing is taken to accept TLSv1.
``ssl_ciphers``: ``HIGH:!aNULL:!MD5``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from compliance.collect.cipher_list import accepted, weakest
from compliance.collect.conf_text import hole, unique, unreadable
from compliance.collect.nginx.redirect import outcome
from compliance.collect.nginx.scope import CERTBOT, Levels, Port, Server, all_stated, effective, missing
from compliance.model.cell import Cell, Reason, Unknown, any_true
from compliance.model.row import NO_SETTING, Row, make_row

_VERSIONS: Final = {
    "sslv2": "ssl3", "sslv3": "ssl3", "tlsv1": "tls10", "tlsv1.0": "tls10", "tlsv1.1": "tls11", "tlsv1.2": "tls12", "tlsv1.3": "tls13",
}  # fmt: skip
_ORDER: Final = ("ssl3", "tls10", "tls11", "tls12", "tls13")


def lowest(words: list[str]) -> str | Unknown:
    """Lowest of the named protocol versions."""
    known = [_VERSIONS[w.lower()] for w in words if w.lower() in _VERSIONS]
    return min(known, key=_ORDER.index) if known else unreadable(" ".join(words))


def endpoints(server: Server, seen: dict[str, int]) -> Iterator[Row]:
    """The rows of one server."""
    for port in server.ports():
        number = str(port.port.value) if port.port.known else "?"
        identity: dict[str, Any] = {
            "endpoint_id": unique(f"{server.block.at.path}:{server.name}:{number}", seen),
            "provider": "nginx", "resource_type": "nginx_server", "endpoint_kind": "web_server",
            "host": "" if server.name == "_" else server.name, "port": port.port,
            "internet_facing": _facing(port),
        }  # fmt: skip
        if server.kind == "stream":
            if port.secure is not None and port.plain is None:
                yield make_row("tls_endpoint", server.block.at, **identity, **_secure(server, port), protocol="tls")
            continue
        if port.plain is not None:
            yield make_row("tls_endpoint", server.block.at, **identity, **_plain(server, port), protocol="http")
        else:
            yield make_row("tls_endpoint", server.block.at, **identity, **_secure(server, port), protocol="https")


def _facing(port: Port) -> Cell:
    if port.scope.value in ("private", "public"):
        return Cell(port.scope.value == "public", port.scope.at)
    return Cell(Unknown(Reason("not_collected", "internet_facing")))


def _plain(server: Server, port: Port) -> dict[str, Any]:
    assert port.plain is not None
    result = outcome(server.block.block or ())
    at = port.plain.at
    unknown = Cell(Unknown(Reason("unresolved_variable", port.plain.condition or "return")), at)
    undecided = result == "unknown" or bool(port.plain.condition)
    clear = unknown if undecided and result != "redirect" else Cell(result == "content", at)
    return {
        "plaintext": clear,
        "http_redirect": unknown if undecided and result == "unknown" else Cell(result == "redirect", at),
        "min_tls": Cell("none", at) if clear.value is True else NO_SETTING,
        "weak_ciphers": NO_SETTING, "hsts": NO_SETTING, "cert_valid": NO_SETTING,
        "cert_key_algorithm": NO_SETTING, "cert_key_bits": NO_SETTING,
    }  # fmt: skip


def _secure(server: Server, port: Port) -> dict[str, Any]:
    assert port.secure is not None
    refuses = effective(server.levels, "ssl_reject_handshake", "off")
    tls: Any = protocols(server.levels)
    weak: Any
    weak, name = ciphers(server.levels)
    if tls.value == "tls13":
        weak, name = Cell(False, tls.at), Cell()
    if port.secure.quic and not port.secure.tls:  # QUIC has TLS 1.3 and nothing else
        tls, weak, name = Cell("tls13", port.secure.at), Cell(False), Cell()
    if refuses.value == "on":
        tls, weak, name = NO_SETTING, NO_SETTING, Cell()
    columns: dict[str, Any] = {
        "plaintext": Cell(False, port.secure.at), "http_redirect": NO_SETTING, "min_tls": tls, "weak_ciphers": weak,
        "hsts": strict_transport(server) if server.kind == "http" and refuses.value != "on" else NO_SETTING,
        "cert_valid": upstream_verified(server),
    }  # fmt: skip
    return columns | ({"weakest_cipher": name} if name.known else {})


def protocols(levels: Levels, name: str = "ssl_protocols") -> Cell:
    """Lowest protocol accepted; the stricter reading of ``ssl_conf_command MinProtocol`` wins."""
    for directive in all_stated(levels, "ssl_conf_command"):
        if len(directive.args) == 2 and directive.args[0].lower() == "minprotocol":
            return Cell(lowest([directive.args[1]]), directive.at)
    found = effective(levels, name, None)
    if found.absent:
        return Cell("tls12" if _certbot(levels) else "tls10")
    return found.map(lambda v: unreadable(v) if "$" in v else lowest(v.split()))


def _certbot(levels: Levels) -> bool:
    return any(d.name == "include" and d.value.endswith(CERTBOT) for level in levels for d in level)


def ciphers(levels: Levels, name: str = "ssl_ciphers") -> tuple[Cell, Cell]:
    """Whether weak suites are accepted, and the weakest accepted suite; both in the place of the list."""
    found = effective(levels, name, "HIGH:!aNULL:!MD5")
    if not found.known:
        return found, Cell()
    suites = None if "$" in str(found.value) or "PROFILE=" in str(found.value) else accepted(str(found.value))
    if suites is None:
        return Cell(unreadable(str(found.value)), found.at), Cell()
    worst = weakest(suites)
    return Cell(any(s.weak for s in suites), found.at), Cell(worst.name if worst else None, found.at)


_MAX_AGE: Final = re.compile(r"max-age\s*=\s*\"?(\d+)", re.IGNORECASE)


def strict_transport(server: Server) -> Cell:
    """Whether Strict-Transport-Security is sent: by the server, else by its ``location /``."""
    own = _header(server.levels)
    if own is not None:
        return own
    for name, levels, _ in server.locations():
        if name == "/" and (found := _header(levels)) is not None:
            return found
    return missing(server.levels, "add_header") or Cell(False)


def _header(levels: Levels) -> Cell | None:
    for d in all_stated(levels, "add_header"):
        if len(d.args) >= 2 and d.args[0].lower() == "strict-transport-security":
            return _sent(d.args[1], Cell(True, d.at))
    for level in levels:  # headers-more adds to what other levels set
        for d in level:
            joined = " ".join(d.args)
            if d.name == "more_set_headers" and "strict-transport-security" in joined.lower():
                return _sent(joined, Cell(True, d.at))
    return None


def _sent(value: str, sent: Cell) -> Cell:
    age = _MAX_AGE.search(value)
    if age:
        return Cell(bool(age[1].strip("0")), sent.at)
    if "$" in value or hole(value):
        return Cell(Unknown(Reason("unresolved_variable", value[:60])), sent.at)
    return Cell(False, sent.at)


def upstream_verified(server: Server) -> Any:
    """Whether certificates of upstreams are verified (``proxy_ssl_verify``, default off); NO_SETTING without HTTPS upstreams."""
    found = [
        (effective(levels, f"{kind}_ssl_verify", "off"), d.at)
        for levels in [server.levels, *(inner for _, inner, _ in server.locations())]
        for d in levels[-1]
        for kind, scheme in (("proxy", "https://"), ("grpc", "grpcs://"), ("uwsgi", "suwsgi://"))
        if d.name == f"{kind}_pass" and d.value.lower().startswith(scheme)
    ]
    if not found:
        return NO_SETTING
    off = any_true(value.equals("off") if value.at else Cell(value.value == "off", at) for value, at in found)
    return off.map(lambda v: not v)
