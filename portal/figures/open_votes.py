"""The figures of an open vote: two tallies side by side, and no headline.

In: the counts of a community. Out: for every dimension a card of all ratings, and one
without what looked odd where the difference of the two gives nobody away.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.figures.cards import FigureCard, Mode, Share, answer_card
from portal.figures.measures import Distribution
from portal.figures.suppression import Suppression, may_stand_beside
from portal.vote.open_tally import OpenResult, PlaceRatings
from portal.vote.terms import Dimension


@dataclass(frozen=True)
class OpenFigure:
    """A dimension: the card of all, and of the rest without what looked odd."""

    card: FigureCard
    rest: FigureCard | None = None

    @property
    def moved_text(self) -> str | None:
        """How far the figure moves between the two: the option that moves most."""
        if self.rest is None:
            return None
        odd = self.card.ballots - self.rest.ballots
        pairs = zip(self.card.shares, self.rest.shares, strict=True)
        before, after = max(pairs, key=lambda two: _distance(*two))
        name, was, becomes = before.name, before.percent, after.percent
        return (
            f"去掉来路存疑的 {odd} 份，动得最多的是「{name}」："
            f"从 {was} 变成 {becomes}。"
        )


def open_figures(result: OpenResult, place: PlaceRatings) -> list[OpenFigure]:
    """One figure per dimension of a community, in the order of the form."""
    return [_figure(result, place, each) for each in result.terms.dimensions]


def _figure(
    result: OpenResult, place: PlaceRatings, dimension: Dimension
) -> OpenFigure:
    if place.totals is None:
        few = FigureCard(
            title=dimension.name,
            definition=result.definition,
            mode=Mode.OPEN,
            ballots=place.ratings,
            suppression=Suppression.TOO_FEW,
        )
        return OpenFigure(few)
    whole = place.totals[dimension.id]
    card = _card(result, dimension.name, whole)
    rest = place.unflagged[dimension.id] if place.unflagged else None
    if rest is None or not may_stand_beside(whole, rest):
        return OpenFigure(card)
    return OpenFigure(card, _card(result, dimension.name, rest))


def _card(result: OpenResult, title: str, counts: Mapping[str, int]) -> FigureCard:
    return answer_card(
        title,
        Distribution(counts, result.terms.scale),
        mode=Mode.OPEN,
        definition=result.definition,
    )


def _distance(one: Share, other: Share) -> float:
    """Between two shares of the same option, in percentage points."""
    before, after = ((s.percent or "0").removesuffix("%") for s in (one, other))
    return abs(float(before) - float(after))
