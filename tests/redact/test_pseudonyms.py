"""Pseudonyms: one person, one sign; nothing personal left; and no verdict that depends on the real values."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args, get_type_hints

import pytest

from compliance.catalog.cache import load_catalog
from compliance.catalog.declarations import ColumnDecl
from compliance.catalog.roots import default_roots
from compliance.catalog.yaml_source import read
from compliance.evaluate.evaluate import evaluate
from compliance.model.location import Location
from compliance.model.row import Row
from compliance.redact.known import KnownValues
from compliance.redact.pseudonyms import PREFIXES, Pseudonyms
from compliance.redact.tables import redact
from compliance.redact.text import hits, inert, replaced
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
    """What may be declared is replaced or searched, so that no column ships in the clear by oversight."""
    allowed = set(get_args(get_type_hints(ColumnDecl)["personal_data"]))
    assert allowed - set(PREFIXES) == {"none", "free_text"} and not set(PREFIXES) - allowed
    assert len(set(PREFIXES.values())) == len(PREFIXES)


@pytest.mark.parametrize(("kind", "one", "other"), [("id_number", "11010519491231002x", "11010519491231002Ｘ"), ("bank", "6222 0212 3456 7890 128", "6222-0212-3456-7890-128"), ("address", "杭州市 西湖区", "杭州市西湖区"), ("email", "A@B.cn", "a@b.cn")])
def test_two_spellings_are_one_value(kind: str, one: str, other: str) -> None:
    assert KEY.of(kind, one) == KEY.of(kind, other)


def test_a_number_in_a_text_joins_with_the_column_that_holds_it() -> None:
    assert KEY.of("id_number", "11010519491231002X") in replaced("身份证 11010519491231002x 已核对", KEY)
    assert KEY.of("bank", "6222021234567890128") in replaced("卡号 6222021234567890128", KEY)


@pytest.mark.parametrize("cell", ["=1+1", "=HYPERLINK(\"x\")", "+SUM(A1)", "@SUM(A1)", "-cmd|' /C calc'!A0", "\t=1"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_inert_before_it_is_evaluated(cell: str) -> None:
    row = Row("risk_register", {"risk_id": "R1", "title": cell}, Location("x.xlsx", 5, 5), {}, {})
    assert redact([row], load_catalog().tables, KEY).rows[0].values["title"] == "'" + cell


@pytest.mark.parametrize("cell", ["-1", "+8", "@org/package", "-----", "a=b", ""])
def test_what_no_spreadsheet_would_run_stays(cell: str) -> None:
    assert inert(cell) == cell


def case_files() -> list[str]:
    root = default_roots().controls / "cases"
    return [p.relative_to(root).as_posix() for p in sorted(root.glob("*/*.yaml")) if p.parent.name != "shared" and "\ntables:" in p.read_text(encoding="utf-8")]


def verdicts_agree(name: str, cases: slice) -> None:
    catalog = load_catalog()
    document = read(default_roots().controls / "cases" / name, name)
    control, base = str(document["control"]), firm_cases._base(document, name)
    for case in document["cases"][cases]:
        settings = {**{k: document[k] for k in ("as_of", "period", "facts", "parameters", "checks") if k in document}, **case}
        prepared, request = firm_cases._request(catalog, control, settings)
        snapshot = firm_cases._snapshot(prepared, control, firm_cases._changed(prepared, base, case, name), settings, name)
        clear = evaluate(prepared, request, snapshot)
        hidden = evaluate(prepared, request, replace(snapshot, rows=redact(snapshot.rows, catalog.tables, KEY).rows))
        assert [(k.id, k.outcome, k.n, k.v, k.u) for c in clear.controls for k in c.checks] == [(k.id, k.outcome, k.n, k.v, k.u) for c in hidden.controls for k in c.checks], case


TELLING = ("AUD-01", "GOV-04", "GOV-05", "PEO-04")
"""Controls that compare a personal column with a number of a register, or with nothing at all."""


@pytest.mark.parametrize("name", case_files())
def test_no_verdict_changes_when_only_pseudonyms_are_seen(name: str) -> None:
    """The first cases of every file that asks registers, all of the telling ones: same outcome, same counts."""
    verdicts_agree(name, slice(None if name.startswith(TELLING) else 2))


@pytest.mark.slow
def test_no_verdict_of_any_case_changes_when_only_pseudonyms_are_seen() -> None:
    for name in case_files():
        verdicts_agree(name, slice(None))


def employee(**values: str) -> Row:
    return Row("employees", {"employee_id": "E5", "name": "张三", **values}, Location("登记/张三.xlsx", 5, 5, "张三!A5"), {}, {})


def test_a_name_is_replaced_wherever_else_it_stands() -> None:
    tables = load_catalog().tables
    remark = Row("risk_register", {"risk_id": "R1", "title": "张三未签保密协议", "owner_id": "张三"}, Location("x.xlsx", 5, 5), {}, {})
    done = redact([employee(), remark], tables, KEY)
    sign = KEY.of("name", "张三")
    assert done.rows[1].values["title"] == f"{sign}未签保密协议" and done.rows[1].values["owner_id"] == sign
    assert "张三" not in str(done.rows[0].at) and done.known.replaced("docs/张三.docx") == f"docs/{sign}.docx"


def test_a_name_that_is_a_word_of_the_declarations_or_too_short_is_not_looked_for() -> None:
    known = KnownValues({"其他": "N-1", "王": "N-2", "Li": "N-3", "Zhang San": "N-4", "云栖科技": "N-5"}, "其他、未知")
    assert known.replaced("其他 王 Li Zhang Sanford Zhang San 云栖科技有限") == "其他 王 Li Zhang Sanford N-4 N-5有限"


def test_a_sensitive_column_that_holds_a_number_of_a_register_still_joins() -> None:
    tables = load_catalog().tables

    def report(subject: str) -> Row:
        return Row("report_case", {"case_id": "C1", "reporter_id": "E5", "subject_id": subject}, Location("x.xlsx", 5, 5), {}, {})

    done = redact([employee(), report("E5"), report("匿名来信者李四")], tables, KEY)
    assert [r.values["subject_id"] for r in done.rows[1:]] == ["E5", KEY.of("sensitive", "匿名来信者李四")]
    assert {e.treatment for e in done.ledger if e.column == "subject_id"} == {"kept", "pseudonym"}


def test_an_empty_cell_stays_empty() -> None:
    done = redact([employee(work_email="")], load_catalog().tables, KEY)
    assert done.rows[0].values["work_email"] == ""


def test_a_redacted_row_has_every_declared_column_in_its_order() -> None:
    tables = load_catalog().tables
    [done] = redact([Row("employees", {"name": "张三", "employee_id": "E1"}, Location("x.xlsx", 5, 5), {}, {})], tables, KEY).rows
    assert list(done.values) == [c.name for c in tables["employees"].columns] and done.values["manager_id"] is None
