"""Figures: known answers, cards that cannot lie, and what subtraction can learn."""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.figures import (
    Bounds,
    Distribution,
    FigureCard,
    Interval,
    Mode,
    Share,
    Suppression,
    answer_card,
    district_figure,
    groups_shown,
    hidden_cells,
    hidden_ticks,
    may_follow,
    overall_card,
    slip_card,
    wilson,
)
from portal.vote.terms import DEFAULT_TERMS, Option

SCALE = DEFAULT_TERMS.scale

Seen = tuple[int, tuple[tuple[str, int], ...]]


def counts(
    satisfied: int = 0,
    mostly: int = 0,
    fair: int = 0,
    dissatisfied: int = 0,
    unknown: int = 0,
) -> dict[str, int]:
    return {
        "satisfied": satisfied,
        "mostly": mostly,
        "fair": fair,
        "dissatisfied": dissatisfied,
        "unknown": unknown,
    }


@pytest.mark.parametrize(
    ("k", "n", "shown"),
    [
        (10, 10, "72.2-100.0"),
        (30, 30, "88.6-100.0"),
        (100, 100, "96.3-100.0"),
        (49, 50, "89.5-99.6"),
        (141, 143, "95.0-99.6"),
        (986, 1000, "97.7-99.2"),
    ],
)
def test_wilson_gives_the_known_intervals(k: int, n: int, shown: str) -> None:
    found = wilson(k, n)
    assert f"{found.low * 100:.1f}-{found.high * 100:.1f}" == shown


def test_wilson_of_a_whole_population_is_the_share_itself() -> None:
    assert wilson(14, 20, 20) == Interval(0.7, 0.7)


def test_wilson_shrinks_with_the_population() -> None:
    wide, narrow = wilson(14, 20), wilson(14, 20, 30)
    assert wide.low < narrow.low < 0.7 < narrow.high < wide.high


@pytest.mark.parametrize(("k", "n", "size"), [(1, 0, None), (3, 2, None), (1, 5, 4)])
def test_wilson_refuses_what_is_no_share(k: int, n: int, size: int | None) -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson(k, n, size)


@pytest.mark.parametrize(
    ("response", "shown"),
    [
        (5, "4.9-99.9"),
        (15, "14.8-99.8"),
        (30, "29.6-99.6"),
        (50, "49.3-99.3"),
        (70, "69.0-99.0"),
        (90, "88.7-98.7"),
    ],
)
def test_bounds_of_a_mean_of_98_6_are_the_known_ones(response: int, shown: str) -> None:
    """986 of 1000 satisfied, 14 not: 98.6 %."""
    voted = Distribution(counts(satisfied=986, dissatisfied=14), SCALE)
    assert voted.mean == pytest.approx(98.6)
    found = voted.bounds(issued=round(1000 * 100 / response))
    assert found
    assert f"{found.low:.1f}-{found.high:.1f}" == shown


def test_mean_leaves_out_who_does_not_know() -> None:
    voted = Distribution(counts(satisfied=1, mostly=1, fair=1, unknown=7), SCALE)
    assert (voted.total, voted.with_opinion, voted.mean) == (10, 3, 75.0)
    assert Distribution(counts(unknown=12), SCALE).mean is None


def test_bounds_hold_whatever_the_silent_would_have_said() -> None:
    voted = counts(satisfied=6, mostly=3, fair=1, dissatisfied=1, unknown=2)
    bounds = Distribution(voted, SCALE).bounds(issued=16)
    assert bounds
    for silent in itertools.product(("satisfied", "mostly", "dissatisfied"), repeat=3):
        all_said = dict(voted)
        for option in silent:
            all_said[option] += 1
        mean = Distribution(all_said, SCALE).mean
        assert mean is not None
        assert bounds.low <= mean <= bounds.high


def test_distribution_refuses_options_of_another_scale() -> None:
    for wrong in ({"splendid": 3}, {"fair": -1}):
        with pytest.raises(ValueError, match="not counts of this scale"):
            Distribution(wrong, SCALE)


