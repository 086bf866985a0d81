"""The auditor's notes on a bundle: a signed file of her own beside it, never a change of it.

Each note names an item of the bundle and the digest of what it says there, so that a note cannot be carried over to
another bundle or to other results.  Items are ``CONTROL``, ``CONTROL.check``, ``finding:FINGERPRINT`` and ``item:TABLE/N``.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from compliance.bundle import bag
from compliance.bundle.canonical import from_csv, from_json, to_json
from compliance.bundle.errors import BundleError
from compliance.bundle.signature import Signer, envelope, opened, pae, verify
from compliance.model.catalog import Text

PAYLOAD_TYPE: Final = "application/vnd.hegui.notes+json"
SCHEMA: Final = "hegui.notes/1"
DECISIONS: Final[dict[str, Text]] = {"accept": Text("认可", "accepted"), "flag": Text("存疑", "flagged"), "not_applicable": Text("不适用", "not applicable")}
_LONGEST: Final = 4000


@dataclass(frozen=True, slots=True)
class Note:
    """One note: the item, the digest of its content in the bundle, the decision and the auditor's words."""

    item: str
    digest: str
    decision: str
    comment: str


@dataclass(frozen=True, slots=True)
class Notes:
    """All notes of one auditor on one bundle (by the digest of its statement), in order of item."""

    statement: str
    auditor: str
    notes: tuple[Note, ...] = ()

    def add(self, note: Note) -> Notes:
        """With the note; an earlier one on the same item is replaced."""
        kept = {n.item: n for n in self.notes} | {note.item: note}
        return replace(self, notes=tuple(kept[i] for i in sorted(kept)))


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """Every item that can be noted -> SHA-256 over its canonical content."""
    results = json.loads(files["data/results.json"])
    found: dict[str, str] = {}
    for control in results["controls"]:
        found[control["id"]] = bag.sha256(to_json(control))
        found |= {f"{control['id']}.{k['id']}": bag.sha256(to_json(k)) for k in control["checks"]}
    found |= {f"finding:{f['fingerprint']}": bag.sha256(to_json(f)) for f in results["findings"]}
    _, lines = from_csv(files["data/items.csv"], "items.csv")
    return found | {f"item:{line[0]}": bag.sha256(to_json(line)) for line in lines}


def note(files: Mapping[str, bytes], item: str, decision: str, comment: str) -> Note:
    """A note on an item of a verified bundle.  Raises BundleError."""
    known = digests(files)
    if item not in known:
        import difflib

        near = difflib.get_close_matches(item, known, 1)
        raise BundleError("notes", f"the bundle has no item '{item}'"[:160], fix=f"did you mean '{near[0]}'?" if near else "CONTROL, CONTROL.check, finding:FINGERPRINT or item:TABLE/N")
    _words(decision, comment)
    return Note(item, known[item], decision, comment)


def _words(decision: str, comment: str) -> None:
    if decision not in DECISIONS:
        raise BundleError("notes", f"decision '{decision}'"[:80], fix=f"one of: {', '.join(DECISIONS)}")
    if len(comment) > _LONGEST or (decision == "flag" and not comment.strip()):
        raise BundleError("notes", f"a comment of at most {_LONGEST} characters; a flag needs one")
    if not all(c.isprintable() or c == "\n" for c in comment):
        raise BundleError("notes", "the comment holds control or bidirectional characters")


def signed(notes: Notes, signer: Signer) -> bytes:
    """The notes in a DSSE envelope by the auditor's key."""
    return envelope(to_json({"schema": SCHEMA, **asdict(notes)}), signer, PAYLOAD_TYPE)


def read(data: bytes, keys: Sequence[bytes], where: str = "notes") -> Notes:
    """Notes that one of the auditor's public keys signed.  Raises BundleError."""
    payload, signatures = opened(data, where, PAYLOAD_TYPE)
    message = pae(payload, PAYLOAD_TYPE)
    if not signatures or not all(any(verify(k, s, message) for k in keys) for _, s in signatures):
        raise BundleError("signature", "not by a key of the auditor", where=where)
    document = from_json(payload, where)
    try:
        if set(document) != {"schema", "statement", "auditor", "notes"} or document["schema"] != SCHEMA:
            raise ValueError("schema")
        notes = tuple(Note(**{k: _text(n[k]) for k in ("item", "digest", "decision", "comment")}) for n in document["notes"] if len(n) == 4)
        made = Notes(_text(document["statement"]), _text(document["auditor"]), notes)
    except (KeyError, TypeError, ValueError) as error:
        raise BundleError("notes", f"{error}"[:80], where=where) from error
    if len(notes) != len(document["notes"]) or [n.item for n in notes] != sorted({n.item for n in notes}):
        raise BundleError("notes", "each item once, in order, with digest, decision and comment", where=where)
    for one in notes:
        _words(one.decision, one.comment)
    return made


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("text is expected")
    return value


def held_against(notes: Notes, statement: str, files: Mapping[str, bytes]) -> None:
    """The notes are about this very bundle and what it says.  Raises BundleError."""
    if notes.statement != statement:
        raise BundleError("notes", f"they are about {notes.statement[:16]}, this bundle is {statement[:16]}")
    known = digests(files)
    for one in notes.notes:
        if known.get(one.item) != one.digest:
            raise BundleError("notes", f"'{one.item}' says something else in this bundle"[:160])


def rendered(notes: Notes, files: Mapping[str, bytes], language: str) -> bytes:
    """The audit report of the bundle with the notes as its last section; the bundle itself stays as it is."""
    zh = language == "zh"
    results = json.loads(files["data/results.json"])
    titles = {c["id"]: c["title"][language] for c in results["controls"]}
    counted = {d: sum(n.decision == d for n in notes.notes) for d in DECISIONS}
    summary = "，".join(f"{DECISIONS[d].get(language)} {n}" for d, n in counted.items()) if zh else ", ".join(f"{DECISIONS[d].get(language)} {n}" for d, n in counted.items())
    head = ("项目", "名称", "结论", "说明", "内容摘要") if zh else ("item", "title", "decision", "comment", "digest")
    rows = "".join(
        "<tr>" + "".join(f"<td>{html.escape(v)}</td>" for v in (n.item, titles.get(n.item.partition(".")[0], ""), DECISIONS[n.decision].get(language), n.comment, n.digest[:16])) + "</tr>\n"
        for n in notes.notes
    )
    section = (
        f'<section id="auditor-notes"><h2>{"审计师批注" if zh else "Notes of the auditor"}</h2>\n<p>{html.escape(notes.auditor)}：{summary}</p>\n'
        f"<p>{'针对声明' if zh else 'on statement'} sha256:{notes.statement}</p>\n<table><thead><tr>{''.join(f'<th>{h}</th>' for h in head)}</tr></thead>\n<tbody>\n{rows}</tbody></table></section>\n"
    )
    report = files["data/reports/report-audit.html"].decode()
    body, end, rest = report.rpartition("</body>")
    if not end:
        raise BundleError("contents", "the audit report has no end", where="reports/report-audit.html")
    return f"{body}{section}{end}{rest}".encode()
