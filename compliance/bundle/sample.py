"""Sampling: which items the auditor looks at, drawn so that the firm could not foresee it and anybody can draw it again.

seed = SHA-256(item root, nonce, control); the sample are the n items of the control's populations with the smallest SHA-256(seed, item).
The nonce is chosen by the auditor after the bundle was sealed; the root fixes the items before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from compliance.bundle.contents import by_table, commitment
from compliance.bundle.errors import BundleError
from compliance.model.row import Row
from compliance.redact.pseudonyms import Pseudonyms
from compliance.redact.tables import redact
from compliance.run.dossier import Dossier

SIZES: Final[dict[str, int]] = {"continuous": 25, "daily": 25, "on-event": 15, "monthly": 2, "quarterly": 2, "annual": 1}
"""How many items by how often a control operates; audit practice, not law. The auditor may give a table of her own."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One item of a sample: rank from 1, the item, its place in the source and its redacted values."""

    control: str
    rank: int
    item: str
    place: str
    values: Mapping[str, object]


def draw(dossier: Dossier, root: str, nonce: str, controls: Sequence[str], sizes: Mapping[str, int] | None = None, withheld: Sequence[str] = ()) -> list[Drawn]:
    """The samples of the controls, drawn from rows that shipped and rows that were withheld (*withheld*: their items).
     Raises BundleError for an unknown control or a nonce too short to be unforeseeable."""
    if len(nonce) < 16:
        raise BundleError("challenge", "the nonce has fewer than 16 characters", fix="roll dice, or: openssl rand -hex 16")
    rows, found = by_table(dossier.snapshot.rows), []
    for control_id in controls:
        control = dossier.catalog.controls.get(control_id)
        if control is None:
            raise BundleError("contents", f"the bundle has no control '{control_id}'", fix=f"one of: {', '.join(dossier.catalog.controls)}"[:200])
        seed = hashlib.sha256("\0".join((root, nonce, control_id)).encode()).digest()
        tables = sorted({t for k in control.checks for t in k.population})
        items: list[tuple[str, Row | None]] = [(f"{t}/{i}", row) for t in tables for i, row in rows.get(t, ())]
        read = {t for k in control.checks for t in (*k.tables, *k.optional, *k.population)}
        items += [(item, None) for item in withheld if item.partition("/")[0] in read]
        ranked = sorted(items, key=lambda pair: hashlib.sha256(seed + pair[0].encode()).digest())
        for rank, (item, row) in enumerate(ranked[: (sizes or SIZES).get(control.frequency, 25)], 1):
            found.append(Drawn(control_id, rank, item, str(row.at) if row else "", dict(row.values) if row else {}))
    return found


@dataclass(frozen=True, slots=True)
class Opened:
    """At the firm: the raw row behind an item, and whether it is the one that was sealed.

    committed: salt and raw row give the commitment of the bundle
    redacted:  redacting the raw row again gives the row of the bundle (of a withheld row there is none)
    """

    item: str
    raw: Mapping[str, object]
    committed: bool
    redacted: bool


def _raw_of(item: str, kept: Sequence[Row], withheld: Sequence[Row]) -> Row | None:
    """The raw row behind an item: by its number among all that shipped, or (``wN``) among the withheld ones of its table."""
    table, _, number = item.partition("/")
    rows = [r for r in withheld if r.table == table] if number.startswith("w") else kept
    digits = number.removeprefix("w")
    return rows[int(digits)] if digits.isdecimal() and int(digits) < len(rows) else None


def open_items(dossier: Dossier, commitments: Mapping[str, str], raw: Sequence[Row], pseudonyms: Pseudonyms, items: Sequence[str]) -> list[Opened]:
    """Open sampled items with the firm's key and its registers.  Raises BundleError for an unknown item."""
    withheld = {i.partition("/")[0] for i in commitments if i.partition("/")[2].startswith("w")}
    left, back = [r for r in raw if r.table not in withheld], [r for r in raw if r.table in withheld]
    again = redact(left, dossier.catalog.tables, pseudonyms).rows
    found = []
    for item in items:
        table, _, number = item.partition("/")
        if item not in commitments or table not in dossier.catalog.tables:
            raise BundleError("items", f"no item {item}")
        row = _raw_of(item, left, back)
        if row is None:
            found.append(Opened(item, {}, False, False))
            continue
        fits = commitment(dossier.catalog.tables[table], row, item, pseudonyms) == commitments[item]
        shipped = number.startswith("w") or (int(number) < len(dossier.snapshot.rows) and again[int(number)].values == dossier.snapshot.rows[int(number)].values)
        found.append(Opened(item, dict(row.values), fits, shipped))
    return found
