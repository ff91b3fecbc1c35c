"""What can be known of an order of arrival from what lies on a disk.

Items fall in in a known order; everything that has an order of its own (rows as they
are selected, pages, freed pages, log frames) is compared with it by Spearman's rank
correlation.
"""

import json
import secrets
import sqlite3
import struct
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from sqlalchemy import Connection

from portal import entrances
from portal.intake.records import RESIDENT_TABLES
from portal.web.installation import Installation


def rank_correlation(places: Sequence[int]) -> float:
    """Spearman's rho of the order of arrival with that of `places`; ties share ranks.

    Where all places are one there is no order: 0.
    """
    n, known = len(places), sorted(places)
    first = {place: i for i, place in reversed(list(enumerate(known)))}
    last = {place: i for i, place in enumerate(known)}
    ranks = [(first[place] + last[place]) / 2 for place in places]
    middle = (n - 1) / 2
    shared = sum((i - middle) * (rank - middle) for i, rank in enumerate(ranks))
    spread = sum((rank - middle) ** 2 for rank in ranks)
    return shared / sqrt(spread * n * (n * n - 1) / 12) if spread else 0.0


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


def drop(house: Installation, code: str, items: int) -> Batch:
    """Letters, answers and additions by turns, as `receive` writes them."""
    with house.sessions() as session:
        here = entrances.entrance(session, code)
    batch = Batch([], [], [], [], [])
    common = {"round": here.round_id, "place": here.place_id, "flags": []}
    for _ in range(items):
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


def freed_pages(file: Path) -> bytes:
    """The pages on the free list of an SQLite file (file format, §1.5)."""
    content = file.read_bytes()
    size = int.from_bytes(content[16:18], "big")
    size = 65536 if size == 1 else size
    found, trunk = bytearray(), int.from_bytes(content[32:36], "big")
    while trunk:
        page = content[(trunk - 1) * size : trunk * size]
        trunk, count = struct.unpack(">II", page[:8])
        leaves = struct.unpack(f">{count}I", page[8 : 8 + 4 * count])
        found += page
        for leaf in leaves:
            found += content[(leaf - 1) * size : leaf * size]
    return bytes(found)


def wal_frames(file: Path, marks: Sequence[bytes]) -> list[int] | None:
    """The frame of a write-ahead log in which each mark lies first (ibid., §4.1)."""
    content = file.read_bytes()
    size = int.from_bytes(content[8:12], "big")
    places = [content.find(mark) for mark in marks]
    return None if -1 in places else [(p - 32) // (24 + size) for p in places]


def measures(house: Installation, batch: Batch) -> dict[str, float]:
    """Every order on disk that speaks of the batch, as correlation with arrival."""
    house.door.box.file.connection()  # which makes the tables
    found: dict[str, list[int]] = {}
    for name, marks in batch.kinds().items():
        found |= _in_files(house, name, marks)
        found |= _in_tables(house, name, marks)
    return {what: rank_correlation(places) for what, places in found.items()}


def _in_files(
    house: Installation, name: str, marks: Sequence[bytes]
) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for file in sorted(house.settings.instance.glob("*.db*")):
        for end, places in offsets_in(file.read_bytes(), marks).items():
            found[f"{end} bytes of {name} in {file.name}"] = places
        if file.suffix == ".db":
            for end, places in offsets_in(freed_pages(file), marks).items():
                found[f"{end} bytes of {name} in freed pages of {file.name}"] = places
        if file.name.endswith("-wal") and (frames := wal_frames(file, marks)):
            found[f"frames of {name} in {file.name}"] = frames
    return found


def _in_tables(
    house: Installation, name: str, marks: Sequence[bytes]
) -> dict[str, list[int]]:
    tables = {"letterbox.db": ["spent", "item"]}
    if house.engine.dialect.name == "sqlite":
        tables["portal.db"] = [kind.__tablename__ for kind in RESIDENT_TABLES]
    found = {
        f"{name} in {table}": order_in(
            rows_of(house.settings.instance / file, table), marks
        )
        for file, names in tables.items()
        for table in names
    }
    return {what: places for what, places in found.items() if places is not None}


def in_backup(folder: Path, batch: Batch) -> dict[str, float]:
    """Where a batch lies in a backup's files, as correlation with arrival."""
    return {
        f"{end} bytes of {name} in backup of {file.name}": rank_correlation(places)
        for file in sorted(folder.glob("*.db"))
        for name, marks in batch.kinds().items()
        for end, places in offsets_in(file.read_bytes(), marks).items()
    }


def on_postgres(connection: Connection, batch: Batch) -> dict[str, float]:
    """Row pointers and inserting transactions of PostgreSQL, likewise."""
    found: dict[str, float] = {}
    for table, column, marks in (
        ("letter", "lookup", batch.lookups),
        ("response", "ticks", batch.ticks),
        ("remark", "sealed", batch.seals),
        ("addition", "sealed", batch.added),
    ):
        rows = connection.exec_driver_sql(
            f"SELECT {column}, xmin::text FROM {table} ORDER BY ctid"  # noqa: S608 -- ours
        ).all()
        values = [v if isinstance(v, bytes) else str(v).encode() for v, _ in rows]
        placed = order_in(values, marks)
        if placed:
            found[f"ctid of {table}"] = rank_correlation(placed)
            xmins = [int(rows[place][1]) for place in placed]
            found[f"xmin of {table}"] = rank_correlation(xmins)
    return found


def plain_on_postgres(connection: Connection, batch: Batch) -> None:
    """What leaks: the tables without an opening, each row inserted as it came."""
    connection = connection.execution_options(isolation_level="AUTOCOMMIT")
    for table, column in (
        ("letter", "lookup"),
        ("response", "ticks"),
        ("remark", "sealed"),
        ("addition", "sealed"),
    ):
        connection.exec_driver_sql(
            f"CREATE TABLE {table} (id text PRIMARY KEY, {column} bytea)"
        )
    for mark in batch.lookups:
        connection.exec_driver_sql(
            "INSERT INTO letter VALUES (%s, %s)", (secrets.token_hex(16), mark)
        )
