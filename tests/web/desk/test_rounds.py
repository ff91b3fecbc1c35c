from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import people
from portal.people import Duty, Team, TeamPlace
from portal.places import Level, Place, get_place
from portal.questionnaires.frozen import frozen_on
from portal.rounds import Phase, Round, RoundPlace, advance, get_round, places_in
from portal.rounds.keys import community_key, make_keys
from portal.rounds.round import EmptyRoundError, WrongMoveError
from portal.web.desk.announcing import announce, checks, is_frozen
from portal.web.installation import Installation
from tests.makers import MORNING, TODAY, Cast, in_phase, make_place, signed_in
from tests.visitor import Visitor

DEED: Any = {"by": "office", "now": MORNING, "today": TODAY}
PLAN: dict[str, Any] = {
    "name": "示例区第二轮巡察",
    "mode": "cross",
    "opens_on": "2026-04-01",
    "closes_on": "2026-05-01",
    "inspector": "示例区委第三巡察组",
    "hotline": "000-1111-1111",
}


@pytest.fixture
def office(app: Flask, house: Installation, cast: Cast) -> Visitor:
    return signed_in(app, house, cast.office)


def anew(session: Session) -> Session:
    """The session, looking at what is there now."""
    session.rollback()
    session.expire_all()
    return session


def planned(session: Session) -> Round:
    return anew(session).scalars(select(Round).where(Round.code == "2026-2")).one()


def place_id(session: Session, code: str) -> int:
    return get_place(session, code).id


def composed(session: Session, cast: Cast) -> Round:
    """The planned round with 云溪 in it, given to a team with one reader."""
    round_ = planned(session)
    place = get_place(session, "999001001001")
    team = Team(round_id=round_.id, name="第三组")
    session.add(team)
    session.flush()
    session.merge(RoundPlace(round_id=round_.id, place_id=place.id))
    session.add(TeamPlace(round_id=round_.id, place_id=place.id, team_id=team.id))
    people.join(session, team, staff=cast.mate.staff(session), duty=Duty.LEADER)
    session.commit()
    return round_


def test_a_round_is_planned_with_sensible_words_in_it(
    office: Visitor, session: Session
) -> None:
    form = office.opens("/desk/rounds/new").form
    assert "集体资金" in form["accepted"][0]
    assert "诉讼" in form["passed_on"][0]
    page = office.sends("/desk/rounds/new", **PLAN)
    assert "示例区第二轮巡察" in page.words
    round_ = planned(session)
    assert round_.phase is Phase.PREPARING
    assert round_.hotline == "000-1111-1111"
    assert "集体资金" in round_.accepted


def test_dates_the_wrong_way_round_keep_what_was_typed(
    office: Visitor, session: Session
) -> None:
    page = office.sends(
        "/desk/rounds/new", status=422, **{**PLAN, "closes_on": "2026-03-01"}
    )
    assert "截止日期早于开始日期" in page.words
    assert page.form["inspector"] == ["示例区委第三巡察组"]
    page = office.sends("/desk/rounds/new", status=422, **{**PLAN, "opens_on": "明天"})
    assert page.form["opens_on"] == ["明天"]
    assert session.scalars(select(Round.code)).all() == ["2026-1"]


def test_the_notice_can_be_changed_after_the_announcement_but_not_the_number(
    office: Visitor, session: Session, cast: Cast
) -> None:
    where = f"/desk/rounds/{cast.round_id}/edit"
    office.sends(where, hotline="000-2222-2222", code="2026-9")
    round_ = get_round(session, cast.round_id)
    assert (round_.hotline, round_.code) == ("000-2222-2222", "2026-1")


def test_wrong_dates_change_nothing_of_a_round(
    office: Visitor, session: Session, cast: Cast
) -> None:
    where = f"/desk/rounds/{cast.round_id}/edit"
    page = office.sends(where, status=422, name="改了名", closes_on="2020-01-01")
    assert page.form["name"] == ["改了名"]
    assert get_round(session, cast.round_id).name == "示例区第一轮巡察"


def test_a_street_is_chosen_whole_and_taken_out_whole_without_script(
    office: Visitor, session: Session
) -> None:
    street = make_place(
        session, code="999001003000", name="三街道", level=Level.STREET, kind=None
    )
    for number in (1, 2):
        code = f"99900100300{number}"
        make_place(session, code=code, name=f"三街{number}社区", parent_id=street.id)
    session.commit()
    office.sends("/desk/rounds/new", **PLAN)
    round_ = planned(session)
    where = f"/desk/rounds/{round_.id}/places"
    yunxi = str(place_id(session, "999001001001"))
    session.rollback()
    page = office.sends(where, places=[yunxi], whole=str(street.id))
    assert "共 3 个" in page.words
    assert "本街道全不选" in page.words
    round_ = planned(session)
    names = [place.name for place in places_in(session, round_.id)]
    assert names == ["云溪社区", "三街1社区", "三街2社区"]
    anew(session)
    page = office.sends(where, none=str(street.id))
    assert "共 1 个" in page.words


def test_communities_stand_after_the_announcement(office: Visitor, cast: Cast) -> None:
    page = office.opens(f"/desk/rounds/{cast.round_id}/places", status=409)
    assert "公告之后社区和问卷就定下来了" in page.words


