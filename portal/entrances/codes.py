"""二维码: what is printed for a community × channel × building, and its life.

issued → printed → posted → rotated (still taken, kept apart) or withdrawn
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from itertools import product

from sqlalchemy import ForeignKey, Index, and_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from portal.entrances.channels import Channel
from portal.kernel import codes
from portal.kernel.database import Base
from portal.kernel.errors import ConflictError, InvalidError
from portal.places import Place

CODE_LENGTH = 8  # 40 random bits: not to be guessed, still typed from a poster
LONGEST_LABEL = 30  # characters; more does not fit a poster
MOST_LABELS = 500  # at once: a slip of the finger must not issue a million codes
_RANGE = re.compile(r"(\d+)\s*[-—–~～至到]\s*(\d+)(?=\s*[号幢栋座组排单楼])")


class CodeState(StrEnum):
    """Where in its life a code is."""

    ISSUED = "issued"
    PRINTED = "printed"
    POSTED = "posted"
    ROTATED = "rotated"
    WITHDRAWN = "withdrawn"


class Code(Base):
    """二维码: the thing printed; withdrawn or rotated rather than deleted."""

    __tablename__ = "code"
    code: Mapped[str] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"))
    label: Mapped[str] = mapped_column(default="")  # 「3栋1单元电梯」
    issued_on: Mapped[date]
    printed_on: Mapped[date | None]
    posted_on: Mapped[date | None]
    posted_at: Mapped[str] = mapped_column(default="")  # where it hangs
    posted_by: Mapped[str] = mapped_column(default="")  # who hung it
    withdrawn_on: Mapped[date | None]
    replaced_by: Mapped[str | None] = mapped_column(ForeignKey("code.code"))
    place: Mapped[Place] = relationship()
    channel: Mapped[Channel] = relationship()

    @property
    def is_live(self) -> bool:
        """Whether it is the one to print and to hang."""
        return self.withdrawn_on is None and self.replaced_by is None

    @property
    def name(self) -> str:
        """What people call it: the building's label, else the channel."""
        return self.label or self.channel.name

    @property
    def state(self) -> CodeState:
        """Where in its life it is."""
        if self.withdrawn_on is not None:
            return CodeState.WITHDRAWN
        if self.replaced_by is not None:
            return CodeState.ROTATED
        if self.posted_on is not None:
            return CodeState.POSTED
        return CodeState.ISSUED if self.printed_on is None else CodeState.PRINTED


_LIVE = and_(Code.withdrawn_on.is_(None), Code.replaced_by.is_(None))

# One live code per round × community × channel × building.
Index(
    "ix_code_live",
    Code.round_id,
    Code.place_id,
    Code.channel_id,
    Code.label,
    unique=True,
    sqlite_where=_LIVE,
    postgresql_where=_LIVE,
)


class HungPicture(Base):
    """A photo of where a code hangs: staff's own, drawn anew, nobody's to seal."""

    __tablename__ = "hung_picture"
    code: Mapped[str] = mapped_column(ForeignKey("code.code"), primary_key=True)
    jpeg: Mapped[bytes]


class LabelError(InvalidError):
    """Labels that cannot be printed."""

    sentence = f"每行写一个位置，每个最多 {LONGEST_LABEL} 个字，例如「3栋1单元电梯」。"


class TooManyLabelsError(InvalidError):
    """More at once than anybody means."""

    sentence = f"一次最多 {MOST_LABELS} 个位置，请分几次填。"


class NotLiveError(ConflictError):
    """The code is withdrawn or rotated already."""

    sentence = "这个码已经停用或换过了，请刷新后再看。"


def codes_of(session: Session, round_id: int) -> list[Code]:
    """The codes of a round, by community, channel and building."""
    return list(
        session.scalars(
            select(Code)
            .join(Place, Place.id == Code.place_id)
            .where(Code.round_id == round_id)
            .order_by(Place.code, Code.channel_id, Code.label, Code.issued_on)
        )
    )


