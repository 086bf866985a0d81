"""Key Management Service and Secrets Manager."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from compliance.collect.terraform.providers.common import identity
from compliance.collect.terraform.providers.tencentcloud.registry import REGISTRY
from compliance.collect.terraform.providers.tencentcloud.settings import switch
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, Reason, Unknown
from compliance.model.row import NO_SETTING, Row, make_row

# key_usage -> (algorithm, bits or 0 where the usage does not tell, purpose); provider page kms_key
_USAGES: Final = {
    "encrypt_decrypt": ("AES-256", 256, "storage"),
    "asymmetric_decrypt_rsa_2048": ("RSA_2048", 2048, "storage"),
    "asymmetric_decrypt_sm2": ("SM2", 256, "storage"),
    "asymmetric_sign_verify_sm2": ("SM2", 256, "signing"),
    "asymmetric_sign_verify_rsa_2048": ("RSA_2048", 2048, "signing"),
    "asymmetric_sign_verify_ecc": ("ECC", 256, "signing"),
}


def _usage(usage: Cell, part: int) -> Cell:
    def look(text: str) -> Any:
        found = _USAGES.get(text.lower())
        return Unknown(Reason("unreadable_value", text[:60])) if found is None else found[part]

    return usage.map(look)


@REGISTRY.adapter("tencentcloud_kms_key", "tencentcloud_kms_external_key")
def key(res: Resource, world: World) -> Iterator[Row]:
    """Provider pages kms_key, kms_external_key.

    Defaults: ENCRYPT_DECRYPT, no rotation, deletion after 7 days.  Only symmetric keys that KMS made rotate
    by themselves.  ``is_enabled`` is false by default, but a key in use is enabled, at the latest in the
    console: only a written false counts as disabled.
    """
    usage = res.get("key_usage").default("ENCRYPT_DECRYPT").as_str()
    external = res.type == "tencentcloud_kms_external_key"
    supported = Cell(False) if external else usage.map(lambda text: text.upper() == "ENCRYPT_DECRYPT")
    rotation = switch(res.get("key_rotation_enabled")).default(False)
    enabled = switch(res.get("is_enabled")).default(True)
    yield make_row(
        "kms_key", res.at, key_id=res.id, name=res.get("alias").as_str().default(""), **identity(res), algorithm=_usage(usage, 0), key_bits=_usage(usage, 1),
        purpose=_usage(usage, 2), status=enabled.map(lambda on: "enabled" if on else "disabled"), rotation_supported=supported,
        rotation_enabled=NO_SETTING if supported.value is False else rotation,
        # KMS rotates once a year (KMS "Key rotation"); the period cannot be set here.
        rotation_days=rotation.map(lambda on: 365) if rotation.value is True and supported.value is True else NO_SETTING,
        deletion_window_days=res.get("pending_delete_window_in_days").as_int().default(7), deletion_protection=NO_SETTING, policy_open=NO_SETTING,
    )  # fmt: skip
