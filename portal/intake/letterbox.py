"""意见箱: where every submission falls, until the box is opened.

Each item is sealed to the key of the coming opening; that key lies in the key
store and is destroyed when the box has been emptied, so not even the texts'
readers can open an old copy of the box. Keys of items are random to look at. What
cannot be read at its opening is laid aside with its key, and put back into the box
at the first opening that can read it: nothing is thrown away unread.

The box has two compartments. What falls into the urgent one is opened within a
quarter of an hour, alone, whoever wrote it having been told what that gives away;
its openings count downwards from -1.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from sqlite3 import Connection

from portal.intake import box_rows
from portal.intake.box_rows import Compartment
from portal.intake.destroyed import Destroyed
from portal.kernel.boxfile import BoxFile
from portal.kernel.keystore import KeyStore
from portal.kernel.sealing import KeyPair, UnreadableError, pad, seal, unpad

_KEY = 32  # bytes of an item's key


@dataclass(frozen=True)
class Content:
    """What one opening holds: readable messages by item key, and how many were not."""

    messages: dict[bytes, bytes]
    unreadable: int


class Letterbox:
    """The box file with the keys of its openings."""

    def __init__(self, path: Path, keystore: KeyStore) -> None:
        self.file = BoxFile(path, box_rows.SCHEMA)
        self._keystore = keystore
        self.destroyed = Destroyed(keystore)

    def drop(
        self, key: bytes, message: bytes, into: Compartment = Compartment.ORDINARY
    ) -> bool:
        """Keep `message` durably under `key`; False where it already fell in.

        It is sealed before the box is locked. Where an opening turned the key
        meanwhile, it is sealed anew, to the key of the coming one.
        """
        padded, box = pad(message), self.file.connection()
        while True:
            opening, public_key = self._coming(into)
            item = (key, opening, seal(padded, public_key))
            if box_rows.put(box, item, into):
                return True
            if box_rows.holds(box, key):
                return False

    def holds(self, key: bytes) -> bool:
        """Whether the item waits in the box for its opening, or was laid aside."""
        found = self.file.connection().execute(
            "SELECT 1 FROM item WHERE key = ?1"
            " UNION ALL SELECT 1 FROM aside WHERE key = ?1",
            (key,),
        )
        return found.fetchone() is not None

    def knows(self, key: bytes) -> bool:
        """Whether the item fell in before, now waiting, laid aside or long opened."""
        return box_rows.holds(self.file.connection(), key)

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

    def has_urgent(self) -> bool:
        """Whether something waits that is not to wait for the set hour."""
        rows = self.file.connection().execute("SELECT 1 FROM item WHERE opening < 0")
        return rows.fetchone() is not None

    def begin_after(self, number: int, of: Compartment = Compartment.ORDINARY) -> None:
        """Give the coming opening, with what waits for it, a number after `number`.

        A new box beside a restored database would count from 1 again, and what fell
        into it be taken for what was copied long ago.
        """
        with self.file.writing() as box:
            opening, _ = self._current(box, of)
            if opening * of > number * of:
                return
            later, seed = number + of, self._keystore.get(_key_name(opening))
            self._keystore.put(_key_name(later), seed or b"")
            for table in ("item", "box"):
                box.execute(
                    f"UPDATE {table} SET opening = ? WHERE opening = ?",  # noqa: S608 -- one of two
                    (later, opening),
                )

    def turn_key(self, of: Compartment = Compartment.ORDINARY) -> list[int]:
        """Give what comes from now on a new key; the openings now to be emptied."""
        with self.file.writing() as box:
            opening, public_key = self._current(box, of)
            self._put_back(box, opening, public_key)
            pending = box_rows.openings_in(box, "item", of)
            if opening in pending:
                self._new_key(box, opening + of)
        return pending

    def put_off(self, messages: Mapping[bytes, bytes]) -> None:
        """Leave items in the box for the coming opening, sealed to its key."""
        if not messages:
            return
        with self.file.writing() as box:
            opening, public_key = self._current(box, Compartment.ORDINARY)
            box.executemany(
                "UPDATE item SET opening = ?, sealed = ? WHERE key = ?",
                [(opening, seal(pad(m), public_key), k) for k, m in messages.items()],
            )

    def content(self, opening: int) -> Content:
        """Everything sealed for one opening, decrypted; in key order, not arrival.

        What cannot be read is laid aside, so that it is not taken for copied.
        """
        sealed = box_rows.sealed(self.file.connection(), "item", opening)
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

    def _coming(self, of: Compartment) -> tuple[int, bytes]:
        """Number and key of the coming opening; locks the box only to make a key."""
        found = box_rows.coming(self.file.connection(), of)
        if found and self._keystore.has(_key_name(found[0])):
            return found
        with self.file.writing() as box:
            return self._current(box, of)

    def _current(self, box: Connection, of: Compartment) -> tuple[int, bytes]:
        found = box_rows.coming(box, of)
        if found is None:
            return self._new_key(box, of)
        if not self._keystore.has(_key_name(found[0])):  # restored without it
            return self._new_key(box, found[0] + of)
        return found

    def _put_back(self, box: Connection, opening: int, public_key: bytes) -> None:
        """Take what was laid aside and can be read by now into the coming opening."""
        of = Compartment.ORDINARY if opening > 0 else Compartment.URGENT
        for number in box_rows.openings_in(box, "aside", of):
            found = self._opened(number, box_rows.sealed(box, "aside", number))
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
            current = dict(box.execute("SELECT one, opening FROM box").fetchall())
            rows = box.execute(
                "SELECT opening FROM item UNION SELECT opening FROM aside"
            )
            needed = {_key_name(row[0]) for row in rows}
            past = {
                _key_name(number)
                for of, coming in current.items()
                for number in range(of, coming, of)
            }
        for name in self._keystore.names("letterbox"):
            if name in past - needed:
                self._keystore.destroy(name)

    def _new_key(self, box: Connection, opening: int) -> tuple[int, bytes]:
        pair = KeyPair.make()
        self._keystore.put(_key_name(opening), pair.seed)
        one = 1 if opening > 0 else -1
        box.execute(
            "INSERT OR REPLACE INTO box VALUES (?, ?, ?)", (one, opening, pair.public)
        )
        return opening, pair.public


def _key_name(opening: int) -> str:
    return f"letterbox/{opening}"
