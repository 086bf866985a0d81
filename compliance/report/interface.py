"""The one way in for report formats: a function from a report input to text."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from compliance.errors import UsageError
from compliance.model.assessment import Assessment, Snapshot
from compliance.model.catalog import Catalog


@dataclass(frozen=True)
class ReportInput:
    """What every format gets.

    excerpt: (path, line) -> the text of that line, masked where it may hold a secret; '' when not available
    notes:   what the gate noticed: (kind, where, detail)
    variant: of the format, what stands behind the colon in ``html:brief``
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
    variant: str = ""


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
    "html": "compliance.report.html",
    "xlsx": "compliance.report.xlsx",
    "csv": "compliance.report.csv_report",
    "docx": "compliance.report.docx",
    "oscal": "compliance.report.oscal",
}
"""Format -> module with a function ``write``, and ``VARIANTS`` where it has any (``html:brief``)."""


def binary(name: str) -> bool:
    """Whether a format, with or without its variant, needs a file."""
    return name.partition(":")[0] in BINARY


def writer(name: str) -> Writer:
    """The writer of a format, ``FORMAT`` or ``FORMAT:VARIANT``.  Raises UsageError for an unknown one."""
    base, colon, variant = name.partition(":")
    if base not in FORMATS:
        raise UsageError(f"unknown format '{base}'", fix=f"one of: {', '.join(FORMATS)}")
    module = importlib.import_module(FORMATS[base])
    function: Writer = module.write
    if not colon:
        return function
    known: tuple[str, ...] = getattr(module, "VARIANTS", ())
    if variant not in known:
        raise UsageError(f"format '{base}' has no variant '{variant}'", fix=f"one of: {', '.join(f'{base}:{v}' for v in known)}" if known else f"write {base}")
    return lambda report: function(replace(report, variant=variant))
