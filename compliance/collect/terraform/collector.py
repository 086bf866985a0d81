"""The collector: folders to root modules, root modules to worlds, worlds to rows."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from compliance.collect.interface import Item, SourceFile, Tree
from compliance.collect.network import jurisdiction
from compliance.collect.terraform.expression import evaluate, parse
from compliance.collect.terraform.json_syntax import JsonFile
from compliance.collect.terraform.module import ModuleSource, ResourceView, World
from compliance.collect.terraform.plan import PlanResource, PlanWorld, is_plan
from compliance.collect.terraform.providers.interface import PROVIDERS, Registry
from compliance.collect.terraform.syntax import HclFile
from compliance.model.cell import Cell, Reason, Unknown
from compliance.model.location import Location
from compliance.model.row import FileNote, Row, make_row

TABLES = frozenset(
    [
        "object_storage",
        "database",
        "block_volume",
        "message_queue",
        "container_registry",
        "resource_share",
        "tls_endpoint",
        "network_boundary",
        "network_rule",
        "log_store",
        "log_source",
        "audit_trail",
        "backup_job",
        "kms_key",
        "identity",
        "access_key",
        "password_policy",
        "permission_statement",
        "compute_instance",
        "cluster",
        "container",
        "service_exposure",
        "data_location",
    ]
)


class TerraformCollector:
    """Every Terraform folder of a tree."""

    name = "terraform"
    version = "1"
    tables = TABLES

    def claims(self, path: str, head: bytes) -> bool:
        """``.tf``, ``.tf.json``, ``.tfvars``, ``.tfvars.json`` and the JSON of ``terraform show -json``."""
        return path.endswith((".tf", ".tf.json", ".tfvars", ".tfvars.json")) or (path.endswith(".json") and is_plan(head))

    def collect(self, files: Iterable[SourceFile], tree: Tree) -> Iterator[Item]:
        """Rows of every root module, then notes."""
        yield from self.collect_share(files, tree, 0, 1)

    def collect_share(self, files: Iterable[SourceFile], tree: Tree, share: int, count: int) -> Iterator[Item]:
        """Every *count*-th root module from *share* on; notes may come from several shares."""
        run = _Run(tree)
        yield from run.read(files)
        yield from run.rows(share, count)


class _Run:
    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.files: dict[str, list[SourceFile]] = {}
        self.pending: list[FileNote] = []
        self.modules: dict[str, ModuleSource] = {}
        self.tfvars: dict[str, list[HclFile | JsonFile]] = {}
        self.plans: list[SourceFile] = []
        self.installed: set[str] = set()
        self.registries: dict[str, Registry | None] = {}
        self.unadapted: set[tuple[str, str]] = set()

    def read(self, files: Iterable[SourceFile]) -> Iterator[FileNote]:
        """Group files by folder; only folders that call modules, or hold variables' values, are opened now."""
        for file in files:
            if file.name.endswith(".json") and not file.name.endswith((".tf.json", ".tfvars.json")):
                self.plans.append(file)
            elif ".tfvars" not in file.name:
                self.files.setdefault(file.folder, []).append(file)
            elif file.name.startswith("terraform.tfvars") or ".auto.tfvars" in file.name:
                parsed = self._parse(file)
                if parsed is not None:
                    self.tfvars.setdefault(file.folder, []).append(parsed)
            else:
                yield FileNote(file.path, "read", "terraform")
        for path in self.tree.installed_paths():
            installed = self.tree.file(path)
            if installed is not None and path.endswith((".tf", ".tf.json")):
                self.files.setdefault(installed.folder, []).append(installed)
                self.installed.add(installed.folder)
        yield from self._taken()

    def _parse(self, file: SourceFile) -> Any:
        """The parsed file, None when it cannot be; what became of it is noted once."""
        try:
            text = file.data if file.data.isascii() else file.text.encode()
            parsed: Any = JsonFile(text, file.path) if file.name.endswith(".json") else HclFile(text, file.path)
        except (UnicodeDecodeError, ValueError, RecursionError) as error:
            self.pending.append(FileNote(file.path, "unparsed", "terraform", "unreadable", str(error)[:120], 0, tuple(sorted(TABLES))))
            return None
        if parsed.error_line:
            status: Any = "partial" if parsed.blocks else "unparsed"
            self.pending.append(FileNote(file.path, status, "terraform", "syntax_error", f"line {parsed.error_line}", parsed.error_line, tuple(sorted(TABLES))))
        else:
            self.pending.append(FileNote(file.path, "read", "terraform"))
        return parsed

    def _taken(self) -> Iterator[FileNote]:
        found, self.pending = self.pending, []
        yield from found

    def source(self, folder: str) -> ModuleSource | None:
        """The parsed blocks of a folder, parsed on first use; override files are merged last."""
        if folder not in self.files:
            return None
        if folder not in self.modules:
            source = self.modules[folder] = ModuleSource(folder)
            overrides = []
            for file in self.files[folder]:
                parsed = self._parse(file)
                if parsed is None:
                    continue
                if file.name.removesuffix(".json").removesuffix(".tf").endswith("override"):
                    overrides.append(parsed)
                else:
                    source.add(parsed)
            for parsed in overrides:
                source.override(parsed)
        return self.modules[folder]

    def rows(self, share: int, count: int) -> Iterator[Item]:
        called = self._called()
        roots = sorted(set(self.files) - called - self.installed)
        for number, folder in enumerate(roots):
            if number % count != share:
                continue
            world = World(folder, self.tree, self.source, self._values(folder))
            yield from self._taken()
            yield from world.notes
            yield from self._places(world)
            for resource in sorted(world.resources, key=lambda r: r.address):
                yield from self._adapt(resource, world)
            self.modules.pop(folder, None)  # nobody calls a root module: its syntax trees can go
            world.close()
        for number, file in enumerate(self.plans):
            if number % count == share:
                yield from self._plan(file)
        for path, kind in sorted(self.unadapted):
            yield FileNote(path, "read", "terraform", "no_adapter", kind)

    def _plan(self, file: SourceFile) -> Iterator[Item]:
        try:
            world = PlanWorld(file)
        except (ValueError, RecursionError) as error:
            yield FileNote(file.path, "unparsed", "terraform", "unreadable", f"not the JSON of terraform show -json: {str(error)[:80]}", 0, tuple(sorted(TABLES)))
            return
        yield FileNote(file.path, "read", "terraform")
        yield from self._places(world)
        for resource in sorted(world.resources, key=lambda r: r.address):
            yield from self._adapt(resource, world)

    def _called(self) -> set[str]:
        """Folders used as a local module by another folder; a circle of callers keeps its first folder as a root."""
        import posixpath

        calls: dict[str, set[str]] = {}
        for folder in sorted(set(self.files) - self.installed):
            if not any(b"module" in f.data for f in self.files[folder]):
                continue
            source = self.source(folder)
            for block in source.modules if source is not None else ():
                raw = block.attributes.get("source")
                value = evaluate(parse(raw.text), _Nothing()) if raw else None
                if isinstance(value, str) and value.startswith("."):
                    target = posixpath.normpath(posixpath.join(folder, value))
                    target = "" if target == "." else target
                    if target in self.files and target != folder:
                        calls.setdefault(folder, set()).add(target)
        called = set().union(*calls.values()) if calls else set()
        reached: set[str] = set()

        def reach(folder: str) -> None:
            stack = [folder]
            while stack:
                one = stack.pop()
                if one not in reached:
                    reached.add(one)
                    stack += calls.get(one, ())

        for folder in sorted(set(self.files) - called - self.installed):
            reach(folder)
        for folder in sorted(set(self.files) - self.installed):
            if folder not in reached:
                called.discard(folder)
                reach(folder)
        return called

    def _values(self, folder: str) -> dict[str, Callable[[], Any]]:
        values: dict[str, Callable[[], Any]] = {}
        for file in self.tfvars.get(folder, []):
            for name, attribute in file.attributes.items():
                values[name] = partial(_constant, attribute.text)
        return values

    def _registry(self, provider: str) -> Registry | None:
        if provider not in self.registries:
            package = PROVIDERS.get(provider)
            self.registries[provider] = importlib.import_module(package).REGISTRY if package else None
        return self.registries[provider]

    def _adapt(self, resource: ResourceView | PlanResource, world: World | PlanWorld) -> Iterator[Row]:
        registry = self._registry(resource.type.removeprefix("data.").partition("_")[0])
        adapters = registry.types.get(resource.type) if registry else None
        if adapters:
            for adapter in adapters:
                yield from adapter(resource, world)  # type: ignore[arg-type]
        elif not resource.type.startswith("data.") and not (registry and resource.type in registry.linked):
            self.unadapted.add((resource.at.path, resource.type))
        if registry is not None and not resource.type.startswith("data."):
            yield from self._resource_place(resource)

    def _places(self, world: World | PlanWorld) -> Iterator[Row]:
        """One place per provider configuration; a provider that is used without one has an unknown place."""
        declared = set()
        for config in world.providers():
            if config.provider in PROVIDERS:
                declared.add(config.provider)
                yield _place(config.id, "provider", config.provider, config.region, config.at, "")
        every: list[ResourceView | PlanResource] = [*world.resources]
        used = {r.provider: r for r in sorted(every, key=lambda r: r.address, reverse=True) if not r.type.startswith("data.")}
        for provider in sorted(set(used) & set(PROVIDERS) - declared):
            resource = used[provider]
            where = Location(resource.at.path, resource.at.line, resource.at.line)
            unknown = Cell(Unknown(Reason("not_stated", f"provider {provider} region")))
            yield _place(f"{world.folder}:provider.{provider}", "provider", provider, unknown, where, "")

    def _resource_place(self, resource: ResourceView | PlanResource) -> Iterator[Row]:
        # Elsewhere a zone_id names a DNS zone or an edge site ("zone-2o1t24kgy362"), not a place.
        zone = ("zone_id",) if resource.provider == "alicloud" else ()
        for attribute in ("region", "availability_zone", *zone):
            cell = resource.get(attribute)
            if cell.known and isinstance(cell.value, str) and "-" in cell.value:
                yield _place(f"{resource.id}/{attribute}", "resource", resource.provider, cell, resource.at, resource.id)
                return


def _place(identity: str, kind: str, provider: str, cell: Cell, at: Location, resource: str) -> Row:
    return make_row(
        "data_location", at, location_id=identity, provider=provider, resource_id=resource, location_kind=kind,
        jurisdiction=cell.map(lambda v: jurisdiction(provider, str(v))), place=cell.as_str(),
    )  # fmt: skip


def _constant(text: str) -> Any:
    return evaluate(parse(text), _Nothing())


class _Nothing:
    """No names at all: tfvars and module sources are literals."""

    def resolve(self, path: tuple[Any, ...]) -> Any:
        return Unknown(Reason("unresolved_reference", ".".join(map(str, path))))

    def call(self, name: str, arguments: list[Any]) -> Any:
        from compliance.collect.terraform import functions

        return functions.call(name, arguments)
