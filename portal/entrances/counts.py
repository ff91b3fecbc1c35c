"""How often entrances are opened: per code and day, written at openings only.

Counts cannot rejoin what was split: opens and starts per entrance, submissions only
per community × channel kind (design promise 4).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.entrances.codes import Code
from portal.kernel.database import Base

QUIET_DAYS = 7  # a live code nobody opened for so long is gone to
BURST_LEAST, BURST_TIMES = 20, 5  # openings a day, and times the usual, that stand out


class DayCount(Base):
    """How often an entrance was opened on a day; written at openings only."""

    __tablename__ = "day_count"
    code: Mapped[str] = mapped_column(ForeignKey("code.code"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    opens: Mapped[int] = mapped_column(default=0)
    starts: Mapped[int] = mapped_column(default=0)


@dataclass(frozen=True)
class Reach:
    """What one code reached."""

    code: Code
    opens: int
    starts: int
    last_opened: date | None
    bursts: tuple[tuple[date, int], ...]

    def is_quiet(self, today: date) -> bool:
        """Whether a live code was out for QUIET_DAYS and nobody opened it since."""
        since = today - timedelta(days=QUIET_DAYS)
        newest = self.last_opened or date.min
        return self.code.is_live and self.code.issued_on <= since and newest <= since


def count(session: Session, seen: Mapping[tuple[str, date], tuple[int, int]]) -> None:
    """Add counts (opens, starts) gathered in memory, by code and day."""
    for (code, day), (opens, starts) in sorted(seen.items()):
        row = session.get(DayCount, (code, day))
        if row is None:
            row = DayCount(code=code, day=day, opens=0, starts=0)
            session.add(row)
        row.opens += opens
        row.starts += starts
    session.flush()


def reaches(session: Session, codes: Iterable[Code]) -> list[Reach]:
    """What each code reached so far, in the order given."""
    wanted = list(codes)
    rows = session.scalars(
        select(DayCount)
        .where(DayCount.code.in_([code.code for code in wanted]))
        .order_by(DayCount.day)
    )
    days: dict[str, list[DayCount]] = {}
    for row in rows:
        days.setdefault(row.code, []).append(row)
    return [_reach(code, days.get(code.code, [])) for code in wanted]


def _reach(code: Code, days: list[DayCount]) -> Reach:
    opened = [row for row in days if row.opens]
    return Reach(
        code,
        opens=sum(row.opens for row in days),
        starts=sum(row.starts for row in days),
        last_opened=opened[-1].day if opened else None,
        bursts=tuple(_bursts(opened)),
    )


def _bursts(days: list[DayCount]) -> Iterable[tuple[date, int]]:
    """Days with far more openings than the code's usual day."""
    usual = median([row.opens for row in days]) if days else 0
    for row in days:
        if row.opens >= BURST_LEAST and row.opens >= BURST_TIMES * usual:
            yield row.day, row.opens
