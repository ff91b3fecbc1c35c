"""Questionnaire results: snapshots, the settlement, and the round before."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.entrances import ChannelKind
from portal.figures.comparison import group_comparisons, place_comparisons
from portal.figures.responses import ShownCounts, refresh, snapshots, units_in
from portal.figures.results import (
    of_channel,
    of_kind,
    of_place,
    of_places,
    of_round,
    question_card,
)
from portal.figures.settlement import (
    SettledError,
    Settlement,
    StillCollectingError,
    keep_up,
    settle,
)
from portal.kernel.audit import AuditEntry
from portal.places import Kind, Place
from portal.questionnaires import frozen, shipped
from portal.rounds import Phase, Round, add_places, places_in
from tests.makers import MORNING, TODAY, Cast, make_place, make_round
from tests.stages.figure_scenes import answered, rated, told


@pytest.fixture
def round_(session: Session, cast: Cast) -> Round:
    return session.get_one(Round, cast.round_id)


@pytest.fixture
def places(session: Session, round_: Round) -> list[Place]:
    """云溪 (urban), 柳塘 (rural), 厂东 (urban)."""
    return places_in(session, round_.id)


def close_the_round(session: Session, round_: Round) -> Settlement:
    round_.phase = Phase.REVIEWING
    return settle(session, round_, by="office", now=MORNING, today=TODAY)


def look(session: Session, round_: Round, places: list[Place]) -> None:
    refresh(session, round_.id, places=places, today=TODAY)


# Snapshots


def test_a_question_that_hangs_on_another_is_shown_only_where_that_hides_nothing(
    session: Session, round_: Round, places: list[Place]
) -> None:
    yunxi, liutang, _ = places
    for place, unsure in ((yunxi, 3), (liutang, 6)):
        for errand, times in (("smooth", 12), ("failed", unsure), ("none", 9)):
            answered(session, round_.id, place, {"errand": errand}, times=times)
        why = {"errand": "trips", "errand_why": ["papers", "other"]}
        answered(session, round_.id, place, why, times=12)
    options = next(
        u for u in units_in(session, round_.id) if u.item.id == "errand"
    ).item.option_ids
    assert {"trips", "failed"} <= options
    close_the_round(session, round_)
    shown = {
        place.code: {one.asked.item.id for one in of_place(session, round_.id, place)}
        for place in (yunxi, liutang)
    }
    assert "errand" in shown[yunxi.code]
    assert "errand_why" not in shown[yunxi.code]


def test_a_snapshot_is_not_taken_before_ten_more_have_come(
    session: Session, round_: Round, places: list[Place]
) -> None:
    yunxi = places[0]
    rated(session, round_.id, yunxi, 5, 5, 5, 5, 4)
    look(session, round_, places)
    rated(session, round_.id, yunxi, 0, 0, 0, 0, 9)
    look(session, round_, places)
    assert of_place(session, round_.id, yunxi) == []
    rated(session, round_.id, yunxi, 0, 0, 0, 0, 1)
    look(session, round_, places)
    assert told(of_place(session, round_.id, yunxi)) == [5, 5, 5, 5, 14]


def test_before_the_settlement_a_sum_is_of_what_is_shown(
    session: Session, round_: Round, places: list[Place]
) -> None:
    yunxi, liutang, changdong = places
    rated(session, round_.id, yunxi, 5, 5, 5, 5, 5)
    rated(session, round_.id, liutang, 20, 6, 6, 6, 6)
    rated(session, round_.id, changdong, 30, 20, 4, 9, 9)
    look(session, round_, places)
    assert told(of_round(session, round_.id, places)) == [25, 11, 11, 11, 11]
    urban = of_kind(session, round_.id, places, kind=Kind.URBAN)
    assert told(urban) == [5, 5, 5, 5, 5]
    assert told(of_places(session, round_.id, [changdong])) is None


# Settlement


def test_a_round_that_collects_cannot_be_settled_and_nothing_is_settled_twice(
    session: Session, round_: Round
) -> None:
    with pytest.raises(StillCollectingError):
        settle(session, round_, by="office", now=MORNING, today=TODAY)
    close_the_round(session, round_)
    with pytest.raises(SettledError):
        settle(session, round_, by="office", now=MORNING, today=TODAY)
    noted = session.scalars(
        select(AuditEntry.subject).where(AuditEntry.action == "figures.settle")
    )
    assert list(noted) == [round_.code]


def test_the_settlement_shows_what_was_not_whole_and_hides_its_small_cells(
    session: Session, round_: Round, places: list[Place]
) -> None:
    yunxi = places[0]
    rated(session, round_.id, yunxi, 20, 12, 8, 3, 2)
    look(session, round_, places)
    assert of_place(session, round_.id, yunxi) == []
    close_the_round(session, round_)
    assert told(of_place(session, round_.id, yunxi)) == [20, 12, 8, None, None]


def test_few_who_came_after_the_last_page_are_not_told_by_the_settlement(
    session: Session, round_: Round, places: list[Place]
) -> None:
    yunxi = places[0]
    rated(session, round_.id, yunxi, 9, 8, 7, 6, 5)
    look(session, round_, places)
    rated(session, round_.id, yunxi, 9, 0, 0, 1)
    close_the_round(session, round_)
    assert told(of_place(session, round_.id, yunxi)) == [9, 8, 7, 6, 5]


def test_all_communities_are_in_a_sum_from_which_none_follows(
    session: Session, round_: Round, places: list[Place]
) -> None:
    yunxi, liutang, changdong = places
    rated(session, round_.id, yunxi, 20, 12, 8, 3, 2)
    rated(session, round_.id, changdong, 22, 10, 7, 2, 4)
    rated(session, round_.id, liutang, 9, 9, 9, 9, 9)
    close_the_round(session, round_)
    assert told(of_round(session, round_.id, places)) == [51, 31, 24, 14, 15]
    urban = of_kind(session, round_.id, places, kind=Kind.URBAN)
    assert told(urban) == [42, 22, 15, 5, 6]
    assert (urban[0].places, urban[0].left_out) == (2, 0)


def test_a_community_that_would_follow_from_the_sum_is_not_in_it(
    session: Session, round_: Round, places: list[Place]
) -> None:
    yunxi, liutang, changdong = places
    rated(session, round_.id, yunxi, 20, 12, 8, 3, 2)
    rated(session, round_.id, changdong, 9, 9, 9, 9, 9)
    rated(session, round_.id, liutang, 8, 8, 8, 8, 8)
    close_the_round(session, round_)
    whole = of_round(session, round_.id, places)
    assert told(whole) == [17, 17, 17, 17, 17]
    assert (whole[0].places, whole[0].left_out) == (2, 1)


def test_channels_are_shown_where_no_community_follows_from_them(
    session: Session, round_: Round, places: list[Place]
) -> None:
    for place in places:
        for by in (ChannelKind.LIFT, ChannelKind.MARKET):
            rated(session, round_.id, place, 7, 7, 7, 7, 7, by=by)
    settled = close_the_round(session, round_)
    lift = of_channel(session, settled, places, kind=ChannelKind.LIFT)
    assert told(lift) == [21, 21, 21, 21, 21]


def test_a_channel_of_one_community_is_not_shown(
    session: Session, round_: Round, places: list[Place]
) -> None:
    """柳塘 without its market would be what its three others said."""
    yunxi, liutang, changdong = places
    for place in (yunxi, changdong):
        rated(session, round_.id, place, 9, 9, 9, 9, 9)
    rated(session, round_.id, liutang, 9, 9, 9, 9, 9, by=ChannelKind.MARKET)
    rated(session, round_.id, liutang, 0, 0, 0, 3)
    settled = close_the_round(session, round_)
    market = of_channel(session, settled, places, kind=ChannelKind.MARKET)
    assert told(market) is None
    assert told(of_round(session, round_.id, places)) == [27, 27, 27, 30, 27]


def test_after_the_settlement_nothing_moves(
    session: Session, round_: Round, places: list[Place]
) -> None:
    yunxi = places[0]
    rated(session, round_.id, yunxi, 9, 9, 9, 9, 9)
    close_the_round(session, round_)
    before = told(of_round(session, round_.id, places))
    rated(session, round_.id, yunxi, 10, 10, 10, 10, 10)
    yunxi.kind = Kind.RURAL
    keep_up(session, round_.id, places=places, today=TODAY)
    assert told(of_round(session, round_.id, places)) == before
    assert told(of_place(session, round_.id, yunxi)) == [9, 9, 9, 9, 9]


def test_by_channel_nothing_of_a_community_is_kept_after_the_settlement(
    session: Session, round_: Round, places: list[Place]
) -> None:
    rated(session, round_.id, places[0], 9, 9, 9, 9, 9)
    close_the_round(session, round_)
    row = session.get_one(ShownCounts, (round_.id, places[0].id))
    assert {channel for cell in row.counts["overall"].values() for channel in cell} == {
        ""
    }


# The round before


@pytest.fixture
def before(session: Session, round_: Round, places: list[Place]) -> Round:
    """An earlier round of the same communities with the same questions."""
    earlier = make_round(
        session,
        name="上一轮",
        opens_on=round_.opens_on - timedelta(days=200),
        closes_on=round_.opens_on - timedelta(days=170),
    )
    add_places(session, earlier, places)
    frozen.freeze(session, earlier.id, shipped.compose(), today=TODAY)
    return earlier


def test_shares_of_two_rounds_stand_side_by_side(
    session: Session, round_: Round, before: Round, places: list[Place]
) -> None:
    yunxi = places[0]
    rated(session, before.id, yunxi, 10, 10, 10, 10, 10)
    rated(session, round_.id, yunxi, 20, 10, 15, 3, 2)
    close_the_round(session, before)
    close_the_round(session, round_)
    past = place_comparisons(session, round_, yunxi)["overall"]
    assert past.round_name == "上一轮"
    assert [(c.now.percent, c.then.percent, c.points) for c in past.changes] == [
        ("40.0%", "20.0%", "+20.0"),
        ("20.0%", "20.0%", "±0.0"),
        ("30.0%", "20.0%", "+10.0"),
        (None, "20.0%", None),
        (None, "20.0%", None),
    ]
    assert place_comparisons(session, before, yunxi) == {}


def test_several_communities_are_compared_where_both_rounds_show_them_whole(
    session: Session, round_: Round, before: Round, places: list[Place]
) -> None:
    yunxi, liutang, changdong = places
    for place in places:
        rated(session, before.id, place, 10, 10, 10, 10, 10)
    rated(session, round_.id, yunxi, 20, 5, 5, 5, 5)
    rated(session, round_.id, liutang, 10, 15, 5, 5, 5)
    rated(session, round_.id, changdong, 10, 15, 5, 5, 4)
    close_the_round(session, before)
    close_the_round(session, round_)
    past = group_comparisons(session, round_, places)["overall"]
    assert (past.places, past.now.ballots, past.then.ballots) == (2, 80, 100)
    assert past.changes[0].points == "+17.5"


def test_a_question_with_other_options_is_another_question(
    session: Session, round_: Round, places: list[Place]
) -> None:
    earlier = make_round(session, opens_on=round_.opens_on - timedelta(days=200))
    document = shipped.compose()
    document["scales"]["satisfaction"].pop()
    frozen.freeze(session, earlier.id, document, today=TODAY)
    yunxi = places[0]
    rated(session, earlier.id, yunxi, 10, 10, 10, 10)
    rated(session, round_.id, yunxi, 10, 10, 10, 10, 10)
    for one in (earlier, round_):
        refresh(session, one.id, places=places, today=TODAY)
    assert snapshots(session, earlier.id, places=[yunxi])[0].tables["overall"]
    assert place_comparisons(session, round_, yunxi) == {}


# Size


def test_a_district_of_64_communities_is_settled_and_read(
    session: Session, round_: Round
) -> None:
    places = [make_place(session, name=f"第{n}社区") for n in range(64)]
    round_.phase = Phase.PREPARING
    add_places(session, round_, places)
    choices = {
        unit.item.id: sorted(unit.item.option_ids)
        for unit in units_in(session, round_.id)
        if unit.item.type in {"single", "scale"} and not unit.hangs_on
    }
    for number, place in enumerate(places):
        for person in range(40 + number % 7):
            ticks = {
                key: options[chance(number, person, key) ** 2 * len(options) // 10_000]
                for key, options in choices.items()
            }
            by = (ChannelKind.LIFT, ChannelKind.MARKET)[person % 2]
            answered(session, round_.id, place, ticks, by=by)
    close_the_round(session, round_)
    results = of_round(session, round_.id, places)
    assert len(results) == len(choices)
    assert sorted(one.places for one in results)[len(results) // 2] > 40
    assert {bool(told(results, key)) for key in choices} == {True}
    assert group_comparisons(session, round_, places) == {}  # no round before it


def chance(*given: object) -> int:
    """A number below 100 that is always the same for the same."""
    return (
        int.from_bytes(hashlib.sha256(repr(given).encode()).digest()[:4], "big") % 100
    )


def test_a_card_of_a_question_is_of_opinions_and_not_of_everybody() -> None:
    from tests.stages.figure_attacks import question, units

    (unit,) = units(question("q", "ab"))
    card = question_card(unit.asked[0], {"a": 10, "b": 10})
    assert (card.ballots, card.mode.value) == (20, "questionnaire")
    assert replace(card, title="x").definition.startswith("选这一项的份数")
