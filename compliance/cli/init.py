"""``hegui init``: a firm's folder with ``hegui.yaml`` and empty registers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from compliance.cli.templates import choose, place
from compliance.errors import UsageError
from compliance.model.catalog import Catalog

SETTINGS = """\
# 合规自评的设置。井号后面是说明；改完存盘即可（UTF-8 编码）。

# 机构名称，印在报告封面
organisation: {organisation}

# 采用哪套方案（决定检查哪些控制）：{profiles}
profile: {profile}

# 评估期间：季度写成 2026Q3
period: {period}

# 报告语言：zh 或 en
language: zh

# 事实申报：决定哪些控制适用。没有申报的按“适用”处理；申报与证据矛盾会被指出。
facts:
  # 处理多少人的个人信息（含员工、客户联系人、客户员工的工资与个税资料）
  persons_processed: {persons}
  # 是否向境外提供个人信息
  # cross_border: false
  # 是否处理不满十四周岁未成年人的个人信息
  # minors: false
  # 是否受客户委托处理个人信息（代账、代发工资、代报个税都算）
  # entrusted_clients: true
  # 是否处理敏感个人信息（身份证件、银行账户、工资等）
  # sensitive_information: true
  # 是否利用个人信息进行自动化决策
  # automated_decisions: false
  # 是否在公共场所安装图像采集设备
  # public_cameras: false

# 参数：只能比默认更严；放宽到法律底线之外会被拒绝。格式：控制编号下写参数名
# parameters:
#   ACC-05:
#     min_password_length: 12

# 登记表
registers:
  # 登记表所在的文件夹
  folder: registers
  # 导出日期。工作簿自带导出日期的以工作簿为准；这里没写的，看表头上方的“数据截止日期”
  # as_of: 2026-09-30

# 其他证据来源：基础设施仓库、日志文件夹（相对本文件的路径）
# sources:
#   repositories: [infrastructure]
#   logs: [logs]
"""


def run(folder: str, options: dict[str, Any], as_of: str | None) -> str:
    """Create the folder; the text for the user.

    as_of: ISO date in the period to assess; None for today in Asia/Shanghai
    Raises UsageError rather than overwrite anything.
    """
    from compliance.catalog.cache import load_catalog

    root = Path(folder)
    settings = root / "hegui.yaml"
    if settings.exists():
        raise UsageError("hegui.yaml is there already", where=str(settings), why="nothing is overwritten", fix="edit it, or choose another folder")
    registers = root / "registers"
    if registers.exists() and any(registers.iterdir()):
        raise UsageError("registers/ is there already and not empty", where=str(registers), why="nothing is overwritten", fix="choose another folder, or run hegui templates --out with a new one")
    today = _day(as_of)
    catalog = load_catalog()
    profile = options["profile"] or _default_profile(catalog)
    if profile not in catalog.profiles:
        raise UsageError(f"unknown profile '{profile}'", fix=f"one of: {', '.join(sorted(catalog.profiles))}")
    period = f"{today[:4]}Q{(int(today[5:7]) + 2) // 3}"
    # A repository profile reads no registers; the starter set is then what a firm begins with.
    firm = catalog.profiles[profile].scope == "firm"
    tables = choose(catalog, profile if firm else None, options["tier"] or (None if firm else 1))
    registers.mkdir(parents=True, exist_ok=True)
    written = place(registers, tables, period, force=False)
    text = SETTINGS.format(
        organisation=_quoted(options["organisation"] or "某某代理记账有限公司"),
        profile=profile,
        profiles="、".join(f"{p.id}（{p.title.zh}）" for p in catalog.profiles.values()),
        period=period,
        persons=options["persons"] or 0,
    )
    if not options["persons"]:
        text = text.replace("  persons_processed: 0", "  # persons_processed: 5000")
    partial = root / ".hegui.yaml.partial"
    partial.write_text(text, encoding="utf-8", newline="\n")
    partial.replace(settings)
    lines = [str(settings), *(str(p) for p in written), "", "下一步 / next: 填写 registers/ 里的登记表 (fill in the registers), 然后 (then) hegui assess"]
    return "\n".join(lines)


def _day(as_of: str | None) -> str:
    if as_of is None:
        return (datetime.now(UTC) + timedelta(hours=8)).date().isoformat()
    try:
        return date.fromisoformat(as_of).isoformat()
    except ValueError as error:
        raise UsageError(f"'{as_of}' is not a date", fix="write YYYY-MM-DD") from error


def _default_profile(catalog: Catalog) -> str:
    return next((p for p in ("quarterly", "starter", "full") if p in catalog.profiles), sorted(catalog.profiles)[0])


def _quoted(name: str) -> str:
    """A name as a YAML string whatever it holds."""
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'
