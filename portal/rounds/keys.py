"""The keys of a round × community: made at the announcement, wrapped to each reader.

The private seed exists in memory while it is wrapped and never again on the server;
a wrap is the seed sealed to one reader's public key, in the key store under
`rounds/<round>/<place>/<staff>`. Recusal destroys the wrap; destroying
`rounds/<round>` destroys the round's texts in every backup.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.errors import ForbiddenError
from portal.kernel.keystore import KeyStore
from portal.kernel.sealing import KeyPair, UnreadableError, seal
from portal.people import Staff, TeamPlace, readers_of
from portal.rounds.round import EmptyRoundError, NoReaderError, Round, RoundPlace


class NoKeyError(ForbiddenError):
    """This reader holds no key to the community."""

    sentence = "您还没有这个社区的钥匙。请让同组已有钥匙的成员在「钥匙」页给您补一把。"


def _name(round_id: int, place_id: int, staff_id: int) -> str:
    return f"rounds/{round_id}/{place_id}/{staff_id}"


def holders(keystore: KeyStore, round_id: int, place_id: int) -> set[int]:
    """Ids of the staff a community's key is wrapped to."""
    names = keystore.names(f"rounds/{round_id}/{place_id}")
    return {int(name.rpartition("/")[2]) for name in names}


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
        if place.public_key is not None:
            continue  # what was sealed to it must stay readable
        pair = KeyPair.make()
        for staff in readers[place.place_id]:
            name = _name(round_.id, place.place_id, staff.id)
            keystore.put(name, seal(pair.seed, staff.public_key))
        place.public_key = pair.public
    session.flush()


def community_key(
    keystore: KeyStore, round_id: int, place_id: int, *, reader: int, pair: KeyPair
) -> KeyPair:
    """The community's key pair, opened by a reader who is signed in.

    Raises NoKeyError.
    """
    wrap = keystore.get(_name(round_id, place_id, reader))
    if wrap is None:
        raise NoKeyError
    try:
        return KeyPair(pair.open(wrap))
    except UnreadableError as error:
        raise NoKeyError from error


def grant(
    keystore: KeyStore, round_id: int, place_id: int, *, key: KeyPair, to: Staff
) -> None:
    """Wrap an opened community key to one more reader."""
    keystore.put(_name(round_id, place_id, to.id), seal(key.seed, to.public_key))


def withdraw(keystore: KeyStore, round_id: int, place_id: int, staff_id: int) -> None:
    """Destroy somebody's wrap: recusal, or leaving the team."""
    keystore.destroy(_name(round_id, place_id, staff_id))


def destroy_texts(keystore: KeyStore, round_id: int) -> int:
    """Destroy every wrap of a round: its texts can be read by nobody, ever."""
    return keystore.destroy_all(f"rounds/{round_id}")
