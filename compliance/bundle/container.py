"""The container: one canonical ZIP, entries stored, in order of name, every field fixed by rule.

Rules (PKWARE APPNOTE 6.3, narrowed until one set of files has one form):
- entries begin at byte 0 and follow each other without gap, in byte order of their names; the directory follows, then its end;
- version 2.0, UTF-8 flag alone, method stored, time 1980-01-01 00:00, no extra field, no comment, no descriptor, no ZIP64;
- names are relative, of safe characters in NFC, no folder, no device, none twice whatever the case.
Reading goes from byte 0 over the local headers; what was met is written down as a directory again, and the bytes must be the same.
Nothing is ever extracted to disk.
"""

from __future__ import annotations

import io
import re
import struct
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final

from compliance.bundle.errors import BundleError

_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_LOCAL_MARK, _CENTRAL_MARK, _END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_FLAGS, _VERSION, _DATE, _ATTRIBUTES = 0x0800, 20, 0x0021, 0o100644 << 16
_MADE_BY: Final = (3 << 8) | 20
CHUNK: Final = 1 << 20
_NAME: Final = re.compile(r"[0-9A-Za-z\u4e00-\u9fff_][0-9A-Za-z\u4e00-\u9fff._-]*(?:/[0-9A-Za-z\u4e00-\u9fff_][0-9A-Za-z\u4e00-\u9fff._-]*)*")
_DEVICE: Final = re.compile(r"(?i)(?:^|/)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.[^/]*)?(?:/|$)")
MARKS: Final = (_LOCAL_MARK, b"PK\x05\x06", b"PK\x07\x08")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a reader takes in before it looks closer."""

    total_bytes: int = 4_000_000_000
    entries: int = 60_000
    name_bytes: int = 400


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as met: where its bytes begin, how many, and their CRC-32."""

    name: str
    start: int
    size: int
    crc: int


def write(files: Mapping[str, bytes], target: BinaryIO) -> None:
    """Write the container.  Raises BundleError for a name that no reader would take."""
    check_names(sorted(files, key=str.encode))
    directory, offset = io.BytesIO(), 0
    for name in sorted(files, key=str.encode):
        data, raw = files[name], name.encode()
        crc = zlib.crc32(data)
        target.write(_LOCAL.pack(_LOCAL_MARK, _VERSION, _FLAGS, 0, 0, _DATE, crc, len(data), len(data), len(raw), 0) + raw)
        target.write(data)
        directory.write(_record(raw, crc, len(data), offset))
        offset += _LOCAL.size + len(raw) + len(data)
    listed = directory.getvalue()
    target.write(listed)
    target.write(_END.pack(_END_MARK, 0, 0, len(files), len(files), len(listed), offset, 0))


def _record(raw: bytes, crc: int, size: int, offset: int) -> bytes:
    return _CENTRAL.pack(_CENTRAL_MARK, _MADE_BY, _VERSION, _FLAGS, 0, 0, _DATE, crc, size, size, len(raw), 0, 0, 0, 0, _ATTRIBUTES, offset) + raw


def check_names(names: Iterable[str]) -> None:
    """Refuse names that are unsafe, unordered, or twins of each other."""
    before = b""
    seen: dict[str, str] = {}
    for name in names:
        _check_name(name)
        raw = name.encode()
        if raw == before:
            raise BundleError("duplicate_name", name)
        if raw < before:
            raise BundleError("order", name)
        before = raw
        twin = unicodedata.normalize("NFKC", name).casefold()
        if twin in seen:
            raise BundleError("name_twin", f"{seen[twin]} / {name}")
        seen[twin] = name


def _check_name(name: str) -> None:
    shown = ascii(name)[:120]
    if "\0" in name:
        raise BundleError("nul", shown)
    if "\\" in name:
        raise BundleError("backslash", shown)
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        raise BundleError("absolute", shown)
    if any(part in ("..", ".") for part in name.split("/")):
        raise BundleError("traversal", shown)
    if name.endswith("/"):
        raise BundleError("directory", shown)
    if _DEVICE.search(name):
        raise BundleError("device", shown)
    if not _NAME.fullmatch(name) or unicodedata.normalize("NFC", name) != name or any(part.endswith(".") for part in name.split("/")):
        raise BundleError("name", shown)


def walk(source: BinaryIO, limits: Limits | None = None, take: Callable[[Entry, Iterator[bytes]], None] | None = None) -> tuple[Entry, ...]:
    """Every entry from byte 0, then the directory and its end compared byte by byte; *take* is handed each entry's bytes once.

    Raises BundleError with the rule that is broken.
    """
    limits = limits or Limits()
    source.seek(0, io.SEEK_END)
    total = source.tell()
    if total > limits.total_bytes:
        raise BundleError("too_large", f"{total} > {limits.total_bytes}")
    source.seek(0)
    entries: list[Entry] = []
    position = 0
    while True:
        head = source.read(4)
        if head != _LOCAL_MARK:
            break
        if len(entries) >= limits.entries:
            raise BundleError("too_many_entries", str(limits.entries))
        entry = _local(source, position, limits, total)
        stream = _chunks(source, entry)
        if take is not None:
            take(entry, stream)
        for _ in stream:
            pass
        entries.append(entry)
        position = entry.start + entry.size
    _finish(source, entries, position, total)
    return tuple(entries)


def _chunks(source: BinaryIO, entry: Entry) -> Iterator[bytes]:
    """The bytes of an entry; its checksum is held against them at the end."""
    crc, left = 0, entry.size
    while left:
        data = source.read(min(CHUNK, left))
        if not data:
            raise BundleError("truncated", entry.name)
        left -= len(data)
        crc = zlib.crc32(data, crc)
        yield data
    if crc != entry.crc:
        raise BundleError("crc", entry.name)


