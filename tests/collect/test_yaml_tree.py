"""YAML trees: lines, types, aliases, and texts that are hostile."""

from __future__ import annotations

import time
from typing import Any

import pytest

from compliance.collect.container_facts import template
from compliance.collect.yaml_tree import MAX_EXPANDED, YamlError, documents
from compliance.model.cell import Unknown
from compliance.model.location import Location


def one(text: str) -> Any:
    roots, error = documents(text, "f.yaml")
    assert error is None
    return roots[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True), ("FALSE", False), ("null", None), ("~", None), ("", None),
        ("no", "no"), ("on", "on"), ("yes", "yes"), ("y", "y"),
        ("012", "012"), ("0o14", 12), ("0x1F", 31), ("-7", -7), ("0", 0), ("12:30", "12:30"), ("22:22", "22:22"),
        ("1.5", 1.5), ("1e3", 1000.0), (".inf", float("inf")), ("1.2.3", "1.2.3"), ("2026-01-01", "2026-01-01"),
        ('"true"', "true"), ("'7'", "7"), ("!!str 7", "7"), ('!!bool "true"', True), ("9" * 60, "9" * 60), ("1_000", "1_000"),
    ],
)  # fmt: skip
def test_scalars_follow_the_core_schema(text: str, value: Any) -> None:
    assert one(f"k: {text}\n").get("k").value == value
    assert type(one(f"k: {text}\n").get("k").value) is type(value)


def test_a_boolean_of_yaml_1_1_is_one_when_asked_for() -> None:
    assert one("k: yes\n").cell("k").as_bool().value is True
    assert one("k: off\n").cell("k").as_bool().value is False


def test_places_span_key_to_value() -> None:
    root = one("a:\n  b:\n    - x\n    - y: |\n        one\n        two\n\n  # remark\n  c: 'p\n    q'\nd: 1\n")
    assert root.cell("d").at == Location("f.yaml", 11, 11)
    assert root.cell("a", "c").at == Location("f.yaml", 9, 10)
    assert root.place("a", "b") == Location("f.yaml", 2, 6)
    assert root.get("a", "b").items[1].cell("y").at == Location("f.yaml", 4, 6)
    assert root.get("a").at == Location("f.yaml", 2, 10)
    assert one("a: [1,\n  2\n  ]\nb: 3\n").place("a") == Location("f.yaml", 1, 3)


def test_crlf_and_odd_line_breaks_do_not_move_lines() -> None:
    assert one("a: 1\r\nb:\r\n  c: 2\r\n").cell("b", "c").at == Location("f.yaml", 3, 3)
    assert one("a: '\u2028\x85'\nb: 1\n").cell("b").at == Location("f.yaml", 2, 2)


def test_merge_keys_own_keys_and_order() -> None:
    root = one("x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nz:\n  <<: [*x, *y]\n  a: 3\nw:\n  '<<': 1\n")
    assert root.get("z").value == {"a": 3, "b": 1, "c": 2}
    assert root.cell("z", "b").at == Location("f.yaml", 1, 1)
    assert root.cell("z", "a").at == Location("f.yaml", 5, 5)


def test_the_last_of_doubled_keys_counts() -> None:
    assert one("a: 1\na: 2\n").cell("a").value == 2


def test_what_is_below_something_else_is_unknown_and_below_null_absent() -> None:
    root = one("a: text\nb: null\nc: [1]\nd: {e: 1}\n")
    assert root.cell("a", "x").unknown and root.cell("c", "x").unknown and root.cell("d").unknown
    assert root.cell("b", "x").absent and root.cell("b").absent and root.cell("z", "x").absent
    assert root.cell("d", "e", "f").unknown


def test_templates_are_unknown_wherever_they_stand() -> None:
    roots, error = documents('a: "{{ .Values.a }}"\nb: {{ .Values.b }}\nc: ${C}\nd: $(D)\n', "f.yaml", template)
    assert error is None
    assert [roots[0].cell(k).unknown for k in "abcd"] == [True, True, True, False]
    assert roots[0].cell("b", "inner").unknown
    assert roots[0].cell("b").value.reason == ("unresolved_variable", ".Values.b")


