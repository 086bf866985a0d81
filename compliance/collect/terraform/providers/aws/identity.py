"""Users, access keys, password policy.

Provider pages: aws_iam_user, aws_iam_user_login_profile, aws_iam_user_group_membership, aws_iam_group_membership, aws_iam_access_key,
aws_iam_account_password_policy.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from compliance.collect.terraform.providers.aws.registry import REGISTRY
from compliance.collect.terraform.providers.aws.settings import refers_to, text
from compliance.collect.terraform.providers.common import identity, key_reference, lacks, pointed, strings
from compliance.collect.terraform.providers.policy import managed_attachment, statements
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import Cell, Unknown
from compliance.model.row import NO_SETTING, Row, make_row

_DIRECT: Final = ("aws_iam_user_policy", "aws_iam_user_policy_attachment")
_BY: Final = ("name", "id")


def _named(world: World, cell: Cell, target: Resource) -> bool:
    """A list of names or references contains *target*."""
    name = target.get("name")
    return refers_to(world, cell, target) or (name.known and any(c.value == name.value for c in strings(cell)))


def _groups(user: Resource, world: World) -> list[Resource]:
    """Groups a user belongs to."""
    found = []
    for membership in world.linked(user, "user", "aws_iam_user_group_membership", by=_BY):
        found += [g for c in strings(membership.get("groups")) if (g := pointed(world, c, "aws_iam_group")) is not None]
    for membership in world.of_type("aws_iam_group_membership"):
        if _named(world, membership.get("users"), user):
            group = pointed(world, membership.get("group"), "aws_iam_group")
            found += [group] if group is not None else []
    return found


def _attachments(user: Resource, world: World) -> tuple[list[Resource], list[Resource]]:
    """Policies and attachments of a user: (on the user itself, through groups)."""
    direct = list(world.linked(user, "user", *_DIRECT, by=_BY))
    direct += [a for a in world.of_type("aws_iam_policy_attachment") if _named(world, a.get("users"), user)]
    through: list[Resource] = []
    for group in _groups(user, world):
        through += world.linked(group, "group", "aws_iam_group_policy", "aws_iam_group_policy_attachment", by=_BY)
        through += [a for a in world.of_type("aws_iam_policy_attachment") if _named(world, a.get("groups"), group)]
    return direct, through


def _document(holder: Resource, world: World) -> Cell:
    """The policy text of an inline policy, or of the policy of this repository that an attachment names."""
    if holder.has("policy"):
        return holder.get("policy")
    policy = pointed(world, holder.get("policy_arn"), "aws_iam_policy", by=("arn",))
    return policy.get("policy") if policy is not None else Cell()


def _demands_second_factor(holders: list[Resource], world: World) -> bool:
    """A policy refuses what is asked without a second factor."""
    for holder in holders:
        found = statements(_document(holder, world), world, holder.at)
        for s in found if isinstance(found, list) else ():
            if s.effect == "deny" and any(key == "aws:multifactorauthpresent" for _, key, _ in s.conditions):
                return True
    return False


def _privileged(holders: list[Resource], world: World) -> Cell:
    """Some policy grants every action."""
    for holder in holders:
        found = statements(_document(holder, world), world, holder.at)
        whole = any(s.effect == "allow" and s.all_actions is True and s.all_resources is True for s in found) if isinstance(found, list) else False
        if whole or any(row.values["all_actions"] is True for row in managed_attachment(holder, holder.get("policy_arn"), False, world)):
            return Cell(True, holder.at)
    return Cell(False)


@REGISTRY.adapter("aws_iam_user", reads=("aws_iam_user_login_profile", "aws_iam_user_group_membership", "aws_iam_group_membership", "aws_iam_group"))
def user(res: Resource, world: World) -> Iterator[Row]:
    """Users; rights hung on the user itself, and the console login, are named where they are written."""
    direct, through = _attachments(res, world)
    login: list[Block] = list(world.linked(res, "user", "aws_iam_user_login_profile", by=_BY))
    mfa = Cell(_demands_second_factor([*direct, *through], world), login[0].at if login else None)
    yield make_row(
        "identity", res.at, identity_id=res.id, name=text(res, "name"), **identity(res), identity_type="human" if login else "service", person_type="none", enabled=True,
        console_access=Cell(bool(login), login[0].at if login else None), mfa_enabled=mfa if login else NO_SETTING, privileged=_privileged([*direct, *through], world),
        password_reset_required=login[0].get("password_reset_required").as_bool().default(False) if login else NO_SETTING,
        direct_permissions=Cell(bool(direct), direct[0].at if direct else None),
    )  # fmt: skip


@REGISTRY.adapter("aws_iam_user_policy", "aws_iam_user_policy_attachment", "aws_iam_policy_attachment")
def outside_user(res: Resource, world: World) -> Iterator[Row]:
    """Rights hung on a user that is made elsewhere."""
    holders = res.get("users") if res.type == "aws_iam_policy_attachment" else res.get("user")
    for index, name in enumerate(strings(holders)):
        if pointed(world, name, "aws_iam_user", by=_BY) is None and name.value != "":
            yield make_row(
                "identity", res.at, identity_id=f"{res.id}/user/{index}", name=key_reference(name), **identity(res), identity_type="service", person_type="none", enabled=True,
                privileged=_privileged([res], world), direct_permissions=Cell(True, holders.at), **lacks("console_access", "mfa_enabled", "password_reset_required"),
            )  # fmt: skip


@REGISTRY.adapter("aws_iam_access_key")
def access_key(res: Resource, world: World) -> Iterator[Row]:
    """Access keys never expire by themselves; without a PGP key the secret lies in the state in clear."""
    pgp = res.get("pgp_key")
    yield make_row(
        "access_key", res.at, key_id=res.id, identity_id=key_reference(res.get("user")).default(""), **identity(res),
        enabled=res.get("status").equals("Active").default(True), long_lived=True, secret_encrypted=Cell(not pgp.absent, pgp.at),
    )  # fmt: skip


@REGISTRY.adapter("aws_iam_account_password_policy")
def password_policy(res: Resource, world: World) -> Iterator[Row]:
    """Six characters, nothing required, no expiry, reuse allowed unless said."""
    names = {"lowercase": "lowercase_characters", "uppercase": "uppercase_characters", "digits": "numbers", "symbols": "symbols"}
    required = {f"require_{column}": res.get(f"require_{name}").as_bool().default(False) for column, name in names.items()}
    kinds = [c.value for c in required.values()]
    count = next((Cell(k) for k in kinds if isinstance(k, Unknown)), Cell(sum(1 for k in kinds if k is True)))
    yield make_row(
        "password_policy", res.at, policy_id=res.id, **identity(res), min_length=res.get("minimum_password_length").as_int().default(6), **required,
        character_classes=count, max_age_days=res.get("max_password_age").as_int().default(0),
        reuse_prevention=res.get("password_reuse_prevention").as_int().default(0), **lacks("max_attempts"),
    )  # fmt: skip
