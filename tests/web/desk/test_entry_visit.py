"""Filled in together at the door: the same form, the same box, and nothing about who."""

import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.entrances import ChannelKind
from portal.intake.records import Contact, Letter, Remark, Response
from portal.kernel.database import Base
from portal.rounds import Phase
from portal.web.installation import Installation
from tests.house.test_promise_6_typed import form_of, forms_on
from tests.makers import Cast, Clock, in_phase, signed_in
from tests.visitor import Page, Visitor

SURVEY = "/desk/entry/999001001001/survey"
LETTER = "/desk/entry/999001001001/letter"
WORDS = '三栋楼道堆着"煤"，3<5 & 没人管。'
PHONE = "老王 000-1111（晚上打）"


@pytest.fixture
def member(app: Flask, house: Installation, cast: Cast) -> Visitor:
    return signed_in(app, house, cast.member)


def opened(house: Installation) -> int:
    return house.open_letterbox(by="timetable", reason="set hour")


def tables(session: Session) -> dict[str, list[Any]]:
    """Every row of every table."""
    session.rollback()
    return {
        table.name: sorted(map(str, session.execute(select(table))))
        for table in Base.metadata.sorted_tables
    }


def receipt_on(page: Page) -> str:
    (code,) = re.findall(r"<code>(.*?)</code>", page.html)
    return re.sub(r"\D", "", re.sub(r"<[^>]+>", "", code))


def test_answers_given_at_the_door_count_as_a_visit(
    member: Visitor, house: Installation, session: Session
) -> None:
    page = member.sends(
        SURVEY, overall="fair", errand="failed", errand_why=["pushed"], more=WORDS
    )
    assert "投进意见箱了" in page.words
    assert opened(house) == 1
    response = session.scalars(select(Response)).one()
    assert response.channel_kind is ChannelKind.VISIT
    assert response.ticks == {
        "overall": "fair",
        "errand": "failed",
        "errand_why": ["pushed"],
    }
    assert response.flags == []
    assert session.scalars(select(Remark.question)).one() == "more"


def test_nothing_but_the_box_is_written_so_nobody_learns_who_filled_in_or_when(
    member: Visitor, session: Session, house: Installation
) -> None:
    """No log, no count: a person, a community and an hour would name a household."""
    member.opens(SURVEY)
    before = tables(session)
    member.sends(SURVEY, overall="fair", more=WORDS)
    member.sends(LETTER, text=WORDS, contact=PHONE)
    assert tables(session) == before
    assert house.door.box.waiting() == 2


def test_the_phone_is_wiped_before_the_next_household(member: Visitor) -> None:
    """Drafts are kept on the phone: sent or given up, they are erased there."""
    page = member.sends(SURVEY, overall="fair", more=WORDS)
    assert WORDS not in page.html
    assert [g["data-sent"] for _, g in page.reading.tags if "data-sent" in g] == [
        SURVEY
    ]
    for url in (SURVEY, LETTER):
        tags = member.opens(url).reading.tags
        (leave,) = [g for _, g in tags if "data-exit" in g]
        assert leave["href"] == leave["data-exit"]


def test_errors_stand_at_their_question_and_what_was_given_stays(
    member: Visitor, house: Installation
) -> None:
    page = member.sends(
        SURVEY, status=422, overall="sideways", errand="trips", more=WORDS
    )
    assert 'id="overall-error"' in page.html
    assert page.form["errand"] == ["trips"]
    assert [words.removeprefix("\n") for words in page.form["more"]] == [WORDS]
    assert house.door.box.waiting() == 0


def test_a_form_that_lay_open_too_long_is_shown_again_whole(
    member: Visitor, house: Installation, clock: Clock, app: Flask, cast: Cast
) -> None:
    form: dict[str, Any] = {**member.opens(LETTER).form, "text": WORDS}
    clock.goes_on(hours=25)
    again = signed_in(app, house, cast.member)
    page = again.posts(LETTER, status=422, **form)
    assert "已经过期" in page.words
    assert [words.removeprefix("\n") for words in page.form["text"]] == [WORDS]
    assert len(receipt_on(again.posts(LETTER, **page.form))) == 20


