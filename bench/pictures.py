"""The README's pictures, taken from a demo: `python -m bench.pictures`.

Pictures are of the running product with fictional data; take them anew whenever a
page in them changes.
"""

import json
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyotp
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from waitress import create_server

from portal.cli.demo import build
from portal.rounds import Phase
from portal.web.app import create_app
from tests.browser.chromium import chromium

TARGET = Path(__file__).parent.parent / ".ci" / "pictures"
PHONE = ViewportSize(width=360, height=720)
DESK = ViewportSize(width=1280, height=800)


@contextmanager
def served(phase: Phase, port: int) -> Iterator[dict[str, Any]]:
    """A demo in a phase, served; gives what `demo.json` says."""
    with tempfile.TemporaryDirectory() as folder:
        house = build(Path(folder), f"http://127.0.0.1:{port}", phase)
        server = create_server(create_app(house), host="127.0.0.1", port=port)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        yield json.loads((Path(folder) / "demo.json").read_text("utf-8"))
        server.close()


def phone(browser: Browser) -> Page:
    """A small phone with sharp pixels."""
    context = browser.new_context(viewport=PHONE, device_scale_factor=2, locale="zh-CN")
    return context.new_page()


def residents(browser: Browser, told: dict[str, Any]) -> None:
    """Hub, questionnaire, letter, receipt."""
    page, url = phone(browser), told["entrances"][0]["url"]
    page.goto(url)
    _shoot(page, "hub")
    page.goto(f"{url}/survey")
    for name, value in (("overall", "mostly"), ("errand", "smooth")):
        page.check(f"[name={name}][value={value}]")
    page.evaluate("scrollTo(0, 0)")
    _shoot(page, "survey")
    page.goto(f"{url}/complaint")
    page.fill("[name=text]", "楼下的路灯坏了三个月，晚上老人不敢出门，报了两次没下文。")
    page.check("[name=category][value=property]")
    page.evaluate("scrollTo(0, 0)")
    _shoot(page, "letter")
    page.click("button.go")
    page.wait_for_selector(".slip")
    _shoot(page, "receipt")


def staff(browser: Browser, told: dict[str, Any]) -> None:
    """An opened letter on the desk, and the printed notice."""
    page = browser.new_page(viewport=DESK, device_scale_factor=1.5)
    _sign_in(page, told, "leader3")
    page.goto(f"{told['base_url']}/desk/letters")
    page.click('li > a[href*="/desk/letters/"] >> nth=0')
    if page.locator("form button:has-text('拆信')").count():
        page.click("form button:has-text('拆信')")
    _shoot(page, "desk")
    page.context.clear_cookies()
    _sign_in(page, told, "office1")
    page.set_viewport_size({"width": 794, "height": 1123})
    code = told["entrances"][0]["code"]
    page.goto(f"{told['base_url']}/desk/entrances/poster/{code}")
    page.emulate_media(media="print")
    _shoot(page, "poster")


def results(browser: Browser, told: dict[str, Any]) -> None:
    """One community's result."""
    page = phone(browser)
    place = told["places"][3]["code"]
    page.goto(f"{told['base_url']}/results/{told['round']['id']}/{place}")
    _shoot(page, "result")


def _sign_in(page: Page, told: dict[str, Any], username: str) -> None:
    who = next(p for p in told["staff"] if p["username"] == username)
    page.goto(f"{told['base_url']}/desk/signin")
    page.fill("[name=username]", who["username"])
    page.fill("[name=password]", who["password"])
    page.fill("[name=totp]", pyotp.TOTP(who["totp_secret"]).now())
    page.click("button[type=submit], form button")
    page.wait_for_url("**/desk/")


def _shoot(page: Page, name: str) -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=TARGET / f"{name}.png")


def main() -> None:
    """Take every picture."""
    with sync_playwright() as driver:
        browser = chromium(driver)
        with served(Phase.COLLECTING, 8391) as told:
            residents(browser, told)
            staff(browser, told)
        with served(Phase.PUBLISHED, 8392) as told:
            results(browser, told)
        browser.close()


if __name__ == "__main__":
    main()
