"""Promise 5: no cookie, no third party, no script needed, whole in 14 KB."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response
from werkzeug.test import Client, TestResponse

from portal import entrances, rounds
from portal.entrances import ChannelKind
from portal.people import Duty, Team, TeamPlace, join
from portal.questionnaires import frozen, shipped
from portal.rounds import Phase
from portal.rounds import keys as round_keys
from portal.web.installation import Installation
from tests.house.walk import Walk, lived
from tests.makers import MORNING, TODAY, Cast, make_place, make_round
from tests.visitor import Page, Visitor, faults_of

WINDOW = 14 * 1024  # bytes: ten packets of a fresh connection, less their headers
NOT_HTML = {
    "public.help.healthz",
    "public.results.archive",
    "public.results.file",
    "public.results.verifier",
}


@pytest.fixture(scope="module")
def walked(
    prepared: tuple[Path, Cast], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Walk]:
    """Every resident page once, for all tests of this module."""
    yield from lived(prepared, tmp_path_factory.mktemp("walk"))


def test_the_walk_opens_every_page_there_is(walked: Walk) -> None:
    known = {
        rule.endpoint
        for rule in walked.app.url_map.iter_rules()
        if rule.endpoint.startswith("public.") and "GET" in (rule.methods or set())
    }
    assert known - walked.endpoints == NOT_HTML
    assert len(walked.pages) > 35


def test_every_page_keeps_the_house_rules(walked: Walk) -> None:
    assert {name: faults_of(page) for name, page in walked.pages.items()} == {
        name: [] for name in walked.pages
    }


# Cookies


def with_cookie(pages: dict[str, TestResponse]) -> list[str]:
    return [name for name, page in pages.items() if "Set-Cookie" in page.headers]


def test_no_answer_sets_a_cookie(walked: Walk) -> None:
    answers = {name: page.response for name, page in walked.pages.items()}
    client = walked.app.test_client()
    for rule in walked.app.url_map.iter_rules():
        if rule.endpoint.startswith("public."):
            filled = re.sub(r"<[^>]+>", "1", rule.rule)
            answers[f"GET {filled}"] = client.get(filled)
            answers[f"POST {filled}"] = client.post(filled, data={"text": "x"})
            answers[f"PUT {filled}"] = client.put(filled)
    assert len(answers) > 100
    assert with_cookie(answers) == []


def test_an_answer_with_a_cookie_is_found() -> None:
    twin = Response("")
    twin.set_cookie("seen", "1")
    answers: dict[str, Any] = {"twin": twin, "plain": Response("")}
    assert with_cookie(answers) == ["twin"]


# Weight and requests


def weight(client: Client, url: str) -> int:
    """Bytes of body and headers as a browser gets them."""
    answer = client.get(url, headers={"Accept-Encoding": "gzip, deflate, br"})
    assert answer.headers["Content-Encoding"] == "gzip"
    return len(answer.get_data()) + len(str(answer.headers))


def test_every_page_is_whole_in_one_window(walked: Walk) -> None:
    heavy = {
        name: len(gzip.compress(page.response.get_data(), 6))
        + len(str(page.response.headers))
        for name, page in walked.pages.items()
    }
    assert {name: size for name, size in heavy.items() if size > WINDOW} == {}


def test_what_is_sent_is_what_was_measured(walked: Walk) -> None:
    """A kept page is put together from compressed halves: it opens to the same."""
    client = walked.app.test_client()
    for url in (f"/q/{walked.cast.yunxi}", "/privacy", "/help"):
        zipped = client.get(url, headers={"Accept-Encoding": "gzip"})
        assert gzip.decompress(zipped.get_data()) == client.get(url).get_data()


@pytest.fixture
def long_survey(house: Installation, cast: Cast) -> str:
    """A code whose survey has twenty questions, all of them for everybody."""
    document: dict[str, Any] = shipped.compose()
    left = 20
    for section in document["sections"]:
        section.pop("visible", None)
        section["items"] = section["items"][:left]
        for item in section["items"]:
            item.pop("visible", None)
            left -= item["type"] != "note"
    document["sections"] = [s for s in document["sections"] if s["items"]]
    with house.sessions() as session, session.begin():
        round_, place = make_round(session), make_place(session, name="二十题社区")
        rounds.add_places(session, round_, [place])
        team = Team(round_id=round_.id, name="第三组")
        session.add(team)
        session.flush()
        session.add(TeamPlace(round_id=round_.id, place_id=place.id, team_id=team.id))
        join(session, team, staff=cast.member.staff(session), duty=Duty.LEADER)
        round_keys.make_keys(session, house.keystore, round_)
        frozen.freeze(session, round_.id, document, today=TODAY)
        for phase in (Phase.ANNOUNCED, Phase.COLLECTING):
            rounds.advance(session, round_, to=phase, by="office", now=MORNING)
        channel = entrances.add_channel(session, ChannelKind.LIFT, "楼栋电梯口")
        (code,) = entrances.issue(
            session, round_.id, places=[place], channels=[channel], today=TODAY
        )
        return code.code


def test_a_survey_of_twenty_questions_is_whole_in_one_window(
    app: Flask, long_survey: str
) -> None:
    url = f"/q/{long_survey}/survey"
    page = Visitor(app).opens(url)
    assert "共 20 题" in page.words
    assert weight(app.test_client(), url) <= WINDOW


def test_a_survey_that_shows_errors_is_whole_in_one_window(
    app: Flask, long_survey: str
) -> None:
    url = f"/q/{long_survey}/survey"
    page = Visitor(app).sends(url, status=422, overall="sideways", more="灯" * 1001)
    assert len(gzip.compress(page.response.get_data(), 6)) <= WINDOW


def requests_of(page: Page) -> list[str]:
    """What a browser fetches besides the page, pictures of a reading page excepted."""
    tags = page.reading.tags
    found = [
        g["src"] for t, g in tags if t in {"script", "iframe", "img"} and "src" in g
    ]
    found += [g.get("href", "") for t, g in tags if t == "link"]
    found += re.findall(r"url\(([^)]*)\)|@import\s+([^;]*)", page.html)
    return [url for url in found if not str(url).startswith("data:")]


def test_a_page_is_one_request_or_two(walked: Walk) -> None:
    more = {name: requests_of(page) for name, page in walked.pages.items()}
    assert {name: urls for name, urls in more.items() if len(urls) > 1} == {}


# Without script


CONVENIENCES = {"data-copy", "data-print", "data-next"}


def needs_script(page: Page) -> list[str]:
    """Fields that only a script shows or sends, and steps that only a script takes."""
    faults = []
    for tag, given in page.reading.tags:
        is_field = tag in {"input", "select", "textarea", "button"}
        is_off = "disabled" in given or "hidden" in given
        is_convenience = CONVENIENCES & given.keys()
        if is_field and is_off and not is_convenience:
            faults.append(f"{tag} {given.get('name', '')} is off without script")
        if tag in {"fieldset", "form", "section"} and "hidden" in given:
            faults.append(f"{tag} is hidden without script")
        if tag == "a" and given.get("href", "").startswith("javascript:"):
            faults.append(f"link {given['href']}")
        if tag == "button" and given.get("type") == "button" and not is_off:
            faults.append("a button that does nothing without script")
    return faults


def test_no_page_needs_a_script(walked: Walk) -> None:
    assert {name: needs_script(page) for name, page in walked.pages.items()} == {
        name: [] for name in walked.pages
    }


@pytest.mark.parametrize("name", ["survey", "complaint", "receipt", "vote", "/"])
def test_a_form_is_a_form_without_script(walked: Walk, name: str) -> None:
    page = walked.pages[name]
    without = re.sub(r"<script.*?</script>", "", page.html, flags=re.DOTALL)
    assert without != page.html
    form = re.search(r"<form\b.*?</form>", without, re.DOTALL)
    assert form is not None
    assert re.search(r"<button class=\"go\"", form.group())


def test_every_question_is_there_without_script(walked: Walk) -> None:
    """Conditional ones too; the server decides what applies."""
    tags = walked.pages["survey"].reading.tags
    asked = {g.get("name", "") for t, g in tags if t in {"input", "textarea"}}
    with walked.house.sessions() as session:
        entrance = entrances.entrance(session, walked.cast.yunxi)
        found = frozen.questionnaire_of(session, walked.cast.round_id)
        definition = found.definition_for(entrance.facts)
    assert asked - {"csrf_token", "revision", "homepage"} == set(definition.fields)
    assert "errand_why" in asked


GOOD = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>t</title></head><body>
<h1>t</h1><form method="post" action="/x"><input type="hidden" name="csrf_token" value="t">
<label for="a">a</label><input id="a" name="a"><label><input type="radio" name="b">b</label>
<textarea name="c" aria-label="c"></textarea><img src="/p.png" alt="">
<button>go</button></form></body></html>"""
HEADERS = {"Content-Security-Policy": "default-src 'none'; form-action 'self'"}


