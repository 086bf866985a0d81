"""Dates and moments as people write them; what is ambiguous, incomplete or impossible is refused, never guessed."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone
from typing import Any, Final

from compliance.collect.registers.outcome import Bad, Noted
from compliance.collect.registers.words import nfkc

_SHANGHAI: Final = timezone(timedelta(hours=8))
_DAY: Final = re.compile(r"^(\d{4})(?:\s*[-/.年]\s*)(\d{1,2})(?:\s*[-/.月]\s*)(\d{1,2})\s*(?:日|号)?$")
_COMPACT: Final = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_MOMENT: Final = re.compile(r"^(?:19|20)\d{12}$")
_MONTH: Final = re.compile(r"^(?:\d{4}\s*[-/.年]\s*\d{1,2}\s*月?|\d{4}\s*年?|\d{1,2}\s*月\s*(?:\d{1,2}\s*[日号])?|\d{6}|\d{4}\s*年?\s*(?:第?[一二三四1-4]季度|[qQ][1-4]|上半年|下半年))$")
_OTHER_ORDER: Final = re.compile(r"^\d{1,2}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*(?:\d{4}|\d{1,2})\s*日?$")
_CLOCK: Final = re.compile(r"^(上午|下午|晚上|凌晨|中午)?\s*(\d{1,2})\s*[:时点]\s*(?:(\d{1,2})\s*(?:[:分]\s*(?:(\d{1,2})(?:[.,]\d+)?\s*秒?)?)?)?\s*([aApP]\.?[mM]\.?)?\s*(Z|z|[+-]\d{2}:?\d{2})?$")
_WEEKDAY: Final = re.compile(r"\s*[(（]?(?:星期|周|礼拜)[一二三四五六日天][)）]?\s*")
_SERIAL: Final = re.compile(r"^\d{5}(?:\.\d+)?$")
_LATEST: Final = date(9999, 12, 31)
_OPEN_ENDED: Final = frozenset({"长期", "永久", "长期有效", "永久有效", "无固定期限", "无期限", "不限", "无限期", "至今", "forever", "indefinite"})
# Serials of 1954-10-03 to 2119-01-20: below are counts and years, above are numbers of other kinds.
_SERIALS: Final = (20000.0, 80000.0)


def open_ended(text: str) -> bool:
    """Words for: no end date."""
    return nfkc(text).lower() in _OPEN_ENDED


def to_date(value: Any, date1904: bool = False) -> str | Bad | Noted:
    """ISO text of the day.

    value: datetime, date, a number (an Excel serial or 20260305) or text, e.g. ``2026年3月5日``
    """
    moment = _moment(value, date1904)
    if isinstance(moment, Bad):
        return moment
    return moment.isoformat() if type(moment) is date else moment.date().isoformat()  # type: ignore[attr-defined]


def to_datetime(value: Any, date1904: bool = False) -> str | Bad | Noted:
    """``YYYY-MM-DD HH:MM:SS`` in Asia/Shanghai; a date alone is midnight, with a warning."""
    if value.__class__ is datetime and not value.microsecond and 1900 <= value.year <= 2100:
        return str(value)
    moment = _moment(value, date1904)
    if isinstance(moment, Bad):
        return moment
    if isinstance(moment, datetime):
        return f"{moment:%Y-%m-%d %H:%M:%S}" if moment.year >= 1000 else Bad("date_implausible")
    return Noted(f"{moment.isoformat()} 00:00:00", "time_missing")


def _moment(value: Any, date1904: bool) -> date | datetime | Bad:
    if isinstance(value, datetime):
        # Serials are binary fractions: 14:30 may come as 14:29:59.999995.
        found: date | datetime = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
    elif isinstance(value, date):
        found = value
    elif isinstance(value, (bool, time, timedelta)):
        return Bad("date_incomplete" if not isinstance(value, bool) else "date_unreadable")
    elif isinstance(value, (int, float)):
        made = _from_number(float(value), date1904)
        if isinstance(made, Bad):
            return made
        found = made
    else:
        made = _from_text(nfkc(str(value)))
        if isinstance(made, Bad):
            return made
        found = made
    if not 1900 <= found.year <= 2100 and (found.year, found.month, found.day) != (_LATEST.year, 12, 31):
        return Bad("date_implausible")
    return found


def _from_number(number: float, date1904: bool) -> date | datetime | Bad:
    if number.is_integer() and 19000101000000 <= number <= 21001231235959:
        return _from_text(str(int(number)))
    if number.is_integer() and 19000101 <= number <= 21001231:
        return _day(*(int(p) for p in _COMPACT.match(str(int(number))).groups()))  # type: ignore[union-attr]
    if not _SERIALS[0] <= number <= _SERIALS[1]:
        return Bad("date_incomplete" if number.is_integer() and (1900 <= number <= 2100 or 190001 <= number <= 210012) else "date_unreadable")
    start = datetime(1904, 1, 1) if date1904 else datetime(1899, 12, 30)
    moment = start + timedelta(seconds=round(number * 86400))
    return moment.date() if number.is_integer() else moment


def _from_text(text: str) -> date | datetime | Bad:
    text = _WEEKDAY.sub(" ", text).strip()
    if _MOMENT.match(text):
        text = f"{text[:8]} {text[8:10]}:{text[10:12]}:{text[12:]}"
    head, clock = _split(text)
    day = _day_of(head)
    if isinstance(day, Bad) or clock == "":
        return day
    return _with_clock(day, clock)


def _split(text: str) -> tuple[str, str]:
    """The day and the clock; they are apart by T, a blank, or 日."""
    found = re.match(r"^(\d{4}-\d{1,2}-\d{1,2})[Tt](\d.*)$", text) or re.match(r"^(.*?\d\s*[日号]?)\s+((?:上午|下午|晚上|凌晨|中午)?\s*\d{1,2}\s*[:时点].*)$", text)
    found = found or re.match(r"^(.*[日号])\s*((?:上午|下午|晚上|凌晨|中午)?\s*\d{1,2}\s*[:时点].*)$", text)
    return (found[1].strip(), found[2].strip()) if found else (text, "")


def _day_of(text: str) -> date | Bad:
    found = _DAY.match(text) or _COMPACT.match(text)
    if found:
        return _day(*(int(p) for p in found.groups()))
    if _SERIAL.match(text):
        return Bad("date_as_text_number")
    if _OTHER_ORDER.match(text):
        return Bad("date_ambiguous")
    if _MONTH.match(text):
        return Bad("date_incomplete")
    return Bad("date_unreadable")


def _day(year: int, month: int, day: int) -> date | Bad:
    try:
        return date(year, month, day)
    except ValueError:
        return Bad("date_impossible")


def _with_clock(day: date, text: str) -> datetime | Bad:
    found = _CLOCK.match(text)
    if not found:
        return Bad("date_unreadable")
    part, hour_text, minute, second, half, zone = found.groups()
    hour = int(hour_text)
    afternoon = part in ("下午", "晚上") or (half or "").lower().startswith("p") or (part == "中午" and hour < 3)
    if afternoon and hour < 12:
        hour += 12
    elif hour == 12 and (part in ("上午", "凌晨") or (half or "").lower().startswith("a")):
        hour = 0
    try:
        moment = datetime(day.year, day.month, day.day, hour, int(minute or 0), int(second or 0))
        if not zone:
            return moment
        sign = "+00:00" if zone in "Zz" else zone
        return datetime.fromisoformat(moment.isoformat() + sign).astimezone(_SHANGHAI).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return Bad("date_impossible")
