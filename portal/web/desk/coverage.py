"""覆盖: which entrances are scanned, and where nobody has been reached yet."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from portal import entrances
from portal.entrances import ChannelKind, Reach
from portal.intake.records import Response
from portal.people import Permission, Role, places_of
from portal.places import Place
from portal.rounds import places_in
from portal.web.desk import nav
from portal.web.guards import desk
from portal.web.rendering import render
from portal.web.request import db, today
from portal.web.staff import somebody

bp = Blueprint("coverage", __name__, url_prefix="/coverage")

HEAT = (0, 2, 5, 10)  # openings per 100 households from which a cell is a step darker
PER = 100  # households
Came = Counter[tuple[int, ChannelKind]]  # questionnaires by community and channel


@dataclass(frozen=True)
class Cell:
    """Openings of a street by one kind of channel; None where it has no code."""

    opens: int | None
    per_hundred: float | None

    @property
    def heat(self) -> int:
        """0 for nobody to 4 for many."""
        if not self.opens:
            return 0
        return sum((self.per_hundred or 0) >= step for step in HEAT)


@bp.get("")
@desk(Permission.READ_FIGURES)
def page() -> ResponseReturnValue:
    """Openings by street and channel, quiet codes, bursts; one's own communities."""
    round_, here = nav.the_round(), _mine()
    codes = [c for c in entrances.codes_of(db(), round_.id) if c.place_id in here]
    reaches = entrances.reaches(db(), codes)
    scanned = {reach.code.channel.kind for reach in reaches}
    kinds = [kind for kind in ChannelKind if kind in scanned]
    came = _responses(here)
    answered = scanned | {kind for _, kind in came}  # with staff's, which have no code
    columns = [kind for kind in ChannelKind if kind in answered]
    return render(
        "desk/coverage/page.html",
        kinds=kinds,
        columns=columns,
        streets=_streets(reaches, here, kinds),
        channels=_channels(reaches, here, came, columns),
        places=_places(here, came, columns),
        quiet=[r for r in reaches if r.is_quiet(today())],
        bursts=[(r, day, n) for r in reaches for day, n in r.bursts],
        days=entrances.counts.QUIET_DAYS,
        today=today(),
    )


def _mine() -> dict[int, Place]:
    """The communities of the round that this person may see."""
    round_, staff = nav.the_round(), somebody()
    found = {place.id: place for place in places_in(db(), round_.id)}
    if staff.role is not Role.MEMBER:
        return found
    own = set(places_of(db(), round_.id, staff.id))
    return {key: place for key, place in found.items() if key in own}


def _streets(
    reaches: list[Reach], here: dict[int, Place], kinds: list[ChannelKind]
) -> list[tuple[str, list[Cell]]]:
    names = {place.parent.name if place.parent else "" for place in here.values()}
    rows = []
    for name in sorted(names):
        inside = {
            k for k, p in here.items() if (p.parent.name if p.parent else "") == name
        }
        of_street = [reach for reach in reaches if reach.code.place_id in inside]
        rows.append((name, [_cell(of_street, here, kind) for kind in kinds]))
    return rows


def _channels(
    reaches: list[Reach],
    here: dict[int, Place],
    came: Came,
    kinds: list[ChannelKind],
) -> list[tuple[ChannelKind, Cell, int, int]]:
    """Per kind of channel: openings, starts, and questionnaires that came by it."""
    return [
        (
            kind,
            _cell(reaches, here, kind),
            sum(r.starts for r in reaches if r.code.channel.kind is kind),
            sum(number for (_, by), number in came.items() if by is kind),
        )
        for kind in kinds
    ]


def _cell(reaches: Iterable[Reach], here: dict[int, Place], kind: ChannelKind) -> Cell:
    of_kind = [reach for reach in reaches if reach.code.channel.kind is kind]
    if not of_kind:
        return Cell(None, None)
    opens = sum(reach.opens for reach in of_kind)
    places = {reach.code.place_id for reach in of_kind}
    households = sum(here[place_id].households or 0 for place_id in places)
    return Cell(opens, opens * PER / households if households else None)


def _places(
    here: dict[int, Place], came: Came, kinds: list[ChannelKind]
) -> list[tuple[Place, list[int]]]:
    """Questionnaires per community and kind of channel, as openings brought them."""
    return [
        (place, [came[key, kind] for kind in kinds])
        for key, place in sorted(here.items(), key=lambda pair: pair[1].code)
    ]


def _responses(here: dict[int, Place]) -> Came:
    rows = db().execute(
        select(Response.place_id, Response.channel_kind, func.count())
        .where(
            Response.round_id == nav.the_round().id, Response.place_id.in_(list(here))
        )
        .group_by(Response.place_id, Response.channel_kind)
    )
    found: Came = Counter()
    for place_id, kind, number in rows:
        found[place_id, kind] = number
    return found