def page_of(html: str, headers: dict[str, str], url: str = "/x") -> Page:
    app = Flask("twin")
    app.add_url_rule("/x", "x", lambda: Response(html, headers=headers))
    return Page(app.test_client().get("/x"), url)


def test_a_good_page_has_no_faults() -> None:
    assert faults_of(page_of(GOOD, HEADERS)) == []
    assert needs_script(page_of(GOOD, HEADERS)) == []


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        ("</form>", "</div></form>", "</div> closes"),
        ("<h1>t</h1>", "", "0 h1"),
        ("<h1>t</h1>", "<h1>t</h1><h1>u</h1>", "2 h1"),
        ("<title>t</title>", "", "no title"),
        (' lang="zh-CN"', "", "no lang"),
        ('<label for="a">', '<b id="a"></b><label for="a">', "id a twice"),
        ('<meta name="viewport" content="width=device-width">', "", "no viewport"),
        ("<h1>", '<h1 style="color:red">', "style on h1"),
        ("<button>", '<button onclick="x()">', "onclick on button"),
        (' alt=""', "", "img without alt"),
        ('<label for="a">a</label>', "", "no label for a"),
        ("<label><input", "<i></i><input", "no label for b"),
        (' aria-label="c"', "", "no label for c"),
        ('name="csrf_token"', 'name="other"', "without token"),
        ("/p.png", "https://cdn.example.com/p.png", "another host"),
        ("<h1>t", "<h1>http://tracker.example.net", "another host"),
        ("/p.png", "//cdn.example.com/p.png", "another host"),
        ("/p.png", "http://localhost.example.com/p.png", "another host"),
    ],
)
def test_a_page_that_breaks_a_rule_is_found(was: str, becomes: str, fault: str) -> None:
    assert was in GOOD
    faults = faults_of(page_of(GOOD.replace(was, becomes), HEADERS))
    assert any(fault in found for found in faults), faults


