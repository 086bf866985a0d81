"""Pieces that several formats share."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from compliance.model.assessment import Finding
from compliance.model.catalog import Catalog, Control, Text
from compliance.report.platform import platform_of

SEVERITY_TEXT: dict[str, Text] = {"critical": Text("严重", "critical"), "high": Text("高", "high"), "medium": Text("中", "medium"), "low": Text("低", "low")}

REASON_TEXT: dict[str, Text] = {
    "clean": Text("没有未处理的差距", "no open gaps"),
    "gaps": Text("有达到阈值的差距", "gaps at or above the threshold"),
    "gaps_soft": Text("有差距，但 --soft-fail 生效", "gaps, but --soft-fail is on"),
    "nothing_evaluated": Text("没有任何控制得到评估：找不到可供检查的内容", "no control was evaluated: nothing to check was found"),
    "undetermined": Text("有无法判定的事项", "some matters could not be determined"),
    "evidence_missing": Text("证据缺失或不完整", "evidence is missing or incomplete"),
}


def figure(value: Fraction | None) -> str:
    """A score to one decimal, rounded half up, without floats; an em dash when there is none."""
    if value is None:
        return "—"
    tenths = (value.numerator * 20 + value.denominator) // (2 * value.denominator)
    return f"{tenths // 10}.{tenths % 10}"


def citations(control: Control, catalog: Catalog, language: str, as_of: str, limit: int = 3) -> list[str]:
    """Citations of a control's sources in force on the day of the assessment, laws first, as numbered then; unverified ones are marked 待核."""
    result = []
    for name in control.derives_from:
        source = catalog.sources.get(name)
        if source is not None and source.in_force(as_of):
            mark = "" if source.verified else ("（待核）" if language == "zh" else " (unverified)")
            result.append(source.cited(as_of).get(language) + mark)
    return result[:limit]


def explanation(finding: Finding, language: str) -> str:
    """The sentence of a finding; undetermined ones say why."""
    message = finding.message.get(language)
    if finding.verdict == "violation":
        return message
    why = "；".join(r.text("zh") for r in finding.reasons) if language == "zh" else "; ".join(r.text("en") for r in finding.reasons)
    return f"无法判定（{why}）：{message}" if language == "zh" else f"cannot tell ({why}): {message}"


def remedy(finding: Finding, control: Control, language: str) -> str:
    """How to fix it: what the check says for every platform, else what the control says."""
    steps = _remedies(finding, control)
    return steps["general"].get(language) if "general" in steps else control.remediation.get(language)


def setting(finding: Finding, control: Control, language: str) -> str:
    """The setting that mends it on the platform the finding is about; empty where none is on record."""
    steps, platform = _remedies(finding, control), platform_of(finding)
    return steps[platform].get(language) if platform in steps else ""


def fix(finding: Finding, control: Control, language: str) -> str:
    """The remedy in one line: what to do, and the setting that does it."""
    written = setting(finding, control, language)
    return remedy(finding, control, language) + (f" {written}" if written else "")


def _remedies(finding: Finding, control: Control) -> Mapping[str, Text]:
    return next((k.remedies for k in control.checks if k.id == finding.check), {})


def safe(text: str) -> str:
    """Text for a terminal or log: control characters and bidirectional marks become visible escapes."""
    return "".join(c if (c.isprintable() and c not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f") or c == "\n" else f"\\u{ord(c):04x}" for c in text)
