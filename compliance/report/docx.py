"""The gap report as a Word document that a manager edits and signs."""

from __future__ import annotations

from compliance.report.interface import ReportInput
from compliance.report.messages import say, speaker
from compliance.report.ooxml import Document
from compliance.report.view import View, build

_FINDINGS = 30
"""Findings of one check that are listed; the Excel report holds all."""


def write(report: ReportInput) -> bytes:
    """The document; the same input gives the same bytes."""
    view, words = build(report), speaker(report.language)
    page = Document()
    page.heading(words("title"), 0)
    page.table(
        ("", ""),
        [(words(k), v) for k, v in (("firm", view.firm), ("uscc", view.uscc), ("period", view.period), ("as_of", view.as_of), ("profile", view.profile)) if v],
        (2400, 7200),
    )
    page.heading(words("verdict"))
    page.paragraph(view.verdict, bold=True)
    page.table([words(name) for name, _ in view.figures], [[value for _, value in view.figures]], (1600,) * len(view.figures))
    page.paragraph(words("score.note"))
    page.heading(words("gap_list"))
    if view.gaps:
        rows = [(say(f"severity.{c.severity}", report.language), f"{c.id} {c.title}", say(f"outcome.{c.outcome}", report.language), str(c.violations + c.undetermined), c.owner, c.due) for c in view.gaps]
        page.table([words(k) for k in ("severity", "control", "outcome", "findings", "owner", "due")], rows, (900, 3600, 1200, 900, 1800, 1200))
    else:
        page.paragraph(words("none_open"))
    page.heading(words("detail"))
    for control in view.gaps:
        _gap(page, control.id, view, report.language)
    page.heading(words("not_assessed"))
    page.paragraph(f"{words('missing_tables')}: {'、'.join(view.missing) or words('none')}")
    page.paragraph(f"{words('stale_tables')}: {'、'.join(view.stale) or words('none')}")
    page.paragraph(f"{words('leaves_out')}: {view.leaves_out or words('none')}")
    page.heading(words("provenance"))
    page.paragraph(f"{words('catalog')}: {view.catalog}\n{words('snapshot')}: {view.snapshot}\n{words('tool')}: Hegui {view.version}")
    page.heading(words("signoff"))
    page.table([words(k) for k in ("prepared_by", "reviewed_by", "approved_by", "date")], [("\n\n", "", "", "")], (2400,) * 4)
    return page.bytes()


def _gap(page: Document, control_id: str, view: View, language: str) -> None:
    control = next(c for c in view.controls if c.id == control_id)
    words = speaker(language)
    page.heading(f"{control.id} {control.title}（{say(f'outcome.{control.outcome}', language)}）", 2)
    page.paragraph(f"{words('basis')}：{'；'.join(control.basis) or words('none')}\n{words('rationale')}：{control.rationale}\n{words('fix')}：{control.fix}\n{words('owner')}：{control.owner}　{words('due')}：{control.due}")
    for check in control.checks:
        if check.outcome == "satisfied":
            continue
        counts = f"{words('population')} {check.population}，{words('violations')} {check.violations}，{words('undetermined')} {check.undetermined}"
        page.paragraph(f"{check.question}（{counts}）" + (f"\n{'；'.join(check.reasons)}" if check.reasons else ""), bold=True)
        if check.findings:
            page.table([words(k) for k in ("key", "message", "place")], [(f.key, f.message, f.place) for f in check.findings[:_FINDINGS]], (2200, 4800, 2600))
        if len(check.findings) > _FINDINGS:
            page.paragraph(say("more", language, n=len(check.findings) - _FINDINGS))
