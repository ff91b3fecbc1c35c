"""开箱请求: opening the box before its hour takes two people.

One asks with a reason, another agrees; whoever asked in the morning does not open
the box alone at night. A request stands for the day it was made.
"""

from datetime import date, datetime

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from portal.kernel import audit
from portal.kernel.database import Base
from portal.kernel.errors import ConflictError, ForbiddenError
from portal.people import Staff


class AlreadyAskedError(ConflictError):
    """Somebody asked today and waits for another."""

    sentence = "今天已经有人请求开箱了，等另一位同意就行。"


class NoRequestError(ConflictError):
    """The request was taken back, agreed to, or is of another day."""

    sentence = "没有等着同意的开箱请求：可能已经开过、撤回了，或者过了当天。"


class SamePersonError(ForbiddenError):
    """Nobody agrees with themselves."""

    sentence = "自己提的请求要由另一位同意，一个人开不了箱。"


class OpeningRequest(Base):
    """Who wants the box opened now, and why."""

    __tablename__ = "opening_request"
    id: Mapped[int] = mapped_column(primary_key=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str]
    asked_on: Mapped[date]
    asked_by: Mapped[Staff] = relationship()


def standing(session: Session, *, today: date) -> OpeningRequest | None:
    """The request of today that waits for somebody to agree."""
    wanted = select(OpeningRequest).where(OpeningRequest.asked_on == today)
    return session.scalars(wanted).first()


def ask(
    session: Session, *, by: Staff, reason: str, now: datetime, today: date
) -> OpeningRequest:
    """Ask for an opening; requests of other days are forgotten.

    Raises AlreadyAskedError.
    """
    if standing(session, today=today) is not None:
        raise AlreadyAskedError
    session.execute(delete(OpeningRequest))
    found = OpeningRequest(asked_by_id=by.id, reason=reason, asked_on=today)
    session.add(found)
    audit.record(
        session, by.username, "letterbox.ask", subject="", reason=reason, now=now
    )
    return found


def agree(session: Session, *, by: Staff, today: date) -> str:
    """Agree to the request of another, which is used up; gives the reason for the log.

    Raises NoRequestError, SamePersonError.
    """
    found = standing(session, today=today)
    if found is None:
        raise NoRequestError
    if found.asked_by_id == by.id:
        raise SamePersonError
    session.delete(found)
    session.flush()
    return f"{found.reason}（{found.asked_by.username} 提出）"


def take_back(session: Session, *, by: Staff, now: datetime, today: date) -> None:
    """Take one's own request back.

    Raises NoRequestError.
    """
    found = standing(session, today=today)
    if found is None or found.asked_by_id != by.id:
        raise NoRequestError
    session.delete(found)
    audit.record(session, by.username, "letterbox.take_back", subject="", now=now)
