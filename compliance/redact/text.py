"""Free text that ships: the detectors of the repository scan, and what needs no context once it stands in a register.

One list serves both ways: what ``replaced`` takes out is exactly what ``hits`` finds when a bundle is sealed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from compliance.redact.detectors import detect
from compliance.redact.pseudonyms import Pseudonyms

_WORTH: Final = re.compile(r"[0-9\uff10-\uff19]{6}|[0-9][ -][0-9]|@|护照|[Pp]assport")
"""Text without any of these holds no number or address worth scanning for."""
_MOBILE: Final = re.compile(r"(?<![0-9A-Za-z_.-])(?:(?:\+|00)?86[- ]?)?1[3-9][0-9](?:[- ]?[0-9]{4}){2}(?![0-9A-Za-z_-])")
_EMAIL: Final = re.compile(r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])")
_CLASS: Final = {"resident_id": "id_number", "passport": "id_number", "bank_card": "bank", "mobile": "phone", "email": "email"}


class TextHit(NamedTuple):
    """One hit: kind, offsets, and the masked form; never the value itself."""

    kind: str
    start: int
    end: int
    masked: str


def hits(text: str) -> Iterator[TextHit]:
    """Personal information in a text, in order, none inside another."""
    if not _WORTH.search(text):
        return
    found = [TextHit(h.kind, h.start, h.end, h.masked) for h in detect(text)]
    found += [TextHit("mobile", m.start(), m.end(), f"{m.group()[:3]}****{m.group()[-2:]}") for m in _MOBILE.finditer(text)]
    found += [TextHit("email", m.start(), m.end(), f"{m.group()[0]}***@…") for m in _EMAIL.finditer(text)]
    last = 0
    for hit in sorted(found, key=lambda h: (h.start, -h.end)):
        if hit.start >= last:
            yield hit
            last = hit.end


def replaced(text: str, pseudonyms: Pseudonyms) -> str:
    """The text with every hit replaced: numbers by their pseudonym, so that they still join; lists of people by a count."""
    out, last = [], 0
    for hit in hits(text):
        kind = _CLASS.get(hit.kind)
        out += [text[last : hit.start], pseudonyms.of(kind, text[hit.start : hit.end]) if kind else hit.masked]
        last = hit.end
    return "".join([*out, text[last:]]) if out else text


_FORMULA: Final = re.compile(r"=|[\t\r]|[+@-](?=.*[(|!])", re.S)


def runs(text: str) -> bool:
    """Whether a spreadsheet would run the cell: a formula, a call, a link to another program; plain signed numbers are none."""
    return _FORMULA.match(text) is not None


def inert(text: str) -> str:
    """The text as a spreadsheet shows it and never runs it."""
    return "'" + text if runs(text) else text
