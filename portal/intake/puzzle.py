"""The puzzle before a submission that comes in a crowd: work for a script, or a wait.

Either a script finds a number by trying (half of `MOST_WORK` hashes on average), or
somebody waits a few seconds and adds two small numbers. The ticket names the moment
the wait ends and is bound to the submission by its key, so it is good for that one
only; nothing about it is stored: every part follows from the secret and the ticket.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime

from portal.kernel import codes

WAIT = 8  # seconds; with reading and a digit typed, twenty at most
MOST_WORK = 30_000  # SHA-256 in plain script: a second on a phone of 2016
NUMBERS = ("一", "二", "三", "四")  # two of them make one digit


@dataclass(frozen=True)
class Answer:
    """What was sent with a form: the ticket, the number found, the sum typed."""

    ticket: str = ""
    work: str = ""
    total: str = ""


@dataclass(frozen=True)
class Puzzle:
    """What a page asks: `left` plus `right` after `wait` seconds, or the number
    whose SHA-256, written behind `salt`, is `target`.
    """

    ticket: str
    left: str
    right: str
    wait: int
    salt: str
    target: str
    most: int = MOST_WORK


@dataclass(frozen=True)
class _Ticket:
    """A moment from which the sum is taken, for one submission."""

    secret: bytes = field(repr=False)
    key: bytes
    moment: int

    def __str__(self) -> str:
        return f"{self.moment:x}.{codes.base32(self.part('ticket'), 26)}"

    def part(self, label: str) -> bytes:
        """32 bytes that follow from the ticket."""
        moment = self.moment.to_bytes(8, "big")
        return codes.mac(self.secret, label.encode(), self.key, moment)

    @property
    def summands(self) -> tuple[int, int]:
        """Two numbers to add."""
        left, right = self.part("sum")[:2]
        return 1 + left % len(NUMBERS), 1 + right % len(NUMBERS)

    @property
    def number(self) -> int:
        """The number a script looks for."""
        return int.from_bytes(self.part("work")[:8], "big") % MOST_WORK

    @property
    def salt(self) -> str:
        """What is hashed before the number."""
        return self.part("salt").hex()[:16]


def puzzle(secret: bytes, key: bytes, *, given: Answer, now: datetime) -> Puzzle:
    """What to ask for the submission `key`.

    Whoever came too early waits on; a wrong sum brings a new question.
    """
    ticket = _genuine(secret, key, given.ticket)
    second = int(now.timestamp())
    if ticket is None or (ticket.moment <= second and given.total):
        ticket = _Ticket(secret, key, second + WAIT)
    left, right = ticket.summands
    return Puzzle(
        ticket=str(ticket),
        left=NUMBERS[left - 1],
        right=NUMBERS[right - 1],
        wait=max(0, ticket.moment - second),
        salt=ticket.salt,
        target=hashlib.sha256(f"{ticket.salt}{ticket.number}".encode()).hexdigest(),
    )


def is_solved(secret: bytes, key: bytes, *, given: Answer, now: datetime) -> bool:
    """Whether the answer is right for this submission, and not too early."""
    ticket = _genuine(secret, key, given.ticket)
    if ticket is None:
        return False
    is_time = now.timestamp() >= ticket.moment
    total = codes.typed_digits(given.total)
    return given.work == str(ticket.number) or (
        is_time and total == str(sum(ticket.summands))
    )


def _genuine(secret: bytes, key: bytes, typed: str) -> _Ticket | None:
    moment, _, _ = typed.partition(".")
    try:
        ticket = _Ticket(secret, key, int(moment, 16))
        is_ours = hmac.compare_digest(str(ticket).encode(), typed.encode())
    except (ValueError, OverflowError):
        return None
    return ticket if is_ours else None
