"""Network policies, rights, the control plane, storage classes."""

from __future__ import annotations

import pytest

from compliance.collect.kubernetes import KubernetesCollector
from compliance.model.row import Row
from tests.collect.harness import rows


def found(text: str, table: str) -> list[Row]:
    return rows(KubernetesCollector(), {"k.yaml": text}, table)


POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: n, namespace: books}
spec:
  podSelector: {}
  ingress:
    - from:
        - ipBlock: {cidr: 0.0.0.0/0}
        - podSelector: {}
      ports:
        - {port: 3306}
    - ports: [{port: 80, endPort: 90, protocol: UDP}]
  egress:
    - {}
"""


def test_network_policies() -> None:
    [boundary] = found(POLICY, "network_boundary")
    assert boundary.values["default_inbound"] == "deny" and boundary.values["boundary_kind"] == "namespace"
    table = [(r.values["direction"], r.values["source_scope"], r.values["port_from"], r.values["port_to"], r.at.line) for r in found(POLICY, "network_rule")]
    assert table == [("in", "any", 3306, 3306, 8), ("in", "group", 3306, 3306, 9), ("in", "any", 80, 90, 12), ("out", "any", 0, 65535, 14)]
    assert {r.values["boundary_id"] for r in found(POLICY, "network_rule")} == {boundary.values["boundary_id"]}


@pytest.mark.parametrize(
    ("types", "inbound"), [("policyTypes: [Ingress]", "deny"), ("policyTypes: [Egress]", "allow"), ("policyTypes: ['${T}']", None)]
)
def test_policy_types(types: str, inbound: str | None) -> None:
    assert found(POLICY.replace("podSelector: {}\n  ingress", types + "\n  ingress"), "network_boundary")[0].values["default_inbound"] == inbound


def test_rules_that_cannot_be_told() -> None:
    rule = found(POLICY.replace("cidr: 0.0.0.0/0", "cidr: '${OFFICE}'").replace("{port: 3306}", "{port: mysql}"), "network_rule")[0]
    assert rule.values["source_scope"] is None and rule.values["port_from"] is None


ROLE = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: r}
rules:
  - apiGroups: ["GROUP"]
    resources: ["RESOURCE"]
    verbs: ["VERB"]
"""


@pytest.mark.parametrize(
    ("group", "resource", "verb", "everything", "service", "resources"),
    [
        ("*", "*", "*", True, True, True),
        ("", "*", "*", False, True, True),
        ("", "secrets", "*", False, True, False),
        ("*", "*", "get", False, False, True),
        ("", "pods", "get", False, False, False),
        ("*", "*", "${V}", None, None, True),
    ],
)
def test_roles(group: str, resource: str, verb: str, everything: bool | None, service: bool | None, resources: bool) -> None:
    [row] = found(ROLE.replace("GROUP", group).replace("RESOURCE", resource).replace("VERB", verb), "permission_statement")
    assert (row.values["all_actions"], row.values["service_wildcard"], row.values["all_resources"]) == (everything, service, resources)
    assert row.values["policy_kind"] == "role_binding" and row.at.line == 5


def test_named_resources_are_not_all() -> None:
    text = ROLE.replace("GROUP", "*").replace("RESOURCE", "*").replace("VERB", "*") + "    resourceNames: [one]\n"
    [row] = found(text, "permission_statement")
    assert row.values["all_resources"] is False and row.values["all_actions"] is False


BINDING = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: b}
roleRef:
  kind: ClusterRole
  name: ROLE
subjects:
  - kind: User
    name: WHO
"""


@pytest.mark.parametrize(
    ("role", "who", "admin", "anyone", "directly"),
    [
        ("cluster-admin", "li", True, False, True),
        ("view", "system:anonymous", False, True, False),
        ("view", "system:unauthenticated", False, True, False),
        ("view", "system:masters", True, False, False),
        ("view", "li", False, False, True),
        ("'{{ .Values.role }}'", "li", None, False, True),
    ],
)
def test_bindings(role: str, who: str, admin: bool | None, anyone: bool, directly: bool) -> None:
    [row] = found(BINDING.replace("ROLE", role).replace("WHO", who), "permission_statement")
    assert (row.values["all_actions"], row.values["any_principal"], row.values["attached_directly"]) == (admin, anyone, directly)
    if role == "cluster-admin":
        assert row.places["all_actions"].line == 6


APISERVER = """\
apiVersion: v1
kind: Pod
metadata: {name: kube-apiserver, namespace: kube-system}
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.30.0
      command:
        - kube-apiserver
        - --anonymous-auth=false
        - --encryption-provider-config=/etc/enc.yaml
        - --tls-min-version=VersionTLS11
        - --insecure-port=8080
