"""小样本不公布: which numbers of a small group may be shown (promise 11).

Policy of everything except the vote's own lists. Pure and without override.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum

MEANS_FROM = 10  # answers; below it nothing but how many there are
CELLS_FROM = 5  # answers in a cell; a zero is a small cell too
SHARES_FROM = 10  # findings of a spot check; of fewer, one is over 10 % of the share
REFRESH_AFTER = 10  # new answers before a published result may change

CHOSEN, NOT_CHOSEN = "yes", "no"  # the cells of one tick

Counts = Mapping[str, int]


class Suppression(StrEnum):
    """What is not shown. Unanimity has no state of its own: that would tell."""

    NONE = "none"
    TOO_FEW = "too_few"
    CELLS = "cells"
    UNFINISHED = "unfinished"  # a spot check with findings still to be visited


def state_of(counts: Counts) -> Suppression:
    """How much of a distribution may be shown."""
    if sum(counts.values()) < MEANS_FROM:
        return Suppression.TOO_FEW
    return Suppression.CELLS if hidden_cells(counts) else Suppression.NONE


def hidden_cells(counts: Counts) -> frozenset[str]:
    """The cells not to be shown when the total is; where all chose the same, every one.

    Small cells, and where these would follow from the shown ones and the total, one
    other. It is the first in the order of `counts` (a scale's best, so that bad results
    stay in sight) and not the smallest: which that is would itself tell something.
    """
    total = sum(counts.values())
    if total < MEANS_FROM or max(counts.values()) == total:
        return frozenset(counts)
    small = frozenset(cell for cell, n in counts.items() if n < CELLS_FROM)
    if not small or _is_safe([counts[cell] for cell in small]):
        return small
    return small | frozenset([cell for cell in counts if cell not in small][:1])


def _is_safe(small: Sequence[int]) -> bool:
    """At least two, together no small cell, and not nearly as large as can be.

    All as large as can be would follow from their sum. So would 4 and 4, were they the
    only two for which one cell more is hidden: hence "nearly", which is 3 and 4, too.
    """
    largest = len(small) * (CELLS_FROM - 1)
    return len(small) > 1 and CELLS_FROM <= sum(small) <= largest - 2


def hidden_ticks(
    tables: Mapping[str, Counts], *, most: int, alone: Collection[str] = ()
) -> Mapping[str, frozenset[str]]:
    """The cells not to be shown of a question with several ticks, by option.

    `tables`: chosen and not chosen (`CHOSEN`, `NOT_CHOSEN`) by option, of the same
    people, each of whom chose 1 to `most` of them; who chose one of `alone` chose
    nothing else. Where the shown ones leave somebody who must have chosen a hidden one,
    or not ticks enough for all that hidden ones could be, they would tell of them: then
    nothing is shown.
    """
    hidden = {option: hidden_cells(table) for option, table in tables.items()}
    shown = {o: tables[o][CHOSEN] for o, cells in hidden.items() if not cells}
    secret = tables.keys() - shown.keys()
    people = sum(next(iter(tables.values())).values())
    people -= sum(n for option, n in shown.items() if option in alone)
    ticks = sum(n for option, n in shown.items() if option not in alone)
    small = CELLS_FROM - 1
    others = people - small * len(secret.intersection(alone))
    if not secret or people <= ticks <= most * others - small * len(secret):
        return hidden
    return {option: frozenset(table) for option, table in tables.items()}


def may_follow(before: Counts, now: Counts) -> bool:
    """Whether a table shown whole may be followed by another.

    Whoever has both can subtract, so the people who came in between are a group like
    any other: nobody, or nothing of them would have to be hidden either.
    """
    came = _less(now, before)
    return not any(came.values()) or is_whole(came)


def may_stand_beside(whole: Counts, part: Counts) -> bool:
    """Whether a table and a part of it may both be shown.

    Whoever has both can subtract, so what is left is a group like the part. Of two
    such groups together nothing has to be hidden.
    """
    return is_whole(part) and is_whole(_less(whole, part))


def _less(whole: Counts, part: Counts) -> Counts:
    return {cell: n - part[cell] for cell, n in whole.items()}


def groups_shown(groups: Mapping[str, Counts]) -> frozenset[str]:
    """Which parts of a whole may be shown beside it: each whole, or not at all.

    What is left is the whole without the parts shown, so it must pass as well; until
    it does, one part more is hidden, in the order given.
    """
    shown = {name for name, table in groups.items() if is_whole(table)}
    for name in groups:
        rest = [table for other, table in groups.items() if other not in shown]
        if not rest or is_whole(added(rest)):
            break
        shown.discard(name)
    return frozenset(shown)


def is_whole(counts: Counts) -> bool:
    """Whether nothing of it has to be hidden."""
    return state_of(counts) is Suppression.NONE


def added(tables: Iterable[Counts]) -> dict[str, int]:
    """The sum of tables, cell by cell."""
    total: dict[str, int] = {}
    for table in tables:
        for cell, n in table.items():
            total[cell] = total.get(cell, 0) + n
    return total
