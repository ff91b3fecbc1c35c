"""The schema of `qdef/1`, read by as much of a validator as it needs.

In: any JSON value. Out: whether the schema in the repository allows it, as ECMA-262
and JSON Schema 2020-12 have it: `$` is the very end, 3.0 is an integer, `true` is not.
"""

import json
import re
from importlib.resources import files
from typing import Any

SCHEMA = json.loads(
    (files("portal.questionnaires") / "qdef-1.schema.json").read_text("utf-8")
)


def fits(value: Any, rule: dict[str, Any] = SCHEMA) -> bool:
    """Whether a rule of the schema, or the whole of it, allows the value."""
    rule = resolve(rule)
    if "const" in rule and value != rule["const"]:
        return False
    if "enum" in rule and value not in rule["enum"]:
        return False
    if "oneOf" in rule and sum(fits(value, part) for part in rule["oneOf"]) != 1:
        return False
    return "type" not in rule or (is_of_type(value, rule) and contents_fit(value, rule))


def resolve(rule: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in rule:
        return rule
    found: dict[str, Any] = SCHEMA["$defs"][rule["$ref"].removeprefix("#/$defs/")]
    return found


def is_of_type(value: Any, rule: dict[str, Any]) -> bool:
    kinds: dict[str, Any] = {
        "object": dict,
        "array": list,
        "string": str,
        "boolean": bool,
        "integer": int,
        "number": (int, float),
        "null": type(None),
    }
    names = rule["type"] if isinstance(rule["type"], list) else [rule["type"]]
    if isinstance(value, bool):
        return "boolean" in names
    if isinstance(value, float) and value.is_integer():
        return "number" in names or "integer" in names
    return any(isinstance(value, kinds[name]) for name in names)


def contents_fit(value: Any, rule: dict[str, Any]) -> bool:
    if isinstance(value, dict):
        return object_fits(value, rule)
    if isinstance(value, list):
        enough = rule["minItems"] <= len(value) <= rule["maxItems"]
        return enough and all(fits(entry, rule["items"]) for entry in value)
    if isinstance(value, str):
        long = rule.get("minLength", 0) <= len(value) <= rule.get("maxLength", 10**6)
        pattern = rule.get("pattern", "").replace("$", r"\Z")
        return long and re.search(pattern, value) is not None
    if isinstance(value, int | float):
        return bool(rule.get("minimum", value) <= value <= rule.get("maximum", value))
    return True


def object_fits(value: dict[str, Any], rule: dict[str, Any]) -> bool:
    if len(value) > rule.get("maxProperties", len(value)):
        return False
    if not all(fits(key, rule.get("propertyNames", {})) for key in value):
        return False
    known = rule.get("properties", {})
    extra = rule["additionalProperties"]
    for key, entry in value.items():
        if key not in known and extra is False:
            return False
        if not fits(entry, known.get(key, extra)):
            return False
    return set(rule.get("required", [])) <= set(value)
