"""Keyed pseudonyms: the same person gets the same sign in every register, and nobody without the key can tell whose it is.

HMAC-SHA256 (RFC 2104) cut to 80 bits.  A value is normalised first, so that the same number typed in two ways stays one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import unicodedata
from dataclasses import dataclass
from typing import Final

PREFIXES: Final = {"name": "N", "phone": "T", "email": "M", "account": "A", "sensitive": "S", "id_number": "I", "bank": "B", "address": "D", "other": "O"}
"""Class of personal data -> first letter of its pseudonyms.  Free text is no class of its own: it is searched."""
_BITS: Final = 80
_COMMITMENT: Final = b"hegui/key-commitment/1"


def normalised(kind: str, value: str) -> str:
    """NFKC without spaces; telephones without 86, 0086 and signs; e-mail in lower case; identity numbers with a capital X; accounts of banks as digits."""
    text = "".join(unicodedata.normalize("NFKC", value).split())
    if kind == "phone":
        digits = "".join(c for c in text if c.isdigit())
        for prefix in ("0086", "86"):
            if digits.startswith(prefix) and len(digits) - len(prefix) == 11:
                return digits[len(prefix) :]
        return digits or text
    if kind == "bank":
        return "".join(c for c in text if c not in "-_.") or text
    return text.casefold() if kind == "email" else text.upper() if kind == "id_number" else text


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Pseudonyms under one key of 32 bytes; the key stays at the firm."""

    key: bytes

    def of(self, kind: str, value: str) -> str:
        """``A-k3j5...``: class letter and sixteen characters of base32."""
        digest = hmac.new(self.key, f"{kind}\0{normalised(kind, value)}".encode(), hashlib.sha256).digest()
        return f"{PREFIXES[kind]}-{base64.b32encode(digest[: _BITS // 8]).decode().lower()}"

    def salt(self, item: str) -> bytes:
        """Salt of one item of a bundle: nobody without the key can try out raw values against its commitment."""
        return hmac.new(self.key, b"hegui/salt/1\0" + item.encode(), hashlib.sha256).digest()

    @property
    def commitment(self) -> str:
        """What may be published about the key: later it can be shown that this key was used, and no other."""
        return hashlib.sha256(_COMMITMENT + hashlib.sha256(self.key).digest()).hexdigest()
