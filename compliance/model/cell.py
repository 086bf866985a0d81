"""One value on its way from a source to a table column: known, unknown with a reason, or absent.

``Cell`` is what a source reader hands to an adapter.  ``Unknown`` is the leaf that stands for a
value nobody can tell without running the infrastructure tool; it may also sit inside lists and
mappings (one unresolved ARN inside an otherwise literal policy).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from compliance.model.location import Location


class Reason(NamedTuple):
    """Why a value is unknown: a code of ``REASONS`` and the name it is about."""

    code: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.code}:{self.detail}" if self.detail else self.code

    def text(self, language: str) -> str:
        """The reason as a person reads it (``zh`` or ``en``)."""
        zh, en = REASONS[self.code]
        template = zh if language == "zh" else en
        return template.format(detail=self.detail) if self.detail else template.format(detail="?")


# code -> (zh, en); {detail} is the name of the variable, reference, function, column or file.
REASONS: Final[dict[str, tuple[str, str]]] = {
    "unresolved_variable": ("变量 {detail} 没有默认值或取值", "variable {detail} has no default and no value"),
    "unresolved_reference": ("引用 {detail} 在本仓库中无法求值", "reference {detail} cannot be resolved in this repository"),
    "known_after_apply": ("{detail} 要到执行后才有值", "{detail} is known only after apply"),
    "unsupported_function": ("函数 {detail} 不能离线求值", "function {detail} cannot be evaluated offline"),
    "unsupported_expression": ("表达式 {detail} 不能离线求值", "expression {detail} cannot be evaluated offline"),
    "external_module": ("模块 {detail} 不在本仓库中", "module {detail} is not in this repository"),
    "evaluation_error": ("表达式出错：{detail}", "expression fails: {detail}"),
    "not_stated": ("没有写明 {detail}", "{detail} is not stated"),
    "not_collected": ("没有采集到 {detail}", "{detail} was not collected"),
    "unreadable_value": ("值 {detail} 无法识别", "value {detail} is not understood"),
    "no_population": ("没有可供检查的对象", "there is nothing of this kind to check"),
    "table_missing": ("缺少证据表 {detail}", "evidence table {detail} is missing"),
    "table_stale": ("证据表 {detail} 已过期", "evidence table {detail} is stale"),
    "undermined_by": ("所依赖的控制 {detail} 未符合", "the required control {detail} does not hold"),
    "nil_return": ("已作零报告", "a nil return was signed"),
    "excluded": ("经批准不适用，至 {detail}", "excluded by approval until {detail}"),
    "bad_cell": ("单元格 {detail} 填写有误", "cell {detail} holds a value that cannot be used"),
    "declared_not_applicable": ("按申报事实不适用：{detail}", "not applicable by declared facts: {detail}"),
    "unparsed_file": ("文件 {detail} 无法解析", "file {detail} cannot be parsed"),
}


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that cannot be told.

    reason: why
    refs:   resource attributes it depends on, e.g. ``aws_s3_bucket.logs.id`` (full addresses)
    text:   for a string template, its text with every unresolved part left as ``${...}``
    """

    reason: Reason
    refs: tuple[str, ...] = ()
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A value with its place.

    value: str, int, float, bool, list, dict (leaves may be ``Unknown``); ``Unknown``; or ``None``
           when the source does not state it (Terraform's ``null`` counts as not stated)
    at:    where it is written; ``None`` when it is a default
    """

    value: Any = None
    at: Location | None = None

    @property
    def absent(self) -> bool:
        """The source does not state it."""
        return self.value is None

    @property
    def unknown(self) -> bool:
        """The source states it but nobody can tell its value offline."""
        return isinstance(self.value, Unknown)

    @property
    def known(self) -> bool:
        """There is a plain value."""
        return self.value is not None and not isinstance(self.value, Unknown)

    @property
    def refs(self) -> tuple[str, ...]:
        """Resource attributes the value refers to."""
        return self.value.refs if isinstance(self.value, Unknown) else ()

    def default(self, value: Any) -> Cell:
        """This cell, or *value* when nothing is stated (the documented default of the setting)."""
        return Cell(value, self.at) if self.value is None else self

    def or_unknown(self, code: str, detail: str = "") -> Cell:
        """This cell, or unknown for the given reason when nothing is stated."""
        return Cell(Unknown(Reason(code, detail)), self.at) if self.value is None else self

    def map(self, function: Callable[[Any], Any]) -> Cell:
        """Apply *function* to a known value; unknown and absent stay as they are."""
        return Cell(function(self.value), self.at) if self.known else self

    def as_bool(self) -> Cell:
        """Booleans, also written ``"true"``, ``"on"``, ``1``, ``"Enabled"`` or ``"yes"``; else unknown."""
        return self.map(_to_bool)

    def as_int(self) -> Cell:
        """Whole numbers, also written as text; else unknown."""
        return self.map(_to_int)

    def as_str(self) -> Cell:
        """Text; numbers and booleans in Terraform's spelling; lists and mappings are unknown."""
        return self.map(_to_str)

    def equals(self, *options: Any) -> Cell:
        """True when the known value is one of *options* (text compares without case)."""
        lowered = {o.lower() if isinstance(o, str) else o for o in options}
        return self.map(lambda v: (v.lower() if isinstance(v, str) else v) in lowered if _hashable(v) else False)


def _hashable(value: Any) -> bool:
    return isinstance(value, (str, int, float, bool))


_TRUE: Final = frozenset({"true", "on", "yes", "1", "enabled", "enable", "active"})
_FALSE: Final = frozenset({"false", "off", "no", "0", "disabled", "disable", "inactive", "suspended", "none", ""})


def _unreadable(value: Any) -> Unknown:
    return Unknown(Reason("unreadable_value", str(value)[:60]))


def _to_bool(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    return _unreadable(value)


def _to_int(value: Any) -> Any:
    if isinstance(value, (bool, list, dict)):
        return _unreadable(value)
    try:
        number = float(value)
        return int(number) if number == int(number) else _unreadable(value)
    except (TypeError, ValueError, OverflowError):  # not a number, NaN, infinite
        return _unreadable(value)


def _to_str(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, dict)):
        return _unreadable(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


ABSENT: Final = Cell()


def any_true(cells: Iterable[Cell]) -> Cell:
    """Three-valued OR: the first true cell, else the first unknown one, else the last false one.

    Absent cells count as false.  An empty input is an absent cell.
    """
    unknown: Cell | None = None
    last = ABSENT
    for cell in cells:
        if cell.value is True:
            return cell
        if cell.unknown:
            unknown = unknown or cell
        elif cell.known or last.absent:
            last = cell
    if unknown is not None:
        return unknown
    return last if last.known else Cell(False, last.at) if last.at else last


def all_true(cells: Iterable[Cell]) -> Cell:
    """Three-valued AND: the first false or absent cell (as false), else the first unknown, else a true one."""
    unknown: Cell | None = None
    last = ABSENT
    for cell in cells:
        if cell.value is False or cell.absent:
            return Cell(False, cell.at)
        if cell.unknown:
            unknown = unknown or cell
        last = cell
    return unknown if unknown is not None else last
