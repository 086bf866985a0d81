"""``hegui check``: a tree in, a gated assessment out; no printing here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from compliance.collect.interface import Collector, Tree
from compliance.collect.repository import collect
from compliance.errors import ConfigError
from compliance.evaluate.evaluate import Request, evaluate, require_profile
from compliance.gate import baseline, exceptions
from compliance.model.assessment import Assessment, Finding, Snapshot
from compliance.model.catalog import SEVERITIES, Catalog
from compliance.run.config import Config


@dataclass(frozen=True)
class Options:
    """What a run was asked for; ``as_of`` is an ISO date."""

    as_of: str
    fail_on: str = "low"
    soft_fail: bool = False
    known: frozenset[str] = frozenset()
    changed: dict[str, list[tuple[int, int]]] | None = None


@dataclass(frozen=True)
class CheckRun:
    """The result of a run: everything a report needs.

    code, reason: exit code and machine word for it
    """

    assessment: Assessment
    snapshot: Snapshot
    catalog: Catalog
    gate_notes: tuple[exceptions.GateNote, ...]
    code: int
    reason: str

    @property
    def open_findings(self) -> list[Finding]:
        """Findings neither excepted nor known before."""
        return [f for f in self.assessment.findings if f.status == "open"]


def check(tree: Tree, catalog: Catalog, config: Config, options: Options, root: Path | None = None, using: Sequence[Collector] | None = None) -> CheckRun:
    """The whole line in memory.  Raises HeguiError for unusable settings."""
    profile = require_profile(catalog, config.profile)
    request = Request(profile, options.as_of, config.facts, bound_parameters(catalog, config))
    snapshot = collect(tree, config.filings, chosen=using)
    assessment = evaluate(catalog, request, snapshot)
    findings, notes = _gate(assessment, tree, config, options, root)
    assessment = replace(assessment, findings=tuple(findings), scores=_after(assessment, findings, catalog))
    code, reason = exit_code(assessment, options)
    return CheckRun(assessment, snapshot, catalog, tuple(notes), code, reason)


def bound_parameters(catalog: Catalog, config: Config) -> dict[str, dict[str, Any]]:
    """The firm's parameter values, typed and held against their legal floors.  Raises HeguiError."""
    if not config.parameters:
        return {}
    from compliance.catalog.compile import bound_values

    bound = {}
    for control, values in config.parameters.items():
        if control not in catalog.controls:
            raise ConfigError(f"parameters name an unknown control '{control}'", where=config.source, fix="see hegui explain")
        bound[control] = bound_values(control, list(catalog.controls[control].parameters), values, config.source, catalog.sources)
    return bound


def _gate(assessment: Assessment, tree: Tree, config: Config, options: Options, root: Path | None) -> tuple[list[Finding], list[exceptions.GateNote]]:
    as_of = date.fromisoformat(options.as_of[:10])
    findings: list[Finding] = list(assessment.findings)
    notes: list[exceptions.GateNote] = []
    path = root / config.exceptions if root else None
    if path is not None and path.is_file():
        from compliance.catalog import yaml_source

        findings, more = exceptions.apply(findings, exceptions.parse(yaml_source.read(path, config.exceptions), config.exceptions), as_of)
        notes += more
    if config.inline_ignores:
        found: list[tuple[int, exceptions.GateException]] = []
        for name in tree.paths():
            file = tree.file(name)
            if file is not None and b"hegui:ignore" in file.data and not name.endswith(".md"):
                some, bad = exceptions.inline(name, file.data.decode("utf-8", "replace"))
                found += some
                notes += bad
        findings, more = exceptions.apply_inline(findings, found, as_of)
        notes += more
    findings = baseline.apply(findings, options.known)
    if options.changed is not None:
        findings = baseline.only_changed(findings, options.changed)
    return findings, notes


def _after(assessment: Assessment, findings: Sequence[Finding], catalog: Catalog) -> Any:
    """Scores with the after-exceptions figure: excepted violations count as if repaired, nothing else changes."""
    from fractions import Fraction

    from compliance.evaluate import scores

    excepted: dict[tuple[str, str], int] = {}
    for finding in findings:
        if finding.status == "excepted":
            excepted[(finding.control, finding.check)] = excepted.get((finding.control, finding.check), 0) + 1
    after = []
    for control in assessment.controls:
        gain = sum((Fraction(min(excepted.get((control.id, c.id), 0), c.v + c.u), c.n) for c in control.checks if c.n), Fraction(0))
        after.append(replace(control, score=min(Fraction(1), control.score + (gain / len(control.checks) if control.checks else 0))))
    later = scores.total(assessment.controls, catalog.controls, after)
    return replace(assessment.scores, score_after_exceptions=later.score_after_exceptions)


def exit_code(assessment: Assessment, options: Options) -> tuple[int, str]:
    """1 gaps, 3 inconclusive, 0 clean (DESIGN: Exit codes); a crash or unusable input is 2 and never comes here."""
    limit = SEVERITIES.index(options.fail_on)
    counted = [f for f in assessment.findings if f.status == "open" and SEVERITIES.index(f.severity) <= limit]
    if any(f.verdict == "violation" for f in counted):
        return (0, "gaps_soft") if options.soft_fail else (1, "gaps")
    evaluated = [c for c in assessment.controls if any(k.n for k in c.checks)]
    if not evaluated:
        return 3, "nothing_evaluated"
    if any(f.verdict == "undetermined" for f in counted):
        return 3, "undetermined"
    if any(r.code in ("table_missing", "table_stale", "unparsed_file") for c in assessment.controls for k in c.checks for r in k.reasons):
        return 3, "evidence_missing"
    return 0, "clean"
