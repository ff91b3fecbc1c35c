"""Pages in English: all of each page, and kept from page to page."""

import re
from typing import Any

import pytest
from flask import Flask

from portal import disclosure, vote
from portal.kernel.sealing import KeyPair
from portal.places import get_place
from portal.review.findings import FindingState
from portal.rounds import Phase, get_round
from portal.web.installation import Installation
from tests.makers import MORNING, TODAY, Cast, in_phase, make_complaint, make_finding
from tests.visitor import Page, Visitor

YUNXI = "999001001001"
CHINESE = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")

# What the office named itself, and what says its own name.
GIVEN = (
    "云溪社区",
    "柳塘村",
    "厂东社区",
    "示例区委巡察组",
    "示例区第一轮巡察",
    "村（社区）干部作风、账目、低保、工程、物业等问题",
    "已进入诉讼的事项，转有关部门",
    "码上巡",
    "中文",
)


def chinese_in(page: Page) -> list[str]:
    """Chinese on the page, in words and in attributes, but for what was given."""
    text = re.sub(r"<(style|script)>.*?</\1>", "", page.html, flags=re.DOTALL)
    for given in GIVEN:
        text = text.replace(given, "")
    return [line.strip() for line in text.splitlines() if CHINESE.search(line)]


def is_english(page: Page) -> bool:
    assert chinese_in(page) == [] or '<html lang="en"' not in page.html
    return '<html lang="en"' in page.html


@pytest.mark.parametrize(
    "address",
    [
        "/", "/help", "/privacy", "/notices", "/notices/{round}", "/receipt", "/away",
        "/disclosures", "/results", "/results/how",
        "/results/observers", "/q/{code}", "/q/{code}/survey",
        "/q/{code}/complaint", "/q/{rural}", "/q/{rural}/survey", "/q/{factory}/survey",
    ],
)  # fmt: skip
def test_a_page_in_english_is_all_english(
    visitor: Visitor, cast: Cast, address: str
) -> None:
    url = address.format(
        code=cast.yunxi, rural=cast.liutang, factory=cast.changdong, round=cast.round_id
    )
    page = visitor.opens(f"{url}?lang=en")
    assert chinese_in(page) == []
    assert is_english(page)


def test_a_chinese_page_would_be_noticed(visitor: Visitor, cast: Cast) -> None:
    page = visitor.opens(f"/q/{cast.yunxi}/survey")
    assert not is_english(page)
    assert chinese_in(page) != []


@pytest.mark.parametrize("phase", [Phase.RECTIFYING, Phase.DISCLOSING])
def test_later_phases_are_english_too(
    house: Installation, visitor: Visitor, cast: Cast, phase: Phase
) -> None:
    in_phase(house, cast.round_id, phase)
    for url in (f"/q/{cast.yunxi}", "/disclosures", f"/notices/{cast.round_id}"):
        assert is_english(visitor.opens(f"{url}?lang=en")), url
    assert is_english(visitor.opens(f"/q/{cast.yunxi}/survey?lang=en", status=409))


def disclose(house: Installation, cast: Cast) -> None:
    with house.sessions() as session, session.begin():
        place, by = get_place(session, YUNXI), cast.member.staff(session)
        found = make_finding(session, place, by=by, round_id=cast.round_id, now=MORNING)
        found.state = FindingState.FIXED
        words = ("Bikes block the way.", "A shed was built.", "The way is free.")
        disclosure.publish(session, found, words=words, by=by, now=MORNING, today=TODAY)


def test_a_disclosure_is_english(
    house: Installation, visitor: Visitor, cast: Cast
) -> None:
    disclose(house, cast)
    in_phase(house, cast.round_id, Phase.DISCLOSING)
    page = visitor.opens(f"/disclosures/{cast.round_id}/{YUNXI}?lang=en")
    assert "Those responsible No word yet" in page.words
    assert "Put up on 2 March" in page.words
    assert is_english(page)
    assert is_english(visitor.opens("/disclosures?lang=en"))


@pytest.mark.parametrize("page", ["", "/survey", "/complaint"])
def test_english_fits_the_first_window_too(app: Flask, cast: Cast, page: str) -> None:
    answer = app.test_client().get(
        f"/q/{cast.yunxi}{page}?lang=en", headers={"Accept-Encoding": "gzip"}
    )
    assert len(answer.data) <= 14 * 1024


