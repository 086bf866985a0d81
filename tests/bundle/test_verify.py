"""Manifests, signatures, freshness and semantics: each attack is refused, each with its own code."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from compliance.bundle import bag, contents, restore, verify
from compliance.bundle.canonical import from_csv, to_csv, to_json
from compliance.bundle.errors import REFUSALS, BundleError
from compliance.bundle.seal import RAW_SIGNATURE, SSH_SIGNATURE, STATEMENT, Chain
from compliance.bundle.signature import envelope, pae, ssh_signature
from compliance.bundle.trust import Trust, parse
from tests.bundle.sealed import KEY, OTHER, PEM, entries, packed, payload, real, resealed, signer, tiny, trust


def checked(data: bytes, trusted: Trust | None = None, expected: verify.Expected | None = None, deep: bool = True) -> verify.Verified:
    return verify.check(io.BytesIO(data), trusted or trust(), expected, deep=deep)


def code(data: bytes, trusted: Trust | None = None, expected: verify.Expected | None = None, deep: bool = True) -> str:
    with pytest.raises(BundleError) as caught:
        checked(data, trusted, expected, deep)
    return caught.value.code


def test_a_sealed_bundle_verifies_and_two_builds_are_the_same_bytes() -> None:
    found = checked(real(), trust(firm_name="甲代账有限公司"))
    assert found.predicate["period"] == "2026Q2" and found.predicate["sequence"] == 1
    real.cache_clear()
    assert payload(real()) == dict(found.files)


def with_files(change: Callable[[dict[str, bytes]], None]) -> bytes:
    """Files changed after sealing."""
    files = entries(tiny())
    change(files)
    return packed(files)


def with_manifest(change: Callable[[bytes], bytes]) -> bytes:
    """The payload manifest rewritten, and everything above it made to fit, signature included: only its form is wrong."""
    files = entries(tiny())
    files[bag.MANIFEST] = change(files[bag.MANIFEST])
    tags = {n: bag.sha256(d) for n, d in files.items() if not n.startswith(("data/", "signatures/")) and n != bag.TAG_MANIFEST}
    return signed_again(files, bag.manifest(tags))


def signed_again(files: dict[str, bytes], listed: bytes, change: Callable[[dict[str, Any]], Any] = lambda s: s) -> bytes:
    statement = json.loads(base64.b64decode(json.loads(files[STATEMENT])["payload"]))
    statement["subject"][0]["digest"]["sha256"] = bag.sha256(listed)
    made = change(statement)
    body = made if isinstance(made, bytes) else to_json(made)
    files |= {bag.TAG_MANIFEST: listed, STATEMENT: envelope(body, signer()), RAW_SIGNATURE: signer().sign(listed), SSH_SIGNATURE: ssh_signature(listed, signer())}
    return packed(files)


def with_statement(change: Callable[[dict[str, Any]], Any]) -> bytes:
    files = entries(tiny())
    return signed_again(files, files[bag.TAG_MANIFEST], change)


def with_envelope(change: Callable[[dict[str, Any]], Any]) -> bytes:
    files = entries(tiny())
    made = change(json.loads(files[STATEMENT]))
    files[STATEMENT] = made if isinstance(made, bytes) else to_json(made)
    return packed(files)


def put(target: dict[str, Any], *path: Any, value: Any) -> dict[str, Any]:
    place: Any = target
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return target


def first(e: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = e["signatures"][0]
    return found


def plus_order(e: dict[str, Any]) -> dict[str, Any]:
    """The same signature with the group order added to S: valid to a careless verifier."""
    raw = base64.b64decode(first(e)["sig"])
    s = int.from_bytes(raw[32:], "little") + 2**252 + 27742317777372353535851937790883648493
    return put(e, "signatures", 0, "sig", value=base64.b64encode(raw[:32] + s.to_bytes(32, "little")).decode())


def not_pae(e: dict[str, Any]) -> dict[str, Any]:
    """The payload signed without DSSE's encoding."""
    return put(e, "signatures", 0, "sig", value=base64.b64encode(signer().sign(base64.b64decode(e["payload"]))).decode())


def forged(e: dict[str, Any]) -> dict[str, Any]:
    """Another key's signature under the trusted key's name."""
    return put(e, "signatures", 0, "sig", value=base64.b64encode(signer(OTHER).sign(pae(base64.b64decode(e["payload"])))).decode())


