"""Writing a letter: nothing typed is lost, and the receipt is the writer's alone."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.intake.receive import LONGEST_CONTACT, LONGEST_LETTER
from portal.intake.records import Letter
from portal.rounds import Phase
from portal.web.installation import Installation
from tests.house.walk import receipt_on
from tests.makers import Cast, Clock
from tests.visitor import Page, Visitor
from tests.web.public.scenes import TYPED, filled, place_at, put_in, told_at

TEXT = "电动车占道半年了，物业三次没人管。"
CONTACT = "老王 000-1111"
OPEN = {Phase.COLLECTING, Phase.REVIEWING}


@pytest.fixture
def url(cast: Cast) -> str:
    return f"/q/{cast.yunxi}/complaint"


def words_in(page: Page) -> tuple[str, str, list[str]]:
    """The letter, the contact and the category a form holds."""
    form = page.form
    return (
        form["text"][0].removeprefix("\n"),
        form["contact"][0],
        form.get("category", []),
    )


def letters(house: Installation, session: Session) -> list[Letter]:
    house.open_letterbox(by="office", reason="test")
    session.rollback()
    return list(session.scalars(select(Letter)))


def test_the_sheet_is_blank_and_says_who_reads_it(visitor: Visitor, url: str) -> None:
    page = visitor.opens(url)
    assert words_in(page) == ("", "", [])
    for said in ("出了什么事？", "只有巡察组能拆。", "信每天 8、12、18 点开箱", "选答"):
        assert said in page.words
    assert "/away" in page.links()


@pytest.mark.parametrize("phase", [p for p in Phase if p is not Phase.PREPARING])
def test_letters_are_taken_while_the_team_can_read_them(
    visitor: Visitor,
    app: Flask,
    house: Installation,
    cast: Cast,
    url: str,
    phase: Phase,
) -> None:
    put_in(app, house, cast, phase)
    if phase in OPEN:
        assert "收好这张回执" in visitor.sends(url, text=TEXT).words
    else:
        page = visitor.opens(url, status=409)
        assert "这会儿不收了" in page.words
        assert "回到社区首页" in page.words
    assert house.door.box.waiting() == (phase in OPEN)


@pytest.mark.parametrize("empty", ["", "  ", " \n\t ", "\u200b\u200b"])
def test_an_empty_letter_is_told_in_place(
    visitor: Visitor, house: Installation, url: str, empty: str
) -> None:
    page = visitor.sends(
        url, status=422, text=empty, contact=CONTACT, category="property"
    )
    assert told_at(page, "text") == "还没有写内容。写一句话也行：什么地方，什么事。"
    assert "#text" in page.links()
    assert words_in(page)[1:] == (CONTACT, ["property"])
    assert house.door.box.waiting() == 0


def test_a_letter_one_sign_too_long_is_told_by_how_much(
    visitor: Visitor, house: Installation, url: str
) -> None:
    long = "长" * (LONGEST_LETTER + 1)
    page = visitor.sends(url, status=422, text=long, contact=CONTACT)
    assert told_at(page, "text") == "写多了 1 个字，请删短些，或分成两封信。"
    assert words_in(page) == (long, CONTACT, [])
    assert "收好这张回执" in visitor.posts(url, **filled(page, text=long[1:])).words
    assert house.door.box.waiting() == 1


def test_a_contact_too_long_is_told_in_place(visitor: Visitor, url: str) -> None:
    long = "1" * (LONGEST_CONTACT + 1)
    page = visitor.sends(url, status=422, text=TEXT, contact=long)
    assert "最多 100 个字" in told_at(page, "contact")
    assert words_in(page) == (TEXT, long, [])


def test_markup_comes_back_as_it_was_typed(visitor: Visitor, url: str) -> None:
    nasty = '</textarea><script>alert(1)</script> & "引号" <b>a<b & c>d'
    page = visitor.sends(url, status=422, text=nasty, contact="1" * 101)
    assert words_in(page)[0] == nasty
    assert "<script>alert(1)" not in page.html


def test_lines_come_back_as_lines(visitor: Visitor, url: str) -> None:
    text = "\n第一行\n\n第三行\n"
    page = visitor.sends(url, status=422, text=text, contact="1" * 101)
    assert words_in(page)[0] == text


def test_the_receipt_has_twenty_digits_in_fours(visitor: Visitor, url: str) -> None:
    page = visitor.sends(url, text=TEXT, contact=CONTACT)
    assert "收好这张回执" in page.words
    digits = receipt_on(page)
    assert len(digits) == 20
    groups = [digits[i : i + 4] for i in range(0, 20, 4)]
    assert " ".join(groups) in page.words
    for secret in (TEXT, CONTACT):
        assert secret not in page.html
    assert digits not in page.response.request.path
    assert page.response.history == ()  # no redirect that could carry it


def test_sent_twice_it_is_one_letter_with_one_receipt(
    visitor: Visitor, house: Installation, url: str
) -> None:
    form = filled(visitor.opens(url), text=TEXT, category="property")
    receipts = {receipt_on(visitor.posts(url, **form)) for _ in range(3)}
    assert len(receipts) == 1
    assert house.door.box.waiting() == 1


def test_other_words_on_the_same_form_are_another_letter(
    visitor: Visitor, house: Installation, url: str
) -> None:
    form = filled(visitor.opens(url), text=TEXT)
    other = {**form, "text": f"{TEXT}还有噪音。"}
    receipts = {receipt_on(visitor.posts(url, **sent)) for sent in (form, other)}
    assert len(receipts) == 2
    assert house.door.box.waiting() == 2


def test_the_same_words_of_two_people_are_two_letters(
    visitor: Visitor, house: Installation, url: str
) -> None:
    receipts = {receipt_on(visitor.sends(url, text=TEXT)) for _ in range(2)}
    assert len(receipts) == 2
    assert house.door.box.waiting() == 2


def test_an_old_form_is_sent_by_pressing_again_and_is_still_the_same_letter(
    visitor: Visitor, house: Installation, clock: Clock, url: str
) -> None:
    form = filled(visitor.opens(url), text=TEXT, category="land")
    first = receipt_on(visitor.posts(url, **form))
    clock.goes_on(hours=30)
    page = visitor.posts(url, status=422, **form)
    assert "已经过期。您填的都还在" in page.words
    assert words_in(page) == (TEXT, "", ["land"])
    again = visitor.posts(url, **filled(page, text=TEXT))
    assert receipt_on(again) == first
    assert house.door.box.waiting() == 1


def test_a_form_from_tomorrow_is_none_of_ours(
    visitor: Visitor, house: Installation, clock: Clock, url: str
) -> None:
    form = filled(visitor.opens(url), text=TEXT)
    clock.goes_on(hours=-2)
    visitor.posts(url, status=422, **form)
    assert house.door.box.waiting() == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_another_site_sends_nothing(
    visitor: Visitor, house: Installation, url: str, headers: dict[str, str]
) -> None:
    form: dict[str, Any] = filled(visitor.opens(url), text=TEXT)
    answer = visitor.client.post(url, data=form, headers=headers)
    assert answer.status_code == 403
    assert "这次提交不是从本站页面发出的" in answer.text
    assert TEXT in answer.text
    assert house.door.box.waiting() == 0


def test_a_phone_that_sends_no_origin_is_believed_by_its_token(
    visitor: Visitor, house: Installation, url: str
) -> None:
    form: dict[str, Any] = filled(visitor.opens(url), text=TEXT)
    assert visitor.client.post(url, data=form).status_code == 200
    assert house.door.box.waiting() == 1


def test_a_letter_knows_its_community_and_its_category(
    visitor: Visitor, house: Installation, cast: Cast, session: Session
) -> None:
    visitor.sends(f"/q/{cast.liutang}/complaint", text=TEXT, category="land")
    (letter,) = letters(house, session)
    assert letter.category == "land"
    assert letter.place_id == place_at(house, cast.liutang).id


def test_no_category_or_an_unknown_one_is_something_else(
    visitor: Visitor, house: Installation, session: Session, url: str
) -> None:
    visitor.sends(url, text=TEXT)
    visitor.sends(url, text=f"{TEXT}！", category="nonsense")
    found = letters(house, session)
    assert [letter.category for letter in found] == ["other", "other"]


@pytest.mark.parametrize("typed", TYPED)
def test_it_is_sent_from_any_spelling_of_the_code(
    visitor: Visitor, house: Installation, look_alike: str, typed: str
) -> None:
    page = visitor.opens(f"/q/{typed}/complaint")
    (action,) = [g["action"] for t, g in page.reading.tags if t == "form"]
    receipt = visitor.posts(action, **filled(page, text=TEXT))
    assert f"/q/{look_alike}" in receipt.links()
    assert house.door.box.waiting() == 1


def test_a_body_over_the_limit_is_told_so(
    visitor: Visitor, house: Installation, url: str
) -> None:
    form = filled(visitor.opens(url), text="长" * 200_000)
    page = visitor.posts(url, status=413, **form)
    assert "一次发的内容太大" in page.words
    assert house.door.box.waiting() == 0


def test_it_is_written_in_large_english(visitor: Visitor, url: str) -> None:
    page = visitor.opens(f"{url}?lang=en&big=1")
    (action,) = [g["action"] for t, g in page.reading.tags if t == "form"]
    refused = visitor.posts(action, status=422, **filled(page, contact=CONTACT))
    assert words_in(refused)[1] == CONTACT
    receipt = visitor.posts(action, **filled(refused, text=TEXT))
    for shown in (page, refused, receipt):
        assert ("html", "en", "big") in [
            (t, g.get("lang"), g.get("class")) for t, g in shown.reading.tags
        ]
    assert "/receipt?big=1&lang=en" in receipt.links()
