"""What a firm may keep back, and what follows from it: the ledger names the controls that each column touches.

A withheld table does not ship and is not evaluated, so nothing can rest on it; its rows stay in the list of items
by their commitments alone, so that an auditor can ask for them at the firm.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from compliance.bundle.errors import BundleError
from compliance.model.catalog import Catalog, Check
from compliance.model.row import Row
from compliance.redact.tables import LedgerEntry
from compliance.run.dossier import Conclusion, Dossier, conclude

WITHHELD: Final = "withheld"


@dataclass(frozen=True)
class Kept:
    """What remains to be sealed: evidence without the withheld tables, the conclusion it gives, and the raw rows on either side."""

    dossier: Dossier
    conclusion: Conclusion
    ledger: tuple[LedgerEntry, ...]
    raw: tuple[Row, ...]
    withheld: tuple[Row, ...] = ()


def without(dossier: Dossier, conclusion: Conclusion, ledger: tuple[LedgerEntry, ...], raw: tuple[Row, ...], tables: Collection[str]) -> Kept:
    """Everything but *tables*, concluded anew.  Raises BundleError for a table that holds nothing."""
    if not tables:
        return Kept(dossier, conclusion, ledger, raw)
    snapshot = dossier.snapshot
    for table in tables:
        if not any(r.table == table for r in raw):
            raise BundleError("contents", f"there are no rows of '{table}' to withhold", fix="name an evidence table of the registers, as in hegui templates")
    places = [i for i, r in enumerate(snapshot.rows) if r.table not in tables]
    left = replace(snapshot, rows=tuple(snapshot.rows[i] for i in places), delivered=snapshot.delivered - set(tables))
    smaller = replace(dossier, snapshot=left)
    counts = {t: sum(r.table == t for r in raw) for t in sorted(tables)}
    entries = (*(e for e in ledger if e.table not in tables), *(LedgerEntry(t, "*", "", WITHHELD, n) for t, n in counts.items()))
    return Kept(smaller, conclude(smaller), tuple(sorted(entries, key=lambda e: (e.table, e.column, e.treatment))), tuple(raw[i] for i in places), tuple(r for r in raw if r.table in tables))


def redaction(catalog: Catalog, ledger: Iterable[LedgerEntry]) -> list[dict[str, Any]]:
    """The ledger as it ships: each entry with the controls that read the column (of a withheld table: the table)."""
    return [{**asdict(e), "controls": touched(catalog, e.table, "" if e.treatment == WITHHELD else e.column)} for e in ledger]


def touched(catalog: Catalog, table: str, column: str = "") -> list[str]:
    """Controls of which some check reads the column of the table, itself or through a view."""
    views = {v.name: v for v in catalog.views}

    def text(check: Check) -> str:
        found, seen = f"{check.sql} {check.count_sql}", set[str]()
        while new := {w for w in re.findall(r"\w+", found) if w in views} - seen:
            seen |= new
            found += " ".join(views[n].sql for n in new)
        return found

    def reads(check: Check) -> bool:
        if table not in (*check.tables, *check.optional, *check.population):
            return False
        return not column or re.search(rf"\b{column}\b", text(check)) is not None

    return sorted(c.id for c in catalog.controls.values() if any(reads(k) for k in c.checks))


def check(dossier: Dossier, ledger: Any, items: Mapping[str, str | None], results: Any) -> None:
    """Withheld items and the ledger agree, no table is on both sides, and no pass rests on what was withheld.

    items: item -> digest of its row, None when the row was withheld
    Raises BundleError ``withheld``, ``rests_on_withheld`` or ``contents``.
    """
    try:
        announced = {str(e["table"]): int(e["values"]) for e in ledger if e["treatment"] == WITHHELD}
        outcomes = {(str(c["id"]), str(k["id"])): str(k["outcome"]) for c in results["controls"] for k in c["checks"]}
    except (KeyError, TypeError, ValueError) as error:
        raise BundleError("contents", f"redaction.json or results.json: {error}"[:120]) from error
    counted: dict[str, int] = {}
    for item, digest in items.items():
        if digest is None:
            counted[item.partition("/")[0]] = counted.get(item.partition("/")[0], 0) + 1
    if counted != announced:
        raise BundleError("withheld", "items and ledger name other tables or numbers", where="items.csv")
    shipped = {r.table for r in dossier.snapshot.rows} | dossier.snapshot.delivered
    for table in sorted(shipped & set(announced)):
        raise BundleError("withheld", f"'{table}' is both shipped and withheld", where="items.csv")
    for control in dossier.catalog.controls.values():
        for k in control.checks:
            resting = sorted(set(announced) & {*k.tables, *k.optional, *k.population})
            if resting and outcomes.get((control.id, k.id)) == "satisfied":
                raise BundleError("rests_on_withheld", f"{control.id}.{k.id} reads {', '.join(resting)}", where="results.json")
