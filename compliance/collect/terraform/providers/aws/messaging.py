"""Queues, topics, streams, brokers.

Provider pages: aws_sqs_queue, aws_sqs_queue_policy, aws_sns_topic, aws_sns_topic_policy, aws_kinesis_stream, aws_kinesis_firehose_delivery_stream,
aws_kinesis_video_stream, aws_msk_cluster, aws_msk_serverless_cluster, aws_mq_broker.
New SQS queues have SSE-SQS since October 2022 (Amazon SQS Developer Guide, "Encryption at rest"): true but not declared.
"""

from __future__ import annotations

from collections.abc import Iterator

from compliance.collect.terraform.providers.aws.registry import REGISTRY
from compliance.collect.terraform.providers.aws.settings import queue_row, text
from compliance.collect.terraform.providers.common import encryption, lacks, log_source, presence
from compliance.collect.terraform.providers.policy import is_public, statement_rows
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, any_true
from compliance.model.row import Row


def _open(res: Resource, world: World, separate: str, attribute: str, by: tuple[str, ...]) -> Cell:
    policies = [p.get("policy") for p in world.linked(res, attribute, separate, by=by)]
    return any_true(is_public(p, world, res.at) for p in (*policies, res.get("policy"))).default(False)


@REGISTRY.adapter("aws_sqs_queue")
def queue(res: Resource, world: World) -> Iterator[Row]:
    """Queues: a KMS key wins over the managed key, which is on unless it is switched off."""
    key, managed = res.get("kms_master_key_id"), res.get("sqs_managed_sse_enabled").as_bool()
    named = presence(res, "kms_master_key_id")
    encrypted = any_true([named, managed]) if named.value is not False or not managed.absent else Cell(True)
    columns = encryption(encrypted, key)
    yield queue_row(res, "queue", text(res, "name", "name_prefix"), **columns, public_access=_open(res, world, "aws_sqs_queue_policy", "queue_url", ("id", "url")))
    yield from statement_rows(res, world, res.get("policy"), "resource")


@REGISTRY.adapter("aws_sns_topic")
def topic(res: Resource, world: World) -> Iterator[Row]:
    """Topics: in clear unless a key is named."""
    columns = encryption(presence(res, "kms_master_key_id"), res.get("kms_master_key_id"))
    yield queue_row(res, "topic", text(res, "name", "name_prefix"), **columns, public_access=_open(res, world, "aws_sns_topic_policy", "arn", ("arn", "id")))
    yield from statement_rows(res, world, res.get("policy"), "resource")


@REGISTRY.adapter("aws_kinesis_stream")
def stream(res: Resource, world: World) -> Iterator[Row]:
    """Streams: ``encryption_type`` is NONE unless said."""
    columns = encryption(res.get("encryption_type").equals("KMS").default(False), res.get("kms_key_id"))
    yield queue_row(res, "stream", text(res, "name"), **columns)


@REGISTRY.adapter("aws_kinesis_firehose_delivery_stream")
def delivery_stream(res: Resource, world: World) -> Iterator[Row]:
    """Delivery streams: in clear unless said; one that reads a Kinesis stream has no switch of its own."""
    if res.blocks("kinesis_source_configuration") or res.blocks("msk_source_configuration"):
        columns = lacks("encrypted", "encryption_declared", "customer_managed_key")
    else:
        columns = encryption(res.get("server_side_encryption.enabled").as_bool().default(False), res.get("server_side_encryption.key_arn"))
    yield queue_row(res, "stream", text(res, "name"), **columns)


@REGISTRY.adapter("aws_kinesis_video_stream", "aws_msk_serverless_cluster")
def always_encrypted(res: Resource, world: World) -> Iterator[Row]:
    """Streams that are encrypted whatever is said."""
    key = res.get("kms_key_id")
    yield queue_row(res, "stream", text(res, "name", "cluster_name"), **{**encryption(Cell(True, key.at), key), **lacks("encryption_declared")})


@REGISTRY.adapter("aws_msk_cluster")
def kafka(res: Resource, world: World) -> Iterator[Row]:
    """MSK: always encrypted at rest, TLS for clients unless said, private unless said, no broker logs unless said."""
    key = res.get("encryption_info.encryption_at_rest_kms_key_arn")
    tls = res.get("encryption_info.encryption_in_transit.client_broker").equals("TLS").default(True)
    public = res.get("broker_node_group_info.connectivity_info.public_access.type").map(lambda v: v != "DISABLED").default(False)
    columns = {**encryption(Cell(True, key.at), key), **lacks("encryption_declared")}
    yield queue_row(res, "broker", text(res, "cluster_name"), **columns, public_access=public, tls_required=tls)
    logs = [b.get("enabled").as_bool() for name in ("cloudwatch_logs", "firehose", "s3") for b in res.blocks(f"logging_info.broker_logs.{name}")]
    yield log_source(res, "other", any_true(logs).default(False))


@REGISTRY.adapter("aws_mq_broker")
def broker(res: Resource, world: World) -> Iterator[Row]:
    """MQ: always encrypted, TLS only, private and without logs unless said."""
    key = res.get("encryption_options.kms_key_id")
    columns = {**encryption(Cell(True, key.at), key), **lacks("encryption_declared")}
    yield queue_row(res, "broker", text(res, "broker_name"), **columns, public_access=res.get("publicly_accessible").as_bool().default(False))
    logs = any_true(res.get(f"logs.{kind}").as_bool() for kind in ("audit", "general")).default(False)
    yield log_source(res, "other", logs)
