import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.intake.records import Letter
from portal.kernel import audit
from portal.kernel.audit import AuditEntry
from portal.web.installation import Installation
from tests.makers import Cast, make_complaint, signed_in
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


def test_opening_by_hand_takes_everything_out_and_logs_the_reason(
    office: Visitor, house: Installation, session: Session, cast: Cast
) -> None:
    for code in (cast.yunxi, cast.liutang, cast.yunxi):
        make_complaint(house, code)
    page = office.sends(BOX, reason="有人来电说反映了安全隐患")
    assert "取出 3 件" in page.words
    assert "箱里现在 0" in page.words
    assert "有人来电说反映了安全隐患" in page.words
    assert len(session.scalars(select(Letter)).all()) == 3
    opened = AuditEntry.action == "letterbox.open"
    entry = session.scalars(select(AuditEntry).where(opened)).one()
    assert (entry.actor, entry.reason) == ("office", "有人来电说反映了安全隐患")
    assert audit.first_break(session) is None


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
    assert "每天 8、12、18 点" in page.words


def test_strangers_are_refused(app: Flask, house: Installation, cast: Cast) -> None:
    make_complaint(house, cast.yunxi)
    for name in ("member", "unit", "admin", "entry"):
        visitor = signed_in(app, house, cast.players[name])
        visitor.opens(BOX, status=403)
        visitor.sends(BOX, at="/desk/", status=403, reason="我想看")
    assert house.door.box.waiting() == 1
