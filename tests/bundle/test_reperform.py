"""Re-performance: the same bytes from the bundle alone, and every cheat that was signed along shows."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from compliance.bundle import contents, reperform, restore, sample, verify
from compliance.bundle.canonical import from_csv, to_csv, to_json
from compliance.bundle.errors import BundleError
from compliance.bundle.merkle import root
from compliance.bundle.withhold import Kept
from compliance.catalog.cache import load_catalog
from compliance.model.catalog import Catalog
from compliance.model.row import Row
from compliance.redact.pseudonyms import Pseudonyms
from tests.bundle.sealed import KEY, payload, real, resealed, run, trust


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
    done = reperform.reperform(files, isolated=False, own=run().catalog)
    assert "GOV-01" in {d.where for d in done.differences if d.cause == "catalog"}


def own() -> Catalog:
    """The auditor's catalog: the shipped one, with the small profile of these tests."""
    return replace(load_catalog(), profiles={"full": run().dossier.request.profile})


def test_the_same_rules_as_the_auditors_are_no_difference() -> None:
    done = reperform.reperform(payload(real()), isolated=False, own=own())
    assert done.clean and not done.catalog


def consistent(change: Callable[[Any], None], name: str = "data/catalog.json") -> dict[str, bytes]:
    """A cheat that re-performs to its own results: changed, recomputed and sealed again."""
    files = edit(name, change)
    return {**files, **reperform.compute(files)}


def test_a_laxer_catalog_with_matching_results_shows_against_the_auditors_own() -> None:
    files = consistent(laxer)
    assert reperform.reperform(files, isolated=False).same
    done = reperform.reperform(files, isolated=False, own=own())
    [found] = [d for d in done.catalog if d.control == "GOV-01"]
    assert not done.clean and found.kind == "changed" and "scope-defined" in found.parts


def test_a_dropped_control_with_matching_results_shows_against_the_auditors_own() -> None:
    done = reperform.reperform(consistent(dropped), isolated=False, own=own())
    assert done.same and not done.clean and [(d.control, d.kind) for d in done.catalog] == [("GOV-01", "dropped")]


def test_a_parameter_that_the_auditors_catalog_refuses_shows() -> None:
    done = reperform.reperform(consistent(lambda r: r["parameters"].update({"GOV-01": {"nothing": 1}}), "data/request.json"), isolated=False, own=own())
    assert ("GOV-01", "parameter") in {(d.control, d.kind) for d in done.catalog} and not done.clean


@pytest.mark.parametrize(
    ("edited", "cause"),
    [
        (lambda: edit("data/results.json", outcome_to_satisfied), "results"),
        (lambda: edit("data/request.json", lambda r: r.__setitem__("as_of", "2025-01-01")), "date"),
        (lambda: edit("data/catalog.json", dropped), "catalog"),
        (lambda: CHEATS["an exception added"](), "exception"),
        (lambda: edit("data/index.json", lambda i: i["delivered"].remove("confidential_scope")), "evidence"),
    ],
)
def test_each_difference_of_a_control_has_its_cause(edited: Callable[[], dict[str, bytes]], cause: str) -> None:
    found = {d.cause for d in reperform.reperform(edited(), isolated=False).differences}
    assert cause in found and found <= {cause, "export"}


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


def reissued(change: Callable[[list[Row]], list[int]]) -> dict[str, bytes]:
    """The payload a cheating firm would make: rows changed, every table, item and count consistent, the results as before."""
    done = run()
    rows = list(done.dossier.snapshot.rows)
    left = change(rows)
    snapshot = replace(done.dossier.snapshot, rows=tuple(rows[i] for i in left))
    kept = Kept(replace(done.dossier, snapshot=snapshot), done.conclusion, done.ledger, tuple(done.raw[i] for i in left))
    return contents.payload(kept, KEY, "zh")


def accepted(files: dict[str, bytes]) -> bool:
    return bool(verify.check(io.BytesIO(resealed(files)), trust()))


