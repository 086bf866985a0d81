"""IAM.

Provider pages: aws_iam_user, aws_iam_user_policy, aws_iam_user_policy_attachment, aws_iam_policy, aws_iam_role, aws_iam_role_policy,
aws_iam_group_policy, aws_iam_access_key, aws_iam_user_login_profile, aws_iam_account_password_policy, aws_lambda_permission.
"""

from __future__ import annotations

from collections.abc import Iterator

from compliance.collect.terraform.providers.aws import REGISTRY
from compliance.collect.terraform.providers.common import identity, key_reference
from compliance.collect.terraform.providers.policy import managed_attachment, statement_rows
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell
from compliance.model.row import NO_SETTING, Row, make_row

_DIRECT = ("aws_iam_user_policy", "aws_iam_user_policy_attachment")


@REGISTRY.adapter("aws_iam_user", reads=("aws_iam_user_login_profile",))
def user(res: Resource, world: World) -> Iterator[Row]:
    """Users; rights hung on the user itself are named where they are hung."""
    direct = [*world.linked(res, "user", *_DIRECT, by=("name", "id"))]
    login = world.linked(res, "user", "aws_iam_user_login_profile", by=("name", "id"))
    yield make_row(
        "identity", res.at, identity_id=res.id, name=res.get("name").as_str().default(""), **identity(res), identity_type="human" if login else "service", person_type="none", enabled=True,
        console_access=Cell(bool(login), login[0].at if login else None), mfa_enabled=NO_SETTING, privileged=False,
        password_reset_required=login[0].get("password_reset_required").as_bool().default(True) if login else NO_SETTING,
        direct_permissions=Cell(bool(direct), direct[0].at if direct else None),
    )  # fmt: skip


@REGISTRY.adapter("aws_iam_user_policy", "aws_iam_policy", "aws_iam_role_policy", "aws_iam_group_policy")
def policy(res: Resource, world: World) -> Iterator[Row]:
    """Policies of their own or inline."""
    yield from statement_rows(res, world, res.get("policy"), "identity", attached_directly=res.type == "aws_iam_user_policy")


@REGISTRY.adapter("aws_iam_role")
def role(res: Resource, world: World) -> Iterator[Row]:
    """Trust and inline policies of a role."""
    yield from statement_rows(res, world, res.get("assume_role_policy"), "trust", suffix="/trust")
    for index, block in enumerate(res.blocks("inline_policy")):
        yield from statement_rows(res, world, block.get("policy"), "identity", suffix=f"/inline/{index}")
    arns = res.get("managed_policy_arns")
    for index, arn in enumerate(arns.value if isinstance(arns.value, list) else []):
        for row in managed_attachment(res, Cell(arn, arns.at), False):
            row.values["statement_id"] = f"{res.id}/managed/{index}"
            yield row


@REGISTRY.adapter("aws_iam_user_policy_attachment", "aws_iam_role_policy_attachment", "aws_iam_group_policy_attachment", "aws_iam_policy_attachment")
def attachment(res: Resource, world: World) -> Iterator[Row]:
    """Ready-made policies attached by ARN."""
    arn = res.get("policy_arn")
    if arn.known:
        yield from managed_attachment(res, arn, res.type == "aws_iam_user_policy_attachment")


@REGISTRY.adapter("aws_iam_access_key")
def access_key(res: Resource, world: World) -> Iterator[Row]:
    """Access keys never expire by themselves."""
    yield make_row(
        "access_key", res.at, key_id=res.id, identity_id=key_reference(res.get("user")).default(""), **identity(res),
        enabled=res.get("status").equals("Active").default(True), long_lived=True, secret_encrypted=Cell(not res.get("pgp_key").absent, res.get("pgp_key").at),
    )  # fmt: skip


@REGISTRY.adapter("aws_iam_account_password_policy")
def password_policy(res: Resource, world: World) -> Iterator[Row]:
    """Defaults of the resource: six characters, nothing required, no expiry, reuse allowed."""
    required = {f"require_{c}": res.get(f"require_{n}").as_bool().default(False) for c, n in (
        ("lowercase", "lowercase_characters"), ("uppercase", "uppercase_characters"), ("digits", "numbers"), ("symbols", "symbols"))}  # fmt: skip
    yield make_row(
        "password_policy", res.at, policy_id=res.id, **identity(res), min_length=res.get("minimum_password_length").as_int().default(6), **required, character_classes=NO_SETTING,
        max_age_days=res.get("max_password_age").as_int().default(0), reuse_prevention=res.get("password_reuse_prevention").as_int().default(0), max_attempts=NO_SETTING,
    )  # fmt: skip


@REGISTRY.adapter("aws_lambda_permission", "aws_lambda_function_url")
def function_permission(res: Resource, world: World) -> Iterator[Row]:
    """Who may call a function: a principal of ``*`` without a source, or a URL without authentication, is everyone."""
    if res.type == "aws_lambda_function_url":
        anyone, conditioned = res.get("authorization_type").equals("NONE"), Cell(False)
    else:
        anyone = res.get("principal").equals("*")
        conditioned = Cell(not (res.get("source_arn").absent and res.get("source_account").absent and res.get("principal_org_id").absent))
    yield make_row(
        "permission_statement", res.at, statement_id=res.id, policy_id=res.id, policy_kind="resource", effect="allow", actions="lambda:InvokeFunction", all_actions=False,
        service_wildcard=False, all_resources=False, any_principal=anyone, conditioned=conditioned, attached_directly=False, **identity(res),
    )  # fmt: skip
