"""数字: questionnaire results per community, suppressed as everywhere."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from portal.figures.responses import figures_of
from portal.people import Permission, permits
from portal.places import Place
from portal.review import inbox
from portal.rounds import Round, places_in
from portal.web import staff
from portal.web.desk.deeds import lock_for_reading
from portal.web.desk.nav import the_round
from portal.web.guards import desk
from portal.web.rendering import render
from portal.web.request import db

bp = Blueprint("figures", __name__, url_prefix="/figures")

bp.before_request(lock_for_reading)  # what is shown is noted, so that it can wait


@bp.get("", endpoint="page")
@desk(Permission.READ_FIGURES)
def page() -> ResponseReturnValue:
    """One community question by question, or all of them together."""
    round_ = the_round()
    places = _places(round_)
    chosen = next((p for p in places if p.code == request.args.get("place")), None)
    figures = figures_of(db(), round_.id, places=[chosen] if chosen else places)
    return render(
        "desk/figures/page.html",
        places=places,
        chosen=chosen,
        cards=[f.places[chosen.code] for f in figures] if chosen else [],
        totals=[] if chosen else [f.total for f in figures if f.total],
        asked=len(figures),
    )


def _places(round_: Round) -> list[Place]:
    """A member's own communities; the office sees all."""
    who = staff.somebody()
    if permits(who.role, Permission.READ_LETTERS):
        return inbox.my_places(db(), round_.id, who.id)
    return places_in(db(), round_.id)
