"""Plans and states as written by ``terraform show -json``: the same resources, with the values Terraform itself computed.

Source: Terraform documentation, "JSON Output Format".  Values come from ``planned_values`` (a state:
``values``), what is only known after apply from ``resource_changes``, references from
``configuration``, so that resources can be matched before their ids exist.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from compliance.collect.interface import SourceFile
from compliance.collect.terraform.links import Links
from compliance.collect.terraform.module import ValueBlock
from compliance.model.cell import Cell, Reason, Unknown
from compliance.model.location import Location
from compliance.model.row import FileNote

MAX_DEPTH: Final = 30
_ADDRESS: Final = re.compile(r'"address"\s*:\s*"((?:[^"\\]|\\.)*+)"')
_INDEX: Final = re.compile(r'\[(?:[^\]"]*|"[^"]*")\]')


def is_plan(head: bytes) -> bool:
    """Whether a JSON file begins like the output of ``terraform show -json``."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.decode("utf-16", "ignore").encode()
    if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return False
    return (b'"format_version"' in head and b'"terraform_version"' in head) or (b'"configuration"' in head and b'"provider_config"' in head)


class PlanResource(ValueBlock):
    """One resource of a plan (see ``resource.Resource``)."""

    def __init__(self, kind: str, name: str, address: str, identity: str, value: dict[str, Any], at: Location) -> None:
        super().__init__(value, at)
        self.type, self.name, self.address, self.id = kind, name, address, identity
        self.provider = kind.removeprefix("data.").partition("_")[0]
        self.region = Cell()


class PlanProvider(ValueBlock):
    """One provider configuration of a plan (see ``resource.ProviderConfig``)."""

    def __init__(self, provider: str, alias: str, identity: str, value: dict[str, Any], at: Location) -> None:
        super().__init__(value, at)
        self.provider, self.alias, self.id, self.declared = provider, alias, identity, True
        self.region = self.get("region").or_unknown("not_stated", "region")


class PlanWorld(Links[PlanResource]):
    """All resources of one plan or state file.  Raises ValueError when it is not one."""

    def __init__(self, file: SourceFile) -> None:
        super().__init__()
        self.folder, self.path = file.folder, file.path
        self.notes: list[FileNote] = []
        text = file.text
        document = json.loads(text)
        if not isinstance(document, dict):
            raise ValueError("not a plan")
        self._lines = _Lines(text)
        self._configuration = _Configuration(_dict(document, "configuration", "root_module"))
        self._variables = {n: v.get("value") for n, v in _dict(document, "variables").items() if isinstance(v, dict)}
        self._unknown = {str(c.get("address")): (c.get("change") or {}).get("after_unknown") for c in _list(document, "resource_changes") if isinstance(c.get("change"), dict)}
        self._configs = dict(self._providers(_dict(document, "configuration", "provider_config")))
        values = document.get("planned_values") or document.get("values")
        for module, resource in _resources(_dict({"v": values}, "v", "root_module")):
            self._add(module, resource)
        for module, resource in _resources(_dict(document, "prior_state", "values", "root_module")):
            if resource.get("mode") == "data":  # read before the plan, hence not planned
                self._add(module, resource)

    def _at(self, address: str) -> Location:
        line = self._lines.of(address)
        return Location(self.path, line, line)

    def _add(self, module: str, resource: dict[str, Any]) -> None:
        address, kind, name = (resource.get(k) for k in ("address", "type", "name"))
        values = resource.get("values")
        if not (isinstance(address, str) and isinstance(kind, str) and isinstance(name, str) and isinstance(values, dict)):
            return
        full = f"data.{kind}" if resource.get("mode") == "data" else kind
        entry = self._configuration.resource(module, f"{full}.{name}")
        expressions = entry.get("expressions") if isinstance(entry.get("expressions"), dict) else {}
        merged = _Merge(self._configuration, module).value(values, self._unknown.get(address) or {}, expressions, address, 0)
        view = PlanResource(full, name, address, f"{self.path}:{address}", merged, self._at(address))
        own, config = view.get("region"), self._configs.get(str(entry.get("provider_config_key") or view.provider))
        view.region = own if not own.absent else config.region if config else Cell(Unknown(Reason("not_stated", "region")))
        self.register(view)

    def _providers(self, configs: dict[str, Any]) -> Iterator[tuple[str, PlanProvider]]:
        for key, config in configs.items():
            if not isinstance(config, dict):
                continue
            provider, alias = str(config.get("name") or key), str(config.get("alias") or "")
            values = {}
            for name, expression in (config.get("expressions") or {}).items() if isinstance(config.get("expressions"), dict) else ():
                values[name] = self._constant(expression)
            identity = f"{self.path}:provider.{key.replace(':', '.')}"
            yield (
                key,
                PlanProvider(
                    provider,
                    alias,
                    identity,
                    values,
                    Location(self.path, self._lines.first('"provider_config"'), self._lines.first('"provider_config"')),
                ),
            )

    def _constant(self, expression: Any) -> Any:
        if not isinstance(expression, dict):
            return None
        if "constant_value" in expression:
            return expression["constant_value"]
        names = [str(r) for r in expression.get("references") or ()]
        if len(names) == 1 and names[0].startswith("var.") and names[0][4:] in self._variables:
            return self._variables[names[0][4:]]
        return Unknown(Reason("unresolved_reference", names[0][:80] if names else "expression"))

    def providers(self) -> Iterator[PlanProvider]:
        """See ``resource.World.providers``."""
        yield from self._configs.values()


