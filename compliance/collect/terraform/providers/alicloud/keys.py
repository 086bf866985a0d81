"""Key Management Service: keys and the policies of keys and secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from compliance.collect.terraform.providers.alicloud.policies import is_public, statements
from compliance.collect.terraform.providers.alicloud.policy_rows import statement_rows
from compliance.collect.terraform.providers.alicloud.registry import REGISTRY
from compliance.collect.terraform.providers.alicloud.settings import common, first, linked
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, Reason, Unknown, all_true
from compliance.model.row import NO_SETTING, Row, make_row

# key_spec -> (algorithm as the table spells it, bits, symmetric); provider page kms_key
_SPECS: Final = {
    "aliyun_aes_256": ("AES_256", 256, True),
    "aliyun_aes_192": ("AES_192", 192, True),
    "aliyun_aes_128": ("AES_128", 128, True),
    "aliyun_sm4": ("SM4", 128, True),
    "rsa_2048": ("RSA_2048", 2048, False),
    "rsa_3072": ("RSA_3072", 3072, False),
    "rsa_4096": ("RSA_4096", 4096, False),
    "ec_p256": ("EC_P256", 256, False),
    "ec_p256k": ("EC_P256K", 256, False),
    "ec_sm2": ("EC_SM2", 256, False),
}


@REGISTRY.adapter("alicloud_kms_key", reads=("alicloud_kms_alias",))
def key(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages kms_key, kms_alias.

    Defaults: Aliyun_AES_256, Aliyun_KMS material, no rotation, enabled, no deletion protection, deletion
    after 30 days.  Asymmetric and imported keys cannot rotate by themselves.
    """
    spec = resource.get("key_spec").default("Aliyun_AES_256").as_str()
    origin = resource.get("origin").default("Aliyun_KMS").equals("aliyun_kms")
    supported = all_true((_spec(spec, 2), origin))
    enabled = resource.get("automatic_rotation").as_bool().default(False)
    policy = resource.get("policy")
    yield make_row(
        "kms_key",
        resource.at,
        **common(resource),
        key_id=resource.id,
        name=_name(resource, world),
        algorithm=_spec(spec, 0),
        key_bits=_spec(spec, 1),
        purpose=resource.get("key_usage").default("ENCRYPT/DECRYPT").equals("sign/verify").map(lambda s: "signing" if s else "storage"),
        status=_status(resource),
        rotation_supported=supported,
        rotation_enabled=NO_SETTING if supported.value is False else enabled,
        rotation_days=_rotation_days(resource, enabled),
        deletion_window_days=first(resource, "pending_window_in_days", "deletion_window_in_days").as_int().default(30),
        deletion_protection=resource.get("deletion_protection").as_bool().default(False),
        policy_open=is_public(statements(policy, world), policy.at),
    )
    yield from statement_rows(resource, world, policy, "resource")


def _spec(spec: Cell, part: int) -> Cell:
    def look(text: str) -> Any:
        found = _SPECS.get(text.lower())
        return Unknown(Reason("unreadable_value", text[:60])) if found is None else found[part]

    return spec.map(look)


def _name(resource: Resource, world: World) -> Cell:
    for alias in linked(world, resource, "key_id", "alicloud_kms_alias"):
        return alias.get("alias_name").as_str()
    return resource.get("description").as_str()


def _status(resource: Resource) -> Cell:
    old = resource.get("is_enabled").as_bool()
    stated = first(resource, "status", "key_state")
    if stated.absent and not old.absent:
        return old.map(lambda on: "enabled" if on else "disabled")
    return stated.default("Enabled").as_str().map(_status_word)


def _status_word(text: str) -> object:
    words = {"enabled": "enabled", "disabled": "disabled", "pendingdeletion": "pending_deletion"}
    return words.get(text.lower(), Unknown(Reason("unreadable_value", text[:60])))


_SECONDS: Final = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}


def _rotation_days(resource: Resource, enabled: Cell) -> Any:
    if enabled.value is False:
        return NO_SETTING
    return resource.get("rotation_interval").as_str().map(_days)


def _days(text: str) -> object:
    match = re.fullmatch(r"(\d{1,12})([dhms])", text.strip().lower())
    if match is None:
        return Unknown(Reason("unreadable_value", text[:60]))
    # Part of a day counts as a day: the key may be that old.
    return -(-int(match[1]) * _SECONDS[match[2]] // 86_400)


@REGISTRY.adapter("alicloud_kms_secret")
def secret(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page kms_secret: the policy of the secret, when it has one."""
    return statement_rows(resource, world, resource.get("policy"), "resource")
