"""开放评价 on a phone: no slip, a look, thanks; what was typed stays; a result apart."""

import gzip
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal import vote
from portal.entrances.codes import Code, rotate
from portal.intake.budget import Flag
from portal.intake.puzzle import WAIT
from portal.kernel.sealing import KeyPair
from portal.rounds import Phase
from portal.vote import DEFAULT_TERMS, Election, RatingBox, Signatory
from portal.vote.key import peel, unwrapped
from portal.web.installation import Installation
from portal.web.public.arrivals import FASTEST
from portal.web.puzzles import STATUS
from tests.house.test_promise_5_pages import WINDOW, needs_script, requests_of
from tests.house.test_promise_9_figures import loose
from tests.makers import Cast, Clock, in_phase, open_polls
from tests.stages.test_vote_open import STEPS, Square
from tests.visitor import Page, Visitor
from tests.web.public.scenes import YUNXI, filled, put_in
from tests.web.public.test_limits import crowd, total

SCORES: dict[str, Any] = {
    d.id: said
    for d, said in zip(
        DEFAULT_TERMS.dimensions,
        ("satisfied", "mostly", "fair", "dissatisfied", "unknown", "satisfied"),
        strict=True,
    )
}


@pytest.fixture
def url(house: Installation, cast: Cast) -> str:
    in_phase(house, cast.round_id, Phase.VOTING)
    open_polls(house, cast)
    return f"/q/{cast.yunxi}/vote"


def rates(visitor: Visitor, url: str, **scores: str) -> Page:
    """Fill in, look, send."""
    check = visitor.sends(url, **{**SCORES, **scores})
    return visitor.posts(url, **filled(check, step="rate"))


def turnout(house: Installation) -> int:
    return sum(house.ratings.turnout(1).values())


def election_of(house: Installation, cast: Cast) -> Election:
    with house.sessions() as session:
        found = vote.find_election(session, cast.round_id)
    assert found is not None
    return found


def test_nothing_is_chosen_no_slip_is_asked_for_and_it_says_what_it_is(
    visitor: Visitor, url: str
) -> None:
    page = visitor.opens(url)
    assert not set(SCORES) & set(page.form)
    assert not {"s1", "s2", "s3", "s4"} & set(page.form)
    assert "开放评价" in page.words
    assert "不能代表全体居民" in page.words
    assert "一户一票" not in page.words


def test_a_look_then_thanks(visitor: Visitor, house: Installation, url: str) -> None:
    check = visitor.sends(url, **SCORES)
    assert "这样评，对吗？" in check.words
    assert "整改措施 基本满意" in check.words
    assert turnout(house) == 0
    done = visitor.posts(url, **filled(check, step="rate"))
    assert "评好了，谢谢您" in done.words
    assert "核对码" not in done.words
    assert turnout(house) == 1


def test_going_back_keeps_what_was_chosen(visitor: Visitor, url: str) -> None:
    check = visitor.sends(url, **SCORES)
    form = visitor.posts(url, **filled(check, step="edit")).form
    assert {name: form[name] for name in SCORES} == {n: [v] for n, v in SCORES.items()}


def test_a_double_tap_and_an_earlier_look_sent_again_are_one_rating(
    visitor: Visitor, house: Installation, url: str
) -> None:
    form = filled(visitor.opens(url), **SCORES)
    looks = [visitor.posts(url, **form) for _ in range(2)]
    for look in (*looks, looks[0]):
        assert "评好了" in visitor.posts(url, **filled(look, step="rate")).words
    assert turnout(house) == 1


def test_a_missing_score_is_named_and_the_rest_stays(
    visitor: Visitor, house: Installation, url: str
) -> None:
    for step in ("check", "rate"):
        sent = {**SCORES, "effect": "splendid", "step": step}
        page = visitor.sends(url, status=422, **sent)
        assert "还有没选的：预期效果" in page.words
        assert "#effect" in page.links()
        assert page.form["measures"] == ["mostly"]
        assert "effect" not in page.form
    assert turnout(house) == 0


def test_a_form_that_lay_open_too_long_is_sent_once_more(
    visitor: Visitor, house: Installation, clock: Clock, url: str
) -> None:
    check = visitor.sends(url, **SCORES)
    clock.goes_on(hours=30)
    late = visitor.posts(url, status=422, **filled(check, step="rate"))
    assert "已经过期" in late.words
    assert late.form["measures"] == ["mostly"]
    look = visitor.posts(url, **late.form)
    assert "评好了" in visitor.posts(url, **filled(look, step="rate")).words
    assert turnout(house) == 1


def test_it_is_open_while_the_round_votes(
    visitor: Visitor, app: Flask, house: Installation, cast: Cast, url: str
) -> None:
    for phase, said in (
        (Phase.DISCLOSING, "投票还没有开始"),
        (Phase.PUBLISHED, "投票已经结束"),
    ):
        put_in(app, house, cast, phase)
        assert said in visitor.opens(url, status=409).words


def test_there_is_no_address_for_a_slip(visitor: Visitor, url: str) -> None:
    visitor.opens(f"/vote/2026-1/{YUNXI}", status=404)


def test_the_hub_asks_for_no_slip(visitor: Visitor, cast: Cast, url: str) -> None:
    page = visitor.opens(f"/q/{cast.yunxi}")
    assert "谁都可以评，不署名，不用票" in page.words
    assert "用发到您家的那张票" not in page.words