def line(text: bytes) -> bytes:
    return text.split(b"\n")[0] + b"\n"


ATTACKS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "file changed": ("digest", lambda: with_files(lambda f: f.update({"data/results.json": b"{}\n"}))),
    "file dropped": ("manifest_missing", lambda: with_files(lambda f: f.pop("data/results.json"))),
    "file added": ("manifest_extra", lambda: with_files(lambda f: f.update({"data/more.json": b"{}\n"}))),
    "tag file changed": ("digest", lambda: with_files(lambda f: f.update({"README.en.md": b"x"}))),
    "tag file added": ("manifest_extra", lambda: with_files(lambda f: f.update({"more.txt": b"x"}))),
    "signature file added": ("bag", lambda: with_files(lambda f: f.update({"signatures/trust.yaml": b"keys"}))),
    "no statement": ("unsigned", lambda: with_files(lambda f: f.pop(STATEMENT))),
    "no raw signature": ("unsigned", lambda: with_files(lambda f: f.pop(RAW_SIGNATURE))),
    "line omitted from the manifest": ("manifest_extra", lambda: with_manifest(lambda m: line(m))),
    "twin paths in the manifest": ("manifest_syntax", lambda: with_manifest(lambda m: line(m) + m)),
    "CRLF": ("manifest_syntax", lambda: with_manifest(lambda m: m.replace(b"\n", b"\r\n"))),
    "upper-case hexadecimal": ("manifest_syntax", lambda: with_manifest(lambda m: m[:64].upper() + m[64:])),
    "no final newline": ("manifest_syntax", lambda: with_manifest(lambda m: m[:-1])),
    "one space": ("manifest_syntax", lambda: with_manifest(lambda m: m.replace(b"  ", b" ", 1))),
    "sha1 downgrade": ("manifest_syntax", lambda: with_manifest(lambda m: m[24:])),
    "forged key with the same keyid": ("signature", lambda: with_envelope(forged)),
    "signature over something else than PAE": ("signature", lambda: with_envelope(not_pae)),
    "S plus the group order": ("signature", lambda: with_envelope(plus_order)),
    "no signature in the envelope": ("unsigned", lambda: with_envelope(lambda e: put(e, "signatures", value=[]))),
    "payload type": ("payload_type", lambda: with_envelope(lambda e: put(e, "payloadType", value="text/plain"))),
    "base64 junk": ("envelope", lambda: with_envelope(lambda e: put(e, "payload", value=e["payload"] + "!"))),
    "base64 with other padding bits": ("envelope", lambda: with_envelope(lambda e: put(e, "signatures", 0, "sig", value=first(e)["sig"][:-3] + chr(ord(first(e)["sig"][-3]) + 1) + "=="))),
    "duplicate key in the envelope": ("json", lambda: with_envelope(lambda e: to_json(e).replace(b'{"payload":', b'{"payloadType":"x","payload":', 1))),
    "NaN": ("json", lambda: with_statement(lambda s: to_json(s).replace(b'"items":0', b'"items":NaN'))),
    "1e400": ("json", lambda: with_statement(lambda s: to_json(s).replace(b'"items":0', b'"items":1e400'))),
    "depth": ("json", lambda: with_statement(lambda s: b"[" * 10_000 + b"]" * 10_000 + b"\n")),
    "spaces in the statement": ("json", lambda: with_statement(lambda s: json.dumps(s).encode() + b"\n")),
    "two subjects": ("subject", lambda: with_statement(lambda s: put(s, "subject", value=s["subject"] * 2))),
    "other subject": ("subject", lambda: with_statement(lambda s: put(s, "subject", 0, "digest", "sha256", value="0" * 64))),
    "other predicate": ("statement", lambda: with_statement(lambda s: put(s, "predicateType", value="https://slsa.dev/provenance/v1"))),
    "other statement type": ("statement", lambda: with_statement(lambda s: put(s, "_type", value="https://in-toto.io/Statement/v0.1"))),
    "negative number": ("statement", lambda: with_statement(lambda s: put(s, "predicate", "sequence", value=0))),
    "terminal escape in the firm's name": ("control_characters", lambda: with_statement(lambda s: put(s, "predicate", "firm", "name", value="\x1b[2J甲"))),
    "right-to-left override in the period": ("control_characters", lambda: with_statement(lambda s: put(s, "predicate", "period", value="2026\u202eQ2"))),
    "true for one": ("statement", lambda: with_statement(lambda s: put(s, "predicate", "sequence", value=True))),
    "results other than signed": ("subject", lambda: with_statement(lambda s: put(s, "predicate", "results", value="0" * 64))),
    "second bundle without previous": ("chain_broken", lambda: with_statement(lambda s: put(s, "predicate", "sequence", value=2))),
    "raw signature of another key": ("detached", lambda: with_files(lambda f: f.update({RAW_SIGNATURE: signer(OTHER).sign(f[bag.TAG_MANIFEST])}))),
    "SSH signature in another namespace": ("detached", lambda: with_files(lambda f: f.update({SSH_SIGNATURE: ssh_signature(f[bag.TAG_MANIFEST], signer(), "git")}))),
    "SSH signature of another key": ("detached", lambda: with_files(lambda f: f.update({SSH_SIGNATURE: ssh_signature(f[bag.TAG_MANIFEST], signer(OTHER))}))),
    "SSH junk": ("detached", lambda: with_files(lambda f: f.update({SSH_SIGNATURE: b"junk"}))),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_on_manifest_or_signature_is_refused_with_its_own_code(name: str) -> None:
    expected, attack = ATTACKS[name]
    assert code(attack(), deep=False) == expected


