"""The auditor's trust file: the only place keys and algorithms come from.

A YAML file::

    keys:
      - algorithm: ed25519
        public: 64 hexadecimal digits, obtained from the firm by another way
        firm: 91330106MA2XXXXXXX      # credit code or name that the statement must carry; optional
      - algorithm: sm2                # optional: then an SM2 signature by one of these keys must be there
        public: 04...                 # uncompressed point, 130 hexadecimal digits
    threshold: 1                      # how many ed25519 keys must have signed
    timestamp:                        # optional: RFC 3161
      authorities: [tsa-root.pem]     # beside the trust file
      required: true
    ignore: [sm2]                     # parts to look past: sm2, timestamp
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
    """Keys by id (SHA-256 of the public key), and how many must have signed.

    sm2:            public points of which one must have signed as well; none = not asked
    authorities:    certificates in PEM that time stamps must lead to
    token_required: a bundle without a time stamp is refused
    ignore:         optional parts that are looked past: ``sm2``, ``timestamp``
    """

    keys: Mapping[str, TrustedKey]
    threshold: int
    sm2: tuple[bytes, ...] = ()
    authorities: bytes = b""
    token_required: bool = False
    ignore: frozenset[str] = frozenset()


def read(path: Path) -> Trust:
    """The trust file.  Raises BundleError naming the line."""
    from compliance.catalog import yaml_source
    from compliance.errors import CatalogError

    try:
        document = yaml_source.read(path, path.name)
    except (CatalogError, OSError) as error:
        raise BundleError("trust", str(error).splitlines()[0][:160], where=str(path), fix="write keys: [{algorithm: ed25519, public: ...}]") from error
    return parse(document, path.name, path.parent)


def parse(document: Any, where: str, folder: Path | None = None) -> Trust:
    """The trust of a parsed file.  Raises BundleError."""
    items = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(items, list) or not items:
        raise BundleError("trust", "no list 'keys'", where=f"{where}:1", fix="write keys: [{algorithm: ed25519, public: ...}]")
    if set(document) - {"keys", "threshold", "timestamp", "ignore"}:
        raise BundleError("trust", f"unknown: {', '.join(sorted(set(map(str, document)) - {'keys', 'threshold', 'timestamp', 'ignore'}))}", where=f"{where}:1")
    keys: dict[str, TrustedKey] = {}
    sm2: list[bytes] = []
    for item in items:
        place = f"{where}:{getattr(item, 'line', 1)}"
        if not isinstance(item, Mapping) or set(item) - {"algorithm", "public", "firm"}:
            raise BundleError("trust", "a key has algorithm, public and firm", where=place)
        if item.get("algorithm") not in ("ed25519", "sm2"):
            raise BundleError("trust", f"algorithm '{item.get('algorithm')}' is not accepted", where=place, fix="ed25519 or sm2")
        try:
            public = bytes.fromhex(str(item.get("public")))
        except ValueError as error:
            raise BundleError("trust", "public is not hexadecimal", where=place) from error
        if item["algorithm"] == "sm2":
            sm2.append(_point(public, place))
            continue
        check_key(public)
        keys[key_id(public)] = TrustedKey(public, str(item.get("firm") or ""))
    threshold = str(document.get("threshold") or 1)
    if not threshold.isdigit() or not 1 <= int(threshold) <= len(keys):
        raise BundleError("trust", f"threshold {threshold}", where=f"{where}:1", fix=f"a number from 1 to {len(keys)}")
    ignore = document.get("ignore") or []
    if not isinstance(ignore, list) or set(map(str, ignore)) - {"sm2", "timestamp"} or (sm2 and "sm2" in ignore):
        raise BundleError("trust", "ignore", where=f"{where}:1", fix="a list of sm2 and timestamp; not sm2 beside an SM2 key")
    authorities, required = _authorities(document.get("timestamp"), where, folder)
    return Trust(keys, int(threshold), tuple(sm2), authorities, required, frozenset(map(str, ignore)))


def _point(public: bytes, where: str) -> bytes:
    """An uncompressed point of the SM2 curve (GB/T 32918.5)."""
    p = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
    b = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
    x, y = int.from_bytes(public[1:33], "big"), int.from_bytes(public[33:], "big")
    if len(public) != 65 or public[0] != 4 or x >= p or y >= p or (y * y - x**3 + 3 * x - b) % p:
        raise BundleError("weak_key", "not a point of the SM2 curve", where=where, fix="130 hexadecimal digits beginning with 04")
    return public


def _authorities(given: Any, where: str, folder: Path | None) -> tuple[bytes, bool]:
    if given is None:
        return b"", False
    names = given.get("authorities") if isinstance(given, Mapping) else None
    if not isinstance(names, list) or not names or set(given) - {"authorities", "required"}:
        raise BundleError("trust", "timestamp", where=f"{where}:1", fix="timestamp: {authorities: [FILE.pem], required: true}")
    try:
        read = b"\n".join(((folder or Path()) / str(n)).read_bytes() for n in names)
    except OSError as error:
        raise BundleError("trust", f"an authority cannot be read: {error.strerror}", where=f"{where}:1") from error
    return read, str(given.get("required", "")).lower() == "true"
