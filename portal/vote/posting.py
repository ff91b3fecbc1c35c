"""What hangs on the board before the vote: terms, how many may vote, manifests.

In: an election that is prepared, files from the printer. Out: manifests whose slips
alone are taken as ballots. The first manifest freezes the terms it was made for.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from portal.kernel import audit
from portal.kernel.database import Base
from portal.kernel.errors import ConflictError, InvalidError
from portal.places import Place
from portal.vote import items
from portal.vote.election import Election, Electorate, VoteMode
from portal.vote.manifest import Manifest
from portal.vote.slips import Precinct
from portal.vote.terms import Terms


class TermsFrozenError(ConflictError):
    """A manifest was made for these terms."""

    sentence = "已经收下票根清单，测评办法定下来了，不能再改。"


class NoSlipsError(ConflictError):
    """The election is open to whoever has the QR code."""

    sentence = "这次是开放评价，不发票。要发票，请先在「测评」改回入户票。"


class OnlyResidentsError(InvalidError):
    """Cadres are known by their slips alone."""

    sentence = "干部测评一人一票，只能发票，不能开放评价。"


class WrongManifestError(InvalidError):
    """The manifest is of another election or community."""

    sentence = "这份票根清单不是这次测评、这个社区的，请核对文件。"


class OtherTermsError(InvalidError):
    """The slips were printed for other terms."""

    sentence = (
        "这份票根清单是按另一份测评办法制的票。请到「测评办法」下载这一次的文件，"
        "用 portal slips --terms 重新制票。"
    )


class OtherPrinterError(InvalidError):
    """One election has one printer key, whose fingerprint hangs on paper."""

    sentence = "这份清单的制票密钥和其他社区的不同，请用同一把密钥重新制票。"


class TooManySlipsError(InvalidError):
    """More slips than households, or than cadres."""

    def __init__(self, electorate: Electorate) -> None:
        super().__init__(_TOO_MANY[electorate])


_TOO_MANY = {
    Electorate.RESIDENTS: "选票张数多于登记的户数。一户一票：请核对户数，或重新制票。",
    Electorate.CADRES: "选票多于登记的干部人数。一人一票：请核对人数，或重新制票。",
}


class Roll(Base):
    """How many cadres a community has, where it was typed in."""

    __tablename__ = "election_roll"
    election_id: Mapped[int] = mapped_column(
        ForeignKey("election.id"), primary_key=True
    )
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), primary_key=True)
    count: Mapped[int]


class PlaceManifest(Base):
    """The posted manifest of a community.

    `entitled`: how many may have a slip, households or cadres, on that day.
    """

    __tablename__ = "election_manifest"
    election_id: Mapped[int] = mapped_column(
        ForeignKey("election.id"), primary_key=True
    )
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), primary_key=True)
    place_code: Mapped[str]
    entitled: Mapped[int | None]
    count: Mapped[int]
    slip_ids: Mapped[bytes]  # sorted, 32 bytes each
    root: Mapped[bytes]
    printer_key: Mapped[bytes]
    signature: Mapped[bytes]
    place: Mapped[Place] = relationship()
    election: Mapped[Election] = relationship()

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
    def precinct(self) -> Precinct:
        """Whose slips these are."""
        return self.election.precinct(self.place_code)

    @property
    def manifest(self) -> Manifest:
        """What was posted, again."""
        return Manifest(
            code=self.election.code,
            place_code=self.place_code,
            terms=self.election.terms.digest,
            slip_ids=tuple(sorted(self.ids)),
            root=self.root,
            printer_key=self.printer_key,
            signature=self.signature,
        )


def find_manifest(
    session: Session, election_id: int, place_id: int
) -> PlaceManifest | None:
    """The posted manifest of a community."""
    return session.get(PlaceManifest, (election_id, place_id))


def manifests(session: Session, election_id: int) -> list[PlaceManifest]:
    """The posted manifests of an election, by community code."""
    posted = select(PlaceManifest).filter_by(election_id=election_id)
    return list(session.scalars(posted.order_by(PlaceManifest.place_code)))


def roll(session: Session, election_id: int) -> dict[int, int]:
    """How many cadres were typed in, by place id."""
    typed = session.scalars(select(Roll).filter_by(election_id=election_id))
    return {one.place_id: one.count for one in typed}


def revise(
    session: Session, election: Election, *, terms: Terms, by: str, now: datetime
) -> None:
    """Give an election other terms, while no slip was made for the old.

    Raises VoteOpenError, TermsFrozenError, UnsoundTermsError.
    """
    election.require_prepared()
    if manifests(session, election.id):
        raise TermsFrozenError
    terms.require_sound()
    election.document = terms.to_json()
    _record(session, election, "vote.revise", said=terms.digest, by=by, now=now)


def choose_mode(
    session: Session, election: Election, *, mode: VoteMode, by: str, now: datetime
) -> None:
    """Vote by slips, or let whoever has the QR code rate; while no slip was made.

    Raises VoteOpenError, TermsFrozenError, OnlyResidentsError.
    """
    election.require_prepared()
    if manifests(session, election.id):
        raise TermsFrozenError
    if mode is VoteMode.OPEN and election.electorate is not Electorate.RESIDENTS:
        raise OnlyResidentsError
    election.mode = mode
    session.flush()
    _record(session, election, "vote.mode", said=mode, by=by, now=now)


def ask_items(session: Session, election: Election, *, by: str, now: datetime) -> None:
    """Ask about each finding that is disclosed now, in its present words.

    Raises VoteOpenError, NothingDisclosedError.
    """
    election.require_prepared()
    document = items.to_json(items.disclosed(session, election.round_id))
    election.items_document = document
    said = hashlib.sha256(document).hexdigest()
    _record(session, election, "vote.ask_items", said=said, by=by, now=now)


def enrol(
    session: Session,
    election: Election,
    *,
    counts: Mapping[int, int],
    by: str,
    now: datetime,
) -> None:
    """Keep how many cadres communities have, by place id; one left out is not known.

    Raises VoteOpenError, TooManySlipsError.
    """
    election.require_prepared()
    posted = manifests(session, election.id)
    if any(one.count > counts.get(one.place_id, one.count) for one in posted):
        raise TooManySlipsError(election.electorate)
    for old in session.scalars(select(Roll).filter_by(election_id=election.id)):
        session.delete(old)
    session.flush()
    for place_id, count in counts.items():
        session.add(Roll(election_id=election.id, place_id=place_id, count=count))
    for one in posted:
        one.entitled = counts.get(one.place_id)
    said = str(sum(counts.values()))
    _record(session, election, "vote.enrol", said=said, by=by, now=now)


def post_manifest(
    session: Session,
    *,
    election: Election,
    place: Place,
    manifest: Manifest,
    by: str,
    now: datetime,
) -> PlaceManifest:
    """Keep a community's manifest; before the opening a new one replaces the old.

    Raises VoteOpenError, NoSlipsError, BadManifestError, WrongManifestError,
    OtherTermsError, TooManySlipsError, OtherPrinterError.
    """
    election.require_prepared()
    if election.mode is not VoteMode.SLIPS:
        raise NoSlipsError
    entitled = _entitled(session, election, place)
    _require_fitting(election, place, manifest)
    if entitled is not None and manifest.count > entitled:
        raise TooManySlipsError(election.electorate)
    others = [m for m in manifests(session, election.id) if m.place_id != place.id]
    if any(m.printer_key != manifest.printer_key for m in others):
        raise OtherPrinterError
    posted = session.merge(
        PlaceManifest(
            election_id=election.id,
            place_id=place.id,
            place_code=place.code,
            entitled=entitled,
            count=manifest.count,
            slip_ids=b"".join(manifest.slip_ids),
            root=manifest.root,
            printer_key=manifest.printer_key,
            signature=manifest.signature,
        )
    )
    said = f"{place.code} {manifest.count} {manifest.root.hex()}"
    _record(session, election, "vote.post_manifest", said=said, by=by, now=now)
    return posted


def _entitled(session: Session, election: Election, place: Place) -> int | None:
    if election.electorate is Electorate.RESIDENTS:
        return place.households
    return roll(session, election.id).get(place.id)


def _require_fitting(election: Election, place: Place, manifest: Manifest) -> None:
    manifest.require_sound()
    if (manifest.code, manifest.place_code) != (election.code, place.code):
        raise WrongManifestError
    if manifest.terms != election.terms.digest:
        raise OtherTermsError


def _record(
    session: Session,
    election: Election,
    action: str,
    *,
    said: str,
    by: str,
    now: datetime,
) -> None:
    audit.record(session, by, action, subject=election.code, reason=said, now=now)
