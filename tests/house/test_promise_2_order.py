"""Promise 2: order of arrival cannot be rebuilt from an opened box, nor from raw pages.

Items fall in in a known order; then everything that has an order on disk is compared
with it by Spearman's rank correlation: tables as they are selected, and where each
item's bytes lie in every file, write-ahead logs and freed pages included.
"""

import json
import secrets
import sqlite3
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import pytest

from portal import entrances
from portal.intake.records import RESIDENT_TABLES
from portal.rounds import Phase
from portal.vote import DIMENSIONS, find_election
from portal.web.installation import Installation
from tests.makers import Cast, in_phase, make_vote

ITEMS = 40
BATCHES = 5
# Of unordered items the rank correlation · sqrt(n - 1) is close to normal: 5.5 standard
# deviations are passed by chance once in about 25 million measures.
DEVIATIONS = 5.5
ONE = DEVIATIONS / sqrt(ITEMS - 1)
ALL = DEVIATIONS / sqrt(BATCHES * (ITEMS - 1))


def rank_correlation(places: Sequence[int]) -> float:
    """Spearman's rho of the order of arrival with the order of `places` (no ties)."""
    n = len(places)
    rank = {place: i for i, place in enumerate(sorted(places))}
    squares = sum((i - rank[place]) ** 2 for i, place in enumerate(places))
    return 1 - 6 * squares / (n * (n * n - 1))


def order_in(rows: Sequence[bytes], marks: Sequence[bytes]) -> list[int] | None:
    """Where each mark stands among rows; None where not every mark is there."""
    places = [next((i for i, r in enumerate(rows) if m in r), -1) for m in marks]
    return None if -1 in places else places


def offsets_in(content: bytes, marks: Sequence[bytes]) -> dict[str, list[int]]:
    """The first and last place of each mark in a file, where every mark is there."""
    found = {
        "first": [content.find(mark) for mark in marks],
        "last": [content.rfind(mark) for mark in marks],
    }
    return {name: places for name, places in found.items() if -1 not in places}


@dataclass
class Batch:
    """What fell into the box between two openings, in the order of arrival."""

    keys: list[bytes]
    lookups: list[bytes]
    ticks: list[bytes]
    seals: list[bytes]
    added: list[bytes]

    def kinds(self) -> dict[str, list[bytes]]:
        return vars(self)


def drop(house: Installation, cast: Cast) -> Batch:
    """Letters and answers by turns, as `receive` writes them."""
    with house.sessions() as session:
        here = entrances.entrance(session, cast.yunxi)
    batch = Batch([], [], [], [], [])
    common = {"round": here.round_id, "place": here.place_id, "flags": []}
    for _ in range(ITEMS):
        lookup, tick, sealed, added = (secrets.token_bytes(32) for _ in range(4))
        letter = {
            "what": "letter",
            "category": "other",
            "text": b64encode(sealed).decode(),
            "contact": b64encode(sealed[::-1]).decode(),
            "lookup": lookup.hex(),
            "reply_key": lookup.hex(),
        }
        answers = {
            "what": "answers",
            "channel": "lift",
            "revision": "r",
            "ticks": {"mark": tick.hex()},
            "texts": [["more", b64encode(sealed * 2).decode()]],
        }
        addition = {
            "what": "addition",
            "kind": "text",
            "lookup": lookup.hex(),
            "content": b64encode(added).decode(),
            "echo": b64encode(added[::-1]).decode(),
        }
        for message in (letter, answers, addition):
            key = secrets.token_bytes(32)
            house.door.box.drop(key, json.dumps(message | common).encode())
            if message is letter:
                batch.keys.append(key)
        batch.lookups.append(lookup)
        batch.ticks.append(tick.hex().encode())
        batch.seals.append(sealed)
        batch.added.append(added)
    return batch


def rows_of(file: Path, table: str) -> list[bytes]:
    """A table's rows in the order the database gives them unasked."""
    connection = sqlite3.connect(file)
    try:
        rows = connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608
    finally:
        connection.close()
    return [
        b"|".join(v if isinstance(v, bytes) else str(v).encode() for v in row)
        for row in rows
    ]


def measures(house: Installation, batch: Batch) -> dict[str, float]:
    """Every order on disk that speaks of the batch, as correlation with arrival."""
    house.door.box.file.connection()  # which makes the tables
    folder = house.settings.instance
    tables = {
        "portal.db": [kind.__tablename__ for kind in RESIDENT_TABLES],
        "letterbox.db": ["spent", "item"],
    }
    found: dict[str, list[int]] = {}
    for name, marks in batch.kinds().items():
        for file in sorted(folder.glob("*.db*")):
            for end, places in offsets_in(file.read_bytes(), marks).items():
                found[f"{end} bytes of {name} in {file.name}"] = places
        for file_name, names in tables.items():
            for table in names:
                placed = order_in(rows_of(folder / file_name, table), marks)
                if placed is not None:
                    found[f"{name} in {table}"] = placed
    return {what: rank_correlation(places) for what, places in found.items()}


def checkpoint(house: Installation) -> None:
    with house.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")


