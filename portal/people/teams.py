"""Inspection teams, their communities, and recusal (回避)."""

from enum import StrEnum

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.kernel.database import Base
from portal.people.permissions import Permission, permits
from portal.people.staff import Staff


class Duty(StrEnum):
    """What somebody is in a team: "1+N+1" (S0)."""

    LEADER = "leader"  # 组长
    MEMBER = "member"  # 成员
    SPECIALIST = "specialist"  # 专业骨干: 纪检, 组织, 财政, 审计, 民政…
    STREET = "street"  # 街道专班


class Team(Base):
    """巡察组 of one round."""

    __tablename__ = "team"
    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    name: Mapped[str]


class Membership(Base):
    """Who is in which team."""

    __tablename__ = "membership"
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    duty: Mapped[Duty]


class TeamPlace(Base):
    """Which community a team inspects; one team per round and community."""

    __tablename__ = "team_place"
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))


class Recusal(Base):
    """Somebody has ties to a community and sees nothing of it (S3)."""

    __tablename__ = "recusal"
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(default="")


def join(session: Session, team: Team, *, staff: Staff, duty: Duty) -> None:
    """Put somebody into a team; joining again changes the duty."""
    session.merge(Membership(team_id=team.id, staff_id=staff.id, duty=duty))
    session.flush()


def recuse(session: Session, staff: Staff, *, place_id: int, reason: str) -> None:
    """Note a recusal; `rounds.keys.withdraw` takes the key away with it."""
    session.merge(Recusal(staff_id=staff.id, place_id=place_id, reason=reason))
    session.flush()


def readers_of(session: Session, round_id: int, place_id: int) -> list[Staff]:
    """Who may read what a community's residents wrote: its team less the recused."""
    recused = select(Recusal.staff_id).where(Recusal.place_id == place_id)
    found = session.scalars(
        select(Staff)
        .join(Membership, Membership.staff_id == Staff.id)
        .join(TeamPlace, TeamPlace.team_id == Membership.team_id)
        .where(
            TeamPlace.round_id == round_id,
            TeamPlace.place_id == place_id,
            Staff.is_active,
            Staff.id.not_in(recused),
        )
        .order_by(Staff.id)
    )
    return [s for s in found if permits(s.role, Permission.READ_LETTERS)]


def places_of(session: Session, round_id: int, staff_id: int) -> list[int]:
    """Ids of the communities somebody inspects in a round, less their recusals."""
    recused = select(Recusal.place_id).where(Recusal.staff_id == staff_id)
    return list(
        session.scalars(
            select(TeamPlace.place_id)
            .join(Membership, Membership.team_id == TeamPlace.team_id)
            .where(
                TeamPlace.round_id == round_id,
                Membership.staff_id == staff_id,
                TeamPlace.place_id.not_in(recused),
            )
            .order_by(TeamPlace.place_id)
        )
    )
