"""The questionnaire of an entrance: one page, no cookie, no script needed."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, g, request
from flask.typing import ResponseReturnValue

from portal.entrances import Entrance
from portal.intake.receive import (
    AnswersError,
    NotOpenError,
    QuestionnaireChangedError,
    receive_answers,
)
from portal.questionnaires.definition import Definition
from portal.questionnaires.frozen import questionnaire_of
from portal.questionnaires.walk import script_rules
from portal.rounds.phases import PublicAct
from portal.web.errors import LONGEST_TICK, status_of
from portal.web.guards import ExpiredFormError, Form, form_token
from portal.web.limits import fuse
from portal.web.public.arrivals import HONEYPOT, arrival
from portal.web.public.hub import entrance_of, start
from portal.web.puzzles import FIELDS
from portal.web.rendering import TOKEN, kept_page, render
from portal.web.request import installation, reading

bp = Blueprint("survey", __name__)

NO_ANSWERS = {"csrf_token", "revision", "pad", HONEYPOT, *FIELDS}


@bp.get("/Q/<code>/survey")
@bp.get("/q/<code>/survey")
def form(code: str) -> ResponseReturnValue:
    """Show the questions of this community."""
    found = kept_page("survey", lambda: _kept(code), lambda: [form_token()])
    start(code)
    return found


@bp.post("/Q/<code>/survey")
@bp.post("/q/<code>/survey")
@fuse
def send(code: str) -> ResponseReturnValue:
    """Take the answers, or show them again with what is missing."""
    entrance = entrance_of(code)
    posted = request.form.to_dict(flat=False)
    try:
        receive_answers(
            reading(),
            installation().door,
            arrival=arrival(entrance),
            revision=request.form.get("revision", ""),
            posted=posted,
        )
    except (AnswersError, QuestionnaireChangedError, ExpiredFormError) as refusal:
        errors = refusal.errors if isinstance(refusal, AnswersError) else {}
        page = _page(entrance, posted=posted, errors=errors, top=refusal.sentence)
        return page, status_of(refusal)
    return kept_page("thanks", lambda: _thanks(entrance))


def _kept(code: str) -> str:
    g.token_place = TOKEN
    return _page(entrance_of(code), posted={}, errors={}, top="")


def _thanks(entrance: Entrance) -> str:
    thanks = questionnaire_of(reading(), entrance.round_id).definition.thanks
    return render("public/survey/thanks.html", entrance=entrance, thanks=thanks)


def _page(
    entrance: Entrance,
    *,
    posted: Mapping[str, Sequence[str]],
    errors: Mapping[str, str],
    top: str,
) -> str:
    if not entrance.allows(PublicAct.ANSWER):
        raise NotOpenError
    frozen = questionnaire_of(reading(), entrance.round_id)
    definition = frozen.definition_for(entrance.facts)
    g.revision_shown = frozen.revision  # the form's token is for this revision
    return render(
        "public/survey/form.html",
        entrance=entrance,
        definition=definition,
        revision=frozen.revision,
        rules=script_rules(definition),
        posted=posted,
        left_over=_left_over(definition, posted),
        errors=errors,
        top=top,
        form=Form(),
    )


def _left_over(
    definition: Definition, posted: Mapping[str, Sequence[str]]
) -> list[tuple[str, str]]:
    """What was written to questions that are asked no more."""
    return [
        (name, value)
        for name, values in posted.items()
        if name not in definition.fields and name not in NO_ANSWERS
        for value in values
        if not value.isascii() or len(value) > LONGEST_TICK
    ]
