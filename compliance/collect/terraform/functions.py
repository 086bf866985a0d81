"""The common pure functions of Terraform; anything else is Unknown, never a guess."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import json
import math
from collections.abc import Callable
from typing import Any

from compliance.collect.terraform.expression import MAX_ITEMS, MAX_TEXT, to_text, unknown_from, unknowns
from compliance.model.cell import Reason, Unknown


def call(name: str, arguments: list[Any]) -> Any:
    """The value of a function call; Unknown when the function or an argument it needs is unknown."""
    name = name.rpartition("::")[2]
    if name in _LENIENT:
        return _safely(name, _LENIENT[name], arguments)
    function = _STRICT.get(name)
    if function is None:
        return Unknown(Reason("unsupported_function", name), unknown_from(*arguments).refs)
    if unknowns(arguments):
        return unknown_from(*arguments)
    return _safely(name, function, arguments)


def _safely(name: str, function: Callable[..., Any], arguments: list[Any]) -> Any:
    try:
        result = function(*arguments)
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, ZeroDivisionError, OverflowError, RecursionError) as error:
        return Unknown(Reason("evaluation_error", f"{name}: {type(error).__name__}"))
    if isinstance(result, str) and len(result) > MAX_TEXT:
        return Unknown(Reason("evaluation_error", f"{name}: too long"))
    return result


# Functions that keep unknown leaves in place.


def _plain(value: Any) -> Any:
    """Data for JSON: an unknown leaf becomes its template text, so that a policy keeps its shape."""
    if isinstance(value, Unknown):
        return value.text or ("${" + (value.refs[0] if value.refs else str(value.reason)) + "}")
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return value


def _jsonencode(value: Any) -> Any:
    if isinstance(value, Unknown):
        return unknown_from(value)
    text = json.dumps(_plain(value), ensure_ascii=False)
    found = unknowns(value)
    if found:
        return Unknown(found[0].reason, tuple(dict.fromkeys(r for u in found for r in u.refs)), text)
    return text


def _merge(*maps: Any) -> Any:
    result: dict[str, Any] = {}
    for one in maps:
        if isinstance(one, Unknown):
            return unknown_from(*maps)
        result.update(one or {})
    return result


def _concat(*lists: Any) -> Any:
    if any(isinstance(one, Unknown) for one in lists):
        return unknown_from(*lists)
    return [v for one in lists for v in one][:MAX_ITEMS]


def _lookup(source: Any, key: Any, *default: Any) -> Any:
    if isinstance(source, Unknown) or isinstance(key, Unknown):
        return unknown_from(source, key)
    if to_text(key) in source:
        return source[to_text(key)]
    return default[0] if default else Unknown(Reason("evaluation_error", "lookup"))


def _element(source: Any, index: Any) -> Any:
    if isinstance(source, Unknown) or isinstance(index, Unknown):
        return unknown_from(source, index)
    return source[int(index) % len(source)]


def _coalesce(*values: Any) -> Any:
    for value in values:
        if isinstance(value, Unknown):
            return unknown_from(value)
        if value not in (None, ""):
            return value
    return Unknown(Reason("evaluation_error", "coalesce"))


def _flatten(value: Any) -> Any:
    if isinstance(value, Unknown):
        return unknown_from(value)
    out: list[Any] = []
    for item in value:
        if isinstance(item, list):
            out += _flatten(item)
        else:
            out.append(item)
    return out[:MAX_ITEMS]


def _compact(values: Any) -> Any:
    return unknown_from(values) if isinstance(values, Unknown) else [v for v in values if v not in (None, "")]


def _distinct(values: Any) -> Any:
    if isinstance(values, Unknown):
        return unknown_from(values)
    out: list[Any] = []
    for value in values:
        if value not in out:
            out.append(value)
    return out


def _same(value: Any, *_: Any) -> Any:
    return value


def _length(value: Any) -> Any:
    return unknown_from(value) if isinstance(value, Unknown) else len(value)


def _keys(value: Any) -> Any:
    return unknown_from(value) if isinstance(value, Unknown) else sorted(value)


def _values(value: Any) -> Any:
    return unknown_from(value) if isinstance(value, Unknown) else [value[k] for k in sorted(value)]


def _one(value: Any) -> Any:
    if isinstance(value, Unknown):
        return unknown_from(value)
    return value[0] if value else None


_LENIENT: dict[str, Callable[..., Any]] = {
    "jsonencode": _jsonencode, "merge": _merge, "concat": _concat, "lookup": _lookup, "element": _element,
    "coalesce": _coalesce, "flatten": _flatten, "compact": _compact, "distinct": _distinct, "tolist": _same,
    "toset": _distinct, "tomap": _same, "sensitive": _same, "nonsensitive": _same, "length": _length,
    "keys": _keys, "values": _values, "one": _one, "ephemeralasnull": _same,
}  # fmt: skip


def _format(spec: str, *values: Any) -> str:
    out, rest = [], list(values)
    index = 0
    while index < len(spec):
        if spec[index] != "%":
            out.append(spec[index])
            index += 1
            continue
        end = index + 1
        while end < len(spec) and spec[end] not in "sdvqtfgbxXo%":
            end += 1
        verb = spec[end]
        if verb == "%":
            out.append("%")
        elif verb in "svqt":
            text = to_text(rest.pop(0))
            out.append(json.dumps(text, ensure_ascii=False) if verb == "q" else text)
        else:
            number = rest.pop(0)
            out.append(spec[index : end + 1] % (int(number) if verb in "dxXo" else float(number)))
        index = end + 1
    return "".join(out)


def _substr(text: str, offset: int, length: int) -> str:
    start = int(offset) if offset >= 0 else max(0, len(text) + int(offset))
    return text[start:] if length < 0 else text[start : start + int(length)]


def _replace(text: str, old: str, new: str) -> str:
    if len(old) > 1 and old.startswith("/") and old.endswith("/"):
        raise ValueError("regular expressions are not evaluated")
    return text.replace(old, new)


def _cidrsubnet(prefix: str, bits: int, number: int) -> str:
    network = ipaddress.ip_network(prefix, strict=False)
    new = network.prefixlen + int(bits)
    size = 1 << (network.max_prefixlen - new)
    return f"{network.network_address + int(number) * size}/{new}"


def _number(value: Any) -> Any:
    number = float(value)
    return int(number) if number == int(number) else number


def _to_bool(value: Any) -> bool:
    if value in (True, "true", "1", 1):
        return True
    if value in (False, "false", "0", 0):
        return False
    raise ValueError("not a boolean")


def _range(*limits: Any) -> list[int]:
    values = range(*(int(v) for v in limits))
    if len(values) > MAX_ITEMS:
        raise ValueError("too long")
    return list(values)


def _digest(name: str) -> Callable[[str], str]:
    return lambda text: hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()


_STRICT: dict[str, Callable[..., Any]] = {
    "jsondecode": json.loads,
    "format": _format,
    "formatlist": lambda spec, values: [_format(spec, v) for v in values],
    "join": lambda sep, *lists: str(sep).join(to_text(v) for one in lists for v in one),
    "split": lambda sep, text: text.split(sep),
    "contains": lambda values, item: item in values,
    "lower": lambda t: t.lower(),
    "upper": lambda t: t.upper(),
    "title": lambda t: t.title(),
    "trimspace": lambda t: t.strip(),
    "trim": lambda t, chars: t.strip(chars),
    "trimprefix": lambda t, p: t.removeprefix(p),
    "trimsuffix": lambda t, p: t.removesuffix(p),
    "chomp": lambda t: t.rstrip("\r\n"),
    "startswith": lambda t, p: t.startswith(p),
    "endswith": lambda t, p: t.endswith(p),
    "strcontains": lambda t, p: p in t,
    "strrev": lambda t: t[::-1],
    "replace": _replace,
    "substr": _substr,
    "indent": lambda n, t: t.replace("\n", "\n" + " " * int(n)),
    "tostring": to_text,
    "tonumber": _number,
    "tobool": _to_bool,
    "coalescelist": lambda *lists: next(one for one in lists if one),
    "reverse": lambda values: values[::-1],
    "sort": lambda values: sorted(values, key=to_text),
    "range": _range,
    "slice": lambda values, a, b: values[int(a) : int(b)],
    "index": lambda values, item: values.index(item),
    "zipmap": lambda keys, values: dict(zip(keys, values, strict=True)),
    "setunion": lambda *sets: _distinct([v for one in sets for v in one]),
    "setintersection": lambda first, *sets: [v for v in first if all(v in s for s in sets)],
    "setsubtract": lambda first, second: [v for v in first if v not in second],
    "min": lambda *v: min(v),
    "max": lambda *v: max(v),
    "sum": sum,
    "abs": abs,
    "ceil": lambda v: math.ceil(v),
    "floor": lambda v: math.floor(v),
    "parseint": lambda t, b: int(t, int(b)),
    "anytrue": lambda values: any(v in (True, "true") for v in values),
    "alltrue": lambda values: all(v in (True, "true") for v in values),
    "cidrsubnet": _cidrsubnet,
    "cidrhost": lambda prefix, n: str(ipaddress.ip_network(prefix, strict=False)[int(n)]),
    "cidrnetmask": lambda prefix: str(ipaddress.ip_network(prefix, strict=False).netmask),
    "base64encode": lambda t: base64.b64encode(t.encode()).decode(),
    "base64decode": lambda t: base64.b64decode(t, validate=True).decode(),
    "urlencode": lambda t: __import__("urllib.parse").parse.quote_plus(t),
    "md5": _digest("md5"),
    "sha1": _digest("sha1"),
    "sha256": _digest("sha256"),
    "sha512": _digest("sha512"),
}
