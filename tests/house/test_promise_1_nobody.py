"""Promise 1: nothing on disk says who or when.

Residents with a known address, browser, referrer and second of arrival do everything
residents do; then every byte that was left is searched for any of it.
"""

import hashlib
import logging
import sys
import tempfile
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import Any

import pytest
from flask import Flask, Request, request
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    text,
)

from portal.entrances import DayCount
from portal.intake.records import RESIDENT_TABLES, Opening
from portal.kernel import audit
from portal.kernel.boxfile import BoxFile
from portal.kernel.database import Instant
from portal.rounds import Phase
from portal.vote import DEFAULT_TERMS
from portal.web.app import LARGEST_BODY, create_app
from portal.web.installation import Installation
from tests.house import thief
from tests.makers import (
    MORNING,
    Cast,
    Clock,
    in_phase,
    make_answers,
    make_complaint,
    make_result,
    make_vote,
    open_polls,
    signed_in,
)
from tests.visitor import Page, Visitor

ADDRESSES = ("203.0.113.77", "2001:db8:77:5eed:c0de:0:4:2")
FORWARDED = "198.51.100.23"
AGENT = "MicroMessenger/8.0.49 canary-agent"
REFERRER = "http://localhost/from-canary-group"
OPENID = "oCanary-openid-0042"
ARRIVAL = MORNING + timedelta(minutes=37, seconds=41, microseconds=123457)
VOTED = MORNING + timedelta(hours=3, minutes=53, seconds=17)
Leak = Callable[[Installation], None]


@lru_cache
def patterns() -> dict[str, bytes]:
    """Everything that must be nowhere."""
    found: dict[str, bytes] = {}
    for address in (*ADDRESSES, FORWARDED):
        found |= thief.patterns_of_address(address)
    found |= thief.patterns_of(
        [AGENT, "canary-agent", REFERRER, "canary-group", OPENID]
    )
    for moment in (ARRIVAL, VOTED):
        local = moment + timedelta(hours=8)
        epoch = str(int(moment.timestamp()))
        found |= {
            f"{moment:%H:%M} {name}": pattern.encode()
            for name, pattern in (
                ("in UTC", f"{moment:%H:%M}"),
                ("in China", f"{local:%H:%M}"),
                # six figures alone stand by chance in one of many hashes
                ("without colon", f"{moment:%d%H%M%S}"),
                ("without colon, as ISO 8601", f"T{moment:%H%M%S}"),
                ("in seconds", epoch),
                ("in hundreds of seconds", epoch[:-2]),
            )
        }
    return found


def from_address(app: Flask, address: str) -> Visitor:
    visitor = Visitor(app)
    visitor.client.environ_base.update(
        {
            "REMOTE_ADDR": address,
            "REMOTE_PORT": "51723",
            "HTTP_X_FORWARDED_FOR": FORWARDED,
            "HTTP_USER_AGENT": AGENT,
            "HTTP_REFERER": REFERRER,
            "HTTP_X_WECHAT_OPENID": OPENID,
        }
    )
    return visitor


def live(house: Installation, cast: Cast, clock: Clock, app: Flask) -> None:
    """Everything residents do, refusals and faults included."""
    clock.now = ARRIVAL
    visitor, neighbour = (from_address(app, address) for address in ADDRESSES)
    visitor.opens(f"/q/{cast.yunxi}")
    visitor.sends(f"/q/{cast.yunxi}/survey", overall="good", more="路灯不亮")
    visitor.opens("/q/NOSUCH00", status=404)
    visitor.opens("/fault", status=500)
    neighbour.sends(f"/q/{cast.yunxi}/survey", status=422, overall="sideways")
    page = neighbour.sends(
        f"/q/{cast.yunxi}/complaint", text="电动车占道", contact="000-0000"
    )
    neighbour.sends("/receipt", receipt=receipt_on(page))
    neighbour.sends("/receipt", receipt="1234", status=422)
    neighbour.posts(f"/q/{cast.yunxi}/complaint", text="没有令牌", status=422)
    clock.now = MORNING + timedelta(hours=3)
    house.open_letterbox(by="timetable", reason="set hour")
    in_phase(house, cast.round_id, Phase.VOTING)
    slips = make_vote(house, cast)
    clock.now = VOTED
    for address, slip in zip(ADDRESSES, slips, strict=False):
        vote(from_address(app, address), f"/q/{cast.yunxi}/vote", slip.secret)
    clock.now = MORNING + timedelta(hours=9)
    house.open_letterbox(by="timetable", reason="set hour")


