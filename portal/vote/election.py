"""The vote of a round: its manifests, the two to four people who may close it, its key.

In: manifests from the printer. Out: an open election whose ballots nobody can read
alone: the seed of the vote key exists in memory while it is wrapped and is then
forgotten. A wrap is the seed sealed to a second closer, sealed again to a first one.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from itertools import permutations

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from portal.kernel import audit
from portal.kernel.database import Base
from portal.kernel.errors import ConflictError, InvalidError
from portal.kernel.keystore import KeyStore
from portal.kernel.sealing import KeyPair, seal
from portal.people import Staff
from portal.places import Place
from portal.rounds import Round
from portal.vote.manifest import Manifest

CLOSERS = range(2, 5)  # two are needed; two more may stand in


class ElectionState(StrEnum):
    """How far the close has come."""

    OPEN = "open"  # ballots are taken
    AGREED = "agreed"  # one closer ended the vote
    COUNTED = "counted"  # another opened the box; the lists are kept
    CLOSED = "closed"  # both signed the closing record; it may be published


NEXT = {
    ElectionState.OPEN: ElectionState.AGREED,
    ElectionState.AGREED: ElectionState.COUNTED,
    ElectionState.COUNTED: ElectionState.CLOSED,
}


class VoteOpenError(ConflictError):
    """Manifests stand once voting has opened."""

    sentence = "投票已经开始，票根清单和关票人不能再改。"


class WrongManifestError(InvalidError):
    """The manifest is of another round or community."""

    sentence = "这份票根清单不是本轮本社区的，请核对文件。"


class OtherPrinterError(InvalidError):
    """One round has one printer key, whose fingerprint hangs on paper."""

    sentence = "这份清单的制票密钥和本轮其他社区的不同，请用同一把密钥重新制票。"


class TooManySlipsError(InvalidError):
    """More slips than households."""

    sentence = "选票张数多于登记的户数。一户一票：请先核对户数，或重新制票。"


class NoManifestError(InvalidError):
    """There is nobody who could vote."""

    sentence = "还没有任何社区的票根清单，请先上传，再开始投票。"


class ClosersError(InvalidError):
    """A vote is closed by two different people."""

    sentence = "请指定 2 至 4 位不同的、在岗的关票人。"


class Election(Base):
    """The slip vote of one round."""

    __tablename__ = "election"
    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), unique=True)
    round_code: Mapped[str]
    public_key: Mapped[bytes]  # X25519: ballots are sealed to it
    state: Mapped[ElectionState] = mapped_column(default=ElectionState.OPEN)
    opened_at: Mapped[datetime]
    counted_at: Mapped[datetime | None]
    first_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    first_key: Mapped[bytes | None]  # Ed25519
    first_signature: Mapped[bytes | None]
    second_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    second_key: Mapped[bytes | None]
    second_signature: Mapped[bytes | None]
    closing: Mapped[bytes | None]  # the closing record, byte for byte

    @property
    def takes_ballots(self) -> bool:
        """Whether somebody can vote."""
        return self.state is ElectionState.OPEN

    def advance(self, to: ElectionState) -> None:
        """Move one step: the only place where the state is assigned.

        Raises ConflictError.
        """
        if NEXT.get(self.state) is not to:
            raise ConflictError
        self.state = to


class Closer(Base):
    """关票人: somebody the vote key is wrapped to."""

    __tablename__ = "election_closer"
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    public_key: Mapped[bytes]  # X25519


class PlaceManifest(Base):
    """The posted manifest of a community, and its households on that day."""

    __tablename__ = "election_manifest"
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), primary_key=True)
    round_code: Mapped[str]
    place_code: Mapped[str]
    households: Mapped[int | None]
    count: Mapped[int]
    slip_ids: Mapped[bytes]  # sorted, 32 bytes each
    root: Mapped[bytes]
    printer_key: Mapped[bytes]
    signature: Mapped[bytes]
    place: Mapped[Place] = relationship()

    def holds(self, slip_id: bytes) -> bool:
        """Whether the slip was made for this community; compared in full."""
        return slip_id in self.ids

    @property
    def ids(self) -> frozenset[bytes]:
        """The slip ids, 32 bytes each."""
        return frozenset(
            self.slip_ids[i : i + 32] for i in range(0, len(self.slip_ids), 32)
        )

    @property
    def manifest(self) -> Manifest:
        """What was posted, again."""
        return Manifest(
            round_code=self.round_code,
            place_code=self.place_code,
            slip_ids=tuple(sorted(self.ids)),
            root=self.root,
            printer_key=self.printer_key,
            signature=self.signature,
        )


def find_election(session: Session, round_id: int) -> Election | None:
    """The vote of a round, once it was opened."""
    return session.scalars(select(Election).filter_by(round_id=round_id)).first()


def find_manifest(
    session: Session, round_id: int, place_id: int
) -> PlaceManifest | None:
    """The posted manifest of a community."""
    return session.get(PlaceManifest, (round_id, place_id))


def manifests(session: Session, round_id: int) -> list[PlaceManifest]:
    """The posted manifests of a round, by community code."""
    posted = select(PlaceManifest).filter_by(round_id=round_id)
    return list(session.scalars(posted.order_by(PlaceManifest.place_code)))


def closers_of(session: Session, round_id: int) -> list[Staff]:
    """Who may close the vote, by id."""
    named = select(Staff).join(Closer, Closer.staff_id == Staff.id)
    named = named.where(Closer.round_id == round_id).order_by(Staff.id)
    return list(session.scalars(named))


def post_manifest(
    session: Session,
    *,
    round_: Round,
    place: Place,
    manifest: Manifest,
    by: str,
    now: datetime,
) -> PlaceManifest:
    """Keep a community's manifest; before the opening a new one replaces the old.

    Raises BadManifestError, WrongManifestError, OtherPrinterError,
    TooManySlipsError, VoteOpenError.
    """
    manifest.require_sound()
    if (manifest.round_code, manifest.place_code) != (round_.code, place.code):
        raise WrongManifestError
    if find_election(session, round_.id):
        raise VoteOpenError
    if place.households is not None and manifest.count > place.households:
        raise TooManySlipsError
    others = [m for m in manifests(session, round_.id) if m.place_id != place.id]
    if any(m.printer_key != manifest.printer_key for m in others):
        raise OtherPrinterError
    posted = session.merge(
        PlaceManifest(
            round_id=round_.id,
            place_id=place.id,
            round_code=round_.code,
            place_code=place.code,
            households=place.households,
            count=manifest.count,
            slip_ids=b"".join(manifest.slip_ids),
            root=manifest.root,
            printer_key=manifest.printer_key,
            signature=manifest.signature,
        )
    )
    subject = f"{round_.code}/{place.code}"
    reason = f"{manifest.count} {manifest.root.hex()}"
    audit.record(
        session, by, "vote.post_manifest", subject=subject, reason=reason, now=now
    )
    return posted


def open_election(
    session: Session,
    keystore: KeyStore,
    *,
    round_: Round,
    closers: Sequence[Staff],
    by: str,
    now: datetime,
) -> Election:
    """Make the vote key, wrap it for every ordered pair of closers, forget it.

    Raises VoteOpenError, NoManifestError, ClosersError.
    """
    if find_election(session, round_.id):
        raise VoteOpenError
    if not manifests(session, round_.id):
        raise NoManifestError
    people = {c.id: c for c in closers if c.is_active}
    if len(people) != len(closers) or len(people) not in CLOSERS:
        raise ClosersError
    vote = KeyPair.make()
    for first, second in permutations(people.values(), 2):
        wrap = seal(seal(vote.seed, second.public_key), first.public_key)
        keystore.put(f"votes/{round_.id}/{first.id}-{second.id}", wrap)
    for person in people.values():
        session.add(
            Closer(round_id=round_.id, staff_id=person.id, public_key=person.public_key)
        )
    election = Election(
        round_id=round_.id,
        round_code=round_.code,
        public_key=vote.public,
        opened_at=now,
    )
    session.add(election)
    names = " ".join(person.username for person in people.values())
    audit.record(session, by, "vote.open", subject=round_.code, reason=names, now=now)
    return election
