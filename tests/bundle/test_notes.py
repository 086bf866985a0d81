"""The auditor's notes: hers alone, about this bundle alone, and never a change of it."""

from __future__ import annotations

import json

import pytest

from compliance.bundle import notes
from compliance.bundle.bag import sha256
from compliance.bundle.canonical import to_json
from compliance.bundle.errors import BundleError
from compliance.bundle.seal import STATEMENT
from compliance.bundle.signature import envelope
from tests.bundle.sealed import OTHER, entries, payload, real, signer

FILES = payload(real())
STATED = sha256(entries(real())[STATEMENT])


def some() -> notes.Notes:
    finding = json.loads(FILES["data/results.json"])["findings"][0]["fingerprint"]
    made = notes.Notes(STATED, "王审计")
    for item, decision, comment in (("GOV-01", "flag", "<b>范围表</b>没有评审签字"), ("GOV-01.scope-defined", "accept", ""), (f"finding:{finding}", "not_applicable", "已停用"), ("item:confidential_scope/0", "accept", "")):
        made = made.add(notes.note(FILES, item, decision, comment))
    return made


def code(data: bytes, key: bytes = OTHER) -> str:
    with pytest.raises(BundleError) as caught:
        notes.read(data, (signer(key).public,))
    return caught.value.code


def test_notes_come_back_as_they_were_signed_and_belong_to_this_bundle() -> None:
    data = notes.signed(some(), signer(OTHER))
    assert notes.read(data, (signer(OTHER).public,)) == some() and notes.signed(some(), signer(OTHER)) == data
    notes.held_against(some(), STATED, FILES)


def test_notes_of_another_key_or_changed_afterwards_are_refused() -> None:
    data = notes.signed(some(), signer(OTHER))
    assert code(notes.signed(some(), signer())) == "signature"
    assert code(data[:-2]) == "json"
    assert code(envelope(to_json({"schema": notes.SCHEMA}), signer(OTHER))) == "payload_type"
    assert code(envelope(to_json({"schema": notes.SCHEMA}), signer(OTHER), notes.PAYLOAD_TYPE)) == "notes"
    twice = {"schema": notes.SCHEMA, "statement": STATED, "auditor": "x", "notes": [{"item": "GOV-01", "digest": "0" * 64, "decision": "accept", "comment": ""}] * 2}
    assert code(envelope(to_json(twice), signer(OTHER), notes.PAYLOAD_TYPE)) == "notes"


def test_notes_cannot_be_carried_over() -> None:
    with pytest.raises(BundleError, match="about"):
        notes.held_against(some(), "0" * 64, FILES)
    changed = {**FILES, "data/results.json": FILES["data/results.json"].replace(b'"not_satisfied"', b'"satisfied"')}
    with pytest.raises(BundleError, match="something else"):
        notes.held_against(some(), STATED, changed)


@pytest.mark.parametrize(("item", "decision", "comment"), [("GOV-99", "accept", ""), ("GOV-01", "perhaps", ""), ("GOV-01", "flag", " "), ("GOV-01", "accept", "a\u202eb"), ("GOV-01", "accept", "x" * 4001)])
def test_a_note_says_something_about_an_item_that_is_there(item: str, decision: str, comment: str) -> None:
    with pytest.raises(BundleError) as caught:
        notes.note(FILES, item, decision, comment)
    assert caught.value.code == "notes"


def test_a_later_note_on_the_same_item_replaces_the_earlier_one() -> None:
    again = some().add(notes.note(FILES, "GOV-01", "accept", "补签后认可"))
    assert len(again.notes) == len(some().notes) and [n.decision for n in again.notes if n.item == "GOV-01"] == ["accept"]


def test_the_report_with_notes_is_the_report_of_the_bundle_and_a_section() -> None:
    page = notes.rendered(some(), FILES, "zh").decode()
    assert "审计师批注" in page and "王审计" in page and "&lt;b&gt;范围表&lt;/b&gt;" in page and "<b>范围表</b>" not in page
    start = page.index('<section id="auditor-notes">')
    assert (page[:start] + page[page.index("</section>\n", start) + len("</section>\n") :]).encode() == FILES["data/reports/report-audit.html"]
    assert "Notes of the auditor" in notes.rendered(some(), FILES, "en").decode()
