"""Images, capabilities and host paths."""

from __future__ import annotations

import pytest

from compliance.collect.container_facts import dangerous, drops_all, host_paths, image_pinned, sensitive_host_path, template
from compliance.model.cell import Cell


@pytest.mark.parametrize(
    ("image", "pinned"),
    [
        ("nginx", False), ("nginx:latest", False), ("nginx:1.27", True), ("registry:5000/nginx", False),
        ("registry:5000/team/nginx:1.27", True), ("nginx@sha256:" + "a" * 64, True), ("nginx:latest@sha256:" + "a" * 64, True),
        ("${REGISTRY}/app:1.2", True), ("{{ .r }}/app", False), ("app:${TAG}", None), ("${IMAGE}", None), ("app@${DIGEST}", None),
        ("app:v${TAG}", True), ("", False),
    ],
)  # fmt: skip
def test_pinned_images(image: str, pinned: bool | None) -> None:
    cell = image_pinned(Cell(template(image)))
    assert (None if cell.unknown else cell.value) is pinned


@pytest.mark.parametrize(
    ("path", "sensitive"),
    [
        ("/", True), ("/etc", True), ("/etc/", True), ("//etc//", True), ("/data/../etc", True), ("/etc/localtime", False),
        ("/etc/timezone", False), ("/etc/shadow", True), ("/etc/kubernetes/pki", True), ("/var/run/docker.sock", True),
        ("/run/user/1000/podman/podman.sock", True), ("/data/docker.sock.d", False), ("/root/.ssh", True), ("/proc", True),
        ("/var/lib/docker/containers", True), ("/var/lib/mysql", False), ("/srv/data", False), ("./etc", False), ("~", True),
        ("~/.ssh", True), ("~/project", False), ("C:\\", True), ("C:\\data", False), ("\\\\.\\pipe\\docker_engine", True), ("/dev/shm", False),
    ],
)  # fmt: skip
def test_sensitive_paths(path: str, sensitive: bool) -> None:
    assert sensitive_host_path(path) is sensitive


@pytest.mark.parametrize(
    ("path", "verdict"), [("${DATA}", None), ("/etc/${X}", None), ("/srv/${X}", False), ("./${X}", False), ("/root/${X}", True)]
)
def test_paths_with_holes(path: str, verdict: bool | None) -> None:
    cell = host_paths([Cell(template(path))])
    assert (None if cell.unknown else cell.value) is verdict


def test_capabilities() -> None:
    assert dangerous([Cell("NET_BIND_SERVICE"), Cell("cap_sys_admin")]).value is True
    assert dangerous([Cell("CHOWN"), Cell("IPC_LOCK")]).value is False
    assert dangerous([]).value is False
    assert dangerous([Cell(template("${CAP}"))]).unknown
    assert dangerous([Cell(template("${CAP}")), Cell("ALL")]).value is True
    assert drops_all([Cell("all")]).value is True and drops_all([Cell("MKNOD")]).value is False
