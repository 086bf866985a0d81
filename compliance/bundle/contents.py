"""What stands in a bundle: from a dossier and its conclusion to named bytes under ``data/``."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final

from compliance import __version__
from compliance.bundle.canonical import Cell, to_csv, to_json
from compliance.bundle.withhold import Kept, redaction
from compliance.evaluate.engine import MACROS, bind, sql_type
from compliance.evaluate.evaluate import bound_checks
from compliance.model.catalog import Table, to_plain
from compliance.model.row import Row
from compliance.redact.pseudonyms import Pseudonyms
from compliance.report.interface import binary, writer
from compliance.run.dossier import Conclusion, Dossier, report_input

REPORTS: Final[dict[str, str]] = {
    "report.html": "html", "report-audit.html": "html:audit", "report.docx": "docx", "lists.xlsx": "xlsx",
    "findings.csv": "csv", "report.md": "markdown", "assessment-results.oscal.json": "oscal", "junit.xml": "junit",
}  # fmt: skip
"""File under ``data/reports/`` -> format."""


def payload(kept: Kept, pseudonyms: Pseudonyms, language: str) -> dict[str, bytes]:
    """Every file of the payload, names beginning with ``data/``; the same input gives the same bytes."""
    dossier, conclusion = kept.dossier, kept.conclusion
    files = {
        "catalog.json": to_json(to_plain(dossier.catalog)),
        "request.json": to_json(request(dossier, language)),
        "exceptions.json": to_json([{**asdict(e), "expires": e.expires.isoformat()} for e in dossier.exceptions]),
        "problems.json": to_json([asdict(p) for p in dossier.problems]),
        "history.json": to_json([[name, dict(outcomes)] for name, outcomes in dossier.history]),
        "index.json": to_json(_index(dossier)),
        "redaction.json": to_json(redaction(dossier.catalog, kept.ledger)),
        "lock.json": to_json(lock()),
        "populations.json": to_json(_populations(dossier, conclusion)),
        "items.csv": items(kept, pseudonyms),
        **{f"tables/{n}.csv": data for n, data in _tables(dossier)},
        **{f"provenance/{n}.jsonl": data for n, data in _provenance(dossier)},
        **{f"sql/{n}": text.encode() for n, text in _sql(dossier)},
        **results(dossier, conclusion, language),
    }
    return {f"data/{n}": data for n, data in files.items()}


def results(dossier: Dossier, conclusion: Conclusion, language: str) -> dict[str, bytes]:
    """``results.json`` and every report: what re-performance makes again and compares byte by byte."""
    given = report_input(dossier, conclusion, language, __version__)
    files = {"results.json": _bytes(writer("json")(given))}
    return files | {f"reports/{name}": _bytes(writer(kind)(given)) for name, kind in REPORTS.items()}


def _bytes(made: str | bytes) -> bytes:
    return made if isinstance(made, bytes) else made.encode()


def request(dossier: Dossier, language: str) -> dict[str, Any]:
    """What was asked: profile, instant, period, facts, parameters, firm, gate."""
    r = dossier.request
    return {
        "profile": r.profile.id, "as_of": r.as_of, "period": {"name": dossier.period.name, "start": dossier.period.start.isoformat(), "end": dossier.period.end.isoformat()},
        "facts": dict(r.facts), "parameters": {c: dict(v) for c, v in r.parameters.items()}, "organisation": dict(dossier.organisation), "language": language,
        "fail_on": dossier.options.fail_on, "soft_fail": dossier.options.soft_fail,
    }  # fmt: skip


def lock() -> dict[str, str]:
    """Versions that a recomputation depends on; the time zone is stated, no tz database is read."""
    import duckdb
    import jinja2
    import xlsxwriter

    return {"hegui": __version__, "duckdb": duckdb.__version__, "jinja2": jinja2.__version__, "xlsxwriter": xlsxwriter.__version__, "unicode": unicodedata.unidata_version, "timezone": "Asia/Shanghai"}


def by_table(rows: tuple[Row, ...]) -> dict[str, list[tuple[int, Row]]]:
    """Table -> its rows with their index in the snapshot."""
    found: dict[str, list[tuple[int, Row]]] = {}
    for index, row in enumerate(rows):
        found.setdefault(row.table, []).append((index, row))
    return found


def _index(dossier: Dossier) -> dict[str, Any]:
    s, rows = dossier.snapshot, by_table(dossier.snapshot.rows)
    return {
        "tables": {
            n: {"title": t.title._asdict(), "kind": t.kind, "key": list(t.key), "rows": len(rows.get(n, [])), "columns": [{"name": c.name, "type": c.type, "title": c.title._asdict(), "personal_data": c.personal_data} for c in t.columns]}
            for n, t in dossier.catalog.tables.items()
        },
        "delivered": sorted(s.delivered), "stale": sorted(s.stale), "origins": dict(s.origins), "digests": dict(s.digests),
        "notes": [asdict(n) for n in s.notes],
    }  # fmt: skip


def _tables(dossier: Dossier) -> Iterator[tuple[str, bytes]]:
    rows = by_table(dossier.snapshot.rows)
    for name, table in dossier.catalog.tables.items():
        columns = [c.name for c in table.columns]
        yield name, to_csv(["_row", "lacks", *columns], ([i, ",".join(r.lacks), *(r.values.get(c) for c in columns)] for i, r in rows.get(name, [])))


def _provenance(dossier: Dossier) -> Iterator[tuple[str, bytes]]:
    """One line a row: index, place, places of single values, why values are unknown."""
    for name, rows in by_table(dossier.snapshot.rows).items():
        if name in dossier.catalog.tables:
            yield name, b"".join(to_json([i, list(r.at), {c: list(p) for c, p in r.places.items()}, {c: list(v) for c, v in r.nulls.items()}]) for i, r in rows)


def _populations(dossier: Dossier, conclusion: Conclusion) -> dict[str, Any]:
    counts = {(c.id, k.id): k for c in conclusion.assessment.controls for k in c.checks}
    found = {}
    for bound in bound_checks(dossier.catalog, dossier.request):
        k = counts.get((bound.control, bound.check))
        if k is not None:
            found[f"{bound.control}.{bound.check}"] = {"population": k.n, "violations": k.v, "undetermined": k.u, "query": bound.count_sql}
    return found


def _sql(dossier: Dossier) -> Iterator[tuple[str, str]]:
    """Everything a duckdb shell needs, started in the folder of the bundle."""
    yield "00-macros.sql", "".join(f"{m};\n" for m in MACROS)
    yield "01-tables.sql", "SET TimeZone='Asia/Shanghai';\n" + "".join(_ddl(t) for t in dossier.catalog.tables.values())
    instants = dossier.request.instants()
    yield "02-views.sql", "".join(f"CREATE TABLE {v.name} AS {bind(v.sql, instants)};\n" for v in dossier.catalog.views)
    for bound in bound_checks(dossier.catalog, dossier.request):
        control = dossier.catalog.controls[bound.control]
        check = next(k for k in control.checks if k.id == bound.check)
        yield f"checks/{bound.control}.{bound.check}.sql", f"-- {control.title.zh} / {control.title.en}\n-- {check.question.zh}\n-- {check.question.en}\n{bound.sql};\n"


def _ddl(table: Table) -> str:
    columns = [("_row", "BIGINT"), ("lacks", "VARCHAR"), *((c.name, sql_type(c.type)) for c in table.columns)]
    names = "{" + ", ".join(f"'{n}': '{k}'" for n, k in columns) + "}"
    return (
        f"CREATE TABLE {table.name} AS SELECT * FROM read_csv('data/tables/{table.name}.csv', header=true, columns={names}, "
        "quote='\"', escape='\"', nullstr='', allow_quoted_nulls=false, auto_detect=false, new_line='\\n', max_line_size=20000000);\n"
    )


def row_digest(table: Table, row: Row) -> str:
    """SHA-256 over the row's canonical line."""
    return hashlib.sha256(to_json([table.name, *(row.values.get(c.name) for c in table.columns)])).hexdigest()


