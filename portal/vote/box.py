"""The ballot box: sealed ballots under their slip ids until the close.

A ballot keeps no time and no order, has the same size whatever was chosen, and can be
read by no one person (see `key`). Beside them lie paper ballots that only one person
has typed in so far (see `paper_ballots`): a digest, neither secret nor scores.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from portal.kernel import codes
from portal.kernel.boxfile import BoxFile
from portal.kernel.sealing import KeyPair, UnreadableError, seal
from portal.vote.posting import PlaceManifest
from portal.vote.slips import CODE_LENGTH, Precinct, Slip
from portal.vote.terms import Option

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
CREATE TABLE IF NOT EXISTS paper_entry (
  election_id INTEGER NOT NULL,
  slip_id BLOB NOT NULL,
  place_id INTEGER NOT NULL,
  staff_id INTEGER,
  digest BLOB,
  mismatches INTEGER NOT NULL,
  PRIMARY KEY (election_id, slip_id)
) WITHOUT ROWID;
"""
_ENTRY = CODE_LENGTH + 1  # characters per question: check code, step of the scale
_SKIPPED = "-"  # instead of the step

Scores = Mapping[str, str]  # dimension or item id → option id


class Entered(StrEnum):
    """How a ballot came in; published beside its slip id."""

    PHONE = "phone"  # by the voter
    PAPER = "paper"  # typed in by two people from a paper ballot


_MARKS = {Entered.PHONE: b"0", Entered.PAPER: b"1"}


@dataclass(frozen=True)
class Ballot:
    """An opened ballot: (check code, option id) in the order of `Precinct.scales`.

    The option is None where an item was not answered.
    """

    slip_id: bytes
    entries: tuple[tuple[str, str | None], ...]
    entered: Entered = Entered.PHONE


@dataclass(frozen=True, kw_only=True)
class PaperEntry:
    """A paper ballot that is not cast: typed in once, or twice and not alike.

    `digest` (32 bytes) and who typed it are None after a mismatch.
    """

    slip_id: bytes
    place_id: int
    staff_id: int | None
    digest: bytes | None
    mismatches: int = 0

    def waits_for(self, staff_id: int) -> bool:
        """Whether this person's typing would be the second one."""
        return self.digest is not None and self.staff_id != staff_id

    @property
    def number(self) -> str:
        """票号: it is on the paper ballot too, so that the sheet is found."""
        return codes.base32(self.slip_id, CODE_LENGTH)


