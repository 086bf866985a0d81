"""The policy language of Alibaba Cloud: RAM, resource and trust policy documents, read statement by statement.

Sources: RAM "Policy structure and syntax"; OSS "Bucket policy"; provider page
data-sources/ram_policy_document.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

from compliance.collect.network import source_scope
from compliance.collect.terraform.resource import Block, World
from compliance.model.cell import Cell, Reason, Unknown
from compliance.model.location import Location

_MAX_STATEMENTS: Final = 500
_MAX_DOCUMENT: Final = 262_144  # characters; the largest document the service takes is 32,768 bytes


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, reduced to what the tables ask.

    allow:         effect is Allow
    actions:       list of text and Unknown
    resources:     list of text and Unknown
    all_but:       the actions are those of NotAction, or the resources those of NotResource
    any_principal: anyone, without naming an account
    conditions:    operator -> key -> values, keys in lower case; None when it cannot be told
    at:            where it is written
    """

    allow: Any
    actions: list[Any]
    resources: list[Any]
    all_but: bool
    any_principal: Any
    conditions: Mapping[str, Mapping[str, list[Any]]] | None
    at: Location | None

    def all_actions(self) -> Any:
        """Every action of every service."""
        return _some(self.actions, lambda action: action in {"*", "*:*"})

    def service_wildcard(self) -> Any:
        """Every action of one service, or all actions but a few."""
        return self.all_but or _some(self.actions, lambda action: action.endswith(":*") and action != "*:*")

    def all_resources(self) -> Any:
        """Every resource, or every resource of a service."""
        return self.all_but or _some(self.resources, lambda text: _EVERYTHING.fullmatch(text) is not None)

    def conditioned(self) -> Any:
        """A condition narrows who or from where; TLS alone, or a range of all addresses, narrows nobody."""
        if self.conditions is None:
            return Unknown(Reason("unreadable_value", "Condition"))
        return any(_narrows(key, values) for keys in self.conditions.values() for key, values in keys.items())

    def refuses_plain_http(self) -> bool:
        """Denies everybody at least reading and writing objects when the request did not come over TLS."""
        if self.allow is not False or self.any_principal is not True or not self.conditions:
            return False
        denied = [action.lower() for action in self.actions if isinstance(action, str)]
        if not all(any(fnmatchcase(wanted, action) for action in denied) for wanted in _OBJECT_ACCESS):
            return False
        if set(self.conditions) != {"bool"}:
            return False
        keys = self.conditions["bool"]
        return set(keys) == {"acs:securetransport"} and [str(v).lower() for v in keys["acs:securetransport"]] == ["false"]


_OBJECT_ACCESS: Final = ("oss:getobject", "oss:putobject")
_EVERYTHING: Final = re.compile(r"\*|acs:[^:]*:\*?:\*?:\*(/\*)?")


def _some(items: Sequence[Any], test: Any) -> Any:
    unknown = None
    for item in items:
        if isinstance(item, Unknown):
            unknown = unknown or item
        elif test(item):
            return True
    return unknown if unknown is not None else False


def _narrows(key: str, values: list[Any]) -> bool:
    if key == "acs:securetransport":
        return False
    if key == "acs:sourceip":
        return not any(isinstance(v, str) and source_scope(v) == "any" for v in values)
    return True


def statements(cell: Cell, world: World) -> list[Statement] | Unknown:
    """The statements of a document: JSON text, an object, or a reference to a policy document data source.

    A document that nobody can read offline gives ``Unknown``; an absent one gives no statements.
    """
    value = cell.value
    if value is None:
        return []
    if isinstance(value, Unknown):
        for ref in value.refs:
            source = world.find(ref)
            if source is not None and source.type == "data.alicloud_ram_policy_document" and len(value.refs) == 1:
                return [_from_block(block) for block in source.blocks("statement")]
        if value.text is None:
            return value
        document = _parse(value.text)
        return value if document is None else _from_document(document, cell.at)
    if isinstance(value, str):
        document = _parse(value)
    else:
        document = value if isinstance(value, dict) else None
    if document is None:
        return Unknown(Reason("unreadable_value", "policy document"))
    return _from_document(document, cell.at)


def _parse(text: str) -> dict[str, Any] | None:
    if len(text) > _MAX_DOCUMENT:
        return None
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _from_document(document: Mapping[str, Any], at: Location | None) -> list[Statement] | Unknown:
    body = _field(document, "statement")
    if isinstance(body, Unknown):
        return body
    items = body if isinstance(body, list) else [body] if isinstance(body, dict) else []
    return [_from_mapping(item, at) for item in items[:_MAX_STATEMENTS]]


