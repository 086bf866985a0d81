"""Data processing and build services: Glue, EMR, DMS endpoints, CodeBuild, CloudSearch, API caches, Airflow, image recipes.

Provider pages: aws_glue_data_catalog_encryption_settings, aws_glue_security_configuration, aws_emr_security_configuration, aws_dms_endpoint,
aws_codebuild_project, aws_cloudsearch_domain, aws_appsync_api_cache, aws_api_gateway_method_settings, aws_mwaa_environment,
aws_imagebuilder_image_recipe, aws_ecs_cluster.
Amazon CloudSearch "Configuring domain endpoint options": clear HTTP accepted and TLS 1.0 unless said.  Amazon EMR "Create a security configuration":
the keys of ``EncryptionConfiguration``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final

from compliance.collect.terraform.providers.aws.containers import image_pinned
from compliance.collect.terraform.providers.aws.registry import REGISTRY
from compliance.collect.terraform.providers.aws.settings import database_row, endpoint_row, text, volume_row
from compliance.collect.terraform.providers.common import encryption, first_stated, identity, lacks, log_source
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, any_true
from compliance.model.row import NO_SETTING, Row, make_row

# Engines of a DMS endpoint that are reached by the AWS API: always TLS, no ssl_mode.
_API_ENGINES: Final = frozenset({"s3", "dynamodb", "kinesis", "opensearch", "elasticsearch", "kafka"})


def _mode(cell: Cell) -> Cell:
    """A mode other than DISABLED encrypts; one that is not stated does not."""
    return cell.as_str().map(lambda v: v.upper() != "DISABLED").default(False)


@REGISTRY.adapter("aws_glue_data_catalog_encryption_settings")
def glue_catalog(res: Resource, world: World) -> Iterator[Row]:
    """The data catalogue and the passwords of its connections."""
    prefix = "data_catalog_encryption_settings."
    mode = res.get(prefix + "encryption_at_rest.catalog_encryption_mode")
    yield database_row(res, "glue", Cell("catalog"), **encryption(_mode(mode), res.get(prefix + "encryption_at_rest.sse_aws_kms_key_id")), version="")
    passwords = res.get(prefix + "connection_password_encryption.return_connection_password_encrypted").as_bool().default(False)
    key = res.get(prefix + "connection_password_encryption.aws_kms_key_id")
    yield database_row(res, "glue", Cell("connections"), "/connections", **encryption(passwords, key), version="")


@REGISTRY.adapter("aws_glue_security_configuration")
def glue_security(res: Resource, world: World) -> Iterator[Row]:
    """What jobs write: logs, bookmarks, files."""
    for block, mode in (("cloudwatch_encryption", "cloudwatch_encryption_mode"), ("job_bookmarks_encryption", "job_bookmarks_encryption_mode"), ("s3_encryption", "s3_encryption_mode")):
        prefix = f"encryption_configuration.{block}."
        columns = encryption(_mode(res.get(prefix + mode)), res.get(prefix + "kms_key_arn"))
        yield database_row(res, "glue", text(res, "name"), f"/{block}", **columns, version="")


@REGISTRY.adapter("aws_emr_security_configuration")
def emr_security(res: Resource, world: World) -> Iterator[Row]:
    """EMR: local disks are encrypted only when at-rest encryption is on and says how; traffic only when in-transit encryption is on."""
    cell = res.get("configuration")
    content = cell.value if cell.known else getattr(cell.value, "text", None)
    try:
        document = json.loads(content) if isinstance(content, str) else content
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, Mapping):
        unreadable = cell if cell.unknown else cell.map(lambda _: None).or_unknown("unreadable_value", "configuration")
        yield database_row(res, "emr", text(res, "name"), **encryption(unreadable), tls_required=unreadable, version="")
        return
    section = document.get("EncryptionConfiguration")
    section = section if isinstance(section, Mapping) else {}
    rest = section.get("AtRestEncryptionConfiguration")
    local = isinstance(rest, Mapping) and isinstance(rest.get("LocalDiskEncryptionConfiguration"), Mapping)
    disks = Cell(section.get("EnableAtRestEncryption") is True and local, cell.at)
    transit = Cell(section.get("EnableInTransitEncryption") is True, cell.at)
    yield database_row(res, "emr", text(res, "name"), **encryption(disks), tls_required=transit, version="")


@REGISTRY.adapter("aws_dms_endpoint")
def migration_endpoint(res: Resource, world: World) -> Iterator[Row]:
    """Endpoints of a migration speak clear text unless ``ssl_mode`` says otherwise."""
    engine = res.get("engine_name").as_str()
    if engine.value in _API_ENGINES:
        return
    tls = res.get("ssl_mode").as_str().map(lambda v: v.lower() != "none").default(False)
    yield database_row(res, engine, text(res, "endpoint_id"), tls_required=tls, version="")


@REGISTRY.adapter("aws_codebuild_project")
def build(res: Resource, world: World) -> Iterator[Row]:
    """Builds: not privileged, artifacts encrypted, CloudWatch logs on unless said."""
    image = res.get("environment.image").as_str()
    yield make_row(
        "container", res.at, container_id=f"{res.id}/build", platform="ecs", workload=text(res, "name"), name="build", image=image, **identity(res),
        image_pinned=image.map(image_pinned), privileged=res.get("environment.privileged_mode").as_bool().default(False),
        **lacks("runs_as_root", "privilege_escalation", "host_network", "host_pid", "dangerous_capabilities", "drops_all_capabilities", "read_only_root",
                "host_path_mount", "seccomp_unconfined", "service_account_token", "remote_add"),
    )  # fmt: skip
    for kind in ("artifacts", "secondary_artifacts"):
        for index, block in enumerate(res.blocks(kind)):
            clear = block.get("encryption_disabled").as_bool()
            if clear.value is not None and block.get("type").value != "NO_ARTIFACTS":
                columns = encryption(clear.map(lambda v: not v), res.get("encryption_key"))
                yield volume_row(res, "file_system", columns, text(res, "name"), block.at, f"/{kind}/{index}")
    cloudwatch = res.get("logs_config.cloudwatch_logs.status").equals("ENABLED").default(True)
    yield log_source(res, "other", any_true([cloudwatch, res.get("logs_config.s3_logs.status").equals("ENABLED")]), res.get("logs_config.cloudwatch_logs.group_name"))


@REGISTRY.adapter("aws_cloudsearch_domain")
def search_domain(res: Resource, world: World) -> Iterator[Row]:
    """CloudSearch domains: clear HTTP accepted, TLS 1.0 accepted unless said."""
    https = res.get("endpoint_options.enforce_https").as_bool().default(False)
    tls = res.get("endpoint_options.tls_security_policy").as_str().map(lambda v: "tls12" if "1-2" in v else "tls10").default("tls10")
    yield endpoint_row(res, "search", host=text(res, "name"), plaintext=https.map(lambda v: not v), min_tls=tls)


@REGISTRY.adapter("aws_appsync_api_cache")
def graph_cache(res: Resource, world: World) -> Iterator[Row]:
    """Caches of GraphQL APIs: in clear at rest and in transit unless said."""
    yield database_row(
        res, "appsync_cache", text(res, "api_id"), **encryption(res.get("at_rest_encryption_enabled").as_bool().default(False)),
        tls_required=res.get("transit_encryption_enabled").as_bool().default(False), version="",
    )  # fmt: skip


@REGISTRY.adapter("aws_api_gateway_method_settings")
def method_cache(res: Resource, world: World) -> Iterator[Row]:
    """A cache that is switched on keeps answers in clear unless said."""
    on = res.get("settings.caching_enabled").as_bool().default(False)
    if on.value is not False:
        stored = res.get("settings.cache_data_encrypted").as_bool().default(False)
        yield database_row(res, "api_cache", text(res, "method_path"), **encryption(on if on.unknown else stored), version="")


@REGISTRY.adapter("aws_mwaa_environment")
def airflow(res: Resource, world: World) -> Iterator[Row]:
    """Airflow: each kind of log is off unless said, but for task logs, which are on."""
    for kind in ("scheduler", "webserver", "worker"):
        enabled = res.get(f"logging_configuration.{kind}_logs.enabled").as_bool().default(False)
        yield make_row(
            "log_source", res.at, system_id=f"{res.id}/{kind}_logs", system_kind="other", event_class="access", enabled=enabled, log_store_id="", **identity(res),
        )  # fmt: skip


@REGISTRY.adapter("aws_imagebuilder_image_recipe", "aws_imagebuilder_container_recipe")
def recipe(res: Resource, world: World) -> Iterator[Row]:
    """Disks of built images are in clear unless said."""
    for prefix in ("block_device_mapping", "instance_configuration.block_device_mapping"):
        for index, block in enumerate(res.blocks(prefix)):
            for ebs in block.blocks("ebs"):
                stated = ebs.get("encrypted").as_bool()
                if stated.absent and ebs.has("snapshot_id"):
                    continue
                yield volume_row(res, "image", encryption(stated.default(False), first_stated(ebs, "kms_key_id")), text(res, "name"), ebs.at, f"/disk/{index}")


@REGISTRY.adapter("aws_ecs_cluster")
def task_cluster(res: Resource, world: World) -> Iterator[Row]:
    """Commands run inside containers are logged as the task's driver is, unless logging is NONE."""
    logging = res.get("configuration.execute_command_configuration.logging")
    if not logging.absent:
        yield log_source(res, "cluster", logging.as_str().map(lambda v: v.upper() != "NONE"), event="admin")


@REGISTRY.adapter("aws_ses_configuration_set", "aws_sesv2_configuration_set")
def mail(res: Resource, world: World) -> Iterator[Row]:
    """Mail is sent in clear to servers without TLS unless TLS is required."""
    required = res.get("delivery_options.tls_policy").equals("REQUIRE").default(False)
    yield endpoint_row(
        res, "other", host=text(res, "name", "configuration_set_name"), port=25, protocol="smtp", internet_facing=NO_SETTING, plaintext=required.map(lambda v: not v), min_tls=NO_SETTING
    )

