"""How much may come at once before it is noted, and before a puzzle is asked for.

In: whose counts a submission adds to. Out: the words it is flagged with, or the
demand for a puzzle. Nothing is refused for being many, nothing flagged is lost.

A phone's address stands for a carrier's customers, not for a person, so allowances
grow with the households that may write. A level rises by one with each accepted
submission and falls evenly with the hours; the counter that keeps it is handed in
and knows names only while they are counted.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from portal.entrances import Entrance
from portal.kernel.errors import Refusal

TYPICAL_HOUSEHOLDS = 1000  # of a community whose households nobody entered
SHORTEST_REPEATED = 8  # characters; 「路灯不亮」 is written by many
COMPARED = 200  # characters; a copy is known by its beginning
_GAPS = re.compile(r"[\W_]+")  # what is neither letter nor digit


class Flag(StrEnum):
    """What looked odd about a submission, which is kept all the same."""

    BURST = "burst"  # more at once than the households make plausible
    REPEAT = "repeat"  # the same words once more within the hour
    OVER_BUDGET = "over_budget"  # let in after a puzzle
    HONEYPOT = "honeypot"  # a field was filled in that nobody sees
    SPEED = "speed"  # sent sooner than anybody reads
    OLD_CODE = "old_code"  # by a code that was rotated


class Scope(StrEnum):
    """Whose submissions are counted together."""

    BLOCK = "block"  # of one /24 or /64, all entrances
    ENTRANCE = "entrance"
    COMMUNITY = "community"  # all its entrances
    SITE = "site"
    TEXT = "text"  # the same words in one community


@dataclass(frozen=True)
class Size:
    """So many submissions: one for each `one_in` households, within two ends."""

    one_in: int
    least: int
    most: int = 10**9

    def of(self, households: int) -> int:
        """The number for so many households."""
        return min(max(self.least, households // self.one_in), self.most)


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """What may come at once unnoted and unasked; all of it is back after `hours`."""

    hours: int
    noted: Size | None = None  # beyond it: a flag
    asked: Size | None = None  # beyond it: a puzzle, and a flag
    flag: Flag = Flag.BURST


_NEVER = 10**9  # households for one submission: the least stands alone

POLICY: Mapping[Scope, Allowance] = {
    # A carrier's exit serves a whole county: of the round's households one in 400
    # (180 at least) goes unnoted, one in 200 unasked: a square of 200 phones.
    Scope.BLOCK: Allowance(hours=6, noted=Size(400, 180), asked=Size(200, 360)),
    # Every eighth household at once is an evening after a group message; 180 at
    # most, so that of ten thousand machine posts two in a hundred go unnoted.
    Scope.COMMUNITY: Allowance(hours=48, noted=Size(8, 60, 180)),
    # More than every household through one poster is nobody's evening.
    Scope.ENTRANCE: Allowance(hours=48, asked=Size(1, 240)),
    # A tenth of all households within an hour.
    Scope.SITE: Allowance(hours=1, asked=Size(10, 2000)),
    # A third letter with the same words.
    Scope.TEXT: Allowance(hours=1, noted=Size(_NEVER, 2), flag=Flag.REPEAT),
}


class PuzzleNeededError(Refusal):
    """So much came that a puzzle is asked for first; `key` is what it is for."""

    sentence = "这会儿写的人特别多，答一道小题就投进去。您写的都还在。"

    def __init__(self, key: bytes) -> None:
        super().__init__()
        self.key = key


class Counter(Protocol):
    """Levels by scope and name, in this hour and the ones before."""

    def add(self, scope: Scope, who: str, amount: int) -> int:
        """The level of this hour after adding to it, in one step."""

    def last(self, scope: Scope, who: str) -> tuple[int, int]:
        """The newest level of an earlier hour, and how many hours ago; or (0, 0)."""


@dataclass(frozen=True)
class Account:
    """One level a submission raises, with its allowance for so many households."""

    scope: Scope
    who: str
    households: int

    @property
    def allowance(self) -> Allowance:
        """Its line of the policy."""
        return POLICY[self.scope]

    def raised(self, counter: Counter) -> int:
        """The level with one submission more, less what the hours took away."""
        level = counter.add(self.scope, self.who, 1)
        if level > 1:
            return level
        before, hours = counter.last(self.scope, self.who)
        rest = self._rest(before, hours)
        return counter.add(self.scope, self.who, rest) if rest > 0 else level

    def _rest(self, before: int, hours: int) -> int:
        """What so many hours leave of a level.

        Never above twice the allowance: a flood of machine posts is to weigh on
        neighbours for a day or two, not for months.
        """
        size = self.allowance.noted or self.allowance.asked
        whole = size.of(self.households) if size else 0
        return min(before, 2 * whole) - whole * hours // self.allowance.hours

    def is_noted(self, level: int) -> bool:
        """Whether a submission at this level is flagged."""
        size = self.allowance.noted
        return size is not None and level > size.of(self.households)

    def is_asked(self, level: int) -> bool:
        """Whether a submission at this level needs a puzzle."""
        size = self.allowance.asked
        return size is not None and level > size.of(self.households)


@dataclass(frozen=True)
class Spent:
    """What one submission was counted as."""

    flags: frozenset[Flag]
    give_back: Callable[[], None]


FREE = Spent(frozenset(), lambda: None)


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What pays for a submission: counts, the sender's block, a solved puzzle.

    `round_households` are those of all communities of the round; `solves` tells
    whether the puzzle for a submission's key was solved.
    """

    counter: Counter
    block: str = field(repr=False)
    round_households: int
    solves: Callable[[bytes], bool]

    def spend(self, entrance: Entrance, key: bytes, *, texts: Sequence[str]) -> Spent:
        """Count a submission once, in every scope; what is asked for costs nothing.

        Raises PuzzleNeededError.
        """
        accounts = list(self._accounts(entrance, texts))
        levels = [(account, account.raised(self.counter)) for account in accounts]

        def give_back() -> None:
            for account in accounts:
                self.counter.add(account.scope, account.who, -1)

        flags = {a.allowance.flag for a, level in levels if a.is_noted(level)}
        if any(account.is_asked(level) for account, level in levels):
            if not self.solves(key):
                give_back()
                raise PuzzleNeededError(key)
            flags.add(Flag.OVER_BUDGET)
        return Spent(frozenset(flags), give_back)

    def _accounts(self, entrance: Entrance, texts: Iterable[str]) -> Iterator[Account]:
        place = f"{entrance.round_id}/{entrance.place_id}"
        homes = entrance.households or TYPICAL_HOUSEHOLDS
        everybody = max(self.round_households, homes)
        yield Account(Scope.BLOCK, self.block, everybody)
        yield Account(Scope.COMMUNITY, place, homes)
        yield Account(Scope.ENTRANCE, entrance.code, homes)
        yield Account(Scope.SITE, "", everybody)
        for words in {_bare(text) for text in texts}:
            if len(words) >= SHORTEST_REPEATED:
                yield Account(Scope.TEXT, f"{place}/{words}", homes)


def _bare(text: str) -> str:
    """The words without what a copier changes first: gaps, points and case."""
    return _GAPS.sub("", text[:COMPARED]).lower()
