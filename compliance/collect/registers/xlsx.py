"""Workbooks: sniffing, the raw XML that a cell reader hides, and the cells themselves.

calamine gives values only: an error value and a formula without cached result read as blank, and
nothing tells that a row is hidden.  Those are taken from the sheet's XML.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree

import python_calamine

from compliance.collect.registers.sheet import Book, FileFault, Sheet
from compliance.collect.registers.words import column_index

UNPACKED_LIMIT: Final = 1_500_000_000
PART_LIMIT: Final = 50_000_000
GRID_LIMIT: Final = 40_000_000
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ROW_NUMBER: Final = re.compile(rb"<(?:\w+:)?row\b[^>]*?\br=[\"'](\d{1,7})[\"']")
_WIDE: Final = re.compile(rb"\br=[\"']([A-Z]{2,3})\d")
_ROW: Final = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_ERROR: Final = re.compile(rb"<(?:\w+:)?c\b([^>]*\bt=[\"']e[\"'][^>]*)>(?:<(?:\w+:)?f\b.*?(?:/>|</(?:\w+:)?f>))?\s*<(?:\w+:)?v[^>]*>([^<]*)<", re.S)
_FORMULA: Final = re.compile(rb"<(?:\w+:)?c\b([^>]*[^/>])>\s*<(?:\w+:)?f\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?f>)(?=(.{0,64}))", re.S)
_VALUE: Final = re.compile(rb"^\s*<(?:\w+:)?v\b[^>]*?(/?)>([^<]?)", re.S)
_REF: Final = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_HIDDEN: Final = re.compile(rb"\bhidden=[\"'](?:1|true)[\"']")
_NUMBER_OF_ROW: Final = re.compile(rb"\br=[\"'](\d{1,7})[\"']")
_COLUMN: Final = re.compile(rb"<(?:\w+:)?col\b([^>]*)>")
_SPAN: Final = re.compile(rb"\b(min|max)=[\"'](\d{1,5})[\"']")
_IS_TEXT: Final = re.compile(rb"\bt=[\"']str[\"']")
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION: Final = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


def sniff(data: bytes, suffix: str) -> None:
    """Raises FileFault for everything whose bytes are not a zipped workbook."""
    if not data:
        raise FileFault("empty_file")
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data or "EncryptionInfo".encode("utf-16-le") in data:
            raise FileFault("encrypted")
        raise FileFault("et_format" if suffix == ".et" else "old_xls")
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if data.startswith(b"PK"):
        return
    if head.startswith(b"<?xml") and (b"mso-application" in head or b"urn:schemas-microsoft-com:office:spreadsheet" in head):
        raise FileFault("xml_2003")
    if head.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<style", b"<body", b"mime-version")) or b"<html" in head or b"<table" in head:
        raise FileFault("html_as_workbook", suffix=suffix)
    if suffix == ".xls" and data[:2] in (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00"):
        raise FileFault("old_xls")
    if _is_text(data):
        raise FileFault("text_as_workbook", suffix=suffix)
    raise FileFault("damaged", detail=("不是压缩包结构", "it is no zip archive"))


def _is_text(data: bytes) -> bool:
    if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    for encoding in ("utf-8", "gb18030", "utf-16"):
        try:
            text = data[:65536].decode(encoding, "strict" if len(data) <= 65536 else "ignore")
        except UnicodeDecodeError:
            continue
        return sum(c in "\t,;|\n" or c.isprintable() for c in text) > 0.95 * len(text)
    return False


def read_workbook(path: str, data: bytes, suffix: str) -> Book:
    """Every worksheet of the workbook.  Raises FileFault."""
    sniff(data, suffix)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        names = set(archive.namelist())
        _refuse(archive, names, suffix)
        return _read(path, data, archive, names)
    except FileFault:
        raise
    except python_calamine.PasswordError as error:
        raise FileFault("encrypted") from error
    except zipfile.BadZipFile as error:
        raise FileFault("damaged", detail=("压缩包结构不完整", "the zip archive is incomplete")) from error
    except (python_calamine.CalamineError, ElementTree.ParseError, LookupError, ValueError, EOFError, OSError, RuntimeError, zlib.error) as error:
        raise FileFault("damaged", detail=("内部结构读不通", "its inner structure cannot be read")) from error
    except BaseException as error:
        # A panic of the Rust reader is derived from BaseException and cannot be imported by name.
        if type(error).__name__ != "PanicException":
            raise
        raise FileFault("damaged", detail=("内部结构读不通", "its inner structure cannot be read")) from error


def _refuse(archive: zipfile.ZipFile, names: set[str], suffix: str) -> None:
    """What is no workbook, or too much of one."""
    unpacked = sum(i.file_size for i in archive.infolist())
    if unpacked > UNPACKED_LIMIT:
        raise FileFault("too_large", detail=f"{unpacked // 1_000_000} MB")
    if any(i.flag_bits & 1 for i in archive.infolist()):
        raise FileFault("encrypted")
    if "mimetype" in names and b"opendocument" in archive.read("mimetype")[:200]:
        raise FileFault("other_format", suffix=".ods")
    if "xl/workbook.bin" in names:
        raise FileFault("other_format", suffix=".xlsb")
    if not any(n.endswith("workbook.xml") for n in names):
        raise FileFault("not_workbook", suffix=suffix)


def _read(path: str, data: bytes, archive: zipfile.ZipFile, names: set[str]) -> Book:
    parts, date1904 = _parts(archive, names)
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    sheets = []
    for meta in book.sheets_metadata:
        if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        raw = archive.read(parts[meta.name]) if parts.get(meta.name) in names else b""
        _bounded(raw)
        source = book.get_sheet_by_name(meta.name)
        cells = source.to_python(skip_empty_area=False)
        hidden, hidden_columns = _hidden(raw)
        sheets.append(
            Sheet(meta.name, cells, dict(_faults(raw)), hidden, hidden_columns, tuple(source.merged_cell_ranges or ()),
                  meta.visible == python_calamine.SheetVisibleEnum.Visible, date1904)
        )  # fmt: skip
    return Book(path, tuple(sheets), _properties(archive, names))


def _bounded(raw: bytes) -> None:
    """The reader keeps a full grid up to the last cell: two cells in far corners would take all memory."""
    rows = max((int(n) for n in _ROW_NUMBER.findall(raw)), default=0)
    columns = max((column_index(n.decode()) + 1 for n in set(_WIDE.findall(raw))), default=26)
    if rows * columns > GRID_LIMIT:
        raise FileFault("too_large", detail=(f"{rows} 行 × {columns} 列", f"{rows} rows x {columns} columns"))


def _xml(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    if archive.getinfo(name).file_size > PART_LIMIT:
        raise FileFault("too_large", detail=f"{name} {archive.getinfo(name).file_size // 1_000_000} MB")
    text = archive.read(name)
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise FileFault("unsafe_xml")
    return ElementTree.fromstring(text)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _parts(archive: zipfile.ZipFile, names: set[str]) -> tuple[dict[str, str], bool]:
    """Sheet name -> part name, and whether dates count from 1904."""
    root = "xl/workbook.xml" if "xl/workbook.xml" in names else next(n for n in sorted(names) if n.endswith("workbook.xml"))
    folder = root.rpartition("/")[0]
    workbook = _xml(archive, root)
    relations = f"{folder}/_rels/{root.rpartition('/')[2]}.rels"
    targets = {e.get("Id", ""): e.get("Target", "") for e in _xml(archive, relations)} if relations in names else {}
    parts, date1904 = {}, False
    for element in workbook.iter():
        if _local(element.tag) == "sheet":
            target = targets.get(element.get(_RELATION) or element.get(_STRICT_RELATION) or "", "")
            parts[element.get("name", "")] = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}"
        elif _local(element.tag) == "workbookPr":
            date1904 = element.get("date1904") in ("1", "true")
    return parts, date1904


def _properties(archive: zipfile.ZipFile, names: set[str]) -> dict[str, str]:
    if "docProps/custom.xml" not in names:
        return {}
    return {e.get("name", ""): "".join(e.itertext()).strip() for e in _xml(archive, "docProps/custom.xml") if e.get("name")}


def _hidden(raw: bytes) -> tuple[list[int], frozenset[int]]:
    if b"hidden=" not in raw:
        return [], frozenset()
    rows, number = [], -1
    for found in _ROW.finditer(raw):
        named = _NUMBER_OF_ROW.search(found[1])
        number = int(named[1]) - 1 if named else number + 1
        if _HIDDEN.search(found[1]):
            rows.append(number)
    columns: set[int] = set()
    for found in _COLUMN.finditer(raw, 0, raw.find(b"sheetData")):
        if _HIDDEN.search(found[1]):
            span = {k: int(v) for k, v in _SPAN.findall(found[1])}
            columns.update(range(span.get(b"min", 1) - 1, min(span.get(b"max", 0), 16384)))
    return rows, frozenset(columns)


def _faults(raw: bytes) -> Iterator[tuple[tuple[int, int], tuple[str, str]]]:
    """Cells that the reader shows as blank though they are not: errors and formulas without a result."""
    if b't="e"' in raw or b"t='e'" in raw:
        for found in _ERROR.finditer(raw):
            at = _position(found[1])
            if at is not None:
                yield at, ("error_value", found[2].decode("ascii", "replace"))
    if not re.search(rb"<(?:\w+:)?f\b", raw):
        return
    for found in _FORMULA.finditer(raw):
        at = _position(found[1])
        if at is None:
            continue
        if b"DISPIMG" in (found[3] or b""):
            yield at, ("image_cell", "")
            continue
        value = _VALUE.match(found[4])
        has_value = value is not None and not value[1] and value[2] != b""
        # An empty string as result is t="str" with an empty <v>: a blank, and rightly so.
        if not has_value and not (value is not None and _IS_TEXT.search(found[1])) and not re.search(rb"\bt=[\"']e[\"']", found[1]):
            yield at, ("formula_no_value", "")


def _position(attributes: bytes) -> tuple[int, int] | None:
    found = _REF.search(attributes)
    return (int(found[2]) - 1, column_index(found[1].decode())) if found else None
