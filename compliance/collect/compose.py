"""docker-compose: containers and published ports.

Compose specification: ports without a host address are published on every interface; ``${VAR:-default}`` takes its default.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import Any

from compliance.collect.interface import Item, SourceFile, Tree
from compliance.collect.kubernetes import DANGEROUS, HOST_PATHS, pinned
from compliance.collect.yaml_lines import Node, documents
from compliance.model.cell import Cell, Reason, Unknown
from compliance.model.row import NO_SETTING, FileNote, Row, make_row

TABLES = frozenset({"container", "service_exposure"})
_NAME = re.compile(r"(^|/)(docker-)?compose[^/]*\.ya?ml$")


class ComposeCollector:
    """Compose files, with anchors, merges and ``extends`` inside the root."""

    name = "compose"
    version = "1"
    tables = TABLES

    def claims(self, path: str, head: bytes) -> bool:
        """By name, or a YAML file with top-level services that is no manifest."""
        return bool(_NAME.search(path)) or (path.endswith((".yml", ".yaml")) and re.search(rb"(?m)^services:\s*$", head) is not None and b"apiVersion" not in head)

    def collect(self, files: Iterable[SourceFile], tree: Tree) -> Iterator[Item]:
        """Rows of every service."""
        for file in files:
            found, problem = _read(file)
            if problem:
                yield FileNote(file.path, "unparsed", self.name, "syntax_error", problem[0], problem[1], tuple(sorted(TABLES)))
                continue
            yield FileNote(file.path, "read", self.name)
            services = found.child("services") if found else None
            for name, service in services.pairs() if services is not None else ():
                yield from _service(name, [service, *_bases(service, file, found, tree, 0)], file.path)


def _read(file: SourceFile) -> tuple[Node | None, tuple[str, int] | None]:
    try:
        found, problem = documents(file.text, file.path)
    except UnicodeDecodeError:
        return None, ("neither UTF-8 nor GB18030", 0)
    return (found[0] if found else None), ((str(problem), problem.line) if problem else None)


def _bases(service: Node, file: SourceFile, document: Node | None, tree: Tree, depth: int) -> list[Node]:
    extends = service.child("extends")
    if extends is None or depth > 10:
        return []
    name = extends.value if isinstance(extends.value, str) else extends.get("service").value
    other = extends.get("file").value if isinstance(extends.value, dict) else None
    if other:
        path = posixpath.normpath(posixpath.join(file.folder, str(other)))
        found = tree.file(path) if not path.startswith("..") else None
        if found is None:
            return []
        file, (document, _) = found, _read(found)
    base = document.child("services", str(name)) if document else None
    return [base, *_bases(base, file, document, tree, depth + 1)] if base is not None and base is not service else []


def _service(name: str, layers: list[Node], path: str) -> Iterator[Row]:
    def get(*keys: str) -> Cell:
        return _filled(next((c for layer in layers if not (c := layer.get(*keys)).absent), Cell()))

    def listed(key: str) -> list[tuple[Any, Any]]:
        return [(n.plain(), n.at) for layer in layers for n in ((layer.child(key) or layer).items() if layer.child(key) else ())]

    identity = f"{path}:{name}"
    added = next((at for v, at in listed("cap_add") if str(v).upper().removeprefix("CAP_") in DANGEROUS), None)
    options = listed("security_opt")
    unconfined = next((at for v, at in options if "unconfined" in str(v)), None)
    sources = [(str(v.get("source", "")) if isinstance(v, dict) else str(v).partition(":")[0], at) for v, at in listed("volumes")]
    bad = next((at for v, at in sources if HOST_PATHS.search(v)), None)
    image, user = get("image").as_str(), get("user").as_str()
    yield make_row(
        "container", layers[0].at, container_id=identity, platform="compose", provider="compose", workload=path, name=name, image=image.default(""),
        image_pinned=image.map(pinned) if not image.absent else NO_SETTING, privileged=get("privileged").as_bool().default(False),
        runs_as_root=user.map(lambda v: v.partition(":")[0] in ("root", "0")) if not user.absent else NO_SETTING,
        privilege_escalation=Cell(not any("no-new-privileges" in str(v) for v, _ in options)), host_network=get("network_mode").equals("host").default(False),
        host_pid=get("pid").equals("host").default(False), dangerous_capabilities=Cell(added is not None, added),
        drops_all_capabilities=Cell(any(str(v).upper() == "ALL" for v, _ in listed("cap_drop"))), read_only_root=get("read_only").as_bool().default(False),
        host_path_mount=Cell(bad is not None, bad), seccomp_unconfined=Cell(unconfined is not None, unconfined), service_account_token=NO_SETTING, remote_add=NO_SETTING,
    )  # fmt: skip
    for index, (port, at) in enumerate(listed("ports")):
        yield _port(identity, index, _text(port) if not isinstance(port, dict) else port, at)


def _port(identity: str, index: int, port: Any, at: Any) -> Row:
    if isinstance(port, dict):
        host, target, protocol = str(port.get("host_ip", "")), str(port.get("target", "")), str(port.get("protocol", "tcp"))
    else:
        text, _, protocol = str(port).partition("/")
        match = re.fullmatch(r"(?:(?P<host>\[[^\]]*\]|[^:]*):)??(?:[^:]*:)?(?P<target>[^:]+)", text)
        host, target = (match["host"] or "", match["target"]) if match else ("", text)
    scope = "loopback" if host.startswith("127.") or host in ("localhost", "[::1]") else "private" if re.match(r"(10|192\.168|172\.(1[6-9]|2\d|3[01]))\.", host) else "any"
    number = target.partition("-")[0]
    cell = Cell(int(number), at) if number.isdigit() else Cell(Unknown(Reason("unresolved_variable", target[:40])), at)
    return make_row(
        "service_exposure", at, exposure_id=f"{identity}/{index}", platform="compose", provider="compose", service=identity, exposure_kind="published_port", scope=Cell(scope, at), port=cell,
        protocol=protocol or "tcp",
    )  # fmt: skip


_VARIABLE = re.compile(r"\$\{(\w+)(?::?-([^}]*))?\}|\$(\w+)")


def _text(value: Any) -> str:
    """Text with ``${VAR:-default}`` replaced by defaults; other variables stay."""
    return _VARIABLE.sub(lambda m: m[2] if m[2] is not None else m[0], str(value))


def _filled(cell: Cell) -> Cell:
    if not isinstance(cell.value, str) or "$" not in cell.value:
        return cell
    text = _text(cell.value)
    left = _VARIABLE.search(text)
    return Cell(Unknown(Reason("unresolved_variable", left[1] or left[3] or "?")), cell.at) if left else Cell(text, cell.at)
