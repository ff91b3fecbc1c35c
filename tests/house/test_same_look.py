"""The same look from outside: titles that tell nothing, a way out, nothing kept."""

import html
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from portal.web.installation import Installation
from portal.web.rendering import assets
from tests.house.thief import in_the_box
from tests.house.walk import Walk, lived
from tests.makers import Cast
from tests.visitor import Visitor

EVERYWHERE = "码上巡"
OF_THE_HUB = "社区巡察 · 听您说"
AWAY = "天气"
WRITTEN = ("survey", "complaint", "receipt", "vote")  # first words of the walk's names
EXIT = " data-exit>"
NOT_THERE = ("vote too early", "vote closed")  # there is nothing to hide yet


@pytest.fixture(scope="module")
def walked(
    prepared: tuple[Path, Cast], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Walk]:
    yield from lived(prepared, tmp_path_factory.mktemp("look"))


def titles_of(pages: Mapping[str, str]) -> dict[str, str]:
    return {
        name: html.unescape(
            re.findall(r"<title>(.*?)</title>", page, flags=re.DOTALL)[0]
        )
        for name, page in pages.items()
    }


def telling(pages: Mapping[str, str]) -> dict[str, str]:
    """Titles that say more than that a phone was here."""
    return {
        name: title
        for name, title in titles_of(pages).items()
        if title
        != (
            OF_THE_HUB
            if name.startswith("hub")
            else AWAY
            if name == "/away"
            else EVERYWHERE
        )
    }


def test_a_history_tells_neither_community_nor_purpose(walked: Walk) -> None:
    pages = {name: page.html for name, page in walked.pages.items()}
    assert len(pages) > 35
    assert telling(pages) == {}


def test_a_title_that_tells_would_be_found() -> None:
    twin = "<title>写信 · 云溪社区</title>"
    assert telling({"complaint": twin}) == {"complaint": "写信 · 云溪社区"}


def test_titles_are_as_plain_in_english(walked: Walk) -> None:
    here = f"/q/{walked.cast.liutang}"
    urls = ("/privacy", "/help", "/receipt", "/notices", "/disclosures", here)
    found = {
        url: walked.visitor.opens(f"{url}?lang=en").html for url in urls if url != here
    }
    assert set(titles_of(found).values()) == {EVERYWHERE}


def test_where_something_is_written_or_read_there_is_a_way_out(walked: Walk) -> None:
    pages = {
        name: page.html
        for name, page in walked.pages.items()
        if name.startswith(WRITTEN) and name not in NOT_THERE
    }
    assert len(pages) > 12
    assert [name for name, page in pages.items() if EXIT not in page] == []
    assert EXIT not in walked.pages["/"].html


def test_the_way_out_takes_no_address_along(walked: Walk) -> None:
    for name in ("survey", "complaint", "receipt"):
        (link,) = re.findall(r"<a[^>]*data-exit[^>]*>", walked.pages[name].html)
        assert 'rel="noreferrer"' in link
        assert 'href="/away"' in link


def test_large_type_is_offered_where_the_way_out_took_its_place(walked: Walk) -> None:
    for name in ("survey", "complaint", "receipt", "/notices"):
        assert walked.pages[name].html.count("大字版") == 1, name
    assert walked.pages["vote"].html.count("标准字") == 1  # it is large from the start


def test_what_pads_a_body_is_neither_kept_nor_shown(
    house: Installation, visitor: Visitor, cast: Cast
) -> None:
    padding = "0" * 1800
    for url, fields in (
        (f"/q/{cast.yunxi}/complaint", {"text": " "}),
        (f"/q/{cast.yunxi}/survey", {"overall": "sideways"}),
        ("/receipt", {"receipt": "1234"}),
    ):
        page = visitor.sends(url, status=422, **fields, pad=padding)
        assert padding not in page.html
    visitor.sends(f"/q/{cast.yunxi}/complaint", text="路灯坏了", pad=padding)
    (waiting,) = in_the_box(house).values()
    assert b"letter" in waiting
    assert padding.encode() not in waiting


def test_scripts_of_residents_keep_nothing_for_good() -> None:
    for name in ("public.js", "puzzle.js"):
        script = (assets("static") / name).read_text("utf-8")
        assert not re.search(r"localStorage|indexedDB|document\.cookie|caches", script)
