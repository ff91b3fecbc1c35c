"""开箱: the box is emptied at set hours, in random order, dated by day.

Two SQLite files cannot commit together, so the order of steps makes it safe to die
anywhere: give newcomers a new key → copy into the database in one transaction that
also notes the opening's number → only then sweep the box and destroy its key. An
opening whose number is in the database is never copied twice.
"""

import json
import secrets
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.entrances import ChannelKind
from portal.intake.box_rows import Compartment
from portal.intake.letterbox import Content, Letterbox
from portal.intake.receive import box_key
from portal.intake.records import (
    Addition,
    AdditionKind,
    Contact,
    Letter,
    LetterState,
    Opening,
    Remark,
    Response,
)
from portal.kernel import audit
from portal.kernel.codes import random_id
from portal.kernel.database import Base, SessionFactory, writing

EMPTY = "0"  # the number in the log of an opening that found nothing
RETRY_DAYS = timedelta(days=3)  # a form's token lives one day; twice is careful


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """Who opens the box, why, and when."""

    by: str
    reason: str
    now: datetime
    today: date
    of: Compartment = Compartment.ORDINARY
    not_yet: frozenset[int] = frozenset()  # rounds whose hour has not come


def open_letterbox(sessions: SessionFactory, box: Letterbox, occasion: Occasion) -> int:
    """Empty the box; gives the number of items that came out.

    What belongs to a round whose hour has not come is left for the coming opening.
    Noted in the audit log even where there was nothing in it, unless it is urgent.
    """
    taken, of = 0, occasion.of
    last = func.max(Opening.number * of)
    with sessions() as session:
        number = session.scalar(select(last).where(Opening.number * of > 0)) or 0
        box.begin_after(number * of, of)
    pending = box.turn_key(of)
    for opening in pending:
        with sessions() as session, session.begin():
            taken += _copy_once(writing(session), box, opening, occasion)
        box.sweep(opening, today=occasion.today)
    if not pending and of is Compartment.ORDINARY:
        # Noted all the same: else the hour would stay due, and the next letter be
        # taken out alone, at once, with the time in the log.
        with sessions() as session, session.begin():
            _note(writing(session), EMPTY, occasion)
    box.forget_spent(before=occasion.today - RETRY_DAYS)
    return taken


def is_due(hours: tuple[time, ...], *, last: datetime, local_now: datetime) -> bool:
    """Whether an opening hour lies between `last` and now, both in local time."""
    midnight = local_now.replace(hour=0, minute=0, second=0, microsecond=0)
    today = [midnight.replace(hour=hour.hour, minute=hour.minute) for hour in hours]
    yesterday = [hour - timedelta(days=1) for hour in today]
    return any(last < hour <= local_now for hour in [*yesterday, *today])


def _copy_once(
    session: Session, box: Letterbox, opening: int, occasion: Occasion
) -> int:
    if session.get(Opening, opening) is not None:
        return 0
    content = box.content(opening)
    box.put_off(_taken_out(session, content, occasion.not_yet))
    early = _before_their_letter(session, box, content)
    box.lay_aside(early)
    for key in early:
        del content.messages[key]
    if not (content.messages or content.unreadable or early):
        _note(session, EMPTY, occasion)
        return 0
    _write_shuffled(session, content, occasion.today)
    session.add(
        Opening(
            number=opening,
            opened_on=occasion.today,
            items=len(content.messages),
            unreadable=content.unreadable + len(early),
        )
    )
    _note(session, str(opening), occasion)
    return len(content.messages)


def _before_their_letter(
    session: Session, box: Letterbox, content: Content
) -> list[bytes]:
    """Keys of additions whose letter lies aside unread: they wait for it."""
    waiting: dict[bytes, str] = {}
    here: set[str] = set()
    for key, message in content.messages.items():
        item = json.loads(message)
        if item["what"] == "addition":
            waiting[key] = item["lookup"]
        elif item["what"] == "letter":
            here.add(item["lookup"])
    return [
        key
        for key, lookup in waiting.items()
        if lookup not in here
        and box.holds(box_key(bytes.fromhex(lookup)))
        and _letter_of(session, lookup) is None
    ]


