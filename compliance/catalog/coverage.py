"""Traceability both ways: measure or article -> controls -> checks -> tables, and what nothing asks about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from compliance.model.catalog import Catalog, Source, Text


@dataclass(frozen=True)
class Line:
    """One measure or duty and the checks that ask about it.

    checks:   (control, check) that cite it, by the check or, where its checks cite nothing, by the control
    tables:   evidence tables those checks read
    outcomes: control -> outcome, when an assessment was given
    """

    source: Source
    checks: tuple[tuple[str, str], ...]
    tables: tuple[str, ...]
    outcomes: tuple[tuple[str, str], ...]


def matrix(catalog: Catalog, lists: tuple[str, ...] = (), outcomes: Mapping[str, str] | None = None) -> list[Line]:
    """A line for every entry of the source *lists* (all when empty), in order of list and number."""
    asked: dict[str, dict[tuple[str, str], tuple[str, ...]]] = {}
    for control in catalog.controls.values():
        at_checks = {s for k in control.checks for s in k.derives_from}
        for check in control.checks:
            cited = {*check.derives_from, *(s for s in control.derives_from if s not in at_checks)}
            for name in cited:
                asked.setdefault(name, {})[(control.id, check.id)] = (*check.tables, *check.optional)
    lines = []
    for source in catalog.sources.values():
        if lists and source.source not in lists:
            continue
        found = asked.get(source.id, {})
        tables = tuple(sorted({t for names in found.values() for t in names}))
        controls = sorted({c for c, _ in found})
        lines.append(Line(source, tuple(sorted(found)), tables, tuple((c, outcomes[c]) for c in controls if outcomes and c in outcomes)))
    return sorted(lines, key=lambda x: (x.source.source, x.source.article or 0, x.source.id))


@dataclass(frozen=True)
class Back:
    """One check and what it derives from: the matrix read the other way.

    outcome: of its control, when an assessment was given
    """

    control: str
    check: str
    sources: tuple[str, ...]
    tables: tuple[str, ...]
    outcome: str | None


def by_check(catalog: Catalog, lines: Iterable[Line]) -> list[Back]:
    """Every check that *lines* name, in order of control and of its checks."""
    asks: dict[tuple[str, str], list[str]] = {}
    outcomes: dict[str, str] = {}
    for line in lines:
        outcomes.update(line.outcomes)
        for name in line.checks:
            asks.setdefault(name, []).append(line.source.id)
    return [
        Back(c.id, k.id, tuple(asks[c.id, k.id]), tuple(sorted({*k.tables, *k.optional})), outcomes.get(c.id))
        for c in sorted(catalog.controls.values(), key=lambda c: c.id)
        for k in c.checks
        if (c.id, k.id) in asks
    ]


@dataclass(frozen=True)
class Article:
    """One article of a law: the lines of its duties, or why nothing is needed.

    reason: recorded reason, or None
    """

    number: int
    lines: tuple[Line, ...]
    reason: Text | None

    @property
    def explained(self) -> bool:
        """Some check asks about it, or it is recorded why none does."""
        return any(line.checks for line in self.lines) or self.reason is not None


def articles(catalog: Catalog, law: str, outcomes: Mapping[str, str] | None = None) -> list[Article]:
    """Every article of a law, in order; articles without a duty of ours included."""
    [entry] = [x for x in catalog.lists if x.id == law]
    lines = matrix(catalog, (law,), outcomes)
    reasons = dict(entry.not_needed)
    last = max([entry.articles, *(line.source.article or 0 for line in lines)])
    return [Article(n, tuple(x for x in lines if x.source.article == n), reasons.get(str(n))) for n in range(1, last + 1)]
