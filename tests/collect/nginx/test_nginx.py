"""nginx: syntax, includes, inheritance, redirects, suites, logs, places; and what must never raise."""

from __future__ import annotations

import time

import pytest

from compliance.collect.nginx import NginxCollector
from compliance.collect.nginx.syntax import parse
from compliance.model.row import Row
from tests.collect.harness import items, notes, rows

TLS = "listen 443 ssl;\nssl_protocols TLSv1.2;\n"


def server(body: str, outer: str = "") -> dict[str, str | bytes]:
    return {"nginx.conf": f"events {{}}\nhttp {{\n{outer}\nserver {{\n{body}\n}}\n}}\n"}


def endpoint(files: dict[str, str | bytes], port: int = 443) -> Row:
    [row] = [r for r in rows(NginxCollector(), files, "tls_endpoint") if r.values["port"] == port]
    return row


@pytest.mark.parametrize(
    ("body", "plaintext", "redirect"),
    [
        ("listen 80;\nreturn 301 https://$host$request_uri;", False, True),
        ("listen 80;\nreturn 301 http://other.example;", True, False),
        ("listen 80;\nreturn 301 $scheme://$host;", True, False),
        ("listen 80;\nreturn 444;", False, False),
        ("listen 80;\nrewrite ^ https://$host$request_uri? permanent;", False, True),
        ("listen 80;\nif ($scheme = http) { return 301 https://$host$request_uri; }\nroot /srv;", False, True),
        ("listen 80;\nif ($host = a.example) { return 301 https://$host; }\nroot /srv;", True, False),
        ("listen 80;\nlocation / { return 308 https://$host$request_uri; }\nlocation /.well-known/acme-challenge/ { root /var/acme; }", False, True),
        ("listen 80;\nlocation / { return 301 https://$host; }\nlocation /api { proxy_pass http://10.0.0.1; }", True, False),
        ("listen 80;\nroot /srv;", True, False),
        ("root /srv;", True, False),
        ("listen 80;\nreturn 301 {{ target }};", None, None),
    ],
)
def test_clear_text_and_redirects(body: str, plaintext: bool | None, redirect: bool | None) -> None:
    row = endpoint(server(body), 80)
    assert (row.values["plaintext"], row.values["http_redirect"]) == (plaintext, redirect)


@pytest.mark.parametrize(
    ("outer", "body", "lowest"),
    [
        ("ssl_protocols TLSv1.3;", "listen 443 ssl;", "tls13"),
        ("ssl_protocols TLSv1.3;", "listen 443 ssl;\nssl_protocols TLSv1.1 TLSv1.2;", "tls11"),
        ("", "listen 443 ssl;\nssl_protocols TLSv1.2;\nssl_conf_command MinProtocol TLSv1.3;", "tls13"),
        ("", "listen 443 ssl;\nssl_protocols SSLv3 TLSv1.2;", "ssl3"),
        ("", "listen 443 ssl;", "tls10"),
        ("", "listen 443 ssl;\nssl_protocols ${TLS};", None),
        ("", "listen 443 ssl;\ninclude /etc/letsencrypt/options-ssl-nginx.conf;", "tls12"),
        ("", "listen 443 ssl;\ninclude snippets/lost.conf;", None),
    ],
)
def test_the_lowest_protocol_is_inherited(outer: str, body: str, lowest: str | None) -> None:
    assert endpoint(server(body, outer)).values["min_tls"] == lowest


@pytest.mark.parametrize(
    ("suites", "weak"),
    [
        ("ECDHE-RSA-AES128-GCM-SHA256", False), ("HIGH:!aNULL:!MD5", False), ("ALL:!aNULL", True), ("RC4-SHA", True), ("DES-CBC3-SHA:AES256-SHA", True),
        ("HIGH:!3DES:!aNULL:!MD5", False), ("AES256-SHA:!AES256-SHA:ECDHE+AESGCM", False), ("$suites", None), ("eNULL", True), ("EECDH+AESGCM:EDH+AESGCM", False),
    ],
)  # fmt: skip
def test_weak_suites(suites: str, weak: bool | None) -> None:
    row = endpoint(server(TLS + f"ssl_ciphers {suites};"))
    assert row.values["weak_ciphers"] is weak and row.places["weak_ciphers"].line == 7


def test_includes_with_globs_stay_below_the_root_and_keep_their_own_lines() -> None:
    files: dict[str, str | bytes] = {
        "etc/nginx/nginx.conf": "events {}\nhttp {\n  include /etc/nginx/conf.d/*.conf;\n  include ../../../outside/*.conf;\n  include /etc/passwd;\n}\n",
        "etc/nginx/conf.d/a.conf": "server {\n  include snippets/tls.conf;\n  listen 443 ssl;\n}\n",
        "etc/nginx/conf.d/ignored.txt": "server { listen 80; }\n",
        "etc/nginx/snippets/tls.conf": "# suites\nssl_protocols TLSv1;\n",
    }
    [row] = rows(NginxCollector(), files, "tls_endpoint")
    assert row.at.path == "etc/nginx/conf.d/a.conf" and row.places["min_tls"].path == "etc/nginx/snippets/tls.conf" and row.places["min_tls"].line == 2
    assert [(n.code, n.line) for n in notes(NginxCollector(), files) if n.status == "partial"] == [("include_missing", 4), ("include_missing", 5)]


