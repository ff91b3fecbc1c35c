"""What happens when a desk form is sent: one verb, then on; or the form again."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import redirect, request
from flask.typing import ResponseReturnValue

from portal.kernel.database import writing
from portal.kernel.errors import InvalidError
from portal.web.desk.desk_form import DeskForm
from portal.web.rendering import gettext, page_url
from portal.web.request import db, forget

LARGEST_WORKBOOK = 8 * 1024 * 1024  # bytes; a file of more than 5 MB is told so


def make_room() -> None:
    """For a workbook, and for what was read from it and is sent again to be kept."""
    request.max_content_length = request.max_form_memory_size = LARGEST_WORKBOOK


def attempt(form: DeskForm, verb: Callable[[], object]) -> bool:
    """Whether the form held and the verb was done; if not, the form says why."""
    if not form.validate_on_submit():
        return False
    try:
        verb()
    except InvalidError as refusal:
        forget()
        form.refuse(refusal)
        return False
    return True


def go_on(endpoint: str, *, done: str = "", **values: Any) -> ResponseReturnValue:
    """See the page that shows what was done; `done` names the sentence it says."""
    if done:
        values["done"] = done
    return redirect(page_url(endpoint, **values), 303)


def said(sentences: Mapping[str, str]) -> str:
    """The sentence about what the last press did, empty where there was none."""
    known = sentences.get(request.args.get("done", ""))
    return gettext(known) if known else ""


def lock_for_reading() -> None:
    """Take the write lock before a GET that will be logged.

    SQLite refuses a transaction that first reads and then writes while somebody
    else wrote in between.
    """
    if request.method == "GET":
        writing(db())
