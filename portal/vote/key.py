"""The vote key: made when voting opens, wrapped for pairs of closers, then forgotten.

In: the two to four people who may close. Out: an open election whose ballots nobody
can read alone: the seed exists in memory while it is wrapped and is then forgotten. A
wrap is the seed sealed to a second closer, sealed again to a first one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import permutations

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.kernel import audit
from portal.kernel.database import Base
from portal.kernel.errors import ForbiddenError, InvalidError
from portal.kernel.keystore import KeyStore
from portal.kernel.sealing import KeyPair, UnreadableError, seal
from portal.people import Staff
from portal.vote.election import Election, ElectionState, VoteMode, lock
from portal.vote.posting import manifests

CLOSERS = range(2, 5)  # two are needed; two more may stand in


class NoManifestError(InvalidError):
    """There is nobody who could vote."""

    sentence = "还没有任何社区的票根清单，请先上传，再开始投票。"


class ClosersError(InvalidError):
    """A vote is closed by two different people."""

    sentence = "请指定 2 至 4 位不同的、在岗的关票人。"


class NotACloserError(ForbiddenError):
    """The vote key was not wrapped to this person."""

    sentence = "您不是这次投票的关票人。请由开始投票时指定的关票人来办。"


class Closer(Base):
    """关票人: somebody the vote key is wrapped to."""

    __tablename__ = "election_closer"
    election_id: Mapped[int] = mapped_column(
        ForeignKey("election.id"), primary_key=True
    )
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    public_key: Mapped[bytes]  # X25519


@dataclass(frozen=True)
class Signatory:
    """A closer who is signed in: their keys are in memory for this request."""

    staff_id: int
    username: str
    keys: KeyPair


def closers_of(session: Session, election_id: int) -> list[Staff]:
    """Who may close the vote, by id."""
    named = select(Staff).join(Closer, Closer.staff_id == Staff.id)
    named = named.where(Closer.election_id == election_id).order_by(Staff.id)
    return list(session.scalars(named))


def require_closer(session: Session, election: Election, who: Signatory) -> None:
    """Refuse whoever the key was not wrapped to.

    Raises NotACloserError.
    """
    closer = session.get(Closer, (election.id, who.staff_id))
    if closer is None or closer.public_key != who.keys.public:
        raise NotACloserError


def open_election(
    session: Session,
    keystore: KeyStore,
    *,
    election: Election,
    closers: Sequence[Staff],
    by: str,
    now: datetime,
) -> None:
    """Make the vote key, wrap it for every ordered pair of closers, forget it.

    Raises VoteOpenError, NoManifestError, ClosersError.
    """
    lock(session, election)
    election.require_prepared()
    needs_slips = election.mode is VoteMode.SLIPS
    if needs_slips and not manifests(session, election.id):
        raise NoManifestError
    people = {c.id: c for c in closers if c.is_active}
    if len(people) != len(closers) or len(people) not in CLOSERS:
        raise ClosersError
    vote = KeyPair.make()
    for first, second in permutations(people.values(), 2):
        wrap = seal(seal(vote.seed, second.public_key), first.public_key)
        keystore.put(f"{folder_of(election)}/{first.id}-{second.id}", wrap)
    for person in people.values():
        key = person.public_key
        session.add(Closer(election_id=election.id, staff_id=person.id, public_key=key))
    election.advance(ElectionState.OPEN)
    election.public_key, election.opened_at = vote.public, now
    names = " ".join(person.username for person in people.values())
    audit.record(session, by, "vote.open", subject=election.code, reason=names, now=now)


def peel(keystore: KeyStore, election: Election, first: Signatory) -> None:
    """Take off the outer layer of the wraps this closer is first in.

    What comes off is still sealed to one other closer each; the first learns nothing.
    """
    folder = folder_of(election)
    for name in keystore.names(folder):
        pair = name.removeprefix(f"{folder}/")
        if pair.startswith(f"{first.staff_id}-"):
            inner = first.keys.open(keystore.get(name) or b"")
            keystore.put(f"{folder}/agreed/{pair}", inner)


def unwrapped(keystore: KeyStore, election: Election, second: Signatory) -> KeyPair:
    """The vote key, for the closer who opens the box after the first has peeled.

    Raises NotACloserError.
    """
    pair = f"{election.first_id}-{second.staff_id}"
    inner = keystore.get(f"{folder_of(election)}/agreed/{pair}")
    try:
        vote = KeyPair(second.keys.open(inner or b""))
    except UnreadableError as error:
        raise NotACloserError from error
    if vote.public != election.public_key:
        raise NotACloserError
    return vote


def folder_of(election: Election) -> str:
    """Where the wraps lie in the key store."""
    return f"votes/{election.id}"
