"""One walk decides both: what is shown, and what is accepted.

In: a definition, the posted form values and the facts the server knows. Out: a
`Walk`. Answers to items that do not apply are dropped here, whatever the browser
sent; the same rules, as data, tell a script what to show meanwhile.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from portal.questionnaires import answers
from portal.questionnaires.answers import Given, Posted
from portal.questionnaires.conditions import (
    All,
    Compare,
    Condition,
    Facts,
    Not,
    Some,
)
from portal.questionnaires.shape import Definition, Item, ItemType, Section

TYPED = frozenset({ItemType.TEXT, ItemType.LONGTEXT})
TO_TYPE = TYPED | {ItemType.NUMBER, ItemType.DATE, ItemType.CONTACT}
PLEASE_TYPE = "这一题需要填写，请写在这里。"
PLEASE_PICK = "这一题还没选，请选一项。"


@dataclass(frozen=True)
class Walk:
    """What one posted form comes to.

    `shown`: ids of the items that apply, in order. `ticks`: closed answers by item
    id. `texts`: by field name, as typed. `contact`: by item id. `errors`: by item
    id, what to do. `answered`: questions with an answer that stands.
    """

    shown: tuple[str, ...]
    ticks: dict[str, Any]
    texts: dict[str, str]
    contact: dict[str, str]
    errors: dict[str, str]
    answered: int


@dataclass
class _Taken:
    """What has been taken so far."""

    ticks: dict[str, Any]
    texts: dict[str, str]
    contact: dict[str, str]
    errors: dict[str, str]
    seen: dict[str, Any]  # what conditions look at: every answer that could be read

    def take(self, item: Item, posted: Posted) -> None:
        """Read one item that applies and put its answer where it belongs."""
        given = answers.read(item, posted)
        error = given.error or _missing(item, given)
        if item.companions:
            texts, wrong = answers.companions(item, posted, given.value)
            self.texts |= texts
            error = error or wrong
        if error:
            self.errors[item.id] = error
        if given.value is None:
            return
        self.seen[item.id] = given.value
        if item.type in TYPED:
            self.texts[item.id] = given.value
        elif item.type is ItemType.CONTACT:
            self.contact[item.id] = given.value
        else:
            self.ticks[item.id] = given.value


def walk(definition: Definition, posted: Posted, facts: Facts) -> Walk:
    """Go through the definition once, in order.

    Field names: the item id; `item.row` for a matrix; `item.option` for the box
    behind an option. Fields that belong to no item are somebody else's.
    """
    taken = _Taken({}, {}, {}, {}, {})
    shown: list[str] = []
    for section in definition.sections:
        if section.visible and not section.visible.holds(taken.seen, facts):
            continue
        for item in section.items:
            if item.visible and not item.visible.holds(taken.seen, facts):
                continue
            shown.append(item.id)
            taken.take(item, posted)
    for item_id in _stray(definition, posted).intersection(shown):
        taken.errors[item_id] = answers.STRAY
    return Walk(
        shown=tuple(shown),
        ticks=taken.ticks,
        texts=taken.texts,
        contact=taken.contact,
        errors=taken.errors,
        answered=len(taken.seen.keys() - taken.errors.keys()),
    )


def _missing(item: Item, given: Given) -> str:
    if not item.required or given.value is not None:
        return ""
    return PLEASE_TYPE if item.type in TO_TYPE else PLEASE_PICK


def _stray(definition: Definition, posted: Posted) -> frozenset[str]:
    """Items for which a row or box was posted that they do not have."""
    unknown = [name for name in posted if name not in definition.fields]
    owners = frozenset(name.partition(".")[0] for name in unknown)
    return owners.intersection(definition.items)


def specialise(definition: Definition, facts: Facts) -> Definition:
    """The definition for one community and channel: no condition asks a fact.

    A walk over it gives what a walk over the whole one gives under these facts.
    """
    kept: set[str] = set()
    sections: list[Section] = []
    for section in definition.sections:
        rule = section.visible is None or section.visible.resolved(facts, kept)
        if rule is False:
            continue
        items = tuple(_kept_items(section, facts, kept))
        if items:
            visible = None if rule is True else rule
            sections.append(replace(section, visible=visible, items=items))
    return replace(definition, sections=tuple(sections))


def _kept_items(section: Section, facts: Facts, kept: set[str]) -> list[Item]:
    found: list[Item] = []
    for item in section.items:
        rule = item.visible is None or item.visible.resolved(facts, kept)
        if rule is False:
            continue
        kept.add(item.id)
        found.append(replace(item, visible=None if rule is True else rule))
    return found


@dataclass(frozen=True)
class ScriptRules:
    """What hangs on earlier answers, as JSON data for `data-` attributes.

    `questions`: by item id; without script they bear 「（有这种情况的话）」.
    `headings`: by section id, where no question of the section is there for sure.
    """

    questions: Mapping[str, dict[str, Any]]
    headings: Mapping[str, dict[str, Any]]


def script_rules(definition: Definition) -> ScriptRules:
    """The rules of a specialised definition, in the names of its form's fields.

    What is left in it asks only earlier answers; that a matrix was answered is that
    one of its rows was.
    """
    questions: dict[str, dict[str, Any]] = {}
    headings: dict[str, dict[str, Any]] = {}
    for section in definition.sections:
        rules = {item.id: _rule(section, item) for item in section.items}
        found = {item_id: rule for item_id, rule in rules.items() if rule.asks()}
        questions |= {
            item_id: _by_field(definition, rule).data()
            for item_id, rule in found.items()
        }
        if len(found) == len(rules):
            heading = Some(tuple(dict.fromkeys(found.values())))
            headings[section.id] = _by_field(definition, heading).data()
    return ScriptRules(questions, headings)


def _rule(section: Section, item: Item) -> Condition:
    rules = tuple(rule for rule in (section.visible, item.visible) if rule)
    return rules[0] if len(rules) == 1 else All(rules)


def _by_field(definition: Definition, rule: Condition) -> Condition:
    """The rule with each matrix it asks for in the names of its rows."""
    match rule:
        case All(parts) | Some(parts):
            return replace(
                rule, parts=tuple(_by_field(definition, part) for part in parts)
            )
        case Not(part):
            return Not(_by_field(definition, part))
        case Compare(q) if fields := definition.items[q].row_fields:
            return Some(tuple(Compare(name, "answered") for _, name in fields))
        case _:
            return rule
