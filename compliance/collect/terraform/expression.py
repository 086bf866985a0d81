"""Terraform expressions: text -> tree -> value, with ``Unknown`` for what cannot be told offline.

The trees are small tuples ``(kind, ...)``.  Everything is bounded: nesting, loop lengths, the size
of strings made.  Nothing is executed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Protocol

from compliance.model.cell import Reason, Unknown

MAX_DEPTH = 60
MAX_ITEMS = 1000
MAX_TEXT = 1_000_000

Tree = tuple[Any, ...]

_TOKEN = re.compile(
    r"""\s+|\#[^\n]*|//[^\n]*|/\*.*?\*/
    |(?P<heredoc><<-?[A-Za-z_]\w*\r?\n)
    |(?P<num>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    |(?P<id>[A-Za-z_][\w-]*)
    |(?P<op>\.\.\.|=>|==|!=|<=|>=|&&|\|\||[-+*/%<>!?:=,.()\[\]{}])
    |(?P<quote>")""",
    re.X | re.S,
)


class SyntaxProblem(Exception):
    """The text is not an expression this reader understands."""


class _Parser:
    def __init__(self, text: str) -> None:
        self.text, self.tokens, self.i = text, _tokens(text), 0

    def peek(self) -> tuple[str, Any]:
        return self.tokens[self.i] if self.i < len(self.tokens) else ("end", "")

    def take(self) -> tuple[str, Any]:
        token = self.peek()
        self.i += 1
        return token

    def accept(self, op: str) -> bool:
        if self.peek() == ("op", op):
            self.i += 1
            return True
        return False

    def expect(self, op: str) -> None:
        if not self.accept(op):
            raise SyntaxProblem(f"expected {op}")

    def expression(self, depth: int = 0) -> Tree:
        if depth > MAX_DEPTH:
            raise SyntaxProblem("nested too deeply")
        condition = self.binary(0, depth + 1)
        if self.accept("?"):
            yes = self.expression(depth + 1)
            self.expect(":")
            return ("if", condition, yes, self.expression(depth + 1))
        return condition

    _LEVELS = (("||",), ("&&",), ("==", "!="), ("<", ">", "<=", ">="), ("+", "-"), ("*", "/", "%"))

    def binary(self, level: int, depth: int) -> Tree:
        if level == len(self._LEVELS):
            return self.unary(depth)
        left = self.binary(level + 1, depth)
        while self.peek()[0] == "op" and self.peek()[1] in self._LEVELS[level]:
            op = self.take()[1]
            left = ("op", op, left, self.binary(level + 1, depth))
        return left

    def unary(self, depth: int) -> Tree:
        if depth > MAX_DEPTH:
            raise SyntaxProblem("nested too deeply")
        if self.accept("!"):
            return ("not", self.unary(depth + 1))
        if self.accept("-"):
            return ("neg", self.unary(depth + 1))
        return self.postfix(self.primary(depth + 1), depth)

    def postfix(self, tree: Tree, depth: int) -> Tree:
        while True:
            if self.accept("."):
                kind, value = self.take()
                if (kind, value) == ("op", "*"):
                    tree = ("splat", tree, self._rest(depth))
                    return tree
                if kind == "id":
                    tree = ("attr", tree, value)
                elif kind == "num":
                    for part in str(value).split("."):
                        tree = ("index", tree, ("lit", int(part)))
                else:
                    raise SyntaxProblem("after a dot")
            elif self.peek() == ("op", "["):
                self.i += 1
                if self.accept("*"):
                    self.expect("]")
                    return ("splat", tree, self._rest(depth))
                key = self.expression(depth + 1)
                self.expect("]")
                tree = ("index", tree, key)
            else:
                return tree

    def _rest(self, depth: int) -> Tree:
        return self.postfix(("it",), depth)

    def primary(self, depth: int) -> Tree:
        kind, value = self.take()
        if kind == "num":
            return ("lit", value)
        if kind == "str":
            return template(value)
        if kind == "id":
            # Terraform refuses True and False, but what their writer means leaves no doubt.
            if value in ("true", "false", "null", "True", "False"):
                return ("lit", {"true": True, "false": False, "null": None}[value.lower()])
            if self.accept("("):
                arguments, spread = [], False
                while not self.accept(")"):
                    arguments.append(self.expression(depth + 1))
                    spread = self.accept("...") or spread
                    if not self.accept(","):
                        self.expect(")")
                        break
                return ("call", value, tuple(arguments), spread)
            return ("name", value)
        if (kind, value) == ("op", "("):
            inner = self.expression(depth + 1)
            self.expect(")")
            return inner
        if (kind, value) == ("op", "["):
            if self.peek() == ("id", "for"):
                return self.loop("]", depth)
            items = []
            while not self.accept("]"):
                items.append(self.expression(depth + 1))
                if not self.accept(","):
                    self.expect("]")
                    break
            return ("list", tuple(items))
        if (kind, value) == ("op", "{"):
            if self.peek() == ("id", "for"):
                return self.loop("}", depth)
            pairs = []
            while not self.accept("}"):
                mark, name = self.peek()
                if mark == "id" and self.tokens[self.i + 1 : self.i + 2] in ([("op", "=")], [("op", ":")]):
                    self.i += 1
                    key: Tree = ("lit", name)
                else:
                    key = self.expression(depth + 1)
                if not self.accept("="):
                    self.expect(":")
                pairs.append((key, self.expression(depth + 1)))
                self.accept(",")
            return ("map", tuple(pairs))
        raise SyntaxProblem(f"unexpected {value!r}"[:60])

    def loop(self, close: str, depth: int) -> Tree:
        self.i += 1
        names = [self.take()[1]]
        if self.accept(","):
            names.append(self.take()[1])
        if self.take() != ("id", "in"):
            raise SyntaxProblem("for without in")
        source = self.expression(depth + 1)
        self.expect(":")
        first = self.expression(depth + 1)
        second, group = None, False
        if self.accept("=>"):
            second = self.expression(depth + 1)
            group = self.accept("...")
        condition = None
        if self.peek() == ("id", "if"):
            self.i += 1
            condition = self.expression(depth + 1)
        self.expect(close)
        return ("for", tuple(names), source, first, second, group, condition)


def _tokens(text: str) -> list[tuple[str, Any]]:
    tokens: list[tuple[str, Any]] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise SyntaxProblem(f"unexpected {text[position : position + 10]!r}")
        kind = match.lastgroup
        position = match.end()
        if kind == "quote":
            body, position = _quoted(text, position)
            tokens.append(("str", body))
        elif kind == "heredoc":
            body, position = _heredoc(text, match.group(), position)
            tokens.append(("str", body))
        elif kind == "num":
            number = match.group()
            tokens.append(("num", float(number) if not number.isdigit() else int(number)))
        elif kind:
            tokens.append((kind, match.group()))
        if len(tokens) > 200_000:
            raise SyntaxProblem("too long")
    return tokens


class Raw(str):
    """Template text; ``heredoc`` ones have no backslash escapes."""

    heredoc = False


class HeredocText(Raw):
    """Template text of a heredoc."""

    heredoc = True


def _quoted(text: str, position: int) -> tuple[Raw, int]:
    start, depth = position, 0
    while position < len(text):
        char = text[position]
        if char == "\\" and depth == 0:
            position += 2
            continue
        if text.startswith(("${", "%{"), position) and text[position - 1 : position] != char:
            depth += 1
            position += 2
            continue
        if depth:
            if char == "{":
                depth += 1
            elif char == "}":
                depth -= 1
            elif char == '"':
                _, position = _quoted(text, position + 1)
                continue
        elif char == '"':
            return Raw(text[start:position]), position + 1
        position += 1
    raise SyntaxProblem("unterminated string")


def _heredoc(text: str, mark: str, position: int) -> tuple[HeredocText, int]:
    indented, name = mark[2] == "-", mark[2:].strip().lstrip("-")
    end = re.compile(rf"^[ \t]*{re.escape(name)}[ \t]*$", re.M).search(text, position)
    body = text[position : end.start()] if end else text[position:]
    if indented:
        lines = body.split("\n")
        widths = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
        cut = min(widths, default=0)
        body = "\n".join(line[cut:] for line in lines)
    return HeredocText(body), end.end() if end else len(text)


_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


def template(raw: str) -> Tree:
    """The tree of template text: ``("lit", text)`` or ``("template", parts)``."""
    parts: list[Tree] = []
    plain: list[str] = []
    heredoc = isinstance(raw, HeredocText)
    position = 0
    while position < len(raw):
        char = raw[position]
        if raw.startswith(("$${", "%%{"), position):
            plain.append(raw[position + 1 : position + 3])
            position += 3
        elif char == "\\" and not heredoc:
            following = raw[position + 1 : position + 2]
            if following in ("u", "U"):
                width = 4 if following == "u" else 8
                digits = raw[position + 2 : position + 2 + width]
                try:
                    plain.append(chr(int(digits, 16)))
                except (ValueError, OverflowError) as error:
                    raise SyntaxProblem("bad unicode escape") from error
                position += 2 + width
            else:
                plain.append(_ESCAPES.get(following, following))
                position += 2
        elif raw.startswith("${", position):
            end = _interpolation_end(raw, position + 2)
            inner = raw[position + 2 : end].strip().removeprefix("~").removesuffix("~")
            if plain:
                parts.append(("lit", "".join(plain)))
                plain = []
            parts.append(("interp", parse(inner), inner.strip()))
            position = end + 1
        elif raw.startswith("%{", position):
            return ("opaque", str(raw)[:80])
        else:
            plain.append(char)
            position += 1
    if not parts:
        return ("lit", "".join(plain))
    if plain:
        parts.append(("lit", "".join(plain)))
    return ("template", tuple(parts))


def _interpolation_end(raw: str, position: int) -> int:
    depth = 1
    while position < len(raw):
        char = raw[position]
        if char == '"':
            _, position = _quoted(raw, position + 1)
            continue
        if char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if not depth:
                return position
        position += 1
    raise SyntaxProblem("unterminated interpolation")


@lru_cache(maxsize=20_000)
def parse(text: str) -> Tree:
    """The tree of an expression; ``("opaque", text)`` for what is not understood."""
    try:
        if text.count("[") + text.count("{") + text.count("(") > 20_000:
            raise SyntaxProblem("too many brackets")
        parser = _Parser(text)
        tree = parser.expression()
        if parser.i < len(parser.tokens):
            raise SyntaxProblem("trailing text")
    except (SyntaxProblem, RecursionError):
        return ("opaque", text.strip()[:80])
    return tree


class Names(Protocol):
    """What an expression can refer to."""

    def resolve(self, path: tuple[Any, ...]) -> Any:
        """The value of a dotted path such as ``("var", "x")``; longest useful prefix, see ``Scope``."""
        ...

    def call(self, name: str, arguments: list[Any]) -> Any:
        """A function's value."""
        ...


def unknown_from(*values: Any, code: str = "", detail: str = "") -> Unknown:
    """An Unknown that inherits reason and references from the unknown *values*."""
    found = [u for v in values for u in unknowns(v)]
    refs = tuple(dict.fromkeys(r for u in found for r in u.refs))
    reason = Reason(code, detail) if code else (found[0].reason if found else Reason("evaluation_error", detail))
    return Unknown(reason, refs)


def unknowns(value: Any, depth: int = 0) -> list[Unknown]:
    """All Unknown leaves of a value."""
    if isinstance(value, Unknown):
        return [value]
    if depth < 12 and isinstance(value, list):
        return [u for v in value for u in unknowns(v, depth + 1)]
    if depth < 12 and isinstance(value, dict):
        return [u for v in value.values() for u in unknowns(v, depth + 1)]
    return []


def evaluate(tree: Tree, names: Names, local: Mapping[str, Any] | None = None) -> Any:
    """The value of a tree: plain data, or Unknown, or containers with Unknown leaves."""
    return _Evaluator(names).value(tree, dict(local or {}))


class _Evaluator:
    def __init__(self, names: Names) -> None:
        self.names, self.steps = names, 0

    def value(self, tree: Tree, local: dict[str, Any]) -> Any:
        self.steps += 1
        if self.steps > 100_000:
            return Unknown(Reason("evaluation_error", "too much work"))
        method = getattr(self, "_" + tree[0])
        return method(tree, local)

    def _lit(self, tree: Tree, local: dict[str, Any]) -> Any:
        return tree[1]

    def _opaque(self, tree: Tree, local: dict[str, Any]) -> Any:
        return Unknown(Reason("unsupported_expression", tree[1]))

    def _it(self, tree: Tree, local: dict[str, Any]) -> Any:
        return local["*"]

    def _interp(self, tree: Tree, local: dict[str, Any]) -> Any:
        return self.value(tree[1], local)

    def _template(self, tree: Tree, local: dict[str, Any]) -> Any:
        parts = tree[1]
        if len(parts) == 1:
            return self.value(parts[0], local)
        out, found = [], []
        for part in parts:
            value = self.value(part, local)
            if isinstance(value, (Unknown, list, dict)):
                inner = unknowns(value) or [Unknown(Reason("evaluation_error", "not text in a template"))]
                found += inner
                out.append(value.text if isinstance(value, Unknown) and value.text else "${" + str(part[2]) + "}")
            else:
                out.append(to_text(value))
        text = "".join(out)[:MAX_TEXT]
        if found:
            return Unknown(found[0].reason, tuple(dict.fromkeys(r for u in found for r in u.refs)), text)
        return text

    def _list(self, tree: Tree, local: dict[str, Any]) -> Any:
        return [self.value(t, local) for t in tree[1]]

    def _map(self, tree: Tree, local: dict[str, Any]) -> Any:
        result = {}
        for key_tree, value_tree in tree[1]:
            key = self.value(key_tree, local)
            if isinstance(key, Unknown):
                return unknown_from(key)
            result[to_text(key)] = self.value(value_tree, local)
        return result

    def _not(self, tree: Tree, local: dict[str, Any]) -> Any:
        value = self.value(tree[1], local)
        return unknown_from(value) if isinstance(value, Unknown) else not _truth(value)

    def _neg(self, tree: Tree, local: dict[str, Any]) -> Any:
        value = self.value(tree[1], local)
        return -value if isinstance(value, (int, float)) else unknown_from(value, detail="minus")

    def _if(self, tree: Tree, local: dict[str, Any]) -> Any:
        condition = self.value(tree[1], local)
        if isinstance(condition, Unknown):
            yes, no = self.value(tree[2], local), self.value(tree[3], local)
            return yes if yes == no and not unknowns(yes) else unknown_from(condition, yes, no)
        return self.value(tree[2] if _truth(condition) else tree[3], local)

    def _op(self, tree: Tree, local: dict[str, Any]) -> Any:
        op = tree[1]
        left = self.value(tree[2], local)
        right = self.value(tree[3], local)
        if op in ("&&", "||"):
            for side in (left, right):
                if not isinstance(side, Unknown) and _truth(side) == (op == "||"):
                    return op == "||"
            return unknown_from(left, right) if unknowns([left, right]) else op == "&&"
        if unknowns([left, right]):
            return unknown_from(left, right)
        if op in ("==", "!="):
            return (left == right) == (op == "==")
        try:
            a, b = float(left), float(right)
            result: Any
            if op in ("<", ">", "<=", ">="):
                return {"<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}[op]
            result = a + b if op == "+" else a - b if op == "-" else a * b if op == "*" else a / b if op == "/" else a % b
            return int(result) if result == int(result) else result
        except (TypeError, ValueError, ZeroDivisionError, OverflowError) as error:
            return Unknown(Reason("evaluation_error", f"{op}: {type(error).__name__}"))

    def _call(self, tree: Tree, local: dict[str, Any]) -> Any:
        name = tree[1]
        if name in ("try", "can"):
            for argument in tree[2]:
                value = self.value(argument, local)
                if isinstance(value, Unknown) and value.reason.code == "evaluation_error":
                    continue
                return value if name == "try" else (True if not isinstance(value, Unknown) else value)
            return Unknown(Reason("evaluation_error", "try")) if name == "try" else False
        arguments = [self.value(t, local) for t in tree[2]]
        if tree[3] and arguments:
            last = arguments.pop()
            if not isinstance(last, list):
                return unknown_from(last, detail="...")
            arguments += last
        return self.names.call(name, arguments)

    def _for(self, tree: Tree, local: dict[str, Any]) -> Any:
        _, bound, source_tree, first, second, group, condition = tree
        source = self.value(source_tree, local)
        if isinstance(source, Unknown) or not isinstance(source, (list, dict)) or len(source) > MAX_ITEMS:
            return unknown_from(source, detail="for")
        pairs = list(source.items()) if isinstance(source, dict) else list(enumerate(source))
        out_list: list[Any] = []
        out_map: dict[str, Any] = {}
        for key, item in pairs:
            inner = {**local, **({bound[0]: key, bound[1]: item} if len(bound) == 2 else {bound[0]: item})}
            if condition is not None:
                keep = self.value(condition, inner)
                if isinstance(keep, Unknown):
                    return unknown_from(keep)
                if not _truth(keep):
                    continue
            value = self.value(first, inner)
            if second is None:
                out_list.append(value)
                continue
            if isinstance(value, Unknown):
                return unknown_from(value)
            member = self.value(second, inner)
            if group:
                out_map.setdefault(to_text(value), []).append(member)
            else:
                out_map[to_text(value)] = member
        return out_list if second is None else out_map

    def _splat(self, tree: Tree, local: dict[str, Any]) -> Any:
        source = self.value(tree[1], local)
        if isinstance(source, Unknown):
            rest = self.value(tree[2], {**local, "*": source})
            return rest if isinstance(rest, Unknown) else unknown_from(source)
        items = source if isinstance(source, list) else [] if source is None else [source]
        return [self.value(tree[2], {**local, "*": item}) for item in items[:MAX_ITEMS]]

    def _name(self, tree: Tree, local: dict[str, Any]) -> Any:
        return local[tree[1]] if tree[1] in local else self.names.resolve((tree[1],))

    def _attr(self, tree: Tree, local: dict[str, Any]) -> Any:
        path = _path(tree)
        if path is not None and path[0] not in local:
            return self.names.resolve(path)
        return step(self.value(tree[1], local), tree[2])

    def _index(self, tree: Tree, local: dict[str, Any]) -> Any:
        key = self.value(tree[2], local)
        path = _path(tree[1])
        if path is not None and path[0] not in local:
            return self.names.resolve((*path, key if not isinstance(key, Unknown) else "*"))
        return step(self.value(tree[1], local), key)


def _path(tree: Tree) -> tuple[Any, ...] | None:
    parts: list[Any] = []
    while tree[0] in ("attr", "index"):
        if tree[0] == "attr":
            parts.append(tree[2])
        elif tree[2][0] == "lit":
            parts.append(tree[2][1])
        else:
            return None
        tree = tree[1]
    return (tree[1], *reversed(parts)) if tree[0] == "name" else None


def step(value: Any, key: Any) -> Any:
    """One step into a value by attribute name, map key or list index."""
    if isinstance(value, Unknown):
        suffix = f"[{key}]" if isinstance(key, int) else f".{key}"
        refs = tuple(r + suffix if len(value.refs) == 1 and not isinstance(key, Unknown) else r for r in value.refs)
        return Unknown(value.reason, refs)
    if isinstance(key, Unknown):
        return unknown_from(key, value)
    if isinstance(value, dict):
        text = to_text(key)
        return value[text] if text in value else Unknown(Reason("evaluation_error", f"no key {text}"[:60]))
    if isinstance(value, list):
        try:
            return value[int(key)]
        except (ValueError, TypeError, IndexError):
            return Unknown(Reason("evaluation_error", f"no element {key}"[:60]))
    return Unknown(Reason("evaluation_error", f"no attribute {key}"[:60]))


def to_text(value: Any) -> str:
    """Terraform's text of a primitive."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return str(value)


def _truth(value: Any) -> bool:
    return value is True or value == "true"
