"""The report for people as one HTML file: no script, no request, one style sheet allowed by its hash.

Variants: ``html`` (everything), ``html:brief`` (the pages a manager signs), ``html:audit`` (with queries and digests).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from compliance.report.charts import gauge, trend
from compliance.report.interface import ReportInput
from compliance.report.messages import speaker
from compliance.report.view import GAPS, View, build

_TEMPLATES: Final = Path(__file__).parent / "templates"
_TITLES: Final = {"": "title", "brief": "title.brief", "audit": "title.audit"}
VARIANTS: Final = tuple(v for v in _TITLES if v)
_SHOWN: Final = {"": 200, "brief": 0, "audit": 5000}
"""Findings of one check that are listed; JSON and Excel hold all of them."""
_BRIEF_GAPS: Final = 18
_BRIEF_LINES: Final = 6


def write(report: ReportInput) -> bytes:
    """UTF-8 bytes of the document; the same input gives the same bytes."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    view, brief = build(report), report.variant == "brief"
    environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=False)
    style = (_TEMPLATES / "report.css").read_text(encoding="utf-8")
    words = speaker(report.language)
    current = (view.period.split(" ")[0] or view.as_of, {c.id: c.outcome for c in view.controls})
    periods = (*view.history, current)
    text = environment.get_template("report.html.j2").render(
        v=view,
        variant=report.variant,
        heading=words(_TITLES[report.variant]),
        say=words,
        style=Markup(style),
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        gauge=lambda d: Markup(gauge(d.counts, words("chart.of", domain=d.title))),
        trend=lambda: Markup(trend(_counts(periods), words("trend"))),
        periods=periods,
        titles={c.id: c.title for c in view.controls},
        gaps=view.gaps[:_BRIEF_GAPS] if brief else view.gaps,
        limit=_BRIEF_LINES if brief else 50,
        shown=_SHOWN[report.variant],
        excepted=sum(1 for c in view.controls for k in c.checks for f in k.findings if f.status == "excepted"),
        problems=_problems(view)[:500],
    )
    return text.encode("utf-8")


def _counts(periods: tuple[tuple[str, Mapping[str, str]], ...]) -> list[tuple[str, tuple[int, ...]]]:
    """Per period how many controls do not hold, hold in part, cannot be determined."""
    order = ("not_satisfied", "partially_satisfied", "undetermined")
    return [(name, tuple(sum(1 for o in outcomes.values() if o == kind) for kind in order)) for name, outcomes in periods if set(order) <= {*GAPS}]


def _problems(view: View) -> list[tuple[str, str, str, str]]:
    return [_problem(p, view.language) for p in view.problems]


def _problem(problem: Any, language: str) -> tuple[str, str, str, str]:
    return (problem.where(language), problem.what.get(language), problem.why.get(language), problem.fix.get(language))
