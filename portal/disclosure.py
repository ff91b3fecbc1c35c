"""公示: problem → measures → result, per community, for everybody to read.

Withdrawn or corrected entries stay visible as such.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from portal.kernel import audit
from portal.kernel.database import Base, fetch
from portal.kernel.errors import ConflictError, InvalidError
from portal.people import Staff
from portal.places import Place
from portal.rectification import Outcome, Source, confirmations
from portal.review.findings import Finding, FindingState, findings
from portal.rounds import Round
from portal.rounds.phases import PublicAct

_TELLABLE = frozenset(FindingState) - {FindingState.DRAFT}


class IncompleteError(InvalidError):
    """Problem, measures and result must all be said."""

    sentence = "问题、措施、结果三样都要写，群众才看得明白。还没结果就写「正在办」。"


class NotTellableError(ConflictError):
    """A draft cannot be published."""

    sentence = "这个问题还没有经第二人核定，不能公示。"


class LeadError(ConflictError):
    """A lead is with discipline inspection and never published."""

    sentence = "这是移交纪检监察的线索，不能公示。"


class WithdrawnError(ConflictError):
    """The entry was taken back before."""

    sentence = "这一条已经撤回过了，原因也已公开，不能再改。"


class Disclosure(Base):
    """One published entry."""

    __tablename__ = "disclosure"
    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"))
    problem: Mapped[str]
    measures: Mapped[str]
    result: Mapped[str]
    published_on: Mapped[date]
    withdrawn_on: Mapped[date | None]
    withdrawn_reason: Mapped[str] = mapped_column(default="")
    place: Mapped[Place] = relationship()
    finding: Mapped[Finding] = relationship()

    @property
    def is_withdrawn(self) -> bool:
        """Whether the office took it back."""
        return self.withdrawn_on is not None


def publish(
    session: Session,
    finding: Finding,
    *,
    words: Sequence[str],
    by: Staff,
    now: datetime,
    today: date,
) -> Disclosure:
    """Publish (problem, measures, result) of a finding.

    Raises IncompleteError, NotTellableError, LeadError.
    """
    if finding.is_lead:
        raise LeadError
    if finding.state not in _TELLABLE:
        raise NotTellableError
    problem, measures, result = (text.strip() for text in words)
    if not (problem and measures and result):
        raise IncompleteError
    row = Disclosure(
        round_id=finding.round_id,
        place_id=finding.place_id,
        finding_id=finding.id,
        problem=problem,
        measures=measures,
        result=result,
        published_on=today,
    )
    session.add(row)
    session.flush()
    _log(session, row, "disclosure.publish", by=by, now=now)
    return row


def withdraw(
    session: Session,
    entry: Disclosure,
    *,
    reason: str,
    by: Staff,
    now: datetime,
    today: date,
) -> None:
    """Take an entry back; it stays on the page, struck through, with the reason.

    Raises InvalidError, WithdrawnError.
    """
    if entry.is_withdrawn:
        raise WithdrawnError
    if not reason.strip():
        message = "撤回要写原因，原因会一起公开。"
        raise InvalidError(message)
    entry.withdrawn_on, entry.withdrawn_reason = today, reason.strip()
    session.flush()
    _log(session, entry, "disclosure.withdraw", by=by, now=now)


def tellable(session: Session, round_id: int) -> list[Finding]:
    """Findings of a round that may be published and are not (any more), by community.

    Leads never are.
    """
    told = {e.finding_id for e in entries(session, round_id) if not e.is_withdrawn}
    return [
        finding
        for finding in findings(session, round_id)
        if finding.state in _TELLABLE and not finding.is_lead and finding.id not in told
    ]


def get_disclosure(session: Session, entry_id: int) -> Disclosure:
    """One entry.

    Raises NotFoundError.
    """
    return fetch(session, Disclosure, entry_id)


def published(
    session: Session, round_: Round, *, place_id: int | None = None
) -> list[Disclosure]:
    """What the public may read of a round in its phase, by community."""
    if not round_.allows(PublicAct.READ_DISCLOSURES):
        return []
    wanted = select(Disclosure).where(Disclosure.round_id == round_.id)
    if place_id is not None:
        wanted = wanted.where(Disclosure.place_id == place_id)
    return list(session.scalars(wanted.order_by(Disclosure.place_id, Disclosure.id)))


def entries(session: Session, round_id: int) -> list[Disclosure]:
    """Every entry of a round, for the office, whatever the phase."""
    mine = select(Disclosure).where(Disclosure.round_id == round_id)
    return list(session.scalars(mine.order_by(Disclosure.place_id, Disclosure.id)))


def sources(session: Session, entry: Disclosure) -> dict[Source, Outcome]:
    """Who says that it is fixed."""
    return confirmations(session, entry.finding_id)


def _log(
    session: Session, entry: Disclosure, action: str, *, by: Staff, now: datetime
) -> None:
    audit.record(session, by.username, action, subject=str(entry.id), now=now)
