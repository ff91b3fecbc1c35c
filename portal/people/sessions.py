"""Who is signed in: the server keeps a hash and a locked seed, the cookie the key.

A stolen database opens nothing, and no reader's key is in memory outside a request
that carries its cookie (design promise 3).
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, delete
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from portal.kernel import sealing
from portal.kernel.database import Base
from portal.kernel.sealing import KeyPair
from portal.people.staff import Staff

LONGEST_SESSION = timedelta(hours=12)  # a working day, then sign in again


class StaffSession(Base):
    """One signed-in browser."""

    __tablename__ = "staff_session"
    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    locked_seed: Mapped[bytes]
    expires_at: Mapped[datetime]
    staff: Mapped[Staff] = relationship()


def begin(session: Session, staff: Staff, pair: KeyPair, *, now: datetime) -> str:
    """Remember a sign-in; gives the token for the cookie. Expired ones are swept."""
    session.execute(delete(StaffSession).where(StaffSession.expires_at < now))
    token = secrets.token_urlsafe(32)
    session.add(
        StaffSession(
            token_hash=_hash(token),
            staff_id=staff.id,
            locked_seed=sealing.lock(pair.seed, _key(token)),
            expires_at=now + LONGEST_SESSION,
        )
    )
    session.flush()
    return token


def find(session: Session, token: str, *, now: datetime) -> StaffSession | None:
    """The session of a cookie, if it still holds."""
    found = session.get(StaffSession, _hash(token))
    if found is None or found.expires_at <= now or not found.staff.is_active:
        return None
    return found


def keys_in(found: StaffSession, token: str) -> KeyPair:
    """The reader's keys, for the length of a request."""
    return KeyPair(sealing.unlock(found.locked_seed, _key(token)))


def end(session: Session, token: str) -> None:
    """Sign out."""
    session.execute(delete(StaffSession).where(StaffSession.token_hash == _hash(token)))


def end_all(session: Session, staff_id: int) -> None:
    """Sign somebody out everywhere."""
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff_id))


def end_others(session: Session, staff_id: int, *, but: str) -> None:
    """Sign somebody out everywhere but in the browser that holds the token `but`."""
    session.execute(
        delete(StaffSession).where(
            StaffSession.staff_id == staff_id, StaffSession.token_hash != _hash(but)
        )
    )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _key(token: str) -> bytes:
    return sealing.derive(token.encode(), "session")
