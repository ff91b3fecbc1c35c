"""What is destroyed when: texts go with their keys, ticks stay."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import retention, rounds
from portal.intake.records import Contact, Letter, Remark, Response
from portal.kernel import audit
from portal.kernel.keystore import KeyStore
from portal.kernel.sealing import KeyPair, UnreadableError
from portal.retention import RETENTION, TooYoungError
from portal.review import letters
from portal.review.letters import Note, Reply
from portal.rounds import Phase, Round
from portal.rounds.keys import NoKeyError, community_key
from portal.web.installation import Installation
from tests.makers import (
    MORNING,
    TODAY,
    Cast,
    in_phase,
    make_answers,
    make_complaint,
    make_reader,
)

WRITTEN = (Letter, Contact, Remark, Reply, Note)


@pytest.fixture
def written(house: Installation, cast: Cast) -> None:
    """Two letters, one contact, answers with a text; a reply and a note."""
    make_complaint(house, cast.yunxi, contact="000-0000")
    make_complaint(house, cast.liutang)
    make_answers(house, cast.yunxi, overall="good", more="一句话")
    house.open_letterbox(by="test", reason="测试")
    with house.sessions() as session, session.begin():
        reader = make_reader(session, house, cast.member)
        for letter in session.scalars(select(Letter)):
            letters.reply(session, letter, reader=reader, text="已去看过")
            letters.note(session, letter, reader=reader, text="再问物业")


def round_of(session: Session, cast: Cast) -> Round:
    return rounds.get_round(session, cast.round_id)


def counts(session: Session) -> dict[str, int]:
    kinds = (*WRITTEN, Response)
    return {kind.__tablename__: session.query(kind).count() for kind in kinds}


@pytest.mark.usefixtures("written")
def test_texts_go_and_ticks_stay(
    house: Installation, cast: Cast, session: Session
) -> None:
    before = counts(session)
    assert before == {
        "letter": 2,
        "contact": 1,
        "remark": 1,
        "reply": 2,
        "note": 2,
        "response": 1,
    }
    round_ = round_of(session, cast)
    gone = retention.purge(session, house.keystore, round_, by="cli", now=MORNING)
    assert gone == 2
    assert counts(session) == {**dict.fromkeys(before, 0), "response": 1}
    head = audit.head(session)
    assert head is not None
    assert (head.actor, head.action, head.subject, head.reason) == (
        "cli",
        "round.purge",
        "2026-1",
        "2",
    )


@pytest.mark.usefixtures("written")
def test_an_old_backup_cannot_be_read_any_more(
    house: Installation, cast: Cast, session: Session
) -> None:
    sealed = [(row.place_id, row.sealed) for row in session.scalars(select(Letter))]
    assert [opened(house.keystore, cast, *row) for row in sealed] == [True, True]
    retention.purge(
        session, house.keystore, round_of(session, cast), by="cli", now=MORNING
    )
    assert [opened(house.keystore, cast, *row) for row in sealed] == [False, False]


def opened(keystore: KeyStore, cast: Cast, place_id: int, sealed: bytes) -> bool:
    """Whether anybody of the cast can still read what lay in a backup."""
    for player in cast.players.values():
        try:
            key: KeyPair = community_key(
                keystore,
                cast.round_id,
                place_id,
                reader=player.staff_id,
                pair=player.pair,
            )
            key.open(sealed)
        except (NoKeyError, UnreadableError):
            continue
        return True
    return False


@pytest.mark.usefixtures("written")
def test_deleted_rows_leave_no_bytes_in_the_file(
    house: Installation, cast: Cast, session: Session
) -> None:
    sealed = [
        *session.scalars(select(Letter.sealed)),
        *session.scalars(select(Remark.sealed)),
    ]
    round_ = round_of(session, cast)
    retention.purge(session, house.keystore, round_, by="cli", now=MORNING)
    session.commit()
    session.close()
    with house.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    left = b"".join(
        path.read_bytes() for path in house.settings.instance.glob("portal.db*")
    )
    assert [text in left for text in sealed] == [False] * 3


def test_texts_stay_until_the_period_is_over(
    house: Installation, cast: Cast, session: Session
) -> None:
    with pytest.raises(TooYoungError):
        retention.require_over(session, round_of(session, cast), today=date(2099, 1, 1))
    session.rollback()
    in_phase(house, cast.round_id, Phase.ARCHIVED)
    round_ = round_of(session, cast)
    assert retention.archived_on(session, round_) == MORNING
    with pytest.raises(TooYoungError):
        retention.require_over(
            session, round_, today=TODAY + RETENTION - timedelta(days=1)
        )
    retention.require_over(session, round_, today=TODAY + RETENTION)
