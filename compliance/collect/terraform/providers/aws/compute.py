"""Virtual machines and launch templates.

Provider pages: aws_instance, aws_spot_instance_request, aws_launch_template, aws_launch_configuration, aws_ec2_instance_metadata_defaults,
aws_sagemaker_notebook_instance, aws_lightsail_instance.
"""

from __future__ import annotations

from collections.abc import Iterator

from compliance.collect.terraform.providers.aws.registry import REGISTRY
from compliance.collect.terraform.providers.aws.settings import disks_encrypted_by_default, text, volume_row
from compliance.collect.terraform.providers.aws.volumes import disk_encrypted
from compliance.collect.terraform.providers.common import encryption, identity, lacks, pointed, unknown
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import Cell, any_true
from compliance.model.row import Row, make_row

_DISKS = ("root_block_device", "ebs_block_device", "block_device_mappings.ebs")


@REGISTRY.adapter("aws_instance", "aws_spot_instance_request", "aws_launch_template", "aws_launch_configuration",
                  reads=("aws_ec2_instance_metadata_defaults",))  # fmt: skip
def instance(res: Resource, world: World) -> Iterator[Row]:
    """Machines: metadata without tokens and disks in clear unless said; an instance takes over what its launch template says."""
    template = pointed(world, res.get("launch_template.id"), "aws_launch_template", by=("id",)) or pointed(world, res.get("launch_template.name"), "aws_launch_template")
    yield make_row(
        "compute_instance", res.at, resource_id=res.id, name=text(res, "tags.Name", "name", "name_prefix"), **identity(res), public_ip=_public(res, world, template),
        metadata_tokens_required=_tokens(res, world, template), deletion_protection=res.get("disable_api_termination").as_bool().default(False), **lacks("password_login"),
    )  # fmt: skip
    for kind in _DISKS:
        for index, block in enumerate(res.blocks(kind)):
            secured = encryption(disk_encrypted(block, world), block.get("kms_key_id"))
            yield volume_row(res, "instance_disk", secured, at=block.at, suffix=f"/{kind.partition('.')[0]}/{index}")
    if res.type != "aws_launch_template" and not res.blocks("root_block_device") and template is None:
        # A root disk that is not described is as the image and the account make it: in clear unless the account's default encrypts.
        yield volume_row(res, "instance_disk", encryption(disks_encrypted_by_default(world)), suffix="/root_block_device/0")


def _tokens(res: Resource, world: World, template: Resource | None) -> Cell:
    """``http_tokens = "required"``, or no metadata service at all; else the template's, else the account's default."""
    holders: list[Block] = [res, template] if template is not None else [res]
    for holder in holders:
        cells = [holder.get("metadata_options.http_tokens").equals("required"), holder.get("metadata_options.http_endpoint").equals("disabled")]
        if any(not c.absent for c in cells):
            return any_true(cells)
    if template is None and res.blocks("launch_template"):
        return unknown("unresolved_reference", "launch_template", res.blocks("launch_template")[0].at)
    account = any_true(d.get("http_tokens").equals("required") for d in world.of_type("aws_ec2_instance_metadata_defaults")).default(False)
    options = res.blocks("metadata_options")
    return Cell(account.value, options[0].at if options and account.value is False else None)


def _public(res: Resource, world: World, template: Resource | None) -> Cell:
    """A public address is asked for, or given by the subnet."""
    for holder in (res, template):
        if holder is None:
            continue
        stated = any_true([holder.get("associate_public_ip_address").as_bool(), *(b.get("associate_public_ip_address").as_bool() for b in holder.blocks("network_interfaces"))])
        if not stated.absent:
            return stated
    if res.type in ("aws_launch_template", "aws_launch_configuration"):
        return Cell(False)
    subnet = pointed(world, res.get("subnet_id"), "aws_subnet", by=("id",))
    if subnet is not None:
        given = subnet.get("map_public_ip_on_launch").as_bool().default(False)
        return Cell(given.value, res.get("subnet_id").at)
    return unknown("not_stated", "associate_public_ip_address")


@REGISTRY.adapter("aws_sagemaker_notebook_instance")
def notebook(res: Resource, world: World) -> Iterator[Row]:
    """Notebooks reach the internet directly unless said; old metadata versions are allowed unless said."""
    version = res.get("instance_metadata_service_configuration.minimum_instance_metadata_service_version").as_str()
    yield make_row(
        "compute_instance", res.at, resource_id=res.id, name=text(res, "name"), **identity(res), public_ip=res.get("direct_internet_access").equals("Enabled").default(True),
        metadata_tokens_required=version.equals("2").default(False), **lacks("password_login", "deletion_protection"),
    )  # fmt: skip
