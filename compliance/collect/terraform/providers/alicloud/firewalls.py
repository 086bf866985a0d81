"""Security groups, network ACLs, load balancer and registry access lists, Cloud Firewall policies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from compliance.collect.network import source_scope
from compliance.collect.terraform.providers.alicloud.registry import REGISTRY
from compliance.collect.terraform.providers.alicloud.settings import Columns, common, first
from compliance.collect.terraform.resource import Block, Resource, World
from compliance.model.cell import ABSENT, Cell, Reason, Unknown
from compliance.model.location import Location
from compliance.model.row import NO_SETTING, Row, make_row

_ALL: Final = (0, 65535)


def ports(cell: Cell, protocol: Cell) -> tuple[Cell, Cell]:
    """First and last port of ``22/22``, ``-1/-1`` (all), ``80`` or nothing (all)."""
    if protocol.value == "all" or cell.absent:
        return Cell(_ALL[0], cell.at), Cell(_ALL[1], cell.at)
    text = cell.as_str()
    if text.unknown:
        return text, text
    low, _, high = text.value.partition("/")
    try:
        bounds = int(low), int(high or low)
    except ValueError:
        unreadable = Cell(Unknown(Reason("unreadable_value", text.value[:60])), cell.at)
        return unreadable, unreadable
    if bounds in ((-1, -1), (0, 0)):
        bounds = _ALL
    return Cell(bounds[0], cell.at), Cell(bounds[1], cell.at)


def rule_row(
    resource: Resource,
    suffix: str,
    boundary: Cell,
    source: Cell,
    scope: Cell,
    protocol: Cell,
    port_range: Cell,
    direction: Cell | str = "in",
    action: Cell | str = "allow",
    description: Cell = ABSENT,
    enabled: Cell | bool = True,
    at: Location | None = None,
) -> Row:
    """A ``network_rule`` row."""
    name = protocol.as_str().map(lambda text: {"any": "all", "-1": "all"}.get(text.lower(), text.lower()))
    low, high = ports(port_range, name)
    return make_row(
        "network_rule",
        at or resource.at,
        **common(resource),
        rule_id=f"{resource.id}{suffix}",
        boundary_id=Cell(boundary.refs[0], boundary.at) if boundary.refs else boundary.as_str().default(resource.id),
        direction=direction,
        action=action,
        source_cidr=source,
        source_scope=scope,
        protocol=name,
        port_from=low,
        port_to=high,
        enabled=enabled,
        description=description.as_str().default(""),
    )


def range_scope(source: Cell) -> Cell:
    """Scope of an address range: any, public or private (loopback counts as private)."""
    return source.as_str().map(_range_scope)


def _range_scope(text: str) -> object:
    scope = source_scope(text)
    if scope is None:
        return Unknown(Reason("unreadable_value", text[:60]))
    return "private" if scope == "loopback" else scope


def _policy(cell: Cell) -> Cell:
    return cell.default("accept").as_str().map(lambda text: "deny" if text.lower() in {"drop", "deny"} else "allow")


@REGISTRY.adapter("alicloud_security_group")
def security_group(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page security_group: a group drops what no rule accepts from outside."""
    yield boundary_row(
        resource,
        first(resource, "security_group_name", "name"),
        "security_group",
        is_default=False,
        default_inbound="deny",
    )


def boundary_row(resource: Resource, name: Cell, kind: str, **columns: object) -> Row:
    """A ``network_boundary`` row; a column that is not given is a setting the service does not have."""
    lacking: Columns = dict.fromkeys(("is_default", "internet_facing", "firewall_enabled", "default_inbound", "flow_logging"), NO_SETTING)
    merged = {**lacking, **columns}
    return make_row(
        "network_boundary",
        resource.at,
        **common(resource),
        boundary_id=resource.id,
        name=name.as_str(),
        boundary_kind=kind,
        **merged,
    )


