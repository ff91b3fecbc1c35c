"""The order of arrival after an opening, beside a control that leaks it.

Over many runs the *largest* rank correlation of anything that lies on disk with the
order of arrival; beside it the smallest of a table written as things came, which must
stand near 1, else the measure is blind. `python -m bench.order`; exits 1 where an
order shows.
"""

import argparse
import os
import secrets
import sqlite3
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from math import sqrt
from pathlib import Path

import psycopg
from sqlalchemy import create_engine

from bench.tables import Table
from portal.cli.keeping import copy_database
from portal.cli.running import migrate
from portal.kernel.settings import Settings
from portal.web.installation import Installation
from tests.house import order
from tests.house.order import Batch
from tests.makers import Cast, make_cast
from tests.services import postgres_schema

RUNS = 20
FEW = 40  # items that the log keeps before it is written back to the file
ITEMS = 200  # letters, answers and additions, as many of each
DEVIATIONS = 5.5  # passed by disorder once in about 25 million measures
BLIND = 0.9  # a control below that shows nothing

Measures = Mapping[str, float]
FAMILIES: Mapping[str, Callable[[str], bool]] = {
    "write-ahead log": lambda what: "-wal" in what,
    "rows as they are selected": lambda what: " in " in what and "bytes" not in what,
    "freed pages": lambda what: "freed pages" in what,
    "backup": lambda what: "backup" in what,
    "the box's file": lambda what: "bytes" in what and "letterbox.db" in what,
    "pages of the database": lambda what: "bytes" in what,
    "PostgreSQL ctid": lambda what: what.startswith("ctid"),
    "PostgreSQL xmin": lambda what: what.startswith("xmin"),
}


def family_of(what: str) -> str:
    """Which line of the table a measure belongs to: the first that fits."""
    return next(name for name, fits in FAMILIES.items() if fits(what))


def ours(folder: Path, cast: Cast, runs: int) -> Iterator[Measures]:
    """What shows after each of many openings on SQLite."""
    house = Installation.at(Settings.at(folder))
    for run in range(runs):
        batch = order.drop(house, cast.yunxi, ITEMS)
        house.open_letterbox(by="timetable", reason="set hour")
        with house.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
        kept = folder / f"backup{run}"
        kept.mkdir()
        copy_database(folder / "portal.db", kept / "portal.db")
        yield {**order.measures(house, batch), **order.in_backup(kept, batch)}
    house.close()


def ours_on_postgres(folder: Path, url: str, runs: int) -> Iterator[Measures]:
    """What shows after each of many openings on PostgreSQL."""
    settings = replace(Settings.at(folder), database_url=url)
    folder.mkdir()
    migrate(url)
    cast = make_cast(settings)
    house = Installation.at(settings)
    for _ in range(runs):
        batch = order.drop(house, cast.yunxi, ITEMS)
        house.open_letterbox(by="timetable", reason="set hour")
        with house.engine.connect() as connection:
            yield order.on_postgres(connection, batch)
    house.close()


def control(folder: Path) -> Measures:
    """A table written as things came, in every place that is looked at."""
    folder.mkdir()
    file, batch = folder / "portal.db", Batch([], [], [], [], [])
    batch.lookups = [secrets.token_bytes(1500) for _ in range(ITEMS)]
    heads = [mark[:32] for mark in batch.lookups]
    found: dict[str, float] = {}
    with closing(sqlite3.connect(file, isolation_level=None)) as plain:
        plain.execute("PRAGMA journal_mode=WAL")
        plain.execute("PRAGMA secure_delete=OFF")
        plain.execute("PRAGMA wal_autocheckpoint=0")
        plain.execute("CREATE TABLE letter (id TEXT PRIMARY KEY, lookup BLOB)")
        for mark in batch.lookups:
            plain.execute(
                "INSERT INTO letter VALUES (?, ?)", (secrets.token_hex(16), mark)
            )
        placed = order.order_in(order.rows_of(file, "letter"), heads)
        found["lookups in letter"] = order.rank_correlation(placed or [0, 0])
        frames = order.wal_frames(folder / "portal.db-wal", heads)
        found["frames in portal.db-wal"] = order.rank_correlation(frames or [0, 0])
        plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        found["bytes in portal.db"] = _first(file.read_bytes(), heads)
        copy_database(file, folder / "copy.db")
        found["bytes in backup"] = _first((folder / "copy.db").read_bytes(), heads)
        plain.execute("DROP TABLE letter")
        plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        found["bytes in freed pages"] = _first(order.freed_pages(file), heads)
    return found


