"""整改: what was filed and waits for review, what is overdue."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal import handover, rectification
from portal.people import Permission
from portal.web.desk import terms
from portal.web.desk.nav import the_round
from portal.web.guards import desk
from portal.web.rendering import render
from portal.web.request import db, today

bp = Blueprint("rectification", __name__, url_prefix="/rectification")


@bp.get("", endpoint="list")
@desk(Permission.REVIEW_RECTIFICATION)
def index() -> ResponseReturnValue:
    """Every handover with its newest step; what waits for the office comes first."""
    rows = handover.handovers(db(), the_round().id)
    newest = {row.id: rectification.steps(db(), row.id)[-1:] for row in rows}
    waiting = {
        row.id for row in rows if newest[row.id] and newest[row.id][0].verdict is None
    }
    return render(
        "desk/rectification/list.html",
        rows=sorted(rows, key=lambda row: row.id not in waiting),
        newest=newest,
        waiting=waiting,
        overdue=sum(row.is_overdue(today()) for row in rows),
        today=today(),
        terms=terms,
    )
