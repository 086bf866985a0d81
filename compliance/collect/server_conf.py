"""sshd_config, pg_hba.conf, postgresql.conf, redis.conf, my.cnf: effective settings with documented defaults.

sshd_config(5): the first value wins, ``Match`` blocks override.  pg_hba.conf: PostgreSQL documentation,
"The pg_hba.conf File".  Redis: redis.conf as shipped (no ``bind`` line = every interface).  MySQL 8 reference
manual, "Server System Variables".  Includes are read by the server, not here: an include line is noted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from compliance.collect.interface import Item, SourceFile, Tree
from compliance.collect.network import source_scope
from compliance.model.cell import Cell, Reason, Unknown
from compliance.model.location import Location
from compliance.model.row import NO_SETTING, FileNote, make_row

TABLES = frozenset({"host_setting", "database_service", "pg_hba_rule"})

_SSHD_DEFAULTS = {"PermitRootLogin": "prohibit-password", "PasswordAuthentication": "yes", "PermitEmptyPasswords": "no", "MaxAuthTries": "6", "LogLevel": "info"}
_KINDS = (
    ("sshd", re.compile(r"(^|/)sshd_config([^/]*$|\.d/[^/]+$)")),
    ("pg_hba", re.compile(r"(^|/)pg_hba[^/]*\.conf$")),
    ("postgresql", re.compile(r"(^|/)postgresql[^/]*\.conf$")),
    ("redis", re.compile(r"(^|/)redis[^/]*\.conf$")),
    ("mysql", re.compile(r"(^|/)(my|mysqld?|mariadb)[^/]*\.cnf$")),
)


def kind_of(path: str) -> str:
    """Which server a file configures, '' for none."""
    return next((kind for kind, pattern in _KINDS if pattern.search(path)), "")


class ServerConfCollector:
    """Server configuration files by name."""

    name = "server_conf"
    version = "1"
    tables = TABLES

    def claims(self, path: str, head: bytes) -> bool:
        """By name."""
        return bool(kind_of(path))

    def collect(self, files: Iterable[SourceFile], tree: Tree) -> Iterator[Item]:
        """Rows of every file."""
        readers: dict[str, Callable[[str, str], Iterator[Item]]] = {"sshd": _sshd, "pg_hba": _pg_hba, "postgresql": _postgresql, "redis": _redis, "mysql": _mysql}
        for file in files:
            try:
                text = file.text
            except UnicodeDecodeError:
                yield FileNote(file.path, "unparsed", self.name, "undecodable", "neither UTF-8 nor GB18030", 0, tuple(sorted(TABLES)))
                continue
            include = re.search(r"(?im)^\s*!?include(dir|_dir|_if_exists)?\b", text)
            if include:
                line = text.count("\n", 0, include.start()) + 1
                yield FileNote(file.path, "partial", self.name, "include", "included files are not followed", line)
            else:
                yield FileNote(file.path, "read", self.name)
            yield from readers[kind_of(file.path)](file.path, text)


def _value(text: str, at: Location) -> Cell:
    """A value; template parts make it unknown."""
    if "{{" in text or "${" in text:
        return Cell(Unknown(Reason("unresolved_variable", text[:40])), at)
    return Cell(text, at)


def _directives(path: str, text: str, separator: str) -> Iterator[tuple[str, str, Location]]:
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if stripped and not stripped.startswith(("#", ";")):
            key, _, value = re.sub(separator, "\0", stripped, count=1).partition("\0")
            yield key.strip(), value.strip(), Location(path, number, number)


def _sshd(path: str, text: str) -> Iterator[Item]:
    names = {n.lower(): n for n in _SSHD_DEFAULTS}
    scope, found = "", dict[tuple[str, str], Cell]()
    for key, value, at in _directives(path, text, r"[\s=]+"):
        if key.lower() == "match":
            scope = "match:" + value.lower()
        elif key.lower() in names:
            found.setdefault((scope, names[key.lower()]), _value(value.split("#")[0].strip().strip('"').lower(), at))
    for name, default in _SSHD_DEFAULTS.items():
        found.setdefault(("", name), Cell(default))
    for (where, name), cell in sorted(found.items()):
        yield make_row("host_setting", cell.at or Location(path, 1, 1), host_id=path, provider="sshd", component="sshd", scope=where, setting=name, value=cell)


def _pg_hba(path: str, text: str) -> Iterator[Item]:
    position = 0
    for number, line in enumerate(text.split("\n"), 1):
        fields = re.findall(r'"[^"]*"|[^\s#]+', line.split("#")[0])
        if len(fields) < 4 or not re.fullmatch(r"local|host(no)?(ssl|gssenc)?", fields[0]):
            continue
        at = Location(path, number, number)
        local = fields[0] == "local"
        source = "" if local else fields[3]
        rest = fields[3:] if local else fields[4:]
        if rest and re.fullmatch(r"\d+\.\d+\.\d+\.\d+", rest[0]):
            source, rest = f"{source}/{rest[0]}", rest[1:]
        named = {"all": "any", "samehost": "loopback", "samenet": "private", "": "local"}
        scope = named.get(source) or source_scope(source)
        position += 1
        yield make_row(
            "pg_hba_rule", at, rule_id=f"{path}#{position}", provider="postgresql", conn_type=Cell(fields[0], at), database_name=Cell(fields[1], at), user_name=Cell(fields[2], at),
            source_cidr=Cell(source, at), source_scope=Cell(scope or Unknown(Reason("unreadable_value", source[:40])), at),
            method=_value(rest[0].lower(), at) if rest else Cell(Unknown(Reason("not_stated", "method")), at), position=position,
        )  # fmt: skip


def _scope_of(cell: Cell, separator: str = ",") -> Cell:
    if not cell.known:
        return cell
    order = ["loopback", "private", "public", "any"]
    widest = "loopback"
    for part in re.split(rf"[{separator}\s]+", str(cell.value).strip("'\"")):
        host = part.strip().lstrip("-")
        if host in ("", "localhost", "::1"):
            continue
        scope = source_scope(host)
        if scope is None:
            return Cell(Unknown(Reason("unreadable_value", host[:40])), cell.at)
        widest = max(widest, scope, key=order.index)
    return Cell(widest, cell.at)


def _service(path: str, engine: str, columns: dict[str, Any]) -> Item:
    base: dict[str, Any] = dict.fromkeys(("listen_scope", "tls_enabled", "tls_required", "min_tls", "auth_required", "weak_auth", "audit_logging", "encrypted"), NO_SETTING)
    return make_row("database_service", Location(path, 1, 1), service_id=path, provider=engine, engine=engine, **{"dangerous_options": Cell(False), **base, **columns})


def _settings(path: str, text: str, separator: str, normal: Callable[[str], str] = str.lower) -> dict[str, Cell]:
    """Name -> value with its line; the last one wins."""
    return {normal(k): _value(v.split(" #")[0].strip().strip("'\""), at) for k, v, at in _directives(path, text, separator)}


def _postgresql(path: str, text: str) -> Iterator[Item]:
    s = _settings(path, text, r"\s*=\s*|\s+")
    logs = [s[k] for k in ("log_connections", "log_statement", "shared_preload_libraries") if k in s]
    audit = next((c for c in logs if c.known and str(c.value).lower() not in ("off", "none", "", "false")), logs[0] if logs else Cell("off"))
    yield _service(path, "postgresql", {
        "listen_scope": _scope_of(s.get("listen_addresses", Cell("localhost"))), "tls_enabled": s.get("ssl", Cell("off")).as_bool(),
        "weak_auth": s.get("password_encryption", Cell("scram-sha-256")).map(lambda v: "scram" not in str(v).lower()),
        "audit_logging": audit.map(lambda v: str(v).lower() not in ("off", "none", "", "false")),
    })  # fmt: skip


def _redis(path: str, text: str) -> Iterator[Item]:
    s = _settings(path, text, r"\s+")
    protected = s.get("protected-mode", Cell("yes")).as_bool()
    password = "requirepass" in s or "user" in s or "aclfile" in s
    tls = s.get("tls-port", Cell("0")).map(lambda v: str(v) != "0")
    yield _service(path, "redis", {
        "listen_scope": _scope_of(s.get("bind", Cell("*")), r"\s"), "tls_enabled": tls, "auth_required": Cell(password, s["requirepass"].at if "requirepass" in s else None),
        "dangerous_options": protected.map(lambda v: not v and not password),
    })  # fmt: skip


def _mysql(path: str, text: str) -> Iterator[Item]:
    section, kept = "", []
    for line in text.split("\n"):
        head = re.match(r"\s*\[([^\]]+)\]", line)
        section = head[1].strip().lower() if head else section
        kept.append(line if section in ("mysqld", "mariadb", "server", "mariadbd") and not head else "")
    if not any(kept):
        return
    s = _settings(path, "\n".join(kept), r"\s*=\s*", lambda k: k.lower().replace("-", "_").strip())

    def flag(name: str, default: bool) -> Cell:
        cell = s.get(name)
        return Cell(default) if cell is None else Cell(True, cell.at) if cell.value == "" else cell.as_bool()

    skip = flag("skip_grant_tables", False)
    infile = flag("local_infile", False)
    audit = [s[k] for k in ("general_log", "plugin_load_add", "plugin_load", "server_audit_logging") if k in s]
    encrypted = next((flag(k, False) for k in ("default_table_encryption", "innodb_encrypt_tables") if k in s), Cell(False))
    plugin = s.get("default_authentication_plugin", s.get("authentication_policy", Cell("caching_sha2_password")))
    yield _service(path, "mysql", {
        "listen_scope": _scope_of(s.get("bind_address", Cell("*"))), "tls_enabled": Cell(True) if not flag("skip_ssl", False).value else Cell(False, s["skip_ssl"].at),
        "tls_required": flag("require_secure_transport", False), "auth_required": skip.map(lambda v: not v), "weak_auth": plugin.map(lambda v: "native" in str(v) or "old" in str(v)),
        "audit_logging": Cell(any(str(c.value).lower() not in ("0", "off", "false") for c in audit), audit[0].at if audit else None), "encrypted": encrypted,
        "dangerous_options": infile if infile.value is not False else skip,
    })  # fmt: skip