def labels_in(text: str) -> list[str]:
    """Labels one a line; 「1-3栋1-2单元电梯」 stands for all six.

    Raises LabelError, TooManyLabelsError.
    """
    found: dict[str, None] = {}
    for line in text.splitlines():
        for label in _spelled_out(" ".join(line.split())):
            if len(label) > LONGEST_LABEL:
                raise LabelError
            found[label] = None
            if len(found) > MOST_LABELS:
                raise TooManyLabelsError
    return list(found)


def _spelled_out(line: str) -> Iterable[str]:
    if not line:
        return
    pieces = _RANGE.split(line)  # text, from, to, text, from, to, …, text
    spans = [
        range(int(low), int(high) + 1)
        for low, high in zip(pieces[1::3], pieces[2::3], strict=True)
    ]
    if any(len(span) > MOST_LABELS for span in spans):
        raise TooManyLabelsError
    for numbers in product(*spans):
        words = [pieces[0]]
        for number, text in zip(numbers, pieces[3::3], strict=True):
            words += [str(number), text]
        yield "".join(words)


def issue(
    session: Session,
    round_id: int,
    *,
    places: Iterable[Place],
    channels: Iterable[Channel],
    labels: Sequence[str] = ("",),
    today: date,
) -> list[Code]:
    """One code per community × channel × label; live ones stay. Gives the new ones."""
    wanted = wanted_codes(
        session, round_id, places=places, channels=channels, labels=labels
    )
    made = [
        Code(
            code=codes.random_code(CODE_LENGTH),
            round_id=round_id,
            place_id=place.id,
            channel_id=channel.id,
            label=label,
            issued_on=today,
        )
        for place, channel, label in wanted
    ]
    session.add_all(made)
    session.flush()
    return made


def wanted_codes(
    session: Session,
    round_id: int,
    *,
    places: Iterable[Place],
    channels: Iterable[Channel],
    labels: Sequence[str] = ("",),
) -> list[tuple[Place, Channel, str]]:
    """What `issue` would make."""
    rows = session.execute(
        select(Code.place_id, Code.channel_id, Code.label).where(
            Code.round_id == round_id, _LIVE
        )
    )
    held = {tuple(row) for row in rows}
    return [
        (place, channel, label)
        for place, channel, label in product(places, channels, labels)
        if (place.id, channel.id, label) not in held
    ]


def mark_printed(session: Session, printed: Iterable[Code], *, today: date) -> None:
    """Note that codes went to the printer; the first time counts."""
    for code in printed:
        code.printed_on = code.printed_on or today
    session.flush()


def mark_posted(
    session: Session,
    code: Code,
    *,
    where: str,
    by: str,
    today: date,
    jpeg: bytes | None = None,
) -> None:
    """Note where a code hangs, who hung it, and what that looks like.

    Raises NotLiveError.
    """
    _require_live(code)
    code.posted_on, code.posted_by = today, by
    code.posted_at = where.strip()[:LONGEST_LABEL] or code.name
    if jpeg is not None:
        session.merge(HungPicture(code=code.code, jpeg=jpeg))
    session.flush()


def rotate(session: Session, code: Code, *, today: date) -> Code:
    """A new code for the same entrance; the old one goes on, and is kept apart.

    Raises NotLiveError.
    """
    _require_live(code)
    fresh = Code(
        code=codes.random_code(CODE_LENGTH),
        round_id=code.round_id,
        place_id=code.place_id,
        channel_id=code.channel_id,
        label=code.label,
        issued_on=today,
    )
    # The new row may only come when the old one is not live any more, and the old
    # one can only point to a row that is there: so the old one is parked meanwhile.
    code.withdrawn_on = today
    session.flush()
    session.add(fresh)
    session.flush()
    code.withdrawn_on, code.replaced_by = None, fresh.code
    session.flush()
    return fresh


def withdraw(session: Session, code: Code, *, today: date) -> None:
    """Stop a code for good; whoever scans it is told so."""
    code.withdrawn_on = code.withdrawn_on or today
    session.flush()


def _require_live(code: Code) -> None:
    if not code.is_live:
        raise NotLiveError
