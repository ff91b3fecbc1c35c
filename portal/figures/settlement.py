"""结算: the sums over communities, by kind and by kind of channel, made once for good.

In: the last snapshots of a round that no longer collects. Out: sums that never change
again, because a sum that moves with one community tells what is hidden in it. Each is
published only where no hidden cell follows from it.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.figures.deniability import Cell, Cube, deniable, partnered
from portal.figures.questions import Unit
from portal.figures.responses import (
    ShownCounts,
    Snapshot,
    close,
    flat,
    refresh,
    snapshots,
    units_in,
)
from portal.figures.suppression import Counts, added, groups_shown
from portal.kernel import audit
from portal.kernel.database import Base
from portal.kernel.errors import ConflictError
from portal.places import Place
from portal.rounds import Phase, Round, places_in
from portal.rounds.phases import is_before

KIND, CHANNEL = "kind:", "channel:"  # what names of sums begin with
# How many communities a hidden cell has in common with others, so that the sum does not
# tell it: tried one after another, because more leave more communities out.
PARTNERS = (1, 2, 4, 8, 16)
UNNAMED = ""  # a kind or channel that is not known, and has no figures of its own


class StillCollectingError(ConflictError):
    """More answers may come."""

    sentence = "还在收答卷，不能结算。请先把轮次推进到「研判」，再来结算。"


class SettledError(ConflictError):
    """It was settled before."""

    sentence = "这一轮的问卷已经结算过了，结算只有一次，数字不会再变。"


class Settlement(Base):
    """The sums of one round, by what was asked: see `sums_of`."""

    __tablename__ = "settlement"
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    settled_on: Mapped[date]
    sums: Mapped[dict[str, Any]]


def settlement_of(session: Session, round_id: int) -> Settlement | None:
    """The settlement of a round, if there was one."""
    return session.get(Settlement, round_id)


def keep_up(
    session: Session, round_id: int, *, places: Iterable[Place], today: date
) -> None:
    """Take new snapshots of communities that have enough; none once it is settled."""
    if settlement_of(session, round_id) is None:
        refresh(session, round_id, places=places, today=today)


def settle(
    session: Session, round_: Round, *, by: str, now: datetime, today: date
) -> Settlement:
    """Take the last snapshots and make the sums; no snapshot is taken after it.

    By kind of channel the snapshots are kept no longer: only the sums are.

    Raises SettledError, StillCollectingError.
    """
    if settlement_of(session, round_.id) is not None:
        raise SettledError
    if is_before(round_.phase, Phase.REVIEWING):
        raise StillCollectingError
    places = places_in(session, round_.id)
    close(session, round_.id, places=places, today=today)
    shown = snapshots(session, round_.id, places=places)
    made = Settlement(
        round_id=round_.id,
        settled_on=today,
        sums=sums_of(units_in(session, round_.id), shown),
    )
    session.add(made)
    _forget_channels(session, round_.id, places)
    audit.record(session, by, "figures.settle", subject=round_.code, now=now)
    session.flush()
    return made


def sums_of(units: Iterable[Unit], shown: Iterable[Snapshot]) -> dict[str, Any]:
    """By what was asked: the `places` whose answers are in it, and tables by option.

    One over all of them, `whole`, and one for each kind, `kind:…`, and each kind of
    channel, `channel:…`, that is shown.
    """
    communities = list(shown)
    kinds = {one.place.id: one.place.kind or UNNAMED for one in communities}
    found: dict[str, Any] = {}
    for unit in units:
        having = [one for one in communities if unit.asked[0].key in one.cubes]
        found |= _sums(_Answers(unit, having), kinds)
    return found


class _Answers:
    """What some communities answered to a question; cells by table and option."""

    def __init__(self, unit: Unit, communities: list[Snapshot]) -> None:
        self.unit = unit
        self.by_place = {one.place.id: one for one in communities}
        self.cubes = {
            place: {
                (asked.key, cell): by
                for asked in unit.asked
                for cell, by in one.cubes[asked.key].items()
            }
            for place, one in self.by_place.items()
        }
        self.hidden = {
            place: frozenset(
                (key, cell)
                for key, cells in unit.hidden(one.tables).items()
                for cell in cells
            )
            for place, one in self.by_place.items()
        }

    def of(self, places: Collection[int]) -> "_Answers":
        """The same of some communities."""
        communities = [one for p, one in self.by_place.items() if p in places]
        return _Answers(self.unit, communities)

    def tables(self, key: str) -> dict[int, Counts]:
        """One table of each community."""
        return {place: one.tables[key] for place, one in self.by_place.items()}

    def by_channel(self, key: str) -> dict[str, Counts]:
        """One table of each kind of channel."""
        cubes = [one.cubes[key] for one in self.by_place.values()]
        named = sorted({c for cube in cubes for by in cube.values() for c in by})
        return {
            name: added(
                {c: by.get(name, 0) for c, by in cube.items()} for cube in cubes
            )
            for name in named
        }

    def looks(self, _: int, counts: Mapping[Cell, int]) -> object:
        """What would be hidden if it were other counts; None where they cannot be."""
        tables: dict[str, dict[str, int]] = {}
        for (key, cell), n in counts.items():
            tables.setdefault(key, {})[cell] = n
        return self.unit.hidden(tables) if self.unit.is_possible(tables) else None

    def is_deniable(self, cubes: Mapping[int, Cube], kinds: Mapping[int, str]) -> bool:
        """Whether sums by kind and by the parts of `cubes` tell nothing hidden."""
        return deniable(cubes, self.hidden, groups=kinds, looks=self.looks)


def _sums(answers: _Answers, kinds: Mapping[int, str]) -> dict[str, Any]:
    """The sums over as many communities as may be, at the least those shown whole."""
    for least in PARTNERS:
        of = partnered(answers.hidden, kinds, least=least)
        if found := _over(answers.of(of), kinds):
            return found
    whole = [place for place, cells in answers.hidden.items() if not cells]
    return _over(answers.of(whole), kinds)


def _over(answers: _Answers, kinds: Mapping[int, str]) -> dict[str, Any]:
    """The sums over all of these; nothing where they would tell."""
    apart = {
        place: {cell: {UNNAMED: sum(by.values())} for cell, by in cube.items()}
        for place, cube in answers.cubes.items()
    }
    if not apart or not answers.is_deniable(apart, kinds):
        return {}
    # Ticks of several options are told by kind of channel nowhere: that each of a few
    # people ticked something may tell what.
    is_ticked = len(answers.unit.asked) > 1
    by_channel = not is_ticked and answers.is_deniable(answers.cubes, kinds)
    return {
        asked.key: {
            "places": sorted(apart),
            "whole": added(answers.tables(asked.key).values()),
            **_shown(KIND, _by_kind(answers.tables(asked.key), kinds)),
            **(_shown(CHANNEL, answers.by_channel(asked.key)) if by_channel else {}),
        }
        for asked in answers.unit.asked
    }


def _by_kind(
    tables: Mapping[int, Counts], kinds: Mapping[int, str]
) -> dict[str, dict[str, int]]:
    return {
        kind: added(table for place, table in tables.items() if kinds[place] == kind)
        for kind in sorted({kinds[place] for place in tables})
    }


def _shown(prefix: str, groups: Mapping[str, Counts]) -> dict[str, Counts]:
    """The groups that may be shown, under their names."""
    names = sorted(groups_shown(groups) - {UNNAMED})
    return {f"{prefix}{name}": groups[name] for name in names}


def _forget_channels(session: Session, round_id: int, places: Iterable[Place]) -> None:
    for place in places:
        row = session.get(ShownCounts, (round_id, place.id))
        if row is not None:
            row.counts = {
                key: {cell: {UNNAMED: n} for cell, n in flat(cube).items()}
                for key, cube in row.counts.items()
            }
