"""Evaluate one root module: variables, locals, resources, local modules; lazily and cycle-safe."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from compliance.collect.interface import Tree
from compliance.collect.terraform import functions
from compliance.collect.terraform.expression import MAX_ITEMS, evaluate, parse, step, to_text, unknown_from
from compliance.collect.terraform.links import Links
from compliance.collect.terraform.syntax import Attribute, HclBlock, HclFile
from compliance.model.cell import ABSENT, Cell, Reason, Unknown
from compliance.model.location import Location
from compliance.model.row import FileNote

MAX_INSTANCES = 200
MAX_MODULE_DEPTH = 12
_CALLS = re.compile(r"(?:^|\.)module\.([\w-]+)")
_META = {"count", "for_each", "provider", "depends_on", "lifecycle", "connection", "provisioner", "dynamic"}


class ModuleSource:
    """The parsed blocks of one folder, overrides merged, grouped by kind."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.variables: dict[str, HclBlock] = {}
        self.locals: dict[str, Attribute] = {}
        self.outputs: dict[str, HclBlock] = {}
        self.resources: list[HclBlock] = []
        self.modules: list[HclBlock] = []
        self.providers: list[HclBlock] = []

    def add(self, file: HclFile) -> None:
        """Take the blocks of one file."""
        for block in file.blocks:
            self.add_block(block)

    def add_block(self, block: HclBlock) -> None:
        """Take one top-level block."""
        if block.kind in ("resource", "data") and len(block.labels) == 2:
            self.resources.append(block)
        elif block.kind == "variable" and block.labels:
            self.variables[block.labels[0]] = block
        elif block.kind == "output" and block.labels:
            self.outputs[block.labels[0]] = block
        elif block.kind == "locals":
            self.locals.update(block.attributes)
        elif block.kind == "module" and block.labels:
            self.modules.append(block)
        elif block.kind == "provider" and block.labels:
            self.providers.append(block)

    def override(self, file: HclFile) -> None:
        """Merge an override file: its attributes win over those of the block of the same kind and labels."""
        for block in file.blocks:
            same = [b for b in (*self.resources, *self.modules, *self.providers, *self.variables.values()) if (b.kind, b.labels) == (block.kind, block.labels)]
            for target in same:
                target.attributes.update(block.attributes)
            if not same and block.kind != "locals":
                self.add_block(block)
            elif block.kind == "locals":
                self.locals.update(block.attributes)


