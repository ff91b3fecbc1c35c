"""代填、代写信: together with a resident, on the phone of a team member.

The same questions, the same letter and the same door as on the resident's phone; no
budget pays for it, and it counts as a visit. A receipt is shown once, to hand over.
"""

from collections.abc import Mapping, Sequence

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from portal.entrances import ChannelKind, Entrance
from portal.intake.receive import (
    LONGEST_CONTACT,
    LONGEST_LETTER,
    Arrival,
    Complaint,
    receive_answers,
    receive_complaint,
)
from portal.kernel.codes import in_fours
from portal.kernel.errors import Refusal
from portal.people import Permission
from portal.questionnaires.frozen import definition_of
from portal.questionnaires.shipped import categories
from portal.questionnaires.walk import script_rules
from portal.rounds.phases import PublicAct
from portal.web.desk.deeds import go_on
from portal.web.desk.desk_form import OneButton
from portal.web.desk.entry import entrance_at, require_open, taken
from portal.web.guards import desk, nonce
from portal.web.rendering import render
from portal.web.request import db, installation

bp = Blueprint("entry_visit", __name__, url_prefix="/entry")

NOTHING_YET = Complaint(category="", text="")


@bp.route("/<place_code>/survey", methods=["GET", "POST"])
@desk(Permission.ASSIST)
def survey(place_code: str) -> ResponseReturnValue:
    """The questionnaire, read out and ticked for somebody."""
    entrance = entrance_at(place_code, ChannelKind.VISIT)
    if request.method == "GET":
        require_open(entrance, entrance.answering)
        return _survey(entrance, {})
    posted = request.form.to_dict(flat=False)
    return taken(
        lambda: _answered(entrance, posted),
        again=lambda refusal: _survey(entrance, posted, refusal),
    )


@bp.get("/<place_code>/done")
@desk(Permission.ASSIST)
def done(place_code: str) -> ResponseReturnValue:
    """It is in the box; on to the next."""
    entrance = entrance_at(place_code, ChannelKind.VISIT)
    return render("desk/entry_visit/done.html", entrance=entrance)


@bp.route("/<place_code>/letter", methods=["GET", "POST"])
@desk(Permission.ASSIST)
def letter(place_code: str) -> ResponseReturnValue:
    """A letter, written down for somebody; then the receipt, once."""
    entrance = entrance_at(place_code, ChannelKind.VISIT)
    if request.method == "GET":
        require_open(entrance, PublicAct.COMPLAIN)
        return _letter(entrance, NOTHING_YET)
    complaint = _complaint()
    return taken(
        lambda: _written(entrance, complaint),
        again=lambda refusal: _letter(entrance, complaint, refusal),
    )


def _answered(
    entrance: Entrance, posted: Mapping[str, Sequence[str]]
) -> ResponseReturnValue:
    receive_answers(
        db(),
        installation().door,
        arrival=Arrival(entrance=entrance, nonce=nonce()),
        revision=request.form.get("revision", ""),
        posted=posted,
    )
    return go_on(
        "desk.entry_visit.done",
        place_code=entrance.place_code,
        round=entrance.round_id,
    )


def _written(entrance: Entrance, complaint: Complaint) -> ResponseReturnValue:
    receipt = receive_complaint(
        installation().door,
        arrival=Arrival(entrance=entrance, nonce=nonce()),
        complaint=complaint,
    )
    return render(
        "desk/entry_visit/receipt.html",
        entrance=entrance,
        groups=in_fours(receipt).split(),
        host=installation().settings.base_url.partition("://")[2],
    )


def _complaint() -> Complaint:
    sent, known = request.form, {category.id for category in categories()}
    category = sent.get("category", "")
    return Complaint(
        category=category if category in known else "other",
        text=sent.get("text", ""),
        contact=sent.get("contact", ""),
        is_urgent=sent.get("urgent") == "1",
    )


def _survey(
    entrance: Entrance,
    posted: Mapping[str, Sequence[str]],
    refusal: Refusal | None = None,
) -> str:
    definition = definition_of(db(), entrance.revision, facts=entrance.facts)
    return render(
        "desk/entry_visit/survey.html",
        entrance=entrance,
        definition=definition,
        rules=script_rules(definition),
        posted=posted,
        errors=refusal.errors if refusal else {},
        top=refusal.sentence if refusal else "",
        form=OneButton(),
    )


def _letter(
    entrance: Entrance, complaint: Complaint, refusal: Refusal | None = None
) -> str:
    return render(
        "desk/entry_visit/letter.html",
        entrance=entrance,
        letter=complaint,
        categories=categories(),
        errors=refusal.errors if refusal else {},
        top=refusal.sentence if refusal else "",
        form=OneButton(),
        longest=LONGEST_LETTER,
        longest_contact=LONGEST_CONTACT,
    )
