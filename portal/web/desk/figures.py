"""数字: questionnaire results, suppressed as everywhere."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from portal.figures.results import of_place, of_round
from portal.figures.settlement import keep_up
from portal.people import Permission, permits
from portal.places import Place
from portal.review import inbox
from portal.rounds import Round, places_in
from portal.web import staff
from portal.web.desk.deeds import lock_for_reading
from portal.web.desk.nav import the_round
from portal.web.guards import desk
from portal.web.rendering import render
from portal.web.request import db, today

bp = Blueprint("figures", __name__, url_prefix="/figures")

bp.before_request(lock_for_reading)  # what is shown is noted, so that it can wait


@bp.get("", endpoint="page")
@desk(Permission.READ_FIGURES)
def page() -> ResponseReturnValue:
    """One community question by question, or all of them together."""
    round_ = the_round()
    places = _places(round_)
    keep_up(db(), round_.id, places=places, today=today())
    chosen = next((p for p in places if p.code == request.args.get("place")), None)
    results = (
        of_place(db(), round_.id, chosen)
        if chosen
        else of_round(db(), round_.id, places)
    )
    return render(
        "desk/figures/page.html", places=places, chosen=chosen, results=results
    )


def _places(round_: Round) -> list[Place]:
    """A member's own communities; the office sees all."""
    who = staff.somebody()
    if permits(who.role, Permission.READ_LETTERS):
        return inbox.my_places(db(), round_.id, who.id)
    return places_in(db(), round_.id)
