"""Scenes the tests of the later stages begin with."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import handover
from portal.handover import Handover, Route, Terms
from portal.intake.records import Letter
from portal.places import get_place
from portal.review import evidence, findings
from portal.review.findings import Draft, Finding, Severity
from portal.review.letters import Reader
from portal.web.installation import Installation
from tests.makers import MORNING, TODAY, Cast, Player, make_complaint, make_reader

CANARY = "我家对面三栋二单元的老周把消防栓锁在自己车库里谁也不让用"
OWN_WORDS = Draft(
    title="消防设施被占用",
    statement="个别住户占用公共消防设施，物业未履行日常检查职责。",
    category="property",
    severity=Severity.SERIOUS,
)


def draft(**given: Any) -> Draft:
    """The usual draft with something else in it."""
    return Draft(**{**vars(OWN_WORDS), **given})


@dataclass
class Scene:
    """The cast at work in one session."""

    session: Session
    house: Installation
    cast: Cast

    def reader(self, player: Player) -> Reader:
        return make_reader(self.session, self.house, player)

    def letter(
        self, text: str = CANARY, *, code: str = "", contact: str = ""
    ) -> Letter:
        """A letter that was dropped in and came out of the box."""
        known = set(self.session.scalars(select(Letter.id)))
        make_complaint(self.house, code or self.cast.yunxi, text=text, contact=contact)
        self.session.commit()
        self.house.open_letterbox(by="office", reason="test")
        new = select(Letter).where(Letter.id.not_in(known))
        return self.session.scalars(new).one()

    def finding(
        self, letter: Letter | None = None, *, draft: Draft = OWN_WORDS
    ) -> Finding:
        """A draft by `member` on a letter."""
        return evidence.establish(
            self.session,
            letter or self.letter(),
            draft,
            reader=self.reader(self.cast.member),
        )

    def approved(
        self, letter: Letter | None = None, *, draft: Draft = OWN_WORDS
    ) -> Finding:
        finding = self.finding(letter, draft=draft)
        mate = self.cast.mate.staff(self.session)
        findings.approve(self.session, finding, by=mate, now=MORNING)
        return finding

    def handed_over(
        self, finding: Finding | None = None, *, route: Route = Route.PROPOSAL
    ) -> Handover:
        """Handed over by the chief to the unit, leads to discipline inspection."""
        to = self.cast.discipline if route is Route.LEAD else self.cast.unit
        return handover.hand_over(
            self.session,
            finding or self.approved(),
            terms=Terms(
                route=route,
                receiver=to.staff(self.session),
                due_on=TODAY + timedelta(days=30),
            ),
            by=self.cast.chief.staff(self.session),
            now=MORNING,
            today=TODAY,
        )

    def signed(self, finding: Finding | None = None) -> Handover:
        row = self.handed_over(finding)
        unit = self.cast.unit.staff(self.session)
        handover.sign_for(self.session, row, by=unit, now=MORNING, today=TODAY)
        return row

    def place_id(self, code: str) -> int:
        return get_place(self.session, code).id
