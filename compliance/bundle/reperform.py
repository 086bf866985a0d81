"""Re-performance: evaluate again from the bundle alone, write every report again, compare the bytes.

The recomputation runs in a process of its own in which sockets are refused and no clock is read.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from compliance.bundle import bag, contents, restore
from compliance.bundle.canonical import to_json
from compliance.bundle.errors import BundleError
from compliance.errors import HeguiError
from compliance.run.dossier import conclude


@dataclass(frozen=True)
class Difference:
    """One control whose conclusion is another, or one file that came out otherwise.

    cause: ``results`` (the sealed results are not what the evidence gives), ``engine`` (other versions recomputed),
           ``export`` (a report disagrees with the results)
    """

    where: str
    sealed: str
    recomputed: str
    cause: str


@dataclass(frozen=True)
class Reperformed:
    """Digest over results and reports as recomputed, and the differences; none means 结论一致."""

    digest: str
    differences: tuple[Difference, ...]
    versions: Mapping[str, tuple[str, str]]

    @property
    def same(self) -> bool:
        """Every byte came out as sealed."""
        return not self.differences


def compute(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Results and reports made anew from the payload.  Raises BundleError."""
    dossier, language = restore.dossier(files)
    try:
        return {f"data/{n}": d for n, d in contents.results(dossier, conclude(dossier), language).items()}
    except HeguiError as error:
        raise BundleError("contents", error.what) from error


def reperform(files: Mapping[str, bytes], isolated: bool = True) -> Reperformed:
    """Recompute and compare."""
    made = _elsewhere(files) if isolated else compute(files)
    sealed = {n: d for n, d in files.items() if n == "data/results.json" or n.startswith("data/reports/")}
    theirs, ours = restore.read_json(files, "lock.json"), contents.lock()
    versions = {k: (str(theirs.get(k)), str(ours.get(k))) for k in sorted({*theirs, *ours}) if theirs.get(k) != ours.get(k)}
    differences = list(_controls(sealed.get("data/results.json", b""), made["data/results.json"], bool(versions)))
    for name in sorted(set(made) | set(sealed)):
        if sealed.get(name) != made.get(name) and not (name == "data/results.json" and differences):
            cause = "engine" if versions else "export" if name != "data/results.json" else "results"
            differences.append(Difference(name, _digest(sealed.get(name)), _digest(made.get(name)), cause))
    digest = bag.sha256(bag.manifest({n: bag.sha256(d) for n, d in made.items()}))
    return Reperformed(digest, tuple(differences), versions)


def _digest(data: bytes | None) -> str:
    return "-" if data is None else bag.sha256(data)


def _controls(sealed: bytes, made: bytes, other_engine: bool) -> list[Difference]:
    try:
        before, after = _outcomes(json.loads(sealed)), _outcomes(json.loads(made))
    except (ValueError, KeyError, TypeError):
        return []
    cause = "engine" if other_engine else "results"
    return [Difference(c, before.get(c, "-"), after.get(c, "-"), cause) for c in sorted(set(before) | set(after)) if before.get(c) != after.get(c)]


def _outcomes(document: Any) -> dict[str, str]:
    return {c["id"]: f"{c['outcome']} " + " ".join(f"{k['id']}={k['population']}/{k['violations']}/{k['undetermined']}" for k in c["checks"]) for c in document["controls"]}


_CHILD = """
import socket, sys
def refuse(*a, **k):
    raise OSError("no network during re-performance")
socket.socket.connect = socket.socket.connect_ex = refuse
socket.create_connection = socket.getaddrinfo = refuse
from compliance.bundle.reperform import _child
_child()
"""


def _elsewhere(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """``compute`` in a fresh interpreter: fixed time zone, locale and hash seed, no network."""
    kept = ("PATH", "PYTHONPATH", "SYSTEMROOT", "HOME", "VIRTUAL_ENV")
    environment = {k: v for k, v in os.environ.items() if k in kept} | {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "HEGUI_CACHE_DIR": ""}
    done = subprocess.run([sys.executable, "-c", _CHILD], input=_packed(files), env=environment, capture_output=True, check=False)
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
