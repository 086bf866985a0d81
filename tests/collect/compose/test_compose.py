"""Services of compose files: every column good, bad and unknown; ports, extends, interpolation."""

from __future__ import annotations

import pytest

from compliance.collect.compose import ComposeCollector
from compliance.model.row import Row
from tests.collect.harness import items, notes, rows

NAME = "docker-compose.yml"


def containers(text: str, **files: str) -> dict[str, Row]:
    found = rows(ComposeCollector(), {NAME: text, **files}, "container")
    return {str(r.values["name"]): r for r in found if r.at.path == NAME or len(files)}


def service(body: str, name: str = NAME, **files: str) -> Row:
    text = "services:\n  app:\n    image: app:1\n" + "".join(f"    {line}\n" for line in body.splitlines())
    found = rows(ComposeCollector(), {name: text, **{k.replace("_env", ".env"): v for k, v in files.items()}}, "container")
    return found[0]


HARDENED = """\
user: "1000:1000"
read_only: true
cap_drop: [ALL]
cap_add: [NET_BIND_SERVICE]
security_opt: ["no-new-privileges:true"]
volumes:
  - ./data:/data
  - /etc/localtime:/etc/localtime:ro
  - cache:/cache
network_mode: bridge"""


def test_a_hardened_service_has_nothing_to_find() -> None:
    row = service(HARDENED)
    assert row.values["container_id"] == "docker-compose.yml:services/app"
    bad = {"privileged", "runs_as_root", "privilege_escalation", "host_network", "host_pid", "dangerous_capabilities", "host_path_mount", "seccomp_unconfined"}
    assert {name: row.values[name] for name in bad} == dict.fromkeys(bad, False)
    assert all(row.values[name] is True for name in ("image_pinned", "drops_all_capabilities", "read_only_root"))


@pytest.mark.parametrize(
    ("body", "column", "value", "line"),
    [
        ("privileged: true", "privileged", True, 4),
        ("privileged: ${P:-true}", "privileged", True, 4),
        ("privileged: ${P}", "privileged", None, 4),
        ("tty: true", "privileged", False, 0),
        ("network_mode: host", "host_network", True, 4),
        ("network_mode: service:db", "host_network", False, 4),
        ("network_mode: ${M}", "host_network", None, 4),
        ("pid: host", "host_pid", True, 4),
        ("ipc: host", "host_pid", True, 4),
        ("ipc: shareable", "host_pid", False, 4),
        ("cap_add:\n  - CHOWN\n  - CAP_SYS_ADMIN", "dangerous_capabilities", True, 6),
        ("cap_add: [CHOWN]", "dangerous_capabilities", False, 0),
        ("cap_add: ['${C}']", "dangerous_capabilities", None, 4),
        ("cap_drop: [MKNOD]", "drops_all_capabilities", False, 4),
        ("security_opt: ['seccomp:unconfined']", "seccomp_unconfined", True, 4),
        ("security_opt: ['apparmor=unconfined']", "seccomp_unconfined", True, 4),
        ("security_opt: ['seccomp:profile.json']", "seccomp_unconfined", False, 4),
        ("security_opt: ['no-new-privileges']", "privilege_escalation", False, 4),
        ("security_opt: ['no-new-privileges:false']", "privilege_escalation", True, 4),
        ("tty: true", "privilege_escalation", True, 0),
        ("user: root", "runs_as_root", True, 4),
        ("user: '0:0'", "runs_as_root", True, 4),
        ("user: ${UID:-1000}:${GID}", "runs_as_root", False, 4),
        ("user: ${UID}", "runs_as_root", None, 4),
        ("volumes: ['/var/run/docker.sock:/var/run/docker.sock']", "host_path_mount", True, 4),
        ("volumes: ['${SOCK}:/var/run/docker.sock']", "host_path_mount", True, 4),
        ("volumes:\n  - ./x:/x\n  - /:/host:ro", "host_path_mount", True, 6),
        ("volumes: [{type: bind, source: /etc, target: /x}]", "host_path_mount", True, 4),
        ("volumes: [{type: volume, source: etc, target: /etc}]", "host_path_mount", False, 0),
        ("volumes: ['/data', 'db:/etc', '${PWD}/x:/y', '/srv/x:/etc']", "host_path_mount", False, 0),
        ("volumes: ['${HOME}:/y']", "host_path_mount", True, 4),
        ("volumes: ['${DATA}:/y']", "host_path_mount", None, 4),
        ("volumes: ['C:\\:/y']", "host_path_mount", True, 4),
        ("devices: ['/dev/mem:/dev/mem']", "host_path_mount", True, 4),
        ("devices: ['/dev/ttyUSB0:/dev/ttyUSB0']", "host_path_mount", False, 0),
    ],
)  # fmt: skip
def test_each_column_at_its_line(body: str, column: str, value: bool | None, line: int) -> None:
    row = service(body)
    assert row.values[column] is value
    if value is not False or line:
        assert (row.places[column].line if column in row.places else 0) == line


