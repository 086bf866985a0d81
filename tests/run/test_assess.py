"""``hegui assess`` as a user meets it: a folder with registers, in a subprocess."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from compliance.errors import UsageError
from compliance.run.period import parse_period, quarter_before

SETTINGS = "organisation: {name: 甲代账有限公司}\nprofile: full\nperiod: 2026Q2\nregisters: {folder: registers, as_of: 2026-06-30}\n"
REGISTERS = {
    "保密范围表.csv": "信息类别,是否属于保密信息,举例,不属于的情形,保管责任人,依据文件,最近评审日期\n"
    "financial,是,凭证,年报,E1,DOC-1,2026年3月1日\npatent,是,交底书,,E1,DOC-1,2026.3.1\ntax,是,申报表,公告,E1,DOC-1,2026-13-01\n",
    "员工花名册.csv": "工号,姓名,部门编号,岗位编号,任现岗日期,用工类型,入职日期,在职状态\nE1,张三,D1,P1,2024-01-01,full_time,2024-01-01,active\n",
    "文件台账.csv": "文件编号,文件类型,主题,文件名称,版本,负责人,批准人,批准日期,生效日期,存放位置,文件哈希,哈希复核时间,哈希是否一致\n"
    "DOC-1,policy,confidentiality,保密制度,1,E1,E2,2026-01-01,2026-01-01,docs/1.md,DIGEST,2026-06-01 09:00,是\n",
}


POLICY = "# 保密制度\n"


def firm(root: Path, **registers: str) -> Path:
    (root / "registers").mkdir()
    (root / "hegui.yaml").write_text(SETTINGS, encoding="utf-8")
    for name, text in {**REGISTERS, **registers}.items():
        (root / "registers" / name).write_text(text.replace("DIGEST", hashlib.sha256(POLICY.encode()).hexdigest()), encoding="utf-8")
    (root / "docs").mkdir()
    (root / "docs/1.md").write_bytes(POLICY.encode())
    return root


def assess(root: Path, *arguments: str) -> tuple[int, dict[str, Any], str]:
    target = root / "out.json"
    done = subprocess.run([sys.executable, "-m", "compliance", "assess", str(root), "-f", f"json={target}", *arguments], capture_output=True, text=True, check=False)
    return done.returncode, json.loads(target.read_bytes()) if target.exists() else {}, done.stderr


def test_a_gap_names_the_workbook_and_the_cell(tmp_path: Path) -> None:
    code, report, errors = assess(firm(tmp_path))
    assert code == 1, errors
    findings = {f["key"]: f for f in report["findings"] if f["control"] == "GOV-01" and f["check"] == "scope-defined"}
    assert findings["patent"]["verdict"] == "violation" and "exclusions" in findings["patent"]["clause"]
    assert findings["patent"]["location"]["path"].endswith("保密范围表.csv") and findings["patent"]["location"]["line"] == 3
    assert findings["bank"]["verdict"] == "violation", "a category nobody listed"
    assert "financial" not in findings


def test_a_bad_cell_makes_its_row_undetermined_and_is_counted(tmp_path: Path) -> None:
    _, report, errors = assess(firm(tmp_path))
    [finding] = [f for f in report["findings"] if f["key"] == "tax" and f["check"] == "scope-defined"]
    assert finding["verdict"] == "undetermined" and finding["reasons"][0]["code"] == "bad_cell"
    assert "登记簿中有" in errors


def test_a_document_that_is_not_what_was_registered_counts_for_nothing(tmp_path: Path) -> None:
    firm(tmp_path)
    (tmp_path / "docs/1.md").write_text("something else", encoding="utf-8")
    _, report, _ = assess(tmp_path)
    assert "financial" in {f["key"] for f in report["findings"] if f["control"] == "GOV-01" and f["check"] == "scope-defined"}


def test_missing_registers_are_undetermined_and_results_are_kept(tmp_path: Path) -> None:
    _, report, _ = assess(firm(tmp_path))
    [control] = [c for c in report["controls"] if c["id"] == "ENC-01"]
    assert control["outcome"] == "undetermined" and control["checks"][0]["reasons"][0]["code"] == "table_missing"
    assert (tmp_path / "assessments/2026Q2/results.json").is_file()


def test_the_same_folder_gives_the_same_bytes(tmp_path: Path) -> None:
    firm(tmp_path)
    assess(tmp_path)
    first = (tmp_path / "out.json").read_bytes()
    assess(tmp_path)
    assert (tmp_path / "out.json").read_bytes() == first


def test_repositories_are_part_of_the_firm(tmp_path: Path) -> None:
    firm(tmp_path)
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra/main.tf").write_text('provider "alicloud" {\n  region = "cn-hangzhou"\n}\nresource "alicloud_disk" "d" {\n  encrypted = false\n}\n', encoding="utf-8")
    (tmp_path / "hegui.yaml").write_text(SETTINGS + "repositories: [infra]\n", encoding="utf-8")
    _, report, _ = assess(tmp_path)
    assert ("ENC-01", "block-volume", "infra/main.tf", 5) in {(f["control"], f["check"], f["location"]["path"], f["location"]["line"]) for f in report["findings"]}


def test_a_folder_that_is_no_firm_is_a_usage_error(tmp_path: Path) -> None:
    assert assess(tmp_path)[0] == 2
    firm(tmp_path)
    assert assess(tmp_path, "--profile", "ci")[0] in (1, 3)
    assert assess(tmp_path, "--period", "2026Q5")[0] == 2


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2026Q3", ("2026-07-01", "2026-09-30")), ("2026q4", ("2026-10-01", "2026-12-31")), ("2026H1", ("2026-01-01", "2026-06-30")),
        ("2026", ("2026-01-01", "2026-12-31")), ("2024-02", ("2024-02-01", "2024-02-29")), ("2026-07-05..2026-07-09", ("2026-07-05", "2026-07-09")),
    ],
)  # fmt: skip
def test_periods(text: str, days: tuple[str, str]) -> None:
    period = parse_period(text)
    assert (period.start.isoformat(), period.end.isoformat()) == days


@pytest.mark.parametrize("text", ["2026Q0", "2026-13", "Q3", "2026-02-30..2026-03-01", "2026-03-01..2026-02-01", ""])
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(UsageError):
        parse_period(text)


def test_the_quarter_before_a_day() -> None:
    from datetime import date

    assert quarter_before(date(2026, 1, 1)).name == "2025Q4" and quarter_before(date(2026, 9, 30)).name == "2026Q2"
