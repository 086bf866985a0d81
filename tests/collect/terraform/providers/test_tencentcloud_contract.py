"""Every Tencent Cloud adapter keeps the contract of the tables, whatever a repository says."""

from __future__ import annotations

import re
from typing import Any

import pytest

from compliance.collect.terraform.providers.tencentcloud import REGISTRY
from compliance.model.cell import Cell
from compliance.model.row import Row
from tests.collect.terraform.harness import rows
from tests.collect.terraform.providers import test_alicloud_contract as contract


class FakeBlock(contract.FakeBlock):
    """The same odd block in a Tencent Cloud region."""

    type = provider = "tencentcloud"
    address = id = "tencentcloud_x.y"
    region = Cell("ap-guangzhou")

    def blocks(self, path: str) -> list[Any]:
        return [FakeBlock(self.value, self.depth - 1)] if self.depth else []


def check(row: Row) -> None:
    """The shared contract, and that a value of an enum column is one of its words."""
    contract.check(row)
    for name, value in row.values.items():
        words = re.fullmatch(r"enum\((.*)\)", contract.COLUMNS[row.table][name]["type"])
        assert words is None or value is None or value in words[1].split("|"), (row.table, name, value)


# https makes the adapters look at TLS settings, http at redirections, ingress at rules.
WORDS = ["http", "https", "HTTP&HTTPS", "TLSv1.2", "ingress", "on", "ap-hongkong", 1, 4]


@pytest.mark.parametrize("value", [*contract.ODD, *WORDS], ids=lambda value: f"{type(value).__name__}:{str(value)[:20] if not isinstance(value, int) else ''}")
def test_no_value_makes_an_adapter_fail_or_break_a_column_type(value: Any) -> None:
    for kind, adapters in REGISTRY.types.items():
        resource = FakeBlock(value)
        resource.type = kind
        for adapter in adapters:
            for row in adapter(resource, contract.FakeWorld(resource)):  # type: ignore[arg-type]
                check(row)


def test_all_adapters_together_give_unique_keys() -> None:
    text = "".join(f'resource "{kind}" "{name}" {{}}\n' for kind in REGISTRY.types for name in ("a", "b"))
    seen: set[tuple[Any, ...]] = set()
    for row in rows(text):
        check(row)
        keys = tuple(row.values.get(name) for name, column in contract.COLUMNS[row.table].items() if column.get("required"))
        assert (row.table, *keys) not in seen, (row.table, keys)
        seen.add((row.table, *keys))
    assert len(seen) > 2 * len(REGISTRY.types) * 0.6


def test_every_adapter_names_its_pages() -> None:
    for kind, adapters in REGISTRY.types.items():
        for adapter in adapters:
            assert re.search(r"[Pp]ages? |Resource ", adapter.__doc__ or ""), (kind, adapter.__name__)


def test_count_gives_each_instance_its_own_rows() -> None:
    found = rows('resource "tencentcloud_cbs_storage" "d" {\n  count = 2\n}\n', "block_volume")
    assert [row.values["resource_id"] for row in found] == ["tencentcloud_cbs_storage.d[0]", "tencentcloud_cbs_storage.d[1]"]


def test_a_policy_of_ten_thousand_brackets_is_unreadable_not_fatal() -> None:
    text = 'resource "tencentcloud_cos_bucket" "b" {\n  bucket = "b"\n}\nresource "tencentcloud_cos_bucket_policy" "p" {\n  bucket = "b"\n  policy = "' + "[" * 10_000 + '"\n}\n'
    row = rows(text, "object_storage")[0]
    assert row.nulls["public_access"].code == "unreadable_value"
