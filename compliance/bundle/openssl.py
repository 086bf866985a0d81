"""The ``openssl`` command: SM2 signatures (GB/T 32918) and RFC 3161 tokens, which ``cryptography`` does not offer.

The signer's identity is always ``1234567812345678`` (GM/T 0009): the command's own default is the empty one, and a
signature made under it would be refused by every other implementation.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from compliance.bundle.errors import BundleError

IDENTITY: Final = "1234567812345678"
_SM2_PREFIX: Final = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
_ORDER: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_TIME: Final = re.compile(r"^Time stamp: (.+?) GMT\s*$", re.M)
_SECONDS: Final = 60


def run(*arguments: str, where: str = "") -> subprocess.CompletedProcess[bytes]:
    """One call, in English.  Raises BundleError ``tool`` when there is no such command or it hangs."""
    command = shutil.which("openssl")
    if command is None:
        raise BundleError("tool", "openssl", where=where, fix="install openssl 3, or leave SM2 and timestamps to a machine that has it")
    environment = {k: v for k, v in os.environ.items() if k in ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")} | {"LC_ALL": "C"}
    try:
        return subprocess.run([command, *arguments], env=environment, capture_output=True, check=False, stdin=subprocess.DEVNULL, timeout=_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise BundleError("tool", "openssl does not answer", where=where) from error


@contextmanager
def files(**named: bytes) -> Iterator[Mapping[str, str]]:
    """Bytes as files for the command, in a folder that only the user may read and that goes away."""
    with tempfile.TemporaryDirectory(prefix="hegui-") as folder:
        paths = {}
        for name, data in named.items():
            path = Path(folder) / name
            path.write_bytes(data)
            paths[name] = str(path)
        yield paths


def sm2_public_pem(point: bytes) -> bytes:
    """SubjectPublicKeyInfo PEM of an uncompressed point (65 bytes beginning with 04)."""
    body = base64.encodebytes(_SM2_PREFIX + point).decode().replace("\n", "")
    lines = "\n".join(body[i : i + 64] for i in range(0, len(body), 64))
    return f"-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----\n".encode()


def sm2_point(key: Path) -> bytes:
    """The public point of a private SM2 key in PEM.  Raises BundleError."""
    done = run("pkey", "-in", str(key), "-pubout", "-outform", "DER", where=str(key))
    if done.returncode or not done.stdout.startswith(_SM2_PREFIX) or len(done.stdout) != len(_SM2_PREFIX) + 65:
        raise BundleError("trust", "no SM2 private key", where=str(key), fix="openssl genpkey -algorithm SM2 -out sm2.key")
    return done.stdout[len(_SM2_PREFIX) :]


def sm2_sign(key: Path, data: bytes, identity: str = IDENTITY) -> bytes:
    """SM2 signature over SM3, DER.  Raises BundleError."""
    sm2_point(key)
    with files(data=data) as paths:
        done = run("pkeyutl", "-sign", "-inkey", str(key), "-rawin", "-digest", "sm3", "-pkeyopt", f"distid:{identity}", "-in", paths["data"], where=str(key))
    if done.returncode:
        raise BundleError("tool", done.stderr.decode("utf-8", "replace").strip()[:160], where=str(key))
    return done.stdout


def sm2_verify(point: bytes, signature: bytes, data: bytes, identity: str = IDENTITY) -> bool:
    """Whether an SM2 signature in strict DER holds under the identity."""
    if not _strict(signature):
        return False
    with files(data=data, sig=signature, key=sm2_public_pem(point)) as paths:
        done = run("pkeyutl", "-verify", "-pubin", "-inkey", paths["key"], "-rawin", "-digest", "sm3", "-pkeyopt", f"distid:{identity}", "-in", paths["data"], "-sigfile", paths["sig"])
    return done.returncode == 0


def _strict(signature: bytes) -> bool:
    """Two integers from 1 below the group order in the one spelling that DER allows."""
    position, numbers = 2, []
    for _ in range(2):
        size = signature[position + 1] if len(signature) > position + 1 else 0
        numbers.append(int.from_bytes(signature[position + 2 : position + 2 + size], "big"))
        position += 2 + size
    spelled = b"".join(b"\x02" + bytes([n.bit_length() // 8 + 1]) + n.to_bytes(n.bit_length() // 8 + 1, "big") for n in numbers)
    return all(0 < n < _ORDER for n in numbers) and signature == b"\x30" + bytes([len(spelled)]) + spelled


def token_moment(token: bytes, where: str) -> datetime:
    """When the authority says the data existed, UTC.  Raises BundleError for what is no granted token."""
    with files(token=token) as paths:
        done = run("ts", "-reply", "-in", paths["token"], "-text", where=where)
    found = _TIME.search(done.stdout.decode("utf-8", "replace"))
    if done.returncode or found is None:
        raise BundleError("timestamp_token", "not a granted RFC 3161 response", where=where)
    for form in ("%b %d %H:%M:%S %Y", "%b %d %H:%M:%S.%f %Y"):
        try:
            return datetime.strptime(" ".join(found[1].split()), form).replace(tzinfo=UTC)
        except ValueError:
            continue  # some authorities state fractions of a second
    raise BundleError("timestamp_token", "its time cannot be read", where=where)


def token_check(token: bytes, data: bytes, authorities: bytes, where: str) -> datetime:
    """The moment of a token that is over *data*, by one of the authorities (PEM, one after another).

    Certificates are judged at the moment of the token, so that an old bundle stays verifiable.  Raises BundleError:
    ``timestamp_data`` (over something else), ``timestamp_purpose`` (a certificate not made for time stamping), ``timestamp_token``.
    """
    moment = token_moment(token, where)
    with files(token=token, data=data, ca=authorities) as paths:
        done = run("ts", "-verify", "-in", paths["token"], "-data", paths["data"], "-CAfile", paths["ca"], "-attime", str(int(moment.timestamp())), where=where)
    if done.returncode == 0:
        return moment
    said = done.stderr.decode("utf-8", "replace")
    if "imprint mismatch" in said:
        raise BundleError("timestamp_data", "", where=where)
    if "purpose" in said:
        raise BundleError("timestamp_purpose", "", where=where)
    raise BundleError("timestamp_token", said.strip().rpartition(":")[0].rpartition(":")[2][:120] or "not by a trusted authority", where=where)


def query(data: bytes) -> bytes:
    """A request for a token over *data*: SHA-256, certificate asked for, no nonce, so that the same data give the same request."""
    with files(data=data) as paths:
        done = run("ts", "-query", "-data", paths["data"], "-sha256", "-cert", "-no_nonce")
    if done.returncode:
        raise BundleError("tool", done.stderr.decode("utf-8", "replace").strip()[:160])
    return done.stdout
