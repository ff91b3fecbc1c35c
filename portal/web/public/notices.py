"""公告: who inspects whom, until when, what is taken and what is passed on."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from portal.kernel.errors import NotFoundError
from portal.rounds import get_round, places_in, public_rounds
from portal.rounds.phases import PublicAct
from portal.web.rendering import render
from portal.web.request import db

bp = Blueprint("notices", __name__)


@bp.get("/notices")
def index() -> ResponseReturnValue:
    """Every round that was announced."""
    return render("public/notices/index.html", rounds=public_rounds(db()))


@bp.get("/notices/<int:round_id>")
def page(round_id: int) -> ResponseReturnValue:
    """One round's notice; with `?place=` as it reads in one community."""
    round_ = get_round(db(), round_id)
    if not round_.allows(PublicAct.READ_NOTICE):
        raise NotFoundError
    places = places_in(db(), round_id)
    asked = request.args.get("place", "")
    here = next((place for place in places if place.code == asked), None)
    return render("public/notices/page.html", round_=round_, places=places, here=here)
