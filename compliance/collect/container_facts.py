"""Facts about images, capabilities, host paths and templates that container collectors share."""

from __future__ import annotations

import posixpath
import re
from typing import Final

from compliance.model.cell import Cell, Reason, Unknown

HOLE: Final = re.compile(r"\$\{\{[^}]*\}\}|\{\{[^}]*\}\}|\$\{[^}]*\}|\$\([A-Za-z_]\w*\)|\$[A-Za-z_]\w*")
"""A part of a text that something else fills in: ``{{ x }}``, ``${x}``, ``$(x)``, ``$x``."""

_TEMPLATE: Final = re.compile(r"\{\{(?P<helm>[^}]*)\}?\}?|\$\{(?P<shell>[^}]*)\}")


def template(text: str) -> str | Unknown:
    """A text of a file that some tool may still render: unknown when it has ``{{ x }}`` or ``${x}`` in it.

    ``$(X)`` and ``$X`` stay: Kubernetes and shells resolve them inside the container.
    """
    found = _TEMPLATE.search(text)
    if found is None:
        return text
    name = (found["helm"] if found["helm"] is not None else found["shell"]).strip()
    return Unknown(Reason("unresolved_variable", name[:60]), text=text)


DANGEROUS_CAPABILITIES: Final = frozenset({
    "ALL", "SYS_ADMIN", "NET_ADMIN", "NET_RAW", "NET_BROADCAST", "SYS_PTRACE", "SYS_MODULE", "SYS_RAWIO", "SYS_BOOT",
    "SYS_TIME", "SYS_TTY_CONFIG", "SYS_PACCT", "SYSLOG", "DAC_READ_SEARCH", "LINUX_IMMUTABLE", "MAC_ADMIN",
    "MAC_OVERRIDE", "AUDIT_CONTROL", "AUDIT_READ", "BPF", "PERFMON", "CHECKPOINT_RESTORE", "IPC_OWNER",
})  # fmt: skip
"""Capabilities that lead out of a container or over its neighbours (capabilities(7)).

They are those that the Baseline level of the Kubernetes "Pod Security Standards" does not admit, less
the ones that only affect scheduling and memory (IPC_LOCK, SYS_NICE, SYS_RESOURCE, LEASE, WAKE_ALARM).
"""


def dangerous(capabilities: list[Cell]) -> Cell:
    """Whether one of the added capabilities is dangerous: true at its line, else unknown if one is, else false."""
    found = Cell(False)
    for cell in capabilities:
        if cell.unknown:
            found = cell
        elif capability(cell) in DANGEROUS_CAPABILITIES:
            return Cell(True, cell.at)
    return found


def drops_all(capabilities: list[Cell]) -> Cell:
    """Whether ALL is among the dropped capabilities."""
    found = Cell(False, capabilities[0].at if capabilities else None)
    for cell in capabilities:
        if cell.unknown:
            found = cell
        elif capability(cell) == "ALL":
            return Cell(True, cell.at)
    return found


def capability(cell: Cell) -> str:
    """A capability's name without its prefix, in capitals."""
    return str(cell.value).strip().upper().removeprefix("CAP_")


def image_pinned(image: Cell) -> Cell:
    """Whether an image reference has a digest or a tag other than ``latest``.

    A reference with a hole in it is still decided when its tag is literal; a hole where the tag would
    stand makes it unknown.  Grammar: the "reference" package of the OCI distribution project.
    """
    text = image.value.text if isinstance(image.value, Unknown) else image.value
    if not isinstance(text, str):
        return image if image.unknown or image.absent else Cell(Unknown(Reason("unreadable_value", "image")), image.at)
    holes = HOLE.findall(text)
    plain = HOLE.sub("\0", text).strip()
    why = (
        image.value if isinstance(image.value, Unknown) else Unknown(Reason("unresolved_variable", (holes or [""])[0]))
    )
    if "@" in plain:
        digest = plain.rpartition("@")[2]
        return Cell(why, image.at) if digest == "\0" else Cell(":" in digest or "\0" in digest, image.at)
    name, colon, tag = plain.rpartition("/")[2].partition(":")
    if colon:
        if tag.strip("\0") == "" and tag:
            return Cell(why, image.at)
        return Cell(tag not in ("latest", ""), image.at)
    return Cell(why, image.at) if name.endswith("\0") else Cell(False, image.at)


