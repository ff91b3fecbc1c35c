"""District totals: weighted, with median, lowest five and what was left out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from portal.figures.cards import FigureCard, Mode, weighted_bounds
from portal.figures.measures import Distribution, pooled
from portal.figures.suppression import Suppression

LOWEST = 5


@dataclass(frozen=True)
class DistrictFigure:
    """A district's card with what a mean alone would hide.

    `card` covers published communities only, so that nothing of a withheld one can be
    had by subtraction. `median` is a card of its own: the community in the middle
    (of two, the lower). `lowest`: the five lowest, worst first.
    """

    card: FigureCard
    median: FigureCard | None
    lowest: tuple[FigureCard, ...]
    published: int
    suppressed: int


def district_figure(title: str, cards: Sequence[FigureCard]) -> DistrictFigure:
    """One figure over the communities' cards, weighted by households.

    Where a community's households are not known its slips issued stand for them.
    Raises ValueError without cards, and for cards of different modes: residents,
    cadres and questionnaires are never added up.
    """
    if not cards:
        raise ValueError("a district without communities")
    if len({card.mode for card in cards}) > 1:
        raise ValueError("a district of different modes")
    shown = [c for c in cards if c.mean is not None and c.distribution]
    ranked = sorted(shown, key=lambda c: (c.mean or 0.0, c.title))
    return DistrictFigure(
        card=_total(title, cards=cards, shown=shown),
        median=_middle(ranked),
        lowest=tuple(ranked[:LOWEST]),
        published=len(shown),
        suppressed=len(cards) - len(shown),
    )


def _total(
    title: str, *, cards: Sequence[FigureCard], shown: list[FigureCard]
) -> FigureCard:
    covered = shown or list(cards)
    like = replace(
        covered[0],
        title=title,
        ballots=sum(c.ballots for c in covered),
        issued=sum(c.issued or 0 for c in covered) or None,
        households=sum(c.households or 0 for c in covered) or None,
        mean=None,
        distribution=None,
        hidden=frozenset(),
        suppression=Suppression.TOO_FEW,
    )
    if not shown:
        return like
    weights = [c.households or c.issued or c.ballots for c in shown]
    scored = zip(shown, weights, strict=True)
    has_bounds = all(c.bounds for c in shown)
    return replace(
        like,
        definition=_weighed(like),
        mean=sum((c.mean or 0.0) * w for c, w in scored) / sum(weights),
        bounds=weighted_bounds(shown, weights) if has_bounds else None,
        distribution=_pooled(shown),
        suppression=Suppression.NONE,
    )


def _weighed(card: FigureCard) -> str:
    if card.mode is Mode.CADRES:
        return f"{card.definition}全区按发出的票数加权，只含已公布的社区。"
    return f"{card.definition}全区按户数加权，只含已公布的社区。"


def _pooled(shown: list[FigureCard]) -> Distribution:
    return pooled([c.distribution for c in shown if c.distribution])


def _middle(ranked: list[FigureCard]) -> FigureCard | None:
    return ranked[(len(ranked) - 1) // 2] if ranked else None
