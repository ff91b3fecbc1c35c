"""The ledger of what was destroyed and must stay so, whatever backup comes back.

One small file in the key store, outside every database: a line for each withdrawn
letter (a hash of its look-up, which finds the letter again only in a backup that
still has it) and for each purged round. Lines are sorted, so they tell no order;
the file is written anew at every opening, so its time tells none either.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from portal.kernel.keystore import KeyStore
from portal.kernel.sealing import derive

NAME = "destroyed"


class Destroyed:
    """The ledger in a key store; every process that writes it stands in line."""

    def __init__(self, keystore: KeyStore) -> None:
        self._keystore = keystore

    def has_letter(self, lookup: bytes) -> bool:
        """Whether the letter of a look-up was withdrawn."""
        return _letter(lookup) in self.lines()

    def has_round(self, round_id: int, code: str) -> bool:
        """Whether a round's texts were destroyed."""
        return _round(round_id, code) in self.lines()

    def among(self, lookups: Iterable[bytes]) -> list[bytes]:
        """Those look-ups whose letters were withdrawn."""
        lines = self.lines()
        return [lookup for lookup in lookups if _letter(lookup) in lines]

    def withdrawals(self) -> int:
        """How many letters were ever withdrawn."""
        return sum(line.startswith("letter ") for line in self.lines())

    def note_letter(self, lookup: bytes) -> None:
        """Note durably that a letter was withdrawn."""
        self._add({_letter(lookup)})

    def note_round(self, round_id: int, code: str) -> None:
        """Note durably that a round's texts were destroyed."""
        self._add({_round(round_id, code)})

    def merge(self, content: bytes) -> None:
        """Add what another copy of the ledger says; nothing is ever taken off."""
        self._add(set(content.decode().splitlines()))

    def renew(self) -> None:
        """Write the file anew, so that its time is not that of the last withdrawal."""
        if self.lines():
            self._add(set())

    def lines(self) -> set[str]:
        """Every line."""
        return set((self._keystore.get(NAME) or b"").decode().splitlines())

    def _add(self, lines: set[str]) -> None:
        with self._alone():
            known = sorted(self.lines() | lines)
            self._keystore.put(NAME, "\n".join(known).encode())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        folder = self._keystore.folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        held = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield
        finally:
            os.close(held)


def _letter(lookup: bytes) -> str:
    return f"letter {derive(lookup, 'withdrawn').hex()}"


def _round(round_id: int, code: str) -> str:
    return f"round {round_id} {code}"
