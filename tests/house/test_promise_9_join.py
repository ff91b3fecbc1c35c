"""Promise 9: a vote is sealed until the close, and afterwards its lists do not join.

Before: with the key of any one person nobody reads a ballot, and what is written does
not depend on the scores. After: no two of the seven lists share an order, nor does one
have that of arrival: in files, logs, backups, freed pages, and in PostgreSQL's heap.
"""

import random  # noqa: TID251 -- scores of invented voters
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, select, text

from portal import entrances, vote
from portal.cli import main
from portal.cli.running import migrate
from portal.kernel.sealing import KeyPair, seal
from portal.kernel.settings import Settings
from portal.rounds import Phase
from portal.vote import DEFAULT_TERMS, Precinct, Signatory, Slip, make_slips
from portal.vote.ledger import VoteFile
from portal.web.installation import Installation
from tests.house.joining import (
    files_in,
    heaps_of,
    joined,
    marks_of,
    opened_with,
    orders_in,
)
from tests.makers import Cast, in_phase, make_cast, make_result, make_vote
from tests.services import postgres_schema
from tests.web.public.scenes import LIUTANG

BALLOTS = 200
FEW = 12
LISTS = {"slip", *(dimension.id for dimension in DEFAULT_TERMS.dimensions)}
Scoring = Callable[[int], dict[str, str]]


def any_scores(_: int) -> dict[str, str]:
    steps = [option.id for option in DEFAULT_TERMS.scale]
    return {d.id: random.choice(steps) for d in DEFAULT_TERMS.dimensions}  # noqa: S311


def alike(score: str) -> Scoring:
    return lambda _: {d.id: score for d in DEFAULT_TERMS.dimensions}


@dataclass
class Polls:
    """A vote that is open in 云溪, and its slips in the order of arrival."""

    house: Installation
    cast: Cast
    slips: Sequence[Slip]

    def take(self, slips: Sequence[Slip], scoring: Scoring = any_scores) -> None:
        """Ballots come in."""
        with self.house.sessions() as session:
            election = vote.find_election(session, self.cast.round_id)
            assert election is not None
            place_id = entrances.entrance(session, self.cast.yunxi).place_id
            for n, slip in enumerate(slips):
                vote.cast(
                    self.house.ballots,
                    session,
                    election=election,
                    place_id=place_id,
                    secret=slip.secret,
                    scores=scoring(n),
                )

    def backup(self, target: Path) -> Path:
        settings = self.house.settings
        run = CliRunner(env={"PORTAL_INSTANCE": str(settings.instance)})
        done = run.invoke(main, ["backup", str(target)])
        assert done.exit_code == 0, done.output
        return target

    def joined(self, pieces: dict[str, bytes]) -> dict[str, float]:
        return joined(orders_in(pieces, marks_of(self.slips)), len(self.slips))

    def lists_in(self, pieces: dict[str, bytes]) -> set[str]:
        return {order.list_name for order in orders_in(pieces, marks_of(self.slips))}


def polls(house: Installation, cast: Cast, slips: int = BALLOTS) -> Polls:
    in_phase(house, cast.round_id, Phase.VOTING)
    made = make_vote(house, cast, slips=slips)
    return Polls(house, cast, random.sample(made, len(made)))


# Before the close


def values_in(folder: Path, *databases: str) -> set[bytes]:
    """Every binary value of SQLite files."""
    found: set[bytes] = set()
    for name in databases:
        connection = sqlite3.connect(folder / name)
        tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
        for (table,) in connection.execute(tables).fetchall():
            rows = connection.execute(f'SELECT * FROM "{table}"')  # noqa: S608 -- the database's own names
            found |= {v for row in rows for v in row if isinstance(v, bytes)}
        connection.close()
    return found


def who_reads(it: Polls, *folders: Path) -> set[str]:
    """Who of the cast reads a ballot alone: with databases, key store and their key."""
    store = it.house.keystore
    values = {store.get(name) or b"" for name in store.names()}
    for folder in folders:
        values |= values_in(folder, "portal.db", "ballots.db")
    begun = tuple(bytes.fromhex(slip.slip_id) for slip in it.slips)
    return {
        name
        for name, player in it.cast.players.items()
        if any(m.startswith(begun) for m in opened_with(player.seed, values))
    }


def test_nobody_alone_reads_a_ballot_of_a_vote_that_goes_on(
    house: Installation, cast: Cast, tmp_path: Path
) -> None:
    it = polls(house, cast, FEW)
    it.take(it.slips)
    kept = it.backup(tmp_path / "kept")
    assert house.ballots.turnout(1) == {1: FEW}
    assert who_reads(it, house.settings.instance, kept) == set()


def test_once_one_closer_ended_the_vote_only_the_other_can_open_it(
    house: Installation, cast: Cast
) -> None:
    it = polls(house, cast, FEW)
    it.take(it.slips)
    first = Signatory(cast.chief.staff_id, "chief", cast.chief.pair)
    with house.sessions() as session, session.begin():
        election = vote.find_election(session, cast.round_id)
        assert election is not None
        vote.agree(
            session, house.keystore, election=election, first=first, now=house.clock()
        )
    assert who_reads(it, house.settings.instance) == {"office"}


