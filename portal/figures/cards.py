"""The figure card: the only way a percentage or a mean reaches a page (promise 9).

In: counts. Out: a card that carries definition, mode, n, denominator, distribution,
bounds and suppression, and refuses to exist without them. Only a card makes text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from portal.figures.measures import Bounds, Distribution, Interval, pooled
from portal.figures.samples import (
    interval_text,
    refuse_interval,
    refuse_sample,
    unshown_text,
)
from portal.figures.suppression import (
    MEANS_FROM,
    Suppression,
    hidden_cells,
    state_of,
)
from portal.vote.election import VoteMode
from portal.vote.terms import Option

NOTHING_SAID = Bounds(0.0, 100.0)
WORST_CASE = "区间：没投的票全算不满意，到没投的票全算满意。"


class Mode(StrEnum):
    """How the answers came about."""

    SLIPS = VoteMode.SLIPS.value  # 入户票
    OPEN = VoteMode.OPEN.value  # 开放评价
    CADRES = "cadres"  # 干部测评: slips as well, but of other people
    QUESTIONNAIRE = "questionnaire"  # 问卷
    SPOT_CHECK = "spot_check"  # 随机抽查

    @property
    def label(self) -> str:
        """What is printed beside the figure."""
        return _LABELS[self]


_LABELS = {
    Mode.SLIPS: "入户票：一户一票，可以重算",
    Mode.OPEN: "开放评价：谁都可以填，不代表全体居民",
    Mode.CADRES: "干部测评：只算干部，不并入居民满意度",
    Mode.QUESTIONNAIRE: "问卷：自愿填写，不代表全体居民",
    Mode.SPOT_CHECK: "随机抽查：从责任单位说改好的里面抽的",
}


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
    findings drawn; None elsewhere. `distribution` holds only what may be shown.
    `mean` and `bounds` in points of 0..100. Of a random sample alone: `population`,
    what it was drawn from, `share` and `interval`, in 0..1. Raises ValueError where a
    part is missing or too much is shown.
    """

    title: str
    definition: str
    mode: Mode
    ballots: int
    issued: int | None = None
    households: int | None = None
    mean: float | None = None
    bounds: Bounds | None = None
    distribution: Distribution | None = None
    hidden: frozenset[str] = frozenset()
    suppression: Suppression = Suppression.NONE
    population: int | None = None
    share: float | None = None
    interval: Interval | None = None

    def __post_init__(self) -> None:
        """Refuse a mean without its companions, and any part of a small group."""
        if self.mode is Mode.SPOT_CHECK:
            refuse_sample(self)
            return
        refuse_interval(self)
        has_figures = self.mean is not None or self.distribution is not None
        if self.suppression is Suppression.TOO_FEW and has_figures:
            raise ValueError("a small group has no figures")
        if has_figures and self.ballots < MEANS_FROM:
            raise ValueError("too few ballots for a figure")
        if self.mean is not None and (self.distribution is None or self.hidden):
            raise ValueError("no mean without its whole distribution")
        if self.mean is not None and self.mode is Mode.OPEN:
            raise ValueError("an open vote has no headline")
        is_slips = self.mode in {Mode.SLIPS, Mode.CADRES}
        if is_slips and (self.issued is None or (has_figures and not self.bounds)):
            raise ValueError("no slip figure without slips issued and bounds")

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
        """What the share says of all that could have been drawn."""
        return interval_text(self)

    @property
    def has_percentages(self) -> bool:
        """Whether its counts are enough to be told as percentages."""
        return self.suppression is not Suppression.TOO_FEW

    @property
    def suppression_text(self) -> str | None:
        """Why something is not shown."""
        if self.mode is Mode.SPOT_CHECK:
            return unshown_text(self)
        if self.suppression is Suppression.TOO_FEW:
            return f"收回 {self.ballots} 份，不足 {MEANS_FROM} 份，不单独公布。"
        if self.suppression is Suppression.CELLS:
            return "有的选项人数太少，为免认出人来，不公布，也不算平均分。"
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


def slip_card(
    title: str,
    distribution: Distribution,
    *,
    ballots: int,
    issued: int,
    households: int | None = None,
    mode: Mode = Mode.SLIPS,
) -> FigureCard:
    """The card of one dimension in one community; below 10 ballots without figures.

    The vote's lists are published whole from 10 ballots, so its cells are not
    suppressed: the one exception, announced on the slip.
    """
    few = FigureCard(
        title=title,
        definition=satisfaction(distribution.scale),
        mode=mode,
        ballots=ballots,
        issued=issued,
        households=households,
        suppression=Suppression.TOO_FEW,
    )
    if ballots < MEANS_FROM:
        return few
    return replace(
        few,
        mean=distribution.mean,
        bounds=distribution.bounds(issued) or NOTHING_SAID,
        distribution=distribution,
        suppression=Suppression.NONE,
    )


def answer_card(
    title: str,
    distribution: Distribution,
    *,
    mode: Mode,
    definition: str,
    hidden: frozenset[str] = frozenset(),
) -> FigureCard:
    """The card of a questionnaire's question or of an open vote, suppressed.

    `hidden`: cells that must not be shown because of other tables.
    """
    state = state_of(distribution.counts)
    if hidden and state is Suppression.NONE:
        state = Suppression.CELLS
    hidden |= hidden_cells(distribution.counts)
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


def overall_card(
    title: str, cards: Sequence[FigureCard], *, weights: Sequence[int]
) -> FigureCard:
    """One community over all dimensions: the weighted mean of its dimensions' means.

    A dimension of which nobody has an opinion is left out with its weight.
    """
    scored = [
        (card, weight)
        for card, weight in zip(cards, weights, strict=True)
        if card.mean is not None and card.bounds and card.distribution
    ]
    if not scored:
        return replace(cards[0], title=title)
    shown = [card for card, _ in scored]
    total = sum(weight for _, weight in scored)
    return replace(
        shown[0],
        title=title,
        definition=_averaged(shown[0].definition, cards, weights),
        mean=sum((card.mean or 0.0) * weight for card, weight in scored) / total,
        bounds=weighted_bounds(shown, [weight for _, weight in scored]),
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


def satisfaction(scale: tuple[Option, ...]) -> str:
    """What a score means on this scale."""
    scored = [option for option in scale if option.points is not None]
    names = "、".join(option.name for option in scored)
    points = "、".join(str(option.points) for option in scored)
    asides = "、".join(option.name for option in scale if option.points is None)
    if not asides:
        return f"满意度：有看法的选票的平均分。{names}依次是 {points} 分。"
    return (
        f"满意度：有看法的选票的平均分。{names}依次是 {points} 分；"
        f"「{asides}」单列，不算进平均分。"
    )


def _averaged(each: str, cards: Sequence[FigureCard], weights: Sequence[int]) -> str:
    if len(set(weights)) == 1:
        return f"{each}各方面先分别算，再取平均。"
    names = "、".join(card.title for card in cards)
    shares = "、".join(map(str, weights))
    return f"{each}各方面先分别算，再按权重平均：{names}依次占 {shares}。"


def _percent(part: int, whole: int) -> str:
    return f"{part * 100 / whole:.1f}%"
