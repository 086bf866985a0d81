"""Documents that registers name: their digests recomputed, and what their text says reduced to facts.

A row of ``document_register`` says where a document lies and which digest it had when it was filed.
Here the file is hashed again and the answer written into ``hash_ok`` and ``hash_verified_at``,
whatever the register's keeper had typed there.  The text itself never becomes evidence: table
``document_text`` holds only yes, no and counts.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from compliance.collect.document_text import READABLE, TextUnavailable, derive, extract
from compliance.collect.registers.problem import Problem
from compliance.model.catalog import Text
from compliance.model.cell import Reason
from compliance.model.location import Location
from compliance.model.row import FileNote, Row, Scalar

COLLECTOR: Final = "documents"
_SHA256: Final = re.compile(r"^[0-9a-f]{64}$")
_REMOTE: Final = re.compile(r"^(?:[a-z][a-z0-9+.-]{1,10}://|\\\\|//)", re.I)
_ABSOLUTE: Final = re.compile(r"^(?:[A-Za-z]:[\\/]|/|~)")
TEXT_LIMIT: Final = 30_000_000


@dataclass(frozen=True, slots=True)
class DocumentReading:
    """What became of the documents.

    rows:     all rows handed in, those of ``document_register`` with their digests checked, and the
              rows of ``document_text``
    notes:    one a document file that was read
    problems: documents that are missing, changed or out of reach
    """

    rows: tuple[Row, ...]
    notes: tuple[FileNote, ...]
    problems: tuple[Problem, ...]


class _Say(NamedTuple):
    what: Text
    why: Text
    fix: Text


_MESSAGES: Final = {
    "document_missing": _Say(
        Text("登记的文件不存在：{path}", "the registered document does not exist: {path}"),
        Text("登记在册却拿不出来的文件不算在档", "a document that cannot be produced is not on file"),
        Text("把文件放到登记的位置，或更正“存放位置”", "put the file where the register says, or correct the path"),
    ),
    "documents_not_delivered": _Say(
        Text("存放文件的文件夹不在这里：{path}", "the folder of the document is not here: {path}"),
        Text("没有文件就无法复核哈希，按“未知”处理", "without the file its digest cannot be checked; it counts as unknown"),
        Text("把文件夹放到 hegui.yaml 所在的目录下", "put the folder beside hegui.yaml"),
    ),
    "document_changed": _Say(
        Text("文件与登记的哈希不一致：{path}", "the document differs from its registered digest: {path}"),
        Text("登记之后文件被改动或替换过", "it was changed or replaced after it was registered"),
        Text("找回登记时的版本；确属新版的，另行登记并重新审批。现哈希 {digest}", "restore the registered version; register and approve a new one anew. Digest now: {digest}"),
    ),
    "digest_missing": _Say(
        Text("没有登记文件哈希：{path}", "no digest is registered for {path}"),
        Text("没有登记时的哈希，就无法证明文件没有改动", "without the digest of its filing nothing shows that it is unchanged"),
        Text("核对文件后填入 {digest}", "look at the file, then enter {digest}"),
    ),
    "digest_malformed": _Say(
        Text("登记的文件哈希不是 64 位十六进制", "the registered digest is not 64 hexadecimal digits"),
        Text("SHA-256 哈希是 64 位十六进制", "a SHA-256 digest has 64 hexadecimal digits"),
        Text("核对文件后填入 {digest}", "look at the file, then enter {digest}"),
    ),
    "document_remote": _Say(
        Text("文件不在本机文件夹内：{path}", "the document is not inside the firm's folder: {path}"),
        Text("只核对 hegui.yaml 所在目录之内的文件，不访问网络和其他位置", "only files beneath the folder of hegui.yaml are checked; no network, no other place"),
        Text("导出到该目录下，登记相对路径，如 documents/保密制度.docx", "export it there and register a relative path, e.g. documents/policy.docx"),
    ),
    "document_unreadable": _Say(
        Text("文件无法读取：{path}（{detail}）", "the document cannot be read: {path} ({detail})"),
        Text("读不出就无法复核哈希", "its digest cannot be checked"),
        Text("关闭占用它的程序，检查权限后重试", "close the program that holds it, check its permissions, run again"),
    ),
    "text_unavailable": _Say(
        Text("提取不出文字：{path}（{detail}）", "no text could be taken from {path} ({detail})"),
        Text("条款检查只能依据登记表里的勾选", "checks on clauses can go by the register's ticks only"),
        Text("扫描件请另存一份可复制文字的 .docx 或 .pdf", "for a scan keep a .docx or .pdf with selectable text as well"),
    ),
}  # fmt: skip


def collect_documents(folder: Path, rows: Sequence[Row], collected_at: str) -> DocumentReading:
    """Check every document that the register names.

    folder:       the firm's folder, the one that holds ``hegui.yaml``; nothing outside it is opened
    rows:         all register rows, before redaction
    collected_at: ``YYYY-MM-DD HH:MM:SS`` in Asia/Shanghai, the instant of the collection
    """
    names = _client_names(rows)
    owners = _owners(rows)
    out: list[Row] = []
    texts: list[Row] = []
    notes: dict[str, FileNote] = {}
    problems: list[Problem] = []
    for row in rows:
        if row.table != "document_register":
            out.append(row)
            continue
        checked = _check(folder.resolve(), row, collected_at)
        out.append(checked.row)
        problems += checked.problems
        if checked.note is not None:
            notes.setdefault(checked.note.path, checked.note)
        if checked.file is not None:
            text, faults = _text_row(row, checked.file, names, owners.get(str(row.values.get("doc_id")), frozenset()))
            texts.append(text)
            problems += faults
    return DocumentReading((*out, *texts), tuple(notes[k] for k in sorted(notes)), tuple(problems))


@dataclass(frozen=True)
class _Checked:
    row: Row
    problems: tuple[Problem, ...] = ()
    note: FileNote | None = None
    file: Path | None = None


def _check(folder: Path, row: Row, collected_at: str) -> _Checked:
    stated = row.values.get("storage_path")
    if not isinstance(stated, str) or not stated.strip():
        return _Checked(_with(row, None, None, row.nulls.get("storage_path", Reason("not_stated", "storage_path"))))
    shown = stated.strip()
    unknown = Reason("not_collected", shown)
    if _REMOTE.match(shown) or _ABSOLUTE.match(shown):
        return _Checked(_with(row, None, None, unknown), (_problem("document_remote", row, "storage_path", "warning", path=shown),))
    relative = shown.replace("\\", "/").removeprefix("./")
    path = Path(os.path.normpath(folder / relative))
    try:
        inside, there = path.resolve().is_relative_to(folder), path.is_file()
    except (OSError, ValueError):  # a name too long for the file system, or no name at all
        inside, there = True, False
    if not inside:
        return _Checked(_with(row, None, None, unknown), (_problem("document_remote", row, "storage_path", "warning", path=shown),))
    if not there:
        top = folder / relative.split("/")[0]
        if "/" in relative and not top.is_dir():
            return _Checked(_with(row, None, None, unknown), (_problem("documents_not_delivered", row, "storage_path", "warning", path=shown),))
        return _Checked(_with(row, False, None, unknown), (_problem("document_missing", row, "storage_path", path=shown),))
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        detail = error.strerror or type(error).__name__
        note = FileNote(relative, "unparsed", COLLECTOR, "unreadable", detail, 0, ("document_text",))
        return _Checked(_with(row, None, None, unknown), (_problem("document_unreadable", row, "storage_path", path=shown, detail=detail),), note)
    note = FileNote(relative, "read", COLLECTOR)
    registered = str(row.values.get("sha256") or "").strip().lower().removeprefix("sha256:")
    if not registered:
        reason = row.nulls.get("sha256", Reason("not_stated", "sha256"))
        return _Checked(_with(row, None, collected_at, reason), (_problem("digest_missing", row, "sha256", path=shown, digest=digest),), note, path)
    problems: tuple[Problem, ...] = ()
    if not _SHA256.match(registered):
        problems = (_problem("digest_malformed", row, "sha256", digest=digest),)
    elif registered != digest:
        problems = (_problem("document_changed", row, "sha256", path=shown, digest=digest),)
    return _Checked(_with(row, registered == digest, collected_at, unknown), problems, note, path)


def _with(row: Row, ok: bool | None, verified_at: str | None, reason: Reason) -> Row:
    """The row with its digest checked; what the keeper typed in these two columns is not evidence."""
    values: dict[str, Scalar] = {**row.values, "hash_ok": ok, "hash_verified_at": verified_at}
    nulls = {k: v for k, v in row.nulls.items() if k not in ("hash_ok", "hash_verified_at")}
    if ok is None:
        nulls["hash_ok"] = reason
    if verified_at is None:
        nulls["hash_verified_at"] = reason
    return replace(row, values=values, nulls=nulls)


def _text_row(row: Row, path: Path, names: Mapping[str, str], owners: frozenset[str]) -> tuple[Row, list[Problem]]:
    """One row of ``document_text`` for a document that is there."""
    doc_id = row.values.get("doc_id")
    shown = str(row.values.get("storage_path"))
    problems: list[Problem] = []
    try:
        if path.suffix.lower() not in READABLE:
            raise TextUnavailable("kind", Text(f"不读取 {path.suffix} 的文字", f"text of {path.suffix or 'such'} files is not read"))
        if path.stat().st_size > TEXT_LIMIT:
            raise TextUnavailable("too_large", Text("文件过大", "the file is too large"))
        facts = derive(extract(path.suffix.lower(), path.read_bytes()))
    except TextUnavailable as error:
        if error.code != "kind":
            problems.append(_problem("text_unavailable", row, "storage_path", "info", path=shown, detail=error.detail))
        values: dict[str, Scalar] = {"doc_id": doc_id, "text_available": False}
        reason = Reason("not_collected", shown)
        nulls = {c: reason for c in TEXT_COLUMNS if c not in values}
        return Row("document_text", {**dict.fromkeys(TEXT_COLUMNS), **values}, row.at, {}, nulls), problems
    others = {i for name, i in names.items() if i not in owners and name in facts.text}
    values = {"doc_id": doc_id, "text_available": True, **facts.columns, "other_client_hits": len(others)}
    months = facts.columns["post_term_months"]
    nulls = {"post_term_months": Reason("not_stated", "post_term_months")} if months is None else {}
    return Row("document_text", values, row.at, {}, nulls), problems


TEXT_COLUMNS: Final = (
    "doc_id", "text_available", "clause_scope_present", "clause_term_present", "clause_liability_present", "clause_return_present",
    "post_term_months", "unfilled_blanks", "other_client_hits",
)  # fmt: skip
"""Columns of table ``document_text``."""


def _client_names(rows: Iterable[Row]) -> dict[str, str]:
    """Client name -> number; names under four characters would be found in any text."""
    found: dict[str, str] = {}
    for row in rows:
        if row.table == "clients":
            name, identity = row.values.get("name"), row.values.get("client_id")
            if isinstance(name, str) and len(name.strip()) >= 4 and isinstance(identity, str):
                found[name.strip()] = identity
    return found


def _owners(rows: Iterable[Row]) -> dict[str, frozenset[str]]:
    """Document -> the clients whose rows refer to it: naming them there is no leak."""
    found: dict[str, set[str]] = {}
    for row in rows:
        client = row.values.get("client_id")
        if isinstance(client, str):
            for column, value in row.values.items():
                if (column == "doc_id" or column.endswith("_doc_id")) and isinstance(value, str):
                    found.setdefault(value, set()).add(client)
    return {k: frozenset(v) for k, v in found.items()}


def _problem(code: str, row: Row, column: str, severity: Any = "error", **details: Any) -> Problem:
    place: Location = row.places.get(column, row.at)
    sheet, _, cell = place.cell.rpartition("!")
    headers = {"storage_path": "存放位置", "sha256": "文件哈希"}
    texts = []
    for text in _MESSAGES[code]:
        pair = [t.format(**{k: (v[i] if isinstance(v, tuple) else v) for k, v in details.items()}) for i, t in enumerate(text)]
        texts.append(Text(*pair))
    return Problem(place.path, sheet, cell, headers[column], code, texts[0], texts[1], texts[2], severity, row.table)
