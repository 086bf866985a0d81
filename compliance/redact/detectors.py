"""Personal information in text, by structure, checksum and context.

Resident identity number: GB 11643-1999 (province, birth date, check character of ISO 7064 MOD 11-2); the old form of
fifteen digits has no check character and counts only beside its name.  Bank card: ISO/IEC 7812 (Luhn) with the 62
range of UnionPay, or with a word for it nearby.  Mobile and passport numbers are mere digits and need such a word.
The unified social credit code of an enterprise (GB 32100) is not personal information.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from compliance.redact import lists
from compliance.redact.mask import masked_count, masked_id
from compliance.redact.words import words

Kind = Literal["resident_id", "bank_card", "mobile", "passport", "email_list", "name_list"]


@dataclass(frozen=True, slots=True)
class Hit:
    """One hit: offsets into the text, and the masked value; never the value.

    confidence: ``certain`` when structure and checksum agree, ``likely`` when context decides
    """

    kind: Kind
    start: int
    end: int
    confidence: Literal["certain", "likely"]
    masked: str


_PROVINCES: Final = frozenset(str(n) for n in (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83))
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK: Final = "10X98765432"
_WIDE: Final = str.maketrans("０１２３４５６７８９Ｘｘ＋", "0123456789Xx+")
# Numbers that payment providers publish for tests.
_TEST_CARDS: Final = words(
    "4111111111111111 4242424242424242 4012888888881881 4000056655665556 4000000000000002 4000000000009995 5555555555554444 5105105105105100 5200828282828210 2223003122003222 "
    "378282246310005 371449635398431 30569309025904 38520000023237 6011111111111117 6011000990139424 3530111333300000 3566002020360505 6200000000000005 6205500000000000004 6226090000000048"
)
# 62 is UnionPay; these second pairs are in issue by banks of the mainland.
_UNIONPAY: Final = re.compile(r"62(?:0[0-9]|1[0-9]|2[0-9]|3[0-6]|5[0-389]|8[1-38]|9[0-9])")

_ID_CONTEXT: Final = re.compile(r"身份证|证件号|公民身份|居民身份|id[_ -]?card|idcard|identity|(?<![a-z])id[_ -]?(?:no|num|number)(?![a-z])|sfz|zjhm|resident", re.I)
_CARD_CONTEXT: Final = re.compile(r"卡号|银行|账号|帐号|账户|帐户|储蓄卡|信用卡|借记卡|bank|card|account|unionpay|iban", re.I)
_MOBILE_CONTEXT: Final = re.compile(r"手机|电话|联系|致电|热线|微信|短信|mobile|phone|(?<![a-z])tel(?![a-z])|cell|contact|msisdn|sms|wechat", re.I)
_PASSPORT_CONTEXT: Final = re.compile(r"护照|passport", re.I)
_ORDER_CONTEXT: Final = re.compile(r"(?:订单|单号|流水|批次|序列|order|serial|trace|trade|batch|transaction|txn|sequence|request)[\w-]{0,12}[\"']?\s*[:=：,]?\s*[\"']?$", re.I)

# Numbers of nineteen digits that machines hand out; one in thirty of them passes for a card.
_SERIAL_CONTEXT: Final = re.compile(r"(?<![a-z])(?:id|uid|uuid|sn|imei|iccid|snowflake|offset|cursor)[\"']?\s*[:=]\s*[\"']?$", re.I)
_RUN: Final = re.compile(r"[0-9][0-9 -]{9,60}[0-9Xx]")
_RUN_WIDE: Final = re.compile(r"[0-9０-９][0-9０-９ -]{9,60}[0-9０-９XxＸｘ]")
_BEFORE: Final = r"(?<![0-9A-Za-z０-９])(?<![0-9]\.)(?<![0-9a-fA-F]{4}-)(?<![0-9]-)"
_AFTER: Final = r"(?![0-9A-Za-z０-９_])(?!-[0-9A-Za-z])(?!\.[0-9])"
_CANDIDATE: Final = re.compile(
    _BEFORE + r"(?:(?P<id>[1-9１-９][0-9０-９]{16}[0-9０-９XxＸｘ])"
    r"|(?P<card>[3-6]\d{12,18}|[3-6]\d{3}(?P<gap>[ -])\d{4}(?P=gap)\d{4}(?P=gap)(?:\d{1,4}|\d{4}(?P=gap)\d{1,3}))"
    r"|(?P<old>[1-9]\d{14})"
    r"|(?P<mobile>(?:\(?(?:\+|00)?86\)?[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}|１[３-９][０-９]{9})"
    r")" + _AFTER
)
_PASSPORT: Final = re.compile(r"(?<![0-9A-Za-z_])(?:[EGP]\d{8}|E[A-HJ-NP-Z]\d{7}|[DSP]E?\d{7})(?![0-9A-Za-z_])")


def resident_id_valid(text: str) -> bool:
    """Whether 18 characters are a resident identity number: province, real birth date, check character."""
    value = text.translate(_WIDE).upper()
    if len(value) != 18 or not value[:17].isdecimal() or value[:2] not in _PROVINCES or not _born(value[6:14]):
        return False
    return _CHECK[sum(int(d) * w for d, w in zip(value, _WEIGHTS, strict=False)) % 11] == value[17]


def _born(digits: str) -> bool:
    try:
        return 1900 <= date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year <= 2040
    except ValueError:
        return False


def luhn_valid(digits: str) -> bool:
    """ISO/IEC 7812 check digit."""
    total = 0
    for index, char in enumerate(reversed(digits)):
        number = int(char) * (2 if index % 2 else 1)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def detect(text: str, csv_header: str = "", allowed: Collection[str] = ()) -> Iterator[Hit]:
    """Hits in order of the text.

    csv_header: first line of a CSV or TSV text; a column's title is the context of what stands below it
    allowed:    values that are known to be made up (a documented list of the firm)
    """
    hits = list(_numbers(text, csv_header, allowed))
    lowered_has = "passport" in text or "护照" in text or "Passport" in text or "PASSPORT" in text
    if lowered_has:
        context = lists.Context(text, csv_header)
        for match in _PASSPORT.finditer(text):
            if match.group() not in allowed and len(set(match.group()[1:])) > 1 and context.has(_PASSPORT_CONTEXT, match.start(), match.end()):
                hits.append(Hit("passport", match.start(), match.end(), "likely", masked_id(match.group())))
    for kind, start, end, count in lists.found(text, csv_header):
        hits.append(Hit(kind, start, end, "likely", masked_count(count)))
    yield from sorted(hits, key=lambda h: (h.start, h.end, h.kind))


def _numbers(text: str, csv_header: str, allowed: Collection[str]) -> Iterator[Hit]:
    context = lists.Context(text, csv_header)
    position = 0
    for run in (_RUN if text.isascii() else _RUN_WIDE).finditer(text):
        if run.end() - run.start() > 60 and " " not in run.group() and "-" not in run.group():
            continue  # a wall of digits is data, not a number of a person
        for match in _CANDIDATE.finditer(text, max(position, run.start() - 3, 0), min(len(text), run.end() + 2)):
            position = match.end()
            value = re.sub(r"[ ()-]", "", match.group()).translate(_WIDE)
            if value not in allowed:
                yield from _judge(match, value, context, text)


def _judge(match: re.Match[str], value: str, context: lists.Context, text: str) -> Iterator[Hit]:
    start, end = match.span()
    if match["id"] and resident_id_valid(value):
        if not _ORDER_CONTEXT.search(text[max(0, start - 40) : start]):
            yield Hit("resident_id", start, end, "certain", masked_id(value))
        return
    if (match["id"] or match["card"]) and value.isdecimal() and 13 <= len(value) <= 19 and value[0] in "3456" and _plausible_card(value):
        certain = _UNIONPAY.match(value) is not None and len(value) in (16, 19)
        named = context.has(_CARD_CONTEXT, start, end) and not context.has(_ID_CONTEXT, start, end)
        before = text[max(0, start - 40) : start]
        alone = certain and not _ORDER_CONTEXT.search(before) and not _SERIAL_CONTEXT.search(before) and not context.crowded(start, end)
        if named or alone:
            yield Hit("bank_card", start, end, "certain" if certain else "likely", masked_id(value))
            return
    if len(value) == 15 and value.isdecimal() and value[:2] in _PROVINCES and _born("19" + value[6:12]) and context.has(_ID_CONTEXT, start, end):
        yield Hit("resident_id", start, end, "likely", masked_id(value))
    elif match["mobile"]:
        number = value[-11:]
        if len(set(number[3:])) > 1 and context.has(_MOBILE_CONTEXT, start, end):
            yield Hit("mobile", start, end, "likely", masked_id(number))


def _plausible_card(digits: str) -> bool:
    return digits not in _TEST_CARDS and len(set(digits[2:])) > 3 and luhn_valid(digits)
