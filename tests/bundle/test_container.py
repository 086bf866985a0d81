"""Attacks on the container: each is refused, each with its own code."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pytest

from compliance.bundle import container
from compliance.bundle.errors import BundleError

FILES = {"a.txt": b"alpha", "data/b.csv": b"beta", "data/c.csv": b"gamma"}


def made(files: dict[str, bytes] | None = None) -> bytes:
    target = io.BytesIO()
    container.write(files or FILES, target)
    return target.getvalue()


def code(data: bytes, limits: container.Limits | None = None) -> str:
    with pytest.raises(BundleError) as caught:
        container.walk(io.BytesIO(data), limits)
    assert str(caught.value).count("/") and caught.value.code in str(caught.value)
    return caught.value.code


def raw(entries: list[tuple[bytes, bytes]], **fields: int) -> bytes:
    """A ZIP written field by field, so that any of them can lie."""
    f = {"flags": 0x0800, "method": 0, "time": 0, "date": 0x21, "version": 20, "attributes": 0o100644 << 16, "extra": 0} | fields
    body, directory = b"", b""
    for name, data in entries:
        crc, extra = zlib.crc32(data), b"\0" * f["extra"]
        offset = len(body)
        body += struct.pack("<4s5H3L2H", b"PK\3\4", f["version"], f["flags"], f["method"], f["time"], f["date"], crc, len(data), f.get("size", len(data)), len(name), len(extra)) + name + extra + data
        directory += struct.pack("<4s6H3L5H2L", b"PK\1\2", (3 << 8) | 20, 20, f["flags"], f["method"], f["time"], f["date"], crc, len(data), len(data), len(name), 0, 0, 0, 0, f["attributes"], offset) + name
    return body + directory + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, len(entries), len(entries), len(directory), len(body), 0)


def test_writer_and_reader_agree_and_stock_zip_reads_it() -> None:
    assert [e.name for e in container.walk(io.BytesIO(made()))] == sorted(FILES)
    with zipfile.ZipFile(io.BytesIO(made())) as archive:
        assert archive.testzip() is None and {n: archive.read(n) for n in archive.namelist()} == FILES
    assert raw([(n.encode(), d) for n, d in FILES.items()]) == made()


CENTRAL = made().find(b"PK\1\2")
END = made().find(b"PK\5\6")


def patched(position: int, value: bytes) -> bytes:
    data = bytearray(made())
    data[position : position + len(value)] = value
    return bytes(data)


ATTACKS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "bit flip in the data": ("crc", lambda: made().replace(b"alpha", b"alphb")),
    "dropped entry": ("missing_entry", lambda: made({"a.txt": b"alpha", "data/b.csv": b"beta"})[: made({"a.txt": b"alpha", "data/b.csv": b"beta"}).find(b"PK\1\2")] + made()[CENTRAL:]),
    "extra entry": ("hidden_entry", lambda: raw([(b"a.txt", b"alpha"), (b"b.txt", b"x")])[: raw([(b"a.txt", b"alpha"), (b"b.txt", b"x")]).find(b"PK\1\2")] + raw([(b"a.txt", b"alpha")])[raw([(b"a.txt", b"alpha")]).find(b"PK\1\2") :]),
    "duplicate name": ("duplicate_name", lambda: raw([(b"a.txt", b"x"), (b"a.txt", b"y")])),
    "parent folder": ("traversal", lambda: raw([(b"../a.txt", b"x")])),
    "inner parent folder": ("traversal", lambda: raw([(b"data/../../a", b"x")])),
    "absolute": ("absolute", lambda: raw([(b"/etc/passwd", b"x")])),
    "drive letter": ("absolute", lambda: raw([(b"C:a", b"x")])),
    "backslash": ("backslash", lambda: raw([(b"data\\a", b"x")])),
    "symbolic link": ("symlink", lambda: raw([(b"a", b"/etc/passwd")], attributes=0o120777 << 16)),
    "twins by case": ("name_twin", lambda: raw([(b"A.txt", b"x"), (b"a.txt", b"y")])),
    "not NFC": ("name", lambda: raw([("e\u0301.txt".encode(), b"x")])),
    "prefix": ("prefix", lambda: b"MZ" + made()),
    "trailing bytes": ("trailing", lambda: made() + b"\0"),
    "comment of the archive": ("comment", lambda: made()[:-2] + b"\2\0hi"),
    "comment of an entry": ("comment", lambda: made()[: CENTRAL + 32] + b"\1\0" + made()[CENTRAL + 34 : CENTRAL + 51] + b"x" + made()[CENTRAL + 51 :]),
    "local is not central": ("local_differs", lambda: patched(CENTRAL + 16, b"\0\0\0\0")),
    "hidden gap": ("gap", lambda: made()[:CENTRAL] + b"hidden" + made()[CENTRAL:]),
    "shared header": ("shared_header", lambda: patched(CENTRAL + 51 + 42, struct.pack("<L", 0))),
    "size lie": ("size_differs", lambda: raw([(b"a", b"x")], size=9)),
    "encrypted": ("encrypted", lambda: raw([(b"a", b"x")], flags=0x0801)),
    "NUL in the name": ("nul", lambda: raw([(b"a\0b", b"x")])),
    "unicode path extra": ("extra_field", lambda: raw([(b"a", b"x")], extra=4)),
    "folder": ("directory", lambda: raw([(b"data/", b"")])),
    "device": ("device", lambda: raw([(b"data/CON", b"x")])),
    "device with suffix": ("device", lambda: raw([(b"nul.txt", b"x")])),
    "cut in the directory": ("truncated", lambda: made()[:-1]),
    "cut in the data": ("truncated", lambda: made()[:40]),
    "nothing": ("truncated", lambda: b""),
    "other method": ("method", lambda: raw([(b"a", b"x")], method=8)),
    "data descriptor": ("data_descriptor", lambda: raw([(b"a", b"x")], flags=0x0808)),
    "second end of directory": ("second_directory", lambda: made() + made()[END:]),
    "zip64 locator": ("zip64", lambda: made()[:END] + b"PK\x06\x07" + b"\0" * 16 + made()[END:]),
    "zip64 size": ("zip64", lambda: raw([(b"a", b"x")], size=0xFFFFFFFF)),
    "other flag": ("flags", lambda: raw([(b"a", b"x")], flags=0)),
    "time of day": ("timestamp", lambda: raw([(b"a", b"x")], time=1)),
    "version": ("version", lambda: raw([(b"a", b"x")], version=45)),
    "out of order": ("order", lambda: raw([(b"b", b"x"), (b"a", b"x")])),
    "name that is no UTF-8": ("name", lambda: raw([(b"\xff", b"x")])),
    "right-to-left override": ("name", lambda: raw([("a\u202etxt.exe".encode(), b"x")])),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_on_the_container_is_refused_with_its_own_code(name: str) -> None:
    expected, attack = ATTACKS[name]
    assert code(attack()) == expected


def test_limits_come_first() -> None:
    assert code(made(), container.Limits(total_bytes=10)) == "too_large"
    assert code(made(), container.Limits(entries=2)) == "too_many_entries"


@pytest.mark.parametrize("name", ["../x", "/x", "a\\b", "CON", "a/", "", "a b", "é\u0301", "-x"])
def test_the_writer_refuses_what_the_reader_would(name: str) -> None:
    with pytest.raises(BundleError):
        container.write({name: b""}, io.BytesIO())
