"""Too much at once: a small question, the text kept, and nothing ever lost."""

import hashlib
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import redis
from flask import Flask
from sqlalchemy import select

from portal.intake.budget import Flag, Scope
from portal.intake.puzzle import MOST_WORK, NUMBERS, WAIT
from portal.intake.records import Letter, Response
from portal.web import limits
from portal.web.app import create_app
from portal.web.counts import HourCounter, Ledger, Tallies
from portal.web.installation import Installation
from portal.web.limits import block_of
from portal.web.puzzles import STATUS
from tests.makers import Cast, Clock
from tests.services import redis_address
from tests.visitor import Page, Visitor

WORDS = "电动车占道半年了，\n物业三次没人管。"
HOME = "198.51.100.7"
PEPPER = bytes(32)


def crowd(app: Flask, house: Installation, address: str = "127.0.0.1") -> None:
    """So many sent from this address's block that the next is asked."""
    second = int(house.clock().timestamp())
    counter = HourCounter(app.extensions["tallies"], second)
    counter.add(Scope.BLOCK, block_of(address), 360)


def total(page: Page) -> str:
    found = re.search("(.)加(.)等于几", page.words)
    assert found, page.words
    return str(sum(1 + NUMBERS.index(number) for number in found.groups()))


def flags(house: Installation) -> list[list[str]]:
    house.open_letterbox(by="office", reason="测试")
    with house.sessions() as session:
        kept = [*session.scalars(select(Letter)), *session.scalars(select(Response))]
        return [sorted(one.flags) for one in kept]


@pytest.fixture
def asked(
    app: Flask, house: Installation, cast: Cast, visitor: Visitor, clock: Clock
) -> Callable[..., Page]:
    """A letter sent into a crowd; the page that asks."""
    crowd(app, house)

    def send(**fields: str) -> Page:
        url = f"/q/{cast.yunxi}/complaint"
        form = visitor.opens(url).form
        clock.goes_on(minutes=3)
        return visitor.posts(url, status=STATUS, **{**form, **fields})

    return send


def test_over_budget_a_letter_is_asked_a_sum_and_then_taken(
    asked: Callable[..., Page],
    visitor: Visitor,
    house: Installation,
    cast: Cast,
    clock: Clock,
) -> None:
    page = asked(text=WORDS, contact="000-0000", category="property")
    assert page.form["text"] == [WORDS]
    assert page.form["contact"] == ["000-0000"]
    assert house.door.box.waiting() == 0
    clock.goes_on(seconds=WAIT)
    answer = {**page.form, "total": total(page)}
    page = visitor.posts(f"/q/{cast.yunxi}/complaint", **answer)
    assert "回执码" in page.words
    assert flags(house) == [["burst", "over_budget"]]


def test_too_early_and_wrong_ask_again_with_everything_kept(
    asked: Callable[..., Page],
    visitor: Visitor,
    house: Installation,
    cast: Cast,
    clock: Clock,
) -> None:
    url, page = f"/q/{cast.yunxi}/complaint", asked(text=WORDS)
    right = total(page)
    early = visitor.posts(url, status=STATUS, **{**page.form, "total": right})
    assert "早了一点" in early.words
    assert early.form["total"] == [right]
    clock.goes_on(seconds=WAIT)
    wrong = visitor.posts(url, status=STATUS, **{**early.form, "total": "9"})
    assert "换了一道" in wrong.words
    assert wrong.form["text"] == [WORDS]
    assert wrong.form["ticket"] != early.form["ticket"]
    clock.goes_on(seconds=WAIT)
    visitor.posts(url, **{**wrong.form, "total": total(wrong)})
    assert house.door.box.waiting() == 1


