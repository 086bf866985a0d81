"""OpenSSL cipher lists: which suites a text such as ``HIGH:!aNULL:!MD5`` lets through.

Source of the rules: OpenSSL manual page "openssl-ciphers", sections "CIPHER LIST FORMAT", "CIPHER STRINGS" and
"CIPHER SUITE NAMES".  The suites are those of OpenSSL up to 1.0.2 and later ones together, classed as since
1.1.0 (3DES and RC4 are MEDIUM and not in DEFAULT): a list is judged by what it admits, not by one build.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final


@dataclass(frozen=True, slots=True)
class Suite:
    """One suite: key exchange, authentication, encryption, message digest, and whether of export strength."""

    name: str
    kx: str
    auth: str
    enc: str
    mac: str
    export: bool = False

    @property
    def strength(self) -> str:
        """OpenSSL's class: HIGH, MEDIUM, LOW, EXPORT or NULL."""
        if self.enc == "NULL":
            return "NULL"
        if self.export:
            return "EXPORT"
        return {
            "DES": "LOW",
            "3DES": "MEDIUM",
            "RC4": "MEDIUM",
            "RC2": "MEDIUM",
            "SEED": "MEDIUM",
            "IDEA": "MEDIUM",
        }.get(self.enc, "HIGH")

    @property
    def weak(self) -> bool:
        """NULL, EXPORT, RC4, RC2, DES, 3DES, MD5 or anonymous."""
        return self.rank < 6

    @property
    def rank(self) -> int:
        """Order of weakness, weakest first."""
        if self.enc == "NULL":
            return 0
        if self.auth == "NULL":
            return 1
        if self.export:
            return 2
        order = {"DES": 3, "RC2": 4, "RC4": 4, "3DES": 5, "SEED": 6, "IDEA": 6}
        return min(order.get(self.enc, 7 if self.mac != "AEAD" else 8), 4 if self.mac == "MD5" else 8)


_PREFIXES: Final = (
    ("ECDHE-ECDSA-", "ECDHE", "ECDSA"), ("ECDHE-RSA-", "ECDHE", "RSA"), ("ECDHE-PSK-", "ECDHE", "PSK"),
    ("ECDH-ECDSA-", "ECDH", "ECDH"), ("ECDH-RSA-", "ECDH", "ECDH"), ("AECDH-", "ECDHE", "NULL"),
    ("DHE-RSA-", "DHE", "RSA"), ("EDH-RSA-", "DHE", "RSA"), ("DHE-DSS-", "DHE", "DSS"), ("EDH-DSS-", "DHE", "DSS"),
    ("DHE-PSK-", "DHE", "PSK"), ("ADH-", "DHE", "NULL"), ("DH-RSA-", "DH", "DH"), ("DH-DSS-", "DH", "DH"),
    ("RSA-PSK-", "RSAPSK", "RSA"), ("PSK-", "PSK", "PSK"), ("SRP-RSA-", "SRP", "RSA"), ("SRP-DSS-", "SRP", "DSS"),
    ("SRP-", "SRP", "SRP"), ("KRB5-", "KRB5", "KRB5"),
)  # fmt: skip

_ENCRYPTIONS: Final = (
    ("NULL", "NULL"), ("CHACHA20", "CHACHA20"), ("AES128-GCM", "AES128GCM"), ("AES256-GCM", "AES256GCM"),
    ("AES128-CCM", "AES128CCM"), ("AES256-CCM", "AES256CCM"), ("AES128", "AES128"), ("AES256", "AES256"),
    ("AES-128", "AES128"), ("AES-256", "AES256"), ("CAMELLIA128", "CAMELLIA128"), ("CAMELLIA256", "CAMELLIA256"),
    ("ARIA128", "ARIA128"), ("ARIA256", "ARIA256"), ("SM4", "SM4"), ("SEED", "SEED"), ("IDEA", "IDEA"), ("RC4", "RC4"),
    ("RC2", "RC2"), ("DES-CBC3", "3DES"), ("3DES", "3DES"), ("DES-CBC", "DES"),
)  # fmt: skip


