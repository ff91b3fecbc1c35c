"""公示: problem, measures and result of a finding, for everybody to read."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from portal import disclosure, rectification
from portal.handover import handover_of
from portal.people import Permission
from portal.rectification import Source, StepKind
from portal.review import findings
from portal.review.findings import Finding
from portal.rounds.phases import PublicAct
from portal.web import staff
from portal.web.desk import terms
from portal.web.desk.deeds import attempt, go_on, said
from portal.web.desk.disclosures_forms import DisclosureForm, WithdrawForm
from portal.web.desk.nav import the_round
from portal.web.guards import desk
from portal.web.rendering import gettext, render
from portal.web.request import db, now, today

bp = Blueprint("disclosures", __name__, url_prefix="/disclosures")

DONE = {
    "published": "已公示。",
    "withdrawn": "已撤回。这一条会带着原因留在公示页上。",
}


@bp.get("", endpoint="list")
@desk(Permission.PUBLISH)
def index() -> ResponseReturnValue:
    """What is published, with the four sources, and what could be."""
    round_ = the_round()
    confirmed = rectification.confirmations_in(db(), round_.id)
    entries = disclosure.entries(db(), round_.id)
    sources = {entry.id: confirmed.get(entry.finding_id, {}) for entry in entries}
    return render(
        "desk/disclosures/list.html",
        waiting=disclosure.tellable(db(), round_.id),
        entries=entries,
        sources=sources,
        disputed={e for e, each in sources.items() if rectification.is_disputed(each)},
        Source=Source,
        is_public=round_.allows(PublicAct.READ_DISCLOSURES),
        terms=terms,
        said=said(DONE),
    )


@bp.route("/new/<int:finding_id>", methods=["GET", "POST"])
@desk(Permission.PUBLISH)
def new(finding_id: int) -> ResponseReturnValue:
    """Write an entry; what was accepted of the unit stands there to begin with."""
    who = staff.somebody()
    finding = findings.finding_for(db(), finding_id, staff=who)
    form = DisclosureForm(data=_usual(finding))
    if request.method == "POST" and attempt(
        form,
        lambda: disclosure.publish(
            db(), finding, words=form.draft(), by=who, now=now(), today=today()
        ),
    ):
        return go_on("desk.disclosures.list", done="published")
    confirmed = rectification.confirmations(db(), finding_id)
    page = render(
        "desk/disclosures/new.html",
        finding=finding,
        form=form,
        sources=[(source, confirmed.get(source)) for source in Source],
        is_disputed=rectification.is_disputed(confirmed),
        terms=terms,
    )
    return page, 422 if form.errors else 200


@bp.route("/<int:entry_id>/withdraw", methods=["GET", "POST"])
@desk(Permission.PUBLISH)
def withdraw(entry_id: int) -> ResponseReturnValue:
    """Take an entry back, in public."""
    entry, form = disclosure.get_disclosure(db(), entry_id), WithdrawForm()
    who = staff.somebody()
    if request.method == "POST" and attempt(
        form,
        lambda: disclosure.withdraw(
            db(), entry, reason=form.draft(), by=who, now=now(), today=today()
        ),
    ):
        return go_on("desk.disclosures.list", done="withdrawn")
    page = render("desk/disclosures/withdraw.html", entry=entry, form=form)
    return page, 422 if form.errors else 200


def _usual(finding: Finding) -> dict[str, str]:
    row = handover_of(db(), finding.id)
    plan = rectification.accepted_text(db(), row.id, StepKind.PLAN) if row else ""
    report = rectification.accepted_text(db(), row.id, StepKind.REPORT) if row else ""
    return {
        "problem": finding.title,
        "measures": plan,
        "result": report or gettext("正在办"),
    }
