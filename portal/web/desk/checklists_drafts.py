"""Drafts of lists: a workbook sent in and looked at, small changes, the publication."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal import checklists
from portal.checklists import Checklist, ChecklistFileError, Outline
from portal.kernel.workbooks import Mistake
from portal.people import Permission
from portal.web.desk import words
from portal.web.desk.checklists_forms import (
    NamingForm,
    NewListForm,
    PointForm,
    PublishForm,
    WorkbookForm,
)
from portal.web.desk.checklists_page import visible
from portal.web.desk.deeds import attempt, go_on, make_room
from portal.web.desk.desk_form import DeskForm, OneButton
from portal.web.guards import desk, nonce
from portal.web.rendering import render
from portal.web.request import db, now, today
from portal.web.staff import somebody

bp = Blueprint("checklists_drafts", __name__, url_prefix="/checklists")
bp.before_request(make_room)


@bp.route("/new", methods=["GET", "POST"])
@desk(Permission.MANAGE_ROUNDS)
def new() -> ResponseReturnValue:
    """A list of one's own, from a workbook."""
    form = NewListForm()
    return _sent_in(form, None, form.draft())


@bp.route("/<int:checklist_id>/import", methods=["GET", "POST"])
@desk(Permission.MANAGE_ROUNDS)
def upload(checklist_id: int) -> ResponseReturnValue:
    """The next version of a list, from a workbook."""
    known = visible(checklist_id)
    last = checklists.newest(db(), known.code) or known
    known = checklists.draft_of(db(), known.code) or last
    return _sent_in(WorkbookForm(), known, (known.title, known.kind))


@bp.post("/<int:checklist_id>/revise")
@desk(Permission.MANAGE_ROUNDS)
def revise(checklist_id: int) -> ResponseReturnValue:
    """Begin a draft that says what this version says."""
    nonce()
    by, found = somebody().username, visible(checklist_id)
    return _shown(checklists.revise(db(), found, by=by, now=now()), "drafted")


@bp.route("/<int:checklist_id>/points/<int:point_id>", methods=["GET", "POST"])
@desk(Permission.MANAGE_ROUNDS)
def edit(checklist_id: int, point_id: int) -> ResponseReturnValue:
    """Reword one point of a draft, its problems one a line."""
    found, by = visible(checklist_id), somebody().username
    point = checklists.get_point(db(), found, point_id)
    form = PointForm.of(point)

    def reword() -> None:
        title, lines = form.draft()
        checklists.reword(db(), point, title=title, lines=lines, by=by, now=now())

    if attempt(form, reword):
        return _shown(found, "changed", _anchor=point.code)
    page = render(
        "desk/checklists_drafts/edit.html", form=form, checklist=found, point=point
    )
    return page, _status(form)


@bp.route("/<int:checklist_id>/name", methods=["GET", "POST"])
@desk(Permission.MANAGE_ROUNDS)
def rename(checklist_id: int) -> ResponseReturnValue:
    """Change what a draft is called and whom it is for."""
    found, by = visible(checklist_id), somebody().username
    form = NamingForm.of(found)

    def change() -> None:
        title, kind = form.draft()
        checklists.rename(db(), found, title=title, kind=kind, by=by, now=now())

    if attempt(form, change):
        return _shown(found, "changed")
    page = render("desk/checklists_drafts/rename.html", form=form, checklist=found)
    return page, _status(form)


@bp.route("/<int:checklist_id>/publish", methods=["GET", "POST"])
@desk(Permission.MANAGE_ROUNDS)
def publish(checklist_id: int) -> ResponseReturnValue:
    """Show what a draft changes; with the button, make it the version in use."""
    found, form, by = visible(checklist_id), PublishForm(), somebody().username
    if attempt(
        form,
        lambda: checklists.publish(
            db(), found, same=form.draft(), by=by, now=now(), today=today()
        ),
    ):
        return _shown(found, "published")
    page = render(
        "desk/checklists_drafts/publish.html",
        words=words,
        form=form,
        checklist=found,
        size=found.outline.counts(),
        change=checklists.changes_of(db(), found),
        renamed=checklists.renamed(db(), found),
    )
    return page, _status(form)


@bp.route("/<int:checklist_id>/discard", methods=["GET", "POST"])
@desk(Permission.MANAGE_ROUNDS)
def discard(checklist_id: int) -> ResponseReturnValue:
    """Ask, then delete a draft."""
    found, form = visible(checklist_id), OneButton()
    if form.validate_on_submit():
        checklists.discard(db(), found, by=somebody().username, now=now())
        return go_on("desk.checklists.index", done="discarded")
    return render("desk/checklists_drafts/discard.html", form=form, checklist=found)


def _sent_in(
    form: WorkbookForm, known: Checklist | None, naming: tuple[str, str | None]
) -> ResponseReturnValue:
    """A workbook is read and shown; what was looked at is kept when sent again."""
    code, read = known.code if known else "", list[Outline]()
    mistakes = list[Mistake]()

    def take() -> None:
        try:
            read.append(_outline(form, naming, code))
        except ChecklistFileError as refusal:
            mistakes.extend(refusal.mistakes)
            raise

    if not attempt(form, take):
        given = {"form": form, "known": known, "mistakes": mistakes}
        return render("desk/checklists_drafts/upload.html", **given), _status(form)
    if form.is_confirmed():
        return _shown(_kept(read[0], code), "drafted")
    outline, change = checklists.tried(db(), code, read[0])
    form.show(checklists.outline_workbook(outline))
    return render(
        "desk/checklists_drafts/preview.html",
        words=words,
        form=form,
        known=known,
        outline=outline,
        size=outline.counts(),
        change=change,
    )


def _outline(form: WorkbookForm, naming: tuple[str, str | None], code: str) -> Outline:
    title, kind = checklists.title_from(naming[0]), naming[1]
    elsewhere = checklists.codes_elsewhere(db(), code)
    return checklists.read_outline(
        form.contents(), title=title, kind=kind, elsewhere=elsewhere
    )


def _kept(outline: Outline, code: str) -> Checklist:
    by = somebody().username
    if code:
        return checklists.keep_draft(db(), outline, code=code, by=by, now=now())
    return checklists.begin(db(), outline, by=by, now=now())


def _shown(checklist: Checklist, done: str, **more: str) -> ResponseReturnValue:
    here = checklist.id
    return go_on("desk.checklists.show", done=done, checklist_id=here, **more)


def _status(form: DeskForm) -> int:
    return 422 if form.errors else 200
