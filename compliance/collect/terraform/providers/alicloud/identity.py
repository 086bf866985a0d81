"""RAM.

Provider pages: alicloud_ram_user, alicloud_ram_login_profile, alicloud_ram_access_key, alicloud_ram_policy, alicloud_ram_user_policy_attachment,
alicloud_ram_role, alicloud_ram_account_password_policy.
"""

from __future__ import annotations

from collections.abc import Iterator

from compliance.collect.terraform.providers.alicloud import REGISTRY
from compliance.collect.terraform.providers.common import identity, key_reference
from compliance.collect.terraform.providers.policy import managed_attachment, statement_rows
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell
from compliance.model.row import NO_SETTING, Row, make_row

_BY = ("name", "user_name", "id")


@REGISTRY.adapter("alicloud_ram_user", reads=("alicloud_ram_login_profile",))
def user(res: Resource, world: World) -> Iterator[Row]:
    """Users: a login profile gives console access; MFA is bound only when it requires it."""
    login = [*world.linked(res, "user_name", "alicloud_ram_login_profile", by=_BY)]
    direct = world.linked(res, "user_name", "alicloud_ram_user_policy_attachment", by=_BY)
    mfa = login[0].get("mfa_bind_required").as_bool().default(True) if login else None
    yield make_row(
        "identity", res.at, identity_id=res.id, name=res.get("name").as_str().default(""), **identity(res), identity_type="human" if login else "service", person_type="none", enabled=True,
        console_access=Cell(bool(login), login[0].at if login else None), mfa_enabled=mfa if mfa is not None else NO_SETTING, privileged=False,
        password_reset_required=login[0].get("password_reset_required").as_bool().default(False) if login else NO_SETTING,
        direct_permissions=Cell(bool(direct), direct[0].at if direct else None),
    )  # fmt: skip


@REGISTRY.adapter("alicloud_ram_policy")
def policy(res: Resource, world: World) -> Iterator[Row]:
    """Custom policies: a document, or statement blocks of old provider versions."""
    document = next((c for n in ("policy_document", "document") if not (c := res.get(n)).absent), None)
    if document is not None:
        yield from statement_rows(res, world, document, "identity")
        return
    for index, block in enumerate(res.blocks("statement")):
        actions, resources = block.get("action"), block.get("resource")
        if actions.unknown or resources.unknown:
            continue
        yield make_row(
            "permission_statement", block.at, statement_id=f"{res.id}/{index}", policy_id=res.id, policy_kind="identity", effect=block.get("effect").as_str().map(str.lower),
            actions=actions.map(lambda v: ",".join(map(str, v))[:500]), all_actions=actions.map(lambda v: "*" in v), service_wildcard=actions.map(lambda v: any(str(a).endswith(":*") for a in v)),
            all_resources=resources.map(lambda v: "*" in v), any_principal=False, conditioned=False, attached_directly=False, **identity(res),
        )  # fmt: skip


@REGISTRY.adapter("alicloud_ram_role")
def role(res: Resource, world: World) -> Iterator[Row]:
    """Trust policy of a role."""
    document = next((c for n in ("assume_role_policy_document", "document") if not (c := res.get(n)).absent), Cell())
    yield from statement_rows(res, world, document, "trust")


@REGISTRY.adapter("alicloud_ram_user_policy_attachment", "alicloud_ram_group_policy_attachment", "alicloud_ram_role_policy_attachment")
def attachment(res: Resource, world: World) -> Iterator[Row]:
    """System policies attached by name."""
    name = res.get("policy_name")
    if name.known and res.get("policy_type").value == "System":
        yield from managed_attachment(res, name, "user" in res.type)


@REGISTRY.adapter("alicloud_ram_access_key")
def access_key(res: Resource, world: World) -> Iterator[Row]:
    """Access keys never expire by themselves."""
    yield make_row(
        "access_key", res.at, key_id=res.id, identity_id=key_reference(res.get("user_name")).default(""), **identity(res),
        enabled=res.get("status").equals("Active").default(True), long_lived=True, secret_encrypted=Cell(not res.get("pgp_key").absent, res.get("pgp_key").at),
    )  # fmt: skip


@REGISTRY.adapter("alicloud_ram_account_password_policy")
def password_policy(res: Resource, world: World) -> Iterator[Row]:
    """Defaults of the resource: twelve characters, all classes required, no expiry, reuse allowed, five attempts."""
    flags = {f"require_{c}": res.get(f"require_{n}").as_bool().default(True) for c, n in (
        ("lowercase", "lowercase_characters"), ("uppercase", "uppercase_characters"), ("digits", "numbers"), ("symbols", "symbols"))}  # fmt: skip
    yield make_row(
        "password_policy", res.at, policy_id=res.id, **identity(res), min_length=res.get("minimum_password_length").as_int().default(12), **flags, character_classes=NO_SETTING,
        max_age_days=res.get("max_password_age").as_int().default(0), reuse_prevention=res.get("password_reuse_prevention").as_int().default(0),
        max_attempts=res.get("max_login_attempts").as_int().default(5),
    )  # fmt: skip