@pytest.mark.parametrize(
    ("image", "pinned"), [("mysql", False), ("mysql:8.0.36", True), ("mysql:${V:-latest}", False), ("mysql:${V:-8}", True), ("mysql:${V}", None), ("${R}/mysql:8", True)]
)
def test_images(image: str, pinned: bool | None) -> None:
    row = containers(f"services:\n  db:\n    image: {image}\n")["db"]
    assert row.values["image_pinned"] is pinned and row.places["image_pinned"].line == 3


def test_an_image_that_is_built_and_a_user_nobody_states_are_not_asked_about() -> None:
    row = containers("services:\n  db:\n    build: .\n    image: me\n")["db"]
    assert {"image_pinned", "runs_as_root", "service_account_token", "remote_add"} <= set(row.lacks)


def test_a_named_volume_bound_to_the_host() -> None:
    text = "services: {a: {image: 'a:1', volumes: ['v:/x']}}\nvolumes:\n  v:\n    driver_opts:\n      o: bind\n      device: /etc\n"
    row = containers(text)["a"]
    assert row.values["host_path_mount"] is True and row.places["host_path_mount"].line == 6


PORTS = [
    ("3306:3306", [(3306, "any", "tcp")]),
    ("3306", [(3306, "any", "tcp")]),
    ("127.0.0.1:13306:3306", [(3306, "loopback", "tcp")]),
    ("127.0.0.1::3306", [(3306, "loopback", "tcp")]),
    ("0.0.0.0:13306:3306", [(3306, "any", "tcp")]),
    ("10.0.0.5:80:8080/udp", [(8080, "private", "udp")]),
    ("47.93.1.2:80:8080", [(8080, "any", "tcp")]),
    ("[::1]:80:8080", [(8080, "loopback", "tcp")]),
    ("[::]:80:8080", [(8080, "any", "tcp")]),
    ("5000-5002:6000-6002", [(6000, "any", "tcp"), (6001, "any", "tcp"), (6002, "any", "tcp")]),
    ("${IP:-127.0.0.1}:3306:3306", [(3306, "loopback", "tcp")]),
    ("${IP}:3306:3306", [(3306, None, "tcp")]),
    ("${P:-3306}:${P:-3306}", [(3306, "any", "tcp")]),
    ("${P}:6379", [(6379, "any", "tcp")]),
    ("3306:${P}", [(None, "any", "tcp")]),
    ("${IP:?set it}:22:22", [(22, None, "tcp")]),
    ("80:http", [(None, "any", "tcp")]),
    ("9-1:9-1", [(None, "any", "tcp")]),
    ("1:99999", [(None, "any", "tcp")]),
]


@pytest.mark.parametrize(("port", "expected"), PORTS)
def test_short_ports(port: str, expected: list[tuple[int | None, str | None, str]]) -> None:
    for written in (f'"{port}"', port if not port.startswith("[") and "?" not in port else f"'{port}'"):
        found = rows(ComposeCollector(), {NAME: f"services:\n  db:\n    image: a:1\n    ports:\n      - {written}\n"}, "service_exposure")
        assert [(r.values["port"], r.values["scope"], r.values["protocol"]) for r in found] == expected
        assert {r.at.line for r in found} == {5}


