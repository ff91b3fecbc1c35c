"""The questionnaire of an entrance: one page, no cookie, no script needed."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, g, request
from flask.typing import ResponseReturnValue

from portal.entrances import Entrance
from portal.intake.receive import NotOpenError, receive_answers
from portal.kernel.errors import Refusal
from portal.questionnaires.definition import Definition
from portal.questionnaires.frozen import questionnaire_of
from portal.questionnaires.walk import script_rules
from portal.rounds.phases import PublicAct
from portal.web.errors import LONGEST_TICK
from portal.web.guards import Form, form_token
from portal.web.limits import fuse
from portal.web.public.arrivals import HONEYPOT, arrival, taken
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
    return taken(
        lambda: _taken(entrance, posted),
        again=lambda refusal: _page(entrance, posted, refusal),
    )


def _taken(
    entrance: Entrance, posted: Mapping[str, Sequence[str]]
) -> ResponseReturnValue:
    receive_answers(
        reading(),
        installation().door,
        arrival=arrival(entrance),
        revision=request.form.get("revision", ""),
        posted=posted,
    )
    return kept_page("thanks", lambda: _thanks(entrance))


def _thanks(entrance: Entrance) -> str:
    thanks = questionnaire_of(reading(), entrance.round_id).definition.thanks
    return render("public/survey/thanks.html", entrance=entrance, thanks=thanks)


def _kept(code: str) -> str:
    g.token_place = TOKEN
    return _page(entrance_of(code), posted={})


def _page(
    entrance: Entrance,
    posted: Mapping[str, Sequence[str]],
    refusal: Refusal | None = None,
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
        errors=refusal.errors if refusal else {},
        top=refusal.sentence if refusal else "",
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
