"""A real browser, and the town it opens."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Playwright, sync_playwright

from portal.web.app import create_app
from portal.web.installation import Installation
from tests.browser.chromium import chromium
from tests.browser.town import Server, Town, served_town


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    try:
        browser = chromium(playwright)
    except Error as error:
        pytest.fail(f"no Chromium starts: {error}")
    yield browser
    browser.close()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with served_town(tmp_path / "instance") as town:
        yield town


@pytest.fixture
def base_url(house: Installation) -> Iterator[str]:
    """The cast's installation, served."""
    server = Server()
    house.settings = replace(house.settings, base_url=server.base_url)
    server.app = create_app(house)
    yield server.base_url
    server.stop()
