"""Documents: digests recomputed, text reduced to facts, nothing outside the firm's folder opened."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from compliance.collect.document_text import TextUnavailable, derive, extract
from compliance.collect.documents import TEXT_COLUMNS, collect_documents
from compliance.model.location import Location
from compliance.model.row import Row

AT = "2026-06-30 18:00:00"
NDA = """保密协议
第一条 保密信息的范围：本协议所称保密信息是指甲方客户的账簿、凭证和纳税申报资料。
第二条 保密期限：乙方离职后二十四个月内继续承担保密义务。
第三条 违约责任：乙方违反本协议的，应当赔偿甲方因此遭受的全部损失。
第四条 乙方离职时应当归还全部资料。
"""


def docx(text: str) -> bytes:
    """A minimal .docx whose paragraphs are the lines."""
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in text.splitlines())
    xml = f'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", xml)
    return out.getvalue()


def pdf(text: str) -> bytes:
    """A minimal one-page PDF with Latin text."""
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream), b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]  # fmt: skip
    out, offsets = b"%PDF-1.4\n", []
    for number, item in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % o for o in offsets)
    return out + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start


def register(path: str | None, sha256: str | None, **more: str | bool | None) -> Row:
    at = Location("registers/文件台账.xlsx", 4, 4, "文件台账!A4")
    values = {"doc_id": "DOC-1", "storage_path": path, "sha256": sha256, "hash_ok": True, "hash_verified_at": "2020-01-01 00:00:00", **more}
    return Row("document_register", values, at, {"sha256": at._replace(cell="文件台账!O4"), "storage_path": at._replace(cell="文件台账!N4")}, {})


def write(folder: Path, name: str, data: bytes) -> str:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def test_a_filed_document_is_hashed_again_and_dated_with_the_instant_of_the_collection(tmp_path: Path) -> None:
    digest = write(tmp_path, "documents/nda.docx", docx(NDA))
    reading = collect_documents(tmp_path, [register("documents/nda.docx", digest.upper())], AT)
    values = reading.rows[0].values
    assert (values["hash_ok"], values["hash_verified_at"], reading.problems) == (True, AT, ())
    assert [(n.path, n.status) for n in reading.notes] == [("documents/nda.docx", "read")]


@pytest.mark.parametrize(
    ("path", "sha256", "ok", "code"),
    [
        ("documents/nda.docx", "0" * 64, False, "document_changed"),
        ("documents/nda.docx", None, None, "digest_missing"),
        ("documents/nda.docx", "未登记", False, "digest_malformed"),
        ("documents/lost.docx", "0" * 64, False, "document_missing"),
        ("archive/lost.docx", "0" * 64, None, "documents_not_delivered"),
        ("../outside.docx", "0" * 64, None, "document_remote"),
        ("documents/../../outside.docx", "0" * 64, None, "document_remote"),
        ("/etc/hostname", "0" * 64, None, "document_remote"),
        ("C:\\文件\\a.docx", "0" * 64, None, "document_remote"),
        ("\\\\server\\share\\a.docx", "0" * 64, None, "document_remote"),
        ("documents/" + "长" * 300 + ".docx", "0" * 64, False, "document_missing"),
        ("https://example.test/a.docx", "0" * 64, None, "document_remote"),
    ],
)
def test_what_the_keeper_typed_never_stands_for_the_digest(tmp_path: Path, path: str, sha256: str | None, ok: bool | None, code: str) -> None:
    firm = tmp_path / "firm"
    write(firm, "documents/nda.docx", docx(NDA))
    write(tmp_path, "outside.docx", docx(NDA))
    reading = collect_documents(firm, [register(path, sha256)], AT)
    assert reading.rows[0].values["hash_ok"] is ok
    assert [p.code for p in reading.problems if p.code != "text_unavailable"] == [code]
    assert reading.problems[0].where().startswith("registers/文件台账.xlsx › 文件台账!")
    if ok is None:
        assert "hash_ok" in reading.rows[0].nulls


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    digest = write(tmp_path, "secret.txt", b"not of the firm")
    firm = tmp_path / "firm"
    firm.mkdir()
    (firm / "a.txt").symlink_to(tmp_path / "secret.txt")
    reading = collect_documents(firm, [register("a.txt", digest)], AT)
    assert reading.rows[0].values["hash_ok"] is None and len(reading.rows) == 1


def test_backslashes_of_windows_name_the_same_file(tmp_path: Path) -> None:
    digest = write(tmp_path, "documents/制度/保密.md", NDA.encode())
    assert collect_documents(tmp_path, [register("documents\\制度\\保密.md", digest)], AT).rows[0].values["hash_ok"] is True


@pytest.mark.parametrize("name", ["a.docx", "a.md", "a.txt"])
def test_clauses_become_facts_and_no_text_is_kept(tmp_path: Path, name: str) -> None:
    digest = write(tmp_path, name, docx(NDA) if name == "a.docx" else NDA.encode("gb18030"))
    client = {"client_id": "C1", "name": "晨星贸易有限公司"}
    at = Location("registers/x.xlsx", 2, 2)
    row = collect_documents(tmp_path, [register(name, digest), Row("clients", client, at, {}, {})], AT).rows[-1]
    assert row.table == "document_text" and set(row.values) == set(TEXT_COLUMNS)
    assert row.values == {
        "doc_id": "DOC-1", "text_available": True, "clause_scope_present": True, "clause_term_present": True, "clause_liability_present": True,
        "clause_return_present": True, "post_term_months": 24, "unfilled_blanks": 0, "other_client_hits": 0,
    }  # fmt: skip


def test_other_clients_in_a_document_are_counted_but_not_its_own(tmp_path: Path) -> None:
    digest = write(tmp_path, "a.md", "本协议由晨星贸易有限公司与我方签订，另见暮云餐饮管理有限公司的约定。".encode())
    at = Location("registers/x.xlsx", 2, 2)
    clients = [Row("clients", {"client_id": i, "name": n}, at, {}, {}) for i, n in (("C1", "晨星贸易有限公司"), ("C2", "暮云餐饮管理有限公司"), ("C3", "一二"))]
    agreement = Row("client_agreement", {"client_id": "C1", "doc_id": "DOC-1"}, at, {}, {})
    assert collect_documents(tmp_path, [register("a.md", digest), *clients, agreement], AT).rows[-1].values["other_client_hits"] == 1


@pytest.mark.parametrize(
    ("text", "column", "expected"),
    [
        ("保密期限：\n违约责任：无\n其他条款依法执行，双方各执一份。", "clause_liability_present", False),
        ("乙方不承担违约责任，双方另行协商处理一切事宜。", "clause_liability_present", False),
        ("乙方违反本协议的，应当支付违约金十万元整。", "clause_liability_present", True),
        ("保密期限：\n双方各执一份。", "clause_term_present", True),
        ("本协议自签字之日起生效，双方各执一份为凭。", "clause_term_present", False),
        ("乙方在劳动关系终止后两年内不得泄露，仍负保密义务。", "clause_term_present", True),
        ("Confidential Information means all data of the clients.", "clause_scope_present", True),
        ("双方同意长期合作，互利共赢，共同发展业务。", "clause_scope_present", False),
    ],
)  # fmt: skip
def test_a_denied_or_empty_clause_is_no_clause(text: str, column: str, expected: bool) -> None:
    assert derive(text).columns[column] is expected


@pytest.mark.parametrize(
    ("text", "months"),
    [("离职后2年内负有保密义务", 24), ("合同终止后十八个月内", 18), ("解除之日起满三年", 36), ("离职后36个月", 36), ("永久保密", None)],
)
def test_months_of_secrecy_are_read_from_the_text(text: str, months: int | None) -> None:
    assert derive(text).columns["post_term_months"] == months


def test_blanks_left_in_a_form_are_counted() -> None:
    assert derive("甲方：____ 乙方：【  】 日期：（   ）").columns["unfilled_blanks"] == 3


def test_a_pdf_with_text_is_read_and_one_without_is_reported(tmp_path: Path) -> None:
    assert "shall be liable" in extract(".pdf", pdf("The receiver shall be liable for damages."))
    for number, data in enumerate((pdf(""), b"%PDF-1.4\ngarbage", b"", docx("x")[:40])):
        suffix = ".docx" if number == 3 else ".pdf"
        digest = write(tmp_path, f"{number}{suffix}", data)
        reading = collect_documents(tmp_path, [register(f"{number}{suffix}", digest)], AT)
        assert reading.rows[-1].values["text_available"] is False
        assert [p.code for p in reading.problems] == ["text_unavailable"]


def test_a_docx_that_declares_entities_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    with pytest.raises(TextUnavailable):
        extract(".docx", out.getvalue())
