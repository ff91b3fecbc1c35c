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

from portal.figures.deniability import Cube, deniable, partnered
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
    return {
        asked.key: made
        for unit in units
        if (having := [c for c in communities if unit.asked[0].key in c.cubes])
        for asked in unit.asked
        if (made := _sums(_Table(unit, asked.key, having), kinds))
    }


class _Table:
    """One thing asked in the communities that answered it."""

    def __init__(self, unit: Unit, key: str, communities: list[Snapshot]) -> None:
        self.unit, self.key = unit, key
        self.by_place = {one.place.id: one for one in communities}
        self.cubes = {p: one.cubes[key] for p, one in self.by_place.items()}
        self.flat = {p: one.tables[key] for p, one in self.by_place.items()}
        self.hidden = {
            p: unit.hidden(one.tables)[key] for p, one in self.by_place.items()
        }

    def looks(self, place: int, table: Counts) -> object:
        """What would be hidden if the table were another; None where it cannot be."""
        tables = {**self.by_place[place].tables, self.key: table}
        return self.unit.hidden(tables) if self.unit.is_possible(tables) else None

    def of(self, places: Collection[int]) -> "_Table":
        """The same of some communities."""
        communities = [one for p, one in self.by_place.items() if p in places]
        return _Table(self.unit, self.key, communities)

    def is_deniable(self, cubes: Mapping[int, Cube], kinds: Mapping[int, str]) -> bool:
        """Whether sums by kind and by the parts of `cubes` tell nothing hidden."""
        return deniable(cubes, self.hidden, groups=kinds, looks=self.looks)


def _sums(table: _Table, kinds: Mapping[int, str]) -> dict[str, Any] | None:
    """The sums over as many communities as may be, at the least those shown whole."""
    for least in PARTNERS:
        of = partnered(table.hidden, kinds, least=least)
        if found := _over(table.of(of), kinds):
            return found
    return _over(table.of([p for p, cells in table.hidden.items() if not cells]), kinds)


def _over(table: _Table, kinds: Mapping[int, str]) -> dict[str, Any] | None:
    apart = {p: {c: {UNNAMED: n} for c, n in t.items()} for p, t in table.flat.items()}
    if not apart or not table.is_deniable(apart, kinds):
        return None
    by_kind = {
        kind: added(t for p, t in table.flat.items() if kinds[p] == kind)
        for kind in sorted({kinds[p] for p in table.flat})
    }
    shown = sorted(groups_shown(by_kind) - {UNNAMED})
    return {
        "places": sorted(table.flat),
        "whole": added(by_kind.values()),
        **{f"{KIND}{kind}": by_kind[kind] for kind in shown},
        **_by_channel(table, kinds),
    }


def _by_channel(table: _Table, kinds: Mapping[int, str]) -> dict[str, Counts]:
    """The sums by kind of channel; none where somebody would follow from them."""
    cubes = table.cubes.values()
    named = sorted({c for cube in cubes for by in cube.values() for c in by})
    sums = {
        name: added({c: by.get(name, 0) for c, by in cube.items()} for cube in cubes)
        for name in named
    }
    shown = sorted(groups_shown(sums) - {UNNAMED})
    if not shown or not table.is_deniable(table.cubes, kinds):
        return {}
    return {f"{CHANNEL}{name}": sums[name] for name in shown}


def _forget_channels(session: Session, round_id: int, places: Iterable[Place]) -> None:
    for place in places:
        row = session.get(ShownCounts, (round_id, place.id))
        if row is not None:
            row.counts = {
                key: {cell: {UNNAMED: n} for cell, n in flat(cube).items()}
                for key, cube in row.counts.items()
            }
