"""What is withheld is told, by item and by control; and nothing that passes rests on it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from compliance.bundle import reperform, restore, sample, verify
from compliance.bundle.canonical import from_csv, to_csv, to_json
from compliance.bundle.errors import BundleError
from compliance.bundle.withhold import touched, without
from compliance.catalog.cache import load_catalog
from tests.bundle.sealed import KEY, payload, real, resealed, run, sealed_without, trust

TABLE = "confidential_scope"


def code(data: bytes) -> str:
    with pytest.raises(BundleError) as caught:
        verify.check(io.BytesIO(data), trust())
    return caught.value.code


def cheated(changes: dict[str, Callable[[Any], Any]]) -> bytes:
    files = payload(sealed_without((TABLE,)))
    for name, change in changes.items():
        files[name] = change(files[name])
    return resealed(files)


def test_a_bundle_with_a_withheld_table_verifies_and_says_what_cannot_be_determined() -> None:
    found = verify.check(io.BytesIO(sealed_without((TABLE,))), trust())
    [entry] = [e for e in json.loads(found.files["data/redaction.json"]) if e["treatment"] == "withheld"]
    assert (entry["table"], entry["values"]) == (TABLE, 3) and "GOV-01" in entry["controls"]
    outcomes = {c["id"]: c["outcome"] for c in json.loads(found.files["data/results.json"])["controls"]}
    assert outcomes["GOV-01"] == "undetermined"
    assert "专利".encode() not in found.files[f"data/tables/{TABLE}.csv"] and found.files[f"data/tables/{TABLE}.csv"].count(b"\n") == 1
    assert reperform.reperform(dict(found.files), isolated=False).same


def test_withheld_rows_are_drawn_and_open_at_the_firm() -> None:
    files = payload(sealed_without((TABLE,)))
    dossier, _ = restore.dossier(files)
    _, lines = from_csv(files["data/items.csv"], "items.csv")
    commitments = {str(i): str(c) for i, _, c in lines}
    held = [str(i) for i, digest, _ in lines if digest is None]
    assert held == [f"{TABLE}/w{n}" for n in range(3)]
    drawn = sample.draw(dossier, "a" * 64, "0123456789abcdef", ["GOV-01"], {"quarterly": 99}, held)
    assert set(held) <= {d.item for d in drawn}
    opened = sample.open_items(dossier, commitments, run().raw, KEY, list(commitments))
    assert all(o.committed and o.redacted for o in opened) and {o.item for o in opened} >= set(held)


def items(change: Callable[[list[Any]], None]) -> Callable[[bytes], bytes]:
    def apply(data: bytes) -> bytes:
        header, lines = from_csv(data, "items.csv")
        change(lines)
        return to_csv(header, lines)

    return apply


def ledger(change: Callable[[Any], None]) -> Callable[[bytes], bytes]:
    def apply(data: bytes) -> bytes:
        document = json.loads(data)
        change(document)
        return to_json(document)

    return apply


def passing(document: Any) -> None:
    for check in next(c for c in document["controls"] if c["id"] == "GOV-01")["checks"]:
        check["outcome"] = "satisfied"


def test_an_item_in_neither_set_or_in_both_is_refused() -> None:
    assert code(cheated({"data/items.csv": items(lambda r: r.pop())})) == "withheld"
    assert code(cheated({"data/redaction.json": ledger(lambda e: e.clear())})) == "withheld"
    assert code(cheated({"data/index.json": ledger(lambda i: i["delivered"].append(TABLE))})) == "withheld"


def test_a_pass_that_rests_on_a_withheld_table_is_refused() -> None:
    assert code(cheated({"data/results.json": ledger(passing)})) == "rests_on_withheld"


def test_only_a_table_with_rows_can_be_withheld() -> None:
    done = run()
    with pytest.raises(BundleError, match="withhold"):
        without(done.dossier, done.conclusion, done.ledger, done.raw, ("clients",))
    assert without(done.dossier, done.conclusion, done.ledger, done.raw, ()).raw == done.raw


def test_the_ledger_names_the_controls_that_read_a_column() -> None:
    catalog = load_catalog()
    assert "PEO-04" in touched(catalog, "violation_register", "subject_id")
    assert touched(catalog, "employees", "name") == [] or "GOV-05" not in touched(catalog, "employees", "name")
    assert all("controls" in e for e in json.loads(payload(real())["data/redaction.json"]))
