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


MAIN = "include conf/extra.conf\nbind 127.0.0.1\n"


def everything(files: dict[str, str]) -> list[Row | FileNote]:
    tree = MemoryTree({p: t.encode() for p, t in files.items()})
    taken = [f for p in tree.paths() if (f := tree.file(p)) and ServerConfCollector().claims(p, f.data[:4096])]
    return list(ServerConfCollector().collect(taken, tree))


def one(files: dict[str, str]) -> Row:
    [row] = [i for i in everything(files) if isinstance(i, Row)]
    return row


def test_postgresql_includes_are_followed_and_the_last_value_wins() -> None:
    files = {
        "pg/postgresql.conf": "listen_addresses = 'localhost'\ninclude_dir 'conf.d'\ninclude_if_exists 'gone.conf'\n",
        "pg/conf.d/10-net.conf": "listen_addresses = '*'   # all\n",
        "pg/conf.d/20-tls.conf": "ssl on\nssl_min_protocol_version = 'TLSv1'\n",
        "pg/conf.d/.hidden.conf": "ssl off\n",
    }
    row = one(files)
    assert row.values["listen_scope"] == "any" and row.places["listen_scope"].path == "pg/conf.d/10-net.conf"
    assert row.values["tls_enabled"] is True and row.values["min_tls"] == "tls10" and row.places["min_tls"].line == 2


def test_postgresql_auto_conf_comes_last() -> None:
    row = one({"postgresql.conf": "ssl = on\n", "postgresql.auto.conf": "ssl = 'off'\n"})
    assert row.values["tls_enabled"] is False and row.places["tls_enabled"].path == "postgresql.auto.conf"


def test_mysql_includes_and_sections() -> None:
    files = {
        "mysql/my.cnf": "[mysqld]\nlocal-infile=0\n!includedir /etc/mysql/conf.d/\nskip-name-resolve\n",
        "mysql/conf.d/a.cnf": "bind-address=10.0.0.5\n[mysqld]\nloose-local_infile = 1\n",
        "mysql/conf.d/b.txt": "[mysqld]\nskip-grant-tables\n",
    }
    row = one(files)
    assert row.values["listen_scope"] == "any", "an included file begins outside of any section"
    assert row.values["dangerous_options"] is True and row.places["dangerous_options"].path == "mysql/conf.d/a.cnf"
    assert row.values["auth_required"] is True


def test_redis_includes_read_in_place() -> None:
    row = one({"redis.conf": MAIN, "conf/extra.conf": "bind 0.0.0.0\nrequirepass abcdef\n"})
    assert row.values["listen_scope"] == "loopback" and row.values["auth_required"] is True
    assert row.places["auth_required"].path == "conf/extra.conf"


def test_what_a_lost_include_may_state_is_unknown() -> None:
    found = everything({"redis.conf": MAIN})
    [row] = [i for i in found if isinstance(i, Row)]
    assert row.values["listen_scope"] == "loopback" and row.values["auth_required"] is None
    assert row.nulls["auth_required"].code == "unresolved_reference"
    assert [(n.code, n.line) for n in found if isinstance(n, FileNote) and n.status == "partial"] == [("include_missing", 1)]


def test_include_circles_and_paths_above_the_root_end() -> None:
    found = everything({"a/redis.conf": "include redis-b.conf\ninclude ../../../etc/passwd\n", "a/redis-b.conf": "include redis.conf\nport 7000\n"})
    codes = {n.code for n in found if isinstance(n, FileNote)}
    assert {"include_cycle", "include_missing"} <= codes and any(isinstance(i, Row) for i in found)


def test_pg_hba_includes_continuations_and_masks() -> None:
    files = {
        "pg_hba.conf": 'host all all 0.0.0.0/0 \\\n  reject\ninclude_if_exists "more.conf"\nhost all "a#b" ::1 ffff:: md5 # x\n',
        "more.conf": "host all all samehost trust\n",
    }
    found = [i for i in everything(files) if isinstance(i, Row)]
    assert [(r.values["position"], r.values["method"], r.values["source_scope"], r.at.path, r.at.line) for r in found] == [
        (1, "reject", "any", "pg_hba.conf", 1), (2, "trust", "loopback", "more.conf", 1), (3, "md5", "any", "pg_hba.conf", 4),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "column", "expected"),
    [
        ("user default on nopass ~* +@all\n", "auth_required", False),
        ("user default off\n", "auth_required", True),
        ("requirepass {{ redis_password }}\n", "auth_required", True),
        ('requirepass ""\n', "auth_required", False),
        ("port 0\ntls-port 6379\n", "tls_required", True),
        ("port 0\n", "listen_scope", "loopback"),
        ("tls-port 6380\ntls-protocols \"TLSv1.1 TLSv1.2\"\n", "min_tls", "tls11"),
        ("bind {{ ip }}\n", "listen_scope", None),
        ("protected-mode no\nrequirepass Abc\n", "dangerous_options", False),
        ("enable-debug-command yes\n", "dangerous_options", True),
    ],
)
def test_redis(text: str, column: str, expected: object) -> None:
    assert one({"redis.conf": text}).values[column] == expected


@pytest.mark.parametrize(
    ("text", "column", "expected"),
    [
        ("skip-ssl", "tls_enabled", False),
        ("ssl=0", "tls_enabled", False),
        ("tls_version=TLSv1.1,TLSv1.2", "min_tls", "tls11"),
        ("skip-networking", "listen_scope", "loopback"),
        ("default_authentication_plugin=mysql_native_password", "weak_auth", True),
        ("authentication_policy='caching_sha2_password'", "weak_auth", False),
        ("plugin-load-add=server_audit.so", "audit_logging", True),
        ("plugin-load-add=validate_password.so", "audit_logging", False),
        ("general_log=1", "audit_logging", True),
        ("local_infile", "dangerous_options", True),
        ("secure_file_priv=", "dangerous_options", True),
        ("secure_file_priv=/var/lib/mysql-files", "dangerous_options", False),
        ("innodb_encrypt_tables=FORCE", "encrypted", True),
    ],
)
def test_mysql(text: str, column: str, expected: object) -> None:
    assert one({"my.cnf": "[mysqld]\nport=3306\n" + text + "\n"}).values[column] is expected or one({"my.cnf": "[mysqld]\nport=3306\n" + text + "\n"}).values[column] == expected


def test_an_ini_file_is_mysql_by_its_section_only() -> None:
    assert not everything({"openssl.cnf": "[req]\ndefault_bits=2048\n", "app.ini": "[mail]\nhost=x\n"})
    assert everything({"conf.d/50-server.cnf": "[mysqld]\nport=1\n"})