def test_slip_card_carries_all_that_belongs_to_the_number() -> None:
    voted = counts(satisfied=9, mostly=2, dissatisfied=1)
    card = slip_card(
        "问题解决", Distribution(voted, SCALE), ballots=12, issued=20, households=25
    )
    assert card.mean_text == "87.5 分"
    assert card.rate_text == "60.0%"
    assert card.bounds_text == "52.5–92.5 分"
    assert card.mode.label.startswith("入户票")
    assert card.suppression_text is None
    assert card.shares == [
        Share("满意", 9, "75.0%"),
        Share("基本满意", 2, "16.7%"),
        Share("一般", 0, "0.0%"),
        Share("不满意", 1, "8.3%"),
        Share("不了解", 0, "0.0%"),
    ]


def test_slip_card_is_whole_from_ten_ballots_even_where_cells_are_small() -> None:
    whole = slip_card(
        "x", Distribution(counts(satisfied=9, fair=1), SCALE), ballots=10, issued=20
    )
    assert whole.suppression is Suppression.NONE
    few = slip_card(
        "x", Distribution(counts(satisfied=8, fair=1), SCALE), ballots=9, issued=20
    )
    assert (few.mean_text, few.bounds_text, few.shares) == (None, None, [])
    assert few.suppression_text == "收回 9 份，不足 10 份，不单独公布。"


def test_card_where_nobody_has_an_opinion_has_no_mean() -> None:
    card = slip_card(
        "x", Distribution(counts(unknown=10), SCALE), ballots=10, issued=10
    )
    assert (card.mean_text, card.bounds_text) == (None, "0.0–100.0 分")


WHOLE = Distribution(counts(satisfied=30), SCALE)
FORBIDDEN: list[dict[str, Any]] = [
    {"mode": Mode.SLIPS, "issued": 40, "mean": 98.0},
    {"mode": Mode.SLIPS, "issued": 40, "mean": 98.0, "distribution": WHOLE},
    {"mode": Mode.CADRES, "issued": 40, "mean": 98.0, "distribution": WHOLE},
    {"mode": Mode.SLIPS, "mean": 98.0, "distribution": WHOLE, "bounds": Bounds(1, 2)},
    {"mode": Mode.OPEN, "mean": 98.0, "distribution": WHOLE},
    {"mode": Mode.QUESTIONNAIRE, "mean": 98.0},
    {
        "mode": Mode.QUESTIONNAIRE,
        "mean": 98.0,
        "distribution": WHOLE,
        "hidden": frozenset({"fair"}),
    },
    {"mode": Mode.QUESTIONNAIRE, "distribution": WHOLE, "ballots": 9},
    {
        "mode": Mode.QUESTIONNAIRE,
        "distribution": WHOLE,
        "suppression": Suppression.TOO_FEW,
    },
]


@pytest.mark.parametrize("parts", FORBIDDEN)
def test_card_refuses_to_exist_without_what_belongs_to_it(
    parts: dict[str, Any],
) -> None:
    given_ = {"title": "x", "definition": "y", "ballots": 30, **parts}
    with pytest.raises(ValueError, match=r"small|few|no mean|headline|no slip"):
        FigureCard(**given_)


def test_overall_card_is_the_mean_of_the_dimensions() -> None:
    best = slip_card(
        "a", Distribution(counts(satisfied=10), SCALE), ballots=10, issued=20
    )
    worst = slip_card(
        "b", Distribution(counts(dissatisfied=10), SCALE), ballots=10, issued=20
    )
    overall = overall_card("六项平均", [best, worst], weights=[1, 1])
    assert (overall.mean, overall.bounds) == (50.0, Bounds(25.0, 75.0))
    assert [share.percent for share in overall.shares] == [
        "50.0%",
        "0.0%",
        "0.0%",
        "50.0%",
        "0.0%",
    ]
    few = slip_card("a", Distribution({}, SCALE), ballots=3, issued=20)
    assert (
        overall_card("六项平均", [few], weights=[1]).suppression is Suppression.TOO_FEW
    )


def test_overall_card_weighs_the_dimensions_and_says_so() -> None:
    best = slip_card(
        "甲", Distribution(counts(satisfied=10), SCALE), ballots=10, issued=20
    )
    worst = slip_card(
        "乙", Distribution(counts(dissatisfied=10), SCALE), ballots=10, issued=20
    )
    nobody = slip_card(
        "丙", Distribution(counts(unknown=10), SCALE), ballots=10, issued=20
    )
    overall = overall_card("x", [best, worst, nobody], weights=[3, 1, 6])
    assert (overall.mean, overall.bounds) == (75.0, Bounds(37.5, 87.5))
    assert (
        "各方面先分别算，再按权重平均：甲、乙、丙依次占 3、1、6。" in overall.definition
    )
    alike = overall_card("x", [best, worst], weights=[2, 2])
    assert alike.definition.endswith("各方面先分别算，再取平均。")


