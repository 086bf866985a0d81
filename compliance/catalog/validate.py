"""Validate one YAML document against the JSON Schema of its kind; every problem has a line."""

from __future__ import annotations

import difflib
from functools import cache
from typing import Any, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from compliance.catalog.declarations import FILES, Strict
from compliance.catalog.yaml_source import Mapping, Sequence, line_of
from compliance.errors import HeguiError


@cache
def schema(kind: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a kind of catalog file."""
    return FILES[kind].model_json_schema()


@cache
def _validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator(schema(kind))


def validate(kind: str, document: Any, label: str) -> tuple[Strict | None, list[HeguiError]]:
    """The typed declaration, or None with the problems found."""
    typed = _typed(document, schema(kind), schema(kind))
    problems = [_problem(error, document, label) for error in sorted(_validator(kind).iter_errors(typed), key=lambda e: list(map(str, e.path)))]
    if problems:
        return None, problems
    return FILES[kind].model_validate(typed), []


def _typed(value: Any, rule: dict[str, Any], root: dict[str, Any]) -> Any:
    """Scalars as the schema types them: text stays text unless the schema wants a boolean or an integer."""
    while "$ref" in rule:
        rule = root["$defs"][rule["$ref"].rpartition("/")[2]]
    if "anyOf" in rule:
        for option in rule["anyOf"]:
            if option.get("type") == "null" and value is None:
                return None
        rule = next((o for o in rule["anyOf"] if o.get("type") != "null"), rule)
        return _typed(value, rule, root)
    if isinstance(value, Mapping):
        known, other = rule.get("properties", {}), rule.get("additionalProperties")
        for pattern_rule in rule.get("patternProperties", {}).values():
            other = pattern_rule
        return {k: _typed(v, known.get(k, other if isinstance(other, dict) else {}), root) for k, v in value.items()}
    if isinstance(value, Sequence):
        return [_typed(v, rule.get("items", {}), root) for v in value]
    if isinstance(value, str):
        if rule.get("type") == "boolean" and value in ("true", "false"):
            return value == "true"
        if rule.get("type") == "integer" and value.lstrip("-").isdigit():
            return int(value)
    return value


def _problem(error: ValidationError, document: Any, label: str) -> HeguiError:
    path = list(error.absolute_path)
    where = ".".join(str(p) for p in path)
    fix = "see hegui schema"
    message = error.message
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        rule: Any = error.schema
        known = list(rule.get("properties", {}))
        extra = sorted(set(error.instance) - set(known))
        path.append(extra[0])
        near = difflib.get_close_matches(extra[0], known, 1)
        message = f"unknown key '{extra[0]}'"
        fix = f"did you mean '{near[0]}'?" if near else f"known keys: {', '.join(sorted(known))}"
    elif error.validator == "enum":
        options = [str(o) for o in cast(list[Any], error.validator_value)]
        near = difflib.get_close_matches(str(error.instance), options, 1)
        message = f"'{error.instance}' is not allowed here"
        fix = f"did you mean '{near[0]}'?" if near else f"one of: {', '.join(options)}"
    elif error.validator == "required":
        fix = "add the key"
    return HeguiError(message, where=f"{label}:{line_of(document, path)}", why=f"at {where}" if where else "", fix=fix)
