"""Bundle, verify, reperform, sample, reveal, notes and timestamp as a user meets them, in subprocesses."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.run.test_assess import firm


def hegui(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root), "HEGUI_LANGUAGE": "zh"}
    return subprocess.run([sys.executable, "-m", "compliance", *map(str, arguments)], cwd=cwd, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A firm's folder with one bundle, and the auditor's trust file."""
    root = firm(tmp_path_factory.mktemp("firm"))
    done = hegui("bundle", ".", "--new-key", "--profile", "full", "--challenge", "challenge-0001", cwd=root)
    assert done.returncode == 0, done.stderr
    public = next(line.split(": ")[1] for line in done.stdout.splitlines() if line.startswith("公钥: "))
    (root / "trust.yaml").write_text(f"keys:\n  - algorithm: ed25519\n    public: '{public}'\n    firm: 甲代账有限公司\n", encoding="utf-8")
    shutil.copy(root / "甲代账有限公司-2026Q2-001.evb.zip", root / "one.evb.zip")
    return root


def test_keys_are_readable_by_their_owner_alone_and_never_in_the_bundle(sealed: Path) -> None:
    for name in ("signing.key", "pseudonym.key"):
        path = sealed / ".hegui" / name
        assert os.name != "posix" or stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.read_bytes().strip() not in (sealed / "one.evb.zip").read_bytes()
    assert "张三".encode() not in (sealed / "one.evb.zip").read_bytes()


def test_verify_accepts_and_accounts(sealed: Path) -> None:
    done = hegui("verify", "one.evb.zip", "--trust", "trust.yaml", "--challenge", "challenge-0001", "--period", "2026Q2", cwd=sealed)
    assert done.returncode == 0 and "验证通过" in done.stdout and "employees.name (name): 代号" in done.stdout, done.stderr


