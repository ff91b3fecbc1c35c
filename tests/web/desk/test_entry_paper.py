"""Sheets typed in from paper: keys, doubts, and the same box as everybody's."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.entrances import ChannelKind
from portal.intake.records import Remark, Response
from portal.questionnaires.definition import canonical, revision
from portal.questionnaires.shipped import compose
from portal.rounds import Phase
from portal.web.installation import Installation
from tests.makers import Cast, in_phase, signed_in
from tests.visitor import Page, Visitor
from tests.web.desk.test_entry_visit import tables

PAPER = "/desk/entry/999001001001/paper"
WORDS = "路灯坏了 <三个月>，3<5 & 没人管"
SHEET: dict[str, Any] = {
    **dict.fromkeys(("overall", "reply", "around", "accounts", "welfare"), "1"),
    "errand": "3",
    "errand_why": "26=没人接电话",
    "asked": "B",
    "clean": "4",
    "urban_property": "2",
    "urban_shared": "1",
    "urban_owners": "3",
    "first": "3 11=井盖",
    "more": WORDS,
}


@pytest.fixture
def clerk(app: Flask, house: Installation, cast: Cast) -> Visitor:
    return signed_in(app, house, cast.entry)


def responses(house: Installation, session: Session) -> list[Response]:
    house.open_letterbox(by="timetable", reason="set hour")
    session.rollback()
    return list(session.scalars(select(Response)))


def focused(page: Page) -> str:
    (found,) = [g["id"] for _, g in page.reading.tags if "autofocus" in g]
    return found


def test_a_sheet_comes_out_of_the_box_as_if_it_had_been_ticked_on_a_phone(
    clerk: Visitor, house: Installation, session: Session
) -> None:
    clerk.sends(PAPER, **SHEET)
    (response,) = responses(house, session)
    assert response.channel_kind is ChannelKind.PAPER
    assert response.flags == []
    assert response.ticks["errand_why"] == ["nobody", "else"]
    assert response.ticks["first"] == ["roads", "else"]
    assert response.ticks["asked"] == "formal"
    assert len(response.ticks) == 13
    assert set(session.scalars(select(Remark.question))) == {
        "errand_why.else",
        "first.else",
        "more",
    }


def test_the_next_empty_sheet_is_there_at_once_with_a_running_count(
    clerk: Visitor, house: Installation
) -> None:
    page = clerk.opens(PAPER)
    for number in (1, 2, 3):
        action = next(g["action"] for t, g in page.reading.tags if "data-keyed" in g)
        form: dict[str, Any] = {**page.form, **SHEET}
        page = clerk.posts(action, **form)
        assert f"这一回录了 {number} 张" in page.words
        assert page.form["overall"] == [""]
        assert focused(page) == "overall"
    assert house.door.box.waiting() == 3  # alike word for word, and three sheets


def test_the_same_sheet_sent_twice_is_kept_once(
    clerk: Visitor, house: Installation
) -> None:
    form: dict[str, Any] = {**clerk.opens(PAPER).form, **SHEET}
    for _ in range(3):
        clerk.posts(PAPER, **form)
    assert house.door.box.waiting() == 1


def test_nothing_but_the_box_is_written(
    clerk: Visitor, house: Installation, session: Session
) -> None:
    clerk.opens(PAPER)
    before = tables(session)
    clerk.sends(PAPER, **SHEET)
    assert tables(session) == before
    assert house.door.box.waiting() == 1


def test_a_slip_is_told_at_its_question_and_every_key_stays(
    clerk: Visitor, house: Installation
) -> None:
    page = clerk.sends(PAPER, status=422, **{**SHEET, "asked": "7", "clean": "满意"})
    assert 'id="asked-error">没有第 7 项，这一题只有 4 项。' in page.html
    assert 'id="clean-error">没看懂「满意」' in page.html
    assert "纸上选了两样、选多了、看不清的，这一题空着，不要替人选。" in page.words
    assert page.form["errand_why"] == [SHEET["errand_why"]]
    assert [words.removeprefix("\n") for words in page.form["more"]] == [WORDS]
    assert focused(page) == "asked"
    assert "录的是： 没办成" in page.words
    assert house.door.box.waiting() == 0
    fixed: dict[str, Any] = {**page.form, "asked": "1", "clean": "1"}
    clerk.posts(PAPER, **fixed)
    assert house.door.box.waiting() == 1


def test_two_ticks_where_one_counts_are_refused_by_the_door(
    clerk: Visitor, house: Installation
) -> None:
    page = clerk.sends(PAPER, status=422, **{**SHEET, "overall": "12"})
    assert "这一题只能选一项" in page.words
    assert focused(page) == "overall"
    assert house.door.box.waiting() == 0


def test_what_looks_odd_is_shown_in_words_and_kept_when_the_paper_says_so(
    clerk: Visitor, house: Installation, session: Session
) -> None:
    page = clerk.sends(PAPER, status=422, overall="2", errand="1", errand_why="1")
    assert "用不着答" in page.words
    assert "从第 4 题起都空着。" in page.words
    assert focused(page) == "errand_why"
    assert "录的是： 基本满意" in page.words
    assert house.door.box.waiting() == 0
    form: dict[str, Any] = {**page.form, "step": "keep"}
    clerk.posts(PAPER, **form)
    (response,) = responses(house, session)
    assert response.ticks == {"overall": "mostly", "errand": "smooth"}


def test_an_empty_sheet_is_not_kept_by_a_slip_of_the_finger(
    clerk: Visitor, house: Installation
) -> None:
    page = clerk.sends(PAPER, status=422)
    assert "这张卷子一题也没填。" in page.words
    assert house.door.box.waiting() == 0


def test_paper_is_typed_in_until_the_review_ends(
    clerk: Visitor, house: Installation, cast: Cast, session: Session
) -> None:
    in_phase(house, cast.round_id, Phase.REVIEWING)
    clerk.sends(PAPER, **SHEET)
    form: dict[str, Any] = {**clerk.opens(PAPER).form, **SHEET}
    in_phase(house, cast.round_id, Phase.RECTIFYING)
    page = clerk.posts(PAPER, status=409, **form)
    assert WORDS in [words.removeprefix("\n") for words in page.form["more"]]
    assert len(responses(house, session)) == 1


def test_residents_do_not_come_by_the_door_of_paper(
    visitor: Visitor, house: Installation, cast: Cast
) -> None:
    """What a phone opened while collecting is not taken in the review."""
    form: dict[str, Any] = {**visitor.opens(f"/q/{cast.yunxi}/survey").form}
    in_phase(house, cast.round_id, Phase.REVIEWING)
    visitor.posts(f"/q/{cast.yunxi}/survey", status=409, **form)
    assert house.door.box.waiting() == 0


def test_nobody_has_to_make_up_an_answer_that_paper_left_out(
    clerk: Visitor, visitor: Visitor, house: Installation, cast: Cast, session: Session
) -> None:
    document = compose()
    document["sections"][0]["items"][0]["required"] = True
    with house.engine.begin() as connection:
        connection.execute(
            text("UPDATE questionnaire SET revision = :r, document = :d"),
            {"r": revision(document), "d": canonical(document).decode()},
        )
    clerk.sends(PAPER, **{**SHEET, "overall": ""})
    (response,) = responses(house, session)
    assert "overall" not in response.ticks
    visitor.sends(f"/q/{cast.yunxi}/survey", status=422, errand="trips", overall="")


def test_a_clerk_who_is_signed_out_is_asked_to_sign_in(visitor: Visitor) -> None:
    answer = visitor.client.get(PAPER)
    assert answer.headers["Location"].startswith("/desk/signin")
