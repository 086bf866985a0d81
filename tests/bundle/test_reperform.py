"""Re-performance: the same bytes from the bundle alone, and every cheat that was signed along shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from compliance.bundle import reperform, restore, sample
from compliance.bundle.canonical import from_csv, to_csv, to_json
from compliance.bundle.errors import BundleError
from compliance.bundle.merkle import root
from compliance.redact.pseudonyms import Pseudonyms
from tests.bundle.sealed import KEY, payload, real, run


def test_results_and_every_report_come_out_the_same_in_another_process() -> None:
    done = reperform.reperform(payload(real()))
    assert done.same and len(done.digest) == 64 and not done.versions


def test_the_dossier_of_a_bundle_is_the_dossier_that_was_sealed() -> None:
    dossier, language = restore.dossier(payload(real()))
    sealed = run().dossier
    assert language == "zh" and dossier.snapshot.rows == sealed.snapshot.rows and dossier.request == sealed.request
    assert dossier.snapshot == sealed.snapshot and dossier.exceptions == sealed.exceptions and dossier.problems == sealed.problems


def changed(name: str, change: Callable[[bytes], bytes]) -> dict[str, bytes]:
    files = payload(real())
    files[name] = change(files[name])
    assert files != payload(real())
    return files


def edit(name: str, change: Callable[[Any], None]) -> dict[str, bytes]:
    def apply(data: bytes) -> bytes:
        document = json.loads(data)
        change(document)
        return to_json(document)

    return changed(name, apply)


def outcome_to_satisfied(document: Any) -> None:
    next(c for c in document["controls"] if c["id"] == "GOV-01")["outcome"] = "satisfied"


def laxer(document: Any) -> None:
    for check in document["controls"]["GOV-01"]["checks"]:
        for clause in range(9):
            check["sql"] = check["sql"].replace(f"AS c{clause}", f"IS NOT NULL OR TRUE AS c{clause}") if check["form"] == "must" else check["sql"]


def dropped(document: Any) -> None:
    for profile in document["profiles"].values():
        profile["entries"] = [e for e in profile["entries"] if e["control"] != "GOV-01"]


CHEATS: dict[str, Callable[[], dict[str, bytes]]] = {
    "results edited": lambda: edit("data/results.json", outcome_to_satisfied),
    "a control dropped from the profile": lambda: edit("data/catalog.json", dropped),
    "an exception added": lambda: changed("data/exceptions.json", lambda d: to_json([{"control": "GOV-01", "check": "", "path": "", "resource": "", "reason": "x", "owner": "a", "approver": "b", "expires": "2026-08-01", "where": "x:1"}])),
    "another day": lambda: edit("data/request.json", lambda r: r.__setitem__("as_of", "2025-01-01")),
    "a table said to be missing": lambda: edit("data/index.json", lambda i: i["delivered"].remove("confidential_scope")),
    "a report edited": lambda: changed("data/reports/report.md", lambda d: d.replace("不符合".encode(), "符合".encode())),
    "a report left out": lambda: {n: d for n, d in payload(real()).items() if n != "data/reports/junit.xml"},
}  # fmt: skip


@pytest.mark.parametrize("name", CHEATS)
def test_a_cheat_that_was_signed_along_is_shown(name: str) -> None:
    assert not reperform.reperform(CHEATS[name](), isolated=False).same


def test_a_laxer_catalog_does_not_match_its_results() -> None:
    files = edit("data/catalog.json", laxer)
    done = reperform.reperform(files, isolated=False)
    assert "GOV-01" in {d.where for d in done.differences} and {d.cause for d in done.differences} <= {"results", "export"}


def test_a_shortened_population_is_shown() -> None:
    files = payload(real())
    name = "data/tables/confidential_scope.csv"
    header, lines = from_csv(files[name], name)
    kept = [line for line in lines if line[header.index("category")] != "patent"]
    gone = [line[0] for line in lines if line not in kept]
    assert gone
    files[name] = to_csv(header, kept)
    with pytest.raises(BundleError):  # rows, index and provenance no longer agree
        reperform.compute(files)


def test_other_versions_are_named_as_the_cause() -> None:
    files = edit("data/lock.json", lambda d: d.__setitem__("duckdb", "0.0.1"))
    outcome_changed = {**files, "data/results.json": edit("data/results.json", outcome_to_satisfied)["data/results.json"]}
    done = reperform.reperform(outcome_changed, isolated=False)
    assert done.versions["duckdb"][0] == "0.0.1" and {d.cause for d in done.differences} == {"engine"}


def test_the_recomputation_has_no_network() -> None:
    import subprocess
    import sys

    program = reperform._CHILD.replace("from compliance.bundle.reperform import _child\n_child()\n", "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:9/')\n")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "no network during re-performance" in done.stderr


def test_the_root_is_that_of_rfc_9162() -> None:
    import hashlib

    def tree(items: list[bytes]) -> bytes:
        if len(items) == 1:
            return hashlib.sha256(b"\0" + items[0]).digest()
        k = 1
        while k * 2 < len(items):
            k *= 2
        return hashlib.sha256(b"\1" + tree(items[:k]) + tree(items[k:])).digest()

    for n in range(1, 40):
        items = [str(i).encode() for i in range(n)]
        assert root(items) == tree(items).hex()
    assert root([]) == hashlib.sha256(b"").hexdigest()


def test_a_sample_depends_on_root_nonce_and_control_and_can_be_drawn_again() -> None:
    dossier = run().dossier
    one = sample.draw(dossier, "a" * 64, "0123456789abcdef", ["GOV-01"])
    assert one == sample.draw(dossier, "a" * 64, "0123456789abcdef", ["GOV-01"]) and [d.rank for d in one] == list(range(1, len(one) + 1))
    orders = {tuple(d.item for d in sample.draw(dossier, "a" * 64, f"nonce-{n:012}", ["GOV-01"])) for n in range(12)}
    assert len(orders) > 1
    with pytest.raises(BundleError, match="nonce"):
        sample.draw(dossier, "a" * 64, "short", ["GOV-01"])


def test_an_item_opens_at_the_firm_and_nowhere_else() -> None:
    done = run()
    _, lines = from_csv(payload(real())["data/items.csv"], "items.csv")
    commitments = {str(i): str(c) for i, _, c in lines}
    items = list(commitments)
    assert all(o.committed and o.redacted for o in sample.open_items(done.dossier, commitments, done.raw, KEY, items))
    assert not any(o.committed for o in sample.open_items(done.dossier, commitments, done.raw, Pseudonyms(bytes(32)), items))
    swapped = (done.raw[1], done.raw[0], *done.raw[2:])
    assert not all(o.committed for o in sample.open_items(done.dossier, commitments, swapped, KEY, items))
