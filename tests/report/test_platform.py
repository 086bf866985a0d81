"""The remedy shown is that of the platform the finding is about."""

from __future__ import annotations

import pytest

from compliance.catalog.cache import load_catalog
from compliance.collect.tree import MemoryTree
from compliance.report.platform import platform_of
from compliance.run.check import Options, check
from compliance.run.config import Config

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: a, securityContext: {privileged: true}}]}\n"


@pytest.mark.parametrize(
    ("path", "text", "platform"),
    [
        ("k8s/pod.yaml", POD, "kubernetes"),
        ("Dockerfile", "FROM a\n", "dockerfile"),
        ("docker-compose.yml", "services: {a: {image: a, privileged: true}}\n", "compose"),
        (".gitlab-ci.yml", "image: a:latest\n", "ci"),
        ("etc/ssh/sshd_config", "PermitRootLogin yes\n", "sshd"),
        ("redis.conf", "port 6379\n", "redis"),
        ("my.cnf", "[mysqld]\nskip-grant-tables\n", "mysql"),
        ("pg_hba.conf", "host all all 0.0.0.0/0 trust\n", "postgresql"),
        ("nginx/nginx.conf", "http { server { listen 80; root /srv; } }\n", "nginx"),
        ("main.tf", 'resource "alicloud_oss_bucket" "b" {\n  acl = "public-read"\n}\n', "alicloud"),
    ],
)
def test_platform_of_a_finding(path: str, text: str, platform: str) -> None:
    result = check(MemoryTree({path: text.encode()}), load_catalog(), Config(profile="ci"), Options("2026-06-30"))
    found = [f for f in result.assessment.findings if f.location.path == path]
    assert found and {platform_of(f) for f in found} == {platform}
