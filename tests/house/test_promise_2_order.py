"""Promise 2: order of arrival cannot be rebuilt from an opened box, nor from raw pages.

Items fall in in a known order; then everything that has an order on disk is compared
with it by Spearman's rank correlation: tables as they are selected, and where each
item's bytes lie in every file, write-ahead logs and freed pages included.
"""

import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import sqrt
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine

from portal import entrances
from portal.cli import main
from portal.cli.running import migrate
from portal.intake.box_rows import Compartment
from portal.kernel.settings import Settings
from portal.rounds import Phase
from portal.vote import DEFAULT_TERMS, find_election, find_manifest, rate
from portal.web.installation import Installation
from tests.house.order import (
    Batch,
    drop,
    freed_pages,
    in_backup,
    measures,
    offsets_in,
    on_postgres,
    order_in,
    plain_on_postgres,
    rank_correlation,
    rows_of,
    wal_frames,
)
from tests.makers import (
    Cast,
    in_phase,
    make_arrival,
    make_cast,
    make_vote,
    open_polls,
)
from tests.services import postgres_schema

URGENT = b"""{"what": "letter", "category": "other", "text": "", "contact": null,
"lookup": "00", "reply_key": "00", "urgent": true, "round": 1, "place": 1, "flags": []
}"""
ITEMS = 40
BATCHES = 5
# Of unordered items the rank correlation · sqrt(n - 1) is close to normal: 5.5 standard
# deviations are passed by chance once in about 25 million measures.
DEVIATIONS = 5.5
ONE = DEVIATIONS / sqrt(ITEMS - 1)
ALL = DEVIATIONS / sqrt(BATCHES * (ITEMS - 1))


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
        batch = drop(house, cast.yunxi, ITEMS)
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
    batch = drop(house, cast.yunxi, ITEMS)
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
    batch = drop(house, cast.yunxi, ITEMS)
    house.open_letterbox(by="timetable", reason="set hour")
    house.door.box.forget_spent(before=house.today().replace(year=2099))
    assert too_ordered([measures(house, batch)]) == {}


def test_ballots_lose_their_order_with_the_next_opening(
    house: Installation, cast: Cast
) -> None:
    in_phase(house, cast.round_id, Phase.VOTING)
    slips = make_vote(house, cast, slips=ITEMS)
    scores = {dimension.id: "satisfied" for dimension in DEFAULT_TERMS.dimensions}
    with house.sessions() as session:
        place_id = entrances.entrance(session, cast.yunxi).place_id
        election = find_election(session, cast.round_id)
        posted = find_manifest(session, election.id, place_id) if election else None
        assert posted is not None
        for slip in slips:
            house.ballots.put(posted, slip, scores=scores)
    ids = [bytes.fromhex(slip.slip_id) for slip in slips]
    batch = Batch(ids, ids, ids, ids, ids)
    assert too_ordered([measures(house, batch)]) != {}  # the twin: not yet
    house.open_letterbox(by="timetable", reason="set hour")
    after = measures(house, batch)
    assert "first bytes of keys in ballots.db" in after
    assert too_ordered([after]) == {}


def test_ratings_lose_their_order_with_the_next_opening(
    house: Installation, cast: Cast
) -> None:
    in_phase(house, cast.round_id, Phase.VOTING)
    open_polls(house, cast)
    scores = {dimension.id: "satisfied" for dimension in DEFAULT_TERMS.dimensions}
    keys: dict[bytes, None] = {}
    with house.sessions() as session:
        election = find_election(session, cast.round_id)
        assert election is not None
        for _ in range(ITEMS):
            arrival = make_arrival(session, cast.yunxi)
            rate(
                house.ratings,
                house.door.pepper,
                election=election,
                arrival=arrival,
                scores=scores,
            )
            held = house.ballots.file.connection().execute(
                "SELECT key FROM open_rating"
            )
            keys |= dict.fromkeys(bytes(key) for (key,) in held)
    came = list(keys)
    batch = Batch(came, came, came, came, came)
    assert too_ordered([measures(house, batch)]) != {}  # the twin: not yet
    house.open_letterbox(by="timetable", reason="set hour")
    after = measures(house, batch)
    assert "first bytes of keys in ballots.db" in after
    assert too_ordered([after]) == {}


