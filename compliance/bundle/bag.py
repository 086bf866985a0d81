"""BagIt 1.0 (RFC 8493): the declaration, the manifests in the form that ``sha256sum -c`` reads, and their strict check."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Final

from compliance.bundle.errors import BundleError

DECLARATION: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST: Final = "manifest-sha256.txt"
TAG_MANIFEST: Final = "tagmanifest-sha256.txt"
_LINE: Final = re.compile(r"([0-9a-f]{64})  (\S[^\r\n]*)")


def sha256(data: bytes) -> str:
    """Lower-case hexadecimal digest."""
    return hashlib.sha256(data).hexdigest()


def manifest(digests: Mapping[str, str]) -> bytes:
    """Lines ``digest  name`` in byte order of the names."""
    return "".join(f"{digests[n]}  {n}\n" for n in sorted(digests, key=str.encode)).encode()


def parse(data: bytes, where: str) -> dict[str, str]:
    """Name -> digest.  Raises BundleError unless the bytes are just what ``manifest`` writes."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BundleError("manifest_syntax", "not UTF-8", where=where) from error
    found: dict[str, str] = {}
    for number, line in enumerate(text.split("\n")[:-1], 1):
        match = _LINE.fullmatch(line)
        if match is None or match[2] in found:
            raise BundleError("manifest_syntax", "twice" if match else "expected: 64 hexadecimal digits, two spaces, name", where=f"{where}:{number}")
        found[match[2]] = match[1]
    if manifest(found) != data:
        raise BundleError("manifest_syntax", "not in canonical form (order, line ends, final newline)", where=where)
    return found


def info(lines: Mapping[str, str], payload: Mapping[str, int]) -> bytes:
    """``bag-info.txt`` with the octet count and number of files of the payload."""
    pairs = {**lines, "Payload-Oxum": f"{sum(payload.values())}.{len(payload)}"}
    return "".join(f"{k}: {pairs[k]}\n" for k in sorted(pairs)).encode()


def check(listed: Mapping[str, str], met: Mapping[str, str], where: str) -> None:
    """Both sets are the same and every digest agrees.  Raises BundleError with the first name that does not."""
    for name in sorted(set(listed) - set(met)):
        raise BundleError("manifest_missing", name, where=where)
    for name in sorted(set(met) - set(listed)):
        raise BundleError("manifest_extra", name, where=where)
    for name in sorted(listed):
        if listed[name] != met[name]:
            raise BundleError("digest", name, where=where)
