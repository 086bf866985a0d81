"""The policy languages of Huawei Cloud: IAM policies, bucket policies, topic and trust policies.

Sources: IAM "Policy syntax" (role-based, version 1.1, and identity policies, version 5.0); OBS "Bucket
policy parameters"; SMN "Topic policy".  Actions read ``service:type:operation``; an IAM statement without
Resource speaks of every resource.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from compliance.collect.network import source_scope
from compliance.collect.terraform.providers.huaweicloud.settings import common
from compliance.collect.terraform.resource import Resource
from compliance.model.cell import Cell, Reason, Unknown, any_true
from compliance.model.location import Location
from compliance.model.row import Row, make_row

_MAX_STATEMENTS: Final = 500
_MAX_DOCUMENT: Final = 262_144  # characters; a bucket policy may have 20 KB, an IAM policy 6 KB
_EVERY_ACTION: Final = re.compile(r"\*(:\*){0,3}")
_SERVICE_ACTION: Final = re.compile(r"[\w-]+(:\*){1,3}")
# "*", "*:*:*:*:*", "obs:*:*:*:*", "obs:*:*:bucket:*"
_EVERY_RESOURCE: Final = re.compile(r"\*|(\*|[\w-]+)(:\*){0,2}(:(\*|[\w-]+):\*)?(/\*)?")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, reduced to what the tables ask; every field may be Unknown.

    allow:         effect is Allow
    actions:       list of text and Unknown
    resources:     list of text and Unknown; empty = every resource in an IAM policy
    all_but:       the statement lists what it leaves out (NotAction, NotResource)
    any_principal: anyone, without naming an account
    narrowed:      a condition limits who, from where or when
    clear_text:    the condition is exactly "not over TLS"
    """

    allow: Any
    actions: list[Any]
    resources: list[Any]
    all_but: bool
    any_principal: Any
    narrowed: Any
    clear_text: bool

    def all_actions(self) -> Any:
        """Every action of every service."""
        return _some(self.actions, lambda a: _EVERY_ACTION.fullmatch(a) is not None)

    def service_wildcard(self) -> Any:
        """Every action of one service, or all actions but a few."""
        return self.all_but or _some(self.actions, lambda a: _SERVICE_ACTION.fullmatch(a) is not None)

    def all_resources(self) -> Any:
        """Every resource, or every one of a service or of a kind."""
        if self.all_but or not self.resources:
            return True
        return _some(self.resources, lambda r: _EVERY_RESOURCE.fullmatch(r) is not None)


def _some(items: Sequence[Any], test: Callable[[str], bool]) -> Any:
    unknown = None
    for item in items:
        if isinstance(item, Unknown):
            unknown = unknown or item
        elif test(item):
            return True
    return unknown if unknown is not None else False


def statements(cell: Cell) -> list[Statement] | Unknown:
    """The statements of a document given as JSON text or data; ``Unknown`` when nobody can read it offline."""
    value = cell.value
    if isinstance(value, Unknown):
        if value.text is None:
            return value
        parsed = _parse(value.text)
        return value if parsed is None else _read(parsed)
    document = _parse(value) if isinstance(value, str) else value
    if not isinstance(document, Mapping):
        return Unknown(Reason("unreadable_value", "policy"))
    return _read(document)


def _parse(text: str) -> Mapping[str, Any] | None:
    if len(text) > _MAX_DOCUMENT:
        return None
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _read(document: Mapping[str, Any]) -> list[Statement] | Unknown:
    body = _field(document, "statement")
    if isinstance(body, Unknown):
        return body
    items = body if isinstance(body, list) else [body] if isinstance(body, Mapping) else []
    return [_statement(item) for item in items[:_MAX_STATEMENTS]]


def _statement(item: Any) -> Statement:
    if not isinstance(item, Mapping):
        unknown = item if isinstance(item, Unknown) else Unknown(Reason("unreadable_value", "Statement"))
        return Statement(unknown, [unknown], [unknown], False, unknown, unknown, False)
    actions, resources = _field(item, "action"), _field(item, "resource")
    but_actions, but_resources = _field(item, "notaction"), _field(item, "notresource")
    narrowed, clear_text = _condition(_field(item, "condition"))
    return Statement(
        allow=_allow(_field(item, "effect")),
        actions=_texts(but_actions if actions is None else actions),
        resources=_texts(resources),
        all_but=(actions is None and but_actions is not None) or (resources is None and but_resources is not None),
        any_principal=_anyone(item),
        narrowed=narrowed,
        clear_text=clear_text,
    )


def _field(item: Mapping[str, Any], name: str) -> Any:
    for key, value in item.items():
        if isinstance(key, str) and key.lower() == name:
            return value
    return None