def test_only_keys_of_the_trust_file_count() -> None:
    assert code(tiny(), trust(OTHER), deep=False) == "unknown_key"
    assert code(tiny(), trust(PEM, OTHER, threshold=2), deep=False) == "unknown_key"
    assert code(tiny(), trust(firm_name="乙代账有限公司"), deep=False) == "firm"


def test_one_of_two_signatures_that_does_not_hold_refuses_the_bundle() -> None:
    def both(e: dict[str, Any]) -> dict[str, Any]:
        other = json.loads(envelope(base64.b64decode(e["payload"]), signer(OTHER)))["signatures"][0]
        e["signatures"].append({**other, "sig": first(e)["sig"]})
        return e

    assert code(with_envelope(both), trust(PEM, OTHER), deep=False) == "signature"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({}, "trust"), ({"keys": []}, "trust"), ({"keys": [{"algorithm": "rsa", "public": "00"}]}, "trust"), ({"keys": [{"algorithm": "none", "public": ""}]}, "trust"),
        ({"keys": [{"algorithm": "ed25519", "public": "zz"}]}, "trust"), ({"keys": [{"algorithm": "ed25519", "public": "00" * 32}]}, "weak_key"),
        ({"keys": [{"algorithm": "ed25519", "public": "01" + "00" * 31}]}, "weak_key"), ({"keys": [{"algorithm": "ed25519", "public": "ff" * 32}]}, "weak_key"),
    ],
)  # fmt: skip
def test_a_trust_file_that_trusts_nobody_or_anybody_is_refused(document: dict[str, Any], expected: str) -> None:
    with pytest.raises(BundleError) as caught:
        parse(document, "trust.yaml")
    assert caught.value.code == expected


def test_freshness_is_what_the_auditor_asks() -> None:
    bundle = resealed(payload(tiny()), chain=Chain(1, "", "challenge-0001"))
    assert checked(bundle, expected=verify.Expected("2026Q2", "challenge-0001"), deep=False)
    assert code(bundle, expected=verify.Expected("2026Q3"), deep=False) == "replay"
    assert checked(bundle, expected=verify.Expected(sequence=1), deep=False)
    assert code(bundle, expected=verify.Expected(sequence=2), deep=False) == "replay"
    assert code(bundle, expected=verify.Expected(challenge="challenge-0002"), deep=False) == "challenge"
    assert code(bundle, expected=verify.Expected(previous="0" * 64), deep=False) == "chain_broken"


