"""Names and numbers that personal columns hold, wherever else they stand: in remarks, document names, paths.

No detector can tell that two characters are somebody's name; the registers say so themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from compliance.redact.pseudonyms import PREFIXES

_WIDE: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_SPREAD: Final = frozenset({"name", "email", "phone"})
"""Classes whose values identify a person by themselves; accounts and numbers of registers do not."""
SPREADING: Final = frozenset(PREFIXES[kind] for kind in _SPREAD)
"""First letters of their pseudonyms."""


class KnownValues:
    """Replaces every known value by its pseudonym.

    signs:      value as it was written -> pseudonym
    vocabulary: text of the declarations: a value that is a word of it (a client called 其他) cannot be told from that word
    """

    def __init__(self, signs: Mapping[str, str], vocabulary: str = "") -> None:
        self._signs = {v.strip(): s for v, s in signs.items() if _telling(v.strip()) and v.strip() not in vocabulary}
        self._starts: dict[str, list[str]] = {}
        for value in sorted(self._signs, key=lambda v: (-len(v), v)):
            self._starts.setdefault(value[:2], []).append(value)
        self._firsts = frozenset(v[0] for v in self._signs)

    def found(self, text: str) -> Iterator[tuple[int, str]]:
        """(offset, value) of every known value in a text, longest first, none inside another."""
        if self._firsts.isdisjoint(text):
            return
        position = 0
        while position < len(text) - 1:
            value = next((v for v in self._starts.get(text[position : position + 2], ()) if text.startswith(v, position) and _whole(text, position, v)), None)
            if value is None:
                position += 1
                continue
            yield position, value
            position += len(value)

    def replaced(self, text: str) -> str:
        """The text with pseudonyms in place of known values."""
        out, last = [], 0
        for position, value in self.found(text):
            out += [text[last:position], self._signs[value]]
            last = position + len(value)
        return "".join([*out, text[last:]]) if out else text


def spreading(kind: str) -> bool:
    """Whether values of a class of personal data are looked for outside their column."""
    return kind in _SPREAD


def _telling(value: str) -> bool:
    """Long enough to be looked for: two Chinese characters, or five others with a letter."""
    return len(value) >= 2 if _WIDE.search(value) else len(value) >= 5 and any(c.isalpha() for c in value)


def _whole(text: str, position: int, value: str) -> bool:
    """A value in Latin letters counts as a whole word only."""
    if _WIDE.search(value):
        return True
    before, after = text[position - 1 : position], text[position + len(value) : position + len(value) + 1]
    return not any(c.isascii() and (c.isalnum() or c == "_") for c in (before, after) if c)


def words_of(titles: Iterable[str]) -> str:
    """Words of declarations as one vocabulary."""
    return "\n".join(titles)
