"""From the payload of a bundle back to a dossier; whatever does not fit is refused with its file and line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from compliance.bundle.canonical import from_csv, from_json
from compliance.bundle.errors import BundleError
from compliance.collect.registers.problem import Problem
from compliance.evaluate.evaluate import Request
from compliance.gate.exceptions import GateException
from compliance.model.assessment import Snapshot
from compliance.model.catalog import Catalog, Text, from_plain
from compliance.model.cell import Reason
from compliance.model.location import Location
from compliance.model.row import FileNote, Row, Scalar
from compliance.run.check import Options
from compliance.run.dossier import Dossier
from compliance.run.period import Period


def dossier(files: Mapping[str, bytes]) -> tuple[Dossier, str]:
    """The dossier and the language of its reports.  Raises BundleError."""
    try:
        return _dossier(files)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise BundleError("contents", f"{type(error).__name__}: {error}"[:160]) from error


def read_json(files: Mapping[str, bytes], name: str) -> Any:
    """A canonical JSON file of the payload.  Raises BundleError when it is missing or malformed."""
    if f"data/{name}" not in files:
        raise BundleError("contents", f"{name} is missing")
    return from_json(files[f"data/{name}"], name)


def _dossier(files: Mapping[str, bytes]) -> tuple[Dossier, str]:
    asked = read_json(files, "request.json")
    catalog = from_plain(json.loads(files["data/catalog.json"]))
    period = Period(asked["period"]["name"], date.fromisoformat(asked["period"]["start"]), date.fromisoformat(asked["period"]["end"]))
    if asked["profile"] not in catalog.profiles:
        raise BundleError("contents", f"the catalog has no profile '{asked['profile']}'")
    request = Request(catalog.profiles[asked["profile"]], asked["as_of"], asked["facts"], asked["parameters"], (period.start.isoformat(), period.end.isoformat()))
    exceptions = tuple(_exception(e) for e in read_json(files, "exceptions.json"))
    problems = tuple(Problem(**{**p, "what": Text(*p["what"]), "why": Text(*p["why"]), "fix": Text(*p["fix"])}) for p in read_json(files, "problems.json"))
    history = tuple((name, outcomes) for name, outcomes in read_json(files, "history.json"))
    options = Options(asked["as_of"], asked["fail_on"], asked["soft_fail"])
    made = Dossier(catalog, request, _snapshot(files, catalog), options, period, exceptions, problems, asked["organisation"], history)
    return made, str(asked["language"])


def _exception(data: Mapping[str, Any]) -> GateException:
    if not data.get("expires"):
        raise BundleError("exception", str(data.get("control")))
    return GateException(**{**data, "expires": date.fromisoformat(data["expires"])})


def _snapshot(files: Mapping[str, bytes], catalog: Catalog) -> Snapshot:
    index = read_json(files, "index.json")
    rows: dict[int, Row] = {}
    for name, table in catalog.tables.items():
        where = f"tables/{name}.csv"
        header, lines = from_csv(files[f"data/{where}"], where)
        if header != ["_row", "lacks", *(c.name for c in table.columns)]:
            raise BundleError("contents", "the columns are not those of the catalog", where=where)
        if len(lines) != index["tables"][name]["rows"]:
            raise BundleError("contents", f"{index['tables'][name]['rows']} rows are announced", where=where)
        provenance = _provenance(files.get(f"data/provenance/{name}.jsonl", b""), f"provenance/{name}.jsonl")
        if set(provenance) != {line[0] for line in lines}:
            raise BundleError("contents", "rows and provenance disagree", where=where)
        types = [c.type for c in table.columns]
        for line in lines:
            number, lacks, values = line[0], line[1], line[2:]
            if not isinstance(number, int) or isinstance(number, bool) or number in rows or not isinstance(lacks, str):
                raise BundleError("contents", f"row {number}", where=where)
            for kind, value in zip(types, values, strict=True):
                if value is not None and not _fits(kind, value):
                    raise BundleError("contents", f"row {number}: '{value}' is no {kind}", where=where)
            at, places, nulls = provenance[number]
            named: dict[str, Scalar] = dict(zip((c.name for c in table.columns), values, strict=True))
            rows[number] = Row(name, named, at, places, nulls, tuple(lacks.split(",")) if lacks else ())
    if sorted(rows) != list(range(len(rows))):
        raise BundleError("contents", "the rows are not numbered without gaps")
    notes = tuple(FileNote(**{**n, "tables": tuple(n["tables"])}) for n in index["notes"])
    return Snapshot(tuple(rows[i] for i in range(len(rows))), frozenset(index["delivered"]), notes, frozenset(index["stale"]), index["origins"], index["digests"])


def _fits(kind: str, value: Any) -> bool:
    if kind == "bool":
        return isinstance(value, bool)
    if kind == "int":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, str)


def _provenance(data: bytes, where: str) -> dict[Any, tuple[Location, dict[str, Location], dict[str, Reason]]]:
    found = {}
    for number, line in enumerate(data.splitlines(keepends=True), 1):
        index, at, places, nulls = from_json(line, f"{where}:{number}")
        found[index] = (Location(*at), {c: Location(*p) for c, p in places.items()}, {c: Reason(*r) for c, r in nulls.items()})
    return found
