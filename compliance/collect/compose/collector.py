"""The collector: compose files to container and service_exposure rows.

Sources: "Services top-level element" of the Compose specification, "docker run" reference of Docker.
Defaults: not privileged, own network, PID and IPC namespaces, no added or dropped capability, writable root,
the default seccomp profile, privileges may be gained.  The user is the image's; only a stated one is a fact here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from compliance.collect.compose.mounts import host_sources
from compliance.collect.compose.ports import published
from compliance.collect.compose.services import Service, body, services
from compliance.collect.container_facts import dangerous, drops_all, host_paths, image_pinned
from compliance.collect.interface import Item, SourceFile, Tree
from compliance.collect.interpolation import Interpolation, environment
from compliance.collect.yaml_tree import MISSING, Node, YamlError, documents
from compliance.model.cell import Cell, Unknown, any_true
from compliance.model.row import NO_SETTING, FileNote, Row, make_row

TABLES: Final = frozenset({"container", "service_exposure"})
_SORTED: Final = tuple(sorted(TABLES))
_NAMED: Final = re.compile(r"(?i)(?:^|/)(?:docker-)?compose(?:[._-][^/]*)?\.ya?ml$")
_SERVICES: Final = re.compile(rb"(?m)^services[ \t]*:[ \t]*(?:#.*)?\r?$")
_RUNS: Final = re.compile(r"(?m)^\s+(?:image|build)\s*:")


class ComposeCollector:
    """Every compose file of a tree."""

    name = "compose"
    version = "1"
    tables = TABLES

    def claims(self, path: str, head: bytes) -> bool:
        """By name, or YAML with top-level ``services`` that is no Kubernetes manifest."""
        if _NAMED.search(path):
            return True
        return path.endswith((".yml", ".yaml")) and b"apiVersion" not in head and _SERVICES.search(head) is not None

    def collect(self, files: Iterable[SourceFile], tree: Tree) -> Iterator[Item]:
        """Notes and rows of every file."""
        run = _Run(tree)
        for file in files:
            yield from run.file(file)


class _Run:
    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.read: dict[str, tuple[Node, YamlError | None]] = {}
        self.values: dict[str, Interpolation] = {}

    def file(self, file: SourceFile) -> Iterator[Item]:
        try:
            root, error = self._root(file)
        except UnicodeDecodeError:
            yield FileNote(file.path, "unparsed", "compose", "undecodable", "neither UTF-8 nor GB18030", 0, _SORTED)
            return
        named = _NAMED.search(file.path) is not None
        found = list(services(root, file.path, self._load))
        if not named and not any(s.whole for s in found):
            if error is not None and _RUNS.search(file.text):
                yield FileNote(file.path, "unparsed", "compose", error.code, error.problem, error.line, _SORTED)
            return
        if error is not None:
            status: Final = "partial" if found else "unparsed"
            yield FileNote(file.path, status, "compose", error.code, error.problem, error.line, _SORTED)
        else:
            yield FileNote(file.path, "read", "compose")
        listed = body(root)
        if error is None and not listed.missing and not listed.pairs():
            yield FileNote(
                file.path,
                "partial",
                "compose",
                "unreadable_services",
                "services is not a mapping",
                listed.line,
                _SORTED,
            )
        for service in found:
            yield _container(service, file.path)
            yield from _exposures(service, file.path)

    def _root(self, file: SourceFile) -> tuple[Node, YamlError | None]:
        if file.path not in self.read:
            if file.folder not in self.values:
                beside = self.tree.file(f"{file.folder}/.env" if file.folder else ".env")
                self.values[file.folder] = Interpolation(environment(_text(beside)) if beside else {})
            roots, error = documents(file.text, file.path, self.values[file.folder])
            self.read[file.path] = (roots[0] if roots else MISSING, error)
        return self.read[file.path]

    def _load(self, path: str) -> Node:
        file = self.tree.file(path)
        try:
            return self._root(file)[0] if file is not None else MISSING
        except UnicodeDecodeError:  # the file's own note says so
            return MISSING


def _text(file: SourceFile) -> str:
    return file.data.decode("utf-8", "replace")


def _container(service: Service, path: str) -> Row:
    image = service.cell("image").as_str()
    options = service.cells("security_opt")
    columns: dict[str, Any] = {
        # With a build the image is a name for the result; its base is a fact of the Dockerfile.
        "image_pinned": NO_SETTING if any(n.has("build") for n in service.chain) else image_pinned(image),
        "privileged": service.cell("privileged").as_bool().default(False),
        "runs_as_root": _root_user(service),
        "privilege_escalation": _escalation(options),
        "host_network": service.cell("network_mode").equals("host").default(False),
        "host_pid": any_true([service.cell("pid").equals("host"), service.cell("ipc").equals("host")]).default(False),
        "dangerous_capabilities": dangerous(service.cells("cap_add")),
        "drops_all_capabilities": drops_all(service.cells("cap_drop")),
        "read_only_root": service.cell("read_only").as_bool().default(False),
        "host_path_mount": host_paths(host_sources(service)),
        "seccomp_unconfined": any_true(_option(o) for o in options).default(False),
    }
    if not service.whole:
        # An override of a service that stands in another file: what it does not say, the other file says.
        columns = {n: NO_SETTING if isinstance(c, Cell) and c.at is None else c for n, c in columns.items()}
    return make_row(
        "container", service.node.at, container_id=f"{path}:services/{service.name}", platform="compose", provider="compose",
        resource_type="service", workload=path.rpartition("/")[0], name=service.name, image=image.default(""),
        service_account_token=NO_SETTING, remote_add=NO_SETTING, **columns,
    )  # fmt: skip


def _root_user(service: Service) -> Any:
    user = service.cell("user")
    if user.absent:
        return NO_SETTING
    if isinstance(user.value, Unknown) and user.value.text:
        own = user.value.text.partition(":")[0]
        if "$" not in own and "{{" not in own:  # only the group is open
            user = Cell(own, user.at)
    return user.as_str().map(lambda v: str(v).partition(":")[0].strip() in ("root", "0", ""))


def _escalation(options: list[Cell]) -> Cell:
    found = Cell(True)
    for option in options:
        if option.unknown:
            found = option
            continue
        name, _, value = str(option.value).replace("=", ":").partition(":")
        if name.strip() == "no-new-privileges":
            return Cell(value.strip().lower() == "false", option.at)
    return found


def _option(option: Cell) -> Cell:
    return option.map(
        lambda v: (
            str(v).replace("=", ":").replace(" ", "").endswith(("seccomp:unconfined", "apparmor:unconfined", "systempaths:unconfined"))
        )
    )


def _exposures(service: Service, path: str) -> Iterator[Row]:
    if service.cell("network_mode").value == "host":
        return  # ports are then not published but simply open; host_network says so
    seen: dict[str, int] = {}
    for node in service.nodes("ports"):
        for port in published(node):
            number = port.port.value if port.port.known else "-"
            mark = f"{path}:services/{service.name}/port/{number}/{port.protocol}"
            seen[mark] = seen.get(mark, 0) + 1
            yield make_row(
                "service_exposure", port.at, exposure_id=mark if seen[mark] == 1 else f"{mark}#{seen[mark]}", platform="compose",
                provider="compose", resource_type="service", service=service.name, exposure_kind="published_port",
                scope=port.scope, port=port.port, protocol=port.protocol,
            )  # fmt: skip
