import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import people
from portal.people import Duty, Membership, Role, Team, places_of
from portal.places import Place, get_place
from portal.rounds import Mode, Notice, Round, add_places, keys, plan
from portal.rounds.key_holders import LastKeyError, lacking, take_away
from portal.rounds.keys import NoKeyError, community_key, holders
from portal.web.installation import Installation
from tests.makers import TODAY, Cast, Player, make_player, signed_in
from tests.visitor import Visitor


@pytest.fixture
def office(app: Flask, house: Installation, cast: Cast) -> Visitor:
    return signed_in(app, house, cast.office)


def anew(session: Session) -> Session:
    session.rollback()
    session.expire_all()
    return session


def place_ids(session: Session) -> tuple[int, int, int]:
    codes = ("999001001001", "999001001201", "999001002001")
    one, two, three = (get_place(session, code).id for code in codes)
    session.rollback()
    return one, two, three


def team_id(session: Session, name: str) -> int:
    found = session.scalars(select(Team).where(Team.name == name)).one().id
    session.rollback()
    return found


def new_round(session: Session) -> int:
    """A round in preparation with every community of the cast."""
    given = Round(
        code="2026-2",
        name="示例区第二轮巡察",
        mode=Mode.DIRECT,
        inspector="示例区委巡察组",
        opens_on=TODAY.replace(month=6),
        closes_on=TODAY.replace(month=7),
    )
    round_ = plan(session, given, Notice())
    add_places(session, round_, session.scalars(select(Place)))
    session.commit()
    return round_.id


def holds(house: Installation, cast: Cast, player: Player, place_id: int) -> bool:
    try:
        community_key(
            house.keystore,
            cast.round_id,
            place_id,
            reader=player.staff_id,
            pair=player.pair,
        )
    except NoKeyError:
        return False
    return True


def test_a_team_is_formed_filled_and_given_communities(
    office: Visitor, session: Session, cast: Cast
) -> None:
    round_id = new_round(session)
    yunxi, liutang, _ = place_ids(session)
    office.sends(f"/desk/teams?round={round_id}", name="第三组")
    team = team_id(session, "第三组")
    here = f"/desk/teams/{team}"
    page = office.sends(
        f"{here}/join", at=here, staff=str(cast.mate.staff_id), duty="specialist"
    )
    assert "专业骨干" in page.words
    page = office.sends(f"{here}/places", at=here, places=[str(yunxi), str(liutang)])
    assert "这个组共 2 个" in page.words
    anew(session)
    assert places_of(session, round_id, cast.mate.staff_id) == [yunxi, liutang]
    membership = session.get_one(Membership, (team, cast.mate.staff_id))
    assert membership.duty is Duty.SPECIALIST


def test_a_community_given_to_another_team_moves(
    office: Visitor, session: Session, cast: Cast
) -> None:
    round_id = new_round(session)
    yunxi, _, _ = place_ids(session)
    for name in ("甲组", "乙组"):
        office.sends(f"/desk/teams?round={round_id}", name=name)
        here = f"/desk/teams/{team_id(session, name)}"
        office.sends(f"{here}/places", at=here, places=[str(yunxi)])
    page = office.opens(f"/desk/teams/{team_id(session, '甲组')}")
    assert "云溪社区 · 乙组" in page.words
    assert "2 个社区还没有组" in office.opens(f"/desk/teams?round={round_id}").words


def test_communities_of_a_team_stand_after_the_announcement(
    office: Visitor, session: Session
) -> None:
    here = f"/desk/teams/{team_id(session, '第一组')}"
    page = office.sends(f"{here}/places", at=here, status=409, places=["1"])
    assert "公告之后" in page.words


def test_whoever_leaves_a_team_loses_the_keys(
    office: Visitor, session: Session, house: Installation, cast: Cast
) -> None:
    yunxi, _, _ = place_ids(session)
    assert holds(house, cast, cast.mate, yunxi)
    here = f"/desk/teams/{team_id(session, '第一组')}"
    page = office.sends(f"{here}/leave/{cast.mate.staff_id}", at=here)
    assert "钥匙一并收回" in page.words
    assert not holds(house, cast, cast.mate, yunxi)
    assert holds(house, cast, cast.member, yunxi)


def test_the_last_key_of_a_community_is_never_taken_away(
    office: Visitor, session: Session, house: Installation, cast: Cast
) -> None:
    _, _, changdong = place_ids(session)
    here = f"/desk/teams/{team_id(session, '第二组')}"
    page = office.sends(f"{here}/leave/{cast.stranger.staff_id}", at=here, status=409)
    assert "厂东社区的信只有这一位打得开" in page.words
    assert holds(house, cast, cast.stranger, changdong)
    membership = (team_id(session, "第二组"), cast.stranger.staff_id)
    assert session.get(Membership, membership) is not None


def test_withdrawing_without_asking_would_lose_the_last_key(
    session: Session, house: Installation, cast: Cast
) -> None:
    """The leaking twin: `rounds.keys.withdraw` alone does not ask who is left."""
    _, _, changdong = place_ids(session)
    from portal.rounds import round_place

    row = round_place(session, cast.round_id, changdong)
    with pytest.raises(LastKeyError):
        take_away(
            session, house.keystore, staff_id=cast.stranger.staff_id, places=[row]
        )
    assert holders(house.keystore, cast.round_id, changdong) == {cast.stranger.staff_id}
    keys.withdraw(house.keystore, cast.round_id, changdong, cast.stranger.staff_id)
    assert holders(house.keystore, cast.round_id, changdong) == set()