def _torn(form: dict[str, Any], _: Flask) -> int:
    form["csrf_token"] = "1.2.3"
    return 422


def _from_elsewhere(form: dict[str, Any], _: Flask) -> int:
    form["headers"] = {"Origin": "http://elsewhere.example"}
    return 403


def _our_fault(form: dict[str, Any], app: Flask) -> int:
    def broken(**_: str) -> str:
        raise ZeroDivisionError

    for view in ("entry_visit.survey", "entry_visit.letter", "entry_paper.page"):
        app.view_functions[f"desk.{view}"] = broken
    return 500


TYPED = {
    SURVEY: {"more": WORDS, "overall": "good"},
    LETTER: {"text": WORDS, "contact": PHONE},
    "/desk/entry/999001001001/paper": {"more": WORDS, "overall": "2"},
}


@pytest.mark.parametrize("url", TYPED)
@pytest.mark.parametrize("mishap", [_torn, _from_elsewhere, _our_fault])
def test_whatever_happens_what_was_typed_is_in_a_form_to_send_again(
    member: Visitor,
    house: Installation,
    app: Flask,
    url: str,
    mishap: Callable[[dict[str, Any], Flask], int],
) -> None:
    hidden = member.opens(url).form
    form: dict[str, Any] = {
        **{name: hidden[name] for name in ("csrf_token", "revision") if name in hidden},
        **TYPED[url],
    }
    status = mishap(form, app)
    headers = form.pop("headers", {})
    page = Page(member.client.post(url, data=form, headers=headers), url)
    assert page.status == status
    refilled(page, TYPED[url])
    assert house.door.box.waiting() == 0


def refilled(page: Page, words: Mapping[str, str]) -> dict[str, Any]:
    """The form of the page that holds all these words, as a browser would send it."""
    (found,) = [
        form
        for form in map(form_of, forms_on(page))
        if all(value in form.get(name, []) for name, value in words.items())
    ]
    return dict(found)


@pytest.mark.parametrize("url", TYPED)
def test_whoever_is_signed_out_in_the_middle_signs_in_and_loses_nothing(
    app: Flask, house: Installation, cast: Cast, clock: Clock, url: str
) -> None:
    """A session ends after a working day, and visits are made in the evening."""
    evening = signed_in(app, house, cast.member)
    hidden = evening.opens(url).form
    form: dict[str, Any] = {
        **{name: hidden[name] for name in ("csrf_token", "revision") if name in hidden},
        **TYPED[url],
    }
    clock.goes_on(hours=12, minutes=1)
    page = evening.posts(url, status=409, **form)
    assert "请先在新标签页登录" in page.words
    again = signed_in(app, house, cast.member)
    page = again.posts(url, status=422, **refilled(page, TYPED[url]))
    last: dict[str, Any] = refilled(page, TYPED[url]) | {"step": "keep"}
    again.posts(url, **last)
    assert house.door.box.waiting() == 1


def test_a_double_tap_and_a_retry_are_one_questionnaire(
    member: Visitor, house: Installation
) -> None:
    form: dict[str, Any] = {**member.opens(SURVEY).form, "overall": "good"}
    form = {n: v for n, v in form.items() if n in {"csrf_token", "revision", "overall"}}
    with ThreadPoolExecutor(3) as phone:
        taps = [phone.submit(member.client.post, SURVEY, data=form) for _ in range(6)]
    assert {tap.result().status_code for tap in taps} == {303}
    assert house.door.box.waiting() == 1
    member.sends(SURVEY, overall="good")  # the next household, of the same opinion
    assert house.door.box.waiting() == 2


