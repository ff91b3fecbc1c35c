"""线索: what was handed to discipline inspection, and nobody else's page."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal import handover
from portal.handover import Handover, Route
from portal.kernel.errors import NotFoundError
from portal.people import Permission, Staff, permits
from portal.web import staff
from portal.web.desk import terms
from portal.web.desk.deeds import go_on, said
from portal.web.desk.desk_form import OneButton
from portal.web.desk.nav import the_round
from portal.web.guards import desk, nonce
from portal.web.rendering import render
from portal.web.request import db, now, today

bp = Blueprint("leads", __name__, url_prefix="/leads")

DONE = {"signed": "已签收。线索由纪检监察按程序办，这里只记签收。"}


@bp.get("", endpoint="list")
@desk(Permission.READ_LEADS)
def index() -> ResponseReturnValue:
    """Leads: the receiver's own; the chief sees those of the round."""
    who = staff.somebody()
    return render(
        "desk/leads/list.html",
        rows=handover.leads(db(), the_round().id)
        if _hands_over(who)
        else handover.received_by(db(), who.id),
        today=today(),
    )


@bp.get("/<int:handover_id>")
@desk(Permission.READ_LEADS)
def show(handover_id: int) -> ResponseReturnValue:
    """One lead in the team's words."""
    row = _visible(handover_id)
    return render(
        "desk/leads/show.html",
        row=row,
        is_receiver=row.receiver_id == staff.somebody().id,
        button=OneButton(formdata=None),
        today=today(),
        terms=terms,
        said=said(DONE),
    )


@bp.post("/<int:handover_id>/sign")
@desk(Permission.READ_LEADS)
def sign(handover_id: int) -> ResponseReturnValue:
    """签收."""
    nonce()
    who = staff.somebody()
    row = handover.assignment(db(), handover_id, staff_id=who.id)
    handover.sign_for(db(), row, by=who, now=now(), today=today())
    return go_on("desk.leads.show", done="signed", handover_id=handover_id)


def _hands_over(who: Staff) -> bool:
    return permits(who.role, Permission.HAND_OVER)


def _visible(handover_id: int) -> Handover:
    who = staff.somebody()
    if not _hands_over(who):
        return handover.assignment(db(), handover_id, staff_id=who.id)
    row = handover.get_handover(db(), handover_id)
    if row.route is not Route.LEAD:
        raise NotFoundError
    return row
