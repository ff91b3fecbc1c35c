"""The ballot box: sealed ballots under their slip ids until the close.

In: a typed secret and a score for every dimension. Out: a receipt with the check
codes. The secret is forgotten on return; a ballot keeps no time and no order, has the
same size whatever was chosen, and can be read by no one person (see `key`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from portal.kernel.boxfile import BoxFile
from portal.kernel.errors import ConflictError, InvalidError
from portal.kernel.sealing import KeyPair, UnreadableError, seal
from portal.vote.election import Election, ElectionState
from portal.vote.posting import find_manifest, manifests
from portal.vote.records import voided
from portal.vote.slips import CODE_LENGTH, Slip, read_secret, slip_of
from portal.vote.terms import Terms

# `ballot` was this table's name while it knew rounds and no elections. The file is
# under no migration: an old one keeps that table, and nothing reads it any more.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS election_ballot (
  election_id INTEGER NOT NULL,
  slip_id BLOB NOT NULL,
  place_id INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (election_id, slip_id)
) WITHOUT ROWID;
"""
_ENTRY = CODE_LENGTH + 1  # characters per dimension: check code, step of the scale

Scores = Mapping[str, str]  # dimension id → option id


class TooEarlyError(ConflictError):
    """Voting has not opened."""

    sentence = "投票还没有开始。选票请收好，开始日期以社区公告为准。"


class VoteClosedError(ConflictError):
    """The vote was closed."""

    sentence = "投票已经结束，不能再投。结果会张贴在社区公告栏，也会在本网站公布。"


class UnknownSlipError(InvalidError):
    """No slip of this election has that secret."""

    sentence = "没有这张选票。请对照选票核对 16 个字符；仍不行，请联系社区的监票人。"


class VoidSlipError(InvalidError):
    """The slip was drawn and opened before the vote."""

    sentence = "这张选票在发放前抽验时当众拆开，已经作废，不能投。请联系社区的监票人。"


class OtherCommunityError(InvalidError):
    """The slip is of another community of the same election."""

    def __init__(self, *, place_id: int, place_name: str) -> None:
        super().__init__(
            f"这张选票是{place_name}的。请到{place_name}的投票页去投，或扫选票上的二维码。"
        )
        self.place_id = place_id


class MissingScoresError(InvalidError):
    """Not every dimension was scored; what was chosen is kept in `chosen`."""

    def __init__(self, terms: Terms, *, chosen: Scores) -> None:
        self.missing = tuple(d for d in terms.dimensions if d.id not in chosen)
        self.chosen = dict(chosen)
        names = "、".join(dimension.name for dimension in self.missing)
        asides = "、".join(o.name for o in terms.scale if o.points is None)
        super().__init__(
            f"还有没选的：{names}。不清楚的可以选「{asides}」。"
            if asides
            else f"还有没选的：{names}。"
        )


@dataclass(frozen=True)
class Receipt:
    """What a voter takes along: check codes by dimension id; also printed on the slip.

    `replaced` tells that the slip had been voted before: a voter who did not do so
    learns that somebody else did.
    """

    number: str
    check_codes: dict[str, str]
    replaced: bool


@dataclass(frozen=True)
class Ballot:
    """An opened ballot: (check code, option id) in the order of the dimensions."""

    slip_id: bytes
    entries: tuple[tuple[str, str], ...]


class BallotBox:
    """The file that sealed ballots lie in."""

    def __init__(self, path: Path) -> None:
        self.file = BoxFile(path, _SCHEMA)

    def put(
        self, election: Election, slip: Slip, *, place_id: int, scores: Scores
    ) -> bool:
        """Seal a ballot; whether it replaced one of the same slip."""
        payload = _payload(slip, scores, election.terms)
        sealed = seal(payload, election.public_key or b"")
        key = (election.id, bytes.fromhex(slip.slip_id))
        with self.file.writing() as box:
            held = box.execute(
                "SELECT 1 FROM election_ballot WHERE election_id = ? AND slip_id = ?",
                key,
            ).fetchone()
            box.execute(
                "INSERT OR REPLACE INTO election_ballot VALUES (?, ?, ?, ?)",
                (*key, place_id, sealed),
            )
        return held is not None

    def opened(
        self, election: Election, place_id: int, *, vote: KeyPair
    ) -> Iterator[Ballot | None]:
        """A community's ballots by slip id; None for each that is not genuine.

        A ballot that was copied to another slip or altered is not genuine: its slip
        id is sealed inside.
        """
        rows = self.file.connection().execute(
            "SELECT slip_id, sealed FROM election_ballot"
            " WHERE election_id = ? AND place_id = ? ORDER BY slip_id",
            (election.id, place_id),
        )
        terms = election.terms
        for slip_id, sealed in rows:
            yield _opened(bytes(slip_id), bytes(sealed), vote=vote, terms=terms)

    def turnout(self, election_id: int) -> dict[int, int]:
        """How many slips were voted, by place id; nothing of how."""
        rows = self.file.connection().execute(
            "SELECT place_id, count(*) FROM election_ballot WHERE election_id = ?"
            " GROUP BY place_id",
            (election_id,),
        )
        return {int(place): int(count) for place, count in rows}

    def destroy(self, election_id: int) -> None:
        """Remove an election's ballots and every trace of their order."""
        with self.file.writing() as box:
            box.execute(
                "DELETE FROM election_ballot WHERE election_id = ?", (election_id,)
            )
        self.file.forget_order()


