"""IAM users, access keys and password policies."""

from __future__ import annotations

from collections.abc import Iterable

from compliance.collect.terraform.providers.huaweicloud.database_rows import has_password
from compliance.collect.terraform.providers.huaweicloud.registry import REGISTRY, types
from compliance.collect.terraform.providers.huaweicloud.settings import (
    common,
    first,
    linked,
    links,
    names_something,
    word,
)
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, any_true
from compliance.model.row import NO_SETTING, Row, make_row

_MFA = types("identity_virtual_mfa_device", "identityv5_virtual_mfa_device")
_DIRECT = types(
    "identity_user_role_assignment",
    "identityv5_policy_user_attach",
    "identity_role_assignment",
    "identity_role_assignment_v3",
)
_READS = (*_MFA, *_DIRECT, *types("identityv5_login_profile"))


@REGISTRY.adapter(*types("identity_user", "identity_user_v3"), reads=_READS)
def user(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages identity_user, identity_virtual_mfa_device, identity_user_role_assignment.

    Defaults: enabled, access by console and by key, no login protection, a new password at the first login.
    """
    access = resource.get("access_type")
    console = has_password(resource, "password")
    if word(access) == "programmatic":
        console = Cell(False, access.at)
    elif word(access) in ("console", "default") and console.value is False:
        console = Cell(True, access.at)
    protected = names_something(
        first(resource, "login_protect_verification_method", "login_protect.verification_method")
    )
    yield _row(
        resource,
        world,
        console_access=access if access.unknown else console,
        mfa_enabled=any_true((protected, links(world, resource, "user_id", *_MFA))),
        password_reset_required=resource.get("pwd_reset").as_bool().default(True),
    )


@REGISTRY.adapter("huaweicloud_identityv5_user", reads=_READS)
def user_v5(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages identityv5_user, identityv5_login_profile, identityv5_virtual_mfa_device,
    identityv5_policy_user_attach: no console access without a login profile.
    """
    profiles = linked(world, resource, "user_id", "huaweicloud_identityv5_login_profile")
    reset = [p.get("password_reset_required").as_bool().default(False) for p in profiles]
    yield _row(
        resource,
        world,
        console_access=Cell(True, profiles[0].at) if profiles else Cell(False),
        mfa_enabled=links(world, resource, "user_id", *_MFA),
        password_reset_required=reset[0] if reset else NO_SETTING,
    )


def _row(resource: Resource, world: World, **columns: object) -> Row:
    merged: dict[str, object] = {"direct_permissions": links(world, resource, "user_id", *_DIRECT), **columns}
    return make_row(
        "identity",
        resource.at,
        **common(resource),
        identity_id=resource.id,
        name=resource.get("name").as_str(),
        enabled=resource.get("enabled").as_bool().default(True),
        **merged,  # type: ignore[arg-type]
    )


@REGISTRY.adapter(*types("identity_access_key", "identityv5_access_key"))
def access_key(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages identity_access_key, identityv5_access_key: a key does not expire; active by default."""
    owner = resource.get("user_id")
    pgp = resource.get("pgp_key")
    yield make_row(
        "access_key",
        resource.at,
        **common(resource),
        key_id=resource.id,
        identity_id=Cell(owner.refs[0], owner.at) if owner.refs else owner.as_str(),
        enabled=resource.get("status").as_bool().default(True),
        long_lived=True,
        secret_encrypted=names_something(pgp) if resource.type == "huaweicloud_identity_access_key" else NO_SETTING,
    )


_POLICIES = {"huaweicloud_identity_password_policy": "", "huaweicloud_identityv5_password_policy": "v5"}
_LOGINS = types("identity_login_policy", "identityv5_login_policy")


@REGISTRY.adapter(*_POLICIES, reads=_LOGINS)
def password_policy(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages identity_password_policy, identity_login_policy, identityv5_password_policy,
    identityv5_login_policy.

    The service counts kinds of characters and cannot ask for one kind: four of four asks for each, three asks for
    none in particular but is as strong as a policy is expected to be, two leaves each of them out.
    Defaults: 8 characters of two kinds, no expiry, the last password refused, locked after five failures.
    """
    kinds = resource.get("password_char_combination").as_int().default(2)
    each = NO_SETTING if kinds.value == 3 else kinds.map(lambda number: number >= 4)
    attempts = [p.get("login_failed_times").as_int() for p in world.of_type(*_LOGINS)]
    yield make_row(
        "password_policy",
        resource.at,
        **common(resource),
        policy_id=resource.id,
        min_length=resource.get("minimum_password_length").as_int().default(8),
        require_lowercase=each,
        require_uppercase=each,
        require_digits=each,
        require_symbols=each,
        character_classes=kinds,
        max_age_days=resource.get("password_validity_period").as_int().default(0),
        reuse_prevention=first(resource, "number_of_recent_passwords_disallowed", "password_reuse_prevention")
        .as_int()
        .default(1),
        max_attempts=next((a for a in attempts if not a.absent), Cell(5)),
    )


@REGISTRY.adapter("huaweicloud_identitycenter_password_policy")
def center_policy(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page identitycenter_password_policy.

    The page gives no defaults; what is left out is unknown.  1 is the only value of ``password_reuse_prevention``,
    so how many passwords are refused is no choice of the firm.
    """
    yield make_row(
        "password_policy",
        resource.at,
        **common(resource),
        policy_id=resource.id,
        min_length=resource.get("minimum_password_length").as_int(),
        require_lowercase=resource.get("require_lowercase_characters").as_bool(),
        require_uppercase=resource.get("require_uppercase_characters").as_bool(),
        require_digits=resource.get("require_numbers").as_bool(),
        require_symbols=resource.get("require_symbols").as_bool(),
        character_classes=NO_SETTING,
        max_age_days=resource.get("max_password_age").as_int(),
        reuse_prevention=NO_SETTING,
        max_attempts=NO_SETTING,
    )
