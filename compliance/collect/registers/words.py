"""Normal forms of headers, sheet names, ids and cells; NFKC is for these only, never for free text."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

# Zero-width characters, soft hyphen and byte order marks that copy and paste leaves behind.
_INVISIBLE: Final = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
_BRACKETED: Final = re.compile(r"[(\[{【〔《<][^()\[\]{}【】〔〕《》<>]*[)\]}】〕》>]")
_MARKS: Final = re.compile(r"[\s*:：,，、。.;；_\-–—/\\#☆★|\"'“”]+")
_NUMBERING: Final = re.compile(r"^(?:\d{1,3}|[一二三四五六七八九十]{1,3}|附件\d*|表\d+)[.、_\-\s)]+")
_PREFIX: Final = re.compile(r"^\d{4}(?:年)?(?:度)?(?:[\s_\-]*(?:q[1-4]|第?[一二三四1-4]季度|\d{1,2}月))?[\s_\-.]*(?=\D)")
_SUFFIX: Final = re.compile(r"(?:[\s_\-]*(?:\d{4}(?:年)?(?:度)?(?:[\s_\-]*(?:q[1-4]|第?[一二三四1-4]季度|\d{1,2}月?))?(?:[\s_\-]*\d{1,2}日?)?|v\d+(?:\.\d+)*|副本|copy|\d{1,2}|最新|最终版|终版|登记|导出))+$")


def nfkc(text: str) -> str:
    """NFKC, without invisible characters, trimmed."""
    if text.isascii():
        return text.strip()
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).strip()


def clean(text: str) -> str:
    """Trimmed text without invisible characters; nothing else is changed."""
    if text.isascii():
        return text.strip()
    return _INVISIBLE.sub("", text).strip().strip("\u3000\u00a0").strip()


@lru_cache(maxsize=16384)
def header_forms(text: str) -> tuple[str, str]:
    """The header with and without its bracketed remarks, without case, blanks and punctuation."""
    plain = nfkc(text).lower()
    return _MARKS.sub("", re.sub(r"[()\[\]{}【】〔〕]", "", plain)), _MARKS.sub("", _BRACKETED.sub("", plain))


@lru_cache(maxsize=4096)
def name_forms(text: str) -> tuple[str, ...]:
    """A sheet or file name, first as it is, then without brackets, numbering, period and version."""
    plain = nfkc(text).lower()
    forms = [_MARKS.sub("", plain)]
    bare = _BRACKETED.sub("", plain).strip()
    bare = _PREFIX.sub("", _NUMBERING.sub("", bare).strip()).strip()
    for _ in range(2):
        bare = _SUFFIX.sub("", bare).strip() or bare
    forms.append(_MARKS.sub("", bare))
    return tuple(dict.fromkeys(f for f in forms if f))


@lru_cache(maxsize=16384)
def letters(index: int) -> str:
    """Column letters of a 0-based index: 0 -> A, 26 -> AA."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text


def column_index(name: str) -> int:
    """0-based index of column letters."""
    index = 0
    for character in name.upper():
        index = index * 26 + ord(character) - 64
    return index - 1


def shorten(text: str, limit: int = 40) -> str:
    """One line of at most *limit* characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
