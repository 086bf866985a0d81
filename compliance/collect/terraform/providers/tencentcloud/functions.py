"""Serverless Cloud Function: logs, public URLs, custom domains."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from compliance.collect.terraform.providers.common import identity, log_source
from compliance.collect.terraform.providers.tencentcloud.registry import REGISTRY
from compliance.collect.terraform.providers.tencentcloud.settings import endpoint_row, names_key, word
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import Reason, Unknown
from compliance.model.location import Location
from compliance.model.row import Row, make_row


@REGISTRY.adapter("tencentcloud_scf_function")
def function(res: Resource, world: World) -> Iterator[Row]:
    """Provider page scf_function: logs go to the default topic of SCF unless ``cls_topic_id`` names one; secrets in
    ``environment`` are found by the scan of the text.
    """
    topic = res.get("cls_topic_id")
    if not topic.absent:
        yield log_source(res, "function", names_key(topic), topic)
    for number, block in enumerate(res.blocks("triggers")):
        yield from _http(res, block, f"/trigger/{number}", block.at)


@REGISTRY.adapter("tencentcloud_scf_trigger", "tencentcloud_scf_trigger_config")
def trigger(res: Resource, world: World) -> Iterator[Row]:
    """Provider pages scf_trigger, scf_trigger_config: an HTTP trigger (function URL) with authType NONE serves everyone."""
    yield from _http(res, res, "/trigger", res.at)


_KINDS: Final = ("http", "apigw")


def _http(res: Resource, block: Block, suffix: str, at: Location) -> Iterator[Row]:
    if word(block.get("type")) not in _KINDS:
        return
    anyone = block.get("trigger_desc").map(_anonymous)
    if anyone.absent:
        return
    yield make_row(
        "permission_statement", at, **identity(res), statement_id=f"{res.id}{suffix}", policy_id=res.id, policy_kind="resource", effect="allow",
        actions="scf:InvokeFunction", all_actions=False, service_wildcard=False, all_resources=False, any_principal=anyone, conditioned=False,
        attached_directly=False,
    )  # fmt: skip


def _find(value: Any, name: str) -> Any:
    """The first member *name* (without case) anywhere in decoded JSON."""
    if isinstance(value, dict):
        for key, item in value.items():
            if str(key).lower() == name:
                return item
        for item in value.values():
            if (found := _find(item, name)) is not None:
                return found
    return None


def _anonymous(value: Any) -> Any:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return Unknown(Reason("unreadable_value", "trigger_desc"))
    # Function URLs say authType, API gateway triggers authRequired; both may stay out (NONE, false: 待核).
    kind, required = _find(value, "authtype"), _find(value, "authrequired")
    if isinstance(kind, Unknown):
        return kind
    if kind is None and required is not None:
        return str(required).lower() in ("false", "no")
    return kind is None or str(kind).upper() == "NONE"


@REGISTRY.adapter("tencentcloud_scf_custom_domain")
def custom_domain(res: Resource, world: World) -> Iterator[Row]:
    """Provider page scf_custom_domain: HTTP, HTTPS or both (``HTTP&HTTPS``)."""
    protocol = res.get("protocol").as_str().map(str.upper)
    yield endpoint_row(
        res, "app_service", host=res.get("domain").as_str(), protocol=protocol.map(str.lower), internet_facing=True,
        plaintext=protocol.map(lambda text: "HTTP" in text.split("&")),
    )  # fmt: skip