def too_ordered(batches: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Measures in which the order of arrival shows, in one batch or over all."""
    found = {
        what: rho for batch in batches for what, rho in batch.items() if abs(rho) > ONE
    }
    for what in set.intersection(*map(set, batches)):
        mean = sum(batch[what] for batch in batches) / len(batches)
        if len(batches) == BATCHES and abs(mean) > ALL:
            found[f"{what}, on average"] = mean
    return found


def test_an_opened_box_does_not_show_the_order_of_arrival(
    house: Installation, cast: Cast
) -> None:
    batches: list[dict[str, float]] = []
    for _ in range(BATCHES):
        batch = drop(house, cast)
        house.open_letterbox(by="timetable", reason="set hour")
        checkpoint(house)
        batches.append(measures(house, batch))
    for what in (
        "keys in spent",
        "first bytes of keys in letterbox.db",
        "lookups in letter",
        "first bytes of lookups in portal.db",
        "last bytes of lookups in portal.db",
        "ticks in response",
        "first bytes of ticks in portal.db",
        "first bytes of ticks in portal.db-wal",
        "seals in remark",
        "added in addition",
        "first bytes of added in portal.db",
    ):
        assert [what in batch for batch in batches] == [True] * BATCHES, what
    assert too_ordered(batches) == {}


def test_nothing_of_an_item_is_left_once_its_key_is_forgotten(
    house: Installation, cast: Cast
) -> None:
    batch = drop(house, cast)
    house.open_letterbox(by="timetable", reason="set hour")
    house.door.box.forget_spent(before=house.today().replace(year=2099))
    house.door.box.file.forget_order()
    files = house.settings.instance.glob("letterbox.db*")
    left = b"".join(file.read_bytes() for file in files)
    assert [mark for mark in batch.keys if mark in left] == []


def test_keys_swept_days_ago_are_forgotten_without_an_order(
    house: Installation, cast: Cast
) -> None:
    """What `forget_spent` leaves in the write-ahead log is in key order, too."""
    batch = drop(house, cast)
    house.open_letterbox(by="timetable", reason="set hour")
    house.door.box.forget_spent(before=house.today().replace(year=2099))
    assert too_ordered([measures(house, batch)]) == {}


def test_ballots_lose_their_order_with_the_next_opening(
    house: Installation, cast: Cast
) -> None:
    in_phase(house, cast.round_id, Phase.VOTING)
    slips = make_vote(house, cast, slips=ITEMS)
    scores = {dimension.id: "satisfied" for dimension in DIMENSIONS}
    with house.sessions() as session:
        place_id = entrances.entrance(session, cast.yunxi).place_id
        election = find_election(session, cast.round_id)
    assert election is not None
    for slip in slips:
        house.ballots.put(election, slip, place_id=place_id, scores=scores)
    ids = [bytes.fromhex(slip.slip_id) for slip in slips]
    batch = Batch(ids, ids, ids, ids, ids)
    assert too_ordered([measures(house, batch)]) != {}  # the twin: not yet
    house.open_letterbox(by="timetable", reason="set hour")
    after = measures(house, batch)
    assert "first bytes of keys in ballots.db" in after
    assert too_ordered([after]) == {}


# Twins


def test_a_plain_table_shows_the_order(tmp_path: Path, cast: Cast) -> None:
    """The leaking twin: rows with a rowid, written as they came."""
    file = tmp_path / "portal.db"
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE letter (id TEXT PRIMARY KEY, lookup BLOB)")
    marks = [secrets.token_bytes(32) for _ in range(ITEMS)]
    for mark in marks:
        connection.execute(
            "INSERT INTO letter VALUES (?, ?)", (secrets.token_hex(16), mark)
        )
    connection.commit()
    connection.close()
    placed = order_in(rows_of(file, "letter"), marks)
    assert placed is not None
    assert rank_correlation(placed) == 1.0
    offsets = offsets_in(file.read_bytes(), marks)["first"]
    assert abs(rank_correlation(offsets)) == 1.0


def test_rows_copied_without_a_shuffle_show_the_order(tmp_path: Path) -> None:
    """The twin that does half: random keys and no rowid, but written as they came."""
    file = tmp_path / "portal.db"
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE letter (id TEXT PRIMARY KEY) WITHOUT ROWID")
    marks = [secrets.token_hex(16).encode() for _ in range(ITEMS)]
    connection.executemany(
        "INSERT INTO letter VALUES (?)", [(mark.decode(),) for mark in marks]
    )
    connection.commit()
    connection.close()
    placed = order_in(rows_of(file, "letter"), marks)
    assert placed is not None
    assert abs(rank_correlation(placed)) < ONE  # a glance at the table is content
    offsets = offsets_in(file.read_bytes(), marks)["first"]
    assert abs(rank_correlation(offsets)) == 1.0  # the pages are not


def test_a_box_that_is_not_opened_shows_the_order(
    house: Installation, cast: Cast
) -> None:
    """Said on the privacy page; and the measure sees it."""
    batch = drop(house, cast)
    shown = too_ordered([measures(house, batch)])
    assert shown["first bytes of keys in letterbox.db-wal"] == pytest.approx(1, abs=0.1)


def test_a_box_that_forgets_no_order_is_found_out(
    house: Installation, cast: Cast
) -> None:
    """The twin of the sweep: deleted, even zeroed, but the log kept."""
    batch = drop(house, cast)
    (opening,) = house.door.box.turn_key()
    with house.door.box.file.writing() as box:
        box.execute(
            "INSERT INTO spent SELECT key, '2026-03-02' FROM item WHERE opening = ?",
            (opening,),
        )
        box.execute("DELETE FROM item WHERE opening = ?", (opening,))
    assert too_ordered([measures(house, batch)]) != {}


def test_rank_correlation_knows_order_and_disorder() -> None:
    numbers = list(range(ITEMS))
    assert rank_correlation(numbers) == 1.0
    assert rank_correlation(numbers[::-1]) == -1.0
    assert rank_correlation([2, 1, 4, 3]) == pytest.approx(0.6)
    mixed = [n * 17 % 41 for n in range(1, ITEMS + 1)]
    assert abs(rank_correlation(mixed)) < ONE
