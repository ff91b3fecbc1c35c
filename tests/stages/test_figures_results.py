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
    of_places,
    question_card,
)
from portal.figures.settlement import (
    SettledError,
    StillCollectingError,
    keep_up,
    settle,
)
from portal.kernel.audit import AuditEntry
from portal.places import Kind
from portal.questionnaires import frozen, shipped
from portal.rounds import Phase, Round, add_places
from tests.makers import MORNING, TODAY, Cast, make_place, make_round
from tests.stages.figure_scenes import Answering, answered, rated, told


@pytest.fixture
def here(session: Session, cast: Cast) -> Answering:
    return Answering(session, session.get_one(Round, cast.round_id))


# Snapshots


def test_a_question_that_hangs_on_another_is_shown_only_where_that_hides_nothing(
    here: Answering, session: Session
) -> None:
    yunxi, liutang, _ = here.places
    for place, unsure in ((yunxi, 3), (liutang, 6)):
        for errand, times in (("smooth", 12), ("failed", unsure), ("none", 9)):
            answered(session, here.round_.id, place, {"errand": errand}, times=times)
        why = {"errand": "trips", "errand_why": ["papers", "other"]}
        answered(session, here.round_.id, place, why, times=12)
    options = next(
        u for u in units_in(session, here.round_.id) if u.item.id == "errand"
    ).item.option_ids
    assert {"trips", "failed"} <= options
    here.settled()
    shown = {
        place.code: {one.asked.item.id for one in here.of_place(place)}
        for place in (yunxi, liutang)
    }
    assert "errand" in shown[yunxi.code]
    assert "errand_why" not in shown[yunxi.code]


def test_a_snapshot_is_not_taken_before_ten_more_have_come(here: Answering) -> None:
    yunxi = here.places[0]
    here.rated(yunxi, 5, 5, 5, 5, 4)
    here.looked_at()
    here.rated(yunxi, 0, 0, 0, 0, 9)
    here.looked_at()
    assert here.of_place(yunxi) == []
    here.rated(yunxi, 0, 0, 0, 0, 1)
    here.looked_at()
    assert told(here.of_place(yunxi)) == [5, 5, 5, 5, 14]


def test_before_the_settlement_a_sum_is_of_what_is_shown(
    here: Answering, session: Session
) -> None:
    yunxi, liutang, changdong = here.places
    here.rated(yunxi, 5, 5, 5, 5, 5)
    here.rated(liutang, 20, 6, 6, 6, 6)
    here.rated(changdong, 30, 20, 4, 9, 9)
    here.looked_at()
    assert told(here.of_round()) == [25, 11, 11, 11, 11]
    urban = here.of_kind(Kind.URBAN)
    assert told(urban) == [5, 5, 5, 5, 5]
    assert told(of_places(session, here.round_.id, [changdong])) is None


# Settlement


def test_a_round_that_collects_cannot_be_settled_and_nothing_is_settled_twice(
    here: Answering, session: Session
) -> None:
    with pytest.raises(StillCollectingError):
        settle(session, here.round_, by="office", now=MORNING, today=TODAY)
    here.settled()
    with pytest.raises(SettledError):
        settle(session, here.round_, by="office", now=MORNING, today=TODAY)
    noted = session.scalars(
        select(AuditEntry.subject).where(AuditEntry.action == "figures.settle")
    )
    assert list(noted) == [here.round_.code]


def test_the_settlement_shows_what_was_not_whole_and_hides_its_small_cells(
    here: Answering,
) -> None:
    yunxi = here.places[0]
    here.rated(yunxi, 20, 12, 8, 3, 2)
    here.looked_at()
    assert here.of_place(yunxi) == []
    here.settled()
    assert told(here.of_place(yunxi)) == [20, 12, 8, None, None]


def test_few_who_came_after_the_last_page_are_not_told_by_the_settlement(
    here: Answering,
) -> None:
    yunxi = here.places[0]
    here.rated(yunxi, 9, 8, 7, 6, 5)
    here.looked_at()
    here.rated(yunxi, 9, 0, 0, 1)
    here.settled()
    assert told(here.of_place(yunxi)) == [9, 8, 7, 6, 5]


def test_all_communities_are_in_a_sum_from_which_none_follows(here: Answering) -> None:
    yunxi, liutang, changdong = here.places
    here.rated(yunxi, 20, 12, 8, 3, 2)
    here.rated(changdong, 22, 10, 7, 2, 4)
    here.rated(liutang, 9, 9, 9, 9, 9)
    here.settled()
    assert told(here.of_round()) == [51, 31, 24, 14, 15]
    urban = here.of_kind(Kind.URBAN)
    assert told(urban) == [42, 22, 15, 5, 6]
    assert (urban[0].places, urban[0].left_out) == (2, 0)


def test_a_community_that_would_follow_from_the_sum_is_not_in_it(
    here: Answering,
) -> None:
    yunxi, liutang, changdong = here.places
    here.rated(yunxi, 20, 12, 8, 3, 2)
    here.rated(changdong, 9, 9, 9, 9, 9)
    here.rated(liutang, 8, 8, 8, 8, 8)
    here.settled()
    whole = here.of_round()
    assert told(whole) == [17, 17, 17, 17, 17]
    assert (whole[0].places, whole[0].left_out) == (2, 1)


def test_channels_are_shown_where_no_community_follows_from_them(
    here: Answering,
) -> None:
    for place in here.places:
        for by in (ChannelKind.LIFT, ChannelKind.MARKET):
            here.rated(place, 7, 7, 7, 7, 7, by=by)
    here.settled()
    lift = here.of_channel(ChannelKind.LIFT)
    assert told(lift) == [21, 21, 21, 21, 21]


