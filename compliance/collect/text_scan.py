"""Every text file: literal secrets and personal information, by the detectors of ``compliance.redact``."""

from __future__ import annotations

import bisect
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from compliance.collect.interface import Item, SourceFile, Tree
from compliance.model.cell import Cell, Reason, Unknown
from compliance.model.location import Location
from compliance.model.row import FileNote, make_row
from compliance.redact import detectors, secrets

TABLES = frozenset({"repository_file", "secret_literal", "personal_data_hit"})

_KINDS = (
    (re.compile(r"\.(tf|tfvars|hcl)$"), "terraform"),
    (re.compile(r"\.ya?ml$"), "yaml"),
    (re.compile(r"\.(md|rst|adoc)$|(^|/)(README|CHANGELOG|LICENSE)[^/]*$"), "markdown"),
    (re.compile(r"(^|/)(package-lock\.json|yarn\.lock|poetry\.lock|pnpm-lock\.yaml|Cargo\.lock|go\.sum|uv\.lock|\.terraform\.lock\.hcl)$"), "lock"),
    (re.compile(r"(^|/)(Dockerfile|Containerfile)[^/]*$|\.dockerfile$"), "dockerfile"),
    (re.compile(r"\.(py|js|ts|jsx|tsx|go|java|rb|php|c|cc|cpp|h|cs|rs|kt|scala|swift|html|css|svg)$"), "code"),
    (re.compile(r"\.(conf|cnf|cfg|ini|nginx)$|(^|/)(sshd_config|redis\.conf)"), "conf"),
    (re.compile(r"\.(csv|tsv)$"), "csv"),
    (re.compile(r"(^|/)\.env(\.|$)|\.env$"), "env"),
    (re.compile(r"\.json$"), "json"),
)


def file_kind(path: str) -> str:
    """Kind of a file by its name; ``text`` when nothing fits."""
    if path.endswith(".terraform.lock.hcl"):
        return "lock"
    return next((kind for pattern, kind in _KINDS if pattern.search(path)), "text")


class TextScanCollector:
    """Secrets and personal information of a repository."""

    name = "text_scan"
    version = "1"
    tables = TABLES

    def claims(self, path: str, head: bytes) -> bool:
        """Every text file; binary ones were set aside by the walk."""
        return True

    def collect(self, files: Iterable[SourceFile], tree: Tree) -> Iterator[Item]:
        """One repository_file row a file, and a row for each hit."""
        yield from self.collect_share(files, tree, 0, 1)

    def collect_share(self, files: Iterable[SourceFile], tree: Tree, share: int, count: int) -> Iterator[Item]:
        """Every *count*-th file from *share* on."""
        for file in islice(files, share, None, count):
            kind = file_kind(file.path)
            try:
                text = file.text
            except UnicodeDecodeError:
                unknown = Cell(Unknown(Reason("unparsed_file", file.path)))
                yield make_row("repository_file", Location(file.path, 1, 1), path=file.path, file_kind=kind, scanned=unknown)
                yield FileNote(file.path, "unparsed", self.name, "undecodable", "neither UTF-8 nor GB18030", 0, ())
                continue
            yield make_row("repository_file", Location(file.path, 1, 1), path=file.path, file_kind=kind, scanned=True)
            yield from self._hits(file.path, kind, text)

    def _hits(self, path: str, kind: str, text: str) -> Iterator[Item]:
        lines = _LineIndex(text)
        ordinals: Counter[str] = Counter()
        for secret in secrets.detect(text, kind):
            line = lines.of(secret.start)
            mark = f"{path}#{secret.kind}#{secret.name}"
            ordinals[mark] += 1
            yield make_row(
                "secret_literal", Location(path, line, line), secret_id=f"{mark}#{ordinals[mark]}", path=path, secret_kind=secret.kind, name=secret.name, masked=secret.masked
            )
        header = text.partition("\n")[0] if kind == "csv" else ""
        for hit in detectors.detect(text, header) if kind != "lock" else ():
            line = lines.of(hit.start)
            mark = f"{path}#{hit.kind}"
            ordinals[mark] += 1
            yield make_row(
                "personal_data_hit", Location(path, line, line), hit_id=f"{mark}#{ordinals[mark]}", path=path, data_kind=hit.kind, masked=hit.masked, confidence=hit.confidence
            )


class _LineIndex:
    def __init__(self, text: str) -> None:
        self._text = text
        self._starts: list[int] | None = None

    def of(self, offset: int) -> int:
        if self._starts is None:
            self._starts = [0, *(m.end() for m in re.finditer("\n", self._text))]
        return bisect.bisect_right(self._starts, offset)
