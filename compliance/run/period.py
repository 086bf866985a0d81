"""The assessed period and the instant of the assessment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from compliance.errors import UsageError


@dataclass(frozen=True)
class Period:
    """A period with its name as folders and reports show it; both days inclusive."""

    name: str
    start: date
    end: date


def parse_period(text: str) -> Period:
    """``2026Q3``, ``2026H1``, ``2026-07``, ``2026`` or ``2026-07-01..2026-09-30``.  Raises UsageError."""
    plain = text.strip().upper()
    try:
        if match := re.fullmatch(r"(\d{4})Q([1-4])", plain):
            return _months(plain, int(match[1]), 3 * int(match[2]) - 2, 3)
        if match := re.fullmatch(r"(\d{4})H([12])", plain):
            return _months(plain, int(match[1]), 6 * int(match[2]) - 5, 6)
        if match := re.fullmatch(r"(\d{4})-(\d{2})", plain):
            return _months(plain, int(match[1]), int(match[2]), 1)
        if re.fullmatch(r"\d{4}", plain):
            return _months(plain, int(plain), 1, 12)
        start, _, end = plain.partition("..")
        period = Period(plain, date.fromisoformat(start), date.fromisoformat(end))
    except ValueError as error:
        raise UsageError(f"'{text}' is not a period", fix="write 2026Q3, 2026H1, 2026-07, 2026 or 2026-07-01..2026-09-30") from error
    if period.end < period.start:
        raise UsageError(f"the period '{text}' ends before it starts", fix="write FIRST-DAY..LAST-DAY")
    return period


def quarter_before(day: date) -> Period:
    """The last complete quarter before *day*."""
    quarter = (day.month - 1) // 3
    year, quarter = (day.year - 1, 4) if quarter == 0 else (day.year, quarter)
    return parse_period(f"{year}Q{quarter}")


def _months(name: str, year: int, first: int, count: int) -> Period:
    start = date(year, first, 1)
    after = date(year + (first + count - 1) // 12, (first + count - 1) % 12 + 1, 1)
    return Period(name, start, after - timedelta(days=1))
