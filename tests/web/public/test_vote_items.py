"""「这一项改好了吗」: asked after the scores, answered or passed over, told apart."""

import gzip
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal import vote
from portal.disclosure import Disclosure
from portal.rounds import Phase
from portal.vote import DEFAULT_TERMS, Slip
from portal.vote.items import LONGEST, MOST
from portal.web.installation import Installation
from tests.house.test_promise_5_pages import WINDOW
from tests.house.walk import parts_of
from tests.makers import Cast, in_phase, make_disclosure, make_result, make_vote
from tests.visitor import Page, Visitor
from tests.web.public.scenes import YUNXI, filled

SCORES = {d.id: "satisfied" for d in DEFAULT_TERMS.dimensions}
PROBLEMS = ("路灯坏了 20% 没人修", "<b>账</b>半年没公布")


def tell(house: Installation, cast: Cast, *problems: str) -> None:
    """So many findings of 云溪 are disclosed."""
    for problem in problems:
        row = make_disclosure(house, cast, cast.yunxi)
        with house.sessions() as session, session.begin():
            session.get_one(Disclosure, row.id).problem = problem


@pytest.fixture
def slips(house: Installation, cast: Cast) -> list[Slip]:
    """Of an open vote that asks about two findings."""
    tell(house, cast, *PROBLEMS)
    in_phase(house, cast.round_id, Phase.VOTING)
    return make_vote(house, cast, slips=14, asks_items=True)


@pytest.fixture
def url(cast: Cast) -> str:
    return f"/q/{cast.yunxi}/vote"


def asked(house: Installation, cast: Cast) -> list[str]:
    with house.sessions() as session:
        election = vote.find_election(session, cast.round_id)
        assert election
        return [item.id for item in election.items[YUNXI]]


def checks(visitor: Visitor, url: str, slip: Slip, **answers: str) -> Page:
    sent: dict[str, Any] = {**parts_of(slip.secret), **SCORES, **answers}
    return visitor.sends(url, **sent)


def casts(visitor: Visitor, url: str, slip: Slip, **answers: str) -> Page:
    check = checks(visitor, url, slip, **answers)
    return visitor.posts(url, **filled(check, step="cast"))


def test_findings_are_asked_after_the_scores_and_none_need_be_answered(
    visitor: Visitor, slips: list[Slip], url: str, house: Installation, cast: Cast
) -> None:
    page = visitor.opens(url)
    told = page.words[page.words.index("长效机制") :]
    assert "公示的这几项，改好了吗？ 选答" in told
    for problem in PROBLEMS:
        assert f"{problem} 改好了 改了一些 没改 不清楚 跳过" in told
    assert not set(asked(house, cast)) & set(page.form)
    check = checks(visitor, url, slips[0])
    assert f"{PROBLEMS[0]} 跳过" in check.words
    done = visitor.posts(url, **filled(check, step="cast"))
    assert "核对码票上没有印" not in done.words


def test_the_receipt_gives_the_codes_of_what_was_answered(
    visitor: Visitor, slips: list[Slip], url: str, house: Installation, cast: Cast
) -> None:
    first, second = asked(house, cast)
    done = casts(visitor, url, slips[0], **{first: "pass", second: "unfixed"})
    assert "公示的这几项，核对码票上没有印。想以后查，请抄在票上。" in done.words
    codes = re.findall(r"<code>(\w{8})</code>", done.html)
    assert codes[:6] == list(slips[0].check_codes.values())
    assert len(codes) == 7
    assert f"{PROBLEMS[1]} {codes[6]}" in done.words


def test_what_was_answered_stays_where_a_score_is_missing(
    visitor: Visitor, slips: list[Slip], url: str, house: Installation, cast: Cast
) -> None:
    first, second = asked(house, cast)
    sent: dict[str, Any] = {**parts_of(slips[0].secret), **SCORES, first: "partly"}
    page = visitor.sends(url, status=422, **{**sent, "effect": ""})
    assert page.form[first] == ["partly"]
    assert second not in page.form


def test_cadres_and_elections_that_do_not_ask_show_no_such_question(
    visitor: Visitor, house: Installation, cast: Cast, url: str
) -> None:
    tell(house, cast, *PROBLEMS)
    in_phase(house, cast.round_id, Phase.VOTING)
    make_vote(house, cast)
    assert "改好了吗" not in visitor.opens(url).words


