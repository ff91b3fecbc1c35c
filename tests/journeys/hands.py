"""A person at a phone or a desk without script: opens, follows, fills in, presses."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pyotp

from tests.journeys.town import Town
from tests.visitor import Page, Reading, Visitor

FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.DOTALL)
BUTTON = re.compile(r"<button\b([^>]*)>(.*?)</button>", re.DOTALL)
LINK = re.compile(r'<a\b[^>]*?href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
OPTION = re.compile(r'<option value="([^"]*)"[^>]*>(.*?)</option>', re.DOTALL)
GIVEN = re.compile(r'([\w-]+)="([^"]*)"')


def bare(html: str) -> str:
    """The words of a piece of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


class Hand:
    """Somebody with a browser, and the page in front of them."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.visitor = Visitor(town.app)
        self.page: Page

    @property
    def words(self) -> str:
        """What stands on the page."""
        return self.page.words

    def opens(self, address: str, *, status: int = 200) -> None:
        """Type an address or scan it; what stands behind # stays in the phone."""
        parts = urlsplit(address)
        url = f"{parts.path}?{parts.query}" if parts.query else parts.path
        self.page = self.visitor.opens(url, status=status)

    def follows(self, words: str, *, after: str = "") -> None:
        """Follow the first link of these words, past a heading if one is named."""
        html = self.page.html.partition(after)[2] if after else self.page.html
        found = [unescape(to) for to, text in LINK.findall(html) if words in bare(text)]
        assert found, (self.page.url, words, self.words[:600])
        self.opens(found[0])

    def presses(self, words: str, *, status: int = 200, **fields: Any) -> None:
        """Fill fields of the form with this button in, over what it holds; press."""
        form, button = self._form_of(words)
        reading = Reading()
        reading.feed(form)
        named = {g["name"] for _, g in reading.tags if "name" in g}
        assert set(fields) <= named, (self.page.url, set(fields) - named)
        action = re.search(r'action="([^"]*)"', form)
        here = self.page.response.request.full_path
        there = unescape(action[1]) if action and action[1] else here
        sent = {**reading.form, **button, **fields}
        self.page = self.visitor.posts(there, status=status, **sent)

    def can_press(self, words: str) -> bool:
        """Whether the page has such a button."""
        return any(words in bare(text) for _, text in BUTTON.findall(self.page.html))

    def option(self, name: str, words: str) -> str:
        """The value of the one option of a select with these words."""
        select = self.page.html.split(f'name="{name}"')[1].split("</select>")[0]
        found: list[tuple[str, str]] = OPTION.findall(select)
        (value,) = [value for value, text in found if words in bare(text)]
        return value

    def boxes(self, name: str) -> list[str]:
        """The values of all check boxes of a name."""
        tags = self.page.reading.tags
        return [g["value"] for t, g in tags if t == "input" and g.get("name") == name]

    def held(self, name: str) -> str:
        """What a field holds."""
        form: dict[str, list[str]] = self.page.form
        return form[name][0].removeprefix("\n")

    def _form_of(self, words: str) -> tuple[str, dict[str, str]]:
        for form in FORM.findall(self.page.html):
            for attributes, text in BUTTON.findall(form):
                if words in bare(text):
                    given = dict(GIVEN.findall(attributes))
                    name, value = given.get("name"), given.get("value", "")
                    return form, {name: value} if name else {}
        raise AssertionError(self.page.url, words, self.words[:600])


class Desk(Hand):
    """Somebody of the staff, signed in."""

    def __init__(self, town: Town, username: str) -> None:
        super().__init__(town)
        town.clock.goes_on(seconds=31)  # a code works once
        person = town.people[username]
        self.opens("/desk/signin")
        self.presses(
            "登录",
            username=username,
            password=person.password,
            totp=pyotp.TOTP(person.totp_secret).at(town.clock.now),
        )
        assert self.page.url == "/desk/"
