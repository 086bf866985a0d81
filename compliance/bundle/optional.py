"""What a bundle may carry beside the ed25519 signatures: an SM2 signature, an SM3 manifest, an RFC 3161 token.

An optional part that the trust file says nothing about is refused rather than overlooked: whoever wants to look past it says so.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from compliance.bundle import bag, container, openssl
from compliance.bundle.errors import BundleError
from compliance.bundle.seal import RAW_SIGNATURE, SM2_SIGNATURE, SM3_MANIFEST, TOKEN
from compliance.bundle.trust import Trust

_CHINA: Final = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class Extras:
    """What was checked besides; empty parts were not there.

    sm2:     the public point whose signature holds, in hexadecimal
    sm3:     ``checked``, or ``unavailable`` where this Python has no SM3
    stamped: the authority's moment, ISO 8601 in UTC
    ignored: parts that the trust file says to look past
    """

    sm2: str = ""
    sm3: str = ""
    stamped: str = ""
    ignored: tuple[str, ...] = ()


def check(kept: Mapping[str, bytes], listed: bytes, payload: Mapping[str, bytes] | None, predicate: Mapping[str, Any], trust: Trust) -> Extras:
    """Every optional part that is there, and every one that the trust file asks for.  Raises BundleError.

    payload: None when its bytes are not at hand: an SM3 manifest is then left alone
    """
    ignored = tuple(p for p, name in (("sm2", SM2_SIGNATURE), ("timestamp", TOKEN)) if p in trust.ignore and name in kept)
    return Extras(
        "" if "sm2" in ignored else _sm2(kept.get(SM2_SIGNATURE), listed, trust),
        _sm3(kept[SM3_MANIFEST], payload) if SM3_MANIFEST in kept and payload is not None else "",
        "" if "timestamp" in ignored else _token(kept.get(TOKEN), kept[RAW_SIGNATURE], predicate, trust), ignored,
    )  # fmt: skip


def _sm2(signature: bytes | None, listed: bytes, trust: Trust) -> str:
    if signature is None:
        if trust.sm2:
            raise BundleError("sm2", "the trust file asks for one and there is none")
        return ""
    if not trust.sm2:
        raise BundleError("unchecked", "an SM2 signature", where=SM2_SIGNATURE, fix="add the firm's SM2 key to the trust file, or write ignore: [sm2]")
    for point in trust.sm2:
        if openssl.sm2_verify(point, signature, listed):
            return point.hex()
    if any(openssl.sm2_verify(p, signature, listed, "") for p in trust.sm2):
        raise BundleError("sm2_identity", f"made under the empty identity instead of {openssl.IDENTITY}", where=SM2_SIGNATURE)
    raise BundleError("sm2", "", where=SM2_SIGNATURE)


def sm3(data: bytes) -> str | None:
    """SM3 in hexadecimal; None where this Python's OpenSSL has none."""
    if "sm3" not in hashlib.algorithms_available:
        return None
    return hashlib.new("sm3", data).hexdigest()


def _sm3(manifest: bytes, payload: Mapping[str, bytes]) -> str:
    listed = bag.parse(manifest, SM3_MANIFEST)
    made = {n: sm3(d) for n, d in payload.items()}
    if any(d is None for d in made.values()):
        return "unavailable"
    bag.check(listed, {n: str(d) for n, d in made.items()}, SM3_MANIFEST)
    return "checked"


def _token(token: bytes | None, signature: bytes, predicate: Mapping[str, Any], trust: Trust) -> str:
    if token is None:
        if trust.token_required:
            raise BundleError("timestamp_token", "the trust file asks for one and there is none")
        return ""
    if not trust.authorities:
        raise BundleError("unchecked", "an RFC 3161 token", where=TOKEN, fix="name the authority's certificate in the trust file, or write ignore: [timestamp]")
    moment = openssl.token_check(token, signature, trust.authorities, TOKEN)
    ended = _last_day(str(predicate["period"]))
    if (moment + _CHINA).date() < ended:
        raise BundleError("timestamp_early", f"{moment.isoformat()} lies before the end of the period, {ended.isoformat()}", where=TOKEN)
    return moment.isoformat()


def _last_day(period: str) -> date:
    from compliance.errors import UsageError
    from compliance.run.period import parse_period

    try:
        return parse_period(period).end
    except UsageError as error:
        raise BundleError("statement", f"period {period[:40]}") from error


def stamped(source: bytes, token: bytes) -> bytes:
    """The bundle with a token beside its signatures; statement and payload stay as they are.  Raises BundleError."""
    files: dict[str, bytes] = {}
    container.walk(io.BytesIO(source), take=lambda entry, stream: files.update({entry.name: b"".join(stream)}))
    if TOKEN in files:
        raise BundleError("timestamp_token", "there is one already", where=TOKEN)
    openssl.token_moment(token, "token")
    target = io.BytesIO()
    container.write({**files, TOKEN: token}, target)
    return target.getvalue()


def signature_of(source: bytes) -> bytes:
    """The raw signature that a token is asked for.  Raises BundleError."""
    found: dict[str, bytes] = {}
    container.walk(io.BytesIO(source), take=lambda entry, stream: found.update({entry.name: b"".join(stream)}) if entry.name == RAW_SIGNATURE else None)
    if RAW_SIGNATURE not in found:
        raise BundleError("unsigned", RAW_SIGNATURE)
    return found[RAW_SIGNATURE]


def shown(moment: str) -> str:
    """A moment as Chinese readers have it: UTC+8."""
    return (datetime.fromisoformat(moment) + _CHINA).strftime("%Y-%m-%d %H:%M:%S") + " (UTC+8)"
