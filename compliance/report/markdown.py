"""A step summary in Markdown, cut before 900 KiB."""

from __future__ import annotations

from compliance.model.assessment import OUTCOME_TEXT
from compliance.report.common import REASON_TEXT, SEVERITY_TEXT, citations, explanation, figure, fix, safe
from compliance.report.interface import ReportInput

LIMIT = 900 * 1024


def write(report: ReportInput) -> str:
    """Scores, gaps, controls; says how many rows were cut."""
    zh = report.language == "zh"
    a, s = report.assessment, report.assessment.scores
    out = [f"# {'合规检查' if zh else 'Compliance check'}", ""]
    out.append(f"**{REASON_TEXT[report.reason].get(report.language)}** ({'退出码' if zh else 'exit code'} {report.code})")
    out += [
        "",
        "| " + (" | ".join(("得分", "豁免后", "已评估部分", "覆盖率", "等级") if zh else ("score", "after exceptions", "assessed part", "coverage", "grade"))) + " |",
        "|---|---|---|---|---|",
    ]
    out.append(f"| {figure(s.score)} | {figure(s.score_after_exceptions)} | {figure(s.assessed)} | {figure(s.coverage)}% | {s.grade or '—'} |")
    out += [
        "",
        f"## {'差距' if zh else 'Gaps'}",
        "",
        "| " + " | ".join(("级别", "控制", "位置", "说明", "整改", "依据") if zh else ("severity", "control", "location", "finding", "fix", "law")) + " |",
        "|---|---|---|---|---|---|",
    ]
    order = {"critical": 0, "high": 1, "medium": 2, "low": 3}
    ranked = sorted((f for f in a.findings if f.status == "open"), key=lambda f: (f.verdict != "violation", order[f.severity], f.control, f.location, f.key))
    size = sum(len(line.encode()) + 1 for line in out)
    for number, f in enumerate(ranked):
        control = report.catalog.controls[f.control]
        law = citations(control, report.catalog, report.language, report.assessment.as_of, 1)
        row = f"| {SEVERITY_TEXT[f.severity].get(report.language)} | {f.control}.{f.check} | `{_cell(f.location.path)}:{f.location.line}` | {_cell(explanation(f, report.language))} | {_cell(fix(f, control, report.language))} | {_cell(law[0] if law else '')} |"
        size += len(row.encode()) + 1
        if size > LIMIT - 20_000:
            out += ["", f"{'另有' if zh else 'and'} {len(ranked) - number} {'项未列出' if zh else 'more not listed'}"]
            break
        out.append(row)
    out += ["", f"## {'控制' if zh else 'Controls'}", "", "| " + (" | ".join(("控制", "名称", "结论") if zh else ("control", "title", "outcome"))) + " |", "|---|---|---|"]
    for c in a.controls:
        out.append(f"| {c.id} | {report.catalog.controls[c.id].title.get(report.language)} | {OUTCOME_TEXT[c.outcome].get(report.language)} |")
    return "\n".join(out) + "\n"


def _cell(text: str) -> str:
    return safe(text).replace("\\", "\\\\").replace("|", "\\|").replace("`", "'").replace("\n", " ").replace("<", "&lt;")
