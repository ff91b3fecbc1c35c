"""有人正有危险: told plainly before it is chosen; and the hours of a round, shown."""

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import rounds
from portal.intake.records import Letter
from portal.web.installation import Installation
from tests.house.walk import receipt_on
from tests.makers import Cast, signed_in
from tests.visitor import Visitor


def test_what_it_costs_is_said_before_it_is_chosen(
    visitor: Visitor, cast: Cast
) -> None:
    page = visitor.opens(f"/q/{cast.yunxi}/complaint")
    before, choice, _ = page.words.partition("有人正有危险，请马上取出来看")
    assert choice
    for plainly in (
        "先打 110、119、120",
        "一刻钟内单独取出来",
        "猜得到它大概是几点投的",
        "不一定马上有人看",
    ):
        assert plainly in before
    assert "urgent" not in page.form  # nothing is chosen for anybody


def test_an_urgent_letter_says_so_to_its_writer_and_to_the_team(
    app: Flask, visitor: Visitor, house: Installation, session: Session, cast: Cast
) -> None:
    here = f"/q/{cast.yunxi}/complaint"
    page = visitor.sends(here, text="隔壁天天打孩子", urgent="1")
    receipt = receipt_on(page)
    page = visitor.sends("/receipt", receipt=receipt)
    assert "一刻钟内单独取出来" in page.words
    assert "每天" not in page.words
    house.open_urgent()
    letter = session.scalars(select(Letter)).one()
    assert letter.is_urgent
    page = signed_in(app, house, cast.member).opens("/desk/letters")
    assert "有人正有危险" in page.words
    assert "云溪社区" in page.words


def test_an_ordinary_letter_waits(
    visitor: Visitor, house: Installation, cast: Cast
) -> None:
    visitor.sends(f"/q/{cast.yunxi}/complaint", text="路灯坏了")
    assert house.open_urgent() == 0
    assert house.door.box.waiting() == 1


def test_what_was_ticked_stays_ticked_where_something_is_missing(
    visitor: Visitor, cast: Cast
) -> None:
    page = visitor.sends(f"/q/{cast.yunxi}/complaint", status=422, text="", urgent="1")
    assert page.form["urgent"] == ["1"]


def test_residents_are_told_the_hours_of_their_own_round(
    visitor: Visitor, house: Installation, cast: Cast
) -> None:
    with house.sessions() as session, session.begin():
        rounds.get_round(session, cast.round_id).opening_hours = "07:00,20:30"
    here = f"/q/{cast.yunxi}"
    for url in (here, f"{here}/complaint"):
        page = visitor.opens(url)
        assert "7、20:30 点" in page.words
        assert "8、12、18 点" not in page.words
    page = visitor.sends(f"{here}/complaint", text="路灯坏了")
    assert "7、20:30 点" in page.words
    page = visitor.sends("/receipt", receipt=receipt_on(page))
    assert "7、20:30 点" in page.words
