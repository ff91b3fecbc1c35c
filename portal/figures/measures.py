"""Distributions, means, worst-case bounds and intervals; pure arithmetic."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

from portal.vote.terms import Option

Z95 = 1.959964  # the normal quantile of a two-sided 95 % interval


@dataclass(frozen=True)
class Bounds:
    """The least and the most a figure can be, in the figure's own unit."""

    low: float
    high: float


@dataclass(frozen=True)
class Interval:
    """Where a share, 0..1, lies with 95 % confidence; only `wilson` makes one."""

    low: float
    high: float


@dataclass(frozen=True)
class Distribution:
    """How often each option of a scale was chosen, by option id."""

    counts: Mapping[str, int]
    scale: tuple[Option, ...]

    def __post_init__(self) -> None:
        """Refuse counts of options the scale does not have, and negative ones."""
        unknown = set(self.counts) - {option.id for option in self.scale}
        if unknown or min(self.counts.values(), default=0) < 0:
            message = f"not counts of this scale: {dict(self.counts)}"
            raise ValueError(message)

    @property
    def total(self) -> int:
        """All answers, 不了解 included."""
        return sum(self.counts.values())

    @property
    def with_opinion(self) -> int:
        """Answers that enter the mean."""
        return sum(n for _, n in self._scored())

    @property
    def mean(self) -> float | None:
        """Mean points (0..100) of those with an opinion; None where nobody has one."""
        if not self.with_opinion:
            return None
        return self._points() / self.with_opinion

    def bounds(self, issued: int) -> Bounds | None:
        """The mean if every slip not voted had said the worst, or the best.

        `issued`: slips handed out. None where there is nobody to speak of.
        """
        silent = max(issued - self.total, 0)
        speaking = self.with_opinion + silent
        if not speaking:
            return None
        steps = [option.points for option in self.scale if option.points is not None]
        low, high = (
            (self._points() + silent * step) / speaking
            for step in (min(steps), max(steps))
        )
        return Bounds(low, high)

    def _scored(self) -> list[tuple[int, int]]:
        return [
            (option.points, self.counts.get(option.id, 0))
            for option in self.scale
            if option.points is not None
        ]

    def _points(self) -> int:
        return sum(points * n for points, n in self._scored())


def pooled(distributions: list[Distribution]) -> Distribution:
    """The sum of distributions of one scale."""
    scale = distributions[0].scale
    counts = {
        option.id: sum(d.counts.get(option.id, 0) for d in distributions)
        for option in scale
    }
    return Distribution(counts, scale)


def wilson(k: int, n: int, population: int | None = None) -> Interval:
    """The 95 % interval of a share, 0..1, for random spot checks only.

    Wilson (1927); with a population, n is replaced by n (N − 1) / (N − n), the
    finite-population correction. It fits shares, not means, and no opt-in sample.
    """
    if not 0 <= k <= n or n == 0 or (population is not None and population < n):
        message = f"no share: {k} of {n} in {population}"
        raise ValueError(message)
    share = k / n
    if population == n:
        return Interval(share, share)
    size = n if population is None else n * (population - 1) / (population - n)
    square = Z95 * Z95 / size
    centre = (share + square / 2) / (1 + square)
    spread = Z95 / (1 + square) * sqrt(share * (1 - share) / size + square / size / 4)
    return Interval(max(centre - spread, 0.0), min(centre + spread, 1.0))