def test_after_the_close_an_old_backup_opens_for_nobody(
    house: Installation, cast: Cast, tmp_path: Path
) -> None:
    """Not for both closers together either: the vote key was in no database."""
    it = polls(house, cast, FEW)
    it.take(it.slips)
    kept = it.backup(tmp_path / "kept")
    make_result(house, cast)
    assert house.keystore.names("votes") == []
    assert who_reads(it, kept, house.settings.instance) == set()
    both = values_in(kept, "portal.db", "ballots.db") | {cast.office.seed}
    opened = opened_with(cast.chief.seed, both)
    begun = tuple(bytes.fromhex(slip.slip_id) for slip in it.slips)
    assert [message for message in opened if message.startswith(begun)] == []


@pytest.mark.parametrize("leak", ["wrapped to one", "at rest"])
def test_a_vote_key_that_one_person_has_is_found(
    house: Installation, cast: Cast, leak: str
) -> None:
    """The twin of the two layers."""
    it, key = polls(house, cast, FEW), KeyPair.make()
    with house.sessions() as session, session.begin():
        election = vote.find_election(session, cast.round_id)
        assert election is not None
        election.public_key = key.public
    wrap = seal(key.seed, cast.office.pair.public)
    house.keystore.put("votes/1/spare", wrap if leak == "wrapped to one" else key.seed)
    it.take(it.slips)
    found = who_reads(it, house.settings.instance)
    assert found == ({"office"} if leak == "wrapped to one" else set(cast.players))


def written(house: Installation) -> dict[str, object]:
    """All that lies in the tables but the sealed bytes, of which the sizes."""
    found: dict[str, object] = {}
    with house.engine.connect() as connection:
        tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
        for (name,) in connection.exec_driver_sql(tables).all():
            rows = connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()  # noqa: S608 -- the database's own names
            found[name] = [tuple(row) for row in rows]
    box = house.ballots.file.connection()
    for (name,) in box.execute(tables).fetchall():
        rows = box.execute(f'SELECT * FROM "{name}"').fetchall()  # noqa: S608 -- ours
        found[f"box {name}"] = [
            tuple(len(v) if isinstance(v, bytes) and len(v) != 32 else v for v in row)
            for row in rows
        ]
    return found


def twins_of(it: Polls, tmp_path: Path) -> list[Installation]:
    """The polls twice, to be voted in differently."""
    it.house.close()
    found = []
    for name in ("one", "two"):
        shutil.copytree(it.house.settings.instance, tmp_path / name)
        house = Installation.at(Settings.at(tmp_path / name))
        house.clock = it.house.clock
        found.append(house)
    return found


def test_what_is_written_does_not_depend_on_the_scores(
    house: Installation, cast: Cast, tmp_path: Path
) -> None:
    """So there is no running score, for a database administrator neither."""
    it = polls(house, cast, FEW)
    one, two = twins_of(it, tmp_path)
    replace(it, house=one).take(it.slips, alike("satisfied"))
    replace(it, house=two).take(it.slips, alike("dissatisfied"))
    assert len(written(one)["box election_ballot"]) == FEW  # type: ignore[arg-type]
    assert written(one) == written(two)
    for each in (one, two):
        each.open_letterbox(by="timetable", reason="set hour")
    sizes = [
        {
            name: len(content)
            for name, content in files_in(each.settings.instance).items()
        }
        for each in (one, two)
    ]
    assert [*sizes[0].values()] == [*sizes[1].values()]
    one.close()
    two.close()


def test_a_running_count_is_found(
    house: Installation, cast: Cast, tmp_path: Path
) -> None:
    """The twin: somewhere it is counted how often each option was chosen."""
    it = polls(house, cast, FEW)
    one, two = twins_of(it, tmp_path)
    for each, score in ((one, "satisfied"), (two, "dissatisfied")):
        replace(it, house=each).take(it.slips, alike(score))
        with each.engine.begin() as connection:
            connection.execute(text("UPDATE round SET name = :it"), {"it": score})
    assert written(one) != written(two)
    one.close()
    two.close()


# After the close


def closed(it: Polls, tmp_path: Path) -> dict[str, bytes]:
    """The vote from first ballot to close, with an opening and backups on the way."""
    early, late = it.slips[:150], it.slips[150:]
    it.take(early)
    it.house.open_letterbox(by="timetable", reason="set hour")
    it.take(late)
    it.take(early[:20])  # they vote again
    before = it.backup(tmp_path / "before")
    make_result(it.house, it.cast)
    after = it.backup(tmp_path / "after")
    with it.house.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
    return files_in(it.house.settings.instance, before, after)


def test_no_two_lists_share_an_order_and_none_has_that_of_arrival(
    house: Installation, cast: Cast, tmp_path: Path
) -> None:
    it = polls(house, cast)
    found = closed(it, tmp_path)
    for name in ("instance/portal.db", "instance/portal.db-wal"):
        assert it.lists_in({name: found[name]}) == LISTS
    assert it.lists_in({"db": found["after/portal.db"]}) == LISTS
    assert it.lists_in({"db": found["before/ballots.db"]}) == {"slip"}
    assert it.joined(found) == {}


