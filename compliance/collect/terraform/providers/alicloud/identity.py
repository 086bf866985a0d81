"""RAM accounts: users, console logins, access keys and password policies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from compliance.collect.terraform.providers.alicloud.registry import REGISTRY
from compliance.collect.terraform.providers.alicloud.settings import common, first, linked
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, any_true
from compliance.model.row import NO_SETTING, Row, make_row

_USER: Final = "alicloud_ram_user"
_BY_NAME: Final = ("name", "id")


@REGISTRY.adapter(
    _USER,
    reads=("alicloud_ram_login_profile", "alicloud_ram_user_policy_attachment", "alicloud_ram_security_preference"),
)
def user(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages ram_user, ram_login_profile, ram_user_policy_attachment, ram_security_preference.

    A user signs in to the console only with a login profile.  MFA was bound by default in older
    versions and is not in newer ones: not bound, the stricter, counts.
    """
    profiles = linked(world, resource, "user_name", "alicloud_ram_login_profile", by=_BY_NAME)
    attachments = _direct(resource, world)
    yield _identity_row(
        resource,
        first(resource, "name", "display_name"),
        world,
        profiles[0] if profiles else None,
        Cell(True, attachments[0].get("policy_name").at) if attachments else Cell(False),
        any_true(a.get("policy_name").equals("AdministratorAccess") for a in attachments).default(False),
    )


def _direct(resource: Resource, world: World) -> list[Resource]:
    found = list(linked(world, resource, "user_name", "alicloud_ram_user_policy_attachment", by=_BY_NAME))
    for other in linked(world, resource, "principal_name", "alicloud_resource_manager_policy_attachment", by=_BY_NAME):
        if other.get("principal_type").equals("imsuser").value is not False:
            found.append(other)
    return found


@REGISTRY.adapter("alicloud_ram_login_profile")
def lone_profile(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page ram_login_profile, for a user that this repository does not declare."""
    if _owner(resource, world) is None:
        yield _identity_row(resource, resource.get("user_name"), world, resource, Cell(False), Cell(False))


@REGISTRY.adapter("alicloud_ram_user_policy_attachment")
def lone_attachment(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page ram_user_policy_attachment, for a user that this repository does not declare."""
    if _owner(resource, world) is None:
        direct = Cell(True, resource.get("policy_name").at)
        admin = resource.get("policy_name").equals("AdministratorAccess")
        yield _identity_row(resource, resource.get("user_name"), world, None, direct, admin)


def _owner(resource: Resource, world: World) -> Resource | None:
    name = resource.get("user_name")
    for ref in name.refs:
        found = world.find(ref)
        if found is not None and found.type == _USER:
            return found
    if name.known:
        for candidate in world.of_type(_USER):
            if candidate.get("name").value == name.value:
                return candidate
    return None


def _identity_row(resource: Resource, name: Cell, world: World, profile: Resource | None, direct: Cell, privileged: Cell) -> Row:
    reset = NO_SETTING if profile is None else profile.get("password_reset_required").as_bool().default(False)
    return make_row(
        "identity",
        resource.at,
        **common(resource),
        identity_id=resource.id,
        name=Cell(name.refs[0], name.at) if name.refs else name.as_str(),
        system_id="alicloud-ram",
        person_type="none" if profile is None else "employee",
        enabled=True,
        console_access=Cell(False) if profile is None else Cell(True, profile.at),
        mfa_enabled=NO_SETTING if profile is None else _mfa(profile, world),
        password_reset_required=reset,
        privileged=privileged,
        direct_permissions=direct,
    )


def _mfa(profile: Resource, world: World) -> Cell:
    """MFA bound to this login, or demanded of every login of the account."""
    own = profile.get("mfa_bind_required").as_bool()
    everyone = [_demands_mfa(preference) for preference in world.of_type("alicloud_ram_security_preference")]
    result = any_true((own.default(False), *everyone))
    # Without MFA the finding stands at the login, not at some other setting.
    return Cell(False, own.at or profile.at) if result.value is False else result


def _demands_mfa(preference: Resource) -> Cell:
    operation = preference.get("mfa_operation_for_login")
    if operation.absent:
        return preference.get("enforce_mfa_for_login").as_bool().default(False)
    return operation.as_str().equals("mandatory")


@REGISTRY.adapter("alicloud_ram_security_preference")
def security_preference(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page ram_security_preference: stands for every RAM user's console login of the account.

    ``enforce_mfa_for_login`` is false, ``mfa_operation_for_login`` independent by default.
    """
    yield make_row(
        "identity",
        resource.at,
        **common(resource),
        identity_id=resource.id,
        name="*",
        system_id="alicloud-ram",
        enabled=True,
        console_access=True,
        mfa_enabled=_demands_mfa(resource),
        password_reset_required=NO_SETTING,
        direct_permissions=NO_SETTING,
    )


@REGISTRY.adapter("alicloud_ram_access_key")
def access_key(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page ram_access_key: never expires; the secret enters the state in clear without ``pgp_key``."""
    name, pgp = resource.get("user_name"), resource.get("pgp_key")
    yield make_row(
        "access_key",
        resource.at,
        **common(resource),
        key_id=resource.id,
        identity_id=Cell(name.refs[0], name.at) if name.refs else name.as_str(),
        enabled=resource.get("status").default("Active").as_bool(),
        long_lived=True,
        secret_encrypted=Cell(not pgp.absent, pgp.at),
    )


@REGISTRY.adapter("alicloud_ram_account_password_policy", "alicloud_ram_password_policy")
def password_policy(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages ram_account_password_policy (defaults 12 characters of every kind, 5 attempts) and
    ram_password_policy (defaults 8 characters, no kind asked for, attempts unlimited); passwords of both
    never expire and may be reused by default.
    """
    strict = resource.type == "alicloud_ram_account_password_policy"
    attempts = first(resource, "max_login_attempts", "max_login_attemps")
    kinds = {
        column: resource.get(f"require_{name}").as_bool().default(strict)
        for column, name in (
            ("require_lowercase", "lowercase_characters"),
            ("require_uppercase", "uppercase_characters"),
            ("require_digits", "numbers"),
            ("require_symbols", "symbols"),
        )
    }
    unknown = next((cell for cell in kinds.values() if not cell.known), None)
    yield make_row(
        "password_policy",
        resource.at,
        **common(resource),
        policy_id=resource.id,
        min_length=resource.get("minimum_password_length").as_int().default(12 if strict else 8),
        **kinds,
        character_classes=unknown or Cell(sum(cell.value is True for cell in kinds.values())),
        max_age_days=resource.get("max_password_age").as_int().default(0),
        reuse_prevention=resource.get("password_reuse_prevention").as_int().default(0),
        max_attempts=attempts.as_int().default(5 if strict else 0),
    )
