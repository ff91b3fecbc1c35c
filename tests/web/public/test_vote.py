"""Voting with a slip: nothing preselected, a look at it, and the last time counts."""

import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from portal import vote
from portal.rounds import Phase, get_round
from portal.vote import DEFAULT_TERMS, Slip
from portal.web.installation import Installation
from tests.house.walk import parts_of
from tests.makers import Cast, Clock, in_phase, make_result, make_vote
from tests.visitor import Page, Visitor
from tests.web.public.scenes import LIUTANG, TYPED, YUNXI, filled, put_in

SCORES = {
    d.id: said
    for d, said in zip(
        DEFAULT_TERMS.dimensions,
        ("satisfied", "mostly", "fair", "dissatisfied", "unknown", "satisfied"),
        strict=True,
    )
}
NAMES = {option.id: option.name for option in vote.DEFAULT_TERMS.scale}


@pytest.fixture
def slips(house: Installation, cast: Cast) -> list[Slip]:
    """Three slips of 云溪 in an open vote."""
    in_phase(house, cast.round_id, Phase.VOTING)
    return make_vote(house, cast)


@pytest.fixture
def url(cast: Cast) -> str:
    return f"/q/{cast.yunxi}/vote"


def ballot(slip: Slip, **scores: str) -> dict[str, Any]:
    """What a voter fills in."""
    return {**parts_of(slip.secret), **SCORES, **scores}


def casts(visitor: Visitor, url: str, slip: Slip, **scores: str) -> Page:
    """Fill in, look, send."""
    check = visitor.sends(url, **ballot(slip, **scores))
    return visitor.posts(url, **filled(check, step="cast"))


def turnout(house: Installation, cast: Cast) -> int:
    with house.sessions() as session:
        election = vote.find_election(session, cast.round_id)
    return sum(house.ballots.turnout(election.id).values()) if election else 0


def test_the_form_is_blank_and_says_how_often_one_may(
    visitor: Visitor, slips: list[Slip], url: str
) -> None:
    page = visitor.opens(url)
    assert {name: page.form[name] for name in ("s1", "s2", "s3", "s4")} == {
        f"s{i}": [""] for i in (1, 2, 3, 4)
    }
    assert not set(SCORES) & set(page.form)
    assert "一户一票。投票结束前可以重投，以最后一次为准。" in page.words
    for dimension in DEFAULT_TERMS.dimensions:
        assert dimension.name in page.words


def test_the_form_asks_in_the_words_of_the_terms(
    visitor: Visitor, house: Installation, cast: Cast, url: str
) -> None:
    """Every dimension with its example in plain words."""
    with house.sessions() as session, session.begin():
        round_ = get_round(session, cast.round_id)
        election = vote.prepare(session, round_=round_, by="office", now=house.clock())
        first, *others = DEFAULT_TERMS.dimensions
        terms = replace(
            DEFAULT_TERMS,
            question="这一轮改得好不好",
            dimensions=(replace(first, name="路灯", example="夜里亮不亮"), *others[:1]),
        )
        vote.revise(session, election, terms=terms, by="office", now=house.clock())
    in_phase(house, cast.round_id, Phase.VOTING)
    slips = make_vote(house, cast)
    page = visitor.opens(url)
    assert "这一轮改得好不好" in page.words
    assert "1 路灯 夜里亮不亮" in page.words
    assert "2 整改措施 想的办法对不对路" in page.words
    typed: dict[str, Any] = parts_of(slips[0].secret)
    typed |= {"responsibility": "fair", "measures": "unknown"}
    check = visitor.sends(url, **typed)
    assert "路灯 一般" in check.words
    done = visitor.posts(url, **filled(check, step="cast"))
    assert set(re.findall(r"<code>(\w{8})</code>", done.html)) == set(
        slips[0].check_codes.values()
    )


