"""代填、代写信: together with a resident, on the phone of a team member.

The same questions, the same letter and the same door as on the resident's phone; no
budget pays for it, and it counts as a visit. A receipt is shown once, to hand over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from portal.entrances import ChannelKind, Entrance
from portal.intake.receive import (
    LONGEST_CONTACT,
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
from portal.web import hints
from portal.web.desk.deeds import go_on
from portal.web.desk.desk_form import OneButton
from portal.web.desk.entry import entrance_at, offer
from portal.web.guards import desk, nonce
from portal.web.rendering import render
from portal.web.request import db, installation

bp = Blueprint("entry_visit", __name__, url_prefix="/entry")


@bp.route("/<place_code>/survey", methods=["GET", "POST"])
@desk(Permission.ASSIST)
def survey(place_code: str) -> ResponseReturnValue:
    """The questionnaire, read out and ticked for somebody."""
    entrance = entrance_at(place_code, ChannelKind.VISIT)
    posted = request.form.to_dict(flat=False)
    return offer(
        entrance,
        entrance.answering,
        take=lambda: _answered(entrance, posted),
        show=lambda refusal: _survey(entrance, posted, refusal),
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
    """A letter, written down for somebody; then the receipt, once.

    Words that may give the writer away are shown first, as on a phone of their own.
    """
    entrance, written = entrance_at(place_code, ChannelKind.VISIT), _letter()
    spots = hints.undecided(written.text, _choice())
    if spots and entrance.allows(PublicAct.COMPLAIN):
        return _sheet(entrance, written, spots=spots), hints.HINTED
    return offer(
        entrance,
        PublicAct.COMPLAIN,
        take=lambda: _sealed(entrance, written),
        show=lambda refusal: _sheet(entrance, written, refusal),
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


def _sealed(entrance: Entrance, written: Complaint) -> ResponseReturnValue:
    known = {category.id for category in categories()}
    receipt = receive_complaint(
        installation().door,
        arrival=Arrival(entrance=entrance, nonce=nonce()),
        complaint=replace(
            written,
            text=hints.as_chosen(written.text, _choice()),
            category=written.category if written.category in known else "other",
        ),
    )
    return render(
        "desk/entry_visit/receipt.html",
        entrance=entrance,
        groups=in_fours(receipt).split(),
        host=installation().settings.base_url.partition("://")[2],
    )


def _letter() -> Complaint:
    """The letter as it is typed; nothing yet where the form is only opened."""
    sent = request.form
    return Complaint(
        category=sent.get("category", ""),
        text=sent.get("text", ""),
        contact=sent.get("contact", ""),
        is_urgent=sent.get("urgent") == "1",
    )


def _choice() -> str:
    """What they chose to do about words that may give them away."""
    return request.form.get("hint", "")


def _survey(
    entrance: Entrance, posted: Mapping[str, Sequence[str]], refusal: Refusal | None
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


def _sheet(
    entrance: Entrance,
    written: Complaint,
    refusal: Refusal | None = None,
    *,
    spots: Sequence[tuple[str, str]] = (),
) -> str:
    return render(
        "desk/entry_visit/letter.html",
        entrance=entrance,
        letter=written,
        categories=categories(),
        errors=refusal.errors if refusal else {},
        top=refusal.sentence if refusal else "",
        spots=spots,
        form=OneButton(),
        longest_contact=LONGEST_CONTACT,
    )
