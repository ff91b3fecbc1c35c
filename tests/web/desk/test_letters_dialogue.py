"""What residents send after a letter, on the desk."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import rectification
from portal.intake.additions import (
    Enclosure,
    enclosed_outcome,
    enclosed_text,
)
from portal.intake.records import Letter, LetterState
from portal.kernel.audit import AuditEntry
from portal.rectification import Outcome, Source
from portal.review import evidence
from portal.web.installation import Installation
from tests.makers import Cast, make_addition, make_complaint, make_reader, signed_in
from tests.stages.review_scenes import OWN_WORDS
from tests.visitor import Visitor


@pytest.fixture
def receipt(house: Installation, cast: Cast) -> str:
    found = make_complaint(house, cast.yunxi, text="路灯坏了。")
    opened(house)
    return found


@pytest.fixture
def letter(house: Installation, receipt: str) -> str:
    """A letter that was read."""
    assert receipt
    with house.sessions() as session, session.begin():
        found = session.scalars(select(Letter)).one()
        found.state = LetterState.WORKING
        return found.id


@pytest.fixture
def member(app: Flask, house: Installation, cast: Cast) -> Visitor:
    return signed_in(app, house, cast.member)


def opened(house: Installation) -> None:
    house.open_letterbox(by="timetable", reason="set hour")


def add(house: Installation, receipt: str, *what: Enclosure) -> None:
    for number, one in enumerate(what):
        make_addition(house, receipt, one, nonce=f"{number}")
    opened(house)


def test_news_is_marked_until_it_is_read_and_reading_it_is_logged(
    member: Visitor, house: Installation, receipt: str, letter: str, session: Session
) -> None:
    assert "有补充" not in member.opens("/desk/letters").words
    add(house, receipt, enclosed_text("又坏了。"))
    assert "有补充" in member.opens("/desk/letters").words
    page = member.opens(f"/desk/letters/{letter}")
    assert "写信人 ・ 2026-03-02 又坏了。" in page.words
    assert "有补充" not in member.opens("/desk/letters").words
    logged = select(AuditEntry).where(AuditEntry.action == "letter.read")
    assert [entry.subject for entry in session.scalars(logged)] == [letter]


def test_replies_and_additions_stand_in_order(
    member: Visitor, house: Installation, receipt: str, letter: str
) -> None:
    url = f"/desk/letters/{letter}"
    add(house, receipt, enclosed_text("一"))
    member.sends(f"{url}/reply", at=url, reply="二")
    add(house, receipt, enclosed_outcome("unresolved", "三"))
    words = member.opens(url).words
    places = [words.index(part) for part in ("写信人 ・ 2026-03-02 一", "我们回话")]
    last = words.index("解决了吗？未解决 三")
    assert places == sorted(places)
    assert places[-1] < last


def test_what_the_sender_says_is_noted_on_the_problem_by_hand(
    member: Visitor,
    house: Installation,
    cast: Cast,
    receipt: str,
    letter: str,
    session: Session,
) -> None:
    url = f"/desk/letters/{letter}"
    add(house, receipt, enclosed_outcome("partly"))
    assert "记为反映人确认" not in member.opens(url).words  # no problem yet
    with house.sessions() as writing, writing.begin():
        row = writing.get_one(Letter, letter)
        reader = make_reader(writing, house, cast.member)
        finding = evidence.establish(writing, row, OWN_WORDS, reader=reader)
        finding_id = finding.id
    assert "记为反映人确认：改了一部分" in member.opens(url).words
    assert rectification.confirmations(session, finding_id) == {}
    session.rollback()
    page = member.sends(f"{url}/confirm", at=url)
    assert "已记为「反映人确认」" in page.words
    assert rectification.confirmations(session, finding_id) == {
        Source.REPORTER: Outcome.PARTLY
    }
    entries = session.scalars(select(AuditEntry.action)).all()
    assert entries.count("finding.reporter") == 1


def test_who_is_unsure_confirms_nothing(
    member: Visitor, house: Installation, cast: Cast, receipt: str, letter: str
) -> None:
    add(house, receipt, enclosed_outcome("unclear"))
    with house.sessions() as writing, writing.begin():
        reader = make_reader(writing, house, cast.member)
        row = writing.get_one(Letter, letter)
        evidence.establish(writing, row, OWN_WORDS, reader=reader)
    page = member.opens(f"/desk/letters/{letter}")
    assert "解决了吗？不清楚" in page.words
    assert "记为反映人确认" not in page.words


def test_the_stranger_sees_none_of_it(
    app: Flask, house: Installation, cast: Cast, receipt: str, letter: str
) -> None:
    add(house, receipt, enclosed_text("又坏了。"))
    stranger = signed_in(app, house, cast.stranger)
    stranger.opens(f"/desk/letters/{letter}", status=404)
    url = f"/desk/letters/{letter}/confirm"
    stranger.sends(url, at="/desk/password", status=404)
