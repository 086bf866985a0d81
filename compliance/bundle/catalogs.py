"""The catalog inside a bundle against the auditor's own: a rule that was made laxer, or left out, shows even though it was signed along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from compliance.errors import HeguiError
from compliance.evaluate.evaluate import evaluate
from compliance.model.catalog import Catalog, Control, ProfileEntry, Text, restricted
from compliance.run.dossier import Dossier

KINDS: Final[dict[str, Text]] = {
    "dropped": Text("包内方案没有这项控制", "the profile inside leaves this control out"),
    "added": Text("您的目录没有这项控制", "your catalog does not have this control"),
    "changed": Text("规则与您的目录不同", "the rule is not the one of your catalog"),
    "parameter": Text("参数不被您的目录接受", "a parameter is not accepted by your catalog"),
    "profile": Text("您的目录没有这套方案", "your catalog does not have this profile"),
}
_SAID: Final = ("declared_at", "title", "objective", "rationale", "remediation")
"""Parts of a control that decide nothing."""


@dataclass(frozen=True, slots=True)
class CatalogDifference:
    """One control that the two catalogs do not share.

    kind:    a key of ``KINDS``
    parts:   the check ids or fields that differ
    inside:  outcome under the catalog of the bundle; ``yours`` under the auditor's own; '-' where there is none
    """

    control: str
    kind: str
    parts: tuple[str, ...]
    inside: str = "-"
    yours: str = "-"

    @property
    def decides(self) -> bool:
        """Whether the conclusion could be another one: a control is missing, a parameter refused, or the outcome differs."""
        return self.kind in ("dropped", "parameter", "profile") or self.inside != self.yours


def compare(dossier: Dossier, inside: Mapping[str, str], own: Catalog) -> tuple[CatalogDifference, ...]:
    """What the bundle's catalog has otherwise for the profile that was assessed, with the outcome under either.

    inside: control -> outcome as recomputed with the bundle's own catalog
    """
    name = dossier.request.profile.id
    if name not in own.profiles:
        return (CatalogDifference("*", "profile", (name,)),)
    theirs = {e.control: e for e in dossier.request.profile.entries}
    ours = {e.control: e for e in own.profiles[name].entries}
    found = [CatalogDifference(c, "dropped", ()) for c in ours if c not in theirs]
    for control in theirs:
        if control not in own.controls:
            found.append(CatalogDifference(control, "added", ()))
        elif parts := _parts(dossier.catalog, own, control, theirs[control], ours.get(control)):
            found.append(CatalogDifference(control, "changed", parts))
    found += _refused(dossier, own)
    if not found:
        return ()
    outcomes = _outcomes(dossier, own, name)
    return tuple(replace(d, inside=inside.get(d.control, "-"), yours=outcomes.get(d.control, "-")) for d in sorted(found, key=lambda d: (d.control, d.kind)))


def _parts(theirs: Catalog, ours: Catalog, control: str, entry: ProfileEntry, own_entry: ProfileEntry | None) -> tuple[str, ...]:
    a, b = theirs.controls[control], ours.controls[control]
    parts = [f for f, value in _deciding(a).items() if _deciding(b)[f] != value]
    checks = {k.id: k for k in b.checks}
    parts += [k.id for k in a.checks if k.id not in checks or asdict(replace(k, remedies={})) != asdict(replace(checks[k.id], remedies={}))]
    parts += [k for k in checks if k not in {c.id for c in a.checks}]
    if own_entry is not None and (entry.checks, entry.parameters) != (own_entry.checks, own_entry.parameters):
        parts.append("profile")
    for view in theirs.views:
        mine = next((v for v in ours.views if v.name == view.name), None)
        if (mine is None or mine.sql != view.sql) and any(view.name in f"{k.sql} {k.count_sql}" for k in a.checks):
            parts.append(view.name)
    return tuple(dict.fromkeys(parts))


def _deciding(control: Control) -> dict[str, Any]:
    return {k: v for k, v in asdict(control).items() if k not in _SAID and k != "checks"}


def _refused(dossier: Dossier, own: Catalog) -> list[CatalogDifference]:
    """Parameters of the firm that the auditor's catalog would not load: unknown, mistyped, or past a legal floor."""
    from compliance.catalog.compile import bound_values

    found = []
    entries = {e.control: e.parameters for e in dossier.request.profile.entries}
    for given in (dossier.request.parameters, entries):
        for control, values in given.items():
            if control not in own.controls:
                continue
            try:
                bound_values(control, list(own.controls[control].parameters), values, "request.json", own.sources)
            except HeguiError as error:
                found.append(CatalogDifference(control, "parameter", (error.what,)))
    return found


def _outcomes(dossier: Dossier, own: Catalog, profile: str) -> dict[str, str]:
    """Control -> outcome of the same evidence under the auditor's catalog."""
    catalog = restricted(own, profile, (t for t in own.tables if t in {r.table for r in dossier.snapshot.rows}))
    floored = {c: v for c, v in dossier.request.parameters.items() if c in catalog.controls and not _loose(c, v, own)}
    request = replace(dossier.request, profile=catalog.profiles[profile], parameters=floored)
    return {c.id: c.outcome for c in evaluate(catalog, request, dossier.snapshot).controls}


def _loose(control: str, values: Mapping[str, Any], own: Catalog) -> bool:
    from compliance.catalog.compile import bound_values

    try:
        bound_values(control, list(own.controls[control].parameters), values, "request.json", own.sources)
    except HeguiError:
        return True  # refused values are reported by _refused; the outcome is then that of the defaults
    return False
