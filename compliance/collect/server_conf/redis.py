"""redis.conf (also of Valkey and KeyDB).

Source: redis.conf as shipped, "Redis security" and "ACL" (redis.io/docs): the last value wins, ``include`` reads in
place and takes globs.  Defaults: every interface without ``bind``, ``protected-mode yes``, ``port 6379``,
``tls-port 0``, TLSv1.2 and TLSv1.3, no password.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from compliance.collect.conf_text import Line, cell
from compliance.collect.interface import SourceFile
from compliance.collect.option_file import first_true
from compliance.collect.server_conf.reading import Reading, lowest_tls, scope_of, service, statements
from compliance.model.cell import Cell, Unknown, any_true
from compliance.model.location import Location
from compliance.model.row import Row

_RISKY: Final = ("enable-debug-command", "enable-module-command", "enable-protected-configs")


def take(reading: Reading, file: SourceFile, line: Line, chain: tuple[str, ...]) -> None:
    """One line."""
    words = list(statements(line.text))
    if not words:
        return
    at = Location(file.path, line.number, line.number)
    name = words[0].lower()
    if name == "include":
        for pattern in words[1:]:
            reading.include(file, pattern, at, chain)
    else:
        reading.options.add(name, cell(" ".join(words[1:]), at, line.condition))


def rows(path: str, reading: Reading) -> Iterator[Row]:
    """The database_service row of one server."""
    s = reading.options
    port, secure = s.get("port").as_int().default(6379), s.get("tls-port").as_int().default(0)
    closed = port.value == 0 and secure.value == 0
    auth = _auth(s.get("requirepass"), s.all("user"), s.get("aclfile"))
    tls = secure.map(lambda v: v != 0)
    unprotected = s.get("protected-mode").as_bool().default(True).map(lambda v: not v)
    open_to_all = unprotected if unprotected.value is not True or auth.value is False else auth.map(lambda v: not v)
    yield service(path, "redis", {
        "listen_scope": Cell("loopback", port.at) if closed else scope_of(s.get("bind").default("*"), r"\s"),
        "tls_enabled": tls,
        "tls_required": Cell(port.value == 0, port.at) if tls.value is True and port.known else tls,
        "min_tls": lowest_tls(s.get("tls-protocols"), "tls12") if tls.value is not False else Cell("none", tls.at),
        "auth_required": auth,
        "dangerous_options": first_true(open_to_all, *(s.get(n).map(lambda v: str(v).lower() in ("yes", "local")) for n in _RISKY)),
    })  # fmt: skip


def _auth(password: Cell, users: list[Cell], file: Cell) -> Cell:
    """Whether the default user needs a password: ``requirepass``, else its ACL; an ACL file is kept elsewhere."""
    default = [u.map(lambda v: _guarded(str(v))) for u in users if u.known and str(u.value).split()[:1] == ["default"]]
    if default:
        return any_true(default)
    if isinstance(password.value, Unknown):  # a template fills the password in; a lost include may state one
        return Cell(True, password.at) if password.value.reason.code == "unresolved_variable" else password
    if password.known and str(password.value):
        return Cell(True, password.at)
    return Cell(True, file.at) if not file.absent else Cell(False, password.at)


def _guarded(user: str) -> bool:
    words = user.split()[1:]
    return "off" in words or ("nopass" not in words and any(w[:1] in ">#" for w in words))
