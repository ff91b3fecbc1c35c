"""What is destroyed when: residents' texts go, anonymous statistics stay.

In: an archived round whose time is over, or a letter its sender takes back. Out:
nothing that anybody wrote; the keys that could have opened it in an old backup are
destroyed with a round, and what was destroyed is destroyed again wherever a restored
backup brings it back.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from portal.intake.additions import waiting_additions
from portal.intake.destroyed import Destroyed
from portal.intake.receipts import UnknownReceiptError, keys_of, typed_receipt
from portal.intake.receive import Door, box_key
from portal.intake.records import Letter, Remark
from portal.kernel import audit
from portal.kernel.audit import AuditEntry
from portal.kernel.database import Base
from portal.kernel.errors import ConflictError
from portal.kernel.keystore import KeyStore
from portal.rounds import Phase, PhaseChange, Round
from portal.rounds.keys import destroy_texts
from portal.vote.election import Election
from portal.vote.ledger import WithheldLists

RETENTION = timedelta(days=180)  # after archiving; the office's files hold findings

WITHDRAWN = "letters.withdrawn"  # in the audit log: how many so far, at an opening


class TooYoungError(ConflictError):
    """The retention period is not over."""

    sentence = "这一轮还没有归档满 180 天，来信和附言还不能销毁。"


def archived_on(session: Session, round_: Round) -> datetime | None:
    """When a round was archived."""
    moves = select(func.max(PhaseChange.at)).where(
        PhaseChange.round_id == round_.id, PhaseChange.became == Phase.ARCHIVED
    )
    return session.scalar(moves)


def require_over(session: Session, round_: Round, *, today: date) -> None:
    """Refuse while the texts may still be needed.

    Raises TooYoungError.
    """
    archived = archived_on(session, round_)
    if archived is None or today < archived.date() + RETENTION:
        raise TooYoungError


def purge(
    session: Session, keystore: KeyStore, round_: Round, *, by: str, now: datetime
) -> int:
    """Delete a round's texts, then destroy their keys; gives how many letters went.

    `require_over` comes first. Responses stay: ticks without words.
    """
    Destroyed(keystore).note_round(round_.id, round_.code)
    count = _destroy_round(session, keystore, round_)
    audit.record(
        session, by, "round.purge", subject=round_.code, reason=str(count), now=now
    )
    return count


def withdraw(session: Session, door: Door, *, receipt: str, today: date) -> None:
    """撤回: destroy a letter with all that belongs to it, in the box or out of it.

    Noted in the ledger first, so that whatever fails later is made up for at the next
    opening. The audit log learns of it there, too: as a number, not as a moment.

    Raises MistypedReceiptError, UnknownReceiptError.
    """
    lookup = keys_of(door.pepper, typed_receipt(receipt)).lookup
    item = box_key(lookup)
    mine = select(Letter.id).where(Letter.lookup == lookup)
    if not door.box.holds(item) and session.scalar(mine) is None:
        raise UnknownReceiptError
    door.box.destroyed.note_letter(lookup)
    waiting = [one.key for one in waiting_additions(door, lookup)]
    door.box.remove([item, *waiting], today=today)
    _destroy_letters(session, mine)


def keep_destroyed(session: Session, keystore: KeyStore, *, now: datetime) -> int:
    """Destroy again what a restored backup brought back; how many letters went.

    Notes in the audit log how many letters were withdrawn, where that has changed.
    """
    ledger, gone = Destroyed(keystore), 0
    if not ledger.lines():
        return gone
    rows = session.execute(select(Letter.lookup, Letter.id))
    known = {lookup: letter_id for lookup, letter_id in rows}  # noqa: C416 -- rows are no pairs to mypy
    for lookup in ledger.among(known):
        gone += _destroy_letters(
            session, select(Letter.id).where(Letter.id == known[lookup])
        )
    for round_ in session.scalars(select(Round)):
        if ledger.has_round(round_.id, round_.code):
            gone += _destroy_round(session, keystore, round_)
    _note_withdrawals(session, ledger.withdrawals(), now=now)
    ledger.renew()
    return gone


def _destroy_round(session: Session, keystore: KeyStore, round_: Round) -> int:
    count = _destroy_letters(
        session, select(Letter.id).where(Letter.round_id == round_.id)
    )
    session.execute(delete(Remark).where(Remark.round_id == round_.id))
    mine = select(Election.id).where(Election.round_id == round_.id)
    session.execute(delete(WithheldLists).where(WithheldLists.election_id.in_(mine)))
    destroy_texts(keystore, round_.id)
    return count


def _destroy_letters(session: Session, letters: Select[str]) -> int:
    """Delete letters and, first, every row of any table that points to them."""
    count = session.scalar(select(func.count()).select_from(letters.subquery())) or 0
    for table in reversed(Base.metadata.sorted_tables):
        for column in table.columns:
            if column.references(Letter.__table__.c.id):
                session.execute(delete(table).where(column.in_(letters)))
    session.execute(delete(Letter).where(Letter.id.in_(letters)))
    session.flush()
    return count


def _note_withdrawals(session: Session, number: int, *, now: datetime) -> None:
    """Say in the log how many letters were withdrawn so far."""
    newest = (
        select(AuditEntry.subject)
        .where(AuditEntry.action == WITHDRAWN)
        .order_by(AuditEntry.number.desc())
    )
    if str(number) != (session.scalars(newest).first() or "0"):
        audit.record(session, "timetable", WITHDRAWN, subject=str(number), now=now)
