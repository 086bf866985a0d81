"""CSV and TSV: encoding, separator, quoting.  One file is one sheet."""

from __future__ import annotations

import csv
import io
from typing import Final

from compliance.collect.registers.sheet import Book, FileFault, Sheet

_SEPARATORS: Final = (",", "\t", ";", "|")
_FIELD_LIMIT: Final = 1_000_000


def decode(data: bytes) -> str:
    """BOM (UTF-8, UTF-16, GB18030), else strict UTF-8, else strict GB18030.  Raises FileFault."""
    try:
        if data.startswith(b"\xef\xbb\xbf"):
            return data[3:].decode("utf-8")
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        if data.startswith(b"\x84\x31\x95\x33"):
            return data[4:].decode("gb18030")
    except UnicodeDecodeError as error:
        raise FileFault("encoding") from error
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileFault("encoding")


def read_delimited(path: str, data: bytes) -> Book:
    """The file as one unnamed sheet.  Raises FileFault."""
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\0" in data and not utf16:
        raise FileFault("binary_csv", suffix="." + path.rpartition(".")[2])
    text = decode(data)
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        # Excel's own hint; it counts as a line of the sheet only for programs other than Excel.
        return Book(path, (Sheet("", [list[str](), *_parse(rest, first.strip()[4])]),))
    return Book(path, (Sheet("", _parse(text, _separator(text))),))


def _separator(text: str) -> str:
    """The separator that most of the first lines agree on."""
    lines = [line for line in text[:65536].splitlines()[:20] if line.strip()]
    counts = {s: sum(1 for line in lines if line.count(s)) * 1000 + min(sum(line.count(s) for line in lines), 999) for s in _SEPARATORS}
    return max(_SEPARATORS, key=lambda s: counts[s])


def _parse(text: str, separator: str) -> list[list[str]]:
    csv.field_size_limit(_FIELD_LIMIT)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[list[str]] = []
    try:
        rows.extend(reader)
    except csv.Error as error:
        raise FileFault("csv_quotes", detail=reader.line_num) from error
    return rows
