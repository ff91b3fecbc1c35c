"""What residents and staff hold in hand; every page shown is looked at on the way."""

from pathlib import Path
from typing import Any

import pyotp
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from tests.browser.town import Town

PHONE = {"width": 360, "height": 800}
LAPTOP = {"width": 1280, "height": 800}
MOST_REQUESTS = 2  # of a resident's page (design promise 5)


class Screen:
    """A window of one person, in a context of its own."""

    def __init__(
        self, browser: Browser, base_url: str, *, size: dict[str, int], **options: Any
    ) -> None:
        self.base_url = base_url
        self.width = size["width"]
        self.context = browser.new_context(
            viewport=size,  # type: ignore[arg-type]  # a plain dict to readers
            locale="zh-CN",
            base_url=base_url,
            **options,
        )
        self.context.set_default_timeout(10_000)
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.asked: list[str] = []
        self.status = 0
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", self._note)

    @property
    def words(self) -> str:
        """The visible text."""
        return self.page.inner_text("body")

    def opens(self, address: str) -> None:
        """Type an address or scan it."""
        self.asked.clear()
        answer = self.page.goto(address)
        self.status = answer.status if answer else 0
        self.looks()

    def presses(self, words: str) -> None:
        """Press the first button of these words and wait for the page that comes."""
        self._goes("button", words)

    def follows(self, words: str, *, within: str = "body") -> None:
        """Follow the first link of these words in a part of the page."""
        self._goes("link", words, within=within)

    def writes(self, **fields: str) -> None:
        """Write into fields by their names."""
        for name, text in fields.items():
            self.page.fill(f"[name='{name}']", text)

    def ticks(self, **fields: str) -> None:
        """Tick one value of each field."""
        for name, value in fields.items():
            self.page.check(f"input[name='{name}'][value='{value}']", force=True)

    def chooses(self, **fields: str) -> None:
        """Choose by the words of an option."""
        for name, label in fields.items():
            options = self.page.locator(f"select[name='{name}'] option")
            (value,) = options.filter(has_text=label).all()
            self.page.select_option(
                f"select[name='{name}']", value.get_attribute("value")
            )

    def saves(self, words: str) -> bytes:
        """Download what a link of these words leads to."""
        link = self.page.get_by_role("link", name=words).first
        with self.page.expect_download() as coming:
            link.click()
        return Path(coming.value.path()).read_bytes()

    def looks(self) -> None:
        """What holds on every page."""
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= self.width, (self.page.url, f"{wide} pixels wide")
        assert self.faults == [], (self.page.url, self.faults)

    def closes(self) -> None:
        """Put it away."""
        self.context.close()

    def _goes(self, role: Any, words: str, *, within: str = "body") -> None:
        found = self.page.locator(within).get_by_role(role, name=words).first
        self.asked.clear()
        with self.page.expect_navigation() as coming:
            found.click()
        self.status = coming.value.status
        self.looks()

    def _hear(self, message: ConsoleMessage) -> None:
        of_refusal = "status of 4" in message.text and self.page.url.startswith(
            str(message.location.get("url"))
        )
        if message.type in {"error", "warning"} and not of_refusal:
            self.faults.append(message.text)

    def _note(self, request: Request) -> None:
        self.asked.append(request.url)
        if not request.url.startswith((self.base_url, "data:")):
            self.faults.append(f"another host: {request.url}")


class Phone(Screen):
    """A resident's phone: 360×800, nothing kept, next to nothing fetched."""

    def __init__(self, town: Town, browser: Browser, *, script: bool) -> None:
        super().__init__(
            browser,
            town.base_url,
            size=PHONE,
            is_mobile=True,
            has_touch=True,
            java_script_enabled=script,
        )

    def looks(self) -> None:
        """Promise 5: no cookie, at most two requests, no sideways scrolling."""
        super().looks()
        fetched = [url for url in self.asked if not url.startswith("data:")]
        assert len(fetched) <= MOST_REQUESTS, (self.page.url, fetched)
        assert self.context.cookies() == []


class Desk(Screen):
    """A laptop of the staff."""

    def __init__(self, town: Town, browser: Browser, *, script: bool) -> None:
        super().__init__(
            browser, town.base_url, size=LAPTOP, java_script_enabled=script
        )
        self._town = town

    def signs_in(self, username: str) -> None:
        """Name, password and a fresh code: a code works once."""
        self._town.clock.goes_on(seconds=31)
        person = self._town.people[username]
        self.opens("/desk/signin")
        self.writes(
            username=username,
            password=person.password,
            totp=pyotp.TOTP(person.totp_secret).at(self._town.clock.now),
        )
        self.presses("登录")
        assert self.page.url == f"{self.base_url}/desk/"
