"""The cards of a closed vote: per dimension, per community, for the district."""

from collections.abc import Sequence

from portal.figures.cards import FigureCard, overall_card, slip_card
from portal.figures.totals import DistrictFigure, district_figure
from portal.vote.ledger import PlaceResult
from portal.vote.slips import DIMENSIONS


def dimension_cards(result: PlaceResult) -> list[FigureCard]:
    """One card per dimension of a community, in the order of the slip."""
    return [
        slip_card(
            dimension.name,
            result.totals[dimension.id] if result.totals else None,
            ballots=result.ballots,
            issued=result.issued,
            households=result.households,
        )
        for dimension in DIMENSIONS
    ]


def place_card(result: PlaceResult) -> FigureCard:
    """A community over all six dimensions."""
    return overall_card(result.place_name, dimension_cards(result))


def vote_figure(title: str, results: Sequence[PlaceResult]) -> DistrictFigure:
    """The district's figure, from the communities that are published.

    Raises ValueError without communities.
    """
    return district_figure(title, [place_card(result) for result in results])
