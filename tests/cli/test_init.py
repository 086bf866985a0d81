"""``hegui init`` and ``hegui templates``: a folder that works at once, and nothing overwritten."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from compliance.catalog.cache import load_catalog
from compliance.cli.main import cli
from compliance.collect.registers import read_registers
from compliance.run.config import load_config


def invoke(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, list(arguments))
    return result.exit_code, result.output


def test_init_makes_settings_that_load_and_registers_that_read(tmp_path: Path) -> None:
    firm = tmp_path / "firm"
    code, output = invoke("init", str(firm), "--organisation", '甲"乙代账: #1', "--persons", "5000", "--as-of", "2026-08-01", "--tier", "1")
    assert code == 0, output
    config = load_config(firm)
    assert (config.organisation["name"], config.period, config.facts, config.registers) == ('甲"乙代账: #1', "2026Q3", {"persons_processed": "5000"}, "registers")
    assert config.profile in load_catalog().profiles and config.language == "zh"
    reading = read_registers(firm / "registers", load_catalog().tables, date(2026, 8, 1), period=config.period)
    assert {p.code for p in reading.problems} == {"empty_template"}
    assert "# " in (firm / "hegui.yaml").read_text(encoding="utf-8")


def test_every_commented_setting_loads_when_switched_on(tmp_path: Path) -> None:
    invoke("init", str(tmp_path / "firm"), "--tier", "1")
    path = tmp_path / "firm" / "hegui.yaml"
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        bare = line.strip().removeprefix("#").removeprefix(" ")
        setting = line.strip().startswith("#") and ":" in bare and bare.split(":")[0].strip().isascii()
        lines.append(line.replace("# ", "", 1) if setting else line)
    path.write_text("\n".join(lines), encoding="utf-8")
    config = load_config(tmp_path / "firm")
    assert set(config.facts) >= {"persons_processed", "cross_border", "minors", "entrusted_clients"}
    assert config.exported == date(2026, 9, 30) and config.repositories == ("infrastructure",) and config.logs == ("logs",)
    assert config.parameters


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "hegui.yaml").write_text("language: en\n", encoding="utf-8")
    code, output = invoke("init", str(tmp_path))
    assert code == 2 and "already" in output and (tmp_path / "hegui.yaml").read_text(encoding="utf-8") == "language: en\n"
    other = tmp_path / "other"
    (other / "registers").mkdir(parents=True)
    (other / "registers" / "mine.xlsx").write_bytes(b"x")
    code, _ = invoke("init", str(other))
    assert code == 2 and [p.name for p in other.rglob("*")] == ["registers", "mine.xlsx"]


def test_templates_replace_a_workbook_only_when_told_to(tmp_path: Path) -> None:
    out = tmp_path / "t"
    assert invoke("templates", "--out", str(out), "--theme", "vendors")[0] == 0
    (file,) = out.iterdir()
    assert file.name == "vendors-合作方.xlsx"
    file.write_bytes(b"filled in")
    code, output = invoke("templates", "--out", str(out), "--theme", "vendors")
    assert code == 2 and "already there" in output and file.read_bytes() == b"filled in"
    assert invoke("templates", "--out", str(out), "--theme", "vendors", "--force")[0] == 0 and file.read_bytes() != b"filled in"
    assert [p.name for p in out.iterdir()] == [file.name], "no half-written file is left"


@pytest.mark.parametrize("arguments", [("--theme", "nonsense"), ("--profile", "nonsense"), ("--profile", "ci", "--theme", "publicity")])
def test_templates_refuse_what_leaves_nothing(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    code, output = invoke("templates", "--out", str(tmp_path), *arguments)
    assert code == 2 and "fix:" in output and list(tmp_path.iterdir()) == []


def test_tiers_narrow_the_templates(tmp_path: Path) -> None:
    sizes = []
    for tier in ("1", "3"):
        invoke("templates", "--out", str(tmp_path / tier), "--tier", tier)
        sizes.append(sum(len(p.read_bytes()) for p in (tmp_path / tier).iterdir()))
    assert sizes[0] < sizes[1]


@pytest.mark.parametrize("text", ["registers: {folde: x}", "registers: {as_of: soon}", "sources: [a]", "sources: {logs: a}"])
def test_settings_that_cannot_be_meant_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "hegui.yaml").write_text(text + "\n", encoding="utf-8")
    code, output = invoke("check", str(tmp_path))
    assert code == 2 and "hegui.yaml:1" in output
