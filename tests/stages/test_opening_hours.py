"""Hours of each round, the urgent compartment, and the door that never stalls."""

import json
import threading
from datetime import time, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import entrances, people, rounds
from portal.entrances import ChannelKind
from portal.intake import receive
from portal.intake.letterbox import Letterbox
from portal.intake.records import Letter, Opening
from portal.kernel.audit import AuditEntry
from portal.kernel.sealing import pad, seal
from portal.people import Duty, Team, TeamPlace
from portal.questionnaires import frozen, shipped
from portal.review.inbox import Wanted, inbox
from portal.rounds import Phase
from portal.rounds import keys as round_keys
from portal.rounds.hours import HoursError, hours_of, timetable, typed_hours
from portal.web.installation import Installation
from tests.makers import (
    MORNING,
    TODAY,
    Cast,
    Clock,
    make_answers,
    make_arrival,
    make_complaint,
    make_place,
    make_round,
)

USUAL = (time(8), time(12), time(18))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        ("8:00、12:00、18:00", "08:00,12:00,18:00"),
        ("１８：００，８点 12点30分", "08:00,12:30,18:00"),
        ("9;9:00", "09:00"),
        ("08:00,12:00", "08:00,12:00"),
    ],
)
def test_hours_are_typed_forgivingly(typed: str, kept: str) -> None:
    assert typed_hours(typed) == kept
    assert typed_hours(kept) == kept


@pytest.mark.parametrize("typed", ["早上", "25:00", "8:99", "1,2,3,4,5,6,7", "8-12"])
def test_what_are_no_hours_is_refused(typed: str) -> None:
    with pytest.raises(HoursError):
        typed_hours(typed)


def test_a_round_without_hours_follows_the_usual_ones() -> None:
    assert hours_of("", USUAL) == USUAL
    assert hours_of("07:00,20:30", USUAL) == (time(7), time(20, 30))


# Two rounds, each with its hours


@pytest.fixture
def early(house: Installation, cast: Cast) -> str:
    """A second round, opened at ten and at no other hour; an entrance of it."""
    with house.sessions() as session, session.begin():
        place, round_ = make_place(session), make_round(session, opening_hours="10:00")
        rounds.add_places(session, round_, [place])
        team = Team(round_id=round_.id, name="早组")
        session.add(team)
        session.flush()
        people.join(session, team, staff=cast.member.staff(session), duty=Duty.LEADER)
        session.add(TeamPlace(round_id=round_.id, place_id=place.id, team_id=team.id))
        session.flush()
        round_keys.make_keys(session, house.keystore, round_)
        frozen.freeze(session, round_.id, shipped.compose(), today=TODAY)
        for phase in (Phase.ANNOUNCED, Phase.COLLECTING):
            rounds.advance(session, round_, to=phase, by="office", now=MORNING)
        lift = entrances.add_channel(session, ChannelKind.LIFT, "电梯口")
        codes = entrances.issue(
            session, round_.id, places=[place], channels=[lift], today=TODAY
        )
        return codes[0].code


def opened(house: Installation) -> dict[int, int]:
    """How many letters came out, by round."""
    with house.sessions() as session:
        counted = select(Letter.round_id, func.count()).group_by(Letter.round_id)
        return {row[0]: row[1] for row in session.execute(counted)}


def at(house: Installation, clock: Clock, hour: int) -> None:
    """What the worker does at an hour of the cast's day in China."""
    clock.now = MORNING + timedelta(hours=hour - 9, seconds=3)
    house.open_letterbox_when_due()


def begin(house: Installation, clock: Clock) -> None:
    house.open_letterbox(by="test", reason="9:00, so that 8:00 is over")
    clock.goes_on(seconds=1)


def test_each_round_is_opened_at_its_own_hours(
    house: Installation, cast: Cast, clock: Clock, early: str
) -> None:
    begin(house, clock)
    with house.sessions() as session:
        mine = entrances.entrance(session, early).round_id
        assert timetable(session, USUAL) == {cast.round_id: USUAL, mine: (time(10),)}
    for _ in range(3):
        make_complaint(house, cast.yunxi)
        make_answers(house, cast.yunxi, overall="good", more="一句话")
    make_complaint(house, early)
    at(house, clock, 10)
    assert opened(house) == {mine: 1}
    assert house.door.box.waiting() == 6
    make_complaint(house, early)
    at(house, clock, 12)
    assert opened(house) == {mine: 1, cast.round_id: 3}
    assert house.door.box.waiting() == 1
    at(house, clock, 18)
    assert house.door.box.waiting() == 1
    at(house, clock, 24 + 10)
    assert opened(house) == {mine: 2, cast.round_id: 3}
    assert house.door.box.waiting() == 0