def test_a_survey_with_errors_stays_english(visitor: Visitor, cast: Cast) -> None:
    form = visitor.opens(f"/q/{cast.yunxi}/survey?lang=en")
    actions = [g["action"] for t, g in form.reading.tags if t == "form"]
    assert actions == [f"/q/{cast.yunxi}/survey?lang=en"]
    page = visitor.posts(
        actions[0],
        status=422,
        csrf_token=form.form["csrf_token"],
        revision=form.form["revision"],
        first=["none", "roads"],
    )
    assert '"All is well, nothing for now" cannot go together' in page.words
    assert is_english(page)


def test_a_survey_is_thanked_for_in_english(visitor: Visitor, cast: Cast) -> None:
    page = visitor.sends(f"/q/{cast.yunxi}/survey?lang=en", overall=["good"])
    assert "It is in the letterbox" in page.words
    assert is_english(page)
    assert f"/q/{cast.yunxi}?lang=en".lower() in map(str.lower, page.links())


def test_a_letter_its_errors_and_its_receipt_are_english(
    visitor: Visitor, cast: Cast
) -> None:
    url = f"/q/{cast.yunxi}/complaint?lang=en"
    assert is_english(visitor.sends(url, text=[""], status=422))
    receipt = visitor.sends(url, text=["The lift is broken."])
    assert "Keep this receipt" in receipt.words
    assert is_english(receipt)


def test_looking_a_receipt_up_is_english(
    house: Installation, visitor: Visitor, cast: Cast
) -> None:
    url = "/receipt?lang=en"
    digits = make_complaint(house, cast.yunxi)
    assert is_english(visitor.sends(url, receipt=[digits]))
    assert is_english(visitor.sends(url, receipt=["1" * 20], status=422))
    house.open_letterbox(by="office", reason="到点")
    page = visitor.sends(url, receipt=[digits])
    assert "your letter has not been read yet" in page.words
    assert is_english(page)


def test_errors_are_english(visitor: Visitor, cast: Cast) -> None:
    assert is_english(visitor.opens("/q/AAAAAAAA?lang=en", status=404))
    assert is_english(visitor.opens("/nowhere?lang=en", status=404))
    assert is_english(visitor.posts("/help?lang=en", status=405))
    assert is_english(visitor.posts(f"/q/{cast.yunxi}/survey?lang=en", status=422))


def hold_vote(house: Installation, cast: Cast, *, n: int) -> vote.Slip:
    """Vote with `n` slips of 云溪 and give one that is left."""
    in_phase(house, cast.round_id, Phase.VOTING)
    with house.sessions() as session, session.begin():
        round_, place = get_round(session, cast.round_id), get_place(session, YUNXI)
        election = vote.prepare(session, round_=round_, by="office", now=MORNING)
        precinct = vote.Precinct(election.code, place.code, election.terms)
        slips = list(vote.make_slips(precinct, n + 1))
        ids = [slip.slip_id for slip in slips]
        posted = vote.post_manifest(
            session,
            election=election,
            place=place,
            manifest=vote.make_manifest(precinct, slip_ids=ids, printer=KeyPair.make()),
            by="office",
            now=MORNING,
        )
        staff = [player.staff(session) for player in (cast.office, cast.chief)]
        vote.open_election(
            session,
            house.keystore,
            election=election,
            closers=staff,
            by="office",
            now=MORNING,
        )
        scores = {d.id: "satisfied" for d in vote.DEFAULT_TERMS.dimensions}
        for slip in slips[:n]:
            house.ballots.put(posted, slip, scores=scores)
    return slips[n]


def close_vote(house: Installation, cast: Cast) -> None:
    first, second = (
        vote.Signatory(p.staff_id, p.username, p.pair)
        for p in (cast.office, cast.chief)
    )
    with house.sessions() as session, session.begin():
        election = vote.find_election(session, cast.round_id)
        assert election
        keystore, box = house.keystore, house.ballots
        vote.agree(session, keystore, election=election, first=first, now=MORNING)
        vote.count(
            session, keystore, box, election=election, second=second, now=MORNING
        )
        vote.destroy_ballots(keystore, box, election=election)
        vote.countersign(session, box, election=election, first=first, now=MORNING)


