"""The collector: Dockerfiles to container rows, one a file.

Source: "Dockerfile reference" (docs.docker.com).  The last stage is the image that is built; it has the user
and the environment of the stage or image it starts from; a base image whose user nobody can tell runs as root,
which is the default of the format.  A remote ``ADD`` counts in every stage, for the last one copies from them.
What a Dockerfile has no say in (privileges, namespaces, mounts) is not asked of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from compliance.collect.container_facts import image_pinned
from compliance.collect.dockerfile.commands import pipes_download_to_shell
from compliance.collect.dockerfile.syntax import Instruction, instructions
from compliance.collect.interface import Item, SourceFile, Tree
from compliance.collect.interpolation import Interpolation
from compliance.model.cell import Cell, Unknown
from compliance.model.location import Location
from compliance.model.row import NO_SETTING, FileNote, make_row

TABLES: Final = frozenset({"container"})
_SORTED: Final = tuple(sorted(TABLES))
_NAMED: Final = re.compile(r"(?i)(?:^|/)(?:dockerfile|containerfile)(?:[._-][^/]*)?$|\.(?:dockerfile|containerfile)$")
_OTHER: Final = re.compile(r"(?i)\.(?:md|txt|rst|adoc|sh|py|dockerignore|ya?ml|json|toml|html|png|svg|diff|patch)$")
# Images documented to run as an ordinary user.
_ORDINARY: Final = re.compile(r"nonroot|unprivileged|rootless|(?:^|/)bitnami/|^cgr\.dev/chainguard/")
_ADMIN: Final = frozenset({"root", "0", "", "containeradministrator"})
_URL: Final = re.compile(r"(?i)(?:https?|ftp)://|git@|git://|ssh://")
_PAIR: Final = re.compile(r"([A-Za-z_]\w*)=(\"(?:[^\"\\]|\\.)*\"|'[^']*'|(?:[^\s\\]|\\.)*)")
_NO_SAY: Final = (
    "privileged", "privilege_escalation", "host_network", "host_pid", "dangerous_capabilities", "drops_all_capabilities",
    "read_only_root", "host_path_mount", "seccomp_unconfined", "service_account_token",
)  # fmt: skip


class DockerfileCollector:
    """Every Dockerfile and Containerfile of a tree."""

    name = "dockerfile"
    version = "1"
    tables = TABLES

    def claims(self, path: str, head: bytes) -> bool:
        """``Dockerfile``, ``Dockerfile.x``, ``x.dockerfile``, ``Containerfile``."""
        return _NAMED.search(path) is not None and _OTHER.search(path) is None

    def collect(self, files: Iterable[SourceFile], tree: Tree) -> Iterator[Item]:
        """A note and a row of every file."""
        for file in files:
            try:
                text = file.text
            except UnicodeDecodeError:
                yield FileNote(file.path, "unparsed", self.name, "undecodable", "neither UTF-8 nor GB18030", 0, _SORTED)
                continue
            found, odd = instructions(text, file.path)
            build = _Build()
            for instruction in found:
                build.take(instruction)
            if build.stage is None:
                yield FileNote(file.path, "unparsed", self.name, "no_from", "no FROM instruction", odd, _SORTED)
                continue
            if odd:
                yield FileNote(file.path, "partial", self.name, "syntax_error", "not an instruction", odd, _SORTED)
            else:
                yield FileNote(file.path, "read", self.name)
            stage = build.stage
            columns: dict[str, Any] = dict.fromkeys(_NO_SAY, NO_SETTING)
            yield make_row(
                "container", stage.at, container_id=file.path, provider="dockerfile", resource_type="image", platform="dockerfile",
                workload="", name=stage.name, image=stage.image.default(""), image_pinned=_pinned(stage.image),
                runs_as_root=stage.runs_as_root(), remote_add=build.remote, **columns,
            )  # fmt: skip


@dataclass
class _Stage:
    """State of one build stage while its instructions are read."""

    name: str
    image: Cell
    at: Location
    user: Cell = field(default_factory=Cell)
    variables: dict[str, str] = field(default_factory=dict)

    def runs_as_root(self) -> Cell:
        if self.user.absent:
            known = str(self.image.value.text if isinstance(self.image.value, Unknown) else self.image.value)
            return Cell(not _ORDINARY.search(known))
        value = self.user.value
        if (
            isinstance(value, Unknown)
            and value.text
            and "$" not in (own := value.text.partition(":")[0])
            and "{{" not in own
        ):
            return Cell(own.strip().lower() in _ADMIN, self.user.at)  # only the group is open
        return self.user.map(lambda v: str(v).partition(":")[0].strip().strip("\"'").lower() in _ADMIN)


class _Build:
    """The stages of a file, and whether the build takes in remote content."""

    def __init__(self) -> None:
        self.stage: _Stage | None = None
        self.remote = Cell(False)
        self._arguments: dict[str, str] = {}
        self._stages: dict[str, _Stage] = {}

    def take(self, one: Instruction) -> None:
        if one.word == "FROM":
            self._from(one)
        elif self.stage is None:
            if one.word == "ARG":
                self._arguments.update(_pairs(one.text, self._arguments, {}))
            return
        else:
            self.stage.at = Location(self.stage.at.path, self.stage.at.line, one.at.end_line)
            if one.word == "ARG":
                self.stage.variables.update(_pairs(one.text, self.stage.variables, self._arguments))
            elif one.word == "ENV":
                self.stage.variables.update(_env(one.text, self.stage.variables))
            elif one.word == "USER":
                self.stage.user = Cell(_expand(one.text, self.stage.variables), one.at)
            elif one.word == "ADD":
                self._add(one, self.stage.variables)
            elif one.word == "RUN" and pipes_download_to_shell("\n".join([one.text, *one.body])):
                self._remote(Cell(True, one.at))

    def _from(self, one: Instruction) -> None:
        words = re.findall(r"(?:\{\{[^{}]{0,200}\}\}|\S)+", one.flags()[1])
        # Only arguments of before the first FROM count; those of a stage are what its author meant.
        earlier = self.stage.variables if self.stage is not None else {}
        image = Cell(_expand(words[0] if words else "", {**earlier, **self._arguments}), one.at)
        name = words[2] if len(words) > 2 and words[1].lower() == "as" else ""
        base = self._stages.get(str(image.value).lower()) if image.known else None
        if base is not None:
            # The image is the one the earlier stage started from, and stands there.
            self.stage = _Stage(name, base.image, one.at, base.user, dict(base.variables))
        else:
            self.stage = _Stage(name, image, one.at)
        if name:
            self._stages[name.lower()] = self.stage

    def _add(self, one: Instruction, variables: dict[str, str]) -> None:
        flags, rest = one.flags()
        if any(flag.startswith("--checksum=") for flag in flags):
            return
        words = rest.strip("[]").replace('"', " ").replace(",", " ").split() if rest.startswith("[") else rest.split()
        for word in words[:-1] or words:
            source = _expand(word, variables)
            text = source.text or "" if isinstance(source, Unknown) else source
            if _URL.match(text):
                self._remote(Cell(True, one.at))
            elif isinstance(source, Unknown) and text.startswith(("$", "{{")):
                self._remote(Cell(source, one.at))

    def _remote(self, cell: Cell) -> None:
        """The first certain place, else the first doubtful one."""
        if self.remote.value is False or (self.remote.unknown and cell.value is True):
            self.remote = cell


def _expand(text: str, variables: dict[str, str]) -> str | Unknown:
    return Interpolation(variables)(text) if "$" in text or "{{" in text else text


def _pairs(text: str, known: dict[str, str], outer: dict[str, str]) -> dict[str, str]:
    """Names and values of an ARG instruction; a name alone takes the value of before the first FROM."""
    found = {name: value for name, value in _assignments(text, known)}
    for word in text.split():
        if "=" not in word and word in outer:
            found[word] = outer[word]
    return found


def _env(text: str, known: dict[str, str]) -> dict[str, str]:
    name, _, rest = text.partition(" ")
    if "=" not in name and rest:  # the old form: ENV name the whole rest
        value = _expand(rest.strip(), known)
        return {} if isinstance(value, Unknown) else {name: value}
    return dict(_assignments(text, known))


def _assignments(text: str, known: dict[str, str]) -> Iterator[tuple[str, str]]:
    for pair in _PAIR.finditer(text):
        raw = pair[2]
        value = _expand(raw[1:-1] if raw[:1] in ("'", '"') and len(raw) > 1 else raw, known)
        if isinstance(value, str):
            yield pair[1], value


def _pinned(image: Cell) -> Cell:
    return Cell(True, image.at) if image.value == "scratch" else image_pinned(image)
