"""Letters on the desk: whose they are, what state they are in, reading and answering.

Reading needs the reader's own key to the community and is written to the audit
log; there is no other way to a resident's text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.intake.records import (
    Addition,
    AdditionKind,
    Contact,
    Letter,
    LetterState,
    Remark,
)
from portal.kernel import audit
from portal.kernel.codes import random_id
from portal.kernel.database import Base
from portal.kernel.errors import ConflictError, InvalidError, NotFoundError
from portal.kernel.keystore import KeyStore
from portal.kernel.sealing import KeyPair, pad, seal, unpad
from portal.people import Staff, places_of
from portal.rounds import get_round
from portal.rounds.keys import community_key

MOVES: Mapping[LetterState, frozenset[LetterState]] = {
    LetterState.UNREAD: frozenset({LetterState.WORKING}),
    LetterState.WORKING: frozenset(
        {LetterState.ASKED, LetterState.PASSED_ON, LetterState.CLOSED}
    ),
    LetterState.ASKED: frozenset(
        {LetterState.WORKING, LetterState.PASSED_ON, LetterState.CLOSED}
    ),
    LetterState.PASSED_ON: frozenset({LetterState.WORKING, LetterState.CLOSED}),
    LetterState.CLOSED: frozenset({LetterState.WORKING}),
}


class WrongLetterMoveError(ConflictError):
    """The letter is not in a state from which this can be done."""

    sentence = "这封信现在的状态不能这样改。请先拆信，再办理。"


class EmptyWordsError(InvalidError):
    """A reply or a note without words."""

    sentence = "还没有写内容，写好再存。"


class Reply(Base):
    """What the team answered: once sealed to the receipt, once to the team."""

    __tablename__ = "reply"
    id: Mapped[str] = mapped_column(primary_key=True, default=random_id)
    letter_id: Mapped[str] = mapped_column(ForeignKey("letter.id"), index=True)
    position: Mapped[int]
    written_on: Mapped[date]
    to_resident: Mapped[bytes]
    to_team: Mapped[bytes]


class Note(Base):
    """What a member noted about a letter, for the team only."""

    __tablename__ = "note"
    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[str] = mapped_column(ForeignKey("letter.id"), index=True)
    by: Mapped[str]
    written_on: Mapped[date]
    sealed: Mapped[bytes]


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Somebody signed in, with their opened keys, at a moment."""

    staff: Staff
    pair: KeyPair
    keystore: KeyStore
    now: datetime
    today: date


@dataclass(frozen=True, kw_only=True)
class OpenedLetter:
    """A letter with what a reader's key opens."""

    letter: Letter
    text: str
    has_contact: bool
    notes: list[tuple[Note, str]]
    replies: list[tuple[Reply, str]]
    additions: list[tuple[Addition, bytes]]


def unread_count(session: Session, round_id: int, staff_id: int) -> int:
    """How many of one's letters nobody has opened."""
    mine = places_of(session, round_id, staff_id)
    waiting = select(func.count()).where(
        Letter.round_id == round_id,
        Letter.place_id.in_(mine),
        Letter.state == LetterState.UNREAD,
    )
    return session.scalar(waiting) or 0


def get_letter(session: Session, letter_id: str, *, staff_id: int) -> Letter:
    """A letter of one's own communities.

    Raises NotFoundError, for another team's letter too.
    """
    letter = session.get(Letter, letter_id)
    if letter is None:
        raise NotFoundError
    if letter.place_id not in places_of(session, letter.round_id, staff_id):
        raise NotFoundError
    return letter


def read(session: Session, letter: Letter, *, reader: Reader) -> OpenedLetter:
    """Open a letter with all that came later but pictures; the reading is logged.

    An unread letter is in hand now, and nothing in it is news any more.

    Raises NoKeyError.
    """
    key = _key(letter, reader)
    _log(session, letter, "letter.read", reader)
    if letter.state is LetterState.UNREAD:
        letter.state = LetterState.WORKING
    letter.news = 0
    notes = select(Note).where(Note.letter_id == letter.id).order_by(Note.id)
    replies = select(Reply).where(Reply.letter_id == letter.id).order_by(Reply.position)
    later = select(Addition).where(Addition.letter_id == letter.id)
    return OpenedLetter(
        letter=letter,
        text=_words(key, letter.sealed),
        has_contact=session.get(Contact, letter.id) is not None,
        notes=[(n, _words(key, n.sealed)) for n in session.scalars(notes)],
        replies=[(r, _words(key, r.to_team)) for r in session.scalars(replies)],
        additions=[
            (a, b"" if a.kind is AdditionKind.PICTURE else unpad(key.open(a.sealed)))
            for a in session.scalars(later)
        ],
    )