def test_a_channel_of_one_community_is_not_shown(here: Answering) -> None:
    """柳塘 without its market would be what its three others said."""
    yunxi, liutang, changdong = here.places
    for place in (yunxi, changdong):
        here.rated(place, 9, 9, 9, 9, 9)
    here.rated(liutang, 9, 9, 9, 9, 9, by=ChannelKind.MARKET)
    here.rated(liutang, 0, 0, 0, 3)
    here.settled()
    market = here.of_channel(ChannelKind.MARKET)
    assert told(market) is None
    assert told(here.of_round()) == [27, 27, 27, 30, 27]


def test_after_the_settlement_nothing_moves(here: Answering, session: Session) -> None:
    yunxi = here.places[0]
    here.rated(yunxi, 9, 9, 9, 9, 9)
    here.settled()
    before = told(here.of_round())
    here.rated(yunxi, 10, 10, 10, 10, 10)
    yunxi.kind = Kind.RURAL
    keep_up(session, here.round_.id, places=here.places, today=TODAY)
    assert told(here.of_round()) == before
    assert told(here.of_place(yunxi)) == [9, 9, 9, 9, 9]


def test_by_channel_nothing_of_a_community_is_kept_after_the_settlement(
    here: Answering, session: Session
) -> None:
    here.rated(here.places[0], 9, 9, 9, 9, 9)
    here.settled()
    row = session.get_one(ShownCounts, (here.round_.id, here.places[0].id))
    assert {channel for cell in row.counts["overall"].values() for channel in cell} == {
        ""
    }


# The round before


@pytest.fixture
def before(here: Answering, session: Session) -> Answering:
    """An earlier round of the same communities with the same questions."""
    earlier = make_round(
        session,
        name="上一轮",
        opens_on=here.round_.opens_on - timedelta(days=200),
        closes_on=here.round_.opens_on - timedelta(days=170),
    )
    add_places(session, earlier, here.places)
    frozen.freeze(session, earlier.id, shipped.compose(), today=TODAY)
    return Answering(session, earlier)


def test_shares_of_two_rounds_stand_side_by_side(
    here: Answering, session: Session, before: Answering
) -> None:
    yunxi = here.places[0]
    before.rated(yunxi, 10, 10, 10, 10, 10)
    here.rated(yunxi, 20, 10, 15, 3, 2)
    before.settled()
    here.settled()
    past = place_comparisons(session, here.round_, yunxi)["overall"]
    assert past.round_name == "上一轮"
    assert [(c.now.percent, c.then.percent, c.points) for c in past.changes] == [
        ("40.0%", "20.0%", "+20.0"),
        ("20.0%", "20.0%", "±0.0"),
        ("30.0%", "20.0%", "+10.0"),
        (None, "20.0%", None),
        (None, "20.0%", None),
    ]
    assert place_comparisons(session, before.round_, yunxi) == {}


def test_several_communities_are_compared_where_both_rounds_show_them_whole(
    here: Answering, session: Session, before: Answering
) -> None:
    yunxi, liutang, changdong = here.places
    for place in here.places:
        before.rated(place, 10, 10, 10, 10, 10)
    here.rated(yunxi, 20, 5, 5, 5, 5)
    here.rated(liutang, 10, 15, 5, 5, 5)
    here.rated(changdong, 10, 15, 5, 5, 4)
    before.settled()
    here.settled()
    past = group_comparisons(session, here.round_, here.places)["overall"]
    assert (past.places, past.now.ballots, past.then.ballots) == (2, 80, 100)
    assert past.changes[0].points == "+17.5"


def test_a_question_with_other_options_is_another_question(
    here: Answering, session: Session
) -> None:
    earlier = make_round(session, opens_on=here.round_.opens_on - timedelta(days=200))
    document = shipped.compose()
    document["scales"]["satisfaction"].pop()
    frozen.freeze(session, earlier.id, document, today=TODAY)
    yunxi = here.places[0]
    rated(session, earlier.id, yunxi, 10, 10, 10, 10)
    here.rated(yunxi, 10, 10, 10, 10, 10)
    for one in (earlier, here.round_):
        refresh(session, one.id, places=here.places, today=TODAY)
    assert snapshots(session, earlier.id, places=[yunxi])[0].tables["overall"]
    assert place_comparisons(session, here.round_, yunxi) == {}


# Size


def test_a_district_of_64_communities_is_settled_and_read(
    here: Answering, session: Session
) -> None:
    places = [make_place(session, name=f"第{n}社区") for n in range(64)]
    here.round_.phase = Phase.PREPARING
    add_places(session, here.round_, places)
    choices = {
        unit.item.id: sorted(unit.item.option_ids)
        for unit in units_in(session, here.round_.id)
        if unit.item.type in {"single", "scale"} and not unit.hangs_on
    }
    for number, place in enumerate(places):
        for person in range(40 + number % 7):
            ticks = {
                key: options[chance(number, person, key) ** 2 * len(options) // 10_000]
                for key, options in choices.items()
            }
            by = (ChannelKind.LIFT, ChannelKind.MARKET)[person % 2]
            answered(session, here.round_.id, place, ticks, by=by)
    here.settled()
    results = here.of_round()
    assert len(results) == len(choices)
    assert sorted(one.places for one in results)[len(results) // 2] > 40
    assert {bool(told(results, key)) for key in choices} == {True}
    assert group_comparisons(session, here.round_, places) == {}  # no round before it


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
