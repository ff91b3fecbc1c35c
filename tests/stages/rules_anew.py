"""The rules of a questionnaire, read anew from its JSON: what the walk is held to."""

from collections.abc import Mapping
from typing import Any


def holds(rule: Any, seen: Mapping[str, Any], facts: Mapping[str, str]) -> bool:
    """Whether a rule holds under the answers seen and the facts known."""
    if "all" in rule:
        return all(holds(part, seen, facts) for part in rule["all"])
    if "any" in rule:
        return any(holds(part, seen, facts) for part in rule["any"])
    if "not" in rule:
        return not holds(rule["not"], seen, facts)
    if "fact" in rule:
        return facts.get(rule["fact"]) in rule["in"]
    given = seen.get(rule["q"])
    return given is not None and compares(given, rule["op"], rule.get("v"))


def compares(given: Any, op: str, v: Any) -> bool:
    """Whether an answer passes a comparison."""
    if op in {"has_any", "has_all"}:
        common = set(given) & set(v)
        return bool(common) if op == "has_any" else common == set(v)
    if op == "in":
        return given in v
    found: bool = {
        "answered": True,
        "eq": given == v,
        "lt": op == "lt" and given < v,
        "le": op == "le" and given <= v,
        "gt": op == "gt" and given > v,
        "ge": op == "ge" and given >= v,
    }[op]
    return found


def rules_of(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What each item hangs on, its section's rule included."""
    found = {}
    for section in document["sections"]:
        for item in section["items"]:
            owners = [
                owner["visible"] for owner in (section, item) if "visible" in owner
            ]
            found[item["id"]] = {"all": owners}
    return found
