"""Which platform a finding is about, so that a report shows that platform's own remedy."""

from __future__ import annotations

import re
from typing import Final

from compliance.model.assessment import Finding

_CLOUDS: Final = ("aws", "alicloud", "tencentcloud", "huaweicloud")
# By the name of the file the finding stands in; the first that fits.
_FILES: Final = (
    ("ci", re.compile(r"(?:^|/)\.(?:github|gitea|forgejo)/workflows/|gitlab-ci|(?:^|/)Jenkinsfile|(?:^|/)\.(?:drone|woodpecker|circleci)|-pipelines?\.ya?ml\Z")),
    ("dockerfile", re.compile(r"(?i)(?:^|/)(?:dockerfile|containerfile)[^/]*\Z|\.(?:dockerfile|containerfile)\Z")),
    ("compose", re.compile(r"(?:^|/)(?:docker-)?compose[^/]*\.ya?ml\Z")),
    ("sshd", re.compile(r"sshd_config")),
    ("postgresql", re.compile(r"(?:^|/)(?:pg_hba|postgres)[^/]*\.conf")),
    ("redis", re.compile(r"(?:^|/)(?:redis|valkey|keydb)[^/]*\.conf")),
    ("mysql", re.compile(r"\.cnf\b")),
    ("nginx", re.compile(r"nginx|(?:^|/)sites-(?:available|enabled)/|(?:^|/)conf\.d/[^/]+\.conf")),
)
_KUBERNETES: Final = re.compile(r":[\w.-]*/[A-Z][A-Za-z]+/[^/]")
"""Key of a Kubernetes object: ``path:namespace/Kind/name``."""


def platform_of(finding: Finding) -> str:
    """A key of a check's ``remedies``, '' when nothing tells."""
    cloud = next((name for name in _CLOUDS if f"{name}_" in finding.key or f"provider.{name}" in finding.key), "")
    if cloud:
        return cloud
    named = next((name for name, pattern in _FILES if pattern.search(finding.location.path)), "")
    if not named and finding.location.path.endswith((".yaml", ".yml", ".json")) and _KUBERNETES.search(finding.key):
        return "kubernetes"
    return named
