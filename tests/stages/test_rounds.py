"""Rounds: the whole transition table, the plan, and keys for readers only."""

from datetime import date
from itertools import product

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import people, rounds
from portal.kernel import audit
from portal.kernel.errors import NotFoundError
from portal.kernel.sealing import seal
from portal.people import Duty, Team, TeamPlace
from portal.places import Place
from portal.rounds import NEXT, Notice, Phase, PhaseChange, Round, RoundPlace
from portal.rounds import keys as round_keys
from portal.rounds.keys import NoKeyError
from portal.rounds.phases import ALLOWED, PublicAct
from portal.rounds.round import (
    DatesError,
    EmptyRoundError,
    NoReaderError,
    PlanFrozenError,
    WrongMoveError,
)
from portal.web.installation import Installation
from tests.makers import MORNING, Cast, make_place, make_round

# The table as domain.md tells it, written apart from the one that is tested.
LIFE = """
preparing → announced
announced → collecting
collecting → reviewing
reviewing → rectifying
reviewing → collecting
rectifying → disclosing
disclosing → voting
disclosing → rectifying
voting → published
published → revisiting
revisiting → archived
"""
MOVES = {tuple(line.split(" → ")) for line in LIFE.split("\n") if line}


def test_a_round_moves_along_the_table_only(session: Session) -> None:
    for was, to in product(Phase, Phase):
        round_ = make_round(session, phase=was)
        if (was.value, to.value) in MOVES:
            rounds.advance(session, round_, to=to, by="office", now=MORNING)
            assert round_.phase is to
        else:
            with pytest.raises(WrongMoveError):
                rounds.advance(session, round_, to=to, by="office", now=MORNING)
            assert round_.phase is was


def test_every_phase_is_in_the_table_and_can_be_reached() -> None:
    assert set(NEXT) == set(Phase)
    reached, ahead = set[Phase](), {Phase.PREPARING}
    while ahead:
        reached |= ahead
        ahead = {to for phase in ahead for to in NEXT[phase]} - reached
    assert reached == set(Phase)


def test_a_move_is_noted_with_who_and_when(session: Session) -> None:
    round_ = make_round(session)
    rounds.advance(session, round_, to=Phase.ANNOUNCED, by="office", now=MORNING)
    change = session.scalars(
        select(PhaseChange).where(PhaseChange.round_id == round_.id)
    ).one()
    head = audit.head(session)
    assert (change.was, change.became) == (Phase.PREPARING, Phase.ANNOUNCED)
    assert (change.by, change.at) == ("office", MORNING)
    assert head is not None
    assert (head.action, head.subject, head.reason) == (
        "round.advance",
        round_.code,
        "preparing → announced",
    )


def test_no_act_is_open_to_the_public_while_a_round_is_prepared() -> None:
    assert set(ALLOWED) == set(PublicAct)
    assert [act for act in PublicAct if Phase.PREPARING in ALLOWED[act]] == []


@pytest.mark.parametrize("act", list(PublicAct))
def test_each_act_is_open_in_neighbouring_phases(act: PublicAct) -> None:
    order = list(Phase)
    places = sorted(order.index(phase) for phase in ALLOWED[act])
    assert places == list(range(places[0], places[-1] + 1))


def test_a_plan_keeps_its_notice(session: Session) -> None:
    round_ = make_round(session)
    rounds.plan(session, round_, Notice(hotline="000-1", mail="示例路 1 号"))
    assert (round_.hotline, round_.mail, round_.accepted) == (
        "000-1",
        "示例路 1 号",
        "",
    )


def test_a_period_that_ends_before_it_begins_is_refused(session: Session) -> None:
    with pytest.raises(DatesError):
        make_round(session, closes_on=date(2026, 3, 1))


def test_communities_are_added_until_the_announcement(session: Session) -> None:
    round_, place = make_round(session), make_place(session)
    rounds.add_places(session, round_, [place])
    rounds.add_places(session, round_, [place])
    assert rounds.places_in(session, round_.id) == [place]
    rounds.advance(session, round_, to=Phase.ANNOUNCED, by="office", now=MORNING)
    with pytest.raises(PlanFrozenError):
        rounds.add_places(session, round_, [make_place(session)])
    assert rounds.places_in(session, round_.id) == [place]


def test_what_is_not_there_is_not_found(session: Session, cast: Cast) -> None:
    with pytest.raises(NotFoundError):
        rounds.get_round(session, 10_000)
    with pytest.raises(NotFoundError):
        rounds.round_place(session, cast.round_id, 10_000)


def test_the_public_sees_announced_rounds_newest_first(session: Session) -> None:
    make_round(session, name="在准备")
    new = make_round(session, phase=Phase.VOTING, opens_on=date(2026, 3, 9))
    assert [r.name for r in rounds.public_rounds(session)] == [
        new.name,
        "示例区第一轮巡察",
    ]


# Keys


@pytest.fixture
def planned(session: Session, cast: Cast) -> tuple[Round, Place]:
    """A round with one community and a team: member, and a recused one."""
    round_, place = make_round(session), make_place(session)
    rounds.add_places(session, round_, [place])
    team = Team(round_id=round_.id, name="第三组")
    session.add(team)
    session.flush()
    session.add(TeamPlace(round_id=round_.id, place_id=place.id, team_id=team.id))
    for player in (cast.member, cast.recused, cast.office):
        people.join(session, team, staff=player.staff(session), duty=Duty.MEMBER)
    people.recuse(
        session, cast.recused.staff(session), place_id=place.id, reason="亲属"
    )
    return round_, place


