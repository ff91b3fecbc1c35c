"""Paper ballots, typed in by two people who do not see each other's typing.

In: what somebody read off a paper ballot, secret and scores. Out: after the first, a
digest and who typed it; after a second person who typed the same, a ballot marked
`paper`. It replaces and is replaced by one cast on a phone: the last before the close
counts, and its voter finds it under the slip's check codes like any other.
"""

import hmac
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy.orm import Session

from portal.kernel import codes
from portal.kernel.keystore import KeyStore
from portal.vote.ballots import require_open, require_scores, require_slip
from portal.vote.box import BallotBox, Entered, PaperEntry, Scores
from portal.vote.election import Election, lock
from portal.vote.key import folder_of
from portal.vote.posting import PlaceManifest
from portal.vote.slips import Slip


class Progress(StrEnum):
    """How far a paper ballot is after somebody typed it in."""

    WAITING = "waiting"  # for a second person
    WAITING_STILL = "waiting_still"  # the first one typed it again; that counts now
    CAST = "cast"
    REPLACED = "replaced"  # cast, instead of an earlier ballot of the same slip
    DIFFERS = "differs"  # the two were not alike: both begin again
    DIFFERS_AGAIN = "differs_again"  # the sheet has to be looked at together


@dataclass(frozen=True)
class Typed:
    """What one person (staff id) read off a community's paper ballot."""

    place_id: int
    secret: str
    scores: Scores
    by: int


def enter(
    box: BallotBox,
    session: Session,
    keystore: KeyStore,
    *,
    election: Election,
    typed: Typed,
) -> Progress:
    """Take one person's typing; the second person's casts the ballot if it agrees.

    Of the first nothing is kept that shows secret or scores, only a digest under a
    key that is destroyed with the ballots; where the two differ, not even that.

    Raises TooEarlyError, VoteClosedError, NotASecretError, VoidSlipError,
    UnknownSlipError, OtherCommunityError, MissingScoresError.
    """
    lock(session, election)
    require_open(election)
    posted, slip = require_slip(session, election, typed.place_id, secret=typed.secret)
    chosen = require_scores(posted.precinct, typed.scores)
    entry = PaperEntry(
        slip_id=bytes.fromhex(slip.slip_id),
        place_id=posted.place_id,
        staff_id=typed.by,
        digest=_digest(keystore, posted, slip, scores=chosen),
    )
    held = _held(box, election, entry)
    if held.digest is None or held.staff_id == typed.by:
        box.keep(election.id, replace(entry, mismatches=held.mismatches))
        return Progress.WAITING if held.digest is None else Progress.WAITING_STILL
    if not hmac.compare_digest(held.digest, entry.digest or b""):
        return _taken_back(box, election, held)
    replaced = box.put(posted, slip, scores=chosen, entered=Entered.PAPER)
    box.settle(election.id, entry.slip_id)
    return Progress.REPLACED if replaced else Progress.CAST


def _held(box: BallotBox, election: Election, entry: PaperEntry) -> PaperEntry:
    """What is known of this sheet so far; of a new one that nobody typed it."""
    held = box.entry(election.id, entry.slip_id)
    return held or replace(entry, staff_id=None, digest=None)


def _taken_back(box: BallotBox, election: Election, held: PaperEntry) -> Progress:
    count = held.mismatches + 1
    begun = replace(held, staff_id=None, digest=None, mismatches=count)
    box.keep(election.id, begun)
    return Progress.DIFFERS if count == 1 else Progress.DIFFERS_AGAIN


def _digest(
    keystore: KeyStore, posted: PlaceManifest, slip: Slip, *, scores: Scores
) -> bytes:
    """Tells two typings apart, and nothing to anybody else.

    The printer, who knows secrets, could try out all scores; the key keeps that from
    everybody who has the box and not the key store.
    """
    key = keystore.get_or_make(f"{folder_of(posted.election)}/paper")
    said = (slip.secret, *(scores.get(name, "") for name in posted.precinct.scales))
    return codes.mac(key, *(part.encode("ascii") for part in said))
