"""What the holder of a receipt sees: the state in plain words, and the dialogue."""

import json
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.intake.additions import (
    MOST_PICTURES,
    Resolution,
    can_be_added_to,
    waiting_additions,
)
from portal.intake.receipts import (
    ReceiptKeys,
    UnknownReceiptError,
    keys_of,
    typed_receipt,
)
from portal.intake.receive import Door, box_key
from portal.intake.records import Addition, AdditionKind, Letter
from portal.kernel.sealing import unpad
from portal.places import Place
from portal.review.letters import Reply
from portal.review.turns import Turn, added, latest_outcome, thread
from portal.rounds import Round


class Progress(StrEnum):
    """How far a complaint is, as its sender is told."""

    IN_BOX = "in_box"
    UNREAD = "unread"
    WORKING = "working"
    ASKED = "asked"
    PASSED_ON = "passed_on"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a receipt shows."""

    progress: Progress
    place: str = ""
    category: str = ""
    opening_hours: str = ""  # while it waits; see rounds.hours
    is_urgent: bool = False
    opened_on: date | None = None
    turns: tuple[Turn, ...] = ()
    waiting: tuple[Turn, ...] = ()  # what its holder added and nobody has seen
    can_add: bool = False
    pictures_left: int = 0  # how many more can be added

    @property
    def replies(self) -> tuple[tuple[date, str], ...]:
        """Day and words of what the team said."""
        return tuple((t.day, t.words) for t in self.turns if t.is_team and t.day)

    @property
    def outcome(self) -> Resolution | None:
        """What its holder said last to 「解决了吗」."""
        return latest_outcome((*self.turns, *self.waiting))


def standing(session: Session, door: Door, *, typed: str) -> Standing:
    """State and dialogue of the letter this receipt belongs to.

    Raises MistypedReceiptError, UnknownReceiptError.
    """
    keys = keys_of(door.pepper, typed_receipt(typed))
    in_box = door.box.holds(box_key(keys.lookup))  # before the database: see opening
    letter = session.scalars(select(Letter).where(Letter.lookup == keys.lookup)).first()
    if letter is not None:
        found = _standing(session, letter, keys)
    elif in_box:
        found = _waiting(session, door.box.peek(box_key(keys.lookup)))
    elif door.box.destroyed.has_letter(keys.lookup):
        return Standing(progress=Progress.WITHDRAWN)
    else:
        raise UnknownReceiptError
    waiting = [
        added(one.kind, unpad(keys.pair.open(one.echo)), None)
        for one in waiting_additions(door, keys.lookup)
    ]
    pictures = [t for t in (*found.turns, *waiting) if t.kind is AdditionKind.PICTURE]
    can_add = can_be_added_to(session, door, keys.lookup)
    return replace(
        found,
        waiting=tuple(waiting),
        can_add=can_add,
        pictures_left=max(0, MOST_PICTURES - len(pictures)) if can_add else 0,
    )


def _waiting(session: Session, message: bytes | None) -> Standing:
    """A letter that waits; nothing is said of one that left the box this moment."""
    if message is None:
        return Standing(progress=Progress.IN_BOX)
    item = json.loads(message)
    return Standing(
        progress=Progress.IN_BOX,
        opening_hours=session.get_one(Round, item["round"]).opening_hours,
        is_urgent=item.get("urgent", False),
    )


def _standing(session: Session, letter: Letter, keys: ReceiptKeys) -> Standing:
    replies = session.scalars(select(Reply).where(Reply.letter_id == letter.id))
    later = session.scalars(select(Addition).where(Addition.letter_id == letter.id))
    turns = thread(
        [(row, unpad(keys.pair.open(row.to_resident)).decode()) for row in replies],
        [(row, unpad(keys.pair.open(row.echo))) for row in later],
    )
    return Standing(
        progress=Progress(letter.state),
        place=session.get_one(Place, letter.place_id).name,
        category=letter.category,
        opened_on=letter.opened_on,
        turns=tuple(turns),
    )
