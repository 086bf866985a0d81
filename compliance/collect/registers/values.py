"""One cell to one value of the declared type, or why not; blanks are None."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from compliance.collect.registers.dates import open_ended, to_date, to_datetime
from compliance.collect.registers.outcome import Bad, Noted
from compliance.collect.registers.words import clean, header_forms, nfkc
from compliance.model.catalog import Column, Table
from compliance.model.row import Scalar

Outcome = Scalar | Bad | Noted
Convert = Callable[[Any], Outcome]

_ERRORS: Final = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA", "#FIELD!"})
_PLACEHOLDERS: Final = frozenset({"-", "--", "—", "——", "/", "\\", "n/a", "na", "无", "不适用", "暂无", "待定", "待补", "未知", "空", "null", "none", "tbd", "?", "??"})
_TRUE: Final = frozenset({"是", "有", "已", "对", "√", "✓", "✔", "☑", "y", "yes", "true", "t", "1", "o", "○", "on", "真", "合格", "完成", "已完成", "通过"})
_FALSE: Final = frozenset({"否", "无", "未", "错", "×", "✗", "✘", "x", "☒", "n", "no", "false", "f", "0", "off", "假", "不是", "没有", "不合格", "未完成", "不通过"})
_SCIENTIFIC: Final = re.compile(r"^\d(?:\.\d+)?[eE]\+\d{2,3}$")
_NUMBER: Final = re.compile(r"^([+-]?)(?:\d{1,3}(?:[, ]\d{3})+|\d+)(\.\d+)?$")
_WITH_UNIT: Final = re.compile(r"^([+-]?[\d,.\s]+)\s*([^\d\s,.]+)$")
# Column name ending -> the units that say the same as the column does.
_UNITS: Final[dict[str, frozenset[str]]] = {
    "months": frozenset({"个月", "月"}), "days": frozenset({"天", "日"}), "hours": frozenset({"小时", "时", "学时", "课时", "h"}),
    "minutes": frozenset({"分钟", "分", "min"}), "seconds": frozenset({"秒", "s"}), "bytes": frozenset({"字节", "b"}), "years": frozenset({"年"}),
    "amount": frozenset({"元", "元整"}), "budget": frozenset({"元", "元整"}), "score": frozenset({"分"}), "mark": frozenset({"分"}), "rating": frozenset({"分"}),
}  # fmt: skip
_COUNTS: Final = frozenset({"条", "份", "人", "次", "家", "个", "台", "项", "户", "行", "例", "件", "套", "人次"})
_COUNT_ENDINGS: Final = ("count", "participants", "size", "findings", "exceptions", "hits", "total", "sampled", "compared", "mismatched", "quantity", "rows", "open", "reviewed")
_NEVER: Final = re.compile(r"(?:_to|_until|_end|expires_on|expires_at|expiry)$")
# Other words under which registers keep an option, by its label.
_SYNONYMS: Final[dict[str, tuple[str, ...]]] = {
    "全职": ("正式", "正式工", "正式员工", "全日制"), "实习": ("实习生",), "外包": ("外聘", "外包人员"), "劳务派遣": ("派遣", "派遣工"),
    "休假": ("停薪留职", "休假中"), "离职": ("已离职",), "在职": ("在岗",), "服务中": ("在服务", "合作中", "正常"), "已终止": ("终止", "已解约", "解约"),
    "纸质": ("纸本", "纸面"), "电子": ("电子版", "电子文件"), "成功": ("正常",), "合格": ("通过",), "已归还": ("归还",), "已销毁": ("销毁",),
    "高": ("高风险",), "中": ("中风险", "中等"), "低": ("低风险",), "重大": ("严重", "极高"), "个体工商户": ("个体户", "个体"), "公司": ("企业", "有限公司"),
    "微信": ("企业微信",), "电子邮件": ("邮件", "邮箱"), "讲授": ("面授", "线下", "现场培训"), "线上课程": ("线上", "网课"), "现行有效": ("有效", "生效"),
}  # fmt: skip
LIMIT: Final = 32767
"""Characters that a spreadsheet cell holds; longer text comes from broken quoting."""


def is_id(column: Column, table: Table) -> bool:
    """Keys, references and numbers of things: NFKC applies, placeholders are no values."""
    return column.type == "string" and (column.name in table.key or bool(column.fk) or column.name.endswith("_id"))


def converter(column: Column, table: Table, date1904: bool = False, tables: dict[str, str] | None = None) -> Convert:
    """The function from a cell to its value for one column.

    tables: every title, alias and name of a table in header form -> table name, for nil returns
    """
    if column.type in ("date", "datetime"):
        inner: Convert = _dated(column, date1904)
    elif column.type == "int":
        inner = _whole(column)
    elif column.type == "decimal":
        inner = _decimal(column)
    elif column.type == "bool":
        inner = _bool
    elif column.options:
        inner = _option(column)
    elif table.name == "nil_return" and column.name == "table_name" and tables is not None:
        inner = _table_name(tables)
    else:
        inner = _id if is_id(column, table) else _text
    blanks = _PLACEHOLDERS - _FALSE if column.type == "bool" else _PLACEHOLDERS
    is_text = column.type == "string" and not is_id(column, table)
    known = frozenset(t for o in (*column.options, *(w for _, v in column.labels for w in v.split("|"))) for t in [nfkc(o).lower()])
    memory: dict[str, Outcome] = {}

    def text_cell(value: str) -> Outcome:
        text = clean(value)
        if not text:
            return None
        if len(text) > LIMIT:
            return Bad("text_too_long", (("detail", len(text)),))
        fault = _fault(text)
        if fault is not None:
            return fault
        if not is_text:
            word = nfkc(text).lower()
            if word in blanks and word not in known:
                return Noted(None, "placeholder")
        return inner(text)

    def convert(value: Any) -> Outcome:
        if value.__class__ is str:
            if value in memory:
                return memory[value]
            outcome = text_cell(value)
            if len(memory) < 50_000:
                memory[value] = outcome
            return outcome
        if value is None:
            return None
        return inner(value)

    return convert


def _fault(text: str) -> Bad | None:
    """Formula errors, uncalculated formulas, pictures and lost characters, as text."""
    if text[0] == "#" and text.upper() in _ERRORS:
        return Bad("error_value")
    if text[0] == "=":
        return Bad("image_cell") if "DISPIMG(" in text.upper() else Bad("formula_text") if len(text) > 1 else None
    return Bad("replacement_char") if "\ufffd" in text else None


def plain(value: Any) -> str:
    """A cell as text the way the sheet shows it; numbers without a trailing ``.0``."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(value, ".15g")
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)


