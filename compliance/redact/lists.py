"""Context of a hit (its line, its column, the statement or key it stands under) and lists of people."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Final, Literal

MAILBOXES: Final = 20
"""So many distinct personal mailboxes in one file make a list."""

_MAIL: Final = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{1,40}@(?:(?:vip\.)?(?:qq|163|126|sina)\.com|sina\.cn|(?:gmail|outlook|hotmail|live|msn|foxmail|sohu|aliyun|139|189|21cn|tom|wo|icloud|me|yahoo|ymail|88|2925)\.(?:com|cn|net)(?:\.cn)?"
    r"|yeah\.net|189\.cn|wo\.cn|proton(?:mail)?\.(?:com|me))(?![\w-])",
    re.I,
)
_NAME_COLUMN: Final = re.compile(r"^(?:客户|员工|联系|用户|经办|纳税|法定代表|负责|法人)?.{0,4}(?:姓名|名字|联系人|法定代表人|负责人)$|^(?:full[_ ]?|real[_ ]?|customer[_ ]?|client[_ ]?|employee[_ ]?|person[_ ]?|contact[_ ]?)?name$|^xm$|^xingming$", re.I)
_PERSON_COLUMN: Final = re.compile(r"身份证|证件号|手机|电话|联系方式|护照|银行卡|卡号|mobile|phone|(?<![a-z])tel(?![a-z])|id[_ ]?card|idcard|identity|id[_ ]?(?:no|number)$|sfz|passport|bank[_ ]?card", re.I)
_INSERT: Final = re.compile(r"insert\s+into[^;\n]{0,2000}", re.I)
_MASK: Final = re.compile(r"[*＊]{2,}|[xX]{4,}")


class Context:
    """Words around a place of a text."""

    def __init__(self, text: str, csv_header: str) -> None:
        self._text = text
        self._delimiter = _delimiter(csv_header) if csv_header else ""
        self._columns = _cells(csv_header, self._delimiter) if csv_header else []

    @cached_property
    def _inserts(self) -> list[tuple[int, str]]:
        return [(m.start(), m[0]) for m in _INSERT.finditer(self._text)]

    def has(self, words: re.Pattern[str], start: int, end: int) -> bool:
        """Whether one of the words stands in the line, in the column's title, or in what the line belongs to."""
        text = self._text
        first = text.rfind("\n", max(0, start - 400), start) + 1 or max(0, start - 200)
        last = text.find("\n", end, end + 200)
        last = last if last >= 0 else min(len(text), end + 100)
        if self._columns:
            begin = text.rfind("\n", 0, start) + 1
            column = len(_cells(text[begin:start], self._delimiter)) - 1
            title = self._columns[column] if 0 <= column < len(self._columns) else ""
            return words.search(title) is not None or words.search(_cells(text[begin:start], self._delimiter)[-1]) is not None
        if words.search(text, first, last):
            return True
        return words.search(self._above(first, start)) is not None

    def _above(self, first: int, start: int) -> str:
        """The key over a list, or the INSERT over its rows; '' when the line stands for itself."""
        text = self._text
        line = text[first:start].lstrip()
        if line.startswith("(") and self._inserts:
            index = bisect.bisect_right(self._inserts, (first, "￿")) - 1
            return self._inserts[index][1] if index >= 0 else ""
        if line[:1] not in ("-", '"', "'", "") or re.search(r"[:=]", line.strip("\"' -")):
            return ""
        for above in reversed(text[max(0, first - 1500) : first].rstrip("\n").split("\n")):
            if re.search(r"[:=]\s*[\[({|>]*[+-]?\s*$", above):
                return above
            if above.strip() and above.strip()[:1] not in "-\"'#":
                return ""
        return ""

    def crowded(self, start: int, end: int) -> bool:
        """Whether the number stands in a long line of machine data."""
        first = self._text.rfind("\n", max(0, start - 1000), start)
        return first < 0 and start > 1000 and self._text.find("\n", end, end + 1000) < 0


def found(text: str, csv_header: str) -> Iterator[tuple[Literal["email_list", "name_list"], int, int, int]]:
    """Lists of people: kind, offsets of the first entry, number of entries."""
    if text.count("@") >= MAILBOXES:
        seen: dict[str, re.Match[str]] = {}
        for match in _MAIL.finditer(text):
            seen.setdefault(match.group().lower(), match)
        if len(seen) >= MAILBOXES:
            first = next(iter(seen.values()))
            yield "email_list", first.start(), first.end(), len(seen)
    if csv_header:
        yield from _people(text, csv_header)


def _people(text: str, header: str) -> Iterator[tuple[Literal["name_list"], int, int, int]]:
    delimiter = _delimiter(header)
    columns = _cells(header, delimiter)
    names = [i for i, c in enumerate(columns) if _NAME_COLUMN.search(c)]
    persons = [i for i, c in enumerate(columns) if _PERSON_COLUMN.search(c)]
    if not names or not persons:
        return
    place, count = (0, 0), 0
    start = len(header) + 1
    while start < len(text):
        stop = text.find("\n", start)
        stop = len(text) if stop < 0 else stop
        cells = _cells(text[start:stop], delimiter)
        if any(i < len(cells) and _is_value(cells[i], 1) for i in names) and any(i < len(cells) and _is_value(cells[i], 7) for i in persons):
            place = place if count else (start, stop)
            count += 1
        start = stop + 1
    if count:
        yield "name_list", place[0], place[1], count


def _is_value(cell: str, length: int) -> bool:
    return len(cell) >= length and not _MASK.search(cell) and (length == 1 or sum(c.isdigit() for c in cell) >= length)


def _delimiter(header: str) -> str:
    return max((",", "\t", ";", "|"), key=header.count)


def _cells(line: str, delimiter: str) -> list[str]:
    """Cells of one line; a quoted cell may hold the delimiter."""
    if '"' not in line:
        return [c.strip() for c in line.strip("\r\n\ufeff").split(delimiter)]
    cells: list[str] = []
    current: list[str] = []
    quoted = False
    for char in line.strip("\r\n\ufeff"):
        if char == '"':
            quoted = not quoted
        elif char == delimiter and not quoted:
            cells.append("".join(current).strip())
            current = []
        else:
            current.append(char)
    return [*cells, "".join(current).strip()]
