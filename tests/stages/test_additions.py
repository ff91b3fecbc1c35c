"""补充: what is sent after a letter finds its letter, and tells no more than it."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.intake import additions
from portal.intake.additions import (
    LARGEST_PICTURE,
    MOST_PICTURES,
    MOST_WAITING,
    EmptyAdditionError,
    LargePictureError,
    LongAdditionError,
    NoAnswerError,
    NotAddableError,
    Resolution,
    TooManyAdditionsError,
    TooManyPicturesError,
    enclosed_outcome,
    enclosed_picture,
    enclosed_text,
    outcome_in,
)
from portal.intake.receipts import UnknownReceiptError, keys_of
from portal.intake.receive import LONGEST_LETTER
from portal.intake.records import Addition, AdditionKind, Letter, LetterState
from portal.kernel import codes
from portal.kernel.sealing import unpad
from portal.rounds import Phase
from portal.web.installation import Installation
from tests.house.thief import keys_of as community_keys
from tests.makers import TODAY, Cast, in_phase, make_addition, make_complaint

UNUSED = codes.with_check_digits("123456789012345678")


def opened(house: Installation) -> int:
    return house.open_letterbox(by="timetable", reason="set hour")


def added(house: Installation) -> list[Addition]:
    with house.sessions() as session:
        return list(session.scalars(select(Addition).order_by(Addition.position)))


def letter(house: Installation) -> Letter:
    with house.sessions() as session:
        return session.scalars(select(Letter)).one()


def to_team(house: Installation, cast: Cast, row: Addition) -> bytes:
    key = community_keys(house, cast)[letter(house).place_id]
    return unpad(key.open(row.sealed))


def to_sender(house: Installation, receipt: str, row: Addition) -> bytes:
    return unpad(keys_of(house.door.pepper, receipt).pair.open(row.echo))


def test_words_come_out_for_the_team_and_for_their_sender(
    house: Installation, cast: Cast
) -> None:
    receipt = make_complaint(house, cast.yunxi)
    opened(house)
    make_addition(house, codes.in_fours(receipt), "今天又堵了。")
    assert added(house) == []
    assert opened(house) == 1
    (row,) = added(house)
    assert (row.letter_id, row.kind) == (letter(house).id, AdditionKind.TEXT)
    assert (row.opened_on, row.position) == (TODAY, 1)
    assert to_team(house, cast, row).decode() == "今天又堵了。"
    assert to_sender(house, receipt, row).decode() == "今天又堵了。"


def test_a_letter_and_its_additions_come_out_of_one_opening(
    house: Installation, cast: Cast
) -> None:
    receipt = make_complaint(house, cast.yunxi)
    make_complaint(house, cast.yunxi, text="别人的信")
    make_addition(house, receipt, "一")
    make_addition(house, receipt, "二")
    assert opened(house) == 4
    rows = added(house)
    with house.sessions() as session:
        lookup = keys_of(house.door.pepper, receipt).lookup
        mine = session.scalars(select(Letter).where(Letter.lookup == lookup)).one()
    assert {row.letter_id for row in rows} == {mine.id}
    assert [row.position for row in rows] == [1, 1]
    assert {to_sender(house, receipt, row).decode() for row in rows} == {"一", "二"}
    assert (mine.turns, mine.news) == (1, 2)


def test_the_same_sent_twice_is_kept_once(house: Installation, cast: Cast) -> None:
    receipt = make_complaint(house, cast.yunxi)
    for _ in range(2):
        make_addition(house, receipt, "一", nonce="same")
    make_addition(house, receipt, "一", nonce="another form")
    assert house.door.box.waiting() == 3
    opened(house)
    make_addition(house, receipt, "一", nonce="same")
    assert opened(house) == 0
    assert len(added(house)) == 2


def test_every_opening_with_news_is_one_turn(house: Installation, cast: Cast) -> None:
    receipt = make_complaint(house, cast.yunxi)
    opened(house)
    for words in ("一", "二", "三"):
        make_addition(house, receipt, words)
        opened(house)
    turns = [(row.position, to_sender(house, receipt, row)) for row in added(house)]
    assert turns == [(1, "一".encode()), (2, "二".encode()), (3, "三".encode())]


@pytest.mark.parametrize("state", list(LetterState))
def test_a_letter_that_waits_for_an_answer_is_in_hand_again(
    house: Installation, cast: Cast, state: LetterState
) -> None:
    receipt = make_complaint(house, cast.yunxi)
    opened(house)
    with house.sessions() as session, session.begin():
        session.scalars(select(Letter)).one().state = state
    make_addition(house, receipt)
    opened(house)
    after = LetterState.WORKING if state is LetterState.ASKED else state
    assert (letter(house).state, letter(house).news) == (after, 1)


def test_a_picture_is_as_long_as_any_other(house: Installation, cast: Cast) -> None:
    receipt = make_complaint(house, cast.yunxi)
    make_addition(house, receipt, enclosed_picture(b"\xff\xd8small"))
    make_addition(house, receipt, enclosed_picture(b"x" * LARGEST_PICTURE))
    sizes = house.door.box.file.connection().execute(
        "SELECT length(sealed) FROM item ORDER BY 1 DESC LIMIT 2"
    )
    assert len({size for (size,) in sizes}) == 1
    opened(house)
    rows = added(house)
    assert {len(row.sealed) for row in rows} == {48 + LARGEST_PICTURE + 1}
    assert {to_team(house, cast, row) for row in rows} == {
        b"\xff\xd8small",
        b"x" * LARGEST_PICTURE,
    }
    assert {to_sender(house, receipt, row) for row in rows} == {b""}


def test_a_letter_takes_three_pictures_waiting_or_opened(
    house: Installation, cast: Cast
) -> None:
    receipt = make_complaint(house, cast.yunxi)
    assert MOST_PICTURES == 3
    make_addition(house, receipt, enclosed_picture(b"1"))
    opened(house)
    make_addition(house, receipt, enclosed_picture(b"2"))
    make_addition(house, receipt, enclosed_picture(b"3"))
    make_addition(house, receipt, enclosed_picture(b"3"))
    with pytest.raises(TooManyPicturesError):
        make_addition(house, receipt, enclosed_picture(b"4"))
    opened(house)
    with pytest.raises(TooManyPicturesError):
        make_addition(house, receipt, enclosed_picture(b"4"))
    make_addition(house, receipt, "字还能写")
    assert opened(house) == 1
    make_addition(
        house, make_complaint(house, cast.yunxi, text="别的"), enclosed_picture(b"4")
    )


def test_a_flood_for_one_letter_waits_for_the_opening(
    house: Installation, cast: Cast
) -> None:
    receipt = make_complaint(house, cast.yunxi)
    for number in range(MOST_WAITING):
        make_addition(house, receipt, f"第 {number} 句")
    with pytest.raises(TooManyAdditionsError):
        make_addition(house, receipt, "再一句")
    opened(house)
    make_addition(house, receipt, "再一句")
    assert opened(house) == 1


def test_another_answer_before_the_opening_replaces_the_first(
    house: Installation, cast: Cast
) -> None:
    receipt = make_complaint(house, cast.yunxi)
    make_addition(house, receipt, enclosed_outcome("unresolved", "还堵着"))
    make_addition(house, receipt, enclosed_outcome("resolved"))
    opened(house)
    (row,) = added(house)
    assert outcome_in(to_team(house, cast, row)) == (Resolution.RESOLVED, "")
    make_addition(house, receipt, enclosed_outcome("partly", "好了\n一半"))
    opened(house)
    first, second = added(house)
    assert outcome_in(to_sender(house, receipt, first))[0] is Resolution.RESOLVED
    assert outcome_in(to_sender(house, receipt, second)) == (
        Resolution.PARTLY,
        "好了\n一半",
    )


def test_what_cannot_be_taken_says_why(house: Installation, cast: Cast) -> None:
    with pytest.raises(EmptyAdditionError):
        enclosed_text(" \u200b\n")
    with pytest.raises(LongAdditionError) as refused:
        enclosed_text("灯" * (LONGEST_LETTER + 2))
    assert refused.value.errors == {"text": "写多了 2 个字，请删短些，或分两次补充。"}
    with pytest.raises(NoAnswerError):
        enclosed_outcome("")
    with pytest.raises(LargePictureError):
        enclosed_picture(bytes(LARGEST_PICTURE + 1))
    with pytest.raises(UnknownReceiptError):
        make_addition(house, UNUSED)
    assert enclosed_text("灯" * LONGEST_LETTER).kind is AdditionKind.TEXT
    assert house.door.box.waiting() == 0
    assert cast.yunxi


def test_adding_ends_with_the_round(house: Installation, cast: Cast) -> None:
    receipt = make_complaint(house, cast.yunxi)
    opened(house)
    in_phase(house, cast.round_id, Phase.REVISITING)
    make_addition(house, receipt, "回访那天又坏了")
    in_phase(house, cast.round_id, Phase.ARCHIVED)
    with pytest.raises(NotAddableError):
        make_addition(house, receipt, "太晚了")
    assert opened(house) == 1


def test_an_addition_whose_letter_is_gone_goes_too(
    house: Installation, cast: Cast
) -> None:
    receipt = make_complaint(house, cast.yunxi)
    opened(house)
    make_addition(house, receipt)
    with house.sessions() as session, session.begin():
        session.delete(session.scalars(select(Letter)).one())
    assert opened(house) == 1
    assert added(house) == []
    assert house.door.box.waiting() == 0


def test_an_addition_waits_for_a_letter_that_lies_aside(
    house: Installation, cast: Cast, tmp_path: Path
) -> None:
    """The letter's key is away at its opening; its addition came with a later one."""
    receipt = make_complaint(house, cast.yunxi)
    house.door.box.turn_key()
    make_addition(house, receipt)
    away = tmp_path / "away"
    shutil.move(house.keystore.folder / "letterbox/1", away)
    opened(house)
    assert added(house) == []
    shutil.move(away, house.keystore.folder / "letterbox/1")
    assert opened(house) == 2
    assert [row.letter_id for row in added(house)] == [letter(house).id]


def test_the_box_says_neither_whose_nor_which(house: Installation, cast: Cast) -> None:
    """Of an item in the box only one byte of its key depends on the letter alone."""
    receipt = make_complaint(house, cast.yunxi)
    for number in range(6):
        make_addition(house, receipt, f"第 {number} 句")
    rows = house.door.box.file.connection().execute("SELECT key FROM item").fetchall()
    keys = [bytes(key) for (key,) in rows]
    assert len({len(key) for key in keys}) == 1
    assert len({key[:1] for key in keys}) <= 2
    assert len({key[1:9] for key in keys}) == 7


def test_what_waits_is_found_among_everything(house: Installation, cast: Cast) -> None:
    receipts = [make_complaint(house, cast.yunxi, text=f"{n}") for n in range(8)]
    for number, receipt in enumerate(receipts):
        for time in range(number % 3):
            make_addition(house, receipt, f"给 {number}", nonce=f"{time}")
    found = [
        len(
            additions.waiting_additions(
                house.door, keys_of(house.door.pepper, r).lookup
            )
        )
        for r in receipts
    ]
    assert found == [0, 1, 2, 0, 1, 2, 0, 1]
