"""Word documents by hand: a few parts of WordprocessingML in a stored ZIP, the same input gives the same bytes.

Source of the parts: ECMA-376 part 1, WordprocessingML; the container is written without compression because
deflate differs between zlib builds.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final
from xml.sax.saxutils import escape

_MAIN: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
    '<Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>'
)
_RELATIONS: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)
_PART_RELATIONS: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>'
)
_FONTS: Final = '<w:rFonts w:ascii="{latin}" w:hAnsi="{latin}" w:eastAsia="{asian}" w:cs="{latin}"/>'


def _style(identifier: str, name: str, size: int, asian: str, extra: str = "", before: int = 0, after: int = 120, level: int | None = None) -> str:
    fonts = _FONTS.format(latin="Times New Roman", asian=asian)
    outline = f'<w:outlineLvl w:val="{level}"/>' if level is not None else ""
    default = ' w:default="1"' if identifier == "Normal" else ""
    based = "" if identifier == "Normal" else '<w:basedOn w:val="Normal"/>'
    keep = "<w:keepNext/>" if level is not None else ""
    return (
        f'<w:style w:type="paragraph"{default} w:styleId="{identifier}"><w:name w:val="{name}"/>{based}'
        f'<w:pPr>{keep}<w:spacing w:before="{before}" w:after="{after}" w:line="360" w:lineRule="auto"/>{outline}</w:pPr>'
        f'<w:rPr>{fonts}{extra}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr></w:style>'
    )


_STYLES: Final = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:styles xmlns:w="{_MAIN}">'
    + _style("Normal", "Normal", 21, "SimSun")
    + _style("Title", "Title", 36, "SimHei", "<w:b/>", after=240)
    + _style("Heading1", "heading 1", 28, "SimHei", "<w:b/>", before=360, level=0)
    + _style("Heading2", "heading 2", 24, "SimHei", "<w:b/>", before=240, level=1)
    + _style("Cell", "Cell", 18, "SimSun", after=0)
    + "</w:styles>"
)


@dataclass
class Document:
    """Paragraphs and tables in order; ``bytes()`` is the finished file."""

    landscape: bool = False
    _body: list[str] = field(default_factory=list)

    def paragraph(self, text: str, style: str = "Normal", bold: bool = False) -> None:
        """One paragraph; line feeds become line breaks."""
        self._body.append(_paragraph(text, style, bold))

    def heading(self, text: str, level: int = 1) -> None:
        """A heading of level 0 (title), 1 or 2."""
        self.paragraph(text, "Title" if level == 0 else f"Heading{level}")

    def table(self, header: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int]) -> None:
        """A bordered table whose header repeats on every page; *widths* in twentieths of a point."""
        line = '<w:{0} w:val="single" w:sz="4" w:space="0" w:color="888888"/>'
        borders = "".join(line.format(side) for side in ("top", "left", "bottom", "right", "insideH", "insideV"))
        grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in widths)
        out = [f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>']
        out.append(_row(header, widths, head=True))
        out += [_row(r, widths, head=False) for r in rows]
        self._body.append("".join(out) + "</w:tbl>")
        self.paragraph("", "Cell")

    def bytes(self) -> bytes:
        """The package."""
        size = '<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>' if self.landscape else '<w:pgSz w:w="11906" w:h="16838"/>'
        section = f'<w:sectPr>{size}<w:pgMar w:top="1247" w:right="1134" w:bottom="1247" w:left="1134" w:header="720" w:footer="720" w:gutter="0"/></w:sectPr>'
        document = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:document xmlns:w="{_MAIN}"><w:body>{"".join(self._body)}{section}</w:body></w:document>'
        parts = (("[Content_Types].xml", _TYPES), ("_rels/.rels", _RELATIONS), ("word/document.xml", document), ("word/styles.xml", _STYLES), ("word/_rels/document.xml.rels", _PART_RELATIONS))
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as archive:
            for name, text in parts:
                archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text.encode("utf-8"))
        return data.getvalue()


def _row(cells: Sequence[str], widths: Sequence[int], head: bool) -> str:
    properties = "<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>" if head else "<w:trPr><w:cantSplit/></w:trPr>"
    shade = '<w:shd w:val="clear" w:color="auto" w:fill="E9EEF5"/>' if head else ""
    return f"<w:tr>{properties}" + "".join(f'<w:tc><w:tcPr><w:tcW w:w="{w}" w:type="dxa"/>{shade}</w:tcPr>{_paragraph(c, "Cell", head)}</w:tc>' for c, w in zip(cells, widths, strict=True)) + "</w:tr>"


def _paragraph(text: str, style: str, bold: bool = False) -> str:
    weight = "<w:rPr><w:b/></w:rPr>" if bold else ""
    lines = _clean(text).split("\n")
    runs = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in lines)
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r>{weight}{runs}</w:r></w:p>'


def _clean(text: str) -> str:
    """Without the characters that XML 1.0 does not allow."""
    return "".join(c for c in text if c in "\t\n" or (c >= " " and c not in "\ufffe\uffff" and not "\ud800" <= c <= "\udfff"))