def test_nothing_of_the_ballots_is_left_in_the_box(
    house: Installation, cast: Cast, tmp_path: Path
) -> None:
    it = polls(house, cast)
    found = closed(it, tmp_path)
    for name in ("instance/ballots.db", "instance/ballots.db-wal", "after/ballots.db"):
        marks = [m for mark in marks_of(it.slips) for m in mark.written]
        assert [m for m in marks if m in found.get(name, b"")] == []


def test_each_list_is_kept_in_the_order_of_its_own_marks(
    house: Installation, cast: Cast
) -> None:
    it = polls(house, cast, FEW)
    it.take(it.slips)
    make_result(house, cast)
    with house.sessions() as session:
        kept = session.scalars(select(VoteFile)).all()
        rows = [file.content.decode().splitlines()[1:] for file in kept]
    assert len(rows) == len(LISTS)
    assert [len(each) for each in rows] == [FEW] * len(LISTS)
    assert rows == [sorted(each) for each in rows]


@pytest.mark.services
def test_postgresql_keeps_no_common_order_either(tmp_path: Path) -> None:
    with postgres_schema() as url:
        settings = replace(Settings.at(tmp_path / "instance"), database_url=url)
        settings.instance.mkdir()
        migrate(url)
        cast = make_cast(settings)
        it = polls(Installation.at(settings), cast)
        it.take(it.slips)
        make_result(it.house, cast)
        with it.house.engine.connect() as connection:
            found = heaps_of(connection)
            writers = connection.exec_driver_sql("SELECT xmin::text FROM vote_file")
            transactions = set(writers.scalars())
        found |= files_in(settings.instance)
        it.house.close()
    assert it.lists_in({"heap": found["vote_file"]}) == LISTS
    elsewhere = {n: heap for n, heap in found.items() if n != "vote_file"}
    assert it.lists_in(elsewhere) == {"slip"}  # the manifest
    assert len(transactions) == 1
    assert it.joined(found) == {}


# Twins


def test_rows_kept_as_they_came_are_found(
    house: Installation, cast: Cast, tmp_path: Path
) -> None:
    it = polls(house, cast)
    found = closed(it, tmp_path)
    twin = tmp_path / "twin.db"
    connection = sqlite3.connect(twin)
    connection.execute("CREATE TABLE row (list TEXT, mark TEXT)")
    for slip in it.slips:
        connection.executemany(
            "INSERT INTO row VALUES (?, ?)", slip.check_codes.items()
        )
    connection.commit()
    connection.close()
    caught = it.joined(found | {"twin": twin.read_bytes()})
    assert any("arrival" in what for what in caught)
    assert any("measures" in what and "effect" in what for what in caught)


def test_lists_in_one_common_order_are_found_though_it_is_not_that_of_arrival(
    house: Installation, cast: Cast, tmp_path: Path
) -> None:
    it = polls(house, cast)
    closed(it, tmp_path)
    order = random.sample(it.slips, len(it.slips))
    with house.sessions() as session, session.begin():
        for file in session.scalars(
            select(VoteFile).where(VoteFile.path.like("%001001%"))
        ):
            name = file.path.split("/")[1].removesuffix(".csv")
            marks = (
                slip.slip_id if name == "used" else slip.check_codes[name]
                for slip in order
            )
            file.content = "\n".join(marks).encode()
    caught = it.joined(files_in(it.backup(tmp_path / "twin")))
    assert not any("arrival" in what for what in caught)
    assert any("measures" in what and "effect" in what for what in caught)
    assert any("slip" in what and "effect" in what for what in caught)


def test_a_box_that_is_emptied_but_not_rewritten_is_found(
    house: Installation, cast: Cast, tmp_path: Path
) -> None:
    """The twin of `destroy`: the rows are gone, the log of their coming is not."""
    it = polls(house, cast)
    it.take(it.slips)
    with house.ballots.file.writing() as box:
        box.execute("DELETE FROM election_ballot")
    caught = it.joined(files_in(house.settings.instance))
    assert any("arrival" in what and "ballots.db-wal" in what for what in caught)


@pytest.mark.services
def test_postgresql_shows_rows_that_were_kept_as_they_came() -> None:
    slips = list(make_slips(Precinct("2026-1", LIUTANG, DEFAULT_TERMS), FEW * 5))
    with postgres_schema() as url:
        engine = create_engine(url)
        with engine.begin() as connection:
            for dimension in DEFAULT_TERMS.dimensions:
                connection.exec_driver_sql(f'CREATE TABLE "{dimension.id}" (mark text)')
                connection.exec_driver_sql(
                    f'INSERT INTO "{dimension.id}" VALUES (%s)',  # noqa: S608 -- ours
                    [(slip.check_codes[dimension.id],) for slip in slips],
                )
            found = heaps_of(connection)
        engine.dispose()
    caught = joined(orders_in(found, marks_of(slips)), len(slips))
    assert len(LISTS - {"slip"}) == 6
    assert set(caught.values()) == {1.0}
