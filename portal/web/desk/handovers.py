"""移交: approved problems go out by a route, and what comes back is reviewed."""

from datetime import timedelta

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal import handover, rectification
from portal.handover import Handover, Route
from portal.kernel.errors import NotFoundError
from portal.people import Permission, Role, Staff, permits
from portal.rectification import Step
from portal.reports.proposal import file_name, proposal
from portal.review import findings
from portal.review.findings import Finding, FindingState
from portal.rounds import get_round
from portal.web import staff
from portal.web.desk import terms
from portal.web.desk.deeds import attempt, go_on, said
from portal.web.desk.downloads import file_to_keep
from portal.web.desk.handovers_forms import HandOverForm, VerdictForm
from portal.web.desk.nav import the_round
from portal.web.guards import desk
from portal.web.rendering import render
from portal.web.request import db, now, today

bp = Blueprint("handovers", __name__, url_prefix="/handovers")

USUAL_TERM = timedelta(days=30)  # what the form offers; the office changes it

DONE = {
    "handed_over": "已交办，等接收单位签收。",
    "reviewed": "审核意见已发给责任单位。",
}


@bp.get("", endpoint="list")
@desk(Permission.HAND_OVER)
def index() -> ResponseReturnValue:
    """What waits to be handed over, and where everything went."""
    round_, who = the_round(), staff.somebody()
    mine = findings.findings_for(db(), round_.id, staff=who)
    return render(
        "desk/handovers/list.html",
        waiting=[one for one in mine if one.state is FindingState.APPROVED],
        rows=handover.handovers(db(), round_.id),
        today=today(),
        terms=terms,
        said=said(DONE),
    )


@bp.route("/new/<int:finding_id>", methods=["GET", "POST"])
@desk(Permission.HAND_OVER)
def new(finding_id: int) -> ResponseReturnValue:
    """交办: by which route, to whom, until when."""
    who = staff.somebody()
    finding = findings.finding_for(db(), finding_id, staff=who)
    routes = _routes(finding, who)
    form = HandOverForm(data={"due_on": today() + USUAL_TERM, "route": routes[0].value})
    form.offer(routes, _receivers(routes))

    def go() -> None:
        given = form.draft()
        handover.hand_over(db(), finding, terms=given, by=who, now=now(), today=today())

    if request.method == "POST" and attempt(form, go):
        return go_on("desk.handovers.list", done="handed_over")
    page = render("desk/handovers/new.html", finding=finding, form=form, terms=terms)
    return page, 422 if form.errors else 200


@bp.get("/<int:handover_id>")
@desk(Permission.REVIEW_RECTIFICATION)
def show(handover_id: int) -> ResponseReturnValue:
    """One handover with everything that was filed."""
    return _page(_tellable(handover_id), VerdictForm(formdata=None))


@bp.get("/<int:handover_id>/document.docx")
@desk(Permission.REVIEW_RECTIFICATION)
def document(handover_id: int) -> ResponseReturnValue:
    """巡察建议书, or what its route calls it, to print and to seal."""
    return word_file(_tellable(handover_id))


@bp.post("/<int:handover_id>/steps/<int:step_id>")
@desk(Permission.REVIEW_RECTIFICATION)
def review(handover_id: int, step_id: int) -> ResponseReturnValue:
    """三审: accept or return a step."""
    row, form, who = _tellable(handover_id), VerdictForm(), staff.somebody()
    step = _step(row, step_id)

    def judge() -> None:
        verdict, remark = form.draft()
        rectification.review_step(
            db(), step, verdict=verdict, remark=remark, by=who, now=now()
        )

    if attempt(form, judge):
        return go_on("desk.handovers.show", done="reviewed", handover_id=handover_id)
    return _page(row, form)


def word_file(row: Handover) -> ResponseReturnValue:
    """The Word document of a handover, for whoever may see it."""
    content = proposal(row, get_round(db(), row.finding.round_id))
    return file_to_keep(content, file_name(row))


def _tellable(handover_id: int) -> Handover:
    row = handover.get_handover(db(), handover_id)
    if row.route is Route.LEAD:
        raise NotFoundError
    return row


def _step(row: Handover, step_id: int) -> Step:
    step = rectification.get_step(db(), step_id)
    if step.handover_id != row.id:
        raise NotFoundError
    return step


def _page(row: Handover, form: VerdictForm) -> ResponseReturnValue:
    confirmed = rectification.confirmations(db(), row.finding_id)
    page = render(
        "desk/handovers/show.html",
        row=row,
        steps=rectification.steps(db(), row.id),
        next_kind=rectification.next_kind(row, rectification.steps(db(), row.id)),
        form=form,
        sources=[(source, confirmed.get(source)) for source in rectification.Source],
        is_disputed=rectification.is_disputed(confirmed),
        today=today(),
        terms=terms,
        said=said(DONE),
    )
    return page, 422 if form.errors else 200


def _routes(finding: Finding, who: Staff) -> list[Route]:
    """A lead has one route; leads are handed over by those who may read them."""
    if finding.is_lead:
        return [Route.LEAD]
    may_lead = permits(who.role, Permission.READ_LEADS)
    return [route for route in Route if may_lead or route is not Route.LEAD]


def _receivers(routes: list[Route]) -> list[Staff]:
    """Units, and discipline inspection where a lead may go."""
    roles = {Role.DISCIPLINE if route is Route.LEAD else Role.UNIT for route in routes}
    wanted = select(Staff).where(Staff.role.in_(roles), Staff.is_active)
    return list(db().scalars(wanted.order_by(Staff.role, Staff.unit, Staff.name)))
