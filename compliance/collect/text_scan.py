"""Every text file: literal secrets and personal information, by the detectors of ``compliance.redact``."""

from __future__ import annotations

import bisect
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from compliance.collect.interface import Item, SourceFile, Tree
from compliance.model.cell import Cell, Reason, Unknown
from compliance.model.location import Location
from compliance.model.row import FileNote, make_row
from compliance.redact import detectors, secrets
from compliance.redact.words import words

TABLES: Final = frozenset({"repository_file", "secret_literal", "personal_data_hit"})
LISTED: Final = 200
"""So many hits of one kind in one file are listed; a note counts the rest (a leaked register may have a million)."""

_TEMPLATE: Final = re.compile(r"\.(?:j2|jinja2?|tpl|tmpl|template|erb|tftpl|gotmpl|dist|example|sample|bak|orig|old|default)$")
_NAMES: Final = {
    "package-lock.json": "lock", "npm-shrinkwrap.json": "lock", "yarn.lock": "lock", "pnpm-lock.yaml": "lock", "poetry.lock": "lock", "pdm.lock": "lock", "uv.lock": "lock", "pipfile.lock": "lock",
    "cargo.lock": "lock", "composer.lock": "lock", "gemfile.lock": "lock", "go.sum": "lock", "go.mod": "lock", ".terraform.lock.hcl": "lock", "packages.lock.json": "lock", "flake.lock": "lock",
    "chart.lock": "lock", ".npmrc": "conf", ".netrc": "conf", "_netrc": "conf", ".my.cnf": "conf", ".pgpass": "pgpass", "pgpass.conf": "pgpass", ".pypirc": "conf", ".dockercfg": "json",
    ".git-credentials": "text", "sshd_config": "conf", "ssh_config": "conf", "pg_hba.conf": "conf", "jenkinsfile": "code", "vagrantfile": "code", "makefile": "shell", "gnumakefile": "shell",
    ".bashrc": "shell", ".profile": "shell", ".envrc": "env", "credentials": "conf", ".flaskenv": "env", "env": "env",
}  # fmt: skip
_ENDINGS: Final = {
    "tf": "terraform", "tfvars": "terraform", "hcl": "terraform", "yaml": "yaml", "yml": "yaml", "md": "markdown", "markdown": "markdown", "rst": "markdown", "adoc": "markdown", "mdx": "markdown",
    "json": "json", "tfstate": "json", "json5": "json", "jsonc": "json", "bicep": "code", "conf": "conf", "cnf": "conf", "cfg": "conf", "ini": "conf", "nginx": "nginx", "toml": "conf", "properties": "conf",
    "config": "xml", "xml": "xml", "csv": "csv", "tsv": "csv", "env": "env", "sh": "shell", "bash": "shell", "zsh": "shell", "ps1": "code", "bat": "shell", "cmd": "shell", "sql": "sql",
    "dockerfile": "dockerfile", "service": "conf", "lock": "lock",
} | dict.fromkeys(sorted(words("py js mjs cjs ts jsx tsx go java rb php c cc cpp h hpp cs rs kt kts scala swift lua pl r groovy gradle html htm css scss less svg vue map ipynb proto")), "code")  # fmt: skip
_DOCUMENT: Final = re.compile(r"^(?:readme|changelog|changes|history|license|licence|notice|contributing|authors|contributors|maintainers|codeowners|copying|security|news)(?:[._-].*)?$")
_CREDITS: Final = re.compile(r"^(?:authors|contributors|maintainers|codeowners|changelog|changes|history|news|license|licence|notice|\.mailmap)(?:\..*)?$")
_EXAMPLE: Final = re.compile(r"(?:^|[._-])(?:example|examples|sample|template|dist|tpl)(?:$|[._-])")
# How the detectors read a kind that is a kind of its own only for people.
_READ_AS: Final = {"nginx": "conf", "pgpass": "pgpass"}


