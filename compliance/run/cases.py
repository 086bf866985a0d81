"""Run the cases of controls: expected findings must appear, nothing else may, every control needs cases.

A case file is ``controls/cases/<CONTROL>/<name>.yaml``::

    control: ENC-01
    cases:
      - name: s3-declared
        outcome: satisfied            # satisfied | not_satisfied | partially_satisfied | undetermined
        files: {main.tf: "..."}
        findings: [object-storage main.tf:3]            # check, place; '?' after the check = undetermined
        decides: {"main.tf:9": "    sse_algorithm = none"}   # line -> replacement; empty = the line is removed
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from compliance.catalog.cache import load_catalog
from compliance.catalog.roots import default_roots
from compliance.catalog.yaml_source import read
from compliance.collect.tree import MemoryTree
from compliance.errors import CatalogError, HeguiError, UsageError
from compliance.model.assessment import Assessment
from compliance.model.catalog import Catalog, Profile, ProfileEntry, Text
from compliance.run import firm_cases
from compliance.run.check import Options, check
from compliance.run.config import Config

AS_OF = "2026-06-30"
SURVIVORS_LIMIT = 5
"""Per cent of mutants of register checks that may live: some are equivalent to what they were made from."""
_REPOSITORY_KEYS = {"name", "outcome", "files", "findings", "decides", "facts"}


def run_cases(only: str | None, mutate: bool) -> tuple[str, bool]:
    """Text of the result and whether anything failed.  Raises UsageError for an unknown control."""
    catalog = load_catalog()
    if only is not None and only not in catalog.controls:
        raise UsageError(f"unknown control '{only}'", fix="hegui controls lists them")
    problems: list[str] = []
    count = mutants = survived = 0
    covered: dict[str, set[str]] = {}
    alive: dict[str, firm_cases.Alive] = {}
    for path in case_files():
        label = f"controls/cases/{path.parent.name}/{path.name}"
        document = read(path, label)
        control = str(document["control"])
        if only is not None and control != only:
            continue
        if control not in catalog.controls:
            raise CatalogError([HeguiError(f"unknown control '{control}'", where=f"{label}:1", fix="name a control of the catalog")])
        keys = _REPOSITORY_KEYS
        if "tables" in document or "uses" in document:
            firm_done = firm_cases.run(catalog, control, document, label, alive.setdefault(control, {}) if mutate else None)
            count += firm_done.count
            problems += firm_done.problems
            covered.setdefault(control, set()).update(firm_done.outcomes)
            continue
        for case in document["cases"]:
            where = f"{label}:{case.line} {case.get('name')}"
            if set(case) - keys:
                raise CatalogError([HeguiError(f"unknown key '{sorted(set(case) - keys)[0]}'", where=where, fix=f"known: {', '.join(sorted(keys))}")])
            count += 1
            shown = covered.setdefault(control, set())
            shown.add(str(case["outcome"]))
            if any("?" in str(f) for f in case.get("findings") or []):
                shown.add("undetermined")
            files = {str(k): str(v) for k, v in case["files"].items()}
            assessment = _assess(catalog, control, files, case.get("facts") or {})
            problems += [f"{where}: {p}" for p in _compare(assessment, case)]
            if mutate and case["outcome"] == "satisfied":
                if not case.get("decides"):
                    problems.append(f"{where}: a satisfied case must name its deciding lines")
                for place, replacement in (case.get("decides") or {}).items():
                    mutants += 1
                    changed = _assess(catalog, control, _mutated(files, place, replacement, where), case.get("facts") or {})
                    if changed.controls[0].outcome == "satisfied":
                        survived += 1
                        problems.append(f"{where}: changing {place} does not change the verdict")
    for control in catalog.controls if only is None else [only]:
        missing = {"satisfied", "not_satisfied", "undetermined"} - covered.get(control, set())
        if missing:
            problems.append(f"{control}: no case for {', '.join(sorted(missing))}")
    lives = [f"{control}: {check}: no case notices {mutant}" for control, every in alive.items() for (check, mutant), lives in every.items() if lives]
    mutants += sum(map(len, alive.values()))
    survived += len(lives)
    share = 100 * survived / mutants if mutants else 0.0
    summary = f"{count} cases, {len(problems)} problems" + (f"; {mutants} mutants, {survived} survived ({share:.1f} %, limit {SURVIVORS_LIMIT} %)" if mutate else "")
    return "\n".join([*problems, *lives, summary]), bool(problems) or share >= SURVIVORS_LIMIT


def _assess(catalog: Catalog, control: str, files: Mapping[str, str], facts: Mapping[str, Any]) -> Assessment:
    entry = next((e for e in catalog.profiles["ci"].entries if e.control == control), None)
    profile = Profile("case", Text("用例", "case"), "repository", (ProfileEntry(control, entry.checks if entry else (), {}),), Text("-", "-"))
    prepared = Catalog(catalog.digest, catalog.tables, catalog.views, catalog.sources, catalog.controls, catalog.order, {"case": profile})
    tree = MemoryTree({p: _bytes(t) for p, t in files.items()})
    config = Config(profile="case", facts=facts)
    if "hegui.yaml" in files:
        from compliance.catalog.yaml_source import parse
        from compliance.run.config import _config

        given = _config(parse(files["hegui.yaml"], "hegui.yaml"), "hegui.yaml")
        config = Config(profile="case", facts=facts, filings=given.filings)
    return check(tree, prepared, config, Options(AS_OF)).assessment


def _bytes(text: str) -> bytes:
    """The bytes of a case file; ``base64:...`` for what is not text."""
    return base64.b64decode(text[7:]) if text.startswith("base64:") else text.encode()


def _compare(assessment: Assessment, case: Mapping[str, Any]) -> list[str]:
    problems = []
    outcome = assessment.controls[0].outcome
    if outcome != case["outcome"]:
        problems.append(f"outcome is {outcome}, expected {case['outcome']}")
    expected = sorted(str(f) for f in case.get("findings") or [])
    actual = sorted(f"{f.check}{'?' if f.verdict == 'undetermined' else ''} {f.location.path}:{f.location.line}" for f in assessment.findings)
    problems += [f"expected finding is missing: {f}" for f in expected if f not in actual]
    problems += [f"unexpected finding: {f}" for f in actual if f not in expected]
    return problems


def _mutated(files: Mapping[str, str], place: str, replacement: Any, where: str) -> dict[str, str]:
    path, _, line = place.rpartition(":")
    if path not in files or not line.isdigit():
        raise CatalogError([HeguiError(f"no line '{place}'", where=where, fix="write path:line")])
    lines = files[path].split("\n")
    number = int(line)
    if not 1 <= number <= len(lines):
        raise CatalogError([HeguiError(f"no line '{place}'", where=where, fix=f"the file has {len(lines)} lines")])
    lines[number - 1 : number] = [str(replacement)] if replacement else []
    return {**files, path: "\n".join(lines)}


def case_files() -> list[Path]:
    """Every case file of the shipped catalog."""
    return sorted(p for p in (default_roots().controls / "cases").glob("*/*.yaml") if p.parent.name != "shared")
