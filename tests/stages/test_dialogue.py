"""What a receipt shows: one thread for both sides, opened by its holder alone."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.cli.running import migrate
from portal.intake.additions import (
    MOST_PICTURES,
    Resolution,
    enclosed_outcome,
    enclosed_picture,
)
from portal.intake.receipts import keys_of
from portal.intake.records import Addition, AdditionKind, Letter
from portal.kernel.sealing import UnreadableError
from portal.kernel.settings import Settings
from portal.review import letters
from portal.review.dialogue import Progress, Standing, standing
from portal.review.turns import thread
from portal.rounds import Phase
from portal.web.installation import Installation
from tests.makers import (
    TODAY,
    Cast,
    in_phase,
    make_addition,
    make_complaint,
    make_reader,
)


@pytest.fixture
def receipt(house: Installation, cast: Cast) -> str:
    return make_complaint(house, cast.yunxi)


def opened(house: Installation) -> None:
    house.open_letterbox(by="timetable", reason="set hour")


def replied(house: Installation, cast: Cast, text: str) -> None:
    with house.sessions() as session, session.begin():
        letter = session.scalars(select(Letter)).one()
        reader = make_reader(session, house, cast.member)
        letters.read(session, letter, reader=reader)
        letters.reply(session, letter, reader=reader, text=text)


def told(house: Installation, receipt: str) -> Standing:
    with house.sessions() as session:
        return standing(session, house.door, typed=receipt)


def test_both_sides_see_the_same_thread(
    house: Installation, cast: Cast, receipt: str, session: Session
) -> None:
    opened(house)
    replied(house, cast, "几栋？")
    replied(house, cast, "哪一天？")
    make_addition(house, receipt, "三栋，昨天。")
    opened(house)
    replied(house, cast, "好的。")
    make_addition(house, receipt, enclosed_outcome("resolved", "多谢"))
    opened(house)
    mine = told(house, receipt).turns
    assert [(turn.is_team, turn.words, turn.day) for turn in mine] == [
        (True, "几栋？", TODAY),
        (True, "哪一天？", TODAY),
        (False, "三栋，昨天。", TODAY),
        (True, "好的。", TODAY),
        (False, "多谢", TODAY),
    ]
    assert mine[-1].outcome is Resolution.RESOLVED
    letter = session.scalars(select(Letter)).one()
    reader = make_reader(session, house, cast.mate)
    seen = letters.read(session, letter, reader=reader)
    assert tuple(thread(seen.replies, seen.additions)) == mine


def test_what_waits_is_apart_and_opened_for_its_sender_only(
    house: Installation, receipt: str, cast: Cast
) -> None:
    make_addition(house, receipt, "还在箱里")
    found = told(house, receipt)
    assert (found.progress, found.turns) == (Progress.IN_BOX, ())
    assert [(turn.words, turn.day) for turn in found.waiting] == [("还在箱里", None)]
    other = make_complaint(house, cast.yunxi, text="别人的信")
    assert told(house, other).waiting == ()


def test_another_receipt_does_not_open_an_echo(
    house: Installation, cast: Cast, receipt: str, session: Session
) -> None:
    make_addition(house, receipt, "只给我看")
    other = make_complaint(house, cast.yunxi, text="别人的信")
    opened(house)
    (row,) = session.scalars(select(Addition))
    with pytest.raises(UnreadableError):
        keys_of(house.door.pepper, other).pair.open(row.echo)
    assert keys_of(house.door.pepper, receipt).pair.open(row.echo)


def test_room_for_pictures_is_told(house: Installation, receipt: str) -> None:
    for number in range(MOST_PICTURES):
        assert told(house, receipt).pictures_left == MOST_PICTURES - number
        make_addition(house, receipt, enclosed_picture(bytes([number])))
        if number == 0:
            opened(house)
    found = told(house, receipt)
    assert (found.can_add, found.pictures_left) == (True, 0)
    assert [turn.kind for turn in found.turns] == [AdditionKind.PICTURE]
    assert len(found.waiting) == MOST_PICTURES - 1


def test_the_end_of_a_round_is_the_end_of_the_dialogue(
    house: Installation, cast: Cast, receipt: str
) -> None:
    opened(house)
    assert told(house, receipt).can_add
    in_phase(house, cast.round_id, Phase.ARCHIVED)
    assert not told(house, receipt).can_add


def test_a_letter_whose_key_is_away_is_still_said_to_be_in_the_box(
    house: Installation, receipt: str
) -> None:
    house.keystore.destroy("letterbox/1")
    opened(house)
    found = told(house, receipt)
    assert (found.progress, found.can_add) == (Progress.IN_BOX, False)


def test_letters_from_before_there_were_additions_go_on_counting(
    tmp_path: Path,
) -> None:
    """And the letters stay in a table without row ids."""
    url = Settings.at(tmp_path).database_url
    config = Config()
    config.set_main_option("script_location", "portal:migrations")
    config.set_main_option("sqlalchemy.url", url)
    command.upgrade(config, "0002")
    with closing(sqlite3.connect(tmp_path / "portal.db")) as database:
        for letter, replies in (("a", 2), ("b", 0)):
            database.execute(
                "INSERT INTO letter VALUES (?, 1, 1, 'other', x'00', ?, x'00',"
                " '2026-03-02', 'WORKING', '[]')",
                (letter, letter.encode()),
            )
            for number in range(replies):
                database.execute(
                    "INSERT INTO reply VALUES (?, ?, ?, '2026-03-02', x'00', x'00')",
                    (f"{letter}{number}", letter, number + 1),
                )
        database.commit()
    migrate(url)
    with closing(sqlite3.connect(tmp_path / "portal.db")) as database:
        counted = database.execute("SELECT id, turns, news FROM letter ORDER BY id")
        assert counted.fetchall() == [("a", 2, 0), ("b", 0, 0)]
        with pytest.raises(sqlite3.OperationalError, match="rowid"):
            database.execute("SELECT rowid FROM letter")
        with pytest.raises(sqlite3.OperationalError, match="rowid"):
            database.execute("SELECT rowid FROM addition")
