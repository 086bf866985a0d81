"""Policy documents of the four providers as permission statements.

AWS spells ``Statement/Effect/Action/Resource/Principal/Condition``, Alibaba Cloud the same with
``Version "1"``, Tencent Cloud in lower case with ``qcs``, Huawei Cloud ``service:type:operation``.
Sources: AWS "IAM JSON policy elements reference" and "Blocking public access: the meaning of public",
provider pages aws_iam_policy_document, tencentcloud_cam_policy, huaweicloud_identity_role.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from compliance.collect.network import source_scope
from compliance.collect.terraform.providers.common import identity, key_reference, pointed
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import Cell, Reason, Unknown
from compliance.model.location import Location
from compliance.model.row import Row, make_row

Item = str | Unknown
"""One action, resource or principal; ``Unknown`` when it may be anything, a wildcard included."""

Truth = bool | Unknown

_EVERY_ACTION: Final = frozenset({"*", "*:*", "*:*:*", "name/*", "*:*:*:*"})
_EVERY_RESOURCE: Final = frozenset({"*", "acs:*:*:*:*", "acs:*", "arn:aws:s3:::*", "arn:aws-cn:s3:::*", "qcs::*", "*:*:*:*:*"})
# Kinds of principal that name no account: services, identity providers, CloudFront origin identities.
_NOT_ACCOUNTS: Final = frozenset({"service", "federated", "canonicaluser"})
_ANY_ACCOUNT: Final = re.compile(r"arn:aws[\w-]*:(iam|sts|\*):[^:]*:\*(:.*)?")
# Conditions that say how or when, not who: a statement for everyone stays one for everyone.
_NOT_WHO: Final = frozenset(
    {
        "aws:securetransport", "aws:multifactorauthpresent", "aws:multifactorauthage", "aws:currenttime", "aws:epochtime", "aws:useragent", "aws:referer",
        "aws:requestedregion", "s3:prefix", "s3:delimiter", "s3:max-keys", "s3:x-amz-acl", "s3:x-amz-server-side-encryption", "s3:signatureversion", "s3:authtype",
        "s3:tlsversion",
    }
)  # fmt: skip
_ADDRESS_KEYS: Final = frozenset({"aws:sourceip", "acs:sourceip", "qcs:ip", "g:sourceip"})
_OPEN_TEMPLATE: Final = re.compile(r"\$\{(var|local|each|count)\.[^{}]*\}")
_MAX_DOCUMENTS: Final = 20
_LAST_COMMA: Final = re.compile(r",(\s*[\]}])")

_ANYONE: Final = "qcs::cam::anyone:anyone"
"""How Tencent Cloud writes everyone (COS, "Access policy language")."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy.

    effect:     ``allow`` or ``deny``
    conditions: (operator, key, values) in lower case, values as written; ``None`` = none or not understood
    at:         where it is written
    """

    effect: str | Unknown
    actions: tuple[Item, ...]
    not_actions: bool
    resources: tuple[Item, ...]
    principals: tuple[Item, ...]
    conditions: tuple[tuple[str, str, tuple[Item, ...]], ...]
    at: Location
    not_resources: bool = False
    not_principals: bool = False

    @property
    def any_principal(self) -> Truth:
        """Open to anyone."""
        if self.not_principals and self.effect == "allow":
            return True
        return _any(self.principals, lambda p: p == "*" or p.lower() == _ANYONE or _ANY_ACCOUNT.fullmatch(p) is not None)

    @property
    def all_actions(self) -> Truth:
        """Every action of every service; an Allow on everything but a few counts."""
        if self.not_actions:
            return self.effect == "allow"
        return _any(self.actions, lambda a: a in _EVERY_ACTION)

    @property
    def service_wildcard(self) -> Truth:
        """Every action of one service."""
        return False if self.not_actions else _any(self.actions, lambda a: a.endswith((":*", ":*:*")))

    @property
    def all_resources(self) -> Truth:
        """Every resource; a statement without resources speaks of the resource it hangs on."""
        if self.not_resources:
            return self.effect == "allow"
        return _any(self.resources, lambda r: r in _EVERY_RESOURCE)

    @property
    def conditioned(self) -> bool:
        """A condition narrows who may act."""
        return any(_narrows(*condition) for condition in self.conditions)


def _any(items: Iterable[Item], test: Callable[[str], bool]) -> Truth:
    unknown: Unknown | None = None
    for item in items:
        if isinstance(item, Unknown):
            unknown = unknown or item
        elif test(item):
            return True
    return unknown if unknown is not None else False


def _narrows(operator: str, key: str, values: tuple[Item, ...]) -> bool:
    if key in _NOT_WHO or "not" in operator or operator == "null":
        return False
    known = [v for v in values if isinstance(v, str)]
    if len(known) < len(values) or not known:
        return True
    if key in _ADDRESS_KEYS:
        return not any(source_scope(v) == "any" for v in known)
    return not any(v == "*" or _ANY_ACCOUNT.fullmatch(v) for v in known)


def _leaf(value: Any) -> Item:
    """Text that is certainly no bare wildcard, or Unknown.

    A reference to a resource, or a template with some fixed text, cannot turn out to be ``*``.
    """
    if isinstance(value, Unknown):
        if value.refs:
            return value.text or "${" + value.refs[0] + "}"
        if value.text is None or _OPEN_TEMPLATE.fullmatch(value.text):
            return value
        return value.text
    if isinstance(value, str):
        return Unknown(Reason("unresolved_variable", value[2:-1][:60])) if _OPEN_TEMPLATE.fullmatch(value) else value
    return str(value)


def _items(value: Any) -> tuple[Item, ...]:
    if value is None:
        return ()
    if isinstance(value, (list, tuple)):
        return tuple(_leaf(v) for v in value)
    return () if isinstance(value, Mapping) else (_leaf(value),)


def _principals(value: Any) -> tuple[Item, ...]:
    if isinstance(value, Mapping):
        return tuple(p for kind, v in value.items() for p in _items(v) if str(kind).lower() not in _NOT_ACCOUNTS)
    return _items(value)


def _conditions(value: Any) -> tuple[tuple[str, str, tuple[Item, ...]], ...]:
    if not value:
        return ()
    if not isinstance(value, Mapping):
        return (("", "", (_leaf(value),)),)
    found: list[tuple[str, str, tuple[Item, ...]]] = []
    for operator, keys in value.items():
        pairs = keys.items() if isinstance(keys, Mapping) else [("", keys)]
        found += [(str(operator).lower(), str(k).lower(), _items(v)) for k, v in pairs]
    return tuple(found)


def _effect(value: Any) -> str | Unknown:
    return value if isinstance(value, Unknown) else str(value or "Allow").lower()


def _json(text: str) -> Any:
    """JSON data; a comma too many before a closing bracket is forgiven, as its meaning is plain; None when it is no JSON."""
    for candidate in (text, _LAST_COMMA.sub(r"\1", text)):
        try:
            return json.loads(candidate)
        except (ValueError, RecursionError):
            continue
    return None


def parse(document: Any, at: Location) -> list[Statement] | None:
    """Statements of a policy document given as JSON text or data; None when it is not one."""
    if isinstance(document, str):
        document = _json(document)
    if not isinstance(document, Mapping):
        return None
    lower = {str(k).lower(): v for k, v in document.items()}
    raw = lower.get("statement")
    found = []
    for item in raw if isinstance(raw, list) else [raw]:
        if not isinstance(item, Mapping):
            return None
        s = {str(k).lower(): v for k, v in item.items()}
        found.append(
            Statement(
                _effect(s.get("effect")), _items(s.get("action")) or _items(s.get("notaction")), "notaction" in s,
                _items(s.get("resource")) or _items(s.get("notresource")), _principals(s.get("principal")) or _principals(s.get("notprincipal")),
                _conditions(s.get("condition")), at, "notresource" in s, "notprincipal" in s,
            )
        )  # fmt: skip
    return found


def document_statements(data: Block, world: World | None = None, budget: list[int] | None = None) -> list[Statement]:
    """Statements of a policy document data source, those of the documents it takes in included."""
    budget = budget if budget is not None else [_MAX_DOCUMENTS]
    found: list[Statement] = []
    for name in ("source_policy_documents", "override_policy_documents", "source_json", "override_json"):
        cell = data.get(name)
        values = cell.value if isinstance(cell.value, list) else [] if cell.value is None else [cell.value]
        for value in values:
            budget[0] -= 1
            if world is None or budget[0] < 0:
                break
            inner = statements(Cell(value, cell.at), world, data.at, budget)
            if isinstance(inner, list):
                found += inner
    return found + [_block_statement(block) for block in data.blocks("statement")]


def _block_statement(block: Block) -> Statement:
    def values(name: str) -> tuple[Item, ...]:
        return _items(block.get(name).value)

    def principals(name: str) -> tuple[Item, ...]:
        return tuple(i for p in block.blocks(name) if str(p.get("type").value or "").lower() not in _NOT_ACCOUNTS for i in _items(p.get("identifiers").value))

    conditions = tuple((str(c.get("test").value or "").lower(), str(c.get("variable").value or "").lower(), _items(c.get("values").value)) for c in block.blocks("condition"))
    return Statement(
        _effect(block.get("effect").value), values("actions") or values("not_actions"), block.has("not_actions"), values("resources") or values("not_resources"),
        principals("principals") or principals("not_principals"), conditions, block.at, block.has("not_resources"), bool(block.blocks("not_principals")),
    )  # fmt: skip


def statements(cell: Cell, world: World, owner: Location, budget: list[int] | None = None) -> list[Statement] | Cell:
    """Statements behind a policy attribute: literal JSON, or a reference to a document data source.

    Returns an unknown cell when they cannot be told.
    """
    at = cell.at or owner
    if cell.known:
        read = parse(cell.value, at)
        # A policy with an empty list of statements grants nothing; that is known.
        return Cell(Unknown(Reason("unreadable_value", "policy")), at) if read is None else read
    if cell.unknown:
        parsed = parse(cell.value.text, at) if cell.value.text else None
        if parsed is not None:
            return parsed
        for ref in cell.refs:
            data = world.find(ref)
            if data is not None and data.type.endswith("_policy_document"):
                return document_statements(data, world, budget)
            if data is not None and ref.endswith((".policy", ".policy_document")) and not data.get("policy").absent and (budget is None or budget[0] > 0):
                # Another resource's document is passed on: policy = aws_iam_policy.base.policy
                return statements(data.get("policy"), world, owner, [(budget or [_MAX_DOCUMENTS])[0] - 1])
    return Cell(cell.value if cell.unknown else Unknown(Reason("not_stated", "policy")), at)


def is_public(cell: Cell, world: World, owner: Location) -> Cell:
    """Whether a resource policy lets anyone in; an absent policy is False."""
    if cell.absent or cell.value == "":
        return Cell(False)
    found = statements(cell, world, owner)
    if isinstance(found, Cell):
        return found
    doubt: Cell | None = None
    for s in found:
        if s.effect != "allow" or s.conditioned:
            continue
        anyone = s.any_principal
        if anyone is True:
            return Cell(True, s.at)
        if isinstance(anyone, Unknown):
            doubt = doubt or Cell(anyone, s.at)
    return doubt or Cell(False, cell.at)


def denies_clear_text(cell: Cell, world: World, owner: Location) -> Cell:
    """Whether a resource policy refuses plain HTTP: a Deny for everyone where ``SecureTransport`` is false."""
    if cell.absent or cell.value == "":
        return Cell(False)
    found = statements(cell, world, owner)
    if isinstance(found, Cell):
        return found
    for s in found:
        if s.effect != "deny" or s.any_principal is False:
            continue
        for operator, key, values in s.conditions:
            if key.endswith("securetransport") and "bool" in operator and any(isinstance(v, str) and v.lower() == "false" for v in values):
                return Cell(True, s.at)
    return Cell(False, cell.at)


def statement_rows(resource: Resource, world: World, cell: Cell, kind: str, suffix: str = "", attached_directly: bool = False) -> Iterator[Row]:
    """permission_statement rows of one policy attribute; nothing when it is not stated or an empty text."""
    if cell.absent or cell.value == "":
        return
    found = statements(cell, world, resource.at)
    base = {"policy_id": resource.id, "policy_kind": kind, "attached_directly": attached_directly, **identity(resource)}
    if isinstance(found, Cell):
        unknown = Cell(found.value, found.at)
        names = ("effect", "actions", "all_actions", "service_wildcard", "all_resources", "any_principal", "conditioned")
        yield make_row("permission_statement", resource.at, statement_id=f"{resource.id}{suffix}/0", **base, **{n: unknown for n in names})
        return
    for index, s in enumerate(found):
        yield statement_row(resource, s, kind, index, suffix, attached_directly)


def statement_row(resource: Resource, s: Statement, kind: str, index: int, suffix: str = "", attached_directly: bool = False) -> Row:
    """One statement as a permission_statement row."""
    actions = ",".join(a if isinstance(a, str) else "?" for a in s.actions)[:500]
    return make_row(
        "permission_statement", resource.at, statement_id=f"{resource.id}{suffix}/{index}", policy_id=resource.id, policy_kind=kind,
        attached_directly=attached_directly, **identity(resource), effect=Cell(s.effect, s.at),
        actions=Cell(actions, s.at), all_actions=Cell(s.all_actions, s.at), service_wildcard=Cell(s.service_wildcard, s.at),
        all_resources=Cell(s.all_resources, s.at), any_principal=Cell(s.any_principal, s.at), conditioned=Cell(s.conditioned, s.at),
    )  # fmt: skip


ADMIN_POLICIES = frozenset({"administratoraccess", "poweruseraccess", "iamfullaccess", "adminaccess", "qcloudcamfullaccess", "tenant administrator",
                            "tenant admin", "te_admin", "security administrator", "full access", "secu_admin", "fullaccess"})  # fmt: skip


def policy_name(cell: Cell, world: World | None = None) -> Cell:
    """The name of a ready-made policy from its name or ARN, also behind a data source or a partly known ARN."""
    if cell.unknown:
        data = pointed(world, cell, "data.aws_iam_policy") if world is not None else None
        if data is not None:
            stated = data.get("name") if not data.get("name").absent else data.get("arn")
            cell = Cell(stated.value, cell.at)
        if cell.unknown and cell.value.text:
            tail = cell.value.text.rpartition("/")[2]
            if tail and "${" not in tail:
                return Cell(tail, cell.at)
    return key_reference(cell).map(lambda v: str(v).rpartition("/")[2])


def managed_attachment(resource: Resource, name: Cell, attached_directly: bool, world: World | None = None, suffix: str = "/attached") -> Iterator[Row]:
    """A ready-made policy attached by name or ARN.

    Administrator policies count as every action, ``...FullAccess`` ones as every action of a service.
    A policy of this repository has statements of its own and gives no row here.
    """
    if name.unknown and any((world is None) or ((r := world.find(ref)) is not None and not r.type.startswith("data.")) for ref in name.refs):
        return
    text = policy_name(name, world)
    if text.unknown and world is None:
        return
    admin = text.map(lambda v: str(v).lower() in ADMIN_POLICIES or str(v).lower().startswith("administratoraccess-"))
    full = text.map(lambda v: str(v).lower().replace(" ", "").replace("_", "").endswith("fullaccess"))
    wide = text.map(lambda _: admin.value is True or full.value is True)
    yield make_row(
        "permission_statement", resource.at, statement_id=f"{resource.id}{suffix}", policy_id=resource.id, policy_kind="identity", effect="allow",
        actions=text, all_actions=admin, service_wildcard=full, all_resources=wide, any_principal=False, conditioned=False,
        attached_directly=attached_directly, **identity(resource),
    )  # fmt: skip