@REGISTRY.adapter("alicloud_security_group_rule", reads=("alicloud_ecs_prefix_list",))
def security_group_rule(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page security_group_rule.

    Defaults: policy accept, port_range -1/-1, every address (older versions; newer ones ask for a source).
    One row a source: IPv4 and IPv6 range, another group,
    each entry of a prefix list.
    """
    for suffix, source, scope in _sources(resource, world):
        yield rule_row(
            resource,
            suffix,
            resource.get("security_group_id"),
            source,
            scope,
            resource.get("ip_protocol"),
            resource.get("port_range"),
            direction=resource.get("type").as_str().map(lambda text: {"ingress": "in", "egress": "out"}.get(text.lower(), text)),
            action=_policy(resource.get("policy")),
            description=resource.get("description"),
        )


def _sources(resource: Resource, world: World) -> Iterator[tuple[str, Cell, Cell]]:
    found = False
    for attribute in ("cidr_ip", "ipv6_cidr_ip"):
        cell = resource.get(attribute)
        if not cell.absent and cell.value != "":
            found = True
            yield f"/{attribute}", cell.as_str(), range_scope(cell)
    group = resource.get("source_security_group_id")
    if not group.absent and group.value != "":
        found = True
        name = Cell(group.refs[0], group.at) if group.refs else group.as_str()
        yield "/group", name, Cell("group", group.at)
    prefix = resource.get("prefix_list_id")
    if not found and not prefix.absent:
        found = True
        yield from _prefix_list(prefix, world)
    if not found:
        # Older versions take a rule without any source for one that admits every address.
        yield "/source", Cell("0.0.0.0/0"), Cell("any")


def _prefix_list(prefix: Cell, world: World) -> Iterator[tuple[str, Cell, Cell]]:
    for ref in prefix.refs:
        found = world.find(ref)
        if found is not None and found.type == "alicloud_ecs_prefix_list":
            for number, entry in enumerate(found.blocks("entry")):
                cidr = entry.get("cidr").as_str()
                yield f"/prefix/{number}", cidr, range_scope(cidr)
            return
    unknown = Cell(Unknown(Reason("unresolved_reference", "prefix_list_id"), prefix.refs), prefix.at)
    yield "/prefix", unknown, unknown


@REGISTRY.adapter("alicloud_network_acl")
def network_acl(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page network_acl, entries written in the ACL itself."""
    yield boundary_row(resource, first(resource, "network_acl_name", "name"), "acl", is_default=False)
    yield from _acl_entries(resource, "ingress_acl_entries", "egress_acl_entries", ABSENT)


@REGISTRY.adapter("alicloud_network_acl_entries")
def network_acl_entries(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page network_acl_entries."""
    return _acl_entries(resource, "ingress", "egress", resource.get("network_acl_id"))


def _acl_entries(resource: Resource, ingress: str, egress: str, boundary: Cell) -> Iterator[Row]:
    for direction, blocks, attribute in (("in", ingress, "source_cidr_ip"), ("out", egress, "destination_cidr_ip")):
        for number, entry in enumerate(resource.blocks(blocks)):
            source = entry.get(attribute).or_unknown("not_stated", attribute)
            yield rule_row(
                resource,
                f"/{direction}/{number}",
                boundary,
                source.as_str(),
                range_scope(source),
                entry.get("protocol").default("all"),
                entry.get("port"),
                direction=direction,
                action=_policy(entry.get("policy")),
                description=entry.get("description"),
                at=entry.at,
            )


@REGISTRY.adapter(
    "alicloud_slb_acl_entry_attachment",
    "alicloud_alb_acl_entry_attachment",
    "alicloud_slb_acl",
    "alicloud_alb_acl",
    "alicloud_cr_endpoint_acl_policy",
)
def access_list(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages slb_acl, alb_acl, their entry attachments, cr_endpoint_acl_policy.

    An entry admits its range to whatever the listener of the list serves.
    """
    registry = resource.type == "alicloud_cr_endpoint_acl_policy"
    port = Cell(443) if registry else ABSENT
    lone = resource.get("entry")
    entries: list[tuple[str, Cell, Block]] = [] if lone.absent else [("", lone, resource)]
    for blocks in ("entry_list", "acl_entries"):
        entries += [(f"/{blocks}/{n}", b.get("entry"), b) for n, b in enumerate(resource.blocks(blocks))]
    for suffix, source, block in entries:
        yield rule_row(
            resource,
            suffix,
            first(resource, "acl_id", "instance_id"),
            source.as_str(),
            range_scope(source),
            Cell("tcp"),
            port,
            description=first(block, "description", "comment"),
            at=block.at,
        )


@REGISTRY.adapter("alicloud_simple_application_server_firewall_rule")
def simple_server_rule(resource: Resource, world: World) -> Iterable[Row]:
    """Provider page simple_application_server_firewall_rule: a rule opens its ports to every address."""
    protocol = resource.get("rule_protocol").as_str().map(lambda text: "all" if text.lower() == "tcpandudp" else text)
    port = resource.get("port")
    rule = rule_row(resource, "", resource.get("instance_id"), Cell("0.0.0.0/0"), Cell("any"), protocol.map(str.lower), port)
    if protocol.value == "all":  # both transports, but only the named ports
        low, high = ports(port, Cell("tcp"))
        rule.values.update(port_from=low.value if low.known else None, port_to=high.value if high.known else None)
    yield rule


@REGISTRY.adapter("alicloud_cloud_firewall_control_policy", "alicloud_cloud_firewall_nat_firewall_control_policy")
def cloud_firewall_policy(resource: Resource, world: World) -> Iterable[Row]:
    """Provider pages cloud_firewall_control_policy, cloud_firewall_nat_firewall_control_policy.

    ``log`` watches traffic and lets it pass; address books and locations have no range here.
    """
    direction = resource.get("direction").as_str().map(str.lower)
    side = "destination" if direction.value == "out" else "source"
    source = resource.get(side).as_str()
    scope = range_scope(source)
    if resource.get(f"{side}_type").equals("net").value is False:
        scope = Cell("group", source.at)
    yield rule_row(
        resource,
        "",
        ABSENT,
        source,
        scope,
        resource.get("proto"),
        resource.get("dest_port"),
        direction=direction,
        action=_policy(resource.get("acl_action")),
        description=resource.get("description"),
        enabled=resource.get("release").as_bool().default(True),
    )
