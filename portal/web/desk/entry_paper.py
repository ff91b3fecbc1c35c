"""录纸卷: a pile of sheets, typed in with the keyboard alone, one after the other."""

from collections.abc import Mapping

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from portal.entrances import ChannelKind, Entrance
from portal.intake.receive import AnswersError, Arrival, receive_answers
from portal.kernel.errors import Refusal
from portal.people import Permission
from portal.questionnaires import keyed, printed
from portal.questionnaires.frozen import definition_of
from portal.questionnaires.keyed import OddSheetError
from portal.questionnaires.shape import Definition
from portal.web.desk.deeds import go_on
from portal.web.desk.desk_form import OneButton
from portal.web.desk.entry import entrance_at, offer
from portal.web.guards import desk, nonce
from portal.web.rendering import render
from portal.web.request import db, installation

bp = Blueprint("entry_paper", __name__, url_prefix="/entry")


@bp.route("/<place_code>/paper", methods=["GET", "POST"])
@desk(Permission.ENTER_PAPER)
def page(place_code: str) -> ResponseReturnValue:
    """One sheet after the other; what looks odd is shown in words before it is kept."""
    entrance = entrance_at(place_code, ChannelKind.PAPER)
    typed = request.form.to_dict()
    return offer(
        entrance,
        entrance.answering,
        take=lambda: _kept(entrance, typed),
        show=lambda refusal: _page(entrance, typed, refusal),
    )


def _kept(entrance: Entrance, typed: Mapping[str, str]) -> ResponseReturnValue:
    sheet = keyed.read(_definition(entrance), typed)
    if sheet.errors:
        raise AnswersError(sheet.errors)
    if sheet.doubts and typed.get("step") != "keep":
        raise OddSheetError(sheet.doubts)
    receive_answers(
        db(),
        installation().door,
        arrival=Arrival(entrance=entrance, nonce=nonce()),
        revision=typed.get("revision", ""),
        posted=sheet.posted,
    )
    return go_on(
        "desk.entry_paper.page",
        place_code=entrance.place_code,
        round=entrance.round_id,
        n=_count() + 1,
    )


def _count() -> int:
    """How many sheets this sitting has come to; the address knows, nothing else."""
    return max(request.args.get("n", 0, type=int), 0)


def _definition(entrance: Entrance) -> Definition:
    found = definition_of(db(), entrance.revision, facts=entrance.facts)
    return found.on_paper


def _page(entrance: Entrance, typed: Mapping[str, str], refusal: Refusal | None) -> str:
    definition = _definition(entrance)
    return render(
        "desk/entry_paper/page.html",
        entrance=entrance,
        definition=definition,
        numbers=printed.numbers(definition),
        leads=printed.leads(definition),
        keys=printed.keys,
        typed=typed,
        said=keyed.said(definition, keyed.read(definition, typed)),
        errors=refusal.errors if refusal else {},
        is_odd=isinstance(refusal, OddSheetError),
        top=refusal.sentence if refusal else "",
        count=_count(),
        form=OneButton(),
    )
