"""FunctionGraph: logs of functions, triggers that let anyone call one."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from compliance.collect.terraform.providers.common import log_source
from compliance.collect.terraform.providers.huaweicloud.registry import REGISTRY, types
from compliance.collect.terraform.providers.huaweicloud.settings import common, first, unreadable, word
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, Unknown
from compliance.model.row import Row, make_row

_GATEWAYS = ("apig", "dedicatedgateway")


@REGISTRY.adapter(*types("fgs_function", "fgs_function_v2"))
def function(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page fgs_function: ``enable_lts_log``; what holds when it is left out depends on the account."""
    switch = resource.get("enable_lts_log").as_bool()
    group = first(resource, "log_group_id", "log_group_name")
    if switch.absent and not group.absent:
        switch = Cell(True, group.at)
    if not switch.absent:
        yield log_source(resource, "function", switch, group)


@REGISTRY.adapter("huaweicloud_fgs_trigger")
def old_trigger(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page fgs_trigger: ``apig.security_authentication``, IAM by default; NONE asks nothing of the caller."""
    if word(resource.get("type")) in _GATEWAYS:
        mode = resource.get("apig.security_authentication").as_str().default("IAM")
        yield _row(resource, mode.equals("none"))


@REGISTRY.adapter("huaweicloud_fgs_function_trigger")
def trigger(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page fgs_function_trigger: ``event_data`` is JSON; for a gateway its ``auth`` is NONE, APP or IAM.

    待核: the name ``auth`` is that of the service's API, to which the page refers.
    """
    if word(resource.get("type")) in _GATEWAYS:
        data = resource.get("event_data")
        yield _row(resource, data.map(_without_authentication) if data.known else data.or_unknown("not_stated", "event_data"))


def _without_authentication(value: Any) -> Any:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return unreadable("event_data")
    if not isinstance(value, dict):
        return unreadable("event_data")
    mode = next((v for k, v in value.items() if str(k).lower() == "auth"), "IAM")
    return mode if isinstance(mode, Unknown) else str(mode).strip().lower() == "none"


def _row(resource: Resource, anyone: Cell) -> Row:
    return make_row(
        "permission_statement",
        resource.at,
        **common(resource),
        statement_id=f"{resource.id}/trigger",
        policy_id=resource.id,
        policy_kind="resource",
        effect="allow",
        actions="functiongraph:function:invoke",
        all_actions=False,
        service_wildcard=False,
        all_resources=False,
        any_principal=anyone,
        conditioned=False,
        attached_directly=False,
    )