def test_what_is_put_off_lies_under_a_new_key_and_is_known_by_its_receipt(
    house: Installation, cast: Cast, clock: Clock, early: str
) -> None:
    begin(house, clock)
    make_complaint(house, cast.yunxi, nonce="form")
    make_complaint(house, early)
    before = house.keystore.names("letterbox")
    at(house, clock, 10)
    after = house.keystore.names("letterbox")
    assert (len(before), len(after)) == (1, 1)
    assert before != after
    make_complaint(house, cast.yunxi, nonce="form")  # sent again: the same letter
    assert house.door.box.waiting() == 1
    at(house, clock, 12)
    make_complaint(house, cast.yunxi, nonce="form")
    assert house.door.box.waiting() == 0


def test_dying_after_putting_off_loses_and_doubles_nothing(
    house: Installation, cast: Cast, clock: Clock, early: str
) -> None:
    begin(house, clock)
    make_complaint(house, cast.yunxi)
    make_complaint(house, early)
    put_off = house.door.box.put_off

    def dies(messages: dict[bytes, bytes]) -> None:
        put_off(messages)
        raise SystemExit

    house.door.box.put_off = dies  # type: ignore[method-assign,assignment]
    with pytest.raises(SystemExit):
        at(house, clock, 10)
    house.door.box.put_off = put_off  # type: ignore[method-assign]
    assert opened(house) == {}
    assert house.door.box.waiting() == 2
    at(house, clock, 10)
    assert sum(opened(house).values()) == 1
    assert house.door.box.waiting() == 1
    at(house, clock, 12)
    assert sum(opened(house).values()) == 2


def test_an_hour_at_which_nothing_is_due_takes_nothing_out(
    house: Installation, cast: Cast, clock: Clock
) -> None:
    begin(house, clock)
    make_complaint(house, cast.yunxi)
    at(house, clock, 11)
    assert house.door.box.waiting() == 1


def test_two_people_open_every_round_at_once(
    house: Installation, cast: Cast, early: str
) -> None:
    make_complaint(house, cast.yunxi)
    make_complaint(house, early)
    assert house.open_letterbox(by="chief", reason="有人来电") == 2


# Urgent letters


def make_urgent(house: Installation, code: str, *, nonce: str = "") -> str:
    with house.sessions() as session:
        return receive.receive_complaint(
            house.door,
            arrival=make_arrival(session, code, nonce=nonce),
            complaint=receive.Complaint(
                category="other", text="隔壁天天打孩子", is_urgent=True
            ),
        )


def test_an_urgent_letter_comes_out_alone_within_a_quarter_of_an_hour(
    house: Installation, cast: Cast, clock: Clock, session: Session
) -> None:
    house.open_urgent_when_due()
    make_complaint(house, cast.yunxi)
    make_urgent(house, cast.yunxi)
    clock.goes_on(minutes=14)
    house.open_urgent_when_due()
    assert house.door.box.waiting() == 2
    clock.goes_on(minutes=1)
    house.open_urgent_when_due()
    (letter,) = session.scalars(select(Letter)).all()
    assert letter.is_urgent
    assert house.door.box.waiting() == 1
    assert session.scalars(select(Opening.number)).all() == [-1]
    assert [n for n in house.keystore.names("letterbox") if "-1" in n] == []


def test_an_urgent_opening_does_not_move_the_set_hours(
    house: Installation, cast: Cast, clock: Clock
) -> None:
    begin(house, clock)
    make_complaint(house, cast.yunxi)
    make_urgent(house, cast.yunxi)
    clock.now = MORNING + timedelta(hours=3, seconds=1)  # noon
    house.open_urgent_when_due()
    assert house.door.box.waiting() == 1
    house.open_letterbox_when_due()
    assert house.door.box.waiting() == 0


def test_a_quarter_with_nothing_urgent_writes_nothing(
    house: Installation, cast: Cast, clock: Clock, session: Session
) -> None:
    make_complaint(house, cast.yunxi)
    for _ in range(8):
        clock.goes_on(minutes=15)
        house.open_urgent_when_due()
    opened = AuditEntry.action.in_(("letterbox.open", "urgent.open"))
    assert session.scalars(select(AuditEntry).where(opened)).all() == []
    assert house.door.box.waiting() == 1


