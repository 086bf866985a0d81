"""Message brokers (DMS for Kafka, RabbitMQ, RocketMQ) and notification topics (SMN)."""

from __future__ import annotations

from collections.abc import Iterable

from compliance.collect.terraform.providers.huaweicloud.policies import is_public, statement_rows
from compliance.collect.terraform.providers.huaweicloud.registry import REGISTRY, types
from compliance.collect.terraform.providers.huaweicloud.settings import (
    UNENCRYPTABLE,
    Columns,
    common,
    encryption,
    linked,
    links,
    names_something,
    negate,
    word,
)
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, all_true, any_true
from compliance.model.row import NO_SETTING, Row, make_row

_SWITCH = "huaweicloud_dms_kafka_instance_public_access_switch"


def _broker(resource: Resource, world: World, public: Cell, tls: Cell) -> Row:
    """Defaults of every broker: disk unencrypted, no public address, TLS off."""
    switch = resource.get("disk_encrypted_enable").as_bool().default(False)
    return make_row(
        "message_queue",
        resource.at,
        **common(resource),
        **encryption(world, switch, resource.get("disk_encrypted_key")),
        resource_id=resource.id,
        name=resource.get("name").as_str(),
        queue_kind="broker",
        public_access=public,
        tls_required=tls,
    )


@REGISTRY.adapter(*types("dms_kafka_instance", "dms_instance", "dms_instance_v1"), reads=(_SWITCH,))
def kafka(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page dms_kafka_instance: ``port_protocol`` or, older, ``ssl_enable``, ``security_protocol``,
    ``vpc_client_plain``.
    """
    own = [names_something(resource.get("public_ip_ids")), resource.get("enable_public_ip").as_bool()]
    public = any_true((*own, links(world, resource, "instance_id", _SWITCH)))
    yield _broker(resource, world, public, _kafka_tls(resource))


def _kafka_tls(resource: Resource) -> Cell:
    """Refuses clear text: TLS is on and no plain port is open (a SASL_PLAINTEXT port is one)."""
    ports = resource.blocks("port_protocol")
    if ports:
        plain = [
            ports[0].get(f"{side}_{kind}_enable").as_bool()
            for side in ("private", "public")
            for kind in ("plain", "sasl_plaintext")
        ]
        opened = any_true(plain).default(False)
        if opened.value is not False:
            return negate(opened)
        return any_true(ports[0].get(f"{side}_sasl_ssl_enable").as_bool() for side in ("private", "public")).default(
            False
        )
    encrypted = resource.get("ssl_enable").as_bool().default(False)
    protocol = resource.get("security_protocol")
    secure = protocol.equals("sasl_ssl").default(True)
    return all_true((encrypted, secure, negate(resource.get("vpc_client_plain").as_bool().default(False))))


@REGISTRY.adapter("huaweicloud_dms_rabbitmq_instance")
def rabbitmq(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page dms_rabbitmq_instance."""
    public = any_true((names_something(resource.get("public_ip_id")), resource.get("enable_public_ip").as_bool()))
    yield _broker(resource, world, public, resource.get("ssl_enable").as_bool().default(False))


@REGISTRY.adapter("huaweicloud_dms_rocketmq_instance")
def rocketmq(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page dms_rocketmq_instance: ``tls_mode`` SSL refuses clear text, PERMISSIVE does not.

    The provider has no disk encryption setting for it.
    """
    mode = resource.get("tls_mode")
    public = resource.get("enable_publicip").as_bool()
    if public.absent:
        public = names_something(resource.get("publicip_id"))
    columns: Columns = UNENCRYPTABLE
    yield make_row(
        "message_queue",
        resource.at,
        **common(resource),
        **columns,
        resource_id=resource.id,
        name=resource.get("name").as_str(),
        queue_kind="broker",
        public_access=public,
        tls_required=resource.get("ssl_enable").as_bool().default(False) if mode.absent else mode.equals("ssl"),
    )


@REGISTRY.adapter("huaweicloud_dis_stream")
def stream(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page dis_stream: it has no setting for encryption, public access or TLS."""
    yield make_row(
        "message_queue",
        resource.at,
        **common(resource),
        **UNENCRYPTABLE,
        resource_id=resource.id,
        name=resource.get("stream_name").as_str(),
        queue_kind="stream",
        public_access=NO_SETTING,
        tls_required=NO_SETTING,
    )


_ATTRIBUTES = "huaweicloud_smn_topic_attributes"


@REGISTRY.adapter(*types("smn_topic", "smn_topic_v2"), reads=(_ATTRIBUTES,))
def topic(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages smn_topic (``users_publish_allowed`` * is everyone), smn_topic_attributes (access_policy)."""
    users = resource.get("users_publish_allowed").as_str().default("")
    opened = [users.map(lambda text: "*" in [part.strip() for part in text.split(",")])]
    for attribute in linked(world, resource, "topic_urn", _ATTRIBUTES):
        if word(attribute.get("name")) == "access_policy":
            opened.append(is_public(attribute.get("value")))
    yield make_row(
        "message_queue",
        resource.at,
        **common(resource),
        **UNENCRYPTABLE,
        resource_id=resource.id,
        name=resource.get("name").as_str(),
        queue_kind="topic",
        public_access=any_true(opened).default(False),
        tls_required=NO_SETTING,
    )


@REGISTRY.adapter(_ATTRIBUTES)
def topic_policy(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page smn_topic_attributes: the access policy of a topic, one row a statement."""
    if word(resource.get("name")) == "access_policy":
        yield from statement_rows(resource, resource.get("value"), "resource")
