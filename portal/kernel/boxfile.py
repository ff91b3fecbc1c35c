"""SQLite files for what residents drop in: nothing in them tells the order.

`WITHOUT ROWID` under random keys, `synchronous=FULL`, `secure_delete`. Page order
still shows arrival until `forget_order` rewrites the file (measured, design
promise 2), so every opening ends with it.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class BoxFile:
    """One SQLite file with a connection per thread."""

    def __init__(self, path: Path, schema: str) -> None:
        self.path = path
        self._schema = schema
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []

    def add(self, schema: str) -> None:
        """Let the file hold the tables of another kind of item, too."""
        if schema not in self._schema:
            self._schema += schema
            for connection in self._open:
                connection.executescript(schema)

    def connection(self) -> sqlite3.Connection:
        """This thread's connection; the file and its tables are made when missing."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            found = sqlite3.connect(
                self.path,
                timeout=30,
                isolation_level=None,
                check_same_thread=False,  # only `close_all` comes from another
            )
            self._open.append(found)
            for pragma in (
                "journal_mode=WAL",
                "synchronous=FULL",
                "secure_delete=ON",
                "temp_store=MEMORY",
            ):
                found.execute(f"PRAGMA {pragma}")
            found.executescript(self._schema)
            self._local.connection = found
        return found

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A durable write transaction, rolled back on any exception."""
        connection = self.connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    def forget_order(self) -> None:
        """Rewrite the file in key order and drop the write-ahead log."""
        connection = self.connection()
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close this thread's connection."""
        found = getattr(self._local, "connection", None)
        if found is not None:
            self._open.remove(found)
            found.close()
            self._local.connection = None

    def close_all(self) -> None:
        """Close every thread's connection, when none of them is at work any more."""
        self._local = threading.local()
        while self._open:
            self._open.pop().close()