def test_definition_says_the_points_of_the_scale_that_was_voted_on() -> None:
    scale = (Option("satisfied", "好", 90), Option("fair", "差", 10))
    card = slip_card("x", Distribution({"satisfied": 10}, scale), ballots=10, issued=20)
    assert card.definition == "满意度：有看法的选票的平均分。好、差依次是 90、10 分。"
    assert (card.mean_text, card.bounds_text) == ("90.0 分", "50.0–90.0 分")
    whole = slip_card("x", Distribution({}, SCALE), ballots=0, issued=20)
    assert whole.definition == (
        "满意度：有看法的选票的平均分。满意、基本满意、一般、不满意依次是 "
        "100、75、50、0 分；「不了解」单列，不算进平均分。"
    )


def test_cadres_are_labelled_and_never_added_to_residents() -> None:
    residents = community("甲", 10, 0, 10)
    cadres = slip_card(
        "甲",
        Distribution(counts(satisfied=12), SCALE),
        ballots=12,
        issued=12,
        mode=Mode.CADRES,
    )
    assert cadres.mode.label == "干部测评：只算干部，不并入居民满意度"
    assert district_figure("全区", [cadres]).card.mode is Mode.CADRES
    with pytest.raises(ValueError, match="different modes"):
        district_figure("全区", [residents, cadres])


def community(title: str, good: int, bad: int, households: int) -> FigureCard:
    voted = counts(satisfied=good, dissatisfied=bad)
    issued = households
    ballots = good + bad
    return slip_card(
        title,
        Distribution(voted, SCALE),
        ballots=ballots,
        issued=issued,
        households=households,
    )


def test_district_is_weighted_by_households_not_a_mean_of_means() -> None:
    """Small unanimous communities do not carry a large divided one."""
    cards = [
        community("甲", 10, 0, 10),
        community("乙", 10, 0, 10),
        community("丙", 50, 50, 180),
        community("丁", 9, 0, 12),
    ]
    district = district_figure("全区", cards)
    assert district.card.mean_text == "55.0 分"  # the mean of means would be 83.3 %
    assert (district.card.ballots, district.card.issued) == (120, 200)
    assert district.card.bounds_text == "35.0–75.0 分"
    assert district.median
    assert district.median.title == "乙"
    assert [c.title for c in district.lowest] == ["丙", "乙", "甲"]
    assert (district.published, district.suppressed) == (3, 1)


def test_district_total_takes_nothing_from_a_withheld_community() -> None:
    shown = [community("甲", 8, 4, 20), community("乙", 11, 1, 20)]
    withheld = [community("丙", n, 9 - n, 20) for n in range(10)]
    totals = {
        (d.card.mean_text, d.card.bounds_text, tuple(d.card.shares), d.card.ballots)
        for d in (district_figure("全区", [*shown, one]) for one in withheld)
    }
    assert len(totals) == 1


def test_leaking_twin_a_total_over_all_gives_a_withheld_community_away() -> None:
    shown = [community("甲", 8, 4, 20), community("乙", 11, 1, 20)]
    totals = set()
    for n in range(10):
        everybody = Distribution(
            counts(satisfied=8 + 11 + n, dissatisfied=5 + 9 - n), SCALE
        )
        totals.add(everybody.mean)
    assert len(totals) == 10
    assert len(shown) == 2


def test_district_without_any_published_community_has_no_figure() -> None:
    district = district_figure("全区", [community("甲", 3, 0, 20)])
    assert district.card.mean_text is None
    assert (district.median, district.lowest, district.published) == (None, (), 0)
    with pytest.raises(ValueError, match="without communities"):
        district_figure("全区", [])


CELLS = ("a", "b", "c", "d")


def published(cells: dict[str, int]) -> Seen:
    """What a reader sees of one question: the total and the cells not hidden."""
    hidden = hidden_cells(cells)
    return sum(cells.values()), tuple(sorted(set(cells.items()) - _of(cells, hidden)))


def _of(cells: dict[str, int], hidden: Iterable[str]) -> set[tuple[str, int]]:
    return {(cell, n) for cell, n in cells.items() if cell in hidden}


