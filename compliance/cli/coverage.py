"""``hegui coverage``: what the catalog asks, against what it must ask."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

from compliance.catalog.cache import load_catalog
from compliance.catalog.coverage import Article, Line, articles, matrix
from compliance.errors import UsageError
from compliance.model.assessment import OUTCOME_TEXT
from compliance.model.catalog import Catalog


def coverage(source: str | None, law: str | None, form: str, results: str | None, language: str) -> tuple[str, bool]:
    """The matrix as text, csv, markdown or json, and whether nothing is left unasked.  Raises UsageError."""
    catalog = load_catalog()
    outcomes = _outcomes(results) if results else None
    if law:
        _known(catalog, law, "law")
        lines = articles(catalog, law, outcomes)
        return _articles(lines, law, language), all(a.explained for a in lines)
    measures = tuple(x.id for x in catalog.lists if x.kind == "measures")
    if source:
        _known(catalog, source, None)
    found = matrix(catalog, (source,) if source else measures, outcomes)
    return _FORMS[form](found, language), all(x.checks for x in found)


def _known(catalog: Catalog, name: str, kind: str | None) -> None:
    names = [x.id for x in catalog.lists if kind is None or x.kind == kind]
    if name not in names:
        raise UsageError(f"unknown source list '{name}'", fix=f"one of: {', '.join(names)}")


def _outcomes(path: str) -> dict[str, str]:
    try:
        return {c["id"]: c["outcome"] for c in json.loads(Path(path).read_bytes())["controls"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"'{path}' is not a JSON report", fix="write one with -f json=FILE") from error


def _row(line: Line, language: str) -> list[str]:
    shown = "; ".join(f"{c} {OUTCOME_TEXT[o].get(language)}" for c, o in line.outcomes)
    checks = "; ".join(f"{c}.{k}" for c, k in line.checks)
    return [line.source.id, line.source.gist.get(language), checks, "; ".join(line.tables), shown]


_HEAD = {"zh": ["编号", "要求", "检查", "证据表", "结论"], "en": ["id", "what", "checks", "evidence tables", "outcome"]}


def _text(lines: Sequence[Line], language: str) -> str:
    from tabulate import tabulate

    without = [x.source.id for x in lines if not x.checks]
    rows = [[x.source.id, x.source.gist.get(language)[:40], len({c for c, _ in x.checks}), len(x.checks), len(x.tables)] for x in lines]
    heads = ["编号", "要求", "控制", "检查", "证据表"] if language == "zh" else ["id", "what", "controls", "checks", "tables"]
    tail = f"共 {len(lines)} 条，没有检查的 {len(without)} 条" if language == "zh" else f"{len(lines)} entries, {len(without)} without a check"
    return tabulate(rows, heads) + "\n\n" + tail + (": " + ", ".join(without) if without else "") + "\n"


def _csv(lines: Sequence[Line], language: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_HEAD[language])
    writer.writerows(_row(x, language) for x in lines)
    return out.getvalue()


def _markdown(lines: Sequence[Line], language: str) -> str:
    rows = [_HEAD[language], ["---"] * 5, *([cell.replace("|", "\\|") for cell in _row(x, language)] for x in lines)]
    return "\n".join("| " + " | ".join(r) + " |" for r in rows) + "\n"


def _json(lines: Sequence[Line], language: str) -> str:
    data = [
        {"id": x.source.id, "source": x.source.source, "citation": x.source.citation._asdict(), "gist": x.source.gist._asdict(), "verified": x.source.verified,
         "checks": [{"control": c, "check": k} for c, k in x.checks], "tables": list(x.tables), "outcomes": dict(x.outcomes)}
        for x in lines
    ]  # fmt: skip
    return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


_FORMS = {"text": _text, "csv": _csv, "markdown": _markdown, "json": _json}


def _articles(found: Sequence[Article], law: str, language: str) -> str:
    zh = language == "zh"
    out = []
    for article in found:
        head = f"第{article.number}条" if zh else f"art. {article.number}"
        checks = sorted({f"{c}.{k}" for line in article.lines for c, k in line.checks})
        outcomes = "; ".join(sorted({f"{c} {OUTCOME_TEXT[o].get(language)}" for line in article.lines for c, o in line.outcomes}))
        mark = ("（待核）" if zh else " (unverified)") if article.lines and not all(x.source.verified for x in article.lines) else ""
        if checks:
            out.append(f"{head}{mark}: {', '.join(checks)}" + (f"  [{outcomes}]" if outcomes else ""))
        elif article.reason is not None:
            out.append(f"{head}{mark}: " + ("无需控制：" if zh else "no control needed: ") + article.reason.get(language))
        else:
            out.append(f"{head}{mark}: " + ("没有说明！" if zh else "NOT EXPLAINED"))
    missing = [a.number for a in found if not a.explained]
    tail = f"{law}：{len(found)} 条，未说明 {len(missing)} 条" if zh else f"{law}: {len(found)} articles, {len(missing)} unexplained"
    return "\n".join([*out, "", tail]) + "\n"
