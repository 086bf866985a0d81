"""The structure of law texts: article -> items of each paragraph.  Texts stay outside the repository; digests of structure are in it.

``python -m tests.catalog.law_structure`` rewrites ``data/law_structure.json`` from the texts.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

STRUCTURE = Path(__file__).parent / "data" / "law_structure.json"
DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")}
UNITS = {"十": 10, "百": 100, "千": 1000}
NUMERAL = "[零一二三四五六七八九十百千]+"
HEAD = re.compile(rf"^第({NUMERAL})条(?:第({NUMERAL})款)?[\s　]*(.*)$")
LATER_PARAGRAPH = re.compile(rf"^第({NUMERAL})款[\s　]+\S")
ITEM = re.compile(rf"^（{NUMERAL}）")
CHAPTER = re.compile(rf"^第{NUMERAL}[编章节](?![条款项])|^附[\s　]*则")

Structure = dict[str, list[int]]
"""Article -> number of items of each paragraph; -1 for a paragraph that the excerpt leaves out."""


def number(numeral: str) -> int:
    """A Chinese numeral below ten thousand."""
    total = digit = 0
    for c in numeral:
        if c in UNITS:
            total += (digit or 1) * UNITS[c]
            digit = 0
        else:
            digit = DIGITS[c]
    return total + digit


def texts_folder() -> Path | None:
    """``HEGUI_LAW_TEXTS``, or ``../shared/law/texts`` seen from here or from a folder above; None where there is none."""
    given = os.environ.get("HEGUI_LAW_TEXTS")
    if given:
        return Path(given) if Path(given).is_dir() else None
    for parent in Path(__file__).resolve().parents:
        if (parent / "shared" / "law" / "texts").is_dir():
            return parent / "shared" / "law" / "texts"
    return None


def lines_of(text: str) -> Iterator[str]:
    """The lines of a text without markup and comments."""
    for line in re.sub(r"<!--.*?-->", "", text, flags=re.S).splitlines():
        plain = re.sub(r"^[#>\s　]+|\*\*", "", line).strip(" 　\t")
        if plain:
            yield plain


def parse(text: str) -> Structure:
    """The structure of one law text."""
    found: Structure = {}
    paragraphs: list[int] | None = None
    for line in lines_of(text):
        head = HEAD.match(line)
        if head and not head[3].startswith(("第", "和第", "、")):
            first = number(head[2]) if head[2] else 1
            paragraphs = found.setdefault(str(number(head[1])), [])
            paragraphs += [-1] * (first - 1 - len(paragraphs)) + [0]
        elif paragraphs is None:
            continue
        elif CHAPTER.match(line):
            paragraphs = None
        elif ITEM.match(line):
            paragraphs[-1] += 1
        elif (later := LATER_PARAGRAPH.match(line)) is not None:
            paragraphs += [-1] * (number(later[1]) - 1 - len(paragraphs)) + [0]
        else:
            paragraphs.append(0)
    return found


def exists(structure: Structure, article: int, paragraph: int | None, item: int | None) -> bool:
    """Whether the text has that article, paragraph and item."""
    paragraphs = structure.get(str(article))
    if paragraphs is None or (paragraph is not None and (paragraph > len(paragraphs) or paragraphs[paragraph - 1] < 0)):
        return False
    asked = paragraphs if paragraph is None else [paragraphs[paragraph - 1]]
    return item is None or any(count >= item for count in asked)


def structures() -> dict[str, Structure]:
    """File name of each text -> structure, as committed."""
    data: dict[str, Structure] = json.loads(STRUCTURE.read_text(encoding="utf-8"))
    return data


def digest(path: Path) -> str:
    """SHA-256 of a text."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def from_texts(folder: Path) -> dict[str, Structure]:
    """The structures of every text of a folder."""
    return {p.name: parse(p.read_text(encoding="utf-8")) for p in sorted(folder.glob("*.md")) if p.name != "README.md"}


if __name__ == "__main__":
    folder = texts_folder()
    if folder is None:
        raise SystemExit("no law texts here")
    STRUCTURE.write_text(
        "{\n" + ",\n".join(f" {json.dumps(n, ensure_ascii=False)}: {json.dumps(s, separators=(',', ':'))}" for n, s in from_texts(folder).items()) + "\n}\n", encoding="utf-8"
    )
