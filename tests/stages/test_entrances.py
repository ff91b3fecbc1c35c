"""Codes: typed forgivingly, withdrawn rather than deleted, counted by day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal import entrances, rounds
from portal.entrances import (
    Channel,
    ChannelKind,
    Code,
    DayCount,
    WithdrawnCodeError,
    WrongChannelError,
    WrongCodeError,
)
from portal.kernel import codes
from portal.kernel.errors import NotFoundError
from portal.rounds import Phase
from portal.rounds.phases import PublicAct
from tests.makers import MORNING, TODAY, Cast, make_place, make_round


def test_a_code_opens_its_community_and_channel(session: Session, cast: Cast) -> None:
    found = entrances.entrance(session, cast.liutang)
    assert (found.code, found.round_id, found.phase) == (
        cast.liutang,
        cast.round_id,
        Phase.COLLECTING,
    )
    assert (found.place_name, found.channel_kind) == (
        "柳塘村",
        ChannelKind.OWNERS_GROUP,
    )
    assert found.facts == {
        "community_kind": "rural",
        "community_trait": "",
        "channel_kind": "owners_group",
        "phase": "collecting",
    }


@pytest.mark.parametrize(
    ("kind", "answering"),
    [
        (ChannelKind.VISIT, PublicAct.ANSWER),
        (ChannelKind.PAPER, PublicAct.ANSWER_ON_PAPER),
    ],
)
def test_staff_come_in_without_a_code_to_the_same_community(
    session: Session, cast: Cast, kind: ChannelKind, answering: PublicAct
) -> None:
    scanned = entrances.entrance(session, cast.liutang)
    found = entrances.entrance_by_staff(
        session,
        cast.member.staff(session),
        cast.round_id,
        place_code=scanned.place_code,
        kind=kind,
    )
    assert found == replace(
        scanned, code="", channel_kind=kind, answering=answering, is_old=False
    )


def test_paper_typed_in_later_is_what_was_asked_while_collecting(
    session: Session, cast: Cast
) -> None:
    rounds.get_round(session, cast.round_id).phase = Phase.REVIEWING
    found = entrances.entrance_by_staff(
        session,
        cast.entry.staff(session),
        cast.round_id,
        place_code="999001001001",
        kind=ChannelKind.PAPER,
    )
    assert found.allows(found.answering)
    assert found.facts["phase"] == "collecting"


@pytest.mark.parametrize(
    ("name", "codes_"),
    [
        ("member", ["999001001001", "999001001201"]),
        ("recused", ["999001001001"]),
        ("stranger", ["999001002001"]),
        ("entry", ["999001001001", "999001001201", "999001002001"]),
    ],
)
def test_everybody_fills_in_where_they_belong(
    session: Session, cast: Cast, name: str, codes_: list[str]
) -> None:
    staff = cast.players[name].staff(session)
    places = entrances.places_for(session, cast.round_id, staff)
    assert [place.code for place in places] == codes_
    for code in {"999001001001", "999001001201", "999001002001"} - set(codes_):
        with pytest.raises(NotFoundError):
            entrances.entrance_by_staff(
                session,
                staff,
                cast.round_id,
                place_code=code,
                kind=ChannelKind.PAPER,
            )


def test_nobody_fills_in_for_a_round_in_preparation(
    session: Session, cast: Cast
) -> None:
    round_ = make_round(session)
    place = make_place(session)
    rounds.add_places(session, round_, [place])
    clerk = cast.entry.staff(session)
    assert entrances.places_for(session, round_.id, clerk) == [place]
    with pytest.raises(NotFoundError):
        entrances.entrance_by_staff(
            session, clerk, round_.id, place_code=place.code, kind=ChannelKind.PAPER
        )


FULL_WIDTH = str.maketrans(
    codes.ALPHABET, "".join(chr(ord(c) + 0xFEE0) for c in codes.ALPHABET)
)


@pytest.mark.parametrize(
    "typing",
    [
        str.lower,
        lambda code: f" {code[:4]} {code[4:]}\n",
        lambda code: f"{code[:4]}-{code[4:]}",
        lambda code: code.translate(FULL_WIDTH),
        lambda code: code.replace("0", "O").replace("1", "l").replace("V", "u"),
        lambda code: code.replace("1", "I").replace("0", "o"),
        lambda code: f"「{code}」。",
        lambda code: code + "X",  # a ninth sign, from the line below
    ],
)
def test_a_code_is_typed_forgivingly(
    session: Session, cast: Cast, typing: object
) -> None:
    assert callable(typing)
    for code in (cast.yunxi, cast.liutang, cast.changdong):
        assert entrances.entrance(session, typing(code)).code == code


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(typed=st.text(max_size=12))
def test_what_is_no_code_opens_nothing(session: Session, typed: str) -> None:
    with pytest.raises(WrongCodeError):
        entrances.entrance(session, typed)


def test_a_withdrawn_code_says_so(session: Session, cast: Cast) -> None:
    code = session.get_one(Code, cast.yunxi)
    entrances.withdraw(session, code, today=TODAY)
    entrances.withdraw(session, code, today=TODAY + timedelta(days=1))
    assert code.withdrawn_on == TODAY
    with pytest.raises(WithdrawnCodeError):
        entrances.entrance(session, cast.yunxi)
    assert entrances.entrance(session, cast.liutang).code == cast.liutang


def test_a_round_in_preparation_is_not_known(session: Session) -> None:
    round_, place = make_round(session), make_place(session)
    rounds.add_places(session, round_, [place])
    channel = entrances.add_channel(session, ChannelKind.MARKET, "赶场")
    (code,) = entrances.issue(
        session, round_.id, places=[place], channels=[channel], today=TODAY
    )
    with pytest.raises(WrongCodeError):
        entrances.entrance(session, code.code)
    rounds.advance(session, round_, to=Phase.ANNOUNCED, by="office", now=MORNING)
    assert entrances.entrance(session, code.code).phase is Phase.ANNOUNCED


def test_codes_are_made_once_per_community_and_channel(
    session: Session, cast: Cast
) -> None:
    before = entrances.codes_of(session, cast.round_id)
    assert len(before) == 6
    places = rounds.places_in(session, cast.round_id)
    more = entrances.add_channel(session, ChannelKind.SQUARE, "市民广场")
    channels = entrances.channels(session)
    made = entrances.issue(
        session, cast.round_id, places=places, channels=channels, today=TODAY
    )
    assert [code.channel_id for code in made] == [more.id] * 3
    assert len(entrances.codes_of(session, cast.round_id)) == 9
    assert (
        entrances.issue(
            session, cast.round_id, places=places, channels=channels, today=TODAY
        )
        == []
    )


def test_codes_are_long_random_and_of_the_alphabet(
    session: Session, cast: Cast
) -> None:
    found = [code.code for code in entrances.codes_of(session, cast.round_id)]
    assert len(set(found)) == 6
    assert {len(code) for code in found} == {entrances.CODE_LENGTH} == {8}
    assert set("".join(found)) <= set(codes.ALPHABET)


def test_a_channel_of_one_name_is_one_channel(session: Session) -> None:
    first = entrances.add_channel(session, ChannelKind.MARKET, " 赶场 ")
    assert entrances.add_channel(session, ChannelKind.SQUARE, "赶场") is first
    assert session.query(Channel).filter_by(name="赶场").count() == 1
    with pytest.raises(WrongChannelError):
        entrances.add_channel(session, ChannelKind.MARKET, "  ")


def test_openings_and_starts_add_up_by_day(session: Session, cast: Cast) -> None:
    tomorrow = TODAY + timedelta(days=1)
    entrances.count(session, {(cast.yunxi, TODAY): (3, 1)})
    entrances.count(
        session, {(cast.yunxi, TODAY): (2, 0), (cast.yunxi, tomorrow): (1, 1)}
    )
    rows = session.query(DayCount).order_by(DayCount.day).all()
    assert [(row.code, row.day, row.opens, row.starts) for row in rows] == [
        (cast.yunxi, TODAY, 5, 1),
        (cast.yunxi, tomorrow, 1, 1),
    ]


def test_a_count_knows_the_day_and_nothing_finer() -> None:
    days = {column.name: column.type.python_type for column in DayCount.__table__.c}
    assert days == {"code": str, "day": date, "opens": int, "starts": int}
