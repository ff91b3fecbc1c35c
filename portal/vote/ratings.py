"""开放评价: what whoever has the QR code thinks, sealed until the close.

In: an arrival at a community's entrance and a score for every dimension. Out: sealed
ratings in the file of the ballots, counted once by two people. Anybody may rate, and
as often as they like: what the door found odd is sealed inside, and counted apart.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from portal.intake.budget import FREE, Flag
from portal.intake.receive import Arrival
from portal.kernel import codes
from portal.kernel.boxfile import BoxFile
from portal.kernel.errors import ConflictError
from portal.kernel.sealing import KeyPair, UnreadableError, seal
from portal.rounds.phases import PublicAct
from portal.vote.ballots import VoteClosedError, require_open, require_scores
from portal.vote.election import Election, VoteMode
from portal.vote.terms import Terms

_SCHEMA = """
CREATE TABLE IF NOT EXISTS open_rating (
  key BLOB PRIMARY KEY,
  election_id INTEGER NOT NULL,
  place_id INTEGER NOT NULL,
  sealed BLOB NOT NULL
) WITHOUT ROWID;
"""
_KEY, _PLACE = 32, 8  # bytes
_FLAGS = tuple(Flag)


class NeedsSlipError(ConflictError):
    """The election is by slips."""

    sentence = "这次投票要用发到您家的那张票。请打开票上的网页，或扫票上的二维码。"


@dataclass(frozen=True)
class Rating:
    """An opened rating: option ids in the order of the dimensions, what was odd."""

    scores: tuple[str, ...]
    flags: frozenset[Flag]


class RatingBox:
    """Ratings in the file of the ballots: what befalls the file befalls them."""

    def __init__(self, file: BoxFile) -> None:
        self.file = file
        file.add(_SCHEMA)

    def knows(self, key: bytes) -> bool:
        """Whether this very rating lies there."""
        asked = "SELECT 1 FROM open_rating WHERE key = ?"
        return self.file.connection().execute(asked, (key,)).fetchone() is not None

    def put(
        self, election: Election, key: bytes, *, place_id: int, payload: bytes
    ) -> bool:
        """Seal and keep a rating once; whether it was not there yet."""
        sealed = seal(payload, election.public_key or b"")
        with self.file.writing() as box:
            added = box.execute(
                "INSERT OR IGNORE INTO open_rating VALUES (?, ?, ?, ?)",
                (key, election.id, place_id, sealed),
            )
        return added.rowcount == 1

    def opened(
        self, election: Election, place_id: int, *, vote: KeyPair
    ) -> Iterator[Rating | None]:
        """A community's ratings; None for each that was altered, copied or moved."""
        rows = self.file.connection().execute(
            "SELECT key, sealed FROM open_rating"
            " WHERE election_id = ? AND place_id = ? ORDER BY key",
            (election.id, place_id),
        )
        terms = election.terms
        for key, sealed in rows:
            head = bytes(key) + place_id.to_bytes(_PLACE, "big")
            yield _opened(head, bytes(sealed), vote=vote, terms=terms)

    def turnout(self, election_id: int) -> dict[int, int]:
        """How many ratings there are, by place id; nothing of how."""
        rows = self.file.connection().execute(
            "SELECT place_id, count(*) FROM open_rating WHERE election_id = ?"
            " GROUP BY place_id",
            (election_id,),
        )
        return {int(place): int(count) for place, count in rows}

    def destroy(self, election_id: int) -> None:
        """Remove an election's ratings and every trace of their order."""
        with self.file.writing() as box:
            box.execute("DELETE FROM open_rating WHERE election_id = ?", (election_id,))
        self.file.forget_order()


def rate(
    box: RatingBox,
    pepper: bytes,
    *,
    election: Election,
    arrival: Arrival,
    scores: Mapping[str, str],
) -> None:
    """Take one rating; the same form sent twice is one, and is paid for once.

    Raises NeedsSlipError, TooEarlyError, VoteClosedError, MissingScoresError,
    PuzzleNeededError; then nothing is kept.
    """
    entrance = arrival.entrance
    require_rating(election)
    require_open(election)
    if not entrance.allows(PublicAct.VOTE):
        raise VoteClosedError
    chosen = require_scores(election.precinct(entrance.place_code), scores)
    content = json.dumps([election.code, entrance.place_code, chosen]).encode()
    key = codes.mac(pepper, b"rating", arrival.nonce.encode(), content)
    if box.knows(key):
        return
    spent = arrival.budget.spend(entrance, key, texts=()) if arrival.budget else FREE
    is_kept = False
    try:
        head = key + entrance.place_id.to_bytes(_PLACE, "big")
        said = _said(chosen, election.terms, flags={*arrival.flags, *spent.flags})
        is_kept = box.put(
            election, key, place_id=entrance.place_id, payload=head + said
        )
    finally:
        if not is_kept:
            spent.give_back()


def require_rating(election: Election) -> None:
    """Refuse what only an open election takes.

    Raises NeedsSlipError.
    """
    if election.mode is not VoteMode.OPEN:
        raise NeedsSlipError


def _said(scores: Mapping[str, str], terms: Terms, *, flags: set[Flag]) -> bytes:
    """A digit for each dimension and a byte of flags: one size for every rating."""
    step = {option.id: str(i) for i, option in enumerate(terms.scale)}
    digits = "".join(step[scores[d.id]] for d in terms.dimensions)
    mask = sum(1 << i for i, flag in enumerate(_FLAGS) if flag in flags)
    return digits.encode("ascii") + bytes([mask])


def _opened(
    head: bytes, sealed: bytes, *, vote: KeyPair, terms: Terms
) -> Rating | None:
    try:
        payload = vote.open(sealed)
        said = payload[_KEY + _PLACE :]
        digits, mask = said[:-1].decode("ascii"), said[-1]
        if not payload.startswith(head) or len(digits) != len(terms.dimensions):
            return None
        scores = tuple(terms.scale[int(digit)].id for digit in digits)
    except (UnreadableError, ValueError, IndexError):
        return None
    return Rating(scores, frozenset(f for i, f in enumerate(_FLAGS) if mask >> i & 1))
