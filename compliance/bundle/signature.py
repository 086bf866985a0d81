"""Signatures: ed25519 (RFC 8032) over DSSE's PAE, over the tag manifest alone, and as SSHSIG for ``ssh-keygen -Y verify``.

Which key and which algorithm count is decided by the auditor's trust file, never by what a bundle says of itself.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from typing import Any, Final

from compliance.bundle.canonical import from_json, to_json
from compliance.bundle.errors import BundleError

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
SSH_NAMESPACE: Final = "hegui-bundle"
# Points of small order and other encodings that verify for more than one message (RFC 8032, cofactor; Chalkias et al. 2020).
_P: Final = 2**255 - 19
_SMALL_ORDER_Y: Final = frozenset({
    0, 1, _P - 1, 2707385501144840649318225287225658788936804267575313519463743609750303021022,
    55188659117513257062467267217118295137698188065244968500265048394206261417927,
})  # fmt: skip


def new_key() -> bytes:
    """A new private key as PKCS #8 PEM."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


class Signer:
    """Signs with one private key."""

    def __init__(self, pem: bytes, where: str = "") -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        try:
            key = load_pem_private_key(pem, None)
        except (ValueError, TypeError) as error:
            raise BundleError("trust", "no private key in PEM without a passphrase", where=where, fix="hegui bundle --new-key makes one") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise BundleError("trust", "the key is not ed25519", where=where)
        self._key = key
        self.public = key.public_key().public_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        """64 bytes."""
        return self._key.sign(data)


def key_id(public: bytes) -> str:
    """SHA-256 of the 32 bytes of a public key."""
    return hashlib.sha256(public).hexdigest()


def public_pem(public: bytes) -> bytes:
    """SubjectPublicKeyInfo PEM, as ``openssl pkeyutl -verify -pubin`` reads it."""
    prefix = bytes.fromhex("302a300506032b6570032100")
    return b"-----BEGIN PUBLIC KEY-----\n" + base64.b64encode(prefix + public) + b"\n-----END PUBLIC KEY-----\n"


def ssh_public(public: bytes) -> str:
    """One line as in ``authorized_keys``, without a comment."""
    return "ssh-ed25519 " + base64.b64encode(_text(b"ssh-ed25519") + _text(public)).decode()


def verify(public: bytes, signature: bytes, data: bytes) -> bool:
    """Whether a signature holds; keys of small order and signatures with S not below the group order never do."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    check_key(public)
    order = 2**252 + 27742317777372353535851937790883648493
    if len(signature) != 64 or int.from_bytes(signature[32:], "little") >= order:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def check_key(public: bytes) -> None:
    """Raises BundleError for a key that is no key, or for which anybody could sign."""
    y = int.from_bytes(public, "little") & ((1 << 255) - 1)
    if len(public) != 32 or y >= _P or y in _SMALL_ORDER_Y:
        raise BundleError("weak_key", public.hex()[:64])


def pae(payload: bytes, kind: str = PAYLOAD_TYPE) -> bytes:
    """Pre-authentication encoding of DSSE 1.0."""
    return b"DSSEv1 %d %s %d %s" % (len(kind.encode()), kind.encode(), len(payload), payload)


def envelope(payload: bytes, signer: Signer, kind: str = PAYLOAD_TYPE) -> bytes:
    """The DSSE envelope in canonical JSON."""
    signed = {"keyid": key_id(signer.public), "sig": base64.b64encode(signer.sign(pae(payload, kind))).decode()}
    return to_json({"payload": base64.b64encode(payload).decode(), "payloadType": kind, "signatures": [signed]})


def opened(data: bytes, where: str, kind: str = PAYLOAD_TYPE) -> tuple[bytes, list[tuple[str, bytes]]]:
    """Payload and signatures of an envelope in canonical form.  Raises BundleError; nothing is verified here."""
    document = from_json(data, where)
    if not isinstance(document, dict) or set(document) != {"payload", "payloadType", "signatures"}:
        raise BundleError("envelope", "expected payload, payloadType, signatures", where=where)
    if document["payloadType"] != kind:
        raise BundleError("payload_type", str(document["payloadType"])[:80], where=where)
    signatures = document["signatures"]
    if not isinstance(signatures, list) or not signatures:
        raise BundleError("unsigned", "", where=where)
    found = []
    for item in signatures:
        if not isinstance(item, dict) or set(item) != {"keyid", "sig"} or not isinstance(item["keyid"], str):
            raise BundleError("envelope", "a signature has keyid and sig", where=where)
        found.append((item["keyid"], _unbase64(item["sig"], where)))
    return _unbase64(document["payload"], where), found


def _unbase64(text: Any, where: str) -> bytes:
    """Standard alphabet, padded, one spelling only."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError, TypeError) as error:
        raise BundleError("envelope", "base64", where=where) from error
    if base64.b64encode(data).decode() != text:
        raise BundleError("envelope", "base64 that is not canonical", where=where)
    return data


def _text(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def ssh_signed(message: bytes, namespace: str = SSH_NAMESPACE) -> bytes:
    """What SSHSIG signs (PROTOCOL.sshsig of OpenSSH, section 3)."""
    return b"SSHSIG" + _text(namespace.encode()) + _text(b"") + _text(b"sha512") + _text(hashlib.sha512(message).digest())


def ssh_signature(message: bytes, signer: Signer, namespace: str = SSH_NAMESPACE) -> bytes:
    """The armoured signature that ``ssh-keygen -Y verify -n hegui-bundle`` accepts."""
    key = _text(b"ssh-ed25519") + _text(signer.public)
    signed = _text(b"ssh-ed25519") + _text(signer.sign(ssh_signed(message, namespace)))
    blob = b"SSHSIG" + struct.pack(">I", 1) + _text(key) + _text(namespace.encode()) + _text(b"") + _text(b"sha512") + _text(signed)
    text = base64.b64encode(blob).decode()
    lines = "\n".join(text[i : i + 70] for i in range(0, len(text), 70))
    return f"-----BEGIN SSH SIGNATURE-----\n{lines}\n-----END SSH SIGNATURE-----\n".encode()
