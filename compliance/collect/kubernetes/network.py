"""Network policies as boundaries and rules.

Sources: "Network Policies" and the API reference of NetworkPolicy (kubernetes.io/docs): a policy isolates the
pods it selects for the directions it names (ingress always, egress when it has egress rules, unless
``policyTypes`` says otherwise); a rule without peers admits every source, one without ports every port.
"""

from __future__ import annotations

from collections.abc import Iterator

from compliance.collect.kubernetes.objects import Numbering, Object
from compliance.collect.network import source_scope
from compliance.collect.yaml_tree import Node
from compliance.model.cell import Cell, Reason, Unknown
from compliance.model.row import NO_SETTING, Row, make_row


def rows(one: Object) -> Iterator[Row]:
    """The boundary of a NetworkPolicy and its rules."""
    if one.kind != "NetworkPolicy" or one.group not in ("networking.k8s.io", "extensions"):
        return
    spec = one.node.get("spec")
    types = spec.cells("policyTypes")
    doubtful = next((c for c in types if c.unknown), None)
    isolates = Cell(
        "deny" if not types or any(c.value == "Ingress" for c in types) else "allow", types[0].at if types else None
    )
    yield make_row(
        "network_boundary", one.at, boundary_id=one.id, name=one.name, boundary_kind="namespace", is_default=NO_SETTING,
        internet_facing=NO_SETTING, firewall_enabled=True, default_inbound=doubtful or isolates, flow_logging=NO_SETTING,
        **one.identity(),
    )  # fmt: skip
    numbers = Numbering()
    for direction, listed, peers in (("in", spec.get("ingress"), "from"), ("out", spec.get("egress"), "to")):
        for index, rule in enumerate(listed.items or ([listed] if listed.unknown is not None else [])):
            for peer in _peers(rule, peers):
                for port in _ports(rule):
                    mark = numbers.unique(f"{one.id}/{direction}/{index}/{_peer_name(peer)}/{_port_name(port)}")
                    yield _rule(one, rule, direction, peer, port, mark)


def _peers(rule: Node, name: str) -> list[Node | None]:
    listed = rule.get(name)
    return list(listed.items) or ([listed] if listed.unknown is not None else [None])


def _ports(rule: Node) -> list[Node | None]:
    listed = rule.get("ports")
    return list(listed.items) or ([listed] if listed.unknown is not None else [None])


def _peer_name(peer: Node | None) -> str:
    if peer is None:
        return "any"
    return peer.get("ipBlock", "cidr").text or "group"


def _port_name(port: Node | None) -> str:
    return "all" if port is None else port.get("port").text or "all"


def _rule(one: Object, rule: Node, direction: str, peer: Node | None, port: Node | None, mark: str) -> Row:
    if peer is None:
        source, scope = Cell("0.0.0.0/0"), Cell("any")
    else:
        source, scope = _source(peer)
    first, last, protocol = Cell(0), Cell(65535), Cell("all")
    if port is not None:
        protocol = port.cell("protocol").as_str().map(str.lower).default("tcp")
        number = port.cell("port")
        if not number.absent:
            first = number.as_int()
            last = port.cell("endPort").as_int()
            last = first if last.absent else last
    return make_row(
        "network_rule", (peer or rule).at, rule_id=mark, boundary_id=one.id, direction=direction, action="allow",
        source_cidr=source, source_scope=scope, protocol=protocol, port_from=first, port_to=last, enabled=True,
        description="", **one.identity(),
    )  # fmt: skip


def _source(peer: Node) -> tuple[Cell, Cell]:
    block = peer.cell("ipBlock", "cidr").as_str()
    if block.absent:
        if peer.unknown is not None and not (peer.has("podSelector") or peer.has("namespaceSelector")):
            return peer.cell(), peer.cell()
        chosen = Cell("group", peer.at)
        return Cell("", peer.at), chosen

    def scope(text: object) -> str | Unknown:
        found = source_scope(str(text))
        return "private" if found == "loopback" else found or Unknown(Reason("unreadable_value", str(text)[:60]))

    return block, block.map(scope)