def test_the_number_a_script_finds_is_taken_at_once(
    asked: Callable[..., Page], visitor: Visitor, house: Installation, cast: Cast
) -> None:
    page = asked(text=WORDS)
    form = next(given for tag, given in page.reading.tags if tag == "form")
    number = next(
        n
        for n in range(MOST_WORK)
        if hashlib.sha256(f"{form['data-salt']}{n}".encode()).hexdigest()
        == form["data-target"]
    )
    visitor.posts(f"/q/{cast.yunxi}/complaint", **{**page.form, "work": str(number)})
    assert house.door.box.waiting() == 1


def test_an_answer_is_good_for_one_letter(
    asked: Callable[..., Page],
    visitor: Visitor,
    house: Installation,
    cast: Cast,
    clock: Clock,
) -> None:
    page = asked(text=WORDS)
    clock.goes_on(seconds=WAIT)
    answer = {**page.form, "total": total(page)}
    url = f"/q/{cast.yunxi}/complaint"
    visitor.posts(url, **answer)
    visitor.posts(url, status=STATUS, **{**answer, "text": "另一封信，同一个答案。"})
    visitor.posts(url, **answer)
    assert house.door.box.waiting() == 1


def test_a_questionnaire_is_asked_too_and_its_ticks_travel(
    app: Flask, house: Installation, cast: Cast, visitor: Visitor, clock: Clock
) -> None:
    crowd(app, house)
    url = f"/q/{cast.yunxi}/survey"
    page = visitor.sends(url, status=STATUS, overall="good", more="路灯不亮")
    assert page.form["overall"] == ["good"]
    clock.goes_on(seconds=WAIT)
    page = visitor.posts(url, **{**page.form, "total": total(page)})
    assert "投进意见箱了" in page.words


def test_the_question_is_asked_in_english(
    app: Flask, house: Installation, cast: Cast, visitor: Visitor
) -> None:
    crowd(app, house)
    url = f"/q/{cast.yunxi}/complaint?lang=en"
    page = visitor.sends(url, status=STATUS, text="The lamp is broken.")
    assert re.search(
        r"What is (one|two|three|four) plus (one|two|three|four)\?", page.words
    )
    assert not re.search("[\u4e00-\u9fff]", page.words.replace("码上巡", ""))


# Who pays


def test_what_is_refused_pays_nothing(
    app: Flask, house: Installation, cast: Cast, visitor: Visitor
) -> None:
    visitor.sends(f"/q/{cast.yunxi}/complaint", status=422, text=" ")
    visitor.posts(f"/q/{cast.yunxi}/complaint", status=422, text="没有令牌")
    visitor.sends(f"/q/{cast.yunxi}/survey", status=422, overall="sideways")
    assert level(app, house, "127.0.0.1") == 0
    visitor.sends(f"/q/{cast.yunxi}/complaint", text=WORDS)
    assert level(app, house, "127.0.0.1") == 1


def level(app: Flask, house: Installation, address: str) -> int:
    counter = HourCounter(app.extensions["tallies"], int(house.clock().timestamp()))
    return counter.add(Scope.BLOCK, block_of(address), 0)


