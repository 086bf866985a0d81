"""Stock tools accept what we wrote: bagit, securesystemslib, openssl, ssh-keygen, sha256sum, duckdb, and the one-file verifier."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from compliance.bundle.seal import RAW_SIGNATURE, SSH_SIGNATURE, STATEMENT
from compliance.bundle.signature import public_pem, ssh_public
from tests.bundle.sealed import OTHER, entries, payload, real, run, signer


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    with zipfile.ZipFile(io.BytesIO(real())) as archive:
        archive.extractall(folder)
    (folder.parent / "bundle.evb.zip").write_bytes(real())
    return folder


def tool(*command: str | Path, cwd: Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([str(c) for c in command], cwd=cwd, input=stdin, capture_output=True, check=False)


def test_bagit_validates_the_bag(unpacked: Path) -> None:
    import bagit

    assert bagit.Bag(str(unpacked)).is_valid()


def test_securesystemslib_reads_and_verifies_the_envelope() -> None:
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer import SSlibKey

    data = json.loads(entries(real())[STATEMENT])
    found = Envelope.from_dict({**data, "signatures": [{**s, "keyid": "k"} for s in data["signatures"]]})
    key = SSlibKey("k", "ed25519", "ed25519", {"public": signer().public.hex()})
    assert set(found.verify([key], 1)) == {"k"}
    other = SSlibKey("k", "ed25519", "ed25519", {"public": signer(OTHER).public.hex()})
    with pytest.raises(Exception, match=r"(?i)signature|verif"):
        found.verify([other], 1)


def test_openssl_accepts_the_raw_signature_and_refuses_another_key(unpacked: Path) -> None:
    for pem, expected in ((None, 0), (OTHER, 1)):
        (unpacked.parent / "firm.pem").write_bytes(public_pem(signer(pem).public if pem else signer().public))
        done = tool("openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "../firm.pem", "-rawin", "-in", "tagmanifest-sha256.txt", "-sigfile", RAW_SIGNATURE, cwd=unpacked)
        assert (done.returncode != 0) == bool(expected), done.stdout + done.stderr


def test_ssh_keygen_accepts_the_ssh_signature(unpacked: Path) -> None:
    (unpacked.parent / "allowed_signers").write_text(f"firm {ssh_public(signer().public)}\n", encoding="ascii")
    command = ("ssh-keygen", "-Y", "verify", "-f", "../allowed_signers", "-I", "firm", "-n", "hegui-bundle", "-s", SSH_SIGNATURE)
    listed = (unpacked / "tagmanifest-sha256.txt").read_bytes()
    assert tool(*command, cwd=unpacked, stdin=listed).returncode == 0
    assert tool(*command, cwd=unpacked, stdin=listed + b"x").returncode != 0


def test_the_script_inside_accepts_the_bundle_and_refuses_a_change(unpacked: Path) -> None:
    assert tool("sh", "verify.sh", cwd=unpacked).returncode == 0
    extra = unpacked / "data/extra"
    extra.write_text("x", encoding="ascii")
    assert tool("sh", "verify.sh", cwd=unpacked).returncode != 0
    extra.unlink()
    results = unpacked / "data/results.json"
    kept = results.read_bytes()
    results.write_bytes(kept.replace(b"not_satisfied", b"satisfied", 1))
    assert tool("sh", "verify.sh", cwd=unpacked).returncode != 0
    results.write_bytes(kept)


def test_the_one_file_verifier_needs_nothing_but_python(unpacked: Path) -> None:
    bundle = unpacked.parent / "bundle.evb.zip"
    assert tool(sys.executable, "-I", "hegui_verify.py", bundle, signer().public.hex(), cwd=unpacked).returncode == 0
    assert tool(sys.executable, "-I", "hegui_verify.py", bundle, signer(OTHER).public.hex(), cwd=unpacked).returncode == 1


def test_a_duckdb_shell_recomputes_any_check_from_the_files_inside(unpacked: Path) -> None:
    """The commands of the README, given to the engine in the folder of the bundle."""
    import duckdb

    done, counts = run(), json.loads(payload(real())["data/populations.json"])
    here = os.getcwd()
    os.chdir(unpacked)
    try:
        shell = duckdb.connect(":memory:")
        for name in ("00-macros", "01-tables", "02-views"):
            shell.execute((unpacked / f"data/sql/{name}.sql").read_text(encoding="utf-8"))
        for control in done.assessment.controls:
            for check in control.checks:
                if any(r.code.startswith("table_") for r in check.reasons):
                    continue
                rows = shell.execute((unpacked / f"data/sql/checks/{control.id}.{check.id}.sql").read_text(encoding="utf-8")).fetchall()
                assert len({r[3] for r in rows}) == check.v + check.u, f"{control.id}.{check.id}"
                assert shell.execute(counts[f"{control.id}.{check.id}"]["query"]).fetchone() == (check.n,)
    finally:
        os.chdir(here)


def test_two_time_zones_locales_hash_seeds_and_folders_give_the_same_bundle(tmp_path: Path) -> None:
    program = "import hashlib\nfrom tests.bundle.sealed import real\nprint(hashlib.sha256(real()).hexdigest())"
    root, shown = Path(__file__).parents[2], set()
    for zone, locale, seed, folder in (("UTC", "C", "0", root), ("Asia/Shanghai", "C.UTF-8", "1", tmp_path), ("America/New_York", "POSIX", "99", tmp_path)):
        environment = {**os.environ, "TZ": zone, "LC_ALL": locale, "PYTHONHASHSEED": seed, "PYTHONUTF8": "1", "PYTHONPATH": str(root)}
        done = subprocess.run([sys.executable, "-c", program], env=environment, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        shown.add(done.stdout)
    assert len(shown) == 1