def _text(value: Any) -> Outcome:
    if isinstance(value, float) and abs(value) >= 1e15:
        return Bad("id_precision")
    return value if isinstance(value, str) else plain(value)


def _id(value: Any) -> Outcome:
    if isinstance(value, float) and abs(value) >= 1e15:
        return Bad("id_precision")
    if isinstance(value, str):
        text = nfkc(value)
        if _SCIENTIFIC.match(text):
            return Bad("id_precision")
        return text or None
    return plain(value)


def _dated(column: Column, date1904: bool) -> Convert:
    read = to_date if column.type == "date" else to_datetime
    endless = not column.required and _NEVER.search(column.name) is not None

    def convert(value: Any) -> Outcome:
        if value.__class__ is str and endless and open_ended(value):
            return Noted(None, "open_ended")
        return read(value, date1904)

    return convert


def _units(column: Column) -> frozenset[str]:
    for ending, units in _UNITS.items():
        if column.name.endswith(ending):
            return units
    return _COUNTS if column.name.endswith(_COUNT_ENDINGS) else frozenset()


def _number(text: str, units: frozenset[str]) -> Decimal | Bad:
    """Digits with separators, full width, currency sign, accounting brackets or a unit that fits."""
    text = nfkc(text)
    negative = text.startswith("(") and text.endswith(")")
    text = text.strip("()").strip() if negative else text
    text = re.sub(r"^(?:¥|¥|RMB|CNY)\s*", "", text).replace("−", "-")
    with_unit = _WITH_UNIT.match(text)
    if with_unit and not re.fullmatch(r"[eE]\+?\d+", with_unit[2]):
        unit = with_unit[2]
        if unit.lower() not in units:
            return Bad("unit", (("detail", unit),)) if len(unit) <= 8 and _NUMBER.match(with_unit[1].strip()) else Bad("not_number")
        text = with_unit[1].strip()
    if not _NUMBER.match(text) and not re.fullmatch(r"[+-]?\d+(?:\.\d+)?[eE][+-]?\d{1,2}", text):
        return Bad("not_number")
    try:
        number = Decimal(text.replace(",", "").replace(" ", ""))
    except InvalidOperation:
        return Bad("not_number")
    return -number if negative else number


