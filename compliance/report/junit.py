"""JUnit XML: a suite a control, a case a check; undetermined is an error, nothing to check is skipped."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from compliance.model.assessment import CheckResult
from compliance.report.common import explanation, safe
from compliance.report.interface import ReportInput


def write(report: ReportInput) -> str:
    """One testsuites document; times are 0 so that the same input gives the same bytes."""
    by: dict[tuple[str, str], list[str]] = {}
    kinds: dict[tuple[str, str], set[str]] = {}
    for f in report.assessment.findings:
        if f.status == "open":
            by.setdefault((f.control, f.check), []).append(f"{f.location.path}:{f.location.line} {explanation(f, report.language)}")
            kinds.setdefault((f.control, f.check), set()).add(f.verdict)
    suites, totals = [], [0, 0, 0, 0]
    for control in report.assessment.controls:
        title = report.catalog.controls[control.id].title.get(report.language)
        cases, counts = [], [0, 0, 0, 0]
        for check in control.checks:
            kind, text = _kind(check, by.get((control.id, check.id), []), kinds.get((control.id, check.id), set()))
            counts[0] += 1
            name = f'    <testcase classname={quoteattr(control.id)} name={quoteattr(check.id)} time="0"'
            if kind == "passed":
                cases.append(name + "/>")
                continue
            counts[{"failure": 1, "error": 2, "skipped": 3}[kind]] += 1
            message = quoteattr(_clean(text[:200]))
            body = f"<{kind} message={message}/>" if kind == "skipped" else f'<{kind} message={message} type="{kind}">{escape(_clean(text))}</{kind}>'
            cases.append(f"{name}>\n      {body}\n    </testcase>")
        if not cases:
            continue
        totals = [a + b for a, b in zip(totals, counts, strict=True)]
        head = f'tests="{counts[0]}" failures="{counts[1]}" errors="{counts[2]}" skipped="{counts[3]}"'
        suites.append(f'  <testsuite name={quoteattr(f"{control.id} {title}")} {head} time="0">\n' + "\n".join(cases) + "\n  </testsuite>")
    head = f'tests="{totals[0]}" failures="{totals[1]}" errors="{totals[2]}" time="0"'
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + f'<testsuites name="hegui" {head}>\n' + "\n".join(suites) + "\n</testsuites>\n"


def _kind(check: CheckResult, texts: list[str], verdicts: set[str]) -> tuple[str, str]:
    if "violation" in verdicts:
        return "failure", "\n".join(texts)
    if "undetermined" in verdicts:
        return "error", "\n".join(texts)
    if check.outcome == "undetermined" and check.n == 0 and all(r.code == "no_population" for r in check.reasons):
        return "skipped", "nothing of this kind to check"
    if check.reasons:
        return "error", "; ".join(r.text("en") for r in check.reasons)
    return "passed", ""


def _clean(text: str) -> str:
    return safe(text).replace("\ufffe", "").replace("\uffff", "")
