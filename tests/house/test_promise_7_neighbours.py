"""Promise 7: neighbours are never locked out.

Residents without script, all behind one carrier address, write after more than their
block's budget is spent. Whoever honours what the pages ask must end at a receipt. The
leaking twins are rules that products have: five per hour and address, one counter for
a whole site, a refusal without a way on, a puzzle for scripts only.
"""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlencode

import pytest
from flask import Flask, abort, request
from werkzeug.test import TestResponse

from portal.intake.budget import Scope
from portal.intake.puzzle import NUMBERS, WAIT
from portal.web.counts import HourCounter
from portal.web.installation import Installation
from portal.web.limits import block_of
from tests.house import thief
from tests.makers import Cast, Clock
from tests.visitor import Page, Visitor

CARRIER = "100.64.0.1"
NEIGHBOURS = 12
WORDS = "{} 号楼的路灯不亮，走路要摸黑。"
MOST_STEPS = 3  # what a patient person sends for one letter


class Resident:
    """Somebody without script who does what the pages say."""

    def __init__(self, app: Flask, clock: Clock, code: str) -> None:
        self.visitor, self.clock = Visitor(app), clock
        self.visitor.client.environ_base["REMOTE_ADDR"] = CARRIER
        self.url = f"/q/{code}/complaint"
        self.seconds = 0

    def gets_in(self, words: str) -> bool:
        """Whether the letter ends at a receipt."""
        form = self.visitor.opens(self.url).form
        self._waits(60)
        fields = {**form, "text": [words]}
        for _ in range(MOST_STEPS):
            answer = self.visitor.client.post(self.url, data=fields)
            page = Page(answer, self.url)
            if page.status == 200 and 'class="slip"' in page.html:
                return True
            fields = self._answered(page)
        return False

    def _answered(self, page: Page) -> dict[str, list[str]]:
        """The form of the page with its plain question answered, after the wait."""
        self._waits(WAIT + 2)
        fields = dict(page.form)
        asked = re.search("(.)加(.)等于几", page.words)
        if asked:
            total = sum(1 + NUMBERS.index(number) for number in asked.groups())
            fields["total"] = [str(total)]
        return fields

    def _waits(self, seconds: int) -> None:
        self.seconds += seconds
        self.clock.goes_on(seconds=seconds)


def locked_out(app: Flask, cast: Cast, clock: Clock) -> list[int]:
    """Neighbours of one carrier address who never got a receipt."""
    second = int(clock().timestamp())
    counter = HourCounter(app.extensions["tallies"], second)
    counter.add(Scope.BLOCK, block_of(CARRIER), 355)  # of 360 that go unasked
    return [
        number
        for number in range(NEIGHBOURS)
        if not Resident(app, clock, cast.yunxi).gets_in(WORDS.format(number))
    ]


def test_nobody_behind_a_carriers_address_is_locked_out(
    app: Flask, cast: Cast, clock: Clock, house: Installation
) -> None:
    assert locked_out(app, cast, clock) == []
    assert house.door.box.waiting() == NEIGHBOURS


def test_the_plain_way_through_takes_at_most_twenty_seconds(
    app: Flask, cast: Cast, clock: Clock
) -> None:
    locked_out(app, cast, clock)
    resident = Resident(app, clock, cast.yunxi)
    assert resident.gets_in("电梯停了三天。")
    assert resident.seconds - 60 <= 20


# Leaking twins


def five_per_hour(app: Flask) -> None:
    """A fixed rule by address."""
    seen: dict[str, int] = {}

    @app.before_request
    def _() -> None:
        if request.method == "POST":
            address = request.remote_addr or ""
            seen[address] = seen.get(address, 0) + 1
            if seen[address] > 5:
                abort(429)


def one_counter_for_all(app: Flask) -> None:
    """A key that forgot the address: the whole site shares ten."""
    left = iter(range(10))

    @app.before_request
    def _() -> None:
        if request.method == "POST" and next(left, None) is None:
            abort(429)


def bare_refusal(app: Flask) -> None:
    """Over budget a page without a form."""

    @app.after_request
    def _(response: TestResponse) -> TestResponse:
        if response.status_code == 428:
            response.set_data("<h1>太多了</h1>")
        return response