def receipt_on(page: Page) -> str:
    return "".join(
        c for c in page.html.split("<code>")[1].split("</code>")[0] if c.isdecimal()
    )


def vote(visitor: Visitor, url: str, secret: str) -> Page:
    ballot: dict[str, Any] = {d.id: "satisfied" for d in DEFAULT_TERMS.dimensions}
    ballot |= {f"s{i + 1}": secret[4 * i : 4 * i + 4] for i in range(4)}
    ballot = dict(visitor.sends(url, step="check", **ballot).form)
    return visitor.posts(url, **{**ballot, "step": "cast"})


def faulty(app: Flask) -> Flask:
    """The application with a page that fails, telling all it knows."""

    @app.get("/fault")
    def fault() -> str:
        raise ValueError(request.remote_addr, request.headers)

    return app


class Remains:
    """What is left after the residents went."""

    def __init__(
        self, house: Installation, cast: Cast, printed: dict[str, str]
    ) -> None:
        self.pieces = {
            **thief.files_of(house.settings.instance),
            **thief.under_the_seals(house, cast),
            **thief.in_the_box(house),
            **{name: words.encode() for name, words in printed.items()},
        }

    def traces(self) -> list[str]:
        return thief.found(self.pieces, patterns())


@pytest.fixture
def remains(
    house: Installation,
    cast: Cast,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> Callable[[], Remains]:
    """Gather what is left, with everything that was printed and logged."""
    caplog.set_level(logging.DEBUG)

    def gather() -> Remains:
        out, err = capfd.readouterr()
        return Remains(house, cast, {"stdout": out, "stderr": err, "log": caplog.text})

    return gather


@pytest.mark.parametrize("proxies", [0, 1])
def test_nothing_left_says_who_or_when(
    house: Installation,
    cast: Cast,
    clock: Clock,
    remains: Callable[[], Remains],
    proxies: int,
) -> None:
    house.settings = replace(house.settings, trusted_proxies=proxies)
    live(house, cast, clock, faulty(create_app(house)))
    left = remains()
    assert left.traces() == []
    assert "fault ValueError" in left.pieces["stderr"].decode()
    assert any(name.startswith("letter ") for name in left.pieces)
    assert any(name.startswith("remark ") for name in left.pieces)


def test_nothing_waiting_in_the_box_says_who_or_when(
    house: Installation,
    cast: Cast,
    clock: Clock,
    app: Flask,
    remains: Callable[[], Remains],
) -> None:
    clock.now = ARRIVAL
    visitor = from_address(app, ADDRESSES[1])
    visitor.sends(f"/q/{cast.yunxi}/survey", overall="good", more="路灯不亮")
    visitor.sends(f"/q/{cast.yunxi}/complaint", text="电动车占道")
    left = remains()
    assert sum(name.startswith("item ") for name in left.pieces) == 2
    assert left.traces() == []


def test_nothing_of_a_rating_says_who_or_when(
    house: Installation,
    cast: Cast,
    clock: Clock,
    app: Flask,
    remains: Callable[[], Remains],
) -> None:
    """开放评价, while it lies in the box and once it was counted; odd ones, too."""
    in_phase(house, cast.round_id, Phase.VOTING)
    open_polls(house, cast)
    clock.now = ARRIVAL
    for address in ADDRESSES:
        visitor, url = from_address(app, address), f"/q/{cast.yunxi}/vote"
        ticks: dict[str, Any] = {d.id: "fair" for d in DEFAULT_TERMS.dimensions}
        look = visitor.sends(url, homepage="spam", **ticks)
        visitor.posts(url, **{**look.form, "step": "rate"})
        visitor.sends(url, status=422, step="rate")
    assert house.ratings.turnout(1) == {1: len(ADDRESSES)}
    assert remains().traces() == []
    clock.now = MORNING + timedelta(hours=9)
    make_result(house, cast)
    assert remains().traces() == []


def fill_in(house: Installation, cast: Cast, clock: Clock, app: Flask) -> None:
    """Staff with a known address help residents at a known second."""
    member, clerk = (
        signed_in(app, house, cast.players[n]) for n in ("member", "entry")
    )
    for visitor in (member, clerk):
        visitor.client.environ_base.update(
            {"REMOTE_ADDR": ADDRESSES[0], "HTTP_USER_AGENT": AGENT}
        )
    clock.now, here = ARRIVAL, "/desk/entry/999001001001"
    member.sends(f"{here}/survey", overall="good", more="路灯不亮")
    member.sends(f"{here}/survey", status=422, overall="sideways")
    member.sends(f"{here}/letter", text="电动车占道", contact="000-0000")
    clerk.sends(f"{here}/paper", status=422, overall="9")
    clerk.sends(f"{here}/paper", overall="2", more="路灯不亮", step="keep")
    clock.now = MORNING + timedelta(hours=3)
    house.open_letterbox(by="timetable", reason="set hour")


def test_what_staff_fill_in_for_residents_says_neither_who_nor_when(
    house: Installation,
    cast: Cast,
    clock: Clock,
    app: Flask,
    remains: Callable[[], Remains],
) -> None:
    fill_in(house, cast, clock, app)
    left = remains()
    assert sum(name.startswith("remark ") for name in left.pieces) == 2
    assert sum(name.startswith("letter ") for name in left.pieces) == 1
    assert left.traces() == []


def test_a_log_of_who_filled_in_when_is_found_out(
    house: Installation,
    cast: Cast,
    clock: Clock,
    app: Flask,
    remains: Callable[[], Remains],
) -> None:
    """The leaking twin: an honest audit entry, and with the opening it names one."""
    fill_in(house, cast, clock, app)
    with house.sessions() as session, session.begin():
        subject = "999001001001"
        audit.record(session, "member", "entry.visit", subject=subject, now=ARRIVAL)
    assert remains().traces() != []


def _leak_in_a_log(_: Installation) -> None:
    logging.getLogger("access").warning("%s GET /q/", ADDRESSES[0])


def _leak_on_stderr(_: Installation) -> None:
    sys.stderr.write(f"{AGENT}\n")


def _leak_a_hash_of_the_block(house: Installation) -> None:
    block = hashlib.sha256(b"203.0.113.0/24").hexdigest()
    _write(house, text("UPDATE response SET flags = :it"), f'["{block[:20]}"]')


def _leak_the_packed_address(house: Installation) -> None:
    from ipaddress import ip_address

    _write(
        house,
        text("UPDATE letter SET lookup = :it"),
        ip_address(ADDRESSES[1]).packed,
    )


def _leak_the_agent_in_base64(house: Installation) -> None:
    (house.settings.instance / "cache").write_bytes(b"xy" + b64encode(AGENT.encode()))


def _leak_in_utf_16(house: Installation) -> None:
    (house.settings.instance / "cache").write_text(REFERRER, "utf-16")


def _leak_the_time_in_a_file_name(house: Installation) -> None:
    (house.settings.instance / f"upload-{int(ARRIVAL.timestamp())}").touch()


def _leak_the_minute(house: Installation) -> None:
    _write(
        house, text("UPDATE response SET revision = :it"), f"{ARRIVAL:%Y-%m-%d %H:%M}"
    )


def _leak_in_the_log_file_of_the_box(house: Installation) -> None:
    with house.door.box.file.writing() as box:
        box.execute("INSERT INTO spent VALUES (?, ?)", (OPENID.encode(), "2026-03-02"))


def _leak_in_a_table_of_deleted_rows(house: Installation) -> None:
    """`secure_delete` zeroes the row in the file; the log still has it."""
    with house.door.box.file.writing() as box:
        box.execute("INSERT INTO spent VALUES (?, ?)", (OPENID.encode(), "2026-03-02"))
    with house.door.box.file.writing() as box:
        box.execute("DELETE FROM spent WHERE key = ?", (OPENID.encode(),))


def _write(house: Installation, statement: Any, it: object) -> None:
    with house.engine.begin() as connection:
        connection.execute(statement, {"it": it})


@pytest.mark.parametrize(
    "leak",
    [
        _leak_in_a_log,
        _leak_on_stderr,
        _leak_a_hash_of_the_block,
        _leak_the_packed_address,
        _leak_the_agent_in_base64,
        _leak_in_utf_16,
        _leak_the_time_in_a_file_name,
        _leak_the_minute,
        _leak_in_the_log_file_of_the_box,
        _leak_in_a_table_of_deleted_rows,
    ],
)
def test_a_portal_that_tells_is_found_out(
    house: Installation,
    cast: Cast,
    remains: Callable[[], Remains],
    leak: Leak,
) -> None:
    """The leaking twins of the test above."""
    make_answers(house, cast.yunxi, overall="good")
    make_complaint(house, cast.yunxi)
    house.open_letterbox(by="timetable", reason="set hour")
    leak(house)
    assert remains().traces() != []


def test_a_flag_that_tells_is_found_under_the_seal(
    house: Installation,
    cast: Cast,
    app: Flask,
    remains: Callable[[], Remains],
) -> None:
    """A twin that hides: sealed words that end with the sender's address."""
    visitor = from_address(app, ADDRESSES[0])
    visitor.sends(f"/q/{cast.yunxi}/complaint", text=f"占道 {ADDRESSES[0]}")
    assert remains().traces() == []  # two seals on it
    house.open_letterbox(by="timetable", reason="set hour")
    assert remains().traces() != []


# The tables


def finer_than_a_day(tables: Sequence[Table]) -> list[str]:
    """Columns that hold a time of day, and columns named after a person's traces."""
    harmless = Boolean | String | Integer | LargeBinary | Date | JSON
    telling = ("ip", "addr", "agent", "referr", "openid", "session", "cookie", "time")
    return [
        f"{table.name}.{column.name}"
        for table in tables
        for column in table.columns
        if not isinstance(column.type, harmless)
        or any(part in column.name.split("_") for part in telling)
    ]


def test_no_table_of_residents_has_a_time_finer_than_a_day() -> None:
    tables = [kind.__table__ for kind in (*RESIDENT_TABLES, Opening, DayCount)]
    assert finer_than_a_day([t for t in tables if isinstance(t, Table)]) == []
    assert len(tables) == 7


def test_a_table_with_a_time_is_found_out() -> None:
    twin = Table("twin", MetaData(), Column("sent_at", Instant()), Column("ip", String))
    assert finer_than_a_day([twin]) == ["twin.sent_at", "twin.ip"]


def columns_of(file: BoxFile) -> dict[str, list[str]]:
    rows = file.connection().execute(
        "SELECT m.name, c.name, c.type FROM sqlite_master m, pragma_table_info(m.name) c"
        " WHERE m.type = 'table' ORDER BY 1, 2"
    )
    found: dict[str, list[str]] = {}
    for table, column, kind in rows:
        found.setdefault(table, []).append(f"{column} {kind}")
    return found


def test_the_boxes_have_these_columns_and_no_others(house: Installation) -> None:
    """Keys that look random, seals, the number of the opening, and one day."""
    assert columns_of(house.door.box.file) == {
        "aside": ["key BLOB", "opening INTEGER", "sealed BLOB"],
        "box": ["one INTEGER", "opening INTEGER", "public_key BLOB"],
        "item": ["key BLOB", "opening INTEGER", "sealed BLOB"],
        "spent": ["day TEXT", "key BLOB"],
    }
    assert columns_of(house.ballots.file) == {
        "election_ballot": [
            "election_id INTEGER",
            "place_id INTEGER",
            "sealed BLOB",
            "slip_id BLOB",
        ],
        "paper_entry": [
            "digest BLOB",
            "election_id INTEGER",
            "mismatches INTEGER",
            "place_id INTEGER",
            "slip_id BLOB",
            "staff_id INTEGER",
        ],
        "open_rating": [
            "election_id INTEGER",
            "key BLOB",
            "place_id INTEGER",
            "sealed BLOB",
        ],
    }


def test_a_spent_key_is_dated_by_day(
    house: Installation, cast: Cast, app: Flask
) -> None:
    Visitor(app).sends(f"/q/{cast.yunxi}/survey", overall="good")
    house.open_letterbox(by="timetable", reason="set hour")
    (row,) = house.door.box.file.connection().execute("SELECT day FROM spent")
    assert row[0] == "2026-03-02"


# The page that says so


def unsaid(page: Page, tables: Sequence[Any]) -> list[str]:
    """Columns of resident tables that the privacy page does not explain."""
    return [
        f"{table.__tablename__}.{column.name}"
        for table in tables
        for column in table.__table__.columns
        if not column.doc or column.doc not in page.words
    ]


def test_the_privacy_page_says_every_column(visitor: Visitor) -> None:
    assert unsaid(visitor.opens("/privacy"), RESIDENT_TABLES) == []


def test_a_column_the_page_does_not_say_is_found_out(visitor: Visitor) -> None:
    class Twin:
        __tablename__ = "twin"
        __table__ = Table(
            "twin",
            MetaData(),
            Column("id", String, doc="随机编号，看不出先后"),
            Column("phone", String),
            Column("mood", String, doc="您的心情"),
        )

    page = visitor.opens("/privacy")
    assert unsaid(page, [*RESIDENT_TABLES, Twin]) == ["twin.phone", "twin.mood"]


# Files


class Watch:
    """Paths that Python opens for writing while it watches (PEP 578)."""

    def __init__(self) -> None:
        self.opened: list[str] = []
        self.is_on = False
        sys.addaudithook(self._note)

    def _note(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.is_on and event == "open" and isinstance(arguments[2], int):
            path, flags = str(arguments[0]), arguments[2]
            if flags & 0b11:  # O_WRONLY or O_RDWR
                self.opened.append(path)

    def __enter__(self) -> "Watch":
        self.opened, self.is_on = [], True
        return self

    def __exit__(self, *_: object) -> None:
        self.is_on = False


@pytest.fixture(scope="module")
def watch() -> Watch:
    """One watch for the module: an audit hook can never be taken away again."""
    return Watch()


def upload(app: Flask, code: str, size: int) -> Callable[[], int]:
    """Make a letter with a file of `size` bytes; sending it gives the status."""
    url, visitor = f"/q/{code}/complaint", Visitor(app)
    (token,) = visitor.opens(url).form["csrf_token"]
    fields = {"csrf_token": token, "text": "电动车占道"}
    parts = [
        f'--cut\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    head = (
        "--cut\r\nContent-Disposition: form-data; name=picture; filename=a.jpg\r\n\r\n"
    )
    body = "".join([*parts, head]).encode() + bytes(size) + b"\r\n--cut--\r\n"

    def send() -> int:
        kind = "multipart/form-data; boundary=cut"
        return visitor.client.post(url, data=body, content_type=kind).status_code

    return send


@pytest.mark.parametrize(
    ("size", "status"), [(LARGEST_BODY - 8000, 200), (600 * 1024, 413)]
)
def test_a_large_body_leaves_no_temporary_file(
    cast: Cast, house: Installation, app: Flask, watch: Watch, size: int, status: int
) -> None:
    house.door.box.turn_key()  # else the first letter makes the key's file
    send = upload(app, cast.yunxi, size)
    with watch:
        assert send() == status
    assert watch.opened == []


def test_werkzeugs_own_request_would_leave_one(
    cast: Cast, house: Installation, app: Flask, watch: Watch
) -> None:
    """The leaking twin: the framework spools large bodies to disk."""
    house.door.box.turn_key()
    app.request_class = Request
    send = upload(app, cast.yunxi, LARGEST_BODY - 8000)
    with watch:
        assert send() == 200
    assert set(watch.opened) == {tempfile.gettempdir()}  # a file without a name