class Scope:
    """Names of one module instance."""

    def __init__(self, source: ModuleSource, address: str, world: World, given: dict[str, Callable[[], Any]], providers: dict[str, ProviderView]) -> None:
        self.source, self.address, self.world, self.given = source, address, world, given
        self.providers = providers
        self._memo: dict[tuple[str, str], Any] = {}
        self._busy: set[tuple[str, str]] = set()
        self.children: dict[str, list[tuple[Any, Scope]]] = {}
        self.local: dict[str, Any] = {}

    def value(self, attribute: Attribute, local: dict[str, Any] | None = None) -> Any:
        """The value of an attribute's expression."""
        if attribute.broken:
            return Unknown(Reason("unparsed_file", str(attribute.at)))
        return evaluate(parse(attribute.text), self, local)

    def call(self, name: str, arguments: list[Any]) -> Any:
        """A function; ``file`` and ``templatefile`` read inside the scanned root only."""
        if name in ("file", "templatefile", "filebase64") and arguments and isinstance(arguments[0], str):
            path = posixpath.normpath(posixpath.join(self.source.folder, re.sub(r"^\./", "", arguments[0])))
            found = self.world.tree.file(path) if not path.startswith("..") else None
            if found is None:
                return Unknown(Reason("unresolved_reference", arguments[0]))
            try:
                return found.text if name == "file" else Unknown(Reason("unsupported_function", name), (), found.text)
            except UnicodeDecodeError:
                return Unknown(Reason("unreadable_value", arguments[0]))
        return functions.call(name, arguments)

    def resolve(self, path: tuple[Any, ...]) -> Any:
        """The value of a reference."""
        head = path[0]
        if head in self.local:
            return _walk(self.local[head], path[1:])
        if head == "var" and len(path) > 1:
            return _walk(self._once("var", str(path[1]), self._variable), path[2:])
        if head == "local" and len(path) > 1:
            return _walk(self._once("local", str(path[1]), self._local), path[2:])
        if head == "module" and len(path) > 1:
            return self._module(path)
        if head == "path":
            return "."
        if head in ("each", "count", "self", "terraform"):
            return Unknown(Reason("unresolved_reference", ".".join(map(str, path))))
        return self._resource(path)

    def _once(self, kind: str, name: str, compute: Callable[[str], Any]) -> Any:
        key = (kind, name)
        if key not in self._memo:
            if key in self._busy:
                return Unknown(Reason("evaluation_error", f"{kind}.{name} refers to itself"))
            self._busy.add(key)
            try:
                self._memo[key] = compute(name)
            finally:
                self._busy.discard(key)
        return self._memo[key]

    def _variable(self, name: str) -> Any:
        if name in self.given:
            return self.given[name]()
        block = self.source.variables.get(name)
        default = block.attributes.get("default") if block else None
        return self.value(default) if default else Unknown(Reason("unresolved_variable", f"var.{name}"), (), "${var." + name + "}")

    def _local(self, name: str) -> Any:
        attribute = self.source.locals.get(name)
        return self.value(attribute) if attribute else Unknown(Reason("unresolved_reference", f"local.{name}"))

    def _module(self, path: tuple[Any, ...]) -> Any:
        name = str(path[1])
        rest = list(path[2:])
        instances = self.children.get(name)
        if not instances:
            return Unknown(Reason("external_module", f"module.{name}"), (), "${module." + name + "}")
        chosen = instances[0][1]
        if rest and (isinstance(rest[0], int) or rest[0] == "*" or any(k == rest[0] and k is not None for k, _ in instances)):
            key = rest.pop(0)
            chosen = next((s for k, s in instances if k == key), chosen)
        if not rest:
            return Unknown(Reason("unresolved_reference", f"module.{name}"))
        output = chosen.source.outputs.get(str(rest[0]))
        expression = output.attributes.get("value") if output else None
        if expression is None:
            return Unknown(Reason("unresolved_reference", f"module.{name}.{rest[0]}"))
        found = expression
        return _walk(chosen._once("output", str(rest[0]), lambda _: chosen.value(found)), tuple(rest[1:]))

    def _resource(self, path: tuple[Any, ...]) -> Any:
        text = str(path[0])
        for part in path[1:]:
            text += f"[{part}]" if isinstance(part, int) else ("[*]" if part == "*" else f".{part}")
        reference = f"{self.address}.{text}" if self.address else text
        # An attribute that the resource states as a literal is known; ids and arns never are.
        parts = path[3:] if path[0] == "data" else path[2:]
        attribute = next((p for p in parts if isinstance(p, str) and p != "*"), None)
        if attribute and attribute not in ("id", "arn", "name_prefix") and parts and parts[-1] == attribute:
            known = self.world.literal_attribute(self, reference, attribute)
            if known is not None:
                return known
        return Unknown(Reason("unresolved_reference", text), (reference,), "${" + text + "}")


def _walk(value: Any, path: tuple[Any, ...]) -> Any:
    for part in path:
        value = step(value, part)
    return value


