"""What a request may cost: its budget, the fuse of the whole site, tries to sign in.

An address is cut to its block (/24, /64) before anything is counted.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import wraps
from socket import AF_INET, AF_INET6, inet_pton
from typing import ParamSpec, cast

from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from werkzeug.exceptions import TooManyRequests

from portal.entrances import Entrance
from portal.intake.budget import Budget, Scope
from portal.rounds import households_in
from portal.web.counts import HourCounter, Tallies
from portal.web.request import installation, now

P = ParamSpec("P")

SITE_FUSE = 6000  # writes of everybody in a minute: what the machine can seal
MOST_FAILURES = 20  # receipts or codes that do not exist, from one block in a minute
SIGN_IN_LIMIT = "20 per minute"  # tries to sign in from one address block
HOUSEHOLDS_SECONDS = 300  # how late a changed number of households may count
_MAPPED = bytes(10) + b"\xff\xff"  # before an IPv4 address (RFC 4291 §2.5.5.2)


def block_of(address: str) -> str:
    """The /24 or /64 of an address; what is no address is a block of its own."""
    try:
        if ":" not in address:
            return f"4/{inet_pton(AF_INET, address)[:3].hex()}"
        packed = inet_pton(AF_INET6, address.partition("%")[0])
    except (OSError, ValueError):
        return "unknown"
    if packed.startswith(_MAPPED):
        return f"4/{packed[len(_MAPPED) : -1].hex()}"
    return f"6/{packed[:8].hex()}"


def _block() -> str:
    return block_of(request.remote_addr or "")


def _tallies() -> Tallies:
    return cast(Tallies, current_app.extensions["tallies"])


def _second() -> int:
    return int(now().timestamp())


def _block_name() -> str:
    """The name of this request's block in this hour."""
    hour = _second() // 3600
    return _tallies().ask(lambda ledger: ledger.name(Scope.BLOCK, _block(), hour=hour))


@dataclass
class Households:
    """How many households a round has, asked now and then."""

    _known: dict[int, tuple[int, float]] = field(default_factory=dict)

    def of(self, round_id: int) -> int:
        """The households of the round's communities, at most some minutes old."""
        found, until = self._known.get(round_id, (0, 0.0))
        if until < time.monotonic():
            with installation().lookups.connect() as connection:
                found = households_in(connection, round_id)
            self._known[round_id] = (found, time.monotonic() + HOUSEHOLDS_SECONDS)
        return found


def budget(entrance: Entrance, solves: Callable[[bytes], bool]) -> Budget:
    """What pays for the submission of this request."""
    households = cast(Households, current_app.extensions["households"])
    return Budget(
        counter=HourCounter(_tallies(), _second()),
        block=_block(),
        round_households=households.of(entrance.round_id),
        solves=solves,
    )


class Guessed(StrEnum):
    """What may be tried out, one number after the other."""

    RECEIPT = "receipt"
    CODE = "code"


def failures(what: Guessed) -> int:
    """How often this block named one that does not exist, in this minute."""
    name = _failures_name(what)
    return _tallies().ask(lambda ledger: int(ledger.storage.get(name)))


def count_failure(what: Guessed) -> None:
    """One more; what was typed is not part of the count."""
    name = _failures_name(what)
    _tallies().ask(lambda ledger: ledger.storage.incr(name, 60))


def _failures_name(what: Guessed) -> str:
    return f"failures/{what}/{_block_name()}/{_second() // 60}"


limiter = Limiter(_block_name, headers_enabled=False, in_memory_fallback_enabled=True)
sign_in_tries = limiter.limit(SIGN_IN_LIMIT, methods=["POST"])


def fuse(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Blow at more writes than the machine can take, whoever sends them."""

    @wraps(view)
    def fused(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        is_write = request.method == "POST"
        if is_write and _tallies().writes(second=_second()) > SITE_FUSE:
            raise TooManyRequests
        return view(*args, **kwargs)

    return fused


def arm(app: Flask) -> None:
    """Give the application its counts."""
    house = app.extensions["portal"]
    redis = house.settings.redis_url
    app.extensions["tallies"] = Tallies(house.door.pepper, redis)
    app.extensions["households"] = Households()
    app.config["RATELIMIT_STORAGE_URI"] = redis or "counts://"
    app.extensions["limiter"] = {limiter}  # no hooks: its limits stand on views here
    limiter.init_app(app)
