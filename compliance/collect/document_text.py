"""Text of .docx, .pdf, .md and .txt documents, and the facts that clause checks ask for."""

from __future__ import annotations

import io
import logging
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree

from compliance.collect.registers.delimited import decode
from compliance.collect.registers.sheet import FileFault
from compliance.model.catalog import Text
from compliance.model.row import Scalar

READABLE: Final = frozenset({".docx", ".pdf", ".md", ".txt"})
_PART_LIMIT: Final = 60_000_000
_PAGES: Final = 400
_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


class TextUnavailable(Exception):
    """The text cannot be taken; ``detail`` says why.  Never leaves the collector."""

    def __init__(self, code: str, detail: Text) -> None:
        self.code, self.detail = code, detail
        super().__init__(code)


@dataclass(frozen=True)
class Facts:
    """What a document's text says, as columns of ``document_text``; *text* is for counting names only."""

    text: str
    columns: dict[str, Scalar]


def extract(suffix: str, data: bytes) -> str:
    """The text, paragraphs as lines.  Raises TextUnavailable."""
    if suffix == ".docx":
        text = _docx(data)
    elif suffix == ".pdf":
        text = _pdf(data)
    else:
        try:
            text = decode(data)
        except FileFault as error:
            raise TextUnavailable("encoding", Text("编码无法识别", "unknown encoding")) from error
    if len(re.sub(r"\s", "", text)) < 10:
        raise TextUnavailable("no_text", Text("没有文字，可能是扫描件", "there is no text, perhaps a scan"))
    return text


