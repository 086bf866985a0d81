"""postgresql.conf and pg_hba.conf.

PostgreSQL documentation, "Setting Parameters": ``name = value``, the last value wins, ``postgresql.auto.conf`` beside
the file comes last; ``include``, ``include_if_exists`` and ``include_dir`` (files ``*.conf`` in byte order), relative to
the file.  "The pg_hba.conf File": first matching record decides, so every record is a row; the same includes since 16.
Defaults: ``listen_addresses = localhost``, ``ssl = off``, ``ssl_min_protocol_version = TLSv1.2`` (13),
``password_encryption = scram-sha-256`` (14), ``log_connections = off``, ``log_statement = none``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from compliance.collect.conf_text import Line, cell
from compliance.collect.interface import SourceFile
from compliance.collect.network import source_scope
from compliance.collect.option_file import first_true
from compliance.collect.server_conf.reading import Reading, lowest_tls, scope_of, service, unquoted
from compliance.model.cell import Cell, Reason, Unknown
from compliance.model.location import Location
from compliance.model.row import Row, make_row

_INCLUDES: Final = ("include", "include_if_exists", "include_dir")
_LINE: Final = re.compile(r"\s*([A-Za-z_][\w.$]*)\s*(?:=\s*|\s+|$)(.*)\Z", re.DOTALL)
_CONNECTION: Final = re.compile(r"local|host(?:no)?(?:ssl|gssenc)?\Z")
_NAMED: Final = {"all": "any", "samehost": "loopback", "samenet": "private", "": "local"}
_OFF: Final = ("off", "none", "", "false", "no", "0")


def take(reading: Reading, file: SourceFile, line: Line, chain: tuple[str, ...]) -> None:
    """One line of postgresql.conf."""
    found = _LINE.match(line.text)
    if found is None or line.text.lstrip().startswith("#"):
        return
    at = Location(file.path, line.number, line.number)
    name, value = found[1].lower(), unquoted(found[2])
    if name in _INCLUDES:
        _include(reading, file, name, value, at, chain)
    else:
        reading.options.add(name, cell(value, at, line.condition))


def _include(reading: Reading, file: SourceFile, name: str, value: str, at: Location, chain: tuple[str, ...]) -> None:
    pattern = value.rstrip("/") + "/[!.]*.conf" if name == "include_dir" else value
    reading.include(file, pattern, at, chain, name != "include")


def rows(path: str, reading: Reading) -> Iterator[Row]:
    """The database_service row of one server."""
    beside = reading.tree.file(f"{path.rpartition('/')[0]}/postgresql.auto.conf".lstrip("/"))
    if beside is not None and beside.path != path:
        reading.included.add(beside.path)
        reading.file(beside)
    s = reading.options
    tls = s.get("ssl").as_bool().default(False)
    yield service(path, "postgresql", {
        "listen_scope": scope_of(s.get("listen_addresses").default("localhost"), r",\s"),
        "tls_enabled": tls,
        "min_tls": Cell("none", tls.at) if tls.value is False else lowest_tls(s.get("ssl_min_protocol_version"), "tls12"),
        "weak_auth": s.get("password_encryption").default("scram-sha-256").map(lambda v: "scram" not in str(v).lower()),
        "audit_logging": _audit(reading),
        "dangerous_options": first_true(s.get("allow_system_table_mods").as_bool().default(False), s.get("db_user_namespace").as_bool().default(False)),
    })  # fmt: skip


def _audit(reading: Reading) -> Cell:
    s = reading.options
    return first_true(
        s.get("shared_preload_libraries").map(lambda v: "pgaudit" in str(v).lower()),
        s.get("log_statement").map(lambda v: str(v).lower() not in _OFF),
        s.get("log_connections").map(lambda v: str(v).lower() not in _OFF),
        s.get("log_min_duration_statement").map(lambda v: str(v).strip() == "0"),
    )


def take_rule(reading: Reading, file: SourceFile, line: Line, chain: tuple[str, ...]) -> None:
    """One line of pg_hba.conf; a backslash at its end joins the next one."""
    pending = reading.options.values.pop("\\", [])
    text = (str(pending[0].value) if pending else "") + line.text
    start = pending[0].at if pending else None
    at = Location(file.path, start.line if start else line.number, line.number)
    if text.rstrip().endswith("\\") and len(text) < 10_000:
        reading.options.add("\\", Cell(text.rstrip()[:-1] + " ", at))
        return
    fields = re.findall(r'"[^"]{0,1000}"|\{\{[^{}]{0,200}\}\}|[^\s#]+', _uncommented(text))
    if len(fields) > 1 and fields[0].lower() in _INCLUDES:
        _include(reading, file, fields[0].lower(), fields[1].strip('"'), at, chain)
    elif len(fields) >= 4 and _CONNECTION.match(fields[0]):
        reading.options.add("rule", Cell((fields, line.condition), at))


def _uncommented(text: str) -> str:
    found = re.match(r'(?:[^"#]|"[^"]*"){0,4000}', text)
    return found[0] if found else ""


def rules(path: str, reading: Reading) -> Iterator[Row]:
    """A pg_hba_rule row a record, in order."""
    for position, rule in enumerate(reading.options.all("rule"), 1):
        fields, condition = rule.value
        assert rule.at is not None
        yield _rule(f"{path}#{position}", position, fields, rule.at, condition)


def _rule(mark: str, position: int, fields: list[str], at: Location, condition: str) -> Row:
    local = fields[0] == "local"
    source = "" if local else fields[3].strip('"')
    rest = fields[3:] if local else fields[4:]
    if rest and re.fullmatch(r"\d+\.\d+\.\d+\.\d+|[0-9a-fA-F]*:[0-9a-fA-F:]*", rest[0]):
        source, rest = f"{source}/{_prefix(rest[0])}", rest[1:]
    told: Any = cell(source, at, condition)
    scope = told.map(lambda v: _NAMED.get(v) or source_scope(v) or Unknown(Reason("unreadable_value", v[:40])))
    method = cell(rest[0].lower(), at, condition) if rest else Cell(Unknown(Reason("not_stated", "method")), at)
    return make_row(
        "pg_hba_rule", at, rule_id=mark, provider="postgresql", resource_type="pg_hba", conn_type=Cell(fields[0], at), database_name=Cell(fields[1], at), user_name=Cell(fields[2], at),
        source_cidr=told, source_scope=scope, method=method, position=position,
    )  # fmt: skip


def _prefix(mask: str) -> str:
    """A netmask as ``ipaddress`` takes it: IPv6 masks only as a prefix length."""
    if ":" not in mask:
        return mask
    import ipaddress

    try:
        return str(bin(int(ipaddress.IPv6Address(mask))).count("1"))
    except ValueError:
        return mask
