"""Why a recomputed conclusion is another one: control by control, with the cause that explains it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any, Final

from compliance.model.catalog import Text

CAUSES: Final[dict[str, Text]] = {
    "engine": Text("引擎版本不同", "another engine version"),
    "date": Text("评估日期不同", "another day of assessment"),
    "catalog": Text("目录不同", "another catalog"),
    "evidence": Text("证据不同", "other evidence"),
    "exception": Text("豁免不同", "other exceptions"),
    "results": Text("封存的结论不是证据得出的", "the sealed results are not what the evidence gives"),
    "export": Text("报告与结论不一致", "a report disagrees with the results"),
}
"""Cause -> what it means."""


def controls(sealed: bytes, made: bytes, other_engine: bool, changed: Collection[str] = ()) -> Iterator[tuple[str, str, str, str]]:
    """(control, sealed, recomputed, cause) for every control whose conclusion or findings differ.

    changed: controls whose rule in the bundle is not that of the auditor's catalog
    """
    try:
        before, after = json.loads(sealed), json.loads(made)
        one, other = _by_control(before), _by_control(after)
    except (ValueError, KeyError, TypeError, AttributeError):
        return  # sealed results that are no results: the caller reports the file as a whole
    for control in sorted(one.keys() | other.keys()):
        a, b = one.get(control), other.get(control)
        if a != b:
            yield control, _shown(a), _shown(b), "engine" if other_engine else _cause(before, after, a, b, control in changed)


def _by_control(document: Any) -> dict[str, tuple[Any, list[Any]]]:
    found: dict[str, tuple[Any, list[Any]]] = {c["id"]: (c, []) for c in document["controls"]}
    for finding in document["findings"]:
        found.setdefault(finding["control"], ({"outcome": "-", "checks": []}, []))[1].append(finding)
    return found


def _cause(before: Any, after: Any, a: Any, b: Any, changed: bool) -> str:
    if before.get("as_of") != after.get("as_of"):
        return "date"
    if changed or a is None or b is None or before["tool"].get("catalog") != after["tool"].get("catalog") or _ids(a) != _ids(b):
        return "catalog"
    if a[0] == b[0] and [_open(f) for f in a[1]] == [_open(f) for f in b[1]]:
        return "exception"
    if [k["population"] for k in a[0]["checks"]] != [k["population"] for k in b[0]["checks"]]:
        return "evidence"
    return "results"


def _ids(control: Any) -> list[str]:
    return [k["id"] for k in control[0]["checks"]]


def _open(finding: Any) -> Any:
    return {k: v for k, v in finding.items() if k != "status"}


def _shown(control: Any) -> str:
    if control is None:
        return "-"
    counts = " ".join(f"{k['id']}={k['population']}/{k['violations']}/{k['undetermined']}" for k in control[0]["checks"])
    excepted = sum(f.get("status") == "excepted" for f in control[1])
    return f"{control[0]['outcome']} {counts}".strip() + (f" excepted={excepted}" if excepted else "")