@pytest.mark.parametrize(
    ("headers", "fault"),
    [
        ({}, "no CSP"),
        ({"Content-Security-Policy": "default-src *"}, "no CSP"),
        (
            {
                "Content-Security-Policy": "default-src 'none'; script-src 'unsafe-inline'"
            },
            "unsafe CSP",
        ),
        ({**HEADERS, "Set-Cookie": "seen=1"}, "a cookie for a resident"),
    ],
)
def test_headers_that_break_a_rule_are_found(
    headers: dict[str, str], fault: str
) -> None:
    assert faults_of(page_of(GOOD, headers)) == [fault]


def test_staff_may_have_their_cookie() -> None:
    page = page_of(GOOD, {**HEADERS, "Set-Cookie": "desk=1"}, url="/desk/x")
    assert faults_of(page) == []


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ('<input id="a"', '<input disabled id="a"'),
        ("<form ", "<form hidden "),
        ("<button>", '<button type="button">'),
        ("<button>", "<button hidden>"),
        ("</form>", '<a href="javascript:send()">send</a></form>'),
    ],
)
def test_a_page_that_needs_a_script_is_found(was: str, becomes: str) -> None:
    assert was in GOOD
    assert len(needs_script(page_of(GOOD.replace(was, becomes), HEADERS))) == 1


@pytest.mark.parametrize(
    "more",
    [
        '<script src="/a.js"></script><script src="/b.js"></script>',
        '<link rel="stylesheet" href="/a.css"><script src="/b.js"></script>',
        "<style>@import '/a.css'; b{background:url(/b.png)}</style>",
    ],
)
def test_a_page_of_many_requests_is_found(more: str) -> None:
    page = page_of(GOOD.replace("</head>", f"{more}</head>"), HEADERS)
    assert len(requests_of(page)) > 1