def _local(source: BinaryIO, position: int, limits: Limits, total: int) -> Entry:
    rest = source.read(_LOCAL.size - 4)
    if len(rest) < _LOCAL.size - 4:
        raise BundleError("truncated", f"byte {position}")
    _, version, flags, method, time, date, crc, packed, size, name_size, extra = _LOCAL.unpack(_LOCAL_MARK + rest)
    where = f"byte {position}"
    _fields(where, version, flags, method, time, date, packed, size, name_size, extra, limits)
    raw = source.read(name_size)
    if len(raw) < name_size or position + _LOCAL.size + name_size + size > total:
        raise BundleError("truncated", where)
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BundleError("name", f"{where}: not UTF-8") from error
    _check_name(name)
    return Entry(name, position + _LOCAL.size + name_size, size, crc)


def _fields(where: str, version: int, flags: int, method: int, time: int, date: int, packed: int, size: int, name_size: int, extra: int, limits: Limits) -> None:
    if flags & 0x41:
        raise BundleError("encrypted", where)
    if flags & 0x08:
        raise BundleError("data_descriptor", where)
    if method:
        raise BundleError("method", f"{where}: {method}")
    if 0xFFFFFFFF in (packed, size):
        raise BundleError("zip64", where)
    if packed != size:
        raise BundleError("size_differs", f"{where}: {packed} / {size}")
    if extra:
        raise BundleError("extra_field", where)
    if flags != _FLAGS:
        raise BundleError("flags", f"{where}: {flags:#06x}")
    if (time, date) != (0, _DATE):
        raise BundleError("timestamp", where)
    if version != _VERSION:
        raise BundleError("version", where)
    if not 0 < name_size <= limits.name_bytes:
        raise BundleError("name", f"{where}: {name_size} bytes")


def _finish(source: BinaryIO, entries: list[Entry], position: int, total: int) -> None:
    """Compare what follows the entries with the directory that they ask for; say which rule a difference breaks."""
    source.seek(position)
    found = source.read()
    if not entries:
        raise BundleError("truncated" if total < _END.size else "prefix" if _LOCAL_MARK in found else "missing_entry", "no entry at byte 0")
    check_names(e.name for e in entries)
    directory = b"".join(_record(e.name.encode(), e.crc, e.size, e.start - _LOCAL.size - len(e.name.encode())) for e in entries)
    wanted = directory + _END.pack(_END_MARK, 0, 0, len(entries), len(entries), len(directory), position, 0)
    if found == wanted:
        return
    raise _difference(found, wanted, entries, position)


def _difference(found: bytes, wanted: bytes, entries: list[Entry], position: int) -> BundleError:
    if wanted.startswith(found):
        return BundleError("truncated", "the directory is cut off")
    if found.startswith(wanted):
        return BundleError("second_directory" if _END_MARK in found[len(wanted) :] else "trailing", f"{len(found) - len(wanted)} bytes")
    if b"PK\x06\x06" in found or b"PK\x06\x07" in found:
        return BundleError("zip64", "a ZIP64 record follows the entries")
    at = found.find(_CENTRAL_MARK)
    if at > 0 or (at < 0 and found.find(_END_MARK) > 0):
        return BundleError("gap", f"byte {position}")
    if found.count(_END_MARK) > 1:
        return BundleError("second_directory", "")
    records = list(_records(found))
    offsets = [r[1] for r in records]
    if len(set(offsets)) != len(offsets):
        return BundleError("shared_header", "")
    expected = {e.name.encode(): e for e in entries}
    names = [r[0] for r in records]
    if missing := [n for n in names if n not in expected]:
        return BundleError("missing_entry", ascii(missing[0])[:120])
    if hidden := [e.name for e in entries if e.name.encode() not in names]:
        return BundleError("hidden_entry", hidden[0])
    for raw, offset, crc, packed, size, flags, method, time, date, extra, comment, attributes in records:
        entry = expected[raw]
        if comment:
            return BundleError("comment", entry.name)
        if attributes >> 28 == 0xA:
            return BundleError("symlink", entry.name)
        if extra:
            return BundleError("extra_field", entry.name)
        if (crc, packed, size, flags, method, time, date, offset) != (entry.crc, entry.size, entry.size, _FLAGS, 0, 0, _DATE, entry.start - _LOCAL.size - len(raw)):
            return BundleError("local_differs", entry.name)
        if attributes != _ATTRIBUTES:
            return BundleError("version", entry.name)
    end = found.rfind(_END_MARK)
    if end >= 0 and len(found) > end + _END.size:
        length = struct.unpack_from("<H", found, end + 20)[0] if len(found) >= end + 22 else 0
        return BundleError("comment" if length == len(found) - end - _END.size else "trailing", "")
    return BundleError("not_canonical", f"byte {position + next((i for i, (a, b) in enumerate(zip(found, wanted, strict=False)) if a != b), len(wanted))}")


def _records(found: bytes) -> Iterator[tuple[bytes, int, int, int, int, int, int, int, int, int, int, int]]:
    position = 0
    while found[position : position + 4] == _CENTRAL_MARK and len(found) >= position + _CENTRAL.size:
        _, _, _, flags, method, time, date, crc, packed, size, name, extra, comment, _, _, attributes, offset = _CENTRAL.unpack_from(found, position)
        raw = found[position + _CENTRAL.size : position + _CENTRAL.size + name]
        yield raw, offset, crc, packed, size, flags, method, time, date, extra, comment, attributes
        position += _CENTRAL.size + name + extra + comment
