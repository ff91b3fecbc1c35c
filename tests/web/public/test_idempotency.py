"""The same submission sent twice is kept once, and shows the same receipt."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.intake.puzzle import WAIT
from portal.intake.records import Letter, Response
from portal.web.installation import Installation
from tests.makers import Cast, Clock
from tests.visitor import Page, Visitor

WORDS = "电动车占道半年了。"
Form = dict[str, Any]


def receipt_on(page: Page) -> str:
    code = page.html.split("<code>")[1].split("</code>")[0]
    return re.sub(r"\D", "", re.sub("<.*?>", "", code))


def kept(house: Installation) -> int:
    """Letters and answers, in the box and out of it."""
    house.open_letterbox(by="office", reason="测试")
    with house.sessions() as session:
        tables = (Letter, Response)
        return sum(
            session.scalar(select(func.count()).select_from(table)) or 0
            for table in tables
        )


@pytest.fixture
def url(cast: Cast) -> str:
    return f"/q/{cast.yunxi}/complaint"


@pytest.fixture
def send(visitor: Visitor, url: str) -> Callable[..., str]:
    """Send a form with words in it; gives the receipt."""

    def send(form: Form, text: str = WORDS) -> str:
        return receipt_on(visitor.posts(url, **{**form, "text": [text]}))

    return send


def test_a_double_tap_keeps_one_letter(
    visitor: Visitor, house: Installation, url: str, send: Callable[..., str]
) -> None:
    form = visitor.opens(url).form
    assert send(form) == send(form)
    assert kept(house) == 1


def test_reloading_the_receipt_keeps_one_letter_also_after_the_opening(
    visitor: Visitor, house: Installation, url: str, send: Callable[..., str]
) -> None:
    form = visitor.opens(url).form
    receipt = send(form)
    assert kept(house) == 1
    assert send(form) == receipt
    assert kept(house) == 1


def test_the_back_button_and_the_same_words_keep_one_letter_other_words_two(
    visitor: Visitor, house: Installation, url: str, send: Callable[..., str]
) -> None:
    form = visitor.opens(url).form  # what the browser shows again on going back
    first = send(form)
    assert send(form, "另一件事：路灯不亮。") != first
    assert send(form) == first
    assert kept(house) == 2


def test_two_tabs_with_different_words_are_two_letters(
    visitor: Visitor, house: Installation, url: str, send: Callable[..., str]
) -> None:
    one, other = visitor.opens(url).form, visitor.opens(url).form
    assert one["csrf_token"] != other["csrf_token"]
    receipts = {
        send(one),
        send(other, "路灯不亮。"),
        send(one),
        send(other, "路灯不亮。"),
    }
    assert len(receipts) == 2
    assert kept(house) == 2


def test_a_duplicated_tab_is_the_same_letter(
    visitor: Visitor, house: Installation, url: str, send: Callable[..., str]
) -> None:
    form = visitor.opens(url).form
    duplicate: Form = {name: list(values) for name, values in form.items()}
    assert send(form) == send(duplicate)
    assert kept(house) == 1


def test_the_next_person_on_a_shared_phone_gets_their_own_receipt(
    visitor: Visitor, house: Installation, url: str, send: Callable[..., str]
) -> None:
    form = visitor.opens(url).form
    assert send(form, "我家漏水。") != send(form, "他家噪音。")
    assert kept(house) == 2


def test_a_timeout_after_commit_is_answered_at_the_retry(
    visitor: Visitor, house: Installation, url: str
) -> None:
    """The first answer never came; line ends differ from one browser to the next."""
    form = visitor.opens(url).form
    visitor.client.post(url, data={**form, "text": "一\r\n二"})
    assert house.door.box.waiting() == 1
    page = visitor.posts(url, **{**form, "text": "一\n二"})
    assert "回执码" in page.words
    assert kept(house) == 1


def test_a_retry_the_next_day_after_an_opening_is_the_same_letter(
    visitor: Visitor,
    house: Installation,
    url: str,
    send: Callable[..., str],
    clock: Clock,
) -> None:
    form = visitor.opens(url).form
    receipt = send(form)
    assert kept(house) == 1
    clock.goes_on(hours=23)
    assert send(form) == receipt
    assert kept(house) == 1


@pytest.mark.parametrize("hours", [26, 49, 71])
def test_a_form_too_old_is_shown_again_and_is_still_the_same_letter(
    visitor: Visitor, house: Installation, url: str, clock: Clock, hours: float
) -> None:
    form = {**visitor.opens(url).form, "text": [WORDS]}
    receipt = receipt_on(visitor.posts(url, **form))
    for _ in range(3):
        clock.goes_on(hours=hours / 3)
        assert kept(house) == 1
    again = visitor.posts(url, status=422, **form)
    assert "已经过期" in again.words
    assert again.form["text"] == [f"\n{WORDS}"]
    assert receipt_on(visitor.posts(url, **{**again.form, "text": WORDS})) == receipt
    assert kept(house) == 1


def test_a_form_of_last_week_gets_a_new_nonce(
    visitor: Visitor, house: Installation, url: str, clock: Clock
) -> None:
    """The letterbox has forgotten by then what fell into it."""
    form = {**visitor.opens(url).form, "text": [WORDS]}
    clock.goes_on(hours=24 * 7)
    again = visitor.posts(url, status=422, **form)
    assert nonce(form) != nonce(again.form)


def nonce(form: Form) -> str:
    return str(form["csrf_token"][0]).split(".")[2]


def test_answers_sent_twice_are_kept_once_also_the_next_day(
    visitor: Visitor, house: Installation, cast: Cast, clock: Clock
) -> None:
    url = f"/q/{cast.yunxi}/survey"
    form = {**visitor.opens(url).form, "overall": ["good"]}
    for hours in (0, 0, 20, 9):  # the last one is told that the form is too old
        clock.goes_on(hours=hours)
        page = visitor.posts(url, status=422 if hours == 9 else 200, **form)
        assert kept(house) == 1
    page = visitor.posts(url, **{**page.form, "overall": ["good"]})
    assert "投进意见箱了" in page.words
    assert kept(house) == 1


def test_a_puzzle_between_changes_neither_letter_nor_receipt(
    visitor: Visitor, house: Installation, url: str, clock: Clock
) -> None:
    """Sent before the crowd came and again in it: answered without a question."""
    form = {**visitor.opens(url).form, "text": [WORDS]}
    receipt = receipt_on(visitor.posts(url, **form))
    clock.goes_on(seconds=WAIT)
    assert receipt_on(visitor.posts(url, **form)) == receipt
    assert kept(house) == 1


# The token


def test_a_token_is_good_for_its_entrance_and_revision_only(
    visitor: Visitor, house: Installation, cast: Cast
) -> None:
    here, there = (f"/q/{code}/survey" for code in (cast.yunxi, cast.liutang))
    form = {**visitor.opens(here).form, "overall": ["good"]}
    assert "已经过期" in visitor.posts(there, status=422, **form).words
    assert (
        "已经过期" in visitor.posts(here, status=422, **{**form, "revision": "r"}).words
    )
    letter = f"/q/{cast.yunxi}/complaint"
    assert (
        "已经过期" in visitor.posts(letter, status=422, **{**form, "text": WORDS}).words
    )
    assert house.door.box.waiting() == 0
    visitor.posts(f"/Q/{cast.yunxi}/survey", **form)  # a poster's code in capitals
    assert house.door.box.waiting() == 1


@pytest.mark.parametrize("part", range(4))
def test_a_token_changed_anywhere_is_no_token(
    visitor: Visitor, house: Installation, url: str, part: int
) -> None:
    form = visitor.opens(url).form
    parts = form["csrf_token"][0].split(".")
    parts[part] = ("1" if parts[part][0] != "1" else "2") + parts[part][1:]
    visitor.posts(
        url, status=422, **{**form, "csrf_token": ".".join(parts), "text": WORDS}
    )
    assert house.door.box.waiting() == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://localhost"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 403),
    ],
)
def test_another_sites_form_is_refused_and_missing_headers_are_not(
    visitor: Visitor, url: str, headers: dict[str, str], status: int
) -> None:
    form = {**visitor.opens(url).form, "text": WORDS}
    answer = visitor.client.post(url, data=form, headers=headers)
    assert answer.status_code == status
    assert WORDS in answer.get_data(as_text=True) or status == 200
