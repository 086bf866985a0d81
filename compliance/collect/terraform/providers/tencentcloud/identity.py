"""CAM.

Provider pages: tencentcloud_cam_user, tencentcloud_cam_policy, tencentcloud_cam_user_policy_attachment, tencentcloud_cam_role,
tencentcloud_cam_access_key.
"""

from __future__ import annotations

from collections.abc import Iterator

from compliance.collect.terraform.providers.common import identity, key_reference
from compliance.collect.terraform.providers.policy import statement_rows
from compliance.collect.terraform.providers.tencentcloud import REGISTRY
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell
from compliance.model.row import NO_SETTING, Row, make_row


@REGISTRY.adapter("tencentcloud_cam_user", reads=("tencentcloud_cam_mfa_flag",))
def user(res: Resource, world: World) -> Iterator[Row]:
    """Users: console and keys off unless said; MFA is a flag of its own."""
    direct = [*world.linked(res, "user_name", "tencentcloud_cam_user_policy_attachment"), *world.linked(res, "user_id", "tencentcloud_cam_user_policy_attachment")]
    flags = world.of_type("tencentcloud_cam_mfa_flag")
    login = res.get("console_login").as_bool().default(False)
    yield make_row(
        "identity", res.at, identity_id=res.id, name=res.get("name").as_str().default(""), **identity(res), identity_type="human" if login.value else "service", person_type="none",
        enabled=True, console_access=login, mfa_enabled=Cell(True, flags[0].at) if flags else Cell(False), privileged=False,
        password_reset_required=res.get("need_reset_password").as_bool().default(False), direct_permissions=Cell(bool(direct), direct[0].at if direct else None),
    )  # fmt: skip


@REGISTRY.adapter("tencentcloud_cam_policy")
def policy(res: Resource, world: World) -> Iterator[Row]:
    """Custom policies."""
    yield from statement_rows(res, world, res.get("document"), "identity")


@REGISTRY.adapter("tencentcloud_cam_role")
def role(res: Resource, world: World) -> Iterator[Row]:
    """Trust policies."""
    yield from statement_rows(res, world, res.get("document"), "trust")


@REGISTRY.adapter("tencentcloud_cam_access_key")
def access_key(res: Resource, world: World) -> Iterator[Row]:
    """Access keys never expire by themselves."""
    yield make_row(
        "access_key", res.at, key_id=res.id, identity_id=key_reference(res.get("target_uin")).default(""), **identity(res), enabled=res.get("status").equals("Active").default(True),
        long_lived=True, secret_encrypted=NO_SETTING if res.get("pgp_key").absent else Cell(True, res.get("pgp_key").at),
    )  # fmt: skip
