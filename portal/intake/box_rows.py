"""What the letterbox file is made of: its tables and compartments."""

from enum import IntEnum
from sqlite3 import Connection

SCHEMA = """
CREATE TABLE IF NOT EXISTS box (
  one INTEGER PRIMARY KEY CHECK (one IN (1, -1)),
  opening INTEGER NOT NULL,
  public_key BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS item (
  key BLOB PRIMARY KEY,
  opening INTEGER NOT NULL,
  sealed BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS aside (
  key BLOB PRIMARY KEY,
  opening INTEGER NOT NULL,
  sealed BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spent (
  key BLOB PRIMARY KEY,
  day TEXT NOT NULL
) WITHOUT ROWID;
"""


class Compartment(IntEnum):
    """Where an item falls; also which way its openings count."""

    ORDINARY = 1
    URGENT = -1


def openings_in(box: Connection, table: str, of: Compartment) -> list[int]:
    """Numbers of the openings of a compartment that a table has something of."""
    rows = box.execute(
        f"SELECT DISTINCT opening FROM {table} WHERE opening * ? > 0 ORDER BY 1",  # noqa: S608 -- one of two
        (of,),
    )
    return [int(row[0]) for row in rows]


def sealed(box: Connection, table: str, opening: int) -> dict[bytes, bytes]:
    """Sealed messages of one opening by item key, in key order."""
    rows = box.execute(
        f"SELECT key, sealed FROM {table} WHERE opening = ? ORDER BY key",  # noqa: S608 -- one of two
        (opening,),
    )
    return {bytes(key): bytes(item) for key, item in rows}


def coming(box: Connection, of: Compartment) -> tuple[int, bytes] | None:
    """Number and public key of a compartment's coming opening; None in a new box."""
    row = box.execute(
        "SELECT opening, public_key FROM box WHERE one = ?", (of,)
    ).fetchone()
    return row and (int(row[0]), bytes(row[1]))


def put(box: Connection, item: tuple[bytes, int, bytes], into: Compartment) -> bool:
    """Keep an item (key, opening, sealed) durably; whether it was kept.

    Not where its opening is no longer the coming one, nor where its key is known.
    One statement, so nothing comes between the questions and the answer.
    """
    kept = box.execute(
        "INSERT INTO item SELECT ?1, ?2, ?3 FROM box WHERE one = ?4 AND opening = ?2"
        " AND NOT EXISTS (SELECT 1 FROM item WHERE key = ?1)"
        " AND NOT EXISTS (SELECT 1 FROM spent WHERE key = ?1)"
        " AND NOT EXISTS (SELECT 1 FROM aside WHERE key = ?1)",
        (*item, into),
    )
    return kept.rowcount == 1


def holds(box: Connection, key: bytes) -> bool:
    """Whether a key is in the box, laid aside, or remembered as opened."""
    found = box.execute(
        "SELECT 1 FROM item WHERE key = ?1"
        " UNION ALL SELECT 1 FROM spent WHERE key = ?1"
        " UNION ALL SELECT 1 FROM aside WHERE key = ?1",
        (key,),
    )
    return found.fetchone() is not None
