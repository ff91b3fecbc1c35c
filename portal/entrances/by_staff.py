"""Where staff fill in for residents: at the door with them, or from sheets of paper.

In: who does it, and for which community. Out: an entrance without a poster's code,
whose answers count as VISIT or PAPER. Who may do it where is decided here: a team
for its own communities, others for all of the round, nobody where they have ties.
"""

from collections.abc import Mapping

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.entrances.channels import ChannelKind
from portal.entrances.entrance import HERE, Entrance
from portal.kernel.errors import NotFoundError
from portal.people import Permission, Recusal, Staff, permits, places_of
from portal.places import Place
from portal.rounds import Phase, RoundPlace, places_in
from portal.rounds.phases import PublicAct

_BY_STAFF = HERE.where(
    RoundPlace.round_id == bindparam("round_id"),
    RoundPlace.place_id == bindparam("place_id"),
)
_ANSWERING: Mapping[ChannelKind, PublicAct] = {
    ChannelKind.VISIT: PublicAct.ANSWER,
    ChannelKind.PAPER: PublicAct.ANSWER_ON_PAPER,
}


def places_for(session: Session, round_id: int, staff: Staff) -> list[Place]:
    """The communities somebody may fill in for, by code."""
    everywhere = places_in(session, round_id)
    if permits(staff.role, Permission.ENTER_ANYWHERE):
        tied = select(Recusal.place_id).where(Recusal.staff_id == staff.id)
        closed = set(session.scalars(tied))
        return [place for place in everywhere if place.id not in closed]
    own = set(places_of(session, round_id, staff.id))
    return [place for place in everywhere if place.id in own]


def entrance_by_staff(
    session: Session, staff: Staff, round_id: int, *, place_code: str, kind: ChannelKind
) -> Entrance:
    """The entrance of somebody who fills in for others; `kind` is VISIT or PAPER.

    Raises NotFoundError, also where the community is there but not theirs.
    """
    mine = {place.code: place.id for place in places_for(session, round_id, staff)}
    here = {"round_id": round_id, "place_id": mine.get(place_code, 0)}
    row = session.execute(_BY_STAFF, here).mappings().first()
    if row is None or row["phase"] is Phase.PREPARING:
        raise NotFoundError
    return Entrance(code="", channel_kind=kind, answering=_ANSWERING[kind], **row)
