"""Several workers behind one address: a form of one is good at the other."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis
from flask import Flask

from portal.kernel.settings import Settings
from portal.web import limits
from portal.web.app import create_app
from portal.web.counts import Tallies
from portal.web.installation import Installation
from tests.house.walk import receipt_on
from tests.makers import Cast, Clock, make_complaint, signed_in
from tests.services import redis_address
from tests.visitor import Visitor
from tests.web.public.scenes import filled

LETTER = "电动车占道半年了，物业三次没人管。"
FUSE = 5  # writes of everybody in a minute, for the length of a test


@dataclass
class Worker:
    """One process of the server: everything of its own but disk and Redis."""

    settings: Settings
    clock: Clock
    house: Installation = field(init=False)
    app: Flask = field(init=False)

    def __post_init__(self) -> None:
        self.house = Installation.at(self.settings)
        self.house.clock = self.clock
        self.app = create_app(self.house)

    @property
    def tallies(self) -> Tallies:
        found = self.app.extensions["tallies"]
        assert isinstance(found, Tallies)
        return found

    def writes(self, code: str, *, status: int = 200) -> str:
        """Somebody's letter through this worker; gives what they are shown."""
        page = Visitor(self.app).sends(
            f"/q/{code}/complaint", text=LETTER, status=status
        )
        return page.html


def workers_of(house: Installation, redis_url: str) -> list[Worker]:
    """Two workers that were started with the same environment."""
    environment = {
        "PORTAL_INSTANCE": str(house.settings.instance),
        "PORTAL_REDIS_URL": redis_url,
    }
    clock = Clock()
    return [Worker(Settings.from_environment(environment), clock) for _ in "ab"]


@pytest.fixture
def apart(house: Installation) -> Iterator[list[Worker]]:
    """Two workers without Redis."""
    workers = workers_of(house, "")
    yield workers
    for worker in workers:
        worker.house.close()


@pytest.fixture
def together(house: Installation) -> Iterator[list[Worker]]:
    """Two workers that count together in Redis."""
    workers = workers_of(house, redis_address())
    _sweep(workers[0])
    yield workers
    _sweep(workers[0])
    for worker in workers:
        worker.house.close()


def _sweep(worker: Worker) -> None:
    shared = worker.tallies.shared
    assert shared is not None
    with redis.Redis.from_url(redis_address()) as client:
        for key in client.scan_iter(f"*{getattr(shared.storage, 'key_prefix', '?')}*"):
            client.delete(key)


@pytest.fixture
def small_fuse(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fuse that blows within a test."""
    monkeypatch.setattr(limits, "SITE_FUSE", FUSE)


@pytest.mark.services
@pytest.mark.usefixtures("small_fuse")
def test_the_fuse_of_the_site_counts_what_every_worker_took(
    together: list[Worker], cast: Cast
) -> None:
    one, other = together
    for number in range(FUSE):
        together[number % 2].writes(cast.yunxi)
    for worker in (one, other):
        refused = worker.writes(cast.yunxi, status=429)
        assert LETTER in refused
        assert "您写的都还在下面" in refused
    assert one.house.door.box.waiting() == FUSE


@pytest.mark.services
@pytest.mark.usefixtures("small_fuse")
def test_it_is_whole_again_in_the_next_minute(
    together: list[Worker], cast: Cast
) -> None:
    one, other = together
    for _ in range(FUSE):
        one.writes(cast.yunxi)
    other.writes(cast.yunxi, status=429)
    one.clock.goes_on(minutes=1)
    other.writes(cast.yunxi)
    assert one.house.door.box.waiting() == FUSE + 1


@pytest.mark.services
@pytest.mark.usefixtures("small_fuse")
def test_another_installation_on_the_same_redis_is_not_counted(
    together: list[Worker],
    cast: Cast,
    tmp_path: Path,
) -> None:
    stranger = Worker(
        Settings.from_environment(
            {
                "PORTAL_INSTANCE": str(tmp_path / "elsewhere"),
                "PORTAL_REDIS_URL": redis_address(),
            }
        ),
        together[0].clock,
    )
    second = int(together[0].clock().timestamp())
    for _ in range(FUSE + 1):
        stranger.tallies.writes(second=second)
    together[0].writes(cast.yunxi)
    _sweep(stranger)
    stranger.house.close()


@pytest.mark.usefixtures("small_fuse")
def test_without_redis_each_worker_has_a_fuse_of_its_own(
    apart: list[Worker], cast: Cast
) -> None:
    """The twin of the first test: so the sharing there is Redis's."""
    one, other = apart
    for _ in range(FUSE):
        one.writes(cast.yunxi)
    one.writes(cast.yunxi, status=429)
    other.writes(cast.yunxi)


def test_a_form_of_one_worker_is_sent_to_the_other_and_kept_once(
    apart: list[Worker], cast: Cast
) -> None:
    one, other = (Visitor(worker.app) for worker in apart)
    url = f"/q/{cast.yunxi}/complaint"
    form = filled(one.opens(url), text=LETTER)
    receipts = {receipt_on(visitor.posts(url, **form)) for visitor in (other, one)}
    (receipt,) = receipts
    assert apart[0].house.door.box.waiting() == 1
    for visitor in (one, other):
        assert "信在意见箱里" in visitor.sends("/receipt", receipt=receipt).words


def test_an_opening_by_one_worker_is_the_opening_of_both(
    apart: list[Worker], cast: Cast
) -> None:
    one, other = apart
    receipt = make_complaint(one.house, cast.yunxi, text=LETTER)
    assert other.house.open_letterbox(by="timetable", reason="set hour") == 1
    assert one.house.open_letterbox(by="timetable", reason="set hour") == 0
    later = make_complaint(one.house, cast.yunxi, text=f"{LETTER}又来了。")
    assert other.house.door.box.waiting() == 1
    page = Visitor(one.app).sends("/receipt", receipt=receipt)
    assert "箱已经开了" in page.words
    page = Visitor(other.app).sends("/receipt", receipt=later)
    assert "信在意见箱里" in page.words


def test_whoever_signed_in_at_one_worker_is_signed_in_at_the_other(
    apart: list[Worker], cast: Cast
) -> None:
    one, other = apart
    make_complaint(one.house, cast.yunxi, text=LETTER)
    one.house.open_letterbox(by="timetable", reason="set hour")
    here = signed_in(one.app, one.house, cast.member)
    there = Visitor(other.app)
    cookie = here.client.get_cookie("desk", path="/desk")
    assert cookie is not None
    there.client.set_cookie("desk", cookie.value, path="/desk")
    (letter,) = {
        link.partition("?")[0]
        for link in here.opens("/desk/letters").links()
        if link.startswith("/desk/letters/")
    }
    assert LETTER in there.sends(letter).words
