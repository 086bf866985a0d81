"""``hegui new``: the skeleton of a control and of its cases, ready to be filled in and linted."""

from __future__ import annotations

import re
from pathlib import Path

from compliance.catalog.roots import default_roots
from compliance.errors import UsageError

CONTROL = """\
# {domain}: say in one line what this domain is about.
domain: {domain}
title: {{zh: "领域名称", en: "Name of the domain"}}
controls:
  - id: {control}
    title: {{zh: "控制名称", en: "Name of the control"}}
    objective: {{zh: "什么必须成立。", en: "What must hold."}}
    severity: medium
    frequency: quarterly
    owner: confidentiality_officer
    assurance: moderate
    derives_from: [PIPL-051-1]
    checks:
      - id: first-question
        question: {{zh: "哪些……没有……？", en: "Which ... lack ...?"}}
        message: {{zh: "员工 {{employee_id}} ……", en: "Employee {{employee_id}} ..."}}
        every: employees
        must: "hire_date is not null"
    rationale: {{zh: "为什么。", en: "Why."}}
    remediation: {{zh: "怎么改。", en: "How to fix it."}}
"""

CASES = """\
control: {control}
uses: [people]
cases:
  - name: clean
    outcome: satisfied
  - name: violated
    outcome: not_satisfied
    set: {{employees: {{E1: {{hire_date: null}}}}}}
    findings: ["first-question E1"]
  - name: never-delivered
    outcome: undetermined
    missing: [employees]
"""


def run(control: str, folder: str | None) -> str:
    """Write the two files; never overwrites.  Raises UsageError."""
    match = re.fullmatch(r"([A-Z]{2,8})-[A-Z0-9-]{1,40}", control)
    if match is None:
        raise UsageError(f"'{control}' is not a control id", fix="DOMAIN-NUMBER, e.g. GOV-06")
    root = Path(folder) if folder else default_roots().controls
    declaration = root / "confidentiality" / f"{control.lower()}.yaml"
    cases = root / "cases" / control / "registers.yaml"
    for path, text in ((declaration, CONTROL.format(control=control, domain=match[1])), (cases, CASES.format(control=control))):
        if path.exists():
            raise UsageError(f"'{path}' exists", why="nothing is overwritten", fix="choose another id, or edit it")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return f"{declaration}\n{cases}\nnext: edit both, then hegui lint and hegui test {control} --mutate"
