"""公示: what was found, what was done about it, and who says that it is fixed."""

from dataclasses import dataclass

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal import disclosure, vote
from portal.figures import FigureCard, SpotCheckFigure, spot_check_figures
from portal.figures.votes import item_cards_at
from portal.kernel.errors import NotFoundError
from portal.places import get_place
from portal.rectification import (
    Disagreement,
    Outcome,
    Source,
    disagreement,
    numbers_in,
)
from portal.rounds import Round, get_round, public_rounds
from portal.rounds.phases import PublicAct
from portal.vote import ElectionState
from portal.web.rendering import render
from portal.web.request import db

bp = Blueprint("disclosures", __name__)


@bp.get("/disclosures")
def index() -> ResponseReturnValue:
    """Rounds with something to read, their communities, and their spot checks."""
    rounds = [_told(r) for r in public_rounds(db()) if _is_readable(r)]
    return render("public/disclosures/index.html", rounds=rounds, Outcome=Outcome)


@bp.get("/disclosures/<int:round_id>/<place_code>")
def page(round_id: int, place_code: str) -> ResponseReturnValue:
    """Everything published about one community in one round."""
    round_ = get_round(db(), round_id)
    if not _is_readable(round_):
        raise NotFoundError
    place = get_place(db(), place_code)
    entries = disclosure.published(db(), round_, place_id=place.id)
    return render(
        "public/disclosures/page.html",
        round_=round_,
        place=place,
        entries=[(entry, disclosure.sources(db(), entry)) for entry in entries],
        asked=_asked(round_, place.code),
        numbers=numbers_in(db(), round_id),
        found=disagreement(db(), round_id, place_id=place.id),
        Source=Source,
        Outcome=Outcome,
    )


def _asked(round_: Round, place_code: str) -> dict[int, list[FigureCard]]:
    """What voters said of a community's findings, by disclosure, once published."""
    if not round_.allows(PublicAct.READ_RESULTS):
        return {}
    found: dict[int, list[FigureCard]] = {}
    for election in vote.elections(db(), round_.id):
        if election.state is ElectionState.CLOSED:
            for entry_id, card in item_cards_at(vote.result_of(election), place_code):
                found.setdefault(entry_id, []).append(card)
    return found


@dataclass(frozen=True)
class Told:
    """What the index tells of a round."""

    round_: Round
    places: list[tuple[str, str, int]]
    spot_checks: list[SpotCheckFigure]
    found: Disagreement


def _told(round_: Round) -> Told:
    return Told(
        round_,
        _places(round_),
        spot_check_figures(db(), round_.id),
        disagreement(db(), round_.id),
    )


def _is_readable(round_: Round) -> bool:
    return round_.allows(PublicAct.READ_DISCLOSURES)


def _places(round_: Round) -> list[tuple[str, str, int]]:
    """(code, name, number of entries) of each community with entries."""
    found: dict[tuple[str, str], int] = {}
    for entry in disclosure.published(db(), round_):
        key = (entry.place.code, entry.place.name)
        found[key] = found.get(key, 0) + 1
    return [(code, name, number) for (code, name), number in sorted(found.items())]
