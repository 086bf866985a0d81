"""Published ports: services of type LoadBalancer and NodePort, external IPs, host ports, ingress backends.

Sources: "Service", "Ingress", API reference (kubernetes.io/docs); the annotations that keep a load balancer
inside: AWS Load Balancer Controller, ACK, TKE, CCE, GKE, AKS and OpenStack documentation of services.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from compliance.collect.kubernetes.objects import Numbering, Object, World
from compliance.collect.kubernetes.pods import KNATIVE, containers
from compliance.collect.network import source_scope
from compliance.collect.yaml_tree import Node
from compliance.model.cell import ABSENT, Cell, Reason, Unknown
from compliance.model.location import Location
from compliance.model.row import Row, make_row

# Annotation -> the values that keep the load balancer inside; an empty set: any value but "" and "false".
_INTERNAL: Final[dict[str, frozenset[str]]] = {
    "service.beta.kubernetes.io/aws-load-balancer-internal": frozenset(),
    "service.beta.kubernetes.io/aws-load-balancer-scheme": frozenset({"internal"}),
    "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type": frozenset({"intranet"}),
    "service.beta.kubernetes.io/alicloud-loadbalancer-address-type": frozenset({"intranet"}),
    "service.kubernetes.io/qcloud-loadbalancer-internal-subnetid": frozenset(),
    "networking.gke.io/load-balancer-type": frozenset({"internal"}),
    "cloud.google.com/load-balancer-type": frozenset({"internal"}),
    "service.beta.kubernetes.io/azure-load-balancer-internal": frozenset({"true"}),
    "service.beta.kubernetes.io/openstack-internal-load-balancer": frozenset({"true"}),
}
_AWS_TYPE: Final = "service.beta.kubernetes.io/aws-load-balancer-type"
_AWS_SCHEME: Final = "service.beta.kubernetes.io/aws-load-balancer-scheme"
_WELL_KNOWN: Final = {"http": 80, "https": 443, "web": 80, "websecure": 443}


def rows(one: Object, world: World) -> Iterator[Row]:
    """The service_exposure rows of an object."""
    if one.kind == "Service" and one.group != KNATIVE:
        yield from _service(one)
    elif one.kind == "Ingress":
        yield from _ingress(one, world)
    else:
        yield from _host_ports(one)


def _row(
    one: Object, at: Location, mark: str, service: str, kind: Cell | str, scope: Cell | str, port: Cell, protocol: Cell
) -> Row:
    return make_row(
        "service_exposure", at, exposure_id=mark, platform="kubernetes", service=service, exposure_kind=kind, scope=scope,
        port=port, protocol=protocol.as_str().map(str.lower).default("tcp"), **one.identity(),
    )  # fmt: skip


def _service(one: Object) -> Iterator[Row]:
    spec = one.node.get("spec")
    kind = spec.cell("type").as_str().default("ClusterIP")
    external = spec.cells("externalIPs")
    if kind.value in ("ClusterIP", "ExternalName") and not external:
        return
    numbers = Numbering()
    how, scope = _published(one, spec, kind, external)
    listed = spec.get("ports")
    for node in listed.items or ([listed] if listed.unknown is not None else []):
        own = node.cell("port").as_int()
        target = node.cell("targetPort").as_int()
        # A named target port is resolved in the pod, whose own number may be anything; the service's port then says what it is.
        port = target if target.known else own
        protocol = node.get("protocol").text or "TCP"
        mark = numbers.unique(f"{one.id}/{node.get('port').text or '-'}/{protocol.lower()}")
        yield _row(one, node.at, mark, one.name, how, scope, port, node.cell("protocol"))


def _published(one: Object, spec: Node, kind: Cell, external: list[Cell]) -> tuple[Cell | str, Cell]:
    """How a service is published and how far."""
    if kind.unknown:
        return kind, kind
    if kind.value == "LoadBalancer":
        return "load_balancer", _balancer_scope(one, spec, kind)
    if kind.value == "NodePort":
        return "node_port", Cell("any", kind.at)
    if kind.value not in ("ClusterIP", "ExternalName"):
        odd = Cell(Unknown(Reason("unreadable_value", "type")), kind.at)
        return odd, odd
    scopes = [c.map(lambda v: _scope(str(v))) for c in external]
    return "node_port", next((s for s in scopes if s.value == "any"), next((s for s in scopes if s.unknown), scopes[0]))


def _scope(address: str) -> str | Unknown:
    found = source_scope(address)
    if found is None:
        return Unknown(Reason("unreadable_value", address[:60]))
    return "any" if found == "public" else found


def _balancer_scope(one: Object, spec: Node, kind: Cell) -> Cell:
    for name, values in _INTERNAL.items():
        note = one.annotation(name)
        if note.unknown:
            return note
        text = str(note.value).lower() if note.known else ""
        if text and (text in values if values else text != "false"):
            return Cell("private", note.at)
    huawei = one.annotation("kubernetes.io/elb.autocreate")
    if huawei.known and '"inner"' in str(huawei.value):
        return Cell("private", huawei.at)
    newer = one.annotation(_AWS_TYPE)
    if one.annotation(_AWS_SCHEME).absent and (
        newer.value in ("external", "nlb-ip") or spec.get("loadBalancerClass").text == "service.k8s.aws/nlb"
    ):
        return Cell("private", newer.at)  # the default scheme of the AWS Load Balancer Controller is internal
    ranges = spec.cells("loadBalancerSourceRanges")
    admitted = [
        c.map(lambda v: source_scope(str(v)) or Unknown(Reason("unreadable_value", str(v)[:60]))) for c in ranges
    ]
    if not admitted:
        return Cell("any", kind.at)
    wide = next((c for c in admitted if c.value == "any"), None)
    doubtful = next((c for c in admitted if c.unknown), None)
    return wide or doubtful or Cell("private", admitted[0].at)  # known sources only


def _host_ports(one: Object) -> Iterator[Row]:
    numbers = Numbering()
    for container in containers(one):
        shared = container.pod.cell("hostNetwork").as_bool()
        for node in container.node.get("ports").items:
            written = node.cell("hostPort").as_int()
            if written.absent and shared.value is not True:
                continue
            address = node.cell("hostIP").as_str()
            if address.value == "":
                address = ABSENT
            scope = address.map(lambda v: _scope(str(v))).default("any")
            place = scope if scope.at else Cell(scope.value, written.at or shared.at)
            mark = numbers.unique(
                f"{container.id}/host-port/{node.get('containerPort').text or node.get('hostPort').text or '-'}"
            )
            port = node.cell("containerPort").as_int()
            yield _row(
                one,
                node.at,
                mark,
                container.name,
                "host_port",
                place,
                written if port.absent else port,
                node.cell("protocol"),
            )


def _ingress(one: Object, world: World) -> Iterator[Row]:
    spec = one.node.get("spec")
    backends: dict[str, tuple[Node, Node]] = {}
    candidates = [spec.get("defaultBackend"), spec.get("backend")]
    candidates += [p.get("backend") for rule in spec.get("rules").items for p in rule.get("http", "paths").items]
    for backend in candidates:
        if backend.missing:
            continue
        service = backend.get("service", "name").text or backend.get("serviceName").text or "-"
        port = backend.get("service", "port", "number")
        port = port if not port.missing else backend.get("service", "port", "name")
        port = port if not port.missing else backend.get("servicePort")
        backends.setdefault(f"{service}/{port.text or '-'}", (backend, port))
    scope = Cell("private") if ingress_internal(one) else Cell("any")
    for mark, (backend, node) in backends.items():
        name = mark.rpartition("/")[0]
        number = node.cell().as_int() if not node.missing else Cell(Unknown(Reason("not_stated", "port")))
        if number.unknown and node.text and not node.text.isdigit():
            number = _named(one, world, name, node)
        yield _row(one, backend.at, f"{one.id}/backend/{mark}", name, "ingress", scope, number, Cell("tcp"))


def _named(one: Object, world: World, service: str, node: Node) -> Cell:
    """The number of a service's named port."""
    target = world.find("Service", one.namespace, service, one)
    for port in target.node.get("spec", "ports").items if target else ():
        if port.get("name").text == node.text:
            inner = port.cell("targetPort").as_int()
            return Cell((inner if inner.known else port.cell("port").as_int()).value, node.at)
    if node.text in _WELL_KNOWN:
        return Cell(_WELL_KNOWN[node.text], node.at)
    return Cell(Unknown(Reason("unresolved_reference", f"{service}:{node.text}"[:60])), node.at)


def ingress_internal(one: Object) -> bool:
    """Whether an ingress says that it serves the inside only."""
    scheme = one.annotation("alb.ingress.kubernetes.io/scheme")
    if scheme.known:
        return str(scheme.value) == "internal"
    if ingress_class(one) == "alb":
        return True  # the documented default scheme of the AWS Load Balancer Controller
    if ingress_class(one) == "gce-internal":
        return True
    subnet = one.annotation("kubernetes.io/ingress.subnetId")
    return ingress_class(one) == "qcloud" and subnet.known


def ingress_class(one: Object) -> str:
    """Class of an ingress, '' when it leaves that to the cluster."""
    return one.node.get("spec", "ingressClassName").text or str(
        one.annotation("kubernetes.io/ingress.class").value or ""
    )
