"""抽查: a list of what units call fixed, and what was drawn from it to be visited.

Whoever has list and seed can draw again (`sampling`). A draw is never taken back:
another one has the next number, and all stay in sight (S4: 随机抽查).
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from portal.kernel.database import Base, fetch
from portal.rectification.sampling import fingerprint
from portal.rectification.sources import Confirmation, Outcome, Source
from portal.review.findings import Finding
from portal.rounds import Round


class ListedFinding(Base):
    """One finding on the list of a spot check, and what was seen if it was drawn.

    `number` is random and not the finding's id, whose gaps would tell how many leads
    there are; a finding keeps it from one list to the next.
    """

    __tablename__ = "spot_check_finding"
    spot_check_id: Mapped[int] = mapped_column(
        ForeignKey("spot_check.id"), primary_key=True
    )
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), primary_key=True)
    number: Mapped[int]
    is_drawn: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[Outcome | None]
    visited_on: Mapped[date | None]
    visited_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    finding: Mapped[Finding] = relationship(lazy="joined")

    @property
    def is_waiting(self) -> bool:
        """Whether it was drawn and nobody has been there."""
        return self.is_drawn and self.outcome is None


class SpotCheck(Base):
    """第几次抽查 of a round: first a fixed list, then a draw, then visits.

    `first_half` of the seed: round, number of the draw, a lot that the system drew
    with the list, the first person's word, and the hash of the log's entry of the
    list, so that no seed is older than its list. The second person's word makes it
    whole. Who knows the seed knows what was drawn.
    """

    __tablename__ = "spot_check"
    __table_args__ = (UniqueConstraint("round_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    number: Mapped[int]
    size: Mapped[int]  # how many are drawn
    reason: Mapped[str]
    commitment: Mapped[str]  # to the list; see sampling
    frozen_on: Mapped[date]
    frozen_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    first_half: Mapped[str] = mapped_column(default="")
    seed: Mapped[str | None]
    drawn_on: Mapped[date | None]
    drawn_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    round_: Mapped[Round] = relationship()
    listed: Mapped[list[ListedFinding]] = relationship(
        order_by=ListedFinding.number, cascade="all, delete-orphan"
    )

    @property
    def drawn(self) -> list[ListedFinding]:
        """What was drawn, by number."""
        return [one for one in self.listed if one.is_drawn]

    @property
    def waiting(self) -> list[ListedFinding]:
        """What was drawn and not visited yet, by number."""
        return [one for one in self.listed if one.is_waiting]

    @property
    def is_complete(self) -> bool:
        """Whether all that was drawn is visited: before it there is no result."""
        return self.seed is not None and not self.waiting

    @property
    def seed_fingerprint(self) -> str | None:
        """What the seed is held to while visits go on."""
        return fingerprint(self.seed) if self.seed else None

    @property
    def told_seed(self) -> str | None:
        """The seed, once it gives nothing away: units must not know what was drawn."""
        return self.seed if self.is_complete else None

    @property
    def outcomes(self) -> Mapping[Outcome, int]:
        """What was seen so far."""
        return Counter(one.outcome for one in self.drawn if one.outcome is not None)


def drawable(session: Session, round_id: int) -> list[Finding]:
    """What units of a round call fixed, by community: the list of the next draw.

    What a team has found otherwise stays on it: sending the worst back before a draw
    makes no draw look better.
    """
    return list(
        session.scalars(
            select(Finding)
            .join(Confirmation, Confirmation.finding_id == Finding.id)
            .where(
                Finding.round_id == round_id,
                Finding.is_lead.is_(False),
                Confirmation.source == Source.UNIT,
                Confirmation.outcome == Outcome.FIXED,
            )
            .order_by(Finding.place_id, Finding.id)
        )
    )


def spot_checks(session: Session, round_id: int) -> list[SpotCheck]:
    """Every spot check of a round, the first one first."""
    mine = select(SpotCheck).where(SpotCheck.round_id == round_id)
    return list(session.scalars(mine.order_by(SpotCheck.number)))


def get_spot_check(session: Session, spot_check_id: int) -> SpotCheck:
    """One spot check.

    Raises NotFoundError.
    """
    return fetch(session, SpotCheck, spot_check_id)


def numbers_in(session: Session, round_id: int) -> dict[int, int]:
    """The numbers of a round's listed findings, by finding id."""
    rows = session.scalars(
        select(ListedFinding)
        .join(SpotCheck, SpotCheck.id == ListedFinding.spot_check_id)
        .where(SpotCheck.round_id == round_id)
    )
    return {row.finding_id: row.number for row in rows}