class BlockView:
    """A body whose attributes are evaluated in a scope (see ``resource.Block``)."""

    def __init__(self, block: HclBlock, scope: Scope, local: dict[str, Any]) -> None:
        self._block, self._scope, self._local = block, scope, local
        self._cells: dict[str, Cell] = {}

    @property
    def at(self) -> Location:
        """The lines of the block."""
        return self._block.at

    def get(self, path: str) -> Cell:
        """See ``resource.Block.get``."""
        cell = self._cells.get(path)
        if cell is None:
            cell = self._cells[path] = self._get(path)
        return cell

    def _get(self, path: str) -> Cell:
        head, _, rest = path.partition(".")
        attribute = self._block.attributes.get(head)
        if attribute is None and head not in self._block.by_kind:
            return ABSENT
        if attribute is not None:
            cell = Cell(self._scope.value(attribute, self._local), attribute.at)
            return _into(cell, rest) if rest else cell
        if not rest:
            nested = self.blocks(head)
            return Cell(Unknown(Reason("unsupported_expression", head)), nested[0].at) if nested else ABSENT
        nested = self.blocks(head)
        index, _, deeper = rest.partition(".")
        if index.isdigit():
            return nested[int(index)].get(deeper) if int(index) < len(nested) and deeper else ABSENT
        return nested[0].get(rest) if nested else ABSENT

    def blocks(self, path: str) -> Sequence[Any]:
        """See ``resource.Block.blocks``."""
        head, _, rest = path.partition(".")
        if rest:
            return [b for outer in self.blocks(head) for b in outer.blocks(rest)]
        found: list[Any] = []
        for block in self._block.by_kind.get(head, ()):
            if block.kind == head:
                found.append(BlockView(block, self._scope, self._local))
            else:
                found += self._dynamic(block)
        attribute = self._block.attributes.get(head)
        if attribute is not None:
            found += value_blocks(Cell(self._scope.value(attribute, self._local), attribute.at))
        return found

    def _dynamic(self, block: HclBlock) -> Iterator[BlockView]:
        content = next((b for b in block.blocks if b.kind == "content"), None)
        if content is None:
            return
        iterator = block.attributes.get("iterator")
        name = iterator.text.strip() if iterator else block.labels[0]
        source = block.attributes.get("for_each")
        items = self._scope.value(source, self._local) if source else Unknown(Reason("not_stated", "for_each"))
        if isinstance(items, (list, dict)):
            pairs = list(items.items()) if isinstance(items, dict) else list(enumerate(items))
            for key, value in pairs[:MAX_INSTANCES]:
                yield BlockView(content, self._scope, {**self._local, name: {"key": key, "value": value}})
            return
        unknown = unknown_from(items, detail="for_each")
        yield BlockView(content, self._scope, {**self._local, name: {"key": unknown, "value": unknown}})

    def has(self, path: str) -> bool:
        """See ``resource.Block.has``."""
        return not self.get(path).absent or bool(self.blocks(path))


class ValueBlock:
    """A map value seen as a block (``ingress = [{...}]``, plan values)."""

    def __init__(self, value: Any, at: Location) -> None:
        self._value, self._at = value, at

    @property
    def at(self) -> Location:
        """The lines of the attribute it stands in."""
        return self._at

    def get(self, path: str) -> Cell:
        """See ``resource.Block.get``."""
        return _into(Cell(self._value, self._at), path)

    def blocks(self, path: str) -> Sequence[Any]:
        """See ``resource.Block.blocks``."""
        head, _, rest = path.partition(".")
        found = value_blocks(self.get(head))
        return [b for outer in found for b in outer.blocks(rest)] if rest else found

    def has(self, path: str) -> bool:
        """See ``resource.Block.has``."""
        return not self.get(path).absent


def value_blocks(cell: Cell) -> list[ValueBlock]:
    """A map or a list of maps as blocks; an unknown value is one block of unknown attributes."""
    at = cell.at or Location("", 1, 1)
    if cell.absent:
        return []
    if cell.unknown:
        return [ValueBlock(cell.value, at)]
    items = cell.value if isinstance(cell.value, list) else [cell.value]
    return [ValueBlock(v, at) for v in items[:MAX_ITEMS] if isinstance(v, (dict, Unknown))]


def _into(cell: Cell, path: str) -> Cell:
    value = cell.value
    for part in path.split("."):
        if isinstance(value, Unknown):
            return Cell(value, cell.at)
        if isinstance(value, list):
            if part.isdigit():
                value = value[int(part)] if int(part) < len(value) else None
                continue
            value = value[0] if value else None
            if isinstance(value, Unknown):
                return Cell(value, cell.at)
        value = value.get(part) if isinstance(value, dict) else None
        if value is None:
            return ABSENT
    return Cell(value, cell.at)


