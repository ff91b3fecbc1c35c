"""Residents and machines before the door, with fixed seeds, on a simulated clock.

The counts, the budget and the puzzle are the portal's own (`OurDoor`); people, machines
and time are made up. `FixedDoor` is the rule to compare with: five submissions per hour
and address.
"""

import csv
import heapq
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any, Protocol

from portal.cli.demo_setup import sample
from portal.entrances import Entrance
from portal.intake.budget import Budget, PuzzleNeededError
from portal.intake.puzzle import NUMBERS, Answer, is_solved, puzzle
from portal.web.counts import HourCounter, Tallies
from portal.web.limits import block_of

SEED = 20260302
MORNING = 1_772_413_200  # 2026-03-02 09:00 in China, in seconds
SECRET = bytes(32)
CHANNELS = 9  # codes of a community
POSTS = 10_000
HOUR = 3600.0
NO_ANSWER = Answer()


@dataclass(frozen=True)
class Post:
    """One sending of a form; `answer` solves a puzzle it was shown before."""

    address: str
    entrance: Entrance
    key: bytes
    text: str
    answer: Answer = NO_ANSWER


@dataclass(frozen=True)
class Reply:
    """What came back: taken (with flags), asked a puzzle, or turned away."""

    is_taken: bool
    is_flagged: bool = False
    question: tuple[str, int, int] | None = None  # ticket, sum, seconds to wait


class Door(Protocol):
    """A rule that lets submissions in."""

    def take(self, post: Post, second: float) -> Reply:
        """Let it in, ask, or turn it away."""


@dataclass
class OurDoor:
    """The portal's budget on the portal's counts in memory."""

    households: int
    tallies: Tallies = field(default_factory=lambda: Tallies(SECRET))
    known: set[bytes] = field(default_factory=set)

    def take(self, post: Post, second: float) -> Reply:
        """What `intake.receive` and `web.puzzles` do, without sealing."""
        if post.key in self.known:
            return Reply(is_taken=True)
        now = datetime.fromtimestamp(second, UTC)
        budget = Budget(
            counter=HourCounter(self.tallies, int(second)),
            block=block_of(post.address),
            round_households=self.households,
            solves=lambda key: is_solved(SECRET, key, given=post.answer, now=now),
        )
        try:
            spent = budget.spend(post.entrance, post.key, texts=[post.text])
        except PuzzleNeededError as asked:
            shown = puzzle(SECRET, asked.key, given=post.answer, now=now)
            total = 2 + NUMBERS.index(shown.left) + NUMBERS.index(shown.right)
            return Reply(is_taken=False, question=(shown.ticket, total, shown.wait))
        self.known.add(post.key)
        return Reply(is_taken=True, is_flagged=bool(spent.flags))