def flags_in(house: Installation, cast: Cast) -> list[frozenset[Flag]]:
    """What is sealed inside; the two closers' keys together open it."""
    election = election_of(house, cast)
    first, second = (
        Signatory(player.staff_id, player.username, player.pair)
        for player in (cast.chief, cast.office)
    )
    peel(house.keystore, election, first)
    election.first_id = first.staff_id
    vote_key: KeyPair = unwrapped(house.keystore, election, second)
    box = RatingBox(house.ballots.file)
    (place_id,) = box.turnout(election.id)
    opened = box.opened(election, place_id, vote=vote_key)
    return [rating.flags for rating in opened if rating]


def test_what_looks_odd_is_kept_and_flagged(
    visitor: Visitor, house: Installation, cast: Cast, clock: Clock, url: str
) -> None:
    rates(visitor, url)  # within no time
    form = filled(visitor.opens(url), **SCORES)
    clock.goes_on(seconds=FASTEST + 4)
    look = visitor.posts(url, **form)
    visitor.posts(url, **filled(look, step="rate"))
    trapped = filled(visitor.opens(url), homepage="spam", **SCORES)
    clock.goes_on(seconds=FASTEST + 4)
    look = visitor.posts(url, **trapped)
    assert look.form["homepage"] == ["spam"]
    visitor.posts(url, **filled(look, step="rate"))
    rotate_code(house, cast.yunxi)
    old = filled(visitor.opens(url), **SCORES)
    clock.goes_on(seconds=FASTEST + 4)
    look = visitor.posts(url, **old)
    visitor.posts(url, **filled(look, step="rate"))
    odd = [[], [Flag.HONEYPOT], [Flag.OLD_CODE], [Flag.SPEED]]
    assert sorted(map(sorted, flags_in(house, cast))) == odd


def rotate_code(house: Installation, typed: str) -> None:
    """The poster gets a new code; the old one goes on."""
    with house.sessions() as session, session.begin():
        code = session.scalars(select(Code).filter_by(code=typed)).one()
        rotate(session, code, today=house.today())


def test_over_budget_a_sum_is_asked_and_everything_is_kept(
    visitor: Visitor,
    app: Flask,
    house: Installation,
    cast: Cast,
    clock: Clock,
    url: str,
) -> None:
    crowd(app, house)
    form = filled(visitor.opens(url), **SCORES)
    clock.goes_on(minutes=1)
    look = filled(visitor.posts(url, **form), step="rate")
    asked = visitor.posts(url, status=STATUS, **look)
    assert {name: asked.form[name] for name in SCORES} == {
        name: [value] for name, value in SCORES.items()
    }
    assert turnout(house) == 0
    clock.goes_on(seconds=WAIT)
    answer = {**asked.form, "total": total(asked)}
    for _ in range(2):
        assert "评好了" in visitor.posts(url, **answer).words
    assert turnout(house) == 1
    assert flags_in(house, cast) == [frozenset({Flag.BURST, Flag.OVER_BUDGET})]


def test_every_page_is_whole_in_one_window_and_needs_no_script(
    visitor: Visitor, url: str
) -> None:
    wrong = visitor.sends(url, status=422, step="check")
    for page in (visitor.opens(url), visitor.sends(url, **SCORES), wrong):
        assert needs_script(page) == []
        assert len(requests_of(page)) <= 2
        packed = len(gzip.compress(page.response.get_data(), 6))
        assert packed + len(str(page.response.headers)) <= WINDOW
        assert "Set-Cookie" not in page.response.headers


# Results


@pytest.fixture
def square(house: Installation, cast: Cast, url: str) -> Any:
    with house.sessions() as session:
        yield Square(house, cast, session)


def published(square: Square) -> None:
    square.close()
    in_phase(square.house, square.cast.round_id, Phase.PUBLISHED)


def test_the_result_is_labelled_apart_and_has_no_score(
    visitor: Visitor, square: Square
) -> None:
    square.rate_all(dict.fromkeys(STEPS, 6))
    square.rate_all({**dict.fromkeys(STEPS, 5), "satisfied": 25}, Flag.BURST)
    published(square)
    index = visitor.opens("/results")
    assert "开放评价：只看选了什么，不算平均分" in index.words
    page = visitor.opens("/results/1")
    assert "云溪社区 收到 75 份" in page.words
    assert "柳塘村 收到 0 份" in page.words
    place = visitor.opens(f"/results/1/{YUNXI}")
    for words in (
        "收回 75 份 开放评价：谁都可以填，不代表全体居民",
        "不算来路存疑的",
        "收回 30 份 开放评价",
        "去掉来路存疑的 45 份，动得最多的是「满意」：从 41.3% 变成 20.0%。",
        "来路存疑的有 45 份",
    ):
        assert words in place.words
    for shown in (index, page, place):
        assert loose(shown.html) == []


def test_few_ratings_are_only_counted(visitor: Visitor, square: Square) -> None:
    square.rate_all({"satisfied": 9})
    published(square)
    place = visitor.opens(f"/results/1/{YUNXI}")
    assert "收回 9 份，不足 10 份，不单独公布。" in place.words
    assert "%" not in place.words


def test_there_is_nothing_to_recount_and_nothing_to_post(
    visitor: Visitor, square: Square
) -> None:
    square.rate_all({"satisfied": 12})
    published(square)
    for under in ("all.zip", "notice", f"{YUNXI}/notice", "files/closing.json"):
        visitor.opens(f"/results/1/{under}", status=404)
    visitor.opens("/results/1/999001009999", status=404)


def test_the_hub_leads_to_the_result(
    visitor: Visitor, app: Flask, square: Square
) -> None:
    square.rate_all({"satisfied": 12})
    published(square)
    app.extensions.get("kept_pages", {}).clear()
    page = visitor.opens(f"/q/{square.cast.yunxi}")
    assert f"/results/1/{YUNXI}" in page.links()
    assert "您可以自己数一遍" not in page.words
