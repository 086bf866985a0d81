"""The whole command line in a subprocess, as a CI job would run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

PUBLIC = 'provider "alicloud" {\n  region = "cn-hangzhou"\n}\nresource "alicloud_oss_bucket" "b" {\n  bucket = "b"\n  acl    = "public-read"\n}\n'
CLEAN = 'provider "alicloud" {\n  region = "cn-hangzhou"\n}\nresource "alicloud_kms_key" "k" {\n  automatic_rotation = "Enabled"\n}\n'


def hegui(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "HEGUI_DEBUG": "", "PYTHONIOENCODING": "utf-8", **environment}
    return subprocess.run([sys.executable, "-m", "compliance", *arguments], cwd=cwd, env=env, capture_output=True, text=True, encoding="utf-8", timeout=120)


def write(root: Path, text: str, name: str = "main.tf") -> Path:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, encoding="utf-8")
    return root


def report(root: Path, *arguments: str) -> dict[str, object]:
    result = hegui("check", str(root), "-f", "json", "--as-of", "2026-06-30", *arguments, cwd=root)
    return json.loads(result.stdout)  # type: ignore[no-any-return]


def test_gaps_end_with_1_and_point_at_the_line(tmp_path: Path) -> None:
    result = hegui("check", ".", "--language", "en", cwd=write(tmp_path, PUBLIC))
    assert result.returncode == 1
    assert "main.tf:6" in result.stdout and "NET-01.storage-not-public" in result.stdout and "PIPL art. 51" in result.stdout
    assert "gaps" in result.stderr


def test_chinese_is_the_default_language(tmp_path: Path) -> None:
    result = hegui("check", ".", cwd=write(tmp_path, PUBLIC))
    assert "对所有人公开" in result.stdout and "个人信息保护法第五十一条" in result.stdout


def test_clean_ends_with_0(tmp_path: Path) -> None:
    assert hegui("check", ".", cwd=write(tmp_path, CLEAN)).returncode == 0


def test_nothing_evaluated_is_3_never_green(tmp_path: Path) -> None:
    result = hegui("check", ".", "-f", "json", cwd=tmp_path)
    assert result.returncode == 3 and json.loads(result.stdout)["exit"]["reason"] == "nothing_evaluated"


def test_unresolved_value_is_3_with_its_reason(tmp_path: Path) -> None:
    write(tmp_path, CLEAN + 'variable "e" {}\nresource "alicloud_disk" "d" {\n  encrypted = var.e\n}\n')
    data = report(tmp_path)
    [finding] = data["findings"]  # type: ignore[misc]
    assert data["exit"]["code"] == 3 and finding["verdict"] == "undetermined" and "var.e" in finding["reason"]  # type: ignore[index]
    assert finding["location"] == {"path": "main.tf", "line": 9, "end_line": 9}


def test_syntax_error_is_reported_and_inconclusive(tmp_path: Path) -> None:
    write(tmp_path, CLEAN)
    write(tmp_path, 'resource "alicloud_disk" "d" {\n  encrypted = \n', "broken.tf")
    data = report(tmp_path)
    assert data["exit"]["code"] == 3  # type: ignore[index]
    assert any(e["path"] == "broken.tf" and e["code"] == "syntax_error" for e in data["evidence"])  # type: ignore[union-attr]


def test_usage_errors_are_2(tmp_path: Path) -> None:
    assert hegui("check", "missing", cwd=tmp_path).returncode == 2
    assert hegui("check", ".", "-f", "pdf", cwd=tmp_path).returncode == 2
    assert hegui("check", ".", "--as-of", "2026-02-30", cwd=tmp_path).returncode == 2
    write(tmp_path, "profil: ci\n", "hegui.yaml")
    result = hegui("check", ".", cwd=tmp_path)
    assert result.returncode == 2 and "hegui.yaml:1" in result.stderr and "did you mean 'profile'?" in result.stderr


def test_soft_fail_turns_1_into_0_only(tmp_path: Path) -> None:
    assert hegui("check", ".", "--soft-fail", cwd=write(tmp_path, PUBLIC)).returncode == 0
    assert hegui("check", "nowhere", "--soft-fail", cwd=tmp_path).returncode == 2


def test_a_parameter_below_its_legal_floor_is_refused_with_the_article(tmp_path: Path) -> None:
    write(tmp_path, CLEAN)
    write(tmp_path, "parameters:\n  AUD-02:\n    min_days: 180\n", "hegui.yaml")
    result = hegui("check", ".", cwd=tmp_path)
    assert result.returncode == 2 and "第二十三条第（三）项" in result.stderr and "184" in result.stderr


def test_baseline_file_hides_known_findings_only(tmp_path: Path) -> None:
    root = write(tmp_path / "repo", PUBLIC)
    known = tmp_path / "known.json"
    hegui("check", ".", "-f", f"json={known}", cwd=root)
    assert hegui("check", ".", "--baseline", str(known), cwd=root).returncode == 0
    write(root, PUBLIC + 'resource "alicloud_oss_bucket" "c" {\n  bucket = "c"\n}\n')
    assert hegui("check", ".", "--baseline", str(known), cwd=root).returncode == 1


def test_git_baseline_and_changed_lines(tmp_path: Path) -> None:
    root = write(tmp_path, PUBLIC)
    for command in (("init", "-q"), ("add", "."), ("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "x")):
        subprocess.run(["git", *command], cwd=root, check=True, capture_output=True)
    assert hegui("check", ".", "--baseline", "HEAD", cwd=root).returncode == 0
    assert hegui("check", ".", "--changed-only", "HEAD", cwd=root).returncode == 0
    write(root, PUBLIC + 'resource "alicloud_disk" "d" {\n  encrypted = false\n}\n')
    assert hegui("check", ".", "--baseline", "HEAD", cwd=root).returncode == 1
    assert hegui("check", ".", "--changed-only", "HEAD", cwd=root).returncode == 1
    assert hegui("check", ".", "--baseline", "no-such-revision", cwd=root).returncode == 2


def test_same_bytes_in_other_zones_locales_and_hash_seeds(tmp_path: Path) -> None:
    write(tmp_path, PUBLIC)
    outputs = {
        hegui("check", ".", "-f", "json", "--as-of", "2026-06-30", cwd=tmp_path, TZ=zone, LANG=locale, PYTHONHASHSEED=seed).stdout
        for zone, locale, seed in (("UTC", "C", "1"), ("America/New_York", "C.UTF-8", "2"), ("Asia/Shanghai", "en_US.UTF-8", "3"))
    }
    assert len(outputs) == 1


def test_exception_needs_another_approver_and_an_end(tmp_path: Path) -> None:
    write(tmp_path, PUBLIC)
    entry = "exceptions:\n  - control: NET-01\n    reason: public brochures\n    owner: zhang\n    approver: {approver}\n    expires: {expires}\n"
    write(tmp_path, entry.format(approver="zhang", expires="2026-07-30"), ".hegui/exceptions.yaml")
    assert "owner and approver are the same" in hegui("check", ".", cwd=tmp_path).stderr
    write(tmp_path, entry.format(approver="li", expires="2026-07-30"), ".hegui/exceptions.yaml")
    data = report(tmp_path)
    assert {f["status"] for f in data["findings"] if f["control"] == "NET-01"} == {"excepted"}  # type: ignore[union-attr]
    write(tmp_path, entry.format(approver="li", expires="2026-06-29"), ".hegui/exceptions.yaml")
    data = report(tmp_path)
    assert {f["status"] for f in data["findings"]} == {"open"}  # type: ignore[union-attr]
    assert any(n["kind"] == "expired" for n in data["notes"])  # type: ignore[union-attr]


def test_inline_ignore_and_its_switch(tmp_path: Path) -> None:
    text = PUBLIC.replace('  acl    = "public-read"', '  # hegui:ignore NET-01 until=2026-07-30 reason=brochures\n  acl    = "public-read"')
    write(tmp_path, text)
    assert {f["status"] for f in report(tmp_path)["findings"] if f["check"] == "storage-not-public"} == {"excepted"}  # type: ignore[union-attr]
    write(tmp_path, "inline_ignores: false\n", "hegui.yaml")
    assert {f["status"] for f in report(tmp_path)["findings"] if f["check"] == "storage-not-public"} == {"open"}  # type: ignore[union-attr]


def test_help_and_version_import_nothing_heavy(tmp_path: Path) -> None:
    code = "import sys; import compliance.cli.main; heavy = {'duckdb', 'sqlglot', 'pydantic', 'jsonschema', 'networkx', 'yaml', 'tabulate'} & set(sys.modules); sys.exit(f'{heavy}' if heavy else 0)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr


def test_hostile_links_and_devices(tmp_path: Path) -> None:
    root = write(tmp_path / "repo", CLEAN)
    (tmp_path / "outside.tf").write_text(PUBLIC, encoding="utf-8")
    (root / "out.tf").symlink_to(tmp_path / "outside.tf")
    (root / "loop").symlink_to(root)
    (root / "gone").symlink_to(root / "nothing")
    os.mkfifo(root / "pipe")
    with (root / "huge.tf").open("wb") as file:
        file.truncate(1_000_000_000)
    data = report(root)
    codes = {e["path"]: e["code"] for e in data["evidence"] if e["code"]}  # type: ignore[union-attr]
    assert codes["out.tf"] == "link_outside_root" and codes["loop"] == "link_to_folder" and codes["gone"] == "dangling_link"
    assert codes["pipe"] == "special_file" and codes["huge.tf"] == "too_large"
    assert not any(f["location"]["path"] == "out.tf" for f in data["findings"])  # type: ignore[union-attr]


def test_a_second_run_gives_the_same_bytes_and_a_changed_file_another_answer(tmp_path: Path) -> None:
    root = write(tmp_path / "repo", PUBLIC)
    cache = {"HEGUI_CACHE_DIR": str(tmp_path / "cache")}
    first = hegui("check", ".", "-f", "json", cwd=root, **cache)
    assert hegui("check", ".", "-f", "json", cwd=root, **cache).stdout == first.stdout
    assert hegui("check", ".", "-f", "json", "--no-cache", cwd=root, **cache).stdout == first.stdout
    write(root, CLEAN)
    assert hegui("check", ".", cwd=root, **cache).returncode == 0
    for kept in (tmp_path / "cache").glob("check-*.json"):
        kept.write_text("{", encoding="utf-8")
    assert hegui("check", ".", cwd=root, **cache).returncode == 0
