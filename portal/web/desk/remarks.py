"""答卷: what came in by which kind of channel, and the texts, every look logged."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.entrances import ChannelKind
from portal.kernel.errors import NotFoundError
from portal.people import Permission
from portal.places import Place
from portal.questionnaires.frozen import questionnaire_of
from portal.review import inbox, letters
from portal.rounds.keys import NoKeyError
from portal.web import staff
from portal.web.desk import terms
from portal.web.desk.desk_form import OneButton
from portal.web.desk.nav import the_round
from portal.web.guards import desk, nonce
from portal.web.rendering import render
from portal.web.request import db, forget

bp = Blueprint("remarks", __name__, url_prefix="/remarks")


@bp.get("", endpoint="page")
@desk(Permission.READ_LETTERS)
def page() -> ResponseReturnValue:
    """How many came in where; no texts."""
    round_, who = the_round(), staff.somebody()
    counts = inbox.response_counts(db(), round_.id, who.id)
    return render(
        "desk/remarks/page.html",
        places=inbox.my_places(db(), round_.id, who.id),
        kinds=[kind for kind in ChannelKind if any(k == kind for _, k in counts)],
        counts=counts,
        texts=inbox.remark_counts(db(), round_.id, who.id),
        terms=terms,
        button=OneButton(formdata=None),
    )


@bp.post("/<place_code>")
@desk(Permission.READ_LETTERS)
def read(place_code: str) -> ResponseReturnValue:
    """Unseal the texts of one community, by question."""
    nonce()
    round_, reader = the_round(), staff.reader()
    place = _mine(place_code)
    try:
        found = letters.remarks(db(), round_.id, place.id, reader=reader)
    except NoKeyError as refusal:
        forget()
        page = render(
            "desk/remarks/no_key.html", place=place, sentence=refusal.sentence
        )
        return page, 403
    titles = _titles(round_.id)
    texts: dict[str, list[str]] = {}
    for question, text in found:
        texts.setdefault(titles.get(question, question), []).append(text)
    return render("desk/remarks/texts.html", place=place, texts=texts, total=len(found))


def _mine(place_code: str) -> Place:
    mine = inbox.my_places(db(), the_round().id, staff.somebody().id)
    found = next((place for place in mine if place.code == place_code), None)
    if found is None:
        raise NotFoundError
    return found


def _titles(round_id: int) -> dict[str, str]:
    """Titles by field name; a box behind an option bears the option's label."""
    titles = {}
    for item in questionnaire_of(db(), round_id).definition.questions:
        titles[item.id] = item.title
        for option, field in item.companions:
            titles[field] = f"{item.title}・{option.label}"
    return titles
