"""Re-performance: evaluate again from the bundle alone, write every report again, compare the bytes.

The recomputation runs in a process of its own in which sockets, other processes and clocks are refused (``isolation``).
Then the same evidence is put to the auditor's own catalog: what was made laxer before signing shows there (``catalogs``).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from compliance.bundle import bag, causes, contents, restore
from compliance.bundle.canonical import to_json
from compliance.bundle.catalogs import CatalogDifference, compare
from compliance.bundle.errors import BundleError
from compliance.errors import HeguiError
from compliance.model.catalog import Catalog
from compliance.run.dossier import conclude


@dataclass(frozen=True)
class Difference:
    """One control whose conclusion is another, or one file that came out otherwise.

    cause: a key of ``causes.CAUSES``
    """

    where: str
    sealed: str
    recomputed: str
    cause: str


@dataclass(frozen=True)
class Reperformed:
    """Digest over results and reports as recomputed, and the differences; none means 结论一致.

    versions: what is installed here in another version than sealed with
    catalog:  where the rules inside are not those of the auditor's own catalog; empty when none was given
    """

    digest: str
    differences: tuple[Difference, ...]
    versions: Mapping[str, tuple[str, str]]
    catalog: tuple[CatalogDifference, ...] = ()

    @property
    def same(self) -> bool:
        """Every byte came out as sealed."""
        return not self.differences

    @property
    def clean(self) -> bool:
        """Every byte came out as sealed, and no rule was changed in a way that decides anything."""
        return self.same and not any(d.decides for d in self.catalog)


def compute(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Results and reports made anew from the payload.  Raises BundleError."""
    dossier, language = restore.dossier(files)
    try:
        return {f"data/{n}": d for n, d in contents.results(dossier, conclude(dossier), language).items()}
    except HeguiError as error:
        raise BundleError("contents", error.what) from error


def reperform(files: Mapping[str, bytes], isolated: bool = True, own: Catalog | None = None) -> Reperformed:
    """Recompute and compare; with the auditor's *own* catalog, also hold the rules inside against it."""
    made = _elsewhere(files) if isolated else compute(files)
    sealed = {n: d for n, d in files.items() if n == "data/results.json" or n.startswith("data/reports/")}
    theirs, ours = restore.read_json(files, "lock.json"), contents.lock()
    versions = {k: (str(theirs.get(k)), str(ours.get(k))) for k in sorted({*theirs, *ours}) if theirs.get(k) != ours.get(k)}
    dossier, _ = restore.dossier(files)
    rules = compare(dossier, _outcomes(made["data/results.json"]), own) if own is not None else ()
    found = causes.controls(sealed.get("data/results.json", b""), made["data/results.json"], bool(versions), {d.control for d in rules})
    differences = [Difference(*d) for d in found]
    for name in sorted(set(made) | set(sealed)):
        if sealed.get(name) != made.get(name) and not (name == "data/results.json" and differences):
            cause = "engine" if versions else "export" if name != "data/results.json" else "results"
            differences.append(Difference(name, _digest(sealed.get(name)), _digest(made.get(name)), cause))
    digest = bag.sha256(bag.manifest({n: bag.sha256(d) for n, d in made.items()}))
    return Reperformed(digest, tuple(differences), versions, rules)


def _digest(data: bytes | None) -> str:
    return "-" if data is None else bag.sha256(data)


def _outcomes(made: bytes) -> dict[str, str]:
    return {c["id"]: c["outcome"] for c in json.loads(made)["controls"]}


_SECONDS: Final = 1800
"""Longest a recomputation may take: the rules inside come from whoever sealed the bundle."""

_CHILD = """
from compliance.bundle.isolation import close_doors
close_doors()
from compliance.bundle.reperform import _child
_child()
"""


def _elsewhere(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """``compute`` in a fresh interpreter: fixed time zone, locale and hash seed, no network."""
    kept = ("PATH", "PYTHONPATH", "SYSTEMROOT", "HOME", "VIRTUAL_ENV")
    environment = {k: v for k, v in os.environ.items() if k in kept} | {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "HEGUI_CACHE_DIR": ""}
    try:
        done = subprocess.run([sys.executable, "-c", _CHILD], input=_packed(files), env=environment, capture_output=True, check=False, timeout=_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise BundleError("contents", f"the recomputation did not end within {_SECONDS} seconds", fix="a rule inside may be made to run for ever; look at data/catalog.json") from error
    if done.returncode:
        raise BundleError("contents", done.stderr.decode("utf-8", "replace").strip().splitlines()[-1][:200] if done.stderr else "the recomputation failed")
    return _unpacked(done.stdout)


def _child() -> None:
    files = _unpacked(sys.stdin.buffer.read())
    sys.stdout.buffer.write(_packed(compute(files)))


def _packed(files: Mapping[str, bytes]) -> bytes:
    """A header of names and lengths, then the bytes one after another."""
    header = to_json([[n, len(d)] for n, d in files.items()])
    return b"%d\n" % len(header) + header + b"".join(files.values())


def _unpacked(data: bytes) -> dict[str, bytes]:
    size, _, rest = data.partition(b"\n")
    position, files = int(size), {}
    for name, length in json.loads(rest[:position]):
        files[name] = rest[position : position + length]
        position += length
    return files