def test_a_shortened_population_that_is_consistent_shows_when_it_is_recomputed() -> None:
    files = reissued(lambda rows: [i for i, r in enumerate(rows) if r.table != "confidential_scope" or r.values["category"] != "financial"])
    assert accepted(files) and "GOV-01" in {d.where for d in reperform.reperform(files, isolated=False).differences}


def test_a_swapped_pseudonym_shows_when_it_is_opened_at_the_firm() -> None:
    def swap(rows: list[Row]) -> list[int]:
        at = next(i for i, r in enumerate(rows) if r.table == "employees")
        rows[at] = replace(rows[at], values={**rows[at].values, "name": KEY.of("name", "李四")})
        return list(range(len(rows)))

    files = reissued(swap)
    dossier, _ = restore.dossier(files)
    _, lines = from_csv(files["data/items.csv"], "items.csv")
    opened = sample.open_items(dossier, {str(i): str(c) for i, _, c in lines}, run().raw, KEY, [str(line[0]) for line in lines])
    assert accepted(files) and [o.item.partition("/")[0] for o in opened if not o.redacted] == ["employees"] and all(o.committed for o in opened)


def test_swapped_cells_show_when_they_are_recomputed() -> None:
    def swap(rows: list[Row]) -> list[int]:
        one, other = [i for i, r in enumerate(rows) if r.table == "confidential_scope"][:2]
        a, b = rows[one].values["exclusions"], rows[other].values["exclusions"]
        assert a != b
        rows[one], rows[other] = replace(rows[one], values={**rows[one].values, "exclusions": b}), replace(rows[other], values={**rows[other].values, "exclusions": a})
        return list(range(len(rows)))

    files = reissued(swap)
    assert accepted(files) and "GOV-01" in {d.where for d in reperform.reperform(files, isolated=False).differences}


def test_other_versions_are_named_as_the_cause() -> None:
    files = edit("data/lock.json", lambda d: d.__setitem__("duckdb", "0.0.1"))
    outcome_changed = {**files, "data/results.json": edit("data/results.json", outcome_to_satisfied)["data/results.json"]}
    done = reperform.reperform(outcome_changed, isolated=False)
    assert done.versions["duckdb"][0] == "0.0.1" and {d.cause for d in done.differences} == {"engine"}


@pytest.mark.parametrize(
    "attempt",
    [
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')", "import socket; socket.socket()", "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')", "import time; time.time()", "import time; time.localtime()", "from datetime import datetime; datetime.now()", "from datetime import date; date.today()",
    ],
)  # fmt: skip
def test_the_recomputation_has_no_network_no_process_and_no_clock(attempt: str) -> None:
    import subprocess
    import sys

    program = reperform._CHILD.replace("from compliance.bundle.reperform import _child\n_child()\n", attempt)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode and "during re-performance" in done.stderr


def test_rules_that_run_for_ever_are_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(document: Any) -> None:
        view = {"name": "endless", "title": ["x", "x"], "sql": "with recursive r as (select 1 as n union all select n + 1 from r) select count(*) as n from r", "tables": [], "optional": [], "key": []}
        document["views"].append(view)
        for check in document["controls"]["GOV-01"]["checks"]:
            check["count_sql"] = "SELECT count(*) FROM endless"

    monkeypatch.setattr(reperform, "_SECONDS", 4)
    with pytest.raises(BundleError, match="did not end"):
        reperform.reperform(edit("data/catalog.json", endless))


def test_dates_stay_dates_behind_closed_doors() -> None:
    import subprocess
    import sys

    tail = "from datetime import date, datetime, timedelta\nd = datetime.fromisoformat('2026-06-30T01:02:03')\nassert isinstance(d, datetime) and isinstance(d.date(), date) and not isinstance(d.date(), datetime)\nassert d - timedelta(1) < d and f'{d:%Y-%m-%d}' == '2026-06-30'\nassert issubclass(datetime, date)"
    program = reperform._CHILD.replace("from compliance.bundle.reperform import _child\n_child()\n", tail)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


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
