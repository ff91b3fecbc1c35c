"""Which questionnaire a round asks: chosen before it is announced, mended after."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.people import Permission
from portal.questionnaires import frozen
from portal.questionnaires.versions import Questionnaire, get_questionnaire, versions
from portal.rounds import Phase
from portal.rounds.round import PlanFrozenError
from portal.web.desk import nav
from portal.web.desk.deeds import attempt, go_on
from portal.web.desk.questionnaires_drafts import shown, status
from portal.web.desk.questionnaires_forms import ChoiceForm
from portal.web.desk.questionnaires_page import visible
from portal.web.guards import desk, nonce
from portal.web.rendering import gettext, render
from portal.web.request import db, now
from portal.web.staff import somebody

bp = Blueprint("questionnaires_rounds", __name__, url_prefix="/questionnaires")


@bp.route("/choose", methods=["GET", "POST"])
@desk(Permission.MANAGE_ROUNDS)
def choose() -> ResponseReturnValue:
    """Choose what the round will ask."""
    round_, form = nav.the_round(), ChoiceForm.of(_chosen_id(), _offered())
    if round_.phase is not Phase.PREPARING:
        raise PlanFrozenError

    def take() -> None:
        chosen = form.questionnaire.data
        wanted = get_questionnaire(db(), int(chosen)) if chosen else None
        frozen.choose(db(), round_, wanted, by=somebody().username, now=now())

    if attempt(form, take):
        return go_on("desk.rounds.show", done="saved", round_id=round_.id)
    return render("desk/questionnaires_rounds/choose.html", form=form), status(form)


@bp.post("/<int:questionnaire_id>/correct/<int:round_id>")
@desk(Permission.MANAGE_ROUNDS)
def correct(questionnaire_id: int, round_id: int) -> ResponseReturnValue:
    """更正文字: let a round under way ask the same in these words."""
    nonce()
    found, round_ = visible(questionnaire_id), nav.about(round_id)
    frozen.correct(db(), round_, found, by=somebody().username, now=now())
    return shown(found, "corrected")


def _chosen_id() -> str:
    chosen = frozen.chosen_for(db(), nav.the_round().id)
    return str(chosen.id) if chosen else ""


def _offered() -> list[tuple[str, str]]:
    """The newest version of each questionnaire in use, after the shipped one."""
    heads = (next((v for v in all_ if not v.is_draft), None) for all_ in _own())
    shipped = ("", gettext("随系统带来的样例，不改"))
    return [shipped, *((str(v.id), _named(v)) for v in heads if v and v.is_in_use)]


def _own() -> list[list[Questionnaire]]:
    return [all_ for all_ in versions(db()).values() if not all_[0].is_shipped]


def _named(one: Questionnaire) -> str:
    version = gettext("第 %(n)d 版", n=one.version)
    questions = gettext("%(n)d 道题", n=len(one.definition.questions))
    return f"{one.definition.title} {version}（{questions}）"
