"""What is destroyed when: residents' texts go, anonymous statistics stay.

In: an archived round whose time is over. Out: nothing that anybody wrote; the keys
that could have opened it in an old backup are destroyed with it.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.intake.records import Contact, Letter, Remark
from portal.kernel import audit
from portal.kernel.errors import ConflictError
from portal.kernel.keystore import KeyStore
from portal.review.findings import Evidence
from portal.review.letters import Note, Reply
from portal.rounds import Phase, PhaseChange, Round
from portal.rounds.keys import destroy_texts
from portal.vote.ledger import WithheldLists

RETENTION = timedelta(days=180)  # after archiving; the office's files hold findings


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
    mine = select(Letter.id).where(Letter.round_id == round_.id)
    count = session.scalar(select(func.count()).select_from(mine.subquery())) or 0
    for joined in (Evidence, Contact, Reply, Note):
        session.execute(delete(joined).where(joined.letter_id.in_(mine)))
    session.execute(delete(Letter).where(Letter.round_id == round_.id))
    for apart in (Remark, WithheldLists):
        session.execute(delete(apart).where(apart.round_id == round_.id))
    destroy_texts(keystore, round_.id)
    audit.record(
        session,
        by,
        "round.purge",
        subject=round_.code,
        reason=str(count),
        now=now,
    )
    return count