@pytest.mark.parametrize(
    ("port", "expected"),
    [
        ("{target: 3306, published: 3306}", (3306, "any", "tcp")),
        ("{target: 3306, published: '3306', host_ip: 127.0.0.1}", (3306, "loopback", "tcp")),
        ("{target: 53, protocol: udp}", (53, "any", "udp")),
        ("{target: '${P}'}", (None, "any", "tcp")),
        ("{target: 22, host_ip: '${IP}'}", (22, None, "tcp")),
        ("{published: 22}", (None, "any", "tcp")),
    ],
)
def test_long_ports(port: str, expected: tuple[int | None, str | None, str]) -> None:
    [row] = rows(ComposeCollector(), {NAME: f"services: {{a: {{image: 'a:1', ports: [{port}]}}}}\n"}, "service_exposure")
    assert (row.values["port"], row.values["scope"], row.values["protocol"]) == expected


def test_a_long_range_keeps_its_well_known_ports() -> None:
    found = rows(ComposeCollector(), {NAME: "services: {a: {image: 'a:1', ports: ['1-65535:1-65535']}}\n"}, "service_exposure")
    assert {1, 22, 3306, 6379, 65535} <= {r.values["port"] for r in found} and len(found) < 64


def test_what_is_only_exposed_or_on_the_host_network_is_not_published() -> None:
    text = "services: {a: {image: 'a:1', expose: [3306]}, b: {image: 'b:1', network_mode: host, ports: ['22:22']}}\n"
    assert rows(ComposeCollector(), {NAME: text}, "service_exposure") == []


def test_anchors_and_merge_keys() -> None:
    text = """\
x-base: &base
  image: app:1
  privileged: true
  ports: &ports ["127.0.0.1:22:22"]
services:
  a:
    <<: *base
  b:
    <<: *base
    privileged: false
    ports: *ports
"""
    found = containers(text)
    assert found["a"].values["privileged"] is True and found["a"].places["privileged"].line == 3 and found["a"].at.line == 7
    assert found["b"].values["privileged"] is False and found["b"].places["privileged"].line == 10
    assert len(rows(ComposeCollector(), {NAME: text}, "service_exposure")) == 2


def test_extends_in_the_file_and_in_another() -> None:
    text = """\
services:
  base: {image: "a:1", privileged: true, ports: ["22:22"]}
  same: {extends: base}
  other:
    extends: {file: common/base.yml, service: db}
    ports: ["127.0.0.1:80:80"]
"""
    other = "services:\n  db:\n    image: mysql\n    extends: {service: deeper}\n  deeper:\n    image: x:1\n    cap_add: [ALL]\n"
    found = rows(ComposeCollector(), {NAME: text, "common/base.yml": other}, "container")
    mine = {r.values["name"]: r for r in found if r.at.path == NAME}
    assert mine["same"].values["privileged"] is True and mine["same"].places["privileged"].line == 2
    assert mine["other"].values["image"] == "mysql" and mine["other"].values["image_pinned"] is False
    place = mine["other"].places["dangerous_capabilities"]
    assert mine["other"].values["dangerous_capabilities"] is True and (place.path, place.line) == ("common/base.yml", 7)


@pytest.mark.parametrize("extends", ["a", "{service: nobody}", "{file: ../../etc/passwd, service: x}", "{file: gone.yml, service: x}", "{file: '${F}', service: x}", "[x]"])
def test_extends_that_cannot_be_followed_leave_the_rest_unknown(extends: str) -> None:
    row = containers(f"services:\n  a:\n    extends: {extends}\n    privileged: false\n")["a"]
    assert row.values["privileged"] is False and row.values["host_network"] is None
    assert row.nulls["host_network"].code == "unresolved_reference"


def test_circles_of_extends_end() -> None:
    found = containers("services:\n  a: {image: 'a:1', extends: b}\n  b: {image: 'b:1', extends: a}\n")
    assert found["a"].values["privileged"] is None


