"""``hegui law``: the laws, the version in force on a day, what changes soon, and the controls a change touches."""

from __future__ import annotations

import json
from datetime import date

from compliance.catalog.cache import load_catalog
from compliance.catalog.laws import Law, ahead, seen_from, versions
from compliance.errors import UsageError
from compliance.model.catalog import Catalog


def laws(as_of: str, name: str | None, days: int, form: str, language: str) -> str:
    """Every law or the one named, as seen from a day.  Raises UsageError for an unknown law or a day that is none."""
    try:
        date.fromisoformat(as_of)
    except ValueError as error:
        raise UsageError(f"'{as_of}' is not a date", fix="write --as-of YYYY-MM-DD") from error
    catalog = load_catalog()
    found = seen_from(catalog, as_of)
    if name is not None:
        known = [x.entry.id for x in found]
        if name not in known:
            raise UsageError(f"unknown law '{name}'", fix=f"one of: {', '.join(known)}")
        found = [x for x in found if x.entry.id == name]
    if form == "json":
        return _json(catalog, found, as_of, days)
    zh = language == "zh"
    out = [f"以 {as_of} 为准" if zh else f"as of {as_of}", ""]
    for law in found:
        out += _law(law, as_of, language, full=name is not None)
    touched = {x.entry.id: x.controls for x in found}
    coming = [c for c in ahead(catalog, as_of, days) if c.law in touched]
    out += ["", f"{days} 天内施行的变化" if zh else f"Coming into force within {days} days"]
    for change in coming:
        out.append(f"  {change.effective}  {change.law:14} {change.title.get(language)}")
        if change.changes is not None:
            out.append(f"      {change.changes.get(language)}")
        out.append(("      涉及控制：" if zh else "      touches: ") + (", ".join(touched[change.law]) or "-"))
    if not coming:
        out.append("  无" if zh else "  none")
    return "\n".join(out) + "\n"


def _law(law: Law, as_of: str, language: str, full: bool) -> list[str]:
    zh = language == "zh"
    version = law.version
    title = version.title if version else law.entry.title
    marks = []
    if version is None:
        marks.append("尚未施行" if zh else "not yet in force")
    if law.unverified:
        marks.append(f"待核 {law.unverified} 条" if zh else f"{law.unverified} unverified")
    out = [f"{version.effective if version else law.entry.effective}  {law.entry.id:14} {title.get(language)}" + (f"  [{'；'.join(marks) if zh else '; '.join(marks)}]" if marks else "")]
    if law.entry.status and version == versions(law.entry)[-1]:
        out.append(f"    {law.entry.status}" if zh else f"    status: {law.entry.status}")
    if full:
        for v in versions(law.entry):
            here = (" ← " + ("该日施行的版本" if zh else "in force that day")) if v.in_force(as_of) else ""
            out.append(f"    {v.effective} – {v.until or '…'}  {v.title.get(language)}{here}")
            out += [f"        {v.changes.get(language)}"] if v.changes.zh else []
    out.append(("    控制：" if zh else "    controls: ") + (", ".join(law.controls) or "-"))
    if law.floors:
        out.append(("    参数底线：" if zh else "    floors of parameters: ") + ", ".join(law.floors))
    return out


def _json(catalog: Catalog, found: list[Law], as_of: str, days: int) -> str:
    data = {
        "as_of": as_of,
        "laws": [
            {"id": x.entry.id, "title": x.entry.title._asdict(), "in_force": x.version is not None, "effective": x.version.effective if x.version else x.entry.effective,
             "versions": [{"effective": v.effective, "until": v.until or None, "title": v.title._asdict()} for v in versions(x.entry)],
             "status": x.entry.status, "unverified": x.unverified, "controls": list(x.controls), "floors": list(x.floors)}
            for x in found
        ],
        "ahead": [{"law": c.law, "effective": c.effective, "title": c.title._asdict()} for c in ahead(catalog, as_of, days) if c.law in {x.entry.id for x in found}],
    }  # fmt: skip
    return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