def items(kept: Kept, pseudonyms: Pseudonyms) -> bytes:
    """The items samples are drawn from: one a row, with the digest of the row and a salted commitment to its raw form.

    A withheld row has no digest, only its commitment; its item is ``TABLE/wN``.
    """
    lines: list[list[Cell]] = []
    tables = kept.dossier.catalog.tables
    for index, (row, before) in enumerate(zip(kept.dossier.snapshot.rows, kept.raw, strict=True)):
        if row.table in tables:
            item = f"{row.table}/{index}"
            lines.append([item, row_digest(tables[row.table], row), commitment(tables[row.table], before, item, pseudonyms)])
    counts: dict[str, int] = {}
    for before in kept.withheld:
        item = f"{before.table}/w{counts.setdefault(before.table, 0)}"
        counts[before.table] += 1
        lines.append([item, None, commitment(tables[before.table], before, item, pseudonyms)])
    return to_csv(["item", "row_sha256", "commitment"], lines)


def commitment(table: Table, raw: Row, item: str, pseudonyms: Pseudonyms) -> str:
    """SHA-256 over the item's salt and its raw row: opened at the firm, it shows which row the pseudonyms stand for."""
    return hashlib.sha256(pseudonyms.salt(item) + to_json([table.name, *(raw.values.get(c.name) for c in table.columns)])).hexdigest()


def texts(files: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """The files that are text, by name; binary reports are looked at part by part."""
    import io
    import zipfile

    for name, data in files.items():
        kind = REPORTS.get(name.removeprefix("data/reports/"), "")
        if not binary(kind):
            yield name, data
            continue
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for part in archive.namelist():
                yield f"{name}!{part}", archive.read(part)
