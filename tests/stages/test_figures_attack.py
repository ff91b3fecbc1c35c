"""Differencing: what the pages of a questionnaire tell together, over time and apart.

More than 40 000 worlds (see `figure_attacks`): no cell below five can be told, be it
hidden on a page, of those who came between two pages, or of a community's channel; nor
that all of them said the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from portal.figures.questions import Tables, Unit
from portal.figures.responses import Cubes, Snapshot, flat
from portal.figures.settlement import sums_of
from portal.figures.suppression import REFRESH_AFTER, added, hidden_cells
from portal.places import Kind
from tests.stages.figure_attacks import Attack, Batch, Rules, question, units

U, R = Kind.URBAN, Kind.RURAL
TWO, THREE = units(question("q", "ab")), units(question("q", "abc"))
OF_TWO = [{"q": "a"}, {"q": "b"}]
OF_THREE = [*OF_TWO, {"q": "c"}]

# A question that only those are asked who said yes to the first.
ASKED_ON = units(
    question("q", "ynd"),
    question("then", "ab", visible={"q": "q", "op": "eq", "v": "y"}),
)
OF_ASKED_ON = [{"q": "y", "then": "a"}, {"q": "y", "then": "b"}, {"q": "n"}, {"q": "d"}]

TICKS = question("q", "abz", type="multi", max=2)
TICKS["options"][2]["exclusive"] = True
TICKED = units(TICKS)
OF_TICKED = [{"q": ["a"]}, {"q": ["b"]}, {"q": ["a", "b"]}, {"q": ["z"]}]

# Everybody ticks something: how often one was ticked tells of the other.
BOTH = units(question("q", "ab", type="multi", max=2))
OF_BOTH = [{"q": ["a"]}, {"q": ["b"]}, {"q": ["a", "b"]}]


def over_time(*people: int) -> list[Batch]:
    return [Batch(0, step, number) for step, number in enumerate(people)]


def side_by_side(*people: int) -> list[Batch]:
    return [Batch(place, 0, number) for place, number in enumerate(people)]


def by_channel(*people: tuple[int, int]) -> list[Batch]:
    return [
        Batch(place, 0, number, channel)
        for place, both in enumerate(people)
        for channel, number in zip(("lift", "market"), both, strict=True)
    ]


PLAYED = {
    "one community in three steps": Attack(TWO, OF_TWO, over_time(10, 10, 10)),
    "steps of different size": Attack(TWO, OF_TWO, over_time(20, 10, 15)),
    "three options in two steps": Attack(THREE, OF_THREE, over_time(15, 14)),
    "three communities": Attack(TWO, OF_TWO, side_by_side(12, 13, 11)),
    "communities of two kinds": Attack(
        TWO, OF_TWO, side_by_side(12, 13, 11), (U, U, R)
    ),
    "three options in two communities": Attack(THREE, OF_THREE, side_by_side(10, 11)),
    "two channels": Attack(TWO, OF_TWO, by_channel((7, 7), (7, 7))),
    "a channel of three people": Attack(TWO, OF_TWO, by_channel((12, 3), (7, 7))),
    "a question asked on": Attack(ASKED_ON, OF_ASKED_ON, over_time(24)),
    "ticks": Attack(TICKED, OF_TICKED, over_time(20)),
    "ticks in two communities": Attack(BOTH, OF_BOTH, side_by_side(10, 11)),
    "ticks in two steps": Attack(TICKED, OF_TICKED, over_time(10, 2)),
}


@pytest.mark.parametrize("name", PLAYED)
def test_nothing_hidden_follows_from_all_that_is_published(name: str) -> None:
    attack = PLAYED[name]
    assert attack.known() == []
    assert attack.worlds > 1000


def test_ten_thousand_cases_are_tried() -> None:
    tried = 0
    for attack in PLAYED.values():
        number = 1
        for batch in attack.batches:
            number *= _ways(len(attack.answers), batch.people)
        tried += number
    assert tried > 40_000


def _ways(kinds: int, people: int) -> int:
    ways = 1
    for extra in range(1, kinds):
        ways = ways * (people + extra) // extra
    return ways


# Leaking twins: each is what one of the rules is there for


def by_tens(_: Sequence[Unit], shown: Cubes, now: Cubes) -> dict[str, Any]:
    """Question by question, as soon as ten more have answered it; small cells hidden."""
    moved = {
        key: cube
        for key, cube in now.items()
        if _total(cube) - _total(shown.get(key, {})) >= REFRESH_AFTER
    }
    return {**shown, **moved}


def _total(cube: Mapping[str, Mapping[str, int]]) -> int:
    return sum(flat(cube).values())


def all_of_them(given: Sequence[Unit], shown: Sequence[Snapshot]) -> dict[str, Any]:
    """A total over all communities, with those that hide something."""
    return {
        one.key: {
            "places": [s.place.id for s in shown if one.key in s.cubes],
            "whole": added(s.tables[one.key] for s in shown if one.key in s.cubes),
        }
        for unit in given
        for one in unit.asked
        if any(one.key in s.cubes for s in shown)
    }


def every_kind(given: Sequence[Unit], shown: Sequence[Snapshot]) -> dict[str, Any]:
    """Each kind of community by itself, and their total."""
    found = all_of_them(given, shown)
    for key, sums in found.items():
        for kind in {s.place.kind for s in shown if key in s.cubes}:
            of_it = [s for s in shown if s.place.kind is kind and key in s.cubes]
            sums[f"kind:{kind}"] = added(s.tables[key] for s in of_it)
    return found


def every_channel(given: Sequence[Unit], shown: Sequence[Snapshot]) -> dict[str, Any]:
    """Each kind of channel by itself, beside what the product publishes."""
    found = sums_of(given, shown)
    for key, sums in found.items():
        for name in ("lift", "market"):
            cubes = [s.cubes[key] for s in shown if s.place.id in sums["places"]]
            sums[f"channel:{name}"] = added(
                {cell: by.get(name, 0) for cell, by in cube.items()} for cube in cubes
            )
    return found


@dataclass(frozen=True)
class OneByOne(Unit):
    """Ticks hidden option by option, each by itself."""

    def hidden(self, tables: Tables) -> Mapping[str, frozenset[str]]:
        return {one.key: hidden_cells(tables[one.key]) for one in self.asked}


def ask_freely(given: Sequence[Unit]) -> list[Unit]:
    """Questions that are shown whatever is hidden of the one they hang on."""
    return [replace(unit, hangs_on=frozenset(), reach=None) for unit in given]


TWINS = {
    "refreshed by tens": replace(
        PLAYED["one community in three steps"], rules=Rules(released=by_tens)
    ),
    "a total over all": replace(
        PLAYED["three options in two communities"], rules=Rules(sums=all_of_them)
    ),
    "kinds beside the total": replace(
        PLAYED["communities of two kinds"], rules=Rules(sums=every_kind)
    ),
    "every channel": replace(
        PLAYED["a channel of three people"], rules=Rules(sums=every_channel)
    ),
    "asked on, freely": replace(
        PLAYED["a question asked on"], units=ask_freely(ASKED_ON)
    ),
    "ticks one by one": replace(
        PLAYED["ticks"], units=[OneByOne(**vars(unit)) for unit in TICKED]
    ),
}


@pytest.mark.parametrize("name", TWINS)
def test_leaking_twin_is_found(name: str) -> None:
    assert TWINS[name].known() != []


def test_the_answer_of_one_who_came_between_is_told_by_a_page_that_follows_at_once() -> (
    None
):
    """Eleven in two steps, and a page for each: what the eleventh said is their difference."""

    def at_once(_: Sequence[Unit], __: Cubes, now: Cubes) -> dict[str, Any]:
        return dict(now)

    hasty = Attack(TWO, OF_TWO, over_time(20, 1), rules=Rules(closed=at_once))
    assert {one.value for one in hasty.known()} >= {0, 1}
    assert Attack(TWO, OF_TWO, over_time(20, 1)).known() == []
