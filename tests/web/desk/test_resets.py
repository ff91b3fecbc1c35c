"""忘了密码、停用、换锁: what the desk says and does about keys."""

import re

import pyotp
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.kernel import audit
from portal.places import get_place
from portal.rounds import round_place
from portal.rounds.keys import generations, holders
from portal.web.installation import Installation
from tests.makers import Cast, Clock, make_complaint, signed_in
from tests.visitor import Visitor


@pytest.fixture
def admin(app: Flask, house: Installation, cast: Cast) -> Visitor:
    return signed_in(app, house, cast.admin)


def test_what_is_lost_is_said_before_and_nothing_is_done_yet(
    admin: Visitor, house: Installation, cast: Cast
) -> None:
    make_complaint(house, cast.changdong)
    house.open_letterbox(by="timetable", reason="set hour")
    where = f"/desk/accounts/{cast.stranger.staff_id}/reset"
    before = house.keystore.names("rounds")
    page = admin.opens(where)
    assert "会永远丢掉" in page.words
    assert "厂东社区：1 封信" in page.words
    assert house.keystore.names("rounds") == before
    page = admin.opens(f"/desk/accounts/{cast.mate.staff_id}/reset")
    assert "会永远丢掉" not in page.words
    assert "云溪社区、柳塘村" in page.words
    page = admin.opens(f"/desk/accounts/{cast.office.staff_id}/reset")
    assert "重设不会丢信" in page.words


def test_a_reset_account_signs_in_with_what_was_shown(
    app: Flask, admin: Visitor, session: Session, cast: Cast, clock: Clock
) -> None:
    page = admin.sends(f"/desk/accounts/{cast.mate.staff_id}/reset")
    name, password, totp = re.findall(r'<span class="secret">([^<]+)</span>', page.html)
    assert "密码重设好了" in page.words
    given = {"username": name, "password": password}
    page = Visitor(app).sends(
        "/desk/signin", **given, totp=pyotp.TOTP(totp).at(clock())
    )
    assert "示例·mate" in page.words
    head = audit.head(session)
    assert head is not None
    old = Visitor(app).sends(
        "/desk/signin",
        status=422,
        username="mate",
        password=cast.mate.password,
        totp=pyotp.TOTP(cast.mate.totp_secret).at(clock()),
    )
    assert "不对" in old.words


def test_one_is_not_reset_by_oneself_or_by_others(
    app: Flask, admin: Visitor, house: Installation, cast: Cast
) -> None:
    mine = f"/desk/accounts/{cast.admin.staff_id}/reset"
    assert "改密码" in admin.opens(mine, status=409).words
    where = f"/desk/accounts/{cast.mate.staff_id}/reset"
    for name in ("office", "chief", "member", "unit"):
        visitor = signed_in(app, house, cast.players[name])
        visitor.opens(where, status=403)
        visitor.sends(where, at="/desk/", status=403)


def test_a_stopped_account_leaves_no_key_behind(
    admin: Visitor, house: Installation, session: Session, cast: Cast
) -> None:
    yunxi = get_place(session, "999001001001").id
    was = round_place(session, cast.round_id, yunxi).public_key
    session.rollback()
    page = admin.sends(
        f"/desk/accounts/{cast.mate.staff_id}/deactivate", at="/desk/accounts"
    )
    assert "锁也换了" in page.words
    assert cast.mate.staff_id not in holders(house.keystore, cast.round_id, yunxi)
    session.expire_all()
    assert round_place(session, cast.round_id, yunxi).public_key != was


def test_the_only_reader_is_stopped_with_a_warning(
    admin: Visitor, house: Installation, session: Session, cast: Cast
) -> None:
    changdong = get_place(session, "999001002001").id
    where = f"/desk/accounts/{cast.stranger.staff_id}/deactivate"
    page = admin.sends(where, at="/desk/accounts")
    assert "有 1 个社区以前的信只有这一位打得开" in page.words
    assert holders(house.keystore, cast.round_id, changdong) == {cast.stranger.staff_id}


def test_a_member_changes_the_lock_of_their_own_community(
    app: Flask, house: Installation, session: Session, cast: Cast
) -> None:
    yunxi, _, changdong = (
        get_place(session, code).id
        for code in ("999001001001", "999001001201", "999001002001")
    )
    session.rollback()
    member = signed_in(app, house, cast.member)
    where = f"/desk/keys/{cast.round_id}"
    page = member.sends(f"{where}/{yunxi}/lock", at="/desk/keys")
    assert "锁已换好" in page.words
    found = generations(house.keystore, cast.round_id, yunxi)
    assert found[1] == found[2]
    head = audit.head(session)
    assert head is not None
    assert (head.actor, head.action, head.subject) == (
        "member",
        "key.rotate",
        "999001001001",
    )
    member.sends(f"{where}/{changdong}/lock", at="/desk/keys", status=404)
    assert sorted(generations(house.keystore, cast.round_id, changdong)) == [1]
