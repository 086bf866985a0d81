"""Coarse facts that checks need of a personal value, taken before the value becomes a pseudonym.

A column says so in its declaration, ``derived: under_14(id_number)``.  A fact is a yes or a no, or unknown when the value is;
it tells nothing that would lead back to the person.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from compliance.model.catalog import Table
from compliance.model.row import Row, Scalar
from compliance.redact.detectors import resident_id_valid

_MOBILE: Final = re.compile(r"(?:\+?86|0086)?1[3-9][0-9]{9}")
_PRIVATE: Final = re.compile(
    r"@(?:(?:vip\.)?(?:qq|163|126|sina|139|189|21cn|sohu|tom|88|2925|foxmail|aliyun|gmail|outlook|hotmail|live|msn|icloud|me|yahoo|ymail|protonmail)\.(?:com|cn|net|me)(?:\.cn)?|yeah\.net|wo\.cn|sina\.cn|proton\.me)$",
    re.I,
)


def _plain(value: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", value) if not c.isspace() and c not in "-()")


def id_valid(value: str, _: date) -> bool:
    """A resident identity number whose province, birth date and check character hold (GB 11643)."""
    return resident_id_valid(_plain(value).upper())


def under_14(value: str, as_of: date) -> bool | None:
    """Not yet fourteen on the day (the personal information of such minors is sensitive, PIPL art. 28 and 31); unknown for a number that is none."""
    number = _plain(value).upper()
    if not resident_id_valid(number):
        return None
    year, month, day = int(number[6:10]), int(number[10:12]), int(number[12:14])
    return (as_of.year - year, as_of.month, as_of.day) < (14, month, day)


def mobile_valid(value: str, _: date) -> bool:
    """A mobile number of the mainland, with or without the country code."""
    return _MOBILE.fullmatch(_plain(value)) is not None


def private_mailbox(value: str, _: date) -> bool | None:
    """An address with a provider of private mailboxes; unknown for what is no address."""
    address = unicodedata.normalize("NFKC", value).strip()
    return _PRIVATE.search(address) is not None if "@" in address else None


FACTS: Final[Mapping[str, Callable[[str, date], bool | None]]] = {"id_valid": id_valid, "under_14": under_14, "mobile_valid": mobile_valid, "private_mailbox": private_mailbox}
"""Name in ``derived`` -> function of the value and the day of the assessment."""


def derive(rows: Iterable[Row], tables: Mapping[str, Table], as_of: date) -> tuple[Row, ...]:
    """Rows with their derived columns filled; whatever a register says there is not believed."""
    plans = {n: [(c.name, *c.derived[:-1].split("(")) for c in t.columns if c.derived] for n, t in tables.items()}
    done = []
    for row in rows:
        plan = plans.get(row.table)
        if not plan:
            done.append(row)
            continue
        values: dict[str, Scalar] = dict(row.values)
        nulls = dict(row.nulls)
        for name, fact, source in plan:
            value = row.values.get(source)
            values[name] = None if value is None or value == "" else FACTS[fact](str(value), as_of)
            nulls.pop(name, None)
            if values[name] is None and source in row.nulls:
                nulls[name] = row.nulls[source]
        done.append(replace(row, values=values, nulls=nulls))
    return tuple(done)
