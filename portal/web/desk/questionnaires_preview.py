"""A questionnaire before it is used: who is asked what, the form itself, a try."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from portal.entrances import ChannelKind
from portal.people import Permission
from portal.places import communities
from portal.questionnaires.answers import Posted
from portal.questionnaires.audiences import MOST_TAPS, overview
from portal.questionnaires.versions import Questionnaire
from portal.questionnaires.walk import script_rules, walk
from portal.web.desk import words
from portal.web.desk.desk_form import OneButton
from portal.web.desk.questionnaires_audience import Eyes, channel, eyes, label, tried
from portal.web.desk.questionnaires_page import visible
from portal.web.guards import desk
from portal.web.rendering import render
from portal.web.request import db

bp = Blueprint("questionnaires_preview", __name__, url_prefix="/questionnaires")


@bp.get("/<int:questionnaire_id>/audiences")
@desk(Permission.MANAGE_ROUNDS)
def audiences(questionnaire_id: int) -> ResponseReturnValue:
    """共性与个性: every question beside every kind of community."""
    found = visible(questionnaire_id)
    return render(
        "desk/questionnaires_preview/audiences.html",
        questionnaire=found,
        definition=found.definition,
        overview=overview(found.definition, channel=channel()),
        channel=channel(),
        channels=words.choices(words.CHANNELS),
        places=communities(db()),
        label=label,
        most=MOST_TAPS,
    )


@bp.route("/<int:questionnaire_id>/preview", methods=["GET", "POST"])
@desk(Permission.MANAGE_ROUNDS)
def form(questionnaire_id: int) -> ResponseReturnValue:
    """The form as residents see it; sent, it tells what would be stored and forgets."""
    found, seen, posted = visible(questionnaire_id), eyes(), _posted()
    definition = found.definition_for(seen.audience.facts)
    walked, form = walk(definition, posted, {}), OneButton()
    if not form.validate_on_submit() or walked.errors:
        return _sheet(found, seen, posted, form)
    return render(
        "desk/questionnaires_preview/tried.html",
        questionnaire=found,
        eyes=seen,
        tried=tried(definition, posted, walked),
    )


def _posted() -> Posted:
    return request.form.to_dict(flat=False)


def _sheet(
    found: Questionnaire, seen: Eyes, posted: Posted, form: OneButton
) -> ResponseReturnValue:
    definition = found.definition_for(seen.audience.facts)
    is_sent = request.method == "POST"
    page = render(
        "desk/questionnaires_preview/form.html",
        questionnaire=found,
        definition=definition,
        rules=script_rules(definition),
        eyes=seen,
        channel=words.word(ChannelKind(seen.audience.channel)) if channel() else "",
        posted=posted,
        errors=walk(definition, posted, {}).errors if is_sent else {},
        form=form,
    )
    return page, 422 if is_sent else 200
