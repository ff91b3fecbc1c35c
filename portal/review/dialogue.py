"""What the holder of a receipt sees: the state in plain words, and the replies."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.intake.receipts import ReceiptKeys, keys_of, typed_receipt
from portal.intake.receive import Door, box_key
from portal.intake.records import Letter
from portal.kernel.errors import NotFoundError
from portal.kernel.sealing import unpad
from portal.places import Place
from portal.review.letters import Reply


class Progress(StrEnum):
    """How far a complaint is, as its sender is told."""

    IN_BOX = "in_box"
    UNREAD = "unread"
    WORKING = "working"
    ASKED = "asked"
    PASSED_ON = "passed_on"
    CLOSED = "closed"


class UnknownReceiptError(NotFoundError):
    """The check digits fit, but there is no such letter."""

    sentence = "没有找到这个回执码对应的信。可能抄错了，也可能已过保存期限、信已销毁。"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a receipt shows."""

    progress: Progress
    place: str = ""
    category: str = ""
    opened_on: date | None = None
    replies: tuple[tuple[date, str], ...] = ()


def standing(session: Session, door: Door, *, typed: str) -> Standing:
    """State and replies of the letter this receipt belongs to.

    Raises MistypedReceiptError, UnknownReceiptError.
    """
    keys = keys_of(door.pepper, typed_receipt(typed))
    letter = session.scalars(select(Letter).where(Letter.lookup == keys.lookup)).first()
    if letter is not None:
        return _standing(session, letter, keys)
    if door.box.holds(box_key(keys.lookup)):
        return Standing(progress=Progress.IN_BOX)
    raise UnknownReceiptError


def _standing(session: Session, letter: Letter, keys: ReceiptKeys) -> Standing:
    rows = session.scalars(
        select(Reply).where(Reply.letter_id == letter.id).order_by(Reply.position)
    )
    return Standing(
        progress=Progress(letter.state),
        place=session.get_one(Place, letter.place_id).name,
        category=letter.category,
        opened_on=letter.opened_on,
        replies=tuple(
            (row.written_on, unpad(keys.pair.open(row.to_resident)).decode())
            for row in rows
        ),
    )
