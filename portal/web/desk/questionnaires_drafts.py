"""Drafts of questionnaires: sent in and looked at, compared, published or given up."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from portal.kernel import versions
from portal.kernel.workbooks import Mistake
from portal.people import Permission
from portal.questionnaires import drafting, publishing
from portal.questionnaires.changes import differences
from portal.questionnaires.definition import parse
from portal.questionnaires.pasted import PastedError
from portal.questionnaires.recognising import recognised
from portal.questionnaires.shape import Item
from portal.questionnaires.versions import Questionnaire, newest
from portal.questionnaires.workbook import WorkbookError
from portal.web.desk import words
from portal.web.desk.deeds import attempt, go_on, make_room, said
from portal.web.desk.desk_form import DeskForm, OneButton
from portal.web.desk.questionnaires import DONE
from portal.web.desk.questionnaires_forms import PublishForm, SourceForm
from portal.web.desk.questionnaires_page import blocks, visible
from portal.web.guards import desk, nonce
from portal.web.rendering import render
from portal.web.request import db, now, today
from portal.web.staff import somebody

bp = Blueprint("questionnaires_drafts", __name__, url_prefix="/questionnaires")
bp.before_request(make_room)


@bp.route("/new", methods=["GET", "POST"])
@desk(Permission.MANAGE_ROUNDS)
def new() -> ResponseReturnValue:
    """A questionnaire of one's own, from a workbook or pasted."""
    return _sent_in(SourceForm(), None)


@bp.route("/<int:questionnaire_id>/import", methods=["GET", "POST"])
@desk(Permission.MANAGE_ROUNDS)
def upload(questionnaire_id: int) -> ResponseReturnValue:
    """The next version of a questionnaire, from a workbook or pasted."""
    return _sent_in(SourceForm(), visible(questionnaire_id))


@bp.post("/<int:questionnaire_id>/revise")
@desk(Permission.MANAGE_ROUNDS)
def revise(questionnaire_id: int) -> ResponseReturnValue:
    """Begin a draft that says what this version says."""
    nonce()
    by, found = somebody().username, visible(questionnaire_id)
    return shown(drafting.revise(db(), found, by=by, now=now()), "drafted")


@bp.route("/<int:questionnaire_id>/publish", methods=["GET", "POST"])
@desk(Permission.MANAGE_ROUNDS)
def publish(questionnaire_id: int) -> ResponseReturnValue:
    """Show what a draft changes; with the button, make it the version in use."""
    found, form = visible(questionnaire_id), PublishForm()
    by = somebody().username
    if attempt(
        form,
        lambda: publishing.publish(
            db(), found, same=form.draft(), by=by, now=now(), today=today()
        ),
    ):
        return shown(found, "published")
    page = render(
        "desk/questionnaires_drafts/publish.html",
        form=form,
        button=OneButton(formdata=None),
        questionnaire=found,
        definition=found.definition,
        change=publishing.changes_of(db(), found),
        judged=publishing.judged(db(), found) if found.is_draft else [],
        done=said(DONE),
    )
    return page, status(form)


@bp.post("/<int:questionnaire_id>/renew")
@desk(Permission.MANAGE_ROUNDS)
def renew(questionnaire_id: int) -> ResponseReturnValue:
    """当作新题: give the questions named in the form new ids."""
    nonce()
    found, by = visible(questionnaire_id), somebody().username
    drafting.renew(db(), found, request.form.getlist("item"), by=by, now=now())
    here = found.id
    return go_on(
        "desk.questionnaires_drafts.publish", done="renewed", questionnaire_id=here
    )


@bp.route("/<int:questionnaire_id>/discard", methods=["GET", "POST"])
@desk(Permission.MANAGE_ROUNDS)
def discard(questionnaire_id: int) -> ResponseReturnValue:
    """Ask, then delete a draft."""
    found, form = visible(questionnaire_id), OneButton()
    if form.validate_on_submit():
        versions.discard(db(), found, by=somebody().username, now=now())
        return go_on("desk.questionnaires.index", done="discarded")
    page = "desk/questionnaires_drafts/discard.html"
    return render(page, form=form, questionnaire=found)


def shown(found: Questionnaire, done: str, **more: str) -> ResponseReturnValue:
    """See the version again, with what was done to it."""
    here = found.id
    return go_on("desk.questionnaires.show", done=done, questionnaire_id=here, **more)


def status(form: DeskForm) -> int:
    """The status of a page that shows a form again."""
    return 422 if form.errors else 200


def _sent_in(form: SourceForm, known: Questionnaire | None) -> ResponseReturnValue:
    """A questionnaire is read and shown; what was looked at is kept when sent again."""
    read, mistakes = list[Mapping[str, Any]](), list[Mistake]()

    def take() -> None:
        try:
            read.append(recognised(form.read(), _known_items(known)))
        except (WorkbookError, PastedError) as refusal:
            mistakes.extend(refusal.mistakes)
            raise

    if not attempt(form, take):
        given = {"form": form, "known": known, "mistakes": mistakes}
        page = render("desk/questionnaires_drafts/upload.html", **given)
        return page, status(form)
    if form.is_confirmed():
        return shown(_kept(read[0], known), "drafted")
    form.show(read[0])
    return _previewed(form, dict(read[0]), known)


def _known_items(known: Questionnaire | None) -> Mapping[str, Item]:
    return publishing.known_items(db(), known.code if known else "")


def _previewed(
    form: SourceForm, document: dict[str, Any], known: Questionnaire | None
) -> ResponseReturnValue:
    after = parse({**document, "id": known.code} if known else document)
    last = newest(db(), known.code) if known else None
    return render(
        "desk/questionnaires_drafts/preview.html",
        words=words,
        form=form,
        known=known,
        definition=after,
        blocks=blocks(document),
        change=differences(last.definition if last else None, after),
        last=last,
        familiar=after.items.keys() & _known_items(known).keys(),
    )


def _kept(document: Mapping[str, Any], known: Questionnaire | None) -> Questionnaire:
    by = somebody().username
    if known:
        return drafting.keep_draft(db(), document, code=known.code, by=by, now=now())
    return drafting.begin(db(), document, by=by, now=now())
