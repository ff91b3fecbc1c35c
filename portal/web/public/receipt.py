"""Looking a letter up by its receipt and going on from there.

The code never stands in an address: it travels in the body of every form, and no
session remembers it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from wtforms import RadioField, StringField, TextAreaField

from portal import retention
from portal.intake import additions
from portal.intake.additions import Enclosure
from portal.intake.budget import PuzzleNeededError
from portal.intake.receipts import (
    MistypedReceiptError,
    UnknownReceiptError,
    typed_receipt,
)
from portal.kernel import codes
from portal.kernel.errors import Refusal
from portal.questionnaires.shipped import categories
from portal.review.dialogue import Standing, standing
from portal.web import limits
from portal.web.errors import status_of
from portal.web.guards import Form, nonce
from portal.web.limits import Guessed, fuse
from portal.web.public.arrivals import taken
from portal.web.public.receipt_picture import picture
from portal.web.puzzles import is_answered
from portal.web.rendering import render
from portal.web.request import db, installation, reading, today

bp = Blueprint("receipt", __name__)

LAST = 4  # digits typed back, to see that the receipt was copied right


class LookupPuzzleError(PuzzleNeededError):
    """Many receipts fitted no letter; one puzzle for each further look."""

    sentence = "这会儿查错的特别多，答一道小题就给您看。您填的都还在。"


class ReceiptForm(Form):
    """Twenty digits, however they are typed."""

    receipt = StringField()


class AddForm(ReceiptForm):
    """Words to add."""

    text = TextAreaField()


class OutcomeForm(ReceiptForm):
    """「解决了吗」."""

    outcome = RadioField(validate_choice=False)
    words = TextAreaField()


class CheckForm(ReceiptForm):
    """The last four, typed back."""

    last = StringField()


@bp.get("/receipt")
def form() -> ResponseReturnValue:
    """Ask for the receipt."""
    return render("public/receipt/form.html", form=ReceiptForm(), error="")


@bp.post("/receipt")
@fuse
def show() -> ResponseReturnValue:
    """Show how far the letter is and what was said."""
    asked = ReceiptForm()
    try:
        return _page()
    except (MistypedReceiptError, UnknownReceiptError) as refusal:
        page = render("public/receipt/form.html", form=asked, error=refusal.sentence)
        return page, status_of(refusal)


@bp.post("/receipt/add")
@fuse
def add() -> ResponseReturnValue:
    """Take words in, in answer or of one's own accord."""
    words = AddForm().text.data or ""
    return taken(
        lambda: _added(additions.enclosed_text(words), said="added"), again=_page
    )


@bp.post("/receipt/outcome")
@fuse
def outcome() -> ResponseReturnValue:
    """Take the answer to 「解决了吗」."""
    sent = OutcomeForm()
    answer, words = sent.outcome.data or "", sent.words.data or ""
    return taken(
        lambda: _added(additions.enclosed_outcome(answer, words), said="answered"),
        again=_page,
    )


@bp.post("/receipt/withdraw")
@fuse
def withdraw() -> ResponseReturnValue:
    """Ask whether the letter is really to be destroyed; then destroy it."""
    digits, sent = sent_receipt(), ReceiptForm()
    if request.form.get("step") != "confirmed":
        with looking_up(digits):
            standing(reading(), installation().door, typed=digits)
        return render("public/receipt/withdraw.html", form=sent, receipt=digits)
    nonce()
    with looking_up(digits):
        retention.withdraw(db(), installation().door, receipt=digits, today=today())
    return render("public/receipt/withdrawn.html")


@bp.post("/receipt/check")
@fuse
def check() -> ResponseReturnValue:
    """Compare the last four with the receipt they were copied from; nothing is kept."""
    sent, digits = CheckForm(), sent_receipt()
    is_right = codes.typed_digits(sent.last.data or "") == digits[-LAST:]
    page = render(
        "public/receipt/check.html",
        form=sent,
        receipt=digits,
        groups=codes.in_fours(digits).split(),
        is_right=is_right,
    )
    return page, 200 if is_right else 422


@bp.post("/receipt/picture")
@fuse
def big() -> ResponseReturnValue:
    """Show the receipt as a picture in big print; nothing is looked up."""
    sent, digits = ReceiptForm(), sent_receipt()
    return render(
        "public/receipt/picture.html",
        form=sent,
        receipt=digits,
        groups=codes.in_fours(digits).split(),
        picture=picture(digits),
    )


def sent_receipt() -> str:
    """The receipt in this form.

    Raises MistypedReceiptError.
    """
    return typed_receipt(request.form.get("receipt", ""))


def _added(enclosure: Enclosure, *, said: str) -> str:
    with looking_up(sent_receipt()) as digits:
        additions.receive_addition(
            reading(),
            installation().door,
            receipt=digits,
            nonce=nonce(),
            addition=enclosure,
            today=today(),
        )
    return _page(said=said)


@contextmanager
def looking_up(digits: str) -> Iterator[str]:
    """Count what fits no letter; beyond so many a puzzle first, never a lock."""
    if limits.failures(Guessed.RECEIPT) > limits.MOST_FAILURES:
        pepper = installation().door.pepper
        key = codes.mac(pepper, b"receipt looked up", digits.encode())
        if not is_answered(key):
            raise LookupPuzzleError(key)
    try:
        yield digits
    except UnknownReceiptError:
        limits.count_failure(Guessed.RECEIPT)
        raise


def _page(refusal: Refusal | None = None, *, said: str = "") -> str:
    """The letter's page; after a refusal with what was typed still in its form."""
    with looking_up(sent_receipt()) as digits:
        found = standing(reading(), installation().door, typed=digits)
    kept = {} if refusal else {"formdata": None}
    return render(
        "public/receipt/standing.html",
        standing=found,
        category=_category(found),
        hours=installation().hours_of(found.opening_hours),
        receipt=digits,
        add=AddForm(**kept),
        answer=OutcomeForm(**kept),
        said=said,
        errors=refusal.errors if refusal else {},
        top=refusal.sentence if refusal else "",
    )


def _category(found: Standing) -> str:
    labels = (c.label for c in categories() if c.id == found.category)
    return next(labels, "")