def test_urgent_openings_count_on_beside_the_others(
    house: Installation, cast: Cast, clock: Clock, session: Session
) -> None:
    for _ in range(3):
        make_urgent(house, cast.yunxi)
        make_complaint(house, cast.liutang)
        clock.goes_on(minutes=15)
        house.open_letterbox(by="test", reason="测试")
    numbers = session.scalars(select(Opening.number).order_by(Opening.number)).all()
    assert numbers == [-3, -2, -1, 1, 2, 3]
    assert sum(letter.is_urgent for letter in session.scalars(select(Letter))) == 3


def test_a_new_box_beside_a_restored_database_counts_on(
    house: Installation, cast: Cast, session: Session
) -> None:
    for number in (-7, 4):
        session.add(Opening(number=number, opened_on=TODAY, items=1, unreadable=0))
    session.commit()
    make_urgent(house, cast.yunxi)
    make_complaint(house, cast.yunxi)
    assert house.open_letterbox(by="test", reason="测试") == 1
    session.expire_all()
    assert {row.number for row in session.scalars(select(Opening))} == {-8, -7, 4, 5}
    assert len(session.scalars(select(Letter)).all()) == 2


def test_an_urgent_letter_sent_twice_is_one(house: Installation, cast: Cast) -> None:
    first = make_urgent(house, cast.yunxi, nonce="form")
    assert make_urgent(house, cast.yunxi, nonce="form") == first
    assert house.door.box.waiting() == 1
    house.open_urgent()
    assert make_urgent(house, cast.yunxi, nonce="form") == first
    assert house.door.box.waiting() == 0


def test_urgent_letters_lie_on_top_until_they_are_closed(
    house: Installation, cast: Cast, clock: Clock, session: Session
) -> None:
    make_urgent(house, cast.yunxi)
    house.open_urgent()
    clock.goes_on(days=2)
    for _ in range(5):
        make_complaint(house, cast.yunxi)
    house.open_letterbox(by="test", reason="测试")
    wanted = Wanted(round_id=cast.round_id, staff_id=cast.member.staff_id)
    assert [letter.is_urgent for letter in inbox(session, wanted)] == [
        True,
        *[False] * 5,
    ]


# The door while the box is opened


class Poster(threading.Thread):
    """Somebody who posts until told to stop, and at least ten times."""

    def __init__(self, box: Letterbox, who: int, message: bytes) -> None:
        super().__init__()
        self.box, self.who, self.message = box, who, message
        self.stop = threading.Event()
        self.keys: list[bytes] = []
        self.refused: list[bytes] = []

    def run(self) -> None:
        while len(self.keys) < 10 or not self.stop.is_set():
            key = f"{self.who}-{len(self.keys)}".encode().ljust(32, b".")
            if not self.box.drop(key, self.message):
                self.refused.append(key)
            self.keys.append(key)
            self.stop.wait(0.01)
        self.box.file.close()


def test_the_door_does_not_stall_while_a_full_box_is_opened(
    house: Installation, cast: Cast
) -> None:
    """Five thousand items come out while three people go on posting."""
    box, full = house.door.box, 5000
    with house.sessions() as session:
        here = entrances.entrance(session, cast.yunxi)
    answers = {
        "what": "answers", "channel": "lift", "revision": "r", "ticks": {},
        "texts": [], "flags": [], "round": here.round_id, "place": here.place_id,
    }  # fmt: skip
    message = json.dumps(answers).encode()
    fill(box, message, full)
    posters = [Poster(box, who, message) for who in range(3)]
    for poster in posters:
        poster.start()
    taken = house.open_letterbox(by="timetable", reason="set hour")
    for poster in posters:
        poster.stop.set()
        poster.join()
    posted = [key for poster in posters for key in poster.keys]
    assert [poster.refused for poster in posters] == [[], [], []]
    assert len(posted) == len(set(posted)) >= 30
    assert taken >= full
    assert all(box.knows(key) for key in posted)
    left = box.waiting()
    assert taken + left == full + len(posted)
    assert house.open_letterbox(by="timetable", reason="set hour") == left


def fill(box: Letterbox, message: bytes, count: int) -> None:
    """As many items as a busy morning brings, at once."""
    box.drop(bytes(32), message)
    with box.file.writing() as file:
        (opening, key), *_ = file.execute("SELECT opening, public_key FROM box")
        sealed = seal(pad(message), key)
        file.executemany(
            "INSERT INTO item VALUES (?, ?, ?)",
            [(n.to_bytes(32, "big"), opening, sealed) for n in range(1, count)],
        )
