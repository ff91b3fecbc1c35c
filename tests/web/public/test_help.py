"""Help, the way out, and every page asked for in the wrong way."""

from dataclasses import replace

import pytest
from flask import Flask

from portal.web.app import create_app
from portal.web.installation import Installation
from tests.makers import Cast
from tests.visitor import Visitor
from tests.web.public.scenes import FROM_WECHAT

PAGES = (
    "/",
    "/help",
    "/privacy",
    "/away",
    "/receipt",
    "/notices",
    "/notices/{round}",
    "/disclosures",
    "/results",
    "/results/verify.py",
    "/healthz",
    "/q/{code}",
    "/q/{code}/survey",
    "/q/{code}/complaint",
)


@pytest.fixture(params=PAGES)
def url(request: pytest.FixtureRequest, cast: Cast) -> str:
    return str(request.param).format(code=cast.yunxi, round=cast.round_id)


def test_questions_are_answered(visitor: Visitor) -> None:
    words = visitor.opens("/help").words
    for question in ("会不会被认出来？", "字太小？", "回执码丢了？", "非官方网页"):
        assert question in words


def test_the_hotline_is_on_it_where_there_is_one(
    visitor: Visitor, house: Installation
) -> None:
    assert "电话：" not in visitor.opens("/help").words
    house.settings = replace(house.settings, hotline="000-9999")
    assert "电话：000-9999" in Visitor(create_app(house)).opens("/help").words


def test_the_way_out_says_nothing_and_leads_nowhere(visitor: Visitor) -> None:
    page = visitor.opens("/away")
    assert "今天宜出门走走" in page.words
    assert page.links() == []
    for word in ("巡察", "码上巡", "信", "社区"):
        assert word not in page.html


def test_whoever_watches_the_machine_hears_ok(app: Flask) -> None:
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.text, answer.mimetype) == (
        200,
        "ok",
        "text/plain",
    )


def test_asked_for_headers_alone_a_page_gives_them_alone(app: Flask, url: str) -> None:
    client = app.test_client()
    whole, bare = client.get(url), client.head(url)
    assert (whole.status_code, bare.status_code) == (200, 200)
    assert bare.data == b""
    differing = {
        name: (value, bare.headers.get(name))
        for name, value in whole.headers
        if bare.headers.get(name) != value
    }
    assert differing == {}


def test_what_wechat_appends_changes_no_page(app: Flask, url: str) -> None:
    client = app.test_client()
    plain, passed_on = client.get(url), client.get(f"{url}{FROM_WECHAT}")
    assert passed_on.status_code == 200
    assert "groupmessage" not in passed_on.text
    assert len(passed_on.data) == len(plain.data)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_no_page_takes_another_method(app: Flask, url: str, method: str) -> None:
    answer = app.test_client().open(url, method=method)
    assert answer.status_code == 405
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("junk", ["/..", "/%2e%2e", "/x/y", ".php", "%00", "%ff"])
def test_junk_behind_an_address_is_told_as_not_found(
    visitor: Visitor, junk: str
) -> None:
    for url in ("/help", "/notices/1", "/receipt"):
        assert "没有找到" in visitor.opens(f"{url}{junk}", status=404).words
