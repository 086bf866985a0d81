"""Rules of security groups and network ACLs.

Provider pages: aws_security_group, aws_default_security_group, aws_security_group_rule, aws_vpc_security_group_ingress_rule,
aws_vpc_security_group_egress_rule, aws_network_acl, aws_default_network_acl, aws_network_acl_rule, aws_ec2_managed_prefix_list, aws_eks_node_group,
aws_redshift_security_group, aws_db_security_group, aws_elasticache_security_group, aws_lightsail_instance_public_ports.
"""

from __future__ import annotations

from collections.abc import Iterator

from compliance.collect.terraform.providers.aws.registry import REGISTRY
from compliance.collect.terraform.providers.aws.settings import boundary_row, text
from compliance.collect.terraform.providers.common import key_reference, network_rule, pointed, strings
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import Cell
from compliance.model.row import Row

_RANGES = ("cidr_blocks", "ipv6_cidr_blocks", "cidr_block", "ipv6_cidr_block", "cidr_ipv4", "cidr_ipv6")
_GROUPS = ("security_groups", "source_security_group_id", "referenced_security_group_id")
_PREFIX_LISTS = ("prefix_list_ids", "prefix_list_id")
# Protocol numbers of the IANA registry that the provider accepts in place of names.
_PROTOCOLS = {"-1": "all", "all": "all", "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}


def _sources(block: Block, world: World) -> Iterator[tuple[str, Cell]]:
    """Every source of a rule with a stable name: ranges, other groups, itself, the ranges of prefix lists of this repository."""
    for name in _RANGES:
        for index, source in enumerate(strings(block.get(name))):
            yield f"{name}/{index}", source
    for name in _GROUPS:
        for index, source in enumerate(strings(block.get(name))):
            yield f"{name}/{index}", Cell(source.refs[0], source.at) if source.refs else source
    if block.get("self").value is True:
        yield "self", Cell("self", block.get("self").at)
    for name in _PREFIX_LISTS:
        for index, source in enumerate(strings(block.get(name))):
            target = pointed(world, source, "aws_ec2_managed_prefix_list")
            entries = target.blocks("entry") if target is not None else ()
            for number, entry in enumerate(entries):
                yield f"{name}/{index}.{number}", Cell(entry.get("cidr").value, source.at)
            if target is None and not source.unknown:
                yield f"{name}/{index}", source


def _rules(res: Resource, world: World, block: Block, suffix: str, direction: Cell | str, action: Cell | str = "allow", boundary: Cell | str = "",
           enabled: bool = True) -> Iterator[Row]:  # fmt: skip
    raw = block.get("protocol") if not block.get("protocol").absent else block.get("ip_protocol")
    protocol = raw.as_str().map(lambda v: _PROTOCOLS.get(v.strip().lower(), v.strip().lower())).default("all")
    first, last = block.get("from_port").default(0), block.get("to_port").default(65535)
    if protocol.value == "all":
        # Every protocol means every port, whatever ports are written beside it.
        first, last = Cell(0, protocol.at), Cell(65535, protocol.at)
    elif protocol.value in ("icmp", "icmpv6") or (protocol.value in ("tcp", "udp") and first.as_int().value == -1):
        first, last = Cell(0, first.at), Cell(65535, last.at)
    for name, source in _sources(block, world):
        yield network_rule(
            res, block.at, f"{suffix}/{name}", source, first, last, direction=direction, action=action, protocol=protocol, boundary=boundary,
            description=block.get("description"), enabled=enabled,
        )  # fmt: skip


@REGISTRY.adapter("aws_security_group", "aws_default_security_group")
def group(res: Resource, world: World) -> Iterator[Row]:
    """Groups refuse what no rule allows."""
    for name, direction in (("ingress", "in"), ("egress", "out")):
        for index, block in enumerate(res.blocks(name)):
            yield from _rules(res, world, block, f"/{name}/{index}", direction, boundary=res.id)
    yield boundary_row(res, "security_group", text(res, "name", "name_prefix"), is_default="default" in res.type, firewall_enabled=True, default_inbound="deny")


@REGISTRY.adapter("aws_security_group_rule", "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule")
def rule(res: Resource, world: World) -> Iterator[Row]:
    """Rules of their own."""
    kind = res.get("type")
    direction: Cell | str = "in" if "ingress" in res.type else "out" if "egress" in res.type else kind.map(lambda v: "in" if v == "ingress" else "out")
    yield from _rules(res, world, res, "", direction, boundary=key_reference(res.get("security_group_id")).default(""))


def _refuses(earlier: Block, rule: Block) -> bool:
    """An earlier rule denies the same range every port that *rule* speaks of; nothing unknown is taken for that."""
    numbers = [b.get("rule_no").as_int().value for b in (earlier, rule)]
    if not all(isinstance(n, int) for n in numbers) or numbers[0] >= numbers[1] or str(earlier.get("action").value).lower() != "deny":
        return False
    protocols = [_PROTOCOLS.get(str(b.get("protocol").as_str().value), str(b.get("protocol").as_str().value)) for b in (earlier, rule)]
    ranges = [(b.get("cidr_block").value, b.get("ipv6_cidr_block").value) for b in (earlier, rule)]
    if protocols[0] not in ("all", protocols[1]) or ranges[0] != ranges[1] or not any(isinstance(r, str) for r in ranges[0]):
        return False
    if protocols[0] == "all":
        return True
    first, last = ([b.get(n).as_int().value for b in (earlier, rule)] for n in ("from_port", "to_port"))
    return all(isinstance(p, int) for p in (*first, *last)) and first[0] <= first[1] and last[1] <= last[0]


@REGISTRY.adapter("aws_network_acl", "aws_default_network_acl")
def acl(res: Resource, world: World) -> Iterator[Row]:
    """Network ACLs with inline rules; what no rule allows is refused, and a lower rule number comes first."""
    for name, direction in (("ingress", "in"), ("egress", "out")):
        blocks = res.blocks(name)
        for index, block in enumerate(blocks):
            shadowed = any(_refuses(earlier, block) for earlier in blocks if earlier is not block)
            yield from _rules(res, world, block, f"/{name}/{index}", direction, block.get("action").as_str().map(str.lower), res.id, not shadowed)
    yield boundary_row(res, "acl", text(res, "tags.Name"), is_default="default" in res.type, firewall_enabled=True, default_inbound="deny")


@REGISTRY.adapter("aws_network_acl_rule")
def acl_rule(res: Resource, world: World) -> Iterator[Row]:
    """ACL rules of their own: incoming unless ``egress = true``."""
    direction = res.get("egress").as_bool().default(False).map(lambda v: "out" if v else "in")
    action = res.get("rule_action").as_str().map(str.lower)
    yield from _rules(res, world, res, "", direction, action, key_reference(res.get("network_acl_id")).default(""))


@REGISTRY.adapter("aws_db_security_group", "aws_redshift_security_group")
def old_group(res: Resource, world: World) -> Iterator[Row]:
    """Groups of old accounts without a VPC: an address range reaches every port of the database."""
    for index, block in enumerate(res.blocks("ingress")):
        for source in strings(block.get("cidr")):
            yield network_rule(res, block.at, f"/ingress/{index}", source, Cell(0), Cell(65535), protocol="tcp", boundary=res.id)


@REGISTRY.adapter("aws_eks_node_group")
def node_group(res: Resource, world: World) -> Iterator[Row]:
    """Remote access with a key and without source groups opens SSH to everyone."""
    for block in res.blocks("remote_access"):
        key, groups = block.get("ec2_ssh_key"), block.get("source_security_group_ids")
        if key.absent or not groups.absent:
            continue
        yield network_rule(res, block.at, "/remote_access", Cell("0.0.0.0/0", key.at), Cell(22), Cell(22), protocol="tcp", boundary=res.id)


@REGISTRY.adapter("aws_lightsail_instance_public_ports")
def lightsail_ports(res: Resource, world: World) -> Iterator[Row]:
    """Lightsail firewalls: a port without ranges is open to everyone."""
    for index, block in enumerate(res.blocks("port_info")):
        ranges = [*strings(block.get("cidrs")), *strings(block.get("ipv6_cidrs"))] or [Cell("0.0.0.0/0", block.at)]
        for number, source in enumerate(ranges):
            yield network_rule(
                res, block.at, f"/port_info/{index}.{number}", source, block.get("from_port"), block.get("to_port"), protocol=block.get("protocol").as_str().map(str.lower),
                boundary=res.id,
            )  # fmt: skip
