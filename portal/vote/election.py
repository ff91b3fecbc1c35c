"""The election: what everything of a vote hangs on, from its preparation to its close.

A round has at most one for its residents and one for its cadres (干部测评), each with
its own slips, box, close and result, so that the two are never added up. In: a round.
Out: its elections, and the one verb that moves their state.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from portal.kernel import audit
from portal.kernel.database import Base
from portal.kernel.errors import ConflictError, NotFoundError
from portal.rounds import Round
from portal.vote import items
from portal.vote.items import Items
from portal.vote.slips import Precinct
from portal.vote.terms import DEFAULT_TERMS, Terms


class Electorate(StrEnum):
    """Who votes."""

    RESIDENTS = "residents"  # 居民: one slip a household
    CADRES = "cadres"  # 干部: one slip a person


class VoteMode(StrEnum):
    """How it is voted; `figures.Mode` says the same of a figure."""

    SLIPS = "slips"  # 入户票: who has a sealed paper slip
    OPEN = "open"  # 开放评价: who has the QR code


class ElectionState(StrEnum):
    """How far an election has come."""

    PREPARED = "prepared"  # terms and manifests are made ready
    OPEN = "open"  # ballots are taken
    AGREED = "agreed"  # one closer ended the vote
    COUNTED = "counted"  # another opened the box; the lists are kept
    CLOSED = "closed"  # both signed the closing record; it may be published


NEXT = {
    ElectionState.PREPARED: ElectionState.OPEN,
    ElectionState.OPEN: ElectionState.AGREED,
    ElectionState.AGREED: ElectionState.COUNTED,
    ElectionState.COUNTED: ElectionState.CLOSED,
}
UNDER_WAY = (ElectionState.OPEN, ElectionState.AGREED, ElectionState.COUNTED)
MARKS: Mapping[Electorate, str] = {Electorate.RESIDENTS: "", Electorate.CADRES: "-G"}


class VoteOpenError(ConflictError):
    """What was prepared stands once voting has opened."""

    sentence = "投票已经开始，测评办法、票根清单和登记的人都不能再改。"


class Election(Base):
    """The vote of one electorate in one round."""

    __tablename__ = "election"
    __table_args__ = (UniqueConstraint("round_id", "electorate"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    electorate: Mapped[Electorate]
    code: Mapped[str] = mapped_column(unique=True)  # in every formula and address
    mode: Mapped[VoteMode] = mapped_column(default=VoteMode.SLIPS)
    document: Mapped[bytes]  # the terms, byte for byte
    items_document: Mapped[bytes | None]  # what is asked one by one; None: nothing is
    state: Mapped[ElectionState] = mapped_column(default=ElectionState.PREPARED)
    public_key: Mapped[bytes | None]  # X25519: ballots are sealed to it once open
    opened_at: Mapped[datetime | None]
    counted_at: Mapped[datetime | None]
    first_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    first_key: Mapped[bytes | None]  # Ed25519
    first_signature: Mapped[bytes | None]
    second_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    second_key: Mapped[bytes | None]
    second_signature: Mapped[bytes | None]
    closing: Mapped[bytes | None]  # the closing record, byte for byte
    round: Mapped[Round] = relationship()

    @property
    def terms(self) -> Terms:
        """What is asked and how it is scored."""
        return Terms.from_json(self.document)

    @property
    def items(self) -> Items:
        """What is asked one by one, by community code."""
        return items.from_json(self.items_document or b"{}")

    def precinct(self, place_code: str) -> Precinct:
        """What is asked in a community."""
        mine = self.items.get(place_code, ())
        return Precinct(self.code, place_code, self.terms, mine)

    @property
    def is_under_way(self) -> bool:
        """Whether ballots may lie in the box, or the close is not finished."""
        return self.state in UNDER_WAY

    def require_prepared(self) -> None:
        """Refuse once voting has opened.

        Raises VoteOpenError.
        """
        if self.state is not ElectionState.PREPARED:
            raise VoteOpenError

    def advance(self, to: ElectionState) -> None:
        """Move one step: the only place where the state is assigned.

        Raises ConflictError.
        """
        if NEXT.get(self.state) is not to:
            raise ConflictError
        self.state = to


def code_of(round_code: str, electorate: Electorate) -> str:
    """The code of a round's election: the residents' is the round's own."""
    return round_code + MARKS[electorate]


def elections(session: Session, round_id: int) -> list[Election]:
    """The elections of a round, the residents' first."""
    found = session.scalars(select(Election).filter_by(round_id=round_id))
    order = list(Electorate)
    return sorted(found, key=lambda election: order.index(election.electorate))


def find_election(
    session: Session, round_id: int, electorate: Electorate = Electorate.RESIDENTS
) -> Election | None:
    """The election of a round's residents, or of its cadres, once prepared."""
    wanted = {"round_id": round_id, "electorate": electorate}
    return session.scalars(select(Election).filter_by(**wanted)).first()


def election_at(session: Session, code: str) -> Election:
    """The election with a code.

    Raises NotFoundError.
    """
    found = session.scalars(select(Election).filter_by(code=code)).first()
    if found is None:
        raise NotFoundError
    return found


def lock(session: Session, election: Election) -> None:
    """Read an election anew and let nobody else move it until the commit."""
    session.refresh(election, with_for_update=True)


def prepare(
    session: Session,
    *,
    round_: Round,
    electorate: Electorate = Electorate.RESIDENTS,
    by: str,
    now: datetime,
) -> Election:
    """Begin an election under the default terms; begun already, it stays as it is."""
    if found := find_election(session, round_.id, electorate):
        return found
    election = Election(
        round_id=round_.id,
        electorate=electorate,
        code=code_of(round_.code, electorate),
        mode=VoteMode.SLIPS,
        document=DEFAULT_TERMS.to_json(),
        state=ElectionState.PREPARED,
    )
    session.add(election)
    session.flush()
    audit.record(session, by, "vote.prepare", subject=election.code, now=now)
    return election
