"""``hegui assess``: a firm's folder in, an assessment of a period out; no printing here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from compliance.collect.repository import collect
from compliance.collect.walk import walk
from compliance.errors import ConfigError
from compliance.evaluate.evaluate import Request, require_profile
from compliance.gate import exceptions
from compliance.model.assessment import Snapshot
from compliance.model.catalog import Catalog, Text, restricted
from compliance.model.location import Location
from compliance.model.row import FileNote, Row
from compliance.redact.facts import derive
from compliance.redact.pseudonyms import Pseudonyms
from compliance.redact.tables import LedgerEntry, Redaction, redact
from compliance.redact.text import replaced
from compliance.run.check import CheckRun, Options, bound_parameters
from compliance.run.config import Config
from compliance.run.dossier import Conclusion, Dossier, conclude
from compliance.run.history import history_before
from compliance.run.period import Period


@dataclass(frozen=True)
class AssessRun(CheckRun):
    """The result of an assessment.

    dossier:  everything the conclusion rests on, ready to be sealed
    ledger:   what was withheld of which column
    meaning:  pseudonym -> what it stands for; stays at the firm
    raw:      the rows before redaction, in the order of the snapshot; stay at the firm
    """

    dossier: Dossier
    conclusion: Conclusion
    ledger: tuple[LedgerEntry, ...]
    meaning: Mapping[str, str] = field(repr=False)
    raw: tuple[Row, ...] = field(repr=False)


def assess(root: Path, catalog: Catalog, config: Config, period: Period, options: Options, pseudonyms: Pseudonyms) -> AssessRun:
    """Collect, redact, evaluate, gate.  Raises HeguiError for unusable settings; what registers hold never raises."""
    profile = require_profile(catalog, config.profile)
    if profile.scope != "firm":
        raise ConfigError(f"profile '{config.profile}' is for repositories", where=config.source, fix="use starter, quarterly or full; hegui check takes repositories")
    snapshot, problems = gather(root, catalog, config, period, options.as_of)
    raw = derive(snapshot.rows, catalog.tables, date.fromisoformat(options.as_of[:10]))
    redaction = redact(raw, catalog.tables, pseudonyms)
    snapshot, problems = _shippable(snapshot, problems, redaction, pseudonyms)
    bounds = (period.start.isoformat(), period.end.isoformat())
    request = Request(profile, options.as_of, config.facts, bound_parameters(catalog, config), bounds)
    dossier = Dossier(
        restricted(catalog, profile.id, {r.table for r in snapshot.rows} | snapshot.delivered), request, snapshot, options, period, _exceptions(root, config, pseudonyms, redaction), problems,
        {k: str(v) for k, v in config.organisation.items() if k in ("name", "uscc")}, history_before(root, period),
    )  # fmt: skip
    found = conclude(dossier)
    return AssessRun(found.assessment, snapshot, catalog, found.notes, found.code, found.reason, dossier, found, redaction.ledger, redaction.meaning, raw)


def _shippable(snapshot: Snapshot, problems: tuple[Any, ...], redaction: Redaction, pseudonyms: Pseudonyms) -> tuple[Snapshot, tuple[Any, ...]]:
    """The snapshot and the problems of the registers without personal information: only what ships is evaluated."""

    def clean(text: str) -> str:
        return redaction.known.replaced(replaced(text, pseudonyms))

    def both(text: Text) -> Text:
        return Text(clean(text.zh), clean(text.en))

    notes = tuple(replace(n, path=clean(n.path), detail=clean(n.detail)) for n in snapshot.notes)
    told = tuple(replace(p, file=clean(p.file), sheet=clean(p.sheet), header=clean(p.header), what=both(p.what), why=both(p.why), fix=both(p.fix)) for p in problems)
    origins = {t: clean(p) for t, p in snapshot.origins.items()}
    digests = {clean(p): d for p, d in snapshot.digests.items()}
    return replace(snapshot, rows=redaction.rows, notes=notes, origins=origins, digests=digests), told


def gather(root: Path, catalog: Catalog, config: Config, period: Period, as_of: str) -> tuple[Snapshot, tuple[Any, ...]]:
    """Registers, documents and repositories as one snapshot, and the problems of the registers."""
    from compliance.collect.documents import collect_documents
    from compliance.collect.registers import read_registers

    read: list[Row] = []
    notes: list[FileNote] = []
    problems: list[Any] = []
    delivered: set[str] = {"cross_border_filing"}
    stale: set[str] = set()
    origins: dict[str, str] = {}
    for folder_name in (config.registers, *config.logs):
        reading = read_registers(root / folder_name, catalog.tables, date.fromisoformat(as_of[:10]), period=period.name, exported=config.exported, prefix=folder_name)
        read += reading.rows
        notes += reading.notes
        problems += reading.problems
        delivered |= reading.delivered
        stale |= reading.stale
        origins |= reading.origins
    documents = collect_documents(root, read, f"{as_of[:10]} 23:59:59")
    if "document_register" in delivered:
        delivered.add("document_text")
    problems += documents.problems
    notes += documents.notes
    rows: list[Row] = [*documents.rows, *config.filings]
    for name in config.repositories:
        folder = (root / name).resolve()
        if not folder.is_dir():
            raise ConfigError(f"repository '{name}' does not exist", where=config.source, fix="name a folder relative to hegui.yaml")
        found = collect(walk(folder, config.exclude))
        rows += [_moved(r, name) for r in found.rows]
        notes += [replace(n, path=f"{name}/{n.path}") for n in found.notes]
        delivered |= found.delivered
    ordered = tuple(sorted(rows, key=_order))
    told = tuple(sorted(set(notes), key=lambda n: (n.path, n.collector, n.code, n.line)))
    return Snapshot(ordered, frozenset(delivered), told, frozenset(stale), origins, _digests(root, ordered)), tuple(problems)


def _digests(root: Path, rows: Iterable[Row]) -> dict[str, str]:
    """SHA-256 of every file that rows came from; a file that cannot be read again has none."""
    found = {}
    for path in sorted({r.at.path for r in rows}):
        try:
            with open(root / path, "rb") as stream:
                found[path] = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError:
            continue  # a row that stands for no file, or one that vanished since: its rows carry no digest
    return found


def _order(row: Row) -> tuple[Any, ...]:
    return (row.table, row.at.path, row.at.line, row.at.cell, tuple(map(str, row.values.values())))


def _moved(row: Row, prefix: str) -> Row:
    """A row of a repository as seen from the firm's folder."""
    return replace(row, at=_below(row.at, prefix), places={c: _below(p, prefix) for c, p in row.places.items()})


def _below(place: Location, prefix: str) -> Location:
    return place._replace(path=f"{prefix}/{place.path}")


def _exceptions(root: Path, config: Config, pseudonyms: Pseudonyms, redaction: Redaction) -> tuple[exceptions.GateException, ...]:
    """The firm's exceptions; the people who asked for and approved them appear under pseudonyms, and so do resources named by account."""
    signs = {value: sign for sign, value in redaction.meaning.items()}

    def clean(text: str) -> str:
        return redaction.known.replaced(replaced(text, pseudonyms))

    path = root / config.exceptions
    if not path.is_file():
        return ()
    from compliance.catalog import yaml_source

    parsed = exceptions.parse(yaml_source.read(path, config.exceptions), config.exceptions)
    return tuple(
        replace(
            e, owner=pseudonyms.of("name", e.owner), approver=pseudonyms.of("name", e.approver), reason=clean(e.reason), path=clean(e.path),
            resource="|".join(signs.get(part, clean(part)) for part in e.resource.split("|")),
        )
        for e in parsed
    )  # fmt: skip
