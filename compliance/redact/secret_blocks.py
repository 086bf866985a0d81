"""Secrets that a construct as a whole gives away: Kubernetes Secret objects, commands with a password, encoded user data."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from compliance.redact.mask import masked_secret
from compliance.redact.secret_values import is_literal, is_placeholder


class Block(NamedTuple):
    """One secret: kind, name, offsets; an empty mask says that the span was looked at and holds none."""

    kind: str
    name: str
    start: int
    end: int
    masked: str


_SECRET_YAML: Final = re.compile(r"(?m)^(?P<indent>[ ]*(?:- +)?)kind:[ \t]*[\"']?Secret[\"']?[ \t]*(?:#.*)?\r?$")
_SECRET_JSON: Final = re.compile(r'"kind"\s*:\s*"Secret"')
_DATA_JSON: Final = re.compile(r'"(?P<block>data|stringData)"\s*:\s*\{(?P<body>[^{}]*)\}')
_ENTRY_JSON: Final = re.compile(r'"(?P<name>[\w.-]+)"\s*:\s*"(?P<value>(?:[^"\\\n]|\\.)*)"')
_ENTRY_YAML: Final = re.compile(r"""^[ ]+["']?(?P<name>[\w.-]+)["']?:[ \t]*(?:[|>][+-]?\d?[ \t]*\r?\n[ ]+)?["']?(?P<value>[^\s"'#][^\s"']*)""", re.M)
# Parts of a Secret that are no secret by themselves.
_OPEN_PARTS: Final = re.compile(r"(?i)^(?:.*user(?:[-_]?name)?|host|hostname|port|db|dbname|database|endpoint|region|namespace|email|type|url|uri|server|name|(?:ca|tls|cert|certificate)\.(?:crt|pem)|.*\.crt|ca)$")  # fmt: skip

# (text that must occur, file kinds or () for all, pattern with the group "value")
_COMMANDS: Final[tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...]] = (
    ("curl", (), re.compile(r"""\bcurl\b[^\n|;]{0,500}?\s(?:-u|--user)[ =]?["']?(?P<name>)[^\s:"'$]+:(?P<value>[^\s"'@]+)""")),
    ("sshpass", (), re.compile(r"""\bsshpass\s+-p\s*["']?(?P<name>)(?P<value>[^\s"']+)""")),
    ("chpasswd", (), re.compile(r"""\becho\s+(?:-e\s+)?["']?(?P<name>[\w.-]+):(?P<value>[^\s"'|]+)["']?\s*\|\s*(?:sudo\s+)?chpasswd""")),
    ("mysql", (), re.compile(r"""\bmysql(?:dump|admin)?\b[^\n|;"']{0,500}?\s-p(?P<name>)["']?(?P<value>[^\s"'-][^\s"']*)""")),
    ("docker login", (), re.compile(r"""\bdocker login\b[^\n|;]{0,500}?\s-p[ =]?["']?(?P<name>)(?P<value>[^\s"'-][^\s"']*)""")),
    ("identified", (), re.compile(r"""(?i)\bidentified\s+(?:with\s+[\w"'`]+\s+)?by\s+(?P<name>)'(?P<value>[^'\n]+)'""")),
    ("auth-pass", ("conf", "text"), re.compile(r"""(?m)^\s*sentinel\s+(?P<name>auth-pass)\s+\S+\s+["']?(?P<value>[^\s"']+)""")),
    ("user ", ("conf",), re.compile(r"""(?m)^user\s+(?P<name>\S+)\s(?:[^\n#]*?\s)?>(?P<value>\S+)""")),
    ("insecure-password", ("conf", "text"), re.compile(r"""(?m)^[^#\n]*\b(?P<name>insecure-password)\s+(?P<value>\S+)""")),
    ("stats auth", ("conf", "text"), re.compile(r"""(?m)^[ \t]*(?P<name>stats auth)\s+[^\s:]+:(?P<value>\S+)""")),
    ("password", ("conf", "text"), re.compile(r"""(?m)\blogin\s+\S+\s+(?P<name>password)\s+(?P<value>\S+)""")),
    (":", ("pgpass",), re.compile(r"""(?m)^(?!#)[^\s:]+:(?:\d+|\*):[^:\s]+:(?P<name>[^:\s]+):(?P<value>\S+)$""")),
)  # fmt: skip
_USER_DATA: Final = re.compile(r"""(?i)(?P<name>user_?data\w*)["']?\s*[:=]\s*(?:!!binary\s+)?["']?(?P<value>[A-Za-z0-9+/]{24,}={0,2})["']?\s*$""", re.M)
_HEREDOC: Final = re.compile(r"<<[-~]?[ \t]*\"?(?P<mark>[A-Za-z_]\w*)\"?[ \t]*\r?\n")
_REMARK: Final = re.compile(r"(?ms)^[ \t]*/\*.*?(?:\*/|\Z)")


def blocks(text: str, file_kind: str, example: bool) -> Iterator[Block]:
    """Secrets by construct."""
    if "Secret" in text and file_kind in ("yaml", "json", "text"):
        yield from _kubernetes_yaml(text)
        yield from _kubernetes_json(text)
    for needle, kinds, pattern in _COMMANDS:
        if needle in text.lower() and (not kinds or file_kind in kinds):
            for match in pattern.finditer(text):
                line = text[text.rfind("\n", 0, match.start()) + 1 : match.start("value")].lstrip()
                if line.startswith(("#", "//", "-- ")) or not is_literal(match["value"], "any", quoted=True, example=example):
                    continue
                yield Block("password", match["name"], match.start("value"), match.end("value"), masked_secret(match["value"]))
    if "data" in text and file_kind in ("terraform", "yaml", "json", "text"):
        yield from _user_data(text, example)


def heredocs(text: str) -> list[tuple[int, int]]:
    """Spans of HCL heredoc bodies: what stands there is a file of its own, with its own syntax."""
    spans: list[tuple[int, int]] = []
    position = 0
    while start := _HEREDOC.search(text, position):
        stop = re.compile(rf"(?m)^[ \t]*{start['mark']}[ \t]*\r?$").search(text, start.end())
        position = stop.end() if stop else len(text)
        spans.append((start.end(), stop.start() if stop else len(text)))
    return spans


def block_comments(text: str) -> list[tuple[int, int]]:
    """Spans of ``/* ... */`` that begin a line (elsewhere the two characters mostly belong to a wildcard)."""
    return [m.span() for m in _REMARK.finditer(text)] if "/*" in text else []


def _kubernetes_yaml(text: str) -> Iterator[Block]:
    looked: set[tuple[int, int]] = set()
    for match in _SECRET_YAML.finditer(text):
        indent = len(match["indent"])
        first = text.rfind("\n---", 0, match.start()) + 1
        if (first, indent) in looked:  # the items of a list are all found at once
            continue
        looked.add((first, indent))
        last = text.find("\n---", match.end())
        last = len(text) if last < 0 else last + 1
        heading = re.compile(rf"^(?:[ ]{{{indent}}}|[ ]{{{max(0, indent - 2)}}}- )(?P<block>data|stringData):[ \t]*(?:#.*)?\r?\n(?P<body>(?:(?:[ ]{{{indent + 1},}}[^\n]*|[ \t]*#[^\n]*|[ \t]*\r?)(?:\n|\Z))*)", re.M)
        for block in heading.finditer(text, first, last):
            body = block.start("body")
            for entry in _ENTRY_YAML.finditer(text, body, block.end("body")):
                yield _entry(entry["name"], entry["value"], entry.start("value"), block["block"] == "data")


def _kubernetes_json(text: str) -> Iterator[Block]:
    if _SECRET_JSON.search(text):
        for block in _DATA_JSON.finditer(text):
            for entry in _ENTRY_JSON.finditer(text, block.start("body"), block.end("body")):
                yield _entry(entry["name"], entry["value"], entry.start("value"), block["block"] == "data")


def _entry(name: str, value: str, start: int, encoded: bool) -> Block:
    """One entry of a Secret; every literal counts but the parts that are open anyway."""
    plain = _decoded(value) if encoded else value
    nothing = plain is not None and (len(plain.strip()) < 3 or plain.startswith("-----BEGIN CERT") or is_placeholder(plain) or (" " not in plain and "\n" not in plain and not is_literal(plain, "any", quoted=True, example=False)))
    template = "{{" in value or "${" in value or value.startswith(("ENC[", "$", "<"))
    masked = "" if _OPEN_PARTS.match(name) or template or nothing else masked_secret(plain or value)
    return Block("kubernetes_secret", name, start, start + len(value), masked)


def _user_data(text: str, example: bool) -> Iterator[Block]:
    """User data given as base64: what it holds when decoded."""
    from compliance.redact import secrets

    for match in _USER_DATA.finditer(text):
        plain = _decoded(match["value"])
        inner = next(secrets.detect(plain, "text", example), None) if plain and plain.isprintable() is False and "\0" not in plain else None
        if inner is not None:
            yield Block(inner.kind, inner.name or match["name"], match.start("value"), match.end("value"), inner.masked)


def _decoded(value: str) -> str | None:
    """Base64 decoded to text; None when it is something else."""
    try:
        return base64.b64decode(value, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