def test_a_refused_bundle_is_exit_1_and_unusable_input_exit_2(sealed: Path) -> None:
    data = bytearray((sealed / "one.evb.zip").read_bytes())
    data[len(data) // 2] ^= 1
    (sealed / "bad.evb.zip").write_bytes(data)
    done = hegui("verify", "bad.evb.zip", "--trust", "trust.yaml", cwd=sealed)
    assert done.returncode == 1 and "(crc)" in done.stderr and "Traceback" not in done.stderr
    assert hegui("verify", "one.evb.zip", "--trust", "trust.yaml", "--challenge", "challenge-0002", cwd=sealed).returncode == 1
    assert hegui("reperform", "bad.evb.zip", "--trust", "trust.yaml", cwd=sealed).returncode == 1
    assert hegui("verify", "one.evb.zip", cwd=sealed).returncode == 2
    assert hegui("verify", "absent.evb.zip", "--trust", "trust.yaml", cwd=sealed).returncode == 2


def test_reperform_says_the_conclusions_agree(sealed: Path) -> None:
    done = hegui("reperform", "one.evb.zip", "--trust", "trust.yaml", cwd=sealed)
    assert done.returncode == 0 and done.stdout.startswith("结论一致  sha256:"), done.stdout + done.stderr


def test_a_firm_with_a_repository_re_performs_to_the_byte(tmp_path: Path) -> None:
    """Collectors of configuration leave out columns that they never know: what ships must not depend on that."""
    root = firm(tmp_path)
    (root / "infra").mkdir()
    (root / "infra/main.tf").write_text('provider "alicloud" {\n  region = "cn-hangzhou"\n}\nresource "alicloud_disk" "d" {\n  encrypted = false\n}\nresource "alicloud_oss_bucket" "b" {\n  bucket = var.name\n}\n', encoding="utf-8")
    (root / "hegui.yaml").write_text((root / "hegui.yaml").read_text(encoding="utf-8") + "repositories: [infra]\n", encoding="utf-8")
    done = hegui("bundle", ".", "--new-key", cwd=root)
    assert done.returncode == 0, done.stderr
    public = next(line.split(": ")[1] for line in done.stdout.splitlines() if line.startswith("公钥: "))
    (root / "trust.yaml").write_text(f"keys: [{{algorithm: ed25519, public: '{public}'}}]\n", encoding="utf-8")
    again = hegui("reperform", "甲代账有限公司-2026Q2-001.evb.zip", "--trust", "trust.yaml", cwd=root)
    assert again.returncode == 0 and "结论一致" in again.stdout, again.stdout + again.stderr


def test_a_second_build_is_the_same_file(sealed: Path) -> None:
    before = (sealed / "one.evb.zip").read_bytes()
    done = hegui("bundle", ".", "--profile", "full", "--challenge", "challenge-0001", cwd=sealed)
    assert done.returncode == 0 and (sealed / "甲代账有限公司-2026Q2-001.evb.zip").read_bytes() == before


def test_a_sample_is_drawn_and_opened_at_the_firm(sealed: Path) -> None:
    drawn = hegui("sample", "one.evb.zip", "--trust", "trust.yaml", "--nonce", "0123456789abcdef", "--control", "GOV-01", "--size", "quarterly=3", cwd=sealed)
    assert drawn.returncode == 0 and len(drawn.stdout.splitlines()) == 3, drawn.stderr
    opened = hegui("sample", "one.evb.zip", "--trust", "trust.yaml", "--nonce", "0123456789abcdef", "--control", "GOV-01", "--firm", ".", cwd=sealed)
    assert opened.stdout.count("与封存一致") == 2 and "不一致" not in opened.stdout
    assert hegui("sample", "one.evb.zip", "--trust", "trust.yaml", "--nonce", "0123456789abcdef", "--size", "often=3", cwd=sealed).returncode == 2


def test_reveal_resolves_a_pseudonym_at_the_firm(sealed: Path) -> None:
    import zipfile

    with zipfile.ZipFile(sealed / "one.evb.zip") as archive:
        table = archive.read("data/tables/employees.csv").decode()
    sign = next(cell.strip('"') for cell in table.replace("\n", ",").split(",") if cell.startswith('"N-'))
    done = hegui("reveal", ".", sign, "--period", "2026Q2", cwd=sealed)
    assert done.returncode == 0 and done.stdout.split("\t")[1].strip() == "张三", done.stderr
    assert hegui("reveal", ".", "N-aaaaaaaaaaaaaaaa", "--period", "2026Q2", cwd=sealed).returncode == 2


def test_an_engagement_has_pseudonyms_of_its_own(sealed: Path) -> None:
    import zipfile

    done = hegui("bundle", ".", "--profile", "full", "--engagement", "audit-a", "--out", "other", cwd=sealed)
    assert done.returncode == 0, done.stderr
    seen = []
    for name in ("one.evb.zip", "other/甲代账有限公司-2026Q2-001.evb.zip"):
        with zipfile.ZipFile(sealed / name) as archive:
            seen.append(archive.read("data/tables/employees.csv"))
    assert seen[0] != seen[1] and (sealed / ".hegui/pseudonym-audit-a.key").exists()
    opened = hegui("sample", "other/甲代账有限公司-2026Q2-001.evb.zip", "--trust", "trust.yaml", "--nonce", "0123456789abcdef", "--control", "GOV-01", "--firm", ".", "--engagement", "audit-a", cwd=sealed)
    assert opened.stdout.count("与封存一致") == 2, opened.stderr
    assert "不一致" in hegui("sample", "other/甲代账有限公司-2026Q2-001.evb.zip", "--trust", "trust.yaml", "--nonce", "0123456789abcdef", "--control", "GOV-01", "--firm", ".", cwd=sealed).stdout
    assert hegui("bundle", ".", "--engagement", "../x", cwd=sealed).returncode == 2


def test_notes_lie_beside_the_bundle(sealed: Path) -> None:
    before = (sealed / "one.evb.zip").read_bytes()
    common = ("notes", "one.evb.zip", "--trust", "trust.yaml", "--notes", "notes.json", "--key", "auditor.key")
    done = hegui(*common, "--new-key", "--auditor", "王审计", "--item", "GOV-01", "--decision", "flag", "--comment", "缺评审签字", "--report", "audit.html", cwd=sealed)
    assert done.returncode == 0 and "存疑" in done.stdout, done.stderr
    assert "缺评审签字" in (sealed / "audit.html").read_text(encoding="utf-8") and json.loads((sealed / "notes.json").read_bytes())["signatures"]
    assert hegui(*common, cwd=sealed).stdout == "GOV-01\t存疑\t缺评审签字\n"
    assert (sealed / "one.evb.zip").read_bytes() == before


def test_the_next_quarter_is_linked_to_this_one(sealed: Path) -> None:
    from compliance.bundle.bag import sha256
    from compliance.bundle.seal import STATEMENT
    from tests.bundle.sealed import entries

    settings = (sealed / "hegui.yaml").read_text(encoding="utf-8")
    try:
        (sealed / "hegui.yaml").write_text(settings.replace("2026Q2", "2026Q3").replace("2026-06-30", "2026-09-30"), encoding="utf-8")
        done = hegui("bundle", ".", "--profile", "full", "--as-of", "2026-09-30", cwd=sealed)
        assert done.returncode == 0, done.stderr
    finally:
        (sealed / "hegui.yaml").write_text(settings, encoding="utf-8")
    later = "甲代账有限公司-2026Q3-002.evb.zip"
    linked = hegui("verify", later, "--trust", "trust.yaml", "--since", "one.evb.zip", cwd=sealed)
    assert linked.returncode == 0 and sha256(entries((sealed / "one.evb.zip").read_bytes())[STATEMENT]) in linked.stdout, linked.stderr
    assert hegui("verify", "one.evb.zip", "--trust", "trust.yaml", "--since", later, cwd=sealed).returncode == 1


def test_a_time_stamp_is_asked_for_and_junk_is_no_answer(sealed: Path) -> None:
    done = hegui("timestamp", "one.evb.zip", cwd=sealed)
    assert done.returncode == 0 and (sealed / "one.evb.zip.tsq").read_bytes()[:1] == b"\x30"
    assert hegui("timestamp", "one.evb.zip", "--token", "one.evb.zip.tsq", cwd=sealed).returncode == 2
