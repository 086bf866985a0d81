"""sshd_config: the effective server settings of OpenSSH.

Source: manual page sshd_config(5) of OpenSSH: keywords without regard to case, the first value wins, ``Match``
blocks override the global section, ``Include`` reads in place (relative names below /etc/ssh), and each
keyword's default.  Defaults of lists are those of OpenSSH 9.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from compliance.collect.conf_text import Paths, cell, hole, lines, plain_name, read, unique, unreadable, whole
from compliance.collect.interface import Item, SourceFile, Tree
from compliance.model.cell import Cell, Unknown
from compliance.model.location import Location
from compliance.model.row import FileNote, Row, make_row

_CIPHERS: Final = (
    "chacha20-poly1305@openssh.com,aes128-gcm@openssh.com,aes256-gcm@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr"
)
_MACS: Final = (
    "umac-64-etm@openssh.com,umac-128-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,"
    "hmac-sha1-etm@openssh.com,umac-64@openssh.com,umac-128@openssh.com,hmac-sha2-256,hmac-sha2-512,hmac-sha1"
)
_KEX: Final = (
    "sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,"
    "ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,"
    "diffie-hellman-group18-sha512,diffie-hellman-group14-sha256"
)
_HOST_KEYS: Final = (
    "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,sk-ssh-ed25519@openssh.com,"
    "sk-ecdsa-sha2-nistp256@openssh.com,rsa-sha2-512,rsa-sha2-256"
)
# Canonical spelling -> default; None: a row only when it is written.
SETTINGS: Final[dict[str, str | None]] = {
    "PermitRootLogin": "prohibit-password",
    "PasswordAuthentication": "yes",
    "PermitEmptyPasswords": "no",
    "PubkeyAuthentication": "yes",
    "KbdInteractiveAuthentication": "yes",
    "HostbasedAuthentication": "no",
    "GSSAPIAuthentication": "no",
    "IgnoreRhosts": "yes",
    "MaxAuthTries": "6",
    "MaxSessions": "10",
    "MaxStartups": "10:30:100",
    "X11Forwarding": "no",
    "AllowTcpForwarding": "yes",
    "AllowAgentForwarding": "yes",
    "GatewayPorts": "no",
    "PermitTunnel": "no",
    "PermitUserEnvironment": "no",
    "ClientAliveInterval": "0",
    "ClientAliveCountMax": "3",
    "LoginGraceTime": "120",
    "LogLevel": "info",
    "SyslogFacility": "auth",
    "Ciphers": _CIPHERS,
    "MACs": _MACS,
    "KexAlgorithms": _KEX,
    "HostKeyAlgorithms": _HOST_KEYS,
    "Protocol": "2",
    "UsePAM": "no",
    "UseDNS": "no",
    "StrictModes": "yes",
    "Banner": "none",
    "AuthenticationMethods": "any",
    "Port": "22",
    "Compression": "yes",
    "AllowUsers": None,
    "AllowGroups": None,
    "DenyUsers": None,
    "DenyGroups": None,
    "ListenAddress": None,
    "ForceCommand": None,
    "ChrootDirectory": None,
    "AuthorizedKeysFile": None,
    "TrustedUserCAKeys": None,
    "RekeyLimit": None,
    "RSAAuthentication": None,
    "RhostsRSAAuthentication": None,
    "UsePrivilegeSeparation": None,
}
_CANONICAL: Final = {name.lower(): name for name in SETTINGS} | {
    "challengeresponseauthentication": "KbdInteractiveAuthentication",
    "skeyauthentication": "KbdInteractiveAuthentication",
    "dsaauthentication": "PubkeyAuthentication",
}
_TIMES: Final = frozenset({"LoginGraceTime", "ClientAliveInterval"})
_LISTS: Final = {"Ciphers": _CIPHERS, "MACs": _MACS, "KexAlgorithms": _KEX, "HostKeyAlgorithms": _HOST_KEYS}
_ADDS: Final = frozenset({"AllowUsers", "AllowGroups", "DenyUsers", "DenyGroups", "ListenAddress", "Port"})
_CASED: Final = _ADDS | {"Banner", "ForceCommand", "ChrootDirectory", "AuthorizedKeysFile", "TrustedUserCAKeys"}
_SAME: Final = {"without-password": "prohibit-password"}
_FLAGS: Final = {"true": "yes", "false": "no"}
_UNITS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_WORD: Final = re.compile(r'"([^"]{0,4000})"|(\{\{[^{}]{0,200}\}\}|\$\{[^{}]{0,200}\}|[^\s"]+)')
_KEYWORD: Final = re.compile(r"[ \t\f]*([A-Za-z0-9]+)[ \t\f]*(?:=[ \t\f]*|[ \t\f]+|$)(.*)\Z", re.DOTALL)
_MAX_LINES: Final = 100_000


@dataclass(slots=True)
class _Scope:
    """The settings of the global section or of one Match block: first value, its place."""

    name: str
    at: Location
    values: dict[str, Cell] = field(default_factory=dict)


class SshdCollector:
    """sshd_config files, their drop-in folders and templates of both."""

    name = "sshd"
    version = "1"
    tables = frozenset({"host_setting"})

    def claims(self, path: str, head: bytes) -> bool:
        """``sshd_config`` and what begins or ends so, and files of ``sshd_config.d``."""
        name = plain_name(path)
        if name.endswith((".md", ".yml", ".yaml", ".py", ".sh", ".rb", ".pp", ".tf", ".json", ".html", ".rst", ".go")):
            return False
        inside = "sshd_config.d" in path.split("/")[:-1]
        return inside or name.startswith("sshd_config") or name.endswith(("sshd_config", "sshd.conf", "sshd_config.conf"))

    def collect(self, files: Iterable[SourceFile], tree: Tree) -> Iterator[Item]:
        """Settings of every main file with its includes; a drop-in that nobody includes: only what it states."""
        ordered = sorted(files, key=lambda f: f.path)
        mains = [f for f in ordered if "sshd_config.d" not in f.path.split("/")[:-1]]
        included: set[str] = set()
        paths = Paths(tree)
        for file in [*mains, *(f for f in ordered if f not in mains)]:
            if file.path in included:
                continue
            reading = _Reading(file, tree, paths)
            reading.run()
            included |= reading.included
            yield from rows(file, reading, file in mains)
            yield from reading.notes


class _Reading:
    """One sshd_config read as sshd reads it."""

    def __init__(self, file: SourceFile, tree: Tree, paths: Paths) -> None:
        self.file, self.tree, self.paths = file, tree, paths
        self.base = _Scope("", whole(file.path, read(file)))
        self.override = _Scope("", self.base.at)  # Match all: applies to everybody, over the global section
        self.matches: list[_Scope] = []
        self.included: set[str] = set()
        self.notes: list[FileNote] = []
        self.left = _MAX_LINES

    def run(self) -> None:
        self._file(self.file, self.base, (self.file.path,))

    def _file(self, file: SourceFile, scope: _Scope, chain: tuple[str, ...]) -> None:
        for line in lines(read(file)):
            self.left -= 1
            if self.left < 0:
                self._note(file.path, line.number, "too_many_lines", ("host_setting",))
                return
            text = line.text.strip()
            if not text or text.startswith("#"):
                continue
            at = Location(file.path, line.number, line.number)
            found = _KEYWORD.match(text)
            if found is None:
                if not hole(text):
                    self._note(file.path, line.number, "unreadable_line", ("host_setting",))
                continue
            keyword, words = found[1].lower(), _words(found[2])
            if keyword == "match":
                scope = self._match(words, at)
            elif keyword == "include":
                self._include(words, scope, chain, at)
            elif keyword in _CANONICAL:
                self._setting(_CANONICAL[keyword], words, scope, at, line.condition)

    def _match(self, words: list[str], at: Location) -> _Scope:
        if [w.lower() for w in words] == ["all"]:
            return self.override
        scope = _Scope("match:" + " ".join(words).lower()[:200], at)
        self.matches.append(scope)
        return scope

    def _include(self, words: list[str], scope: _Scope, chain: tuple[str, ...], at: Location) -> None:
        for pattern in words:
            found = self.paths.find(self.file.folder, pattern) if not hole(pattern) else []
            for path in found:
                file = self.tree.file(path)
                if file is None or b"\0" in file.data[:4096]:
                    continue
                if path in chain or len(chain) > 16:  # servconf.h: SERVCONF_MAX_DEPTH
                    self._note(at.path, at.line, "include_cycle")
                    continue
                self.included.add(path)
                self._file(file, scope, (*chain, path))
            if not found:
                self._note(at.path, at.line, "include_missing")

    def _setting(self, name: str, words: list[str], scope: _Scope, at: Location, condition: str) -> None:
        value = _value(name, words, at, condition)
        old = scope.values.get(name)
        if old is None:
            scope.values[name] = value
            if scope.name:
                scope.at = Location(scope.at.path, scope.at.line, at.line if at.path == scope.at.path else scope.at.end_line)
        elif name in _ADDS and old.known and value.known:
            scope.values[name] = Cell(f"{old.value} {value.value}"[:400], old.at)
        elif condition and old.unknown and isinstance(old.value, Unknown) and old.value.reason == _reason(value):
            pass  # the other branch of the same template condition

    def _note(self, path: str, line: int, code: str, tables: tuple[str, ...] = ()) -> None:
        if len(self.notes) < 100:
            self.notes.append(FileNote(path, "partial", "sshd", code, "", line, tables))


def _reason(value: Cell) -> object:
    return value.value.reason if isinstance(value.value, Unknown) else None


def _words(text: str) -> list[str]:
    """Arguments of a line: quotes taken away, a comment after them left out."""
    words = []
    for found in _WORD.finditer(text[:20_000]):
        word = found[1] if found[1] is not None else found[2]
        if found[1] is None and word.startswith("#"):
            break
        words.append(word)
    return words


def _value(name: str, words: list[str], at: Location, condition: str) -> Cell:
    if not words:
        return Cell(unreadable(name), at)
    text = " ".join(words) if name in _CASED or name in ("AuthenticationMethods", "RekeyLimit") else words[0]
    value = cell(text[:4000], at, condition)
    if name in _CASED:
        return value
    value = value.map(lambda v: str(v).lower())
    if name in _TIMES:
        return value.map(lambda v: _seconds(str(v)))
    if name in _LISTS:
        return value.map(lambda v: _list(str(v), _LISTS[name]))
    if name == "Protocol":
        return Cell(",".join(words).lower().replace(",,", ","), at) if value.known else value
    return value.map(lambda v: _SAME.get(str(v), _FLAGS.get(str(v), str(v))))


def _seconds(text: str) -> str | Unknown:
    """``2m``, ``1h30m``, ``120``, ``none`` in seconds (sshd_config(5), "TIME FORMATS")."""
    if text == "none":
        return "0"
    if not re.fullmatch(r"(?:\d{1,9}[smhdw]?){1,6}", text):
        return unreadable(text)
    return str(sum(int(n) * _UNITS[u] for n, u in re.findall(r"(\d+)([smhdw]?)", text)))


def _list(text: str, default: str) -> str:
    """An algorithm list, relative ones (``+x``, ``-x``, ``^x``) worked out over the default."""
    words = [w for w in text[1:].split(",") if w]
    usual = default.split(",")
    if text.startswith("+"):
        return ",".join([*usual, *(w for w in words if w not in usual)])
    if text.startswith("^"):
        return ",".join([*words, *(w for w in usual if w not in words)])
    if text.startswith("-"):
        return ",".join(u for u in usual if not any(re.fullmatch(_glob(w), u) for w in words[:100]))
    return text


def _glob(pattern: str) -> str:
    return re.sub(r"(\\\*)+", ".*", re.escape(pattern[:100])).replace(r"\?", ".")


def rows(file: SourceFile, reading: _Reading, main: bool) -> Iterator[Row]:
    """host_setting rows of one reading: the global section with defaults, then what each Match states."""
    for name, default in SETTINGS.items():
        value = reading.override.values.get(name) or reading.base.values.get(name)
        if value is None and (default is None or not main):
            continue
        yield _row(file.path, "", name, value or Cell(default), reading.base.at)
    seen: dict[str, int] = {}
    for scope in reading.matches:
        label = unique(scope.name, seen)
        for name, value in scope.values.items():
            yield _row(file.path, label, name, value, scope.at)


def _row(path: str, scope: str, setting: str, value: Cell, at: Location) -> Row:
    return make_row(
        "host_setting", at, host_id=path, provider="openssh", resource_type="sshd_config", component="sshd", scope=scope,
        setting=setting, value=value,
    )  # fmt: skip