def suite(name: str) -> Suite | None:
    """A suite by its OpenSSL or IANA name; None when the name is not one."""
    text = name
    if name.startswith(("TLS_", "SSL_")):
        return _iana(name)
    export = text.startswith(("EXP-", "EXP1024-"))
    if export:
        text = text.partition("-")[2]
    kx, auth = "RSA", "RSA"
    for prefix, exchange, authentication in _PREFIXES:
        if text.startswith(prefix):
            text, kx, auth = text[len(prefix) :], exchange, authentication
            break
    enc = next((kind for word, kind in _ENCRYPTIONS if text.startswith(word)), "")
    if not enc:
        return None
    aead = enc.endswith(("GCM", "CCM")) or enc == "CHACHA20"
    mac = "AEAD" if aead else next((m for m in ("SHA256", "SHA384", "MD5", "SHA") if text.endswith("-" + m)), "SHA")
    return Suite(name, kx, auth, enc, mac, export)


def _iana(name: str) -> Suite | None:
    left, found, right = name.upper().partition("_WITH_")
    if not found:
        return None  # suites of TLS 1.3 are not chosen by cipher lists
    text = (
        right.replace("3DES_EDE_CBC", "DES-CBC3").replace("DES_CBC", "DES-CBC").replace("AES_", "AES").replace("_", "-")
    )
    enc = next((kind for word, kind in _ENCRYPTIONS if text.startswith(word)), "")
    if not enc:
        return None
    aead = enc.endswith(("GCM", "CCM")) or enc == "CHACHA20"
    mac = "AEAD" if aead else next((m for m in ("SHA256", "SHA384", "MD5", "SHA") if text.endswith("-" + m)), "SHA")
    kx = next((k for k in ("ECDHE", "ECDH", "DHE", "DH", "PSK", "SRP") if f"_{k}" in left), "RSA")
    auth = "NULL" if "_ANON" in left else next((a for a in ("ECDSA", "DSS", "PSK", "RSA") if left.endswith(a)), "RSA")
    return Suite(name, kx, auth, enc, mac, "EXPORT" in left)


_NAMES: Final = """
ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-RSA-AES256-GCM-SHA384 DHE-RSA-AES256-GCM-SHA384 DHE-DSS-AES256-GCM-SHA384
ECDHE-ECDSA-CHACHA20-POLY1305 ECDHE-RSA-CHACHA20-POLY1305 DHE-RSA-CHACHA20-POLY1305 ECDHE-ECDSA-AES256-CCM
ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-RSA-AES128-GCM-SHA256 DHE-RSA-AES128-GCM-SHA256 DHE-DSS-AES128-GCM-SHA256
ECDHE-ECDSA-AES256-SHA384 ECDHE-RSA-AES256-SHA384 ECDHE-ECDSA-AES128-SHA256 ECDHE-RSA-AES128-SHA256
ECDHE-ECDSA-AES256-SHA ECDHE-RSA-AES256-SHA ECDHE-ECDSA-AES128-SHA ECDHE-RSA-AES128-SHA
DHE-RSA-AES256-SHA256 DHE-RSA-AES128-SHA256 DHE-RSA-AES256-SHA DHE-RSA-AES128-SHA DHE-DSS-AES256-SHA DHE-DSS-AES128-SHA
DHE-RSA-CAMELLIA256-SHA DHE-RSA-CAMELLIA128-SHA CAMELLIA256-SHA CAMELLIA128-SHA
ECDH-RSA-AES256-SHA ECDH-RSA-AES128-SHA ECDH-ECDSA-AES256-SHA ECDH-ECDSA-AES128-SHA
AES256-GCM-SHA384 AES128-GCM-SHA256 AES256-CCM AES128-CCM AES256-SHA256 AES128-SHA256 AES256-SHA AES128-SHA
PSK-AES256-CBC-SHA PSK-AES128-CBC-SHA SRP-RSA-AES-256-CBC-SHA SRP-RSA-AES-128-CBC-SHA
ADH-AES256-GCM-SHA384 ADH-AES128-GCM-SHA256 ADH-AES256-SHA ADH-AES128-SHA ADH-CAMELLIA256-SHA
AECDH-AES256-SHA AECDH-AES128-SHA
DHE-RSA-SEED-SHA SEED-SHA IDEA-CBC-SHA
ECDHE-ECDSA-RC4-SHA ECDHE-RSA-RC4-SHA RC4-SHA RC4-MD5 ADH-RC4-MD5 AECDH-RC4-SHA PSK-RC4-SHA
ECDHE-ECDSA-DES-CBC3-SHA ECDHE-RSA-DES-CBC3-SHA EDH-RSA-DES-CBC3-SHA EDH-DSS-DES-CBC3-SHA DES-CBC3-SHA
ADH-DES-CBC3-SHA AECDH-DES-CBC3-SHA PSK-3DES-EDE-CBC-SHA
EDH-RSA-DES-CBC-SHA DES-CBC-SHA ADH-DES-CBC-SHA
EXP-RC4-MD5 EXP-DES-CBC-SHA EXP-RC2-CBC-MD5 EXP-EDH-RSA-DES-CBC-SHA EXP-ADH-RC4-MD5
NULL-SHA256 NULL-SHA NULL-MD5 ECDHE-RSA-NULL-SHA ECDHE-ECDSA-NULL-SHA AECDH-NULL-SHA
"""


