"""The 330 measures: each a sentence of our own in both languages, none copied, each asked about by some check."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from compliance.catalog.cache import load_catalog
from compliance.catalog.coverage import by_check, matrix
from compliance.catalog.declarations import SourceDecl
from compliance.catalog.load import load
from compliance.catalog.roots import default_roots
from compliance.cli.coverage import coverage
from compliance.model.catalog import Catalog
from tests.catalog.test_citations import runs, sentences

LISTS = {"patent-protection": 30, "competitor-protection": 120, "enterprise-privacy": 60, "leak-liability": 120}
PLACEHOLDER = re.compile(r"\bmeasure\b|\bTODO\b|\btbd\b|待补|占位|[A-Z]{3}-\d\d", re.IGNORECASE)
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "coverage.md"


def measures() -> dict[str, SourceDecl]:
    lists = load(default_roots()).lists
    return {n: e for name in LISTS for n, e in lists[name].entries.items()}


def documents() -> Path | None:
    """``HEGUI_MEASURE_TEXTS``, or ``../shared/seeds`` seen from a folder above; None where there is none."""
    given = os.environ.get("HEGUI_MEASURE_TEXTS")
    if given:
        return Path(given) if Path(given).is_dir() else None
    return next((p / "shared" / "seeds" for p in Path(__file__).resolve().parents if (p / "shared" / "seeds").is_dir()), None)


DOCUMENTS = documents()


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def faults(zh: str, en: str) -> list[str]:
    """Why a gist is no sentence; empty when it is one."""
    found = []
    if len(re.findall(r"[一-鿿]", zh)) < 8 or not zh.endswith("。"):
        found.append("zh is no sentence")
    if len(en.split()) < 4 or not en.endswith(".") or not en[0].isupper() or re.search(r"[一-鿿]", en):
        found.append("en is no sentence")
    if PLACEHOLDER.search(en) or PLACEHOLDER.search(zh):
        found.append("a placeholder")
    return found


def test_every_list_is_whole() -> None:
    lists = load(default_roots()).lists
    assert {name: len(lists[name].entries) for name in LISTS} == LISTS


def test_every_gist_is_a_sentence_in_both_languages() -> None:
    assert {n: f for n, e in measures().items() if (f := faults(e.gist.zh, e.gist.en))} == {}


@pytest.mark.parametrize(
    ("zh", "en"),
    [
        ("划清专利保密边界", "Draw a clear line around patent information."),
        ("把专利信息与其他信息划出清楚的界线。", "Measure PAT-01.1 of: Protecting clients' patent information"),
        ("把专利信息与其他信息划出清楚的界线。", "Measure PAT-01.1 of protecting clients' patent information."),
        ("把专利信息与其他信息划出清楚的界线。", "Encrypt."),
        ("待补：以后再写这一条的内容。", "Draw a clear line around patent information."),
    ],
)
def test_what_is_no_sentence_is_noticed(zh: str, en: str) -> None:
    assert faults(zh, en)


def test_no_two_measures_say_the_same() -> None:
    said: dict[str, list[str]] = {}
    for name, entry in measures().items():
        said.setdefault(entry.gist.zh, []).append(name)
        said.setdefault(entry.gist.en, []).append(name)
    assert [names for names in said.values() if len(names) > 1] == []


@pytest.mark.skipif(DOCUMENTS is None, reason="the documents of the measures are not here")
def test_no_sentence_shares_a_run_of_sixteen_characters_with_the_documents() -> None:
    assert DOCUMENTS is not None
    copied: set[str] = set()
    for path in sorted(DOCUMENTS.glob("*.txt")):
        copied |= runs(path.read_text(encoding="utf-8"))
    ours = [(n, t) for n, e in measures().items() for t in (e.gist.zh, e.citation.zh.rpartition("（")[2])]
    assert [f"{n}: {sorted(runs(t) & copied)[0]}" for n, t in [*ours, *sentences()] if runs(t) & copied] == []
    some = max((line for path in DOCUMENTS.glob("*.txt") for line in path.read_text(encoding="utf-8").splitlines()), key=len)
    assert runs(some[:60]) & copied, "a sentence that was copied would be noticed"


def test_every_measure_is_asked_about(catalog: Catalog) -> None:
    lines = matrix(catalog, tuple(LISTS))
    assert len(lines) == 330
    assert [x.source.id for x in lines if not x.checks or not x.tables] == []


def test_the_matrix_says_the_same_both_ways(catalog: Catalog) -> None:
    lines = matrix(catalog, tuple(LISTS))
    there = {(x.source.id, *k) for x in lines for k in x.checks}
    back = {(s, b.control, b.check) for b in by_check(catalog, lines) for s in b.sources}
    assert there == back and len(there) > 330


def test_the_page_is_current() -> None:
    text, complete = coverage(None, None, "page", None, "zh")
    assert complete
    assert PAGE.read_text(encoding="utf-8") == text, "run: make coverage"
