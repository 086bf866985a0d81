"""``hegui collect``: what is wrong with the registers, where, and how to repair it."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from compliance.cli.main import cli
from compliance.collect.registers.listing import lines
from tests.collect.registers.books import GOOD, read, sheets, staff, with_cell

HEADER = ["工号", "姓名", "部门编号", "岗位编号", "任现岗日期", "用工类型", "入职日期", "在职状态"]
ROW = ["E1", "张三", "D1", "P1", "2026-01-05", "full_time", "2026-01-05", "active"]


def firm(folder: Path, *rows: list[str]) -> Path:
    (folder / "registers").mkdir(parents=True)
    (folder / "hegui.yaml").write_text("language: zh\nperiod: 2026Q2\n", encoding="utf-8")
    (folder / "registers" / "人员.xlsx").write_bytes(sheets({"员工花名册": [HEADER, *rows]}))
    return folder


def invoke(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["collect", *arguments, "--as-of", "2026-06-30"])
    return result.exit_code, result.output


def test_clean_registers_end_with_zero(tmp_path: Path) -> None:
    code, output = invoke(str(firm(tmp_path, ROW)))
    assert code == 0 and "读到登记表 1 张、1 行；错误 0 处" in output


def test_a_bad_cell_is_told_with_its_place_and_ends_with_three(tmp_path: Path) -> None:
    code, output = invoke(str(firm(tmp_path, [*ROW[:6], "3/5/2026", ROW[7]])))
    assert code == 3 and "错误 registers/人员.xlsx › 员工花名册!G2 〔入职日期〕: 日期“3/5/2026”年月日次序不明" in output and "怎么改: 写成 2026-03-05" in output


def test_marked_copies_are_written_beside_and_never_among_the_registers(tmp_path: Path) -> None:
    folder = firm(tmp_path / "firm", [*ROW[:6], "3/5/2026", ROW[7]])
    code, _ = invoke(str(folder), "--mark", str(tmp_path / "out"))
    assert code == 3 and sorted(p.name for p in (tmp_path / "out").iterdir()) == ["registers_人员_问题标注.xlsx", "问题清单.xlsx"]
    code, output = invoke(str(folder), "--mark", str(folder / "registers" / "marked"))
    assert code == 2 and "inside the registers folder" in output


def test_a_folder_without_registers_is_refused(tmp_path: Path) -> None:
    code, output = invoke(str(tmp_path))
    assert code == 2 and "hegui init" in output


def test_many_problems_of_a_column_are_one_group(tmp_path: Path) -> None:
    reading = read(tmp_path, {"a.xlsx": staff(*[[f"E{i}", *with_cell(4, "3/5/2026")[1:]] for i in range(20)], with_cell(3, "外星人"), GOOD)})
    text = lines(reading.problems)
    assert sum("date" in line or "日期“" in line for line in text) == 3 and any(line.startswith("  另有 17 处：E5、E6") for line in text)
    english = lines(reading.problems, "en")
    assert any(line.startswith("  and 17 more: E5, E6") for line in english) and any("[入职日期]" in line for line in english)
