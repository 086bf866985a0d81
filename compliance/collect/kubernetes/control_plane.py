"""The control plane: flags of its components, kubelet and kubeadm configurations, encryption of secrets.

Sources: command line reference of kube-apiserver, kube-controller-manager, kube-scheduler, kubelet and etcd,
"KubeletConfiguration", "kubeadm ClusterConfiguration", "Encrypting Confidential Data at Rest" (kubernetes.io,
etcd.io).  Defaults are those of the current releases.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from compliance.collect.kubernetes.objects import Object
from compliance.collect.kubernetes.pods import Container, containers
from compliance.collect.yaml_tree import Node
from compliance.model.cell import ABSENT, Cell, Reason, Unknown
from compliance.model.location import Location
from compliance.model.row import NO_SETTING, Row, make_row

# Component -> flag -> default.
_FLAGS: Final[dict[str, dict[str, str]]] = {
    "kube-apiserver": {
        "allow-privileged": "false", "anonymous-auth": "true", "audit-log-maxage": "0", "audit-log-maxbackup": "0",
        "audit-log-maxsize": "0", "audit-log-path": "", "audit-policy-file": "", "authorization-mode": "AlwaysAllow",
        "basic-auth-file": "", "client-ca-file": "", "disable-admission-plugins": "", "enable-admission-plugins": "",
        "encryption-provider-config": "", "etcd-cafile": "", "etcd-certfile": "", "insecure-bind-address": "",
        "insecure-port": "0", "kubelet-certificate-authority": "", "kubelet-client-certificate": "",
        "profiling": "true", "secure-port": "6443", "service-account-lookup": "true", "tls-cert-file": "",
        "tls-cipher-suites": "", "tls-min-version": "VersionTLS12", "token-auth-file": "",
    },
    "kube-controller-manager": {
        "bind-address": "0.0.0.0", "profiling": "true", "root-ca-file": "", "service-account-private-key-file": "",
        "use-service-account-credentials": "false",
    },
    "kube-scheduler": {"bind-address": "0.0.0.0", "profiling": "true"},
    "kubelet": {
        "anonymous-auth": "true", "authorization-mode": "AlwaysAllow", "client-ca-file": "", "read-only-port": "10255",
        "rotate-certificates": "false", "streaming-connection-idle-timeout": "4h0m0s", "tls-min-version": "VersionTLS12",
    },
    "etcd": {
        "auto-tls": "false", "cert-file": "", "client-cert-auth": "false", "peer-auto-tls": "false",
        "peer-cert-file": "", "peer-client-cert-auth": "false",
    },
}  # fmt: skip

# Path in a KubeletConfiguration -> default of the configuration file (unlike the flags').
_KUBELET: Final[dict[tuple[str, ...], str]] = {
    ("authentication", "anonymous", "enabled"): "false",
    ("authentication", "webhook", "enabled"): "true",
    ("authorization", "mode"): "Webhook",
    ("readOnlyPort",): "0",
    ("protectKernelDefaults",): "false",
    ("rotateCertificates",): "false",
    ("tlsMinVersion",): "VersionTLS12",
    ("streamingConnectionIdleTimeout",): "4h0m0s",
}
_VERSIONS: Final = {"VersionTLS10": "tls10", "VersionTLS11": "tls11", "VersionTLS12": "tls12", "VersionTLS13": "tls13"}


def rows(one: Object) -> Iterator[Row]:
    """Settings of control plane components that an object runs or configures."""
    for container in containers(one):
        component, words = _command(container)
        if component:
            yield from _component(one, container.node.at, container.id, component, _flags(words))
    if one.kind == "KubeletConfiguration":
        for path, default in _KUBELET.items():
            yield _setting(
                one, one.at, one.id, "kubelet", ".".join(path), one.node.cell(*path).as_str().default(default)
            )
    elif one.kind == "EncryptionConfiguration":
        yield _cluster(one, one.at, one.id, _secrets_encrypted(one.node))
    elif one.kind == "ClusterConfiguration":
        for key, component in (("apiServer", "kube-apiserver"), ("controllerManager", "kube-controller-manager"), ("scheduler", "kube-scheduler")):  # fmt: skip
            node = one.node.get(key)
            if not node.missing:
                yield from _component(one, node.at, f"{one.id}/{key}", component, _extra(node.get("extraArgs")))


def _component(one: Object, at: Location, mark: str, component: str, flags: dict[str, Cell]) -> Iterator[Row]:
    for flag, default in _FLAGS[component].items():
        yield _setting(one, at, mark, component, flag, flags.get(flag, ABSENT).default(default))
    if component != "kube-apiserver":
        return
    config = flags.get("encryption-provider-config", flags.get("experimental-encryption-provider-config", ABSENT))
    yield _cluster(one, at, mark, config.map(bool).default(False))
    lowest = flags.get("tls-min-version", ABSENT).map(
        lambda v: _VERSIONS.get(str(v)) or Unknown(Reason("unreadable_value", str(v)[:60]))
    )
    yield _endpoint(
        one, at, f"{mark}/secure", flags.get("secure-port", ABSENT).default(6443), Cell(False), lowest.default("tls12")
    )
    insecure = flags.get("insecure-port", ABSENT).as_int()
    if not insecure.absent and insecure.value != 0:
        clear = insecure if insecure.unknown else Cell(True, insecure.at)
        yield _endpoint(one, at, f"{mark}/insecure", insecure, clear, Cell("none"))


def _setting(one: Object, at: Location, mark: str, scope: str, name: str, value: Cell) -> Row:
    return make_row(
        "host_setting", at, host_id=mark, component="app", scope=scope, setting=name, value=value, **one.identity()
    )


def _cluster(one: Object, at: Location, mark: str, encrypted: Cell) -> Row:
    return make_row(
        "cluster", at, resource_id=mark, name=one.name, version="", public_endpoint=NO_SETTING, endpoint_any_source=NO_SETTING,
        secrets_encrypted=encrypted, deletion_protection=NO_SETTING, **one.identity(),
    )  # fmt: skip


def _endpoint(one: Object, at: Location, mark: str, port: Cell, plaintext: Cell, lowest: Cell) -> Row:
    clear = plaintext.value is True
    return make_row(
        "tls_endpoint", at, endpoint_id=mark, endpoint_kind="other", host="kube-apiserver", port=port.as_int(),
        protocol="http" if clear else "https", plaintext=plaintext, http_redirect=NO_SETTING, min_tls=lowest,
        weak_ciphers=NO_SETTING, internet_facing=NO_SETTING, cert_key_algorithm=NO_SETTING, cert_key_bits=NO_SETTING,
        cert_valid=NO_SETTING, hsts=NO_SETTING, **one.identity(),
    )  # fmt: skip


def _command(container: Container) -> tuple[str, list[Cell]]:
    """The component a container runs, and the words of its command line."""
    words: list[Cell] = []
    for cell in (*container.node.cells("command"), *container.node.cells("args")):
        parts = str(cell.value).split() if cell.known else []
        # ``sh -c "kube-apiserver --a=b"`` stands in one word.
        words += (
            [Cell(part, cell.at) for part in parts]
            if len(parts) > 1 and any(p.rpartition("/")[2] in _FLAGS for p in parts)
            else [cell]
        )
    for cell in words[:6]:
        name = str(cell.value).rpartition("/")[2]
        if name in _FLAGS:
            return name, words
    return "", []


def _flags(words: list[Cell]) -> dict[str, Cell]:
    """``--flag=value``, ``--flag value`` and ``--flag`` (true); the last of a name wins."""
    found: dict[str, Cell] = {}
    for index, word in enumerate(words):
        text = word.value.text if isinstance(word.value, Unknown) else str(word.value)
        if not text or not text.startswith("--"):
            continue
        name, equals, value = text[2:].partition("=")
        if word.unknown:
            found[name] = word
        elif equals:
            found[name] = Cell(value.strip("\"'"), word.at)
        else:
            follower = words[index + 1] if index + 1 < len(words) else ABSENT
            plain = follower.known and not str(follower.value).startswith("--")
            found[name] = follower.as_str() if plain else Cell("true", word.at)
    return found


def _extra(node: Node) -> dict[str, Cell]:
    """``extraArgs``: a mapping (v1beta3) or a list of names and values (v1beta4)."""
    if node.items:
        return {item.get("name").text: item.cell("value").as_str() for item in node.items}
    return {name: node.cell(name).as_str() for name, _ in node.pairs()}


def _secrets_encrypted(root: Node) -> Cell:
    """Whether new secrets are written encrypted: the first provider of the entry that covers them decides."""
    listed = root.get("resources")
    if listed.unknown is not None:
        return root.cell("resources")
    for entry in listed.items:
        covered: list[Any] = [c.value for c in entry.cells("resources")]
        if not {"secrets", "*.", "*.*"} & {c for c in covered if isinstance(c, str)}:
            continue
        if entry.get("providers").unknown is not None:
            return entry.cell("providers")
        providers = entry.get("providers").items
        if not providers:
            return Cell(False, entry.at)
        first = providers[0]
        names = [name for name, _ in first.pairs()]
        if not names:
            return first.cell() if first.unknown else Cell(first.text != "identity", first.at)
        return Cell("identity" not in names, first.at)
    return Cell(False)
