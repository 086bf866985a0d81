"""Problems as a person reads them on a terminal: grouped by file, sheet and column, the first places spelled out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from compliance.collect.registers.problem import Problem

SHOWN: Final = 3
"""Problems of one column and kind that are written out; of the rest only the cells are named."""
_SIGNS: Final = {"error": ("错误", "error"), "warning": ("提醒", "warning"), "info": ("说明", "note")}
_ORDER: Final = ("error", "warning", "info")


def grouped(problems: Iterable[Problem]) -> list[list[Problem]]:
    """Problems of one kind in one column of one sheet; errors first, else in the order they came."""
    groups: dict[tuple[str, str, str, str], list[Problem]] = {}
    for problem in problems:
        groups.setdefault((problem.file, problem.sheet, problem.header, problem.code), []).append(problem)
    return sorted(groups.values(), key=lambda g: _ORDER.index(g[0].severity))


def lines(problems: Iterable[Problem], language: str = "zh", least: str = "warning") -> list[str]:
    """The text, one problem a line, why and fix once a group.

    least: the lowest severity shown
    """
    pick = 0 if language == "zh" else 1
    why, fix = (("为什么", "怎么改"), ("why", "fix"))[pick]
    out: list[str] = []
    for group in grouped(p for p in problems if _ORDER.index(p.severity) <= _ORDER.index(least)):
        for problem in group[:SHOWN]:
            out.append(f"{_SIGNS[problem.severity][pick]} {problem.where(language)}: {problem.what.get(language)}")
        if len(group) > SHOWN:
            out.append(_more(group[SHOWN:], pick))
        out.append(f"  {why}: {group[0].why.get(language)}")
        fixes = list(dict.fromkeys(p.fix.get(language) for p in group[:SHOWN]))
        out += [f"  {fix}: {text}" for text in fixes]
    return out


def _more(rest: Sequence[Problem], pick: int) -> str:
    cells = ("、", ", ")[pick].join(p.cell for p in rest[:12])
    more = "…" if len(rest) > 12 else ""
    return f"  另有 {len(rest)} 处：{cells}{more}" if pick == 0 else f"  and {len(rest)} more: {cells}{more}"