@lru_cache(maxsize=1)
def _catalog() -> tuple[Suite, ...]:
    return tuple(found for name in _NAMES.split() if (found := suite(name)) is not None)


def _modern(s: Suite) -> bool:
    return s.mac == "AEAD" or s.mac in ("SHA256", "SHA384")


_ALIASES: Final[dict[str, Callable[[Suite], bool]]] = {
    "ALL": lambda s: s.enc != "NULL",
    "COMPLEMENTOFALL": lambda s: s.enc == "NULL",
    "DEFAULT": lambda s: s.strength == "HIGH" and s.auth != "NULL",
    "COMPLEMENTOFDEFAULT": lambda s: s.enc != "NULL" and (s.strength != "HIGH" or s.auth == "NULL"),
    "HIGH": lambda s: s.strength == "HIGH",
    "MEDIUM": lambda s: s.strength == "MEDIUM",
    "LOW": lambda s: s.strength == "LOW",
    "EXPORT": lambda s: s.export,
    "eNULL": lambda s: s.enc == "NULL",
    "aNULL": lambda s: s.auth == "NULL",
    "kRSA": lambda s: s.kx == "RSA",
    "aRSA": lambda s: s.auth == "RSA",
    "RSA": lambda s: s.kx == "RSA",
    "kDHE": lambda s: s.kx == "DHE",
    "DHE": lambda s: s.kx == "DHE" and s.auth != "NULL",
    "DH": lambda s: s.kx in ("DHE", "DH"),
    "ADH": lambda s: s.kx == "DHE" and s.auth == "NULL",
    "kECDHE": lambda s: s.kx == "ECDHE",
    "ECDHE": lambda s: s.kx == "ECDHE" and s.auth != "NULL",
    "ECDH": lambda s: s.kx in ("ECDHE", "ECDH"),
    "AECDH": lambda s: s.kx == "ECDHE" and s.auth == "NULL",
    "aDSS": lambda s: s.auth == "DSS",
    "aECDSA": lambda s: s.auth == "ECDSA",
    "aECDH": lambda s: s.auth == "ECDH",
    "PSK": lambda s: "PSK" in (s.kx, s.auth) or s.kx == "RSAPSK",
    "SRP": lambda s: s.kx == "SRP",
    "KRB5": lambda s: s.kx == "KRB5",
    "AES": lambda s: s.enc.startswith("AES"),
    "AES128": lambda s: s.enc.startswith("AES128"),
    "AES256": lambda s: s.enc.startswith("AES256"),
    "AESGCM": lambda s: s.enc.endswith("GCM"),
    "AESCCM": lambda s: s.enc.endswith("CCM"),
    "CHACHA20": lambda s: s.enc == "CHACHA20",
    "CAMELLIA": lambda s: s.enc.startswith("CAMELLIA"),
    "CAMELLIA128": lambda s: s.enc == "CAMELLIA128",
    "CAMELLIA256": lambda s: s.enc == "CAMELLIA256",
    "3DES": lambda s: s.enc == "3DES",
    "DES": lambda s: s.enc == "DES",
    "RC4": lambda s: s.enc == "RC4",
    "RC2": lambda s: s.enc == "RC2",
    "IDEA": lambda s: s.enc == "IDEA",
    "SEED": lambda s: s.enc == "SEED",
    "MD5": lambda s: s.mac == "MD5",
    "SHA1": lambda s: s.mac == "SHA",
    "SHA256": lambda s: s.mac == "SHA256",
    "SHA384": lambda s: s.mac == "SHA384",
    "TLSv1.2": _modern,
    "SSLv3": lambda s: not _modern(s),
    "FIPS": lambda s: s.enc.startswith("AES") and s.auth != "NULL",
    "SUITEB128": lambda s: s.name in ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"),
}  # fmt: skip
_SAME: Final = {
    "EXP": "EXPORT", "EXPORT40": "EXPORT", "EXPORT56": "EXPORT", "NULL": "eNULL", "kEDH": "kDHE", "EDH": "DHE", "DSS": "aDSS",
    "kEECDH": "kECDHE", "EECDH": "ECDHE", "ECDSA": "aECDSA", "SHA": "SHA1", "TLSv1": "SSLv3", "TLSv1.0": "SSLv3",
    "kPSK": "PSK", "aPSK": "PSK", "kSRP": "SRP", "kDH": "DH", "kECDH": "ECDH", "SUITEB192": "SUITEB128", "SUITEB128ONLY": "SUITEB128",
}  # fmt: skip