def test_the_fuse_answers_429_with_the_form_filled_in(
    house: Installation, cast: Cast, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SITE_FUSE", 2)
    url = f"/q/{cast.yunxi}/complaint"
    for _ in range(2):
        visitor.sends(url, text=WORDS)
    page = visitor.sends(url, status=429, text=WORDS, pad="0" * 900)
    assert page.response.headers["Retry-After"] == "60"
    assert "pad" not in page.form
    assert page.form["text"] == [
        f"\n{WORDS}"
    ]  # a textarea's first line break is HTML's
    monkeypatch.setattr(limits, "SITE_FUSE", 100)
    assert "回执码" in visitor.posts(url, **page.form).words


# Suspicion


@pytest.mark.parametrize(
    "case",
    [
        (60, {}, []),
        (9, {}, []),
        (0, {}, ["speed"]),
        (60, {"homepage": "http://x"}, ["honeypot"]),
        (2, {"homepage": "http://x"}, ["honeypot", "speed"]),
    ],
)
def test_what_looks_like_a_machine_is_kept_and_flagged(
    app: Flask,
    house: Installation,
    clock: Clock,
    cast: Cast,
    case: tuple[float, dict[str, str], list[str]],
) -> None:
    seconds, fields, expected = case
    url, visitor = f"/q/{cast.yunxi}/complaint", Visitor(app)
    form = visitor.opens(url).form
    clock.goes_on(seconds=seconds)
    visitor.posts(url, **{**form, "text": WORDS, **fields})
    assert flags(house) == [expected]


def test_whoever_corrects_a_mistake_is_not_called_too_fast(
    visitor: Visitor, house: Installation, cast: Cast, clock: Clock
) -> None:
    url = f"/q/{cast.yunxi}/complaint"
    form = visitor.opens(url).form
    clock.goes_on(seconds=30)
    page = visitor.posts(url, status=422, **{**form, "text": " "})
    clock.goes_on(seconds=1)
    visitor.posts(url, **{**page.form, "text": WORDS})
    assert flags(house) == [[]]


def test_every_flag_has_a_plain_word_on_the_desk() -> None:
    from portal.web.desk.terms import FLAGS

    assert set(FLAGS) == set(Flag)


# Whose address


@contextmanager
def behind(house: Installation, hops: int) -> Iterator[Flask]:
    house.settings = replace(house.settings, trusted_proxies=hops)
    yield create_app(house)


def sends_from(app: Flask, cast: Cast, forwarded: str) -> None:
    visitor = Visitor(app)
    visitor.client.environ_base["REMOTE_ADDR"] = HOME
    visitor.client.environ_base["HTTP_X_FORWARDED_FOR"] = forwarded
    visitor.sends(f"/q/{cast.yunxi}/survey", overall="good", more=forwarded)


FORGED = (
    "203.0.113.1",
    "203.0.114.1, 192.0.2.8",
    "203.0.115.1, 203.0.116.1, 192.0.2.9",
)


@pytest.mark.parametrize(
    ("hops", "expected"),
    [
        (0, {HOME: 3, "192.0.2.9": 0, "203.0.113.1": 0, "203.0.116.1": 0}),
        (1, {HOME: 0, "192.0.2.9": 2, "203.0.113.1": 1, "203.0.116.1": 0}),
        (2, {HOME: 1, "192.0.2.9": 0, "203.0.114.1": 1, "203.0.116.1": 1}),
    ],
)
def test_only_counted_hops_of_what_was_forwarded_are_believed(
    house: Installation, cast: Cast, hops: int, expected: dict[str, int]
) -> None:
    with behind(house, hops) as app:
        for forwarded in FORGED:
            sends_from(app, cast, forwarded)
        assert {one: level(app, house, one) for one in expected} == expected


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("203.0.113.1", "203.0.113.254", True),
        ("203.0.113.1", "203.0.114.1", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.1", "203.0.113.9", True),
        ("fe80::1%eth0", "fe80::2", True),
        ("not an address", "203.0.113.9", False),
        ("203.0.113.1\0", "not an address", True),
        ("\udcff", "::1::", True),
    ],
)
def test_addresses_are_counted_by_block(one: str, other: str, is_same: bool) -> None:
    assert (block_of(one) == block_of(other)) is is_same


# Under which names


def names(ledger: Ledger, hour: int) -> list[str]:
    return [ledger.name(scope, "4/13303924", hour=hour) for scope in Scope]


def test_no_name_outlives_its_hour() -> None:
    ledger = Tallies(PEPPER).own
    assert not set(names(ledger, 1)) & set(names(ledger, 2))


def test_a_block_cannot_be_named_by_whoever_has_the_key_store() -> None:
    """Unlike an entrance, whose name follows from the pepper."""
    ours, thiefs = Tallies(PEPPER).own, Tallies(PEPPER).own
    found = dict(
        zip(Scope, zip(names(ours, 1), names(thiefs, 1), strict=True), strict=True)
    )
    known = {scope for scope, (name, guess) in found.items() if name == guess}
    assert known == {Scope.ENTRANCE, Scope.COMMUNITY, Scope.SITE}