def _docx(data: bytes) -> str:
    """Paragraphs of the body, headers, footers and notes; deleted (tracked) text is left out."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise TextUnavailable("encrypted", Text("加密或旧版 .doc", "encrypted, or an old .doc"))
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = [n for n in archive.namelist() if re.fullmatch(r"word/(?:document|header\d*|footer\d*|footnotes|endnotes)\.xml", n)]
        if "word/document.xml" not in parts:
            raise TextUnavailable("not_docx", Text("里面没有 Word 文档", "there is no Word document inside"))
        lines: list[str] = []
        for part in sorted(parts):
            if archive.getinfo(part).file_size > _PART_LIMIT:
                raise TextUnavailable("too_large", Text("文件过大", "the file is too large"))
            xml = archive.read(part)
            if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
                raise TextUnavailable("unsafe_xml", Text("含 DOCTYPE 声明，拒绝读取", "it declares a DOCTYPE and is refused"))
            for paragraph in ElementTree.fromstring(xml).iter(f"{_W}p"):
                lines.append("".join(e.text or "" if e.tag == f"{_W}t" else " " for e in paragraph.iter() if e.tag in (f"{_W}t", f"{_W}tab", f"{_W}br")))
        return "\n".join(lines)
    except (zipfile.BadZipFile, ElementTree.ParseError, KeyError, ValueError, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise TextUnavailable("damaged", Text("文件已损坏", "the file is damaged")) from error


def _pdf(data: bytes) -> str:
    """Text of the first pages; what a scan shows is no text."""
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise TextUnavailable("encrypted", Text("文件已加密", "the file is encrypted"))
        return "\n".join(page.extract_text() for page in reader.pages[:_PAGES])
    except TextUnavailable:
        raise
    except Exception as error:
        # A parser of hostile input fails in as many ways as there are malformed files; each is the same fact here.
        raise TextUnavailable("damaged", Text("PDF 无法解析", "the PDF cannot be parsed")) from error


# Chinese wording of confidentiality agreements, with the English of bilingual ones.  A heading alone is no clause.
_SECRET: Final = r"(?:商业秘密|保密信息|秘密信息|保密资料|保密内容|机密信息|保密事项)"
_SCOPE: Final = re.compile(
    rf"{_SECRET}[^。；\n]{{0,30}}(?:是指|系指|包括|指的是|涵盖|范围)|保密(?:的)?(?:范围|信息的定义|内容)|confidential\s+information[^.]{{0,80}}(?:means|includes?|shall\s+mean)", re.I
)  # fmt: skip
_TERM: Final = re.compile(
    r"保密(?:的)?(?:期限|期间|义务期)|保密义务[^。；\n]{0,40}(?:持续|有效期|终止后|解除后|离职后|仍|永久|至)|(?:离职|终止|解除|届满|期满)[^。；\n]{0,20}(?:后|之后)[^。；\n]{0,30}保密"
    r"|(?:term|period)\s+of\s+confidentiality|confidentiality[^.]{0,80}(?:surviv|years?\s+after)", re.I
)  # fmt: skip
_LIABILITY: Final = re.compile(r"违约责任|违约金|赔偿(?:责任|损失|全部|因此)|承担[^。；\n]{0,20}(?:责任|赔偿)|追究[^。；\n]{0,15}责任|liquidated\s+damages|\bliable\b|indemnif", re.I)
_RETURN: Final = re.compile(rf"(?:归还|返还|交还|退还|销毁|删除)[^。；\n]{{0,25}}(?:{_SECRET}|资料|信息|文件|载体|数据|副本)|(?:return|destroy)[^.]{{0,60}}(?:information|material|copies)", re.I)
_NEGATED: Final = re.compile(r"(?:不|不再|无须|无需|免于|免除|毋须|没有|未约定|not)\s*$", re.I)
_EMPTY: Final = re.compile(r"^(?:无|不适用|略|待定|另行约定|[_＿]{2,}|N/?A)$", re.I)
_ARTICLE: Final = re.compile(r"^第[一二三四五六七八九十0-9]+条")
_PUNCTUATION: Final = " :：、，,。.;；-—()（）"
_NUMBERS: Final = "0123456789第一二三四五六七八九十条章节款"
_BLANKS: Final = re.compile(r"[_＿]{3,}|【\s*】|\[\s{1,}\]|〔\s*〕|[xX×]{3,}|\(\s{2,}\)|（\s{2,}）")
_MONTHS: Final = re.compile(r"(?:离职|终止|解除|届满|期满|结束)[^。；\n]{0,25}?(?:后|之日起|起)[^。；\n]{0,15}?(\d{1,3}|[一二两三四五六七八九十]{1,3})\s*(?:\(\d+\)|（\d+）)?\s*(年|个月)")
_DIGITS: Final = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}


def derive(text: str) -> Facts:
    """The facts of one document."""
    plain = unicodedata.normalize("NFKC", text)
    joined = _unwrapped(plain)
    columns: dict[str, Scalar] = {
        "clause_scope_present": _has(_SCOPE, joined),
        "clause_term_present": _has(_TERM, joined),
        "clause_liability_present": _has(_LIABILITY, joined),
        "clause_return_present": _has(_RETURN, joined),
        "post_term_months": _months(joined),
        "unfilled_blanks": len(_BLANKS.findall(plain)),
    }
    return Facts(re.sub(r"\s+", "", text) + "\n" + text, columns)


def _unwrapped(text: str) -> str:
    """PDF breaks lines inside sentences: a long line that does not end one goes on in the next."""
    out = ""
    for line in text.splitlines(keepends=True):
        goes_on = len(line) > 20 and (line.rstrip()[-1:] in "，,、" or "\u4e00" <= line.rstrip()[-1:] <= "\u9fff")
        out += line.rstrip() if goes_on else line
    return out


def _has(pattern: re.Pattern[str], text: str) -> bool:
    """Some mention that is not denied and not a heading without content."""
    for found in pattern.finditer(text):
        if _NEGATED.search(text[max(0, found.start() - 6) : found.start()]):
            continue
        own, *below = text[found.end() : found.end() + 400].split("\n")
        before = text[: found.start()].rpartition("\n")[2]
        if not own.strip(_PUNCTUATION) and not before.strip(_PUNCTUATION + _NUMBERS):
            own = next((line for line in below if line.strip()), "")
            if _ARTICLE.match(own.strip()):
                continue
            if not own.strip(_PUNCTUATION):
                continue
        if own.strip(_PUNCTUATION) and _EMPTY.match(own.strip(_PUNCTUATION)):
            continue
        return True
    return False


def _months(text: str) -> int | None:
    """The shortest stated number of months for which secrecy goes on after the end."""
    found = []
    for number, unit in _MONTHS.findall(text):
        value = int(number) if number.isdigit() else _chinese(number)
        found.append(value * (12 if unit == "年" else 1))
    return min(found, default=None)


def _chinese(text: str) -> int:
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _DIGITS.get(text[-1], 0)
    return (_DIGITS.get(tens[-1:], 1)) * 10 + _DIGITS.get(ones, 0)
