"""What residents of a community wrote, opened to be compared and never shown.

Letters, what was added to them, and the free texts of questionnaires. Showing any of
it goes by `letters`, which logs the reading.
"""

from collections.abc import Iterator
from contextlib import suppress

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.intake.records import Addition, AdditionKind, Letter, Remark
from portal.kernel.sealing import UnreadableError, unpad
from portal.review.letters import Reader
from portal.rounds.keys import KeyRing, NoKeyError, community_key


def sayings(
    session: Session, round_id: int, place_id: int, *, reader: Reader
) -> Iterator[str]:
    """Every text of the community that the reader's key opens; none without a key."""
    with suppress(NoKeyError):
        key = community_key(
            reader.keystore,
            round_id,
            place_id,
            reader=reader.staff.id,
            pair=reader.pair,
        )
        yield from _opened(session, round_id, place_id, key)


def _opened(
    session: Session, round_id: int, place_id: int, key: KeyRing
) -> Iterator[str]:
    letters = select(Letter.sealed).where(
        Letter.round_id == round_id, Letter.place_id == place_id
    )
    later = (
        select(Addition.sealed)
        .join(Letter, Letter.id == Addition.letter_id)
        .where(
            Letter.round_id == round_id,
            Letter.place_id == place_id,
            Addition.kind != AdditionKind.PICTURE,
        )
    )
    remarks = select(Remark.sealed).where(
        Remark.round_id == round_id, Remark.place_id == place_id
    )
    for wanted in (letters, later, remarks):
        for sealed in session.scalars(wanted):
            with suppress(UnreadableError, NoKeyError):
                yield unpad(key.open(sealed)).decode()