class _Lines:
    """Lines of resources in the text of a plan."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._found: dict[str, int] = {}
        start = max(text.find('"planned_values"'), 0)
        line, counted = text.count("\n", 0, start) + 1, start
        for match in _ADDRESS.finditer(text, start):
            line += text.count("\n", counted, match.start())
            counted = match.start()
            address = match.group(1)
            self._found.setdefault(json.loads(f'"{address}"', strict=False) if "\\" in address else address, line)

    def of(self, address: str) -> int:
        return self._found.get(address, 1)

    def first(self, mark: str) -> int:
        return self._text.count("\n", 0, max(self._text.find(mark), 0)) + 1


def _dict(value: Any, *path: str) -> dict[str, Any]:
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _list(value: Any, name: str) -> list[dict[str, Any]]:
    found = value.get(name) if isinstance(value, dict) else None
    return [v for v in found if isinstance(v, dict)] if isinstance(found, list) else []


def _resources(root: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Resources with the address of their module."""
    stack = [root]
    while stack:
        module = stack.pop()
        for resource in _list(module, "resources"):
            yield str(module.get("address") or ""), resource
        stack += _list(module, "child_modules")


class _Configuration:
    """The ``configuration`` part: which expression refers to what."""

    def __init__(self, root: dict[str, Any]) -> None:
        self._root = root
        self._modules: dict[str, dict[str, Any]] = {}
        self._by_name: dict[str, dict[str, dict[str, Any]]] = {}

    def module(self, address: str) -> dict[str, Any]:
        """The configuration of a module by its address (indexes do not matter)."""
        plain = _INDEX.sub("", address)
        if plain not in self._modules:
            one = self._root
            for name in plain.split(".")[1::2] if plain else ():
                one = _dict(one, "module_calls", name, "module")
            self._modules[plain] = one
        return self._modules[plain]

    def resource(self, module: str, name: str) -> dict[str, Any]:
        """The configuration of a resource."""
        plain = _INDEX.sub("", module)
        if plain not in self._by_name:
            entries = _list(self.module(plain), "resources")
            self._by_name[plain] = {f"{'data.' if e.get('mode') == 'data' else ''}{e.get('type')}.{e.get('name')}": e for e in entries}
        return self._by_name[plain].get(name, {})

    def refs(self, expression: Any, module: str, depth: int = 0) -> tuple[str, ...]:
        """Full addresses that an expression refers to, through module arguments and outputs."""
        names = expression.get("references") if isinstance(expression, dict) else None
        if not isinstance(names, list) or depth > 10:
            return ()
        texts = [n for n in names[:50] if isinstance(n, str)]
        longest = [n for n in texts if not any(o != n and o.startswith((n + ".", n + "[")) for o in texts)]
        found: list[str] = []
        for name in longest:
            parts = name.split(".")
            if parts[0] == "var" and len(parts) > 1 and module:
                outer, _, called = _INDEX.sub("", module).rpartition("module.")
                argument = _dict(self.module(outer.rstrip(".")), "module_calls", called, "expressions", parts[1])
                found += self.refs(argument, module[: module.rfind("module.")].rstrip("."), depth + 1)
            elif parts[0] == "module" and len(parts) > 2:
                inner = f"{module}.module.{parts[1]}" if module else f"module.{parts[1]}"
                output = _dict(self.module(inner), "outputs", parts[2], "expression")
                found += self.refs(output, inner, depth + 1)
            elif parts[0] not in ("var", "local", "each", "count", "path", "terraform", "self", "module"):
                found.append(f"{module}.{name}" if module else name)
        return tuple(dict.fromkeys(found))


class _Merge:
    """Values with unknown leaves and references put in."""

    def __init__(self, configuration: _Configuration, module: str) -> None:
        self._configuration, self._module = configuration, module

    def value(self, value: Any, unknown: Any, expression: Any, name: str, depth: int) -> Any:
        if depth > MAX_DEPTH:
            return Unknown(Reason("evaluation_error", "nested too deeply"))
        if unknown is True:
            refs = self._configuration.refs(expression, self._module)
            return Unknown(Reason("known_after_apply", name), refs, "${" + (refs[0] if refs else name) + "}")
        if isinstance(value, dict):
            members = unknown if isinstance(unknown, dict) else {}
            inner = expression if isinstance(expression, dict) else {}
            keys = list(dict.fromkeys([*value, *members]))
            if not depth and expression:
                # What the configuration does not state and the provider fills in is as good as not written.
                keys = [k for k in keys if members.get(k) is not True or k in inner]
            return {
                k: self.value(
                    value.get(k),
                    members.get(k),
                    inner if "references" in inner else inner.get(k),
                    f"{name}.{k}" if depth else k,
                    depth + 1,
                )
                for k in keys
            }
        if isinstance(value, list) or (value is None and isinstance(unknown, list)):
            items = value or []
            marks = unknown if isinstance(unknown, list) else []
            size = max(len(items), len(marks))
            if not size:
                return None  # no block of that kind: the same as not written
            return [
                self.value(
                    items[i] if i < len(items) else None,
                    marks[i] if i < len(marks) else None,
                    _member(expression, i),
                    name,
                    depth + 1,
                )
                for i in range(size)
            ]
        return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)


def _member(expression: Any, index: int) -> Any:
    """The expression of one member of a list: nested blocks are listed, a list attribute is one expression."""
    if isinstance(expression, list):
        return expression[index] if index < len(expression) else None
    return expression