def test_announcing_waits_for_communities_teams_and_readers(
    office: Visitor, session: Session
) -> None:
    office.sends("/desk/rounds/new", **PLAN)
    where = f"/desk/rounds/{planned(session).id}/advance/announced"
    page = office.opens(where)
    assert "还差" in page.words
    assert "推进到公告</button>" not in page.html
    session.rollback()
    page = office.sends(where, status=409)
    assert "还有没备好的事" in page.words
    assert planned(session).phase is Phase.PREPARING


def test_the_announcement_makes_keys_and_freezes_the_questionnaire(
    office: Visitor, visitor: Visitor, session: Session, house: Installation, cast: Cast
) -> None:
    office.sends("/desk/rounds/new", **PLAN)
    round_ = composed(session, cast)
    notice = f"/notices/{round_.id}"
    visitor.opens(notice, status=404)
    page = office.sends(f"/desk/rounds/{round_.id}/advance/announced")
    assert "阶段已推进" in page.words
    round_ = planned(session)
    assert round_.phase is Phase.ANNOUNCED
    assert frozen_on(session, round_.id) == TODAY
    place = places_in(session, round_.id)[0]
    mate = cast.mate
    key = community_key(
        house.keystore, round_.id, place.id, reader=mate.staff_id, pair=mate.pair
    )
    row = session.get_one(RoundPlace, (round_.id, place.id))
    assert key.public == row.public_key
    visitor.opens(notice)


def test_an_announcement_that_fails_leaves_nothing_public(
    office: Visitor, session: Session, house: Installation, cast: Cast
) -> None:
    office.sends("/desk/rounds/new", **PLAN)
    round_ = planned(session)
    with pytest.raises(EmptyRoundError):
        announce(session, house.keystore, round_=round_, **DEED)
    session.rollback()
    round_ = planned(session)
    assert round_.phase is Phase.PREPARING
    assert not is_frozen(session, round_.id)
    assert house.keystore.names(f"rounds/{round_.id}") == []


def test_an_announcement_out_of_turn_makes_no_key(
    office: Visitor, session: Session, house: Installation, cast: Cast
) -> None:
    office.sends("/desk/rounds/new", **PLAN)
    round_ = composed(session, cast)
    advance(session, round_, to=Phase.ANNOUNCED, by="office", now=MORNING)
    wraps = f"rounds/{round_.id}"
    with pytest.raises(WrongMoveError):
        announce(session, house.keystore, round_=round_, **DEED)
    assert house.keystore.names(wraps) == []
    # The leaking twin: keys made first stay behind when the move is refused.
    make_keys(session, house.keystore, round_)
    with pytest.raises(WrongMoveError):
        advance(session, round_, to=Phase.ANNOUNCED, by="office", now=MORNING)
    assert len(house.keystore.names(wraps)) == 1


def test_only_moves_of_the_table_are_offered_and_taken(
    office: Visitor, session: Session, cast: Cast
) -> None:
    page = office.opens(f"/desk/rounds/{cast.round_id}")
    steps = [link for link in page.links() if "/advance/" in link]
    assert steps == [f"/desk/rounds/{cast.round_id}/advance/reviewing"]
    office.opens(f"/desk/rounds/{cast.round_id}/advance/voting", status=409)
    office.opens(f"/desk/rounds/{cast.round_id}/advance/nonsense", status=409)
    office.sends(steps[0])
    assert get_round(session, cast.round_id).phase is Phase.REVIEWING


def test_a_page_that_is_only_looked_at_moves_nothing(
    office: Visitor, session: Session, cast: Cast
) -> None:
    office.opens(f"/desk/rounds/{cast.round_id}/advance/reviewing")
    assert get_round(session, cast.round_id).phase is Phase.COLLECTING


def test_without_slips_nothing_stands_in_the_way_of_publishing(
    session: Session, house: Installation, cast: Cast
) -> None:
    in_phase(house, cast.round_id, Phase.VOTING)
    round_ = get_round(session, cast.round_id)
    assert [c.is_met for c in checks(session, round_, Phase.PUBLISHED)] == [True]


def test_the_notice_is_previewed_before_it_is_public(
    office: Visitor, session: Session
) -> None:
    office.sends("/desk/rounds/new", **PLAN, accepted="集体的钱\n低保")
    page = office.opens(f"/desk/rounds/{planned(session).id}/notice")
    assert "000-1111-1111" in page.words
    assert "<li>集体的钱</li><li>低保</li>" in page.html
    assert "示例区委第三巡察组" in page.words


def test_a_round_in_preparation_is_not_what_a_member_sees(
    app: Flask, house: Installation, cast: Cast, office: Visitor, session: Session
) -> None:
    office.sends("/desk/rounds/new", **PLAN)
    assert "示例区第二轮巡察 · 准备" in office.opens("/desk/").words
    member = signed_in(app, house, cast.member)
    assert "第二轮" not in member.opens("/desk/").words
    other = planned(session).id
    assert "第二轮" not in member.opens(f"/desk/?round={other}").words
    assert (
        "示例区第一轮巡察 · 征集" in office.opens(f"/desk/?round={cast.round_id}").words
    )


def test_strangers_are_refused(app: Flask, house: Installation, cast: Cast) -> None:
    for name in ("member", "unit", "admin"):
        visitor = signed_in(app, house, cast.players[name])
        for path in ("", "/new", f"/{cast.round_id}", f"/{cast.round_id}/edit"):
            visitor.opens(f"/desk/rounds{path}", status=403)
    signed_in(app, house, cast.office).opens("/desk/rounds/99", status=404)


def test_places_of_the_cast_are_three(session: Session, cast: Cast) -> None:
    assert len(session.scalars(select(Place)).all()) == 3
