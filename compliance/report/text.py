"""The terminal report: Chinese first, aligned by display width, readable in 80 columns."""

from __future__ import annotations

import unicodedata
from collections import Counter

from compliance.model.assessment import OUTCOME_TEXT, Finding
from compliance.report.common import REASON_TEXT, SEVERITY_TEXT, citations, explanation, figure, remedy, safe, setting
from compliance.report.interface import ReportInput
from compliance.report.notes import lost, note_text

_COLORS = {"critical": "1;31", "high": "31", "medium": "33", "low": "36"}


def width(text: str) -> int:
    """Columns a text takes in a terminal."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def wrap(text: str, columns: int, indent: str) -> str:
    """*text* folded to *columns*, continuation lines indented; words of Latin text stay whole where they fit."""
    lines, line, used = [], "", 0
    room = columns - width(indent)
    for piece in _pieces(text):
        size = width(piece)
        if used + size > room and line:
            lines.append(line.rstrip())
            line, used = "", 0
            piece = piece.lstrip()
            size = width(piece)
        while size > room:
            lines.append(piece[:room])
            piece = piece[room:]
            size = width(piece)
        line += piece
        used += size
    lines.append(line.rstrip())
    return "\n".join(indent + part for part in lines if part)


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for char in text:
        if (pieces and char != " " and width(char) == 1 and pieces[-1][-1] != " " and width(pieces[-1][-1]) == 1) or (pieces and char == " "):
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def write(report: ReportInput) -> str:
    """The report; ends with a newline."""
    zh = report.language == "zh"
    out: list[str] = []
    open_ones = [f for f in report.assessment.findings if f.status == "open"]
    order = {"critical": 0, "high": 1, "medium": 2, "low": 3}
    open_ones.sort(key=lambda f: (order[f.severity], f.control, f.check, f.location, f.key))
    violations = [f for f in open_ones if f.verdict == "violation"]
    unsure = [f for f in open_ones if f.verdict == "undetermined"]
    for finding in violations + unsure:
        out += _finding(finding, report)
    out += _summary(report, violations, unsure, zh)
    return "\n".join(out) + "\n"


def _paint(text: str, color: str, report: ReportInput) -> str:
    return f"\033[{color}m{text}\033[0m" if report.color else text


def _finding(finding: Finding, report: ReportInput) -> list[str]:
    language = report.language
    control = report.catalog.controls[finding.control]
    level = SEVERITY_TEXT[finding.severity].get(language)
    head = f"{safe(finding.location.path)}:{finding.location.line}"
    lines = [f"{_paint(head, '1', report)}  [{_paint(level, _COLORS[finding.severity], report)}] {finding.control}.{finding.check}"]
    lines.append(wrap(safe(explanation(finding, language)), report.width, "  "))
    excerpt = report.excerpts.get((finding.location.path, finding.location.line), "")
    if excerpt:
        body = safe(excerpt.strip())
        room = report.width - 10
        lines.append(f"  {finding.location.line:>5} | {body if width(body) <= room else body[: room // 2] + ' …'}")
    law = "；".join(citations(control, report.catalog, language, report.assessment.as_of, 2)) if language == "zh" else "; ".join(citations(control, report.catalog, language, report.assessment.as_of, 2))
    lines.append(wrap(("依据：" if language == "zh" else "law: ") + law, report.width, "  "))
    lines.append(wrap(("整改：" if language == "zh" else "fix: ") + remedy(finding, control, language), report.width, "  "))
    if written := setting(finding, control, language):
        lines.append(wrap(written, report.width, "      "))
    if report.explain:
        lines.append(wrap(("理由：" if language == "zh" else "why: ") + control.rationale.get(language), report.width, "  "))
    return [*lines, ""]


def _summary(report: ReportInput, violations: list[Finding], unsure: list[Finding], zh: bool) -> list[str]:
    a = report.assessment
    counts: Counter[str] = Counter(c.outcome for c in a.controls)
    empty = sum(1 for c in a.controls if c.outcome == "undetermined" and c.reasons and c.reasons[0].code == "no_population")
    language = report.language
    line = "；" if zh else "; "
    out = ["─" * min(report.width, 80) if zh else "-" * min(report.width, 80)]
    parts = []
    for outcome, text in OUTCOME_TEXT.items():
        number = counts.get(outcome, 0) - (empty if outcome == "undetermined" else 0)
        if number:
            parts.append(f"{text.get(language)} {number}")
    if empty:
        parts.append(f"本仓库无此类内容 {empty}" if zh else f"nothing of the kind here {empty}")
    out.append(wrap(("控制：" if zh else "controls: ") + line.join(parts), report.width, ""))
    excepted = sum(f.status == "excepted" for f in a.findings)
    known = sum(f.status == "baseline" for f in a.findings)
    by = Counter(f.severity for f in violations)
    detail = "、".join(f"{SEVERITY_TEXT[s].zh} {by[s]}" for s in SEVERITY_TEXT if by[s]) if zh else ", ".join(f"{s} {by[s]}" for s in SEVERITY_TEXT if by[s])
    out.append(
        wrap(
            f"发现：差距 {len(violations)}{f'（{detail}）' if detail else ''}；无法判定 {len(unsure)}；豁免 {excepted}；基线 {known}" if zh
            else f"findings: {len(violations)} gaps{f' ({detail})' if detail else ''}; {len(unsure)} undetermined; {excepted} excepted; {known} in the baseline",
            report.width, "",
        )
    )  # fmt: skip
    s = a.scores
    out.append(
        wrap(
            f"得分 {figure(s.score)}（豁免后 {figure(s.score_after_exceptions)}）；已评估部分 {figure(s.assessed)}；覆盖率 {figure(s.coverage)}%；等级 {s.grade or '—'}" if zh
            else f"score {figure(s.score)} (after exceptions {figure(s.score_after_exceptions)}); assessed part {figure(s.assessed)}; coverage {figure(s.coverage)}%; grade {s.grade or '—'}",
            report.width, "",
        )
    )  # fmt: skip
    files = lost(report.snapshot.notes)
    for note, more in files[:20]:
        place = f"{safe(note.path)}:{note.line}" if note.line else safe(note.path)
        rest = f" (+{more})" if more else ""
        out.append(wrap(f"{'未读全' if zh else 'not fully read'}: {place} ({safe(note_text(note, language))}){rest}", report.width, ""))
    if len(files) > 20:
        out.append(f"… {len(files) - 20}")
    for kind, where, detail in report.notes:
        out.append(wrap(f"{'豁免' if zh else 'exception'} {kind}: {where} {safe(detail)}", report.width, ""))
    out.append(wrap(f"{'结论' if zh else 'result'}: {REASON_TEXT[report.reason].get(language)} ({'退出码' if zh else 'exit code'} {report.code})", report.width, ""))
    return out