def _whole(column: Column) -> Convert:
    units = _units(column)

    def convert(value: Any) -> Outcome:
        if isinstance(value, (bool, date, time)):
            return Bad("not_number")
        if isinstance(value, (int, float)):
            if value != value or abs(value) >= 2**53:
                return Bad("number_range")
            return int(value) if value == int(value) else Bad("not_whole")
        number = _number(str(value), units)
        if isinstance(number, Bad):
            return number
        if number != number.to_integral_value():
            return Bad("not_whole")
        return int(number) if abs(number) < 2**53 else Bad("number_range")

    return convert


def _decimal(column: Column) -> Convert:
    units = _units(column)

    def convert(value: Any) -> Outcome:
        if isinstance(value, (bool, date, time)):
            return Bad("not_number")
        if isinstance(value, (int, float)):
            if value != value or abs(value) >= 1e13:
                return Bad("number_range")
            return _decimal_text(Decimal(format(value, ".15g")))
        text = nfkc(str(value))
        if text.endswith("%"):
            number = _number(text[:-1].strip(), frozenset())
            if isinstance(number, Bad):
                return number
            fraction = _decimal_text(number / 100)
            return fraction if isinstance(fraction, Bad) else Noted(fraction, "percent", (("detail", fraction), ("percent", _decimal_text(number))))
        number = _number(text, units)
        return number if isinstance(number, Bad) else _decimal_text(number)

    return convert


def _decimal_text(number: Decimal) -> str | Bad:
    """Plain decimal text that fits DECIMAL(18,4): at most 4 places are kept, half to even."""
    if abs(number) >= Decimal(10) ** 13:
        return Bad("number_range")
    text = format(number.quantize(Decimal("0.0001")), "f")
    text = text.rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


def _bool(value: Any) -> Outcome:
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return bool(value) if value in (0, 1) else Bad("not_bool")
    word = nfkc(str(value)).lower()
    return True if word in _TRUE else False if word in _FALSE else Bad("not_bool")


def _option(column: Column) -> Convert:
    """Codes, labels and aliases (``标签|别名`` in a label gives several); an option may not mean two codes."""
    meaning: dict[str, str] = {}
    twice: set[str] = set()
    for code in column.options:
        meaning[_word(code)] = code
    for code, label in column.labels:
        for word in label.split("|"):
            if meaning.setdefault(_word(word), code) != code:
                twice.add(_word(word))
    synonyms: dict[str, set[str]] = {}
    for code, label in column.labels:
        for word in _SYNONYMS.get(label.split("|")[0], ()):
            synonyms.setdefault(_word(word), set()).add(code)
    for word, codes in synonyms.items():
        if len(codes) == 1:
            meaning.setdefault(word, next(iter(codes)))
    shown = {code: label.split("|")[0] for code, label in column.labels}
    zh, en = "、".join(shown.get(c, c) for c in column.options), ", ".join(column.options)

    def convert(value: Any) -> Outcome:
        word = _word(plain(value))
        if word in meaning and word not in twice:
            return meaning[word]
        near = difflib.get_close_matches(word, list(meaning), 1, 0.6)
        near = near or [m for m in meaning if len(m) > 1 and len(word) > 1 and (m in word or word in m)][:1]
        hint = (f"，是不是“{shown.get(meaning[near[0]], meaning[near[0]])}”？", f"; did you mean '{meaning[near[0]]}'?") if near else ("", "")
        return Bad("not_option", (("hint", hint), ("options", zh), ("options_en", en)))

    return convert


def _word(text: str) -> str:
    return re.sub(r"[\s_\-/·]+", "", nfkc(text).lower())


def _table_name(tables: dict[str, str]) -> Convert:
    def convert(value: Any) -> Outcome:
        form = header_forms(plain(value))[0]
        if form in tables:
            return tables[form]
        near = difflib.get_close_matches(form, list(tables), 1, 0.6)
        return Bad("not_a_table", (("hint", (f"，是不是“{near[0]}”？", f"; did you mean '{near[0]}'?") if near else ("", "")),))

    return convert
