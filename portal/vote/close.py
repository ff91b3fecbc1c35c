"""The close: two people, three steps, and then nothing is left to open.

`agree` (the first ends the vote) → `count` (the second, somebody else, opens the box
once) → the edge commits → `destroy_ballots` → `countersign` (the first signs). Every
step may be repeated after a crash: the lists are kept before anything is destroyed,
and nothing can be countersigned while ballots still lie in the box.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.kernel import audit
from portal.kernel.errors import ConflictError, ForbiddenError
from portal.kernel.keystore import KeyStore
from portal.kernel.sealing import KeyPair, UnreadableError, pad, seal
from portal.vote.ballots import BallotBox
from portal.vote.election import (
    Closer,
    Election,
    ElectionState,
    PlaceManifest,
    manifests,
)
from portal.vote.ledger import VoteFile, WithheldLists
from portal.vote.records import duties, paper_entry, voided
from portal.vote.slips import DIMENSIONS, SCALE
from portal.vote.tally import (
    DEFINITION,
    FORMAT,
    Tally,
    Withheld,
    canonical,
    place_entry,
    split,
    withhold,
)


class NotACloserError(ForbiddenError):
    """The vote key was not wrapped to this person."""

    sentence = "您不是这次投票的关票人。请由开始投票时指定的关票人来办。"


class SamePersonError(ForbiddenError):
    """One person did both steps."""

    sentence = "关票要两个人：同意关票的人不能自己开票，请另一位关票人来办。"


class NotFirstError(ForbiddenError):
    """Only who ended the vote countersigns it."""

    sentence = "请由同意关票的那一位来会签。"


class BallotsLeftError(ConflictError):
    """The box was counted but not yet emptied."""

    sentence = "票箱还没有清空，请由开票的人再点一次「开票」，完成后再会签。"


@dataclass(frozen=True)
class Signatory:
    """A closer who is signed in: their keys are in memory for this request."""

    staff_id: int
    username: str
    keys: KeyPair


def agree(
    session: Session,
    keystore: KeyStore,
    *,
    election: Election,
    first: Signatory,
    now: datetime,
) -> None:
    """End the vote and take off the outer layer of the wraps this closer is first in.

    What comes off is still sealed to one other closer each; the first learns nothing.

    Raises NotACloserError, ConflictError.
    """
    _lock(session, election)
    _require_closer(session, election, first)
    if election.state is ElectionState.AGREED and election.first_id == first.staff_id:
        return
    election.advance(ElectionState.AGREED)
    election.first_id, election.first_key = first.staff_id, first.keys.verify_key
    _record(session, election, "vote.agree", by=first, now=now)
    folder = f"votes/{election.round_id}"
    for name in keystore.names(folder):
        pair = name.removeprefix(f"{folder}/")
        if pair.startswith(f"{first.staff_id}-"):
            inner = first.keys.open(keystore.get(name) or b"")
            keystore.put(f"{folder}/agreed/{pair}", inner)


def count(
    session: Session,
    keystore: KeyStore,
    box: BallotBox,
    *,
    election: Election,
    second: Signatory,
    now: datetime,
) -> None:
    """Open the box, keep the split lists and the closing record, sign it.

    Destroys nothing: the edge commits and then calls `destroy_ballots`. Repeating it
    after it was committed changes nothing.

    Raises NotACloserError, SamePersonError, ConflictError.
    """
    _lock(session, election)
    _require_closer(session, election, second)
    if election.state is ElectionState.COUNTED:
        return
    if second.staff_id == election.first_id:
        raise SamePersonError
    election.advance(ElectionState.COUNTED)
    vote = _vote_key(keystore, election, second)
    election.second_id, election.second_key = second.staff_id, second.keys.verify_key
    election.counted_at = now
    posted = manifests(session, election.round_id)
    places = []
    for manifest in posted:
        ballots = box.opened(election.round_id, manifest.place_id, vote=vote)
        tally = split(ballots, manifest.ids.difference(voided(session, manifest)))
        places.append(_keep(session, election, manifest=manifest, tally=tally))
    people = duties(session, election.round_id)
    record = _closing(election, posted[0].printer_key, places)
    election.closing = canonical({**record, "people": dict(people)})
    election.second_signature = second.keys.sign(election.closing)
    _record(session, election, "vote.count", by=second, now=now)


def destroy_ballots(keystore: KeyStore, box: BallotBox, *, election: Election) -> None:
    """Destroy sealed ballots, vote key and order; only after `count` was committed.

    Raises ConflictError where it was not counted.
    """
    if election.state not in {ElectionState.COUNTED, ElectionState.CLOSED}:
        raise ConflictError
    box.destroy(election.round_id)
    keystore.destroy_all(f"votes/{election.round_id}")


def countersign(
    session: Session,
    box: BallotBox,
    *,
    election: Election,
    first: Signatory,
    now: datetime,
) -> None:
    """The one who ended the vote signs the closing record: it may be published.

    Raises NotFirstError, BallotsLeftError, ConflictError.
    """
    _lock(session, election)
    if first.staff_id != election.first_id or not hmac.compare_digest(
        first.keys.verify_key, election.first_key or b""
    ):
        raise NotFirstError
    if election.state is ElectionState.CLOSED:
        return
    if box.turnout(election.round_id):
        raise BallotsLeftError
    election.advance(ElectionState.CLOSED)
    election.first_signature = first.keys.sign(election.closing or b"")
    _record(session, election, "vote.countersign", by=first, now=now)


def _keep(
    session: Session, election: Election, *, manifest: PlaceManifest, tally: Tally
) -> dict[str, object]:
    """Keep one community's files or withhold them; its entry in the record."""
    withheld = None if tally.is_published else withhold(tally)
    if withheld:
        session.add(
            WithheldLists(
                round_id=election.round_id,
                place_id=manifest.place_id,
                sealed=_sealed_to_both(session, election, withheld),
            )
        )
    else:
        for name, content in sorted(tally.files().items()):
            path = f"{manifest.place_code}/{name}"
            session.add(
                VoteFile(round_id=election.round_id, path=path, content=content)
            )
    return {
        "place": manifest.place_code,
        "name": manifest.place.name,
        "households": manifest.households,
        "issued": manifest.count,
        "root": manifest.root.hex(),
        **paper_entry(session, manifest),
        **place_entry(tally, withheld),
    }


