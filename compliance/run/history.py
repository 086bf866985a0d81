"""Earlier assessments of a firm: ``assessments/<period>/results.json``, small text files that belong in git."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from compliance.errors import ConfigError, HeguiError, UsageError
from compliance.run.period import Period, parse_period

FOLDER: Final = "assessments"
RESULTS: Final = "results.json"
_SHOWN: Final = 8
"""Periods that a report shows besides its own."""


def results_of(folder: Path) -> Mapping[str, Any]:
    """The kept results of one assessment.  Raises UsageError when there are none, ConfigError for a damaged file."""
    path = folder / RESULTS
    try:
        data = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise UsageError(f"there is no assessment in '{folder}'", fix="run hegui assess for that period first") from error
    except (OSError, ValueError) as error:
        raise ConfigError("the results cannot be read", where=str(path), why=str(error)[:120], fix="run hegui assess for that period again") from error
    if not isinstance(data, dict) or not {"schema", "controls", "findings", "as_of"} <= set(data):
        raise ConfigError("this is not a results file of hegui", where=str(path), fix="run hegui assess for that period again")
    return data


def kept_periods(root: Path) -> list[tuple[Period, Path]]:
    """Every period that has results, oldest first."""
    found = []
    for folder in sorted((root / FOLDER).glob("*")):
        if (folder / RESULTS).is_file():
            try:
                found.append((parse_period(folder.name), folder))
            except HeguiError:
                continue  # a folder of the user's own naming is none of ours
    return sorted(found, key=lambda pair: (pair[0].end, pair[0].start))


def history_before(root: Path, period: Period) -> tuple[tuple[str, Mapping[str, str]], ...]:
    """(period, control -> outcome) of the assessments that ended before *period*, oldest first."""
    earlier = [(p, folder) for p, folder in kept_periods(root) if p.end < period.start][-_SHOWN:]
    return tuple((p.name, {str(c["id"]): str(c["outcome"]) for c in results_of(folder)["controls"]}) for p, folder in earlier)
