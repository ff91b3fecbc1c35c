"""结算: the sums over communities, by kind and by kind of channel, made once for good.

In: the last snapshots of a round that no longer collects. Out: sums that never change
again, because a sum that moves with one community tells what is hidden in it. Each is
published only where no hidden cell follows from it.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.figures.deniability import Cube, deniable
from portal.figures.questions import Unit
from portal.figures.responses import (
    Cubes,
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
Hidden = Mapping[int, frozenset[str]]  # cells by community
Naming = Callable[[int, str], str]  # of what a community and a kind of channel gave

UNNAMED = ""  # the part that gathers all that is not shown by itself


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
    cubes = {one.place.id: one.cubes for one in shown}
    kinds = {one.place.id: one.place.kind or UNNAMED for one in shown}
    found: dict[str, Any] = {}
    for unit in units:
        rows = {p: c for p, c in cubes.items() if unit.asked[0].key in c}
        hidden = {p: unit.hidden(_flat(unit, rows[p])) for p in rows}
        for one in unit.asked:
            own = {p: of_place[one.key] for p, of_place in hidden.items()}
            made = _sums({p: c[one.key] for p, c in rows.items()}, own, kinds)
            found |= {one.key: made} if made else {}
    return found


def _flat(unit: Unit, cubes: Cubes) -> dict[str, dict[str, int]]:
    return {one.key: flat(cubes[one.key]) for one in unit.asked}


def _sums(
    cubes: Mapping[int, Cube], hidden: Hidden, kinds: Mapping[int, str]
) -> dict[str, Any] | None:
    """The sums of one table: over all communities, or else over those shown whole."""
    whole = {place: cube for place, cube in cubes.items() if not hidden[place]}
    return _over(cubes, hidden, kinds) or _over(whole, hidden, kinds)


def _over(
    cubes: Mapping[int, Cube], hidden: Hidden, kinds: Mapping[int, str]
) -> dict[str, Any] | None:
    by_kind = _by(cubes, lambda place, _: kinds[place])
    shown = groups_shown(by_kind)
    groups = {p: kinds[p] if kinds[p] in shown else UNNAMED for p in cubes}
    if not cubes or not deniable(_parted(cubes, lambda p, _: groups[p]), hidden):
        return None
    return {
        "places": sorted(cubes),
        "whole": added(by_kind.values()),
        **{f"{KIND}{kind}": by_kind[kind] for kind in sorted(shown)},
        **_by_channel(cubes, hidden, groups),
    }


def _by_channel(
    cubes: Mapping[int, Cube], hidden: Hidden, groups: Mapping[int, str]
) -> dict[str, Counts]:
    """The sums by kind of channel; none where somebody would follow from them."""
    tables = _by(cubes, lambda _, channel: channel)
    shown = groups_shown(tables)
    parted = _parted(
        cubes,
        lambda place, channel: f"{groups[place]} {channel if channel in shown else ''}",
    )
    if not shown or not deniable(parted, hidden):
        return {}
    return {f"{CHANNEL}{name}": tables[name] for name in sorted(shown - {UNNAMED})}


def _by(cubes: Mapping[int, Cube], name: Naming) -> dict[str, dict[str, int]]:
    """Sums over communities and kinds of channels that bear the same name."""
    parted = _parted(cubes, name)
    names = {p for cube in parted.values() for by in cube.values() for p in by}
    return {
        name: added(
            {cell: by.get(name, 0) for cell, by in cube.items()}
            for cube in parted.values()
        )
        for name in sorted(names)
    }


def _parted(
    cubes: Mapping[int, Cube], name: Naming
) -> dict[int, dict[str, dict[str, int]]]:
    """The tables with their kinds of channels put together under other names."""
    return {
        place: {cell: _renamed(by, place, name) for cell, by in cube.items()}
        for place, cube in cubes.items()
    }


def _renamed(by: Mapping[str, int], place: int, name: Naming) -> dict[str, int]:
    return added({name(place, channel): n} for channel, n in by.items())


def _forget_channels(session: Session, round_id: int, places: Iterable[Place]) -> None:
    for place in places:
        row = session.get(ShownCounts, (round_id, place.id))
        if row is not None:
            row.counts = {
                key: {cell: {UNNAMED: n} for cell, n in flat(cube).items()}
                for key, cube in row.counts.items()
            }