def test_custom_tags_do_nothing() -> None:
    assert one("a: !!python/object/apply:os.system [ls]\n").get("a").items[0].text == "ls"
    assert one("a: !Ref x\n").cell("a").unknown


BOMB = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 40))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (BOMB, "alias_limit"),
        ("a0: &a0 {k: 1}\n" + "".join(f"a{i}: &a{i}\n  <<: *a{i - 1}\n  k{i}: 1\n" for i in range(1, 3000)), "alias_limit"),
        ("a: &a [*a]\n", "alias_circle"),
        ("a: &a\n  b: *a\n", "alias_circle"),
        ("a: &a\n  <<: *a\n  c: 1\n", "alias_circle"),
        ("a: *nowhere\n", "alias_unknown"),
    ],
)
def test_aliases_neither_blow_up_nor_loop(text: str, code: str) -> None:
    started = time.process_time()
    roots, error = documents(text, "f.yaml")
    assert error is not None and error.code == code
    assert roots[0].size < MAX_EXPANDED * 3
    assert roots[0].value is not None
    assert time.process_time() - started < 5


def test_a_broken_alias_makes_only_its_own_value_unknown() -> None:
    roots, _ = documents("a: &a\n  b: *a\n  c: 1\nd: {<<: *zz, e: 2}\n", "f.yaml")
    assert roots[0].cell("a", "b").unknown and roots[0].cell("a", "c").value == 1
    assert roots[0].cell("d", "e").value == 2 and roots[0].cell("d", "other").unknown


@pytest.mark.parametrize(
    "text", ["[" * 10_000, "{a: " * 10_000, "- " * 10_000 + "x", "\n".join(" " * i + "a:" for i in range(10_000))]
)
def test_nesting_is_bounded(text: str) -> None:
    roots, error = documents(text, "f.yaml")
    assert roots == [] and error is not None and error.code == "too_deep"


def test_documents_around_a_broken_one_are_read() -> None:
    roots, error = documents("a: 1\n---\nb: 2\n---\nc: [1\n---\nd: 4\n", "f.yaml")
    assert [r.value for r in roots] == [{"a": 1}, {"b": 2}, {"d": 4}]
    assert roots[2].cell("d").at == Location("f.yaml", 7, 7)
    assert isinstance(error, YamlError) and error.line == 6 and error.code == "syntax_error" and str(error).startswith("f.yaml:6")


def test_many_broken_documents_take_linear_time() -> None:
    started = time.process_time()
    assert documents("---\n[\n" * 200_000, "f.yaml")[1] is not None
    assert time.process_time() - started < 5


@pytest.mark.parametrize(("text", "line"), [("a:\n\tb: 1\n", 2), ("a: 1\nb: \x01\n", 2), ("a: 'x\n", 2), ("a: b: c\n", 1)])
def test_syntax_errors_name_their_line(text: str, line: int) -> None:
    roots, error = documents(text, "f.yaml")
    assert error is not None and error.line == line and roots == []


def test_templates_that_break_the_syntax_are_named() -> None:
    _, error = documents("a: 1\n{{- if .Values.x }}\nb: 2\n{{- end }}\n", "f.yaml")
    assert error is not None and error.code == "helm_template"


def test_json_is_read_with_lines() -> None:
    root = one('{\n\t"a": {\n\t\t"b": [1, "x\\/y"]\n\t}\n}\n')
    assert root.get("a", "b").value == [1, "x/y"] and root.place("a", "b").line == 3


def test_unknown_values_stay_inside_lists() -> None:
    roots, _ = documents("a: [1, '${X}']\n", "f.yaml", template)
    assert isinstance(roots[0].get("a").value[1], Unknown)
