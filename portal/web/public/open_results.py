"""Results of an open vote: what was chosen, community by community, and no score."""

from portal import vote
from portal.figures import spot_check_figures
from portal.figures.open_votes import open_figures
from portal.kernel.errors import NotFoundError
from portal.places import get_place
from portal.vote import Election
from portal.web.rendering import render
from portal.web.request import db


def page(election: Election, others: list[Election]) -> str:
    """The communities; there is no figure of the district."""
    return render(
        "public/open_results/page.html",
        election=election,
        result=vote.open_result_of(election),
        others=others,
        checks=spot_check_figures(db(), election.round_id),
    )


def place(election: Election, place_code: str) -> str:
    """One community: for every dimension what was chosen.

    Raises NotFoundError.
    """
    result, code = vote.open_result_of(election), get_place(db(), place_code).code
    found = next((one for one in result.places if one.place_code == code), None)
    if found is None:
        raise NotFoundError
    return render(
        "public/open_results/place.html",
        election=election,
        result=result,
        place=found,
        figures=open_figures(result, found),
    )
