"""What comes out of an evaluation: findings, outcomes, scores; frozen, ordered, no clock."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from json.encoder import encode_basestring as _quoted  # the JSON spelling of one string, in C
from typing import Any, Literal

from compliance.model.catalog import Text
from compliance.model.cell import Reason
from compliance.model.location import Location
from compliance.model.row import FileNote, Row

Outcome = Literal["satisfied", "partially_satisfied", "not_satisfied", "undetermined", "not_applicable"]
Verdict = Literal["violation", "undetermined"]
FindingStatus = Literal["open", "excepted", "baseline"]

OUTCOME_TEXT: dict[str, Text] = {
    "satisfied": Text("符合", "satisfied"),
    "partially_satisfied": Text("部分符合", "partially satisfied"),
    "not_satisfied": Text("不符合", "not satisfied"),
    "undetermined": Text("无法判定", "undetermined"),
    "not_applicable": Text("不适用", "not applicable"),
}


def fingerprint(control: str, check: str, key: str) -> str:
    """Identity of a finding over time: control, check and row key; never lines or dates."""
    return hashlib.sha256(f"[{_quoted(control)}, {_quoted(check)}, {_quoted(key)}]".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Finding:
    """One counterexample, or one row that cannot be judged.

    key:    natural key of the row, joined by ``|``
    reason: for undetermined ones why; for violations the clause that failed
    """

    control: str
    check: str
    severity: str
    table: str
    key: str
    verdict: Verdict
    reasons: tuple[Reason, ...]
    clause: str
    location: Location
    message: Text
    status: FindingStatus = "open"

    @property
    def fingerprint(self) -> str:
        """See ``fingerprint``."""
        return fingerprint(self.control, self.check, self.key)

    def with_status(self, status: FindingStatus) -> Finding:
        """The same finding, excepted or known before."""
        return replace(self, status=status)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check: population n, distinct members in violation v, undetermined u; *reason* when there is no population."""

    id: str
    outcome: Outcome
    n: int
    v: int
    u: int
    reasons: tuple[Reason, ...]
    score: Fraction


@dataclass(frozen=True, slots=True)
class ControlResult:
    """One control of the profile."""

    id: str
    outcome: Outcome
    reasons: tuple[Reason, ...]
    score: Fraction
    assessed_score: Fraction | None
    checks: tuple[CheckResult, ...]


@dataclass(frozen=True, slots=True)
class Scores:
    """All of 0..100 as exact rationals; None = nothing was assessed, hence no figure."""

    score: Fraction | None
    assessed: Fraction | None
    coverage: Fraction | None
    score_after_exceptions: Fraction | None
    grade: str | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The immutable tables of one collection.

    rows:       every row of every table, in canonical order
    delivered:  tables that were collected, if only to find them empty
    stale:      tables older than their freshness allows, with the reason
    notes:      what became of each file
    origins:    table -> the file it was read from, for findings that are about no row
    digests:    file -> SHA-256 of its bytes when it was read
    """

    rows: tuple[Row, ...]
    delivered: frozenset[str]
    notes: tuple[FileNote, ...]
    stale: frozenset[str] = frozenset()
    origins: Mapping[str, str] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Assessment:
    """The outcome of every control of a profile at one instant."""

    as_of: str
    profile: str
    catalog_digest: str
    controls: tuple[ControlResult, ...]
    findings: tuple[Finding, ...]
    scores: Scores
    root_causes: tuple[str, ...]
    repair_order: tuple[tuple[str, Fraction], ...]
    facts: tuple[tuple[str, Any], ...] = ()
