"""Who says that a problem is fixed: four facts side by side (design promise 10)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.kernel.database import Base
from portal.people import Staff
from portal.review.findings import Finding, FindingState, move


class Source(StrEnum):
    """Who says that it is fixed."""

    UNIT = "unit"  # 责任单位自报
    TEAM = "team"  # 巡察组核查
    REPORTER = "reporter"  # 反映人确认
    REVISIT = "revisit"  # 回访抽查


class Outcome(StrEnum):
    """What they say."""

    FIXED = "fixed"  # 已改
    PARTLY = "partly"  # 部分改了
    NOT_FIXED = "not_fixed"  # 没改


class Confirmation(Base):
    """What one source says about a finding; the newest of a source counts."""

    __tablename__ = "confirmation"
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), primary_key=True)
    source: Mapped[Source] = mapped_column(primary_key=True)
    outcome: Mapped[Outcome]
    said_on: Mapped[date]


@dataclass(frozen=True)
class Disagreement:
    """责任单位自报 beside 回访抽查: how many findings for each pair of what they say.

    `counts` by (unit, revisit); None for a revisit is a finding nobody revisited.
    """

    counts: Mapping[tuple[Outcome, Outcome | None], int]

    @property
    def rows(self) -> list[tuple[Outcome, list[int]]]:
        """What units say, each with what revisits saw: every outcome, then nothing."""
        seen = (*Outcome, None)
        return [
            (said, [self.counts.get((said, each), 0) for each in seen])
            for said in Outcome
        ]

    @property
    def revisited(self) -> int:
        """Findings of which both speak."""
        return sum(n for (_, seen), n in self.counts.items() if seen is not None)

    @property
    def disagreeing(self) -> int:
        """Findings of which both speak and do not say the same."""
        pairs = self.counts.items()
        return sum(n for (said, seen), n in pairs if seen not in {None, said})


def check(
    session: Session,
    finding: Finding,
    *,
    outcome: Outcome,
    by: Staff,
    now: datetime,
    today: date,
) -> None:
    """巡察组核查: the team looked; what is not fixed goes back to the unit.

    Raises WrongFindingMoveError.
    """
    is_fixed = outcome is Outcome.FIXED
    to = FindingState.FIXED if is_fixed else FindingState.SIGNED
    move(session, finding, to=to, by=by.username, now=now)
    confirm(session, finding, source=Source.TEAM, outcome=outcome, today=today)


def confirm(
    session: Session, finding: Finding, *, source: Source, outcome: Outcome, today: date
) -> None:
    """Note what one source says."""
    session.merge(
        Confirmation(
            finding_id=finding.id, source=source, outcome=outcome, said_on=today
        )
    )
    session.flush()


def confirmations(session: Session, finding_id: int) -> dict[Source, Outcome]:
    """What each source that spoke says."""
    mine = select(Confirmation).where(Confirmation.finding_id == finding_id)
    return {row.source: row.outcome for row in session.scalars(mine)}


def confirmations_in(
    session: Session, round_id: int
) -> dict[int, dict[Source, Outcome]]:
    """What each source says of each finding of a round, by finding id."""
    rows = session.scalars(
        select(Confirmation)
        .join(Finding, Finding.id == Confirmation.finding_id)
        .where(Finding.round_id == round_id)
    )
    found: dict[int, dict[Source, Outcome]] = {}
    for row in rows:
        found.setdefault(row.finding_id, {})[row.source] = row.outcome
    return found


def disagreement(
    session: Session, round_id: int, *, place_id: int | None = None
) -> Disagreement:
    """What units and revisits say of a round's findings, or of one community's.

    Every finding its unit spoke of is counted, whether it was published, withdrawn
    or neither: nobody makes a contradiction vanish by not publishing it.
    """
    wanted = select(Finding.id).where(
        Finding.round_id == round_id, Finding.is_lead.is_(False)
    )
    if place_id is not None:
        wanted = wanted.where(Finding.place_id == place_id)
    known = confirmations_in(session, round_id)
    said = [known[one] for one in session.scalars(wanted) if one in known]
    return Disagreement(
        Counter(
            (each[Source.UNIT], each.get(Source.REVISIT))
            for each in said
            if Source.UNIT in each
        )
    )


def is_disputed(said: Mapping[Source, Outcome]) -> bool:
    """Whether the sources do not all say the same."""
    return len(set(said.values())) > 1
