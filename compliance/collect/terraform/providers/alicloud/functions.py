"""Function Compute: logs, anonymous HTTP triggers and custom domains."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from compliance.collect.terraform.providers.alicloud.log_rows import log_source_row
from compliance.collect.terraform.providers.alicloud.registry import REGISTRY
from compliance.collect.terraform.providers.alicloud.settings import (
    Columns,
    common,
    first,
    lowest_tls,
    weak_cipher,
    word,
)
from compliance.collect.terraform.providers.alicloud.tls_rows import endpoint_row
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, Reason, Unknown
from compliance.model.row import Row, make_row


@REGISTRY.adapter("alicloud_fcv3_function", "alicloud_fc_service")
def function_log(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages fcv3_function, fc_service: logs are written once ``log_config`` names a log store."""
    store = resource.get("log_config.logstore")
    enabled = Cell(True, store.at) if store.unknown and store.refs else store.map(bool).default(False)
    yield log_source_row(resource, "function", "access", enabled, store)


@REGISTRY.adapter("alicloud_fcv3_trigger", "alicloud_fc_trigger")
def trigger(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages fcv3_trigger, fc_trigger: an HTTP trigger with ``authType`` anonymous serves everyone."""
    if word(first(resource, "trigger_type", "type")) != "http":
        return
    config = first(resource, "trigger_config", "config")
    anyone = config.map(_is_anonymous)
    yield make_row(
        "permission_statement",
        resource.at,
        **common(resource),
        statement_id=f"{resource.id}/trigger",
        policy_id=resource.id,
        policy_kind="resource",
        effect="allow",
        actions="fc:InvokeFunction",
        all_actions=False,
        service_wildcard=False,
        all_resources=False,
        any_principal=anyone,
        conditioned=False,
        attached_directly=False,
    )


def _is_anonymous(value: Any) -> Any:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return Unknown(Reason("unreadable_value", "trigger_config"))
    if not isinstance(value, dict):
        return Unknown(Reason("unreadable_value", "trigger_config"))
    kind = next((v for k, v in value.items() if str(k).lower() == "authtype"), "function")
    return kind if isinstance(kind, Unknown) else str(kind).lower() == "anonymous"


@REGISTRY.adapter("alicloud_fcv3_custom_domain", "alicloud_fc_custom_domain")
def custom_domain(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages fcv3_custom_domain (``tls_config.min_version``, default TLSv1.0), fc_custom_domain (no TLS
    settings): protocol HTTP, HTTPS or both.
    """
    protocol = resource.get("protocol").default("HTTP").as_str()
    names = protocol.map(lambda text: [part.strip().upper() for part in text.split(",")])
    columns: Columns = {}
    if isinstance(names.value, list) and "HTTPS" not in names.value:
        columns["min_tls"] = Cell("none", protocol.at)
    elif resource.type == "alicloud_fcv3_custom_domain":
        columns["min_tls"] = lowest_tls(resource.get("tls_config.min_version").default("TLSv1.0"))
        weak, weakest = weak_cipher(resource.get("tls_config.cipher_suites"))
        if not weak.absent:
            columns.update(weak_ciphers=weak, weakest_cipher=weakest)
    yield endpoint_row(
        resource,
        "app_service",
        host=first(resource, "custom_domain_name", "domain_name").as_str(),
        protocol=protocol.map(str.lower),
        internet_facing=True,
        plaintext=names.map(lambda parts: "HTTP" in parts),
        **columns,
    )
