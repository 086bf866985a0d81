"""Queues, topics, streams and container registries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from compliance.collect.terraform.providers.alicloud.registry import REGISTRY
from compliance.collect.terraform.providers.alicloud.settings import (
    Columns,
    common,
    encryption,
    first,
    leaves,
    named_key_encrypts,
)
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, any_true
from compliance.model.row import NO_SETTING, Row, make_row

_NO_ENCRYPTION: Columns = {
    "encrypted": NO_SETTING,
    "encryption_declared": NO_SETTING,
    "encryption_algorithm": "",
    "kms_key_id": "",
    "customer_managed_key": NO_SETTING,
}


def queue_row(resource: Resource, kind: str, name: Cell, public: Any, tls: Any, columns: Columns) -> Row:
    """A ``message_queue`` row."""
    return make_row(
        "message_queue",
        resource.at,
        **common(resource),
        resource_id=resource.id,
        name=name.as_str(),
        queue_kind=kind,
        public_access=public,
        tls_required=tls,
        **columns,
    )


@REGISTRY.adapter("alicloud_alikafka_instance")
def kafka(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page alikafka_instance: disks are encrypted when a key is named; ``deploy_type`` 4 has a public
    address, 5 does not.
    """
    key = resource.get("kms_key_id")
    public = resource.get("deploy_type").as_int().map(lambda number: number == 4)
    yield queue_row(resource, "broker", resource.get("name"), public, NO_SETTING, encryption(named_key_encrypts(key), key))


@REGISTRY.adapter("alicloud_rocketmq_instance")
def rocketmq(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page rocketmq_instance: ``product_info.storage_encryption``, ``internet_spec``."""
    spec = resource.get("network_info.internet_info.internet_spec")
    columns = encryption(
        resource.get("product_info.storage_encryption").as_bool().default(False),
        resource.get("product_info.storage_secret_key"),
    )
    public = spec.as_bool().default(False)
    yield queue_row(resource, "broker", resource.get("instance_name"), public, NO_SETTING, columns)


@REGISTRY.adapter("alicloud_amqp_instance")
def rabbitmq(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page amqp_instance: unencrypted, without public address, listener tcp_and_ssl by default."""
    columns = encryption(resource.get("encrypted_instance").as_bool().default(False), resource.get("kms_key_id"))
    tls = resource.get("listener_mode").equals("ssl_only").default(False)
    public = resource.get("support_eip").as_bool().default(False)
    yield queue_row(resource, "broker", resource.get("instance_name"), public, tls, columns)


@REGISTRY.adapter(
    "alicloud_mns_queue",
    "alicloud_message_service_queue",
    "alicloud_mns_topic",
    "alicloud_message_service_topic",
    "alicloud_ons_instance",
    reads=("alicloud_message_service_endpoint",),
)
def message_service(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages mns_queue, mns_topic, message_service_queue, message_service_topic, ons_instance,
    message_service_endpoint: no encryption argument; the public endpoint is a switch of the account.
    """
    switches = [e.get("endpoint_enabled").as_bool() for e in world.of_type("alicloud_message_service_endpoint")]
    service = "ons" not in resource.type
    public = any_true(switches) if switches and service else NO_SETTING
    kind = "topic" if "topic" in resource.type else "queue" if "queue" in resource.type else "broker"
    name = first(resource, "queue_name", "topic_name", "instance_name", "name")
    yield queue_row(resource, kind, name, public, NO_SETTING, _NO_ENCRYPTION)


# --- container registries -----------------------------------------------------------------------


def registry_row(resource: Resource, public: Cell, scanning: Any, immutable: Any) -> Row:
    """A ``container_registry`` row; layers lie in OSS, whose encryption the registry has no argument for."""
    return make_row(
        "container_registry",
        resource.at,
        **common(resource),
        resource_id=resource.id,
        name=resource.get("name").as_str(),
        public_access=public,
        image_scanning=scanning,
        immutable_tags=immutable,
        **_NO_ENCRYPTION,
    )


@REGISTRY.adapter("alicloud_cr_repo", "alicloud_cr_namespace", "alicloud_cr_ee_namespace")
def personal_registry(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages cr_repo (``repo_type``), cr_namespace, cr_ee_namespace (``default_visibility``).

    The personal edition has no scanning on push and no fixed tags.
    """
    public = first(resource, "repo_type", "default_visibility").as_str().equals("public")
    yield registry_row(resource, public.default(False), NO_SETTING, NO_SETTING)


@REGISTRY.adapter("alicloud_cr_ee_repo", reads=("alicloud_cr_scan_rule",))
def enterprise_registry(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages cr_ee_repo, cr_scan_rule: images are scanned on push under a rule with trigger AUTO."""
    instance = resource.get("instance_id")
    rules = [rule for rule in world.of_type("alicloud_cr_scan_rule") if _same(rule.get("instance_id"), instance)]
    scanning = any_true(rule.get("trigger_type").equals("auto") for rule in rules if _covers(rule, resource))
    yield registry_row(
        resource,
        resource.get("repo_type").equals("public").default(False),
        scanning.default(False),
        resource.get("tag_immutability").as_bool().default(False),
    )


def _same(one: Cell, other: Cell) -> bool:
    return one.value == other.value if one.known and other.known else bool(set(one.refs) & set(other.refs))


def _covers(rule: Resource, repository: Resource) -> bool:
    names = [*leaves(rule.get("repo_names"))]
    name = repository.get("name")
    return not names or not name.known or name.value in names or not all(isinstance(n, str) for n in names)