def test_what_is_put_off_for_its_own_hour_forgets_its_order_too(
    house: Installation, cast: Cast
) -> None:
    batch = drop(house, cast.yunxi, ITEMS)
    assert too_ordered([measures(house, batch)]) != {}
    not_yet = frozenset({cast.round_id})
    assert house.open_letterbox(by="timetable", reason="set hour", not_yet=not_yet) == 0
    after = measures(house, batch)
    assert "keys in item" in after
    assert too_ordered([after]) == {}


def test_an_opening_with_urgent_letters_leaves_no_order_of_the_others(
    house: Installation, cast: Cast
) -> None:
    batch = drop(house, cast.yunxi, ITEMS)
    house.door.box.drop(bytes(32), URGENT, Compartment.URGENT)
    house.open_urgent()
    assert house.door.box.waiting() == 3 * ITEMS
    after = measures(house, batch)
    assert "keys in item" in after
    assert too_ordered([after]) == {}


def test_a_backup_shows_no_order(
    house: Installation, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command opens the box itself, before it copies anything."""
    batch = drop(house, cast.yunxi, ITEMS)
    monkeypatch.setenv("PORTAL_INSTANCE", str(house.settings.instance))
    CliRunner().invoke(main, ["backup", str(tmp_path / "kept")])
    assert house.door.box.waiting() == 0
    assert [file.name for file in (tmp_path / "kept").glob("letterbox*")] == []
    found = in_backup(tmp_path / "kept", batch)
    assert "first bytes of lookups in backup of portal.db" in found
    assert too_ordered([found]) == {}


@pytest.mark.services
def test_postgresql_shows_no_order_by_row_pointer_or_transaction(
    tmp_path: Path,
) -> None:
    with postgres_schema() as url:
        settings = replace(Settings.at(tmp_path / "instance"), database_url=url)
        settings.instance.mkdir()
        migrate(url)
        cast = make_cast(settings)
        house = Installation.at(settings)
        batch = drop(house, cast.yunxi, ITEMS)
        house.open_letterbox(by="timetable", reason="set hour")
        with house.engine.connect() as connection:
            found = on_postgres(connection, batch)
        house.close()
        assert len(found) == 8
        assert too_ordered([found]) == {}


# Twins


@pytest.mark.services
def test_postgresql_shows_the_order_of_rows_inserted_as_they_came() -> None:
    batch = Batch([], [secrets.token_bytes(32) for _ in range(ITEMS)], [], [], [])
    with postgres_schema() as url:
        engine = create_engine(url)
        with engine.connect() as connection:
            plain_on_postgres(connection, batch)
            found = on_postgres(connection, batch)
        engine.dispose()
    assert found["ctid of letter"] == found["xmin of letter"] == 1.0


def test_freed_pages_and_log_frames_show_the_order_of_a_plain_table(
    tmp_path: Path,
) -> None:
    marks = [secrets.token_bytes(2000) for _ in range(ITEMS)]
    connection = sqlite3.connect(tmp_path / "plain.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA secure_delete=OFF")
    connection.execute("CREATE TABLE letter (id TEXT PRIMARY KEY, lookup BLOB)")
    for mark in marks:
        connection.execute(
            "INSERT INTO letter VALUES (?, ?)", (secrets.token_hex(16), mark)
        )
    frames = wal_frames(tmp_path / "plain.db-wal", marks)
    connection.execute("DROP TABLE letter")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    heads = [mark[:32] for mark in marks]
    freed = offsets_in(freed_pages(tmp_path / "plain.db"), heads)
    assert frames is not None
    assert rank_correlation(frames) == pytest.approx(1, abs=0.05)
    assert abs(rank_correlation(freed["first"])) == pytest.approx(1, abs=0.1)


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
    batch = drop(house, cast.yunxi, ITEMS)
    shown = too_ordered([measures(house, batch)])
    assert shown["first bytes of keys in letterbox.db-wal"] == pytest.approx(1, abs=0.1)


def test_a_box_that_forgets_no_order_is_found_out(
    house: Installation, cast: Cast
) -> None:
    """The twin of the sweep: deleted, even zeroed, but the log kept."""
    batch = drop(house, cast.yunxi, ITEMS)
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
