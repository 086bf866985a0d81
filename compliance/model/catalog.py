"""The compiled catalog: everything the evaluator and the reports need, as plain frozen data.

It is built by ``compliance.catalog`` from YAML and SQL, cached as JSON under the digest of its
sources, and handed over; nothing here parses or validates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, NamedTuple

Severity = Literal["critical", "high", "medium", "low"]
SEVERITIES: Final[tuple[Severity, ...]] = ("critical", "high", "medium", "low")
WEIGHTS: Final[dict[str, int]] = {"critical": 9, "high": 7, "medium": 4, "low": 1}


class Text(NamedTuple):
    """One sentence in both languages."""

    zh: str
    en: str

    def get(self, language: str) -> str:
        """The sentence in ``zh`` or ``en``."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an evidence table; ``type`` is string, int, decimal, bool, date, datetime or ``enum(a|b)``.

    derived: ``fact(column)``: taken from a personal column before it is replaced; no register is asked for it
    """

    name: str
    type: str
    title: Text
    required: bool
    may_lack: bool
    personal_data: str
    aliases: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    fk: str = ""
    derived: str = ""

    @property
    def options(self) -> tuple[str, ...]:
        """The values of an enum, else empty."""
        return tuple(self.type[5:-1].split("|")) if self.type.startswith("enum(") else ()


@dataclass(frozen=True, slots=True)
class Table:
    """A declared evidence table."""

    name: str
    title: Text
    kind: str
    key: tuple[str, ...]
    freshness: str
    columns: tuple[Column, ...]
    theme: str = "systems"
    tier: int = 2
    row: Text = field(default=Text("", ""))
    source: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """A shared derived set; ``tables`` are the evidence tables it reads, ``optional`` may be missing."""

    name: str
    title: Text
    sql: str
    tables: tuple[str, ...]
    optional: tuple[str, ...]
    key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A law article or a measure that controls derive from.

    citation: how it is cited, e.g. ``个人信息保护法第五十一条第（三）项``
    verified: whether the text itself was read; what was not is shown as 待核
    source:   the law or list it stands in; ``effective`` is the day the duty came into force
    earlier:  (last day, citation) of earlier numberings
    """

    id: str
    citation: Text
    gist: Text
    verified: bool
    source: str = ""
    kind: str = "measure"
    article: int | None = None
    role: str = "firm"
    effective: str = ""
    earlier: tuple[tuple[str, Text], ...] = ()

    def cited(self, as_of: str) -> Text:
        """The citation in force on a day: an earlier version of the law may have numbered it otherwise."""
        for until, citation in self.earlier:
            if as_of[:10] <= until:
                return citation
        return self.citation


    def in_force(self, as_of: str) -> bool:
        """Whether the duty is in force on a day; measures always are."""
        return as_of[:10] >= self.effective


@dataclass(frozen=True, slots=True)
class LawVersion:
    """One version of a law; ``until`` is its last day, empty while it is in force."""

    effective: str
    until: str
    title: Text
    changes: Text

    def in_force(self, as_of: str) -> bool:
        """Whether this is the version in force on a day."""
        return self.effective <= as_of[:10] and (not self.until or as_of[:10] <= self.until)


