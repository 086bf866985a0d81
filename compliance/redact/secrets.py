"""Literal secrets in text: well-known token formats, private keys, connection strings, assignments to secret names."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from compliance.redact.mask import masked_secret


@dataclass(frozen=True, slots=True)
class SecretHit:
    """One hit: kind, the name it stands in, offsets into the text, masked value; never the value."""

    kind: str
    name: str
    start: int
    end: int
    masked: str


_TOKENS: Final = re.compile(
    r"(?P<aws_access_key>\b(?:AKIA|ASIA)[0-9A-Z]{16}\b)"
    r"|(?P<alicloud_access_key>\bLTAI[0-9A-Za-z]{12,26}\b)"
    r"|(?P<tencentcloud_secret_id>\bAKID[0-9A-Za-z]{32}\b)"
    r"|(?P<github_token>\bgh[pousr]_[0-9A-Za-z]{36,}\b|\bgithub_pat_[0-9A-Za-z_]{22,}\b)"
    r"|(?P<gitlab_token>\bglpat-[0-9A-Za-z_-]{20,}\b)"
    r"|(?P<slack_token>\bxox[abprs]-[0-9A-Za-z-]{10,}\b)"
    r"|(?P<google_api_key>\bAIza[0-9A-Za-z_-]{35}\b)"
    r"|(?P<stripe_key>\b[sr]k_live_[0-9A-Za-z]{16,}\b)"
    r"|(?P<npm_token>\bnpm_[0-9A-Za-z]{36}\b)"
    r"|(?P<pypi_token>\bpypi-[0-9A-Za-z_-]{50,}\b)"
    r"|(?P<wecom_webhook>qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=[0-9a-f-]{36})"
    r"|(?P<dingtalk_webhook>oapi\.dingtalk\.com/robot/send\?access_token=[0-9a-f]{64})"
    r"|(?P<private_key>-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----)"
    r"|(?P<connection_string>\b[a-z][a-z0-9+.-]{2,20}://[^\s:/@\"'${}<>]{1,64}:[^\s@/\"'${}<>]{3,128}@[\w.-]+)"
)

_NAME = (
    r"[A-Za-z0-9_.-]{0,40}(?:password|passwd|pwd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential|auth[_-]?key|"
    r"client[_-]?secret|requirepass|masterauth|密码|口令|密钥)[A-Za-z0-9_-]{0,24}"
)
_ASSIGN: Final = re.compile(
    rf"""(?ix)(?P<quote>["']?)(?P<name>{_NAME})(?P=quote)\s*(?P<op>:=|=>|=|:|\s)\s*(?P<value>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[^\s"',;\#}}\])]+)""",
)
_LIST_ENTRY: Final = re.compile(r"(?i)^\s*-?\s*(?:name|key)\s*:\s*[\"']?(?P<name>" + _NAME + r")[\"']?\s*$")
_VALUE_LINE: Final = re.compile(r"(?i)^\s*(?:value)\s*[:=]\s*(?P<value>\"[^\"\n]*\"|'[^'\n]*'|\S+)")
_QUICK: Final = re.compile(
    r"(?i)pass|pwd|secret|token|key|credential|requirepass|masterauth|密码|口令|密钥|://|AKI|LTAI|ASIA|gh[pousr]_|github_pat|glpat|xox|AIza|npm_|pypi-|qyapi|dingtalk|BEGIN "
)

_HARMLESS_NAME: Final = re.compile(
    r"(?i)(policy|length|min_|max_|_id$|id$|name$|_file$|file$|_path$|path$|_arn$|arn$|_ttl|ttl$|expir|age|rotation|reset|required|enabled|enable|type$|version|"
    r"url$|uri$|endpoint|header|prefix|suffix|count|size|days|public[_-]?key|ssh_keys?$|key_?pair|kms|algorithm|usage|spec|reuse|characters|"
    r"manage_master|auth_mode|authentication$|login|hint|field|column|label|placeholder|prompt|tokens?_required|http_tokens|_ref$|ref$|secretkeyref|secretname|"
    r"store|provider|encryption|manager|source|history|lifetime|validity|check|attempts|mount|format|hash|class|mode|token_?review|automount|getter|keytab|"
    r"allow|deny|block|disable|wo_version|permit|authorization|recovery|retention|secrets$|tokens$|keys$|passwords$)"
)
_REFERENCE: Final = re.compile(
    r"(?i)^(?:\$|%\(|\{\{|<|@|!|&|\*|var\.|local\.|module\.|data\.|each\.|random_|aws_|alicloud_|tencentcloud_|huaweicloud_|google_|azurerm_|vault|arn:|acs:|ssm:|secretsmanager|"
    r"null$|none$|nil$|true$|false$|yes$|no$|on$|off$|env\b|os\.|process\.|file\(|base64|jsonencode|lookup\(|try\(|coalesce|format\(|sensitive\(|string$|bool$|number$|object\(|"
    r"list\(|map\(|any$|optional|/|\./|~/|[A-Za-z]:\\|https?://|\d{1,5}$|[\[\](){}|>+-]+$)"
)
_PLACEHOLDER: Final = re.compile(
    r"(?i)^(?:x+|\*+|\.+|-+|<.*>|\[.*\]|your[-_ ]?.*|.*replace[-_ ]?me.*|.{0,12}example.{0,12}|.*placeholder.*|.*dummy.*|todo|tbd|fixme|insert.*|enter.*|none|null|redacted|masked|hidden|secret|password|"
    r"token|string|changeit-example|.*_here|.*-here|foo|bar|test|\(known after apply\))$"
)


def _literal(raw: str) -> str | None:
    """The literal text of a value, or None when it is a reference, a placeholder or no secret by shape."""
    quoted = raw[:1] in "\"'" and len(raw) >= 2
    value = raw[1:-1] if quoted else raw
    if len(value) < 4 or "${" in value or "{{" in value or "$(" in value or value.startswith(("$", "%")):
        return None
    if not quoted and (_REFERENCE.match(value) or re.fullmatch(r"[a-z_]+(?:\.[a-z_0-9\[\]]+)+", value)):
        return None
    if quoted and re.match(r"(?i)^(?:var\.|local\.|module\.|data\.|arn:|acs:|ssm:|vault:|secretsmanager|/|\./|https?://|\{\{|<|true$|false$|null$|none$|\d{1,3}$)", value):
        return None
    if _PLACEHOLDER.match(value) or (" " in value.strip() and len(value.split()) > 3):
        return None
    return value


def detect(text: str, file_kind: str) -> Iterator[SecretHit]:
    """Hits in order of the text; documentation is searched for token formats only."""
    if not _QUICK.search(text):
        return
    seen: set[int] = set()
    for match in _TOKENS.finditer(text):
        kind = str(match.lastgroup)
        value = match.group()
        if ("EXAMPLE" in value.upper() and file_kind == "markdown") or (kind == "connection_string" and _PLACEHOLDER.match(value.split(":", 2)[2].rpartition("@")[0])):
            continue
        seen.add(text.count("\n", 0, match.start()))
        yield SecretHit(kind, "", match.start(), match.end(), masked_secret(value) if kind != "private_key" else "PRIVATE KEY")
    if file_kind in ("markdown", "lock", "code"):
        return
    yield from _assignments(text, file_kind, seen)
    if file_kind == "yaml" and re.search(r"(?m)^kind:\s*Secret\s*$", text):
        yield from _kubernetes(text)


def _assignments(text: str, file_kind: str, seen: set[int]) -> Iterator[SecretHit]:
    offset = 0
    pending = ""
    for number, line in enumerate(text.split("\n")):
        start, offset = offset, offset + len(line) + 1
        stripped = line.lstrip()
        if len(line) > 2000 or stripped.startswith(("#", "//", "--", ";", "*")):
            pending = ""
            continue
        if pending and number not in seen:
            value_line = _VALUE_LINE.match(line)
            if value_line and _literal(value_line["value"]):
                yield SecretHit("assignment", pending, start + value_line.start("value"), start + value_line.end("value"), masked_secret(_literal(value_line["value"]) or ""))
        entry = _LIST_ENTRY.match(line)
        pending = entry["name"] if entry and not _HARMLESS_NAME.search(entry["name"]) else ""
        if number in seen or not _QUICK.search(line):
            continue
        for match in _ASSIGN.finditer(line):
            name, value = match["name"].strip("_.-"), _literal(match["value"])
            if value is None or _HARMLESS_NAME.search(name):
                continue
            if match["op"].isspace() and not (file_kind in ("conf", "dockerfile") and re.match(r"(?i)(ENV|ARG|requirepass|masterauth)\b", stripped)):
                continue
            if file_kind == "terraform" and match["value"][:1] not in "\"'" and not stripped.startswith("export "):
                continue
            yield SecretHit("assignment", name, start + match.start("value"), start + match.end("value"), masked_secret(value))
            break
    if file_kind == "terraform":
        yield from _variable_defaults(text)


def _variable_defaults(text: str) -> Iterator[SecretHit]:
    for match in re.finditer(rf'(?i)variable\s+"(?P<name>{_NAME})"\s*\{{(?P<body>[^{{}}]*)\}}', text):
        default = re.search(r'(?m)^\s*default\s*=\s*(?P<value>"[^"\n]*")', match["body"])
        if default and not _HARMLESS_NAME.search(match["name"]) and _literal(default["value"]):
            start = match.start("body") + default.start("value")
            yield SecretHit("variable_default", match["name"], start, start + len(default["value"]), masked_secret(default["value"][1:-1]))


def _kubernetes(text: str) -> Iterator[SecretHit]:
    for document in re.finditer(r"(?ms)^kind:\s*Secret\s*$.*?(?=^---|\Z)", text):
        block = re.search(r"(?ms)^(?:data|stringData):\s*\n(?P<body>(?:[ \t]+.*\n?)+)", document.group())
        for entry in re.finditer(r"(?m)^\s+(?P<name>[\w.-]+):\s*[\"']?(?P<value>[^\s\"'#]+)", block["body"]) if block else ():
            value = entry["value"]
            try:
                plain = base64.b64decode(value, validate=True).decode("utf-8")
            except (binascii.Error, ValueError):
                plain = value
            if _literal(plain) and not re.search(_NAME, entry["name"], re.I):
                start = document.start() + block.start("body") + entry.start("value")  # type: ignore[union-attr]
                yield SecretHit("kubernetes_secret", entry["name"], start, start + len(value), masked_secret(plain))
