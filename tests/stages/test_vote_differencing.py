"""What can be learnt of a ballot from everything published: its lists, and no more.

The attacker has all that is told of a vote over time and across pages: turnout, lists,
counts, cards, district totals, and knows some of the ballots besides. If ballots are
paired anew (in every dimension the entries change places, check codes and all) then
all of it stays the same, so whatever pairing the attacker believes in, the others
explain what they see just as well. Below ten ballots, so do any other scores.
"""

import random  # noqa: TID251 -- invented ballots, from a seed that Hypothesis shrinks
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.figures import slip_card
from portal.figures.measures import Distribution
from portal.figures.totals import district_figure
from portal.figures.votes import dimension_cards, vote_figure
from portal.vote import DEFAULT_TERMS, ElectionResult, Electorate, PlaceResult, VoteMode
from portal.vote.box import Ballot
from portal.vote.items import SCALE, Item
from portal.vote.slips import Precinct
from portal.vote.tally import PUBLISHED_FROM, Tally, place_entry, split, withhold

CASES = 10_000
DIMENSIONS = [dimension.id for dimension in DEFAULT_TERMS.dimensions]
STEPS = [option.id for option in DEFAULT_TERMS.scale]
SAID = [*(option.id for option in SCALE), None]  # of an item; or nothing
ISSUED = 40

Community = list[Ballot]
Telling = Callable[[Sequence[Community]], Any]


# What is published


def tallies(town: Sequence[Community]) -> list[Tally]:
    """The town counted; one ballot of each community was forged."""
    return [
        split([*here, None], {b.slip_id for b in here}, precinct=asked(here))
        for here in town
    ]


def asked(here: Community) -> Precinct:
    """What the ballots of a community have entries for."""
    more = len(here[0].entries) - len(DIMENSIONS) if here else 0
    items = tuple(Item(f"item-{n}", f"第 {n} 项") for n in range(more))
    return Precinct("2026-1", "0", DEFAULT_TERMS, items)


def published(town: Sequence[Community]) -> dict[str, Any]:
    """All that anybody is told from the first ballot to the result."""
    counted = tallies(town)
    record = [recorded(tally) for tally in counted]
    result = result_of(record)
    return {
        "turnout as it grew": [list(range(len(here) + 1)) for here in town],
        "files": [tally.shown for tally in counted],
        "record": record,
        "result": result,
        "district": vote_figure("全区", result),
        "dimensions": [dimension_cards(result, place) for place in result.places],
    }


def recorded(tally: Tally) -> dict[str, object]:
    """A community's entry, without the commitment: that is salted anew each time."""
    entry = place_entry(tally, withhold(tally.withheld) if tally.withheld else None)
    return {name: said for name, said in entry.items() if name != "commitment"}


def result_of(record: Sequence[dict[str, object]]) -> ElectionResult:
    paper = {"entitled": 50, "issued": ISSUED, "voided": [], "handed_out": []}
    waiting = {"unconfirmed": 0}
    places = [
        PlaceResult.of(
            {
                **entry,
                **paper,
                **waiting,
                "place": f"{n}",
                "name": f"社区{n}",
                "root": "",
            }
        )
        for n, entry in enumerate(record)
    ]
    return ElectionResult(
        code="2026-1",
        electorate=Electorate.RESIDENTS,
        mode=VoteMode.SLIPS,
        terms=DEFAULT_TERMS,
        definition="",
        item_scale=SCALE,
        people={},
        places=tuple(places),
        digest="",
        printer="",
    )


# Towns


