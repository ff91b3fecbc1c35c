"""回访: what a spot check gave one to visit, and what one saw there."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from portal import rectification
from portal.handover import handover_of
from portal.people import Permission
from portal.rectification import StepKind
from portal.web import staff
from portal.web.desk import terms
from portal.web.desk.deeds import attempt, go_on, said
from portal.web.desk.nav import about, the_round
from portal.web.desk.visits_forms import VisitForm
from portal.web.guards import desk
from portal.web.rendering import render
from portal.web.request import db, now, today

bp = Blueprint("visits", __name__, url_prefix="/visits")

DONE = {"visited": "看到的结果已记下。没全改好的，已退回责任单位重报。"}


@bp.get("", endpoint="list")
@desk(Permission.REVISIT)
def index() -> ResponseReturnValue:
    """What waits to be visited comes first."""
    mine = rectification.drawn_for(db(), the_round().id, staff=staff.somebody())
    return render(
        "desk/visits/list.html",
        rows=sorted(mine, key=lambda one: not one.is_waiting),
        waiting=sum(one.is_waiting for one in mine),
        terms=terms,
        said=said(DONE),
    )


@bp.route("/<int:finding_id>", methods=["GET", "POST"])
@desk(Permission.REVISIT)
def visit(finding_id: int) -> ResponseReturnValue:
    """The problem, what its unit reported, and what one sees now."""
    form, who = VisitForm(), staff.somebody()
    mine = rectification.drawn_finding(db(), finding_id, staff=who)
    round_ = about(mine.finding.round_id)
    if request.method == "POST" and attempt(
        form,
        lambda: rectification.visit(
            db(), mine, outcome=form.draft(), by=who, now=now(), today=today()
        ),
    ):
        return go_on("desk.visits.list", done="visited", round=round_.id)
    row = handover_of(db(), finding_id)
    page = render(
        "desk/visits/visit.html",
        mine=mine,
        handover=row,
        report=rectification.accepted_text(db(), row.id, StepKind.REPORT)
        if row
        else "",
        form=form,
        terms=terms,
    )
    return page, 422 if form.errors else 200
