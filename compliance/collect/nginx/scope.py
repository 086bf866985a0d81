"""The effective setting at a place of an nginx configuration, and the servers of a configuration.

Inheritance: a value of an outer level applies where no inner level states the directive (nginx documentation,
each directive's "Context" and "Default"; for ``add_header``, ``proxy_set_header``, ``allow`` and ``deny``: the
outer ones apply only if none is stated at the current level).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from compliance.collect.conf_text import address_scope, cell, hole, is_glob, widest
from compliance.collect.nginx.files import Root
from compliance.collect.nginx.syntax import Directive
from compliance.model.cell import Cell, Reason, Unknown
from compliance.model.location import Location

# certbot's file, written beside every certificate it manages (certbot documentation, "Where are my certificates?").
CERTBOT: Final = "options-ssl-nginx.conf"

Level = tuple[Directive, ...]
Levels = tuple[Level, ...]


def stated(levels: Levels, *names: str) -> Directive | None:
    """The directive that applies: of the innermost level that states one of *names*, the last."""
    for level in reversed(levels):
        found = [d for d in level if d.name in names and d.block is None]
        if found:
            return found[-1]
    return None


def effective(levels: Levels, name: str, default: str | None) -> Cell:
    """The whole value of a directive as text, its documented default when no level states it.

    Unknown when it is not stated and one of the levels includes a file that this repository lacks.
    """
    for level in reversed(levels):
        found = [d for d in level if d.name == name and d.block is None]
        if found:
            return text(found[-1])
    return missing(levels, name) or Cell(default)


def text(directive: Directive) -> Cell:
    """The value of one directive, in its place."""
    return cell(directive.value, directive.at, directive.condition)


def missing(levels: Levels, name: str) -> Cell | None:
    """Unknown when an included file that might state the directive is not in the repository.

    A glob may match nothing, and certbot's file is known: neither hides a value.
    """
    for level in reversed(levels):
        for d in level:
            if d.name == "include" and not is_glob(d.value) and not d.value.endswith(CERTBOT):
                return Cell(Unknown(Reason("unresolved_reference", d.value[:60] or "include")), d.at)
    return None


def all_stated(levels: Levels, name: str) -> list[Directive]:
    """Every directive of that name at the innermost level that states one."""
    for level in reversed(levels):
        found = [d for d in level if d.name == name and d.block is None]
        if found:
            return found
    return []


@dataclass(frozen=True, slots=True)
class Listen:
    """One address a server listens on; scope as in ``conf_text.address_scope``, None for a host name."""

    port: Cell
    scope: Cell
    tls: bool
    at: Location | None
    quic: bool = False
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Port:
    """The listens of a server on one port; *plain* and *secure* are the first of their kind."""

    port: Cell
    plain: Listen | None
    secure: Listen | None
    scope: Cell


@dataclass(frozen=True, slots=True)
class Server:
    """One server block.

    kind:   ``http`` or ``stream``
    levels: directives of http (and of what adopts it) and of the server, outermost first
    """

    kind: str
    block: Directive
    levels: Levels

    @property
    def name(self) -> str:
        """First server name, ``_`` when there is none."""
        names = [a for d in self.block.named("server_name") for a in d.args]
        return (next((n for n in names if n), "") or "_")[:200]

    @property
    def label(self) -> str:
        """Name and ports: what tells the servers of a file apart."""
        ports = sorted({str(p.port.value) if p.port.known else "?" for p in self.all_ports()})
        return f"{self.name}:{'+'.join(ports) or 'unix'}"

    def listens(self) -> list[Listen]:
        """Where it listens on the network: port 80 when nothing is stated; sockets of the file system left out."""
        on = stated(self.levels, "ssl")
        always = on is not None and on.value == "on"
        written = self.block.named("listen")
        if not written:
            return [Listen(Cell(80), Cell("any"), always, None)] if self.kind == "http" else []
        return [found for d in written if (found := _listen(d, always)) is not None]

    def all_ports(self) -> list[Port]:
        """Its ports, in order of the source."""
        groups: dict[str, list[Listen]] = {}
        for one in self.listens():
            groups.setdefault(str(one.port.value) if one.port.known else "?", []).append(one)
        found = []
        for members in groups.values():
            plain = next((m for m in members if not m.tls and not m.quic), None)
            secure = next((m for m in members if m.tls or m.quic), None)
            found.append(Port(members[0].port, plain, secure, widest(m.scope for m in members)))
        return found

    def ports(self) -> list[Port]:
        """Its ports that something outside the host can reach."""
        return [p for p in self.all_ports() if p.scope.value != "loopback"]

    def locations(self) -> Iterator[tuple[str, Levels, Directive]]:
        """Every location, nested ones too: its name, the levels that hold in it, its directive."""
        stack = [(self.levels, d, "") for d in reversed(self.block.named("location", "if"))]
        while stack:
            levels, directive, outer = stack.pop()
            name = outer if directive.name == "if" else " ".join(directive.args)[:120] or "/"
            inside = (*levels, directive.block or ())
            if directive.name == "location":
                yield name, inside, directive
            stack += [(inside, d, name) for d in reversed(directive.named("location", "if", "limit_except"))]


def servers(root: Root) -> Iterator[Server]:
    """Every server of a configuration."""
    for directive in root.directives:
        if directive.name in ("http", "stream") and directive.block is not None:
            for server in directive.named("server"):
                if server.block is not None:
                    yield Server(directive.name, server, (*root.outer, directive.block, server.block))
        elif directive.name == "server" and directive.block is not None and not root.main:
            levels = (*root.outer, root.directives, directive.block)
            yield Server(_kind(directive), directive, levels)


def _kind(server: Directive) -> str:
    """A server of a fragment: stream when it passes on connections rather than requests."""
    bare = any(d.name == "proxy_pass" and "://" not in d.value for d in server.block or ())
    return "stream" if bare and not server.named("location", "server_name", "root", "return") else "http"


def contexts(root: Root) -> Iterator[tuple[str, Levels, Directive]]:
    """The http and stream blocks of a main file."""
    for directive in root.directives:
        if directive.name in ("http", "stream") and directive.block is not None:
            yield directive.name, (*root.outer, directive.block), directive


_PORT: Final = re.compile(r"^(?:(?P<host>\[[^\]]*\]|[^:\[\]]*):)?(?P<port>\d{1,5})(?:-\d{1,5})?$")


def _listen(directive: Directive, always: bool) -> Listen | None:
    if not directive.args or directive.args[0].startswith("unix:"):
        return None
    flags = directive.args[1:]
    tls = always or "ssl" in flags
    quic = "quic" in flags or "http3" in flags
    address = directive.args[0]
    found = _PORT.match(address)
    if hole(directive.value) and not found:
        unknown = cell(directive.value, directive.at)
        return Listen(unknown, Cell("any"), tls, directive.at, quic, directive.condition)
    if found:
        host, port = found["host"] or "*", int(found["port"])
    else:
        host, port = address, 80
    scope = Cell(host or "*", directive.at).map(address_scope)
    return Listen(Cell(port, directive.at), scope, tls, directive.at, quic, directive.condition)


def variables(levels: Sequence[Level]) -> dict[str, str]:
    """Variables that ``set`` gives a literal value, inner levels first."""
    found: dict[str, str] = {}
    for level in reversed(levels):
        for d in level:
            if d.name == "set" and len(d.args) == 2 and d.args[0].startswith("$"):
                found.setdefault(d.args[0][1:], d.args[1])
    return found
