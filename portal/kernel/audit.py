"""The audit log: append-only, hash-chained, its head published (design promise 12).

Each entry's hash covers the entry and the hash before it, so removing or changing
one breaks every later hash; whoever noted an earlier head notices.
"""

import hashlib
import json
from datetime import datetime

from sqlalchemy import event, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Mapper, Session, mapped_column

from portal.kernel.database import Base

GENESIS = "0" * 64
_CHAIN_LOCK = 7_001_001  # PostgreSQL advisory lock of the chain's writers


class AuditEntry(Base):
    """Who did what to which thing; never what a resident wrote."""

    __tablename__ = "audit_entry"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    reason: Mapped[str]
    previous: Mapped[str]
    hash: Mapped[str]

    def computed_hash(self) -> str:
        """SHA-256 over the canonical JSON of the entry and the hash before it."""
        fields = [
            self.number,
            self.at.isoformat(),
            self.actor,
            self.action,
            self.subject,
            self.reason,
            self.previous,
        ]
        return hashlib.sha256(
            json.dumps(fields, ensure_ascii=False).encode()
        ).hexdigest()


@event.listens_for(AuditEntry, "before_update")
@event.listens_for(AuditEntry, "before_delete")
def _refuse(_: Mapper[AuditEntry], __: Connection, ___: AuditEntry) -> None:
    message = "the audit log is append-only"
    raise RuntimeError(message)


def head(session: Session) -> AuditEntry | None:
    """The newest entry."""
    return session.scalars(
        select(AuditEntry).order_by(AuditEntry.number.desc()).limit(1)
    ).first()


def record(
    session: Session,
    actor: str,
    action: str,
    *,
    subject: str,
    now: datetime,
    reason: str = "",
) -> AuditEntry:
    """Append one entry; writers stand in line, so the chain never forks."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _CHAIN_LOCK})
    last = head(session)
    entry = AuditEntry(
        number=last.number + 1 if last else 1,
        at=now,
        actor=actor,
        action=action,
        subject=subject,
        reason=reason,
        previous=last.hash if last else GENESIS,
    )
    entry.hash = entry.computed_hash()
    session.add(entry)
    session.flush()
    return entry


def first_break(session: Session) -> int | None:
    """The number of the first entry that does not follow from those before it."""
    previous = GENESIS
    entries = session.scalars(select(AuditEntry).order_by(AuditEntry.number))
    for number, entry in enumerate(entries, start=1):
        sound = entry.previous == previous and entry.number == number
        if not sound or entry.hash != entry.computed_hash():
            return number
        previous = entry.hash
    return None
