"""The inbox: own communities only, no text without a key and a log entry."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.intake.records import Letter, LetterState
from portal.kernel.audit import AuditEntry
from portal.review.dialogue import Progress, standing
from portal.rounds import keys as round_keys
from portal.web.installation import Installation
from tests.makers import (
    MORNING,
    Cast,
    make_complaint,
    make_finding,
    make_reader,
    signed_in,
)
from tests.visitor import Visitor

TEXT = "三栋门口的电动车占道半年了，我母亲上个月摔了一跤，物业三次没人管。"
CONTACT = "老王 000-1111"


@pytest.fixture
def receipt(house: Installation, cast: Cast) -> str:
    found = make_complaint(house, cast.yunxi, text=TEXT, contact=CONTACT)
    house.open_letterbox(by="office", reason="test")
    return found


@pytest.fixture
def letter(receipt: str, session: Session) -> str:
    return session.scalars(select(Letter.id)).one()


@pytest.fixture
def member(app: Flask, house: Installation, cast: Cast) -> Visitor:
    return signed_in(app, house, cast.member)


def readings(session: Session, action: str = "letter.read") -> list[str]:
    session.rollback()
    found = session.scalars(select(AuditEntry).where(AuditEntry.action == action))
    return [entry.actor for entry in found]


def test_the_list_shows_where_and_what_about_but_no_text(
    member: Visitor, letter: str
) -> None:
    page = member.opens("/desk/letters")
    assert "云溪社区" in page.words
    assert "未拆 1" in page.words
    assert "物业、环境、停车" in page.words
    assert "电动车" not in page.html


def test_the_list_is_filtered_by_state_and_community(
    member: Visitor, letter: str
) -> None:
    assert (
        f"/desk/letters/{letter}?state=unread"
        in member.opens("/desk/letters?state=unread").links()
    )
    assert "这里没有信" in member.opens("/desk/letters?state=closed").words
    assert "这里没有信" in member.opens("/desk/letters?place=999001001201").words
    assert "这里没有信" not in member.opens("/desk/letters?place=999001001001").words


def test_an_unopened_letter_is_an_envelope(
    member: Visitor, letter: str, session: Session
) -> None:
    page = member.opens(f"/desk/letters/{letter}")
    assert "拆信" in page.words
    assert "电动车" not in page.html
    assert readings(session) == []


def test_opening_shows_the_text_and_is_logged_once(
    member: Visitor, letter: str, session: Session
) -> None:
    page = member.sends(f"/desk/letters/{letter}")
    assert TEXT in page.words
    assert readings(session) == ["member"]
    assert session.get_one(Letter, letter).state is LetterState.WORKING


def test_every_later_look_is_logged_too(
    member: Visitor, letter: str, session: Session
) -> None:
    member.sends(f"/desk/letters/{letter}")
    assert TEXT in member.opens(f"/desk/letters/{letter}").words
    assert readings(session) == ["member", "member"]


@pytest.mark.parametrize("name", ["stranger", "office", "unit", "chief"])
def test_nobody_else_finds_the_letter(
    app: Flask, house: Installation, cast: Cast, letter: str, name: str
) -> None:
    visitor = signed_in(app, house, getattr(cast, name))
    status = 404 if name == "stranger" else 403
    page = visitor.opens(f"/desk/letters/{letter}", status=status)
    assert "电动车" not in page.html


def test_the_recused_see_neither_row_nor_letter_of_their_community(
    app: Flask, house: Installation, cast: Cast, session: Session
) -> None:
    make_complaint(house, cast.liutang, text="账目只贴总数。")
    house.open_letterbox(by="office", reason="test")
    letter = session.scalars(select(Letter.id)).one()
    recused = signed_in(app, house, cast.recused)
    assert "柳塘村" not in recused.opens("/desk/letters").words
    recused.opens(f"/desk/letters/{letter}", status=404)
    mate = signed_in(app, house, cast.mate)
    assert "账目只贴总数" in mate.sends(f"/desk/letters/{letter}").words


def test_without_a_key_the_page_says_what_to_do_and_logs_no_reading(
    app: Flask, house: Installation, cast: Cast, letter: str, session: Session
) -> None:
    found = session.get_one(Letter, letter)
    round_keys.withdraw(
        house.keystore, found.round_id, found.place_id, cast.mate.staff_id
    )
    mate = signed_in(app, house, cast.mate)
    page = mate.sends(f"/desk/letters/{letter}", status=403)
    assert "您手里还没有这个社区的钥匙" in page.words
    assert "钥匙" in page.words
    assert TEXT not in page.words
    assert readings(session) == []
    assert session.get_one(Letter, letter).state is LetterState.UNREAD


def test_a_reply_reaches_the_holder_of_the_receipt(
    member: Visitor, house: Installation, letter: str, receipt: str, session: Session
) -> None:
    member.sends(f"/desk/letters/{letter}")
    page = member.sends(
        f"/desk/letters/{letter}/reply",
        at=f"/desk/letters/{letter}",
        reply="请问是哪个单元的门口？",
        ask="y",
    )
    assert "回话已经封好" in page.words
    assert "请问是哪个单元的门口？" in page.words
    session.rollback()
    told = standing(session, house.door, typed=receipt)
    assert told.progress is Progress.ASKED
    assert [text for _, text in told.replies] == ["请问是哪个单元的门口？"]


def test_an_empty_reply_is_refused_without_showing_the_letter_unlogged(
    member: Visitor, letter: str, session: Session
) -> None:
    member.sends(f"/desk/letters/{letter}")
    url = f"/desk/letters/{letter}"
    page = member.sends(f"{url}/reply", at=url, reply=" \n ", status=422)
    assert "还没有写内容" in page.words
    assert TEXT not in page.words


def test_what_was_typed_stays_when_a_form_is_refused(
    member: Visitor, letter: str
) -> None:
    member.sends(f"/desk/letters/{letter}")
    url = f"/desk/letters/{letter}"
    long = "长" * 2001
    page = member.sends(f"{url}/note", at=url, note=long, status=422)
    assert page.form["note"] == [f"\n{long}"]


def test_a_note_is_shown_to_the_team(
    app: Flask, house: Installation, cast: Cast, member: Visitor, letter: str
) -> None:
    url = f"/desk/letters/{letter}"
    member.sends(url)
    member.sends(f"{url}/note", at=url, note="已约物业周三到现场。")
    mate = signed_in(app, house, cast.mate)
    assert "已约物业周三到现场。" in mate.opens(url).words


def test_the_contact_needs_a_reason_which_is_logged(
    member: Visitor, letter: str, session: Session
) -> None:
    url = f"/desk/letters/{letter}"
    assert CONTACT not in member.sends(url).words
    member.sends(f"{url}/contact", at=url, reason="", status=422)
    assert readings(session, "contact.read") == []
    page = member.sends(f"{url}/contact", at=url, reason="约时间核实")
    assert CONTACT in page.words
    session.rollback()
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "contact.read")
    ).one()
    assert (entry.actor, entry.reason) == ("member", "约时间核实")


def test_a_state_moves_only_along_the_table(
    member: Visitor, letter: str, session: Session
) -> None:
    url = f"/desk/letters/{letter}"
    member.sends(f"{url}/move", at=url, to="closed", status=409)
    member.sends(url)
    member.sends(f"{url}/move", at=url, to="passed_on")
    session.rollback()
    assert session.get_one(Letter, letter).state is LetterState.PASSED_ON
    member.sends(f"{url}/move", at=url, to="nonsense", status=422)


def test_a_letter_joins_a_finding_of_its_own_community_only(
    member: Visitor, house: Installation, cast: Cast, letter: str, session: Session
) -> None:
    from portal.places import get_place

    writer = make_reader(session, house, cast.member).staff
    here, there = (
        make_finding(
            session,
            get_place(session, code),
            by=writer,
            round_id=cast.round_id,
            now=MORNING,
        )
        for code in ("999001001001", "999001001201")
    )
    session.commit()
    url = f"/desk/letters/{letter}"
    member.sends(url)
    member.sends(f"{url}/join", at=url, finding=str(there.id), status=422)
    page = member.sends(f"{url}/join", at=url, finding=str(here.id))
    assert "已入问题 电动车占道" in page.words


def test_an_unknown_page_or_filter_is_taken_as_none(
    member: Visitor, letter: str
) -> None:
    assert "云溪社区" in member.opens("/desk/letters?state=xx&page=-3&place=9").words