def test_a_chain_shows_forks_gaps_and_a_rewritten_past() -> None:
    def link(sequence: int, previous: str, period: str) -> verify.Verified:
        found = checked(tiny(), deep=False)
        return verify.Verified({**found.predicate, "sequence": sequence, "previous": previous, "period": period}, found.signers, f"{sequence}{period}", found.extras, {})

    one = link(1, "", "2026Q1")
    verify.chained(one, link(2, one.statement, "2026Q2"))
    for later, expected in (
        (link(3, one.statement, "2026Q3"), "chain_gap"), (link(2, "f" * 64, "2026Q2"), "chain_broken"),
        (link(1, "", "2026Q2"), "chain_fork"), (link(2, one.statement, "2025Q4"), "chain_past"),
    ):  # fmt: skip
        with pytest.raises(BundleError) as caught:
            verify.chained(one, later)
        assert caught.value.code == expected


def cheated(name: str, change: Callable[[bytes], bytes]) -> bytes:
    """A payload file changed before signing, by the firm itself."""
    files = payload(real())
    files[name] = change(files[name])
    return resealed(files)


def rows(data: bytes, change: Callable[[list[list[Any]]], None]) -> bytes:
    header, lines = from_csv(data, "x")
    change(lines)
    return to_csv(header, lines)


TABLE = "data/tables/confidential_scope.csv"


def formula() -> bytes:
    """A row whose cell a spreadsheet would run, with an item that fits it."""
    files = payload(real())
    changed = files[TABLE].replace("年报".encode(), b"=1+1", 1)
    dossier, _ = restore.dossier({**files, TABLE: changed})
    header, lines = from_csv(files["data/items.csv"], "items.csv")
    digests = {f"{r.table}/{i}": contents.row_digest(dossier.catalog.tables[r.table], r) for i, r in enumerate(dossier.snapshot.rows)}
    return resealed({**files, TABLE: changed, "data/items.csv": to_csv(header, [[item, digests[str(item)], c] for item, _, c in lines])})


SEMANTIC: dict[str, tuple[str, Callable[[], bytes]]] = {
    "cell swapped in a table": ("items", lambda: cheated(TABLE, lambda d: d.replace("年报".encode(), "月报".encode()))),
    "row dropped from a table": ("contents", lambda: cheated(TABLE, lambda d: rows(d, lambda r: r.pop()))),
    "item dropped": ("items", lambda: cheated("data/items.csv", lambda d: rows(d, lambda r: r.pop()))),
    "item added": ("items", lambda: cheated("data/items.csv", lambda d: rows(d, lambda r: r.append(["clients/99", "0" * 64, "1" * 64])))),
    "commitment used twice": ("salt", lambda: cheated("data/items.csv", lambda d: rows(d, lambda r: r[1].__setitem__(2, r[0][2])))),
    "personal information in a message": ("personal", lambda: cheated("data/populations.json", lambda d: d[:-2] + ',"x":"电话 13912345678"}\n'.encode())),
    "personal information in a table": ("personal", lambda: cheated("data/redaction.json", lambda d: d.replace(b'"column":"', b'"column":"11010519491231002X ', 1))),
    "key left inside": ("key_inside", lambda: cheated("data/lock.json", lambda d: d[:-2] + b',"k":"-----BEGIN PRIVATE KEY-----"}\n')),
    "formula in a report": ("formula", lambda: cheated("data/reports/findings.csv", lambda d: d + b"=1+1\r\n")),
    "formula in a table": ("formula", formula),
    "bidirectional control": ("control_characters", lambda: cheated("data/reports/report.md", lambda d: d + "a\u202eb\n".encode())),
    "terminal escape": ("control_characters", lambda: cheated("data/reports/report.md", lambda d: d + b"\x1b[2J\n")),
    "null where true stood": ("items", lambda: cheated(TABLE, lambda d: d.replace(b",true,", b",,"))),
    "table with other columns": ("contents", lambda: cheated(TABLE, lambda d: d.replace(b"category", b"kind", 1))),
    "CSV that is not canonical": ("contents", lambda: cheated(TABLE, lambda d: d.replace(b"\n", b"\r\n", 1))),
    "exception without expiry": ("exception", lambda: cheated("data/exceptions.json", lambda d: to_json([{"control": "GOV-01", "check": "", "path": "", "resource": "", "reason": "x", "owner": "a", "approver": "b", "expires": "", "where": "x:1"}]))),
    "archive inside": ("nested", lambda: cheated("data/sql/00-macros.sql", lambda d: b"PK\x03\x04" + d)),
}  # fmt: skip


