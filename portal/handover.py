"""交办与移交: an approved finding goes to whoever must act, by one of four routes.

What is handed over is the finding in the team's words; nothing here can reach a
resident's text. Leads are seen by discipline inspection only.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from portal.kernel.database import Base, fetch
from portal.kernel.errors import ForbiddenError, InvalidError, NotFoundError
from portal.people import Permission, Role, Staff, require
from portal.review.findings import Finding, FindingState, move


class Route(StrEnum):
    """分层交办 (S2)."""

    IMMEDIATE = "immediate"  # 立行立改
    LEAD = "lead"  # 线索移交
    PROPOSAL = "proposal"  # 分类交办, 巡察建议书
    BULLETIN = "bulletin"  # 通报


class DueDateError(InvalidError):
    """The deadline lies before the handover."""

    sentence = "整改期限要晚于今天，请改一下日期。"


class NotReceiverError(ForbiddenError):
    """Somebody else has to sign for it."""

    sentence = "这份交办不是给您单位的，请由接收单位签收。"


class LeadRouteError(InvalidError):
    """A finding marked as a lead goes to discipline inspection and nowhere else."""

    sentence = "这是线索，只能走「线索移交」，接收人选纪检监察。"


class Handover(Base):
    """One finding on its way to one receiver."""

    __tablename__ = "handover"
    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), index=True)
    route: Mapped[Route]
    receiver_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    handed_on: Mapped[date]
    due_on: Mapped[date]
    signed_on: Mapped[date | None]
    finding: Mapped[Finding] = relationship()
    receiver: Mapped[Staff] = relationship()

    def is_overdue(self, today: date) -> bool:
        """Whether the deadline passed without the problem fixed, or the lead signed."""
        is_done = (
            self.signed_on is not None
            if self.route is Route.LEAD
            else self.finding.state is FindingState.FIXED
        )
        return today > self.due_on and not is_done


@dataclass(frozen=True, kw_only=True)
class Terms:
    """To whom, by which route, until when."""

    route: Route
    receiver: Staff
    due_on: date


def hand_over(
    session: Session,
    finding: Finding,
    *,
    terms: Terms,
    by: Staff,
    now: datetime,
    today: date,
) -> Handover:
    """Send an approved finding on its way.

    A lead is handed over by whoever may read leads, and is hidden from all others
    from then on.

    Raises DueDateError, LeadRouteError, NotReceiverError, ForbiddenError,
    WrongFindingMoveError.
    """
    if terms.due_on <= today:
        raise DueDateError
    if terms.route is Route.LEAD:
        require(by.role, Permission.READ_LEADS)
    elif finding.is_lead:
        raise LeadRouteError
    wanted = Role.DISCIPLINE if terms.route is Route.LEAD else Role.UNIT
    if terms.receiver.role is not wanted:
        message = "线索只能移交纪检监察，其他交办请选责任单位。"
        raise NotReceiverError(message)
    move(session, finding, to=FindingState.HANDED_OVER, by=by.username, now=now)
    finding.is_lead = terms.route is Route.LEAD
    row = Handover(
        finding_id=finding.id,
        route=terms.route,
        receiver_id=terms.receiver.id,
        handed_on=today,
        due_on=terms.due_on,
    )
    session.add(row)
    session.flush()
    return row


def sign_for(
    session: Session, handover: Handover, *, by: Staff, now: datetime, today: date
) -> None:
    """签收: the receiver has it.

    Raises NotReceiverError, WrongFindingMoveError.
    """
    if handover.receiver_id != by.id:
        raise NotReceiverError
    move(session, handover.finding, to=FindingState.SIGNED, by=by.username, now=now)
    handover.signed_on = today
    session.flush()


def received_by(session: Session, staff_id: int) -> list[Handover]:
    """What was handed to somebody, the most urgent first."""
    mine = select(Handover).where(Handover.receiver_id == staff_id)
    return list(session.scalars(mine.order_by(Handover.due_on, Handover.id)))


def get_handover(session: Session, handover_id: int) -> Handover:
    """One handover.

    Raises NotFoundError.
    """
    return fetch(session, Handover, handover_id)


def assignment(session: Session, handover_id: int, *, staff_id: int) -> Handover:
    """What was handed to somebody.

    Raises NotFoundError, for what was handed to somebody else too.
    """
    found = get_handover(session, handover_id)
    if found.receiver_id != staff_id:
        raise NotFoundError
    return found


def handover_of(session: Session, finding_id: int) -> Handover | None:
    """Where a finding went."""
    return session.scalars(
        select(Handover)
        .where(Handover.finding_id == finding_id)
        .order_by(Handover.id.desc())
    ).first()


def handovers(session: Session, round_id: int) -> list[Handover]:
    """Every handover of a round, leads left out: those are not for this list."""
    return _handovers(session, round_id, Handover.route != Route.LEAD)


def leads(session: Session, round_id: int) -> list[Handover]:
    """The leads of a round, for those who may read leads."""
    return _handovers(session, round_id, Handover.route == Route.LEAD)


def _handovers(
    session: Session, round_id: int, wanted: ColumnElement[bool]
) -> list[Handover]:
    return list(
        session.scalars(
            select(Handover)
            .join(Finding, Finding.id == Handover.finding_id)
            .where(Finding.round_id == round_id, wanted)
            .order_by(Handover.due_on, Handover.id)
        )
    )
