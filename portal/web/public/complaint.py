"""Writing a letter: category, words, a contact if one wants; then the receipt."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, g, request
from flask.typing import ResponseReturnValue

from portal.entrances import Entrance
from portal.intake import receipts
from portal.intake.additions import MOST_PICTURES
from portal.intake.receive import (
    LONGEST_CONTACT,
    Complaint,
    NotOpenError,
    receive_complaint,
)
from portal.kernel.codes import in_fours
from portal.kernel.errors import Refusal
from portal.questionnaires.shipped import categories
from portal.rounds.phases import PublicAct
from portal.web import hints
from portal.web.guards import RECEIPT, Form, form_token
from portal.web.limits import fuse
from portal.web.public.arrivals import arrival, taken
from portal.web.public.hub import entrance_of, start
from portal.web.rendering import TOKEN, kept_page, render
from portal.web.request import installation

bp = Blueprint("complaint", __name__)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A letter as it is typed."""

    category: str = ""
    text: str = ""
    contact: str = ""
    urgent: str = ""
    hint: str = ""  # what to do about words that give the writer away

    @classmethod
    def sent(cls) -> "Sheet":
        """What the form of this request holds."""
        sent = request.form.to_dict()
        return cls(
            category=sent.get("category", ""),
            text=sent.get("text", ""),
            contact=sent.get("contact", ""),
            urgent=sent.get("urgent", ""),
            hint=sent.get("hint", ""),
        )

    def draft(self) -> Complaint:
        """The letter, spots covered if so wished; an unknown category is 「别的事」."""
        known = {category.id for category in categories()}
        return Complaint(
            category=self.category if self.category in known else "other",
            text=hints.as_chosen(self.text, self.hint),
            contact=self.contact,
            is_urgent=self.urgent == "1",
        )

    def spots(self) -> Sequence[tuple[str, str]]:
        """What may give the writer away, until they have said what to do about it."""
        return hints.undecided(self.text, self.hint)


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
    entrance, letter = entrance_of(code), Sheet.sent()
    if entrance.allows(PublicAct.COMPLAIN) and (spots := letter.spots()):
        return _page(entrance, letter, spots=spots), hints.HINTED
    return taken(
        lambda: _taken(entrance, letter),
        again=lambda refusal: _page(entrance, letter, refusal),
    )


def _taken(entrance: Entrance, letter: Sheet) -> ResponseReturnValue:
    receipt = receive_complaint(
        installation().door, arrival=arrival(entrance), complaint=letter.draft()
    )
    return kept_page("receipt", lambda: _receipt(entrance), lambda: _fills(receipt))


def _fills(receipt: str) -> list[str]:
    """What the receipt's page is filled with, in turn: twice its groups, and so on."""
    groups = in_fours(receipt).split()
    g.token_page = RECEIPT  # where each of its forms goes
    return [*groups, *groups, *[form_token(), receipt] * 3]


def _receipt(entrance: Entrance) -> str:
    """The receipt's page with places for its digits."""
    return render(
        "public/complaint/receipt.html",
        entrance=entrance,
        groups=[TOKEN] * (receipts.DIGITS // 4),
        token=TOKEN,
        receipt=TOKEN,
        most_pictures=MOST_PICTURES,
        hours=installation().hours_of(entrance.opening_hours),
    )


def _kept(code: str) -> str:
    g.token_place = TOKEN
    return _page(entrance_of(code), Sheet())


def _page(
    entrance: Entrance,
    letter: Sheet,
    refusal: Refusal | None = None,
    *,
    spots: Sequence[tuple[str, str]] = (),
) -> str:
    if not entrance.allows(PublicAct.COMPLAIN):
        raise NotOpenError
    return render(
        "public/complaint/form.html",
        entrance=entrance,
        letter=letter,
        form=Form(),
        categories=categories(),
        errors=refusal.errors if refusal else {},
        top=refusal.sentence if refusal else "",
        spots=spots,
        hint_title=hints.TITLE,
        hint_words=hints.words(),
        longest_contact=LONGEST_CONTACT,
        hours=installation().hours_of(entrance.opening_hours),
    )