@pytest.mark.parametrize("name", SEMANTIC)
def test_a_cheat_before_signing_is_refused_with_its_own_code(name: str) -> None:
    expected, attack = SEMANTIC[name]
    assert code(attack()) == expected


def test_a_root_that_is_not_over_the_items_is_refused() -> None:
    files = entries(real())
    data = signed_again(files, files[bag.TAG_MANIFEST], lambda s: put(s, "predicate", "itemRoot", value="0" * 64))
    assert code(data) == "root"


def test_every_refusal_says_what_it_means_in_both_languages() -> None:
    assert all(t.zh and t.en for t in REFUSALS.values())


def test_the_reference_lists_every_refusal() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/bundle-format.md").read_text(encoding="utf-8")
    assert [line for line in page.splitlines() if line.startswith("| `") and line.count("|") == 4][-len(REFUSALS) :] == [f"| `{c}` | {t.zh} | {t.en} |" for c, t in REFUSALS.items()]


def test_the_pseudonym_key_is_never_sealed() -> None:
    from compliance.bundle.scan import scan

    with pytest.raises(BundleError, match="key_inside"):
        scan({"data/lock.json": b'{"k":"' + KEY.key.hex().encode() + b'"}\n'}, (KEY.key,))


@pytest.mark.parametrize("name", ["data/index.json", "data/provenance/x.jsonl", "data/tables/x.csv", "data/reports/report.md"])
@pytest.mark.parametrize("mark", ["\x1b", "\x08", "\x0c", "\u202e", "\x9b"])
def test_a_control_character_is_found_however_it_is_spelled(name: str, mark: str) -> None:
    from compliance.bundle.scan import scan

    for data in (to_json({"a": f"x{mark}y"}), json.dumps({"a": f"x{mark}y"}).encode()) if ".json" in name else (f'a\n"x{mark}y"\n'.encode(),):
        with pytest.raises(BundleError) as caught:
            scan({name: data})
        assert caught.value.code == "control_characters"


def test_a_name_of_the_registers_left_anywhere_refuses_the_sealing() -> None:
    from compliance.bundle.scan import scan
    from compliance.redact.known import KnownValues

    known = KnownValues({"张三": "N-x"})
    for name, data in (("data/tables/张三.csv", b"a\n"), ("data/tables/a.csv", 'a\n"张三"\n'.encode()), ("data/reports/report.md", "负责人张三".encode()), ("data/index.json", to_json({"notes": [{"path": "docs/张三.docx"}]}))):
        with pytest.raises(BundleError) as caught:
            scan({name: data}, (), known)
        assert caught.value.code == "personal" and "张三" not in caught.value.render()
    scan({"data/reports/report.md": b"N-x"}, (), known)


@pytest.mark.parametrize("deep", [True, False])
def test_a_large_bundle_is_hashed_beside_reading_with_the_same_answer(monkeypatch: pytest.MonkeyPatch, deep: bool) -> None:
    monkeypatch.setattr(verify, "_WORTH_A_THREAD", 0)
    assert checked(real(), deep=deep).predicate == checked(real(), deep=deep).predicate
    large = resealed({**payload(tiny()), "data/large.csv": b"x" * 3_000_000})
    assert checked(large, deep=False)
    at = large.index(b"x" * 100) + 2_500_000
    assert code(large[:at] + b"y" + large[at + 1 :], deep=False) == "crc"
    files = entries(large)
    assert code(packed({**files, "data/large.csv": b"x" * 2_999_999 + b"y"}), deep=False) == "digest"
    assert code(packed({**files, "data/results.json": b"{}"}), deep=False) == "digest"


@pytest.mark.slow
def test_no_change_of_any_byte_of_a_small_bundle_is_accepted() -> None:
    data = tiny()
    trusted, accepted = trust(), []
    for position in range(len(data)):
        for changed in (
            data[:position] + bytes([data[position] ^ 0x01]) + data[position + 1 :],
            data[:position] + bytes([data[position] ^ 0x80]) + data[position + 1 :],
            data[:position],
            data[:position] + data[position + 1 :],
            data[:position] + b"\0" + data[position:],
            data[:position] + data[position : position + 1] + data[position:],
        ):
            if changed == data:
                continue
            try:
                verify.check(io.BytesIO(changed), trusted, deep=False)
                accepted.append(position)
            except BundleError:
                continue
    assert accepted == []