def _from_mapping(item: Any, at: Location | None) -> Statement:
    if not isinstance(item, dict):
        unknown = item if isinstance(item, Unknown) else Unknown(Reason("unreadable_value", "Statement"))
        return Statement(unknown, [unknown], [unknown], False, unknown, {}, at)
    actions, resources = _field(item, "action"), _field(item, "resource")
    all_but = actions is None and _field(item, "notaction") is not None
    conditions = _field(item, "condition")
    return Statement(
        allow=_allow(_field(item, "effect")),
        actions=_texts(_field(item, "notaction") if all_but else actions),
        resources=_texts(resources),
        all_but=all_but or (resources is None and _field(item, "notresource") is not None),
        any_principal=_anyone(item),
        conditions=_conditions(conditions),
        at=at,
    )


def _from_block(block: Block) -> Statement:
    principals = block.blocks("principal")
    anyone: Any = False
    if principals:
        anyone = _some([i for p in principals for i in _texts(p.get("identifiers").value)], _is_anyone)
    conditions: dict[str, dict[str, list[Any]]] = {}
    for condition in block.blocks("condition"):
        operator, key = condition.get("operator").as_str(), condition.get("variable").as_str()
        keys = conditions.setdefault(str(operator.value).lower(), {})
        keys[str(key.value).lower()] = _texts(condition.get("values").value)
    return Statement(
        allow=_allow(block.get("effect").default("Allow").value),
        actions=_texts(block.get("action").value),
        resources=_texts(block.get("resource").value),
        all_but=False,
        any_principal=anyone,
        conditions=conditions,
        at=block.at,
    )


def _field(item: Mapping[str, Any], name: str) -> Any:
    # Elements are written with a capital; the services also take other spellings of case.
    for key, value in item.items():
        if isinstance(key, str) and key.lower() == name:
            return value
    return None


def _texts(value: Any) -> list[Any]:
    """A text or list of texts as a list of text and Unknown; whole templates are Unknown."""
    if value is None:
        return []
    result: list[Any] = []
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, Unknown):
            result.append(item if item.text is None or _is_whole_template(item.text) else item.text)
        elif isinstance(item, str):
            result.append(Unknown(Reason("unresolved_reference", item[2:62])) if _is_whole_template(item) else item)
        elif isinstance(item, (bool, int, float)):
            result.append(str(item).lower())
        else:
            result.append(Unknown(Reason("unreadable_value", "policy element")))
    return result


def _is_whole_template(text: str) -> bool:
    return text.startswith("${") and text.endswith("}") and text.count("${") == 1


def _allow(value: Any) -> Any:
    text = _texts(value)
    if len(text) != 1:
        return Unknown(Reason("not_stated", "Effect"))
    return text[0] if isinstance(text[0], Unknown) else text[0].lower() == "allow"


def _is_anyone(text: str) -> bool:
    return text == "*" or text.startswith("acs:ram::*:")


def _anyone(item: Mapping[str, Any]) -> Any:
    if _field(item, "notprincipal") is not None:
        return True
    principal = _field(item, "principal")
    if principal is None:
        return False
    if isinstance(principal, dict):
        names = [name for kind, value in principal.items() if str(kind).lower() != "service" for name in _texts(value)]
    else:
        names = _texts(principal)
    return _some(names, _is_anyone)


def _conditions(value: Any) -> Mapping[str, Mapping[str, list[Any]]] | None:
    if value is None:
        return {}
    if not isinstance(value, dict):
        return None
    result: dict[str, dict[str, list[Any]]] = {}
    for operator, keys in value.items():
        if not isinstance(keys, dict):
            return None
        result[str(operator).lower()] = {str(key).lower(): _texts(values) for key, values in keys.items()}
    return result


def is_public(read: list[Statement] | Unknown, at: Location | None) -> Cell:
    """Whether a resource policy lets anyone in."""
    if isinstance(read, Unknown):
        return Cell(read, at)
    unknown: Cell | None = None
    for statement in read:
        if statement.allow is False or statement.any_principal is False:
            continue
        narrowed = statement.conditioned()
        if narrowed is True:
            continue
        doubtful = [v for v in (statement.allow, statement.any_principal, narrowed) if isinstance(v, Unknown)]
        if not doubtful:
            return Cell(True, statement.at)
        unknown = unknown or Cell(doubtful[0], statement.at)
    return unknown or Cell(False, at)