def test_a_page_that_asks_as_much_as_may_be_asked_is_still_light(
    visitor: Visitor, house: Installation, cast: Cast, url: str
) -> None:
    """Every text another: compression shall not flatter."""
    signs = [chr(0x4E00 + i * 7 % 2500) for i in range(MOST * LONGEST)]
    tell(house, cast, *("".join(signs[i::MOST]) for i in range(MOST)))
    in_phase(house, cast.round_id, Phase.VOTING)
    slips = make_vote(house, cast, asks_items=True)
    answers = dict.fromkeys(asked(house, cast), "unclear")
    assert len(answers) == MOST
    check = checks(visitor, url, slips[0], **answers)
    done = visitor.posts(url, **filled(check, step="cast"))
    for page in (visitor.opens(url), check, done):
        assert len(gzip.compress(page.html.encode())) < WINDOW


def hold(
    app: Flask, house: Installation, cast: Cast, slips: list[Slip], answered: int
) -> None:
    """Twelve vote, so many of them answer; closed and published."""
    first, _ = asked(house, cast)
    url = f"/q/{cast.yunxi}/vote"
    for number, slip in enumerate(slips[:12]):
        told = (
            {first: "fixed" if number % 2 else "unfixed"} if number < answered else {}
        )
        casts(Visitor(app), url, slip, **told)
    make_result(house, cast)
    in_phase(house, cast.round_id, Phase.PUBLISHED)


def test_the_result_shows_each_finding_with_all_that_is_needed_to_judge_it(
    app: Flask,
    visitor: Visitor,
    slips: list[Slip],
    house: Installation,
    cast: Cast,
) -> None:
    hold(app, house, cast, slips, answered=11)
    name = asked(house, cast)[0]
    page = visitor.opens(f"/results/{cast.round_id}/{YUNXI}")
    assert f"{PROBLEMS[0]} 45.5 分" in page.words
    assert "居民测评：问「这一项改好了吗」" in page.words
    assert "收回 11 份 · 发出 14 份（78.6%）" in page.words
    assert "收回 0 份，不足 10 份，不单独公布。" in page.words
    item = page.html[page.html.index("公示的这几项，改好了吗") :]
    assert re.findall(r'<rect class="(k\w)"', item)[-4:] == ["k0", "k2", "k4", "kn"]
    listed = visitor.client.get(
        f"/results/{cast.round_id}/files/{YUNXI}/{name}.csv"
    ).text
    assert listed.count(",fixed\n") == 5
    assert listed.count(",unfixed\n") == 6
    board = visitor.opens(f"/results/{cast.round_id}/{YUNXI}/notice").words
    assert f"{PROBLEMS[0]} 45.5 分" in board


def test_what_voters_say_stands_beside_the_disclosure_apart_from_the_four_sources(
    app: Flask,
    visitor: Visitor,
    slips: list[Slip],
    house: Installation,
    cast: Cast,
) -> None:
    url = f"/disclosures/{cast.round_id}/{YUNXI}"
    assert "居民测评" not in visitor.opens(url).words
    hold(app, house, cast, slips, answered=11)
    told = visitor.opens(url).words
    assert told.count("居民测评：改好了吗") == 2
    assert "居民测评：改好了吗 45.5 分" in told
    sources = told[told.index("谁说改好了") : told.index("居民测评：改好了吗")]
    assert "分" not in sources


def test_a_few_answers_are_not_told(
    app: Flask,
    visitor: Visitor,
    slips: list[Slip],
    house: Installation,
    cast: Cast,
) -> None:
    hold(app, house, cast, slips, answered=9)
    name = asked(house, cast)[0]
    page = visitor.opens(f"/results/{cast.round_id}/{YUNXI}")
    assert "收回 9 份，不足 10 份，不单独公布。" in page.words
    assert f"{PROBLEMS[0]} 收回" in page.words
    files = f"/results/{cast.round_id}/files/{YUNXI}"
    assert visitor.client.get(f"{files}/{name}.csv").status_code == 404
    board = visitor.opens(f"/results/{cast.round_id}/{YUNXI}/notice").words
    assert f"{PROBLEMS[0]}：收回 9 份，不足 10 份" in board


def test_the_words_stay_as_they_were_asked(
    app: Flask,
    visitor: Visitor,
    slips: list[Slip],
    house: Installation,
    cast: Cast,
) -> None:
    with house.sessions() as session, session.begin():
        for entry in session.scalars(select(Disclosure)):
            entry.problem = "后来改了说法"
    assert PROBLEMS[0] in visitor.opens(f"/q/{cast.yunxi}/vote").words
    hold(app, house, cast, slips, answered=11)
    assert PROBLEMS[0] in visitor.opens(f"/results/{cast.round_id}/{YUNXI}").words
