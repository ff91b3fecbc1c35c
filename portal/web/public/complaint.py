"""Writing a letter: category, words, a contact if one wants; then the receipt."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from flask import Blueprint, g
from flask.typing import ResponseReturnValue
from wtforms import RadioField, StringField, TextAreaField

from portal.entrances import Entrance
from portal.intake import receipts, sanitize
from portal.intake.additions import MOST_PICTURES
from portal.intake.hints import masked
from portal.intake.receive import (
    LONGEST_CONTACT,
    LONGEST_LETTER,
    AnswersError,
    Complaint,
    NotOpenError,
    receive_complaint,
)
from portal.kernel.codes import in_fours
from portal.questionnaires.shipped import categories
from portal.rounds.phases import PublicAct
from portal.web.errors import status_of
from portal.web.guards import RECEIPT, ExpiredFormError, Form, form_token
from portal.web.limits import fuse
from portal.web.public import hints
from portal.web.public.arrivals import arrival
from portal.web.public.hub import entrance_of, start
from portal.web.public.receipt_picture import picture
from portal.web.rendering import TOKEN, kept_page, render
from portal.web.request import installation

bp = Blueprint("complaint", __name__)

HINTED = 422  # Unprocessable Content: not taken yet, one more tap takes it


class ComplaintForm(Form):
    """A letter as it is typed."""

    category = RadioField(validate_choice=False)
    text = TextAreaField()
    contact = StringField()
    urgent = StringField()
    hint = StringField()  # what to do about words that give the writer away

    def draft(self) -> Complaint:
        """The letter, spots covered if so wished; an unknown category is 「别的事」."""
        known = {category.id for category in categories()}
        chosen = self.category.data if self.category.data in known else "other"
        text = self.text.data or ""
        if self.hint.data == "mask":
            text = sanitize.plain_text(text)
            text = masked(text) if len(text) <= LONGEST_LETTER else text
        return Complaint(
            category=chosen,
            text=text,
            contact=self.contact.data or "",
            is_urgent=self.urgent.data == "1",
        )

    def spots(self) -> Sequence[tuple[str, str]]:
        """What may give the writer away, until they have said what to do about it."""
        is_decided = self.hint.data in {"mask", "keep"}
        return [] if is_decided else hints.found(self.text.data or "")


@bp.get("/Q/<code>/complaint")
@bp.get("/q/<code>/complaint")
def form(code: str) -> ResponseReturnValue:
    """Show a sheet of letter paper."""
    found = kept_page("complaint", lambda: _kept(code), lambda: [form_token()])
    start(code)
    return found


@bp.post("/Q/<code>/complaint")
@bp.post("/q/<code>/complaint")
@fuse
def send(code: str) -> ResponseReturnValue:
    """Seal the letter and hand out its receipt, or say what is missing or shows."""
    entrance, letter = entrance_of(code), ComplaintForm()
    if entrance.allows(PublicAct.COMPLAIN) and (spots := letter.spots()):
        return _page(entrance, letter, spots=spots), HINTED
    try:
        receipt = receive_complaint(
            installation().door,
            arrival=arrival(entrance),
            complaint=letter.draft(),
        )
    except (AnswersError, ExpiredFormError) as refusal:
        errors = refusal.errors if isinstance(refusal, AnswersError) else {}
        page = _page(entrance, letter, errors=errors, top=refusal.sentence)
        return page, status_of(refusal)
    return kept_page("receipt", lambda: _receipt(entrance), lambda: _fills(receipt))


def _fills(receipt: str) -> list[str]:
    """What the receipt's page is filled with, in turn: twice its groups, and so on."""
    groups = in_fours(receipt).split()
    g.token_page = RECEIPT  # the last four typed back go there, and pictures
    forms = [form_token(), receipt] * 2
    return [*groups, *groups, picture(receipt), *forms]


def _receipt(entrance: Entrance) -> str:
    """The receipt's page with places for its digits, as groups and as a picture."""
    return render(
        "public/complaint/receipt.html",
        entrance=entrance,
        groups=[TOKEN] * (receipts.DIGITS // 4),
        picture=TOKEN,
        token=TOKEN,
        receipt=TOKEN,
        most_pictures=MOST_PICTURES,
        hours=installation().hours_of(entrance.opening_hours),
    )


def _kept(code: str) -> str:
    g.token_place = TOKEN
    return _page(entrance_of(code), ComplaintForm(formdata=None))


def _page(
    entrance: Entrance,
    letter: ComplaintForm,
    *,
    errors: Mapping[str, str] = MappingProxyType({}),
    top: str = "",
    spots: Sequence[tuple[str, str]] = (),
) -> str:
    if not entrance.allows(PublicAct.COMPLAIN):
        raise NotOpenError
    return render(
        "public/complaint/form.html",
        entrance=entrance,
        form=letter,
        categories=categories(),
        errors=errors,
        top=top,
        spots=spots,
        hint_title=hints.TITLE,
        hint_words=hints.words(),
        longest=LONGEST_LETTER,
        longest_contact=LONGEST_CONTACT,
        hours=installation().hours_of(entrance.opening_hours),
    )
