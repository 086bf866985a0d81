"""Laws on a day: the version in force, what comes into force within a time ahead, and the controls that a change touches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from compliance.model.catalog import Catalog, LawVersion, SourceList, Text


@dataclass(frozen=True)
class Change:
    """Something of a law that comes into force after the day looked from."""

    law: str
    effective: str
    title: Text
    changes: Text | None


@dataclass(frozen=True)
class Law:
    """One law as seen from a day.

    version:    the version in force then; None before the first one known
    controls:   controls and, where a floor of a parameter rests on the law, ``CONTROL:parameter``
    unverified: how many of its duties were not read in the text itself
    """

    entry: SourceList
    version: LawVersion | None
    controls: tuple[str, ...]
    floors: tuple[str, ...]
    unverified: int


def versions(entry: SourceList) -> tuple[LawVersion, ...]:
    """The versions of a law in order of time; the law itself where only one is known."""
    return entry.versions or (LawVersion(entry.effective, "", entry.title, Text("", "")),)


def seen_from(catalog: Catalog, as_of: str) -> list[Law]:
    """Every law of the catalog, in order of the day its version came into force."""
    citing: dict[str, set[str]] = {}
    floors: dict[str, set[str]] = {}
    for control in catalog.controls.values():
        for name in (*control.derives_from, *(d for k in control.checks for d in k.derives_from)):
            citing.setdefault(catalog.sources[name].source, set()).add(control.id)
        for parameter in control.parameters:
            if parameter.floor_source:
                floors.setdefault(catalog.sources[parameter.floor_source].source, set()).add(f"{control.id}:{parameter.name}")
    unverified: dict[str, int] = {}
    for source in catalog.sources.values():
        unverified[source.source] = unverified.get(source.source, 0) + (not source.verified)
    found = [
        Law(x, next((v for v in versions(x) if v.in_force(as_of)), None), tuple(sorted(citing.get(x.id, ()))), tuple(sorted(floors.get(x.id, ()))), unverified.get(x.id, 0))
        for x in catalog.lists
        if x.kind == "law"
    ]
    return sorted(found, key=lambda law: (law.version.effective if law.version else law.entry.effective, law.entry.id))


def ahead(catalog: Catalog, as_of: str, days: int) -> list[Change]:
    """Versions that come into force after *as_of* and within *days*, soonest first."""
    last = (date.fromisoformat(as_of[:10]) + timedelta(days=days)).isoformat()
    found = [
        Change(x.id, v.effective, v.title, v.changes if v.changes.zh else None)
        for x in catalog.lists
        if x.kind == "law"
        for v in versions(x)
        if as_of[:10] < v.effective <= last
    ]
    return sorted(found, key=lambda c: (c.effective, c.law))