def _sealed_to_both(session: Session, election: Election, withheld: Withheld) -> bytes:
    """Readable by the two who closed, together: an auditor can be shown the lists."""
    sealed = pad(withheld.opening)
    for staff_id in (election.second_id, election.first_id):
        closer = session.get_one(Closer, (election.round_id, staff_id))
        sealed = seal(sealed, closer.public_key)
    return sealed


def _closing(
    election: Election, printer_key: bytes, places: list[dict[str, object]]
) -> dict[str, object]:
    keys = (election.first_key, election.second_key)
    counted_at = election.counted_at
    return {
        "format": FORMAT,
        "round": election.round_code,
        "counted_at": counted_at.isoformat() if counted_at else None,
        "dimensions": [[d.id, d.name] for d in DIMENSIONS],
        "scale": [[o.id, o.name, o.points] for o in SCALE],
        "definition": DEFINITION,
        "printer_key": printer_key.hex(),
        "closers": [key.hex() for key in keys if key],
        "places": places,
    }


def _vote_key(keystore: KeyStore, election: Election, second: Signatory) -> KeyPair:
    folder = f"votes/{election.round_id}/agreed"
    inner = keystore.get(f"{folder}/{election.first_id}-{second.staff_id}")
    try:
        vote = KeyPair(second.keys.open(inner or b""))
    except UnreadableError as error:
        raise NotACloserError from error
    if vote.public != election.public_key:
        raise NotACloserError
    return vote


def _lock(session: Session, election: Election) -> None:
    session.refresh(election, with_for_update=True)


def _require_closer(session: Session, election: Election, who: Signatory) -> None:
    closer = session.get(Closer, (election.round_id, who.staff_id))
    if closer is None or closer.public_key != who.keys.public:
        raise NotACloserError


def _record(
    session: Session, election: Election, action: str, *, by: Signatory, now: datetime
) -> None:
    audit.record(session, by.username, action, subject=election.round_code, now=now)
