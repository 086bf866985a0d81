"""``hegui assess``: settings, clock and disk on this side; everything else is ``compliance.run.assess``."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import click

from compliance import __version__
from compliance.catalog.cache import load_catalog, write_atomically
from compliance.cli.check import _date, _deliver, _merged, _target, _today
from compliance.collect.workers import quiet_collector
from compliance.errors import UsageError
from compliance.redact.keys import pseudonym_key
from compliance.redact.pseudonyms import Pseudonyms
from compliance.redact.reveal import for_the_firm
from compliance.report.interface import ReportInput, writer
from compliance.run.assess import AssessRun, assess
from compliance.run.check import Options
from compliance.run.config import Config, load_config
from compliance.run.dossier import report_input
from compliance.run.period import Period, parse_period, quarter_before


def run(path: str, options: Mapping[str, Any]) -> int:
    """Assess a firm's folder and write its reports; returns the exit code."""
    root = Path(path)
    targets = [_target(f) for f in (options["formats"] or ("text",))]
    if sum(1 for _, file in targets if not file) > 1:
        raise UsageError("two formats would both go to standard output", fix="give all but one a file: -f html=FILE")
    with quiet_collector():
        result, config = assessed(root, options)
        outputs = [writer(name)(_input(result, config, not file)) for name, file in targets]
        keep(result, config, Path(options["out"]) if options["out"] else root / "assessments" / result.dossier.period.name)
    say_problems(result, config.language)
    return _deliver(outputs, targets, result.code, result.reason, config)


def assessed(root: Path, options: Mapping[str, Any]) -> tuple[AssessRun, Config]:
    """The assessment of a firm's folder as the command line and its settings ask.  Raises HeguiError."""
    if not (root / "hegui.yaml").is_file():
        raise UsageError(f"'{root}' has no hegui.yaml", fix="run hegui init there, or name the firm's folder")
    config = _merged(load_config(root), options)
    if config.profile == "ci":
        config = replace(config, profile="quarterly")
    period = _period(config, options)
    as_of = options["as_of"] or os.environ.get("HEGUI_AS_OF") or min(period.end, date.fromisoformat(_today())).isoformat()
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", as_of):
        raise UsageError(f"--as-of '{as_of}' is not a date", fix="write YYYY-MM-DD")
    _date(as_of)
    wanted = Options(as_of, config.fail_on, bool(options["soft_fail"]))
    return assess(root, load_catalog(), config, period, wanted, Pseudonyms(pseudonym_key(root, options.get("engagement") or ""))), config


def _period(config: Config, options: Mapping[str, Any]) -> Period:
    stated = options["period"] or os.environ.get("HEGUI_PERIOD") or config.period
    return parse_period(stated) if stated else quarter_before(date.fromisoformat(options["as_of"] or _today()))


def _input(result: AssessRun, config: Config, to_terminal: bool) -> ReportInput:
    color = to_terminal and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    given = report_input(result.dossier, result.conclusion, config.language, __version__)
    return replace(given, color=color, assessment=for_the_firm(given.assessment, result.meaning))


def keep(result: AssessRun, config: Config, folder: Path) -> None:
    """Write what the next quarter compares with: ``results.json``.  Raises UsageError."""
    text = writer("json")(report_input(result.dossier, result.conclusion, config.language, __version__))
    data = text if isinstance(text, bytes) else text.encode()
    if not write_atomically(folder / "results.json", data):
        raise UsageError(f"cannot write '{folder}'", fix="choose a folder that can be written: --out DIR")


def say_problems(result: AssessRun, language: str) -> None:
    """One line on stderr about cells and files that could not be used."""
    problems = result.dossier.problems
    if problems:
        errors = sum(1 for p in problems if p.severity == "error")
        text = f"登记簿中有 {len(problems)} 个问题，其中错误 {errors} 个" if language == "zh" else f"{len(problems)} problems in the registers, {errors} of them errors"
        click.echo(f"hegui: {text}", err=True)