def test_somebody_who_joins_late_lacks_the_key_until_a_mate_hands_it_on(
    app: Flask, office: Visitor, session: Session, house: Installation, cast: Cast
) -> None:
    yunxi, liutang, _ = place_ids(session)
    with house.sessions() as writing, writing.begin():
        late = make_player(house, writing, username="late", role=Role.MEMBER)
    here = f"/desk/teams/{team_id(session, '第一组')}"
    office.sends(f"{here}/join", at=here, staff=str(late.staff_id), duty="member")
    assert [s.id for s in lacking(session, house.keystore, cast.round_id, yunxi)] == [
        late.staff_id
    ]
    assert not holds(house, cast, late, yunxi)
    member = signed_in(app, house, cast.member)
    grant = f"/desk/keys/{cast.round_id}/{yunxi}/{late.staff_id}"
    assert "补给示例·late" in member.opens("/desk/keys").words
    assert "钥匙已补上" in member.sends(grant, at="/desk/keys").words
    assert holds(house, cast, late, yunxi)
    assert not holds(house, cast, late, liutang)


def test_a_key_is_handed_on_only_inside_the_team_and_by_who_holds_it(
    app: Flask, session: Session, house: Installation, cast: Cast
) -> None:
    yunxi, liutang, _ = place_ids(session)
    stranger, recused = (cast.stranger.staff_id, cast.recused.staff_id)
    where = f"/desk/keys/{cast.round_id}"
    member = signed_in(app, house, cast.member)
    for path in (f"{yunxi}/{stranger}", f"{liutang}/{recused}", f"{yunxi}/999"):
        member.sends(f"{where}/{path}", at="/desk/keys", status=404)
    keys.withdraw(house.keystore, cast.round_id, yunxi, cast.mate.staff_id)
    other = signed_in(app, house, cast.stranger)
    path = f"{where}/{yunxi}/{cast.mate.staff_id}"
    other.sends(path, at="/desk/keys", status=404)
    assert not holds(house, cast, cast.mate, yunxi)
    assert not holds(house, cast, cast.recused, liutang)


def test_a_recusal_takes_the_key_away_and_hides_the_community(
    office: Visitor, session: Session, house: Installation, cast: Cast
) -> None:
    yunxi, liutang, _ = place_ids(session)
    here = f"/desk/recusals?round={cast.round_id}"
    page = office.sends(
        here, staff=str(cast.mate.staff_id), place=str(yunxi), reason="配偶在物业公司"
    )
    assert "配偶在物业公司" in page.words
    assert not holds(house, cast, cast.mate, yunxi)
    assert places_of(session, cast.round_id, cast.mate.staff_id) == [liutang]


def test_a_recusal_needs_its_reason(
    office: Visitor, session: Session, house: Installation, cast: Cast
) -> None:
    yunxi, _, _ = place_ids(session)
    page = office.sends(
        "/desk/recusals",
        status=422,
        staff=str(cast.mate.staff_id),
        place=str(yunxi),
        reason=" ",
    )
    assert "请写明回避的原因" in page.words
    assert holds(house, cast, cast.mate, yunxi)


def test_a_recusal_of_the_last_reader_waits_for_another(
    office: Visitor, session: Session, house: Installation, cast: Cast
) -> None:
    _, _, changdong = place_ids(session)
    page = office.sends(
        "/desk/recusals",
        status=409,
        staff=str(cast.stranger.staff_id),
        place=str(changdong),
        reason="亲属是社区主任",
    )
    assert "先让其到「钥匙」页给同组成员补一把" in page.words
    assert holds(house, cast, cast.stranger, changdong)


def test_a_recusal_taken_back_brings_no_key(
    office: Visitor, session: Session, house: Installation, cast: Cast
) -> None:
    _, liutang, _ = place_ids(session)
    who = cast.recused.staff_id
    office.sends(f"/desk/recusals/{who}/{liutang}/lift", at="/desk/recusals")
    assert liutang in places_of(session, cast.round_id, who)
    assert not holds(house, cast, cast.recused, liutang)
    readers = people.readers_of(session, cast.round_id, liutang)
    assert who in {reader.id for reader in readers}


def test_strangers_are_refused(
    app: Flask, session: Session, house: Installation, cast: Cast
) -> None:
    one = team_id(session, "第一组")
    for name in ("member", "unit", "admin"):
        visitor = signed_in(app, house, cast.players[name])
        for url in ("/desk/teams", f"/desk/teams/{one}", "/desk/recusals"):
            visitor.opens(url, status=403)
        leave = f"/desk/teams/{one}/leave/{cast.mate.staff_id}"
        visitor.sends(leave, at="/desk/", status=403)
    for name in ("office", "unit", "admin"):
        signed_in(app, house, cast.players[name]).opens("/desk/keys", status=403)
    signed_in(app, house, cast.office).opens("/desk/teams/99", status=404)
