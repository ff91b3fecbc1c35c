"""Numbers of several rounds become medians, ratios and printed tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

Rounds = Mapping[str, Sequence[float]]


@dataclass(frozen=True)
class Table:
    """A heading, column names and rows, printed in Markdown for the README."""

    heading: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def __str__(self) -> str:
        """The table, its columns padded to the same width."""
        lines = [self.columns, *self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.columns))]
        first, *others = [_line(line, widths) for line in lines]
        rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
        return "\n".join((f"\n### {self.heading}\n", first, rule, *others))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "| " + " | ".join(padded) + " |"


def ms(seconds: Sequence[float]) -> str:
    """The median in milliseconds, with the spread of the rounds."""
    low, high = min(seconds) * 1000, max(seconds) * 1000
    return f"{median(seconds) * 1000:.2f} ({low:.2f}-{high:.2f})"


def ratio(ours: Sequence[float], reference: Sequence[float]) -> float:
    """The median of the rounds' ratios: each round's two values shared their noise."""
    return median(a / b for a, b in zip(ours, reference, strict=True))


def verdict(value: float, goal: float) -> str:
    """The goal, and whether it holds."""
    return f"<= {goal:g}: {'holds' if value <= goal else 'FAILS'}"
