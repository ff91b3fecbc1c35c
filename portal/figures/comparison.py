"""和上一轮比: the same question, by its permanent id, in the last round that asked it.

In: snapshots of two rounds. Out: two cards side by side and what became of the shares.
It is made of what each round shows, so that nothing more can follow from it. No test of
significance: those who answered are not a sample, and not the same people.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.figures.cards import FigureCard, Share
from portal.figures.questions import Asked, Unit
from portal.figures.responses import ShownCounts, Snapshot, snapshots, units_in
from portal.figures.results import answered, question_card, whole_tables
from portal.figures.suppression import added
from portal.places import Place
from portal.rounds import Round

NOT_THE_SAME = "两轮填问卷的不是同一批人，数字高了低了，不一定是变好变坏。"


@dataclass(frozen=True)
class Change:
    """An option in both rounds; `points`: percentage points, where both show it."""

    now: Share
    then: Share
    points: str | None


@dataclass(frozen=True)
class Comparison:
    """A question in this round and in the last one that asked it, `places` in both."""

    round_name: str
    now: FigureCard
    then: FigureCard
    places: int

    @property
    def changes(self) -> list[Change]:
        """Option by option, in the order of the scale."""
        return [
            Change(now, then, _points(now, self.now, then, self.then))
            for now, then in zip(self.now.shares, self.then.shares, strict=True)
        ]


def place_comparisons(
    session: Session, round_: Round, place: Place
) -> dict[str, Comparison]:
    """A community in this round and the last, by what was asked."""
    units, earlier = units_in(session, round_.id), _earlier(session, round_, [place])
    (shown,) = snapshots(session, round_.id, places=[place])
    found = {}
    for unit, hidden in answered(units, shown):
        for one in unit.asked:
            now = question_card(one, shown.tables[one.key], hidden[one.key])
            cards = ((past, past.card(one, place.id)) for past in earlier)
            past, then = next(((p, c) for p, c in cards if c), (None, None))
            if past and then and now.shares and then.shares:
                found[one.key] = Comparison(past.name, now, then, 1)
    return found


def group_comparisons(
    session: Session, round_: Round, places: Sequence[Place]
) -> dict[str, Comparison]:
    """The communities of which both rounds show a question whole, together."""
    earlier = _earlier(session, round_, places)
    shown = snapshots(session, round_.id, places=places)
    found = {}
    for unit in units_in(session, round_.id):
        for one in unit.asked:
            now = whole_tables(unit, one, shown)
            for past in earlier:
                then = past.whole(one)
                both = sorted(now.keys() & then.keys())
                if both:
                    found[one.key] = Comparison(
                        past.name,
                        question_card(one, added(now[p] for p in both)),
                        question_card(one, added(then[p] for p in both)),
                        len(both),
                    )
                    break
    return found


@dataclass(frozen=True)
class _Past:
    """What an earlier round shows of some communities."""

    name: str
    units: Sequence[Unit]
    shown: Sequence[Snapshot]

    def card(self, asked: Asked, place_id: int) -> FigureCard | None:
        """A community's card of the same question."""
        unit = self._same.get(_identity(asked))
        for one in self.shown:
            if unit and one.place.id == place_id and asked.key in one.cubes:
                hidden = unit.hidden(one.tables)[asked.key]
                return question_card(asked, one.tables[asked.key], hidden)
        return None

    def whole(self, asked: Asked) -> Mapping[int, Mapping[str, int]]:
        """The communities' tables of the same question, where nothing is hidden."""
        unit = self._same.get(_identity(asked))
        return whole_tables(unit, asked, self.shown) if unit else {}

    @cached_property
    def _same(self) -> dict[object, Unit]:
        return {_identity(one): unit for unit in self.units for one in unit.asked}


def _identity(asked: Asked) -> object:
    """What makes it the same question: its permanent ids, and those of its options."""
    return asked.key, asked.item.option_ids


def _earlier(session: Session, round_: Round, places: Iterable[Place]) -> list[_Past]:
    """Earlier rounds with anything shown of these communities, the newest first."""
    here = list(places)
    rows = (
        select(Round)
        .join(ShownCounts, ShownCounts.round_id == Round.id)
        .where(Round.id != round_.id, Round.opens_on <= round_.opens_on)
        .where(ShownCounts.place_id.in_([place.id for place in here]))
        .order_by(Round.opens_on.desc(), Round.id.desc())
        .distinct()
    )
    return [
        _Past(
            one.name,
            units_in(session, one.id),
            snapshots(session, one.id, places=here),
        )
        for one in session.scalars(rows)
        if (one.opens_on, one.id) < (round_.opens_on, round_.id)
    ]


def _points(now: Share, here: FigureCard, then: Share, there: FigureCard) -> str | None:
    if now.count is None or then.count is None:
        return None
    points = 100 * (now.count / here.ballots - then.count / there.ballots)
    sign = "+" if points > 0 else "−" if points < 0 else "±"
    return f"{sign}{abs(points):.1f}"
