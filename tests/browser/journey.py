"""One round as it is lived through screens, and what people carry from one to another."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.screens import Desk, Phone
from tests.browser.town import Town
from tests.journeys.paper import PaperSlip
from tests.journeys.story import (
    LETTER,
    LIUTANG,
    PLACES,
    PLAN,
    REPLY,
    REPORT,
    STATEMENT,
    TITLE,
    YUNXI,
)

__all__ = ["LETTER", "PLACES", "PLAN", "REPLY", "REPORT", "STATEMENT", "TITLE"]
__all__ += ["LIUTANG", "YUNXI", "Journey"]


@dataclass
class Journey:
    """Who holds which window, and what is written on whose paper."""

    town: Town
    browser: Browser
    script: bool
    papers: Path
    desks: dict[str, Desk] = field(default_factory=dict)
    entrance: str = ""  # the address on the decoded poster
    receipt: str = ""
    slips: dict[str, list[PaperSlip]] = field(default_factory=dict)
    digest: str = ""  # as it hangs on the notice board
    fingerprint: str = ""

    def desk(self, username: str) -> Desk:
        """The window of somebody of the staff, signed in."""
        if username not in self.desks:
            desk = Desk(self.town, self.browser, script=self.script)
            desk.signs_in(username)
            self.desks[username] = desk
        return self.desks[username]

    @contextmanager
    def phone(self) -> Iterator[Phone]:
        """A resident's phone, new to the portal."""
        phone = Phone(self.town, self.browser, script=self.script)
        yield phone
        phone.closes()

    def moves_on(self, phase: str) -> None:
        """The office moves the round on."""
        office = self.desk("office")
        office.opens(f"/desk/rounds/1/advance/{phase}")
        office.presses("推进到")
        assert "阶段已推进" in office.words

    def closes(self) -> None:
        """Everybody goes home."""
        for desk in self.desks.values():
            desk.closes()