def cast(
    box: BallotBox,
    session: Session,
    *,
    election: Election,
    place_id: int,
    secret: str,
    scores: Scores,
) -> Receipt:
    """Take one ballot by the secret as typed; voting again replaces.

    Raises TooEarlyError, VoteClosedError, NotASecretError, VoidSlipError,
    UnknownSlipError, OtherCommunityError, MissingScoresError; then nothing is kept.
    """
    require_open(election)
    slip = require_slip(session, election, place_id, secret=secret)
    chosen = require_scores(election.terms, scores)
    replaced = box.put(election, slip, place_id=place_id, scores=chosen)
    return Receipt(slip.number, slip.check_codes, replaced)


def require_open(election: Election) -> None:
    """Refuse while no ballots are taken.

    Raises TooEarlyError, VoteClosedError.
    """
    if election.state is ElectionState.PREPARED:
        raise TooEarlyError
    if election.state is not ElectionState.OPEN:
        raise VoteClosedError


def require_scores(terms: Terms, scores: Scores) -> Scores:
    """What was chosen of the scale, one for every dimension.

    Raises MissingScoresError.
    """
    steps = {option.id for option in terms.scale}
    chosen = {d: s for d, s in scores.items() if s in steps}
    chosen = {d.id: chosen[d.id] for d in terms.dimensions if d.id in chosen}
    if len(chosen) < len(terms.dimensions):
        raise MissingScoresError(terms, chosen=chosen)
    return chosen


def require_slip(
    session: Session, election: Election, place_id: int, *, secret: str
) -> Slip:
    """The slip of a typed secret, its id found in the community's manifest in full.

    Raises NotASecretError, VoidSlipError, UnknownSlipError, OtherCommunityError.
    """
    read = read_secret(secret)
    here = find_manifest(session, election.id, place_id)
    if here:
        slip = slip_of(here.precinct, read)
        if here.holds(slip_id := bytes.fromhex(slip.slip_id)):
            if slip_id in voided(session, here):
                raise VoidSlipError
            return slip
    for other in manifests(session, election.id):
        slip = slip_of(other.precinct, read)
        if other.holds(bytes.fromhex(slip.slip_id)):
            raise OtherCommunityError(
                place_id=other.place_id, place_name=other.place.name
            )
    raise UnknownSlipError


def _payload(slip: Slip, scores: Scores, terms: Terms) -> bytes:
    """Slip id and nine ASCII bytes per dimension: one size for every ballot."""
    step = {option.id: str(i) for i, option in enumerate(terms.scale)}
    entries = (slip.check_codes[d.id] + step[scores[d.id]] for d in terms.dimensions)
    return bytes.fromhex(slip.slip_id) + "".join(entries).encode("ascii")


def _opened(
    slip_id: bytes, sealed: bytes, *, vote: KeyPair, terms: Terms
) -> Ballot | None:
    try:
        payload = vote.open(sealed)
        text = payload[32:].decode("ascii")
        if payload[:32] != slip_id or len(text) != _ENTRY * len(terms.dimensions):
            return None
        parts = [text[i : i + _ENTRY] for i in range(0, len(text), _ENTRY)]
        entries = tuple((p[:-1], terms.scale[int(p[-1])].id) for p in parts)
    except (UnreadableError, ValueError, IndexError):
        return None
    return Ballot(slip_id, entries)
