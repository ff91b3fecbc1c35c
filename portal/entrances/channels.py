"""渠道: the ways to reach people, offered to every round."""

from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.kernel.database import Base
from portal.kernel.errors import InvalidError


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


class WrongChannelError(InvalidError):
    """A channel without a name."""

    sentence = "请给渠道起个名字，比如「翠园业主群」。"


class ChannelNameError(InvalidError):
    """Two channels of one name: a list of codes would not tell them apart."""

    sentence = "已经有叫这个名字的渠道了，请换一个名字。"


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


def change_channel(
    session: Session, channel: Channel, *, kind: ChannelKind, name: str
) -> None:
    """Give a channel another name or kind; its codes keep.

    Raises WrongChannelError, ChannelNameError.
    """
    name = name.strip()
    if not name:
        raise WrongChannelError
    same = select(Channel).where(Channel.name == name, Channel.id != channel.id)
    if session.scalars(same).first() is not None:
        raise ChannelNameError
    channel.kind, channel.name = kind, name
    session.flush()
