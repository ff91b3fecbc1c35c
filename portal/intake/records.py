"""What leaves the letterbox: rows that tell neither who nor when.

Random keys, no row ids, no time finer than a day, nothing that joins the rows of
one submission (design promises 1, 2 and 4). The privacy page is rendered from
these definitions: a column's `doc` is the sentence residents read.
"""

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.entrances import ChannelKind
from portal.kernel.codes import random_id
from portal.kernel.database import Base

_UNORDERED = {"sqlite_with_rowid": False}


class LetterState(StrEnum):
    """How far a letter is; the resident sees it in plain words."""

    UNREAD = "unread"  # 未拆
    WORKING = "working"  # 在办
    ASKED = "asked"  # 等回话
    PASSED_ON = "passed_on"  # 已转有关部门
    CLOSED = "closed"  # 已结


class AdditionKind(StrEnum):
    """What the holder of a receipt sends after the letter."""

    TEXT = "text"  # 补充、回话
    PICTURE = "picture"
    OUTCOME = "outcome"  # 「解决了吗」


class Response(Base):
    """答卷: the ticks of one questionnaire, without its texts."""

    __tablename__ = "response"
    __table_args__ = _UNORDERED
    id: Mapped[str] = mapped_column(
        primary_key=True, default=random_id, doc="随机编号，看不出先后"
    )
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), doc="哪一轮巡察")
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), doc="哪个社区")
    channel_kind: Mapped[ChannelKind] = mapped_column(
        doc="哪一类渠道来的（比如电梯口），不记是哪一张海报"
    )
    revision: Mapped[str] = mapped_column(doc="答的是哪一版问卷")
    ticks: Mapped[dict[str, Any]] = mapped_column(doc="勾选了什么")
    flags: Mapped[list[str]] = mapped_column(doc="可疑流量标记（比如机器填的）")


class Remark(Base):
    """One free text of a questionnaire, alone with its question."""

    __tablename__ = "remark"
    __table_args__ = _UNORDERED
    id: Mapped[str] = mapped_column(
        primary_key=True, default=random_id, doc="随机编号，和勾选的答案对不上号"
    )
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), doc="哪一轮巡察")
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), doc="哪个社区")
    question: Mapped[str] = mapped_column(doc="写在哪一道题下面")
    sealed: Mapped[bytes] = mapped_column(doc="您写的话，封好的，只有巡察组拆得开")


class Letter(Base):
    """反映: one complaint, one sealed letter."""

    __tablename__ = "letter"
    __table_args__ = _UNORDERED
    id: Mapped[str] = mapped_column(
        primary_key=True, default=random_id, doc="随机编号，看不出先后"
    )
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), doc="哪一轮巡察")
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), doc="哪个社区")
    category: Mapped[str] = mapped_column(doc="您选的类别")
    is_urgent: Mapped[bool] = mapped_column(
        default=False, doc="您有没有勾「有人正有危险」"
    )
    sealed: Mapped[bytes] = mapped_column(doc="您写的信，封好的，只有巡察组拆得开")
    lookup: Mapped[bytes] = mapped_column(
        unique=True, doc="由回执码算出的查找号，倒推不出回执码"
    )
    reply_key: Mapped[bytes] = mapped_column(doc="给您回话用的锁，钥匙只在您的回执码里")
    opened_on: Mapped[date] = mapped_column(doc="哪一天开的箱（不是您写信的时间）")
    state: Mapped[LetterState] = mapped_column(
        default=LetterState.UNREAD, doc="办到哪一步了"
    )
    flags: Mapped[list[str]] = mapped_column(doc="可疑流量标记（比如机器填的）")
    turns: Mapped[int] = mapped_column(
        default=0, doc="您和巡察组来回说到第几次（同一次开箱出来的算一次）"
    )
    news: Mapped[int] = mapped_column(default=0, doc="您补充的，有几份巡察组还没看")


class Contact(Base):
    """The contact a resident chose to leave, apart from the letter it belongs to."""

    __tablename__ = "contact"
    __table_args__ = _UNORDERED
    letter_id: Mapped[str] = mapped_column(
        ForeignKey("letter.id"), primary_key=True, doc="属于哪一封信"
    )
    sealed: Mapped[bytes] = mapped_column(
        doc="您愿意留的联系方式，单独封好，看一次记一次"
    )


class Addition(Base):
    """补充: what came for a letter later, sealed to its readers and to its sender."""

    __tablename__ = "addition"
    __table_args__ = _UNORDERED
    id: Mapped[str] = mapped_column(
        primary_key=True, default=random_id, doc="随机编号，看不出先后"
    )
    letter_id: Mapped[str] = mapped_column(
        ForeignKey("letter.id"), index=True, doc="是给哪一封信补充的"
    )
    kind: Mapped[AdditionKind] = mapped_column(
        doc="是一段话、一张图片，还是「解决了吗」的回答"
    )
    sealed: Mapped[bytes] = mapped_column(doc="您补充的内容，封好的，只有巡察组拆得开")
    echo: Mapped[bytes] = mapped_column(
        doc="同样的话另封一份给您自己看，钥匙只在您的回执码里（图片不另存）"
    )
    opened_on: Mapped[date] = mapped_column(doc="哪一天开的箱（不是您补充的时间）")
    position: Mapped[int] = mapped_column(
        doc="排在来回的第几次，同一次开箱出来的不分先后"
    )


class Opening(Base):
    """开箱: that the box was opened on a day, and how much was in it."""

    __tablename__ = "opening"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    opened_on: Mapped[date]
    items: Mapped[int]
    unreadable: Mapped[int]


RESIDENT_TABLES = (Response, Remark, Letter, Contact, Addition)
