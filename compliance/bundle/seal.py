"""Seal: payload, bag, statement, signatures, one file; refused when anything personal is left."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from compliance.bundle import bag, container, contents
from compliance.bundle.canonical import from_csv, to_json
from compliance.bundle.errors import BundleError
from compliance.bundle.merkle import root
from compliance.bundle.readme import tag_files
from compliance.bundle.scan import scan
from compliance.bundle.signature import Signer, envelope, ssh_signature
from compliance.bundle.withhold import Kept
from compliance.redact.known import SPREADING, KnownValues
from compliance.redact.pseudonyms import Pseudonyms

PREDICATE: Final = "https://hegui.example/evidence-bundle/v1"
STATEMENT: Final = "signatures/statement.dsse.json"
RAW_SIGNATURE: Final = "signatures/tagmanifest.ed25519.sig"
SSH_SIGNATURE: Final = "signatures/tagmanifest.sshsig"
SM2_SIGNATURE: Final = "signatures/tagmanifest.sm2.sig"
TOKEN: Final = "signatures/timestamp.tsr"
SIGNATURES: Final = frozenset({STATEMENT, RAW_SIGNATURE, SSH_SIGNATURE, SM2_SIGNATURE, TOKEN})
SM3_MANIFEST: Final = "manifest-sm3.txt"


@dataclass(frozen=True)
class Chain:
    """Where the bundle stands: sequence number from 1, digest of the previous bundle (empty for the first), the auditor's challenge."""

    sequence: int = 1
    previous: str = ""
    challenge: str = ""


@dataclass(frozen=True)
class National:
    """Chinese national algorithms on request: a manifest in SM3, and a signature by the SM2 key in this file."""

    sm3: bool = False
    sm2_key: Path | None = None


def seal(kept: Kept, pseudonyms: Pseudonyms, signer: Signer, chain: Chain, language: str, target: BinaryIO, national: National | None = None, meaning: Mapping[str, str] | None = None) -> str:
    """Write the bundle to *target*; the digest of its statement.  Raises BundleError when it must not be sealed.

    meaning: pseudonym -> what it stands for; none of these values may be left anywhere
    """
    files = contents.payload(kept, pseudonyms, language)
    own = "\n".join(kept.dossier.organisation.values())
    spread = {value: sign for sign, value in (meaning or {}).items() if sign[:1] in SPREADING}
    scan(files, (pseudonyms.key,), KnownValues(spread, files["data/catalog.json"].decode() + own))
    return assemble(files, kept.dossier.organisation, kept.dossier.period.name, pseudonyms.commitment, signer, chain, target, national)


def assemble(
    files: Mapping[str, bytes], organisation: Mapping[str, str], period: str, commitment: str, signer: Signer, chain: Chain, target: BinaryIO, national: National | None = None,
) -> str:  # fmt: skip
    """Bag, statement and signatures around a payload."""
    digests = {n: bag.sha256(d) for n, d in files.items()}
    _, lines = from_csv(files["data/items.csv"], "items.csv")
    predicate: dict[str, Any] = {
        "firm": dict(organisation), "period": period, "sequence": chain.sequence, "previous": chain.previous, "challenge": chain.challenge,
        "keyCommitment": commitment, "itemRoot": root([to_json(line) for line in lines]), "items": len(lines), "results": digests["data/results.json"],
    }  # fmt: skip
    tags = tag_files(predicate, sorted(n for n in files if n.startswith("data/sql/checks/"))[:1])
    tags["bagit.txt"] = bag.DECLARATION
    tags["bag-info.txt"] = bag.info({"Bag-Software-Agent": "Hegui", "External-Identifier": f"{period}-{chain.sequence}"}, {n: len(d) for n, d in files.items()})
    tags[bag.MANIFEST] = bag.manifest(digests)
    if national is not None and national.sm3:
        tags[SM3_MANIFEST] = _sm3_manifest(files)
    listed = bag.manifest({n: bag.sha256(d) for n, d in tags.items()})
    statement = to_json({
        "_type": "https://in-toto.io/Statement/v1", "subject": [{"name": bag.TAG_MANIFEST, "digest": {"sha256": bag.sha256(listed)}}],
        "predicateType": PREDICATE, "predicate": predicate,
    })  # fmt: skip
    signed = {STATEMENT: envelope(statement, signer), RAW_SIGNATURE: signer.sign(listed), SSH_SIGNATURE: ssh_signature(listed, signer)}
    if national is not None and national.sm2_key is not None:
        from compliance.bundle.openssl import sm2_sign

        signed[SM2_SIGNATURE] = sm2_sign(national.sm2_key, listed)
    container.write({**files, **tags, bag.TAG_MANIFEST: listed, **signed}, target)
    return bag.sha256(signed[STATEMENT])


def _sm3_manifest(files: Mapping[str, bytes]) -> bytes:
    from compliance.bundle.optional import sm3

    digests = {n: sm3(d) for n, d in files.items()}
    if None in digests.values():
        raise BundleError("tool", "this Python has no SM3", fix="use a Python whose OpenSSL has SM3, or leave --sm3 out")
    return bag.manifest({n: str(d) for n, d in digests.items()})


def file_name(organisation: Mapping[str, str], period: str, sequence: int) -> str:
    """``FIRM-PERIOD-SEQ.evb.zip``; the firm by its credit code, else by its name without signs."""
    firm = re.sub(r"[^0-9A-Za-z\u4e00-\u9fff]+", "", str(organisation.get("uscc") or organisation.get("name") or "firm"))
    if not firm:
        raise BundleError("contents", "the firm has no name", fix="write organisation: {name: ...} in hegui.yaml")
    return f"{firm}-{period}-{sequence:03}.evb.zip"