def test_a_letter_written_down_for_somebody_gives_the_receipt_to_hand_over(
    member: Visitor, visitor: Visitor, house: Installation, session: Session
) -> None:
    page = member.sends(LETTER, category="property", text=WORDS, contact=PHONE)
    assert "把回执码交给本人" in page.words
    assert "您自己不要留" in page.words
    assert page.response.headers["Cache-Control"] == "no-store"
    assert opened(house) == 1
    letter = session.scalars(select(Letter)).one()
    assert (letter.category, letter.flags, letter.is_urgent) == ("property", [], False)
    assert session.scalar(select(func.count()).select_from(Contact)) == 1
    standing = visitor.sends("/receipt", receipt=receipt_on(page))
    assert "未拆" in standing.words or "还没" in standing.words


def test_the_receipt_is_on_that_page_alone(member: Visitor) -> None:
    receipt = receipt_on(member.sends(LETTER, text=WORDS))
    groups = [receipt[i : i + 4] for i in range(0, 20, 4)]
    for url in ("/desk/", "/desk/entry", LETTER, "/desk/entry/999001001001/done"):
        page = member.opens(url)
        assert receipt not in page.html
        assert " ".join(groups) not in page.words


def test_an_empty_letter_is_not_sent_and_an_unknown_kind_is_something_else(
    member: Visitor, house: Installation, session: Session
) -> None:
    page = member.sends(LETTER, status=422, text=" ", contact=PHONE)
    assert "还没有写内容" in page.words
    assert page.form["contact"] == [PHONE]
    member.sends(LETTER, text=WORDS, category="sideways")
    opened(house)
    assert session.scalars(select(Letter.category)).one() == "other"


TELLING = "我叫王小明，住3栋2单元501。西门的路灯坏了三个月。"
COVERED = "我叫某某某，住〔门牌〕。西门的路灯坏了三个月。"


def test_words_that_give_the_writer_away_are_shown_before_the_letter_goes(
    member: Visitor, house: Installation
) -> None:
    page = member.sends(LETTER, status=422, text=TELLING, contact=PHONE, urgent="1")
    assert "王小明 · 名字" in page.words
    assert "3栋2单元501 · 门牌" in page.words
    assert page.form["text"] == ["\n" + TELLING]  # a browser drops the line break
    assert (page.form["contact"], page.form["urgent"]) == ([PHONE], ["1"])
    assert house.door.box.waiting() == 0
    plain = member.posts(LETTER, **page.form | {"text": [WORDS]})
    assert len(receipt_on(plain)) == 20


@pytest.mark.parametrize(("choice", "kept"), [("mask", COVERED), ("keep", TELLING)])
def test_they_go_covered_or_as_they_are_as_the_writer_chooses(
    member: Visitor, house: Installation, choice: str, kept: str
) -> None:
    page = member.sends(LETTER, status=422, text=TELLING)
    sent = receipt_on(member.posts(LETTER, **page.form, hint=choice))
    same = receipt_on(member.posts(LETTER, **page.form | {"text": [kept]}, hint="keep"))
    assert same == sent  # the same form with the same words
    assert house.door.box.waiting() == 1


def test_what_cannot_wait_says_so(
    member: Visitor, house: Installation, session: Session
) -> None:
    member.sends(LETTER, text=WORDS, urgent="1")
    opened(house)
    assert session.scalars(select(Letter.is_urgent)).one()


def test_a_visit_ends_with_the_collection_and_what_was_typed_is_given_back(
    member: Visitor, house: Installation, cast: Cast
) -> None:
    form: dict[str, Any] = {**member.opens(SURVEY).form, "more": WORDS}
    in_phase(house, cast.round_id, Phase.REVIEWING)
    page = member.posts(SURVEY, status=409, **form)
    assert WORDS in [words.removeprefix("\n") for words in page.form["more"]]
    assert len(receipt_on(member.sends(LETTER, text=WORDS))) == 20
    assert house.door.box.waiting() == 1
