"""What is printed from a page comes out of Chromium's own PDF as it should."""

from collections.abc import Iterator
from dataclasses import replace

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page

from portal.posters import proof
from portal.web.app import create_app
from portal.web.installation import Installation
from portal.web.staff import COOKIE
from tests.browser.town import Server
from tests.makers import Cast, signed_in

A4 = (595, 842)  # points


@pytest.fixture
def desk(browser: Browser, house: Installation, cast: Cast) -> Iterator[Page]:
    """The office's browser, signed in."""
    server = Server()
    house.settings = replace(house.settings, base_url=server.base_url)
    app = create_app(house)
    server.app = app
    cookie = signed_in(app, house, cast.office).client.get_cookie(COOKIE, path="/desk")
    assert cookie is not None
    context = browser.new_context(locale="zh-CN", base_url=server.base_url)
    context.add_cookies(
        [{"name": COOKIE, "value": cookie.value, "url": f"{server.base_url}/desk"}]
    )
    yield context.new_page()
    context.close()
    server.stop()


def printed(page: Page, path: str) -> bytes:
    page.goto(path)
    return page.pdf(prefer_css_page_size=True, print_background=True)


def pages_of(content: bytes) -> list[tuple[int, int]]:
    document = pypdfium2.PdfDocument(content)
    sizes = [(round(page.get_width()), round(page.get_height())) for page in document]
    document.close()
    return sizes


def test_the_html_poster_is_one_a4_page_with_a_code_that_scans(
    desk: Page, house: Installation, cast: Cast
) -> None:
    content = printed(desk, f"/desk/entrances/poster/{cast.yunxi}")
    assert pages_of(content) == [A4]
    address = f"http://{house.settings.base_url.partition('://')[2]}/Q/{cast.yunxi}"
    assert proof.scans(proof.raster(content, 2)) == [address]


def test_cards_to_cut_out_all_scan_from_the_printed_sheet(
    desk: Page, cast: Cast
) -> None:
    content = printed(desk, "/desk/entrances/sheet?place=999001001001")
    assert pages_of(content) == [A4]
    found = proof.scans(proof.raster(content, 3))
    assert cast.yunxi in {text.rpartition("/")[2] for text in found}
    assert len(found) == 2


def test_the_notice_for_the_board_is_one_page(desk: Page, cast: Cast) -> None:
    assert pages_of(printed(desk, f"/desk/rounds/{cast.round_id}/notice")) == [A4]


def test_a_place_nobody_scanned_is_not_a_black_box_on_paper(desk: Page) -> None:
    desk.goto("/desk/coverage")
    desk.emulate_media(media="print")
    colours = desk.locator(".heat").evaluate_all(
        "cells => cells.map(cell => getComputedStyle(cell).backgroundColor)"
    )
    assert colours != []
    assert "rgb(0, 0, 0)" not in colours


def test_a_page_of_the_desk_prints_on_a4(desk: Page) -> None:
    assert set(pages_of(printed(desk, "/desk/coverage"))) == {A4}
