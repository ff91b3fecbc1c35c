"""The close: two people, three steps, and then nothing is left to open.

`agree` (the first ends the vote) → `count` (the second, somebody else, opens the box
once) → the edge commits → `destroy_ballots` → `countersign` (the first signs). Every
step may be repeated after a crash: the lists are kept before anything is destroyed,
and nothing can be countersigned while ballots still lie in the box.
"""

import hmac
from datetime import datetime

from sqlalchemy.orm import Session

from portal.kernel import audit
from portal.kernel.errors import ConflictError, ForbiddenError
from portal.kernel.keystore import KeyStore
from portal.kernel.sealing import KeyPair, pad, seal
from portal.vote.box import BallotBox
from portal.vote.election import Election, ElectionState, VoteMode, lock
from portal.vote.items import asked_fields
from portal.vote.key import (
    Closer,
    Signatory,
    folder_of,
    peel,
    require_closer,
    unwrapped,
)
from portal.vote.ledger import VoteFile, WithheldLists
from portal.vote.open_tally import count_ratings
from portal.vote.posting import PlaceManifest, manifests
from portal.vote.ratings import RatingBox
from portal.vote.records import duties, paper_entry, voided
from portal.vote.tally import (
    DEFINITIONS,
    FORMAT,
    Tally,
    Withheld,
    place_entry,
    split,
    withhold,
)
from portal.vote.terms import canonical


class SamePersonError(ForbiddenError):
    """One person did both steps."""

    sentence = "关票要两个人：同意关票的人不能自己开票，请另一位关票人来办。"


class NotFirstError(ForbiddenError):
    """Only who ended the vote countersigns it."""

    sentence = "请由同意关票的那一位来会签。"


class BallotsLeftError(ConflictError):
    """The box was counted but not yet emptied."""

    sentence = "票箱还没有清空，请由开票的人再点一次「开票」，完成后再会签。"


def agree(
    session: Session,
    keystore: KeyStore,
    *,
    election: Election,
    first: Signatory,
    now: datetime,
) -> None:
    """End the vote; what the first closer takes off the key opens nothing yet.

    Raises NotACloserError, ConflictError.
    """
    lock(session, election)
    require_closer(session, election, first)
    if election.state is ElectionState.AGREED and election.first_id == first.staff_id:
        return
    election.advance(ElectionState.AGREED)
    election.first_id, election.first_key = first.staff_id, first.keys.verify_key
    _record(session, election, "vote.agree", by=first, now=now)
    peel(keystore, election, first)


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
    lock(session, election)
    require_closer(session, election, second)
    if election.state is ElectionState.COUNTED:
        return
    if second.staff_id == election.first_id:
        raise SamePersonError
    election.advance(ElectionState.COUNTED)
    vote = unwrapped(keystore, election, second)
    election.second_id, election.second_key = second.staff_id, second.keys.verify_key
    election.counted_at = now
    if election.mode is VoteMode.OPEN:
        ratings = RatingBox(box.file)
        counted = count_ratings(session, ratings, election=election, vote=vote)
    else:
        counted = _count_slips(session, box, election=election, vote=vote)
    election.closing = canonical({**_head(election), **counted})
    election.second_signature = second.keys.sign(election.closing)
    _record(session, election, "vote.count", by=second, now=now)


def destroy_ballots(keystore: KeyStore, box: BallotBox, *, election: Election) -> None:
    """Destroy sealed ballots, vote key and order; only after `count` was committed.

    Raises ConflictError where it was not counted.
    """
    if election.state not in {ElectionState.COUNTED, ElectionState.CLOSED}:
        raise ConflictError
    box.destroy(election.id)
    RatingBox(box.file).destroy(election.id)
    keystore.destroy_all(folder_of(election))


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
    lock(session, election)
    if first.staff_id != election.first_id or not hmac.compare_digest(
        first.keys.verify_key, election.first_key or b""
    ):
        raise NotFirstError
    if election.state is ElectionState.CLOSED:
        return
    if box.turnout(election.id) or RatingBox(box.file).turnout(election.id):
        raise BallotsLeftError
    election.advance(ElectionState.CLOSED)
    election.first_signature = first.keys.sign(election.closing or b"")
    _record(session, election, "vote.countersign", by=first, now=now)


def _count_slips(
    session: Session, box: BallotBox, *, election: Election, vote: KeyPair
) -> dict[str, object]:
    """Keep every community's lists; what the closing record says of them."""
    posted, places = manifests(session, election.id), []
    unconfirmed = box.unconfirmed(election.id)
    for manifest in posted:
        ballots = box.opened(manifest, vote=vote)
        slip_ids = manifest.ids.difference(voided(session, manifest))
        tally = split(ballots, slip_ids, precinct=manifest.precinct)
        kept = _keep(session, election, manifest=manifest, tally=tally)
        places.append({**kept, "unconfirmed": unconfirmed[manifest.place_id]})
    return {
        "definition": DEFINITIONS[election.electorate],
        "items": asked_fields() if election.items_document else None,
        "printer_key": posted[0].printer_key.hex(),
        "places": places,
        "people": dict(duties(session, election.id)),
    }


def _keep(
    session: Session, election: Election, *, manifest: PlaceManifest, tally: Tally
) -> dict[str, object]:
    """Keep one community's lists, withhold the short ones; its entry in the record."""
    withheld = withhold(tally.withheld) if tally.withheld else None
    if withheld:
        session.add(
            WithheldLists(
                election_id=election.id,
                place_id=manifest.place_id,
                sealed=_sealed_to_both(session, election, withheld),
            )
        )
    for name, content in sorted(tally.shown.items()):
        path = f"{manifest.place_code}/{name}.csv"
        session.add(VoteFile(election_id=election.id, path=path, content=content))
    return {
        "place": manifest.place_code,
        "name": manifest.place.name,
        "entitled": manifest.entitled,
        "issued": manifest.count,
        "root": manifest.root.hex(),
        **paper_entry(session, manifest),
        **place_entry(tally, withheld),
    }


def _sealed_to_both(session: Session, election: Election, withheld: Withheld) -> bytes:
    """Readable by the two who closed, together: an auditor can be shown the lists."""
    sealed = pad(withheld.opening)
    for staff_id in (election.second_id, election.first_id):
        closer = session.get_one(Closer, (election.id, staff_id))
        sealed = seal(sealed, closer.public_key)
    return sealed


def _head(election: Election) -> dict[str, object]:
    """What every closing record says, whatever is counted."""
    keys = (election.first_key, election.second_key)
    counted_at = election.counted_at
    return {
        "format": FORMAT,
        "code": election.code,
        "electorate": election.electorate,
        "mode": election.mode,
        "counted_at": counted_at.isoformat() if counted_at else None,
        "terms": election.terms.fields(),
        "closers": [key.hex() for key in keys if key],
    }


def _record(
    session: Session, election: Election, action: str, *, by: Signatory, now: datetime
) -> None:
    audit.record(session, by.username, action, subject=election.code, now=now)
