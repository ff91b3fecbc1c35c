"""Towns whose every public form is found, filled and sent, and what may be wrong.

The routes come from the application itself: a new one is tried without being named.
"""

import gzip
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import Any

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from portal.web.installation import Installation
from portal.web.limits import limiter
from tests.makers import Cast
from tests.visitor import Page, Reading, faults_of

TOO_MUCH = {413}  # too large or too many parts: nothing of it was read
NOT_TYPED = {"csrf_token", "revision", "step", "homepage"}  # the last nobody sees
GUESSED = ("receipt", "text")
Fields = Mapping[str, str | Sequence[str] | None]
_addresses = count(1)


@dataclass(repr=False)
class Town:
    """A community that takes letters and answers, or one that votes."""

    app: Flask
    house: Installation
    cast: Cast
    known: dict[str, str] = field(default_factory=dict)  # what is behind <arguments>
    forms: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    typed: dict[str, set[str]] = field(default_factory=dict)  # names to write in
    open: set[str] = field(default_factory=set)  # paths whose form was found

    def looks_around(self, receipt: str) -> None:
        """Open what has a form, and keep each form as a browser would fill it."""
        self.known = {
            "code": self.cast.yunxi,
            "round_code": "2026-1",
            "place_code": "999001001001",
        }
        for path in self.paths():
            self.forms[path] = {}
            self.typed[path] = set()
        for path in self.paths():
            self._reads(self.app.test_client().get(path), path)
        here, words = f"/q/{self.cast.yunxi}/complaint", {"text": "灯坏了"}
        for path, typed in (("/receipt", {"receipt": receipt}), (here, words)):
            sent = {**self.forms[path], **typed}
            self._reads(self.app.test_client().post(path, data=sent), path)

    def knows_from(self, other: "Town") -> None:
        """Take over the forms that are open elsewhere: somebody may have one yet."""
        for path in other.open - self.open:
            self.forms[path] = other.forms[path]
            self.typed[path] = other.typed[path]

    def guesses(self) -> None:
        """Where no form was found, send what its neighbours send."""
        for path in set(self.forms) - self.open:
            near = [
                p for p in sorted(self.open) if p.split("/")[1] == path.split("/")[1]
            ]
            self.forms[path] = (
                self.forms[near[0]] if near and not self.forms[path] else {}
            )

    def names(self, path: str) -> list[str]:
        """What can be written there; without a form, or one to write in, a guess."""
        return sorted(self.typed[path] or GUESSED)

    def paths(self) -> list[str]:
        """Every public address that takes a POST, from the application itself.

        The capital ones of printed codes (/Q/…) lead to the same views.
        """
        found = {self._filled(rule) for rule in self._rules()}
        return sorted(path for path in found if not path.startswith("/Q/"))

    def _rules(self) -> list[Rule]:
        return [
            rule
            for rule in self.app.url_map.iter_rules()
            if rule.endpoint.startswith("public.") and "POST" in (rule.methods or ())
        ]

    def _filled(self, rule: Rule) -> str:
        return re.sub(
            r"<(?:\w+:)?(\w+)>", lambda m: self.known.get(m[1], "1"), rule.rule
        )

    def _reads(self, response: TestResponse, path: str) -> None:
        html = response.get_data(as_text=True)
        for form in re.findall(r"<form\b.*?</form>", html, re.DOTALL):
            action = re.search(r'action="([^"?]*)', form)
            reading = Reading()
            reading.feed(form)
            where = action[1] if action and action[1] else path
            if where in self.forms and not self.forms[where]:
                self.open.add(where)
                self.forms[where] = {n: v for n, v in reading.form.items() if n}
                self.typed[where] = {
                    given["name"]
                    for tag, given in reading.tags
                    if tag == "textarea"
                    or (tag == "input" and given.get("type", "text") == "text")
                    if "name" in given
                } - NOT_TYPED

    def sends(self, path: str, **given: Any) -> TestResponse:
        """One request of somebody new."""
        number = next(_addresses)
        if number % 500 == 0:
            with self.app.app_context():
                limiter.reset()
        home = {"REMOTE_ADDR": f"10.{number // 250 % 250}.{number % 250}.1"}
        method = given.pop("method", "POST")
        answer = self.app.test_client().open(
            path, method=method, environ_overrides=home, **given
        )
        if answer.headers.get("Content-Encoding") == "gzip":
            answer.set_data(gzip.decompress(answer.get_data()))
        return answer

    def fills(self, path: str, **fields: Any) -> dict[str, list[str]]:
        """The form of a path with these fields; None leaves one out."""
        filled = {**self.forms[path], **fields}
        return {n: _list(v) for n, v in filled.items() if v is not None}


def _list(value: str | Sequence[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


class PageReadOnce(Page):
    """A page that is taken apart but once, however often it is asked."""

    @cached_property
    def reading(self) -> Reading:
        return super().reading


def wrong_with(response: TestResponse, path: str, words: Sequence[str] = ()) -> str:
    """Why an answer is not what the house promises; nothing if it is."""
    html, page = response.get_data(as_text=True), PageReadOnce(response, path)
    if response.status_code >= 500 or "Traceback" in html:
        return f"{response.status} {html[:80]}"
    if response.mimetype == "text/html" and html and response.status_code != 308:
        faults = set(faults_of(page))
        faults.discard("another host on the page")  # as a word, but not as a link:
        faults |= {url for url in loaded_by(page) if url.startswith(("//", "http"))}
        if faults:
            return f"{response.status_code} {faults}"
    if response.status_code < 400 or response.status_code in TOO_MUCH:
        return ""
    lost = lost_from(page, words)
    return f"{response.status_code} lost {lost[0][:60]!r}" if lost else ""


def loaded_by(page: Page) -> list[str]:
    """What the page leads to, sends to or loads."""
    tags = page.reading.tags
    return [g[n] for _, g in tags for n in ("src", "href", "action") if n in g]


def lost_from(page: Page, words: Sequence[str]) -> list[str]:
    """Which of the words no field of the page holds."""
    held = {_as_sent(value) for values in page.form.values() for value in values}
    return [word for word in words if word.strip() and _as_sent(word) not in held]


def _as_sent(words: str) -> str:
    """Words without what a browser changes: line ends, and those at the ends."""
    return re.sub(r"\r\n?", "\n", words).strip("\n")


def words_of(town: Town, path: str, fields: Fields) -> list[str]:
    """What of these fields somebody wrote, rather than ticked."""
    names = town.typed[path]
    return [_list(v)[0] for n, v in fields.items() if n in names and v]


@dataclass
class Tried:
    """Requests tried, and what was wrong with their answers."""

    number: int = 0
    wrong: dict[str, str] = field(default_factory=dict)

    def note(self, name: str, fault: str) -> None:
        self.number += 1
        if fault:
            self.wrong[name] = fault
