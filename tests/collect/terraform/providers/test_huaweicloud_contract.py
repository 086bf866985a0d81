"""Every adapter keeps the contract of the tables, whatever a repository says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from compliance.collect.terraform.providers.huaweicloud import REGISTRY
from compliance.model.cell import Cell, Reason, Unknown
from compliance.model.location import Location
from compliance.model.row import Row
from tests.collect.terraform.harness import rows

_TABLES = Path(__file__).parents[4] / "evidence" / "tables"
COLUMNS: dict[str, dict[str, Any]] = {path.stem: yaml.safe_load(path.read_text())["columns"] for path in _TABLES.glob("*.yaml")}
AT = Location("main.tf", 1, 9)


class FakeBlock:
    """A block in which every attribute has the same value and every block exists once, three levels deep."""

    at = AT
    type = provider = "huaweicloud"
    address = id = "huaweicloud_x.y"
    region = Cell("cn-north-4")

    def __init__(self, value: Any, depth: int = 3) -> None:
        self.value, self.depth = value, depth

    def get(self, path: str) -> Cell:
        return Cell(self.value, AT)

    def blocks(self, path: str) -> list[Any]:
        return [FakeBlock(self.value, self.depth - 1)] if self.depth else []

    def has(self, path: str) -> bool:
        return self.value is not None


class FakeWorld:
    """A world in which every search finds the same odd resource."""

    folder = ""

    def __init__(self, resource: Any) -> None:
        self.resource = resource

    def of_type(self, *types: str) -> list[Any]:
        return [self.resource]

    def find(self, ref: str) -> Any:
        return self.resource

    def linked(self, target: Any, attribute: str, *types: str, by: Any = ()) -> list[Any]:
        return [self.resource]

    def providers(self) -> list[Any]:
        return []


ODD: list[Any] = [
    None,
    "",
    "x",
    "0.0.0.0/0",
    "I|1|P1D",
    -1,
    3.5,
    float("inf"),
    10**400,
    True,
    [],
    ["a", ["b"], {"c": None}, None, 7],
    {},
    {"Statement": [[], None, {"Effect": 1, "Action": {"a": 1}, "Principal": [[]], "Condition": [1]}]},
    {"Statement": {"Effect": "Allow", "Condition": {"Bool": {"k": {"x": 1}}}}},
    Unknown(Reason("unresolved_variable", "var.x")),
    Unknown(Reason("unresolved_reference", "a.b.c"), ("huaweicloud_x.y.id",), "${huaweicloud_x.y.id}"),
    [Unknown(Reason("unresolved_variable", "var.x"))],
]


@pytest.mark.parametrize("value", ODD, ids=lambda value: f"{type(value).__name__}:{str(value)[:20] if not isinstance(value, int) else ''}")
def test_no_value_makes_an_adapter_fail_or_break_a_column_type(value: Any) -> None:
    for kind, adapters in REGISTRY.types.items():
        resource = FakeBlock(value)
        resource.type = kind
        for adapter in adapters:
            for row in adapter(resource, FakeWorld(resource)):  # type: ignore[arg-type]
                check(row)


def check(row: Row) -> None:
    declared = COLUMNS[row.table]
    for name, value in row.values.items():
        assert name in declared, f"{row.table}.{name} is not declared"
        kind = declared[name]["type"]
        if name in row.lacks:
            assert declared[name].get("may_lack"), f"{row.table}.{name} may not lack its setting"
        elif value is None:
            assert name in row.nulls, f"{row.table}.{name} is null without a reason"
        elif kind == "bool":
            assert isinstance(value, bool), (row.table, name, value)
        elif kind == "int":
            assert isinstance(value, int) and not isinstance(value, bool), (row.table, name, value)
        else:
            assert isinstance(value, str), (row.table, name, value)


def test_all_adapters_together_give_unique_keys() -> None:
    text = "".join(f'resource "{kind}" "{name}" {{}}\n' for kind in REGISTRY.types for name in ("a", "b"))
    seen: set[tuple[Any, ...]] = set()
    for row in rows(text):
        check(row)
        keys = tuple(row.values.get(name) for name, column in COLUMNS[row.table].items() if column.get("required"))
        assert (row.table, *keys) not in seen, (row.table, keys)
        seen.add((row.table, *keys))
    assert len(seen) > 2 * len(REGISTRY.types) * 0.7


def test_count_gives_each_instance_its_own_rows() -> None:
    found = rows('resource "huaweicloud_evs_volume" "d" {\n  count = 2\n}\n', "block_volume")
    assert [row.values["resource_id"] for row in found] == ["huaweicloud_evs_volume.d[0]", "huaweicloud_evs_volume.d[1]"]


def test_a_policy_of_ten_thousand_brackets_is_unreadable_not_fatal() -> None:
    text = 'resource "huaweicloud_obs_bucket" "b" {\n  policy = "' + "[" * 10_000 + '"\n}\n'
    row = rows(text, "object_storage")[0]
    assert row.nulls["public_access"].code == "unreadable_value"