def script_only(app: Flask) -> None:
    """The question taken away, the script's work left."""

    @app.after_request
    def _(response: TestResponse) -> TestResponse:
        if response.status_code == 428:
            page = response.get_data(as_text=True)
            response.set_data(re.sub("(?s)<div data-question>.*?</div>", "", page))
        return response


@pytest.mark.parametrize(
    ("twin", "locked"),
    [
        (five_per_hour, 7),
        (one_counter_for_all, 5),  # 5 get in at once, 2 more at the second sending
        (bare_refusal, 7),
        (script_only, 7),
    ],
)
def test_a_door_that_locks_neighbours_out_is_found_out(
    app: Flask, cast: Cast, clock: Clock, twin: Callable[[Flask], None], locked: int
) -> None:
    twin(app)
    assert len(locked_out(app, cast, clock)) == locked


def test_nothing_of_a_budget_or_puzzle_is_written(
    app: Flask, cast: Cast, clock: Clock, house: Installation
) -> None:
    """Neither the block, nor a name of it, nor the moment a wait ends."""
    second = int(clock().timestamp())
    assert locked_out(app, cast, clock) == []
    ledger = app.extensions["tallies"].own
    name = ledger.name(Scope.BLOCK, block_of(CARRIER), hour=second // 3600)
    waits = [f"{moment:x}" for moment in range(second, int(clock().timestamp()) + WAIT)]
    traces = thief.patterns_of([block_of(CARRIER), name])
    traces |= thief.patterns_of_address(CARRIER)
    traces |= {f"wait {moment}": moment.encode() for moment in waits}
    left = thief.files_of(house.settings.instance)
    assert thief.found(left, traces) == []
    (house.settings.instance / "counts").write_text(name)
    assert thief.found(thief.files_of(house.settings.instance), traces) != []


# The served portal


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(house: Installation, proxies: int) -> Iterator[http.client.HTTPConnection]:
    """`portal serve` with so many proxies counted; a connection to it."""
    port = free_port()
    environment = {
        **os.environ,
        "PORTAL_INSTANCE": str(house.settings.instance),
        "PORTAL_TRUSTED_PROXIES": str(proxies),
    }
    command = [sys.executable, "-m", "portal.cli", "serve", "--port", str(port)]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        for _ in range(200):
            with suppress(OSError):
                connection.connect()
                break
            time.sleep(0.1)
        yield connection
    finally:
        connection.close()
        server.terminate()
        server.wait(20)


def statuses(
    connection: http.client.HTTPConnection, code: str, forwarded: list[str]
) -> list[int]:
    """Answers of a questionnaire sent once from each forwarded address."""
    url = f"/q/{code}/survey"
    connection.request("GET", url)
    page = connection.getresponse().read().decode()
    fields = dict(
        re.findall(r'name="(csrf_token|revision)"[^>]*?value="([^"]*)"', page)
    )
    found = []
    for number, address in enumerate(forwarded):
        body = urlencode({**fields, "overall": "good", "more": f"第 {number} 句"})
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Forwarded-For": address,
        }
        connection.request("POST", url, body, headers)
        answer = connection.getresponse()
        answer.read()
        found.append(answer.status)
    return found


@pytest.mark.parametrize(
    ("proxies", "forwarded"),
    [
        (0, [f"10.{n % 250}.0.1" for n in range(361)]),
        (1, [f"10.{n % 250}.0.1, 192.0.2.1" for n in range(361)]),
    ],
)
def test_a_forged_address_does_not_escape_the_served_portals_budget(
    house: Installation, cast: Cast, proxies: int, forwarded: list[str]
) -> None:
    with served(house, proxies) as connection:
        found = statuses(connection, cast.yunxi, forwarded)
    assert found == [200] * 360 + [428]


def test_behind_a_counted_proxy_each_neighbour_has_their_own_block(
    house: Installation, cast: Cast
) -> None:
    """The server must not take away what the counted proxy forwarded."""
    forwarded = [f"203.0.{n % 2}.1" for n in range(400)]
    with served(house, 1) as connection:
        found = statuses(connection, cast.yunxi, forwarded)
    assert found == [200] * 400
