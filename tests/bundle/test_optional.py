"""SM2, SM3 and RFC 3161 with the real openssl: what holds is told, what does not hold is refused with its own code."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from compliance.bundle import openssl, optional, verify
from compliance.bundle.bag import TAG_MANIFEST
from compliance.bundle.errors import BundleError
from compliance.bundle.seal import RAW_SIGNATURE, SM2_SIGNATURE, SM3_MANIFEST, TOKEN, Chain, National, assemble
from compliance.bundle.trust import parse
from tests.bundle.sealed import KEY, entries, packed, payload, signer, tiny


def command(folder: Path, *arguments: str) -> None:
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def trust(**more: Any) -> Any:
    keys = [{"algorithm": "ed25519", "public": signer().public.hex()}, *({"algorithm": "sm2", "public": p} for p in more.pop("sm2", ()))]
    return parse({"keys": keys, **more}, "trust.yaml")


def code(data: bytes, trusted: Any) -> str:
    with pytest.raises(BundleError) as caught:
        verify.check(io.BytesIO(data), trusted, deep=False)
    return caught.value.code


# --- SM2 and SM3 ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def national(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    folder = tmp_path_factory.mktemp("sm2")
    for name in ("sm2.key", "other.key"):
        command(folder, "genpkey", "-algorithm", "SM2", "-out", name)
    target = io.BytesIO()
    assemble(payload(tiny()), {"name": "甲代账有限公司"}, "2026Q2", KEY.commitment, signer(), Chain(), target, National(True, folder / "sm2.key"))
    return folder, target.getvalue()


def test_an_sm2_signature_and_an_sm3_manifest_hold(national: tuple[Path, bytes]) -> None:
    folder, data = national
    point = openssl.sm2_point(folder / "sm2.key").hex()
    found = verify.check(io.BytesIO(data), trust(sm2=[point]), deep=False)
    assert found.extras.sm2 == point and found.extras.sm3 == "checked"


def test_stock_openssl_verifies_the_sm2_signature_with_the_usual_identity(national: tuple[Path, bytes]) -> None:
    folder, data = national
    files = entries(data)
    (folder / "data").write_bytes(files[TAG_MANIFEST])
    (folder / "sig").write_bytes(files[SM2_SIGNATURE])
    command(folder, "pkey", "-in", "sm2.key", "-pubout", "-out", "sm2.pem")
    assert (folder / "sm2.pem").read_bytes() == openssl.sm2_public_pem(openssl.sm2_point(folder / "sm2.key"))
    command(folder, "pkeyutl", "-verify", "-pubin", "-inkey", "sm2.pem", "-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678", "-in", "data", "-sigfile", "sig")


def test_what_is_wrong_with_an_sm2_signature_is_told(national: tuple[Path, bytes]) -> None:
    folder, data = national
    files, point = entries(data), openssl.sm2_point(folder / "sm2.key").hex()
    trusted = trust(sm2=[point])

    def put(signature: bytes) -> bytes:
        return packed({**files, SM2_SIGNATURE: signature})

    listed = files[TAG_MANIFEST]
    assert code(put(openssl.sm2_sign(folder / "sm2.key", listed, "")), trusted) == "sm2_identity"
    assert code(put(openssl.sm2_sign(folder / "other.key", listed)), trusted) == "sm2"
    assert code(put(openssl.sm2_sign(folder / "sm2.key", listed + b"x")), trusted) == "sm2"
    assert code(put(files[SM2_SIGNATURE] + b"\0"), trusted) == "sm2"
    assert code(packed({n: d for n, d in files.items() if n != SM2_SIGNATURE}), trusted) == "sm2"
    assert code(data, trust()) == "unchecked"
    assert verify.check(io.BytesIO(data), trust(ignore=["sm2"]), deep=False).extras.ignored == ("sm2",)


def test_an_sm3_manifest_that_disagrees_is_refused(national: tuple[Path, bytes]) -> None:
    _, data = national
    manifest = entries(data)[SM3_MANIFEST]
    for changed, expected in ((manifest[64:], "manifest_syntax"), (b"0" * 64 + manifest[64:], "digest"), (manifest.split(b"\n")[0] + b"\n", "manifest_extra")):
        with pytest.raises(BundleError) as caught:
            optional._sm3(changed, payload(data))
        assert caught.value.code == expected


def test_sm3_is_the_published_function() -> None:
    assert optional.sm3(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"  # GB/T 32905, example 1


@pytest.mark.parametrize("public", ["04" + "00" * 64, "02" + "11" * 32, "04" + "ff" * 64])
def test_a_point_off_the_curve_is_no_key(public: str) -> None:
    with pytest.raises(BundleError) as caught:
        trust(sm2=[public])
    assert caught.value.code == "weak_key"


# --- RFC 3161 ------------------------------------------------------------------------------------

CONFIG = """
[tsa]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
[stamping]
extendedKeyUsage = critical,timeStamping
basicConstraints = CA:FALSE
[plain]
basicConstraints = CA:FALSE
[both]
extendedKeyUsage = timeStamping,serverAuth
"""


@dataclass(frozen=True)
class Authority:
    """A time stamping authority of these tests, in a folder."""

    folder: Path

    def token(self, data: bytes, signer_name: str = "tsa") -> bytes:
        (self.folder / "q.tsq").write_bytes(openssl.query(data))
        command(self.folder, "ts", "-reply", "-config", "c.cnf", "-section", "tsa", "-queryfile", "q.tsq", "-signer", f"{signer_name}.pem", "-inkey", f"{signer_name}.key", "-out", "r.tsr")
        return (self.folder / "r.tsr").read_bytes()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder = tmp_path_factory.mktemp("tsa")
    (folder / "c.cnf").write_text(CONFIG, encoding="ascii")
    (folder / "serial").write_text("01\n", encoding="ascii")
    for name in ("ca", "stranger"):
        command(folder, "req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={name}", "-days", "3650")
    for name, section in (("tsa", "stamping"), ("plain", "plain")):
        command(folder, "req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        command(folder, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", f"{name}.pem", "-days", "3650", "-extfile", "c.cnf", "-extensions", section)
    return Authority(folder)


def with_authority(authority: Authority, name: str = "ca", **more: Any) -> Any:
    return parse({"keys": [{"algorithm": "ed25519", "public": signer().public.hex()}], "timestamp": {"authorities": [f"{name}.pem"], **more}}, "trust.yaml", authority.folder)


def bundle(period: str = "2024Q4") -> bytes:
    target = io.BytesIO()
    assemble(payload(tiny()), {"name": "甲代账有限公司"}, period, KEY.commitment, signer(), Chain(), target)
    return target.getvalue()


def test_a_token_over_the_signature_holds_and_says_when(authority: Authority) -> None:
    data = bundle()
    assert optional.signature_of(data) == entries(data)[RAW_SIGNATURE]
    stamped = optional.stamped(data, authority.token(optional.signature_of(data)))
    found = verify.check(io.BytesIO(stamped), with_authority(authority), deep=False)
    assert found.extras.stamped.startswith("20") and found.extras.stamped.endswith("+00:00")
    assert "UTC+8" in optional.shown(found.extras.stamped)
    with pytest.raises(BundleError):
        optional.stamped(stamped, authority.token(b"x"))


def test_what_is_wrong_with_a_token_is_told(authority: Authority) -> None:
    data = bundle()
    signature = optional.signature_of(data)
    good = authority.token(signature)
    cases: list[tuple[bytes, Any, str]] = [
        (packed({**entries(data), TOKEN: authority.token(b"something else")}), with_authority(authority), "timestamp_data"),
        (packed({**entries(data), TOKEN: good}), with_authority(authority, "stranger"), "timestamp_token"),
        (packed({**entries(data), TOKEN: good[:-20]}), with_authority(authority), "timestamp_token"),
        (packed({**entries(data), TOKEN: b"junk"}), with_authority(authority), "timestamp_token"),
        (data, with_authority(authority, required="true"), "timestamp_token"),
        (packed({**entries(data), TOKEN: good}), trust(), "unchecked"),
    ]
    for changed, trusted, expected in cases:
        assert code(changed, trusted) == expected
    late = bundle("2099Q4")
    assert code(packed({**entries(late), TOKEN: authority.token(optional.signature_of(late))}), with_authority(authority)) == "timestamp_early"


def der(tag: int, body: bytes) -> bytes:
    size = len(body)
    length = bytes([size]) if size < 128 else bytes([0x82]) + size.to_bytes(2, "big")
    return bytes([tag]) + length + body


def test_a_certificate_not_made_for_time_stamping_is_refused(authority: Authority) -> None:
    """openssl ts will not stamp with such a certificate, so the same statement of time is signed as plain CMS."""
    data, folder = bundle(), authority.folder
    authority.token(optional.signature_of(data))
    command(folder, "ts", "-reply", "-in", "r.tsr", "-token_out", "-out", "t.der")
    command(folder, "cms", "-verify", "-noverify", "-inform", "DER", "-in", "t.der", "-out", "tst.der")
    found = {}
    for name in ("tsa", "plain"):
        command(folder, "cms", "-sign", "-binary", "-nodetach", "-cades", "-econtent_type", "1.2.840.113549.1.9.16.1.4", "-in", "tst.der", "-signer", f"{name}.pem", "-inkey", f"{name}.key", "-outform", "DER", "-out", "p.der")
        found[name] = packed({**entries(data), TOKEN: der(0x30, b"\x30\x03\x02\x01\x00" + (folder / "p.der").read_bytes())})
    assert verify.check(io.BytesIO(found["tsa"]), with_authority(authority), deep=False).extras.stamped
    assert code(found["plain"], with_authority(authority)) == "timestamp_purpose"


def test_without_openssl_the_lack_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(BundleError) as caught:
        openssl.query(b"x")
    assert caught.value.code == "tool" and "openssl" in caught.value.detail


BAD: list[tuple[str, Callable[[], Any]]] = [
    ("an unknown setting", lambda: trust(algorithms=["sha1"])),
    ("an unknown part to ignore", lambda: trust(ignore=["ed25519"])),
    ("a timestamp without authorities", lambda: trust(timestamp={"required": True})),
    ("an authority that is not there", lambda: trust(timestamp={"authorities": ["absent.pem"]})),
]


@pytest.mark.parametrize(("what", "made"), BAD)
def test_a_trust_file_with_a_mistake_is_refused(what: str, made: Callable[[], Any]) -> None:
    with pytest.raises(BundleError) as caught:
        made()
    assert caught.value.code == "trust", what