@dataclass(frozen=True, slots=True)
class SourceList:
    """A law or a list of measures: what ``hegui law`` and ``hegui coverage`` list.

    articles:   how many articles the law has; 0 when not recorded
    not_needed: article -> why no control is needed
    versions:   its versions in order of time; empty where only one is known
    """

    id: str
    title: Text
    kind: str
    effective: str
    status: str
    level: str
    articles: int
    not_needed: tuple[tuple[str, Text], ...]
    versions: tuple[LawVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number or list that a profile may set.

    floor: the loosest value a law allows, or None; ``floor_is`` says whether it is a minimum or a maximum
    """

    name: str
    type: str
    default: Any
    unit: str
    title: Text
    floor: Any
    floor_is: str
    floor_source: str


@dataclass(frozen=True, slots=True)
class Clause:
    """One conjunct of a condition, with the population columns it reads."""

    sql: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """A compiled check.

    sql:       the counterexample query; columns ``_row`` (of the evidence row, or null), ``_key`` (text, or null when
               the row says it all), ``_fill`` (texts for ``fields``, or null), ``_member``, ``_member_unknown``, then
               one per clause (``c0`` ...), each TRUE, FALSE or NULL
    count_sql: the size of the population
    form:      ``must``, ``has``, ``has_no`` or ``sql``
    tables:    evidence tables that must be delivered; ``population`` are those whose rows are asked about
    optional:  tables that views add observations from; without one a clean answer is no answer, but what is
               found stays found (a profile may leave such a table out on record)
    on_empty:  ``no_evidence``, or ``nil_return`` when a signed nil return may stand for an empty population
    every:     the table or view asked about; empty for a population of its own
    fields:    population columns the message shows, where they come in ``_fill``
    remedies:  platform -> the setting that mends it there; ``general`` is a sentence for every platform
    """

    id: str
    question: Text
    message: Text
    key: bool
    form: str
    sql: str
    count_sql: str
    where: Clause
    clauses: tuple[Clause, ...]
    tables: tuple[str, ...]
    population: tuple[str, ...]
    derives_from: tuple[str, ...]
    on_empty: str = "no_evidence"
    every: str = ""
    fields: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    remedies: dict[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Control:
    """A control with its compiled checks and where it was declared (``file:line``)."""

    id: str
    domain: str
    title: Text
    objective: Text
    severity: Severity
    frequency: str
    owner: str
    assurance: str
    derives_from: tuple[str, ...]
    requires: tuple[str, ...]
    applies_when: str
    excludable: bool
    parameters: tuple[Parameter, ...]
    checks: tuple[Check, ...]
    rationale: Text
    remediation: Text
    declared_at: str


@dataclass(frozen=True, slots=True)
class ProfileEntry:
    """One control of a profile: which checks (empty = all) and which parameter values."""

    control: str
    checks: tuple[str, ...]
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Profile:
    """Which controls apply.

    scope:   ``repository`` (an empty population is outside the scope of the run) or ``firm``
    without: tables the profile leaves out on record; a view that can do without one does
    """

    id: str
    title: Text
    scope: str
    entries: tuple[ProfileEntry, ...]
    leaves_out: Text
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Catalog:
    """All declarations, compiled; ``order`` lists control ids so that prerequisites come first, ``domains`` names them."""

    digest: str
    tables: dict[str, Table]
    views: tuple[View, ...]
    sources: dict[str, Source]
    controls: dict[str, Control]
    order: tuple[str, ...]
    profiles: dict[str, Profile]
    lists: tuple[SourceList, ...] = ()
    domains: tuple[tuple[str, Text], ...] = ()


DECLARED_BY_HAND: Final = frozenset({"nil_return", "soa_exclusion"})
"""Tables that the evaluator itself reads, whatever a check asks."""


def restricted(catalog: Catalog, profile: str, keep: Iterable[str] = ()) -> Catalog:
    """What an evaluation of one profile, and its reports, need of the catalog; the digest stays that of the whole.

    keep: further tables whose rows are at hand
    """
    chosen = catalog.profiles[profile]
    controls = {e.control: catalog.controls[e.control] for e in chosen.entries}
    checks = [k for c in controls.values() for k in c.checks]
    words = set(re.findall(r"\w+", " ".join(k.sql + k.count_sql for k in checks)))
    views: list[View] = []
    for view in reversed(catalog.views):  # in order of dependence: whoever reads a view stands behind it
        if view.name in words:
            views.insert(0, view)
            words |= set(re.findall(r"\w+", view.sql))
    tables = {*keep, *DECLARED_BY_HAND} | {t for k in checks for t in (*k.tables, *k.optional, *k.population)} | {t for v in views for t in (*v.tables, *v.optional)}
    cited = {s for c in controls.values() for s in c.derives_from} | {s for k in checks for s in k.derives_from} | {p.floor_source for c in controls.values() for p in c.parameters}
    return Catalog(
        catalog.digest, {n: t for n, t in catalog.tables.items() if n in tables}, tuple(views), {n: s for n, s in catalog.sources.items() if n in cited},
        controls, tuple(c for c in catalog.order if c in controls), {profile: chosen}, (), catalog.domains,
    )  # fmt: skip


def to_plain(catalog: Catalog) -> dict[str, Any]:
    """The catalog as JSON-ready data; the inverse of ``from_plain``."""
    return asdict(catalog)


def from_plain(data: dict[str, Any]) -> Catalog:
    """A catalog from ``to_plain`` data that went through JSON."""
    return Catalog(
        digest=data["digest"],
        tables={
            n: Table(t["name"], Text(*t["title"]), t["kind"], tuple(t["key"]), t["freshness"],
                     tuple(Column(c["name"], c["type"], Text(*c["title"]), c["required"], c["may_lack"], c["personal_data"],
                                  tuple(c["aliases"]), tuple((k, v) for k, v in c["labels"]), c["fk"], c["derived"])
                           for c in t["columns"]),
                     t["theme"], t["tier"], Text(*t["row"]), t["source"], tuple(t["aliases"]))
            for n, t in data["tables"].items()
        },
        views=tuple(View(v["name"], Text(*v["title"]), v["sql"], tuple(v["tables"]), tuple(v["optional"]), tuple(v["key"])) for v in data["views"]),
        sources={
            n: Source(s["id"], Text(*s["citation"]), Text(*s["gist"]), s["verified"], s["source"], s["kind"], s["article"], s["role"], s["effective"],
                      tuple((u, Text(*t)) for u, t in s["earlier"]))
            for n, s in data["sources"].items()
        },
        controls={n: _control(c) for n, c in data["controls"].items()},
        order=tuple(data["order"]),
        profiles={
            n: Profile(p["id"], Text(*p["title"]), p["scope"],
                       tuple(ProfileEntry(e["control"], tuple(e["checks"]), e["parameters"]) for e in p["entries"]),
                       Text(*p["leaves_out"]), tuple(p["without"]))
            for n, p in data["profiles"].items()
        },
        lists=tuple(SourceList(x["id"], Text(*x["title"]), x["kind"], x["effective"], x["status"], x["level"], x["articles"],
                               tuple((k, Text(*t)) for k, t in x["not_needed"]),
                               tuple(LawVersion(v["effective"], v["until"], Text(*v["title"]), Text(*v["changes"])) for v in x["versions"]))
                    for x in data["lists"]),
        domains=tuple((k, Text(*t)) for k, t in data["domains"]),
    )  # fmt: skip


def _control(c: dict[str, Any]) -> Control:
    plain: dict[str, Any] = {k: c[k] for k in ("id", "domain", "severity", "frequency", "owner", "assurance", "applies_when", "excludable", "declared_at")}
    texts: dict[str, Any] = {k: Text(*c[k]) for k in ("title", "objective", "rationale", "remediation")}
    return Control(
        **plain,
        **texts,
        derives_from=tuple(c["derives_from"]),
        requires=tuple(c["requires"]),
        parameters=tuple(Parameter(**{**p, "title": Text(*p["title"])}) for p in c["parameters"]),
        checks=tuple(_check(k) for k in c["checks"]),
    )


def _check(k: dict[str, Any]) -> Check:
    plain: dict[str, Any] = {n: k[n] for n in ("id", "key", "form", "sql", "count_sql", "on_empty", "every")}
    names: dict[str, Any] = {n: tuple(k[n]) for n in ("tables", "population", "derives_from", "fields", "optional")}
    return Check(
        **plain,
        **names,
        question=Text(*k["question"]),
        message=Text(*k["message"]),
        where=Clause(k["where"]["sql"], tuple(k["where"]["columns"])),
        clauses=tuple(Clause(x["sql"], tuple(x["columns"])) for x in k["clauses"]),
        remedies={p: Text(*v) for p, v in k["remedies"].items()},
    )
