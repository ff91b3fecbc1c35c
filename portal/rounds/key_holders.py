"""Who holds a key to a community, and the last one is never taken away.

A community whose last wrap is destroyed cannot be read by anybody, ever; so whoever
leaves hands the key on first.
"""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.errors import ConflictError
from portal.kernel.keystore import KeyStore
from portal.people import Staff, readers_of
from portal.places import Place
from portal.rounds import keys
from portal.rounds.keys import holders
from portal.rounds.phases import Phase
from portal.rounds.round import Round, RoundPlace


class LastKeyError(ConflictError):
    """Nobody else could read the community's letters."""

    def __init__(self, place: Place) -> None:
        super().__init__(
            f"{place.name}的信只有这一位打得开。请先让其到「钥匙」页给同组成员补一把，"
            "再办这件事。"
        )


def lacking(
    session: Session, keystore: KeyStore, round_id: int, place_id: int
) -> list[Staff]:
    """Readers of a community who hold no key to it."""
    held = holders(keystore, round_id, place_id)
    return [s for s in readers_of(session, round_id, place_id) if s.id not in held]


def take_away(
    session: Session, keystore: KeyStore, *, staff_id: int, places: Iterable[RoundPlace]
) -> None:
    """Destroy somebody's wraps of communities.

    Raises LastKeyError; then none is destroyed.
    """
    held = [
        place
        for place in places
        if staff_id in holders(keystore, place.round_id, place.place_id)
    ]
    for place in held:
        readers = {s.id for s in readers_of(session, place.round_id, place.place_id)}
        left = holders(keystore, place.round_id, place.place_id) & readers
        if not left - {staff_id}:
            raise LastKeyError(place.place)
    for place in held:
        keys.withdraw(keystore, place.round_id, place.place_id, staff_id)


def living(session: Session, place_id: int) -> list[RoundPlace]:
    """A community in every round that is not archived."""
    wanted = (
        select(RoundPlace)
        .join(Round, Round.id == RoundPlace.round_id)
        .where(RoundPlace.place_id == place_id, Round.phase != Phase.ARCHIVED)
    )
    return list(session.scalars(wanted))
