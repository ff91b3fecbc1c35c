"""A questionnaire on paper: numbers, keys to type, and who is to answer what.

In: a specialised definition. Out: what a printed sheet shows beside the words. A
sheet and the page it is typed into number alike; ids are the same as on a phone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal.places import Kind, Trait
from portal.questionnaires.definition import parse
from portal.questionnaires.frozen import asked_in
from portal.questionnaires.shape import Definition, Item, Option
from portal.questionnaires.walk import script_rules, specialise
from portal.rounds import Phase

_NAMING = frozenset({"eq", "in", "has_any"})  # tests that name answers to tick


@dataclass(frozen=True)
class Lead:
    """Who is to answer: whoever ticked one of `labels` in question `number`."""

    number: int
    labels: tuple[str, ...]


def definition_on_paper(
    session: Session, round_id: int, *, kind: Kind | None, trait: Trait | None
) -> Definition:
    """What communities of a kind are asked on paper.

    Before the round is announced, of what it would be announced with.
    """
    whole = parse(asked_in(session, round_id))
    facts = {
        "community_kind": kind or "",
        "community_trait": trait or "",
        "channel_kind": "paper",
        "phase": Phase.COLLECTING,
    }
    return specialise(whole, facts).on_paper


def numbers(definition: Definition) -> Mapping[str, int]:
    """The number of each question by id, from 1, in order, conditional ones too."""
    return {item.id: n for n, item in enumerate(definition.questions, start=1)}


def keys(options: Sequence[Option]) -> list[tuple[str, str]]:
    """What is typed for each answer, and its label: 1, 2, 3 …"""
    return [(str(n), option.label) for n, option in enumerate(options, start=1)]


def leads(definition: Definition) -> Mapping[str, Lead | None]:
    """By id of each item that is not for everybody, who is to answer it.

    None where the rule is more than a list of ticks in one question.
    """
    rules = script_rules(definition).questions
    return {item_id: _lead(definition, rule) for item_id, rule in rules.items()}


def _lead(definition: Definition, rule: Mapping[str, Any]) -> Lead | None:
    asked: Item | None = definition.items.get(rule.get("q", ""))
    if asked is None or not asked.options or rule["op"] not in _NAMING:
        return None
    named = {rule["v"]} if isinstance(rule["v"], str) else set(rule["v"])
    labels = tuple(option.label for option in asked.options if option.id in named)
    return Lead(numbers(definition)[asked.id], labels)