def test_a_secret_is_forgotten_with_the_next_hour() -> None:
    secrets = Tallies(PEPPER).own.secrets
    first = secrets.of(1)
    assert secrets.of(1) == first
    secrets.of(2)
    assert secrets.of(1) == first
    secrets.of(3)
    assert secrets.of(1) != first


class Workers:
    """Processes that count in the same Redis."""

    def __init__(self) -> None:
        self.pepper = secrets.token_bytes(32)
        self.client = redis.Redis.from_url(redis_address())

    def process(self) -> Tallies:
        return Tallies(self.pepper, redis_address())

    def left(self) -> dict[bytes, int]:
        """What lies in Redis, and for how many seconds."""
        shared = self.process().shared
        prefix = getattr(shared and shared.storage, "key_prefix", "?")
        keys: list[bytes] = list(self.client.scan_iter(f"*{prefix}*"))
        return {key: int(str(self.client.ttl(key))) for key in keys}


@pytest.fixture
def workers() -> Iterator[Workers]:
    workers = Workers()
    yield workers
    for key in workers.left():
        workers.client.delete(key)
    workers.client.close()


NINE = 491_781 * 3600


@pytest.mark.services
def test_workers_count_together_in_redis_but_for_words(workers: Workers) -> None:
    here, there = (HourCounter(workers.process(), NINE + 600) for _ in "ab")
    assert [c.add(Scope.BLOCK, "4/1", 1) for c in (here, there, here)] == [1, 2, 3]
    assert [c.add(Scope.ENTRANCE, "C", 1) for c in (here, there)] == [1, 2]
    assert [c.add(Scope.TEXT, "路灯", 1) for c in (here, there)] == [1, 1]
    later = HourCounter(there.tallies, NINE + 3600)
    assert later.last(Scope.BLOCK, "4/1") == (3, 1)
    assert later.last(Scope.BLOCK, "4/2") == (0, 0)
    assert HourCounter(there.tallies, NINE + 30 * 3600).last(Scope.ENTRANCE, "C") == (
        2,
        30,
    )


@pytest.mark.services
def test_nothing_in_redis_stays_and_the_secret_runs_out_first(workers: Workers) -> None:
    counter = HourCounter(workers.process(), NINE + 600)
    counter.add(Scope.BLOCK, "4/1", 1)
    counter.add(Scope.COMMUNITY, "1/1", 1)
    left = workers.left()
    (life,) = [seconds for key, seconds in left.items() if b"secret" in key]
    assert 0 < life <= 2 * 3600
    assert len(left) == 3
    assert all(0 < seconds <= 49 * 3600 for seconds in left.values())
    assert not [key for key in left if b"4/1" in key or b"1/1" in key]


def test_while_redis_is_away_each_process_counts_alone(
    house: Installation, cast: Cast, capfd: pytest.CaptureFixture[str]
) -> None:
    house.settings = replace(house.settings, redis_url="redis://127.0.0.1:9/0")
    app = create_app(house)
    visitor = Visitor(app)
    for _ in range(2):
        visitor.sends(f"/q/{cast.yunxi}/complaint", text=WORDS)
    assert house.door.box.waiting() == 2
    assert level(app, house, "127.0.0.1") == 2
    assert capfd.readouterr().err == "counting alone: ConnectionError\n"


def test_while_redis_is_away_staff_still_sign_in_and_are_still_counted(
    house: Installation,
) -> None:
    house.settings = replace(house.settings, redis_url="redis://127.0.0.1:9/0")
    client = create_app(house).test_client()
    wrong = {"username": "member", "password": "wrong"}
    seen = [client.post("/desk/signin", data=wrong).status_code for _ in range(22)]
    assert seen[0] < 429
    assert seen[-1] == 429
