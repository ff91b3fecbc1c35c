"""开放评价 on the desk: by slips or by the QR code alone, and how far it has come."""

from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal import vote
from portal.kernel.errors import NotFoundError
from portal.people import Permission
from portal.rounds import places_in
from portal.vote import Election, ElectionState, VoteMode
from portal.web import staff
from portal.web.desk.deeds import go_on
from portal.web.desk.elections import at, the_election
from portal.web.guards import desk, nonce
from portal.web.request import db, installation, now

bp = Blueprint("open_vote", __name__, url_prefix="/vote")


@bp.post("/mode/<mode>")
@desk(Permission.RUN_VOTE)
def choose(mode: str) -> ResponseReturnValue:
    """By slips or by the QR code, while nothing was made for either."""
    nonce()
    if mode not in set(VoteMode):
        raise NotFoundError
    vote.choose_mode(
        db(),
        the_election(),
        mode=VoteMode(mode),
        by=staff.somebody().username,
        now=now(),
    )
    return go_on("desk.vote.page", done=f"by_{mode}", **at())


def standing(election: Election) -> dict[str, Any]:
    """How far an open election has come: how many rated, nothing of how."""
    is_closed = election.state is ElectionState.CLOSED
    return {
        "terms": election.terms,
        "places": places_in(db(), election.round_id),
        "closers": vote.closers_of(db(), election.id),
        "turnout": installation().ratings.turnout(election.id),
        "closed": vote.open_result_of(election) if is_closed else None,
    }