def test_values_of_the_env_file_beside_it() -> None:
    text = "services: {a: {image: 'a:${TAG}', user: '${WHO}', ports: ['${IP}:80:80']}}\n"
    env = "# remark\nTAG=latest\nexport WHO='root'\nIP=127.0.0.1 # local\nBAD\n"
    found = rows(ComposeCollector(), {"x/" + NAME: text, "x/.env": env})
    [container] = [r for r in found if r.table == "container"]
    assert container.values["image_pinned"] is False and container.values["runs_as_root"] is True
    assert [r.values["scope"] for r in found if r.table == "service_exposure"] == ["loopback"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$$HOME", "$HOME"), ("${A:-${B:-c}}", "c"), ("${A-}", ""), ("x${A:+y}z", "xz"), ("a$", "a$"), ("${", "${"),
        ("${A:-" * 50 + "x" + "}" * 50, None), ("$A", None), ("${A:?no}", None), ("${A##x}", None), ("{{ a }}", None),
    ],
)  # fmt: skip
def test_interpolation(text: str, value: str | None) -> None:
    row = containers(f"services:\n  a:\n    image: '{text}'\n")["a"]
    assert row.values["image"] == value


def test_an_override_says_only_what_it_states() -> None:
    row = rows(ComposeCollector(), {"docker-compose.override.yml": "services:\n  db:\n    privileged: true\n"}, "container")[0]
    assert row.values["privileged"] is True
    assert {"image_pinned", "privilege_escalation", "host_network", "drops_all_capabilities"} <= set(row.lacks)


@pytest.mark.parametrize(
    ("path", "text", "taken"),
    [
        ("compose.yaml", "services: {a: {image: x}}\n", True),
        ("docker-compose.prod.yml", "services: {a: {image: x}}\n", True),
        ("stack.yml", "services:\n  a:\n    image: x\n", True),
        (".gitlab-ci.yml", "image: x\nservices:\n  - docker:dind\n", False),
        ("config/services.yaml", "services:\n  _defaults: {autowire: true}\n  App\\Foo: {class: x}\n", False),
        ("k.yaml", "apiVersion: v1\nkind: X\nservices:\n  a:\n    image: x\n", False),
        ("docker-compose.yml", "db:\n  image: x\n", True),
        ("docker-compose.txt", "services: {a: {image: x}}\n", False),
    ],
)
def test_which_files_are_compose_files(path: str, text: str, taken: bool) -> None:
    assert bool(items(ComposeCollector(), {path: text})) is taken


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("services:\n  a: [\n", "syntax_error"), ("services:\n\ta: 1\n", "syntax_error"), ("services: {{ x }}-{{ .y }}\n", "helm_template"),
        ("services: &s {a: *s}\n", "alias_circle"), ("services: " + "[" * 10_000, "too_deep"), ("services: 7\n", "unreadable_services"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_a_note(text: str, code: str) -> None:
    found = notes(ComposeCollector(), {NAME: text})
    assert code in [n.code for n in found] and all("container" in n.tables for n in found if n.code == code)


def test_encodings() -> None:
    text = "services:\r\n  账套:\r\n    image: mysql\r\n    privileged: true\r\n"
    [row] = rows(ComposeCollector(), {NAME: text.encode("gb18030")}, "container")
    assert row.values["name"] == "账套" and row.places["privileged"].line == 4
    assert [n.code for n in notes(ComposeCollector(), {NAME: b"services:\n  a: \xff\xff\n"})] == ["undecodable"]


@pytest.mark.parametrize(
    "body", ["7", "text", "[a]", "{image: {a: b}, ports: 7, volumes: {a: b}, cap_add: x, security_opt: {a: b}, user: [1], extends: {a: b}}",
             "{image: a, ports: [[1], {}, null, true, 1.5, '::', 'a:b:c:d:e', '/'], volumes: [[1], {}, null, 7, ':', '::']}",
             "{image: a, ports: ['" + "9" * 5000 + "'], devices: [{}], pid: [], privileged: {}}"],
)  # fmt: skip
def test_odd_types_never_raise(body: str) -> None:
    rows(ComposeCollector(), {NAME: f"services: {{a: {body}}}\nvolumes: [x]\n"})


def test_an_address_in_the_place_of_the_published_port_binds_it() -> None:
    text = "services:\n  a:\n    image: a:1\n    ports:\n      - target: 8000\n        published: 127.0.0.1\n"
    [row] = [r for r in rows(ComposeCollector(), {NAME: text}) if r.table == "service_exposure"]
    assert (row.values["port"], row.values["scope"]) == (8000, "loopback")