def _texts(value: Any) -> list[Any]:
    """A text or a list of texts as text and Unknown; a value that is wholly a placeholder is Unknown."""
    if value is None:
        return []
    if isinstance(value, Mapping):  # IAM 1.0: {"uri": [...]}
        return [text for inner in value.values() for text in _texts(inner)]
    result: list[Any] = []
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, Unknown):
            partial = item.text is not None and not _is_placeholder(item.text)
            result.append(item.text if partial else item)
        elif isinstance(item, str):
            result.append(Unknown(Reason("unresolved_reference", item[2:62])) if _is_placeholder(item) else item)
        elif isinstance(item, (bool, int, float)):
            result.append(str(item).lower())
        else:
            result.append(Unknown(Reason("unreadable_value", "policy element")))
    return result


def _is_placeholder(text: str) -> bool:
    return text.startswith("${") and text.endswith("}") and text.count("${") == 1


def _allow(value: Any) -> Any:
    texts = _texts(value)
    if len(texts) != 1:
        return Unknown(Reason("not_stated", "Effect"))
    return texts[0] if isinstance(texts[0], Unknown) else texts[0].lower() == "allow"


def _is_anyone(text: str) -> bool:
    # "domain/*" and "domain/*:user/*" name every account.
    return text == "*" or text.startswith("domain/*")


def _anyone(item: Mapping[str, Any]) -> Any:
    if _field(item, "notprincipal") is not None:
        return True
    principal = _field(item, "principal")
    if isinstance(principal, Mapping):
        kinds = [(str(kind).lower(), names) for kind, names in principal.items()]
        return _some([n for kind, names in kinds if kind != "service" for n in _texts(names)], _is_anyone)
    return _some(_texts(principal), _is_anyone)


def _condition(value: Any) -> tuple[Any, bool]:
    """(whether it narrows, whether it is exactly "not over TLS")."""
    if value is None:
        return False, False
    if isinstance(value, Unknown):
        return value, False
    if not isinstance(value, Mapping):
        return Unknown(Reason("unreadable_value", "Condition")), False
    pairs = [
        (str(operator).lower(), str(key).lower().rpartition(":")[2], _texts(values))
        for operator, keys in value.items()
        if isinstance(keys, Mapping)
        for key, values in keys.items()
    ]
    narrowed = any(_narrows(key, values) for _, key, values in pairs)
    clear = [(o, [str(v).lower() for v in values]) for o, key, values in pairs if key == "securetransport"]
    return narrowed, len(pairs) == 1 and clear == [("bool", ["false"])]


def _narrows(key: str, values: list[Any]) -> bool:
    if key == "securetransport":
        return False
    if key == "sourceip":
        return not any(isinstance(v, str) and source_scope(v) == "any" for v in values)
    return True


def is_public(policy: Cell) -> Cell:
    """Whether a resource policy lets anyone in; an absent policy does not."""
    if policy.absent or policy.value == "":
        return Cell(False, policy.at)
    read = statements(policy)
    if isinstance(read, Unknown):
        return Cell(read, policy.at)
    return any_true(_opens(statement, policy.at) for statement in read).default(False)


def _opens(statement: Statement, at: Location | None) -> Cell:
    if statement.allow is False or statement.any_principal is False or statement.narrowed is True:
        return Cell(False, at)
    for value in (statement.allow, statement.any_principal, statement.narrowed):
        if isinstance(value, Unknown):
            return Cell(value, at)
    return Cell(True, at)


def refuses_clear_text(policy: Cell) -> Cell:
    """Whether a bucket policy denies everybody everything that does not come over TLS."""
    if policy.absent or policy.value == "":
        return Cell(False, policy.at)
    read = statements(policy)
    if isinstance(read, Unknown):
        return Cell(read, policy.at)
    found = any(
        s.allow is False
        and s.any_principal is True
        and s.clear_text
        and (s.all_actions() or s.service_wildcard()) is True
        for s in read
    )
    return Cell(found, policy.at)


def statement_rows(
    resource: Resource,
    document: Cell,
    kind: str,
    *,
    attached_directly: Cell | bool = False,
    prefix: str = "/statement",
) -> Iterator[Row]:
    """One ``permission_statement`` row a statement; one row of unknowns when the document cannot be read."""
    if document.absent or document.value == "":
        return
    read = statements(document)
    if isinstance(read, Unknown):
        read = [Statement(read, [read], [read], False, read if kind != "identity" else False, read, False)]
    for number, s in enumerate(read):
        at = document.at

        def cell(value: Any, at: Location | None = at) -> Cell:
            return Cell(value, at)

        yield make_row(
            "permission_statement",
            resource.at,
            **common(resource),
            statement_id=f"{resource.id}{prefix}/{number}",
            policy_id=resource.id,
            policy_kind=kind,
            effect=cell(s.allow).map(lambda allow: "allow" if allow else "deny"),
            actions=cell(_joined(s.actions)),
            all_actions=cell(s.all_actions()),
            service_wildcard=cell(s.service_wildcard()),
            all_resources=cell(s.all_resources()),
            any_principal=cell(s.any_principal),
            conditioned=cell(s.narrowed),
            attached_directly=attached_directly,
        )


def _joined(items: Sequence[Any]) -> Any:
    unknown = next((item for item in items if isinstance(item, Unknown)), None)
    return unknown if unknown is not None else ",".join(items)[:2000]