def test_the_print_is_big_unless_a_reader_wants_it_smaller(
    visitor: Visitor, slips: list[Slip], url: str
) -> None:
    for address, is_big in ((url, True), (f"{url}?big=0", False)):
        page = visitor.opens(address)
        check = visitor.sends(address, **ballot(slips[0]))
        done = visitor.posts(address, **filled(check, step="cast"))
        for one in (page, check, done):
            (html,) = [g for t, g in one.reading.tags if t == "html"]
            assert ("class" in html) is is_big
    assert f"{url}?big=0" in visitor.opens(url).links()
    assert url in visitor.opens(f"{url}?big=0").links()


def test_whoever_has_voted_can_go_on_to_what_was_fixed(
    visitor: Visitor, cast: Cast, slips: list[Slip], url: str
) -> None:
    done = casts(visitor, f"{url}?big=0", slips[0])
    assert f"/disclosures/{cast.round_id}/{YUNXI}?big=0" in done.links()


def test_it_is_said_whether_it_is_too_early_or_too_late(
    visitor: Visitor, app: Flask, house: Installation, cast: Cast, slips: list[Slip]
) -> None:
    for phase, said in (
        (Phase.COLLECTING, "投票还没有开始"),
        (Phase.DISCLOSING, "投票还没有开始"),
        (Phase.PUBLISHED, "投票已经结束"),
        (Phase.ARCHIVED, "投票已经结束"),
    ):
        put_in(app, house, cast, phase)
        for address in (f"/q/{cast.yunxi}/vote", f"/vote/2026-1/{YUNXI}"):
            assert said in visitor.opens(address, status=409).words


def test_cadres_vote_by_their_own_slips_at_their_own_address(
    visitor: Visitor, house: Installation, cast: Cast, slips: list[Slip], url: str
) -> None:
    cadres = make_vote(house, cast, electorate=vote.Electorate.CADRES)
    address = f"/vote/2026-1-G/{YUNXI}"
    page = visitor.opens(address)
    assert "干部测评：只算干部，不并入居民满意度" in page.words
    assert "一人一票。投票结束前可以重投" in page.words
    assert "一户一票" not in page.words
    assert "投好了" in casts(visitor, address, cadres[0]).words
    assert turnout(house, cast) == 0
    for foreign, there in ((slips[0], address), (cadres[0], url)):
        refused = visitor.sends(there, status=422, **ballot(foreign))
        assert "没有这张选票" in refused.words
    assert "干部" not in visitor.opens(url).words
    assert "干部" not in visitor.opens(f"/q/{cast.yunxi}").words


@pytest.mark.parametrize("phase", [p for p in Phase if p is not Phase.PREPARING])
def test_it_is_open_while_the_round_votes(
    visitor: Visitor,
    app: Flask,
    house: Installation,
    cast: Cast,
    phase: Phase,
) -> None:
    in_phase(house, cast.round_id, Phase.VOTING)
    make_vote(house, cast)
    put_in(app, house, cast, phase)
    for address in (f"/q/{cast.yunxi}/vote", f"/vote/2026-1/{YUNXI}"):
        page = visitor.opens(address, status=200 if phase is Phase.VOTING else 409)
        assert ("再看一遍" in page.words) == (phase is Phase.VOTING)


def test_before_the_slips_are_posted_it_says_when(
    visitor: Visitor, house: Installation, cast: Cast, url: str
) -> None:
    in_phase(house, cast.round_id, Phase.VOTING)
    page = visitor.opens(url, status=409)
    assert "投票还没有开始，哪天开始请看社区公告" in page.words


def test_a_look_before_it_is_cast(
    visitor: Visitor, house: Installation, cast: Cast, slips: list[Slip], url: str
) -> None:
    page = visitor.sends(url, **ballot(slips[0]))
    assert "这样投，对吗？" in page.words
    for dimension in DEFAULT_TERMS.dimensions:
        assert f"{dimension.name} {NAMES[SCORES[dimension.id]]}" in page.words
    assert turnout(house, cast) == 0
    edit = visitor.posts(url, **filled(page, step="edit"))
    assert {name: edit.form[name] for name in ballot(slips[0])} == {
        name: [value] for name, value in ballot(slips[0]).items()
    }
    assert turnout(house, cast) == 0


