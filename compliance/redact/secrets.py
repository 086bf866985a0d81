"""Literal secrets in text: token formats, and literal values given to names that hold secrets.

A name is read where it stands (HCL, YAML, JSON, environment files, ini, Dockerfile, shell, XML), never by parsing the
whole file: what does not parse may hold a secret all the same.  References, placeholders and settings *about* secrets
(lengths, policies, file names) are no hits; see ``secret_names`` and ``secret_values``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from compliance.redact import secret_blocks
from compliance.redact.mask import masked_secret
from compliance.redact.secret_names import NameClass, name_class
from compliance.redact.secret_values import is_literal, looks_random
from compliance.redact.token_formats import tokens


@dataclass(frozen=True, slots=True)
class SecretHit:
    """One hit; never the value.

    kind:   ``password``, ``access_key``, ``secret_key``, ``token``, ``private_key``, ``connection_string``, ... or a token format
    name:   variable, attribute or header it stands in, '' when there is none
    start:  offset of the value in the text
    end:    offset after it
    line:   line of the value, from 1
    masked: first two characters and the length
    """

    kind: str
    name: str
    start: int
    end: int
    line: int
    masked: str


@dataclass(frozen=True, slots=True)
class _Found:
    kind: str
    name: str
    start: int
    end: int
    masked: str


# Texts that occur in every name that holds a secret, over lower-case text.
_HINT: Final = re.compile(r"pass|pwd|secret|token|(?:api|access|private|secret|account|storage|encryption|encrypt|signing|shared|auth|app|application|license|master|hmac|jwt|aes|des)[_.-]?key|credential|masterauth|(?:root|bind)pw|psk|密码|口令|密钥|_?auth[\"']?\s*[:=]|\bsk[\"']?\s*[:=]")  # fmt: skip
_NEEDLES: Final = ("pass", "pwd", "secret", "token", "key", "credential", "auth", "pw", "psk", "密码", "口令", "密钥", "sk")
_NAME_REST: Final = re.compile(r"[\w.-]*")
_OPERATOR: Final = re.compile(r"""(?P<close>\\?["'`]?\]?\)?)[ \t]*(?P<op>:=|=>|\?=|==|!=|=~|=|:|：)(?P<gap>[ \t]*)""")
_QUOTED: Final = re.compile(r""""((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|\\"([^"\\\n]*)\\"|`([^`\n]*)`""")
_WRAPPED: Final = re.compile(r'(?:sensitive|nonsensitive|base64encode|tostring)\(\s*(?=")')
_BARE_TIGHT: Final = re.compile(r"""[^\s"'`;&,)}\]<>|\\]+""")
_BARE_FLOW: Final = re.compile(r"[^\s,}\]]+")
_BARE_LINE: Final = re.compile(r"[^\r\n]*")
_PAIR_NAME: Final = re.compile(r"""(?i)(?:^|[\s{,"'(<])(?:name|key|parameter_?key|env_?name)["']?\s*[:=]\s*["']?[\w./-]*$""")
_PAIR_VALUE: Final = re.compile(r"""(?i)["']?\s*[,;]?\s*["']?(?:parameter_?)?value["']?\s*[:=][ \t]*""")
_PAIR_FAR: Final = re.compile(r"""(?i)["']?\s*\n(?:[ \t]*(?!name\b|value\b)[\w]+[ \t]*=[^\n{}]*\n){1,4}[ \t]*value[ \t]*=[ \t]*""")
_PAIR_BEFORE: Final = re.compile(r"""(?i)["']?\bvalue["']?\s*[:=]\s*("[^"\n]*"|'[^'\n]*')\s*,?\s*["']?(?:name|key)["']?\s*[:=]\s*["']?[\w./-]*$""")
_WHITE_VALUE: Final = re.compile(r"""[ \t]+(?:"([^"\n]*)"|'([^'\n]*)'|([^\s;"']+))[ \t]*;?[ \t]*(?:\r?\n|$)""")
_FLAG_VALUE: Final = re.compile(r"""["']?(?:[ \t]+|\s*,\s*|[ \t]*\r?\n\s*-\s+)["']?(?P<value>[^\s"',\]\[;&|-][^\s"',\];&|]*)""")
_SQL_VALUE: Final = re.compile(r"""\s*(?:\(\s*)?(?:as\s+)?'(?P<value>[^'\n]+)'""", re.I)
_DEFAULT_HCL: Final = re.compile(r'(?m)(?:^|[{;])[ \t]*default[ \t]*=[ \t]*"(?P<value>(?:[^"\\\n]|\\.)*)"')
_DEFAULT_YAML: Final = re.compile(r"""(?im)^[ \t]+(?:default|value):[ \t]+(?:"(?P<double>[^"\n]*)"|'(?P<single>[^'\n]*)'|(?P<bare>[^\s#"'!{&*|>][^\n]*?))[ \t]*(?:\s#.*)?\r?$""")
_DEFAULT_JSON: Final = re.compile(r'(?i)"(?:default|defaultValue|value)"\s*:\s*"(?P<value>(?:[^"\\\n]|\\.)*)"')

_TOKENS_ONLY: Final = frozenset({"markdown", "lock", "csv"})
_COMMENTS: Final = {"code": ("//", "*", "/*", "#", "--"), "sql": ("--", "#", "/*", "*"), "xml": ("<!--",), "conf": ("#", ";", "//", "!"), "json": ("//", "#"), "terraform": ("#", "//", "/*", "*")}
_COMMENT_DEFAULT: Final = ("#", "//", "--", ";", "<!--")
_WINDOW: Final = 2000


def detect(text: str, file_kind: str, example: bool = False) -> Iterator[SecretHit]:
    """Hits in order of the text.

    file_kind: ``terraform``, ``yaml``, ``json``, ``env``, ``conf``, ``dockerfile``, ``shell``, ``sql``, ``xml``, ``code``,
               ``text``; of ``markdown``, ``lock`` and ``csv`` only token formats are looked for
    example:   the file is one to copy (``.env.example``): weak words stand in for a value
    """
    found: list[_Found] = []
    for token in tokens(text, file_kind == "markdown"):
        masked = "PRIVATE KEY" if token.kind == "private_key" else masked_secret(text[token.secret_start : token.secret_end])
        found.append(_Found(token.kind, _name_before(text, token.start), token.start, token.end, masked))
    if file_kind not in _TOKENS_ONLY:
        for block in secret_blocks.blocks(text, file_kind, example):
            found.append(_Found(block.kind, block.name, block.start, block.end, block.masked))
        lowered = _ascii_lower(text)
        if any(n in lowered for n in _NEEDLES):
            found += _Scan(text, lowered, file_kind, example).run()
    yield from _in_order(text, found)


def _in_order(text: str, found: list[_Found]) -> Iterator[SecretHit]:
    """Sorted by place; of overlapping hits the first one found stands (formats before names)."""
    kept: list[_Found] = []
    taken: list[tuple[int, int]] = []
    for hit in found:
        if len(taken) > 1000 or not any(hit.start < e and s < hit.end for s, e in taken):
            kept.append(hit)
            taken.append((hit.start, hit.end))
    line, position = 1, 0
    for hit in sorted((h for h in kept if h.masked), key=lambda h: (h.start, h.end, h.kind)):
        line += text.count("\n", position, hit.start)
        position = hit.start
        yield SecretHit(hit.kind, hit.name, hit.start, hit.end, line, hit.masked)


def _ascii_lower(text: str) -> str:
    """Lower case with the same offsets (a few letters change length in Unicode)."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else text.translate({c: c + 32 for c in range(65, 91)})


def _name_before(text: str, start: int) -> str:
    line = text[max(text.rfind("\n", 0, start) + 1, start - 120) : start]
    match = re.search(r"""([\w.-]+)["']?\]?[ \t]*[:=]>?[ \t]*["'(]?[ \t]*$""", line)
    return match[1].strip(".-") if match else ""


class _Scan:
    """One pass over the names of a text."""

    def __init__(self, text: str, lowered: str, kind: str, example: bool) -> None:
        self.text, self.lowered, self.kind, self.example = text, lowered, kind, example
        self.embedded = secret_blocks.heredocs(text) if kind == "terraform" else []
        self.remarks = secret_blocks.block_comments(text) if kind in ("terraform", "code", "sql") else []

    def run(self) -> Iterator[_Found]:
        position = 0
        while hint := _HINT.search(self.lowered, position):
            start, end = self._name_span(hint.start(), hint.end())
            position = max(end, hint.end())
            name = self.text[start:end].strip(".-_") or self.text[start:end]
            held = name_class(name)
            if held is None or self._is_comment(start):
                continue
            hit = self._judge(name, held, start, end)
            if hit is not None:
                position = max(position, hit.end)
                yield hit

    def _name_span(self, start: int, end: int) -> tuple[int, int]:
        text, first = self.text, max(0, start - 80)
        while start > first and (text[start - 1].isalnum() or text[start - 1] in "_-."):
            start -= 1
        while text[start] in "-." and start < end:
            start += 1
        if not text[end - 1].isalnum() and text[end - 1] not in "_-.":  # the hint took the operator in
            end = start + len((_NAME_REST.match(text, start) or [""])[0])
        stop = _NAME_REST.match(text, end, end + 60)
        end = stop.end() if stop else end
        return start, end

    def _line_start(self, start: int) -> int:
        return self.text.rfind("\n", max(0, start - _WINDOW), start) + 1 or max(0, start - _WINDOW)

    def _within(self, spans: list[tuple[int, int]], offset: int) -> bool:
        return any(s <= offset < e for s, e in spans)

    def _is_comment(self, start: int) -> bool:
        if self.remarks and self._within(self.remarks, start):
            return True
        line = self.text[self._line_start(start) : start]
        marks = _COMMENTS.get(self._kind_at(start), _COMMENT_DEFAULT)
        stripped = line.lstrip()
        if stripped.startswith(marks) and not stripped.startswith("--" if self.kind in ("shell", "dockerfile", "yaml", "text") else "\0"):
            return True
        for mark in ("#", "//") if self.kind != "json" else ("//",):
            at = line.find(mark)
            while at >= 0:
                if (at == 0 or line[at - 1] in " \t") and line.count('"', 0, at) % 2 == 0 and line.count("'", 0, at) % 2 == 0:
                    return True
                at = line.find(mark, at + 1)
        return False

    def _kind_at(self, offset: int) -> str:
        return "text" if self.embedded and self._within(self.embedded, offset) else self.kind

    def _judge(self, name: str, held: NameClass, start: int, end: int) -> _Found | None:
        text, kind = self.text, self._kind_at(start)
        line_start = self._line_start(start)
        before = text[line_start:start]
        if kind == "terraform" and re.search(r'\bvariable\s+"$', before[-40:]):
            return self._default(name, held, _DEFAULT_HCL, end, re.compile(r'(?m)^\}|^variable\s'))
        if _PAIR_NAME.search(before[-300:]):
            hit = self._pair(name, held, start, end, kind)
            if hit is not None:
                return hit
        if before.endswith("<") and kind in ("xml", "text", "code"):
            tag = re.compile(r"[^>\n]*>([^<\n]+)</").match(text, end)
            return self._found(name, held, tag.span(1), True, kind) if tag else None
        operator = _OPERATOR.match(text, end)
        if operator is None:
            return self._without_operator(name, held, before, start, end, kind)
        if operator["op"] in ("==", "!=", "=~", "=>") and not (operator["op"] == "=>" and kind in ("code", "conf", "text")):
            return None
        if before.endswith(("$", "${", "@", "%")) and not (before.lstrip() == "$" and operator["op"] == "="):
            return None
        span = self._value(operator, before, start, kind)
        if span is None:
            return self._nested_default(name, held, operator, line_start, kind)
        return self._found(name, held, span[:2], span[2], kind)

    def _value(self, operator: re.Match[str], before: str, start: int, kind: str) -> tuple[int, int, bool] | None:
        """Start, end and quotedness of the value after an operator."""
        text, at, op = self.text, operator.end(), operator["op"]
        inside = before.count('"') % 2 == 1 and not operator["close"] and not before.endswith('"')
        wrapped = _WRAPPED.match(text, at)
        quoted = _QUOTED.match(text, wrapped.end() if wrapped else at)
        if quoted is not None and not (inside and quoted[0][0] == '"'):
            group = quoted.lastindex or 1
            if kind == "code" and re.match(r"\s*(?:\+|%|\.\s*format|\.\.)", text[quoted.end() : quoted.end() + 12]):
                return None
            return (*quoted.span(group), True)
        if text[at : at + 1] in ('"', "'", "\n", "\r", ""):
            return None
        if op in (":", "："):
            if not operator["gap"] and op == ":" and not operator["close"]:
                return None  # image:tag, arn:aws:..., a:b are no mappings
            if inside or kind in ("terraform", "code"):
                return None
            if kind == "json" or before.rstrip().endswith(("{", ",")):
                return self._bare(_BARE_FLOW, at)
            return self._bare_line(at)
        tight = not operator["gap"] and text[operator.end("close") : operator.start("op")] == ""
        if inside or self.kind in ("yaml", "shell", "dockerfile", "json", "xml"):
            return self._bare(_BARE_TIGHT, at) if tight else None
        if kind in ("terraform", "code"):
            return self._bare(_BARE_TIGHT, at) if tight and before.strip() == "export" else None
        if kind == "text":
            return self._bare(_BARE_TIGHT, at) if tight else self._bare_line(at) if not before.strip() else None
        return self._bare_line(at)

    def _bare(self, pattern: re.Pattern[str], at: int) -> tuple[int, int, bool] | None:
        match = pattern.match(self.text, at, at + _WINDOW)
        return (match.start(), match.end(), False) if match else None

    def _bare_line(self, at: int) -> tuple[int, int, bool] | None:
        match = _BARE_LINE.match(self.text, at, at + _WINDOW)
        value = re.split(r"\s[#;]|\s//\s", match[0], maxsplit=1)[0].rstrip().rstrip(";,") if match else ""
        return (at, at + len(value), False) if value else None

    def _without_operator(self, name: str, held: NameClass, before: str, start: int, end: int, kind: str) -> _Found | None:
        text = self.text
        if before.endswith("-") and re.search(r"(?:^|[\s\"'=,(\[])--?$", before[-8:]):
            flag = _FLAG_VALUE.match(text, end, end + 300)
            return self._found(name, held, flag.span("value"), False, kind) if flag else None
        if kind == "sql" or re.search(r"(?i)\b(?:create|alter)\s+(?:user|role|login)\b", before[-400:]):
            literal = _SQL_VALUE.match(text, end, end + 300)
            return self._found(name, held, literal.span("value"), True, kind) if literal and held.kind == "password" else None
        instruction = (kind == "dockerfile" and re.match(r"(?i)\s*(?:ENV|ARG)\s+$", before)) or (kind == "conf" and not before.strip())
        if instruction and held.proof != "random":
            white = _WHITE_VALUE.match(text, end, end + 300)
            if white:
                group = white.lastindex or 3
                return self._found(name, held, white.span(group), group < 3, kind)
        return None

    def _pair(self, name: str, held: NameClass, start: int, end: int, kind: str) -> _Found | None:
        """``name: DB_PASSWORD`` with its ``value:`` beside, below or before it."""
        text = self.text
        after = _PAIR_VALUE.match(text, end, end + 300) or (_PAIR_FAR.match(text, end, end + 600) if kind == "terraform" else None)
        if after:
            quoted = _QUOTED.match(text, after.end())
            if quoted:
                return self._found(name, held, quoted.span(quoted.lastindex or 1), True, kind)
            bare = self._bare_line(after.end()) if kind not in ("terraform", "json") else None
            return self._found(name, held, bare[:2], False, kind) if bare else None
        earlier = _PAIR_BEFORE.search(text, max(0, start - 300), start)
        return self._found(name, held, (earlier.start(1) + 1, earlier.end(1) - 1), True, kind) if earlier else None

    def _default(self, name: str, held: NameClass, pattern: re.Pattern[str], end: int, stop: re.Pattern[str]) -> _Found | None:
        last = stop.search(self.text, end, end + _WINDOW)
        default = pattern.search(self.text, end, last.start() if last else min(len(self.text), end + _WINDOW))
        if default is None:
            return None
        group = default.lastgroup or "value"
        return self._found(name, held, default.span(group), group != "bare", self.kind)

    def _nested_default(self, name: str, held: NameClass, operator: re.Match[str], line_start: int, kind: str) -> _Found | None:
        """The default of a declared parameter: ``DBPassword:`` over ``Default: x``, ``"DBPassword": {"Default": "x"}``."""
        at = operator.end()
        if kind == "json" and self.text[at : at + 1] == "{":
            return self._default(name, held, _DEFAULT_JSON, at, re.compile(r"\}"))
        if kind == "yaml" and self.text[at : at + 1] in ("\n", "\r"):
            indent = len(self.text[line_start:at]) - len(self.text[line_start:at].lstrip(" -"))
            return self._default(name, held, _DEFAULT_YAML, at, re.compile(rf"\n[ ]{{0,{indent}}}[^\s]"))
        return None

    def _found(self, name: str, held: NameClass, span: tuple[int, int], quoted: bool, kind: str) -> _Found | None:
        value = self.text[span[0] : span[1]]
        proof = held.proof
        if kind == "code" and not (looks_random(value) or (held.kind == "password" and len(value) >= 6 and re.search(r"[^A-Za-z_-]", value))):
            return None  # source code names its variables after what they hold
        if not is_literal(value, proof, quoted=quoted, example=self.example, assignment=kind):
            return None
        if value.isdigit() and (held.kind != "password" or (len(value) < 4 and not name.isupper())):
            return None
        return _Found(held.kind, name, span[0], span[1], masked_secret(value))
