"""交办给我的: a unit sees what to fix by when, in the team's words, and reports.

Nothing here can show a letter: a unit has neither the permission nor a key.
"""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal import handover, rectification
from portal.handover import Handover
from portal.people import Permission
from portal.rectification import StepKind
from portal.web import staff
from portal.web.desk import terms
from portal.web.desk.assignments_forms import FilingForm
from portal.web.desk.deeds import attempt, go_on, said
from portal.web.desk.desk_form import OneButton
from portal.web.desk.handovers import word_file
from portal.web.guards import desk, nonce
from portal.web.rendering import render
from portal.web.request import db, now, today

bp = Blueprint("assignments", __name__, url_prefix="/assignments")

DONE = {
    "signed": "已签收。下一步请报整改方案。",
    "filed": "已上报，等巡察办审核。",
}


@bp.get("", endpoint="list")
@desk(Permission.RECTIFY)
def index() -> ResponseReturnValue:
    """Everything handed to me, the most urgent first."""
    rows = handover.received_by(db(), staff.somebody().id)
    filed = {row.id: rectification.steps(db(), row.id) for row in rows}
    return render(
        "desk/assignments/list.html",
        rows=rows,
        next_kinds={
            row.id: rectification.next_kind(row, filed[row.id]) for row in rows
        },
        today=today(),
        terms=terms,
    )


@bp.get("/<int:handover_id>")
@desk(Permission.RECTIFY)
def show(handover_id: int) -> ResponseReturnValue:
    """One problem: what it is, until when, and what comes next."""
    return _page(_mine(handover_id), FilingForm(formdata=None))


@bp.get("/<int:handover_id>/document.docx")
@desk(Permission.RECTIFY)
def document(handover_id: int) -> ResponseReturnValue:
    """The document it came with, to file."""
    return word_file(_mine(handover_id))


@bp.post("/<int:handover_id>/sign")
@desk(Permission.RECTIFY)
def sign(handover_id: int) -> ResponseReturnValue:
    """签收."""
    nonce()
    who = staff.somebody()
    handover.sign_for(db(), _mine(handover_id), by=who, now=now(), today=today())
    return go_on("desk.assignments.show", done="signed", handover_id=handover_id)


@bp.post("/<int:handover_id>/file")
@desk(Permission.RECTIFY)
def file(handover_id: int) -> ResponseReturnValue:
    """Report the next step."""
    row, form, who = _mine(handover_id), FilingForm(), staff.somebody()
    if attempt(
        form,
        lambda: rectification.file_step(
            db(), row, filing=form.draft(), by=who, now=now(), today=today()
        ),
    ):
        return go_on("desk.assignments.show", done="filed", handover_id=handover_id)
    return _page(row, form)


def _mine(handover_id: int) -> Handover:
    return handover.assignment(db(), handover_id, staff_id=staff.somebody().id)


def _page(row: Handover, form: FilingForm) -> ResponseReturnValue:
    filed = rectification.steps(db(), row.id)
    page = render(
        "desk/assignments/show.html",
        row=row,
        filed=filed,
        next_kind=rectification.next_kind(row, filed),
        StepKind=StepKind,
        form=form,
        button=OneButton(formdata=None),
        today=today(),
        terms=terms,
        said=said(DONE),
    )
    return page, 422 if form.errors else 200
