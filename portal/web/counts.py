"""Counts of what comes in: in memory or Redis, under names that nobody can read back.

A block is named under a secret that lives as long as its hour and the next; that
secret is drawn anew, never written, and shared through Redis itself where several
processes count together. Names of entrances and communities change every hour too.
"""

import secrets
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from limits.storage import MemoryStorage, RedisStorage

from portal.intake.budget import POLICY, Scope
from portal.kernel import codes, sealing

T = TypeVar("T")

SWEEP_SECONDS = 60  # how long a count that has run out may lie in memory
SECRET_HOURS = 2  # how long the names of blocks can be told
PATIENCE = 0.5  # seconds to wait for Redis before counting alone
BY_SECRET = {Scope.BLOCK, Scope.TEXT}  # what must not be named a day later


class Counts(MemoryStorage):
    """Counts in memory; what has run out is dropped by a later hit.

    The library's own starts a thread to sweep at nearly every hit.
    """

    STORAGE_SCHEME = ["counts"]  # noqa: RUF012 -- the base declares it so
    _alone = threading.Lock()
    _swept = 0.0

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """The count of `key` after adding to it; it begins anew after `expiry`."""
        with self._alone:
            now = time.time()
            if self.expirations.get(key, 0) <= now:
                self._sweep(now)
                self.storage[key] = 0
                self.expirations[key] = now + expiry
            self.storage[key] += amount
            return self.storage[key]

    def _sweep(self, now: float) -> None:
        if now > self._swept + SWEEP_SECONDS:
            self._swept = now
            for key in list(self.expirations):
                self.get(key)  # forgets it where it has run out


@dataclass
class Secrets:
    """One secret an hour, for as long as its names are told."""

    redis: Any = None
    prefix: str = ""
    _kept: dict[int, bytes] = field(default_factory=dict, repr=False)

    def of(self, hour: int) -> bytes:
        """The secret of an hour, the same in every process that asks Redis."""
        if hour not in self._kept:
            for old in [old for old in self._kept if old <= hour - SECRET_HOURS]:
                del self._kept[old]
            self._kept[hour] = self._drawn(hour)
        return self._kept[hour]

    def _drawn(self, hour: int) -> bytes:
        fresh = secrets.token_bytes(32)
        if self.redis is None:
            return fresh
        name = f"{self.prefix}secret/{hour}"
        self.redis.set(name, fresh, nx=True, ex=SECRET_HOURS * 3600)
        return bytes(self.redis.get(name) or fresh)


class Ledger:
    """Counts in one storage, under the names they have in an hour."""

    def __init__(self, storage: Counts | RedisStorage, own: bytes) -> None:
        self.storage = storage
        is_shared = isinstance(storage, RedisStorage)
        self.secrets = Secrets(
            storage.storage if is_shared else None, getattr(storage, "key_prefix", "")
        )
        self._lasting = own

    def name(self, scope: Scope, who: str, *, hour: int) -> str:
        """What `who` is called in this hour."""
        key = self.secrets.of(hour) if scope in BY_SECRET else self._lasting
        return sealing.derive(key, f"{scope}/{hour}/{who}").hex()[:32]

    def add(self, scope: Scope, who: str, *, second: int, amount: int) -> int:
        """The level of the hour of `second` after adding to it."""
        hour, spent = divmod(second, 3600)
        seconds = (_reach(scope) + 1) * 3600 - spent  # its end tells the hour only
        name = self.name(scope, who, hour=hour)
        return int(self.storage.incr(name, seconds, amount))

    def last(self, scope: Scope, who: str, *, second: int) -> tuple[int, int]:
        """The newest level of an hour before, and how many hours ago; or (0, 0)."""
        hour, ago = second // 3600, range(1, _reach(scope) + 1)
        levels = self._levels([self.name(scope, who, hour=hour - h) for h in ago])
        found = zip(levels, ago, strict=True)
        return next(((level, h) for level, h in found if level > 0), (0, 0))

    def _levels(self, names: Sequence[str]) -> list[int]:
        if isinstance(self.storage, RedisStorage):
            keys = [self.storage.prefixed_key(name) for name in names]
            return [int(found or 0) for found in self.storage.storage.mget(keys)]
        return [self.storage.get(name) for name in names]


def _reach(scope: Scope) -> int:
    """How many hours back a level can be found again."""
    return SECRET_HOURS - 1 if scope in BY_SECRET else POLICY[scope].hours


class Tallies:
    """Every count of one application; while Redis is away it counts alone."""

    def __init__(self, pepper: bytes, redis_url: str = "") -> None:
        lasting = sealing.derive(pepper, "names of counts")
        self.own = Ledger(Counts(), lasting)
        self.shared: Ledger | None = None
        self._is_alone = False
        if redis_url:
            prefix = f"portal/{codes.base32(lasting, 8)}/"
            storage = RedisStorage(
                redis_url,
                key_prefix=prefix,
                socket_timeout=PATIENCE,
                socket_connect_timeout=PATIENCE,
            )
            self.shared = Ledger(storage, lasting)

    def ask(self, question: Callable[[Ledger], T]) -> T:
        """The shared ledger's answer, or this process's own while there is none.

        Nobody is turned away because the counts are.
        """
        if self.shared is None:
            return question(self.own)
        try:
            answer = question(self.shared)
        except self.shared.storage.base_exceptions as error:
            if not self._is_alone:
                sys.stderr.write(f"counting alone: {type(error).__name__}\n")
            self._is_alone = True
            return question(self.own)
        self._is_alone = False
        return answer

    def writes(self, *, second: int) -> int:
        """How many writes there were in this minute, this one included."""
        name = f"writes/{second // 60}"
        return self.ask(lambda ledger: int(ledger.storage.incr(name, 60)))


@dataclass(frozen=True)
class HourCounter:
    """The `Counter` of the budget at one moment."""

    tallies: Tallies
    second: int

    def add(self, scope: Scope, who: str, amount: int) -> int:
        """The level of this hour after adding to it."""
        if scope is Scope.TEXT:  # what people wrote is not told to another process
            own = self.tallies.own
            return own.add(scope, who, second=self.second, amount=amount)
        return self.tallies.ask(
            lambda ledger: ledger.add(scope, who, second=self.second, amount=amount)
        )

    def last(self, scope: Scope, who: str) -> tuple[int, int]:
        """The newest level of the hours before, and how many hours ago."""
        if scope is Scope.TEXT:
            return self.tallies.own.last(scope, who, second=self.second)
        return self.tallies.ask(
            lambda ledger: ledger.last(scope, who, second=self.second)
        )
