import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import rounds
from portal.intake.records import Letter
from portal.kernel import audit
from portal.kernel.audit import AuditEntry
from portal.web.installation import Installation
from tests.makers import Cast, Clock, make_complaint, signed_in
from tests.visitor import Visitor

BOX = "/desk/letterbox"


@pytest.fixture
def office(app: Flask, house: Installation, cast: Cast) -> Visitor:
    return signed_in(app, house, cast.office)


def test_how_many_wait_is_told_and_nothing_else_of_them(
    office: Visitor, house: Installation, cast: Cast
) -> None:
    for code in (cast.yunxi, cast.liutang):
        make_complaint(house, code)
    page = office.opens(BOX)
    assert "箱里现在 2" in page.words
    assert "云溪社区" not in page.words


@pytest.fixture
def chief(app: Flask, house: Installation, cast: Cast) -> Visitor:
    return signed_in(app, house, cast.chief)


def test_two_people_take_everything_out_and_the_log_knows_both(
    office: Visitor, chief: Visitor, house: Installation, session: Session, cast: Cast
) -> None:
    for code in (cast.yunxi, cast.liutang, cast.yunxi):
        make_complaint(house, code)
    page = office.sends(BOX, reason="有人来电说反映了安全隐患")
    assert "等另一位同意" in page.words
    assert "箱里现在 3" in page.words
    page = chief.sends(f"{BOX}/agree", at=BOX)
    assert "取出 3 件" in page.words
    assert "箱里现在 0" in page.words
    assert "有人来电说反映了安全隐患" in page.words
    assert len(session.scalars(select(Letter)).all()) == 3
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.action.startswith("letterbox"))
    )
    assert [(entry.actor, entry.action, entry.reason) for entry in entries] == [
        ("office", "letterbox.ask", "有人来电说反映了安全隐患"),
        ("chief", "letterbox.open", "有人来电说反映了安全隐患（office 提出）"),
    ]
    assert audit.first_break(session) is None


def test_one_person_alone_opens_nothing(
    office: Visitor, house: Installation, cast: Cast
) -> None:
    make_complaint(house, cast.yunxi)
    office.sends(f"{BOX}/agree", at=BOX, status=409)
    office.sends(BOX, reason="有人来电")
    page = office.sends(f"{BOX}/agree", at=BOX, status=403)
    assert "自己提的请求要由另一位同意" in page.words
    assert house.door.box.waiting() == 1


def test_a_request_is_good_for_its_day(
    app: Flask, house: Installation, cast: Cast, clock: Clock
) -> None:
    office, chief = (signed_in(app, house, who) for who in (cast.office, cast.chief))
    make_complaint(house, cast.yunxi)
    office.sends(BOX, reason="有人来电")
    clock.goes_on(hours=11)
    assert "有人来电" in chief.opens(BOX).words
    clock.goes_on(hours=5)  # past midnight in China
    office, chief = (signed_in(app, house, who) for who in (cast.office, cast.chief))
    assert "有人来电" not in chief.opens(BOX).words
    page = chief.sends(f"{BOX}/agree", at=BOX, status=409)
    assert "过了当天" in page.words
    assert house.door.box.waiting() == 1
    office.sends(BOX, reason="又有人来电")
    assert "取出 1 件" in chief.sends(f"{BOX}/agree", at=BOX).words


def test_a_request_opens_the_box_once_and_can_be_taken_back(
    office: Visitor, chief: Visitor, house: Installation, cast: Cast
) -> None:
    make_complaint(house, cast.yunxi)
    office.sends(BOX, reason="有人来电")
    assert "已经有人请求开箱" in chief.sends(BOX, status=409, reason="我也想开").words
    chief.sends(f"{BOX}/take-back", at=BOX, status=409)
    assert "请求已撤回" in office.sends(f"{BOX}/take-back", at=BOX).words
    chief.sends(f"{BOX}/agree", at=BOX, status=409)
    assert house.door.box.waiting() == 1
    office.sends(BOX, reason="有人来电")
    chief.sends(f"{BOX}/agree", at=BOX)
    chief.sends(f"{BOX}/agree", at=BOX, status=409)


def test_every_round_shows_its_own_hours(
    office: Visitor, house: Installation, cast: Cast
) -> None:
    assert "8、12、18 点" in office.opens(BOX).words
    edit = f"/desk/rounds/{cast.round_id}/edit"
    form = {name: values[0] for name, values in office.opens(edit).form.items()}
    page = office.sends(edit, **{**form, "opening_hours": "7点、20：30"})
    assert "7、20:30 点" in page.words
    page = office.opens(BOX)
    assert "7、20:30 点" in page.words
    assert "下次定时开箱 20:30" in page.words
    with house.sessions() as session:
        assert rounds.get_round(session, cast.round_id).opening_hours == "07:00,20:30"
    page = office.sends(edit, status=422, **{**form, "opening_hours": "早上"})
    assert "开箱时间请写成" in page.words


def test_without_a_reason_the_box_stays_shut(
    office: Visitor, house: Installation, cast: Cast
) -> None:
    make_complaint(house, cast.yunxi)
    page = office.sends(BOX, status=422, reason="  ")
    assert "请写明为什么现在开箱" in page.words
    assert house.door.box.waiting() == 1


def test_set_hours_are_told_apart_from_hands(
    office: Visitor, house: Installation, cast: Cast
) -> None:
    make_complaint(house, cast.yunxi)
    house.open_letterbox(by="timetable", reason="set hour")
    page = office.opens(BOX)
    assert "到点自动" in page.words
    assert "timetable" not in page.words


def test_strangers_are_refused(app: Flask, house: Installation, cast: Cast) -> None:
    make_complaint(house, cast.yunxi)
    for name in ("member", "unit", "admin", "entry"):
        visitor = signed_in(app, house, cast.players[name])
        visitor.opens(BOX, status=403)
        visitor.sends(BOX, at="/desk/", status=403, reason="我想看")
        visitor.sends(f"{BOX}/agree", at="/desk/", status=403)
    assert house.door.box.waiting() == 1
