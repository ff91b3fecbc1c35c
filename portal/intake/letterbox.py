"""意见箱: where every submission falls, until the box is opened.

Each item is sealed to the key of the coming opening; that key lies in the key
store and is destroyed when the box has been emptied, so not even the texts'
readers can open an old copy of the box. Keys of items are random to look at. What
cannot be read at its opening is laid aside with its key, and put back into the box
at the first opening that can read it: nothing is thrown away unread.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from sqlite3 import Connection

from portal.intake.destroyed import Destroyed
from portal.kernel.boxfile import BoxFile
from portal.kernel.keystore import KeyStore
from portal.kernel.sealing import KeyPair, UnreadableError, pad, seal, unpad

_SCHEMA = """
CREATE TABLE IF NOT EXISTS box (
  one INTEGER PRIMARY KEY CHECK (one = 1),
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

_KEY = 32  # bytes of an item's key


@dataclass(frozen=True)
class Content:
    """What one opening holds: readable messages by item key, and how many were not."""

    messages: dict[bytes, bytes]
    unreadable: int


class Letterbox:
    """The box file with the keys of its openings."""

    def __init__(self, path: Path, keystore: KeyStore) -> None:
        self.file = BoxFile(path, _SCHEMA)
        self._keystore = keystore
        self.destroyed = Destroyed(keystore)

    def drop(self, key: bytes, message: bytes) -> bool:
        """Keep `message` durably under `key`; False where it already fell in."""
        with self.file.writing() as box:
            if _holds(box, key):
                return False
            opening, public_key = self._current(box)
            box.execute(
                "INSERT INTO item VALUES (?, ?, ?)",
                (key, opening, seal(pad(message), public_key)),
            )
        return True

    def holds(self, key: bytes) -> bool:
        """Whether the item waits in the box for its opening, or was laid aside."""
        found = self.file.connection().execute(
            "SELECT 1 FROM item WHERE key = ?1"
            " UNION SELECT 1 FROM aside WHERE key = ?1",
            (key,),
        )
        return found.fetchone() is not None

    def knows(self, key: bytes) -> bool:
        """Whether the item fell in before, now waiting, laid aside or long opened."""
        return _holds(self.file.connection(), key)

    def peek(self, key: bytes) -> bytes | None:
        """The message of one item that waits; what is sealed inside it stays so."""
        return self.peek_under(key).get(key)

    def peek_under(self, prefix: bytes) -> dict[bytes, bytes]:
        """The messages that wait, or were laid aside, under keys of a beginning."""
        found: dict[bytes, bytes] = {}
        ends = (prefix, prefix + b"\xff" * (_KEY - len(prefix)))
        for table in ("item", "aside"):
            rows = self.file.connection().execute(
                f"SELECT opening, key, sealed FROM {table}"  # noqa: S608 -- one of two
                " WHERE key BETWEEN ? AND ?",
                ends,
            )
            for opening, key, item in rows.fetchall():
                found |= self._opened(opening, {bytes(key): bytes(item)})
        return found

    def remove(self, keys: Iterable[bytes], *, today: date) -> None:
        """Destroy items before their opening; the same form sent again stays out."""
        gone = [(key,) for key in keys if self.holds(key)]
        if not gone:
            return
        with self.file.writing() as box:
            box.executemany(
                "INSERT OR IGNORE INTO spent VALUES (?, ?)",
                [(key, today.isoformat()) for (key,) in gone],
            )
            for table in ("item", "aside"):
                box.executemany(f"DELETE FROM {table} WHERE key = ?", gone)  # noqa: S608 -- one of two
        self.file.forget_order()

    def waiting(self) -> int:
        """How many items are in the box."""
        row = self.file.connection().execute("SELECT count(*) FROM item").fetchone()
        return int(row[0])

    def begin_after(self, number: int) -> None:
        """Give the coming opening, with what waits for it, a number above `number`.

        A new box beside a restored database would count from 1 again, and what fell
        into it be taken for what was copied long ago.
        """
        with self.file.writing() as box:
            opening, _ = self._current(box)
            if opening > number:
                return
            later, seed = number + 1, self._keystore.get(_key_name(opening))
            self._keystore.put(_key_name(later), seed or b"")
            for table in ("item", "box"):
                box.execute(
                    f"UPDATE {table} SET opening = ? WHERE opening = ?",  # noqa: S608 -- one of two
                    (later, opening),
                )

    def turn_key(self) -> list[int]:
        """Give what comes from now on a new key; the openings now to be emptied."""
        with self.file.writing() as box:
            opening, public_key = self._current(box)
            self._put_back(box, opening, public_key)
            rows = box.execute("SELECT DISTINCT opening FROM item ORDER BY 1")
            pending = [int(row[0]) for row in rows]
            if opening in pending:
                self._new_key(box, opening + 1)
        return pending

    def content(self, opening: int) -> Content:
        """Everything sealed for one opening, decrypted; in key order, not arrival.

        What cannot be read is laid aside, so that it is not taken for copied.
        """
        sealed = _sealed(self.file.connection(), "item", opening)
        messages = self._opened(opening, sealed)
        lost = [key for key in sealed if key not in messages]
        self.lay_aside(lost)
        return Content(messages, unreadable=len(lost))

    def lay_aside(self, keys: Iterable[bytes]) -> None:
        """Keep items for the next opening, which tries them again."""
        rows = [(key,) for key in keys]
        if rows:
            with self.file.writing() as box:
                box.executemany(
                    "INSERT INTO aside SELECT * FROM item WHERE key = ?", rows
                )
                box.executemany("DELETE FROM item WHERE key = ?", rows)

    def sweep(self, opening: int, *, today: date) -> None:
        """Remove what was copied, forget its order, destroy its key.

        The items' keys are remembered by day for as long as a form may be sent
        again, so that a late retry is not taken for a second letter.
        """
        with self.file.writing() as box:
            box.execute(
                "INSERT OR IGNORE INTO spent SELECT key, ? FROM item WHERE opening = ?",
                (today.isoformat(), opening),
            )
            box.execute("DELETE FROM item WHERE opening = ?", (opening,))
        self.file.forget_order()
        self._destroy_idle_keys()

    def forget_spent(self, *, before: date) -> None:
        """Forget keys of items swept before a day."""
        with self.file.writing() as box:
            box.execute("DELETE FROM spent WHERE day < ?", (before.isoformat(),))

    def _current(self, box: Connection) -> tuple[int, bytes]:
        row = box.execute("SELECT opening, public_key FROM box").fetchone()
        return (int(row[0]), bytes(row[1])) if row else self._new_key(box, 1)

    def _put_back(self, box: Connection, opening: int, public_key: bytes) -> None:
        """Take what was laid aside and can be read by now into the coming opening."""
        numbers = box.execute("SELECT DISTINCT opening FROM aside").fetchall()
        for (number,) in numbers:
            found = self._opened(number, _sealed(box, "aside", number))
            box.executemany(
                "INSERT INTO item VALUES (?, ?, ?)",
                [(k, opening, seal(pad(m), public_key)) for k, m in found.items()],
            )
            box.executemany("DELETE FROM aside WHERE key = ?", [(k,) for k in found])

    def _opened(
        self, opening: int, sealed: Mapping[bytes, bytes]
    ) -> dict[bytes, bytes]:
        seed = self._keystore.get(_key_name(opening))
        found: dict[bytes, bytes] = {}
        if not seed:
            return found
        pair = KeyPair(seed)
        for key, item in sealed.items():
            with suppress(UnreadableError):
                found[key] = unpad(pair.open(item))
        return found

    def _destroy_idle_keys(self) -> None:
        """Destroy the keys of past openings of which nothing is left in the file."""
        with self.file.writing() as box:
            current, _ = self._current(box)
            rows = box.execute(
                "SELECT opening FROM item UNION SELECT opening FROM aside"
            )
            needed = {_key_name(row[0]) for row in rows}
            past = {_key_name(number) for number in range(1, current)}
        for name in self._keystore.names("letterbox"):
            if name in past - needed:
                self._keystore.destroy(name)

    def _new_key(self, box: Connection, opening: int) -> tuple[int, bytes]:
        pair = KeyPair.make()
        self._keystore.put(_key_name(opening), pair.seed)
        box.execute(
            "INSERT OR REPLACE INTO box VALUES (1, ?, ?)", (opening, pair.public)
        )
        return opening, pair.public


def _sealed(box: Connection, table: str, opening: int) -> dict[bytes, bytes]:
    rows = box.execute(
        f"SELECT key, sealed FROM {table} WHERE opening = ? ORDER BY key",  # noqa: S608 -- one of two
        (opening,),
    )
    return {bytes(key): bytes(item) for key, item in rows}


def _holds(box: Connection, key: bytes) -> bool:
    found = box.execute(
        "SELECT 1 FROM item WHERE key = ?1 UNION SELECT 1 FROM spent WHERE key = ?1"
        " UNION SELECT 1 FROM aside WHERE key = ?1",
        (key,),
    )
    return found.fetchone() is not None


def _key_name(opening: int) -> str:
    return f"letterbox/{opening}"
