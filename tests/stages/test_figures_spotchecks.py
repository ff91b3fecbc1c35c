"""The card of a spot check: a share, when it may be told, and never a mean."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.figures import (
    Bounds,
    Distribution,
    FigureCard,
    Interval,
    Mode,
    Share,
    Suppression,
    answer_card,
    slip_card,
    spot_check_card,
    spot_check_figures,
    wilson,
)
from portal.figures.measures import Z95
from portal.figures.spotchecks import SEEN
from portal.rectification import Outcome
from portal.vote.terms import DEFAULT_TERMS
from portal.web.installation import Installation
from tests.makers import Cast
from tests.stages.review_scenes import Scene
from tests.stages.spotcheck_scenes import call_fixed, draw, listed, visit, visit_all

OUTCOMES = {Outcome.FIXED: 10, Outcome.PARTLY: 1, Outcome.NOT_FIXED: 1}


def card(
    counts: dict[Outcome, int], *, drawn: int = 12, population: int = 18
) -> FigureCard:
    return spot_check_card("随机抽查", counts, drawn=drawn, population=population)


def test_the_card_carries_all_that_belongs_to_the_share() -> None:
    whole = card(OUTCOMES)
    assert whole.share_text == "83.3%"
    assert whole.interval_text == (
        "只抽了一部分，所以全部 18 个里改好的占多少，"
        "只能说：有 95% 的把握在 67.6%–88.9% 之间。"
    )
    assert whole.shares == [
        Share("改好了", 10, "83.3%"),
        Share("改了一部分", 1, "8.3%"),
        Share("没改", 1, "8.3%"),
    ]
    assert (whole.ballots, whole.issued, whole.population) == (12, 12, 18)
    assert whole.mode.label == "随机抽查：从责任单位说改好的里面抽的"
    assert whole.definition.startswith("改好率")
    assert whole.suppression_text is None
    assert (whole.mean_text, whole.bounds_text, whole.households) == (None, None, None)


@pytest.mark.parametrize(("k", "n", "size"), [(10, 12, 18), (0, 10, 64), (30, 30, 46)])
def test_the_interval_is_where_the_score_test_stops_rejecting(
    k: int, n: int, size: int
) -> None:
    """At an inner end, (k/n - p)² = z² p (1 - p) / n · (N - n) / (N - 1)."""
    found = wilson(k, n, size)
    for p in {found.low, found.high} - {0.0, 1.0}:
        variance = p * (1 - p) / n * (size - n) / (size - 1)
        assert (k / n - p) ** 2 == pytest.approx(Z95**2 * variance)


def test_the_interval_promises_nothing_that_the_unseen_cannot_make_true() -> None:
    """Of 12 two were not drawn: the share of all is 8, 9 or 10 twelfths."""
    found = card({Outcome.FIXED: 8, Outcome.PARTLY: 2}, drawn=10, population=12)
    assert found.interval == Interval(wilson(8, 10, 12).low, 10 / 12)
    assert wilson(8, 10, 12).high > 10 / 12


def test_who_looked_at_everything_knows() -> None:
    whole = card(OUTCOMES, population=12)
    assert whole.interval == Interval(10 / 12, 10 / 12)
    assert whole.interval_text == "一个不漏全看了，这就是实际的比例。"


@pytest.mark.parametrize("seen", [{}, {Outcome.FIXED: 11}, {Outcome.NOT_FIXED: 3}])
def test_there_is_no_result_before_every_drawn_finding_is_visited(
    seen: dict[Outcome, int],
) -> None:
    unfinished = card(seen)
    assert (unfinished.share_text, unfinished.interval_text) == (None, None)
    assert unfinished.shares == []
    left = 12 - sum(seen.values())
    assert unfinished.suppression_text == (
        f"抽了 12 个，还有 {left} 个没去看。全部看完才公布结果，免得只挑好看的说。"
    )


def test_of_fewer_than_ten_there_are_counts_and_no_share() -> None:
    few = card({Outcome.FIXED: 7, Outcome.NOT_FIXED: 2}, drawn=9)
    assert (few.share_text, few.interval_text) == (None, None)
    assert few.shares == [
        Share("改好了", 7, None),
        Share("改了一部分", 0, None),
        Share("没改", 2, None),
    ]
    assert few.suppression_text == "只抽了 9 个，不足 10 个，只写个数，不算比例。"
    assert card({Outcome.FIXED: 10}, drawn=10).share_text == "100.0%"


WHOLE = Distribution({Outcome.FIXED: 12}, SEEN)
COMPLETE: dict[str, Any] = {
    "title": "x",
    "definition": "y",
    "mode": Mode.SPOT_CHECK,
    "ballots": 12,
    "issued": 12,
    "population": 18,
    "share": 1.0,
    "interval": wilson(12, 12, 18),
    "distribution": WHOLE,
}
FORBIDDEN: list[tuple[str, dict[str, Any]]] = [
    ("no mean", {"mean": 98.6}),
    ("no mean", {"bounds": Bounds(0.0, 100.0)}),
    ("no mean", {"households": 400}),
    ("no spot check", {"population": None}),
    ("no spot check", {"population": 11}),
    ("no spot check", {"issued": None}),
    ("no spot check", {"ballots": 13}),
    ("before every drawn", {"ballots": 11}),
    ("before every drawn", {"ballots": 11, "share": None, "interval": None}),
    ("too few", {"ballots": 9, "issued": 9}),
    ("without its interval", {"interval": None}),
    ("without its interval", {"share": None}),
    ("whole distribution", {"distribution": None}),
]


def test_the_card_they_are_all_made_from_is_whole() -> None:
    assert FigureCard(**COMPLETE).share_text == "100.0%"


@pytest.mark.parametrize(("why", "parts"), FORBIDDEN)
def test_the_card_refuses_to_exist_without_what_belongs_to_it(
    why: str, parts: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=why):
        FigureCard(**{**COMPLETE, **parts})


VOTED = {"satisfied": 60, "mostly": 10, "fair": 10, "dissatisfied": 10, "unknown": 10}
OPINIONS = [
    slip_card("x", Distribution(VOTED, DEFAULT_TERMS.scale), ballots=100, issued=200),
    *(
        answer_card(
            "x", Distribution(VOTED, DEFAULT_TERMS.scale), mode=mode, definition="y"
        )
        for mode in (Mode.OPEN, Mode.QUESTIONNAIRE)
    ),
]


@pytest.mark.parametrize("opinion", OPINIONS, ids=lambda one: str(one.mode))
@pytest.mark.parametrize(
    "parts",
    [
        {"interval": wilson(60, 100)},
        {"interval": wilson(60, 100), "population": 200},
        {"bounds": wilson(60, 100)},
        {"share": 0.6},
    ],
    ids="+".join,
)
def test_wilson_fits_shares_of_random_samples_and_no_opinion_is_given_it(
    opinion: FigureCard, parts: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match="Wilson fits the share of a random sample"):
        replace(opinion, **parts)


def test_a_list_has_no_card_and_a_draw_has_one_from_the_first_day(
    session: Session, house: Installation, cast: Cast
) -> None:
    scene = Scene(session, house, cast)
    call_fixed(scene, 11)
    spot_check = listed(scene, 10)
    assert [f.card for f in spot_check_figures(session, cast.round_id)] == [None]
    draw(scene, spot_check)
    visit(scene, spot_check.drawn[0])
    (unfinished,) = spot_check_figures(session, cast.round_id)
    assert unfinished.card
    assert unfinished.card.suppression is Suppression.UNFINISHED
    visit_all(scene, spot_check, Outcome.PARTLY)
    (figure,) = spot_check_figures(session, cast.round_id)
    assert figure.card
    assert figure.card.title == "随机抽查（第 1 次）"
    assert figure.card.share_text == "90.0%"
