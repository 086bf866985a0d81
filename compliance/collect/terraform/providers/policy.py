"""Policy documents of the four providers as permission statements.

AWS spells ``Statement/Effect/Action/Resource/Principal/Condition``, Alibaba Cloud the same with
``Version "1"``, Tencent Cloud in lower case with ``qcs``, Huawei Cloud ``service:type:operation``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from compliance.collect.terraform.providers.common import identity, key_reference
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import Cell, Reason, Unknown
from compliance.model.location import Location
from compliance.model.row import Row, make_row


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: effect in lower case, lists of text, principal as text items."""

    effect: str
    actions: tuple[str, ...]
    not_actions: bool
    resources: tuple[str, ...]
    principals: tuple[str, ...]
    conditioned: bool
    at: Location

    @property
    def any_principal(self) -> bool:
        """Open to anyone; Tencent Cloud also writes ``qcs::cam::anyone:anyone`` (COS "Access policy language")."""
        return "*" in self.principals or any(p.lower() == "qcs::cam::anyone:anyone" for p in self.principals)

    @property
    def all_actions(self) -> bool:
        """Every action of every service."""
        return any(a in ("*", "*:*", "*:*:*", "name/*", "*:*:*:*") for a in self.actions) or (self.not_actions and self.effect == "allow")

    @property
    def service_wildcard(self) -> bool:
        """Every action of one service."""
        return any(a.endswith(":*") or a.endswith(":*:*") for a in self.actions)

    @property
    def all_resources(self) -> bool:
        """Every resource; a statement without resources speaks of the resource it hangs on."""
        return any(r in ("*", "acs:*:*:*:*", "acs:*", "arn:aws:s3:::*", "arn:aws-cn:s3:::*", "qcs::*") or r == "*:*:*:*:*" for r in self.resources)


def _list(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, (str, int)):
        return (str(value),)
    if isinstance(value, list):
        return tuple(v if isinstance(v, str) else (v.text or "?") if isinstance(v, Unknown) else str(v) for v in value)
    return ()


def _principals(value: Any) -> tuple[str, ...]:
    if isinstance(value, Mapping):
        return tuple(p for kind, v in value.items() for p in _list(v) if kind.lower() not in ("service", "federated", "canonicaluser"))
    return _list(value)


def parse(document: Any, at: Location) -> list[Statement] | None:
    """Statements of a policy document given as JSON text or data; None when it is not one."""
    if isinstance(document, str):
        try:
            document = json.loads(document)
        except (ValueError, RecursionError):
            return None
    if not isinstance(document, Mapping):
        return None
    lower = {str(k).lower(): v for k, v in document.items()}
    raw = lower.get("statement")
    items = raw if isinstance(raw, list) else [raw]
    found = []
    for item in items:
        if not isinstance(item, Mapping):
            return None
        s = {str(k).lower(): v for k, v in item.items()}
        condition = s.get("condition")
        found.append(
            Statement(
                str(s.get("effect", "allow")).lower(), _list(s.get("action")) or _list(s.get("notaction")), "notaction" in s,
                _list(s.get("resource")), _principals(s.get("principal")), bool(condition), at,
            )
        )  # fmt: skip
    return found


def document_statements(data: Block) -> list[Statement]:
    """Statements of a policy document data source (``statement`` blocks)."""
    found = []
    for block in data.blocks("statement"):
        principals: list[str] = []
        for principal in block.blocks("principals"):
            kind = str(principal.get("type").value or "").lower()
            identifiers = _list(principal.get("identifiers").value)
            if kind in ("*", "aws", "ram", "iam", "qcs"):
                principals += identifiers
        found.append(
            Statement(
                str(block.get("effect").value or "Allow").lower(), _list(block.get("actions").value) or _list(block.get("not_actions").value),
                block.has("not_actions"), _list(block.get("resources").value), tuple(principals), bool(block.blocks("condition")), block.at,
            )
        )  # fmt: skip
    return found


