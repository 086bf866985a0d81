"""``hegui explain``: a control as a person reads it."""

from __future__ import annotations

import difflib

from compliance.catalog.cache import load_catalog
from compliance.errors import UsageError
from compliance.report.common import SEVERITY_TEXT


def render(control_id: str, language: str) -> str:
    """Law, rationale, question, SQL and remedy of a control.  Raises UsageError for an unknown one."""
    catalog = load_catalog()
    name = control_id.partition(".")[0]
    control = catalog.controls.get(name) or catalog.controls.get(name.upper())
    if control is None:
        near = difflib.get_close_matches(name.upper(), catalog.controls, 1)
        raise UsageError(f"unknown control '{control_id}'", fix=f"did you mean {near[0]}?" if near else "hegui controls lists them")
    zh = language == "zh"
    out = [f"{control.id} {control.title.get(language)}  [{SEVERITY_TEXT[control.severity].get(language)}]", "", control.objective.get(language), ""]
    out.append("依据" if zh else "Derives from")
    for source in control.derives_from:
        s = catalog.sources[source]
        out.append(f"  {source}  {s.citation.get(language)}{'' if s.verified else '（待核）'}")
        out.append(f"      {s.gist.get(language)}")
    out += ["", ("理由" if zh else "Rationale"), "  " + control.rationale.get(language), "", ("整改" if zh else "How to fix"), "  " + control.remediation.get(language)]
    if control.parameters:
        out += ["", "参数" if zh else "Parameters"]
        for p in control.parameters:
            floor = f"  ({'法定下限' if p.floor_is == 'minimum' else '法定上限'} {p.floor}, {p.floor_source})" if p.floor is not None else ""
            out.append(f"  {p.name} = {p.default} {p.unit}  {p.title.get(language)}{floor}")
    if control.requires:
        out += ["", ("依赖控制：" if zh else "Requires: ") + ", ".join(control.requires)]
    for check in control.checks:
        out += ["", f"{control.id}.{check.id}  {check.question.get(language)}", *("    " + line for line in check.sql.splitlines())]
        general = check.remedies.get("general")
        out += [f"  {'整改' if zh else 'fix'}: {general.get(language)}"] if general else []
        out += [f"    {platform}: {text.get(language)}" for platform, text in sorted(check.remedies.items()) if platform != "general"]
    out += ["", f"({control.declared_at})"]
    return "\n".join(out)
