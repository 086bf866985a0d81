"""host_setting and log_source rows of nginx: what a configuration states, and the defaults of what matters.

Defaults, nginx documentation: ``autoindex off``, ``server_tokens on``, ``proxy_ssl_verify off``,
``ssl_verify_client off``, ``access_log logs/access.log combined``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from compliance.collect.conf_text import unique
from compliance.collect.host_place import host_place
from compliance.collect.nginx.files import Root
from compliance.collect.nginx.scope import Levels, Server, all_stated, contexts, effective, stated, text
from compliance.collect.nginx.syntax import Directive
from compliance.collect.nginx.upstreams import split
from compliance.model.cell import Cell
from compliance.model.location import Location
from compliance.model.row import Row, make_row

_DEFAULTS: Final = {"autoindex": "off", "server_tokens": "on"}
# Written ones are facts; their absence is not one that any control asks for.
_WRITTEN: Final = (
    "ssl_verify_client", "ssl_prefer_server_ciphers", "ssl_session_tickets", "ssl_stapling", "stub_status", "auth_basic",
    "client_max_body_size", "merge_slashes", "disable_symlinks", "proxy_ssl_verify", "grpc_ssl_verify", "dav_methods",
    "status_zone", "user", "error_log",
)  # fmt: skip


def settings(root: Root, found: list[Server], seen: dict[str, int]) -> Iterator[Row]:
    """Rows of the global level of a main file, of its servers and of their locations."""
    if root.main:
        for kind, levels, block in contexts(root):
            if kind == "http":
                yield from _global(root, levels, block, seen)
    for server in found:
        if server.kind != "http":
            continue
        own = server.levels[-1]
        for name, default in _DEFAULTS.items():
            if not (root.main or root.outer) or _states(own, name):
                yield _row(server.block.at, server.label, name, effective(server.levels, name, default), seen)
        yield from _written(server.label, own, seen)
        for name, levels, block in server.locations():
            scope = f"{server.label}{name if name.startswith('/') else ' ' + name}"
            for setting in _DEFAULTS:
                if _states(levels[-1], setting):
                    yield _row(block.at, scope, setting, effective(levels, setting, None), seen)
            yield from _written(scope, levels[-1], seen)
            yield from _clear_upstream(scope, levels, seen)
        yield from _clear_upstream(server.label, server.levels, seen)


def _global(root: Root, levels: Levels, block: Directive, seen: dict[str, int]) -> Iterator[Row]:
    for name, default in _DEFAULTS.items():
        yield _row(block.at, "", name, effective(levels, name, default), seen)
    yield _row(block.at, "", "access_log", effective(levels, "access_log", "logs/access.log combined"), seen)
    yield from _written("", (*root.directives, *levels[-1]), seen)


def _states(level: tuple[Directive, ...], name: str) -> bool:
    return any(d.name == name and d.block is None for d in level)


def _written(scope: str, level: tuple[Directive, ...], seen: dict[str, int]) -> Iterator[Row]:
    for name in _WRITTEN:
        directive = stated((level,), name)
        if directive is not None:
            value = text(directive).map(lambda v: str(v).lower() or "on")
            yield _row(directive.at, scope, name, value, seen)
    if scope:
        directive = stated((level,), "access_log")
        if directive is not None:
            yield _row(directive.at, scope, "access_log", text(directive), seen)
    for name in ("allow", "deny"):
        rules = all_stated((level,), name)
        if rules:
            value = Cell(" ".join(d.value for d in rules)[:400], rules[0].at)
            yield _row(rules[0].at, scope, name, value if all(text(d).known for d in rules) else text(rules[0]), seen)
    for d in level:
        if d.name == "add_header" and d.args:
            yield _row(d.at, scope, f"add_header {d.args[0][:60]}", Cell(" ".join(d.args[1:])[:400], d.at), seen)


def _clear_upstream(scope: str, levels: Levels, seen: dict[str, int]) -> Iterator[Row]:
    """Where requests go on: to a host outside in clear text, or over TLS with or without verification."""
    for d in levels[-1]:
        scheme, host = split(d)
        if scheme in ("https", "grpcs"):
            kind = "grpc" if scheme == "grpcs" else "proxy"
            if not _states(levels[-1], f"{kind}_ssl_verify"):
                value = effective(levels, f"{kind}_ssl_verify", "off")
                yield _row(d.at, scope, f"{kind}_ssl_verify", value, seen)
        elif scheme == "http" and d.name == "proxy_pass" and host and "$" not in host and host_place(host) is not None:
            yield _row(d.at, scope, "proxy_pass", text(d), seen)


def _row(at: Location, scope: str, setting: str, value: Cell, seen: dict[str, int]) -> Row:
    host = at.path
    name = unique(f"{host}|{scope}|{setting}", seen)
    scope = scope + name[len(f"{host}|{scope}|{setting}") :]
    return make_row(
        "host_setting", at, host_id=host, provider="nginx", resource_type="nginx_conf", component="nginx", scope=scope,
        setting=setting, value=value,
    )  # fmt: skip


def log_sources(root: Root, found: list[Server], seen: dict[str, int]) -> Iterator[Row]:
    """Access logs: one row a server; for a main file without servers, one for its http level."""
    for server in found:
        if server.kind == "http":
            system = unique(f"{server.block.at.path}:{server.label}", seen)
            yield _log(system, server.block.at, _logged(server))
    if root.main and not found:
        for kind, levels, block in contexts(root):
            if kind == "http":
                yield _log(unique(root.path, seen), block.at, _enabled(levels))


def _log(system: str, at: Location, enabled: Cell) -> Row:
    return make_row(
        "log_source", at, system_id=system, provider="nginx", resource_type="nginx_server", system_kind="web_server",
        event_class="access", enabled=enabled,
    )  # fmt: skip


def _logged(server: Server) -> Cell:
    """Whether a server logs requests: its own level, and its ``location /`` where that states otherwise.

    Other locations that switch the log off (icons, health checks) leave the server logged.
    """
    result = _enabled(server.levels)
    for name, levels, _ in server.locations():
        if name in ("/", "^~ /") and _states(levels[-1], "access_log"):
            return _enabled(levels)
    return result


_FILLED: Final = re.compile(r"\{\{[^{}]*\}\}|\$\{[^{}]*\}|<%[^%]*%>|@@?\w+@@?")


def _enabled(levels: Levels) -> Cell:
    written = all_stated(levels, "access_log")
    for d in written:
        value = text(d)
        if value.unknown and (d.condition or _FILLED.fullmatch(d.args[0] if d.args else "")):
            return value  # a template that may as well say off
        if d.args[:1] != ("off",) and d.args[:1] != ("/dev/null",):
            return Cell(True, d.at)
    return Cell(False, written[0].at) if written else Cell(True)