def only_small_cells(cells: dict[str, int]) -> Seen:
    """The leaking twin: hides small cells and nothing to complement them."""
    shown = {(cell, n) for cell, n in cells.items() if n >= 5}
    return sum(cells.values()), tuple(sorted(shown))


def certain(
    publish: Callable[[dict[str, int]], Seen], cells: Sequence[str], most: int
) -> list[tuple[Seen, str]]:
    """Hidden cells whose value follows from what is published and the rule itself."""
    possible = defaultdict(list)
    for values in itertools.product(range(most + 1), repeat=len(cells)):
        if 0 < sum(values) <= most:
            table = dict(zip(cells, values, strict=True))
            possible[publish(table)].append(table)
    return [
        (seen, cell)
        for seen, tables in possible.items()
        for cell in cells
        if cell not in dict(seen[1])
        and seen[0] >= 10
        and len({table[cell] for table in tables}) == 1
    ]


@pytest.mark.parametrize(("cells", "most"), [(2, 40), (3, 24), (4, 19)])
def test_no_hidden_cell_follows_from_what_is_shown(cells: int, most: int) -> None:
    assert certain(published, CELLS[:cells], most) == []


def smallest_first(cells: dict[str, int]) -> Seen:
    """The leaking twin: a complement chosen by size tells what is smaller."""
    hidden = {cell for cell, n in cells.items() if n < 5}
    for cell in sorted(cells, key=lambda cell: (cells[cell], cell)):
        if len(hidden) > 1 and sum(cells[c] for c in hidden) >= 5:
            break
        hidden |= {cell} if hidden else set()
    return sum(cells.values()), tuple(sorted(set(cells.items()) - _of(cells, hidden)))


def test_leaking_twin_with_the_smallest_complement_is_found() -> None:
    assert certain(smallest_first, CELLS[:3], 24) != []


@pytest.mark.parametrize(("cells", "most"), [(2, 40), (3, 24), (4, 19)])
def test_leaking_twin_without_complement_is_found(cells: int, most: int) -> None:
    assert certain(only_small_cells, CELLS[:cells], most) != []


@given(st.dictionaries(st.sampled_from(CELLS), st.integers(0, 60), min_size=2))
def test_cells_below_five_and_unanimous_ones_are_never_shown(
    cells: dict[str, int],
) -> None:
    hidden = hidden_cells(cells)
    shown = {cell: n for cell, n in cells.items() if cell not in hidden}
    assert all(n >= 5 for n in shown.values())
    assert not hidden or sum(cells[c] for c in hidden) >= 5 or not shown
    if sum(cells.values()) < 10 or max(cells.values()) == sum(cells.values()):
        assert shown == {}


def test_unanimity_is_not_told_apart_from_other_suppression() -> None:
    scale = SCALE
    unanimous = Distribution(counts(satisfied=40), scale)
    nearly = Distribution(counts(satisfied=38, mostly=2), scale)
    cards = [
        answer_card("x", one, mode=Mode.QUESTIONNAIRE, definition="y")
        for one in (unanimous, nearly)
    ]
    assert cards[0] == cards[1]
    assert cards[0].mean_text is None
    assert {share.percent for share in cards[0].shares} == {None}


def test_questionnaire_card_with_hidden_cells_shows_shares_of_all_answers() -> None:
    given_ = Distribution(
        counts(satisfied=30, mostly=16, fair=2, dissatisfied=2), SCALE
    )
    card = answer_card("x", given_, mode=Mode.QUESTIONNAIRE, definition="y")
    assert card.mean_text is None
    assert card.shares[0] == Share(
        "满意", None, None
    )  # 2 + 2 + 0 would be a small cell
    assert card.shares[1] == Share("基本满意", 16, "32.0%")


def test_open_vote_has_a_distribution_but_no_headline() -> None:
    given_ = Distribution({o.id: 10 for o in SCALE}, SCALE)
    card = answer_card("x", given_, mode=Mode.OPEN, definition="y")
    assert (card.mean_text, card.bounds_text, card.rate_text) == (None, None, None)
    assert card.shares[0].percent == "20.0%"


def test_a_cell_hidden_because_of_other_tables_takes_the_mean_with_it() -> None:
    given_ = Distribution(counts(10, 10, 10, 10, 10), SCALE)
    card = answer_card(
        "x",
        given_,
        mode=Mode.QUESTIONNAIRE,
        definition="y",
        hidden=frozenset({"fair"}),
    )
    assert (card.mean_text, card.suppression) == (None, Suppression.CELLS)
    assert card.shares[2] == Share("一般", None, None)


