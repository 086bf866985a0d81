"""Queues and topics (CKafka, TDMQ, CMQ, MQTT) and container registries (TCR)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from compliance.collect.terraform.providers.common import identity
from compliance.collect.terraform.providers.tencentcloud.registry import REGISTRY
from compliance.collect.terraform.providers.tencentcloud.settings import (
    UNENCRYPTABLE,
    either,
    linked_presence,
    place_row,
    switch,
)
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import ABSENT, Cell, any_true
from compliance.model.row import NO_SETTING, Row, make_row


def queue_row(res: Resource, kind: str, name: Cell, public: Any, tls: Any = NO_SETTING) -> Row:
    """A ``message_queue`` row; none of these resources has an encryption argument."""
    return make_row("message_queue", res.at, **identity(res), resource_id=res.id, name=name.as_str(), queue_kind=kind, public_access=public, tls_required=tls, **UNENCRYPTABLE)


_ROUTE: Final = "tencentcloud_ckafka_route"


@REGISTRY.adapter("tencentcloud_ckafka_instance", reads=(_ROUTE,))
def kafka(res: Resource, world: World) -> Iterator[Row]:
    """Provider pages ckafka_instance, ckafka_route.

    The public network takes a bandwidth (``public_network``, Mbps) and a route of its own.  A route with
    ``access_type`` 0 or 1 is clear text, 2 or 3 TLS; without routes the default one is clear text inside the VPC.
    """
    routes = world.linked(res, "instance_id", _ROUTE, by=("id",))
    width = [c.as_int().map(lambda v: v > 0) for c in (res.get("public_network"), *(r.get("public_network") for r in routes))]
    clear = any_true([r.get("access_type").as_int().map(lambda v: v in (0, 1)) for r in routes])
    yield queue_row(res, "broker", res.get("instance_name"), either(*width), NO_SETTING if clear.absent else clear.map(lambda v: not v))


@REGISTRY.adapter("tencentcloud_tdmq_rabbitmq_vip_instance")
def rabbitmq(res: Resource, world: World) -> Iterator[Row]:
    """Provider page tdmq_rabbitmq_vip_instance: no public address unless ``enable_public_access``."""
    yield queue_row(res, "broker", res.get("cluster_name"), switch(res.get("enable_public_access")).default(False))


@REGISTRY.adapter("tencentcloud_trocket_rocketmq_instance")
def rocketmq(res: Resource, world: World) -> Iterator[Row]:
    """Provider page trocket_rocketmq_instance: no public address unless ``enable_public``; then only ``ip_rules`` get in."""
    yield queue_row(res, "broker", res.get("name"), switch(res.get("enable_public")).default(False))


@REGISTRY.adapter("tencentcloud_mqtt_instance", reads=("tencentcloud_mqtt_instance_public_endpoint",))
def mqtt(res: Resource, world: World) -> Iterator[Row]:
    """Provider pages mqtt_instance, mqtt_instance_public_endpoint: public once that endpoint exists."""
    public = linked_presence(world, res, "instance_id", "tencentcloud_mqtt_instance_public_endpoint").default(False)
    yield queue_row(res, "broker", res.get("name"), public)


# Services without a public address or encryption in the provider, but with a row, so that they are counted.
_PLAIN: Final = {
    "tencentcloud_tdmq_instance": ("broker", "cluster_name"),
    "tencentcloud_tdmq_professional_cluster": ("broker", "cluster_name"),
    "tencentcloud_tdmq_rocketmq_cluster": ("broker", "cluster_name"),
    "tencentcloud_tdmq_rocketmq_vip_instance": ("broker", "name"),
    "tencentcloud_tcmq_queue": ("queue", "queue_name"),
    "tencentcloud_tcmq_topic": ("topic", "topic_name"),
}


@REGISTRY.adapter(*_PLAIN)
def plain(res: Resource, world: World) -> Iterator[Row]:
    """Provider pages tdmq_instance, tdmq_professional_cluster, tdmq_rocketmq_cluster, tdmq_rocketmq_vip_instance, tcmq_queue,
    tcmq_topic: no such settings.
    """
    kind, name = _PLAIN[res.type]
    yield queue_row(res, kind, res.get(name), NO_SETTING)


# --- container registries -----------------------------------------------------------------------


def registry_row(res: Resource, public: Any, scanning: Any, immutable: Any) -> Row:
    """A ``container_registry`` row; layers lie in COS, whose encryption the registry has no argument for."""
    return make_row(
        "container_registry", res.at, **identity(res), resource_id=res.id, name=res.get("name").as_str(), public_access=public, image_scanning=scanning,
        immutable_tags=immutable, **UNENCRYPTABLE,
    )  # fmt: skip


@REGISTRY.adapter("tencentcloud_tcr_namespace", reads=("tencentcloud_tcr_immutable_tag_rule",))
def namespace(res: Resource, world: World) -> Iterator[Row]:
    """Provider pages tcr_namespace, tcr_immutable_tag_rule: private and not scanned on push by default.

    Repositories (page tcr_repository) take these settings from their namespace.
    """
    rules = world.linked(res, "namespace_name", "tencentcloud_tcr_immutable_tag_rule", by=("name",))
    fixed = any_true(switch(r.get("rule.disabled")).default(False).map(lambda off: not off) for r in rules)
    yield registry_row(res, switch(res.get("is_public")).default(False), switch(res.get("is_auto_scan")).default(False), fixed.default(False))


@REGISTRY.adapter("tencentcloud_tcr_instance")
def registry(res: Resource, world: World) -> Iterator[Row]:
    """Provider page tcr_instance: the public end point asks for a log-in and is limited by ``security_policy``; copies in
    other regions under ``replications``.
    """
    opened = switch(res.get("open_public_operation")).default(False)
    everyone = any_true(p.get("cidr_block").as_str().map(lambda v: v.strip() in ("0.0.0.0/0", "::/0")) for p in res.blocks("security_policy"))
    yield registry_row(res, opened if everyone.value is True and opened.value is not False else everyone if everyone.unknown else False, NO_SETTING, NO_SETTING)
    for number, copy in enumerate(res.blocks("replications")):
        region = copy.get("region_name")
        if not region.absent:
            yield place_row(res, f"replications/{number}", "registry", region)


_NUMBERS: Final = {1: "ap-guangzhou", 4: "ap-shanghai", 5: "ap-hongkong", 8: "ap-beijing", 9: "ap-singapore", 16: "ap-chengdu", 33: "ap-nanjing"}
"""Region numbers of Tencent Cloud that the page tcr_instance shows in its example; 待核 for the others."""


@REGISTRY.adapter("tencentcloud_tcr_replication")
def replication(res: Resource, world: World) -> Iterator[Row]:
    """Provider page tcr_replication: the target region as a number (1 = Guangzhou)."""
    number = res.get("destination_region_id").as_int()
    place = number.map(lambda v: _NUMBERS.get(v)) if number.known and number.value in _NUMBERS else ABSENT
    if not number.absent:
        yield place_row(res, "destination", "registry", place.or_unknown("unreadable_value", "destination_region_id"))