def test_include_circles_end() -> None:
    files: dict[str, str | bytes] = {"nginx.conf": "http {\ninclude a.conf;\n}\n", "a.conf": "server { listen 80; }\ninclude b.conf;\n", "b.conf": "server { listen 81; }\ninclude a.conf;\ninclude b.conf;\n"}
    assert sorted(r.values["port"] for r in rows(NginxCollector(), files, "tls_endpoint")) == [80, 81]  # type: ignore[type-var]
    assert "include_cycle" in {n.code for n in notes(NginxCollector(), files)}


def test_includes_that_multiply_are_bounded() -> None:
    files: dict[str, str | bytes] = {f"n{i}.conf": f"server {{ listen {i + 1}; }}\n" + f"include n{i + 1}.conf;\n" * 10 for i in range(20)}
    files["nginx.conf"] = "http {\ninclude n0.conf;\n}\n"
    before = time.perf_counter()
    found = notes(NginxCollector(), files)
    assert time.perf_counter() - before < 20 and {"too_many_includes"} <= {n.code for n in found}


def test_settings_logs_and_hidden_locations() -> None:
    files = server(TLS + "server_tokens off;\nlocation /files/ {\n  autoindex on;\n}\nlocation /nginx_status {\n  stub_status;\n}\naccess_log off;", "server_tokens on;")
    found = {(r.values["scope"], r.values["setting"]): r for r in rows(NginxCollector(), files, "host_setting")}
    assert found["", "autoindex"].values["value"] == "off" and found["_:443/files/", "autoindex"].values["value"] == "on"
    assert found["_:443/files/", "autoindex"].places["value"].line == 9 and found["_:443/nginx_status", "stub_status"].values["value"] == "on"
    [log] = rows(NginxCollector(), files, "log_source")
    assert log.values["enabled"] is False and log.places["enabled"].line == 14


@pytest.mark.parametrize(
    ("target", "place"),
    [
        ("https://s3.us-west-2.amazonaws.com", "overseas"), ("https://b.oss-cn-hongkong.aliyuncs.com", "overseas"), ("https://b.oss-cn-shanghai.aliyuncs.com", "mainland"),
        ("https://api.tax.gov.cn", "mainland"), ("http://10.0.0.1:8080", "none"), ("http://backend", "none"), ("http://unix:/run/a.sock", "none"), ("https://$host", "none"),
        ("https://partner.com", None),
    ],
)  # fmt: skip
def test_places_of_upstreams(target: str, place: str | None) -> None:
    found = rows(NginxCollector(), server(TLS + f"location / {{\nproxy_pass {target};\n}}"), "data_location")
    assert [r.values["jurisdiction"] for r in found] == ([] if place == "none" else [place])
    assert all(r.at.line == 8 for r in found)


def test_upstream_hosts_stand_on_their_own_lines() -> None:
    files: dict[str, str | bytes] = {"nginx.conf": "http {\nupstream b {\n  server 10.0.0.1;\n  server x.eu-west-1.amazonaws.com:443;\n}\nserver { listen 80; location / { proxy_pass http://b; } }\n}\n"}
    assert [(r.values["place"], r.at.line) for r in rows(NginxCollector(), files, "data_location")] == [("x.eu-west-1.amazonaws.com", 4)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("http { server { listen 80; }\n", "unclosed_block"), ("http { } }\n", "unexpected_brace"), ("http { server { listen 80 } }\n", "missing_semicolon"),
        ('http { add_header X "never;\n}\n', "unterminated_quote"), ("http {" * 500, "too_deep"),
    ],
)  # fmt: skip
def test_broken_files_are_one_note_and_the_rest_is_read(text: str, code: str) -> None:
    assert code in {n.code for n in notes(NginxCollector(), {"nginx.conf": text})}


@pytest.mark.parametrize("text", ["{" * 200_000, "a " * 200_000, '"' * 100_001, "\\" * 100_001, "{{" * 100_000, "${" * 100_000, "#" * 300_000, "a_by_lua_block {" + "[[" * 50_000])
def test_hostile_texts_take_linear_time(text: str) -> None:
    before = time.perf_counter()
    parse("x", text)
    items(NginxCollector(), {"nginx.conf": text})
    assert time.perf_counter() - before < 5


@pytest.mark.parametrize(
    ("path", "text", "taken"),
    [
        ("nginx.conf", "events {}\n", True), ("deploy/nginx.conf.j2", "http {\n}\n", True), ("sites-enabled/default", "server {\n listen 80;\n}\n", True),
        ("conf.d/app.conf", "server {\n listen 80;\n}\n", True), ("httpd.conf", "<VirtualHost *:80>\nServerName x\n</VirtualHost>\n", False), ("app.conf", "key = value\n", False),
        ("docs/nginx.conf.md", "server {\n}\n", False), ("conf.d/logging.conf", "[loggers]\nkeys=root\n", False),
    ],
)  # fmt: skip
def test_which_files_are_nginx(path: str, text: str, taken: bool) -> None:
    assert NginxCollector().claims(path, text.encode()) is taken
