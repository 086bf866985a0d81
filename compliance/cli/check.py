"""``hegui check``: settings, clock and disk on this side; everything else is ``compliance.run.check``."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compliance import __version__
from compliance.catalog.cache import cache_folder, load_catalog, write_atomically
from compliance.catalog.roots import default_roots
from compliance.collect.interface import Tree
from compliance.collect.walk import DiskTree, walk
from compliance.collect.workers import quiet_collector
from compliance.errors import UsageError
from compliance.gate import baseline
from compliance.report.common import REASON_TEXT
from compliance.report.interface import ReportInput, binary, writer
from compliance.run.config import Config, load_config

if TYPE_CHECKING:
    from compliance.run.check import CheckRun, Options


def run(path: str, options: Mapping[str, Any]) -> int:
    """Run a check and write its reports; returns the exit code."""
    root = Path(path)
    if not root.exists():
        raise UsageError(f"'{path}' does not exist", fix="name a folder")
    if not root.is_dir():
        raise UsageError(f"'{path}' is not a folder", fix="name the folder of the repository")
    targets = [_target(f) for f in (options["formats"] or ("text",))]
    if sum(1 for _, file in targets if not file) > 1:
        raise UsageError("two formats would both go to standard output", fix="give all but one a file: -f json=FILE")
    config = _merged(load_config(root), options)
    as_of = options["as_of"] or os.environ.get("HEGUI_AS_OF") or _today()
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", as_of):
        raise UsageError(f"--as-of '{as_of}' is not a date", fix="write YYYY-MM-DD")
    _date(as_of)
    tree = walk(root, config.exclude)
    slot = _slot(root, tree, config, options, as_of, targets)
    kept = _kept(slot)
    if kept is not None:
        return _deliver(kept["outputs"], targets, kept["code"], kept["reason"], config)
    from compliance.run.check import Options, check

    catalog = load_catalog(profile="" if config.parameters else config.profile)
    known: frozenset[str] = frozenset()
    settings = Options(as_of, config.fail_on, bool(options["soft_fail"]))
    if config.baseline:
        known = _known(root, config, settings, catalog)
    changed = baseline.changed_lines(root, options["changed_only"]) if options["changed_only"] else None
    with quiet_collector():
        result = check(tree, catalog, config, replace(settings, known=known, changed=changed), root)
        outputs = []
        for name, file in targets:
            report = _input(result, tree, config, sys.stdout if not file else None, bool(options["explain"]))
            outputs.append(writer(name)(report))
    if slot is not None:
        kept_now = [base64.b64encode(o if isinstance(o, bytes) else o.encode()).decode() for o in outputs]
        write_atomically(slot, json.dumps({"outputs": kept_now, "code": result.code, "reason": result.reason}).encode())
    return _deliver(outputs, targets, result.code, result.reason, config)


def _deliver(outputs: Sequence[str | bytes], targets: Sequence[tuple[str, str]], code: int, reason: str, config: Config) -> int:
    """Write every report to its target and the reason for the exit code to stderr."""
    for text, (name, file) in zip(outputs, targets, strict=True):
        if not file:
            if binary(name):
                raise UsageError(f"'{name}' is not text", fix=f"give it a file: -f {name}=FILE")
            click.echo(text, nl=False)
        elif not write_atomically(Path(file), text if isinstance(text, bytes) else text.encode("utf-8")):
            raise UsageError(f"cannot write '{file}'", fix="choose a folder that can be written")
    click.echo(f"hegui: {REASON_TEXT[reason].get(config.language)} ({reason}, exit {code})", err=True)
    return code


def _slot(root: Path, tree: DiskTree, config: Config, options: Mapping[str, Any], as_of: str, targets: Sequence[tuple[str, str]]) -> Path | None:
    """Where the result of exactly this run would be kept: same program, catalog, settings, day, paths and bytes.

    None when caching is off, or when the answer depends on more than that (a baseline, a revision).
    """
    folder = cache_folder()
    if folder is None or options["no_cache"] or config.baseline or options["changed_only"]:
        return None
    color = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    total = hashlib.sha256(
        json.dumps(
            [
                __version__,
                default_roots().digest(),
                as_of,
                repr(config),
                [n for n, _ in targets],
                bool(options["explain"]),
                bool(options["soft_fail"]),
                color,
                [tuple(n) for n in _notes(tree)],
            ],
            ensure_ascii=False,
        ).encode("utf-8", "surrogatepass")
    )
    for path in (*tree.paths(), *tree.installed_paths()):
        file = tree.file(path)
        total.update(f"{path}\0{file.sha256 if file else '-'}\0".encode("utf-8", "surrogatepass"))
    exceptions = root / config.exceptions
    total.update(exceptions.read_bytes() if exceptions.is_file() else b"-")
    return folder / f"check-{total.hexdigest()[:48]}.json"


def _notes(tree: DiskTree) -> list[tuple[str, str]]:
    return [(n.path, n.code) for n in tree.notes]


def _kept(slot: Path | None) -> dict[str, Any] | None:
    """A kept result, None when there is none or it is damaged."""
    if slot is None:
        return None
    try:
        data = json.loads(slot.read_bytes())
        outputs = [base64.b64decode(o, validate=True) for o in data["outputs"]]
        return {**data, "outputs": outputs} if data["code"] in (0, 1, 3) and data["reason"] in REASON_TEXT else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _target(text: str) -> tuple[str, str]:
    name, _, file = text.partition("=")
    writer(name)
    return name, file


def _today() -> str:
    """Today in Asia/Shanghai, which has no summer time."""
    return (datetime.now(UTC) + timedelta(hours=8)).date().isoformat()


def _date(text: str) -> None:
    try:
        datetime.strptime(text, "%Y-%m-%d")
    except ValueError as error:
        raise UsageError(f"--as-of '{text}' is not a day of the calendar", fix="write YYYY-MM-DD") from error


def _merged(config: Config, options: Mapping[str, Any]) -> Config:
    """Flag > ``HEGUI_*`` > file."""
    values: dict[str, Any] = {}
    for name in ("profile", "language", "fail_on", "baseline"):
        chosen = options.get(name) or os.environ.get(f"HEGUI_{name.upper()}")
        if chosen:
            values[name] = chosen
    if options["exclude"]:
        values["exclude"] = (*config.exclude, *options["exclude"])
    merged = replace(config, **values)
    if merged.language not in ("zh", "en") or merged.fail_on not in ("critical", "high", "medium", "low"):
        raise UsageError("HEGUI_LANGUAGE or HEGUI_FAIL_ON has a value that is not allowed", fix="zh or en; critical, high, medium or low")
    return merged


def _known(root: Path, config: Config, settings: Options, catalog: Any) -> frozenset[str]:
    """Fingerprints of the baseline: a report file, else the findings of a git revision."""
    path = Path(config.baseline)
    if not path.is_file() and (root / config.baseline).is_file():
        path = root / config.baseline
    if path.is_file():
        return baseline.read(path)
    from compliance.collect.tree import MemoryTree
    from compliance.run.check import check

    commit = baseline.resolve(root, config.baseline)
    result = check(MemoryTree(_archive(root, commit)), catalog, config, settings, None)
    return frozenset(f.fingerprint for f in result.assessment.findings)


def _archive(root: Path, commit: str) -> dict[str, bytes]:
    """Regular files of a commit below *root*, from ``git archive``; links are left out as in a walk."""
    import io
    import tarfile

    data = baseline.git(root, "archive", "--format=tar", commit, ".")
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return {m.name.removeprefix("./"): f.read() for m in archive if m.isfile() and (f := archive.extractfile(m)) is not None}


def _input(result: CheckRun, tree: Tree, config: Config, stream: Any, explain: bool) -> ReportInput:
    sensitive = {(f.location.path, f.location.line) for f in result.assessment.findings if f.table in ("secret_literal", "personal_data_hit", "repository_file")}
    color = bool(stream is not None and stream.isatty() and not os.environ.get("NO_COLOR"))
    return ReportInput(
        result.assessment, result.snapshot, result.catalog, tuple((n.kind, n.where, n.detail) for n in result.gate_notes), result.code, result.reason,
        config.language, __version__, _Excerpts(tree, sensitive), color=color, explain=explain,
    )  # fmt: skip


class _Excerpts(Mapping[tuple[str, int], str]):
    """Lines of the scanned files, read and masked only when a report shows them."""

    def __init__(self, tree: Tree, sensitive: set[tuple[str, int]]) -> None:
        self._tree, self._sensitive = tree, sensitive
        self._lines: dict[str, list[str]] = {}

    def __getitem__(self, place: tuple[str, int]) -> str:
        path, line = place
        if place in self._sensitive:
            raise KeyError(place)
        if path not in self._lines:
            file = self._tree.file(path)
            self._lines[path] = file.data.decode("utf-8", "replace").split("\n") if file else []
        if not 0 < line <= len(self._lines[path]):
            raise KeyError(place)
        return _masked(self._lines[path][line - 1])

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _masked(line: str) -> str:
    """An excerpt without what the detectors find in it."""
    from compliance.redact import detectors, secrets

    spans = [(h.start, h.end) for h in detectors.detect(line)] + [(h.start, h.end) for h in secrets.detect(line, "text")]
    for start, end in sorted(spans, reverse=True):
        line = line[:start] + "***" + line[end:]
    return line[:300]