@dataclass
class Chance:
    """Everything invented of one case."""

    seed: int
    sizes: Sequence[int]
    items: int = 0

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)  # noqa: S311 -- not a secret
        self.town = [self._community(n, size) for n, size in enumerate(self.sizes)]

    def _community(self, number: int, size: int) -> Community:
        some = self.dice.sample(STEPS, self.dice.randint(1, len(STEPS)))
        return [
            Ballot(
                self.dice.randbytes(32),
                tuple(
                    (f"{number}{d}{i:02}", self.dice.choice(some))
                    for d in range(len(DIMENSIONS))
                )
                + tuple(
                    (f"{number}item{n}{i:02}", self.dice.choice(SAID))
                    for n in range(self.items)
                ),
            )
            for i in range(size)
        ]

    def otherwise(self) -> list[Community]:
        """Another town that explains what is published of this one."""
        return [
            self._paired_anew(here)
            if len(here) >= PUBLISHED_FROM
            else self._community(n, len(here))
            for n, here in enumerate(self.town)
        ]

    def _paired_anew(self, here: Community) -> Community:
        """In every list the entries of the ballots nobody knows change places."""
        known = self.dice.randint(0, max(len(here) - 2, 0))
        free = self.dice.sample(range(len(here)), len(here) - known)
        columns = [list(c) for c in zip(*(b.entries for b in here), strict=True)]
        for column in columns:
            self._said_anew(column)
            mixed = self.dice.sample(free, len(free))
            moved = [column[i] for i in mixed]
            for i, entry in zip(free, moved, strict=True):
                column[i] = entry
        rows = zip(*columns, strict=True) if columns else ()
        return [
            Ballot(b.slip_id, entries) for b, entries in zip(here, rows, strict=True)
        ]

    def _said_anew(self, column: list[tuple[str, str | None]]) -> None:
        """What too few said of an item can have been anything."""
        said = [i for i, (_, option) in enumerate(column) if option]
        if len(said) < PUBLISHED_FROM:
            for i in said:
                column[i] = (column[i][0], self.dice.choice(SAID[:-1]))


chances = st.builds(
    Chance,
    seed=st.integers(0, 2**64 - 1),
    sizes=st.lists(st.integers(0, 12), min_size=1, max_size=2),
    items=st.integers(0, 2),
)


@settings(max_examples=CASES, deadline=None, database=None)
@given(chances)
def test_ballots_paired_anew_or_too_few_to_show_are_published_the_same(
    chance: Chance,
) -> None:
    assert published(chance.otherwise()) == published(chance.town)


def possible(here: Community, number: int) -> set[tuple[str | None, ...]]:
    """The ballots one voter can have cast, as far as what is published tells.

    Two entries of a dimension change places, which is a pairing like any other.
    """
    told, found = published([here]), set()
    columns = list(zip(*(b.entries for b in here), strict=True))
    for givers in product(*(_givers(column) for column in columns)):
        entries = [list(b.entries) for b in here]
        for d, giver in enumerate(givers):
            entries[number][d], entries[giver][d] = (
                entries[giver][d],
                entries[number][d],
            )
        town = [
            replace(b, entries=tuple(e)) for b, e in zip(here, entries, strict=True)
        ]
        if published([town]) == told:
            found.add(tuple(score for _, score in entries[number]))
    return found


def _givers(column: Sequence[tuple[str, str | None]]) -> list[int]:
    """Of each score of a dimension, one ballot that has it."""
    return list({score: i for i, (_, score) in enumerate(column)}.values())


def test_a_voter_can_have_cast_every_combination_of_scores_in_the_lists() -> None:
    """So a ballot is known where all lists are unanimous, and nowhere else."""
    here = Chance(seed=1, sizes=[10]).town[0]
    two = [
        replace(
            b,
            entries=tuple(
                (c, STEPS[(i + d) % 2]) for d, (c, _) in enumerate(b.entries)
            ),
        )
        for i, b in enumerate(here)
    ]
    assert possible(two, 3) == set(product(STEPS[:2], repeat=len(DIMENSIONS)))
    half = [
        replace(
            b,
            entries=tuple(
                (c, STEPS[i % 2 if d else 0]) for d, (c, _) in enumerate(b.entries)
            ),
        )
        for i, b in enumerate(here)
    ]
    assert possible(half, 3) == set(product(STEPS[:1], *[STEPS[:2]] * 5))
    alike = [
        replace(b, entries=tuple((c, STEPS[0]) for c, _ in b.entries)) for b in here
    ]
    assert possible(alike, 3) == {(STEPS[0],) * len(DIMENSIONS)}


