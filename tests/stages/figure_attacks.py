"""An attacker who knows the rules, keeps every page, and goes through every world.

A world is what people answered. All worlds of given numbers of people are played
through the product's own code. Those that publish the same, word by word, cannot be
told apart by anybody, however they compute; what is the same in all of them is known.
Nothing weaker is tried: whatever subtraction, equations or guesses at the rule can find
is found here, because only what is still open after all of them differs.
"""

import itertools
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from portal.figures.questions import Unit, units_of
from portal.figures.responses import Cubes, Snapshot, closed, counted, flat, released
from portal.figures.results import answered, question_card
from portal.figures.settlement import sums_of
from portal.figures.suppression import REFRESH_AFTER
from portal.places import Kind, Level, Place
from portal.questionnaires.definition import parse

SMALL = 5  # a cell below it is nobody's business

Table = tuple[int, ...]  # how many people gave each of the kinds of answers
World = tuple[Table, ...]  # by batch
Secrets = dict[Hashable, int]


@dataclass(frozen=True)
class Batch:
    """People of one community and channel who came before the office looked again."""

    place: int
    step: int
    people: int
    channel: str = "lift"


@dataclass(frozen=True)
class Rules:
    """What decides what is published; the product's own, unless a twin is meant."""

    released: Callable[[Sequence[Unit], Cubes, Cubes], dict[str, Any]] = released
    closed: Callable[[Sequence[Unit], Cubes, Cubes], dict[str, Any]] = closed
    sums: Callable[[Sequence[Unit], Sequence[Snapshot]], dict[str, Any]] = sums_of


@dataclass(frozen=True)
class Known:
    """A secret that follows from what was published."""

    secret: Hashable
    value: int
    worlds: int


