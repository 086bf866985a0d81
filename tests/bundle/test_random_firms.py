"""Firms with rows in every declared table: what is sealed verifies, re-performs to the byte, and reads back as it was."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import cache

import pytest

from compliance.bundle import reperform, restore, verify
from compliance.bundle.seal import Chain, seal
from compliance.bundle.withhold import Kept, without
from compliance.catalog.cache import load_catalog
from compliance.evaluate.evaluate import Request
from compliance.redact.tables import redact
from compliance.run.check import Options
from compliance.run.dossier import Dossier, conclude
from compliance.run.period import parse_period
from tests.bundle.sealed import KEY, signer, trust
from tests.evaluate.firms import AS_OF, firm


@cache
def kept(seed: int) -> Kept:
    catalog = load_catalog()
    raw = firm(catalog, tuple(catalog.tables), seed, 6)
    redaction = redact(raw.rows, catalog.tables, KEY)
    period = parse_period("2026Q2")
    request = Request(catalog.profiles["full"], AS_OF, {}, {}, (period.start.isoformat(), period.end.isoformat()))
    dossier = Dossier(catalog, request, replace(raw, rows=redaction.rows), Options(AS_OF), period, organisation={"name": "甲代账有限公司"})
    return Kept(dossier, conclude(dossier), redaction.ledger, raw.rows)


def sealed(which: Kept) -> bytes:
    target = io.BytesIO()
    seal(which, KEY, signer(), Chain(), "zh", target)
    return target.getvalue()


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)])
def test_a_firm_with_everything_goes_there_and_back(seed: int) -> None:
    found = verify.check(io.BytesIO(sealed(kept(seed))), trust())
    dossier, _ = restore.dossier(found.files)
    assert dossier.snapshot == kept(seed).dossier.snapshot and dossier.catalog == kept(seed).dossier.catalog
    done = reperform.reperform(dict(found.files), isolated=seed == 1, own=load_catalog())
    assert done.clean and not done.catalog and not done.versions


@pytest.mark.slow
def test_withholding_any_table_leaves_a_bundle_that_verifies() -> None:
    whole = kept(1)
    for table in ("identity", "employees"):
        smaller = without(whole.dossier, whole.conclusion, whole.ledger, whole.raw, (table,))
        found = verify.check(io.BytesIO(sealed(smaller)), trust())
        assert reperform.reperform(dict(found.files), isolated=False).same
