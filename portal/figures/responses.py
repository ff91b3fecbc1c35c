"""答卷 as they may be shown: per community one snapshot, refreshed in steps of ten.

In: responses. Out: counts by question, option and kind of channel. What was shown
last is kept, because responses have no order. Everything else that is published of a
questionnaire is made of these snapshots, never of the responses themselves.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.figures.questions import Asked, Tables, Ticks, Unit, units_of
from portal.figures.suppression import REFRESH_AFTER
from portal.intake.records import Response
from portal.kernel.database import Base
from portal.kernel.errors import NotFoundError
from portal.places import Place
from portal.questionnaires.frozen import questionnaire_of
from portal.rounds import Round

Cube = Mapping[str, Mapping[str, int]]  # a table by option and kind of channel
Cubes = Mapping[str, Cube]  # by the key of what was asked


class ShownCounts(Base):
    """What was last shown of a community.

    `counts` by what was asked, option and kind of channel; `responses`: how many there
    were when the snapshot was taken.
    """

    __tablename__ = "shown_counts"
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), primary_key=True)
    counts: Mapped[dict[str, Any]]
    responses: Mapped[int]
    taken_on: Mapped[date | None]


@dataclass(frozen=True)
class Snapshot:
    """A community's counts as shown; `taken_on` is None where nothing is."""

    place: Place
    cubes: Cubes
    taken_on: date | None

    @cached_property
    def tables(self) -> Tables:
        """The counts over all kinds of channels."""
        return {key: flat(cube) for key, cube in self.cubes.items()}


def flat(cube: Cube) -> dict[str, int]:
    """A table over all kinds of channels."""
    return {cell: sum(by.values()) for cell, by in cube.items()}


def units_in(session: Session, round_id: int) -> tuple[Unit, ...]:
    """What a round asks that can be counted, in order; nothing before it is frozen."""
    try:
        return units_of(questionnaire_of(session, round_id).definition)
    except NotFoundError:
        return ()


def snapshots(
    session: Session, round_id: int, *, places: Iterable[Place]
) -> list[Snapshot]:
    """What is shown of these communities, in the order given."""
    here = list(places)
    rows = select(ShownCounts).where(
        ShownCounts.round_id == round_id,
        ShownCounts.place_id.in_([place.id for place in here]),
    )
    shown = {row.place_id: row for row in session.scalars(rows)}
    return [
        Snapshot(place, row.counts, row.taken_on)
        if (row := shown.get(place.id))
        else Snapshot(place, {}, None)
        for place in here
    ]


def refresh(
    session: Session, round_id: int, *, places: Iterable[Place], today: date
) -> None:
    """Take new snapshots where ten more responses have come since the last one.

    Give it a session that holds the write lock.
    """
    _take(
        session,
        round_id,
        places=places,
        today=today,
        least=REFRESH_AFTER,
        into=released,
    )


def close(
    session: Session, round_id: int, *, places: Iterable[Place], today: date
) -> None:
    """Take the last snapshots: however few came since, each question sees to itself."""
    _take(session, round_id, places=places, today=today, least=0, into=closed)


def _take(
    session: Session,
    round_id: int,
    *,
    places: Iterable[Place],
    today: date,
    least: int,
    into: Callable[[Sequence[Unit], Cubes, Cubes], dict[str, Any]],
) -> None:
    session.execute(select(Round.id).where(Round.id == round_id).with_for_update())
    shown = select(ShownCounts).where(ShownCounts.round_id == round_id)
    rows = {row.place_id: row for row in session.scalars(shown)}
    units, number = units_in(session, round_id), _how_many(session, round_id)
    for place in places:
        row = rows.get(place.id)
        came = number[place.id] - (row.responses if row else 0)
        if number[place.id] and came >= least:
            row = row or ShownCounts(round_id=round_id, place_id=place.id, counts={})
            row.counts = into(units, row.counts, _counted(session, row, units))
            row.responses, row.taken_on = number[place.id], today
            session.add(row)
    session.flush()


def released(units: Sequence[Unit], shown: Cubes, now: Cubes) -> dict[str, Any]:
    """What is shown from now on, while more answers may come."""
    return _moved(units, shown, now, Unit.may_move)


def closed(units: Sequence[Unit], shown: Cubes, now: Cubes) -> dict[str, Any]:
    """What is shown at last, when no more answers come."""
    return _moved(units, shown, now, Unit.may_close)


def _moved(
    units: Sequence[Unit],
    shown: Cubes,
    now: Cubes,
    may: Callable[[Unit, Tables, Tables], bool],
) -> dict[str, Any]:
    """`now`, and every question that may not move yet as it was.

    Whoever is asked a question by an earlier answer tells that answer: such a question
    is shown only together with the earlier one, and where that hides nothing.
    """
    after: dict[str, Any] = dict(shown)
    before = {key: flat(cube) for key, cube in shown.items()}
    tables = {key: flat(cube) for key, cube in now.items()}
    shut: set[str] = set()
    for unit in units:
        moves = not unit.hangs_on & shut and may(unit, before, tables)
        if moves:
            after |= {one.key: now[one.key] for one in unit.tables}
        if not (moves and unit.is_whole(tables)):
            shut.add(unit.item.id)
    return after


def counted(
    units: Iterable[Unit], answers: Iterable[tuple[str, Ticks]]
) -> dict[str, dict[str, dict[str, int]]]:
    """Counts by what was asked, option and kind of channel, of (channel, ticks)."""
    given = list(answers)
    return {one.key: _cube(one, given) for unit in units for one in unit.tables}


def _cube(one: Asked, given: Sequence[tuple[str, Ticks]]) -> dict[str, dict[str, int]]:
    found = Counter((one.answer(ticks), channel) for channel, ticks in given)
    cube: dict[str, dict[str, int]] = {option.id: {} for option in one.scale}
    for (answer, channel), n in found.items():
        if answer in cube:
            cube[answer][channel] = n
    return cube


def _counted(
    session: Session, row: ShownCounts, units: Sequence[Unit]
) -> dict[str, dict[str, dict[str, int]]]:
    rows = session.execute(
        select(Response.channel_kind, Response.ticks).where(
            Response.round_id == row.round_id, Response.place_id == row.place_id
        )
    )
    return counted(units, ((kind.value, ticks) for kind, ticks in rows))


def _how_many(session: Session, round_id: int) -> Counter[int]:
    rows = session.execute(
        select(Response.place_id, func.count())
        .where(Response.round_id == round_id)
        .group_by(Response.place_id)
    )
    found: Counter[int] = Counter()
    for place_id, number in rows:
        found[place_id] = number
    return found
