"""Pseudonyms: one person, one sign; nothing personal left; and no verdict that depends on the real values."""

from __future__ import annotations

import pytest

from compliance.catalog.cache import load_catalog
from compliance.catalog.roots import default_roots
from compliance.catalog.yaml_source import read
from compliance.evaluate.evaluate import evaluate
from compliance.model.location import Location
from compliance.model.row import Row
from compliance.redact.pseudonyms import PREFIXES, Pseudonyms
from compliance.redact.tables import redact
from compliance.redact.text import hits, replaced
from compliance.run import firm_cases

KEY = Pseudonyms(bytes(range(32)))


@pytest.mark.parametrize("written", ["13800138000", "+86 138 0013 8000", "0086-138-0013-8000", "１３８００１３８０００", "86 13800138000"])
def test_a_number_written_in_another_way_is_the_same_number(written: str) -> None:
    assert KEY.of("phone", written) == KEY.of("phone", "13800138000")


def test_pseudonyms_have_eighty_bits_and_depend_on_key_and_kind() -> None:
    one = KEY.of("name", "张三")
    assert one.startswith("N-") and len(one) == 2 + 16
    assert len({one, Pseudonyms(bytes(32)).of("name", "张三"), KEY.of("account", "张三"), KEY.of("name", "李四")}) == 4
    assert KEY.commitment != Pseudonyms(bytes(32)).commitment and bytes(range(32)).hex() not in KEY.commitment


@pytest.mark.parametrize(
    "text",
    ["联系人 13912345678", "身份证 11010519491231002X 已核对", "卡号 6222021234567890128", "发给 zhang.san@example.cn 一份", "13912345678", "电话：139-1234-5678"],
)
def test_free_text_keeps_its_words_and_loses_its_numbers(text: str) -> None:
    clean = replaced(text, KEY)
    assert clean != text and not list(hits(clean))
    assert replaced(clean, KEY) == clean


def test_text_without_personal_information_stays_as_it_is() -> None:
    for text in ("2026年3月5日复核，编号 NDA-2026-0012", "91330106MA2CEXAMPL 统一代码", "保存 184 天"):
        assert replaced(text, KEY) == text


def test_personal_columns_become_pseudonyms_and_the_ledger_counts_them() -> None:
    tables = load_catalog().tables
    rows = [Row("employees", {"employee_id": f"E{n}", "name": "张三", "work_email": "zs@firm.cn"}, Location(f"员工 1391234567{n}.xlsx", 5, 5, "员工!A5"), {}, {}) for n in (1, 2)]
    done = redact(rows, tables, KEY)
    assert done.rows[0].values["name"] == done.rows[1].values["name"] == KEY.of("name", "张三")
    assert "13912345671" not in done.rows[0].at.path
    assert {(e.column, e.treatment, e.values) for e in done.ledger} >= {("name", "pseudonym", 2), ("work_email", "pseudonym", 2)}
    assert done.meaning[str(done.rows[0].values["name"])] == "张三"


def test_every_class_of_personal_data_in_the_declarations_is_known() -> None:
    declared = {c.personal_data for t in load_catalog().tables.values() for c in t.columns}
    assert declared - set(PREFIXES) == {"none"}


def case_files() -> list[str]:
    root = default_roots().controls / "cases"
    return [p.relative_to(root).as_posix() for p in sorted(root.glob("*/*.yaml")) if p.parent.name != "shared" and "\ntables:" in p.read_text(encoding="utf-8")]


@pytest.mark.parametrize("name", case_files())
def test_no_verdict_changes_when_only_pseudonyms_are_seen(name: str) -> None:
    """The first case of every file that asks registers: same outcome, same counts, with and without redaction."""
    catalog = load_catalog()
    document = read(default_roots().controls / "cases" / name, name)
    control, base = str(document["control"]), firm_cases._base(document, name)
    for case in document["cases"][:3]:
        settings = {**{k: document[k] for k in ("as_of", "period", "facts", "parameters", "checks") if k in document}, **case}
        prepared, request = firm_cases._request(catalog, control, settings)
        snapshot = firm_cases._snapshot(prepared, control, firm_cases._changed(prepared, base, case, name), settings, name)
        clear = evaluate(prepared, request, snapshot)
        from dataclasses import replace

        hidden = evaluate(prepared, request, replace(snapshot, rows=redact(snapshot.rows, catalog.tables, KEY).rows))
        assert [(k.id, k.outcome, k.n, k.v, k.u) for c in clear.controls for k in c.checks] == [(k.id, k.outcome, k.n, k.v, k.u) for c in hidden.controls for k in c.checks]
