"""Who holds a key to a community, and what becomes of it when somebody leaves.

A community whose last wrap is destroyed cannot be read by anybody, ever; so whoever
leaves hands the key on first. Whoever leaves may have copied their wrap, so the
lock is changed behind them.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.errors import ConflictError
from portal.kernel.keystore import KeyStore
from portal.people import Staff, readers_of
from portal.places import Place
from portal.rounds import keys
from portal.rounds.keys import generations, holders, newest_holders
from portal.rounds.phases import Phase
from portal.rounds.round import NoReaderError, Round, RoundPlace


class LastKeyError(ConflictError):
    """Nobody else could read the community's letters."""

    def __init__(self, place: Place) -> None:
        super().__init__(
            f"{place.name}的信只有这一位打得开。请先让其到「钥匙」页给同组成员补一把，"
            "再办这件事。"
        )


@dataclass(frozen=True)
class Stake:
    """What goes with somebody's keys: communities others can open, and others not."""

    safe: Sequence[RoundPlace]
    lost: Sequence[RoundPlace]


def lacking(
    session: Session, keystore: KeyStore, round_id: int, place_id: int
) -> list[Staff]:
    """Readers of a community who do not hold every key to it."""
    known = generations(keystore, round_id, place_id).values()
    readers = readers_of(session, round_id, place_id)
    if not known:
        return readers
    return [s for s in readers if not all(s.id in held for held in known)]


def can_give(
    keystore: KeyStore, round_id: int, place_id: int, *, giver: int, to: int
) -> bool:
    """Whether somebody holds a key to a community that another lacks."""
    known = generations(keystore, round_id, place_id).values()
    return any(giver in held and to not in held for held in known)


def stake(session: Session, keystore: KeyStore, staff: Staff) -> Stake:
    """What would become of the communities somebody holds keys to, without them."""
    safe: list[RoundPlace] = []
    lost: list[RoundPlace] = []
    for place in _held(session, keystore, staff.id):
        others = _is_held_by_others(session, keystore, place, staff.id)
        (safe if others else lost).append(place)
    return Stake(safe, lost)


def take_away(
    session: Session, keystore: KeyStore, *, staff_id: int, places: Iterable[RoundPlace]
) -> None:
    """Destroy somebody's wraps of communities and change the locks behind them.

    Raises LastKeyError; then none is destroyed.
    """
    held = [
        place
        for place in places
        if staff_id in holders(keystore, place.round_id, place.place_id)
    ]
    for place in held:
        if not _is_held_by_others(session, keystore, place, staff_id):
            raise LastKeyError(place.place)
    for place in held:
        _leave(session, keystore, place, staff_id)


def take_away_what_others_hold(
    session: Session, keystore: KeyStore, staff: Staff
) -> list[Place]:
    """Take an account's keys that is stopped; gives the communities it keeps them of.

    Those are communities nobody else could open: the wraps stay, locked under the
    password, so that the account can come back and hand them on. Every lock is
    changed, so that what comes from now on is for those who are there.
    """
    found = stake(session, keystore, staff)
    for place in found.safe:
        _leave(session, keystore, place, staff.id)
    for place in found.lost:
        _change_lock(session, keystore, place)
    return [place.place for place in found.lost]


def begin_anew(session: Session, keystore: KeyStore, staff: Staff) -> None:
    """Destroy the wraps of somebody whose keys are lost, so that others or new go on.

    Where nobody else holds a key, the letters so far are lost with it, and those to
    come are sealed to a new one for the community's readers.
    """
    for place in _held(session, keystore, staff.id):
        _leave(session, keystore, place, staff.id)


def living(session: Session, place_id: int) -> list[RoundPlace]:
    """A community in every round that is not archived."""
    wanted = (
        select(RoundPlace)
        .join(Round, Round.id == RoundPlace.round_id)
        .where(RoundPlace.place_id == place_id, Round.phase != Phase.ARCHIVED)
    )
    return list(session.scalars(wanted))


def _held(session: Session, keystore: KeyStore, staff_id: int) -> list[RoundPlace]:
    """The communities of all rounds to which somebody holds a key."""
    wanted = select(RoundPlace).where(RoundPlace.public_key.is_not(None))
    ordered = wanted.order_by(RoundPlace.round_id, RoundPlace.place_id)
    return [
        place
        for place in session.scalars(ordered)
        if staff_id in holders(keystore, place.round_id, place.place_id)
    ]


def _is_held_by_others(
    session: Session, keystore: KeyStore, place: RoundPlace, staff_id: int
) -> bool:
    """Whether for each key somebody holds there is another reader who holds it."""
    readers = {s.id for s in readers_of(session, place.round_id, place.place_id)}
    known = generations(keystore, place.round_id, place.place_id).values()
    return all((held & readers) - {staff_id} for held in known if staff_id in held)


def _leave(
    session: Session, keystore: KeyStore, place: RoundPlace, staff_id: int
) -> None:
    keys.withdraw(keystore, place.round_id, place.place_id, staff_id)
    _change_lock(session, keystore, place)


def _change_lock(session: Session, keystore: KeyStore, place: RoundPlace) -> None:
    """A new lock for who holds the present key, or for all where no reader does."""
    if session.get_one(Round, place.round_id).phase is Phase.ARCHIVED:
        return  # nothing is written any more
    readers = {s.id for s in readers_of(session, place.round_id, place.place_id)}
    present = newest_holders(keystore, place.round_id, place.place_id)
    with suppress(NoReaderError):
        change = keys.rotate if present & readers else keys.begin_anew
        change(session, keystore, place)