def test_a_ballot_gives_six_check_codes_that_stand_on_the_slip(
    visitor: Visitor, house: Installation, cast: Cast, slips: list[Slip], url: str
) -> None:
    page = casts(visitor, url, slips[0])
    assert "投好了，谢谢您" in page.words
    assert f"票号 {slips[0].number}。" in page.words
    for code in slips[0].check_codes.values():
        assert code in page.words
    assert slips[0].secret not in page.html
    assert "之前投过" not in page.words
    assert turnout(house, cast) == 1


def test_voting_again_replaces_and_says_so(
    visitor: Visitor, house: Installation, cast: Cast, slips: list[Slip], url: str
) -> None:
    casts(visitor, url, slips[0])
    page = casts(visitor, url, slips[0], effect="satisfied")
    assert "这张票之前投过，现在以这一次为准。" in page.words
    assert turnout(house, cast) == 1


def test_a_double_tap_is_one_ballot(
    visitor: Visitor, house: Installation, cast: Cast, slips: list[Slip], url: str
) -> None:
    check = filled(visitor.sends(url, **ballot(slips[0])), step="cast")
    for _ in range(2):
        assert "投好了" in visitor.posts(url, **check).words
    assert turnout(house, cast) == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"s1": "", "s2": "", "s3": "", "s4": ""}, "选票密码应为 16 个字符"),
        ({"s4": "12"}, "选票密码应为 16 个字符"),
        ({"s1": "路灯坏了"}, "选票密码应为 16 个字符"),
        ({"s1": "0000"}, "没有这张选票"),
        ({"s1": "<b>1"}, "选票密码应为 16 个字符"),
    ],
)
def test_a_wrong_secret_is_told_and_everything_is_kept(
    visitor: Visitor, slips: list[Slip], url: str, typed: dict[str, str], said: str
) -> None:
    sent = {**ballot(slips[0]), **typed}
    page = visitor.sends(url, status=422, **sent)
    assert said in page.words
    assert {name: page.form[name] for name in sent} == {
        name: [value] for name, value in sent.items()
    }


def test_a_slip_of_another_community_is_sent_there(
    visitor: Visitor, slips: list[Slip], cast: Cast
) -> None:
    for url in (f"/q/{cast.liutang}/vote", f"/vote/2026-1/{LIUTANG}"):
        page = visitor.sends(url, status=422, **ballot(slips[0]))
        assert "这张选票是云溪社区的" in page.words
        assert page.form["effect"] == [SCORES["effect"]]


def test_what_is_not_chosen_is_told_in_place(
    visitor: Visitor, house: Installation, cast: Cast, slips: list[Slip], url: str
) -> None:
    sent = ballot(slips[0])
    del sent["effect"]
    page = visitor.sends(url, status=422, **{**sent, "openness": "splendid"})
    assert "还有没选的：预期效果、公开透明。不清楚的可以选「不了解」。" in page.words
    assert "#effect" in page.links()  # one tap leads to the first of them
    assert page.words.count("这一项还没选。") == 2
    assert page.form["measures"] == [SCORES["measures"]]
    assert turnout(house, cast) == 0


def test_a_score_that_is_on_no_slip_is_not_chosen(
    visitor: Visitor, house: Installation, cast: Cast, slips: list[Slip], url: str
) -> None:
    for step in ("check", "cast"):
        sent = ballot(slips[0], openness="splendid")
        page = visitor.sends(url, status=422, **{**sent, "step": step})
        assert "还有没选的：公开透明。" in page.words
        assert "openness" not in page.form
    assert turnout(house, cast) == 0


def test_casting_without_a_look_keeps_the_same_rules(
    visitor: Visitor, house: Installation, cast: Cast, slips: list[Slip], url: str
) -> None:
    sent = {**ballot(slips[0]), "step": "cast"}
    del sent["effect"]
    visitor.sends(url, status=422, **sent)
    visitor.posts(url, status=422, **{**ballot(slips[0]), "step": "cast"})  # no token
    assert turnout(house, cast) == 0


