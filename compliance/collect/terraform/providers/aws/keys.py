"""KMS keys.

Provider pages: aws_kms_key, aws_kms_external_key, aws_kms_replica_key, aws_kms_key_policy, aws_kms_alias, aws_kms_ciphertext.
"""

from __future__ import annotations

from collections.abc import Iterator

from compliance.collect.terraform.providers.aws.registry import REGISTRY
from compliance.collect.terraform.providers.aws.settings import text
from compliance.collect.terraform.providers.common import identity, lacks
from compliance.collect.terraform.providers.policy import is_public, statement_rows
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, any_true
from compliance.model.row import Row, make_row


def _bits(spec: str) -> int:
    digits = spec.rpartition("_")[2].lstrip("P")
    return int(digits) if digits.isdigit() else 256


@REGISTRY.adapter("aws_kms_key", "aws_kms_external_key", "aws_kms_replica_key", "aws_kms_replica_external_key", reads=("aws_kms_key_policy", "aws_kms_alias"))
def key(res: Resource, world: World) -> Iterator[Row]:
    """Keys: rotation off, 30 days before deletion unless said.

    Only symmetric keys with material made by KMS rotate by themselves; a replica follows its primary key.
    """
    spec = res.get("customer_master_key_spec").as_str().default("SYMMETRIC_DEFAULT")
    own = res.type == "aws_kms_key" and res.get("custom_key_store_id").absent
    rotates = spec.map(lambda v: v == "SYMMETRIC_DEFAULT") if own else Cell(False)
    rotation = {
        "rotation_enabled": res.get("enable_key_rotation").as_bool().default(False),
        "rotation_days": res.get("rotation_period_in_days").as_int().default(365),
    } if rotates.value is not False else lacks("rotation_enabled", "rotation_days")  # fmt: skip
    usage = res.get("key_usage").as_str().default("ENCRYPT_DECRYPT")
    policies = [p.get("policy") for p in (*world.linked(res, "key_id", "aws_kms_key_policy", by=("id", "key_id")), res)]
    enabled = res.get("is_enabled" if res.type == "aws_kms_key" else "enabled").as_bool().default(True)
    yield make_row(
        "kms_key", res.at, key_id=res.id, name=text(res, "description"), **identity(res), algorithm=spec.map(lambda v: "AES_256" if v == "SYMMETRIC_DEFAULT" else v),
        key_bits=spec.map(_bits), purpose=usage.map(lambda v: "storage" if v == "ENCRYPT_DECRYPT" else "signing"),
        status=enabled.map(lambda v: "enabled" if v else "disabled"), rotation_supported=rotates, **rotation,
        deletion_window_days=res.get("deletion_window_in_days").as_int().default(30), policy_open=any_true(is_public(p, world, res.at) for p in policies).default(False),
        **lacks("deletion_protection", "admins_can_decrypt"),
    )  # fmt: skip
    yield from statement_rows(res, world, res.get("policy"), "resource")