class ProviderView(BlockView):
    """One provider configuration (see ``resource.ProviderConfig``)."""

    declared = True

    def __init__(self, block: HclBlock, scope: Scope, identity: str) -> None:
        super().__init__(block, scope, {})
        self.provider = block.labels[0]
        alias = block.attributes.get("alias")
        self.alias = str(scope.value(alias)) if alias else ""
        self.id = identity

    @property
    def region(self) -> Cell:
        """Its region, unknown when not stated."""
        return self.get("region").or_unknown("not_stated", "region")


class ResourceView(BlockView):
    """One resource instance (see ``resource.Resource``)."""

    def __init__(self, block: HclBlock, scope: Scope, local: dict[str, Any], suffix: str) -> None:
        super().__init__(block, scope, local)
        prefix = "data." if block.kind == "data" else ""
        self.type = prefix + block.labels[0]
        self.name = block.labels[1]
        base = f"{self.type}.{self.name}{suffix}"
        self.address = f"{scope.address}.{base}" if scope.address else base
        folder = scope.world.folder
        self.id = f"{folder}:{self.address}" if folder else self.address
        self.provider = block.labels[0].partition("_")[0]

    @property
    def region(self) -> Cell:
        """Its own region, else its provider configuration's."""
        own = self.get("region")
        if not own.absent:
            return own
        chosen = self._block.attributes.get("provider")
        key = chosen.text.strip().strip('"') if chosen else self.provider
        config = self._scope.providers.get(key)
        return config.region if config else Cell(Unknown(Reason("not_stated", "region")))


