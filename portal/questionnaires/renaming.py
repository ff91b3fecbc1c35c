"""Other ids for questions of a document, and rules that ask them told so.

In: a document, and what its questions are to be called. Out: a fresh copy in which
nothing else is different.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.questionnaires.definition import canonical

Document = dict[str, Any]
Given = Mapping[str, Any]


@dataclass(frozen=True)
class Called:
    """The new id of a question, and new ids of its own answers or rows by the old."""

    id: str
    answers: Mapping[str, str] = field(default_factory=dict)


def renamed(document: Given, names: Mapping[str, Called]) -> Document:
    """The document with other ids for the questions named."""
    found = fresh_copy(document)
    for owner in (*found["sections"], *items_in(found)):
        _tell(owner.get("visible"), names)
    for item in items_in(found):
        if item["id"] in names:
            _call(item, names[item["id"]])
    return found


def items_in(document: Given) -> list[Document]:
    """Every question and note of a document, in order."""
    return [item for section in document["sections"] for item in section["items"]]


def fresh_copy(document: Given) -> Document:
    """The document, to be changed without changing the one given."""
    found: Document = json.loads(canonical(document))
    return found


def _call(item: Document, called: Called) -> None:
    item["id"] = called.id
    for answer in (*item.get("options", ()), *item.get("rows", ())):
        answer["id"] = called.answers.get(answer["id"], answer["id"])


def _tell(rule: Any, names: Mapping[str, Called]) -> None:
    """Let a rule ask the questions, and about their answers, by the new ids."""
    if isinstance(rule, list):
        for part in rule:
            _tell(part, names)
    elif isinstance(rule, dict):
        called = names.get(rule.get("q", ""))
        if called:
            rule["q"] = called.id
            rule |= {"v": _value(rule["v"], called)} if "v" in rule else {}
        for key in ("all", "any", "not"):
            _tell(rule.get(key), names)


def _value(value: Any, called: Called) -> Any:
    if isinstance(value, list):
        return [_value(one, called) for one in value]
    return called.answers.get(value, value) if isinstance(value, str) else value
