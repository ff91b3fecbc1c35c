"""Filled forms to send: every one with a token of its own and other words."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Flask, g

from bench.house import Stand
from portal.questionnaires.shape import Item, ItemType
from portal.web.guards import form_token

WORDS = "电动车占道半年了，物业三次没人管，晚上充电的线从三楼拉下来，老人小孩走路要绕。"


@dataclass(frozen=True)
class Sending:
    """One request: method, path, and the form's bytes where there is one."""

    method: str
    path: str
    body: bytes = b""


@dataclass(frozen=True)
class Forms:
    """Makes requests a resident's phone would send to the stand."""

    stand: Stand
    app: Flask

    @property
    def survey_path(self) -> str:
        """Where the questionnaire is."""
        return f"/q/{self.stand.code}/survey"

    def survey(self, number: int) -> Sending:
        """20 answers, one of them written."""
        fields = self._fields(number)
        token = self._token(self.survey_path)
        return _post(self.survey_path, [("csrf_token", token), *fields])

    def complaint(self, number: int) -> Sending:
        """A letter with a contact."""
        path = f"/q/{self.stand.code}/complaint"
        fields = [
            ("csrf_token", self._token(path)),
            ("category", "property"),
            ("text", f"{WORDS}（{number}）"),
            ("contact", f"138 0000 {number:04d}"),
        ]
        return _post(path, fields)

    def row(self, number: int) -> Sending:
        """The survey's form, sent to the bare handler."""
        return self._bare("/row", number)

    def keyed_row(self, number: int) -> Sending:
        """The same, to the bare handler that derives a receipt key."""
        return self._bare("/keyed-row", number)

    def _bare(self, path: str, number: int) -> Sending:
        token = self._token(self.survey_path)
        return _post(path, [("csrf_token", token), *self._fields(number)])

    def _fields(self, number: int) -> list[tuple[str, str]]:
        answers = [
            pair
            for item in self.stand.definition.questions
            for pair in _answer(item, number)
        ]
        return [("revision", self.stand.revision), *answers]

    def _token(self, path: str) -> str:
        with self.app.test_request_context(path):
            if path == self.survey_path:
                g.revision_shown = self.stand.revision
            return form_token()


def _answer(item: Item, number: int) -> list[tuple[str, str]]:
    """Any answer; the second option makes every conditional question apply."""
    if item.type in {ItemType.SINGLE, ItemType.SCALE, ItemType.MULTI}:
        return [(item.id, item.options[1].id)]
    return [(item.id, f"{WORDS}（{number}）")]


def _post(path: str, fields: list[tuple[str, str]]) -> Sending:
    return Sending("POST", path, urlencode(fields).encode())


Maker = Callable[[int], Sending]