def _taken_out(
    session: Session, content: Content, not_yet: frozenset[int]
) -> dict[bytes, bytes]:
    """Take the messages of rounds whose hour has not come out of what was found."""
    if not not_yet:
        return {}
    items = {key: json.loads(message) for key, message in content.messages.items()}
    rounds = {
        item["lookup"]: item["round"]
        for item in items.values()
        if item["what"] == "letter"
    }
    found: dict[bytes, bytes] = {}
    for key, item in items.items():
        if item["what"] == "addition":
            letter = _letter_of(session, item["lookup"])
            round_id = letter.round_id if letter else rounds.get(item["lookup"])
        else:
            round_id = item["round"]
        if round_id in not_yet:
            found[key] = content.messages.pop(key)
    return found


def _note(session: Session, subject: str, occasion: Occasion) -> None:
    audit.record(
        session,
        occasion.by,
        "letterbox.open" if occasion.of is Compartment.ORDINARY else "urgent.open",
        subject=subject,
        reason=occasion.reason,
        now=occasion.now,
    )


def _write_shuffled(session: Session, content: Content, today: date) -> None:
    """Rows of every table in a random order of their own; letters before the rest."""
    items: dict[str, list[dict[str, Any]]] = {what: [] for what in _ROWS}
    for message in content.messages.values():
        item = json.loads(message)
        items[item["what"]].append(item)
    for what, rows_of in _ROWS.items():
        rows = list(rows_of(session, items[what], today))
        tables = list(dict.fromkeys(type(row) for row in rows))
        for table in sorted(tables, key=_AFTER.index):
            mine = [row for row in rows if type(row) is table]
            secrets.SystemRandom().shuffle(mine)
            for row in mine:
                session.add(row)
            session.flush()


def _letters(
    session: Session, items: Iterable[dict[str, Any]], today: date
) -> Iterator[Base]:
    """A form sent again after the box forgot it is the letter that is there."""
    for item in items:
        if _letter_of(session, item["lookup"]) is not None:
            continue
        letter = Letter(
            id=random_id(),
            round_id=item["round"],
            place_id=item["place"],
            category=item["category"],
            is_urgent=item.get("urgent", False),
            sealed=b64decode(item["text"]),
            lookup=bytes.fromhex(item["lookup"]),
            reply_key=bytes.fromhex(item["reply_key"]),
            opened_on=today,
            flags=item["flags"],
        )
        yield letter
        if item["contact"] is not None:
            yield Contact(letter_id=letter.id, sealed=b64decode(item["contact"]))


def _answers(_: Session, items: Iterable[dict[str, Any]], __: date) -> Iterator[Base]:
    for item in items:
        here = {"round_id": item["round"], "place_id": item["place"]}
        yield Response(
            **here,
            channel_kind=ChannelKind(item["channel"]),
            revision=item["revision"],
            ticks=item["ticks"],
            flags=item["flags"],
        )
        for question, sealed in item["texts"]:
            yield Remark(**here, question=question, sealed=b64decode(sealed))


def _additions(
    session: Session, items: Iterable[dict[str, Any]], today: date
) -> Iterator[Base]:
    """What came for a letter out of one box is one turn of the dialogue.

    A letter that was withdrawn or destroyed meanwhile takes its additions along.
    """
    spoken: set[str] = set()
    for item in items:
        letter = _letter_of(session, item["lookup"])
        if letter is None:
            continue
        if letter.id not in spoken:
            spoken.add(letter.id)
            letter.turns += 1
            if letter.state is LetterState.ASKED:
                letter.state = LetterState.WORKING
        letter.news += 1
        yield Addition(
            letter_id=letter.id,
            kind=AdditionKind(item["kind"]),
            sealed=b64decode(item["content"]),
            echo=b64decode(item["echo"]),
            opened_on=today,
            position=letter.turns,
        )


def _letter_of(session: Session, lookup: str) -> Letter | None:
    found = select(Letter).where(Letter.lookup == bytes.fromhex(lookup))
    return session.scalars(found).first()


_ROWS: Mapping[
    str, Callable[[Session, Iterable[dict[str, Any]], date], Iterator[Base]]
] = {"letter": _letters, "answers": _answers, "addition": _additions}
_AFTER = [Letter, Contact, Response, Remark, Addition]