def test_voting_is_english(house: Installation, visitor: Visitor, cast: Cast) -> None:
    slip = hold_vote(house, cast, n=2)
    url = f"/q/{cast.yunxi}/vote?lang=en"
    assert is_english(visitor.sends(url, s1=["wrong"], status=422))
    parts: dict[str, Any] = {
        f"s{i + 1}": [slip.secret[4 * i : 4 * i + 4]] for i in range(4)
    }
    missing = visitor.sends(url, status=422, **parts)
    assert "Not chosen yet: Taking responsibility, What was done," in missing.words
    assert is_english(missing)
    scores: dict[str, Any] = {d.id: ["mostly"] for d in vote.DEFAULT_TERMS.dimensions}
    check = visitor.sends(url, **parts, **scores)
    assert "Mostly satisfied" in check.words
    assert is_english(check)
    sure: dict[str, Any] = {**check.form, "step": ["cast"]}
    cast_now = visitor.posts(url, **sure)
    assert "Your vote is in, thank you" in cast_now.words
    assert is_english(cast_now)


@pytest.mark.parametrize("n", [12, 3])
def test_results_are_english(
    house: Installation, visitor: Visitor, cast: Cast, n: int
) -> None:
    hold_vote(house, cast, n=n)
    close_vote(house, cast)
    in_phase(house, cast.round_id, Phase.PUBLISHED)
    for url in (
        "/results",
        f"/results/{cast.round_id}",
        f"/results/{cast.round_id}/{YUNXI}",
    ):
        assert is_english(visitor.opens(f"{url}?lang=en")), url


@pytest.mark.parametrize(
    ("asks_for", "gets"),
    [
        ("", "zh-CN"),
        ("*", "zh-CN"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("zh-TW", "zh-CN"),
        ("en-US,en;q=0.9,zh-CN;q=0.8", "zh-CN"),
        ("bo", "zh-CN"),
        ("en-US", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("fr-FR,fr;q=0.9", "en"),
    ],
)
def test_a_phone_without_chinese_gets_english(
    app: Flask, cast: Cast, asks_for: str, gets: str
) -> None:
    answer = app.test_client().get(
        f"/q/{cast.yunxi}", headers={"Accept-Language": asks_for}
    )
    assert f'<html lang="{gets}"' in answer.get_data(as_text=True)
    assert "Accept-Language" in answer.headers["Vary"]


def test_the_desk_speaks_chinese_to_any_browser(app: Flask) -> None:
    client, wish = app.test_client(), {"Accept-Language": "en-US"}
    page = client.get("/desk/", headers=wish, follow_redirects=True)
    assert '<html lang="zh-CN"' in page.get_data(as_text=True)


def test_a_page_kept_for_one_language_is_not_shown_in_the_other(
    app: Flask, cast: Cast
) -> None:
    client = app.test_client()
    url = f"/q/{cast.yunxi}"
    words = {
        tongue: client.get(url, headers={"Accept-Language": tongue}).get_data(True)
        for tongue in ("zh", "en", "zh-CN", "en-US")
    }
    assert words["zh"] == words["zh-CN"]
    assert words["en"] == words["en-US"]
    assert "Fill in the survey" in words["en"]
    assert "填一份问卷" in words["zh"]


def test_the_other_language_is_one_tap_away_and_keeps_the_page(
    visitor: Visitor, cast: Cast
) -> None:
    url = f"/q/{cast.yunxi}/survey"
    chinese = visitor.opens(f"{url}?big=1")
    assert f"{url}?big=1&lang=en" in chinese.links()
    english = visitor.opens(f"{url}?big=1&lang=en")
    assert f"{url}?big=1&lang=zh" in english.links()
    assert f"{url}?lang=en" in english.links()  # the size alone


def test_a_choice_of_language_is_kept_from_page_to_page(visitor: Visitor) -> None:
    page = visitor.opens("/?lang=en")
    inside = [link for link in page.links() if link.startswith("/")]
    assert [link for link in inside if "lang=" not in link] == []
    assert page.form["lang"] == ["en"]


def test_an_answer_offers_no_other_language_that_would_lose_it(
    visitor: Visitor, cast: Cast
) -> None:
    receipt = visitor.sends(f"/q/{cast.yunxi}/complaint", text=["电梯坏了。"])
    assert [link for link in receipt.links() if "lang=" in link] == []


def test_an_address_of_another_host_in_the_path_is_not_linked(app: Flask) -> None:
    path = {"PATH_INFO": "//evil.example/x"}
    answer = app.test_client().get("/", environ_overrides=path)
    assert answer.status_code == 404
    assert 'href="//' not in answer.get_data(as_text=True)


def test_a_sentence_that_carries_what_was_typed_is_not_html(app: Flask) -> None:
    template = app.jinja_env.from_string("{{ _(sentence) }}")
    with app.test_request_context("/"):
        assert template.render(sentence="<b>100%</b>") == "&lt;b&gt;100%&lt;/b&gt;"
