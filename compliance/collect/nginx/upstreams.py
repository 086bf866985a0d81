"""data_location rows of nginx: hosts outside that requests or logs are sent to.

Source: nginx documentation, ``proxy_pass``, ``fastcgi_pass``, ``uwsgi_pass``, ``scgi_pass``, ``grpc_pass``,
``memcached_pass``, ``upstream``, and "Logging to syslog".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from compliance.collect.conf_text import cell, hole
from compliance.collect.host_place import host_place, region_of
from compliance.collect.nginx.files import Root
from compliance.collect.nginx.scope import Level, variables
from compliance.collect.nginx.syntax import Directive
from compliance.model.cell import Cell, Reason, Unknown
from compliance.model.row import Row, make_row

_PASS: Final = frozenset({"proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass", "memcached_pass"})
_URL: Final = re.compile(r"^(?:(?P<scheme>[a-z][a-z0-9+.]{0,12})://)?(?P<rest>[^/?#]{0,400})", re.IGNORECASE)
_SYSLOG: Final = re.compile(r"\bsyslog:server=(\[[^\]]{1,60}\]|[^:,\s]{1,255})")
_OWN: Final = frozenset({"host", "http_host", "server_addr", "server_name", "hostname"})


def split(directive: Directive) -> tuple[str, str]:
    """Scheme and host of a ``*_pass`` directive; both '' when it is none or goes to a socket."""
    if directive.name not in _PASS or not directive.args:
        return "", ""
    target = directive.args[0]
    found = _URL.match(target)
    if found is None or found["rest"].startswith("unix:"):
        return "", ""
    return (found["scheme"] or directive.name.partition("_")[0]).lower(), _host(found["rest"])


def _host(text: str) -> str:
    rest = text.rpartition("@")[2]
    if rest.startswith("["):
        return rest[1:].partition("]")[0]
    if hole(rest):
        return rest
    return rest.partition(":")[0]


def locations(root: Root, seen: set[str]) -> Iterator[Row]:
    """One row a file and host, in its first place; internal hosts have none."""
    named = _upstreams(root)
    stack: list[tuple[Directive, tuple[Level, ...]]] = [(d, (root.directives,)) for d in reversed(root.directives)]
    while stack:
        directive, levels = stack.pop()
        if directive.block is not None and directive.name not in ("map", "geo", "types", "split_clients"):
            stack += [(d, (*levels, directive.block)) for d in reversed(directive.block)]
        for written, kind, host in _hosts(directive, levels, root):
            if host.lower() in named:
                continue
            row = _row(written, kind, host, seen)
            if row is not None:
                yield row


def _upstreams(root: Root) -> set[str]:
    found = set()
    for level in (
        root.directives,
        *root.outer,
        *(d.block or () for d in root.directives if d.name in ("http", "stream")),
    ):
        found |= {d.args[0].lower() for d in level if d.name == "upstream" and d.args}
    return found


def _hosts(directive: Directive, levels: tuple[Level, ...], root: Root) -> Iterator[tuple[Directive, str, str]]:
    """Where each host is written, what it is for, and the host."""
    if directive.name in _PASS:
        _, host = split(directive)
        if host:
            for one in _resolve(host, levels, root):
                yield directive, "upstream", one
    elif directive.name == "upstream" and directive.block is not None:
        for server in directive.named("server"):
            if server.args and not server.args[0].startswith("unix:"):
                yield server, "upstream", _host(server.args[0])
    elif directive.name in ("access_log", "error_log"):
        for found in _SYSLOG.finditer(directive.value[:2000]):
            yield directive, "log_delivery", found[1].strip("[]")


def _resolve(host: str, levels: tuple[Level, ...], root: Root) -> list[str]:
    """A host with variables: replaced by what ``set`` or ``map`` give them; as written when they give nothing."""
    found = re.findall(r"\$\{?(\w+)\}?", host[:300])
    if not found or hole(host):
        return [host]
    known = variables(levels)
    if host.strip("${}") == found[0]:
        if found[0] in known:
            return [split_url(known[found[0]])]
        mapped = [split_url(v) for v in _mapped(root, levels, found[0])]
        if mapped:
            return mapped
    for name in found:
        if name in known:
            host = host.replace("${" + name + "}", known[name]).replace("$" + name, known[name])
    return [host]


def split_url(text: str) -> str:
    """Host of ``scheme://host:port/path`` or ``host:port``."""
    found = _URL.match(text)
    return _host(found["rest"]) if found else text


def _mapped(root: Root, levels: tuple[Level, ...], name: str) -> list[str]:
    for level in (*levels, *root.outer):
        for d in level:
            if d.name == "map" and d.block is not None and d.args[1:] == ("$" + name,):
                values = [b.args[0] for b in d.block if len(b.args) == 1 and b.name not in ("hostnames", "volatile")]
                return [v for v in values if v][:50]
    return []


def _row(directive: Directive, kind: str, host: str, seen: set[str]) -> Row | None:
    name = host.strip().lower()
    if not name or name.strip("${}") in _OWN:
        return None
    if hole(host) or directive.condition:
        place: Cell | None = cell(host, directive.at, directive.condition)
        if directive.condition and not hole(host) and host_place(host) is None:
            return None
    elif "$" in host:
        place = Cell(Unknown(Reason("unresolved_variable", host[:60])), directive.at)
        # ``$bucket.s3.amazonaws.com``: what stands after the variable tells the place
        tail = re.sub(r"^.*\$\{?\w+\}?", "x", host)
        if "." in tail and (told := host_place(tail)) is not None and told.known:
            place = Cell(told.value, directive.at)
    else:
        told = host_place(host)
        place = Cell(told.value, directive.at) if told is not None else None
    if place is None:
        return None
    mark = f"{directive.at.path}:{kind}:{name[:200]}"
    if mark in seen:
        return None
    seen.add(mark)
    region = region_of(name)
    extra = {"region": region} if region else {}
    return make_row(
        "data_location", directive.at, location_id=mark, provider="nginx", resource_type=f"nginx_{directive.name}",
        resource_id=directive.at.path, location_kind=kind, jurisdiction=place, place=Cell(host[:250], directive.at), **extra,
    )  # fmt: skip
