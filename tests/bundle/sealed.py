"""Bundles for the tests: a small real one, sealed from a firm's folder, and a tiny one for attacks on every byte."""

from __future__ import annotations

import io
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

from compliance.bundle import container
from compliance.bundle.canonical import to_csv, to_json
from compliance.bundle.seal import Chain, assemble, seal
from compliance.bundle.signature import Signer
from compliance.bundle.trust import Trust, parse
from compliance.bundle.withhold import without
from compliance.catalog.cache import load_catalog
from compliance.redact.pseudonyms import Pseudonyms
from compliance.run.assess import AssessRun, assess
from compliance.run.check import Options
from compliance.run.config import load_config
from compliance.run.period import parse_period
from tests.run.test_assess import firm

KEY = Pseudonyms(bytes(range(32)))
PEM = b"-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n-----END PRIVATE KEY-----\n"
OTHER = b"-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIB8eHRwbGhkYFxYVFBMSERAPDg0MCwoJCAcGBQQDAgEA\n-----END PRIVATE KEY-----\n"
"""Keys of these tests alone: their bytes are counted up and down."""


def signer(pem: bytes = PEM) -> Signer:
    return Signer(pem)


def trust(*pems: bytes, firm_name: str = "", threshold: int = 1) -> Trust:
    keys = [{"algorithm": "ed25519", "public": signer(p).public.hex(), **({"firm": firm_name} if firm_name else {})} for p in pems or (PEM,)]
    return parse({"keys": keys, "threshold": threshold}, "trust.yaml")


def prepare(root: Path) -> AssessRun:
    firm(root)
    return assess(root, load_catalog(), load_config(root), parse_period("2026Q2"), Options("2026-06-30"), KEY)


@cache
def run() -> AssessRun:
    """One small firm, assessed; only the controls it has evidence for, so that the bundle stays small."""
    with tempfile.TemporaryDirectory() as folder:
        return smaller(prepare(Path(folder)))


def smaller(done: AssessRun) -> AssessRun:
    from compliance.model.catalog import restricted
    from compliance.run.dossier import conclude

    dossier = done.dossier
    profile = replace(dossier.request.profile, entries=tuple(e for e in dossier.request.profile.entries if e.control in ("GOV-01", "GOV-02", "PEO-01")))
    catalog = replace(dossier.catalog, profiles={profile.id: profile})
    rows = dossier.snapshot.rows
    dossier = replace(dossier, catalog=restricted(catalog, profile.id, {r.table for r in rows}), request=replace(dossier.request, profile=profile))
    found = conclude(dossier)
    return replace(done, dossier=dossier, conclusion=found, assessment=found.assessment)


@cache
def real(pem: bytes = PEM, chain: Chain = Chain()) -> bytes:  # noqa: B008 - frozen
    return sealed_without((), pem, chain)


@cache
def sealed_without(tables: tuple[str, ...], pem: bytes = PEM, chain: Chain = Chain()) -> bytes:  # noqa: B008 - frozen
    """The small real bundle with tables withheld."""
    done, target = run(), io.BytesIO()
    seal(without(done.dossier, done.conclusion, done.ledger, done.raw, tables), KEY, signer(pem), chain, "zh", target)
    return target.getvalue()


def resealed(files: dict[str, bytes], pem: bytes = PEM, chain: Chain | None = None) -> bytes:
    """A bundle around other payload files, properly signed: what a firm could do that cheats before it signs."""
    target = io.BytesIO()
    assemble(files, {"name": "甲代账有限公司"}, "2026Q2", KEY.commitment, signer(pem), chain or Chain(), target)
    return target.getvalue()


@cache
def tiny() -> bytes:
    files = {"data/items.csv": to_csv(["item", "row_sha256", "commitment"], []), "data/results.json": to_json({"a": 1})}
    return resealed(files)


def entries(data: bytes) -> dict[str, bytes]:
    """Every file of a bundle, signatures included."""
    found: dict[str, bytes] = {}
    container.walk(io.BytesIO(data), take=lambda e, stream: found.update({e.name: b"".join(stream)}))
    return found


def payload(data: bytes) -> dict[str, bytes]:
    return {n: d for n, d in entries(data).items() if n.startswith("data/")}


def packed(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    container.write(files, target)
    return target.getvalue()