_SOCKETS: Final = re.compile(
    r"(?:^|/)(?:docker|containerd|crio|cri-dockerd|dockershim|podman|buildkitd|kubelet)\.sock$|docker_engine$"
)
# Folders that are sensitive as a whole; files below them are not (``/etc/localtime`` is harmless) ...
_EXACT: Final = frozenset({
    "/", "/etc", "/root", "/proc", "/sys", "/dev", "/boot", "/home", "/usr", "/usr/bin", "/usr/local", "/usr/local/bin",
    "/usr/lib", "/usr/sbin", "/bin", "/sbin", "/lib", "/lib64", "/var", "/var/lib", "/var/run", "/run", "/var/log",
    "/var/run/docker", "/run/docker", "/run/containerd", "/var/run/containerd", "/run/secrets", "/mnt/host",
})  # fmt: skip
# ... unless they are below one of these.
_BELOW: Final = (
    "/root/", "/proc/", "/boot/", "/etc/shadow", "/etc/gshadow", "/etc/passwd", "/etc/group", "/etc/sudoers",
    "/etc/ssh", "/etc/kubernetes", "/etc/cron", "/etc/pam.d", "/etc/docker", "/etc/systemd", "/etc/rancher",
    "/etc/ld.so", "/etc/profile", "/etc/security", "/etc/ssl/private", "/etc/pki/tls/private", "/etc/cni",
    "/var/lib/docker", "/var/lib/kubelet", "/var/lib/containerd", "/var/lib/containers", "/var/lib/etcd",
    "/var/lib/rancher", "/var/lib/cloud", "/var/spool/cron", "/dev/mem", "/dev/kmem", "/dev/kmsg", "/dev/port",
    "/dev/sd", "/dev/nvme", "/dev/vd", "/dev/xvd", "/dev/dm-", "/dev/mapper", "/sys/kernel", "/sys/firmware",
)  # fmt: skip
_WINDOWS: Final = re.compile(r"(?i)^[a-z]:[\\/]*(?:windows(?:[\\/].*)?|users|programdata|program files)?$")


def sensitive_host_path(path: str) -> bool:
    """Whether mounting a path of the host hands over the host or its secrets."""
    text = path.strip()
    if _SOCKETS.search(text.replace("\\", "/")) or _WINDOWS.match(text):
        return True
    if text in ("~", "~/"):
        return True
    if text.startswith(("~/.ssh", "~/.aws", "~/.kube", "~/.docker", "~/.aliyun", "~/.gnupg")):
        return True
    if not text.startswith("/"):
        return False
    clean = posixpath.normpath("/" + text.lstrip("/"))
    return clean in _EXACT or clean.startswith(_BELOW)


def host_paths(paths: list[Cell]) -> Cell:
    """Whether one of the mounted host paths is sensitive."""
    found = Cell(False)
    for cell in paths:
        verdict = _with_holes(cell) if cell.unknown else sensitive_host_path(str(cell.value))
        if verdict is True:
            return Cell(True, cell.at)
        if verdict is None:
            found = cell
    return found


def _with_holes(cell: Cell) -> bool | None:
    """A path with unresolved parts, judged by what stands before the first of them; None when that decides nothing."""
    text = cell.value.text if isinstance(cell.value, Unknown) else None
    hole = HOLE.search(text) if text else None
    if text is None or hole is None:
        return None
    before = text[: hole.start()]
    if before.startswith(_BELOW):
        return True
    if before.startswith("."):
        return False
    within = any(path.startswith(before) for path in (*_EXACT, *_BELOW))
    return None if within or ".." in text else False