def test_a_key_is_wrapped_to_readers_only(
    house: Installation, cast: Cast, session: Session, planned: tuple[Round, Place]
) -> None:
    round_, place = planned
    round_keys.make_keys(session, house.keystore, round_)
    folder = f"rounds/{round_.id}"
    assert house.keystore.names(folder) == [
        f"{folder}/{place.id}/{cast.member.staff_id}"
    ]
    key = round_keys.community_key(
        house.keystore,
        round_.id,
        place.id,
        reader=cast.member.staff_id,
        pair=cast.member.pair,
    )
    assert rounds.round_place(session, round_.id, place.id).public_key == key.public


def test_the_seed_of_a_community_lies_nowhere_in_the_clear(
    house: Installation, cast: Cast
) -> None:
    with house.sessions() as session:
        (first, _) = people.places_of(session, cast.round_id, cast.member.staff_id)
    key = round_keys.community_key(
        house.keystore,
        cast.round_id,
        first,
        reader=cast.member.staff_id,
        pair=cast.member.pair,
    )
    files = [p for p in house.settings.instance.rglob("*") if p.is_file()]
    assert [p.name for p in files if key.seed in p.read_bytes()] == []
    (house.settings.instance / "leak").write_bytes(b"twin" + key.seed)
    files = [p for p in house.settings.instance.rglob("*") if p.is_file()]
    assert [p.name for p in files if key.seed in p.read_bytes()] == ["leak"]


def test_another_readers_wrap_does_not_open(house: Installation, cast: Cast) -> None:
    with house.sessions() as session:
        first, _ = people.places_of(session, cast.round_id, cast.member.staff_id)
    for reader, pair in (
        (cast.mate.staff_id, cast.member.pair),
        (cast.member.staff_id, cast.mate.pair),
        (cast.stranger.staff_id, cast.stranger.pair),
        (cast.admin.staff_id, cast.admin.pair),
    ):
        with pytest.raises(NoKeyError):
            round_keys.community_key(
                house.keystore, cast.round_id, first, reader=reader, pair=pair
            )


def test_a_round_without_communities_or_team_gets_no_keys(
    house: Installation, session: Session
) -> None:
    round_ = make_round(session)
    with pytest.raises(EmptyRoundError):
        round_keys.make_keys(session, house.keystore, round_)
    rounds.add_places(session, round_, [make_place(session)])
    with pytest.raises(EmptyRoundError):
        round_keys.make_keys(session, house.keystore, round_)
    assert house.keystore.names(f"rounds/{round_.id}") == []


def test_a_community_that_nobody_could_read_stops_everything(
    house: Installation, cast: Cast, session: Session, planned: tuple[Round, Place]
) -> None:
    round_, place = planned
    people.recuse(session, cast.member.staff(session), place_id=place.id, reason="同乡")
    with pytest.raises(NoReaderError):
        round_keys.make_keys(session, house.keystore, round_)
    assert house.keystore.names(f"rounds/{round_.id}") == []
    assert rounds.round_place(session, round_.id, place.id).public_key is None


def test_making_keys_again_leaves_what_was_sealed_readable(
    house: Installation, cast: Cast, session: Session, planned: tuple[Round, Place]
) -> None:
    round_, place = planned
    round_keys.make_keys(session, house.keystore, round_)
    row = session.get_one(RoundPlace, (round_.id, place.id))
    letter = seal(b"letter", row.public_key or b"")
    round_keys.make_keys(session, house.keystore, round_)
    me = cast.member
    key = round_keys.community_key(
        house.keystore, round_.id, place.id, reader=me.staff_id, pair=me.pair
    )
    assert key.open(letter) == b"letter"


def test_a_key_handed_on_is_the_same_key(
    house: Installation, cast: Cast, session: Session, planned: tuple[Round, Place]
) -> None:
    round_, place = planned
    round_keys.make_keys(session, house.keystore, round_)

    def key_of(name: str) -> round_keys.KeyRing:
        player = cast.players[name]
        return round_keys.community_key(
            house.keystore,
            round_.id,
            place.id,
            reader=player.staff_id,
            pair=player.pair,
        )

    with pytest.raises(NoKeyError):
        key_of("mate")
    round_keys.grant(
        house.keystore,
        round_.id,
        place.id,
        key=key_of("member"),
        to=cast.mate.staff(session),
    )
    assert key_of("mate") == key_of("member")


def test_destroying_a_rounds_texts_leaves_other_rounds_theirs(
    house: Installation, cast: Cast, session: Session, planned: tuple[Round, Place]
) -> None:
    round_, _ = planned
    round_keys.make_keys(session, house.keystore, round_)
    before = house.keystore.names(f"rounds/{cast.round_id}")
    assert round_keys.destroy_texts(house.keystore, round_.id) == 1
    assert house.keystore.names(f"rounds/{round_.id}") == []
    assert house.keystore.names(f"rounds/{cast.round_id}") == before
    assert len(before) == 6
