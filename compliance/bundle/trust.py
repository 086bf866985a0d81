"""The auditor's trust file: the only place keys and algorithms come from.

A YAML file::

    keys:
      - algorithm: ed25519
        public: 64 hexadecimal digits, obtained from the firm by another way
        firm: 91330106MA2XXXXXXX      # credit code or name that the statement must carry; optional
    threshold: 1                      # how many of them must have signed
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compliance.bundle.errors import BundleError
from compliance.bundle.signature import check_key, key_id


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """One key of one firm; an empty firm stands for any."""

    public: bytes
    firm: str


@dataclass(frozen=True, slots=True)
class Trust:
    """Keys by id (SHA-256 of the public key), and how many must have signed."""

    keys: Mapping[str, TrustedKey]
    threshold: int


def read(path: Path) -> Trust:
    """The trust file.  Raises BundleError naming the line."""
    from compliance.catalog import yaml_source
    from compliance.errors import CatalogError

    try:
        document = yaml_source.read(path, path.name)
    except (CatalogError, OSError) as error:
        raise BundleError("trust", str(error).splitlines()[0][:160], where=str(path), fix="write keys: [{algorithm: ed25519, public: ...}]") from error
    return parse(document, path.name)


def parse(document: Any, where: str) -> Trust:
    """The trust of a parsed file.  Raises BundleError."""
    items = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(items, list) or not items:
        raise BundleError("trust", "no list 'keys'", where=f"{where}:1", fix="write keys: [{algorithm: ed25519, public: ...}]")
    keys: dict[str, TrustedKey] = {}
    for item in items:
        place = f"{where}:{getattr(item, 'line', 1)}"
        if not isinstance(item, Mapping) or set(item) - {"algorithm", "public", "firm"}:
            raise BundleError("trust", "a key has algorithm, public and firm", where=place)
        if item.get("algorithm") != "ed25519":
            raise BundleError("trust", f"algorithm '{item.get('algorithm')}' is not accepted", where=place, fix="ed25519")
        try:
            public = bytes.fromhex(str(item.get("public")))
        except ValueError as error:
            raise BundleError("trust", "public is not hexadecimal", where=place) from error
        check_key(public)
        keys[key_id(public)] = TrustedKey(public, str(item.get("firm") or ""))
    threshold = str(document.get("threshold") or 1)
    if not threshold.isdigit() or not 1 <= int(threshold) <= len(keys):
        raise BundleError("trust", f"threshold {threshold}", where=f"{where}:1", fix=f"a number from 1 to {len(keys)}")
    return Trust(keys, int(threshold))
