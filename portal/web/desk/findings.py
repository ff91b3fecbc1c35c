"""问题: written by the team, approved by a second person, then handed over."""

from typing import Any, TypeVar

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from portal import checklists, rectification, reports
from portal.intake.records import LetterState
from portal.people import Permission
from portal.places import Place
from portal.reports.account import account
from portal.review import evidence, findings, inbox, letters
from portal.review.findings import Finding
from portal.web import staff
from portal.web.desk import terms
from portal.web.desk.deeds import attempt, go_on, lock_for_reading, said
from portal.web.desk.desk_form import OneButton
from portal.web.desk.downloads import file_to_keep
from portal.web.desk.findings_forms import (
    CheckForm,
    FindingForm,
    PlacedFindingForm,
    SendBackForm,
)
from portal.web.desk.findings_page import life, picture, table
from portal.web.desk.nav import the_round
from portal.web.guards import desk, nonce
from portal.web.rendering import render
from portal.web.request import db, now, today

F = TypeVar("F", bound=FindingForm)

bp = Blueprint("findings", __name__, url_prefix="/findings")

DONE = {
    "written": "已存为草稿。请另一位同事核定后才能交办。",
    "approved": "已核定，可以交办了。",
    "sent_back": "已退回起草。",
    "checked": "核查结果已记下。",
    "handed_over": "已交办，等接收单位签收。",
}


@bp.before_request
def _lock() -> None:
    if request.args.get("letter"):
        lock_for_reading()


@bp.get("", endpoint="list")
@desk(Permission.READ_FINDINGS)
def index() -> ResponseReturnValue:
    """The findings one may see."""
    return render("desk/findings/list.html", **table(the_round()), terms=terms)


@bp.get("/list.xlsx")
@desk(Permission.READ_FINDINGS)
def download() -> ResponseReturnValue:
    """问题清单: the same as a workbook, without leads."""
    round_ = the_round()
    mine = findings.findings_for(db(), round_.id, staff=staff.somebody())
    content = reports.findings_workbook(db(), mine, today=today())
    name = f"问题清单-{round_.code}.xlsx"
    return file_to_keep(content, name)


@bp.get("/report.docx")
@desk(Permission.READ_FINDINGS)
def report() -> ResponseReturnValue:
    """问题整改情况报告: the same as a document, without leads."""
    round_ = the_round()
    mine = findings.findings_for(db(), round_.id, staff=staff.somebody())
    content = account(db(), round_, mine, today=today())
    name = f"问题整改情况报告-{round_.code}.docx"
    return file_to_keep(content, name)


@bp.get("/<int:finding_id>")
@desk(Permission.READ_FINDINGS)
def show(finding_id: int) -> ResponseReturnValue:
    """One finding and what can be done with it."""
    finding = _visible(finding_id)
    return _page(finding, check=CheckForm(formdata=None))


@bp.route("/new", methods=["GET", "POST"])
@desk(Permission.WRITE_FINDINGS)
def new() -> ResponseReturnValue:
    """成立问题, from a letter or from what the team saw itself."""
    if request.args.get("letter"):
        return _from_letter(request.args["letter"])
    reader, made = staff.reader(), list[Finding]()
    places = inbox.my_places(db(), the_round().id, reader.staff.id)
    form = _offering(PlacedFindingForm().offer(places), the_round().id, places)

    def write() -> None:
        here = (the_round().id, form.place.data)
        made.append(evidence.note_down(db(), here, form.draft(), reader=reader))

    if request.method == "POST" and attempt(form, write):
        return go_on("desk.findings.show", done="written", finding_id=made[0].id)
    return _form(form, heading="写一个问题")


@bp.route("/<int:finding_id>/edit", methods=["GET", "POST"])
@desk(Permission.WRITE_FINDINGS)
def edit(finding_id: int) -> ResponseReturnValue:
    """Rewrite a draft."""
    finding, reader = _visible(finding_id), staff.reader()
    form = _offering(FindingForm.of(finding), finding.round_id, [finding.place])
    if request.method == "POST" and attempt(
        form, lambda: evidence.rewrite(db(), finding, form.draft(), reader=reader)
    ):
        return go_on("desk.findings.show", done="written", finding_id=finding_id)
    return _form(form, heading="改问题", finding=finding)