@dataclass
class FixedDoor:
    """Five submissions per hour and address; the sixth is turned away."""

    known: set[bytes] = field(default_factory=set)
    counts: Counter[tuple[str, int]] = field(default_factory=Counter)

    def take(self, post: Post, second: float) -> Reply:
        """Count what was let in by clock hour."""
        slot = (post.address, int(second // HOUR))
        if post.key not in self.known:
            if self.counts[slot] >= 5:
                return Reply(is_taken=False)
            self.counts[slot] += 1
            self.known.add(post.key)
        return Reply(is_taken=True)


@dataclass
class Sender:
    """A resident, or one sending of a machine, from the first try to the last."""

    post: Post
    at: float
    dice: random.Random
    has_script: bool = False
    is_machine: bool = False
    tries: int = 0
    asked: int = 0
    reply: Reply = Reply(is_taken=False)

    def send(self, door: Door, second: float) -> float | None:
        """Send once; when to send again, or None when done."""
        self.tries += 1
        self.reply = reply = door.take(self.post, second)
        if reply.is_taken:
            return None
        if reply.question is None:
            return self._turned_away(second)
        self.asked += 1
        return second + self._solved(*reply.question)

    def _turned_away(self, second: float) -> float | None:
        """People come back twice within the hour, then let it be; machines too."""
        return second + self.dice.uniform(600, 1800) if self.tries < 3 else None

    def _solved(self, ticket: str, total: int, wait: int) -> float:
        """Write the answer down; how many seconds that takes.

        A script's work is not repeated here: its two seconds pass and the sum stands
        for the number it finds.
        """
        is_right = self.is_machine or self.has_script or self.dice.random() > 0.1
        said = str(total if is_right else total + 1)
        self.post = replace(self.post, answer=Answer(ticket=ticket, total=said))
        if self.is_machine or self.has_script:
            return wait + self.dice.uniform(0, 4)
        return self.dice.uniform(0.5, 2) * wait + 1  # some press too early


def play(door: Door, senders: Sequence[Sender]) -> None:
    """Let everybody send, in the order of time."""
    order = count()
    queue = [(sender.at, next(order), sender) for sender in senders]
    heapq.heapify(queue)
    while queue:
        second, _, sender = heapq.heappop(queue)
        again = sender.send(door, second)
        if again is not None:
            heapq.heappush(queue, (again, next(order), sender))


def district() -> list[list[Entrance]]:
    """The entrances of the 64 communities of the sample district, by community."""
    lines = bytes(sample("places.csv")).decode("utf-8-sig").splitlines()
    rows = [row for row in csv.DictReader(lines) if row["社区类型"]]
    return [
        [_entrance(number, row["户数"], channel) for channel in range(CHANNELS)]
        for number, row in enumerate(rows)
    ]


def _entrance(number: int, households: str, channel: int) -> Entrance:
    """An entrance of which the budget asks code, place and households."""
    unasked: dict[str, Any] = {one.name: None for one in fields(Entrance)}
    known = {
        "code": f"C{number:03d}{channel:04d}",
        "round_id": 1,
        "place_id": number,
        "households": int(households),
    }
    return Entrance(**{**unasked, **known})


TOWN = district()
HOUSEHOLDS = sum(codes[0].households or 0 for codes in TOWN)
COMMUNITY = TOWN[1]  # 1499 households, near the middle of the larger half
EVERY_CODE = [code for codes in TOWN for code in codes]


def _dice(*seed: int) -> random.Random:
    return random.Random(SEED + sum(seed))  # noqa: S311 -- the same in every run


def residents(
    number: int, *, exits: int, seconds: float, codes: Sequence[Entrance]
) -> list[Sender]:
    """Neighbours: a third without script, some slow, some sending twice."""
    dice = _dice(number, exits)
    shares = [2.0 ** -(i % 4) for i in range(exits)]  # carriers are of unequal size
    found = []
    for _ in range(number):
        (exit_,) = dice.choices(range(exits), shares)
        post = Post(
            address=f"100.{64 + exit_}.0.1",
            entrance=dice.choice(codes),
            key=dice.randbytes(32),
            text=f"{dice.getrandbits(64)} 号楼路灯不亮",
        )
        slow = dice.uniform(300, 1500) if dice.random() < 0.2 else 0.0
        at = MORNING + dice.uniform(0, seconds) + slow
        has_script = dice.random() > 1 / 3
        found.append(Sender(post, at, dice, has_script))
        if dice.random() < 0.15:  # pressed twice, or the answer got lost
            found.append(Sender(post, at + dice.uniform(0.2, 60), dice, has_script))
    return found


def machine(
    addresses: int, *, hours: float, codes: Sequence[Entrance], words: str = ""
) -> list[Sender]:
    """10 000 posts without script: waits honoured, sums solved, text varied.

    As many posts side by side as it takes, each 30 to 180 seconds after the last.
    """
    dice = _dice(addresses, int(hours))
    hands = max(1, round(POSTS * 105 / (hours * HOUR)))
    at = [MORNING + dice.uniform(0, 105) for _ in range(hands)]
    found = []
    for number in range(POSTS):
        hand = number % hands
        at[hand] += dice.uniform(30, 180)
        one = dice.randrange(addresses)
        post = Post(
            address=f"198.{18 + one // 250}.{one % 250}.9",
            entrance=dice.choice(codes),
            key=dice.randbytes(32),
            text=words or f"{dice.getrandbits(64)} 号楼有人收钱",
        )
        found.append(Sender(post, at[hand], dice, is_machine=True))
    return found
