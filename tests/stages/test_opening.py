"""开箱: everything once, whatever dies in between; shuffled, dated by day."""

import json
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session, sessionmaker

from portal.intake import opening
from portal.intake.letterbox import Content, Letterbox
from portal.intake.opening import Occasion, is_due, open_letterbox
from portal.intake.records import Contact, Letter, Opening, Remark, Response
from portal.kernel import audit, clock
from portal.kernel.audit import AuditEntry
from portal.web.installation import Installation
from tests.makers import MORNING, TODAY, Cast, Clock, make_answers, make_complaint

HOURS = (time(8), time(12), time(18))


class PowerCutError(Exception):
    """The machine stops here."""


class DyingBox(Letterbox):
    """A letterbox whose machine stops before the sweep has begun."""

    def sweep(self, opening: int, *, today: date) -> None:
        raise PowerCutError


def occasion(house: Installation) -> Occasion:
    now = house.clock()
    return Occasion(by="test", reason="", now=now, today=clock.local_day(now))


def opened(house: Installation) -> int:
    return house.open_letterbox(by="test", reason="测试")


def rows(house: Installation, kind: type[Any]) -> list[Any]:
    with house.sessions() as session:
        return list(session.scalars(select(kind)))


def test_a_letter_comes_out_as_a_row_dated_by_day(
    house: Installation, cast: Cast
) -> None:
    make_complaint(house, cast.yunxi, contact="000-0000")
    assert opened(house) == 1
    (letter,) = rows(house, Letter)
    (contact,) = rows(house, Contact)
    assert letter.opened_on == TODAY
    assert type(letter.opened_on) is date
    assert contact.letter_id == letter.id
    assert rows(house, Response) == []


def test_answers_come_out_in_parts(house: Installation, cast: Cast) -> None:
    make_answers(house, cast.yunxi, overall="good", more="路灯不亮")
    assert opened(house) == 1
    (response,) = rows(house, Response)
    (remark,) = rows(house, Remark)
    assert response.ticks == {"overall": "good"}
    assert remark.question == "more"
    assert rows(house, Letter) == []


def test_an_opening_is_noted_with_who_and_why(house: Installation, cast: Cast) -> None:
    make_complaint(house, cast.yunxi)
    make_complaint(house, cast.liutang)
    opened(house)
    (noted,) = rows(house, Opening)
    with house.sessions() as session:
        last = audit.head(session)
    assert (noted.number, noted.opened_on, noted.items, noted.unreadable) == (
        1,
        TODAY,
        2,
        0,
    )
    assert last is not None
    assert (last.actor, last.action, last.subject, last.reason) == (
        "test",
        "letterbox.open",
        "1",
        "测试",
    )


def test_dying_between_copy_and_sweep_brings_nothing_twice_and_loses_nothing(
    house: Installation, cast: Cast
) -> None:
    for number in range(4):
        make_complaint(house, cast.yunxi, text=f"第 {number} 件事")
    make_answers(house, cast.yunxi, overall="good")
    dying = DyingBox(house.settings.letterbox, house.keystore)
    with pytest.raises(PowerCutError):
        open_letterbox(house.sessions, dying, occasion(house))
    dying.file.close()
    assert (len(rows(house, Letter)), len(rows(house, Response))) == (4, 1)
    assert house.door.box.waiting() == 5
    make_complaint(house, cast.yunxi, text="停电以后的一件事")
    assert opened(house) == 1
    assert (len(rows(house, Letter)), len(rows(house, Response))) == (5, 1)
    assert house.door.box.waiting() == 0
    assert house.keystore.names("letterbox") == ["letterbox/3"]


def test_dying_before_the_commit_loses_nothing(house: Installation, cast: Cast) -> None:
    make_complaint(house, cast.yunxi)

    dying = sessionmaker(house.engine)
    event.listen(dying, "before_commit", _power_cut)
    with pytest.raises(PowerCutError):
        open_letterbox(dying, house.door.box, occasion(house))
    assert rows(house, Letter) == []
    assert house.door.box.waiting() == 1
    assert opened(house) == 1
    assert len(rows(house, Letter)) == 1


def _power_cut(_: Session) -> None:
    raise PowerCutError


def test_a_copy_that_is_not_noted_would_bring_answers_twice(
    house: Installation, cast: Cast
) -> None:
    """The leaking twin: without the opening's number the crash test fails."""
    make_answers(house, cast.yunxi, overall="good")
    (number,) = house.door.box.turn_key()
    for _ in range(2):
        with house.sessions() as session, session.begin():
            content = house.door.box.content(number)
            opening._write_shuffled(session, content, TODAY)
    assert len(rows(house, Response)) == 2


