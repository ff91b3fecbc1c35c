"""The question before a crowd, in a real browser: found by script, or answered by hand."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from portal.intake.budget import Scope
from portal.intake.puzzle import NUMBERS, WAIT
from portal.web.app import create_app
from portal.web.counts import HourCounter
from portal.web.installation import Installation
from portal.web.limits import block_of
from tests.browser.town import Server
from tests.makers import Cast, Clock


@pytest.fixture
def crowded(house: Installation) -> Iterator[str]:
    """The cast's installation, served, its visitors' block over budget."""
    server = Server()
    house.settings = replace(house.settings, base_url=server.base_url)
    server.app = app = create_app(house)
    _crowd(app, house)
    yield server.base_url
    server.stop()


def _crowd(app: Flask, house: Installation) -> None:
    second = int(house.clock().timestamp())
    counter = HourCounter(app.extensions["tallies"], second)
    counter.add(Scope.BLOCK, block_of("127.0.0.1"), 360)


def send(page: Page, base_url: str, cast: Cast) -> None:
    page.goto(f"{base_url}/q/{cast.yunxi}/complaint")
    page.fill("[name=text]", "电动车占道半年了，\n物业三次没人管。")
    page.get_by_role("button", name="封好，投进意见箱").click()


def test_with_script_nobody_presses_anything(
    crowded: str, browser: Browser, cast: Cast, house: Installation
) -> None:
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    send(page, crowded, cast)
    expect(page.locator(".slip code")).to_be_visible()
    assert house.door.box.waiting() == 1
    context.close()


def test_without_script_the_sum_is_answered_by_hand(
    crowded: str, browser: Browser, cast: Cast, house: Installation, clock: Clock
) -> None:
    context = browser.new_context(locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    send(page, crowded, cast)
    asked = page.locator("label[for=total]").inner_text()
    assert not page.get_by_text("正在替您排队").is_visible()
    clock.goes_on(seconds=WAIT)
    total = sum(1 + NUMBERS.index(c) for c in asked if c in NUMBERS)
    page.fill("[name=total]", str(total))
    page.get_by_role("button", name="答好了").click()
    expect(page.locator(".slip code")).to_be_visible()
    assert house.door.box.waiting() == 1
    context.close()