def test_whoever_came_between_two_tables_is_a_group_like_any_other() -> None:
    before = {"a": 5, "b": 5}
    assert may_follow(before, before)
    assert not may_follow(before, {"a": 9, "b": 10})  # nine more
    assert not may_follow(before, {"a": 15, "b": 5})  # all of them chose a
    assert not may_follow(before, {"a": 14, "b": 9})  # four of them chose b
    assert may_follow(before, {"a": 10, "b": 10})


@given(st.lists(st.sampled_from(CELLS[:2]), max_size=80))
def test_no_two_tables_that_follow_one_another_differ_by_fewer_than_ten(
    answers: list[str],
) -> None:
    current = dict.fromkeys(CELLS[:2], 0)
    seen: list[dict[str, int]] = []
    for answer in answers:
        current[answer] += 1
        first = not seen and hidden_cells(current) == frozenset()
        if first or (seen and may_follow(seen[-1], current)):
            seen.append(dict(current))
    steps = [sum(b.values()) - sum(a.values()) for a, b in itertools.pairwise(seen)]
    assert all(step == 0 or step >= 10 for step in steps)


def test_parts_of_a_whole_are_shown_whole_or_not_at_all() -> None:
    fine, small, few = {"a": 8, "b": 9}, {"a": 20, "b": 3}, {"a": 3, "b": 4}
    assert groups_shown({"1": fine, "2": fine}) == {"1", "2"}
    # 2 by itself would follow from the whole without 1, so that 1 is hidden as well
    assert groups_shown({"1": fine, "2": small}) == frozenset()
    assert groups_shown({"1": fine, "2": small, "3": fine}) == {"3"}
    # together they are enough
    assert groups_shown({"1": fine, "2": small, "3": few}) == {"1"}
    assert groups_shown({}) == frozenset()


@given(
    st.lists(
        st.fixed_dictionaries({"a": st.integers(0, 30), "b": st.integers(0, 30)}),
        max_size=6,
    )
)
def test_whatever_follows_from_a_whole_and_its_shown_parts_is_whole(
    tables: list[dict[str, int]],
) -> None:
    groups = {str(number): table for number, table in enumerate(tables)}
    shown = groups_shown(groups)
    rest = [table for name, table in groups.items() if name not in shown]
    for name in shown:
        assert hidden_cells(groups[name]) == frozenset()
    if shown and rest:
        left = {cell: sum(table[cell] for table in rest) for cell in "ab"}
        assert hidden_cells(left) == frozenset()


def ticks(people: int, **chosen: int) -> dict[str, dict[str, int]]:
    return {o: {"yes": n, "no": people - n} for o, n in chosen.items()}


def test_ticks_are_hidden_one_by_one_where_nobody_follows_from_the_others() -> None:
    hidden = hidden_ticks(ticks(20, a=12, b=9, c=2), most=3)
    assert {o: bool(cells) for o, cells in hidden.items()} == {
        "a": False,
        "b": False,
        "c": True,
    }
    assert not any(hidden_ticks(ticks(20, a=12, b=9, c=6), most=3).values())


@pytest.mark.parametrize(
    ("chosen", "most"),
    [
        # eight and eight leave four people, who must have ticked something
        ({"a": 8, "b": 8, "c": 4}, 3),
        # one tick each: what is not a or b is c
        ({"a": 11, "b": 7, "c": 2}, 1),
        # two ticks each, all but two of them told
        ({"a": 14, "b": 13, "c": 11, "d": 2}, 2),
    ],
)
def test_ticks_are_hidden_together_where_the_shown_ones_tell_the_rest(
    chosen: dict[str, int], most: int
) -> None:
    tables = ticks(20, **chosen)
    assert hidden_ticks(tables, most=most) == {o: {"yes", "no"} for o in tables}


def test_who_ticks_nothing_else_is_not_counted_among_those_who_may() -> None:
    """Eight ticked 「没有」; the other twelve gave a and b, and no tick is left for c."""
    tables = ticks(20, a=12, b=12, none=8, c=0)
    assert hidden_ticks(tables, most=2, alone={"none"})["a"] == {"yes", "no"}
    assert hidden_ticks(tables, most=3, alone={"none"})["a"] == frozenset()
