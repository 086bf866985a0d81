"""Keys of the Data Encryption Workshop (DEW)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from compliance.collect.terraform.providers.common import place
from compliance.collect.terraform.providers.huaweicloud.registry import REGISTRY, types
from compliance.collect.terraform.providers.huaweicloud.settings import common, first, stated, word
from compliance.collect.terraform.resource import Resource, World
from compliance.model.row import NO_SETTING, Row, make_row

_BITS: Final = {
    "AES_256": 256,
    "AES_192": 192,
    "AES_128": 128,
    "SM4": 128,
    "RSA_2048": 2048,
    "RSA_3072": 3072,
    "RSA_4096": 4096,
    "EC_P256": 256,
    "EC_P384": 384,
    "SM2": 256,
    "HMAC_256": 256,
    "HMAC_384": 384,
    "HMAC_512": 512,
    "HMAC_SM3": 256,
}
_SYMMETRIC: Final = ("aes_256", "aes_192", "aes_128", "sm4")


@REGISTRY.adapter(*types("kms_key", "kms_key_v1"))
def key(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page kms_key; DEW "Key rotation": symmetric keys that KMS generated can be rotated.

    Defaults: AES_256, enabled, not rotated, rotated every 365 days once it is, deleted after seven days.
    A key has no policy, only grants to named users.
    """
    algorithm = stated(resource.get("key_algorithm")).as_str().default("AES_256").map(str.upper)
    imported = word(resource.get("origin")) == "external"
    rotatable = algorithm.map(lambda name: name.lower() in _SYMMETRIC and not imported)
    enabled = resource.get("is_enabled").as_bool().default(True)
    yield make_row(
        "kms_key",
        resource.at,
        **common(resource),
        key_id=resource.id,
        name=resource.get("key_alias").as_str(),
        algorithm=algorithm,
        key_bits=algorithm.map(lambda name: _BITS.get(name)).or_unknown("unreadable_value", "key_algorithm"),
        status=enabled.map(lambda on: "enabled" if on else "disabled"),
        rotation_supported=rotatable,
        rotation_enabled=NO_SETTING
        if rotatable.value is False
        else resource.get("rotation_enabled").as_bool().default(False),
        rotation_days=NO_SETTING
        if rotatable.value is False
        else first(resource, "rotation_interval").as_int().default(365),
        deletion_window_days=stated(resource.get("pending_days")).as_int().default(7),
        deletion_protection=NO_SETTING,
        policy_open=NO_SETTING,
        admins_can_decrypt=NO_SETTING,
    )


@REGISTRY.adapter("huaweicloud_kms_key_replicate")
def replicate(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page kms_key_replicate: the key also lies in ``replica_region``."""
    yield place(resource, "replica", "replication", resource.get("replica_region"))
