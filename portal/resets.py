"""A forgotten password: what is lost with it, said before, and new keys after.

The password is what opens a reader's keys, so it cannot be looked up or mended. In:
an account and somebody who may set it anew. Out: a first password; the wraps to the
old keys are destroyed, and team-mates wrap theirs to the new ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import people
from portal.intake.records import Letter
from portal.kernel import audit
from portal.kernel.keystore import KeyStore
from portal.people import Staff, sessions
from portal.rounds import RoundPlace, key_holders
from portal.vote import Election, ElectionState, closers_of

NEEDED = 2  # closers who open the ballots together


@dataclass(frozen=True)
class Loss:
    """What a reset costs: communities, letters nobody can read then, ballots."""

    handed_back: Sequence[str]  # communities whose key a team-mate can give again
    lost: Sequence[tuple[str, int]]  # communities, with the letters lost with them
    votes: Sequence[str]  # rounds whose ballots nobody could open


def loss(session: Session, keystore: KeyStore, staff: Staff) -> Loss:
    """What would be lost with somebody's keys."""
    stake = key_holders.stake(session, keystore, staff)
    return Loss(
        handed_back=[place.place.name for place in stake.safe],
        lost=[(place.place.name, _letters(session, place)) for place in stake.lost],
        votes=_votes_without(session, staff),
    )


def reset(
    session: Session, keystore: KeyStore, staff: Staff, *, by: str, now: datetime
) -> tuple[str, str]:
    """Give an account new keys; gives its first password and its TOTP secret."""
    lost = loss(session, keystore, staff)
    found = people.reset(session, keystore, staff)
    sessions.end_all(session, staff.id)
    key_holders.begin_anew(session, keystore, staff)
    audit.record(
        session,
        by,
        "staff.reset",
        subject=staff.username,
        reason="、".join(name for name, _ in lost.lost),
        now=now,
    )
    return found


def _letters(session: Session, place: RoundPlace) -> int:
    counted = select(func.count()).where(
        Letter.round_id == place.round_id, Letter.place_id == place.place_id
    )
    return session.scalar(counted) or 0


def _votes_without(session: Session, staff: Staff) -> list[str]:
    """Rounds of which too few closers would be left to open some ballots."""
    uncounted = Election.state.in_((ElectionState.OPEN, ElectionState.AGREED))
    found = dict[str, None]()
    for election in session.scalars(select(Election).where(uncounted)):
        closers = {closer.id for closer in closers_of(session, election.id)}
        if staff.id in closers and len(closers - {staff.id}) < NEEDED:
            found[election.round.name] = None
    return list(found)
