"""doctor, completion and new, as a user runs them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "compliance", *arguments], capture_output=True, text=True, check=False)


def test_doctor_finds_a_working_installation() -> None:
    done = run("doctor")
    assert done.returncode == 0 and "catalog" in done.stdout and "MISSING" not in done.stdout


def test_completion_of_each_shell() -> None:
    for shell in ("bash", "zsh", "fish"):
        done = run("completion", shell)
        assert done.returncode == 0 and "_HEGUI_COMPLETE" in done.stdout


def test_a_new_control_lints_and_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "confidentiality").mkdir()
    assert run("new", "ZZZ-01", "--controls", str(tmp_path)).returncode == 0
    assert (tmp_path / "cases/ZZZ-01/registers.yaml").is_file()
    assert run("new", "ZZZ-01", "--controls", str(tmp_path)).returncode == 2
    assert run("new", "zzz", "--controls", str(tmp_path)).returncode == 2
    (tmp_path / "sources").mkdir()
    shipped = Path(__file__).parents[2] / "controls/sources/pipl.yaml"
    (tmp_path / "sources/pipl.yaml").write_bytes(shipped.read_bytes())
    done = run("lint", "--controls", str(tmp_path))
    assert done.returncode == 0, done.stderr
