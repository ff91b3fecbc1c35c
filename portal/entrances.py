"""Entrances: one code per community × channel, and day counts of its openings.

In: a round's communities and the office's channels. Out: codes to print, and who
comes in where. Counts are per code and day; nothing here joins to what was sent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import (
    Connection,
    ForeignKey,
    UniqueConstraint,
    bindparam,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from portal.kernel import codes
from portal.kernel.database import Base
from portal.kernel.errors import InvalidError, NotFoundError
from portal.places import Kind, Place, Trait
from portal.questionnaires.frozen import Questionnaire
from portal.rounds import Phase, Round, RoundPlace
from portal.rounds.phases import PublicAct, allows

CODE_LENGTH = 8  # 40 random bits: not to be guessed, still typed from a poster


class ChannelKind(StrEnum):
    """How people came to the code (S2, domain.md); all that an answer remembers."""

    OWNERS_GROUP = "owners_group"  # 小区业主群
    BUILDING_GROUP = "building_group"  # 楼栋群
    GRID_GROUP = "grid_group"  # 社区网格群
    SOCIETY_GROUP = "society_group"  # 社会组织群
    BUSINESS_GROUP = "business_group"  # 属地企业主群
    CONTRACTOR_GROUP = "contractor_group"  # 街道工程资质群
    LIFT = "lift"  # 楼栋电梯口
    NOTICE_BOARD = "notice_board"  # 宣传栏
    SERVICE_HALL = "service_hall"  # 便民服务大厅
    STATION = "station"  # 新时代文明实践站
    SQUARE = "square"  # 市民广场
    MARKET = "market"  # 赶场摆摊
    ACCOUNT = "account"  # 公众号
    VISIT = "visit"  # 入户走访
    PAPER = "paper"  # 纸质问卷


class Channel(Base):
    """渠道: one way to reach people, offered to every round."""

    __tablename__ = "channel"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ChannelKind]
    name: Mapped[str] = mapped_column(unique=True)


class Code(Base):
    """二维码: the thing printed; withdrawn rather than deleted."""

    __tablename__ = "code"
    __table_args__ = (UniqueConstraint("round_id", "place_id", "channel_id"),)
    code: Mapped[str] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"))
    issued_on: Mapped[date]
    withdrawn_on: Mapped[date | None]
    place: Mapped[Place] = relationship()
    channel: Mapped[Channel] = relationship()


class DayCount(Base):
    """How often an entrance was opened on a day; written at openings only."""

    __tablename__ = "day_count"
    code: Mapped[str] = mapped_column(ForeignKey("code.code"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    opens: Mapped[int] = mapped_column(default=0)
    starts: Mapped[int] = mapped_column(default=0)


class WrongCodeError(NotFoundError):
    """No such code."""

    sentence = "没有这个码。请对照海报再输一遍，字母不分大小写。"


class WithdrawnCodeError(NotFoundError):
    """The code was withdrawn."""

    sentence = "这张海报上的码已经停用，请找附近新的海报，或打海报上的电话。"


class WrongChannelError(InvalidError):
    """A channel without a name."""

    sentence = "请给渠道起个名字，比如「翠园业主群」。"


@dataclass(frozen=True, kw_only=True)
class Entrance:
    """What a code opens: all that a public page or the door needs to know of it."""

    code: str
    round_id: int
    round_code: str
    round_name: str
    inspector: str
    hotline: str
    closes_on: date
    phase: Phase
    place_id: int
    place_code: str
    place_name: str
    kind: Kind | None
    trait: Trait | None
    households: int | None
    channel_kind: ChannelKind
    public_key: bytes | None
    revision: str | None  # of the round's questionnaire

    def allows(self, act: PublicAct) -> bool:
        """Whether the public can do `act` here now."""
        return allows(self.phase, act)

    @property
    def facts(self) -> Mapping[str, str]:
        """What conditions of a questionnaire may ask about."""
        return {
            "community_kind": self.kind or "",
            "community_trait": self.trait or "",
            "channel_kind": self.channel_kind,
            "phase": self.phase,
        }


_ENTRANCE = (
    select(
        Code.code,
        Code.withdrawn_on,
        Code.round_id,
        Round.code.label("round_code"),
        Round.name.label("round_name"),
        Round.inspector,
        Round.hotline,
        Round.closes_on,
        Round.phase,
        Code.place_id,
        Place.code.label("place_code"),
        Place.name.label("place_name"),
        Place.kind,
        Place.trait,
        Place.households,
        Channel.kind.label("channel_kind"),
        RoundPlace.public_key,
        Questionnaire.revision,
    )
    .join(Round, Round.id == Code.round_id)
    .join(Place, Place.id == Code.place_id)
    .join(Channel, Channel.id == Code.channel_id)
    .join(
        RoundPlace,
        (RoundPlace.round_id == Code.round_id) & (RoundPlace.place_id == Code.place_id),
    )
    .outerjoin(Questionnaire, Questionnaire.round_id == Code.round_id)
    .where(Code.code == bindparam("typed"))
)


def entrance(source: Session | Connection, typed: str) -> Entrance:
    """What the code opens, however it was typed; one SELECT, never from memory.

    Raises WrongCodeError, WithdrawnCodeError.
    """
    code = codes.typed_code(typed)[:CODE_LENGTH]
    row = source.execute(_ENTRANCE, {"typed": code}).mappings().first()
    if row is None or row["phase"] is Phase.PREPARING:
        raise WrongCodeError
    found = dict(row)
    if found.pop("withdrawn_on") is not None:
        raise WithdrawnCodeError
    return Entrance(**found)


def codes_of(session: Session, round_id: int) -> list[Code]:
    """The codes of a round, by community and channel."""
    return list(
        session.scalars(
            select(Code)
            .join(Place, Place.id == Code.place_id)
            .where(Code.round_id == round_id)
            .order_by(Place.code, Code.channel_id)
        )
    )


def channels(session: Session) -> list[Channel]:
    """Every channel."""
    return list(session.scalars(select(Channel).order_by(Channel.id)))


def add_channel(session: Session, kind: ChannelKind, name: str) -> Channel:
    """Make a channel; one of that name is given back as it is.

    Raises WrongChannelError.
    """
    name = name.strip()
    if not name:
        raise WrongChannelError
    found = session.scalars(select(Channel).where(Channel.name == name)).first()
    if found is None:
        found = Channel(kind=kind, name=name)
        session.add(found)
        session.flush()
    return found


def issue(
    session: Session,
    round_id: int,
    *,
    places: Iterable[Place],
    channels: Iterable[Channel],
    today: date,
) -> list[Code]:
    """One code per community × channel; those that exist stay. Gives the new ones."""
    rows = session.execute(
        select(Code.place_id, Code.channel_id).where(Code.round_id == round_id)
    )
    held = {(place_id, channel_id) for place_id, channel_id in rows}
    wanted = [(place, channel) for place in places for channel in channels]
    made = [
        Code(
            code=codes.random_code(CODE_LENGTH),
            round_id=round_id,
            place_id=place.id,
            channel_id=channel.id,
            issued_on=today,
        )
        for place, channel in wanted
        if (place.id, channel.id) not in held
    ]
    session.add_all(made)
    session.flush()
    return made


def withdraw(session: Session, code: Code, *, today: date) -> None:
    """Stop a code; whoever scans it is told so."""
    code.withdrawn_on = code.withdrawn_on or today
    session.flush()


def count(session: Session, seen: Mapping[tuple[str, date], tuple[int, int]]) -> None:
    """Add counts (opens, starts) gathered in memory, by code and day."""
    for (code, day), (opens, starts) in sorted(seen.items()):
        row = session.get(DayCount, (code, day))
        if row is None:
            row = DayCount(code=code, day=day, opens=0, starts=0)
            session.add(row)
        row.opens += opens
        row.starts += starts
    session.flush()
