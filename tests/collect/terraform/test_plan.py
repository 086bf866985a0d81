"""Plans as ``terraform show -json`` writes them."""

from __future__ import annotations

import json
from typing import Any

from compliance.collect.repository import collect
from compliance.collect.tree import MemoryTree
from compliance.model.row import Row


def _plan(**changes: Any) -> dict[str, Any]:
    return {
        "format_version": "1.2",
        "terraform_version": "1.9.5",
        "planned_values": {
            "root_module": {
                "resources": [
                    {"address": "aws_s3_bucket.a", "mode": "managed", "type": "aws_s3_bucket", "name": "a", "values": {"bucket": "acme", "acl": None}},
                    {"address": "aws_s3_bucket_versioning.a", "mode": "managed", "type": "aws_s3_bucket_versioning", "name": "a",
                     "values": {"versioning_configuration": [{"status": "Enabled"}]}},
                    {"address": "aws_db_instance.d", "mode": "managed", "type": "aws_db_instance", "name": "d",
                     "values": {"engine": "mysql", "storage_encrypted": False, "publicly_accessible": True}},
                ],
                "child_modules": [
                    {"address": "module.m[0]", "resources": [
                        {"address": "module.m[0].aws_ebs_volume.v", "mode": "managed", "type": "aws_ebs_volume", "name": "v", "values": {"encrypted": None}}]}
                ],
            }
        },
        "resource_changes": [
            {"address": "aws_s3_bucket.a", "change": {"after_unknown": {"id": True, "policy": True}}},
            {"address": "aws_s3_bucket_versioning.a", "change": {"after_unknown": {"bucket": True, "versioning_configuration": [{}]}}},
            {"address": "module.m[0].aws_ebs_volume.v", "change": {"after_unknown": {"encrypted": True}}},
        ],
        "configuration": {
            "provider_config": {"aws": {"name": "aws", "expressions": {"region": {"constant_value": "cn-north-1"}}}},
            "root_module": {
                "resources": [
                    {"address": "aws_s3_bucket.a", "mode": "managed", "type": "aws_s3_bucket", "name": "a", "provider_config_key": "aws",
                     "expressions": {"bucket": {"constant_value": "acme"}}},
                    {"address": "aws_s3_bucket_versioning.a", "mode": "managed", "type": "aws_s3_bucket_versioning", "name": "a", "provider_config_key": "aws",
                     "expressions": {"bucket": {"references": ["aws_s3_bucket.a.id", "aws_s3_bucket.a"]}, "versioning_configuration": [{}]}},
                    {"address": "aws_db_instance.d", "mode": "managed", "type": "aws_db_instance", "name": "d", "provider_config_key": "aws", "expressions": {}},
                ],
                "module_calls": {"m": {"module": {"resources": [
                    {"address": "aws_ebs_volume.v", "mode": "managed", "type": "aws_ebs_volume", "name": "v", "provider_config_key": "aws",
                     "expressions": {"encrypted": {"references": ["data.x.y.z"]}}}]}}},
            },
        },
        **changes,
    }  # fmt: skip


def _rows(text: str) -> dict[str, Row]:
    snapshot = collect(MemoryTree({"plan.json": text.encode()}))
    return {f"{r.table}/{r.values.get('resource_id')}": r for r in snapshot.rows}


def test_a_plan_gives_the_same_rows_as_its_source() -> None:
    rows = _rows(json.dumps(_plan(), indent=1))
    bucket = rows["object_storage/plan.json:aws_s3_bucket.a"]
    assert bucket.values["versioning"] is True, "the separate resource is linked although the id is known only after apply"
    assert bucket.values["region"] == "cn-north-1"
    database = rows["database/plan.json:aws_db_instance.d"]
    assert (database.values["encrypted"], database.values["public_access"]) == (False, True)
    assert database.at.line > 1, "an indented plan shows the line of the resource"


def test_known_after_apply_is_unknown_with_its_reason() -> None:
    volume = _rows(json.dumps(_plan()))["block_volume/plan.json:module.m[0].aws_ebs_volume.v"]
    assert volume.values["encrypted"] is None
    assert volume.nulls["encrypted"].code == "known_after_apply"


def test_computed_attributes_that_nobody_wrote_are_not_written() -> None:
    snapshot = collect(MemoryTree({"plan.json": json.dumps(_plan()).encode()}))
    assert not [r for r in snapshot.rows if r.table == "permission_statement"], "policy is computed, not configured"


def test_a_broken_plan_is_one_line_and_the_run_goes_on() -> None:
    text = json.dumps(_plan())[:-50]
    snapshot = collect(MemoryTree({"plan.json": text.encode(), "main.tf": b'resource "aws_ebs_volume" "v" {}'}))
    assert [(n.path, n.status) for n in snapshot.notes if n.status == "unparsed"] == [("plan.json", "unparsed")]
    assert any(r.table == "block_volume" for r in snapshot.rows)