@dataclass
class Attack:
    """Everything that can be learnt in a town of these batches.

    `answers`: what one person may tick. `kinds`: of the communities.
    """

    units: Sequence[Unit]
    answers: Sequence[Mapping[str, Any]]
    batches: Sequence[Batch]
    kinds: Sequence[Kind] = (Kind.URBAN,) * 9
    rules: Rules = Rules()
    worlds: int = 0
    _views: dict[Hashable, Hashable] = field(default_factory=dict)

    def known(self) -> list[Known]:
        """Secrets that have one value in all worlds that publish the same."""
        alike: dict[Hashable, list[Secrets]] = defaultdict(list)
        every = [list(tables(len(self.answers), b.people)) for b in self.batches]
        for world in itertools.product(*every):
            seen, sums = self._lives(world)
            alike[self._published(seen, sums)].append(self._secrets(world, seen))
            self.worlds += 1
        return [
            Known(secret, value, len(told))
            for told in alike.values()
            for secret, value in told[0].items()
            if all(other.get(secret) == value for other in told)
        ]

    @cached_property
    def places(self) -> list[Place]:
        return [
            Place(
                id=p,
                code=str(p),
                name="示例",
                level=Level.COMMUNITY,
                kind=self.kinds[p],
            )
            for p in sorted({batch.place for batch in self.batches})
        ]

    def _lives(self, world: World) -> tuple[list[list[Snapshot]], dict[str, Any]]:
        """The snapshots of each community, one after another, and the sums."""
        seen = [self._life(place, world) for place in self.places]
        return seen, self.rules.sums(self.units, [of_place[-1] for of_place in seen])

    def _life(self, place: Place, world: World) -> list[Snapshot]:
        shown: dict[str, Any] = {}
        found, came, taken = [], list[tuple[str, Mapping[str, Any]]](), 0
        for step in range(1 + max(batch.step for batch in self.batches)):
            came += self._came(place.id, step, world)
            now = counted(self.units, came)
            if len(came) - taken >= REFRESH_AFTER:
                shown, taken = self.rules.released(self.units, shown, now), len(came)
            found.append(Snapshot(place, shown, None))
        shown = self.rules.closed(self.units, shown, counted(self.units, came))
        return [*found, Snapshot(place, shown, None)]

    def _came(
        self, place: int, step: int, world: World
    ) -> list[tuple[str, Mapping[str, Any]]]:
        return [
            (batch.channel, answer)
            for batch, table in zip(self.batches, world, strict=True)
            if (batch.place, batch.step) == (place, step)
            for answer, number in zip(self.answers, table, strict=True)
            for _ in range(number)
        ]

    def _published(self, seen: list[list[Snapshot]], sums: dict[str, Any]) -> Hashable:
        """Every page and sheet: all is made of these cards."""
        pages = [self._page(snapshot) for of_place in seen for snapshot in of_place]
        return (*pages, *self._sheets(sums))

    def _page(self, shown: Snapshot) -> Hashable:
        return tuple(
            (one.key, self._view(one, shown.tables[one.key], hidden[one.key]))
            for unit, hidden in answered(self.units, shown)
            for one in unit.asked
        )

    def _sheets(self, sums: dict[str, Any]) -> Iterator[Hashable]:
        for unit in self.units:
            for one in unit.asked:
                for name, table in sorted(sums.get(one.key, {}).items()):
                    if name == "places":
                        yield one.key, tuple(table)
                    else:
                        yield one.key, name, self._view(one, table, frozenset())

    def _view(
        self, asked: Any, table: Mapping[str, int], hidden: frozenset[str]
    ) -> Hashable:
        key = (asked.key, *table.items(), hidden)
        if key not in self._views:
            card = question_card(asked, table, hidden)
            self._views[key] = (card.ballots, card.mean_text, tuple(card.shares))
        return self._views[key]

    def _secrets(self, world: World, seen: list[list[Snapshot]]) -> Secrets:
        found: Secrets = {}
        for of_place in seen:
            for number, shown in enumerate(of_place):
                found |= self._hidden(number, shown)
                for earlier in range(number):
                    found |= self._between(earlier, of_place[earlier], shown, number)
        return found | self._of_channels(world)

    def _hidden(self, number: int, shown: Snapshot) -> Secrets:
        """What a page does not tell of a community."""
        return {
            (shown.place.id, number, key, cell): shown.tables[key][cell]
            for _, hidden in answered(self.units, shown)
            for key, cells in hidden.items()
            for cell in cells
        }

    def _between(
        self, earlier: int, before: Snapshot, now: Snapshot, number: int
    ) -> Secrets:
        """Small cells of those who came between two pages."""
        came = {
            (key, cell): n - flat(before.cubes[key])[cell]
            for key in before.cubes
            for cell, n in now.tables[key].items()
        }
        moved = {key for (key, _), n in came.items() if n}
        return {
            (now.place.id, earlier, number, key, cell): n
            for (key, cell), n in came.items()
            if key in moved and n < SMALL
        }

    def _of_channels(self, world: World) -> Secrets:
        """What people of one community and channel said, where few or all said it."""
        several = {
            b.place for b in self.batches if b.channel != self.batches[0].channel
        }
        return {
            (batch, cell): n
            for batch, table in zip(self.batches, world, strict=True)
            if batch.place in several
            for cell, n in enumerate(table)
            if 0 < n < SMALL or n == batch.people
        }


def tables(kinds: int, people: int) -> Iterator[Table]:
    """Every way in which so many people can give answers of so many kinds."""
    places = people + kinds - 1
    for bars in itertools.combinations(range(places), kinds - 1):
        yield tuple(b - a - 1 for a, b in itertools.pairwise((-1, *bars, places)))


def units(*items: Mapping[str, Any]) -> tuple[Unit, ...]:
    """What a questionnaire of these items asks."""
    document = {
        "format": "qdef/1",
        "id": "attack",
        "title": "示例",
        "intro": "示例",
        "thanks": "示例",
        "sections": [{"id": "only", "items": list(items)}],
    }
    return units_of(parse(document))


def question(name: str, options: str, **more: Any) -> dict[str, Any]:
    """An item with an option for each letter."""
    given = [{"id": o, "label": o, "score": 10 * n} for n, o in enumerate(options)]
    return {"id": name, "type": "single", "title": name, "options": given, **more}
