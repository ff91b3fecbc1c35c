"""The cards of a closed vote: per dimension, per community, for the district."""

from collections.abc import Mapping

from portal.figures.cards import FigureCard, Mode, overall_card, slip_card
from portal.figures.measures import Distribution
from portal.figures.totals import DistrictFigure, district_figure
from portal.vote.election import Electorate
from portal.vote.ledger import ElectionResult, PlaceResult

MODES: Mapping[Electorate, Mode] = {
    Electorate.RESIDENTS: Mode.SLIPS,
    Electorate.CADRES: Mode.CADRES,
}


def dimension_cards(result: ElectionResult, place: PlaceResult) -> list[FigureCard]:
    """One card per dimension of a community, in the order of the slip."""
    mode = MODES[result.electorate]
    return [
        slip_card(
            dimension.name,
            Distribution(
                (place.totals or {}).get(dimension.id, {}), result.terms.scale
            ),
            ballots=place.ballots,
            issued=place.issued,
            households=place.entitled if mode is Mode.SLIPS else None,
            mode=mode,
        )
        for dimension in result.terms.dimensions
    ]


def place_card(result: ElectionResult, place: PlaceResult) -> FigureCard:
    """A community over all dimensions, by their weights."""
    cards = dimension_cards(result, place)
    return overall_card(place.place_name, cards, weights=result.terms.weights)


def vote_figure(title: str, result: ElectionResult) -> DistrictFigure:
    """The district's figure, from the communities that are published.

    Raises ValueError without communities.
    """
    return district_figure(title, [place_card(result, one) for one in result.places])
