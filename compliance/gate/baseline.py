"""Baselines: findings known before, by fingerprint, from a JSON report or a git revision; and changed lines."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from compliance.errors import GateError
from compliance.model.assessment import Finding


def read(path: Path) -> frozenset[str]:
    """Fingerprints of a JSON report.  Raises GateError."""
    try:
        data = json.loads(path.read_bytes())
        return frozenset(f["fingerprint"] for f in data["findings"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GateError("the baseline cannot be read", where=str(path), why=str(error), fix="write one with: hegui check -f json=FILE") from error


def apply(findings: Sequence[Finding], known: frozenset[str]) -> list[Finding]:
    """Findings known before get the status ``baseline``; excepted ones keep theirs."""
    if not known:
        return list(findings)
    return [f.with_status("baseline") if f.status == "open" and f.fingerprint in known else f for f in findings]


def git(root: Path, *arguments: str) -> bytes:
    """Output of a git command in *root*, without the repository's own hooks or drivers.  Raises GateError."""
    command = ["git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-C", str(root), *arguments]
    try:
        return subprocess.run(command, check=True, capture_output=True, timeout=120).stdout
    except FileNotFoundError as error:
        raise GateError("git is not installed", fix="install git, or use a baseline file") from error
    except subprocess.TimeoutExpired as error:
        raise GateError("git took over two minutes", where=str(root), fix="use a baseline file") from error
    except subprocess.CalledProcessError as error:
        why = error.stderr.decode("utf-8", "replace").strip().splitlines()
        raise GateError("git refused the revision", where=str(root), why=why[-1] if why else "", fix="fetch enough history and name a revision git knows") from error


def resolve(root: Path, revision: str) -> str:
    """The commit id of a revision.  Raises GateError."""
    if revision.startswith("-"):
        raise GateError(f"'{revision}' is not a revision", fix="name a branch, tag or commit")
    return git(root, "rev-parse", "--verify", "--end-of-options", revision + "^{commit}").decode().strip()


def changed_lines(root: Path, revision: str) -> dict[str, list[tuple[int, int]]]:
    """Path (relative to *root*) -> ranges of lines added or changed since *revision*; new files are whole."""
    commit = resolve(root, revision)
    text = git(root, "diff", "--no-color", "--no-ext-diff", "--no-textconv", "-U0", "--relative", "--no-renames", "--src-prefix=a/", "--dst-prefix=b/", commit, "--", ".").decode(
        "utf-8", "replace"
    )
    changed: dict[str, list[tuple[int, int]]] = {}
    path = ""
    for line in text.splitlines():
        if line.startswith("+++ "):
            path = line[6:] if line.startswith("+++ b/") else ""
        match = re.match(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@", line)
        if match and path:
            first, count = int(match[1]), int(match[2] or 1)
            # A pure deletion touches the line before it.
            changed.setdefault(path, []).append((first, first + max(count, 1) - 1))
    for name in git(root, "ls-files", "--others", "--exclude-standard", "-z").decode("utf-8", "replace").split("\0"):
        if name:
            changed[name] = [(1, 10**9)]
    return changed


def only_changed(findings: Sequence[Finding], changed: dict[str, list[tuple[int, int]]]) -> list[Finding]:
    """Open findings whose lines did not change since the revision become ``baseline``."""
    result = []
    for finding in findings:
        touched = any(a <= finding.location.end_line and b >= finding.location.line for a, b in changed.get(finding.location.path, ()))
        result.append(finding if touched or finding.status != "open" else finding.with_status("baseline"))
    return result
