"""my.cnf and the files of conf.d, of MySQL and MariaDB.

Source: MySQL 8.0 reference manual, "Using Option Files" (sections, ``!include``, ``!includedir`` reads ``*.cnf``, dashes
and underscores are one, the last value wins), "Server System Variables", "Configuring MySQL to Use Encrypted
Connections"; MariaDB "Server System Variables".  Defaults of MySQL 8.0: every address, TLS offered but not required,
TLSv1.2, ``caching_sha2_password``, ``local_infile`` off, ``default_table_encryption`` off, no general log.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from compliance.collect.conf_text import Line, cell
from compliance.collect.interface import SourceFile
from compliance.collect.option_file import first_true
from compliance.collect.server_conf.reading import Reading, lowest_tls, scope_of, service, unquoted
from compliance.model.cell import Cell
from compliance.model.location import Location
from compliance.model.row import Row

SECTION: Final = re.compile(r"(?:mysqld|mariadbd?|server|mysqld_safe|galera)(?:[-_]?\d[\w.]*)?\Z")
_INCLUDE: Final = re.compile(r"!(include(?:dir)?)\s+(.+)\Z")
_WEAK: Final = re.compile(r"native|old_password|sha1|^mysql_clear")


def take(reading: Reading, file: SourceFile, line: Line, chain: tuple[str, ...]) -> None:
    """One line."""
    text = line.text.strip()
    if not text or text.startswith(("#", ";")):
        return
    at = Location(file.path, line.number, line.number)
    include = _INCLUDE.match(text)
    if include is not None:
        name = unquoted(include[2])
        reading.include(file, name.rstrip("/") + "/*.cnf" if include[1] == "includedir" else name, at, chain, include[1] == "includedir")
    elif text.startswith("["):
        reading.section = text[1:].partition("]")[0].strip().lower()
        reading.options.sections.add(reading.section)
    elif SECTION.match(reading.section):
        name, equals, value = text.partition("=")
        key = unquoted(name).lower().replace("-", "_").removeprefix("loose_")
        _option(reading, key, cell(unquoted(value), at, line.condition) if equals else Cell(True, at))


def _option(reading: Reading, key: str, value: Cell) -> None:
    """``skip-ssl`` and ``disable-ssl`` are ``ssl = off`` (manual, "Program Option Modifiers"); skip_* variables stay."""
    switch = value.as_bool() if value.known else value
    for prefix, on in (("skip_", False), ("disable_", False), ("enable_", True)):
        bare = key.removeprefix(prefix)
        if bare != key and key not in ("skip_grant_tables", "skip_networking", "skip_name_resolve"):
            reading.options.add(bare, switch if on else switch.map(lambda v: not v if isinstance(v, bool) else v))
            return
    reading.options.add(key, value)


def concerns(reading: Reading) -> bool:
    """The files have a server section."""
    return any(SECTION.match(s) for s in reading.options.sections)


def rows(path: str, reading: Reading) -> Iterator[Row]:
    """The database_service row of one server; none for files of clients only."""
    if not concerns(reading):
        return
    s = reading.options

    def flag(name: str, default: bool) -> Cell:
        found = s.get(name)
        return Cell(True, found.at) if found.value == "" else found.as_bool().default(default)

    quiet = flag("skip_networking", False)
    versions = s.get("tls_version")
    tls = flag("ssl", True)
    if versions.known and not str(versions.value).strip():
        tls = Cell(False, versions.at)
    plugins = (s.get("default_authentication_plugin"), s.get("authentication_policy"))
    yield service(path, "mysql", {
        "listen_scope": Cell("loopback", quiet.at) if quiet.value is True else scope_of(s.get("bind_address").default("*"), r",\s"),
        "tls_enabled": tls,
        "tls_required": flag("require_secure_transport", False),
        "min_tls": Cell("none", tls.at) if tls.value is False else lowest_tls(versions, "tls12"),
        "auth_required": flag("skip_grant_tables", False).map(lambda v: not v),
        "weak_auth": first_true(
            *(p.map(lambda v: bool(_WEAK.search(str(v).lower()))) for p in plugins),
            flag("mysql_native_password", False) if s.has("mysql_native_password") else Cell(False),
            s.get("old_passwords").map(lambda v: str(v).lower() not in ("0", "off", "false")),
            s.get("secure_auth").as_bool().map(lambda v: not v),
        ),
        "audit_logging": _audit(reading, flag("general_log", False)),
        "encrypted": first_true(flag("default_table_encryption", False), s.get("innodb_encrypt_tables").map(lambda v: str(v).lower() in ("on", "1", "force", "true"))),
        "dangerous_options": first_true(
            flag("local_infile", False), flag("skip_grant_tables", False), flag("allow_suspicious_udfs", False),
            flag("symbolic_links", False) if s.has("symbolic_links") else Cell(False),
            s.get("secure_file_priv").map(lambda v: v is True or not str(v).strip()),
        ),
    })  # fmt: skip


def _audit(reading: Reading, general: Cell) -> Cell:
    s = reading.options
    loaded = [c.map(lambda v: "audit" in str(v).lower()) for c in s.all("plugin_load", "plugin_load_add")]
    switches = [s.get(n).map(lambda v: str(v).lower() not in ("0", "off", "false", "none")) for n in ("server_audit_logging", "audit_log", "audit_log_policy")]
    return first_true(general, *switches, *loaded)
