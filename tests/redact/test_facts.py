"""Facts taken from personal values before they become pseudonyms: coarse, three-valued, never believed from a register."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from compliance.catalog.cache import load_catalog
from compliance.model.catalog import Column, Table, Text
from compliance.model.cell import Reason
from compliance.model.location import Location
from compliance.model.row import Row, Scalar
from compliance.redact.facts import FACTS, derive
from compliance.redact.pseudonyms import Pseudonyms
from compliance.redact.tables import redact

DAY = date(2026, 6, 30)


def number(birth: str) -> str:
    """A made-up resident number with a correct check character."""
    body = f"110105{birth}002"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


@pytest.mark.parametrize(
    ("fact", "value", "expected"),
    [
        ("id_valid", "11010519491231002X", True), ("id_valid", "11010519491231002ｘ", True), ("id_valid", "110105194912310021", False), ("id_valid", "A123", False),
        ("under_14", number("20120630"), False), ("under_14", number("20120701"), True), ("under_14", number("20120629"), False), ("under_14", "110105201207010000", None), ("under_14", "护照 E1", None),
        ("mobile_valid", "+86 139-1234-5678", True), ("mobile_valid", "１３９１２３４５６７８", True), ("mobile_valid", "12912345678", False), ("mobile_valid", "0571-8888", False),
        ("private_mailbox", "a@QQ.com", True), ("private_mailbox", "a@vip.163.com", True), ("private_mailbox", "a@firm.cn", False), ("private_mailbox", "a@notqq.com.cn.example", False), ("private_mailbox", "门店", None),
    ],
)  # fmt: skip
def test_facts(fact: str, value: str, expected: bool | None) -> None:
    assert FACTS[fact](value, DAY) is expected


def column(name: str, kind: str, personal: str = "none", derived: str = "") -> Column:
    return Column(name, kind, Text(name, name), False, False, personal, derived=derived)


TABLE = Table("people", Text("人", "people"), "register", ("p_id",), "1d", (
    column("p_id", "string"), column("id_no", "string", "id_number"), column("id_ok", "bool", derived="id_valid(id_no)"), column("minor", "bool", derived="under_14(id_no)"),
))  # fmt: skip


def row(**values: Scalar) -> Row:
    return Row("people", {"p_id": "P1", "id_no": None, "id_ok": None, "minor": None, **values}, Location("x.xlsx", 5, 5), {}, {k: Reason("not_stated", k) for k, v in values.items() if v is None})


def test_the_fact_stays_and_the_number_goes() -> None:
    value = number("20150101")
    [raw] = derive([row(id_no=value, minor=False)], {"people": TABLE}, DAY)
    [done] = redact([raw], {"people": TABLE}, Pseudonyms(bytes(32))).rows
    assert (done.values["id_ok"], done.values["minor"]) == (True, True), "what the register says is not believed"
    assert str(done.values["id_no"]).startswith("I-") and value not in str(done)


def test_an_unknown_value_gives_an_unknown_fact_with_its_reason() -> None:
    [done] = derive([row(id_no=None, minor=True)], {"people": TABLE}, DAY)
    assert done.values["minor"] is None and done.nulls["minor"] == Reason("not_stated", "id_no")


def test_no_register_asks_for_a_derived_column(tmp_path: Path) -> None:
    from compliance.cli.templates import place

    tables = load_catalog().tables
    derived = [(t.name, c.title.zh) for t in tables.values() for c in t.columns if c.derived]
    assert ("transfer_log", "接收地址是否私人邮箱") in derived
    import python_calamine

    for path in place(tmp_path, [tables[n] for n, _ in derived], "2026Q2", force=False):
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        cells = [str(c) for name in book.sheet_names for line in book.get_sheet_by_name(name).to_python() for c in line]
        assert "接收地址" in cells and not {title for _, title in derived} & set(cells)


def test_a_derived_column_stands_on_a_personal_text_column() -> None:
    from compliance.catalog.compile import compile_catalog
    from compliance.catalog.roots import default_roots
    from compliance.errors import CatalogError

    roots = default_roots()
    assert compile_catalog(roots).tables["transfer_log"].columns
    with pytest.raises(CatalogError, match="cannot be derived"):
        compile_catalog(replace(roots, evidence=broken(roots.evidence)))


def broken(evidence: Path) -> Path:
    import shutil
    import tempfile

    folder = Path(tempfile.mkdtemp()) / "evidence"
    shutil.copytree(evidence, folder, ignore=shutil.ignore_patterns("sample-firm"))
    path = folder / "tables/transfer_log.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("private_mailbox(recipient_address)", "private_mailbox(channel)"), encoding="utf-8")
    return folder