def statements(cell: Cell, world: World, owner: Location) -> list[Statement] | Cell:
    """Statements behind a policy attribute: literal JSON, or a reference to a document data source.

    Returns the unknown cell when they cannot be told.
    """
    at = cell.at or owner
    if cell.known:
        read = parse(cell.value, at)
        # A policy with an empty list of statements grants nothing; that is known.
        return Cell(Unknown(Reason("unreadable_value", "policy")), at) if read is None else read
    if cell.unknown:
        text = cell.value.text
        if text:
            parsed = parse(text, at)
            if parsed is not None:
                return parsed
        for ref in cell.refs:
            data = world.find(ref)
            if data is not None and data.type.endswith("_policy_document"):
                return document_statements(data)
    return Cell(cell.value if cell.unknown else Unknown(Reason("not_stated", "policy")), at)


def is_public(cell: Cell, world: World, owner: Location) -> Cell:
    """Whether a resource policy lets anyone in; absent policy is False."""
    if cell.absent:
        return Cell(False)
    found = statements(cell, world, owner)
    if isinstance(found, Cell):
        return found
    for s in found:
        if s.effect == "allow" and s.any_principal and not s.conditioned:
            return Cell(True, s.at)
    return Cell(False, cell.at)


def denies_clear_text(cell: Cell, world: World, owner: Location) -> Cell:
    """Whether a bucket policy refuses plain HTTP (a Deny on SecureTransport false)."""
    if cell.absent:
        return Cell(False)
    text = cell.value if isinstance(cell.value, str) else getattr(cell.value, "text", None)
    if isinstance(text, str):
        return Cell("SecureTransport" in text and "Deny" in text, cell.at)
    for ref in cell.refs:
        data = world.find(ref)
        if data is not None and data.type.endswith("_policy_document"):
            for block in data.blocks("statement"):
                variables = [str(c.get("variable").value) for c in block.blocks("condition")]
                if block.get("effect").value == "Deny" and any("SecureTransport" in v for v in variables):
                    return Cell(True, cell.at)
            return Cell(False, cell.at)
    return cell


def statement_rows(resource: Resource, world: World, cell: Cell, kind: str, suffix: str = "", attached_directly: bool = False) -> Iterator[Row]:
    """permission_statement rows of one policy attribute."""
    if cell.absent:
        return
    found = statements(cell, world, resource.at)
    base = {"policy_id": resource.id, "policy_kind": kind, "attached_directly": attached_directly, **identity(resource)}
    if isinstance(found, Cell):
        unknown = Cell(found.value, found.at)
        names = ("effect", "actions", "all_actions", "service_wildcard", "all_resources", "any_principal", "conditioned")
        yield make_row("permission_statement", resource.at, statement_id=f"{resource.id}{suffix}/0", **base, **{n: unknown for n in names})
        return
    for index, s in enumerate(found):
        yield make_row(
            "permission_statement", resource.at, statement_id=f"{resource.id}{suffix}/{index}", **base, effect=Cell(s.effect, s.at),
            actions=Cell(",".join(s.actions)[:500], s.at), all_actions=Cell(s.all_actions, s.at), service_wildcard=Cell(s.service_wildcard, s.at),
            all_resources=Cell(s.all_resources, s.at), any_principal=Cell(s.any_principal, s.at), conditioned=Cell(s.conditioned, s.at),
        )  # fmt: skip


ADMIN_POLICIES = frozenset({"administratoraccess", "poweruseraccess", "iamfullaccess", "adminaccess", "qcloudcamfullaccess", "tenant administrator",
                            "tenant admin", "te_admin", "security administrator", "full access", "secu_admin", "fullaccess"})  # fmt: skip


def managed_attachment(resource: Resource, name: Cell, attached_directly: bool) -> Iterator[Row]:
    """A ready-made policy attached by name or ARN: administrator policies count as every action."""
    text = key_reference(name)
    admin = text.map(lambda v: str(v).rpartition("/")[2].lower() in ADMIN_POLICIES)
    if name.unknown:
        return
    yield make_row(
        "permission_statement", resource.at, statement_id=f"{resource.id}/attached", policy_id=resource.id, policy_kind="identity", effect="allow",
        actions=text, all_actions=admin, service_wildcard=False, all_resources=admin, any_principal=False, conditioned=False,
        attached_directly=attached_directly, **identity(resource),
    )  # fmt: skip
