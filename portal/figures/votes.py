"""The cards of a closed vote: per dimension, per community, for the district."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from portal.figures.cards import FigureCard, Mode, overall_card, slip_card
from portal.figures.measures import Distribution
from portal.figures.totals import DistrictFigure, district_figure
from portal.vote.election import Electorate
from portal.vote.ledger import ElectionResult, PlaceResult

MODES: Mapping[Electorate, Mode] = {
    Electorate.RESIDENTS: Mode.SLIPS,
    Electorate.CADRES: Mode.CADRES,
}
_ITEM = (
    "：问「这一项改好了吗」，说得上来的人的平均分。改好了 100 分、改了一些 50 分、"
    "没改 0 分；「不清楚」单列，不算进平均分；没回答的不算。"
)
ITEM_TITLES: Mapping[Electorate, str] = {
    Electorate.RESIDENTS: "居民测评：改好了吗",
    Electorate.CADRES: "干部测评：改好了吗",
}
ITEM_DEFINITIONS: Mapping[Electorate, str] = {
    Electorate.RESIDENTS: f"居民测评{_ITEM}",
    Electorate.CADRES: f"干部测评{_ITEM}",
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


def item_cards(result: ElectionResult, place: PlaceResult) -> list[FigureCard]:
    """One card per disclosed finding that a community was asked about.

    Its ballots are those that answered; its bounds count every slip that did not.
    """
    mode = MODES[result.electorate]
    return [
        replace(
            slip_card(
                one.item.words,
                Distribution(one.totals or {}, result.item_scale),
                ballots=one.answered,
                issued=place.issued,
                households=place.entitled if mode is Mode.SLIPS else None,
                mode=mode,
            ),
            definition=ITEM_DEFINITIONS[result.electorate],
        )
        for one in place.items
    ]


def item_cards_at(
    result: ElectionResult, place_code: str
) -> Iterator[tuple[int, FigureCard]]:
    """The same cards by the disclosure they are about, titled by who was asked."""
    for place in result.places:
        if place.place_code == place_code:
            for one, card in zip(place.items, item_cards(result, place), strict=True):
                titled = replace(card, title=ITEM_TITLES[result.electorate])
                yield one.item.disclosure_id, titled


def place_card(result: ElectionResult, place: PlaceResult) -> FigureCard:
    """A community over all dimensions, by their weights."""
    cards = dimension_cards(result, place)
    return overall_card(place.place_name, cards, weights=result.terms.weights)


def vote_figure(title: str, result: ElectionResult) -> DistrictFigure:
    """The district's figure, from the communities that are published.

    Raises ValueError without communities.
    """
    return district_figure(title, [place_card(result, one) for one in result.places])
