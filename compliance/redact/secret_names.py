"""Names that hold secrets: the last words of an identifier decide, so ``db_password`` is one and ``password_policy`` is not."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from compliance.redact.words import words


class NameClass(NamedTuple):
    """What a name promises about its value.

    kind:  ``password``, ``access_key``, ``secret_key``, ``private_key``, ``token``, ``secret``, ``credential``
    proof: how much the value must look like a secret: ``any`` literal (a weak password is one too),
           ``literal`` (anything but a plain lower-case word, which is rather the name of something),
           ``random`` (letters and digits without meaning)
    """

    kind: str
    proof: str


_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[一-鿿]+")

# Words after the head noun that do not change what is meant: db_password_prod, password_value.
_TRAILING: Final = words(
    "value plain plaintext raw default prod production prd dev development stage staging uat qa test local base64 b64 old new primary secondary main current master replica"
)
_VERBS: Final = words(
    "manage rotate enable disable require required allow generate generated create use has is reset change force show hide block expire ignore get set read check validate verify "
    "forgot update with no without skip store existing existed encrypted hashed sealed external remove delete ask prompt confirm min max minimum maximum wo next page continuation "
    "pagination cancellation csrf num number count http kms public"
)

_PASSWORD: Final = words("password passwd passwort passphrase passcode pwd requirepass masterauth rootpw bindpw pgpassword mysqlpwd pword passwords_plain 密码 口令")
_PASSWORD_END: Final = ("password", "passwd", "passphrase", "pwd", "密码", "口令")
# The word before "key" that makes it a secret: (kind, proof).
_KEYS: Final = {
    "api": ("token", "literal"),
    "access": ("access_key", "literal"),
    "secret": ("secret_key", "literal"),
    "private": ("private_key", "literal"),
    "account": ("secret_key", "random"),
    "storage": ("secret_key", "random"),
    "encryption": ("secret_key", "random"),
    "encrypt": ("secret_key", "random"),
    "signing": ("secret_key", "literal"),
    "shared": ("secret_key", "any"),
    "preshared": ("secret_key", "any"),
    "auth": ("secret_key", "literal"),
    "application": ("secret_key", "random"),
    "app": ("secret_key", "random"),
    "license": ("secret_key", "random"),
    "master": ("secret_key", "random"),
    "hmac": ("secret_key", "random"),
    "jwt": ("secret_key", "literal"),
    "aes": ("secret_key", "random"),
    "des": ("secret_key", "random"),
}
_JOINED_KEYS: Final = {"apikey": ("token", "literal"), "accesskey": ("access_key", "literal"), "secretkey": ("secret_key", "literal"), "privatekey": ("private_key", "literal"), "psk": ("secret_key", "any"), "authkey": ("secret_key", "literal"), "密钥": ("secret_key", "literal")}  # fmt: skip
_SECRET_OF: Final = words(
    "client app application jwt api session cookie webhook auth signing hmac oauth consumer key accesskey shared django flask rails erlang access user bot corp agent robot service"
)
_TOKEN_OF: Final = words("auth access api bearer bot deploy security session refresh github gitlab gitea slack vault consul registry npm pypi sonar jenkins runner admin root personal user service robot webhook")


@lru_cache(maxsize=4096)
def name_class(name: str) -> NameClass | None:
    """What the name promises, or None when it does not name a secret."""
    words = [w.lower() for w in _WORD.findall(name)]
    while len(words) > 1 and words[-1] in _TRAILING:
        words.pop()
    if not words or words[0] in _VERBS or (len(words) > 1 and words[-2] in _VERBS):
        return None
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    shouted = name.isupper()
    if last in _PASSWORD or last.endswith(_PASSWORD_END) or (last == "pass" and (len(words) > 1 or name.lower() == "pass")):
        return NameClass("password", "any")
    if last == "key":
        found = _KEYS.get(before)
        if words[-3:] == ["pre", "shared", "key"]:
            found = ("secret_key", "any")
        elif words[-3:] == ["secret", "access", "key"]:
            found = ("secret_key", "literal")
        return _named(found, shouted)
    if last in _JOINED_KEYS:
        return _named(_JOINED_KEYS[last], shouted)
    if last in ("string", "data", "text") and before == "secret":
        return NameClass("secret", "any")
    if last == "secret":
        return NameClass("secret", "any" if shouted and len(words) > 1 else "literal" if before in _SECRET_OF else "random")
    if last in ("token", "authtoken", "accesstoken"):
        return NameClass("token", "literal" if before in _TOKEN_OF or shouted or last != "token" else "random")
    if last in ("credential", "credentials", "auth", "sk"):
        return NameClass("credential", "random")
    return None


def _named(found: tuple[str, str] | None, shouted: bool) -> NameClass | None:
    """``SECRET_KEY=supersecret`` is a constant with a value; ``secretKey: password`` may name the field of a secret."""
    if found is None:
        return None
    return NameClass(found[0], "any" if shouted and found[1] == "literal" else found[1])
