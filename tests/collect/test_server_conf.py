"""Server configuration files: effective values, defaults, scopes, templates."""

from __future__ import annotations

import pytest

from compliance.collect.server_conf import ServerConfCollector
from compliance.collect.tree import MemoryTree
from compliance.model.row import FileNote, Row


def rows(name: str, text: str) -> list[Row]:
    tree = MemoryTree({name: text.encode()})
    file = tree.file(name)
    assert file is not None and ServerConfCollector().claims(name, file.data)
    return [i for i in ServerConfCollector().collect([file], tree) if isinstance(i, Row)]


def test_sshd_first_value_wins_defaults_are_written_and_match_is_a_scope() -> None:
    found = {(r.values["scope"], r.values["setting"]): r for r in rows("etc/ssh/sshd_config", "PermitRootLogin no\nPermitRootLogin yes\nMatch User a\n  PermitRootLogin yes\n")}
    assert found[("", "PermitRootLogin")].values["value"] == "no" and found[("", "PermitRootLogin")].at.line == 1
    assert found[("match:user a", "PermitRootLogin")].values["value"] == "yes"
    assert found[("", "PasswordAuthentication")].values["value"] == "yes"


@pytest.mark.parametrize(
    ("line", "scope", "method"),
    [
        ("host all all 0.0.0.0/0 trust", "any", "trust"),
        ("host all all 10.0.0.0 255.0.0.0 md5", "private", "md5"),
        ("local all all peer", "local", "peer"),
        ('hostssl "a b" all ::/0 scram-sha-256 # x', "any", "scram-sha-256"),
        ("host all all 10.0.0.0/8 {{ method }}", "private", None),
    ],
)
def test_pg_hba(line: str, scope: str, method: str | None) -> None:
    [row] = rows("pg_hba.conf", "# comment\n" + line + "\n")
    assert (row.values["source_scope"], row.values["method"], row.at.line) == (scope, method, 2)


@pytest.mark.parametrize(
    ("name", "text", "column", "expected"),
    [
        ("postgresql.conf", "", "listen_scope", "loopback"),
        ("postgresql.conf", "listen_addresses = '*'\n", "listen_scope", "any"),
        ("postgresql.conf", "listen_addresses = 'localhost, 10.1.2.3'\n", "listen_scope", "private"),
        ("postgresql.conf", "ssl = on\n", "tls_enabled", True),
        ("postgresql.conf", "password_encryption = md5\n", "weak_auth", True),
        ("redis.conf", "", "listen_scope", "any"),
        ("redis.conf", "bind 127.0.0.1 -::1\n", "listen_scope", "loopback"),
        ("redis.conf", "requirepass x\n", "auth_required", True),
        ("redis.conf", "protected-mode no\n", "dangerous_options", True),
        ("my.cnf", "[client]\nskip-grant-tables\n[mysqld]\nport=3306\n", "auth_required", True),
        ("my.cnf", "[mysqld]\nskip_grant_tables\n", "auth_required", False),
        ("my.cnf", "[mysqld]\nbind-address = 127.0.0.1\n", "listen_scope", "loopback"),
        ("my.cnf", "[mysqld]\nrequire_secure_transport=ON\n", "tls_required", True),
        ("my.cnf", "[mysqld]\nbind-address = ${IP}\n", "listen_scope", None),
    ],
)
def test_database_servers(name: str, text: str, column: str, expected: object) -> None:
    [row] = rows(name, text)
    assert row.values[column] == expected


def test_includes_are_noted_not_silent() -> None:
    tree = MemoryTree({"sshd_config": b"Include /etc/ssh/sshd_config.d/*.conf\n"})
    notes = [i for i in ServerConfCollector().collect([f for f in [tree.file("sshd_config")] if f], tree) if isinstance(i, FileNote)]
    assert [(n.code, n.line) for n in notes] == [("include", 1)]
