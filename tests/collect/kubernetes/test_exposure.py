"""Published ports of Kubernetes objects."""

from __future__ import annotations

import pytest

from compliance.collect.kubernetes import KubernetesCollector
from compliance.model.row import Row
from tests.collect.harness import rows


def exposures(text: str) -> list[Row]:
    return rows(KubernetesCollector(), {"k.yaml": text}, "service_exposure")


SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: db
  annotations:
    {note}: "{value}"
spec:
  type: {kind}
  ports:
    - port: 80
      targetPort: 3306
    - {{port: 6379, targetPort: redis, protocol: UDP}}
"""


def service(kind: str = "LoadBalancer", note: str = "owner", value: str = "me", more: str = "") -> list[Row]:
    return exposures(SERVICE.format(kind=kind, note=note, value=value) + more)


def test_ports_and_lines_of_a_load_balancer() -> None:
    first, second = service()
    assert (first.values["port"], first.values["scope"], first.values["exposure_kind"], first.values["protocol"]) == (3306, "any", "load_balancer", "tcp")
    assert first.at.line == 10 and first.places["scope"].line == 8 and first.places["port"].line == 11
    assert (second.values["port"], second.values["protocol"]) == (6379, "udp")


@pytest.mark.parametrize("kind", ["ClusterIP", "ExternalName"])
def test_services_inside_the_cluster_are_not_published(kind: str) -> None:
    assert service(kind) == []


def test_other_kinds() -> None:
    assert {r.values["exposure_kind"] for r in service("NodePort")} == {"node_port"}
    assert {r.values["scope"] for r in service("NodePort")} == {"any"}
    assert {r.values["scope"] for r in service("'{{ .Values.type }}'")} == {None}
    assert {r.values["scope"] for r in service("ClusterIP", more="  externalIPs: [203.0.113.9]\n")} == {"private"}
    assert {r.values["scope"] for r in service("ClusterIP", more="  externalIPs: [10.0.0.1, 47.93.1.2]\n")} == {"any"}


@pytest.mark.parametrize(
    ("note", "value"),
    [
        ("service.beta.kubernetes.io/aws-load-balancer-internal", "true"),
        ("service.beta.kubernetes.io/aws-load-balancer-internal", "0.0.0.0/0"),
        ("service.beta.kubernetes.io/aws-load-balancer-scheme", "internal"),
        ("service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type", "intranet"),
        ("service.kubernetes.io/qcloud-loadbalancer-internal-subnetid", "subnet-1"),
        ("networking.gke.io/load-balancer-type", "Internal"),
        ("service.beta.kubernetes.io/aws-load-balancer-type", "external"),
    ],
)
def test_internal_load_balancers(note: str, value: str) -> None:
    assert {r.values["scope"] for r in service(note=note, value=value)} == {"private"}


@pytest.mark.parametrize(
    ("note", "value"),
    [
        ("service.beta.kubernetes.io/aws-load-balancer-internal", "false"),
        ("service.beta.kubernetes.io/aws-load-balancer-scheme", "internet-facing"),
        ("service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type", "internet"),
    ],
)
def test_annotations_that_do_not_keep_it_inside(note: str, value: str) -> None:
    assert {r.values["scope"] for r in service(note=note, value=value)} == {"any"}


@pytest.mark.parametrize(
    ("ranges", "scope"),
    [("[10.0.0.0/8]", "private"), ("[203.0.113.0/24, 47.1.2.3/32]", "private"), ("[10.0.0.0/8, 0.0.0.0/0]", "any"), ('["${OFFICE}"]', None)],
)
def test_source_ranges(ranges: str, scope: str | None) -> None:
    assert {r.values["scope"] for r in service(more=f"  loadBalancerSourceRanges: {ranges}\n")} == {scope}


def test_host_ports() -> None:
    text = """\
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
    - name: c
      image: a:1
      ports:
        - {containerPort: 9200, hostPort: 9200}
        - {containerPort: 6379, hostPort: 16379, hostIP: 127.0.0.1}
        - {containerPort: 80}
        - {containerPort: 22, hostPort: 22, hostIP: "${IP}"}
"""
    found = [(r.values["port"], r.values["scope"], r.at.line) for r in exposures(text)]
    assert found == [(9200, "any", 9), (6379, "loopback", 10), (22, None, 12)]
    shared = exposures(text.replace("spec:\n", "spec:\n  hostNetwork: true\n"))
    assert (80, "any") in [(r.values["port"], r.values["scope"]) for r in shared]


def test_backends_of_an_ingress() -> None:
    text = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: i}
spec:
  rules:
    - http:
        paths:
          - backend: {service: {name: kibana, port: {number: 5601}}}
          - backend: {service: {name: web, port: {name: http}}}
          - backend: {service: {name: db, port: {name: sql}}}
          - backend: {service: {name: other, port: {name: odd}}}
---
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {ports: [{name: sql, port: 1, targetPort: 3306}]}
"""
    found = [(r.values["service"], r.values["port"], r.values["scope"]) for r in exposures(text)]
    assert found == [("kibana", 5601, "any"), ("web", 80, "any"), ("db", 3306, "any"), ("other", None, "any")]
