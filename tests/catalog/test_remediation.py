"""Every gap of a repository comes with its fix: a sentence for each check, the setting for each platform its cases speak of."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from compliance.catalog.cache import load_catalog
from compliance.catalog.roots import default_roots

ROOT = Path(__file__).parents[2]
CLOUDS = ("aws", "alicloud", "tencentcloud", "huaweicloud")
PLATFORMS = (*CLOUDS, "kubernetes", "compose", "dockerfile", "nginx")


def steps() -> dict[str, dict[str, str]]:
    """platform -> check -> text."""
    found = {}
    for path in sorted((default_roots().controls / "remediation").glob("*.yaml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        found[document["platform"]] = {k: v if isinstance(v, str) else f"{v['zh']} {v['en']}" for k, v in document["steps"].items()}
    return found


def repository_checks() -> set[str]:
    catalog = load_catalog()
    entries = catalog.profiles["ci"].entries
    return {f"{e.control}.{k.id}" for e in entries for k in catalog.controls[e.control].checks if not e.checks or k.id in e.checks}


def test_every_check_of_a_repository_says_what_to_do() -> None:
    assert repository_checks() - set(steps()["general"]) == set()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_violation_that_a_platforms_cases_show_has_its_setting(platform: str) -> None:
    shown = set()
    for path in (default_roots().controls / "cases").glob(f"*/{platform}.yaml"):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        shown |= {f"{document['control']}.{f.split(' ')[0]}" for c in document["cases"] for f in c.get("findings") or [] if "?" not in f.split(" ")[0]}
    assert shown, f"no cases of {platform}"
    assert shown - set(steps()[platform]) - {"PIPL-PI.no-personal-data"} == set()


@pytest.mark.parametrize("platform", CLOUDS)
def test_the_settings_named_are_settings_that_the_adapters_read(platform: str) -> None:
    package = ROOT / "compliance/collect/terraform/providers" / platform
    read = "\n".join(p.read_text(encoding="utf-8") for p in [*package.glob("*.py"), *package.parent.glob("*.py")])
    unknown = {}
    for check, text in steps()[platform].items():
        plain = re.sub(r"\"[^\"]*\"|data \S+", "", text)  # values, and data sources that hold secrets
        words = {w.removeprefix(f"{platform}_") for w in re.findall(r"\b[a-z]+[a-z0-9]*(?:_[a-z0-9]+)+\b", plain)}
        if missing := {w for w in words if w.removeprefix("require_") not in read and w not in CONTEXT}:
            unknown[check] = missing
    assert unknown == {}


CONTEXT = {
    # Arguments that complete an example and decide nothing: names of targets, of members, of what replaces the weakness.
    "target_prefix", "traffic_type", "iam_user_group_membership", "ram_group_membership", "cam_group_membership", "identity_group_membership",
    "manage_master_user_password", "server_certificate_id", "certificate_id", "server_certificate", "log_set_id",
}  # fmt: skip


def test_reports_name_the_setting_of_the_findings_own_platform() -> None:
    from compliance.collect.tree import MemoryTree
    from compliance.report.common import fix
    from compliance.run.check import Options, check
    from compliance.run.config import Config

    text = 'provider "aws" {\n  region = "cn-north-1"\n}\nresource "aws_ebs_volume" "v" {\n  availability_zone = "cn-north-1a"\n}\n'
    run = check(MemoryTree({"main.tf": text.encode()}), load_catalog(), Config(), Options("2026-06-30"))
    disk = next(f for f in run.assessment.findings if f.check == "block-volume")
    said = fix(disk, run.catalog.controls["ENC-01"], "zh")
    assert "打开加密" in said and "aws_ebs_volume: encrypted = true" in said and "alicloud" not in said