class BallotBox:
    """The file that sealed ballots lie in."""

    def __init__(self, path: Path) -> None:
        self.file = BoxFile(path, _SCHEMA)

    def put(
        self,
        posted: PlaceManifest,
        slip: Slip,
        *,
        scores: Scores,
        entered: Entered = Entered.PHONE,
    ) -> bool:
        """Seal a community's ballot; whether it replaced one of the same slip."""
        payload = _payload(posted.precinct, slip, scores=scores, entered=entered)
        sealed = seal(payload, posted.election.public_key or b"")
        key = (posted.election_id, bytes.fromhex(slip.slip_id))
        with self.file.writing() as box:
            held = box.execute(
                "SELECT 1 FROM election_ballot WHERE election_id = ? AND slip_id = ?",
                key,
            ).fetchone()
            box.execute(
                "INSERT OR REPLACE INTO election_ballot VALUES (?, ?, ?, ?)",
                (*key, posted.place_id, sealed),
            )
        return held is not None

    def opened(
        self, posted: PlaceManifest, *, vote: KeyPair
    ) -> Iterator[Ballot | None]:
        """A community's ballots by slip id; None for each that is not genuine.

        A ballot that was copied to another slip or altered is not genuine: its slip
        id is sealed inside.
        """
        rows = self.file.connection().execute(
            "SELECT slip_id, sealed FROM election_ballot"
            " WHERE election_id = ? AND place_id = ? ORDER BY slip_id",
            (posted.election_id, posted.place_id),
        )
        precinct = posted.precinct
        for slip_id, sealed in rows:
            yield _opened(precinct, bytes(slip_id), sealed=bytes(sealed), vote=vote)

    def turnout(self, election_id: int) -> dict[int, int]:
        """How many slips were voted, by place id; nothing of how."""
        rows = self.file.connection().execute(
            "SELECT place_id, count(*) FROM election_ballot WHERE election_id = ?"
            " GROUP BY place_id",
            (election_id,),
        )
        return {int(place): int(count) for place, count in rows}

    def entries(self, election_id: int) -> list[PaperEntry]:
        """Paper ballots that were typed in and are not cast, by slip id."""
        return self._entries("WHERE election_id = ? ORDER BY slip_id", election_id)

    def entry(self, election_id: int, slip_id: bytes) -> PaperEntry | None:
        """What is known of one of these."""
        wanted = "WHERE election_id = ? AND slip_id = ?"
        return next(iter(self._entries(wanted, election_id, slip_id)), None)

    def _entries(self, wanted: str, *values: object) -> list[PaperEntry]:
        names = ("slip_id", "place_id", "staff_id", "digest", "mismatches")
        rows = self.file.connection().execute(
            f"SELECT {', '.join(names)} FROM paper_entry {wanted}",  # noqa: S608 -- fixed words
            values,
        )
        return [PaperEntry(**dict(zip(names, row, strict=True))) for row in rows]

    def unconfirmed(self, election_id: int) -> Counter[int]:
        """How many these are, by place id."""
        return Counter(entry.place_id for entry in self.entries(election_id))

    def keep(self, election_id: int, entry: PaperEntry) -> None:
        """Keep what is known of a paper ballot that is not cast."""
        known = (entry.place_id, entry.staff_id, entry.digest, entry.mismatches)
        with self.file.writing() as box:
            box.execute(
                "INSERT OR REPLACE INTO paper_entry VALUES (?, ?, ?, ?, ?, ?)",
                (election_id, entry.slip_id, *known),
            )

    def settle(self, election_id: int, slip_id: bytes) -> None:
        """Forget what was kept of a paper ballot, because it is cast."""
        with self.file.writing() as box:
            box.execute(
                "DELETE FROM paper_entry WHERE election_id = ? AND slip_id = ?",
                (election_id, slip_id),
            )

    def destroy(self, election_id: int) -> None:
        """Remove an election's ballots and every trace of their order."""
        with self.file.writing() as box:
            for sweep in (
                "DELETE FROM election_ballot WHERE election_id = ?",
                "DELETE FROM paper_entry WHERE election_id = ?",
            ):
                box.execute(sweep, (election_id,))
        self.file.forget_order()


def _payload(
    precinct: Precinct, slip: Slip, *, scores: Scores, entered: Entered
) -> bytes:
    """Slip id, mark, nine ASCII bytes per question: one size for every ballot.

    An item that was not answered takes as many.
    """
    said = _MARKS[entered]
    for name, scale in precinct.scales.items():
        step = {option.id: str(i) for i, option in enumerate(scale)}
        chosen = step[scores[name]] if name in scores else _SKIPPED
        said += f"{slip.check_codes[name]}{chosen}".encode("ascii")
    return bytes.fromhex(slip.slip_id) + said


def _opened(
    precinct: Precinct, slip_id: bytes, *, sealed: bytes, vote: KeyPair
) -> Ballot | None:
    scales = precinct.scales
    try:
        payload = vote.open(sealed)
        text = payload[33:].decode("ascii")
        if payload[:32] != slip_id or len(text) != _ENTRY * len(scales):
            return None
        parts = (text[i : i + _ENTRY] for i in range(0, len(text), _ENTRY))
        pairs = zip(parts, scales.items(), strict=True)
        entries = tuple((p[:-1], _option(p[-1], scale)) for p, (_, scale) in pairs)
        entered = {mark: one for one, mark in _MARKS.items()}[payload[32:33]]
    except (UnreadableError, ValueError, LookupError):
        return None
    return Ballot(slip_id, entries, entered)


def _option(step: str, scale: tuple[Option, ...]) -> str | None:
    """The option id at a step; None where the question was passed over."""
    return None if step == _SKIPPED else scale[int(step)].id