def file_kind(path: str) -> str:
    """Kind of a file by its name; ``text`` when nothing fits."""
    name = path.rpartition("/")[2].lower()
    if name in _NAMES:
        return _NAMES[name]
    if name.startswith((".env", "env.")):
        return "env"
    if name.startswith(("dockerfile", "containerfile")):
        return "dockerfile"
    inner = _TEMPLATE.sub("", name)
    ending = inner.rpartition(".")[2] if "." in inner else ""
    if (name.startswith("nginx") or "/nginx/" in f"/{path.lower()}") and ending in ("conf", "nginx", "vhost", ""):
        return "nginx"
    if _DOCUMENT.match(name) and ending not in ("tf", "yaml", "yml", "json", "sh", "py", "conf"):
        return "markdown"
    return _ENDINGS.get(ending, "text")


def is_example(path: str) -> bool:
    """Whether a file is one to copy and fill in: ``.env.example``, ``terraform.tfvars.sample``, ``app.conf.dist``."""
    return _EXAMPLE.search(path.rpartition("/")[2].lower()) is not None


class TextScanCollector:
    """Secrets and personal information of a repository."""

    name = "text_scan"
    version = "2"
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
            whole = Location(file.path, 1, 1)
            try:
                text = file.text
            except UnicodeDecodeError:
                unknown = Cell(Unknown(Reason("unparsed_file", file.path)), whole)
                yield make_row("repository_file", whole, path=file.path, file_kind=kind, scanned=unknown)
                yield FileNote(file.path, "unparsed", self.name, "undecodable", "neither UTF-8 nor GB18030", 0, ())
                continue
            yield make_row("repository_file", whole, path=file.path, file_kind=kind, scanned=True)
            yield from self._secrets(file.path, kind, text)
            if kind != "lock":
                yield from self._persons(file.path, kind, text)

    def _secrets(self, path: str, kind: str, text: str) -> Iterator[Item]:
        ordinals: Counter[str] = Counter()
        total = 0
        for hit in secrets.detect(text, _READ_AS.get(kind, kind), is_example(path)):
            total += 1
            if total > LISTED:
                continue
            mark = f"{path}#{hit.kind}#{hit.name}"
            ordinals[mark] += 1
            at = Location(path, hit.line, hit.line)
            yield make_row("secret_literal", at, secret_id=f"{mark}#{ordinals[mark]}", path=path, secret_kind=hit.kind, name=hit.name, masked=Cell(hit.masked, at))
        if total > LISTED:
            yield self._rest(path, "secrets", total)

    def _persons(self, path: str, kind: str, text: str) -> Iterator[Item]:
        lines = _LineIndex(text)
        totals: Counter[str] = Counter()
        credits = _CREDITS.match(path.rpartition("/")[2].lower()) is not None
        for hit in detectors.detect(text, _header(text) if kind == "csv" else ""):
            if (credits and hit.kind == "email_list") or (kind == "code" and lines.length(hit.start) > 2000):
                continue  # public credits; minified code
            totals[hit.kind] += 1
            if totals[hit.kind] > LISTED:
                continue
            line = lines.of(hit.start)
            at = Location(path, line, line)
            yield make_row(
                "personal_data_hit", at, hit_id=f"{path}#{hit.kind}#{totals[hit.kind]}", path=path, data_kind=hit.kind, masked=Cell(hit.masked, at), confidence=hit.confidence
            )  # fmt: skip
        for what, total in sorted(totals.items()):
            if total > LISTED:
                yield self._rest(path, what, total)

    def _rest(self, path: str, what: str, total: int) -> FileNote:
        return FileNote(path, "read", self.name, "hits_not_listed", f"{what}: {total}, the first {LISTED} are listed")


def _header(text: str) -> str:
    return text.partition("\n")[0]


class _LineIndex:
    """Offsets to line numbers; the index is built for the first question."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts: list[int] | None = None

    def _index(self) -> list[int]:
        if self._starts is None:
            self._starts = [0, *(m.end() for m in re.finditer("\n", self._text))]
        return self._starts

    def of(self, offset: int) -> int:
        """Line of an offset, from 1."""
        return bisect.bisect_right(self._index(), offset)

    def length(self, offset: int) -> int:
        """Characters of the line that holds the offset."""
        starts, line = self._index(), self.of(offset)
        return (starts[line] if line < len(starts) else len(self._text)) - starts[line - 1]
