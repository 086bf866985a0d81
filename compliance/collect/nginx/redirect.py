"""What a clear-text request to a server gets: only a redirect to HTTPS, nothing, or content.

Source: nginx documentation, module ngx_http_rewrite_module: directives of the server level run in order before a
location is chosen; ``return`` and a ``rewrite`` to another scheme end the request.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Literal

from compliance.collect.conf_text import hole
from compliance.collect.nginx.syntax import Directive

Outcome = Literal["redirect", "closed", "content", "unknown"]

# A condition that holds for every clear-text request, also behind a balancer that says so in a header.
_PLAIN: Final = re.compile(
    r"^\(\s*\$(?:scheme|http_x_forwarded_proto|http_x_forwarded_protocol|http_x_scheme)\s*(?:=\s*['\"]?http['\"]?|!=\s*['\"]?https['\"]?"
    r"|~\*?\s*\^?http\$?|!~\*?\s*\^?https\$?)\s*\)$"
    r"|^\(\s*\$(?:https|ssl_protocol|ssl_cipher)\s*(?:=\s*(?:['\"]{2})?|!=\s*['\"]?on['\"]?)\s*\)$"
    r"|^\(\s*\$server_port\s*(?:=\s*['\"]?80['\"]?|!=\s*['\"]?443['\"]?|~\s*80)\s*\)$",
    re.IGNORECASE,
)
_EVERYTHING: Final = frozenset(
    {
        "^",
        "^/",
        "^(.*)$",
        "^(.*)",
        "(.*)",
        ".*",
        "^.*$",
        "^.*",
        "^/(.*)$",
        "^/(.*)",
        "^/.*$",
        "/",
        "^/?(.*)$",
        "^(/.*)$",
    }
)
_LOCATION_OF_ALL: Final = frozenset({"/", "^~ /", "~ /", "~ ^/", "~ .*", "~ ^/.*", "~* .*", "~* /", "~ ^.*$"})
# What a client, a certificate authority or a balancer asks that is nobody's data.
_SIDE: Final = re.compile(r"\.well-known/(?:acme-challenge|pki-validation)|/\.well-known\b|acme")


def outcome(directives: Iterable[Directive]) -> Outcome:
    """What every clear-text request to a server with these directives gets."""
    inside = list(directives)
    early = _rewrites(inside)
    if early is not None:
        return early
    locations = [d for d in inside if d.name == "location" and d.block is not None]
    results = []
    covered = False
    for location in locations:
        name = " ".join(location.args)
        result = _location(location)
        if name in _LOCATION_OF_ALL:
            covered = True
        elif result == "content" and (_SIDE.search(name) or _literal(location)):
            continue
        results.append(result)
    if not covered:
        return "content"
    if "content" in results:
        return "content"
    if "unknown" in results:
        return "unknown"
    return "redirect" if "redirect" in results else "closed"


def _rewrites(directives: Iterable[Directive]) -> Outcome | None:
    """The end that the rewrite directives bring about, None when a request passes them."""
    inside = list(directives)
    seen_redirect = False
    for d in inside:
        if d.name == "return":
            result = _return(d)
            if d.condition:
                return "unknown"
            return "redirect" if result == "closed" and seen_redirect else result
        if d.name == "rewrite" and len(d.args) >= 2:
            target = d.args[1]
            if target.startswith("https://"):
                if d.args[0] in _EVERYTHING:
                    return "unknown" if d.condition else "redirect"
                seen_redirect = True
        elif d.name == "if" and d.block is not None:
            inner = _rewrites(d.block)
            if _PLAIN.match(d.value) and inner is not None:
                return "unknown" if d.condition else inner
            seen_redirect = seen_redirect or inner == "redirect"
            if inner == "content":
                return "content"
    closed = any(d.name == "deny" and d.args == ("all",) and not d.condition for d in inside)
    return "closed" if closed and not any(d.name == "allow" for d in inside) else None


def _location(location: Directive) -> Outcome:
    inside = location.block or ()
    early = _rewrites(inside)
    if early is not None:
        return early
    if any(d.name == "internal" for d in inside):
        return "closed"
    nested = [d for d in inside if d.name == "location"]
    return outcome(inside) if nested and not _serves(inside) else "content"


def _serves(directives: Iterable[Directive]) -> bool:
    return any(d.name in ("root", "alias", "try_files") or d.name.endswith("_pass") for d in directives)


def _literal(location: Directive) -> bool:
    """It answers with a fixed text (a health check) or with nginx's own counters."""
    inside = location.block or ()
    return not _serves(inside) and any(d.name in ("return", "stub_status") for d in inside)


def _return(directive: Directive) -> Outcome:
    args = directive.args
    if not args:
        return "content"
    if len(args) == 1:
        if args[0].isdecimal():
            return "closed" if args[0] in ("204", "304") or int(args[0][:4]) >= 400 else "content"
        return _target(args[0])
    if args[0] in ("301", "302", "303", "307", "308"):
        return _target(args[1])
    if hole(args[0]):
        return "unknown"
    return "closed" if args[0][:1] in "45" else "content"


def _target(url: str) -> Outcome:
    if url.lower().startswith("https:"):
        return "redirect"
    if url.startswith(("$scheme", "http:", "/", "//")):
        return "content"
    return "unknown" if url.startswith("$") or hole(url) else "content"
