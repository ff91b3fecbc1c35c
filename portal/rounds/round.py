"""The round itself: plan, communities, notice, and the one verb that moves it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, ForeignKey, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from portal.kernel import audit
from portal.kernel.database import Base, fetch
from portal.kernel.errors import ConflictError, InvalidError
from portal.places import Place
from portal.rounds.phases import Mode, Phase, PublicAct, allows, may_advance


class WrongMoveError(ConflictError):
    """The transition table has no such move."""

    sentence = "轮次不能这样跳：请按阶段一步一步推进。"


class PlanFrozenError(ConflictError):
    """Communities and questions stand once the round is announced."""

    sentence = "公告之后社区和问卷就定下来了，不能再改。需要补充请另立一轮。"


class EmptyRoundError(InvalidError):
    """A round without communities or team cannot be announced."""

    sentence = "这一轮还有社区没有定巡察组。请先给每个社区定好组，再公告。"


class NoReaderError(InvalidError):
    """A community's letters could be read by nobody."""

    sentence = "有社区的巡察组没有可以看信的成员（可能都回避了），请先补充成员。"


class DatesError(InvalidError):
    """The period ends before it begins."""

    sentence = "截止日期早于开始日期，请改一下日期。"


@dataclass(frozen=True, kw_only=True)
class Notice:
    """公告: what a public notice must say (S2), in the office's words."""

    accepted: str = ""  # 受理范围
    passed_on: str = ""  # 不受理、转有关部门的
    hotline: str = ""
    hours: str = ""
    letter_box: str = ""  # where the iron letter boxes hang
    mail: str = ""


class Round(Base):
    """轮次."""

    __tablename__ = "round"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)  # e.g. 2026-2; used in vote hashes
    name: Mapped[str]
    mode: Mapped[Mode]
    inspector: Mapped[str]  # 谁来巡: the name under the notice
    phase: Mapped[Phase] = mapped_column(default=Phase.PREPARING)
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    accepted: Mapped[str] = mapped_column(default="")
    passed_on: Mapped[str] = mapped_column(default="")
    hotline: Mapped[str] = mapped_column(default="")
    hours: Mapped[str] = mapped_column(default="")
    opening_hours: Mapped[str] = mapped_column(default="")  # see rounds.hours
    letter_box: Mapped[str] = mapped_column(default="")
    mail: Mapped[str] = mapped_column(default="")

    def allows(self, act: PublicAct) -> bool:
        """Whether the public can do `act` now."""
        return allows(self.phase, act)


class RoundPlace(Base):
    """A community of a round, with the key its residents' texts are sealed to."""

    __tablename__ = "round_place"
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), primary_key=True)
    public_key: Mapped[bytes | None]
    place: Mapped[Place] = relationship()


class PhaseChange(Base):
    """Every move of a round."""

    __tablename__ = "phase_change"
    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    was: Mapped[Phase]
    became: Mapped[Phase]
    by: Mapped[str]
    at: Mapped[datetime]


def get_round(session: Session, round_id: int) -> Round:
    """One round.

    Raises NotFoundError.
    """
    return fetch(session, Round, round_id)


def round_place(session: Session, round_id: int, place_id: int) -> RoundPlace:
    """A community in its round.

    Raises NotFoundError.
    """
    return fetch(session, RoundPlace, (round_id, place_id))


def places_in(session: Session, round_id: int) -> list[Place]:
    """The communities of a round by code."""
    return list(
        session.scalars(
            select(Place)
            .join(RoundPlace, RoundPlace.place_id == Place.id)
            .where(RoundPlace.round_id == round_id)
            .order_by(Place.code)
        )
    )


def households_in(source: Session | Connection, round_id: int) -> int:
    """How many households the communities of a round have, as far as is known."""
    counted = (
        select(func.sum(Place.households))
        .join(RoundPlace, RoundPlace.place_id == Place.id)
        .where(RoundPlace.round_id == round_id)
    )
    return source.execute(counted).scalar() or 0


def public_rounds(session: Session) -> list[Round]:
    """Rounds that were announced, newest first."""
    announced = select(Round).where(Round.phase != Phase.PREPARING)
    return list(session.scalars(announced.order_by(Round.opens_on.desc(), Round.id)))


def plan(session: Session, given: Round, notice: Notice) -> Round:
    """Keep a new or changed plan.

    Raises DatesError.
    """
    if given.closes_on < given.opens_on:
        raise DatesError
    for field, text in vars(notice).items():
        setattr(given, field, text)
    session.add(given)
    session.flush()
    return given


def add_places(session: Session, round_: Round, places: Iterable[Place]) -> None:
    """Take communities into a round that is not announced yet.

    Raises PlanFrozenError.
    """
    if round_.phase is not Phase.PREPARING:
        raise PlanFrozenError
    for place in places:
        session.merge(RoundPlace(round_id=round_.id, place_id=place.id))
    session.flush()


def advance(
    session: Session, round_: Round, *, to: Phase, by: str, now: datetime
) -> None:
    """Move a round: the only place where a phase is assigned.

    Raises WrongMoveError.
    """
    if not may_advance(round_.phase, to):
        raise WrongMoveError
    session.add(
        PhaseChange(round_id=round_.id, was=round_.phase, became=to, by=by, at=now)
    )
    reason = f"{round_.phase} → {to}"
    audit.record(
        session,
        by,
        "round.advance",
        subject=round_.code,
        reason=reason,
        now=now,
    )
    round_.phase = to
    session.flush()