def _selects(token: str) -> Callable[[Suite], bool] | None:
    tests = []
    for word in token.split("+"):
        test = _ALIASES.get(_SAME.get(word, word))
        if test is None:
            if suite(word) is None or "+" in token:
                return None
            return lambda s, name=word: s.name == name  # type: ignore[misc]
        tests.append(test)
    return lambda s: all(test(s) for test in tests)


def accepted(text: str) -> tuple[Suite, ...] | None:
    """Suites that a cipher list lets through; None when it names nothing known.

    ``!x`` removes for good, ``-x`` removes until added again, ``+x`` only moves, ``@SECLEVEL=n`` filters.
    """
    catalog = list(_catalog())
    chosen: dict[str, Suite] = {}
    banned: set[str] = set()
    level, understood = 0, False
    for token in re.split(r"[:,\s]+", text.strip()[:20_000]):
        if token.startswith("@"):
            digits = token.partition("=")[2]
            level = (
                int(digits)
                if token.upper().startswith("@SECLEVEL") and digits[:1].isdecimal() and len(digits) == 1
                else level
            )
            continue
        action = token[:1] if token[:1] in ("!", "-", "+") else ""
        word = token[len(action) :]
        test = _selects(word) if word else None
        if test is None:
            continue
        named = suite(word) if "+" not in word and _SAME.get(word, word) not in _ALIASES else None
        if named is not None and all(s.name != named.name for s in catalog):
            catalog.append(named)
        hits = [s for s in catalog if test(s)]
        understood = understood or not action
        if action == "!":
            banned |= {s.name for s in hits}
        if action in ("!", "-"):
            for s in hits:
                chosen.pop(s.name, None)
        elif not action:
            chosen.update((s.name, s) for s in hits if s.name not in banned)
    return tuple(s for s in chosen.values() if _allowed(s, level)) if understood else None


def _allowed(s: Suite, level: int) -> bool:
    """SSL_CTX_set_security_level(3): what a security level refuses."""
    if level >= 1 and (s.rank < 4 or s.mac == "MD5"):
        return False
    if level >= 2 and s.enc in ("RC4", "RC2"):
        return False
    return level < 3 or s.strength == "HIGH"


def weakest(suites: tuple[Suite, ...]) -> Suite | None:
    """The weakest of the suites."""
    return min(suites, key=lambda s: (s.rank, s.name), default=None)
