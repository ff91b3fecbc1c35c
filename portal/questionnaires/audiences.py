"""Who is asked what: every question beside every kind of community, and its effort.

In: a definition. Out: for each kind (and what is particular within it) the questions
that are asked there, those that hang on an answer, and how many taps it takes somebody
who has nothing to complain about.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import product

from portal.places import Kind, Trait
from portal.questionnaires.conditions import Facts
from portal.questionnaires.shape import Definition, Item, ItemType, Option, Section
from portal.questionnaires.walk import script_rules, specialise, walk
from portal.rounds import Phase

MOST_TAPS = 15  # for somebody with nothing to complain about, sending included


class Sight(StrEnum):
    """Whether those of one audience meet a question."""

    ASKED = "asked"
    DEPENDS = "depends"  # on what they answered before
    HIDDEN = "hidden"


@dataclass(frozen=True)
class Audience:
    """Communities of one kind and trait, reached in one way; "" is any or none."""

    kind: str = ""
    trait: str = ""
    channel: str = ""

    @property
    def facts(self) -> Facts:
        """What the server knows of them while answers are collected."""
        return {
            "community_kind": self.kind,
            "community_trait": self.trait,
            "channel_kind": self.channel,
            "phase": Phase.COLLECTING,
        }


@dataclass(frozen=True)
class Effort:
    """What it takes: taps, sending included, and boxes that have to be typed into."""

    taps: int
    typed: int

    @property
    def is_light(self) -> bool:
        """Whether nothing has to be typed, and little to be tapped."""
        return self.taps <= MOST_TAPS and not self.typed


@dataclass(frozen=True)
class View:
    """What one audience meets."""

    audience: Audience
    definition: Definition

    @cached_property
    def sights(self) -> dict[str, Sight]:
        """How each item is met, notes too, by id; one that is missing is hidden."""
        rules = script_rules(self.definition).questions
        found = {True: Sight.DEPENDS, False: Sight.ASKED}
        return {name: found[name in rules] for name in self.definition.items}

    @cached_property
    def effort(self) -> Effort:
        """What it takes somebody with nothing to complain about."""
        return effort(self.definition)

    def sight(self, item: Item) -> Sight:
        """How an item is met."""
        return self.sights.get(item.id, Sight.HIDDEN)

    @property
    def always(self) -> int:
        """How many questions all of them are asked."""
        return len(self._asked())

    @property
    def perhaps(self) -> int:
        """How many questions hang on what they answered."""
        return len(self.definition.questions) - self.always

    @property
    def required(self) -> int:
        """How many questions have to be answered by all of them."""
        return sum(item.required for item in self._asked())

    def _asked(self) -> list[Item]:
        asked = self.definition.questions
        return [item for item in asked if self.sight(item) is Sight.ASKED]


@dataclass(frozen=True)
class Row:
    """One question beside all audiences."""

    item: Item
    sights: tuple[Sight, ...]
    is_common: bool  # 共性: whether everybody meets it in the same way


@dataclass(frozen=True)
class Overview:
    """The whole table: `rows` by section, one sight for each view."""

    views: tuple[View, ...]
    sections: tuple[tuple[Section, tuple[Row, ...]], ...]


def overview(definition: Definition, *, channel: str = "") -> Overview:
    """Every question beside every audience that the definition tells apart."""
    views = tuple(
        View(one, specialise(definition, one.facts))
        for one in audiences(definition, channel=channel)
    )
    sections = tuple((s, _rows(s, views)) for s in definition.sections)
    return Overview(views, sections)


def audiences(definition: Definition, *, channel: str = "") -> list[Audience]:
    """The kinds and traits that are asked different questions; at least one."""
    kinds = list(Kind) if "community_kind" in definition.facts else [""]
    traits = ["", *Trait] if "community_trait" in definition.facts else [""]
    return [Audience(kind, trait, channel) for kind, trait in product(kinds, traits)]


def effort(definition: Definition) -> Effort:
    """What a specialised definition takes somebody with nothing to complain about.

    Of one choice they tap the one with the highest score, of several the one that
    stands alone or the first; what need not be typed they leave.
    """
    given = {name: value for i in definition.questions for name, value in _given(i)}
    shown = [definition.items[name] for name in walk(definition, given, {}).shown]
    taps = sum(len(given.get(name, ())) for item in shown for name in item.fields)
    typed = sum(not item.options and item.required for item in shown)
    return Effort(taps + 1, typed)


def _given(item: Item) -> list[tuple[str, list[str]]]:
    if not item.options:
        return []
    best = _best(item).id
    names = [name for _, name in item.row_fields] or [item.id]
    return [(name, [best]) for name in names]


def _best(item: Item) -> Option:
    if item.type is ItemType.MULTI:
        alone = [option for option in item.options if option.exclusive]
        return (*alone, *item.options)[0]
    scored = [option for option in item.options if option.score is not None]
    return max(scored or item.options, key=lambda option: option.score or 0)


def _rows(section: Section, views: Sequence[View]) -> tuple[Row, ...]:
    asked = [item for item in section.items if item.is_question]
    return tuple(
        _row(section, item, [view.sight(item) for view in views]) for item in asked
    )


def _row(section: Section, item: Item, sights: list[Sight]) -> Row:
    rules = [one.visible for one in (section, item) if one.visible]
    asks_facts = any(rule.facts() for rule in rules)
    return Row(item, tuple(sights), not asks_facts and len(set(sights)) == 1)
