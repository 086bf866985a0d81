"""Dockerfiles: the stage that runs, its user and base image, remote content in any stage.

Dockerfile reference: without USER the image runs as the user of its base, taken as root unless an earlier
stage of the same file says otherwise; ADD takes URLs; ARG defaults substitute.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from compliance.collect.interface import Item, SourceFile, Tree
from compliance.collect.kubernetes import pinned
from compliance.model.cell import Cell, Reason, Unknown
from compliance.model.location import Location
from compliance.model.row import NO_SETTING, FileNote, make_row

_NAME = re.compile(r"(^|/)(Dockerfile|Containerfile)(\.[\w.-]+)?$|\.(dockerfile|Dockerfile)$")
_PIPED = re.compile(r"(curl|wget)\b[^|;&]*\|\s*(sudo\s+)?(ba|z|da|k)?sh\b")


class DockerfileCollector:
    """One container row a Dockerfile."""

    name = "dockerfile"
    version = "1"
    tables = frozenset({"container"})

    def claims(self, path: str, head: bytes) -> bool:
        """By name."""
        return bool(_NAME.search(path)) and not path.endswith((".md", ".txt", ".dockerignore"))

    def collect(self, files: Iterable[SourceFile], tree: Tree) -> Iterator[Item]:
        """Rows of every file; a file without FROM is a note."""
        for file in files:
            try:
                text = file.text
            except UnicodeDecodeError:
                yield FileNote(file.path, "unparsed", self.name, "undecodable", "neither UTF-8 nor GB18030", 0, ("container",))
                continue
            yield from self._file(file.path, text)

    def _file(self, path: str, text: str) -> Iterator[Item]:
        arguments: dict[str, str] = {}
        stages: dict[str, Cell] = {}
        image, user, stage = Cell(), Cell(), ""
        remote = Cell(False)
        start = last = 0
        for line, end, word, rest in _instructions(text):
            at = Location(path, line, end)
            last = end
            if word == "ARG" and not stage and not image.known:
                name, _, value = rest.partition("=")
                arguments[name.strip()] = value.strip().strip("\"'")
            elif word == "FROM":
                stages[stage.lower()] = user
                parts = re.sub(r"--\S+\s+", "", rest).split()
                reference = re.sub(r"\$\{?(\w+)(?::-([^}]*))?\}?", lambda m: arguments.get(m[1]) or m[2] or m[0], parts[0]) if parts else ""
                inherited = reference.lower() in stages
                user = stages[reference.lower()] if inherited else Cell()
                if not inherited:
                    image = Cell(Unknown(Reason("unresolved_variable", reference[:60])), at) if "$" in reference else Cell(reference, at)
                stage = parts[2] if len(parts) > 2 and parts[1].upper() == "AS" else f"stage{line}"
                start = line
            elif word == "USER":
                user = Cell(rest.strip(), at)
            elif remote.value is False and ((word == "ADD" and re.search(r"\bhttps?://", rest)) or (word == "RUN" and _PIPED.search(rest))):
                remote = Cell(True, at)
        if not start:
            yield FileNote(path, "unparsed", self.name, "no_from", "no FROM instruction", 1, ("container",))
            return
        yield FileNote(path, "read", self.name)
        root = user.map(_is_root) if not user.absent else Cell(True)
        free = image.value == "scratch"
        yield make_row(
            "container", Location(path, start, max(start, last)), container_id=path, platform="dockerfile", provider="dockerfile", workload=path, name=path, image=image,
            image_pinned=True if free else image.map(pinned), runs_as_root=root, remote_add=remote, privileged=NO_SETTING, privilege_escalation=NO_SETTING, host_network=NO_SETTING,
            host_pid=NO_SETTING, dangerous_capabilities=NO_SETTING, drops_all_capabilities=NO_SETTING, read_only_root=NO_SETTING, host_path_mount=NO_SETTING,
            seccomp_unconfined=NO_SETTING, service_account_token=NO_SETTING,
        )  # fmt: skip


def _is_root(value: str) -> object:
    name = value.partition(":")[0].strip().strip("\"'")
    return Unknown(Reason("unresolved_variable", name[:40])) if name.startswith("$") else name in ("root", "0")


def _instructions(text: str) -> Iterator[tuple[int, int, str, str]]:
    """(first line, last line, instruction, rest) with continuations joined and heredocs passed over."""
    lines = text.split("\n")
    index = 0
    while index < len(lines):
        first = index
        stripped = lines[index].strip()
        index += 1
        if not stripped or stripped.startswith("#"):
            continue
        parts = [stripped]
        while parts[-1].endswith(("\\", "`")) and index < len(lines):
            parts[-1] = parts[-1][:-1]
            following = lines[index].strip()
            index += 1
            parts.append("\\" if following.startswith("#") or not following else following)
        joined = " ".join(p for p in parts if p != "\\")
        here = re.search(r"<<-?[\"']?(\w+)[\"']?", joined)
        if here and joined.split(None, 1)[0].upper() in ("RUN", "COPY", "ADD"):
            while index < len(lines) and lines[index].strip() != here[1]:
                joined += "\n" + lines[index]
                index += 1
            index += 1
        word, _, rest = joined.partition(" ")
        yield first + 1, min(index, len(lines)), word.upper(), rest