def read_picture(
    session: Session, letter: Letter, addition_id: str, *, reader: Reader
) -> bytes:
    """A picture that was added to an opened letter, as JPEG; the look is logged.

    Raises NotFoundError, WrongLetterMoveError, NoKeyError.
    """
    found = session.get(Addition, addition_id)
    wanted = (letter.id, AdditionKind.PICTURE)
    if found is None or (found.letter_id, found.kind) != wanted:
        raise NotFoundError
    if letter.state is LetterState.UNREAD:
        raise WrongLetterMoveError
    key = _key(letter, reader)
    _log(session, letter, "picture.read", reader)
    return unpad(key.open(found.sealed))


def words_of(letter: Letter, *, reader: Reader) -> str:
    """What a letter says, to be compared and not shown: showing it goes by `read`.

    Raises NoKeyError.
    """
    return _words(_key(letter, reader), letter.sealed)


def read_contact(
    session: Session, letter: Letter, *, reader: Reader, reason: str
) -> str:
    """The contact a resident left; needs a reason, which is logged.

    Raises NotFoundError, EmptyWordsError, NoKeyError.
    """
    contact = session.get(Contact, letter.id)
    if contact is None:
        raise NotFoundError
    _log(session, letter, "contact.read", reader, reason=_required(reason))
    return _words(_key(letter, reader), contact.sealed)


def reply(session: Session, letter: Letter, *, reader: Reader, text: str) -> Reply:
    """Answer through the receipt.

    Raises EmptyWordsError, NoKeyError.
    """
    words = pad(_required(text).encode())
    letter.turns += 1
    row = Reply(
        letter_id=letter.id,
        position=letter.turns,
        written_on=reader.today,
        to_resident=seal(words, letter.reply_key),
        to_team=seal(words, _key(letter, reader).public),
    )
    session.add(row)
    _log(session, letter, "letter.reply", reader)
    session.flush()
    return row


def note(session: Session, letter: Letter, *, reader: Reader, text: str) -> None:
    """Write something down for the team.

    Raises EmptyWordsError, NoKeyError.
    """
    words = pad(_required(text).encode())
    session.add(
        Note(
            letter_id=letter.id,
            by=reader.staff.name,
            written_on=reader.today,
            sealed=seal(words, _key(letter, reader).public),
        )
    )
    _log(session, letter, "letter.note", reader)
    session.flush()


def move(session: Session, letter: Letter, *, to: LetterState, reader: Reader) -> None:
    """Change a letter's state.

    Raises WrongLetterMoveError.
    """
    if to not in MOVES[letter.state]:
        raise WrongLetterMoveError
    _log(session, letter, "letter.move", reader, reason=f"{letter.state} → {to}")
    letter.state = to
    session.flush()


def remarks(
    session: Session, round_id: int, place_id: int, *, reader: Reader
) -> list[tuple[str, str]]:
    """The free texts of a community's questionnaires as (question, text), sorted.

    Raises NoKeyError.
    """
    key = community_key(
        reader.keystore, round_id, place_id, reader=reader.staff.id, pair=reader.pair
    )
    rows = session.scalars(
        select(Remark).where(Remark.round_id == round_id, Remark.place_id == place_id)
    ).all()
    audit.record(
        session,
        reader.staff.username,
        "remarks.read",
        subject=f"{get_round(session, round_id).code}/{place_id}",
        reason=str(len(rows)),
        now=reader.now,
    )
    return sorted((row.question, _words(key, row.sealed)) for row in rows)


def _key(letter: Letter, reader: Reader) -> KeyPair:
    return community_key(
        reader.keystore,
        letter.round_id,
        letter.place_id,
        reader=reader.staff.id,
        pair=reader.pair,
    )


def _words(key: KeyPair, sealed: bytes) -> str:
    return unpad(key.open(sealed)).decode()


def _required(text: str) -> str:
    if not text.strip():
        raise EmptyWordsError
    return text.strip()


def _log(
    session: Session, letter: Letter, action: str, reader: Reader, *, reason: str = ""
) -> None:
    audit.record(
        session,
        reader.staff.username,
        action,
        subject=letter.id,
        reason=reason,
        now=reader.now,
    )
