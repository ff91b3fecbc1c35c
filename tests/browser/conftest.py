"""A real browser, and the town it opens."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Playwright, sync_playwright

from tests.browser.town import Town, served_town

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


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
    """The machine's Chromium, else the one Playwright installed."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    try:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
    except Error as error:
        pytest.fail(f"no Chromium starts (tried {found or 'Playwright'}): {error}")
    yield browser
    browser.close()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with served_town(tmp_path / "instance") as town:
        yield town
