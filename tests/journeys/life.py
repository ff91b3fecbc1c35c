"""A round as it is lived through pages: who holds what, and what was told."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from portal.kernel.settings import Settings
from portal.web.limits import limiter
from tests.journeys.hands import Desk, Hand
from tests.journeys.paper import PaperSlip
from tests.journeys.story import LETTER
from tests.journeys.town import Town, make_town
from tests.web.public.scenes import time_passes

BASE_URL = "http://localhost"


@dataclass(frozen=True)
class Papers:
    """What the printer made, and where it lies."""

    folder: Path
    slips: Mapping[str, list[PaperSlip]]


@dataclass
class Life:
    """Who is at which desk, what is in whose pocket, and what was told so far.

    `told` holds what everybody read, without what is drawn by chance: two lives of
    the same story tell the same, whatever the database.
    """

    town: Town
    papers: Papers
    folder: Path
    desks: dict[str, Desk] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    entrance: str = ""
    receipt: str = ""
    digest: str = ""
    fingerprint: str = ""

    def desk(self, username: str) -> Desk:
        if username not in self.desks:
            self.desks[username] = Desk(self.town, username)
        return self.desks[username]

    def phone(self) -> Hand:
        """A resident's phone, new to the portal."""
        return Hand(self.town)

    def moves_on(self, phase: str) -> None:
        """The office moves the round on; a resident looks at the hub."""
        office = self.desk("office")
        office.opens(f"/desk/rounds/1/advance/{phase}")
        office.presses("推进到")
        assert "阶段已推进" in office.words
        time_passes(self.town.app)
        if self.entrance:
            phone = self.phone()
            phone.opens(self.entrance)
            self.told[f"hub {phase}"] = phone.words

    def looks_up(self, when: str) -> None:
        """The holder of the receipt asks how far it is."""
        phone = self.phone()
        phone.opens("/receipt")
        phone.presses("看看办到哪一步了", receipt=self.receipt)
        assert LETTER not in phone.page.html
        self.told[f"receipt {when}"] = phone.words


@contextmanager
def life_in(settings: Settings, papers: Papers) -> Iterator[Life]:
    """A life in an installation of its own."""
    town = make_town(replace(settings, base_url=BASE_URL, hotline="000-0000"))
    yield Life(town, papers, settings.instance)
    town.house.close()
    with town.app.app_context():
        limiter.reset()
