"""小样本不公布: which numbers of a small group may be shown (promise 11).

Policy of everything except the vote's own lists. Pure and without override.
"""

from collections.abc import Mapping
from enum import StrEnum

MEANS_FROM = 10  # answers; below it nothing but how many there are
CELLS_FROM = 5  # answers in a cell; a zero is a small cell too
SHARES_FROM = 10  # findings of a spot check; of fewer, one is over 10 % of the share
REFRESH_AFTER = 10  # new answers before a published result may change

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

    Small cells, and as many others as it takes until no hidden cell follows from the
    shown ones, the total and this rule. The others are taken in the order of `counts`
    (a scale's best first, so that bad results stay in sight) and not by size: which
    cell is the smallest would itself tell something.
    """
    total = sum(counts.values())
    if total < MEANS_FROM or max(counts.values()) == total:
        return frozenset(counts)
    hidden = {cell for cell, n in counts.items() if n < CELLS_FROM}
    if not hidden:
        return frozenset()
    for cell in counts:
        if _is_safe(counts, hidden):
            break
        hidden.add(cell)
    return frozenset(hidden)


def _is_safe(counts: Counts, hidden: set[str]) -> bool:
    """At least two hidden cells, together no small cell, with more than one solution.

    Small cells that are all as large as can be would follow from their sum.
    """
    total = sum(counts[cell] for cell in hidden)
    largest = len(hidden) * (CELLS_FROM - 1)
    return len(hidden) > 1 and total >= CELLS_FROM and total != largest


def refreshed(published: Counts | None, current: Counts) -> Counts | None:
    """What may be on the page now: `current`, or still what was published.

    None before the first 10 answers. A result changes only after 10 more, so that
    nobody can watch one answer come in.
    """
    before = sum(published.values()) if published else 0
    if sum(current.values()) - before < REFRESH_AFTER:
        return published
    return dict(current)
