"""The one way in for report formats: a function from a report input to text."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from compliance.errors import UsageError
from compliance.model.assessment import Assessment, Snapshot
from compliance.model.catalog import Catalog


@dataclass(frozen=True)
class ReportInput:
    """What every format gets.

    excerpt: (path, line) -> the text of that line, masked where it may hold a secret; '' when not available
    notes:   what the gate noticed: (kind, where, detail)
    run, config: of an assessment of a firm, what reports for people need besides (period, problems, organisation)
    """

    assessment: Assessment
    snapshot: Snapshot
    catalog: Catalog
    notes: tuple[tuple[str, str, str], ...]
    code: int
    reason: str
    language: str
    version: str
    excerpts: Mapping[tuple[str, int], str]
    color: bool = False
    width: int = 80
    explain: bool = False
    run: Any = None
    config: Any = None


Writer = Callable[[ReportInput], str | bytes]
"""Text, or its UTF-8 bytes, or for a format of ``BINARY`` the bytes of the file."""

BINARY: Final = frozenset({"xlsx", "docx"})
"""Formats that no terminal shows: they need a file."""

FORMATS: Final[dict[str, str]] = {
    "text": "compliance.report.text",
    "json": "compliance.report.json_report",
    "sarif": "compliance.report.sarif",
    "junit": "compliance.report.junit",
    "gitlab": "compliance.report.gitlab",
    "markdown": "compliance.report.markdown",
}
"""Format -> module with a function ``write``."""


def writer(name: str) -> Writer:
    """The writer of a format.  Raises UsageError for an unknown one."""
    if name not in FORMATS:
        raise UsageError(f"unknown format '{name}'", fix=f"one of: {', '.join(FORMATS)}")
    function: Writer = importlib.import_module(FORMATS[name]).write
    return function
