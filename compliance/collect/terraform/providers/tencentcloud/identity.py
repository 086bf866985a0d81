"""CAM: users, roles, policies, attachments, access keys, MFA flags.

CAM's password rules have no resource in the provider: they are set in the console.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from compliance.collect.terraform.providers.common import identity, key_reference
from compliance.collect.terraform.providers.policy import managed_attachment, statement_rows
from compliance.collect.terraform.providers.tencentcloud.registry import REGISTRY
from compliance.collect.terraform.providers.tencentcloud.settings import either, names_key, switch
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell
from compliance.model.row import NO_SETTING, Row, make_row

_USER: Final = "tencentcloud_cam_user"
_ATTACHMENT: Final = "tencentcloud_cam_user_policy_attachment"
_MFA: Final = "tencentcloud_cam_mfa_flag"
_BY: Final = ("name", "id")


@REGISTRY.adapter(_USER, reads=(_MFA, _ATTACHMENT))
def user(res: Resource, world: World) -> Iterator[Row]:
    """Provider pages cam_user, cam_mfa_flag, cam_user_policy_attachment.

    Neither console nor access keys unless said; MFA at log-in is a flag of its own resource, bound by the
    user's ``uin``.  ``use_api`` makes a key whose secret enters the state in clear.
    """
    direct = [*world.linked(res, "user_name", _ATTACHMENT, by=_BY), *world.linked(res, "user_id", _ATTACHMENT, by=_BY)]
    login = switch(res.get("console_login")).default(False)
    yield make_row(
        "identity", res.at, identity_id=res.id, name=res.get("name").as_str().default(""), **identity(res), system_id="tencentcloud-cam",
        identity_type=login.map(lambda on: "human" if on else "service"), person_type=login.map(lambda on: "employee" if on else "none"), enabled=True,
        console_access=login, mfa_enabled=_mfa(res, world, login) if login.value is not False else NO_SETTING,
        password_reset_required=switch(res.get("need_reset_password")).default(False), privileged=either(*(_admin(a, world) for a in direct)),
        direct_permissions=Cell(bool(direct), direct[0].at if direct else None),
    )  # fmt: skip
    api = switch(res.get("use_api"))
    if not api.absent:
        yield make_row("access_key", res.at, key_id=f"{res.id}/use_api", identity_id=res.id, **identity(res), enabled=api, long_lived=True, secret_encrypted=False)


def _mfa(res: Resource, world: World, login: Cell) -> Cell:
    """A second factor at log-in: any of phone, soft token or WeChat is 1."""
    for flag in world.linked(res, "op_uin", _MFA, by=("uin", "id")):
        return either(*(switch(flag.get(f"login_flag.{kind}")) for kind in ("phone", "stoken", "wechat")))
    return Cell(False, login.at)


@REGISTRY.adapter("tencentcloud_cam_policy")
def policy(res: Resource, world: World) -> Iterator[Row]:
    """Provider page cam_policy: custom policies."""
    yield from statement_rows(res, world, res.get("document"), "identity")


@REGISTRY.adapter("tencentcloud_cam_policy_by_name")
def policy_by_name(res: Resource, world: World) -> Iterator[Row]:
    """Provider page cam_policy_by_name: custom policies."""
    yield from statement_rows(res, world, res.get("document"), "identity")


@REGISTRY.adapter("tencentcloud_cam_policy_version")
def policy_version(res: Resource, world: World) -> Iterator[Row]:
    """Provider page cam_policy_version: another version of a policy."""
    yield from statement_rows(res, world, res.get("policy_document"), "identity")


@REGISTRY.adapter("tencentcloud_cam_role", "tencentcloud_cam_role_by_name")
def role(res: Resource, world: World) -> Iterator[Row]:
    """Provider pages cam_role, cam_role_by_name: trust policies."""
    yield from statement_rows(res, world, res.get("document"), "trust")


_LIST: Final = "data.tencentcloud_cam_policies"


def _policy_name(res: Resource, world: World) -> Cell:
    """The attached policy as a name: stated, or by a data source that asks for a name; policy 1 is AdministratorAccess (待核)."""
    name = res.get("policy_name")
    if not name.absent:
        return name
    number = res.get("policy_id")
    if number.known:
        return Cell("AdministratorAccess" if str(number.value) == "1" else str(number.value), number.at)
    for ref in number.refs:
        source = world.find(ref)
        if source is not None and source.type == _LIST and source.has("name"):
            return source.get("name").map(lambda v: v)
    return number


def _admin(res: Resource, world: World) -> Cell:
    name = _policy_name(res, world)
    return Cell(False) if name.unknown else name.equals("AdministratorAccess", "QCloudResourceFullAccess")


@REGISTRY.adapter(
    _ATTACHMENT, "tencentcloud_cam_group_policy_attachment", "tencentcloud_cam_role_policy_attachment", "tencentcloud_cam_role_policy_attachment_by_name",
    reads=(_LIST,),
)  # fmt: skip
def attachment(res: Resource, world: World) -> Iterator[Row]:
    """Provider pages cam_user_policy_attachment, cam_group_policy_attachment, cam_role_policy_attachment(_by_name).

    A policy declared in this repository is read there; a ready-made one counts by its name.
    """
    number = res.get("policy_id")
    if any((found := world.find(ref)) is not None and found.type.startswith("tencentcloud_cam_policy") for ref in number.refs):
        return
    yield from managed_attachment(res, _policy_name(res, world), attached_directly=res.type == _ATTACHMENT)


@REGISTRY.adapter(_ATTACHMENT)
def lone_attachment(res: Resource, world: World) -> Iterator[Row]:
    """Provider page cam_user_policy_attachment, for a user that this repository does not declare."""
    name = res.get("user_name") if res.has("user_name") else res.get("user_id")
    if any(world.find(ref) is not None for ref in name.refs) or any(u.get("name").value == name.value for u in world.of_type(_USER) if name.known):
        return
    yield make_row(
        "identity", res.at, identity_id=res.id, name=key_reference(name).default(""), **identity(res), system_id="tencentcloud-cam", enabled=True,
        console_access=NO_SETTING, mfa_enabled=NO_SETTING, password_reset_required=NO_SETTING, privileged=_admin(res, world),
        direct_permissions=Cell(True, res.at),
    )  # fmt: skip


@REGISTRY.adapter("tencentcloud_cam_access_key")
def access_key(res: Resource, world: World) -> Iterator[Row]:
    """Provider page cam_access_key: never expires; the secret enters the state in clear without ``pgp_key``."""
    pgp = names_key(res.get("pgp_key"))
    secret: Any = pgp.default(False)
    yield make_row(
        "access_key", res.at, key_id=res.id, identity_id=key_reference(res.get("target_uin")).default(""), **identity(res),
        enabled=res.get("status").as_str().equals("Active").default(True), long_lived=True, secret_encrypted=secret,
    )  # fmt: skip