"""


def test_flags_of_the_api_server() -> None:
    settings = {r.values["setting"]: r for r in found(APISERVER, "host_setting")}
    assert settings["anonymous-auth"].values["value"] == "false" and settings["anonymous-auth"].places["value"].line == 10
    assert settings["profiling"].values["value"] == "true" and "value" not in settings["profiling"].places
    assert settings["audit-log-maxage"].values["value"] == "0"
    [cluster] = found(APISERVER, "cluster")
    assert cluster.values["secrets_encrypted"] is True and cluster.places["secrets_encrypted"].line == 11
    assert found(APISERVER.replace("        - --encryption-provider-config=/etc/enc.yaml\n", ""), "cluster")[0].values["secrets_encrypted"] is False
    secure, insecure = found(APISERVER, "tls_endpoint")
    assert secure.values["min_tls"] == "tls11" and secure.values["port"] == 6443 and secure.values["plaintext"] is False
    assert insecure.values["plaintext"] is True and insecure.values["port"] == 8080 and insecure.places["plaintext"].line == 13
    assert len(found(APISERVER.replace("port=8080", "port=0"), "tls_endpoint")) == 1


def test_flags_in_a_shell_and_in_two_words() -> None:
    text = APISERVER.replace("        - kube-apiserver\n", '        - /bin/sh\n        - -c\n        - "/usr/local/bin/kube-apiserver --profiling=false --authorization-mode RBAC 2>&1"\n')
    settings = {r.values["setting"]: r.values["value"] for r in found(text, "host_setting")}
    assert settings["profiling"] == "false" and settings["authorization-mode"] == "RBAC"


def test_an_ordinary_pod_has_no_control_plane_settings() -> None:
    text = "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: c, image: 'a:1', args: [--anonymous-auth=true]}]}\n"
    assert found(text, "host_setting") == [] and found(text, "cluster") == []


def test_kubelet_and_kubeadm() -> None:
    kubelet = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nauthentication: {anonymous: {enabled: true}}\n"
    settings = {r.values["setting"]: r.values["value"] for r in found(kubelet, "host_setting")}
    assert settings["authentication.anonymous.enabled"] == "true" and settings["authorization.mode"] == "Webhook" and settings["readOnlyPort"] == "0"
    for arguments in ("{profiling: 'false'}", "[{name: profiling, value: 'false'}]"):
        kubeadm = f"apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\napiServer: {{extraArgs: {arguments}}}\n"
        settings = {r.values["setting"]: r.values["value"] for r in found(kubeadm, "host_setting")}
        assert settings["profiling"] == "false"


@pytest.mark.parametrize(
    ("resources", "providers", "encrypted"),
    [
        ("[secrets]", "[{aescbc: {}}, {identity: {}}]", True),
        ("[secrets]", "[{identity: {}}, {aescbc: {}}]", False),
        ("['*.*']", "[{kms: {}}]", True),
        ("[configmaps]", "[{aescbc: {}}]", False),
        ("[secrets]", "{{ .Values.providers }}", None),
        ("[secrets]", "['{{ .Values.provider }}']", None),
    ],
)
def test_encryption_of_secrets(resources: str, providers: str, encrypted: bool | None) -> None:
    text = f"apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n  - resources: {resources}\n    providers: {providers}\n"
    assert found(text, "cluster")[0].values["secrets_encrypted"] is encrypted


STORAGE = "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: s}\nprovisioner: P\nparameters: {X: y}\n"


@pytest.mark.parametrize(
    ("provisioner", "parameters", "encrypted"),
    [
        ("ebs.csi.aws.com", "{type: gp3}", False),
        ("ebs.csi.aws.com", "{encrypted: 'true'}", True),
        ("kubernetes.io/aws-ebs", "{encrypted: 'false'}", False),
        ("diskplugin.csi.alibabacloud.com", "{encrypted: 'true', kmsKeyId: k}", True),
        ("diskplugin.csi.alibabacloud.com", "{encrypted: '${E}'}", None),
        ("com.tencent.cloud.csi.cbs", "{encrypt: ENCRYPT}", True),
        ("everest-csi-provisioner", "{everest.io/crypt-key-id: k}", True),
        ("everest-csi-provisioner", "{type: SSD}", False),
        ("pd.csi.storage.gke.io", "{type: pd-ssd}", True),
    ],
)
def test_storage_classes(provisioner: str, parameters: str, encrypted: bool | None) -> None:
    [row] = found(STORAGE.replace("P\n", provisioner + "\n").replace("{X: y}", parameters), "block_volume")
    assert row.values["encrypted"] is encrypted


def test_local_storage_is_no_cloud_disk() -> None:
    assert found(STORAGE.replace("P\n", "kubernetes.io/no-provisioner\n"), "block_volume") == []
