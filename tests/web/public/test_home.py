"""The front page: a typed code leads to its hub, everything else is one link away."""

from urllib.parse import unquote, urlsplit

import pytest

from tests.visitor import Visitor
from tests.web.public.scenes import FROM_WECHAT, LOOK_ALIKE, carries


def goes_to(visitor: Visitor, typed: str, **chosen: str) -> str:
    """Where the front page leads with a typed code."""
    asked = {"code": typed, **chosen}
    answer = visitor.client.get("/", query_string=asked)
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_whoever_cannot_scan_finds_everything(visitor: Visitor) -> None:
    page = visitor.opens("/")
    assert "把海报上的 8 位码填在这里" in page.words
    for link in ("/notices", "/receipt", "/disclosures", "/results", "/privacy"):
        assert link in page.links()
    assert page.form == {"code": [""]}


@pytest.mark.parametrize(
    "typed", ["a0b1v234", "AOBLU234", "Ａ０Ｂ１Ｖ２３４", " a0b1 v234 ", "A0B1-V234"]
)
def test_a_typed_code_leads_to_its_hub(
    visitor: Visitor, look_alike: str, typed: str
) -> None:
    assert goes_to(visitor, typed) == f"/q/{look_alike}"


def test_a_wrong_code_leads_to_a_page_that_says_so(visitor: Visitor) -> None:
    page = visitor.opens(goes_to(visitor, "nosuch00"), status=404)
    assert "没有这个码" in page.words


@pytest.mark.parametrize("typed", ["", "  ", "。", "--", "🙂"])
def test_nothing_typed_shows_the_page_again(visitor: Visitor, typed: str) -> None:
    page = visitor.opens(f"/?code={typed}")
    assert "把海报上的 8 位码填在这里" in page.words


@pytest.mark.parametrize("typed", ["//evil.example", "https://evil.example/x", "路灯"])
def test_a_typed_address_leads_nowhere_else(visitor: Visitor, typed: str) -> None:
    found = urlsplit(goes_to(visitor, typed))
    assert (found.scheme, found.netloc) == ("", "")
    assert unquote(found.path).startswith("/q/")


def test_size_and_language_go_along_to_the_hub(
    visitor: Visitor, look_alike: str
) -> None:
    page = visitor.opens("/?lang=en&big=1")
    assert page.form == {"code": [""], "lang": ["en"], "big": ["1"]}
    url = goes_to(visitor, LOOK_ALIKE, lang="en", big="1")
    assert "lang=en" in url
    assert "big=1" in url
    assert "Fill in the survey" in visitor.opens(url).words


def test_large_print_is_a_tap_away_and_back(visitor: Visitor) -> None:
    plain = visitor.opens("/")
    assert "/?big=1" in plain.links()
    big = visitor.opens("/?big=1")
    assert ("html", "big") in [(t, g.get("class")) for t, g in big.reading.tags]
    assert "标准字" in big.words
    missing = [link for link, has in carries(big, "big=1").items() if not has]
    assert missing == ["/"]


def test_what_wechat_appends_changes_nothing(visitor: Visitor) -> None:
    assert visitor.opens(f"/{FROM_WECHAT}").html == visitor.opens("/").html