@pytest.mark.parametrize(
    "spell",
    [
        str.lower,
        lambda part: part.replace("0", "o").replace("1", "l"),
        lambda part: f" {part} ",
        lambda part: part.translate({i: i + 0xFEE0 for i in range(48, 91)}),
    ],
    ids=["small", "look-alike", "spaced", "wide"],
)
def test_a_secret_is_understood_however_it_is_typed(
    visitor: Visitor, slips: list[Slip], url: str, spell: Any
) -> None:
    parts = {name: spell(part) for name, part in parts_of(slips[0].secret).items()}
    check = visitor.sends(url, **{**ballot(slips[0]), **parts})
    assert "投好了" in visitor.posts(url, **filled(check, step="cast")).words


def test_the_printed_address_votes_too(
    visitor: Visitor, house: Installation, cast: Cast, slips: list[Slip]
) -> None:
    assert "投好了" in casts(visitor, f"/vote/2026-1/{YUNXI}", slips[0]).words
    assert turnout(house, cast) == 1


@pytest.mark.parametrize(
    "address",
    [
        f"/vote/2026-9/{YUNXI}",
        f"/vote/2026-1-G/{YUNXI}",
        "/vote/2026-1/999",
        f"/vote/%00/{YUNXI}",
    ],
)
def test_an_unknown_round_or_community_is_not_found(
    visitor: Visitor, slips: list[Slip], address: str
) -> None:
    visitor.opens(address, status=404)


@pytest.mark.parametrize("typed", TYPED)
def test_it_is_cast_from_any_spelling_of_the_code(
    visitor: Visitor, slips: list[Slip], look_alike: str, typed: str
) -> None:
    page = visitor.opens(f"/q/{typed}/vote")
    (action,) = [g["action"] for t, g in page.reading.tags if t == "form"]
    check = visitor.posts(action, **filled(page, **ballot(slips[0])))
    assert "投好了" in visitor.posts(action, **filled(check, step="cast")).words


def test_a_form_that_lay_open_for_too_long_is_sent_by_pressing_again(
    visitor: Visitor, house: Installation, cast: Cast, clock: Clock, slips: list[Slip]
) -> None:
    url = f"/vote/2026-1/{YUNXI}"
    check = visitor.sends(url, **ballot(slips[0]))
    clock.goes_on(hours=25)
    page = visitor.posts(url, status=422, **filled(check, step="cast"))
    assert "已经过期。您填的都还在" in page.words
    again = visitor.posts(url, **page.form)
    assert "投好了" in visitor.posts(url, **filled(again, step="cast")).words
    assert turnout(house, cast) == 1


def test_once_it_is_counted_nothing_is_taken(
    visitor: Visitor, house: Installation, cast: Cast, slips: list[Slip], url: str
) -> None:
    check = visitor.sends(url, **ballot(slips[0]))
    make_result(house, cast)
    page = visitor.posts(url, status=409, **filled(check, step="cast"))
    assert "投票已经结束，不能再投" in page.words
    visitor.opens(url, status=409)
    assert turnout(house, cast) == 0


def test_no_score_is_shown_while_votes_come_in(
    visitor: Visitor, cast: Cast, slips: list[Slip], url: str
) -> None:
    for slip in slips:
        casts(visitor, url, slip)
    for address in (url, f"/q/{cast.yunxi}", "/results"):
        assert "%" not in visitor.opens(address).words
    visitor.opens(f"/results/{cast.round_id}", status=404)


def test_one_voter_s_form_is_not_the_next_one_s(
    visitor: Visitor, slips: list[Slip], url: str
) -> None:
    visitor.sends(url, **ballot(slips[0]))
    page = visitor.opens(url)
    assert page.form["s1"] == [""]
    assert not set(SCORES) & set(page.form)


def test_it_is_cast_in_large_english(
    visitor: Visitor, slips: list[Slip], url: str
) -> None:
    address = f"{url}?big=1&lang=en"
    check = visitor.sends(address, **ballot(slips[0]))
    done = visitor.posts(address, **filled(check, step="cast"))
    assert "Your vote is in, thank you" in done.words
    for page in (check, done):
        assert ("html", "en", "big") in [
            (t, g.get("lang"), g.get("class")) for t, g in page.reading.tags
        ]
