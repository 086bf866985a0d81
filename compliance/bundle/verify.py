"""Verification of a bundle, strict by construction; a state machine without branches back:

1. limits, then the container from byte 0, every entry hashed as it streams by; nothing is extracted;
2. the DSSE envelope in canonical form; signatures by keys of the auditor's trust file alone, as many as its threshold asks;
3. the statement: in-toto v1, its subject the tag manifest;
4. tag manifest, then payload manifest: the same set of names as met, every digest;
5. the detached signatures over the same bytes, and what else is signed or stamped (SM2, SM3, RFC 3161);
6. freshness: period, sequence, previous digest, challenge, as the auditor asks;
7. the items: one a row, digests as the tables say, no commitment twice, the root as signed; nothing rests on what is withheld;
8. the contents: canonical, nothing personal, no key, no control characters, no formula.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
import struct
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from compliance.bundle import bag, container, contents, optional, restore, withhold
from compliance.bundle.canonical import from_csv, from_json, to_json
from compliance.bundle.errors import BundleError
from compliance.bundle.merkle import root
from compliance.bundle.scan import scan
from compliance.bundle.seal import PREDICATE, RAW_SIGNATURE, SIGNATURES, SSH_SIGNATURE, STATEMENT
from compliance.bundle.signature import SSH_NAMESPACE, opened, pae, ssh_signed, verify
from compliance.bundle.trust import Trust, TrustedKey
from compliance.model.assessment import Snapshot
from compliance.run.dossier import Dossier

_HEX: Final = re.compile(r"[0-9a-f]{64}")
_FIELDS: Final = {"firm", "period", "sequence", "previous", "challenge", "keyCommitment", "itemRoot", "items", "results"}


_SMALL: Final = container.CHUNK
_WAITING: Final = 32
_WORTH_A_THREAD: Final = 32_000_000
_LOOKED_INTO: Final = frozenset({"data/results.json", "data/items.csv", "data/redaction.json"})


@dataclass(frozen=True, slots=True)
class Expected:
    """What the auditor asks of freshness; empty parts are not asked."""

    period: str = ""
    challenge: str = ""
    previous: str = ""
    sequence: int = 0


@dataclass(frozen=True)
class Verified:
    """A bundle that passed: its signed predicate, who signed, and the files of the payload."""

    predicate: Mapping[str, Any]
    signers: tuple[str, ...]
    statement: str
    extras: optional.Extras
    files: Mapping[str, bytes] = field(repr=False)


def check(source: BinaryIO, trust: Trust, expected: Expected | None = None, limits: container.Limits | None = None, deep: bool = True) -> Verified:
    """Every step above.  Raises BundleError at the first rule that is broken.

    deep: also steps 7 and 8, which read the payload
    """
    digests, kept = _met(source, limits or container.Limits(), deep)
    envelope, listed = _of(kept, STATEMENT), _of(kept, bag.TAG_MANIFEST)
    payload, signers = _signed(envelope, trust)
    predicate = _statement(payload, listed)
    _firm(predicate, signers)
    tags = bag.parse(listed, bag.TAG_MANIFEST)
    bag.check(tags, {n: d for n, d in digests.items() if not n.startswith("data/") and n not in SIGNATURES and n != bag.TAG_MANIFEST}, bag.TAG_MANIFEST)
    if _of(kept, "bagit.txt") != bag.DECLARATION or bag.MANIFEST not in tags:
        raise BundleError("bag", "bagit.txt")
    bag.check(bag.parse(_of(kept, bag.MANIFEST), bag.MANIFEST), {n: d for n, d in digests.items() if n.startswith("data/")}, bag.MANIFEST)
    _detached(kept, listed, signers)
    fresh(predicate, expected or Expected())
    files = {n: d for n, d in kept.items() if n.startswith("data/")}
    extras = optional.check(kept, listed, files if all(n in kept for n in digests) else None, predicate, trust)
    if predicate["results"] != digests.get("data/results.json"):
        raise BundleError("subject", "the results are not those that were signed")
    if deep:
        _items(files, predicate)
        scan(files)
    return Verified(predicate, tuple(k for k, _ in signers), bag.sha256(envelope), extras, files)


def _met(source: BinaryIO, limits: container.Limits, deep: bool) -> tuple[dict[str, str], dict[str, bytes]]:
    """Digests of every entry, read once, and the bytes of those that are looked into.

    In a large bundle small entries are hashed by a second thread while the next ones are read; large ones as they stream by.
    """
    threaded = source.seek(0, io.SEEK_END) > _WORTH_A_THREAD
    digests: dict[str, str] = {}
    kept: dict[str, bytes] = {}
    waiting: deque[tuple[str, Future[str]]] = deque()

    def settle(most: int) -> None:
        while len(waiting) > most:
            name, digest = waiting.popleft()
            digests[name] = digest.result()

    def take(entry: container.Entry, stream: Iterator[bytes]) -> None:
        keep = deep or not entry.name.startswith("data/") or entry.name in _LOOKED_INTO
        if not threaded:
            data = b"".join(stream)
            digests[entry.name] = bag.sha256(data)
        elif entry.size <= _SMALL:
            data = next(stream, b"")
            waiting.append((entry.name, pool.submit(bag.sha256, data)))
            settle(_WAITING)
        else:
            total, parts = hashlib.sha256(), []
            for chunk in stream:
                total.update(chunk)
                if keep:
                    parts.append(chunk)
            digests[entry.name] = total.hexdigest()
            data = b"".join(parts)
        if keep:
            kept[entry.name] = data

    with ThreadPoolExecutor(1) as pool:
        container.walk(source, limits, take)
        settle(0)
    for name in digests:
        if not name.startswith(("data/", "signatures/")) and "/" in name:
            raise BundleError("bag", f"unexpected {name}")
        if name.startswith("signatures/") and name not in SIGNATURES:
            raise BundleError("bag", f"unexpected {name}")
    return digests, kept


def _of(kept: Mapping[str, bytes], name: str) -> bytes:
    if name not in kept:
        raise BundleError("unsigned" if name in SIGNATURES else "bag", f"{name} is missing")
    return kept[name]


def _signed(envelope: bytes, trust: Trust) -> tuple[bytes, list[tuple[str, TrustedKey]]]:
    """The payload and the trusted keys that signed it: every signature by a trusted key must hold."""
    payload, signatures = opened(envelope, STATEMENT)
    if len({k for k, _ in signatures}) != len(signatures):
        raise BundleError("envelope", "a key signs twice", where=STATEMENT)
    message, found = pae(payload), []
    for identity, signature in signatures:
        key = trust.keys.get(identity)
        if key is None:
            continue
        if not verify(key.public, signature, message):
            raise BundleError("signature", f"key {identity[:16]}", where=STATEMENT)
        found.append((identity, key))
    if len(found) < trust.threshold:
        raise BundleError("unknown_key", f"{len(found)} of {trust.threshold} trusted keys signed; named: {', '.join(k[:16] for k, _ in signatures)}", where=STATEMENT, fix="compare with the key id that the firm gave you")
    return payload, found


def _statement(payload: bytes, listed: bytes) -> Mapping[str, Any]:
    document = from_json(payload, STATEMENT)
    if not isinstance(document, dict) or set(document) != {"_type", "subject", "predicateType", "predicate"} or document["_type"] != "https://in-toto.io/Statement/v1":
        raise BundleError("statement", "not an in-toto statement v1", where=STATEMENT)
    if document["predicateType"] != PREDICATE:
        raise BundleError("statement", str(document["predicateType"])[:80], where=STATEMENT)
    if document["subject"] != [{"name": bag.TAG_MANIFEST, "digest": {"sha256": bag.sha256(listed)}}]:
        raise BundleError("subject", "", where=STATEMENT)
    predicate = document["predicate"]
    if not isinstance(predicate, dict) or set(predicate) != _FIELDS or not isinstance(predicate["firm"], dict):
        raise BundleError("statement", "predicate", where=STATEMENT)
    whole = all(isinstance(predicate[k], int) and not isinstance(predicate[k], bool) for k in ("sequence", "items"))
    hexes = all(isinstance(predicate[k], str) and _HEX.fullmatch(predicate[k]) for k in ("keyCommitment", "itemRoot", "results"))
    if not whole or not hexes or predicate["sequence"] < 1 or not all(isinstance(predicate[k], str) for k in ("period", "previous", "challenge")):
        raise BundleError("statement", "predicate", where=STATEMENT)
    if not all(isinstance(v, str) and v.isprintable() for v in (*predicate["firm"].values(), predicate["period"], predicate["challenge"])):
        raise BundleError("control_characters", "in the statement", where=STATEMENT)
    if (predicate["sequence"] == 1) != (predicate["previous"] == "") or (predicate["previous"] and not _HEX.fullmatch(predicate["previous"])):
        raise BundleError("chain_broken", "only the first bundle has no previous one", where=STATEMENT)
    return predicate


def _firm(predicate: Mapping[str, Any], signers: list[tuple[str, TrustedKey]]) -> None:
    names = {str(v) for v in predicate["firm"].values()}
    for identity, key in signers:
        if key.firm and key.firm not in names:
            raise BundleError("firm", f"key {identity[:16]} is of {key.firm}")


def _detached(kept: Mapping[str, bytes], listed: bytes, signers: list[tuple[str, TrustedKey]]) -> None:
    """The raw and the SSH signature, by one of the keys that signed the envelope."""
    keys = [k.public for _, k in signers]
    if not any(verify(k, _of(kept, RAW_SIGNATURE), listed) for k in keys):
        raise BundleError("detached", "", where=RAW_SIGNATURE)
    public, namespace, signature = _ssh(_of(kept, SSH_SIGNATURE))
    if namespace != SSH_NAMESPACE:
        raise BundleError("detached", f"namespace {namespace[:40]}", where=SSH_SIGNATURE)
    if public not in keys or not verify(public, signature, ssh_signed(listed)):
        raise BundleError("detached", "", where=SSH_SIGNATURE)


def _ssh(data: bytes) -> tuple[bytes, str, bytes]:
    """Public key, namespace and signature of an armoured SSHSIG in the form that we write."""
    try:
        lines = data.decode("ascii").split("\n")
        if lines[0] != "-----BEGIN SSH SIGNATURE-----" or lines[-2:] != ["-----END SSH SIGNATURE-----", ""]:
            raise ValueError
        blob = base64.b64decode("".join(lines[1:-2]), validate=True)
        stream = io.BytesIO(blob)
        if stream.read(10) != b"SSHSIG\0\0\0\1":
            raise ValueError
        key, namespace, reserved, algorithm, signed = (_part(stream) for _ in range(5))
        inner, outer = io.BytesIO(key), io.BytesIO(signed)
        kinds = (_part(inner), _part(outer))
        public, signature = _part(inner), _part(outer)
        if stream.read() or inner.read() or outer.read() or reserved or algorithm != b"sha512" or kinds != (b"ssh-ed25519", b"ssh-ed25519"):
            raise ValueError
        return public, namespace.decode("ascii"), signature
    except (ValueError, struct.error) as error:
        raise BundleError("detached", "not an SSH signature in the form expected", where=SSH_SIGNATURE) from error


def _part(stream: io.BytesIO) -> bytes:
    (size,) = struct.unpack(">I", stream.read(4))
    data = stream.read(size)
    if len(data) != size:
        raise ValueError("short")
    return data


def fresh(predicate: Mapping[str, Any], expected: Expected) -> None:
    """Period, challenge and previous digest are those the auditor expects."""
    if expected.period and predicate["period"] != expected.period:
        raise BundleError("replay", f"{predicate['period']}, expected {expected.period}")
    if expected.sequence and predicate["sequence"] != expected.sequence:
        raise BundleError("replay", f"number {predicate['sequence']}, expected {expected.sequence}")
    if expected.challenge and predicate["challenge"] != expected.challenge:
        raise BundleError("challenge", "")
    if expected.previous and predicate["previous"] != expected.previous:
        raise BundleError("chain_broken", f"{predicate['previous'][:16] or '-'}, expected {expected.previous[:16]}")


def _items(files: Mapping[str, bytes], predicate: Mapping[str, Any]) -> None:
    dossier, _ = restore.dossier(files)
    header, lines = from_csv(files.get("data/items.csv", b""), "items.csv")
    if header != ["item", "row_sha256", "commitment"]:
        raise BundleError("items", "header")
    wanted = dict(_rows(dossier, dossier.snapshot))
    listed = {str(item): None if digest is None else str(digest) for item, digest, _ in lines}
    found = {item: digest for item, digest in listed.items() if digest is not None}
    if len(listed) != len(lines) or found != wanted or list(found) != list(wanted):
        odd = sorted(set(found.items()) ^ set(wanted.items()))
        raise BundleError("items", f"{odd[0][0] if odd else 'order'}")
    commitments = [str(c) for *_, c in lines]
    if len(set(commitments)) != len(commitments):
        raise BundleError("salt", "")
    if not all(_HEX.fullmatch(c) for c in commitments):
        raise BundleError("items", "commitment")
    if len(lines) != predicate["items"] or root([to_json(line) for line in lines]) != predicate["itemRoot"]:
        raise BundleError("root", "")
    withhold.check(dossier, restore.read_json(files, "redaction.json"), listed, restore.read_json(files, "results.json"))


def _rows(dossier: Dossier, snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    for index, row in enumerate(snapshot.rows):
        yield f"{row.table}/{index}", contents.row_digest(dossier.catalog.tables[row.table], row)


def chained(earlier: Verified, later: Verified) -> None:
    """The later bundle follows the earlier one.  Raises BundleError for a fork, a gap or a rewritten past."""
    a, b = earlier.predicate, later.predicate
    if a["firm"] != b["firm"]:
        raise BundleError("firm", "the two bundles are of different firms")
    if b["sequence"] == a["sequence"] and earlier.statement != later.statement:
        raise BundleError("chain_fork", f"number {a['sequence']}")
    if b["sequence"] != a["sequence"] + 1:
        raise BundleError("chain_gap", f"{a['sequence']} -> {b['sequence']}")
    if b["previous"] != earlier.statement:
        raise BundleError("chain_broken", f"{b['previous'][:16]}, the earlier bundle is {earlier.statement[:16]}")
    if b["period"] <= a["period"]:
        raise BundleError("chain_past", f"{a['period']} -> {b['period']}")
