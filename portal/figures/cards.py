"""The figure card: the only way a percentage or a mean reaches a page (promise 9).

In: counts. Out: a card that carries definition, mode, n, denominator, distribution,
bounds and suppression, and refuses to exist without them. Only a card makes text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from portal.figures.measures import Bounds, Distribution, Interval, pooled
from portal.figures.modes import Mode
from portal.figures.suppression import (
    MEANS_FROM,
    SHARES_FROM,
    Suppression,
    hidden_cells,
    state_of,
)

SATISFACTION = (
    "满意度：有看法的选票的平均分。满意 100 分、基本满意 75 分、一般 50 分、"
    "不满意 0 分；「不了解」单列，不算进平均分。"
)
NOTHING_SAID = Bounds(0.0, 100.0)
WORST_CASE = "区间：没投的票全算不满意，到没投的票全算满意。"


@dataclass(frozen=True)
class Share:
    """One bar of a distribution; both texts are None where it is not shown."""

    name: str
    count: int | None
    percent: str | None


@dataclass(frozen=True, kw_only=True)
class FigureCard:
    """A number with all that is needed to judge it.

    `ballots`: answers returned, or findings visited. `issued`: slips handed out, or
    findings drawn; None elsewhere. `population`: findings drawn from. `distribution`
    holds only what may be shown. `mean` and `bounds` in points of 0..100; `share`
    and `interval` in 0..1. Raises ValueError where a part is missing or too much is
    shown.
    """

    title: str
    definition: str
    mode: Mode
    ballots: int
    issued: int | None = None
    households: int | None = None
    population: int | None = None
    mean: float | None = None
    bounds: Bounds | None = None
    share: float | None = None
    interval: Interval | None = None
    distribution: Distribution | None = None
    hidden: frozenset[str] = frozenset()
    suppression: Suppression = Suppression.NONE

    def __post_init__(self) -> None:
        """Refuse a number without its companions, and any part of a small group."""
        if self.mode is Mode.SPOT_CHECK:
            _refuse_spot_check(self)
        else:
            _refuse_opinion(self)

    @property
    def mean_text(self) -> str | None:
        """The mean, one decimal, in points of 100."""
        return None if self.mean is None else f"{self.mean:.1f} 分"

    @property
    def rate_text(self) -> str | None:
        """Ballots of slips issued."""
        return _percent(self.ballots, self.issued) if self.issued else None

    @property
    def bounds_text(self) -> str | None:
        """The worst-case bounds of the mean."""
        if self.bounds is None:
            return None
        return f"{self.bounds.low:.1f}–{self.bounds.high:.1f} 分"

    @property
    def share_text(self) -> str | None:
        """The share of what was drawn, one decimal."""
        return None if self.share is None else f"{self.share * 100:.1f}%"

    @property
    def interval_text(self) -> str | None:
        """What the share of a sample says of all it was drawn from."""
        if self.interval is None:
            return None
        if self.issued == self.population:
            return "一个不漏全看了，这就是实际的比例。"
        low, high = self.interval.low * 100, self.interval.high * 100
        return (
            f"只抽了一部分，所以全部 {self.population} 个里改好的占多少，"
            f"只能说：有 95% 的把握在 {low:.1f}%–{high:.1f}% 之间。"
        )

    @property
    def suppression_text(self) -> str | None:
        """Why something is not shown."""
        if self.mode is Mode.SPOT_CHECK:
            return self._unshown_text
        if self.suppression is Suppression.TOO_FEW:
            return f"收回 {self.ballots} 份，不足 {MEANS_FROM} 份，不单独公布。"
        if self.suppression is Suppression.CELLS:
            return "有的选项人数太少，为免认出人来，这些格和平均分不公布。"
        return None

    @property
    def shares(self) -> list[Share]:
        """The bars in the order of the scale; empty where nothing may be shown."""
        if self.distribution is None:
            return []
        counts = self.distribution.counts
        total = self.ballots if self.hidden else self.distribution.total
        return [
            Share(option.name, counts[option.id], _percent(counts[option.id], total))
            if option.id in counts and self.has_percentages
            else Share(option.name, counts.get(option.id), None)
            for option in self.distribution.scale
        ]

    @property
    def has_percentages(self) -> bool:
        """Whether counts are enough to be made into percentages."""
        return self.suppression is not Suppression.TOO_FEW

    @property
    def _unshown_text(self) -> str | None:
        """Why a spot check has no share."""
        if self.suppression is Suppression.UNFINISHED:
            left = (self.issued or 0) - self.ballots
            return (
                f"抽了 {self.issued} 个，还有 {left} 个没去看。"
                "全部看完才公布结果，免得只挑好看的说。"
            )
        if self.suppression is Suppression.TOO_FEW:
            return (
                f"只抽了 {self.issued} 个，不足 {SHARES_FROM} 个，只写个数，不算比例。"
            )
        return None


def _refuse_opinion(card: FigureCard) -> None:
    """What an answer of people, by slip, openly or in a questionnaire, must carry."""
    has_figures = card.mean is not None or card.distribution is not None
    if card.suppression is Suppression.TOO_FEW and has_figures:
        raise ValueError("a small group has no figures")
    if has_figures and card.ballots < MEANS_FROM:
        raise ValueError("too few ballots for a figure")
    if card.mean is not None and (card.distribution is None or card.hidden):
        raise ValueError("no mean without its whole distribution")
    if card.mean is not None and card.mode is Mode.OPEN:
        raise ValueError("an open vote has no headline")
    is_slips = card.mode is Mode.SLIPS
    if is_slips and (card.issued is None or (has_figures and not card.bounds)):
        raise ValueError("no slip figure without slips issued and bounds")
    companions: tuple[object, ...] = (card.bounds, card.interval)
    is_sample = any(isinstance(one, Interval) for one in companions)
    if is_sample or card.share is not None or card.population is not None:
        raise ValueError("Wilson fits the share of a random sample, and no mean")


def _refuse_spot_check(card: FigureCard) -> None:
    """What the share of a random sample must carry; it is no mean and of no people."""
    if card.mean is not None or card.bounds or card.households:
        raise ValueError("a spot check has a share of findings, and no mean")
    if not card.ballots <= (card.issued or 0) <= (card.population or 0):
        raise ValueError("no spot check without what was drawn, and from how many")
    is_complete = card.ballots == card.issued
    if not is_complete and (card.distribution or card.share is not None):
        raise ValueError("no result before every drawn finding is visited")
    if card.share is not None and (card.issued or 0) < SHARES_FROM:
        raise ValueError("too few findings for a share")
    if (card.share is None) is not (card.interval is None):
        raise ValueError("no share without its interval")
    if card.share is not None and card.distribution is None:
        raise ValueError("no share without its whole distribution")


def slip_card(
    title: str,
    counts: Mapping[str, int] | None,
    *,
    ballots: int,
    issued: int,
    households: int | None = None,
) -> FigureCard:
    """The card of one dimension in one community; `counts` None where withheld.

    The vote's lists are published whole from 10 ballots, so its cells are not
    suppressed: the one exception, announced on the slip.
    """
    few = FigureCard(
        title=title,
        definition=SATISFACTION,
        mode=Mode.SLIPS,
        ballots=ballots,
        issued=issued,
        households=households,
        suppression=Suppression.TOO_FEW,
    )
    if counts is None or ballots < MEANS_FROM:
        return few
    distribution = Distribution(counts)
    return replace(
        few,
        mean=distribution.mean,
        bounds=distribution.bounds(issued) or NOTHING_SAID,
        distribution=distribution,
        suppression=Suppression.NONE,
    )


def answer_card(
    title: str, distribution: Distribution, *, mode: Mode, definition: str
) -> FigureCard:
    """The card of a questionnaire's question or of an open vote, suppressed."""
    state = state_of(distribution.counts)
    hidden = hidden_cells(distribution.counts)
    shown = {c: n for c, n in distribution.counts.items() if c not in hidden}
    has_mean = state is Suppression.NONE and mode is not Mode.OPEN
    is_few = state is Suppression.TOO_FEW
    return FigureCard(
        title=title,
        definition=definition,
        mode=mode,
        ballots=distribution.total,
        mean=distribution.mean if has_mean else None,
        distribution=None if is_few else Distribution(shown, distribution.scale),
        hidden=hidden,
        suppression=state,
    )


def overall_card(title: str, cards: list[FigureCard]) -> FigureCard:
    """One community over all dimensions: the mean of its dimensions' means."""
    shown = [c for c in cards if c.mean is not None and c.bounds and c.distribution]
    if not shown:
        return replace(cards[0], title=title)
    return replace(
        shown[0],
        title=title,
        definition=f"{SATISFACTION}各方面先分别算，再取平均。",
        mean=sum(c.mean or 0.0 for c in shown) / len(shown),
        bounds=weighted_bounds(shown, [1] * len(shown)),
        distribution=pooled([c.distribution for c in shown if c.distribution]),
    )


def weighted_bounds(cards: list[FigureCard], weights: list[int]) -> Bounds:
    """The weighted mean of the cards' bounds."""
    pairs = [(c.bounds, w) for c, w in zip(cards, weights, strict=True) if c.bounds]
    total = sum(weight for _, weight in pairs)
    return Bounds(
        sum(bounds.low * weight for bounds, weight in pairs) / total,
        sum(bounds.high * weight for bounds, weight in pairs) / total,
    )


def _percent(part: int, whole: int) -> str:
    return f"{part * 100 / whole:.1f}%"
