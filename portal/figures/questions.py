"""What a questionnaire asks that can be counted, and what is answered at once.

In: a frozen definition. Out: `Unit`s in order, each of one or more tables with one
answer a head.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from portal.figures.suppression import (
    CHOSEN,
    MEANS_FROM,
    NOT_CHOSEN,
    Counts,
    hidden_cells,
    hidden_ticks,
    is_whole,
    may_follow,
)
from portal.questionnaires.definition import Definition, Item, ItemType
from portal.vote.terms import Option

TICKED = (Option(CHOSEN, "选了", None), Option(NOT_CHOSEN, "没选", None))

Ticks = Mapping[str, Any]
Tables = Mapping[str, Counts]  # by the key of what was asked


@dataclass(frozen=True)
class Asked:
    """Something with one answer a head; `answer` gives its option id, or None."""

    key: str
    title: str
    scale: tuple[Option, ...]
    item: Item
    answer: Callable[[Ticks], str | None]


@dataclass(frozen=True)
class Unit:
    """A question, a row of a matrix, or all ticks of one question.

    `hangs_on`: the items whose answers decide whether it is asked; `reach` counts, for
    such a question, who answered it and who did not.
    """

    item: Item
    asked: tuple[Asked, ...]
    hangs_on: frozenset[str] = frozenset()
    reach: Asked | None = None

    @property
    def tables(self) -> tuple[Asked, ...]:
        """Everything that is counted of it."""
        return (*self.asked, self.reach) if self.reach else self.asked

    def hidden(self, tables: Tables) -> Mapping[str, frozenset[str]]:
        """The cells not to be shown, by table."""
        own = {one.key: tables[one.key] for one in self.asked}
        if self.item.type is not ItemType.MULTI:
            return {key: hidden_cells(table) for key, table in own.items()}
        return hidden_ticks(own, most=self._most, alone=self._alone)

    def is_possible(self, tables: Tables) -> bool:
        """Whether people can have ticked so: each something, and not too much."""
        if self.item.type is not ItemType.MULTI:
            return True
        chosen = {one.key: tables[one.key][CHOSEN] for one in self.asked}
        people = sum(tables[self.asked[0].key].values())
        people -= sum(n for key, n in chosen.items() if key in self._alone)
        ticks = sum(n for key, n in chosen.items() if key not in self._alone)
        return people <= ticks <= self._most * people

    @property
    def _most(self) -> int:
        return int(self.item.max or len(self.asked))

    @property
    def _alone(self) -> frozenset[str]:
        return frozenset(f"{self.item.id}.{o}" for o in self.item.exclusive_ids)

    def is_whole(self, tables: Tables) -> bool:
        """Whether nothing of it has to be hidden."""
        return all(is_whole(tables[one.key]) for one in self.asked)

    def may_move(self, before: Tables, now: Tables) -> bool:
        """Whether `now` may be shown while more answers are to come.

        Whole, or not at all: what is hidden in a table could follow from the next.
        """
        return all(
            is_whole(now[one.key])
            and (one.key not in before or may_follow(before[one.key], now[one.key]))
            for one in self.tables
        )

    def may_close(self, before: Tables, now: Tables) -> bool:
        """Whether `now` may be shown as the last, of which a part may be hidden.

        How many were asked a question tells what they answered to the one before it:
        that is a cell like another.
        """
        first = self.asked[0].key
        if first in before:
            return self.may_move(before, now)
        is_asked = self.reach is None or is_whole(now[self.reach.key])
        return is_asked and sum(now[first].values()) >= MEANS_FROM


@lru_cache(maxsize=32)
def units_of(definition: Definition) -> tuple[Unit, ...]:
    """What a definition asks that can be counted, in order."""
    found: list[Unit] = []
    for section in definition.sections:
        outer = section.visible.asks() if section.visible else frozenset[str]()
        for item in section.items:
            inner = item.visible.asks() if item.visible else frozenset[str]()
            found += _units(item, outer | inner)
    return tuple(found)


def _units(item: Item, hangs_on: frozenset[str]) -> list[Unit]:
    reach = _reach(item) if hangs_on else None
    if item.type in {ItemType.SINGLE, ItemType.SCALE}:
        asked = Asked(item.id, item.title, _scale(item), item, _single(item.id))
        return [Unit(item, (asked,), hangs_on, reach)]
    if item.type is ItemType.MATRIX:
        return [
            Unit(item, (_row(item, row.id, row.label, key),), hangs_on, reach)
            for row, key in item.row_fields
        ]
    if item.type is ItemType.MULTI:
        ticks = tuple(_tick(item, option.id, option.label) for option in item.options)
        return [Unit(item, ticks, hangs_on, reach)]
    return []


def _reach(item: Item) -> Asked:
    def answer(ticks: Ticks) -> str:
        return CHOSEN if ticks.get(item.id) is not None else NOT_CHOSEN

    return Asked(f"{item.id}?", item.title, TICKED, item, answer)


def _single(item_id: str) -> Callable[[Ticks], str | None]:
    def answer(ticks: Ticks) -> str | None:
        given = ticks.get(item_id)
        return None if given is None else str(given)

    return answer


def _row(item: Item, row: str, label: str, key: str) -> Asked:
    def answer(ticks: Ticks) -> str | None:
        given = (ticks.get(item.id) or {}).get(row)
        return None if given is None else str(given)

    return Asked(key, f"{item.title} {label}", _scale(item), item, answer)


def _tick(item: Item, option: str, label: str) -> Asked:
    def answer(ticks: Ticks) -> str | None:
        given: Collection[str] | None = ticks.get(item.id)
        if given is None:
            return None
        return CHOSEN if option in given else NOT_CHOSEN

    return Asked(f"{item.id}.{option}", f"{item.title} {label}", TICKED, item, answer)


def _scale(item: Item) -> tuple[Option, ...]:
    return tuple(
        Option(o.id, o.label, None if o.score is None else round(o.score))
        for o in item.options
    )