@bp.post("/<int:finding_id>/approve")
@desk(Permission.APPROVE_FINDINGS)
def approve(finding_id: int) -> ResponseReturnValue:
    """The second person's consent."""
    nonce()
    findings.approve(db(), _visible(finding_id), by=staff.somebody(), now=now())
    return go_on("desk.findings.show", done="approved", finding_id=finding_id)


@bp.route("/<int:finding_id>/back", methods=["GET", "POST"])
@desk(Permission.APPROVE_FINDINGS)
def send_back(finding_id: int) -> ResponseReturnValue:
    """退回修改."""
    finding, form, who = _visible(finding_id), SendBackForm(), staff.somebody()
    if request.method == "POST" and attempt(
        form,
        lambda: findings.send_back(
            db(), finding, reason=form.draft(), by=who, now=now()
        ),
    ):
        return go_on("desk.findings.show", done="sent_back", finding_id=finding_id)
    page = render("desk/findings/back.html", finding=finding, form=form)
    return page, _status(form)


@bp.post("/<int:finding_id>/check")
@desk(Permission.WRITE_FINDINGS)
def check(finding_id: int) -> ResponseReturnValue:
    """巡察组核查."""
    finding, form, who = _visible(finding_id), CheckForm(), staff.somebody()
    if attempt(
        form,
        lambda: rectification.check(
            db(), finding, outcome=form.draft(), by=who, now=now(), today=today()
        ),
    ):
        return go_on("desk.findings.show", done="checked", finding_id=finding_id)
    return _page(finding, check=form)


def _from_letter(letter_id: str) -> ResponseReturnValue:
    """成立问题 from a letter; its text stands beside the form, its reading logged.

    Beside a form that was refused it does not stand: that reading could not be logged.
    """
    reader, made = staff.reader(), list[Finding]()
    letter = letters.get_letter(db(), letter_id, staff_id=reader.staff.id)
    if letter.state is LetterState.UNREAD:
        return go_on("desk.letters.show", letter_id=letter_id)
    here = [db().get_one(Place, letter.place_id)]
    form = FindingForm(data={"category": letter.category})
    _offering(form, letter.round_id, here)

    def establish() -> None:
        made.append(evidence.establish(db(), letter, form.draft(), reader=reader))

    if request.method == "POST":
        if attempt(form, establish):
            return go_on("desk.findings.show", done="written", finding_id=made[0].id)
        return _form(form, heading="成立问题", letter=letter)
    opened = letters.read(db(), letter, reader=reader)
    return _form(form, heading="成立问题", letter=letter, text=opened.text)


def _visible(finding_id: int) -> Finding:
    return findings.finding_for(db(), finding_id, staff=staff.somebody())


def _offering(form: F, round_id: int, places: list[Place]) -> F:
    """The form with the points that a problem of these communities may carry."""
    kinds = {kind for place in places for kind in (place.kind, place.trait) if kind}
    form.offer_points(checklists.points_for(db(), round_id, kinds=kinds))
    return form


def _status(form: FindingForm | SendBackForm | CheckForm) -> int:
    return 422 if form.errors else 200


def _form(form: FindingForm, *, heading: str, **more: Any) -> ResponseReturnValue:
    given = {"letter": None, "finding": None, "text": "", **more}
    page = render("desk/findings/form.html", form=form, heading=heading, **given)
    return page, _status(form)


def _page(finding: Finding, *, check: CheckForm) -> ResponseReturnValue:
    page = render(
        "desk/findings/show.html",
        **picture(finding),
        check=check,
        button=OneButton(formdata=None),
        said=said(DONE),
        terms=terms,
        steps=life(finding),
    )
    return page, _status(check)
