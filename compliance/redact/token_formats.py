"""Credentials that are told by their shape alone, whatever name they stand in.

The formats are those which the issuers document (AWS IAM identifiers, Alibaba Cloud AccessKey, GitHub, GitLab,
Slack, Stripe, Google, npm and PyPI token prefixes, WeCom, DingTalk and Feishu group robots, RFC 7468 textual keys,
RFC 3986 user information in a URI).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from compliance.redact.secret_values import is_literal, is_placeholder


class Token(NamedTuple):
    """A credential in the text: kind, offsets, and where its secret part starts and ends."""

    kind: str
    start: int
    end: int
    secret_start: int
    secret_end: int


# kind -> (texts of which at least one occurs in every such credential, pattern)
_FORMATS: Final[tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...]] = (
    ("aws_access_key", ("AKIA", "ASIA"), re.compile(r"(?<![0-9A-Za-z])(?:AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Za-z])")),
    ("alicloud_access_key", ("LTAI",), re.compile(r"(?<![0-9A-Za-z])LTAI[0-9A-Za-z]{12,26}(?![0-9A-Za-z])")),
    ("tencentcloud_secret_id", ("AKID",), re.compile(r"(?<![0-9A-Za-z])AKID[0-9A-Za-z]{32}(?![0-9A-Za-z])")),
    ("github_token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"), re.compile(r"\b(?:gh[pousr]_[0-9A-Za-z]{36,}|github_pat_[0-9A-Za-z_]{22,})\b")),
    ("gitlab_token", ("glpat-", "glrt-", "gldt-"), re.compile(r"\bgl(?:pat|rt|dt)-[0-9A-Za-z_-]{20,}")),
    ("slack_token", ("xox",), re.compile(r"\bxox[abeprs]-[0-9A-Za-z-]{10,}")),
    ("slack_webhook", ("hooks.slack.com/",), re.compile(r"hooks\.slack\.com/services/T[0-9A-Z]+/B[0-9A-Z]+/[0-9A-Za-z]{20,}")),
    ("google_api_key", ("AIza",), re.compile(r"\bAIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])")),
    ("stripe_key", ("k_live_",), re.compile(r"\b[sr]k_live_[0-9A-Za-z]{16,}\b")),
    ("npm_token", ("npm_",), re.compile(r"\bnpm_[0-9A-Za-z]{36}\b")),
    ("pypi_token", ("pypi-",), re.compile(r"\bpypi-[0-9A-Za-z_-]{50,}")),
    ("sendgrid_key", ("SG.",), re.compile(r"\bSG\.[0-9A-Za-z_-]{20,24}\.[0-9A-Za-z_-]{40,}")),
    ("digitalocean_token", ("do_v1_",), re.compile(r"\bdo[opr]_v1_[0-9a-f]{64}\b")),
    ("azure_storage_key", ("AccountKey=", "SharedAccessKey="), re.compile(r"(?:Account|SharedAccess)Key=(?P<secret>[0-9A-Za-z+/]{40,}={0,2})")),
    ("wecom_webhook", ("qyapi.weixin",), re.compile(r"qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=(?P<secret>[0-9a-fA-F-]{36})")),
    ("dingtalk_webhook", ("oapi.dingtalk",), re.compile(r"oapi\.dingtalk\.com/robot/send\?access_token=(?P<secret>[0-9a-fA-F]{64})")),
    ("feishu_webhook", ("/bot/v2/hook/",), re.compile(r"open\.(?:feishu\.cn|larksuite\.com)/open-apis/bot/v2/hook/(?P<secret>[0-9a-fA-F-]{36})")),
    ("private_key", ("PRIVATE KEY-----", "PRIVATE KEY BLOCK-----"), re.compile(r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----")),
    ("jwt", ("eyJ",), re.compile(r"(?<![0-9A-Za-z_.-])eyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{16,}")),
    ("basic_auth", ("uthorization", "AUTHORIZATION"), re.compile(r"(?i:authorization)[\"']?\s*[:=,]?\s*[\"']?(?i:basic|bearer)\s+(?P<secret>[0-9A-Za-z+/._~=-]{8,})")),
    ("connection_string", ("://",), re.compile(r"(?<![0-9A-Za-z])[A-Za-z][0-9A-Za-z+.-]{1,20}://[^\s:/?#\"'`<>@]{0,80}:(?P<secret>[^\s/\"'`<>]{1,128})@(?=[\w.\[$%{-])")),
)  # fmt: skip

_JWT_CONTEXT: Final = re.compile(r"(?i)token|jwt|bearer|auth|secret|key|password|cookie")
_COMMENT: Final = re.compile(r"\s*(?:#|//|--|;|\*|<!--|/\*)")


def tokens(text: str, documentation: bool) -> Iterator[Token]:
    """Credentials by shape, kind after kind.

    documentation: the file explains things, so that sample keys and sample URIs are no leak
    """
    for kind, needles, pattern in _FORMATS:
        if not any(n in text for n in needles):
            continue
        for match in pattern.finditer(text):
            begin, finish = match.span("secret") if "secret" in pattern.groupindex else match.span()
            value = text[begin:finish]
            line_start = text.rfind("\n", 0, match.start()) + 1
            explained = documentation or _COMMENT.match(text, line_start, match.start() + 4) is not None
            if _genuine(kind, value, text[line_start : match.end()], explained):
                yield Token(kind, match.start(), match.end(), begin, finish)


def _genuine(kind: str, value: str, before: str, explained: bool) -> bool:
    if kind == "private_key":
        return True
    if kind == "connection_string":
        user = before.rpartition("://")[2].partition(":")[0].lower()
        sample = explained or user in ("user", "username", "")
        if sample and value.lower() in ("password", "pass", "pwd", "passwd", "secret", "pw", "port"):
            return False
        if value.isdigit():
            return len(value) > 5  # shorter ones are ports
        return is_literal(value.replace("$$", "s"), "any", quoted=True, example=explained)
    if kind == "basic_auth":
        return is_literal(value, "any", quoted=True, example=explained)
    if kind == "jwt" and not _JWT_CONTEXT.search(before):
        return False
    if explained and re.search(r"(?i)example|exama|sample|your", value):
        return False
    return not is_placeholder(value) and not re.search(r"(.)\1{6,}", value)
