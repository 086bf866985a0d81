"""TLS endpoints of ingresses, gateways and routes."""

from __future__ import annotations

import pytest

from compliance.collect.kubernetes import KubernetesCollector
from compliance.model.row import Row
from tests.collect.harness import rows


def endpoints(text: str) -> list[Row]:
    return rows(KubernetesCollector(), {"k.yaml": text}, "tls_endpoint")


INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations:
    {note}: '{value}'
spec:
  rules:
    - host: a.example.cn
      http: {{paths: []}}
{tls}"""
TLS = "  tls: [{hosts: [a.example.cn], secretName: s}]\n"


def ingress(tls: str = "", note: str = "owner", value: str = "me") -> Row:
    [row] = endpoints(INGRESS.format(note=note, value=value, tls=tls))
    return row


@pytest.mark.parametrize(
    ("tls", "note", "value", "plaintext", "line"),
    [
        ("", "owner", "me", True, 0),
        (TLS, "owner", "me", False, 11),
        ("  tls: [{hosts: ['*.example.cn']}]\n", "owner", "me", False, 11),
        ("  tls: [{secretName: s}]\n", "owner", "me", False, 11),
        ("  tls: [{hosts: [b.example.cn]}]\n", "owner", "me", True, 0),
        ("  tls: [{hosts: ['${HOST}']}]\n", "owner", "me", None, 11),
        ("  tls: {{ .Values.tls }}\n", "owner", "me", None, 11),
        (TLS, "nginx.ingress.kubernetes.io/ssl-redirect", "false", True, 6),
        (TLS, "nginx.ingress.kubernetes.io/ssl-redirect", "true", False, 11),
        ("", "nginx.ingress.kubernetes.io/force-ssl-redirect", "true", False, 6),
        ("", "alb.ingress.kubernetes.io/listen-ports", '[{"HTTP": 80}]', True, 6),
        ("", "alb.ingress.kubernetes.io/listen-ports", '[{"HTTPS": 443}]', False, 6),
        ("", "alb.ingress.kubernetes.io/listen-ports", '[{"HTTP": 80}, {"HTTPS": 443}]', True, 6),
        ("", "traefik.ingress.kubernetes.io/router.tls", "true", False, 0),
    ],
)
def test_clear_text_of_an_ingress(tls: str, note: str, value: str, plaintext: bool | None, line: int) -> None:
    row = ingress(tls, note, value)
    assert row.values["plaintext"] is plaintext
    assert (row.places["plaintext"].line if "plaintext" in row.places else 0) == line
    assert row.values["host"] == "a.example.cn" and row.values["endpoint_kind"] == "ingress"


def test_the_lowest_version_is_the_controllers() -> None:
    assert "min_tls" in ingress(TLS).lacks
    assert ingress().values["min_tls"] == "none"
    assert ingress("", "kubernetes.io/ingress.class", "alb").values["min_tls"] == "none"
    policy = "alb.ingress.kubernetes.io/ssl-policy"
    text = INGRESS.format(note=policy, value="ELBSecurityPolicy-TLS13-1-2-2021-06", tls=TLS).replace("spec:\n", "spec:\n  ingressClassName: alb\n")
    assert endpoints(text)[0].values["min_tls"] == "tls12"
    assert endpoints(text.replace("-TLS13-1-2-2021-06", "-2016-08"))[0].values["min_tls"] == "tls10"


def test_two_rules_for_one_host_are_one_endpoint_and_no_rule_is_every_host() -> None:
    text = INGRESS.format(note="a", value="b", tls="").replace("spec:\n  rules:\n", "spec:\n  rules:\n    - host: a.example.cn\n")
    assert len(endpoints(text)) == 1
    [row] = endpoints("apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec: {defaultBackend: {service: {name: x}}}\n")
    assert row.values["host"] == "*" and row.values["plaintext"] is True


def test_ciphers_and_versions_of_the_controllers_config_map() -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  ssl-protocols: TLSv1.2 TLSv1.1\n  ssl-ciphers: ECDHE-RSA-AES128-GCM-SHA256:!aNULL:!RC4\n"
    [row] = endpoints(text)
    assert row.values["min_tls"] == "tls11" and row.places["min_tls"].line == 5 and row.values["weak_ciphers"] is False
    [row] = endpoints(text.replace(":!RC4", ":RC4-SHA").replace(" TLSv1.1", ""))
    assert row.values["min_tls"] == "tls12" and row.values["weak_ciphers"] is True
    assert endpoints("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {x: y}\n") == []


GATEWAY = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: g}
spec:
  listeners:
    - {name: web, port: 80, protocol: HTTP}
    - {name: websecure, port: 443, protocol: HTTPS}
"""
REDIRECT = """\
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r}
spec:
  parentRefs: [{name: g, sectionName: web}]
  rules: [{filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}]}]
"""


def test_gateways() -> None:
    assert [(r.values["port"], r.values["plaintext"], r.at.line) for r in endpoints(GATEWAY)] == [(80, True, 6), (443, False, 7)]
    assert [r.values["plaintext"] for r in endpoints(GATEWAY + REDIRECT)] == [False, False]
    istio = """\
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: g}
spec:
  servers:
    - {port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"], tls: {httpsRedirect: true}}
    - {port: {number: 81, name: clear, protocol: HTTP}, hosts: ["*"]}
    - {port: {number: 443, name: https, protocol: HTTPS}, hosts: ["*"], tls: {minProtocolVersion: TLSV1_0}}
"""
    assert [(r.values["plaintext"], r.values["min_tls"]) for r in endpoints(istio)] == [(False, "none"), (True, "none"), (False, "tls10")]


def test_routes() -> None:
    text = "apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {name: r}\nspec: {host: a.cn, tls: {termination: edge, insecureEdgeTerminationPolicy: Allow}}\n"
    assert endpoints(text)[0].values["plaintext"] is True
    assert endpoints(text.replace("Allow", "Redirect"))[0].values["plaintext"] is False
    assert endpoints(text.replace(", tls: {termination: edge, insecureEdgeTerminationPolicy: Allow}", ""))[0].values["plaintext"] is True