class World(Links[ResourceView]):
    """All resources of one root module (see ``resource.World``)."""

    def __init__(self, folder: str, tree: Tree, sources: Callable[[str], ModuleSource | None], values: dict[str, Callable[[], Any]]) -> None:
        super().__init__()
        self.folder, self.tree = folder, tree
        self._sources = sources
        self.notes: list[FileNote] = []
        self._provider_views: list[ProviderView] = []
        self._blocks: dict[str, tuple[HclBlock, Scope]] = {}
        self._scopes: list[Scope] = []
        self._fetched: dict[str, str] | None = None
        self.called: set[str] = set()
        source = sources(folder)
        assert source is not None
        self._expand(source, "", values, {}, (folder,))

    def _expand(self, source: ModuleSource, address: str, given: dict[str, Callable[[], Any]], providers: dict[str, ProviderView], chain: tuple[str, ...]) -> Scope:
        scope = Scope(source, address, self, given, dict(providers))
        self._scopes.append(scope)
        for block in source.providers:
            identity = f"{self.folder}:{address + '.' if address else ''}provider.{block.labels[0]}"
            view = ProviderView(block, scope, identity)
            if view.alias:
                view.id += "." + view.alias
            self._provider_views.append(view)
            scope.providers[block.labels[0] + ("." + view.alias if view.alias else "")] = view
        for block in source.resources:
            prefix = "data." if block.kind == "data" else ""
            base = f"{prefix}{block.labels[0]}.{block.labels[1]}"
            self._blocks[f"{address}.{base}" if address else base] = (block, scope)
        for block in source.modules:
            self._call(block, scope, chain)
        for block in source.resources:
            for suffix, local in self._instances(block, scope):
                self.register(ResourceView(block, scope, local, suffix))
        return scope

    def _instances(self, block: HclBlock, scope: Scope) -> Iterator[tuple[str, dict[str, Any]]]:
        count, each = block.attributes.get("count"), block.attributes.get("for_each")
        if count is not None:
            value = scope.value(count)
            if isinstance(value, (int, str)) and str(value).isdigit():
                for index in range(min(int(value), MAX_INSTANCES)):
                    yield f"[{index}]", {"count": {"index": index}}
            else:
                yield "", {"count": {"index": unknown_from(value, detail="count")}}
        elif each is not None:
            value = scope.value(each)
            if isinstance(value, (list, dict)):
                pairs = list(value.items()) if isinstance(value, dict) else [(to_text(v), v) for v in value if not isinstance(v, Unknown)]
                for key, item in pairs[:MAX_INSTANCES]:
                    yield f'["{key}"]', {"each": {"key": key, "value": item}}
            else:
                unknown = unknown_from(value, detail="for_each")
                yield "", {"each": {"key": unknown, "value": unknown}}
        else:
            yield "", {}

    def _call(self, block: HclBlock, scope: Scope, chain: tuple[str, ...]) -> None:
        name = block.labels[0]
        raw = block.attributes.get("source")
        where = scope.value(raw) if raw else None
        text = where if isinstance(where, str) else ""
        folder = posixpath.normpath(posixpath.join(scope.source.folder, text)) if text.startswith((".", "/")) else ""
        folder = "" if folder == "." else folder
        if not text.startswith((".", "/")):
            folder = self._installed().get(".".join([*_CALLS.findall(scope.address), name]), "..")
        source = self._sources(folder) if not text.startswith("/") and not folder.startswith("..") else None
        if source is None or len(chain) > MAX_MODULE_DEPTH or folder in chain:
            self.notes.append(FileNote(block.at.path, "partial", "terraform", "external_module", f"module.{name}: {text[:80]}", block.at.line))
            return
        self.called.add(folder)
        for suffix, local in self._instances(block, scope):
            given: dict[str, Callable[[], Any]] = {
                n: partial(scope.value, a, local) for n, a in block.attributes.items() if n not in ("source", "version", "providers", "count", "for_each", "depends_on")
            }
            inherited = dict(scope.providers)
            mapping = block.attributes.get("providers")
            if mapping is not None:
                for inner, outer in re.findall(r'"?([\w.]+)"?\s*=\s*"?([\w.]+)"?', mapping.text):
                    if outer in scope.providers:
                        inherited[inner] = scope.providers[outer]
            address = f"{scope.address}.module.{name}{suffix}" if scope.address else f"module.{name}{suffix}"
            child = self._expand(source, address, given, inherited, (*chain, folder))
            key: Any = local.get("each", {}).get("key", local.get("count", {}).get("index"))
            scope.children.setdefault(name, []).append((key, child))

    def _installed(self) -> dict[str, str]:
        """Module path (``net.subnets``) -> folder, as ``terraform init`` recorded it in this root module."""
        if self._fetched is None:
            self._fetched = {}
            record = self.tree.file(posixpath.join(self.folder, ".terraform/modules/modules.json"))
            try:
                entries = json.loads(record.data)["Modules"] if record is not None else []
                self._fetched = {str(e["Key"]): posixpath.normpath(posixpath.join(self.folder, str(e["Dir"]).replace("\\", "/"))) for e in entries if e.get("Key")}
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                self.notes.append(FileNote(f"{self.folder}/.terraform/modules/modules.json".lstrip("/"), "unparsed", "terraform", "unreadable", "not the record of terraform init"))
        return self._fetched

    def literal_attribute(self, scope: Scope, reference: str, attribute: str) -> Any:
        """The value of a resource's attribute when its configuration states one that can be told, else None."""
        base = re.sub(r"\[[^\]]*\]", "", reference)
        found = self._blocks.get(base.rpartition("." + attribute)[0])
        if found is None:
            return None
        stated = found[0].attributes.get(attribute)
        if stated is None:
            return None
        value = found[1]._once("attribute", reference, lambda _: found[1].value(stated))
        return value if isinstance(value, (bool, int, str)) else None

    def close(self) -> None:
        """Break the circles between scopes, views and this world, so that memory goes at once."""
        for scope in self._scopes:
            for held in (scope.providers, scope.children, scope.given, scope._memo):
                held.clear()
        for kept in (self._scopes, self._provider_views, self._blocks):
            kept.clear()
        self.forget()

    def providers(self) -> Iterator[ProviderView]:
        """See ``resource.World.providers``."""
        return iter(self._provider_views)