def test_a_withheld_community_gives_nothing_but_its_numbers() -> None:
    for size in range(PUBLISHED_FROM):
        (tally,) = tallies(Chance(seed=size, sizes=[size]).town)
        entry = place_entry(tally, withhold(tally.withheld))
        assert set(entry) == {"ballots", "set_aside", "commitment", "items"}
        assert (entry["ballots"], entry["set_aside"]) == (size, 1)
    (tally,) = tallies(Chance(seed=0, sizes=[9]).town)
    assert len({withhold(tally.withheld).commitment for _ in range(20)}) == 20


def test_a_withheld_community_is_in_no_total() -> None:
    """Total less the published communities leaves nothing of the others."""
    chance = Chance(seed=3, sizes=[12, 9, 10])
    told = published(chance.town)["district"]
    alone = published([chance.town[0], chance.town[2]])["district"]
    assert (told.card.ballots, told.card.issued) == (22, 2 * ISSUED)
    assert told.card.mean == alone.card.mean
    assert told.card.distribution == alone.card.distribution
    assert (told.published, told.suppressed) == (2, 1)


# Twins: what would tell more


def in_one_common_order(town: Sequence[Community]) -> Any:
    """Every list in the order of the slips."""
    return [[b.entries for b in sorted(here, key=lambda b: b.slip_id)] for here in town]


def used_with_a_code(town: Sequence[Community]) -> Any:
    return [sorted((b.slip_id, b.entries[0][0]) for b in here) for here in town]


def how_many_ballots_are_all_alike(town: Sequence[Community]) -> Any:
    """A count that is of whole ballots: the same step in the first three dimensions."""
    return [
        sum(len({score for _, score in b.entries[:3]}) == 1 for b in here)
        for here in town
    ]


def crossed(town: Sequence[Community]) -> Any:
    """One dimension by another."""
    return [sorted((b.entries[0][1], b.entries[1][1]) for b in here) for here in town]


def mean_of_each_ballot(town: Sequence[Community]) -> Any:
    points = {option.id: option.points or 0 for option in DEFAULT_TERMS.scale}
    return [
        sorted(sum(points[s or ""] for _, s in b.entries) for b in here)
        for here in town
    ]


def district_with_the_withheld(town: Sequence[Community]) -> Any:
    """The total of all communities: less the published ones, the small one is left."""
    cards = [
        slip_card(
            "社区",
            Distribution(_pooled(tallies(town)), DEFAULT_TERMS.scale),
            ballots=sum(map(len, town)),
            issued=ISSUED,
        )
    ]
    return district_figure("全区", cards)


def _pooled(counted: Iterable[Tally]) -> dict[str, int]:
    said = Counter(step for tally in counted for _, step in tally.lists["effect"])
    return {step: said[step] for step in STEPS}


def commitment_without_salt(town: Sequence[Community]) -> Any:
    return [hash(str(tally.files())) for tally in tallies(town)]


def totals_of_few(town: Sequence[Community]) -> Any:
    """Of every list, however short."""
    return [
        {name: Counter(said for _, said in rows) for name, rows in tally.lists.items()}
        for tally in tallies(town)
    ]


def differs(tell: Telling, sizes: Sequence[Sequence[int]]) -> bool:
    """Whether a telling gives two towns away as two in any of some cases."""
    cases = [Chance(seed, each) for seed in range(20) for each in sizes]
    return any(tell(case.town) != tell(case.otherwise()) for case in cases)


@pytest.mark.parametrize(
    "leak",
    [
        in_one_common_order,
        used_with_a_code,
        how_many_ballots_are_all_alike,
        crossed,
        mean_of_each_ballot,
    ],
)
def test_what_tells_of_whole_ballots_is_found(leak: Telling) -> None:
    large = [[10], [12, 14]]
    assert not differs(published, large)
    assert differs(leak, large)


@pytest.mark.parametrize(
    "leak", [district_with_the_withheld, commitment_without_salt, totals_of_few]
)
def test_what_tells_of_a_small_community_is_found(leak: Telling) -> None:
    small = [[9], [12, 1]]
    assert not differs(published, small)
    assert differs(leak, small)
