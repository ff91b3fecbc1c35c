"""代填与录入: where staff fill in for residents, and the sheet of paper to hand out.

No entry is in the log, and nothing but the letterbox is written: a staff member, a
community and an hour would together tell whose questionnaire came out of the box.
"""

from collections.abc import Callable

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from portal.entrances import ChannelKind, Entrance, entrance_by_staff, places_for
from portal.intake.receive import AnswersError, QuestionnaireChangedError
from portal.kernel.errors import ConflictError, NotFoundError, Refusal
from portal.people import Permission
from portal.places import Kind, Place, Trait
from portal.questionnaires import printed
from portal.questionnaires.keyed import OddSheetError
from portal.rounds.phases import PublicAct
from portal.web.desk import nav, words
from portal.web.errors import status_of
from portal.web.guards import ExpiredFormError, desk, may
from portal.web.rendering import render
from portal.web.request import db
from portal.web.staff import somebody

bp = Blueprint("entry", __name__, url_prefix="/entry")


class NotTakenError(ConflictError):
    """Somebody opens a form in a phase that does not take it."""

    sentence = "这一轮现在不收这个：代填收到征集结束，代写信和录纸卷收到研判结束。"


@bp.get("")
@desk(Permission.ENTER_PAPER)
def index() -> ResponseReturnValue:
    """The communities one may fill in for, and what is taken now."""
    round_ = nav.the_round()
    places = places_for(db(), round_.id, somebody())
    return render(
        "desk/entry/index.html",
        places=places,
        can={act.value: round_.allows(act) for act in PublicAct},
        may_assist=may(Permission.ASSIST),
        audiences=_audiences(places),
    )


@bp.get("/sheet")
@desk(Permission.ENTER_PAPER)
def blank() -> ResponseReturnValue:
    """The questionnaire of a kind of community, on A4."""
    try:
        kind = Kind(request.args.get("kind", ""))
        trait = Trait(request.args["trait"]) if request.args.get("trait") else None
    except ValueError as error:
        raise NotFoundError from error
    return _sheet(kind, trait)


@bp.get("/<place_code>/sheet")
@desk(Permission.ENTER_PAPER)
def sheet(place_code: str) -> ResponseReturnValue:
    """The questionnaire of one community, on A4."""
    mine = places_for(db(), nav.the_round().id, somebody())
    place = next((one for one in mine if one.code == place_code), None)
    if place is None:
        raise NotFoundError
    return _sheet(place.kind, place.trait, place.name)


def _sheet(kind: Kind | None, trait: Trait | None, name: str = "") -> str:
    round_ = nav.the_round()
    definition = printed.definition_on_paper(db(), round_.id, kind=kind, trait=trait)
    return render(
        "desk/entry/sheet.html",
        the_round=round_,
        whom=name or _whom(kind, trait),
        definition=definition,
        numbers=printed.numbers(definition),
        leads=printed.leads(definition),
        keys=printed.keys,
    )


def _audiences(places: list[Place]) -> list[tuple[str, Kind, Trait | None]]:
    """The kinds of communities that are asked different things, with their words."""
    here = {(place.kind, place.trait) for place in places if place.kind}
    kinds = sorted(here, key=str) or [(kind, None) for kind in Kind]
    return [(_whom(kind, trait), kind, trait) for kind, trait in kinds]


def _whom(*kinds: Kind | Trait | None) -> str:
    return "、".join(words.word(kind) for kind in kinds if kind)


def entrance_at(place_code: str, kind: ChannelKind) -> Entrance:
    """Where the signed-in person fills in for a community.

    Raises NotFoundError.
    """
    round_id = nav.the_round().id
    return entrance_by_staff(
        db(), somebody(), round_id, place_code=place_code, kind=kind
    )


def offer(
    entrance: Entrance,
    act: PublicAct,
    *,
    take: Callable[[], ResponseReturnValue],
    show: Callable[[Refusal | None], str],
) -> ResponseReturnValue:
    """A form: shown where `act` is open; sent, it is taken, or shown with what to mend.

    Raises NotTakenError.
    """
    if request.method == "GET":
        if not entrance.allows(act):
            raise NotTakenError
        return show(None)
    try:
        return take()
    except (
        AnswersError,
        QuestionnaireChangedError,
        ExpiredFormError,
        OddSheetError,
    ) as refusal:
        return show(refusal), status_of(refusal)
