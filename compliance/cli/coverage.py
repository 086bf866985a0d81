"""``hegui coverage``: what the catalog asks, against what it must ask."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from compliance.catalog.cache import load_catalog
from compliance.catalog.coverage import Article, Back, Line, articles, by_check, matrix
from compliance.errors import UsageError
from compliance.model.assessment import OUTCOME_TEXT
from compliance.model.catalog import Catalog


def coverage(source: str | None, law: str | None, form: str, results: str | None, language: str, by: str = "measure") -> tuple[str, bool]:
    """The matrix, and whether nothing is left unasked.  Raises UsageError.

    form: text, csv, markdown or json; page = the page of the documentation, both ways
    by:   measure = measure -> checks; check = check -> measures
    """
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
    complete = all(x.checks for x in found)
    if form == "page":
        return _page(catalog, found, language), complete
    if by == "check":
        return _BACK_FORMS[form](by_check(catalog, found), language), complete
    return _FORMS[form](found, language), complete


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


def _csv_of(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue()


def _markdown_of(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    shown = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(r) + " |" for r in shown) + "\n"


def _csv(lines: Sequence[Line], language: str) -> str:
    return _csv_of(_HEAD[language], (_row(x, language) for x in lines))


def _markdown(lines: Sequence[Line], language: str) -> str:
    return _markdown_of(_HEAD[language], (_row(x, language) for x in lines))


def _json(lines: Sequence[Line], language: str) -> str:
    data = [
        {"id": x.source.id, "source": x.source.source, "citation": x.source.citation._asdict(), "gist": x.source.gist._asdict(), "verified": x.source.verified,
         "checks": [{"control": c, "check": k} for c, k in x.checks], "tables": list(x.tables), "outcomes": dict(x.outcomes)}
        for x in lines
    ]  # fmt: skip
    return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


_BACK_HEAD = {"zh": ["检查", "要求", "证据表", "结论"], "en": ["check", "measures", "evidence tables", "outcome"]}


def _back_row(back: Back, language: str) -> list[str]:
    outcome = OUTCOME_TEXT[back.outcome].get(language) if back.outcome else ""
    return [f"{back.control}.{back.check}", "; ".join(back.sources), "; ".join(back.tables), outcome]


def _back_text(found: Sequence[Back], language: str) -> str:
    from tabulate import tabulate

    return str(tabulate([_back_row(x, language) for x in found], _BACK_HEAD[language])) + "\n"


def _back_csv(found: Sequence[Back], language: str) -> str:
    return _csv_of(_BACK_HEAD[language], (_back_row(x, language) for x in found))


def _back_markdown(found: Sequence[Back], language: str) -> str:
    return _markdown_of(_BACK_HEAD[language], (_back_row(x, language) for x in found))


def _back_json(found: Sequence[Back], language: str) -> str:
    data = [{"control": x.control, "check": x.check, "measures": list(x.sources), "tables": list(x.tables), "outcome": x.outcome} for x in found]
    return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


_BACK_FORMS = {"text": _back_text, "csv": _back_csv, "markdown": _back_markdown, "json": _back_json}


def _page(catalog: Catalog, lines: Sequence[Line], language: str) -> str:
    """Both directions as one page: measures under the list they stand in, then checks."""
    zh = language == "zh"
    titles = {x.id: x.title.get(language) for x in catalog.lists}
    without = sum(not x.checks for x in lines)
    out = ["# 措施与检查对照" if zh else "# Measures and checks"]
    out.append(
        f"本页由 `make coverage` 生成，不要手改。共 {len(lines)} 条措施，没有检查的 {without} 条。" if zh
        else f"Generated by `make coverage`; do not edit. {len(lines)} measures, {without} without a check."
    )  # fmt: skip
    for name in dict.fromkeys(x.source.source for x in lines):
        out.append(f"## {titles[name]}")
        out.append(_markdown_of(_HEAD[language][:4], (_row(x, language)[:4] for x in lines if x.source.source == name)).rstrip("\n"))
    out.append("## 检查对应的措施" if zh else "## Checks and the measures they ask about")
    out.append(_markdown_of(_BACK_HEAD[language][:3], (_back_row(x, language)[:3] for x in by_check(catalog, lines))).rstrip("\n"))
    return "\n\n".join(out) + "\n"


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
