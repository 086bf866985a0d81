"""The last look before sealing, and again when verifying: nothing personal, no key, nothing that a viewer would run."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from compliance.bundle.contents import REPORTS, texts
from compliance.bundle.errors import BundleError
from compliance.redact.known import KnownValues
from compliance.redact.text import hits, runs
from compliance.report.csv_report import inert

_SECRET: Final = re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bLTAI[0-9A-Za-z]{16,24}\b")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
_ESCAPED: Final = re.compile(r"\\[bfu]")
"""How JSON may spell a control character."""
_REMEMBERED: Final = 100_000
"""Values of one file that are looked at once only."""
_CELL: Final = re.compile(r'(?:^|,)"([^"]*)')


def scan(files: Mapping[str, bytes], keys: tuple[bytes, ...] = (), known: KnownValues | None = None) -> None:
    """Refuse the payload.  Raises BundleError naming file, line or cell, and the kind of what was found, never the value.

    keys:  secrets of the firm that must not appear in any spelling
    known: values of personal columns that must not appear anywhere (only the firm can look for them)
    """
    known = known or KnownValues({})
    for name in files:
        if any(hits(name)) or any(known.found(name)):
            raise BundleError("personal", "in a file name", where=name.partition("/")[0] + "/…")
    spellings = {form for key in keys for form in (key, key.hex().encode(), key.hex().upper().encode())}
    for name, data in texts(files):
        if any(form in data for form in spellings):
            raise BundleError("key_inside", "the pseudonym key", where=name)
        if data.startswith(b"PK\x03\x04"):
            raise BundleError("nested", "", where=name)
        text = _decoded(data, name)
        if _SECRET.search(text):
            raise BundleError("key_inside", "a private key or access key", where=name)
        seen: set[str] = set()
        suspect = _CONTROL.search(text) is not None or _ESCAPED.search(text) is not None
        for place, value in _values(name, text):
            if value in seen:
                continue
            if len(seen) < _REMEMBERED:
                seen.add(value)
            for hit in hits(value):
                raise BundleError("personal", f"{hit.kind} {hit.masked}", where=f"{name}{place}", fix="correct the source, or declare the column's personal_data class, and assess again")
            if any(known.found(value)):
                raise BundleError("personal", "a value of a personal column", where=f"{name}{place}", fix="declare the class of the column it came from, or take it out of the source, and assess again")
            if suspect and _CONTROL.search(value):
                raise BundleError("control_characters", ascii(_CONTROL.findall(value)[0]), where=f"{name}{place}", fix="remove the character from the source and assess again")


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig" if name.endswith("findings.csv") else "utf-8")
    except UnicodeDecodeError as error:
        raise BundleError("contents", "not UTF-8", where=name) from error


def _values(name: str, text: str) -> Iterator[tuple[str, str]]:
    """(place, value) of everything a person may read in a file."""
    if name.startswith("data/reports/") and name.endswith(".csv"):
        for number, row in enumerate(csv.reader(io.StringIO(text)), 1):
            for cell in row:
                if inert(cell) != cell:
                    raise BundleError("formula", "", where=f"{name}:{number}")
                yield f":{number}", cell
    elif name.endswith(".csv"):
        for number, line in enumerate(text.split("\n"), 1):
            if any(runs(cell) for cell in _CELL.findall(line)):
                raise BundleError("formula", "", where=f"{name}:{number}")
            yield f":{number}", line if '"' in line else ""
    elif name.endswith(".json"):
        yield from (("", s) for s in _strings(json.loads(text)))
    elif name.endswith(".jsonl"):
        for number, line in enumerate(text.split("\n"), 1):
            yield from ((f":{number}", s) for s in (_strings(json.loads(line)) if line else ()))
    else:
        for number, line in enumerate(text.split("\n"), 1):
            yield f":{number}", line


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _strings(item)


def reports_of(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The reports among the files."""
    return {n: d for n, d in files.items() if n.removeprefix("data/reports/") in REPORTS}
