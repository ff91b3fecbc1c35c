"""Adding pictures under a receipt, once the letter is sent.

A second step, because a form cannot be given its files back. Names of files are not
read; every picture is drawn anew before it is sealed (`intake/pictures`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from portal.intake.additions import (
    MOST_PICTURES,
    NotAddableError,
    TooManyPicturesError,
    enclosed_picture,
    receive_addition,
)
from portal.intake.pictures import LARGEST_FILE, clean_picture
from portal.kernel.errors import Refusal
from portal.review.dialogue import Standing, standing
from portal.web.errors import status_of
from portal.web.guards import ExpiredFormError, Form, nonce
from portal.web.limits import fuse
from portal.web.public.receipt import looking_up, sent_receipt
from portal.web.rendering import render
from portal.web.request import installation, reading, today

bp = Blueprint("pictures", __name__)

LARGEST_FORM = MOST_PICTURES * LARGEST_FILE + 64 * 1024  # bytes; every other is smaller


@dataclass(frozen=True)
class Sent:
    """What became of one picture: kept, or why not."""

    position: int
    sentence: str = ""


@bp.post("/receipt/pictures")
@fuse
def send() -> ResponseReturnValue:
    """Add what can be added, and say of the rest by its place why not."""
    request.max_content_length = LARGEST_FORM
    receipt = sent_receipt()
    if not _standing(receipt).can_add:
        raise NotAddableError
    try:
        sent = [_added(receipt, *file, nonce=nonce()) for file in _files()]
    except ExpiredFormError as refusal:
        return _page(
            receipt, top="这一页开得太久，已经过期。请再选一次照片。"
        ), status_of(refusal)
    refused = [one for one in sent if one.sentence]
    top = "" if sent else "还没有选照片。请先选，再按「加上照片」。"
    return _page(receipt, sent, top=top), 422 if refused or not sent else 200


def _files() -> Iterator[tuple[int, FileStorage]]:
    """The files of the form, counted from one; an empty field is none."""
    chosen = [file for file in request.files.getlist("picture") if file.filename]
    return enumerate(chosen, start=1)


def _added(receipt: str, position: int, file: FileStorage, *, nonce: str) -> Sent:
    """One picture, drawn anew, sealed and dropped into the box; or why it was not."""
    try:
        if position > MOST_PICTURES:
            raise TooManyPicturesError
        picture = clean_picture(file.read(LARGEST_FILE + 1))
        receive_addition(
            reading(),
            installation().door,
            receipt=receipt,
            nonce=nonce,
            addition=enclosed_picture(picture),
            today=today(),
        )
    except Refusal as refusal:
        return Sent(position, refusal.sentence)
    return Sent(position)


def _standing(receipt: str) -> Standing:
    """The letter as it is now, looked up without holding on to the database."""
    with looking_up(receipt):
        found = standing(reading(), installation().door, typed=receipt)
    reading().rollback()
    return found


def _page(receipt: str, sent: list[Sent] | None = None, *, top: str = "") -> str:
    return render(
        "public/pictures/sent.html",
        form=Form(formdata=None),
        receipt=receipt,
        kept=[one for one in sent or () if not one.sentence],
        refused=[one for one in sent or () if one.sentence],
        left=_standing(receipt).pictures_left,
        top=top,
    )
