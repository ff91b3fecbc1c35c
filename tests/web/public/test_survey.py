"""The questionnaire as residents meet it."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.intake.records import Remark, Response
from portal.rounds import Phase
from portal.web.installation import Installation
from tests.makers import Cast, Clock
from tests.visitor import Visitor
from tests.web.public.scenes import TYPED, carries, filled, put_in, told_at

REMARK = "路灯坏了三个月，\n晚上老人不敢出门。"
MANY = ["clean", "roads", "water", "safety"]  # one more than may be chosen


@pytest.fixture
def url(cast: Cast) -> str:
    return f"/q/{cast.yunxi}/survey"


def opened(house: Installation, session: Session) -> list[Response]:
    """What has come, once the box is opened."""
    house.open_letterbox(by="office", reason="test")
    session.rollback()
    return list(session.scalars(select(Response)))


def test_survey_is_taken_and_split_at_the_opening(
    visitor: Visitor, house: Installation, cast: Cast
) -> None:
    page = visitor.sends(
        f"/q/{cast.yunxi}/survey", overall="good", more="路灯坏了<b>三个月</b>"
    )
    assert "投进意见箱了" in page.words
    assert house.door.box.waiting() == 1
    assert house.open_letterbox(by="office", reason="测试") == 1
    with house.sessions() as session:
        response = session.scalars(select(Response)).one()
        remark = session.scalars(select(Remark)).one()
    assert response.ticks == {"overall": "good"}
    assert remark.question == "more"


def test_nothing_is_chosen_before_somebody_chooses(visitor: Visitor, url: str) -> None:
    form = visitor.opens(url).form
    assert set(form) - {"csrf_token", "revision", "homepage"} == {
        "errand_why.else",
        "welfare_why.else",
        "first.else",
        "more",
    }
    assert {form["more"][0].strip(), form["first.else"][0]} == {""}


def test_a_community_is_asked_what_concerns_it(visitor: Visitor, cast: Cast) -> None:
    asked = {
        "物业管得怎么样": (cast.yunxi, cast.changdong),
        "村集体有多少钱": (cast.liutang,),
        "老厂区的房子": (cast.changdong,),
        "您对社区（村里）这两年的工作满意吗": (
            cast.yunxi,
            cast.liutang,
            cast.changdong,
        ),
    }
    pages = {
        code: visitor.opens(f"/q/{code}/survey").words
        for code in (cast.yunxi, cast.liutang, cast.changdong)
    }
    found = {
        question: tuple(code for code, words in pages.items() if question in words)
        for question in asked
    }
    assert found == asked


@pytest.mark.parametrize("phase", [p for p in Phase if p is not Phase.PREPARING])
def test_it_is_open_while_the_round_collects(
    visitor: Visitor,
    app: Flask,
    house: Installation,
    cast: Cast,
    url: str,
    phase: Phase,
) -> None:
    put_in(app, house, cast, phase)
    if phase is Phase.COLLECTING:
        assert "封好，投进意见箱" in visitor.opens(url).words
    else:
        page = visitor.opens(url, status=409)
        assert "这会儿不收了" in page.words
        assert page.form == {}


def test_errors_stand_at_their_questions_and_everything_is_kept(
    visitor: Visitor, house: Installation, url: str
) -> None:
    page = visitor.sends(
        url,
        status=422,
        overall="good",
        errand="trips",
        first=MANY,
        more=REMARK,
        **{"first.else": "修桥"},
    )
    assert told_at(page, "first") == "最多选 3 项，您选了 4 项，请去掉几项。"
    assert page.words.count("最多选 3 项") == 2  # in the list above too
    assert "#first" in page.links()
    form = page.form
    assert (form["overall"], form["errand"], form["first"]) == (
        ["good"],
        ["trips"],
        MANY,
    )
    assert form["more"][0].strip() == REMARK
    assert form["first.else"] == ["修桥"]
    assert house.door.box.waiting() == 0


def test_a_corrected_form_is_taken(
    visitor: Visitor, house: Installation, session: Session, url: str
) -> None:
    page = visitor.sends(url, status=422, overall="good", first=MANY)
    thanks = visitor.posts(url, **filled(page, first=MANY[:3]))
    assert "投进意见箱了" in thanks.words
    (response,) = opened(house, session)
    assert response.ticks == {"overall": "good", "first": MANY[:3]}


@pytest.mark.parametrize(
    ("name", "value"),
    [("overall", "sideways"), ("errand", "<script>"), ("more", "灯" * 1001)],
)
def test_what_no_form_of_ours_sends_is_told_at_its_question(
    visitor: Visitor, house: Installation, url: str, name: str, value: str
) -> None:
    page = visitor.sends(url, status=422, **{name: value})
    assert told_at(page, name) != ""
    assert house.door.box.waiting() == 0


def test_nothing_ticked_is_an_answer_too(
    visitor: Visitor, house: Installation, session: Session, url: str
) -> None:
    assert "投进意见箱了" in visitor.sends(url).words
    (response,) = opened(house, session)
    assert response.ticks == {}


def test_an_answer_to_a_question_that_does_not_apply_is_dropped(
    visitor: Visitor, house: Installation, session: Session, url: str
) -> None:
    visitor.sends(url, errand="smooth", errand_why=["papers"], rural_land="short")
    (response,) = opened(house, session)
    assert response.ticks == {"errand": "smooth"}


def test_a_double_tap_is_kept_once(
    visitor: Visitor, house: Installation, url: str
) -> None:
    form = filled(visitor.opens(url), overall="good", more=REMARK)
    for _ in range(3):
        assert "投进意见箱了" in visitor.posts(url, **form).words
    assert house.door.box.waiting() == 1


def test_the_next_person_on_the_same_phone_is_another(
    visitor: Visitor, house: Installation, url: str
) -> None:
    form = filled(visitor.opens(url), overall="good")
    visitor.posts(url, **form)
    visitor.posts(url, **{**form, "overall": "bad"})  # with 「back」 to the same form
    visitor.sends(url, overall="good")
    assert house.door.box.waiting() == 3


def test_a_form_that_lay_open_for_too_long_is_sent_by_pressing_again(
    visitor: Visitor, house: Installation, clock: Clock, url: str
) -> None:
    form = filled(visitor.opens(url), overall="good", first=MANY[:2], more=REMARK)
    clock.goes_on(hours=25)
    page = visitor.posts(url, status=422, **form)
    assert "这一页开得太久，已经过期。您填的都还在" in page.words
    assert (page.form["overall"], page.form["first"]) == (["good"], MANY[:2])
    again = filled(page, more=page.form["more"][0].strip())
    assert "投进意见箱了" in visitor.posts(url, **again).words
    assert house.door.box.waiting() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"csrf_token": ""},
        {"csrf_token": "1.2.3.4"},
        {"csrf_token": "路灯"},
        {"revision": "0" * 64},
        {"revision": ""},
    ],
)
def test_a_form_that_is_not_ours_keeps_the_words(
    visitor: Visitor, house: Installation, url: str, wrong: dict[str, Any]
) -> None:
    form = filled(visitor.opens(url), overall="good", more="路灯坏了。")
    page = visitor.posts(url, status=422, **{**form, **wrong})
    assert page.form["overall"] == ["good"]
    assert page.form["more"][0].strip() == "路灯坏了。"
    assert house.door.box.waiting() == 0


def test_a_token_is_good_for_its_own_entrance(
    visitor: Visitor, house: Installation, cast: Cast, url: str
) -> None:
    form = filled(visitor.opens(f"/q/{cast.liutang}/survey"), overall="good")
    visitor.posts(url, status=422, **form)
    assert house.door.box.waiting() == 0


@pytest.mark.parametrize("typed", TYPED)
def test_it_is_sent_from_any_spelling_of_the_code(
    visitor: Visitor, house: Installation, look_alike: str, typed: str
) -> None:
    page = visitor.opens(f"/q/{typed}/survey")
    (action,) = [g["action"] for t, g in page.reading.tags if t == "form"]
    thanks = visitor.posts(action, **filled(page, overall="good"))
    assert "投进意见箱了" in thanks.words
    assert f"/q/{look_alike}/complaint" in thanks.links()
    assert house.door.box.waiting() == 1


def test_size_and_language_last_to_the_thanks(visitor: Visitor, url: str) -> None:
    page = visitor.opens(f"{url}?lang=en&big=1")
    (action,) = [g["action"] for t, g in page.reading.tags if t == "form"]
    thanks = visitor.posts(action, **filled(page, overall="good"))
    assert ("html", "en", "big") in [
        (t, g.get("lang"), g.get("class")) for t, g in thanks.reading.tags
    ]
    assert all(carries(thanks, "lang=en").values())
    assert all(carries(thanks, "big=1").values())


def test_starts_are_counted_and_refused_ones_are_not_again(
    visitor: Visitor, house: Installation, cast: Cast, url: str
) -> None:
    visitor.sends(url, status=422, overall="sideways")
    assert [(key[0], n) for key, n in house.counter.starts.items()] == [(cast.yunxi, 1)]


def test_what_the_address_says_goes_into_no_answer(
    visitor: Visitor, house: Installation, session: Session, url: str
) -> None:
    page = visitor.opens(f"{url}?overall=bad&more=x")
    assert "overall" not in page.form
    visitor.posts(f"{url}?overall=bad", **filled(page, errand="smooth"))
    (response,) = opened(house, session)
    assert response.ticks == {"errand": "smooth"}