def unswept(house: Installation, cast: Cast) -> Measures:
    """The box before its opening, log and all: what the sweep is for."""
    batch = order.drop(house, cast.yunxi, FEW)
    content = house.settings.letterbox.with_suffix(".db-wal").read_bytes()
    return {"bytes in letterbox.db": _first(content, batch.keys)}


def control_on_postgres(url: str) -> Measures:
    """Rows inserted as they came."""
    marks = [secrets.token_bytes(32) for _ in range(ITEMS)]
    batch = Batch([], marks, [], [], [])
    engine = create_engine(url)
    with engine.connect() as connection:
        order.plain_on_postgres(connection, batch)
        found = order.on_postgres(connection, batch)
    engine.dispose()
    return found


def _first(content: bytes, marks: list[bytes]) -> float:
    places = order.offsets_in(content, marks).get("first", [0, 0])
    return abs(order.rank_correlation(places))


@contextmanager
def postgres() -> Iterator[str | None]:
    """An empty schema where a PostgreSQL answers, else nothing."""
    address = os.environ.get("PORTAL_TEST_POSTGRES") or (
        "postgresql://postgres@127.0.0.1:5432/test"
    )
    try:
        psycopg.connect(address, connect_timeout=3).close()
    except psycopg.OperationalError:
        yield None
        return
    with postgres_schema() as url:
        yield url


def compare(runs: int) -> tuple[Table, bool]:
    """The table, and whether every promise and every control held."""
    with tempfile.TemporaryDirectory(prefix="order-") as name:
        folder = Path(name)
        cast = make_house(folder / "house")
        found = list(ours(folder / "house", cast, runs))
        second = make_house(folder / "second")
        house = Installation.at(Settings.at(folder / "second"))
        leaking = [control(folder / "plain"), unswept(house, second)]
        house.close()
        with postgres() as url:
            if url:
                found += ours_on_postgres(folder / "postgres", url, runs)
        with postgres() as url:
            leaking += [control_on_postgres(url)] if url else []
    return judged(found, leaking, runs)


def make_house(folder: Path) -> Cast:
    """An installation with a round that collects."""
    settings = Settings.at(folder)
    folder.mkdir()
    migrate(settings.database_url)
    return make_cast(settings)


def judged(
    found: list[Measures], leaking: list[Measures], runs: int
) -> tuple[Table, bool]:
    """Largest of ours against smallest of the control, family by family."""
    mine, theirs = _by_family(found), _by_family(leaking)
    bound = DEVIATIONS / sqrt(ITEMS - 1)
    rows, holds = [], True
    for family in FAMILIES:
        if family not in theirs:
            rows.append((family, "not measured", "—", "no PostgreSQL answers"))
            continue
        largest, least = max(mine[family], default=0.0), min(theirs[family])
        fine = largest <= bound and least >= BLIND
        holds = holds and fine
        shown = f"{largest:.3f} of {len(mine[family])}" if mine[family] else "nothing"
        rows.append((family, shown, f"{least:.3f}", "holds" if fine else "FAILS"))
    heading = f"Order of arrival: largest |rank correlation|, {runs} runs of {ITEMS}"
    columns = ("where", "ours, largest", "control, smallest", f"<= {bound:.2f}")
    return Table(heading, columns, rows), holds


def _by_family(measures: list[Measures]) -> Mapping[str, list[float]]:
    found: dict[str, list[float]] = defaultdict(list)
    for one in measures:
        for what, rho in one.items():
            found[family_of(what)].append(abs(rho))
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    table, holds = compare(parser.parse_args().runs)
    print(table)
    sys.exit(0 if holds else 1)


if __name__ == "__main__":
    main()
