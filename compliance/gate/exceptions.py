"""Exceptions (豁免): approved, expiring acceptances of named findings, from ``.hegui/exceptions.yaml``."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from compliance.errors import GateError
from compliance.model.assessment import Finding

LONGEST_DAYS: Final[dict[str, int]] = {"critical": 90, "high": 180, "medium": 365, "low": 365}
"""Longest an exception may run from its creation, or from as_of when that is not stated, by severity."""


@dataclass(frozen=True, slots=True)
class GateException:
    """One exception; empty scope parts match everything, but control must be named."""

    control: str
    check: str
    path: str
    resource: str
    reason: str
    owner: str
    approver: str
    expires: date
    where: str

    def covers(self, finding: Finding) -> bool:
        """Whether the scope names the finding."""
        return (
            finding.control == self.control
            and (not self.check or finding.check == self.check)
            and (not self.path or fnmatch.fnmatchcase(finding.location.path, self.path))
            and (not self.resource or fnmatch.fnmatchcase(finding.key, self.resource))
        )


@dataclass(frozen=True, slots=True)
class GateNote:
    """Something about an exception that a person should see: expired, too_long or unmatched."""

    kind: str
    where: str
    detail: str


def parse(document: Any, label: str) -> list[GateException]:
    """Exceptions of a parsed file.  Raises GateError naming ``file:line`` for whatever is missing or wrong."""
    items = document.get("exceptions") if isinstance(document, Mapping) else None
    if not isinstance(items, list):
        raise GateError("no list 'exceptions'", where=f"{label}:1", fix="begin with 'exceptions:' and one entry per exception")
    return [_one(item, f"{label}:{getattr(item, 'line', 1)}") for item in items]


def _one(item: Any, where: str) -> GateException:
    if not isinstance(item, Mapping):
        raise GateError("an exception is a mapping", where=where, fix="control, reason, owner, approver, expires")
    known = {"control", "check", "path", "resource", "reason", "owner", "approver", "expires"}
    for key in item:
        if key not in known:
            raise GateError(f"unknown key '{key}'", where=where, fix=f"known keys: {', '.join(sorted(known))}")
    for key in ("control", "reason", "owner", "approver", "expires"):
        if not str(item.get(key) or "").strip():
            raise GateError(f"an exception without '{key}'", where=where, why="an acceptance needs a reason, an owner, another approver and an end", fix=f"add {key}")
    if str(item["owner"]).strip().casefold() == str(item["approver"]).strip().casefold():
        raise GateError("owner and approver are the same", where=where, why="nobody approves their own exception", fix="name another approver")
    try:
        expires = date.fromisoformat(str(item["expires"]))
    except ValueError as error:
        raise GateError(f"expires '{item['expires']}' is not a date", where=where, fix="write YYYY-MM-DD") from error
    text = {k: str(item.get(k) or "") for k in known - {"expires"}}
    return GateException(expires=expires, where=where, **text)


def apply(findings: Sequence[Finding], exceptions: Sequence[GateException], as_of: date) -> tuple[list[Finding], list[GateNote]]:
    """Findings with their status, and notes about expired, too long or unmatched exceptions."""
    notes: dict[tuple[str, str], GateNote] = {}
    used: set[str] = set()
    result = []
    for finding in findings:
        status = finding.status
        for exception in exceptions:
            if not exception.covers(finding):
                continue
            used.add(exception.where)
            if exception.expires < as_of:
                notes[(exception.where, "expired")] = GateNote("expired", exception.where, f"{exception.control} {exception.expires}")
            elif exception.expires > as_of + timedelta(days=LONGEST_DAYS[finding.severity]):
                days = LONGEST_DAYS[finding.severity]
                notes[(exception.where, "too_long")] = GateNote("too_long", exception.where, f"{exception.control}: {finding.severity} allows {days} days")
            else:
                status = "excepted"
        result.append(finding.with_status(status))
    for exception in exceptions:
        if exception.where not in used:
            notes[(exception.where, "unmatched")] = GateNote("unmatched", exception.where, exception.control)
    return result, [notes[k] for k in sorted(notes)]


_INLINE = re.compile(r"hegui:ignore\s+(?P<control>[A-Za-z][\w-]*)\s+until=(?P<until>\S+)\s+reason=(?P<reason>\S.*?)\s*(?:\*/|-->)?\s*$")


def inline(path: str, text: str) -> tuple[list[tuple[int, GateException]], list[GateNote]]:
    """Inline ignores of a file: (line, exception); malformed ones as notes."""
    found, notes = [], []
    if "hegui:ignore" not in text:
        return [], []
    for number, line in enumerate(text.split("\n"), 1):
        if "hegui:ignore" not in line:
            continue
        match = _INLINE.search(line)
        try:
            if match is None:
                raise ValueError("write: hegui:ignore CONTROL until=YYYY-MM-DD reason=...")
            until = date.fromisoformat(match["until"])
        except ValueError as error:
            notes.append(GateNote("malformed", f"{path}:{number}", str(error)))
            continue
        found.append((number, GateException(match["control"], "", path, "", match["reason"], "", "", until, f"{path}:{number}")))
    return found, notes


def apply_inline(findings: Sequence[Finding], found: Sequence[tuple[int, GateException]], as_of: date) -> tuple[list[Finding], list[GateNote]]:
    """An inline ignore covers findings of its control whose lines hold it or begin on the next line."""
    if not found:
        return list(findings), []
    notes: dict[tuple[str, str], GateNote] = {}
    used: set[str] = set()
    result = []
    for finding in findings:
        status = finding.status
        for line, exception in found:
            near = finding.location.line - 1 <= line <= max(finding.location.end_line, finding.location.line)
            if not (near and exception.covers(finding)):
                continue
            used.add(exception.where)
            if exception.expires < as_of:
                notes[(exception.where, "expired")] = GateNote("expired", exception.where, f"{exception.control} {exception.expires}")
            elif exception.expires > as_of + timedelta(days=LONGEST_DAYS[finding.severity]):
                notes[(exception.where, "too_long")] = GateNote("too_long", exception.where, f"{finding.severity} allows {LONGEST_DAYS[finding.severity]} days")
            else:
                status = "excepted"
        result.append(finding.with_status(status))
    for _, exception in found:
        if exception.where not in used:
            notes[(exception.where, "unmatched")] = GateNote("unmatched", exception.where, exception.control)
    return result, [notes[k] for k in sorted(notes)]
