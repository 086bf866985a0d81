"""The shape of every catalog file, once: pydantic models, from which the JSON Schemas are generated."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.:-]{0,63}$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,63}$")]


class Strict(BaseModel):
    """Unknown keys are errors everywhere."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Bilingual(Strict):
    """One sentence in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class ColumnDecl(Strict):
    """A column of an evidence table.

    may_lack:       the service may have no such setting
    fk:             ``table.column`` that the value refers to
    aliases:        other headers under which people keep this column
    labels:         enum value -> what a Chinese register shows for it
    derived:        a fact taken from a personal column before that becomes a pseudonym, ``under_14(id_number)``; nobody fills it in
    """

    type: str = Field(pattern=r"^(string|int|decimal|bool|date|datetime|enum\([A-Za-z0-9_.|-]+\))$")
    zh: str
    en: str
    required: bool = False
    may_lack: bool = False
    personal_data: Literal["none", "name", "email", "phone", "id_number", "account", "bank", "address", "sensitive", "free_text", "other"] = "none"
    fk: str | None = None
    aliases: list[str] = []
    labels: dict[str, str] = {}
    derived: str | None = Field(default=None, pattern=r"^(id_valid|under_14|mobile_valid|private_mailbox)\([a-z_][a-z0-9_]*\)$")


class TableDecl(Strict):
    """One file of ``evidence/tables/``."""

    table: Name
    title: Bilingual
    row: Bilingual
    kind: Literal["register", "config", "log"]
    key: list[Name] = Field(min_length=1)
    source: str
    freshness: str = Field(pattern=r"^[0-9]+[hd]$")
    theme: Name = "systems"
    tier: Literal[1, 2, 3] = 2
    aliases: list[str] = []
    columns: dict[Name, ColumnDecl]


class ParameterDecl(Strict):
    """A parameter of a control. ``floor`` is the loosest value the law named in ``floor_source`` allows."""

    type: Literal["int", "string", "bool", "date", "list(string)", "list(int)"]
    default: Any
    unit: str = ""
    title: Bilingual
    minimum: Any = None
    maximum: Any = None
    floor_source: str | None = None


class CheckDecl(Strict):
    """A question whose answer is its counterexamples."""

    id: Slug
    question: Bilingual
    message: Bilingual
    key: bool = False
    on_empty: Literal["no_evidence", "nil_return"] = "no_evidence"
    identified_by: list[Name] = []
    every: Name | None = None
    where: str | None = None
    must: str | None = None
    has: Name | None = None
    has_no: Name | None = None
    matching: str | None = None
    population: str | None = None
    violations: str | None = None
    derives_from: list[Id] = []


class ControlDecl(Strict):
    """What must hold."""

    id: Id
    title: Bilingual
    objective: Bilingual
    severity: Literal["critical", "high", "medium", "low"]
    frequency: Literal["continuous", "daily", "monthly", "quarterly", "annual", "on-event"]
    owner: str
    assurance: Literal["strong", "moderate", "weak"]
    derives_from: list[Id] = Field(min_length=1)
    requires: list[Id] = []
    applies_when: str | None = None
    excludable: bool = False
    parameters: dict[Name, ParameterDecl] = {}
    checks: list[CheckDecl] = Field(min_length=1)
    rationale: Bilingual
    remediation: Bilingual


class ControlFile(Strict):
    """One file of ``controls/<catalog>/``: the controls of a domain."""

    domain: Annotated[str, Field(pattern=r"^[A-Z]{2,8}$")]
    title: Bilingual
    controls: list[ControlDecl] = Field(min_length=1)


class EntryDecl(Strict):
    """How a profile takes one control; no checks named = all of them."""

    checks: list[Slug] = []
    parameters: dict[Name, Any] = {}


class ProfileFile(Strict):
    """One file of ``controls/profiles/``.

    controls: the controls taken, by name; or with ``all``, parameter values for some of them
    all:      every control and check of the catalog, except ...
    tier:     ... those that need an evidence table of a higher tier (1 = first rollout)
    excluded: ... and those named here, ``CONTROL`` or ``CONTROL.check``, with the reason
    without:  further tables left out on record; views that can do without them do
    """

    profile: Slug
    title: Bilingual
    scope: Literal["repository", "firm"]
    controls: dict[Id, EntryDecl | None] = {}
    all: bool = False
    tier: Literal[1, 2, 3] = 3
    excluded: dict[str, Bilingual] = {}
    leaves_out: Bilingual
    without: list[Name] = []


class EarlierDecl(Strict):
    """How a duty was cited until a day (inclusive): an earlier version of the law numbered it otherwise."""

    until: str = Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    citation: Bilingual


class SourceDecl(Strict):
    """One duty or measure, in our own words.

    kind, role, relevance, condition, deadline, retention, penalty, notes: as the register of duties keeps them
    since:    the day a duty came into force that earlier versions of the law do not have
    level:    how it was read: full_text, verbatim_quote, secondary, memory or inferred
    verified: the text itself was read; what was not is shown as 待核 and fails nobody on its own
    """

    citation: Bilingual
    title: Bilingual | None = None
    gist: Bilingual
    kind: Literal["duty", "exemption", "definition", "scope", "penalty", "liability", "permission", "audit_point", "recommended", "reference", "measure"] = "measure"
    article: int | None = None
    paragraph: int | None = None
    item: int | None = None
    role: Literal["processor", "entrusted", "both", "platform", "state-organ", "firm"] = "firm"
    relevance: Literal["core", "conditional", "rare", "reference"] = "core"
    condition: str = ""
    deadline: str = ""
    retention: str = ""
    penalty: str = ""
    notes: str = ""
    earlier: list[EarlierDecl] = []
    since: str | None = Field(default=None, pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    level: Literal["full_text", "verbatim_quote", "secondary", "memory", "inferred"] = "full_text"
    verified: bool


class TextDecl(Strict):
    """The text a law was checked against."""

    name: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class VersionDecl(Strict):
    """One version of a law: from when, until when (inclusive; absent = in force), and what it changed."""

    effective: str = Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    until: str | None = Field(default=None, pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    title: Bilingual
    changes: Bilingual


class SourceFile(Strict):
    """One file of ``controls/sources/``: a law or a list of measures.

    effective: the day the version read came into force; ``versions`` lists it with those before and after, where there are others

    not_needed: article -> why no control is needed (definitions, duties of the state)
    """

    source: Slug
    title: Bilingual
    kind: Literal["law", "measures"] = "measures"
    issuer: str = ""
    number: str = ""
    effective: str | None = None
    status: str = ""
    level: str = "full_text"
    text: TextDecl | None = None
    articles: int = 0
    not_needed: dict[str, Bilingual] = {}
    versions: list[VersionDecl] = []
    entries: dict[Id, SourceDecl]


class RemediationFile(Strict):
    """One file of ``controls/remediation/``: how a platform mends what checks find.

    steps: ``CONTROL.check`` -> a setting as it is written on that platform (the same in every language), or a sentence
    """

    platform: Slug
    title: Bilingual
    steps: dict[str, str | Bilingual]


FILES: dict[str, type[Strict]] = {
    "table": TableDecl,
    "controls": ControlFile,
    "profile": ProfileFile,
    "source": SourceFile,
    "remediation": RemediationFile,
}
"""Kind of file -> its model; ``hegui schema KIND`` prints the JSON Schema."""
