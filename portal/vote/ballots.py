"""The ballot box: sealed ballots under their slip ids until the close.

In: a typed secret and six scores. Out: a receipt with the six check codes. The
secret is forgotten on return; a ballot keeps no time and no order, has the same
size whatever was chosen, and can be read by no one person (see `election`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from portal.kernel.boxfile import BoxFile
from portal.kernel.errors import ConflictError, InvalidError
from portal.kernel.sealing import KeyPair, UnreadableError, seal
from portal.vote.election import Election, find_election, find_manifest, manifests
from portal.vote.records import voided
from portal.vote.slips import (
    CODE_LENGTH,
    DIMENSIONS,
    SCALE,
    Dimension,
    Slip,
    read_secret,
    slip_of,
)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS ballot (
  round_id INTEGER NOT NULL,
  slip_id BLOB NOT NULL,
  place_id INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (round_id, slip_id)
) WITHOUT ROWID;
"""
_STEP = {option.id: str(i) for i, option in enumerate(SCALE)}
_ENTRY = CODE_LENGTH + 1  # characters per dimension: check code, step of the scale

Scores = Mapping[str, str]  # dimension id → option id


class TooEarlyError(ConflictError):
    """Voting has not opened."""

    sentence = "投票还没有开始。选票请收好，开始日期以社区公告为准。"


class VoteClosedError(ConflictError):
    """The vote was closed."""

    sentence = "投票已经结束，不能再投。结果会张贴在社区公告栏，也会在本网站公布。"


class UnknownSlipError(InvalidError):
    """No slip of this round has that secret."""

    sentence = "没有这张选票。请对照选票核对 16 个字符；仍不行，请联系社区的监票人。"


class VoidSlipError(InvalidError):
    """The slip was drawn and opened before the vote."""

    sentence = "这张选票在发放前抽验时当众拆开，已经作废，不能投。请联系社区的监票人。"


class OtherCommunityError(InvalidError):
    """The slip is of another community of the same round."""

    def __init__(self, *, place_id: int, place_name: str) -> None:
        super().__init__(
            f"这张选票是{place_name}的。请到{place_name}的投票页去投，或扫选票上的二维码。"
        )
        self.place_id = place_id


class MissingScoresError(InvalidError):
    """Not every dimension was scored; what was chosen is kept in `chosen`."""

    def __init__(self, missing: tuple[Dimension, ...], *, chosen: Scores) -> None:
        names = "、".join(dimension.name for dimension in missing)
        super().__init__(f"还有没选的：{names}。不清楚的可以选「不了解」。")
        self.missing = missing
        self.chosen = dict(chosen)


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
        sealed = seal(_payload(slip, scores), election.public_key)
        key = (election.round_id, bytes.fromhex(slip.slip_id))
        with self.file.writing() as box:
            held = box.execute(
                "SELECT 1 FROM ballot WHERE round_id = ? AND slip_id = ?", key
            ).fetchone()
            box.execute(
                "INSERT OR REPLACE INTO ballot VALUES (?, ?, ?, ?)",
                (*key, place_id, sealed),
            )
        return held is not None

    def opened(
        self, round_id: int, place_id: int, *, vote: KeyPair
    ) -> Iterator[Ballot | None]:
        """A community's ballots by slip id; None for each that is not genuine.

        A ballot that was copied to another slip or altered is not genuine: its slip
        id is sealed inside.
        """
        rows = self.file.connection().execute(
            "SELECT slip_id, sealed FROM ballot WHERE round_id = ? AND place_id = ?"
            " ORDER BY slip_id",
            (round_id, place_id),
        )
        for slip_id, sealed in rows:
            yield _opened(bytes(slip_id), bytes(sealed), vote)

    def turnout(self, round_id: int) -> dict[int, int]:
        """How many slips were voted, by place id; nothing of how."""
        rows = self.file.connection().execute(
            "SELECT place_id, count(*) FROM ballot WHERE round_id = ?"
            " GROUP BY place_id",
            (round_id,),
        )
        return {int(place): int(count) for place, count in rows}

    def destroy(self, round_id: int) -> None:
        """Remove a round's ballots and every trace of their order."""
        with self.file.writing() as box:
            box.execute("DELETE FROM ballot WHERE round_id = ?", (round_id,))
        self.file.forget_order()


def cast(
    box: BallotBox,
    session: Session,
    *,
    round_id: int,
    place_id: int,
    secret: str,
    scores: Scores,
) -> Receipt:
    """Take one ballot by the secret as typed; voting again replaces.

    Raises TooEarlyError, VoteClosedError, NotASecretError, VoidSlipError,
    UnknownSlipError, OtherCommunityError, MissingScoresError; then nothing is kept.
    """
    election = require_open(session, round_id)
    slip = require_slip(session, round_id, place_id, secret=secret)
    chosen = {d.id: scores[d.id] for d in DIMENSIONS if scores.get(d.id) in _STEP}
    missing = tuple(d for d in DIMENSIONS if d.id not in chosen)
    if missing:
        raise MissingScoresError(missing, chosen=chosen)
    replaced = box.put(election, slip, place_id=place_id, scores=chosen)
    return Receipt(slip.number, slip.check_codes, replaced)


def require_open(session: Session, round_id: int) -> Election:
    """The round's election while it takes ballots.

    Raises TooEarlyError, VoteClosedError.
    """
    election = find_election(session, round_id)
    if election is None:
        raise TooEarlyError
    if not election.takes_ballots:
        raise VoteClosedError
    return election


def require_slip(
    session: Session, round_id: int, place_id: int, *, secret: str
) -> Slip:
    """The slip of a typed secret, its id found in the community's manifest in full.

    Raises NotASecretError, VoidSlipError, UnknownSlipError, OtherCommunityError.
    """
    read = read_secret(secret)
    here = find_manifest(session, round_id, place_id)
    if here:
        slip = slip_of(here.round_code, here.place_code, read)
        if here.holds(slip_id := bytes.fromhex(slip.slip_id)):
            if slip_id in voided(session, here):
                raise VoidSlipError
            return slip
    for other in manifests(session, round_id):
        slip = slip_of(other.round_code, other.place_code, read)
        if other.holds(bytes.fromhex(slip.slip_id)):
            raise OtherCommunityError(
                place_id=other.place_id, place_name=other.place.name
            )
    raise UnknownSlipError


def _payload(slip: Slip, scores: Scores) -> bytes:
    """Slip id and nine ASCII bytes per dimension: one size for every ballot."""
    entries = (slip.check_codes[d.id] + _STEP[scores[d.id]] for d in DIMENSIONS)
    return bytes.fromhex(slip.slip_id) + "".join(entries).encode("ascii")


def _opened(slip_id: bytes, sealed: bytes, vote: KeyPair) -> Ballot | None:
    try:
        payload = vote.open(sealed)
        text = payload[32:].decode("ascii")
        if payload[:32] != slip_id or len(text) != _ENTRY * len(DIMENSIONS):
            return None
        parts = [text[i : i + _ENTRY] for i in range(0, len(text), _ENTRY)]
        entries = tuple((p[:-1], SCALE[int(p[-1])].id) for p in parts)
    except (UnreadableError, ValueError, IndexError):
        return None
    return Ballot(slip_id, entries)
