"""Personal information in text, by structure, checksum and context.

Resident identity number: GB 11643-1999 (province, birth date, ISO 7064 MOD 11-2).  Bank card: ISO/IEC 7812
(Luhn) with the 62 range of UnionPay or a card word nearby.  Mobile: 11 digits from 13 to 19, only with context.
The unified social credit code of an enterprise is not personal information.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from compliance.redact.mask import masked_id

Kind = Literal["resident_id", "bank_card", "mobile", "passport", "email_list", "name_list"]


@dataclass(frozen=True, slots=True)
class Hit:
    """One hit: offsets into the text, and the masked value; never the value."""

    kind: Kind
    start: int
    end: int
    confidence: Literal["certain", "likely"]
    masked: str


_PROVINCES: Final = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
    ]
)
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK: Final = "10X98765432"
_WIDE: Final = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789Xx")
_TEST_CARDS: Final = frozenset({"4111111111111111", "4242424242424242", "5555555555554444", "5105105105105100", "4012888888881881", "6200000000000005"})

_ID_CONTEXT = re.compile(r"身份证|证件号|公民身份|id[_ -]?card|idcard|id[_ -]?no|identity|sfz", re.I)
_CARD_CONTEXT = re.compile(r"卡号|银行|账号|帐号|账户|bank|card|account", re.I)
_MOBILE_CONTEXT = re.compile(r"手机|电话|联系|mobile|phone|tel\b|contact|msisdn", re.I)
_PASSPORT_CONTEXT = re.compile(r"护照|passport", re.I)

_CANDIDATE = re.compile(
    r"(?<![0-9A-Za-z０-９._-])(?:"
    r"(?P<id>[1-9１-９][0-9０-９]{16}[0-9０-９XxＸｘ])"
    r"|(?P<card>[3-6]\d{3}(?:[ -]?\d{4}){2}(?:[ -]?\d{1,7}))"
    r"|(?P<mobile>(?:\+?0{0,2}86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2})"
    r"|(?P<passport>[EGDSP][A-Z]?\d{7,8})"
    r")(?![0-9A-Za-z０-９_-])"
)


def resident_id_valid(text: str) -> bool:
    """Whether 18 characters are a resident identity number: province, real birth date, checksum."""
    value = text.translate(_WIDE).upper()
    if len(value) != 18 or not value[:17].isdigit() or value[:2] not in _PROVINCES:
        return False
    try:
        born = date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        return False
    if not 1900 <= born.year <= 2099:
        return False
    return _CHECK[sum(int(d) * w for d, w in zip(value, _WEIGHTS, strict=False)) % 11] == value[17]


def luhn_valid(digits: str) -> bool:
    """ISO/IEC 7812 check digit."""
    total = 0
    for index, char in enumerate(reversed(digits)):
        number = int(char) * (2 if index % 2 else 1)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def detect(text: str, csv_header: str = "") -> Iterator[Hit]:
    """Hits in order of the text; *csv_header* is context for every line of a table."""
    for match in _CANDIDATE.finditer(text):
        kind = match.lastgroup
        value = match.group()
        if kind == "id" and resident_id_valid(value):
            yield Hit("resident_id", match.start(), match.end(), "certain", masked_id(value.translate(_WIDE)))
            continue
        line = _line(text, match.start(), match.end()) + csv_header
        if kind in ("id", "card"):
            digits = re.sub(r"[ -]", "", value)
            if digits.isdigit() and 15 <= len(digits) <= 19 and _is_card(digits, line):
                yield Hit("bank_card", match.start(), match.end(), "certain" if digits.startswith("62") else "likely", masked_id(digits))
        elif kind == "mobile" and _MOBILE_CONTEXT.search(line):
            yield Hit("mobile", match.start(), match.end(), "likely", masked_id(re.sub(r"\D", "", value)[-11:]))
        elif kind == "passport" and _PASSPORT_CONTEXT.search(line):
            yield Hit("passport", match.start(), match.end(), "likely", masked_id(value))


def _is_card(digits: str, line: str) -> bool:
    if digits in _TEST_CARDS or len(set(digits)) < 4 or not luhn_valid(digits):
        return False
    if digits.startswith("62") and len(digits) in (16, 19):
        return True
    return bool(_CARD_CONTEXT.search(line)) and not _ID_CONTEXT.search(line)


def _line(text: str, start: int, end: int) -> str:
    first = text.rfind("\n", max(0, start - 400), start)
    last = text.find("\n", end, end + 200)
    return text[(first if first >= 0 else max(0, start - 200)) : (last if last >= 0 else end + 100)]
