"""Policies: identity policies, trust policies, policies on resources.

Provider pages: aws_iam_policy, aws_iam_user_policy, aws_iam_role_policy, aws_iam_group_policy, aws_iam_role, aws_iam_*_policy_attachment,
aws_iam_role_policy_attachments_exclusive, aws_ssoadmin_managed_policy_attachment, aws_ssoadmin_permission_set_inline_policy, aws_lambda_permission,
aws_lambda_function_url, and the policy resource of each service.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from compliance.collect.terraform.providers.aws.registry import REGISTRY
from compliance.collect.terraform.providers.aws.settings import once
from compliance.collect.terraform.providers.common import first_stated, identity, strings
from compliance.collect.terraform.providers.policy import document_statements, managed_attachment, statement_row, statement_rows
from compliance.collect.terraform.resource import Resource, World
from compliance.model.cell import Cell, any_true
from compliance.model.row import Row, make_row

# Resource type -> the attribute that holds its policy.
_RESOURCE_POLICIES: Final[dict[str, str]] = {
    "aws_s3_bucket": "policy",
    "aws_s3_bucket_policy": "policy",
    "aws_s3_access_point": "policy",
    "aws_s3control_access_point_policy": "policy",
    "aws_s3control_bucket_policy": "policy",
    "aws_sqs_queue_policy": "policy",
    "aws_sns_topic_policy": "policy",
    "aws_kms_key_policy": "policy",
    "aws_ecr_repository_policy": "policy",
    "aws_ecr_registry_policy": "policy",
    "aws_ecrpublic_repository_policy": "policy",
    "aws_secretsmanager_secret": "policy",
    "aws_secretsmanager_secret_policy": "policy",
    "aws_backup_vault_policy": "policy",
    "aws_glacier_vault": "access_policy",
    "aws_efs_file_system_policy": "policy",
    "aws_ses_identity_policy": "policy",
    "aws_sesv2_email_identity_policy": "policy",
    "aws_cloudwatch_event_bus_policy": "policy",
    "aws_cloudwatch_log_destination_policy": "access_policy",
    "aws_cloudwatch_log_resource_policy": "policy_document",
    "aws_dynamodb_resource_policy": "policy",
    "aws_kinesis_resource_policy": "policy",
    "aws_msk_cluster_policy": "policy",
    "aws_codeartifact_domain_permissions_policy": "policy_document",
    "aws_codeartifact_repository_permissions_policy": "policy_document",
    "aws_codebuild_resource_policy": "policy",
    "aws_api_gateway_rest_api": "policy",
    "aws_api_gateway_rest_api_policy": "policy",
    "aws_vpc_endpoint": "policy",
    "aws_vpc_endpoint_policy": "policy",
    "aws_media_store_container_policy": "policy",
    "aws_glue_resource_policy": "policy",
    "aws_acmpca_policy": "policy",
    "aws_ssmincidents_response_plan": "policy",
}
# Endpoint policies narrow what passes through a network of one's own; they open nothing.
_FILTERS: Final = frozenset({"aws_vpc_endpoint", "aws_vpc_endpoint_policy"})


@REGISTRY.adapter(*(t for t in _RESOURCE_POLICIES if t not in _FILTERS))
def resource_policy(res: Resource, world: World) -> Iterator[Row]:
    """A policy on a resource."""
    yield from statement_rows(res, world, res.get(_RESOURCE_POLICIES[res.type]), "resource")


@REGISTRY.adapter("aws_iam_user_policy", "aws_iam_policy", "aws_iam_role_policy", "aws_iam_group_policy")
def identity_policy(res: Resource, world: World) -> Iterator[Row]:
    """Policies of their own or inline."""
    yield from statement_rows(res, world, res.get("policy"), "identity", attached_directly=res.type == "aws_iam_user_policy")


@once
def _used_documents(world: World) -> frozenset[str]:
    """Ids of the policy documents that a resource or another document of this repository reads."""
    holders = dict(_RESOURCE_POLICIES)
    holders |= dict.fromkeys(("aws_iam_user_policy", "aws_iam_policy", "aws_iam_role_policy", "aws_iam_group_policy", "aws_sqs_queue", "aws_sns_topic", "aws_kms_key"), "policy")
    holders |= {"aws_iam_role": "assume_role_policy", "aws_ssoadmin_permission_set_inline_policy": "inline_policy", "aws_opensearch_domain": "access_policies",
                "aws_elasticsearch_domain": "access_policies", "aws_opensearch_domain_policy": "access_policies", "aws_elasticsearch_domain_policy": "access_policies"}  # fmt: skip
    cells = [r.get(attribute) for kind, attribute in holders.items() for r in world.of_type(kind)]
    cells += [b.get("policy") for r in world.of_type("aws_iam_role") for b in r.blocks("inline_policy")]
    for document in world.of_type("data.aws_iam_policy_document"):
        for name in ("source_policy_documents", "override_policy_documents", "source_json", "override_json"):
            cell = document.get(name)
            cells += [Cell(v) for v in cell.value] if isinstance(cell.value, list) else [cell]
    return frozenset(found.id for c in cells for ref in c.refs if (found := world.find(ref)) is not None)


@REGISTRY.adapter("data.aws_iam_policy_document")
def loose_document(res: Resource, world: World) -> Iterator[Row]:
    """A document that nothing here reads, so it is handed to a module or a resource nobody can see: judged as it stands.

    One with principals is a policy on a resource or a trust policy, one without is for users, groups or roles.
    """
    if res.id in _used_documents(world):
        return
    blocks = res.blocks("statement")
    kind = "resource" if any(b.blocks("principals") or b.blocks("not_principals") for b in blocks) else "identity"
    for index, s in enumerate(document_statements(res, world)):
        yield statement_row(res, s, kind, index)


@REGISTRY.adapter("aws_ssoadmin_permission_set_inline_policy")
def permission_set(res: Resource, world: World) -> Iterator[Row]:
    """Inline policy of a permission set."""
    yield from statement_rows(res, world, res.get("inline_policy"), "identity")


@REGISTRY.adapter("aws_iam_role")
def role(res: Resource, world: World) -> Iterator[Row]:
    """Trust policy, inline policies and ready-made policies of a role."""
    yield from statement_rows(res, world, res.get("assume_role_policy"), "trust", suffix="/trust")
    for index, block in enumerate(res.blocks("inline_policy")):
        yield from statement_rows(res, world, block.get("policy"), "identity", suffix=f"/inline/{index}")
    for index, arn in enumerate(strings(res.get("managed_policy_arns"))):
        yield from managed_attachment(res, arn, False, world, f"/managed/{index}")


@REGISTRY.adapter(
    "aws_iam_user_policy_attachment", "aws_iam_role_policy_attachment", "aws_iam_group_policy_attachment", "aws_iam_policy_attachment",
    "aws_ssoadmin_managed_policy_attachment",
)  # fmt: skip
def attachment(res: Resource, world: World) -> Iterator[Row]:
    """A ready-made policy attached by ARN; one of this repository speaks for itself."""
    direct = res.type == "aws_iam_user_policy_attachment" or res.has("users")
    yield from managed_attachment(res, first_stated(res, "policy_arn", "managed_policy_arn"), direct, world)


@REGISTRY.adapter("aws_iam_role_policy_attachments_exclusive", "aws_iam_user_policy_attachments_exclusive", "aws_iam_group_policy_attachments_exclusive")
def attachments(res: Resource, world: World) -> Iterator[Row]:
    """Several ready-made policies attached by ARN."""
    for index, arn in enumerate(strings(res.get("policy_arns"))):
        yield from managed_attachment(res, arn, "user" in res.type, world, f"/attached/{index}")


@REGISTRY.adapter("aws_lambda_permission", "aws_lambda_function_url")
def function_permission(res: Resource, world: World) -> Iterator[Row]:
    """Who may call a function: a principal of ``*`` without a source, or a URL without authentication, is everyone."""
    if res.type == "aws_lambda_function_url":
        anyone, conditioned = res.get("authorization_type").equals("NONE"), Cell(False)
    else:
        anyone = res.get("principal").equals("*")
        conditioned = any_true(Cell(not c.absent, c.at) for c in (res.get(n) for n in ("source_arn", "source_account", "principal_org_id"))).default(False)
    yield make_row(
        "permission_statement", res.at, statement_id=res.id, policy_id=res.id, policy_kind="resource", effect="allow",
        actions=res.get("action").as_str().default("lambda:InvokeFunctionUrl"), all_actions=False, service_wildcard=False, all_resources=False, any_principal=anyone,
        conditioned=conditioned, attached_directly=False, **identity(res),
    )  # fmt: skip
