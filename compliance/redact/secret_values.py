"""Values: which texts are literal secrets and which are references, placeholders, paths, hashes or plain words."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Final

from compliance.redact.words import words

# A value that is looked up, computed or encrypted elsewhere.
_REFERENCE: Final = re.compile(
    r"""(?ix)^(?:
      \$\{|\$\(|\$[A-Za-z_][A-Za-z0-9_.]*$|\$\d$|\{\{|%\{|%\(|%[A-Za-z_]+%$|\#\{|<%|<[^>]*>$|\[\[|@\{?\w+@|@@|@Microsoft\.|__\w+__$|`
      |var\.|local\.|module\.|data\.|each\.|self\.|path\.|env\.|env:|env\(|secrets\.|params?\.|inputs?\.|vars?\.|steps\.
      |arn:|acs:|ssm:|vault:|secretsmanager|awssm|op://|ref\+|sm://|keyvault|kms:|kms-|projects/|alias/|keybase:|file:|file\(|cipher:|\{cipher\}|ENC[\[(]|\{(?:SSHA|MD5|SHA|CRYPT)
      |\$(?:1|2[abxy]?|5|6|y|apr1|argon2\w*|pbkdf2[\w-]*|scrypt|7)\$|scram-sha-256\$|pbkdf2_sha|md5[0-9a-f]{32}$|\*[0-9A-F]{40}$|sha256:|sha512:
      |ssh-(?:rsa|ed25519|dss)\b|ecdsa-sha2|https?://|s3://|oss://|cos://|obs://
    )"""
)
_CODE: Final = re.compile(r"^[A-Za-z_$][\w$]*(?:(?:\.|->|::)[A-Za-z_]\w*|\[[^\]]*\])*\(|^[A-Za-z_]\w*(?:(?:\.|->|::)[A-Za-z_]\w*)+$|^[A-Za-z_][\w.]*\[")
_PATH: Final = re.compile(r"^(?:~|\.{1,2})?/[\w.@+-]*(?:/[\w.@+-]*)*$|^[A-Za-z]:[\\/]|^(?:[\w.@+-]+/)*[\w@+-][\w.@+-]*\.(?:pem|key|crt|cer|p12|pfx|jks|json|ya?ml|txt|env|conf|asc|pub|gpg|enc|sh|tpl)$")
_BLOCK: Final = re.compile(r"^[\[\](){}|>+*&-]+\d?$")
_YAML_MARK: Final = re.compile(r"^[!*&@][A-Za-z_]")

_NO_VALUE: Final = words(
    "true false yes no on off null nil none undefined string str text bool boolean int integer number object any map list array required optional enabled disabled enable disable default auto "
    "automatic generated random unset empty prompt ask deny allow preferred file env environment vault kms basic bearer plain plaintext sensitive securestring inherit optional_token "
    "md5 sha1 sha256 sha512 bcrypt scrypt scram-sha-256 crypt"
)
# Weak words that are a real password in a running file and an obvious stand-in in an example file.
_WEAK: Final = words("changeme change_me change-me changeit password passw0rd secret admin root test guest user pass letmein welcome default 123456 12345678 123456789 1234 12345 111111 postgres mysql redis")
_STAND_IN: Final = words("your example sample placeholder dummy replace insert here redacted masked hidden todo tbd fixme fill fillin xxx xxxx foobar_example notreal fake removed omitted goes replaceme")
_FILLER: Final = words(
    "my the a an is in me it this that with to be of for by from password passwd pwd pass secret token key api access auth db database user username admin root value string id client app aws "
    "please put enter change set super strong secure random some real own not never commit production prod dev account cloud private public session master changeme must"
)
_WORDS: Final = re.compile(r"[a-z]+|\d+")


def is_placeholder(value: str) -> bool:
    """Whether the text only stands in for a value: ``<password>``, ``xxxx``, ``your-password-here``, ``REPLACE_ME``."""
    folded = value.strip("<>[]{}()*_-. ").lower()
    if not folded or len(set(folded)) == 1 or re.search(r"x{5,}|\*{3,}|\.{3,}|…|•{3,}|_{4,}", folded):
        return True
    words = _WORDS.findall(folded)
    stand_in = any(w in _STAND_IN for w in words) or folded.startswith(("your", "example", "replace"))
    return stand_in and all(w in _STAND_IN or w in _FILLER or len(w) < 3 or w.startswith("your") for w in words)


def looks_random(value: str) -> bool:
    """Eight and more characters of at least two kinds with little repetition, or sixteen hexadecimal digits."""
    if len(value) < 8 or not re.search(r"\d", value) or not re.search(r"[A-Za-z]", value):
        return False
    if re.fullmatch(r"[a-z][a-z0-9]*(?:[-_.][a-z0-9]+)+", value) and entropy(value) < 3.8:
        return False  # a name such as tls-cert-2 or db.secret.v1
    kinds = sum(bool(re.search(p, value)) for p in ("[a-z]", "[A-Z]", r"\d", r"[^A-Za-z0-9]"))
    return entropy(value) >= (3.0 if len(value) >= 16 else 2.5) and (kinds >= 3 or len(value) >= 16)


def entropy(value: str) -> float:
    """Shannon entropy in bits a character."""
    size = len(value)
    return -sum(n / size * math.log2(n / size) for n in Counter(value).values())


def is_literal(value: str, proof: str, *, quoted: bool, example: bool, assignment: str = "") -> bool:
    """Whether a value is a secret written out.

    proof:      what the name demands (see ``NameClass``)
    quoted:     it stood in quotes, so it is no code
    example:    the file is an example or a template for people to copy: weak words stand in for a value
    assignment: file kind; environment files hold no code either
    """
    value = value.strip()
    if len(value) < 3 or len(value) > 4000 or any(c.isspace() for c in value) or not value.isascii():
        return False
    if "${" in value or "{{" in value or "$(" in value or "%{" in value:
        return False
    lowered = value.lower()
    if lowered in _NO_VALUE or _REFERENCE.match(value) or _BLOCK.match(value) or is_placeholder(value):
        return False
    if _PATH.match(value) and not (len(value) >= 40 and entropy(value) > 4.2 and "." not in value):
        return False
    if not quoted and assignment != "env" and (_CODE.match(value) or _YAML_MARK.match(value)):
        return False
    if example and (lowered in _WEAK or re.fullmatch(r"[a-z]+", lowered)):
        return False
    if proof == "any":
        return True
    if proof == "literal":
        return len(value) >= 6 and not re.fullmatch(r"[a-z]+(?:[-_. /][a-z]+)*|[A-Z][a-z]+|[A-Z_]+", value) and (not value.isdigit() or len(value) > 8)
    return looks_random(value)
