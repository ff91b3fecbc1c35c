"""Small changes to a draft on screen: its words, one question, its place."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.kernel.errors import NotFoundError
from portal.people import Permission
from portal.questionnaires import drafting, editing
from portal.questionnaires.versions import Questionnaire
from portal.web.desk.deeds import attempt
from portal.web.desk.desk_form import DeskForm, OneButton
from portal.web.desk.questionnaires_drafts import shown, status
from portal.web.desk.questionnaires_forms import FreshForm, TextsForm, WordingForm
from portal.web.desk.questionnaires_page import numbered, visible
from portal.web.guards import desk
from portal.web.rendering import render
from portal.web.request import db, now
from portal.web.staff import somebody

bp = Blueprint("questionnaires_editing", __name__, url_prefix="/questionnaires")

STEPS = {"up": -1, "down": 1}
Change = Callable[[], Mapping[str, Any]]


@bp.route("/<int:questionnaire_id>/texts", methods=["GET", "POST"])
@desk(Permission.MANAGE_ROUNDS)
def texts(questionnaire_id: int) -> ResponseReturnValue:
    """Change title, first and last words."""
    found = _draft(questionnaire_id)
    form = TextsForm.of(found.definition)
    if _amended(form, found, lambda: form.changed(found.content)):
        return shown(found, "changed")
    page = "desk/questionnaires_editing/texts.html"
    return render(page, form=form, questionnaire=found), status(form)


@bp.route("/<int:questionnaire_id>/items/<item_id>", methods=["GET", "POST"])
@desk(Permission.MANAGE_ROUNDS)
def item(questionnaire_id: int, item_id: str) -> ResponseReturnValue:
    """Reword one question, its answers one a line."""
    found = _draft(questionnaire_id)
    form = WordingForm.of(editing.item_of(found.content, item_id))

    def change() -> Mapping[str, Any]:
        return editing.reworded(found.content, item_id, form.draft())

    if _amended(form, found, change):
        return shown(found, "changed", _anchor=item_id)
    asked = found.definition.items[item_id]
    page = "desk/questionnaires_editing/item.html"
    return render(page, form=form, questionnaire=found, item=asked), status(form)


@bp.route("/<int:questionnaire_id>/add", methods=["GET", "POST"])
@desk(Permission.MANAGE_ROUNDS)
def add(questionnaire_id: int) -> ResponseReturnValue:
    """Put a new question in."""
    found, form = _draft(questionnaire_id), FreshForm()
    form.offer(numbered(found.definition), found.content)

    def change() -> Mapping[str, Any]:
        taken = drafting.ids_known(db())
        return editing.added(found.content, form.fresh(), taken=taken)

    if _amended(form, found, change):
        return shown(found, "changed")
    page = "desk/questionnaires_editing/add.html"
    return render(page, form=form, questionnaire=found), status(form)


@bp.post("/<int:questionnaire_id>/items/<item_id>/move/<way>")
@desk(Permission.MANAGE_ROUNDS)
def move(questionnaire_id: int, item_id: str, way: str) -> ResponseReturnValue:
    """Move one question up or down by one place."""
    found, form = _draft(questionnaire_id), OneButton()
    if way not in STEPS:
        raise NotFoundError

    def change() -> Mapping[str, Any]:
        return editing.moved(found.content, item_id, STEPS[way])

    if _amended(form, found, change):
        return shown(found, "changed", _anchor=item_id)
    return _refused(form, found)


@bp.route("/<int:questionnaire_id>/items/<item_id>/remove", methods=["GET", "POST"])
@desk(Permission.MANAGE_ROUNDS)
def remove(questionnaire_id: int, item_id: str) -> ResponseReturnValue:
    """Ask, then take one question out."""
    found, form = _draft(questionnaire_id), OneButton()
    asked = editing.item_of(found.content, item_id)
    if _amended(form, found, lambda: editing.removed(found.content, item_id)):
        return shown(found, "changed")
    page = "desk/questionnaires_editing/remove.html"
    return render(page, form=form, questionnaire=found, item=asked), status(form)


def _amended(form: DeskForm, found: Questionnaire, change: Change) -> bool:
    """Whether the form held and the change was kept; if not, the form says why."""

    def amend() -> None:
        drafting.amend(db(), found, change(), by=somebody().username, now=now())

    return attempt(form, amend)


def _refused(form: DeskForm, found: Questionnaire) -> ResponseReturnValue:
    page = "desk/questionnaires_editing/refused.html"
    return render(page, form=form, questionnaire=found), 422


def _draft(questionnaire_id: int) -> Questionnaire:
    """A draft, for what stands has no such pages.

    Raises NotFoundError.
    """
    found = visible(questionnaire_id)
    if not found.is_draft:
        raise NotFoundError
    return found
