"""Every citation of the catalogs stands in the text of its law, and no sentence is taken from one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from compliance.catalog.declarations import SourceDecl, SourceFile
from compliance.catalog.load import Declarations, load
from compliance.catalog.roots import default_roots
from tests.catalog.law_structure import NUMERAL, Structure, digest, exists, from_texts, lines_of, number, structures, texts_folder

RUN = 16
PLACE = re.compile(rf"第({NUMERAL})条(?:第({NUMERAL})款)?(?:第?（({NUMERAL})）项)?")
NAMES = {
    "个人信息保护法": "pipl", "网络安全法": "csl", "数据安全法": "dsl", "网络数据安全管理条例": "ndsr", "会计档案管理办法": "archm", "档案法": "archl",
    "档案法实施条例": "archr", "会计法": "acct", "专利法": "patent-law", "专利法实施细则": "patr", "劳动合同法": "lcl", "个人信息保护合规审计管理办法": "piaud", "税收征收管理法实施细则": "taxr",
}  # fmt: skip
TEXTS = texts_folder()
NOT_IN_OUR_TEXT = {"CIV-501", "CIV-509-p2", "CIV-558", "CIV-922", "CIV-923", "CIV-924", "CIV-927", "CIV-929-p1"}
"""The book on contracts of the Civil Code was read, but only the book on personality rights is among the texts."""


def declared() -> Declarations:
    return load(default_roots())


def laws() -> dict[str, SourceFile]:
    return {n: s for n, s in declared().lists.items() if s.kind == "law"}


def entries() -> Iterator[tuple[SourceFile, str, SourceDecl]]:
    for source in laws().values():
        for name, entry in source.entries.items():
            yield source, name, entry


def with_text() -> Iterator[tuple[Structure, str, SourceDecl]]:
    known = structures()
    for source, name, entry in entries():
        if source.text is not None:
            yield known[source.text.name], name, entry


def test_article_paragraph_and_item_of_every_duty_exist() -> None:
    checked = [(name, exists(s, e.article or 0, e.paragraph, e.item)) for s, name, e in with_text()]
    assert [name for name, there in checked if not there and name not in NOT_IN_OUR_TEXT] == []
    assert len(checked) > 250


def test_a_citation_that_does_not_exist_is_noticed() -> None:
    pipl = structures()["PIPL_个人信息保护法_2021.md"]
    assert exists(pipl, 74, 1, None) and not exists(pipl, 75, None, None)
    assert exists(pipl, 56, 2, None) and not exists(pipl, 56, 3, None)
    assert exists(pipl, 56, 1, 3) and not exists(pipl, 56, 2, 1) and not exists(pipl, 56, None, 4)
    unfair = structures()["AUCL_反不正当竞争法_2025_关键条文.md"]
    assert exists(unfair, 13, 3, None) and not exists(unfair, 13, 2, None)


def test_the_written_citation_says_what_the_fields_say() -> None:
    wrong = []
    for _, name, entry in entries():
        if entry.article is None or (place := PLACE.search(entry.citation.zh)) is None:
            continue
        said = (number(place[1]), number(place[2]) if place[2] else None, number(place[3]) if place[3] else None)
        if said[0] != entry.article or (said[1] or entry.paragraph) != entry.paragraph or (said[2] or entry.item) != entry.item:
            wrong.append(f"{name}: {entry.citation.zh}")
    assert wrong == []


def test_earlier_citations_name_another_place_and_end_before_the_version_in_force() -> None:
    seen = 0
    for source, name, entry in entries():
        for earlier in entry.earlier:
            seen += 1
            assert PLACE.search(earlier.citation.zh), name
            assert earlier.citation.zh != entry.citation.zh and earlier.until < str(source.effective), name
        for one, other in pairwise(entry.earlier):
            assert one.until < other.until, name
    assert seen > 20


def test_places_named_in_sentences_exist() -> None:
    """A sentence of a control that names an article names one the law has."""
    known, sources = structures(), laws()
    missing, seen = [], 0
    names = "|".join(sorted(NAMES, key=len, reverse=True))
    for where, sentence in sentences():
        for found in re.finditer(rf"(?:《)?({names})(?:》)?(?:（[^）]*）)?({PLACE.pattern})", sentence):
            source = sources[NAMES[found[1]]]
            place = PLACE.match(found[2])
            if source.text is None or place is None or "年）" in found[0]:
                continue
            seen += 1
            if not exists(known[source.text.name], number(place[1]), number(place[2]) if place[2] else None, number(place[3]) if place[3] else None):
                missing.append(f"{where}: {found[0]}")
    assert missing == [] and seen > 0


def sentences() -> Iterator[tuple[str, str]]:
    """Every Chinese sentence of the catalogs, with where it stands."""
    d = declared()
    for name, c in d.controls.items():
        for part in (c.title, c.objective, c.rationale, c.remediation, *(p.title for p in c.parameters.values())):
            yield name, part.zh
        for check in c.checks:
            yield f"{name}.{check.id}", check.question.zh
            yield f"{name}.{check.id}", check.message.zh
    for source in d.lists.values():
        for article, reason in source.not_needed.items():
            yield f"{source.source} {article}", reason.zh
    for _, name, entry in entries():
        for text in (entry.gist.zh, entry.title.zh if entry.title else "", entry.notes, entry.condition, entry.deadline, entry.retention):
            yield name, text


@pytest.mark.skipif(TEXTS is None, reason="the law texts are not here")
def test_the_committed_structure_is_that_of_the_texts() -> None:
    assert TEXTS is not None
    assert from_texts(TEXTS) == structures()


@pytest.mark.skipif(TEXTS is None, reason="the law texts are not here")
def test_the_texts_are_those_the_duties_were_read_from() -> None:
    assert TEXTS is not None
    for source in laws().values():
        if source.text is not None:
            assert digest(TEXTS / source.text.name) == source.text.sha256, source.source


def squeezed(text: str) -> str:
    return re.sub(r"[\s　，。、；：！？“”‘’（）()《》〈〉,.;:!?\"'·—\-]", "", text)


def runs(text: str) -> set[str]:
    plain = squeezed(text)
    return {plain[i : i + RUN] for i in range(len(plain) - RUN + 1)}


@pytest.mark.skipif(TEXTS is None, reason="the law texts are not here")
def test_no_sentence_shares_a_run_of_sixteen_characters_with_a_law() -> None:
    """Law is paraphrased, never quoted; punctuation does not count, so that a comma cannot hide a quotation."""
    assert TEXTS is not None
    quoted: set[str] = set()
    for path in sorted(Path(TEXTS).glob("*.md")):
        quoted |= runs("".join(lines_of(path.read_text(encoding="utf-8"))))
    shared = [f"{where}: {sorted(runs(sentence) & quoted)[0]}" for where, sentence in sentences() if runs(sentence) & quoted]
    assert shared == []
    assert runs("个人信息处理者应当对其个人信息处理活动负责，并采取必要措施") & quoted
