"""问卷结果: question by question, of a community, of several, by kind, by channel.

In: snapshots and the settlement. Out: `Result`s. Nothing here looks at a response.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.entrances import ChannelKind
from portal.figures.cards import FigureCard, Mode, answer_card
from portal.figures.measures import Distribution
from portal.figures.questions import Asked, Unit
from portal.figures.responses import Snapshot, snapshots, units_in
from portal.figures.settlement import CHANNEL, KIND, Settlement, settlement_of
from portal.figures.suppression import Counts, added
from portal.places import Kind, Place

DEFINITION = "选这一项的份数。问卷是自愿填的，不能当成全体居民的看法。"


@dataclass(frozen=True)
class Result:
    """One thing asked.

    `card` is None where nothing of it may be shown. `places`: how many communities are
    in it; `left_out`: in how many it was answered often enough, and they are not.
    """

    asked: Asked
    card: FigureCard | None
    places: int
    left_out: int


def question_card(
    asked: Asked, counts: Counts, hidden: frozenset[str] = frozenset()
) -> FigureCard:
    """The card of one thing asked."""
    return answer_card(
        asked.title,
        Distribution({o.id: counts.get(o.id, 0) for o in asked.scale}, asked.scale),
        mode=Mode.QUESTIONNAIRE,
        definition=DEFINITION,
        hidden=hidden,
    )


def of_place(session: Session, round_id: int, place: Place) -> list[Result]:
    """A community as last shown; what it has not answered ten times is left out."""
    (shown,) = snapshots(session, round_id, places=[place])
    return [
        Result(one, question_card(one, shown.tables[one.key], hidden[one.key]), 1, 0)
        for unit, hidden in answered(units_in(session, round_id), shown)
        for one in unit.asked
    ]


def of_places(session: Session, round_id: int, places: Iterable[Place]) -> list[Result]:
    """Communities together, as far as each is shown whole: a sum of what is shown."""
    shown = snapshots(session, round_id, places=places)
    units = units_in(session, round_id)
    found = []
    for unit in units:
        having = [one for one in shown if unit.asked[0].key in one.cubes]
        for asked in unit.asked if having else ():
            tables = list(whole_tables(unit, asked, having).values())
            card = question_card(asked, added(tables)) if tables else None
            found.append(Result(asked, card, len(tables), len(having) - len(tables)))
    return found


def of_round(session: Session, round_id: int, places: Iterable[Place]) -> list[Result]:
    """All communities together: settled sums, and before there are any, `of_places`."""
    settled = settlement_of(session, round_id)
    if settled is None:
        return of_places(session, round_id, places)
    return _settled(session, settled, places, "whole")


def of_kind(
    session: Session, round_id: int, places: Iterable[Place], *, kind: Kind
) -> list[Result]:
    """The communities of one kind."""
    of_it = [place for place in places if place.kind is kind]
    settled = settlement_of(session, round_id)
    if settled is None:
        return of_places(session, round_id, of_it)
    return _settled(session, settled, of_it, f"{KIND}{kind}")


def of_channel(
    session: Session, settled: Settlement, places: Iterable[Place], *, kind: ChannelKind
) -> list[Result]:
    """The answers that came by one kind of channel, from all communities."""
    return _settled(session, settled, places, f"{CHANNEL}{kind}")


def channels_of(settled: Settlement) -> list[ChannelKind]:
    """The kinds of channels of which something is shown."""
    found = {name for sums in settled.sums.values() for name in sums}
    return [kind for kind in ChannelKind if f"{CHANNEL}{kind}" in found]


def answered(
    units: Iterable[Unit], shown: Snapshot
) -> list[tuple[Unit, Mapping[str, frozenset[str]]]]:
    """The units a community has answered often enough, with the cells to hide."""
    tables = shown.tables
    return [
        (unit, unit.hidden(tables)) for unit in units if unit.asked[0].key in tables
    ]


def whole_tables(
    unit: Unit, asked: Asked, shown: Sequence[Snapshot]
) -> dict[int, Counts]:
    """The tables, by community, of which nothing is hidden."""
    return {
        one.place.id: one.tables[asked.key]
        for one in shown
        if asked.key in one.cubes and not unit.hidden(one.tables)[asked.key]
    }


def _settled(
    session: Session, settled: Settlement, places: Iterable[Place], name: str
) -> list[Result]:
    """One of the sums, question by question; its communities are among `places`."""
    shown = snapshots(session, settled.round_id, places=places)
    found = []
    for unit in units_in(session, settled.round_id):
        for asked in unit.asked:
            having = {one.place.id for one in shown if asked.key in one.cubes}
            sums = settled.sums.get(asked.key, {})
            covered = having & set(sums.get("places", ()))
            card = question_card(asked, sums[name]) if name in sums else None
            left_out = len(having) - len(covered)
            if having:
                found.append(Result(asked, card, len(covered), left_out))
    return found