def test_letters_whose_key_was_missing_are_not_swept_away(
    house: Installation, cast: Cast
) -> None:
    receipt = make_complaint(house, cast.yunxi)
    seed = house.keystore.get("letterbox/1") or b""
    house.keystore.destroy("letterbox/1")
    assert opened(house) == 0
    assert rows(house, Opening)[0].unreadable == 1
    house.keystore.put("letterbox/1", seed)
    assert opened(house) == 1
    assert len(rows(house, Letter)) == 1
    assert receipt.isdecimal()


def test_the_same_form_after_the_opening_is_no_second_letter(
    house: Installation, cast: Cast
) -> None:
    first = make_complaint(house, cast.yunxi, nonce="same")
    opened(house)
    assert make_complaint(house, cast.yunxi, nonce="same") == first
    assert opened(house) == 0
    assert len(rows(house, Letter)) == 1


def test_an_empty_box_is_noted_too(house: Installation, clock: Clock) -> None:
    with house.sessions() as session:
        before = audit.head(session)
    assert opened(house) == 0
    with house.sessions() as session:
        last = audit.head(session)
        entries = len(session.scalars(select(AuditEntry)).all())
    assert last is not None
    assert (last.action, last.subject) == ("letterbox.open", "0")
    assert entries == (before.number if before else 0) + 1
    assert rows(house, Opening) == []


def test_rows_are_written_in_another_order_than_they_came(house: Installation) -> None:
    """Ticks in order of arrival 0, 1, 2 …: the chance of the same order is 1/50!."""
    seen: list[int] = []
    messages = {
        number.to_bytes(32, "big"): json.dumps(
            {
                "what": "answers",
                "channel": "lift",
                "revision": "r",
                "ticks": {"n": number},
                "texts": [],
                "round": 1,
                "place": 1,
                "flags": [],
            }
        ).encode()
        for number in range(50)
    }

    class Watching(Session):
        def add(self, instance: object, _warn: bool = True) -> None:
            assert isinstance(instance, Response)
            seen.append(instance.ticks["n"])

    with Watching(house.engine) as session:
        opening._write_shuffled(session, Content(messages, 0), TODAY)
    assert sorted(seen) == list(range(50))
    assert seen != sorted(seen)


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        ("2026-03-02T07:00", "2026-03-02T07:59", False),
        ("2026-03-02T07:00", "2026-03-02T08:00", True),
        ("2026-03-02T08:00", "2026-03-02T08:00:04.5", False),
        ("2026-03-02T08:00:00.2", "2026-03-02T08:00:05.7", False),
        ("2026-03-02T08:00", "2026-03-02T11:59", False),
        ("2026-03-02T08:00", "2026-03-02T12:00:03", True),
        ("2026-03-01T18:00", "2026-03-02T07:59", False),
        ("2026-03-01T17:59", "2026-03-02T00:10", True),
        ("2026-02-20T18:00", "2026-03-02T00:10", True),
    ],
)
def test_the_box_is_due_once_an_hour_has_passed(last: str, now: str, due: bool) -> None:
    local = [
        datetime.fromisoformat(t).replace(tzinfo=clock.BEIJING) for t in (last, now)
    ]
    assert is_due(HOURS, last=local[0], local_now=local[1]) is due


def test_a_letter_after_an_empty_hour_waits_for_the_next(
    house: Installation, cast: Cast, clock: Clock
) -> None:
    """Else it would be taken out alone, at once, with the time in the log."""
    clock.now = MORNING - timedelta(hours=2)  # 07:00 in China
    stop = house.start_worker({})
    stop.set()
    clock.goes_on(hours=1, seconds=3)
    house.open_letterbox_when_due()
    clock.goes_on(minutes=30)
    make_complaint(house, cast.yunxi)
    house.open_letterbox_when_due()
    assert house.door.box.waiting() == 1
    clock.goes_on(hours=4)
    house.open_letterbox_when_due()
    assert house.door.box.waiting() == 0


def test_a_letter_sent_again_after_the_box_forgot_it_does_not_stop_the_others(
    house: Installation, cast: Cast, clock: Clock
) -> None:
    """A form that came too late keeps its nonce, so it can come after any time."""
    first = make_complaint(house, cast.yunxi, nonce="same")
    for _ in range(5):
        opened(house)
        clock.goes_on(days=1)
    assert make_complaint(house, cast.yunxi, nonce="same") == first
    make_complaint(house, cast.yunxi, nonce="another")
    opened(house)
    assert len(rows(house, Letter)) == 2
    assert house.door.box.waiting() == 0
