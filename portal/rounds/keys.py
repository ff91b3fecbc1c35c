"""The keys of a round × community: made at the announcement, wrapped to each reader.

The private seed exists in memory while it is wrapped and never again on the server;
a wrap is the seed sealed to one reader's public key, in the key store under
`rounds/<round>/<place>/<staff>`, of later generations `<staff>.<generation>`.
Recusal destroys the wraps; destroying `rounds/<round>` destroys the round's texts in
every backup.

A new lock (a new generation) is put on when somebody leaves: letters to come are
sealed to it, and a copy of an old wrap opens none of them. Older generations stay
wrapped to those who had them, for the letters that came before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.errors import ForbiddenError
from portal.kernel.keystore import KeyStore
from portal.kernel.sealing import KeyPair, UnreadableError, seal
from portal.people import Staff, TeamPlace, readers_of
from portal.rounds.round import EmptyRoundError, NoReaderError, Round, RoundPlace

FIRST = 1  # the generation made at the announcement; it has no suffix


class NoKeyError(ForbiddenError):
    """This reader holds no key to the community."""

    sentence = "您还没有这个社区的钥匙。请让同组已有钥匙的成员在「钥匙」页给您补一把。"


@dataclass(frozen=True)
class KeyRing(KeyPair):
    """A reader's newest key to a community, with the older ones they hold."""

    generation: int
    older: Mapping[int, KeyPair] = field(repr=False)
    is_whole: bool  # whether the reader holds every generation there is

    def open(self, sealed: bytes) -> bytes:
        """What was sealed to any generation.

        Raises UnreadableError; NoKeyError where it may be a generation not held.
        """
        for pair in (KeyPair(self.seed), *self.older.values()):
            try:
                return pair.open(sealed)
            except UnreadableError:
                continue
        raise UnreadableError if self.is_whole else NoKeyError

    def pairs(self) -> dict[int, KeyPair]:
        """Every key on the ring by generation."""
        return {self.generation: KeyPair(self.seed), **self.older}


def generations(
    keystore: KeyStore, round_id: int, place_id: int
) -> dict[int, set[int]]:
    """Ids of the staff who hold each generation of a community's key."""
    found: dict[int, set[int]] = {}
    for name in keystore.names(_folder(round_id, place_id)):
        staff_id, _, generation = name.rpartition("/")[2].partition(".")
        found.setdefault(int(generation or FIRST), set()).add(int(staff_id))
    return found


def holders(keystore: KeyStore, round_id: int, place_id: int) -> set[int]:
    """Ids of the staff any key of a community is wrapped to."""
    return set[int]().union(*generations(keystore, round_id, place_id).values())


def newest_holders(keystore: KeyStore, round_id: int, place_id: int) -> set[int]:
    """Ids of the staff who open what is written from now on."""
    found = generations(keystore, round_id, place_id)
    return found[max(found)] if found else set()


def make_keys(session: Session, keystore: KeyStore, round_: Round) -> None:
    """Make and wrap one key pair per community that has none yet.

    Raises EmptyRoundError, NoReaderError; then nothing is made.
    """
    places = session.scalars(
        select(RoundPlace).where(RoundPlace.round_id == round_.id)
    ).all()
    teams = set(
        session.scalars(
            select(TeamPlace.place_id).where(TeamPlace.round_id == round_.id)
        )
    )
    if not places or any(p.place_id not in teams for p in places):
        raise EmptyRoundError
    readers = {p.place_id: readers_of(session, round_.id, p.place_id) for p in places}
    if not all(readers.values()):
        raise NoReaderError
    for place in places:
        if place.public_key is None:  # what was sealed to one must stay readable
            _new_lock(keystore, place, readers[place.place_id])
    session.flush()


def rotate(session: Session, keystore: KeyStore, place: RoundPlace) -> None:
    """Put a new lock on a community for what comes from now on.

    Only who holds the present key gets the new one: else whoever composes teams
    could make themselves a reader by changing the lock. Nobody needs to be signed
    in, for the new seed is made here.

    Raises NoReaderError; then the lock stays.
    """
    session.refresh(place, with_for_update=True)  # one change of a lock at a time
    present = newest_holders(keystore, place.round_id, place.place_id)
    readers = readers_of(session, place.round_id, place.place_id)
    entitled = [staff for staff in readers if staff.id in present]
    if not entitled:
        raise NoReaderError
    _new_lock(keystore, place, entitled)
    session.flush()


def begin_anew(session: Session, keystore: KeyStore, place: RoundPlace) -> None:
    """A new lock where nobody holds the present key any more.

    Raises NoReaderError.
    """
    session.refresh(place, with_for_update=True)
    readers = readers_of(session, place.round_id, place.place_id)
    if not readers:
        raise NoReaderError
    _new_lock(keystore, place, readers)
    session.flush()


def community_key(
    keystore: KeyStore, round_id: int, place_id: int, *, reader: int, pair: KeyPair
) -> KeyRing:
    """The community's keys, opened by a reader who is signed in.

    Raises NoKeyError.
    """
    known = generations(keystore, round_id, place_id)
    held: dict[int, KeyPair] = {}
    for generation in sorted(known, reverse=True):
        wrap = keystore.get(_name(round_id, place_id, reader, generation))
        if wrap is None:
            continue
        try:
            held[generation] = KeyPair(pair.open(wrap))
        except UnreadableError as error:
            raise NoKeyError from error
    if not held:
        raise NoKeyError
    newest = max(held)
    return KeyRing(
        seed=held.pop(newest).seed,
        generation=newest,
        older=held,
        is_whole=len(held) + 1 == len(known),
    )


def grant(
    keystore: KeyStore, round_id: int, place_id: int, *, key: KeyRing, to: Staff
) -> None:
    """Wrap every key of an opened ring to one more reader."""
    for generation, pair in key.pairs().items():
        name = _name(round_id, place_id, to.id, generation)
        keystore.put(name, seal(pair.seed, to.public_key))


def withdraw(keystore: KeyStore, round_id: int, place_id: int, staff_id: int) -> None:
    """Destroy somebody's wraps: recusal, or leaving the team."""
    for generation in generations(keystore, round_id, place_id):
        keystore.destroy(_name(round_id, place_id, staff_id, generation))


def destroy_texts(keystore: KeyStore, round_id: int) -> int:
    """Destroy every wrap of a round: its texts can be read by nobody, ever."""
    return keystore.destroy_all(f"rounds/{round_id}")


def _new_lock(keystore: KeyStore, place: RoundPlace, readers: list[Staff]) -> None:
    """Wraps first: no letter is sealed to a key that nobody holds."""
    known = generations(keystore, place.round_id, place.place_id)
    pair, generation = KeyPair.make(), max(known, default=0) + FIRST
    for staff in readers:
        name = _name(place.round_id, place.place_id, staff.id, generation)
        keystore.put(name, seal(pair.seed, staff.public_key))
    place.public_key = pair.public


def _folder(round_id: int, place_id: int) -> str:
    return f"rounds/{round_id}/{place_id}"


def _name(round_id: int, place_id: int, staff_id: int, generation: int) -> str:
    suffix = "" if generation == FIRST else f".{generation}"
    return f"{_folder(round_id, place_id)}/{staff_id}{suffix}"
