"""What a scanned code opens: the right doors in each phase, however it was typed."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.entrances import DayCount
from portal.rounds import Phase
from portal.web.installation import Installation
from tests.makers import TODAY, Cast, Clock
from tests.visitor import Page, Visitor
from tests.web.public.scenes import (
    FROM_WECHAT,
    TYPED,
    YUNXI,
    carries,
    put_in,
    withdraw,
)

READING = ("disclosures",)
AFTER_THE_VOTE = ("results", "disclosures")
DOORS = {
    Phase.ANNOUNCED: (),
    Phase.COLLECTING: ("survey", "complaint"),
    Phase.REVIEWING: ("complaint",),
    Phase.RECTIFYING: (),
    Phase.DISCLOSING: READING,
    Phase.VOTING: ("vote", *READING),
    Phase.PUBLISHED: AFTER_THE_VOTE,
    Phase.REVISITING: AFTER_THE_VOTE,
    Phase.ARCHIVED: AFTER_THE_VOTE,
}


def doors(page: Page, cast: Cast) -> tuple[str, ...]:
    """The doors of a hub, in their order."""
    known = {
        f"/q/{cast.yunxi}/survey": "survey",
        f"/q/{cast.yunxi}/complaint": "complaint",
        f"/q/{cast.yunxi}/vote": "vote",
        f"/disclosures/{cast.round_id}/{YUNXI}": "disclosures",
        f"/results/{cast.round_id}/{YUNXI}": "results",
    }
    return tuple(known[link] for link in page.links() if link in known)


@pytest.mark.parametrize("phase", DOORS)
def test_a_phase_has_its_doors_and_no_others(
    visitor: Visitor, app: Flask, house: Installation, cast: Cast, phase: Phase
) -> None:
    put_in(app, house, cast, phase)
    page = visitor.opens(f"/q/{cast.yunxi}")
    assert doors(page, cast) == DOORS[phase]
    assert ("现在还不用填什么" in page.words) == (not DOORS[phase])
    assert ("征集到 4 月 1 日" in page.words) == (phase is Phase.COLLECTING)


def test_a_round_in_preparation_has_no_entrance_yet(
    visitor: Visitor, app: Flask, house: Installation, cast: Cast
) -> None:
    put_in(app, house, cast, Phase.PREPARING)
    page = visitor.opens(f"/q/{cast.yunxi}", status=404)
    assert "没有这个码" in page.words
    assert "云溪" not in page.words


def test_everybody_is_greeted_at_their_own_community(
    visitor: Visitor, cast: Cast
) -> None:
    for code, name in (
        (cast.yunxi, "云溪社区"),
        (cast.liutang, "柳塘村"),
        (cast.changdong, "厂东社区"),
    ):
        assert f"{name}的邻居，您好" in visitor.opens(f"/q/{code}").words


def test_who_inspects_the_hotline_and_the_promise_are_on_it(
    visitor: Visitor, cast: Cast
) -> None:
    page = visitor.opens(f"/q/{cast.yunxi}")
    for said in ("示例区委巡察组", "打 000-0000-0000", "不用登录，不留手机号。"):
        assert said in page.words
    links = page.links()
    notice = f"/notices/{cast.round_id}?place=999001001001"
    assert {"/privacy", "/receipt", notice} <= set(links)


@pytest.mark.parametrize("typed", TYPED)
def test_a_code_is_understood_however_it_is_typed(
    visitor: Visitor, house: Installation, look_alike: str, typed: str
) -> None:
    page = visitor.opens(f"/q/{typed}")
    assert "云溪社区的邻居，您好" in page.words
    assert f"/q/{look_alike}/survey" in page.links()
    assert house.counter.opens == {(look_alike, TODAY): 1}


def test_a_shouted_address_opens_too(visitor: Visitor, look_alike: str) -> None:
    assert "云溪社区的邻居，您好" in visitor.opens(f"/Q/{look_alike}").words


@pytest.mark.parametrize("typed", ["NOSUCH00", "1", "。", "路灯", "0" * 300])
def test_a_wrong_code_is_told_as_such(
    visitor: Visitor, house: Installation, typed: str
) -> None:
    page = visitor.opens(f"/q/{typed}", status=404)
    assert "没有这个码。请对照海报再输一遍" in page.words
    assert house.counter.opens == {}


def test_a_code_cut_short_is_no_code(visitor: Visitor, cast: Cast) -> None:
    visitor.opens(f"/q/{cast.yunxi[:7]}", status=404)


def test_a_withdrawn_code_says_where_to_find_another(
    visitor: Visitor, house: Installation, cast: Cast
) -> None:
    withdraw(house, cast.yunxi)
    for path in ("", "/survey", "/complaint"):
        page = visitor.opens(f"/q/{cast.yunxi}{path}", status=404)
        assert "这张海报上的码已经停用" in page.words


def test_what_wechat_appends_changes_nothing(visitor: Visitor, cast: Cast) -> None:
    plain = visitor.opens(f"/q/{cast.yunxi}")
    passed_on = visitor.opens(f"/q/{cast.yunxi}{FROM_WECHAT}")
    assert passed_on.html == plain.html


def test_markup_in_the_address_stays_in_the_address(
    visitor: Visitor, cast: Cast
) -> None:
    page = visitor.opens(f'/q/{cast.yunxi}%22%3E%3Cb%3E?big="><b>')
    assert '"><b>' not in page.html
    assert "<b>?" not in page.html


def test_size_and_language_travel_along(visitor: Visitor, cast: Cast) -> None:
    page = visitor.opens(f"/q/{cast.yunxi}?lang=en&big=1")
    assert "Fill in the survey" in page.words
    assert ("html", "big") in [(t, g.get("class")) for t, g in page.reading.tags]
    missing = [link for link, has in carries(page, "big=1").items() if not has]
    assert missing == [f"/q/{cast.yunxi}?lang=en"]  # the way back to the usual size
    missing = [link for link, has in carries(page, "lang=").items() if not has]
    assert missing == []


def test_openings_are_counted_by_day_once_the_box_is_opened(
    visitor: Visitor, house: Installation, cast: Cast, session: Session
) -> None:
    for _ in range(3):
        visitor.opens(f"/q/{cast.yunxi}")
    visitor.opens(f"/q/{cast.yunxi}/survey")
    visitor.opens(f"/q/{cast.yunxi}/complaint")
    assert session.scalars(select(DayCount)).all() == []
    session.rollback()
    house.open_letterbox(by="office", reason="test")
    row = session.scalars(select(DayCount)).one()
    assert (row.code, row.day, row.opens, row.starts) == (cast.yunxi, TODAY, 3, 2)


def test_a_look_at_the_headers_is_no_opening(
    visitor: Visitor, house: Installation, cast: Cast
) -> None:
    for path in ("", "/survey", "/complaint"):
        answer = visitor.client.head(f"/q/{cast.yunxi}{path}")
        assert (answer.status_code, answer.data) == (200, b"")
    assert house.counter.opens == house.counter.starts == {}


def test_guesses_of_codes_are_slowed_and_a_neighbour_only_waits(
    visitor: Visitor, clock: Clock, cast: Cast
) -> None:
    for number in range(21):
        visitor.opens(f"/q/NOSUCH{number:02d}", status=404)
    visitor.opens("/q/NOSUCHQR", status=429)
    page = visitor.opens(f"/q/{cast.liutang}", status=429)
    assert page.response.headers["Retry-After"] == "5"
    (link,) = [link for link in page.links() if "waited=" in link]
    visitor.opens(link, status=429)
    clock.goes_on(seconds=6)
    assert "柳塘村的邻居" in visitor.opens(link).words
    visitor.opens(link.replace(cast.liutang, "NOSUCHQR"), status=429)
    clock.goes_on(minutes=1)
    visitor.opens(f"/q/{cast.changdong}")


def test_whoever_has_a_form_open_does_not_guess(visitor: Visitor, cast: Cast) -> None:
    where = f"/q/{cast.yunxi}/complaint"
    filled = {
        "text": "路灯坏了。",
        "csrf_token": visitor.opens(where).form["csrf_token"],
    }
    for number in range(22):
        visitor.client.get(f"/q/NOSUCH{number:02d}")
    assert visitor.client.post(where, data=filled).status_code == 200


def test_a_letter_sent_too_late_is_not_lost_among_guesses(
    visitor: Visitor, clock: Clock, cast: Cast
) -> None:
    where = f"/q/{cast.yunxi}/complaint"
    filled = {
        "text": "路灯坏了。",
        "csrf_token": visitor.opens(where).form["csrf_token"],
    }
    clock.goes_on(hours=30)
    for number in range(22):
        visitor.client.get(f"/q/NOSUCH{number:02d}")
    answer = visitor.client.post(where, data=filled)
    assert answer.status_code == 422
    assert "路灯坏了。" in answer.text


@pytest.mark.parametrize("waited", ["1.é", "9" * 5000 + ".x", "x.y", "."])
def test_a_made_up_wait_is_no_crash(visitor: Visitor, cast: Cast, waited: str) -> None:
    for number in range(22):
        visitor.client.get(f"/q/NOSUCH{number:02d}")
    made_up = {"waited": waited}
    answer = visitor.client.get(f"/q/{cast.yunxi}", query_string=made_up)
    assert answer.status_code == 429
